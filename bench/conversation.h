/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two processes with a socket each, in two network namespaces: what the programs that measure
 * between sockets have in common.
 */
#ifndef BENCH_CONVERSATION_H
#define BENCH_CONVERSATION_H

#include <netinet/in.h>

#define CONVERSATION_TIMEOUT 5 /* seconds until a path that carries nothing is given up */

struct conversation {
	double seconds;
	const char *from, *to;      /* network namespaces */
	struct sockaddr_in address; /* in that of `to` */
};

/* Reads "[--seconds S] FROM-NETNS TO-NETNS ADDRESS". Ends the program, with its usage, where the
 * words are others or ask for it; purpose: what it says there. */
struct conversation conversation_parse(int argc, char **argv, const char *purpose);

/* A socket of a type (SOCK_STREAM, SOCK_DGRAM) in a namespace, where the process stays. It waits
 * for nothing longer than the timeout. */
int conversation_socket(const char *namespace, int type);

/* The same at the address, whose port is known from then on. */
int conversation_receiver(struct conversation *conversation, int type);

/* Connects a socket to the address, or ends the program. */
void conversation_connect(const struct conversation *conversation, int fd);

/* The connection that somebody makes to a listening socket. */
int conversation_accept(int listener);

#endif
