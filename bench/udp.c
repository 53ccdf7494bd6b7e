// SPDX-License-Identifier: BSD-2-Clause
/*
 * Small UDP datagrams between two network namespaces: sends as fast as it goes for a time, and
 * prints how many arrived, as JSON. Sender and receiver are processes of their own, each on its
 * CPU; what lies between them is at work on the sender's.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "bench/conversation.h"
#include "bench/place.h"
#include "bench/window.h"

#define BATCH  64
#define LENGTH 18        /* of a datagram that makes a frame of 60 octets */
#define ROOM   (4 << 20) /* octets that may wait for the receiver */

static char octets[LENGTH];
static struct iovec part = {octets, sizeof(octets)};
static struct mmsghdr batch[BATCH];

static void send_all(const struct conversation *conversation)
{
	int fd;

	stay_on_cpu(0);
	fd = conversation_socket(conversation->from, SOCK_DGRAM);
	conversation_connect(conversation, fd);
	for (;;)
		sendmmsg(fd, batch, BATCH, 0);
}

/* Never sleeps: to be woken from another CPU costs the sender more than a switch. */
static size_t receive(int fd)
{
	const double start = now();
	int count;

	while ((count = recvmmsg(fd, batch, BATCH, MSG_DONTWAIT, NULL)) <= 0)
		if (now() > start + CONVERSATION_TIMEOUT)
			die("nothing arrived");
	return count;
}

int main(int argc, char **argv)
{
	struct conversation conversation =
		conversation_parse(argc, argv,
				   "Sends small datagrams to an IPv4 address in another network "
				   "namespace, and prints\n"
				   "how many arrived.");
	const int room = ROOM;
	struct window window;
	pid_t sender;
	int fd;

	for (int i = 0; i < BATCH; i++)
		batch[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
	stay_on_cpu(1);
	fd = conversation_receiver(&conversation, SOCK_DGRAM);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("cannot make room for datagrams");
	sender = fork_with_us();
	if (!sender)
		send_all(&conversation);
	window = window_measure(conversation.seconds, receive, fd);
	printf("{\"seconds\": %.6f, \"datagrams\": %llu}\n", window.seconds, window.sum);
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
	return 0;
}
