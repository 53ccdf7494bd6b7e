// SPDX-License-Identifier: BSD-2-Clause
#include "bench/conversation.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "bench/place.h"

static void usage(FILE *stream, const char *purpose)
{
	fprintf(stream, "Usage: %s [--seconds S] FROM-NETNS TO-NETNS ADDRESS\n%s\n",
		program_invocation_short_name, purpose);
}

struct conversation conversation_parse(int argc, char **argv, const char *purpose)
{
	static const struct option options[] = {
		{"seconds", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	struct conversation found = {.seconds = 1, .address.sin_family = AF_INET};
	int option;

	while ((option = getopt_long(argc, argv, "s:h", options, NULL)) >= 0) {
		if (option == 's') {
			found.seconds = atof(optarg);
		} else {
			usage(option == 'h' ? stdout : stderr, purpose);
			exit(option != 'h');
		}
	}
	if (argc - optind != 3 ||
	    inet_pton(AF_INET, argv[optind + 2], &found.address.sin_addr) != 1) {
		usage(stderr, purpose);
		exit(1);
	}
	found.from = argv[optind];
	found.to = argv[optind + 1];
	return found;
}

int conversation_socket(const char *namespace, int type)
{
	const struct timeval timeout = {.tv_sec = CONVERSATION_TIMEOUT};
	int fd;

	enter_namespace(namespace);
	fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		die("cannot make a socket");
	return fd;
}

int conversation_receiver(struct conversation *conversation, int type)
{
	int fd = conversation_socket(conversation->to, type);
	struct sockaddr *address = (struct sockaddr *)&conversation->address;
	socklen_t size = sizeof(conversation->address);

	if (bind(fd, address, size) || (type == SOCK_STREAM && listen(fd, 1)) ||
	    getsockname(fd, address, &size))
		die("cannot receive at %s in %s", inet_ntoa(conversation->address.sin_addr),
		    conversation->to);
	return fd;
}

void conversation_connect(const struct conversation *conversation, int fd)
{
	if (connect(fd, (struct sockaddr *)&conversation->address, sizeof(conversation->address)))
		die("cannot connect through the switch");
}

int conversation_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("nobody connected");
	return fd;
}
