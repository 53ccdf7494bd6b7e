// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <event2/event.h>
#include <linux/netlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "switchd/link.h"
#include "switchd/link_netns.h"
#include "switchd/link_request.h"
#include "switchd/link_table.h"
#include "switchd/log.h"

#define READ_TRIES 8 /* of all devices: the kernel says when they changed under its hands */

static struct link_node **bucket_of_index(struct link_table *table, uint32_t ifindex)
{
	return &table->by_index[ifindex % LINK_BUCKETS];
}

static struct link_node **bucket_of_name(struct link_table *table, const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return &table->by_name[hash % LINK_BUCKETS];
}

struct link_node *link_node_find(struct link_table *table, uint32_t ifindex)
{
	struct link_node *node = *bucket_of_index(table, ifindex);

	while (node && node->link.ifindex != ifindex)
		node = node->next_by_index;
	return node;
}

struct link *link_by_index(struct link_table *table, uint32_t ifindex)
{
	struct link_node *node = link_node_find(table, ifindex);

	return node ? &node->link : NULL;
}

struct link *link_by_name(struct link_table *table, const char *name)
{
	struct link_node *node = *bucket_of_name(table, name);

	while (node && strcmp(node->link.name, name))
		node = node->next_by_name;
	return node ? &node->link : NULL;
}

static void insert_name(struct link_table *table, struct link_node *node)
{
	struct link_node **bucket = bucket_of_name(table, node->link.name);

	node->next_by_name = *bucket;
	*bucket = node;
}

static void remove_name(struct link_table *table, struct link_node *node)
{
	struct link_node **at = bucket_of_name(table, node->link.name);

	while (*at != node)
		at = &(*at)->next_by_name;
	*at = node->next_by_name;
}

static struct link_node *insert(struct link_table *table, const struct link *link)
{
	struct link_node *node = calloc(1, sizeof(*node)),
			 **bucket = bucket_of_index(table, link->ifindex);

	if (!node)
		return NULL;
	node->link.ifindex = link->ifindex;
	memcpy(node->link.name, link->name, sizeof(link->name));
	node->next_by_index = *bucket;
	*bucket = node;
	insert_name(table, node);
	node->untold = true;
	return node;
}

static void queue(struct link_table *table, struct link_node *node, enum link_change change)
{
	if (node->queued && change != LINK_GONE)
		return;
	node->change = change;
	if (node->queued)
		return;
	node->queued = true;
	node->next_queued = NULL;
	*table->queue_end = node;
	table->queue_end = &node->next_queued;
}

void link_node_changed(struct link_table *table, struct link_node *node)
{
	queue(table, node, node->untold ? LINK_NEW : LINK_CHANGED);
}

static void remove_node(struct link_table *table, struct link_node *node)
{
	struct link_node **at = bucket_of_index(table, node->link.ifindex);

	while (*at != node)
		at = &(*at)->next_by_index;
	*at = node->next_by_index;
	remove_name(table, node);
	queue(table, node, LINK_GONE);
}

static struct link_node *dequeue(struct link_table *table)
{
	struct link_node *node = table->queue;

	if (!node)
		return NULL;
	table->queue = node->next_queued;
	if (!table->queue)
		table->queue_end = &table->queue;
	node->queued = false;
	return node;
}

/* Nothing is done with a node after its callback: what that started may have freed it. */
static void notify(struct link_table *table)
{
	struct link_node *node;

	while ((node = dequeue(table))) {
		char old_name[IFNAMSIZ];
		bool untold = node->untold, renamed;

		memcpy(old_name, node->told_name, sizeof(old_name));
		renamed = !untold && strcmp(old_name, node->link.name);
		memcpy(node->told_name, node->link.name, sizeof(old_name));
		node->untold = false;
		if (node->change != LINK_GONE) {
			table->fn(node->change, &node->link, renamed ? old_name : NULL, table->arg);
			continue;
		}
		if (!untold)
			table->fn(LINK_GONE, &node->link, NULL, table->arg);
		free(node);
	}
}

/* The owner looks at the table itself when it was opened. */
static void forget_queue(struct link_table *table)
{
	struct link_node *node;

	while ((node = dequeue(table))) {
		memcpy(node->told_name, node->link.name, sizeof(node->told_name));
		node->untold = false;
		if (node->change == LINK_GONE)
			free(node);
	}
}

/*
 * A peer that moves to another namespace, or back, gives no message for the near end, and one that
 * is made gives none when the two are connected. What the kernel says of the near end now is at
 * least as new as the message in hand, and as every message before it.
 */
static void reread_near_end(struct link_table *table, const struct link *peer)
{
	const struct link *near = NULL;

	if (peer->peer && !peer->peer_elsewhere)
		near = link_by_index(table, peer->peer);
	if (near && (near->peer != peer->ifindex || near->peer_elsewhere))
		link_reread(table, near->ifindex);
}

/* Makes the device as the message says. What other sources tell of it is kept, or asked for at
 * first sight. */
static void apply(struct link_table *table, const struct link_news *news)
{
	struct link_node *node = link_node_find(table, news->link.ifindex);
	bool is_new = !node, peer_changed;
	struct link before;

	if (!node)
		node = insert(table, &news->link);
	if (!node) {
		log_error("link", "%s is not seen: out of memory", news->link.name);
		return;
	}
	memcpy(&before, &node->link, sizeof(before));
	peer_changed = before.peer != news->link.peer ||
		       before.peer_elsewhere != news->link.peer_elsewhere ||
		       node->peer_netnsid != news->peer_netnsid;
	if (strcmp(before.name, news->link.name))
		remove_name(table, node);
	memcpy(&node->link, &news->link, sizeof(node->link));
	if (strcmp(before.name, news->link.name))
		insert_name(table, node);
	memcpy(node->link.driver, before.driver, sizeof(before.driver));
	node->link.xdp_features_known = before.xdp_features_known;
	node->link.xdp_features = before.xdp_features;
	node->link.peer_xdp = !peer_changed && before.peer_xdp;
	node->link.user = before.user;
	node->link.resets = before.resets;
	if (!is_new && (before.flags ^ news->link.flags) & IFF_RUNNING)
		node->link.resets++;
	node->lower = news->lower;
	node->peer_netnsid = news->peer_netnsid;
	node->generation = table->generation;
	if (is_new)
		link_xdp_read(table, node);
	if (peer_changed)
		link_peer_probe(table, node);
	link_peer_follow(table, node);
	if (is_new || memcmp(&before, &node->link, sizeof(before)))
		link_node_changed(table, node);
	reread_near_end(table, &news->link);
}

static void vanish(struct link_table *table, uint32_t ifindex)
{
	struct link_node *node = link_node_find(table, ifindex), *near;
	uint32_t peer;

	if (!node)
		return;
	peer = node->link.peer_elsewhere ? 0 : node->link.peer;
	remove_node(table, node);
	near = peer ? link_node_find(table, peer) : NULL;
	if (near && near->link.peer == ifindex && !near->link.peer_elsewhere)
		link_reread(table, peer);
}

static void take_message(struct nlmsghdr *message, void *table)
{
	struct link_news news;

	if ((message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK) ||
	    !link_message_parse(message, &news))
		return;
	if (message->nlmsg_type == RTM_DELLINK)
		vanish(table, news.link.ifindex);
	else
		apply(table, &news);
}

static struct nl_msg *get_request(uint32_t ifindex, int flags)
{
	struct ifinfomsg info = {.ifi_index = ifindex};
	struct nl_msg *request = nlmsg_alloc_simple(RTM_GETLINK, flags);

	if (!request)
		return NULL;
	nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return request;
}

static void keep_news(struct nlmsghdr *message, void *news)
{
	struct link_news found;

	if (message->nlmsg_type == RTM_NEWLINK && link_message_parse(message, &found))
		memcpy(news, &found, sizeof(found));
}

void link_reread(struct link_table *table, uint32_t ifindex)
{
	struct link_news news = {0};

	link_request(table->route, get_request(ifindex, 0), keep_news, &news, NULL);
	if (news.link.ifindex)
		apply(table, &news);
}

/* All devices as they are now; applied when they are all here, as applying asks for more. */
struct reading {
	struct link_news *news;
	size_t count, room;
	bool out_of_memory;
};

static void add_to_reading(struct nlmsghdr *message, void *arg)
{
	struct reading *reading = arg;
	struct link_news news;

	if (message->nlmsg_type != RTM_NEWLINK || !link_message_parse(message, &news))
		return;
	if (reading->count == reading->room) {
		size_t room = reading->room ? 2 * reading->room : 64;
		struct link_news *larger = reallocarray(reading->news, room, sizeof(*larger));

		if (!larger) {
			reading->out_of_memory = true;
			return;
		}
		reading->news = larger;
		reading->room = room;
	}
	memcpy(&reading->news[reading->count++], &news, sizeof(news));
}

static void remove_unseen(struct link_table *table)
{
	for (int i = 0; i < LINK_BUCKETS; i++)
		for (struct link_node *node = table->by_index[i], *next; node; node = next) {
			next = node->next_by_index;
			if (node->generation != table->generation)
				remove_node(table, node);
		}
}

static int read_all(struct link_table *table, struct error *error)
{
	struct reading reading = {0};
	struct error why;
	int rc = -EINTR;

	for (int i = 0; rc == -EINTR && i < READ_TRIES; i++) {
		reading.count = 0;
		rc = link_request(table->route, get_request(0, NLM_F_DUMP), add_to_reading,
				  &reading, &why);
	}
	if (rc == -EINTR)
		rc = 0; /* they change all the time, and every change is a message that is still to
			   come */
	if (!rc && reading.out_of_memory)
		rc = error_set(&why, -ENOMEM, "out of memory");
	if (rc) {
		error_set(error, rc, "cannot read the network devices: %s", why.text);
	} else {
		table->generation++;
		for (size_t i = 0; i < reading.count; i++)
			apply(table, &reading.news[i]);
		remove_unseen(table);
	}
	free(reading.news);
	return rc;
}

static void read_all_features(struct link_table *table)
{
	for (int i = 0; i < LINK_BUCKETS; i++)
		for (struct link_node *node = table->by_index[i]; node;
		     node = node->next_by_index) {
			struct link before;

			memcpy(&before, &node->link, sizeof(before));
			link_xdp_read(table, node);
			link_peer_probe(table, node);
			if (memcmp(&before, &node->link, sizeof(before)))
				link_node_changed(table, node);
		}
}

static void take_events(struct link_table *table)
{
	struct error error;

	if (link_events(table->route_events, take_message, table) == -ENOBUFS) {
		log_info("link", "the kernel had more to tell of network devices than there was "
				 "room for: reading "
				 "all of them anew");
		if (read_all(table, &error))
			log_error("link", "%s", error.text);
	}
	if (table->generic_events &&
	    link_events(table->generic_events, link_xdp_event, table) == -ENOBUFS)
		read_all_features(table);
}

void link_table_update(struct link_table *table)
{
	take_events(table);
	notify(table);
}

void link_table_operated(struct link_table *table, uint32_t ifindex)
{
	take_events(table);
	if (link_node_find(table, ifindex))
		link_reread(table, ifindex);
	notify(table);
}

static void on_readable(evutil_socket_t fd, short what, void *table)
{
	(void)fd;
	(void)what;
	link_table_update(table);
}

static struct event *watch(struct link_table *table, struct event_base *base, struct nl_sock *sock)
{
	struct event *event =
		event_new(base, nl_socket_get_fd(sock), EV_READ | EV_PERSIST, on_readable, table);

	if (event && event_add(event, NULL)) {
		event_free(event);
		return NULL;
	}
	return event;
}

/*
 * The families are asked for on a socket of their own: libnl reads these answers itself, and
 * counts. A kernel without the netdev family (before 6.3) tells nothing of what a driver can do
 * with XDP.
 */
static int open_generic(struct link_table *table, struct error *error)
{
	struct nl_sock *sock = nl_socket_alloc();
	int group = -1, rc = sock ? genl_connect(sock) : -NLE_NOMEM;

	if (rc < 0) {
		nl_socket_free(sock);
		return error_set(error, -EIO, "cannot open a generic netlink socket: %s",
				 nl_geterror(rc));
	}
	table->netdev_family = genl_ctrl_resolve(sock, "netdev");
	table->ethtool_family = genl_ctrl_resolve(sock, "ethtool");
	if (table->netdev_family > 0)
		group = genl_ctrl_resolve_grp(sock, "netdev", "mgmt");
	nl_socket_free(sock);
	table->generic = link_request_socket(NETLINK_GENERIC, error);
	if (!table->generic)
		return -EIO;
	if (table->netdev_family <= 0 || group <= 0)
		return 0;
	table->generic_events = link_event_socket(NETLINK_GENERIC, group, error);
	return table->generic_events ? 0 : -EIO;
}

static int open_sockets(struct link_table *table, struct error *error)
{
	table->ethtool_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	table->route = link_request_socket(NETLINK_ROUTE, error);
	if (!table->route)
		return -EIO;
	table->route_events = link_event_socket(NETLINK_ROUTE, RTNLGRP_LINK, error);
	return table->route_events ? open_generic(table, error) : -EIO;
}

int link_table_open(struct event_base *base, link_change_fn *fn, void *arg,
		    struct link_table **tablep, struct error *error)
{
	struct link_table *table = calloc(1, sizeof(*table));
	int rc;

	if (!table)
		return error_set(error, -ENOMEM, "out of memory");
	table->fn = fn;
	table->arg = arg;
	table->queue_end = &table->queue;
	rc = open_sockets(table, error);
	if (!rc)
		rc = read_all(table, error);
	if (rc)
		goto fail;
	forget_queue(table);
	table->on_route = watch(table, base, table->route_events);
	if (table->generic_events)
		table->on_generic = watch(table, base, table->generic_events);
	if (!table->on_route || !table->on_generic != !table->generic_events) {
		rc = error_set(error, -ENOMEM, "cannot watch the network devices: out of memory");
		goto fail;
	}
	*tablep = table;
	return 0;
fail:
	link_table_close(table);
	return rc;
}

void link_table_close(struct link_table *table)
{
	if (table->on_route)
		event_free(table->on_route);
	if (table->on_generic)
		event_free(table->on_generic);
	forget_queue(table);
	link_netns_forget(table);
	for (int i = 0; i < LINK_BUCKETS; i++)
		for (struct link_node *node = table->by_index[i], *next; node; node = next) {
			next = node->next_by_index;
			free(node);
		}
	nl_socket_free(table->route);
	nl_socket_free(table->route_events);
	nl_socket_free(table->generic);
	nl_socket_free(table->generic_events);
	if (table->ethtool_fd >= 0)
		close(table->ethtool_fd);
	free(table);
}

struct link *link_find(struct link_table *table, bool (*is)(struct link *link, void *arg),
		       void *arg)
{
	for (int i = 0; i < LINK_BUCKETS; i++)
		for (struct link_node *node = table->by_index[i]; node; node = node->next_by_index)
			if (is(&node->link, arg))
				return &node->link;
	return NULL;
}

int link_upper_count(struct link_table *table, uint32_t ifindex)
{
	const struct link *link = link_by_index(table, ifindex);
	int count = link && link->master;

	for (int i = 0; i < LINK_BUCKETS; i++)
		for (struct link_node *node = table->by_index[i]; node; node = node->next_by_index)
			count += node->lower == ifindex;
	return count;
}
