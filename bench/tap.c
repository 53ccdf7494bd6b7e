// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stands for two virtual machines on taps: one sends frames with a vnet header as fast as it goes
 * for a time, the other takes what arrives, each on its CPU. Prints what arrived, as JSON. The taps
 * are there already, in the network namespace that this runs in.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/datagram.h"
#include "bench/place.h"
#include "bench/window.h"

#define LONGEST  (ETH_HLEN + 65535)
#define SEGMENT  1448 /* octets of data in a frame, as many as there are beside timestamps */
#define SEGMENTS 45
#define TIMEOUT  5000 /* milliseconds until a path that carries nothing is given up */

struct message {
	struct virtio_net_hdr vnet;
	unsigned char frame[LONGEST];
} __attribute__((packed));

static const unsigned char macs[][ETH_ALEN] = {{2, 0, 0, 0, 1, 1}, {2, 0, 0, 0, 1, 2}};

static void usage(FILE *stream)
{
	fputs("Usage: tap [--seconds S] [--gso] FROM-TAP TO-TAP\n"
	      "Sends frames of 60 octets, or of 64 KB for TCP to be cut up, from one tap to "
	      "another,\n"
	      "and prints what arrived.\n",
	      stream);
}

/* With checksums and segments left to who is behind it. */
static int tap_open(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	strncpy(request.ifr_name, name, IF_NAMESIZE - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) ||
	    ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4))
		die("cannot open the tap %s", name);
	return fd;
}

/* Returns the message's length. */
static size_t message_fill(struct message *message, int from, size_t length)
{
	struct ethhdr *head = (struct ethhdr *)message->frame;

	*message = (struct message){};
	memcpy(head->h_source, macs[from], ETH_ALEN);
	memcpy(head->h_dest, macs[!from], ETH_ALEN);
	head->h_proto = htons(ETH_P_IP);
	datagram_fill(message->frame + ETH_HLEN, length - ETH_HLEN);
	return offsetof(struct message, frame) + length;
}

/* As a guest's TCP leaves it: its checksum is that of the pseudo header, which tells nobody here
 * anything. */
static void message_segment(struct message *message)
{
	struct iphdr *ip = (struct iphdr *)(message->frame + ETH_HLEN);
	struct tcphdr *tcp = (struct tcphdr *)(ip + 1);
	const unsigned int check = ntohs(ip->check) + ip->protocol - IPPROTO_TCP;

	ip->check = htons(check + (check >> 16));
	ip->protocol = IPPROTO_TCP;
	*tcp = (struct tcphdr){.doff = sizeof(*tcp) / 4, .ack = 1, .psh = 1};
	message->vnet = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = ETH_HLEN + sizeof(*ip) + sizeof(*tcp),
		.gso_size = SEGMENT,
		.csum_start = ETH_HLEN + sizeof(*ip),
		.csum_offset = offsetof(struct tcphdr, check),
	};
}

static void send_all(int fd, const struct message *message, size_t length)
{
	stay_on_cpu(0);
	for (;;)
		if (write(fd, message, length) < 0 && errno != EAGAIN)
			die("cannot send");
}

/* Returns how many octets the next frame has. Frames of others (the host's own) count as well: they
 * are few. Never sleeps: to be woken from another CPU costs the sender more than a switch. */
static size_t receive(int fd)
{
	static struct message message;
	const double start = now();
	ssize_t length;

	while ((length = read(fd, &message, sizeof(message))) < 0)
		if (errno != EAGAIN || now() > start + TIMEOUT)
			die("nothing arrived");
	return length - offsetof(struct message, frame);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"seconds", required_argument, NULL, 's'},
		{"gso", no_argument, NULL, 'g'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	static struct message message;
	size_t frame = ETH_ZLEN, length;
	struct window window;
	int option, from, to;
	double seconds = 1;
	pid_t sender;

	while ((option = getopt_long(argc, argv, "s:gh", options, NULL)) >= 0) {
		if (option == 's') {
			seconds = atof(optarg);
		} else if (option == 'g') {
			frame = ETH_HLEN + sizeof(struct iphdr) + sizeof(struct tcphdr) +
				SEGMENTS * SEGMENT;
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option != 'h';
		}
	}
	if (argc - optind != 2) {
		usage(stderr);
		return 1;
	}

	from = tap_open(argv[optind]);
	to = tap_open(argv[optind + 1]);
	length = message_fill(&message, 1, ETH_ZLEN);
	/* So that the switch knows where the other one is. */
	if (write(to, &message, length) < 0)
		die("cannot send");
	length = message_fill(&message, 0, frame);
	if (frame > ETH_ZLEN)
		message_segment(&message);
	sender = fork_with_us();
	if (!sender)
		send_all(from, &message, length);
	stay_on_cpu(1);
	window = window_measure(seconds, receive, to);
	printf("{\"seconds\": %.6f, \"frames\": %llu, \"octets\": %llu}\n", window.seconds,
	       window.calls, window.sum);
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
	return 0;
}
