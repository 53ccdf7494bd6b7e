/* SPDX-License-Identifier: BSD-2-Clause */
/* Netlink into another network namespace, where the kernel only gives a number to it. */
#ifndef XVS_LINK_NETNS_H
#define XVS_LINK_NETNS_H

#include <stdint.h>
#include <netlink/socket.h>
#include "db/error.h"

struct link_table;

/*
 * A socket for requests (link_request()) in the namespace that this one knows by a number
 * (IFLA_LINK_NETNSID). It is looked for among those that have a name (`ip netns`) or a process.
 * NULL, and in `why` the reason alone, when it is not found or may not be entered. Freed with
 * nl_socket_free().
 */
struct nl_sock *link_netns_socket(struct link_table *table, int32_t netnsid, int protocol,
				  struct error *why);

/* Forgets, and frees, where they were seen. */
void link_netns_forget(struct link_table *table);

#endif
