// SPDX-License-Identifier: BSD-2-Clause
/*
 * TCP bulk between two network namespaces: sends as fast as it goes for a time, and prints what
 * arrived, as JSON. Sender and receiver are processes of their own, each on its CPU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench/conversation.h"
#include "bench/place.h"
#include "bench/window.h"

#define CHUNK (128 << 10)

/* Sends until the receiver has enough and closes. */
static void send_all(const struct conversation *conversation)
{
	static const char block[CHUNK];
	int fd;

	stay_on_cpu(0);
	fd = conversation_socket(conversation->from, SOCK_STREAM);
	conversation_connect(conversation, fd);
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

int main(int argc, char **argv)
{
	struct conversation conversation =
		conversation_parse(argc, argv,
				   "Sends TCP to an IPv4 address in another network namespace, and "
				   "prints what arrived.");
	struct window window;
	int listener, fd;
	pid_t sender;

	stay_on_cpu(1);
	listener = conversation_receiver(&conversation, SOCK_STREAM);
	sender = fork_with_us();
	if (!sender)
		send_all(&conversation);
	fd = conversation_accept(listener);
	window = window_measure(conversation.seconds, receive, fd);
	printf("{\"seconds\": %.6f, \"octets\": %llu}\n", window.seconds, window.sum);
	close(fd);
	waitpid(sender, NULL, 0);
	return 0;
}
