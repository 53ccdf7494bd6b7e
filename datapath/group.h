/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Filtering ids and flood groups.
 *
 * A group is three things that switchd changes one after the other: its description in `groups`,
 * and one inner map per hook, each replaced whole, so that a frame meets the old members or the new
 * ones. A change that takes the XDP way from a group (xdp_size gets smaller) is made in `groups`
 * first, one that gives it, last.
 */
#ifndef XVS_GROUP_H
#define XVS_GROUP_H

#include "datapath/compiler.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XVS_FIDS_MAX);
	__type(key, __u32);
	__type(value, struct xvs_fid);
} fids SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XVS_GROUPS_MAX);
	__type(key, __u32);
	__type(value, struct xvs_group);
} groups SEC(".maps") __weak;

/*
 * Port numbers, ended by a 0 or by the end of the array. With BPF_F_INNER_MAP an inner array may be
 * as long as its group needs.
 */
struct group_member_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, XVS_GROUPS_MAX);
	__type(key, __u32);
	__array(values, struct group_member_array);
} group_members SEC(".maps") __weak;

/* The members' devices, in any order, each with xvs_xdp_egress as its program. */
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

/* The flood group of a filtering id; 0: nobody. */
static __always_inline __u32 group_of(__u32 fid)
{
	const struct xvs_fid *entry = bpf_map_lookup_elem(&fids, &fid);

	return entry ? READ_ONCE(entry->group) : 0;
}

/* Has the group a member besides this port? */
static __always_inline bool group_has_other(__u32 group, __u32 port)
{
	const struct xvs_group *entry = bpf_map_lookup_elem(&groups, &group);
	const __u32 *only;
	void *members;
	__u32 first = 0;

	if (!entry || !entry->members)
		return false;
	if (entry->members > 1)
		return true;
	members = bpf_map_lookup_elem(&group_members, &group);
	only = members ? bpf_map_lookup_elem(members, &first) : NULL;
	return only && *only != port;
}

/* The group's devmap, if every member takes a frame of this length as an XDP frame; else NULL. */
static __always_inline void *group_devmap(__u32 group, __u32 len)
{
	const struct xvs_group *entry = bpf_map_lookup_elem(&groups, &group);

	if (!entry || len > READ_ONCE(entry->xdp_size))
		return NULL;
	return bpf_map_lookup_elem(&group_devmaps, &group);
}

#endif
