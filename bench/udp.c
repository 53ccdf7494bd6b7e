// SPDX-License-Identifier: BSD-2-Clause
/*
 * Small UDP datagrams between two network namespaces: sends as fast as it goes for a time, and
 * prints how many arrived, as JSON. Sender and receiver are processes of their own, each on its
 * CPU; what lies between them is at work on the sender's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/place.h"

#define BATCH   64
#define LENGTH  18        /* of a datagram that makes a frame of 60 octets */
#define ROOM    (4 << 20) /* octets that may wait for the receiver */
#define WARM_UP 0.2       /* seconds until the window is open */
#define TIMEOUT 5         /* seconds until a path that carries nothing is given up */

static char octets[LENGTH];
static struct iovec part = {octets, sizeof(octets)};
static struct mmsghdr batch[BATCH];

static void usage(FILE *stream)
{
	fputs("Usage: udp [--seconds S] FROM-NETNS TO-NETNS ADDRESS\n"
	      "Sends small datagrams to an IPv4 address in another network namespace, and prints "
	      "how\n"
	      "many arrived.\n",
	      stream);
}

static int udp_socket(const char *namespace)
{
	int fd;

	enter_namespace(namespace);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("cannot make a socket");
	return fd;
}

static void send_all(const char *namespace, struct sockaddr_in *to)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	stay_on_cpu(0);
	fd = udp_socket(namespace);
	if (connect(fd, (struct sockaddr *)to, sizeof(*to)))
		die("cannot connect");
	for (;;)
		sendmmsg(fd, batch, BATCH, 0);
}

/* Never sleeps: to be woken from another CPU costs the sender more than a switch. */
static int receive(int fd)
{
	const double start = now();
	int count;

	while ((count = recvmmsg(fd, batch, BATCH, MSG_DONTWAIT, NULL)) <= 0)
		if (now() > start + TIMEOUT)
			die("nothing arrived");
	return count;
}

static void measure(int fd, double seconds)
{
	unsigned long long count = 0;
	double start, elapsed;

	receive(fd);
	for (start = now(); now() < start + WARM_UP;)
		receive(fd);
	start = now();
	do {
		count += receive(fd);
		elapsed = now() - start;
	} while (elapsed < seconds);
	printf("{\"seconds\": %.6f, \"datagrams\": %llu}\n", elapsed, count);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"seconds", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int option, fd, room = ROOM;
	double seconds = 1;
	pid_t sender;

	while ((option = getopt_long(argc, argv, "s:h", options, NULL)) >= 0) {
		if (option == 's') {
			seconds = atof(optarg);
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option != 'h';
		}
	}
	if (argc - optind != 3 || inet_pton(AF_INET, argv[optind + 2], &address.sin_addr) != 1) {
		usage(stderr);
		return 1;
	}
	for (int i = 0; i < BATCH; i++)
		batch[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};

	stay_on_cpu(1);
	fd = udp_socket(argv[optind + 1]);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockname(fd, (struct sockaddr *)&address, &size))
		die("cannot receive at %s in %s", argv[optind + 2], argv[optind + 1]);
	sender = fork();
	if (sender < 0)
		die("cannot fork");
	if (!sender)
		send_all(argv[optind], &address);
	measure(fd, seconds);
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
	return 0;
}
