// SPDX-License-Identifier: BSD-2-Clause
/*
 * TCP bulk between two network namespaces: sends as fast as it goes for a time, and prints what
 * arrived, as JSON. Sender and receiver are processes of their own, each on its CPU.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/place.h"

#define CHUNK   (128 << 10)
#define WARM_UP 0.2 /* seconds until the window is open */
#define TIMEOUT 5   /* seconds until a path that carries nothing is given up */

static void usage(FILE *stream)
{
	fputs("Usage: tcp [--seconds S] FROM-NETNS TO-NETNS ADDRESS\n"
	      "Sends TCP to an IPv4 address in another network namespace, and prints what "
	      "arrived.\n",
	      stream);
}

static int tcp_socket(void)
{
	struct timeval timeout = {.tv_sec = TIMEOUT};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		die("cannot make a socket");
	return fd;
}

/* Sends until the receiver has enough and closes. */
static void send_all(const char *namespace, struct sockaddr_in *to)
{
	static const char block[CHUNK];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_namespace(namespace);
	stay_on_cpu(0);
	fd = tcp_socket();
	if (connect(fd, (struct sockaddr *)to, sizeof(*to)))
		die("cannot connect through the switch");
	while (send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0)
		;
	exit(0);
}

static size_t receive(int fd)
{
	static char block[CHUNK];
	ssize_t length = recv(fd, block, sizeof(block), 0);

	if (length <= 0)
		die("the connection stalled");
	return length;
}

static void measure(int fd, double seconds)
{
	unsigned long long octets = 0;
	double start, elapsed;

	for (start = now(); now() < start + WARM_UP;)
		receive(fd);
	start = now();
	do {
		octets += receive(fd);
		elapsed = now() - start;
	} while (elapsed < seconds);
	printf("{\"seconds\": %.6f, \"octets\": %llu}\n", elapsed, octets);
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
	int option, listener, fd;
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

	enter_namespace(argv[optind + 1]);
	stay_on_cpu(1);
	listener = tcp_socket();
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		die("cannot listen on %s in %s", argv[optind + 2], argv[optind + 1]);
	sender = fork();
	if (sender < 0)
		die("cannot fork");
	if (!sender)
		send_all(argv[optind], &address);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		die("nobody connected");
	measure(fd, seconds);
	close(fd);
	waitpid(sender, NULL, 0);
	return 0;
}
