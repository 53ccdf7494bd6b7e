/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_dp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct dp *all;

__attribute__((format(printf, 2, 3))) static void violation(struct dp *dp, const char *format, ...)
{
	va_list args;

	if (*dp->violation)
		return;
	va_start(args, format);
	vsnprintf(dp->violation, sizeof(dp->violation), format, args);
	va_end(args);
}

static int fake_open(const char *instance, uint32_t fdb_buckets, struct dp **found,
		     struct error *error)
{
	struct dp *dp;

	for (dp = all; dp; dp = dp->next)
		if (!strcmp(dp->instance, instance)) {
			*found = dp;
			return 0;
		}
	dp = calloc(1, sizeof(*dp));
	if (!dp)
		return error_set(error, -ENOMEM, "out of memory");
	snprintf(dp->instance, sizeof(dp->instance), "%s", instance);
	dp->n_buckets = fdb_buckets;
	dp->buckets = calloc(fdb_buckets, sizeof(*dp->buckets));
	dp->shared.layout = XVS_LAYOUT;
	dp->next = all;
	all = dp;
	*found = dp;
	return 0;
}

static void fake_close(struct dp *dp)
{
	dp->xdp_changed = NULL;
}

static void set_hook(struct dp *dp, uint16_t number, uint32_t ifindex, enum dp_hook hook)
{
	if (dp->hooks[number] == hook)
		return;
	dp->hooks[number] = hook;
	if (dp->xdp_changed)
		dp->xdp_changed(ifindex, hook == DP_HOOK_XDP ? 1000 + ifindex : 0);
}

static void free_dp(struct dp *dp)
{
	for (size_t i = 0; i < XVS_GROUPS_MAX; i++)
		free(dp->groups[i].members);
	free(dp->buckets);
	free(dp);
}

static void fake_teardown(struct dp *dp)
{
	struct dp **at = &all;

	for (uint16_t number = 0; number < XVS_PORTS_MAX; number++)
		if (dp->ports[number].ifindex)
			set_hook(dp, number, dp->ports[number].ifindex, DP_HOOK_TC);
	while (*at != dp)
		at = &(*at)->next;
	*at = dp->next;
	free_dp(dp);
}

void fake_dp_forget(void)
{
	while (all)
		fake_teardown(all);
}

static bool same(const struct dp_port *a, const struct dp_port *b)
{
	return a->fid == b->fid && a->flags == b->flags && a->hook == b->hook &&
	       a->ifindex == b->ifindex && a->tx_ifindex == b->tx_ifindex && a->mtu == b->mtu;
}

/* The group that names a port, other than that of filtering id `but`; 0: none. */
static uint32_t group_naming(const struct dp *dp, uint16_t number, uint16_t but)
{
	for (uint32_t id = 1; id < XVS_GROUPS_MAX; id++)
		for (size_t i = 0; i < dp->groups[id].count; i++)
			if (dp->groups[id].members[i] == number && (!but || dp->fids[but] != id))
				return id;
	return 0;
}

/* Does an FDB entry of another filtering id lead to this port? */
static bool names_elsewhere(const struct dp *dp, const struct dp_port *port)
{
	for (uint32_t i = 0; i < dp->n_buckets * XVS_FDB_SLOTS; i++) {
		const struct xvs_fdb_slot *slot =
			&dp->buckets[i / XVS_FDB_SLOTS].slot[i % XVS_FDB_SLOTS];

		if (slot->key && (slot->forward & XVS_FORWARD_PORT) == port->number &&
		    xvs_fdb_key_fid(slot->key) != port->fid)
			return true;
	}
	return false;
}

static void check_port(struct dp *dp, const struct dp_port *port)
{
	uint32_t group = group_naming(dp, port->number, port->fid);

	if (!port->number || port->number >= XVS_PORTS_MAX || !port->ifindex || !port->tx_ifindex ||
	    !port->fid || !*port->name)
		violation(dp, "port_set: port %u is incomplete", port->number);
	if (group)
		violation(dp, "port_set: port %u has fid %u, but group %u names it", port->number,
			  port->fid, group);
	if (!(port->flags & XVS_PORT_UP) && group_naming(dp, port->number, 0))
		violation(dp, "port_set: port %u is down, but a group names it", port->number);
	if (names_elsewhere(dp, port))
		violation(dp, "port_set: port %u has fid %u, but an FDB entry of another names it",
			  port->number, port->fid);
	for (uint16_t other = 1; other < XVS_PORTS_MAX; other++)
		if (other != port->number && dp->ports[other].ifindex == port->ifindex)
			violation(dp, "port_set: device %u is port %u already, not %u",
				  port->ifindex, other, port->number);
}

static void fake_port_del(struct dp *dp, uint16_t number)
{
	if (!dp->ports[number].ifindex)
		return;
	if (group_naming(dp, number, 0))
		violation(dp, "port_del: a group names port %u", number);
	dp->port_dels++;
	set_hook(dp, number, dp->ports[number].ifindex, DP_HOOK_TC);
	memset(&dp->ports[number], 0, sizeof(dp->ports[number]));
	memset(&dp->counters[number], 0, sizeof(dp->counters[number]));
}

static int fake_port_set(struct dp *dp, const struct dp_port *port, struct dp_port_status *status,
			 struct error *error)
{
	struct dp_port *slot = &dp->ports[port->number];
	enum dp_hook hook = port->hook;

	dp->port_sets++;
	check_port(dp, port);
	memset(status, 0, sizeof(*status));
	if (port->ifindex == dp->refuse) {
		memset(slot, 0, sizeof(*slot));
		set_hook(dp, port->number, port->ifindex, DP_HOOK_TC);
		return error_set(error, -EOPNOTSUPP, "%s: the driver refused", port->name);
	}
	if (hook == DP_HOOK_XDP && port->ifindex == dp->refuse_xdp) {
		hook = DP_HOOK_TC;
		error_set(&status->warning, 0, "%s: XDP was refused", port->name);
	}
	if (!same(slot, port))
		dp->port_changes++;
	*slot = *port;
	set_hook(dp, port->number, port->ifindex, hook);
	status->hook = hook;
	return 0;
}

static void fake_port_each(struct dp *dp, dp_port_fn *fn, void *arg)
{
	for (uint16_t number = 1; number < XVS_PORTS_MAX; number++)
		if (dp->ports[number].ifindex)
			fn(number, dp->ports[number].ifindex, arg);
}

static void check_members(struct dp *dp, uint32_t id, const uint16_t *members, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!dp->ports[members[i]].ifindex)
			violation(dp, "group_set: group %u names port %u, which is not there", id,
				  members[i]);
		if (i && members[i - 1] >= members[i])
			violation(dp, "group_set: members of group %u are not in order", id);
	}
}

static int fake_group_set(struct dp *dp, uint32_t id, const uint16_t *members, size_t count,
			  struct error *error)
{
	struct fake_dp_group *group = &dp->groups[id];

	(void)error;
	check_members(dp, id, members, count);
	if (group->count == count &&
	    (!count || !memcmp(group->members, members, count * sizeof(*members))))
		return 0;
	dp->group_changes++;
	free(group->members);
	group->members = NULL;
	group->count = count;
	if (count) {
		group->members = calloc(count, sizeof(*members));
		memcpy(group->members, members, count * sizeof(*members));
	}
	return 0;
}

static int fake_fid_set(struct dp *dp, uint16_t fid, uint32_t group, struct error *error)
{
	(void)error;
	if (group && !dp->groups[group].count)
		violation(dp, "fid_set: group %u of fid %u is empty", group, fid);
	if (dp->fids[fid] != group)
		dp->fid_changes++;
	dp->fids[fid] = group;
	return 0;
}

static struct xvs_fdb_bucket *fake_fdb(struct dp *dp, uint32_t *buckets)
{
	*buckets = dp->n_buckets;
	return dp->buckets;
}

static int fake_fdb_resize(struct dp *dp, uint32_t buckets,
			   int (*fill)(struct xvs_fdb_bucket *table, uint32_t buckets, void *arg),
			   void *arg, struct error *error)
{
	struct xvs_fdb_bucket *table = calloc(buckets, sizeof(*table));
	int status = table ? fill(table, buckets, arg) : -ENOMEM;

	if (status) {
		free(table);
		return error_set(error, status, "the FDB keeps its size");
	}
	free(dp->buckets);
	dp->buckets = table;
	dp->n_buckets = buckets;
	return 0;
}

static struct xvs_shared *fake_shared(struct dp *dp)
{
	return &dp->shared;
}

static int fake_event_fd(struct dp *dp)
{
	(void)dp;
	return -1;
}

static int fake_event_read(struct dp *dp, int max, dp_event_fn *fn, void *arg)
{
	int count = 0;

	while (count < max && (size_t)count < dp->n_events)
		fn(&dp->events[count++], arg);
	memmove(dp->events, dp->events + count, (dp->n_events - count) * sizeof(*dp->events));
	dp->n_events -= count;
	return count;
}

static int fake_counters(struct dp *dp, uint16_t number, struct dp_counters *counters)
{
	if (!dp->ports[number].ifindex)
		return -ENOENT;
	*counters = dp->counters[number];
	return 0;
}

static uint32_t fake_foreign_xdp(struct dp *dp, uint32_t ifindex)
{
	return ifindex == dp->foreign_on ? dp->foreign_id : 0;
}

const struct dp_class dp_fake = {
	.open = fake_open,
	.close = fake_close,
	.teardown = fake_teardown,
	.port_set = fake_port_set,
	.port_del = fake_port_del,
	.port_each = fake_port_each,
	.group_set = fake_group_set,
	.fid_set = fake_fid_set,
	.fdb = fake_fdb,
	.fdb_resize = fake_fdb_resize,
	.shared = fake_shared,
	.event_fd = fake_event_fd,
	.event_read = fake_event_read,
	.counters = fake_counters,
	.foreign_xdp = fake_foreign_xdp,
};

void fake_dp_event(struct dp *dp, enum xvs_event_kind kind, const uint8_t mac[6], uint16_t fid,
		   uint16_t port)
{
	uint64_t value = 0;

	if (dp->n_events == FAKE_DP_EVENTS_MAX) {
		dp->shared.events_lost++;
		return;
	}
	for (int i = 5; i >= 0; i--)
		value = value << 8 | mac[i];
	dp->events[dp->n_events++] = (struct xvs_event){
		.key = xvs_fdb_key(value, fid),
		.port = port,
		.kind = kind,
	};
}

void fake_dp_count_from_zero(struct dp *dp)
{
	dp->port_sets = dp->port_changes = dp->port_dels = dp->group_changes = dp->fid_changes = 0;
}
