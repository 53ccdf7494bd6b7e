/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flood groups, and from bridge and VLAN to them.
 *
 * `bridges`, `groups`, `members` and the VLAN tables are memory-mapped by switchd, which changes a
 * VLAN's flood group by one store: the new group is complete before it, and the old one's memory is
 * not used for anything else until no frame that met it is under way. Only the XDP side of a group
 * comes and goes while the group is in use: its devmap is there before xdp_size says so, and until
 * xdp_size has ceased to.
 */
#ifndef XVS_GROUP_H
#define XVS_GROUP_H

#include "datapath/compiler.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XVS_BRIDGES_MAX);
	__type(key, __u32);
	__type(value, struct xvs_bridge);
} bridges SEC(".maps") __weak;

struct vlan_table_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct xvs_vlan_table));
};

/* Indexed by bridge number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, XVS_BRIDGES_MAX);
	__type(key, __u32);
	__array(values, struct vlan_table_array);
} vlan_tables SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XVS_GROUPS_MAX);
	__type(key, __u32);
	__type(value, struct xvs_group);
} groups SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XVS_MEMBER_LINES);
	__type(key, __u32);
	__type(value, struct xvs_member_line);
} members SEC(".maps") __weak;

/*
 * A group's devices, each with the program that brings its copy of the frame into the form that is
 * right there.
 */
struct group_devmap {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct bpf_devmap_val));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, XVS_GROUPS_MAX);
	__type(key, __u32);
	__array(values, struct group_devmap);
} group_devmaps SEC(".maps") __weak;

/* Flood group of a VLAN of a bridge, perhaps with XVS_VLAN_FLOOD. */
static __always_inline __u32 vlan_entry(__u32 bridge, __u32 vid)
{
	const struct xvs_bridge *entry = bpf_map_lookup_elem(&bridges, &bridge);
	const struct xvs_vlan_table *table;
	__u32 zero = 0;
	void *inner;

	if (!entry)
		return 0;
	if (!READ_ONCE(entry->table))
		return vid ? READ_ONCE(entry->tagged) : READ_ONCE(entry->untagged);
	inner = bpf_map_lookup_elem(&vlan_tables, &bridge);
	table = inner ? bpf_map_lookup_elem(inner, &zero) : NULL;
	FORGET(vid);
	return table ? READ_ONCE(table->entry[vid % XVS_VLANS]) : 0;
}

/* The member at this place of a list that begins with this line; 0: the list has ended. */
static __always_inline __u32 group_member(__u32 line, __u32 index)
{
	const struct xvs_member_line *entry;

	line += index / XVS_LINE_MEMBERS;
	entry = bpf_map_lookup_elem(&members, &line);
	return entry ? entry->member[index % XVS_LINE_MEMBERS] : 0;
}

static __always_inline const struct xvs_group *group_get(__u32 group)
{
	return bpf_map_lookup_elem(&groups, &group);
}

/* Has the group a member besides this port? */
static __always_inline bool group_has_other(__u32 group, __u32 port)
{
	const struct xvs_group *entry = group_get(group);

	if (!entry || !entry->members)
		return false;
	return entry->members > 1 || (group_member(entry->line, 0) & XVS_MEMBER_PORT) != port;
}

/* The group's devmap, if every member takes a frame of this length as an XDP frame; else NULL. */
static __always_inline void *group_devmap(__u32 group, __u32 len)
{
	const struct xvs_group *entry = group_get(group);

	if (!entry || len > READ_ONCE(entry->xdp_size))
		return NULL;
	return bpf_map_lookup_elem(&group_devmaps, &group);
}

#endif
