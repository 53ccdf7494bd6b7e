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

static int make_flows(struct dp *dp, uint32_t lines, uint32_t counters)
{
	dp->flows = calloc(lines, sizeof(*dp->flows));
	dp->flow_counters = calloc(counters, sizeof(*dp->flow_counters));
	dp->flow_lines = lines;
	dp->n_flow_counters = counters;
	return dp->flows && dp->flow_counters ? 0 : -ENOMEM;
}

static int fake_open(const char *instance, uint32_t fdb_buckets, struct dp **found,
		     struct error *error)
{
	struct dp *dp;

	for (dp = all; dp; dp = dp->next)
		if (!strcmp(dp->instance, instance)) {
			memset(dp->fresh, 0, sizeof(dp->fresh));
			*found = dp;
			return 0;
		}
	dp = calloc(1, sizeof(*dp));
	if (!dp)
		return error_set(error, -ENOMEM, "out of memory");
	snprintf(dp->instance, sizeof(dp->instance), "%s", instance);
	dp->n_buckets = fdb_buckets;
	dp->buckets = calloc(fdb_buckets, sizeof(*dp->buckets));
	if (make_flows(dp, XVS_FLOW_LINES_MIN, XVS_FLOW_COUNTERS_MIN))
		return error_set(error, -ENOMEM, "out of memory");
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

static void free_vlans(struct dp *dp, uint16_t bridge)
{
	struct fake_dp_vlans *vlans = dp->vlans[bridge];

	for (size_t i = 0; vlans && i < vlans->n; i++)
		free(vlans->floods[i].members);
	if (vlans)
		free(vlans->floods);
	free(vlans);
	dp->vlans[bridge] = NULL;
}

static void free_dp(struct dp *dp)
{
	for (uint16_t bridge = 0; bridge < XVS_BRIDGES_MAX; bridge++)
		free_vlans(dp, bridge);
	free(dp->buckets);
	free(dp->flows);
	free(dp->flow_counters);
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

static bool same_vlans(const struct dp_port *a, const struct dp_port *b)
{
	const uint16_t flags =
		XVS_PORT_ACCESS | XVS_PORT_TUNNEL | XVS_PORT_VLAN_SET | XVS_PORT_CVLANS;

	return a->bridge == b->bridge && a->pvid == b->pvid && a->push_tpid == b->push_tpid &&
	       (a->flags & flags) == (b->flags & flags) &&
	       !memcmp(&a->vlan_set, &b->vlan_set, sizeof(a->vlan_set));
}

static bool same(const struct dp_port *a, const struct dp_port *b)
{
	return same_vlans(a, b) && a->flags == b->flags && a->hook == b->hook &&
	       a->ifindex == b->ifindex && a->tx_ifindex == b->tx_ifindex && a->mtu == b->mtu;
}

/* Do frames of a VLAN leave by the port, as far as its description tells? */
static bool carries(const struct dp_port *port, uint16_t vid)
{
	if (vid >= XVS_VID_RESERVED)
		return false;
	if (port->flags & (XVS_PORT_ACCESS | XVS_PORT_TUNNEL))
		return vid == port->pvid;
	if (port->pvid && !vid)
		return false;
	return !(port->flags & XVS_PORT_VLAN_SET) || vlan_set_has(&port->vlan_set, vid);
}

/* May they leave in this form? Of the native VLAN the description does not tell. */
static bool may_leave(const struct dp_port *port, uint16_t vid, enum xvs_egress egress)
{
	if (!carries(port, vid))
		return false;
	if (port->flags & (XVS_PORT_ACCESS | XVS_PORT_TUNNEL) && vid)
		return egress == XVS_EGRESS_UNTAGGED;
	if (!vid)
		return egress != XVS_EGRESS_TAGGED;
	return egress == XVS_EGRESS_TAGGED || (egress == XVS_EGRESS_UNTAGGED && vid == port->pvid);
}

const struct fake_dp_flood *fake_dp_flood(const struct dp *dp, uint16_t bridge, uint16_t vid)
{
	const struct fake_dp_vlans *vlans = dp->vlans[bridge];
	uint16_t flood = vlans ? vlans->entries[vid] & XVS_VLAN_GROUP : 0;

	return flood ? &vlans->floods[flood - 1] : NULL;
}

static const struct dp_member *find_member(const struct fake_dp_flood *flood, uint16_t port)
{
	for (size_t i = 0; flood && i < flood->count; i++)
		if (flood->members[i].port == port)
			return &flood->members[i];
	return NULL;
}

const struct dp_member *fake_dp_member(const struct dp *dp, uint16_t bridge, uint16_t vid,
				       uint16_t port)
{
	return find_member(fake_dp_flood(dp, bridge, vid), port);
}

bool fake_dp_only_floods(const struct dp *dp, uint16_t bridge, uint16_t vid)
{
	return dp->vlans[bridge] && dp->vlans[bridge]->entries[vid] & XVS_VLAN_FLOOD;
}

/* The first VLAN of a bridge in which a port is flooded to as it must not be; XVS_VLANS: none. */
static uint16_t wrong_vlan(const struct dp *dp, uint16_t bridge, const struct dp_port *port)
{
	static const struct dp_member *members[XVS_VLANS + 1]; /* by flood */
	const struct fake_dp_vlans *vlans = dp->vlans[bridge];
	bool up = port->flags & XVS_PORT_UP && port->bridge == bridge, any = false;
	uint16_t vid;

	for (size_t i = 0; i < vlans->n; i++) {
		members[i + 1] = find_member(&vlans->floods[i], port->number);
		any |= !!members[i + 1];
	}
	if (!any)
		return XVS_VLANS;
	for (vid = 0; vid < XVS_VLANS; vid++) {
		uint16_t flood = vlans->entries[vid] & XVS_VLAN_GROUP;

		if (flood && members[flood] &&
		    !(up && may_leave(port, vid, members[flood]->egress)))
			break;
	}
	return vid;
}

/* Nobody floods to a port what it does not carry, or while it is down. */
static void check_floods(struct dp *dp, const char *when, const struct dp_port *port)
{
	for (uint16_t bridge = 1; bridge < XVS_BRIDGES_MAX; bridge++) {
		uint16_t vid = dp->vlans[bridge] ? wrong_vlan(dp, bridge, port) : XVS_VLANS;

		if (vid != XVS_VLANS)
			violation(dp, "%s: VLAN %u of bridge %u is flooded to port %u, which is %s",
				  when, vid, bridge, port->number,
				  !port->ifindex                 ? "not there"
				  : port->bridge != bridge       ? "another bridge's"
				  : !(port->flags & XVS_PORT_UP) ? "down"
				  : !carries(port, vid)          ? "not in it"
								 : "in it otherwise");
	}
}

static struct xvs_fdb_slot *slot_of(const struct dp *dp, uint32_t i)
{
	return &dp->buckets[i / XVS_FDB_SLOTS].slot[i % XVS_FDB_SLOTS];
}

/* Nobody is known to be behind a port who can't be there. */
static void check_entry(struct dp *dp, const char *when, const struct xvs_fdb_slot *slot,
			const struct dp_port *port)
{
	uint16_t vid = xvs_fdb_key_vid(slot->key), bridge = xvs_forward_bridge(slot->forward);

	if (bridge != port->bridge || !may_leave(port, vid, xvs_forward_egress(slot->forward)))
		violation(dp, "%s: an entry of VLAN %u of bridge %u leads to port %u of bridge %u",
			  when, vid, bridge, slot->forward & XVS_FORWARD_PORT, port->bridge);
}

void fake_dp_check(struct dp *dp)
{
	static bool named[XVS_PORTS_MAX];

	memset(named, 0, sizeof(named));
	for (uint16_t bridge = 1; bridge < XVS_BRIDGES_MAX; bridge++)
		for (size_t i = 0; dp->vlans[bridge] && i < dp->vlans[bridge]->n; i++)
			for (size_t m = 0; m < dp->vlans[bridge]->floods[i].count; m++)
				named[dp->vlans[bridge]->floods[i].members[m].port] = true;
	for (uint16_t number = 0; number < XVS_PORTS_MAX; number++) {
		struct dp_port port = dp->ports[number];

		port.number = number;
		if (named[number])
			check_floods(dp, "in the end", &port);
	}
	for (uint32_t i = 0; i < dp->n_buckets * XVS_FDB_SLOTS; i++) {
		const struct xvs_fdb_slot *slot = slot_of(dp, i);

		if (slot->key)
			check_entry(dp, "in the end", slot,
				    &dp->ports[slot->forward & XVS_FORWARD_PORT]);
	}
}

static void check_port(struct dp *dp, const struct dp_port *port)
{
	const struct dp_port *before = &dp->before[port->number];

	if (!port->number || port->number >= XVS_PORTS_MAX || !port->ifindex || !port->tx_ifindex ||
	    !port->bridge || port->bridge >= XVS_BRIDGES_MAX || !port->push_tpid || !*port->name)
		violation(dp, "port_set: port %u is incomplete", port->number);
	check_floods(dp, "port_set", port);
	for (uint32_t i = 0; i < dp->n_buckets * XVS_FDB_SLOTS; i++)
		if (slot_of(dp, i)->key &&
		    (slot_of(dp, i)->forward & XVS_FORWARD_PORT) == port->number)
			check_entry(dp, "port_set", slot_of(dp, i), port);
	if (dp->under_way[port->number] &&
	    (before->ifindex != port->ifindex || !same_vlans(before, port)))
		violation(
			dp,
			"port_set: frames may be under way to what port %u was, and nobody waited",
			port->number);
	for (uint16_t other = 1; other < XVS_PORTS_MAX; other++)
		if (other != port->number && dp->ports[other].ifindex == port->ifindex)
			violation(dp, "port_set: device %u is port %u already, not %u",
				  port->ifindex, other, port->number);
}

static void fake_port_del(struct dp *dp, uint16_t number)
{
	if (!dp->ports[number].ifindex)
		return;
	dp->port_dels++;
	set_hook(dp, number, dp->ports[number].ifindex, DP_HOOK_TC);
	memset(&dp->ports[number], 0, sizeof(dp->ports[number]));
	memset(&dp->counters[number], 0, sizeof(dp->counters[number]));
	dp->tallies.received[number] = (struct xvs_tally){};
	check_floods(dp, "port_del", &(struct dp_port){.number = number});
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
	*slot = dp->before[port->number] = *port;
	dp->fresh[port->number] = true;
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

static void check_members(struct dp *dp, uint16_t bridge, const struct dp_flood *flood)
{
	static bool met[XVS_PORTS_MAX];

	memset(met, 0, sizeof(met));
	if (!flood->count)
		violation(dp, "vlans_set: a flood of bridge %u has no members", bridge);
	for (size_t i = 0; i < flood->count; i++) {
		const struct dp_member *member = &flood->members[i];

		if (!dp->ports[member->port].ifindex)
			violation(dp, "vlans_set: bridge %u floods to port %u, which is not there",
				  bridge, member->port);
		if (i && dp_member_order(member - 1, member) >= 0)
			violation(dp, "vlans_set: members of bridge %u are not in order", bridge);
		if (met[member->port])
			violation(dp, "vlans_set: port %u is a member twice", member->port);
		met[member->port] = true;
	}
}

static struct fake_dp_vlans *copy_vlans(const struct dp_flood *floods, size_t n,
					const uint16_t entries[XVS_FLOODS])
{
	struct fake_dp_vlans *vlans = calloc(1, sizeof(*vlans));

	memcpy(vlans->entries, entries, sizeof(vlans->entries));
	vlans->n = n;
	vlans->floods = calloc(n + 1, sizeof(*vlans->floods));
	for (size_t i = 0; i < n; i++) {
		size_t size = floods[i].count * sizeof(*floods[i].members);

		vlans->floods[i].count = floods[i].count;
		vlans->floods[i].members = malloc(size + 1);
		if (size)
			memcpy(vlans->floods[i].members, floods[i].members, size);
	}
	return vlans;
}

static bool same_flood(const struct fake_dp_flood *a, const struct fake_dp_flood *b)
{
	if (!a || !b)
		return a == b;
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->members[i].port != b->members[i].port ||
		    a->members[i].egress != b->members[i].egress)
			return false;
	return true;
}

/* Members of `old` that are none of `new`, or others: copies for them may be under way. */
static void note_leavers(struct dp *dp, const struct fake_dp_flood *old,
			 const struct fake_dp_flood *new)
{
	for (size_t i = 0; i < old->count; i++) {
		const struct dp_member *member = find_member(new, old->members[i].port);

		if (!member || member->egress != old->members[i].egress)
			dp->under_way[old->members[i].port] = true;
	}
}

/* Puts new VLANs in place of those that a bridge had; NULL: none. */
static void replace_vlans(struct dp *dp, uint16_t bridge, struct fake_dp_vlans *new)
{
	struct fake_dp_vlans *old = dp->vlans[bridge];
	const struct fake_dp_flood *a = NULL, *b = NULL;
	bool changed = false;

	for (uint16_t vid = 0; vid < XVS_VLANS; vid++) {
		const struct fake_dp_flood *before, *after;
		bool flooded = fake_dp_only_floods(dp, bridge, vid);

		before = fake_dp_flood(dp, bridge, vid);
		dp->vlans[bridge] = new;
		after = fake_dp_flood(dp, bridge, vid);
		changed |= flooded != fake_dp_only_floods(dp, bridge, vid);
		dp->vlans[bridge] = old;
		if (vid && before == a && after == b)
			continue;
		a = before;
		b = after;
		if (same_flood(before, after))
			continue;
		changed = true;
		if (before)
			note_leavers(dp, before, after);
	}
	dp->vlans_changes += changed;
	free_vlans(dp, bridge);
	dp->vlans[bridge] = new;
}

static int fake_vlans_set(struct dp *dp, uint16_t bridge, const struct dp_flood *floods, size_t n,
			  const uint16_t entries[XVS_FLOODS], struct error *error)
{
	dp->vlans_sets++;
	if (!bridge || bridge >= XVS_BRIDGES_MAX)
		violation(dp, "vlans_set: %u is no bridge", bridge);
	if (bridge == dp->refuse_vlans)
		return error_set(error, -ENOSPC, "there are too many different flood groups");
	for (size_t i = 0; i < n; i++)
		check_members(dp, bridge, &floods[i]);
	for (uint16_t vid = 0; vid < XVS_VLANS; vid++)
		if ((entries[vid] & XVS_VLAN_GROUP) > n)
			violation(dp, "vlans_set: VLAN %u of bridge %u has no flood", vid, bridge);
	if (entries[XVS_VID_RESERVED])
		violation(dp, "vlans_set: VLAN 4095 of bridge %u is flooded", bridge);
	if (*dp->violation)
		return 0;
	replace_vlans(dp, bridge, copy_vlans(floods, n, entries));
	for (uint16_t number = 1; number < XVS_PORTS_MAX; number++)
		if (dp->fresh[number])
			check_floods(dp, "vlans_set", &dp->ports[number]);
	return 0;
}

static void fake_vlans_del(struct dp *dp, uint16_t bridge)
{
	replace_vlans(dp, bridge, NULL);
}

static void fake_settle(struct dp *dp)
{
	dp->settles++;
	memset(dp->under_way, 0, sizeof(dp->under_way));
}

static bool fake_tend(struct dp *dp)
{
	(void)dp;
	return false;
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

static union xvs_flow_line *fake_flows(struct dp *dp, uint32_t *lines, uint32_t *counters)
{
	*lines = dp->flow_lines;
	*counters = dp->n_flow_counters;
	return dp->flows;
}

static int fake_flows_resize(struct dp *dp, uint32_t lines, uint32_t counters,
			     dp_flows_fill_fn *fill, dp_flows_carry_fn *carry, void *arg,
			     struct error *error)
{
	union xvs_flow_line *memory = calloc(lines, sizeof(*memory));
	union xvs_flow_line *old = dp->flows;
	struct xvs_flow_counter *totals = dp->flow_counters;
	uint32_t n = dp->n_flow_counters;
	int result = dp->refuse_flows || !memory ? -ENOMEM : fill(memory, lines, arg);

	if (result) {
		free(memory);
		return error_set(error, result, "there is no memory for flow tables");
	}
	result = make_flows(dp, lines, counters);
	free(dp->flows);
	dp->flows = memory;
	fake_settle(dp);
	carry(totals, n, arg);
	free(old);
	free(totals);
	return result;
}

static int fake_flow_counters(struct dp *dp, uint32_t first, uint32_t n,
			      struct xvs_flow_counter *totals)
{
	if (first > dp->n_flow_counters || n > dp->n_flow_counters - first)
		return -EINVAL;
	memcpy(totals, dp->flow_counters + first, n * sizeof(*totals));
	return 0;
}

static void fake_flow_counter_add(struct dp *dp, uint32_t index,
				  const struct xvs_flow_counter *amount)
{
	struct xvs_flow_counter *counter = &dp->flow_counters[index];

	counter->packets += amount->packets;
	counter->bytes += amount->bytes;
	if (counter->used < amount->used)
		counter->used = amount->used;
}

static struct xvs_meter *fake_meters(struct dp *dp)
{
	return dp->meters;
}

static struct xvs_tallies *fake_tallies(struct dp *dp)
{
	return &dp->tallies;
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
	.vlans_set = fake_vlans_set,
	.vlans_del = fake_vlans_del,
	.settle = fake_settle,
	.tend = fake_tend,
	.fdb = fake_fdb,
	.fdb_resize = fake_fdb_resize,
	.flows = fake_flows,
	.flows_resize = fake_flows_resize,
	.flow_counters = fake_flow_counters,
	.flow_counter_add = fake_flow_counter_add,
	.meters = fake_meters,
	.shared = fake_shared,
	.tallies = fake_tallies,
	.event_fd = fake_event_fd,
	.event_read = fake_event_read,
	.counters = fake_counters,
	.foreign_xdp = fake_foreign_xdp,
};

void fake_dp_event(struct dp *dp, enum xvs_event_kind kind, const uint8_t mac[6], uint16_t vlan,
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
		.key = xvs_fdb_key(value, vlan),
		.port = port,
		.kind = kind,
	};
}

void fake_dp_count_from_zero(struct dp *dp)
{
	dp->port_sets = dp->port_changes = dp->port_dels = 0;
	dp->vlans_sets = dp->vlans_changes = dp->settles = 0;
}
