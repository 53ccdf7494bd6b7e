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
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "bench/frames.skel.h"
#include "bench/place.h"

#define SINKS   64
#define WARM_UP 0.2 /* seconds: time for the switch to learn, and for caches */
#define DISCARD 9   /* the UDP port for such things, RFC 863 */

/* One end: a device in a namespace. */
struct end {
	char namespace[128];
	char device[IF_NAMESIZE];
	unsigned int ifindex;
	unsigned char mac[ETH_ALEN];
	struct frames *skeleton; /* its own source and sink */
};

static void usage(FILE *stream)
{
	fputs("Usage: frames [--cpu N] [--seconds S] [--length OCTETS] FROM TO [OTHER...]\n"
	      "Sends frames from one device to the address of another (NETNS/DEVICE), and prints\n"
	      "how many were sent, arrived, and strayed to others.\n",
	      stream);
}

/* The end named "NETNS/DEVICE"; the process stays in its namespace. */
static void end_open(struct end *end, const char *name)
{
	const char *slash = strchr(name, '/');
	struct ifreq request = {};
	int fd;

	errno = 0;
	if (!slash || slash - name >= (int)sizeof(end->namespace) ||
	    strlen(slash + 1) >= IF_NAMESIZE)
		die("\"%s\" is not NETNS/DEVICE", name);
	memcpy(end->namespace, name, slash - name);
	strcpy(end->device, slash + 1);
	enter_namespace(end->namespace);
	strcpy(request.ifr_name, end->device);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &request))
		die("no device %s in %s", end->device, end->namespace);
	close(fd);
	memcpy(end->mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	end->ifindex = if_nametoindex(end->device);
	end->skeleton = frames__open_and_load();
	if (!end->skeleton)
		die("cannot load the BPF programs");
}

static void sink_attach(struct end *end)
{
	if (bpf_xdp_attach(end->ifindex, bpf_program__fd(end->skeleton->progs.sink),
			   XDP_FLAGS_DRV_MODE, NULL))
		die("cannot attach the sink to %s", end->device);
}

static void sink_detach(struct end *end)
{
	enter_namespace(end->namespace);
	bpf_xdp_detach(end->ifindex, XDP_FLAGS_DRV_MODE, NULL);
}

static unsigned long long sink_count(const struct end *end)
{
	unsigned long long per_cpu[libbpf_num_possible_cpus()], sum = 0;
	__u32 zero = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(end->skeleton->maps.received), &zero, per_cpu))
		die("cannot read the sink's counter");
	for (size_t i = 0; i < sizeof(per_cpu) / sizeof(*per_cpu); i++)
		sum += per_cpu[i];
	return sum;
}

static uint16_t ip_checksum(const struct iphdr *ip)
{
	const uint16_t *word = (const uint16_t *)ip;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*ip) / sizeof(*word); i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* A UDP datagram between addresses that are set aside for measurements (RFC 2544, C.2.2). */
static void frame_fill(unsigned char *frame, size_t length, const struct end *from,
		       const struct end *to)
{
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct iphdr *ip = (struct iphdr *)(eth + 1);
	struct udphdr *udp = (struct udphdr *)(ip + 1);

	memcpy(eth->h_dest, to->mac, ETH_ALEN);
	memcpy(eth->h_source, from->mac, ETH_ALEN);
	eth->h_proto = htons(ETH_P_IP);
	ip->version = IPVERSION;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = htons(length - sizeof(*eth));
	ip->ttl = IPDEFTTL;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = inet_addr("198.18.0.1");
	ip->daddr = inet_addr("198.18.0.2");
	ip->check = ip_checksum(ip);
	udp->source = htons(DISCARD);
	udp->dest = htons(DISCARD);
	udp->len = htons(length - sizeof(*eth) - sizeof(*ip));
}

/* Sends `count` frames out of one end to the address of the other. */
static void send_frames(const struct end *from, const struct end *to, int count, size_t length)
{
	unsigned char frame[ETH_FRAME_LEN] = {};
	struct xdp_md context = {.data_end = length, .ingress_ifindex = from->ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = length,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = count,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	frame_fill(frame, length, from, to);
	enter_namespace(from->namespace);
	if (bpf_prog_test_run_opts(bpf_program__fd(from->skeleton->progs.source), &run))
		die("cannot send frames from %s", from->device);
}

/* All in one system call: entering and leaving it waits for RCU grace periods, some 20 ms. */
static void measure(const struct end *from, const struct end *to, const struct end *others,
		    int n_others, double seconds, size_t length)
{
	unsigned long long arrived, strayed = 0;
	double start, elapsed = 0;
	int count = 1 << 14;

	send_frames(to, from, 1, length);
	while (elapsed < WARM_UP) {
		count *= 2;
		start = now();
		send_frames(from, to, count, length);
		elapsed = now() - start;
	}
	count *= seconds / elapsed;

	arrived = -sink_count(to);
	for (int i = 0; i < n_others; i++)
		strayed -= sink_count(&others[i]);
	start = now();
	send_frames(from, to, count, length);
	elapsed = now() - start;
	arrived += sink_count(to);
	for (int i = 0; i < n_others; i++)
		strayed += sink_count(&others[i]);
	printf("{\"seconds\": %.6f, \"sent\": %d, \"arrived\": %llu, \"strayed\": %llu}\n", elapsed,
	       count, arrived, strayed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"cpu", required_argument, NULL, 'c'},
		{"seconds", required_argument, NULL, 's'},
		{"length", required_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	struct end ends[SINKS + 1] = {};
	size_t length = ETH_ZLEN;
	double seconds = 1;
	int option, count;

	while ((option = getopt_long(argc, argv, "c:s:l:h", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			stay_on_cpu(atoi(optarg));
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'l':
			length = atoi(optarg);
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
	if (count < 2 || count > SINKS + 1 || length < ETH_ZLEN || length > ETH_FRAME_LEN) {
		usage(stderr);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		end_open(&ends[i], argv[optind + i]);
		if (i)
			sink_attach(&ends[i]);
	}
	measure(&ends[0], &ends[1], &ends[2], count - 2, seconds, length);
	for (int i = 1; i < count; i++)
		sink_detach(&ends[i]);
	for (int i = 0; i < count; i++)
		frames__destroy(ends[i].skeleton);
	return 0;
}
