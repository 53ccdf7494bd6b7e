// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sends frames that are born as XDP frames, as those of a network card are, from one veth to
 * another, and counts those that arrive.
 *
 * The source is BPF_PROG_TEST_RUN with live frames: no generator outside the kernel is as fast. The
 * sink is an XDP program on the receiving device. Source, switch and sink work on one CPU, so that
 * the rate is that of all three together.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "bench/datagram.h"
#include "bench/end.h"
#include "bench/frames.skel.h"
#include "bench/place.h"

#define SINKS        64
#define STATIONS_MAX ((1 << 24) - 1) /* three octets of an address, which are not all 0 */
#define TAG_LENGTH   4
#define WARM_UP      0.2 /* seconds: time for the switch to learn, and for caches */

/* What is sent, beside the ends. */
struct traffic {
	size_t length;                                   /* of a frame without its tag */
	unsigned int sources, destinations, connections; /* as in struct frames_plan */
	bool random, once;
};

static void usage(FILE *stream)
{
	fputs("Usage: frames [--cpu N] [--seconds S] [--length OCTETS] [--random] [--broadcast]\n"
	      "              [--stations N] [--one-source] [--one-destination] [--once]\n"
	      "              [--connections FILE] FROM TO [OTHER...]\n"
	      "Sends frames from one device to the address of another (NETNS/DEVICE), and prints\n"
	      "how many were sent, arrived, arrived with a tag, and strayed to others.\n"
	      "  NETNS/DEVICE@VID         what this one sends has a VLAN tag, on top of the "
	      "length\n"
	      "  NETNS/DEVICE@FIRST-LAST  each frame another of these VIDs, in turn\n"
	      "  --stations N             each frame other addresses, of N on either side, in "
	      "turn\n"
	      "  --one-source             but only on the side that receives\n"
	      "  --one-destination        but only on the side that sends\n"
	      "  --random                 not in turn, but at random\n"
	      "  --broadcast              to all instead; what strays are the others' copies\n"
	      "  --once                   one frame of each kind, in turn, and none before\n"
	      "  --connections FILE       each frame of another connection, in turn; one in a "
	      "line:\n"
	      "                           PROTOCOL (6 or 17) ADDRESS PORT ADDRESS PORT\n",
	      stream);
}

/* Returns the frame's length. */
static size_t frame_fill(unsigned char *frame, size_t length, const struct end *from,
			 const struct end *to)
{
	const uint16_t tag[] = {htons(ETH_P_8021Q), htons(from->vid)}, type = htons(ETH_P_IP);
	unsigned char *next = frame;

	next = mempcpy(next, to->mac, ETH_ALEN);
	next = mempcpy(next, from->mac, ETH_ALEN);
	if (from->vids)
		next = mempcpy(next, tag, TAG_LENGTH);
	next = mempcpy(next, &type, sizeof(type));
	datagram_fill(next, length - ETH_HLEN);
	return next - frame + length - ETH_HLEN;
}

/* Returns how many frames it takes to have one of each kind. */
static unsigned int plan(struct frames_plan *plan, const unsigned char *frame,
			 const struct end *from, const struct traffic *traffic)
{
	unsigned int vids = from->vids > 1 ? from->vids : 0;
	unsigned int stations = traffic->sources ? traffic->sources : traffic->destinations;

	errno = 0;
	if (!!vids + !!stations + !!traffic->connections > 1 ||
	    (from->vids && traffic->connections))
		die("either VIDs take turns, or stations, or connections without a tag");
	*plan = (struct frames_plan){.dice = traffic->random,
				     .vid = from->vid,
				     .vids = from->vids,
				     .sources = traffic->sources,
				     .destinations = traffic->destinations,
				     .connections = traffic->connections,
				     .turns = vids + stations + traffic->connections};
	memcpy(&plan->head, frame, sizeof(plan->head));
	return plan->turns ? plan->turns : 1;
}

/* Sends `count` frames, or one of each kind where it is 0, out of one end to the address of the
 * other. */
static void send_frames(const struct end *from, const struct end *to, int count,
			const struct traffic *traffic)
{
	unsigned char frame[ETH_FRAME_LEN + TAG_LENGTH] = {};
	struct xdp_md context = {.ingress_ifindex = from->ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
	unsigned int kinds;

	context.data_end = run.data_size_in = frame_fill(frame, traffic->length, from, to);
	kinds = plan(&from->skeleton->bss->plan, frame, from, traffic);
	run.repeat = count ? count : (int)kinds;
	enter_namespace(from->namespace);
	if (bpf_prog_test_run_opts(bpf_program__fd(from->skeleton->progs.source), &run))
		die("cannot send frames from %s", from->device);
}

static unsigned long long strays(const struct end *others, int count)
{
	unsigned long long sum = 0;

	for (int i = 0; i < count; i++)
		sum += end_sink_count(&others[i]).all;
	return sum;
}

/* Both sides are heard with all their addresses. */
static void teach(const struct end *from, const struct end *to, const struct traffic *traffic)
{
	struct traffic there = *traffic, back = *traffic;

	there.random = back.random = false;
	back.sources = traffic->destinations;
	back.destinations = traffic->sources;
	send_frames(to, from, 0, &back);
	if (traffic->random)
		send_frames(from, to, 0, &there);
}

/* Returns how many frames it takes for so many seconds. */
static int warm_up(const struct end *from, const struct end *to, double seconds,
		   const struct traffic *traffic)
{
	double start, elapsed = 0;
	int count = 1 << 14;

	while (elapsed < WARM_UP) {
		count *= 2;
		start = now();
		send_frames(from, to, count, traffic);
		elapsed = now() - start;
	}
	return count * (seconds / elapsed);
}

/* All in one system call: entering and leaving it waits for RCU grace periods, some 20 ms. */
static void measure(const struct end *from, const struct end *to, const struct end *others,
		    int n_others, double seconds, const struct traffic *traffic)
{
	struct frames_received before, after;
	unsigned long long strayed;
	double start, elapsed;
	int count = traffic->sources;

	if (!traffic->once) {
		teach(from, to, traffic);
		count = warm_up(from, to, seconds, traffic);
	}
	before = end_sink_count(to);
	strayed = strays(others, n_others);
	start = now();
	send_frames(from, to, count, traffic);
	elapsed = now() - start;
	after = end_sink_count(to);
	strayed = strays(others, n_others) - strayed;
	printf("{\"seconds\": %.6f, \"sent\": %d, \"arrived\": %llu, \"tagged\": %llu, "
	       "\"strayed\": %llu}\n",
	       elapsed, count, after.all - before.all, after.tagged - before.tagged, strayed);
}

/* What the command line says. */
struct options {
	struct traffic traffic;
	const char *connections; /* a file */
	double seconds;
	bool one_source, one_destination, broadcast;
};

/* Returns 0, or where the program should end with this status at once: -1 for success. */
static int options_parse(struct options *found, int argc, char **argv)
{
	static const struct option options[] = {
		{"cpu", required_argument, NULL, 'c'},
		{"seconds", required_argument, NULL, 's'},
		{"length", required_argument, NULL, 'l'},
		{"stations", required_argument, NULL, 'n'},
		{"one-source", no_argument, NULL, 'o'},
		{"one-destination", no_argument, NULL, 'd'},
		{"random", no_argument, NULL, 'r'},
		{"broadcast", no_argument, NULL, 'b'},
		{"once", no_argument, NULL, '1'},
		{"connections", required_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	struct traffic *traffic = &found->traffic;
	int option;

	while ((option = getopt_long(argc, argv, "c:s:l:n:odrb1f:h", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			stay_on_cpu(atoi(optarg));
			break;
		case 's':
			found->seconds = atof(optarg);
			break;
		case 'l':
			traffic->length = atoi(optarg);
			break;
		case 'n':
			traffic->sources = traffic->destinations = atoi(optarg);
			break;
		case 'o':
			found->one_source = true;
			break;
		case 'd':
			found->one_destination = true;
			break;
		case 'r':
			traffic->random = true;
			break;
		case 'b':
			found->broadcast = true;
			break;
		case '1':
			traffic->once = true;
			break;
		case 'f':
			found->connections = optarg;
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? -1 : 1;
		}
	}
	if (traffic->length < ETH_ZLEN || traffic->length > ETH_FRAME_LEN ||
	    traffic->destinations > STATIONS_MAX) {
		usage(stderr);
		return 1;
	}
	if (found->one_source)
		traffic->sources = 0;
	if (found->one_destination)
		traffic->destinations = 0;
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = {.traffic.length = ETH_ZLEN, .seconds = 1};
	struct traffic *traffic = &options.traffic;
	struct end ends[SINKS + 1] = {};
	int count, status;

	status = options_parse(&options, argc, argv);
	if (status)
		return status > 0;
	count = argc - optind;
	if (count < 2 || count > SINKS + 1) {
		usage(stderr);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		end_open(&ends[i], argv[optind + i]);
		if (i)
			end_sink_attach(&ends[i]);
	}
	for (int i = 0; options.connections && i < 2; i++)
		traffic->connections =
			connections_read(ends[i].skeleton->bss->connections, options.connections,
					 traffic->length - ETH_HLEN);
	if (options.broadcast)
		memset(ends[1].mac, 0xff, ETH_ALEN);
	measure(&ends[0], &ends[1], &ends[2], count - 2, options.seconds, traffic);
	for (int i = 1; i < count; i++)
		end_sink_detach(&ends[i]);
	for (int i = 0; i < count; i++)
		end_close(&ends[i]);
	return 0;
}
