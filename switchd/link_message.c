// SPDX-License-Identifier: BSD-2-Clause
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "switchd/link_table.h"

static uint32_t u32_of(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

/* A string is NUL-terminated by the kernel; what is longer than `size` is cut. */
static void copy_string(char *to, size_t size, struct nlattr *attr)
{
	if (attr)
		snprintf(to, size, "%.*s", nla_len(attr), (const char *)nla_data(attr));
}

/* Native programs only: a program that runs on socket buffers does not make the device take XDP
 * frames. */
static uint32_t native_program(struct nlattr *xdp)
{
	struct nlattr *attrs[IFLA_XDP_MAX + 1];

	if (!xdp || nla_parse_nested(attrs, IFLA_XDP_MAX, xdp, NULL) || !attrs[IFLA_XDP_ATTACHED])
		return 0;
	switch (nla_get_u8(attrs[IFLA_XDP_ATTACHED])) {
	case XDP_ATTACHED_DRV:
		return u32_of(attrs[IFLA_XDP_PROG_ID]);
	case XDP_ATTACHED_MULTI:
		return u32_of(attrs[IFLA_XDP_DRV_PROG_ID]);
	default:
		return 0;
	}
}

/* IFLA_LINK is a veth's other end, and what other kinds of devices are stacked on. */
static void parse_relation(struct nlattr **attrs, struct link_news *news)
{
	uint32_t other = u32_of(attrs[IFLA_LINK]);

	if (!strcmp(news->link.kind, "veth")) {
		news->link.peer = other;
		news->link.peer_elsewhere = other && attrs[IFLA_LINK_NETNSID];
		if (news->link.peer_elsewhere)
			news->peer_netnsid = nla_get_s32(attrs[IFLA_LINK_NETNSID]);
	} else if (!attrs[IFLA_LINK_NETNSID] && other != news->link.ifindex) {
		news->lower = other;
	}
}

bool link_message_parse(struct nlmsghdr *message, struct link_news *news)
{
	const struct ifinfomsg *info = nlmsg_data(message);
	struct nlattr *attrs[IFLA_MAX + 1], *kind[IFLA_INFO_MAX + 1];
	struct link *link = &news->link;

	memset(news, 0, sizeof(*news));
	if (!nlmsg_valid_hdr(message, sizeof(*info)) || info->ifi_family != AF_UNSPEC ||
	    nlmsg_parse(message, sizeof(*info), attrs, IFLA_MAX, NULL))
		return false;
	link->ifindex = info->ifi_index;
	if (message->nlmsg_type == RTM_DELLINK)
		return true;
	if (!attrs[IFLA_IFNAME] || !attrs[IFLA_MTU] || attrs[IFLA_WIRELESS])
		return false;
	link->type = info->ifi_type;
	link->flags = info->ifi_flags;
	copy_string(link->name, sizeof(link->name), attrs[IFLA_IFNAME]);
	copy_string(link->alias, sizeof(link->alias), attrs[IFLA_IFALIAS]);
	if (attrs[IFLA_LINKINFO] &&
	    !nla_parse_nested(kind, IFLA_INFO_MAX, attrs[IFLA_LINKINFO], NULL))
		copy_string(link->kind, sizeof(link->kind), kind[IFLA_INFO_KIND]);
	if (attrs[IFLA_ADDRESS] && nla_len(attrs[IFLA_ADDRESS]) == sizeof(link->mac))
		memcpy(link->mac, nla_data(attrs[IFLA_ADDRESS]), sizeof(link->mac));
	link->mtu = u32_of(attrs[IFLA_MTU]);
	link->master = u32_of(attrs[IFLA_MASTER]);
	link->rx_queues = u32_of(attrs[IFLA_NUM_RX_QUEUES]);
	link->tx_queues = u32_of(attrs[IFLA_NUM_TX_QUEUES]);
	link->xdp_id = native_program(attrs[IFLA_XDP]);
	parse_relation(attrs, news);
	return true;
}
