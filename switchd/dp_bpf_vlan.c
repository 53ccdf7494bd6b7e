/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From bridge and VLAN to flood group. A bridge all of whose VLANs but 0 are flooded alike, as most
 * are, needs no table; one that needs it gets it at once, and keeps it.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "switchd/log.h"

static struct xvs_vlan_table *table_map(int map)
{
	void *memory = mmap(NULL, sizeof(struct xvs_vlan_table), PROT_READ | PROT_WRITE, MAP_SHARED,
			    map, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void table_unmap(struct dp_vlans *vlans)
{
	if (vlans->table)
		munmap(vlans->table, sizeof(*vlans->table));
	vlans->table = NULL;
}

/* The table that an earlier switchd left. */
static int table_open(struct dp *dp, uint32_t bridge)
{
	uint32_t id;
	int map;

	if (bpf_map_lookup_elem(dp->maps[DP_MAP_VLAN_TABLES], &bridge, &id))
		return errno == ENOENT ? 0 : -errno;
	map = bpf_map_get_fd_by_id(id);
	if (map < 0)
		return -errno;
	dp->vlans[bridge].table = table_map(map);
	close(map);
	return dp->vlans[bridge].table ? 0 : -errno;
}

/* A new table, filled before anybody looks at it. */
static int table_make(struct dp *dp, uint32_t bridge, const uint16_t entries[XVS_VLANS])
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	struct dp_vlans *vlans = &dp->vlans[bridge];
	int result = 0, map;

	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "vlan_table", sizeof(uint32_t),
			     sizeof(struct xvs_vlan_table), 1, &options);
	if (map < 0)
		return -errno;
	vlans->table = table_map(map);
	if (vlans->table)
		memcpy(vlans->table->entry, entries, sizeof(vlans->table->entry));
	dp_rcu_expedite(dp);
	if (!vlans->table ||
	    bpf_map_update_elem(dp->maps[DP_MAP_VLAN_TABLES], &bridge, &map, BPF_ANY))
		result = -errno;
	dp_rcu_relax(dp);
	close(map);
	if (result)
		table_unmap(vlans);
	return result;
}

static void table_write(struct xvs_vlan_table *table, const uint16_t entries[XVS_VLANS])
{
	for (int vid = 0; vid < XVS_VLANS; vid++)
		if (table->entry[vid] != entries[vid])
			__atomic_store_n(&table->entry[vid], entries[vid], __ATOMIC_RELEASE);
}

static bool needs_table(const uint16_t entries[XVS_VLANS])
{
	for (int vid = 2; vid < XVS_VID_RESERVED; vid++)
		if (entries[vid] != entries[1])
			return true;
	return false;
}

/* Shows the data path all that is about VLANs at once, and then the rest. */
static void bridge_write(struct dp *dp, uint16_t bridge, const struct xvs_bridge *new)
{
	_Static_assert(sizeof(*new) == 2 * sizeof(uint64_t), "two stores");
	uint64_t *to = (uint64_t *)&dp->bridges[bridge], value[2];

	memcpy(value, new, sizeof(value));
	__atomic_store_n(&to[0], value[0], __ATOMIC_RELEASE);
	__atomic_store_n(&to[1], value[1], __ATOMIC_RELEASE);
}

static bool is_empty(const struct xvs_bridge *bridge)
{
	return !bridge->untagged && !bridge->tagged && !bridge->table && !bridge->all &&
	       !bridge->some;
}

/* Notes a group that the bridge uses; each is noted once. */
static int note_group(struct dp_vlans *vlans, uint16_t id)
{
	uint16_t *groups;

	for (size_t i = 0; i < vlans->n_groups; i++)
		if (vlans->groups[i] == id)
			return 1;
	groups = realloc(vlans->groups, (vlans->n_groups + 1) * sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	groups[vlans->n_groups++] = id;
	vlans->groups = groups;
	return 0;
}

/* A group that is not there has no members, whatever the entry says. */
static int adopt_entry(struct dp *dp, struct dp_vlans *vlans, uint16_t entry)
{
	uint16_t id = entry & XVS_VLAN_GROUP;
	int noted = id ? note_group(vlans, id) : 1;

	if (!noted && !dp_group_adopt(dp, id))
		vlans->n_groups--;
	return noted < 0 ? noted : 0;
}

static int read_bridge(struct dp *dp, uint32_t bridge)
{
	struct dp_vlans *vlans = &dp->vlans[bridge];
	const struct xvs_bridge *entry = &dp->bridges[bridge];
	int result = table_open(dp, bridge);

	if (!result)
		result = adopt_entry(dp, vlans, entry->untagged);
	if (!result)
		result = adopt_entry(dp, vlans, entry->tagged);
	if (!result)
		result = adopt_entry(dp, vlans, entry->all);
	if (!result)
		result = adopt_entry(dp, vlans, entry->some);
	for (int vid = 0; !result && vlans->table && entry->table && vid < XVS_VLANS; vid++)
		result = adopt_entry(dp, vlans, vlans->table->entry[vid]);
	return result;
}

int dp_vlans_read(struct dp *dp, struct error *error)
{
	int result = 0;

	for (uint32_t bridge = 1; bridge < XVS_BRIDGES_MAX && !result; bridge++) {
		if (is_empty(&dp->bridges[bridge]))
			continue;
		result = read_bridge(dp, bridge);
		/* Perhaps of a bridge that went when an earlier switchd was ended. */
		dp->vlans[bridge].retired = dp->vlans[bridge].table && !dp->vlans[bridge].n_groups;
	}
	if (result)
		return error_set(error, result, "the data path's VLANs can't be read: %s",
				 strerror(-result));
	return 0;
}

static void put_groups(struct dp *dp, struct dp_vlans *vlans)
{
	for (size_t i = 0; i < vlans->n_groups; i++)
		dp_group_put(dp, vlans->groups[i]);
	free(vlans->groups);
	vlans->groups = NULL;
	vlans->n_groups = 0;
}

/* References to the groups of these floods: found->groups[i] is that of floods[i]. */
static int get_groups(struct dp *dp, const struct dp_flood *floods, size_t n,
		      struct dp_vlans *found)
{
	int result = 0;

	found->n_groups = 0;
	found->groups = calloc(n + 1, sizeof(*found->groups));
	if (!found->groups)
		return -ENOMEM;
	for (size_t i = 0; i < n && !result; i++) {
		result = dp_group_get(dp, &floods[i], &found->groups[i]);
		if (!result)
			found->n_groups++;
	}
	if (result)
		put_groups(dp, found);
	return result;
}

/* From the caller's numbers of floods to groups. */
static void translate(const struct dp_vlans *found, const uint16_t entries[XVS_FLOODS],
		      uint16_t translated[XVS_FLOODS])
{
	for (int i = 0; i < XVS_FLOODS; i++) {
		uint16_t flood = entries[i] & XVS_VLAN_GROUP;

		translated[i] =
			(entries[i] & XVS_VLAN_FLOOD) | (flood ? found->groups[flood - 1] : 0);
	}
}

static int write_entries(struct dp *dp, uint16_t bridge, const uint16_t entries[XVS_FLOODS])
{
	struct dp_vlans *vlans = &dp->vlans[bridge];
	struct xvs_bridge new = {
		.untagged = entries[0],
		.tagged = entries[1],
		.table = vlans->table || needs_table(entries),
		.all = entries[XVS_FLOOD_ALL],
		.some = entries[XVS_FLOOD_SOME],
	};

	if (vlans->table)
		table_write(vlans->table, entries);
	else if (new.table) {
		int result = table_make(dp, bridge, entries);

		if (result)
			return result;
	}
	bridge_write(dp, bridge, &new);
	return 0;
}

int dp_vlans_set(struct dp *dp, uint16_t bridge, const struct dp_flood *floods, size_t n,
		 const uint16_t entries[XVS_FLOODS], struct error *error)
{
	struct dp_vlans *vlans = &dp->vlans[bridge], found;
	uint16_t translated[XVS_FLOODS];
	int result = get_groups(dp, floods, n, &found);

	if (result == -ENOSPC)
		return error_set(
			error, result,
			"there are too many different flood groups: the VLANs of all bridges "
			"together may have %d, with %d members in all",
			XVS_GROUPS_MAX - 1, XVS_MEMBER_LINES * XVS_LINE_MEMBERS);
	if (!result) {
		vlans->retired = false;
		translate(&found, entries, translated);
		result = write_entries(dp, bridge, translated);
		if (result)
			put_groups(dp, &found);
	}
	if (result)
		return error_set(error, result, "the VLANs of a bridge can't be set: %s",
				 strerror(-result));
	put_groups(dp, vlans);
	vlans->groups = found.groups;
	vlans->n_groups = found.n_groups;
	return 0;
}

void dp_vlans_del(struct dp *dp, uint16_t bridge)
{
	static const uint16_t nowhere[XVS_VLANS];
	struct dp_vlans *vlans = &dp->vlans[bridge];
	const struct xvs_bridge empty = {.table = vlans->table != NULL};

	/* As long as it has a table, it says so: the next switchd has to know. */
	if (vlans->table)
		table_write(vlans->table, nowhere);
	bridge_write(dp, bridge, &empty);
	put_groups(dp, vlans);
	vlans->retired = vlans->table;
}

void dp_vlans_reclaim(struct dp *dp)
{
	const struct xvs_bridge empty = {};

	for (uint32_t bridge = 1; bridge < XVS_BRIDGES_MAX; bridge++) {
		struct dp_vlans *vlans = &dp->vlans[bridge];

		if (!vlans->retired)
			continue;
		vlans->retired = false;
		table_unmap(vlans);
		bridge_write(dp, bridge, &empty);
		if (bpf_map_delete_elem(dp->maps[DP_MAP_VLAN_TABLES], &bridge))
			log_warn("dp", "the VLAN table of bridge %u stays: %s", bridge,
				 strerror(errno));
	}
}

void dp_vlans_free(struct dp *dp)
{
	for (uint32_t bridge = 1; bridge < XVS_BRIDGES_MAX; bridge++) {
		table_unmap(&dp->vlans[bridge]);
		free(dp->vlans[bridge].groups);
		dp->vlans[bridge] = (struct dp_vlans){};
	}
}
