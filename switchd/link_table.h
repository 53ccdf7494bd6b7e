/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files behind link.h share: the table, and the steps of bringing it up to date.
 *
 * A step changes the table and queues what is to be told; link_table_notify() tells it when the
 * picture is whole. So a callback may start an operation, which brings the table up to date in
 * turn: neither of the two can see, or free, what the other one is working on.
 */
#ifndef XVS_LINK_TABLE_H
#define XVS_LINK_TABLE_H

#include <netlink/msg.h>
#include <netlink/socket.h>
#include <sys/types.h>
#include "switchd/link.h"

#define LINK_BUCKETS 4096

struct event;

/* What a message of rtnetlink tells of a device: struct link without what other sources tell. */
struct link_news {
	struct link link;
	uint32_t lower; /* IFLA_LINK of a device that is stacked on another one of this namespace,
			   0: none */
	int32_t peer_netnsid; /* names the peer's namespace, where peer_elsewhere is set */
};

struct link_node {
	struct link link; /* first: link.h's functions are given this */
	uint32_t lower;
	int32_t peer_netnsid;
	uint32_t generation; /* of the last full reading that found it */
	struct link_counters counters;
	uint32_t counted; /* the reading that they are of */
	struct link_node *next_by_index, *next_by_name;

	/* What the owner is still to be told. */
	bool queued;
	bool untold; /* has never heard of it */
	enum link_change change;
	char told_name[IFNAMSIZ];
	struct link_node *next_queued;
};

/* Where namespaces were last seen, by what this one knows them by. */
#define LINK_NETNS_PATH 300
struct link_netns_place {
	ino_t inode;
	int32_t number;
	char path[LINK_NETNS_PATH];
};

struct link_netns {
	struct link_netns_place *places;
	size_t count;
};

struct link_table {
	link_change_fn *fn;
	void *arg;
	struct nl_sock *route, *route_events;
	struct nl_sock *generic,
		*generic_events;           /* no events on kernels without the netdev family */
	int netdev_family, ethtool_family; /* 0: the kernel lacks it */
	int ethtool_fd;                    /* for the ioctl that names a driver */
	struct event *on_route, *on_generic;
	uint32_t generation;
	struct link_netns netns;
	uint32_t counting;     /* number of readings of counters */
	bool counters_current; /* the last one may still be used */
	struct link_node *by_index[LINK_BUCKETS], *by_name[LINK_BUCKETS];
	struct link_node *queue, **queue_end;
};

struct link_node *link_node_find(struct link_table *table, uint32_t ifindex);

/* Queues a change of the node, after its link was changed. */
void link_node_changed(struct link_table *table, struct link_node *node);

/* Takes in everything that the kernel has told so far, and tells the owner. */
void link_table_update(struct link_table *table);

/*
 * The same at the end of an operation on a device. The device is read again: of one that is down,
 * the kernel does not tell all that changes (netdev_state_change()).
 */
void link_table_operated(struct link_table *table, uint32_t ifindex);

/* Reads a device again, where its change gives no message. One that is not there any more is left
 * to its own. */
void link_reread(struct link_table *table, uint32_t ifindex);

/* link_message.c: false for a message that does not describe a device in full. */
bool link_message_parse(struct nlmsghdr *message, struct link_news *news);

/* link_xdp.c: the driver's name and features of a new device, and notifications of these features.
 */
void link_xdp_read(struct link_table *table, struct link_node *node);
void link_xdp_event(struct nlmsghdr *message, void *table);

/*
 * link_peer.c: peer_xdp of a device whose peer or features changed, by asking; and of the ends in
 * this namespace, by looking.
 */
void link_peer_probe(struct link_table *table, struct link_node *node);
void link_peer_follow(struct link_table *table, struct link_node *node);

/* "cannot WHAT NAME: REASON"; `why` has the reason. Returns code. */
int link_error(struct link_table *table, uint32_t ifindex, const char *what, int code,
	       const struct error *why, struct error *error);

#endif
