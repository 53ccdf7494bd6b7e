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
#define STATIONS_MAX 65536 /* two octets of an address */
#define TAG_LENGTH   4
#define WARM_UP      0.2 /* seconds: time for the switch to learn, and for caches */

/* What is sent, beside the ends. */
struct traffic {
	size_t length;                      /* of a frame without its tag */
	unsigned int stations, connections; /* as in struct frames_plan */
};

static void usage(FILE *stream)
{
	fputs("Usage: frames [--cpu N] [--seconds S] [--length OCTETS] [--stations N]\n"
	      "              [--connections FILE] FROM TO [OTHER...]\n"
	      "Sends frames from one device to the address of another (NETNS/DEVICE), and prints\n"
	      "how many were sent, arrived, arrived with a tag, and strayed to others.\n"
	      "  NETNS/DEVICE@VID         what this one sends has a VLAN tag, on top of the "
	      "length\n"
	      "  NETNS/DEVICE@FIRST-LAST  each frame another of these VIDs, in turn\n"
	      "  --stations N             each frame other addresses, of N on either side, in "
	      "turn\n"
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

	errno = 0;
	if (!!vids + !!traffic->stations + !!traffic->connections > 1 ||
	    (from->vids && traffic->connections))
		die("either VIDs take turns, or stations, or connections without a tag");
	*plan = (struct frames_plan){.vid = from->vid,
				     .vids = from->vids,
				     .stations = traffic->stations,
				     .connections = traffic->connections,
				     .turns = vids + traffic->stations + traffic->connections};
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

/* All in one system call: entering and leaving it waits for RCU grace periods, some 20 ms. */
static void measure(const struct end *from, const struct end *to, const struct end *others,
		    int n_others, double seconds, const struct traffic *traffic)
{
	struct frames_received before, after;
	unsigned long long strayed;
	double start, elapsed = 0;
	int count = 1 << 14;

	send_frames(to, from, 0, traffic);
	while (elapsed < WARM_UP) {
		count *= 2;
		start = now();
		send_frames(from, to, count, traffic);
		elapsed = now() - start;
	}
	count *= seconds / elapsed;

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

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"cpu", required_argument, NULL, 'c'},
		{"seconds", required_argument, NULL, 's'},
		{"length", required_argument, NULL, 'l'},
		{"stations", required_argument, NULL, 'n'},
		{"connections", required_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	struct traffic traffic = {.length = ETH_ZLEN};
	struct end ends[SINKS + 1] = {};
	const char *connections = NULL;
	double seconds = 1;
	int option, count;

	while ((option = getopt_long(argc, argv, "c:s:l:n:f:h", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			stay_on_cpu(atoi(optarg));
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'l':
			traffic.length = atoi(optarg);
			break;
		case 'n':
			traffic.stations = atoi(optarg);
			break;
		case 'f':
			connections = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	count = argc - optind;
	if (count < 2 || count > SINKS + 1 || traffic.length < ETH_ZLEN ||
	    traffic.length > ETH_FRAME_LEN || traffic.stations > STATIONS_MAX) {
		usage(stderr);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		end_open(&ends[i], argv[optind + i]);
		if (i)
			end_sink_attach(&ends[i]);
	}
	for (int i = 0; connections && i < 2; i++)
		traffic.connections = connections_read(ends[i].skeleton->bss->connections,
						       connections, traffic.length - ETH_HLEN);
	measure(&ends[0], &ends[1], &ends[2], count - 2, seconds, &traffic);
	for (int i = 1; i < count; i++)
		end_sink_detach(&ends[i]);
	for (int i = 0; i < count; i++)
		end_close(&ends[i]);
	return 0;
}
