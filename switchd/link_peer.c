// SPDX-License-Identifier: BSD-2-Clause
/* What is known of a veth's other end. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <string.h>
#include "switchd/link_request.h"
#include "switchd/link_table.h"

static void take_program(struct nlmsghdr *message, void *arg)
{
	struct link_news news;

	if (link_message_parse(message, &news))
		*(uint32_t *)arg = news.link.xdp_id;
}

/* An end in another namespace sends no messages here. Without an answer nothing is known of it. */
void link_peer_probe(struct link_table *table, struct link_node *node)
{
	struct ifinfomsg info = {.ifi_index = node->link.peer};
	struct nl_msg *request;
	uint32_t program = 0;

	if (!node->link.peer_elsewhere)
		return;
	request = nlmsg_alloc_simple(RTM_GETLINK, 0);
	if (request) {
		nlmsg_append(request, &info, sizeof(info), NLMSG_ALIGNTO);
		nla_put_s32(request, IFLA_TARGET_NETNSID, node->peer_netnsid);
		nla_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	}
	link_request(table->route, request, take_program, &program, NULL);
	node->link.peer_xdp = program;
}

void link_peer_follow(struct link_table *table, struct link_node *node)
{
	struct link_node *peer = NULL;

	if (node->link.peer && !node->link.peer_elsewhere)
		peer = link_node_find(table, node->link.peer);
	if (!peer || peer->link.peer_elsewhere || peer->link.peer != node->link.ifindex)
		return;
	node->link.peer_xdp = peer->link.xdp_id;
	if (peer->link.peer_xdp != !!node->link.xdp_id) {
		peer->link.peer_xdp = node->link.xdp_id;
		link_node_changed(table, peer);
	}
}
