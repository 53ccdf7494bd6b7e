// SPDX-License-Identifier: BSD-2-Clause
/* What devices count themselves: one reading of all of them by rtnetlink. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <string.h>
#include "switchd/link_request.h"
#include "switchd/link_table.h"

static void take_counters(struct nlmsghdr *message, void *arg)
{
	struct nlattr *attrs[IFLA_STATS_MAX + 1];
	const struct if_stats_msg *info = nlmsg_data(message);
	struct link_table *table = arg;
	struct rtnl_link_stats64 read = {};
	struct link_node *node;

	if (message->nlmsg_type != RTM_NEWSTATS || !nlmsg_valid_hdr(message, sizeof(*info)) ||
	    nlmsg_parse(message, sizeof(*info), attrs, IFLA_STATS_MAX, NULL) ||
	    !attrs[IFLA_STATS_LINK_64])
		return;
	node = link_node_find(table, info->ifindex);
	if (!node)
		return;
	nla_memcpy(&read, attrs[IFLA_STATS_LINK_64], sizeof(read));
	node->counters = (struct link_counters){
		.rx_errors = read.rx_errors,
		.tx_errors = read.tx_errors,
		.collisions = read.collisions,
		.rx_crc_errors = read.rx_crc_errors,
		.rx_frame_errors = read.rx_frame_errors,
		.rx_over_errors = read.rx_over_errors,
		.rx_missed_errors = read.rx_missed_errors,
	};
	node->counted = table->counting;
}

static void read_all(struct link_table *table)
{
	const struct if_stats_msg info = {.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64)};
	struct nl_msg *request = nlmsg_alloc_simple(RTM_GETSTATS, NLM_F_DUMP);

	if (request)
		nlmsg_append(request, (void *)&info, sizeof(info), NLMSG_ALIGNTO);
	link_request(table->route, request, take_counters, table, NULL);
}

bool link_counters_get(struct link_table *table, uint32_t ifindex, struct link_counters *counters)
{
	const struct link_node *node = link_node_find(table, ifindex);

	if (!table->counters_current) {
		table->counters_current = true;
		table->counting++;
		read_all(table);
	}
	if (!node || node->counted != table->counting)
		return false;
	*counters = node->counters;
	return true;
}

void link_counters_expire(struct link_table *table)
{
	table->counters_current = false;
}
