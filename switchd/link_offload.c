// SPDX-License-Identifier: BSD-2-Clause
/* Operations of link.h on a device's feature bits, by ethtool's generic netlink family. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>
#include "switchd/link.h"
#include "switchd/link_request.h"
#include "switchd/link_table.h"

/* Names as in the kernel's net/ethtool/common.c, netdev_features_strings; `ethtool -k` translates
 * some. */
static const char *const hiding[] = {"rx-vlan-hw-parse", "rx-vlan-filter", "rx-lro"};
static const char *const gro[] = {"rx-gro"};
static const char *const transmit[] = {"tx-checksum-ip-generic", "tx-checksum-ipv4",
				       "tx-checksum-ipv6", "tx-tcp-segmentation"};

/* Some features of a device: bit i stands for names[i]. */
struct query {
	const char *const *names;
	size_t count;
	unsigned active, changeable, fixed;
};

#define QUERY(which)                                                                               \
	{                                                                                          \
		.names = (which), .count = sizeof(which) / sizeof(*(which))                        \
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

static struct nl_msg *new_request(struct link_table *table, uint32_t ifindex, int command)
{
	struct nl_msg *request = nlmsg_alloc();
	struct nlattr *header;

	if (!request)
		return NULL;
	genlmsg_put(request, NL_AUTO_PORT, NL_AUTO_SEQ, table->ethtool_family, 0, 0, command,
		    ETHTOOL_GENL_VERSION);
	header = nla_nest_start(request, ETHTOOL_A_FEATURES_HEADER);
	nla_put_u32(request, ETHTOOL_A_HEADER_DEV_INDEX, ifindex);
	nla_nest_end(request, header);
	return request;
}

static int read_features(struct link_table *table, uint32_t ifindex, struct query *query,
			 struct error *error)
{
	struct error why;
	int rc;

	if (table->ethtool_family <= 0)
		rc = error_set(&why, -EOPNOTSUPP, "this kernel has no ethtool netlink");
	else
		rc = link_request(table->generic,
				  new_request(table, ifindex, ETHTOOL_MSG_FEATURES_GET),
				  take_features, query, &why);
	if (rc)
		return link_error(table, ifindex, "read the offloads of", rc, &why, error);
	return 0;
}

/* Switches those of `bits` on or off and reads what became of it. */
static int write_features(struct link_table *table, uint32_t ifindex, struct query *query,
			  unsigned bits, bool on, struct error *error)
{
	struct nl_msg *request = new_request(table, ifindex, ETHTOOL_MSG_FEATURES_SET);
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
	rc = link_request(table->generic, request, NULL, NULL, &why);
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

int link_offload_hiding(struct link_table *table, uint32_t ifindex, char *names, size_t size,
			struct error *error)
{
	struct query query = QUERY(hiding);
	int rc = read_features(table, ifindex, &query, error);

	print_names(&query, rc ? 0 : query.active & query.changeable & ~query.fixed, names, size);
	return rc;
}

int link_offload_set(struct link_table *table, uint32_t ifindex, const char *names, bool on,
		     struct error *error)
{
	struct query query = QUERY(hiding);
	unsigned bits = parse_names(&query, names);

	return bits ? switch_features(table, ifindex, &query, bits, on, error) : 0;
}

int link_set_gro(struct link_table *table, uint32_t ifindex, bool on, struct error *error)
{
	struct query query = QUERY(gro);
	int rc = read_features(table, ifindex, &query, error);

	if (rc || query.active == on)
		return rc;
	return switch_features(table, ifindex, &query, 1, on, error);
}

/* ethtool does not reach into another namespace, so an end there is not known. */
bool link_peer_offloads(struct link_table *table, uint32_t ifindex)
{
	const struct link *link = link_by_index(table, ifindex);
	struct query query = QUERY(transmit);

	if (!link || !link->peer || link->peer_elsewhere ||
	    read_features(table, link->peer, &query, NULL))
		return false;
	return query.active;
}
