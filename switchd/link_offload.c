// SPDX-License-Identifier: BSD-2-Clause
/* Operations of link.h on a device's feature bits, by ethtool's generic netlink family. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>
#include "switchd/link.h"
#include "switchd/link_netns.h"
#include "switchd/link_request.h"
#include "switchd/link_table.h"

/* Names as in the kernel's net/ethtool/common.c, netdev_features_strings; `ethtool -k` translates
 * some. The first two take tags off frames. */
static const char *const hiding[] = {"rx-vlan-hw-parse", "rx-vlan-stag-hw-parse", "rx-vlan-filter",
				     "rx-vlan-stag-filter", "rx-lro"};
#define STRIPPING 3u

/* Of a veth's other end, which passes tags beside the frame: XDP does not see them there. */
static const char *const peer_hiding[] = {"tx-vlan-hw-insert", "tx-vlan-stag-hw-insert"};
static const char *const gro[] = {"rx-gro"};
static const char *const transmit[] = {"tx-checksum-ip-generic", "tx-checksum-ipv4",
				       "tx-checksum-ipv6", "tx-tcp-segmentation"};

/* Some features of a device: bit i stands for names[i]. */
struct query {
	struct nl_sock *sock; /* in the namespace of the device */
	uint32_t ifindex;     /* there */
	const char *const *names;
	size_t count;
	unsigned active, changeable, fixed;
};

#define QUERY(table, index, which)                                                                 \
	{                                                                                          \
		.sock = (table)->generic, .ifindex = (index), .names = (which),                    \
		.count = sizeof(which) / sizeof(*(which))                                          \
	}

/* The bits of a bitset that are on: without a mask, those that are listed. */
static unsigned bits_on(const struct query *query, struct nlattr *bitset)
{
	struct nlattr *set[ETHTOOL_A_BITSET_MAX + 1], *bit[ETHTOOL_A_BITSET_BIT_MAX + 1], *at;
	unsigned found = 0;
	int left;

	if (!bitset || nla_parse_nested(set, ETHTOOL_A_BITSET_MAX, bitset, NULL) ||
	    !set[ETHTOOL_A_BITSET_BITS])
		return 0;
	nla_for_each_nested (at, set[ETHTOOL_A_BITSET_BITS], left) {
		if (nla_parse_nested(bit, ETHTOOL_A_BITSET_BIT_MAX, at, NULL) ||
		    !bit[ETHTOOL_A_BITSET_BIT_NAME])
			continue;
		if (!set[ETHTOOL_A_BITSET_NOMASK] && !bit[ETHTOOL_A_BITSET_BIT_VALUE])
			continue;
		for (size_t i = 0; i < query->count; i++)
			if (!strcmp(nla_get_string(bit[ETHTOOL_A_BITSET_BIT_NAME]),
				    query->names[i]))
				found |= 1u << i;
	}
	return found;
}

static void take_features(struct nlmsghdr *message, void *arg)
{
	struct nlattr *attrs[ETHTOOL_A_FEATURES_MAX + 1];
	struct query *query = arg;

	if (genlmsg_parse(message, 0, attrs, ETHTOOL_A_FEATURES_MAX, NULL))
		return;
	query->active = bits_on(query, attrs[ETHTOOL_A_FEATURES_ACTIVE]);
	query->changeable = bits_on(query, attrs[ETHTOOL_A_FEATURES_HW]);
	query->fixed = bits_on(query, attrs[ETHTOOL_A_FEATURES_NOCHANGE]);
}

static struct nl_msg *new_request(struct link_table *table, const struct query *query, int command)
{
	struct nl_msg *request = nlmsg_alloc();
	struct nlattr *header;

	if (!request)
		return NULL;
	genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, table->ethtool_family, 0, 0, command,
		    ETHTOOL_GENL_VERSION);
	header = nla_nest_start(request, ETHTOOL_A_FEATURES_HEADER);
	nla_put_u32(request, ETHTOOL_A_HEADER_DEV_INDEX, query->ifindex);
	nla_nest_end(request, header);
	return request;
}

/* `ifindex` names the device in sentences: of a veth's other end, the one that is here. */
static int read_features(struct link_table *table, uint32_t ifindex, struct query *query,
			 struct error *error)
{
	struct error why;
	int rc;

	if (table->ethtool_family <= 0)
		rc = error_set(&why, -EOPNOTSUPP, "this kernel has no ethtool netlink");
	else
		rc = link_request(query->sock, new_request(table, query, ETHTOOL_MSG_FEATURES_GET),
				  take_features, query, &why);
	if (rc)
		return link_error(table, ifindex, "read the offloads of", rc, &why, error);
	return 0;
}

/* Switches those of `bits` on or off and reads what became of it. */
static int write_features(struct link_table *table, uint32_t ifindex, struct query *query,
			  unsigned bits, bool on, struct error *error)
{
	struct nl_msg *request = new_request(table, query, ETHTOOL_MSG_FEATURES_SET);
	struct nlattr *wanted, *list, *bit;
	struct error why;
	int rc;

	if (request) {
		wanted = nla_nest_start(request, ETHTOOL_A_FEATURES_WANTED);
		list = nla_nest_start(request, ETHTOOL_A_BITSET_BITS);
		for (size_t i = 0; i < query->count; i++) {
			if (!(bits & 1u << i))
				continue;
			bit = nla_nest_start(request, ETHTOOL_A_BITSET_BITS_BIT);
			nla_put_string(request, ETHTOOL_A_BITSET_BIT_NAME, query->names[i]);
			if (on)
				nla_put_flag(request, ETHTOOL_A_BITSET_BIT_VALUE);
			nla_nest_end(request, bit);
		}
		nla_nest_end(request, list);
		nla_nest_end(request, wanted);
	}
	rc = link_request(query->sock, request, NULL, NULL, &why);
	link_table_operated(table, ifindex);
	if (rc)
		return link_error(table, ifindex, "change the offloads of", rc, &why, error);
	return read_features(table, ifindex, query, error);
}

/* Writes the names of the bits, comma between them. */
static void print_names(const struct query *query, unsigned bits, char *text, size_t size)
{
	size_t length = 0;

	if (size)
		*text = '\0';
	for (size_t i = 0; i < query->count && length < size; i++)
		if (bits & 1u << i)
			length += snprintf(text + length, size - length, "%s%s", length ? "," : "",
					   query->names[i]);
}

static unsigned parse_names(const struct query *query, const char *text)
{
	unsigned bits = 0;

	for (size_t length; *text; text += length + (text[length] == ',')) {
		length = strcspn(text, ",");
		for (size_t i = 0; i < query->count; i++)
			if (strlen(query->names[i]) == length &&
			    !memcmp(query->names[i], text, length))
				bits |= 1u << i;
	}
	return bits;
}

/* Switches and insists: what the driver did not do is an error. */
static int switch_features(struct link_table *table, uint32_t ifindex, struct query *query,
			   unsigned bits, bool on, struct error *error)
{
	int rc = write_features(table, ifindex, query, bits, on, error);
	unsigned refused = bits & (on ? ~query->active : query->active);
	struct error why;
	char names[128];

	if (rc || !refused)
		return rc;
	print_names(query, refused, names, sizeof(names));
	error_set(&why, 0, "its driver keeps %s %s", names, on ? "off" : "on");
	return link_error(table, ifindex, "change the offloads of", -EOPNOTSUPP, &why, error);
}

/* Turns a query to a veth's other end, in whatever namespace that is. query_end() in every case. */
static int query_peer(struct link_table *table, uint32_t ifindex, struct query *query,
		      struct error *error)
{
	struct link_node *node = link_node_find(table, ifindex);
	struct error why;

	query->sock = NULL;
	if (!node || !node->link.peer)
		return error_set(error, -ENODEV, "a device has no other end");
	query->ifindex = node->link.peer;
	query->sock = node->link.peer_elsewhere
			      ? link_netns_socket(table, node->peer_netnsid, NETLINK_GENERIC, &why)
			      : table->generic;
	if (query->sock)
		return 0;
	return link_error(table, ifindex, "look at the other end of", -EACCES, &why, error);
}

static void query_end(struct link_table *table, struct query *query)
{
	if (query->sock != table->generic)
		nl_socket_free(query->sock);
}

static bool is_veth(struct link_table *table, uint32_t ifindex)
{
	const struct link *link = link_by_index(table, ifindex);

	return link && !strcmp(link->kind, "veth");
}

static int hiding_of_peer(struct link_table *table, uint32_t ifindex, char *names, size_t size,
			  struct error *error)
{
	struct query query = QUERY(table, ifindex, peer_hiding);
	int rc = query_peer(table, ifindex, &query, error);

	if (!rc)
		rc = read_features(table, ifindex, &query, error);
	print_names(&query, rc ? 0 : query.active, names, size);
	query_end(table, &query);
	return rc;
}

int link_offload_hiding(struct link_table *table, uint32_t ifindex, char *names, size_t size,
			struct error *error)
{
	struct query query = QUERY(table, ifindex, hiding);
	struct error why;
	char stuck[64];
	int rc;

	if (is_veth(table, ifindex))
		return hiding_of_peer(table, ifindex, names, size, error);
	rc = read_features(table, ifindex, &query, error);
	print_names(&query, rc ? 0 : query.active & query.changeable & ~query.fixed, names, size);
	query.active &= STRIPPING & (query.fixed | ~query.changeable);
	if (rc || !query.active)
		return rc;
	print_names(&query, query.active, stuck, sizeof(stuck));
	error_set(&why, 0, "its driver keeps %s on", stuck);
	return link_error(table, ifindex, "change the offloads of", -EOPNOTSUPP, &why, error);
}

static int set_of_peer(struct link_table *table, uint32_t ifindex, const char *names, bool on,
		       struct error *error)
{
	struct query query = QUERY(table, ifindex, peer_hiding);
	unsigned bits = parse_names(&query, names);
	int rc;

	if (!bits)
		return 0;
	rc = query_peer(table, ifindex, &query, error);
	if (!rc)
		rc = switch_features(table, ifindex, &query, bits, on, error);
	query_end(table, &query);
	return rc;
}

int link_offload_set(struct link_table *table, uint32_t ifindex, const char *names, bool on,
		     struct error *error)
{
	struct query query = QUERY(table, ifindex, hiding);
	unsigned bits = parse_names(&query, names);

	if (is_veth(table, ifindex))
		return set_of_peer(table, ifindex, names, on, error);
	return bits ? switch_features(table, ifindex, &query, bits, on, error) : 0;
}

int link_set_gro(struct link_table *table, uint32_t ifindex, bool on, struct error *error)
{
	struct query query = QUERY(table, ifindex, gro);
	int rc = read_features(table, ifindex, &query, error);

	if (rc || query.active == on)
		return rc;
	return switch_features(table, ifindex, &query, 1, on, error);
}

bool link_peer_offloads(struct link_table *table, uint32_t ifindex)
{
	struct query query = QUERY(table, ifindex, transmit);
	bool on = !query_peer(table, ifindex, &query, NULL) &&
		  !read_features(table, ifindex, &query, NULL) && query.active;

	query_end(table, &query);
	return on;
}
