// SPDX-License-Identifier: BSD-2-Clause
/*
 * TCP request and response between two network namespaces: one octet there, one octet back, and so
 * on for a time. Prints how long the median and the slowest of a hundred took, as JSON. Both sides
 * are on one CPU: to wake another one costs more than a switch, and never the same.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/conversation.h"
#include "bench/place.h"

#define MOST    (1 << 22) /* requests */
#define WARM_UP 1000      /* requests that are not counted */

static double taken[MOST]; /* seconds */

static void send_at_once(int fd)
{
	const int yes = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)))
		die("cannot set TCP_NODELAY");
}

/* Until the other side closes. */
static void respond(int listener)
{
	int fd = conversation_accept(listener);
	char octet;

	send_at_once(fd);
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
	struct conversation conversation =
		conversation_parse(argc, argv,
				   "Sends requests to an IPv4 address in another network "
				   "namespace, and prints how long\n"
				   "the responses took.");
	int listener, fd;
	pid_t responder;

	stay_on_cpu(0);
	listener = conversation_receiver(&conversation, SOCK_STREAM);
	responder = fork_with_us();
	if (!responder)
		respond(listener);
	fd = conversation_socket(conversation.from, SOCK_STREAM);
	send_at_once(fd);
	conversation_connect(&conversation, fd);
	measure(fd, conversation.seconds);
	close(fd);
	waitpid(responder, NULL, 0);
	return 0;
}
