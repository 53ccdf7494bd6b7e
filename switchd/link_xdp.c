// SPDX-License-Identifier: BSD-2-Clause
/* What a device's driver can do with XDP: the generic netlink family `netdev`, and where it lacks,
 * a list. */
#include <net/if_arp.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>
#include "switchd/link.h"
#include "switchd/link_request.h"
#include "switchd/link_table.h"

/* From the kernel's include/uapi/linux/netdev.h, which Debian 12 does not have yet. */
enum {
	NETDEV_CMD_DEV_GET = 1,
	NETDEV_CMD_DEV_ADD_NTF,
	NETDEV_CMD_DEV_DEL_NTF,
	NETDEV_CMD_DEV_CHANGE_NTF,
};

enum {
	NETDEV_A_DEV_IFINDEX = 1, /* u32 */
	NETDEV_A_DEV_PAD,
	NETDEV_A_DEV_XDP_FEATURES, /* u64 */
	NETDEV_A_DEV_MAX = NETDEV_A_DEV_XDP_FEATURES,
};

/*
 * Drivers that in Linux 6.1 have XDP_REDIRECT and ndo_xdp_xmit (drivers/net/, by the names that
 * ethtool gives). veth and tun have them too, but whether frames arrive there hangs on the other
 * end.
 */
static const char *const xdp_drivers[] = {
	"atlantic", "bnxt_en",   "ena",    "hv_netvsc", "i40e", "ice", "igb",        "igc",
	"ixgbe",    "mlx5_core", "mvneta", "mvpp2",     "qede", "sfc", "virtio_net",
};

struct features {
	uint32_t ifindex;
	uint64_t bits;
};

static bool is_listed(const char *driver)
{
	for (size_t i = 0; i < sizeof(xdp_drivers) / sizeof(*xdp_drivers); i++)
		if (!strcmp(driver, xdp_drivers[i]))
			return true;
	return false;
}

/*
 * The drivers of physical devices have transmit queues for XDP frames only while they have a
 * program of their own, whatever their features say (virtnet_xdp_xmit(), ixgbe_xdp_xmit(),
 * mlx5e_xdp_xmit(), ...).
 */
bool link_takes_xdp(const struct link *link)
{
	if (!*link->kind && !link->xdp_id)
		return false;
	return link->xdp_features_known ? link->xdp_features & LINK_XDP_NDO_XMIT
					: is_listed(link->driver);
}

bool link_is_xdp_nic(const struct link *link)
{
	const uint64_t needed = LINK_XDP_BASIC | LINK_XDP_REDIRECT;

	if (*link->kind)
		return false;
	return link->xdp_features_known ? (link->xdp_features & needed) == needed
					: is_listed(link->driver);
}

static bool parse_features(struct nlmsghdr *message, struct features *features)
{
	struct nlattr *attrs[NETDEV_A_DEV_MAX + 1];

	if (genlmsg_parse(message, 0, attrs, NETDEV_A_DEV_MAX, NULL) ||
	    !attrs[NETDEV_A_DEV_IFINDEX] || !attrs[NETDEV_A_DEV_XDP_FEATURES])
		return false;
	features->ifindex = nla_get_u32(attrs[NETDEV_A_DEV_IFINDEX]);
	features->bits = nla_get_u64(attrs[NETDEV_A_DEV_XDP_FEATURES]);
	return true;
}

static void take_features(struct nlmsghdr *message, void *features)
{
	parse_features(message, features);
}

static void read_features(struct link_table *table, struct link *link)
{
	struct features features = {0};
	struct nl_msg *request = nlmsg_alloc();

	if (request) {
		genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, table->netdev_family, 0, 0,
			    NETDEV_CMD_DEV_GET, 1);
		nla_put_u32(request, NETDEV_A_DEV_IFINDEX, link->ifindex);
	}
	link_request(table->generic, request, take_features, &features, NULL);
	link->xdp_features = features.bits;
}

void link_xdp_read(struct link_table *table, struct link_node *node)
{
	struct link *link = &node->link;
	struct link_driver driver;

	link->xdp_features_known = table->generic_events;
	if (link->xdp_features_known)
		read_features(table, link);
	if (!*link->kind && link->type == ARPHRD_ETHER && link_driver_read(table, link, &driver))
		snprintf(link->driver, sizeof(link->driver), "%.*s", (int)sizeof(link->driver) - 1,
			 driver.name);
}

/* That a veth's features changed may come from a program on its other end, which if that is down
 * gives no message. */
void link_xdp_event(struct nlmsghdr *message, void *arg)
{
	struct link_table *table = arg;
	struct features features;
	struct link_node *node;
	bool had_xdp;

	if (message->nlmsg_type != table->netdev_family ||
	    genlmsg_hdr(message)->cmd != NETDEV_CMD_DEV_CHANGE_NTF ||
	    !parse_features(message, &features))
		return;
	node = link_node_find(table, features.ifindex);
	if (!node)
		return;
	had_xdp = node->link.peer_xdp;
	if (node->link.peer_elsewhere)
		link_peer_probe(table, node);
	else if (link_node_find(table, node->link.peer))
		link_reread(table, node->link.peer);
	if (features.bits == node->link.xdp_features && had_xdp == node->link.peer_xdp)
		return;
	node->link.xdp_features = features.bits;
	link_node_changed(table, node);
}
