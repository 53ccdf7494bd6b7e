// SPDX-License-Identifier: BSD-2-Clause
/*
 * TCP request and response between two network namespaces: one octet there, one octet back, and so
 * on for a time. Prints how long the median and the slowest of a hundred took, as JSON. Both sides
 * are on one CPU: to wake another one costs more than a switch, and never the same.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/place.h"

#define MOST    (1 << 22) /* requests */
#define WARM_UP 1000      /* requests that are not counted */
#define TIMEOUT 5         /* seconds until a path that carries nothing is given up */

static double taken[MOST]; /* seconds */

static void usage(FILE *stream)
{
	fputs("Usage: request [--seconds S] FROM-NETNS TO-NETNS ADDRESS\n"
	      "Sends requests to an IPv4 address in another network namespace, and prints how long "
	      "the\n"
	      "responses took.\n",
	      stream);
}

static int tcp_socket(const char *namespace)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT};
	const int yes = 1;
	int fd;

	enter_namespace(namespace);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* An accepted connection has the listener's options. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)))
		die("cannot make a socket");
	return fd;
}

/* Until the other side closes. */
static void respond(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char octet;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0)
		die("nobody connected");
	while (recv(fd, &octet, 1, 0) == 1 && send(fd, &octet, 1, MSG_NOSIGNAL) == 1)
		;
	exit(0);
}

static double request(int fd)
{
	const double start = now();
	char octet = 0;

	if (send(fd, &octet, 1, MSG_NOSIGNAL) != 1 || recv(fd, &octet, 1, 0) != 1)
		die("the connection stalled");
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	const double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

static void measure(int fd, double seconds)
{
	const double end = now() + seconds;
	int count = 0;

	for (int i = 0; i < WARM_UP; i++)
		request(fd);
	do
		taken[count++] = request(fd);
	while (now() < end && count < MOST);
	qsort(taken, count, sizeof(*taken), compare);
	printf("{\"requests\": %d, \"p50\": %.9f, \"p99\": %.9f}\n", count, taken[count / 2],
	       taken[count * 99LL / 100]);
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
	pid_t responder;

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

	stay_on_cpu(0);
	listener = tcp_socket(argv[optind + 1]);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		die("cannot listen on %s in %s", argv[optind + 2], argv[optind + 1]);
	responder = fork();
	if (responder < 0)
		die("cannot fork");
	if (!responder)
		respond(listener);
	fd = tcp_socket(argv[optind]);
	if (connect(fd, (struct sockaddr *)&address, size))
		die("cannot connect through the switch");
	measure(fd, seconds);
	close(fd);
	waitpid(responder, NULL, 0);
	return 0;
}
