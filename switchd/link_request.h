/* SPDX-License-Identifier: BSD-2-Clause */
/* Netlink sockets: a request and the kernel's answer to it, and the messages that nobody asked for.
 */
#ifndef XVS_LINK_REQUEST_H
#define XVS_LINK_REQUEST_H

#include <netlink/msg.h>
#include <netlink/socket.h>
#include "db/error.h"

typedef void link_message_fn(struct nlmsghdr *message, void *arg);

/* Opens a blocking socket for requests; NULL with a sentence. Freed with nl_socket_free(). */
struct nl_sock *link_request_socket(int protocol, struct error *error);

/* Opens a non-blocking socket that hears a multicast group, with a large buffer; NULL with a
 * sentence. */
struct nl_sock *link_event_socket(int protocol, int group, struct error *error);

/*
 * Sends a request, frees it, and hands every message of the answer to fn, which may be NULL. A dump
 * that the kernel calls inconsistent gives -EINTR. Returns what the kernel answered: 0 or a
 * negative errno with the reason alone in `why`: the kernel's own words where it has some ("mtu
 * greater than device maximum"). `request` NULL is -ENOMEM, so that callers need not look.
 */
int link_request(struct nl_sock *sock, struct nl_msg *request, link_message_fn *fn, void *arg,
		 struct error *why);

/*
 * Hands every waiting message of the kernel to fn. -ENOBUFS when messages were lost; then the ones
 * that were left are thrown away, as they tell of a state that is older than what the caller reads
 * next.
 */
int link_events(struct nl_sock *sock, link_message_fn *fn, void *arg);

#endif
