/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports. A port is in four places of the kernel, which are filled in this order and emptied in the
 * reverse one, so that whoever reads one finds what it points to: the devmap, where XDP finds its
 * device; `ports`, its description; `ifindexes`, which makes it a port for what comes in; and its
 * hooks, that bring it in.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_ether.h>
#include <bpf/bpf.h>
#include "db/boot.h"
#include "switchd/log.h"

#define TAG_LEN 4 /* a tag may come on top of the MTU */

/* Whether a port with cvlans takes a frame is known when the copies are made: too late to find that
 * nobody does. */
uint32_t dp_port_flood_size(const struct xvs_port *port)
{
	if (!(port->flags & XVS_PORT_TX_XDP) || port->flags & (XVS_PORT_CVLANS | XVS_PORT_NO_FWD))
		return 0;
	return port->mtu + ETH_HLEN + TAG_LEN;
}

static int map_read(int map, void *values, uint32_t count, size_t size)
{
	for (uint32_t key = 0; key < count; key++)
		if (bpf_map_lookup_elem(map, &key, (char *)values + key * size))
			return -errno;
	return 0;
}

int dp_ports_read(struct dp *dp, struct error *error)
{
	int result = map_read(dp->maps[DP_MAP_PORTS], dp->ports, XVS_PORTS_MAX, sizeof(*dp->ports));

	if (!result)
		result = map_read(dp->maps[DP_MAP_IFINDEXES], dp->ifindexes, XVS_IFINDEX_SLOTS,
				  sizeof(*dp->ifindexes));
	if (result)
		return error_set(error, result, "the data path's ports can't be read: %s",
				 strerror(-result));
	return 0;
}

/* The slot that an ifindex has, or could have; -ENOSPC. */
static int ifindex_slot(const struct dp *dp, uint32_t ifindex)
{
	int empty = -ENOSPC;

	for (uint32_t probe = 0; probe < XVS_IFINDEX_PROBES; probe++) {
		uint32_t slot = (ifindex + probe) % XVS_IFINDEX_SLOTS;

		if (dp->ifindexes[slot].ifindex == ifindex)
			return (int)slot;
		if (empty < 0 && !dp->ifindexes[slot].ifindex)
			empty = (int)slot;
	}
	return empty;
}

static int ifindex_write(struct dp *dp, uint32_t slot, struct xvs_ifindex entry)
{
	if (bpf_map_update_elem(dp->maps[DP_MAP_IFINDEXES], &slot, &entry, BPF_ANY))
		return -errno;
	dp->ifindexes[slot] = entry;
	return 0;
}

static int ifindex_set(struct dp *dp, uint32_t ifindex, uint32_t port)
{
	int slot = ifindex_slot(dp, ifindex);

	if (slot < 0)
		return slot;
	if (dp->ifindexes[slot].ifindex == ifindex && dp->ifindexes[slot].port == port)
		return 0;
	return ifindex_write(dp, (uint32_t)slot, (struct xvs_ifindex){ifindex, port});
}

/* Unless it has become another port's. */
static void ifindex_clear(struct dp *dp, uint32_t ifindex, uint32_t port)
{
	int slot = ifindex_slot(dp, ifindex);

	if (slot >= 0 && dp->ifindexes[slot].ifindex == ifindex && dp->ifindexes[slot].port == port)
		ifindex_write(dp, (uint32_t)slot, (struct xvs_ifindex){});
}

static int devmap_set(struct dp *dp, uint32_t number, uint32_t ifindex)
{
	struct bpf_devmap_val target = {.ifindex = ifindex};

	return bpf_map_update_elem(dp->maps[DP_MAP_DEVMAP], &number, &target, BPF_ANY) ? -errno : 0;
}

static void devmap_clear(struct dp *dp, uint32_t number)
{
	bpf_map_delete_elem(dp->maps[DP_MAP_DEVMAP], &number);
}

static int port_write(struct dp *dp, uint32_t number, const struct xvs_port *port)
{
	if (bpf_map_update_elem(dp->maps[DP_MAP_PORTS], &number, port, BPF_ANY))
		return -errno;
	dp->ports[number] = *port;
	return 0;
}

static int counters_clear(struct dp *dp, uint32_t number)
{
	struct xvs_counters *zeros = calloc((size_t)dp->cpus, sizeof(*zeros));
	int result = 0;

	if (!zeros)
		return -ENOMEM;
	if (bpf_map_update_elem(dp->maps[DP_MAP_COUNTERS], &number, zeros, BPF_ANY))
		result = -errno;
	for (uint32_t reason = 0; reason < XVS_DROPS_MAX && !result; reason++) {
		uint32_t key = number * XVS_DROPS_MAX + reason;

		if (bpf_map_update_elem(dp->maps[DP_MAP_DROPS], &key, zeros, BPF_ANY))
			result = -errno;
	}
	free(zeros);
	dp->tallies->since[number] = boot_ns();
	dp->tallies->received[number] = (struct xvs_tally){};
	return result;
}

static int vlan_set_write(struct dp *dp, const struct dp_port *port)
{
	uint32_t key = port->number;

	if (bpf_map_update_elem(dp->maps[DP_MAP_VLAN_SETS], &key, &port->vlan_set, BPF_ANY))
		return -errno;
	dp->vlan_sets[port->number] = port->vlan_set;
	return 0;
}

static bool has_set(const struct xvs_port *port)
{
	return (port->flags & XVS_PORT_VLAN_SET) != 0;
}

/* Do two ports mean something else by the VIDs in their sets? */
static bool is_other_kind(const struct xvs_port *old, const struct xvs_port *new)
{
	const uint16_t kind = XVS_PORT_ACCESS | XVS_PORT_TUNNEL | XVS_PORT_CVLANS;

	return old->bridge != new->bridge || old->pvid != new->pvid ||
	       (old->flags & kind) != (new->flags &kind);
}

/*
 * The rules of a port change at once, but its set is elsewhere. From one set to another that means
 * something else there would be a third port for a moment: it is one that takes no frames.
 */
static int pause_port(struct dp *dp, const struct dp_port *port, const struct xvs_port *new)
{
	struct xvs_port paused = dp->ports[port->number];
	int result;

	if (!has_set(&paused) || !has_set(new) || !is_other_kind(&paused, new))
		return 0;
	paused.flags |= XVS_PORT_PAUSED;
	result = port_write(dp, port->number, &paused);
	if (!result)
		dp_settle(dp);
	return result;
}

/* The set is written before the description that makes it count. */
static int description_write(struct dp *dp, const struct dp_port *port, const struct xvs_port *new)
{
	int result = pause_port(dp, port, new);

	if (!result && has_set(new))
		result = vlan_set_write(dp, port);
	return result ? result : port_write(dp, port->number, new);
}

static bool is_described(const struct dp *dp, const struct dp_port *port,
			 const struct xvs_port *new)
{
	return dp->port_fresh[port->number] &&
	       !memcmp(&dp->ports[port->number], new, sizeof(*new)) &&
	       (!has_set(new) ||
		!memcmp(&dp->vlan_sets[port->number], &port->vlan_set, sizeof(port->vlan_set)));
}

/* What the maps hold of a port; groups do not use the devmap, but care for what it says. */
static int describe(struct dp *dp, const struct dp_port *port, struct error *error)
{
	struct xvs_port new = {
		.ifindex = port->ifindex,
		.tx_ifindex = port->tx_ifindex,
		.mtu = port->mtu,
		.bridge = port->bridge,
		.flags = port->flags,
		.pvid = port->pvid,
		.push_tpid = port->push_tpid,
		.ofport = port->ofport,
	};
	int result = 0;

	if (is_described(dp, port, &new))
		return 0;
	dp_groups_limit(dp, port->number, dp_port_flood_size(&new));
	if (!dp->ports[port->number].ifindex)
		result = counters_clear(dp, port->number);
	if (!result && new.flags & XVS_PORT_TX_XDP)
		result = devmap_set(dp, port->number, new.ifindex);
	if (!result)
		result = description_write(dp, port, &new);
	if (!result && !(new.flags &XVS_PORT_TX_XDP))
		devmap_clear(dp, port->number);
	if (!result)
		result = ifindex_set(dp, new.ifindex, port->number);
	if (result == -ENOSPC)
		return error_set(error, result,
				 "%s: %d ports have interface indexes too much like its own (%u): "
				 "delete the device and make it again",
				 port->name, XVS_IFINDEX_PROBES, port->ifindex);
	if (result)
		return error_set(error, result, "%s can't be added to the data path: %s",
				 port->name, strerror(-result));
	dp->port_fresh[port->number] = true;
	dp_groups_refresh(dp, port->number);
	return 0;
}

/* TC first: what XDP passes up must find it. */
static int attach(struct dp *dp, const struct dp_port *port, struct dp_port_status *status,
		  struct error *error)
{
	int result = dp_tc_attach(dp, port->ifindex);

	if (result)
		return error_set(error, result, "%s: the TC program can't be attached: %s",
				 port->name, strerror(-result));
	status->hook = DP_HOOK_TC;
	if (port->hook == DP_HOOK_TC)
		dp_xdp_detach(dp, port->ifindex);
	else if (dp_xdp_attach(dp, port->ifindex, port->name, &status->warning))
		status->hook = DP_HOOK_XDP;
	return 0;
}

int dp_port_set(struct dp *dp, const struct dp_port *port, struct dp_port_status *status,
		struct error *error)
{
	uint32_t before = dp->ports[port->number].ifindex;
	char name[IFNAMSIZ];
	int result;

	*status = (struct dp_port_status){};
	if (before && before != port->ifindex)
		dp_port_del(dp, port->number);
	result = describe(dp, port, error);
	if (!result)
		result = attach(dp, port, status, error);
	if (result)
		dp_port_del(dp, port->number);
	/* Maps and hooks each have their own errno for a device that went away meanwhile. */
	if (result && !if_indextoname(port->ifindex, name))
		return error_set(error, -ENODEV, "%s went away", port->name);
	return result;
}

void dp_port_del(struct dp *dp, uint16_t number)
{
	uint32_t ifindex = dp->ports[number].ifindex;
	struct xvs_port empty = {};

	if (!ifindex)
		return;
	dp_groups_limit(dp, number, 0);
	dp_xdp_detach(dp, ifindex);
	dp_tc_detach(dp, ifindex);
	ifindex_clear(dp, ifindex, number);
	if (port_write(dp, number, &empty))
		log_error("dp", "port %u can't be emptied: %s", number, strerror(errno));
	devmap_clear(dp, number);
	dp->port_fresh[number] = false;
}

void dp_port_each(struct dp *dp, dp_port_fn *fn, void *arg)
{
	for (uint16_t number = 1; number < XVS_PORTS_MAX; number++)
		if (dp->ports[number].ifindex)
			fn(number, dp->ports[number].ifindex, arg);
}

static void add_up(struct xvs_counters *total, const struct xvs_counters *cpu)
{
	total->rx_packets += cpu->rx_packets;
	total->rx_bytes += cpu->rx_bytes;
	total->tx_packets += cpu->tx_packets;
	total->tx_bytes += cpu->tx_bytes;
}

static int totals_read(const struct dp *dp, uint32_t number, struct xvs_counters *total)
{
	struct xvs_counters *cpus = calloc((size_t)dp->cpus, sizeof(*cpus));
	int result = 0;

	if (!cpus)
		return -ENOMEM;
	if (bpf_map_lookup_elem(dp->maps[DP_MAP_COUNTERS], &number, cpus))
		result = -errno;
	for (int cpu = 0; cpu < dp->cpus && !result; cpu++)
		add_up(total, &cpus[cpu]);
	free(cpus);
	return result;
}

/* All of a port's in one system call, which begins behind the key that it is given. */
static int drops_read(const struct dp *dp, uint32_t number, uint64_t drops[XVS_DROPS_MAX])
{
	uint64_t *cpus = calloc((size_t)dp->cpus * XVS_DROPS_MAX, sizeof(*cpus));
	uint32_t before = number * XVS_DROPS_MAX - 1, last, count = XVS_DROPS_MAX;
	uint32_t keys[XVS_DROPS_MAX];
	int result = 0;

	if (!cpus)
		return -ENOMEM;
	/* ENOENT: they are the map's last. */
	if (bpf_map_lookup_batch(dp->maps[DP_MAP_DROPS], &before, &last, keys, cpus, &count,
				 NULL) &&
	    errno != ENOENT)
		result = -errno;
	for (uint32_t i = 0; i < count * (uint32_t)dp->cpus && !result; i++)
		drops[i / (uint32_t)dp->cpus] += cpus[i];
	free(cpus);
	return result;
}

int dp_port_counters(struct dp *dp, uint16_t number, struct dp_counters *counters)
{
	int result;

	*counters = (struct dp_counters){.since = dp->tallies->since[number]};
	result = totals_read(dp, number, &counters->total);
	return result ? result : drops_read(dp, number, counters->drops);
}
