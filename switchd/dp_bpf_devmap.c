/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devmaps by which XDP floods a group: one entry a member, with the program that gives the copy
 * its tag or none.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <bpf/bpf.h>

static const uint32_t *members_of(const struct dp *dp, uint32_t id)
{
	return dp->members[dp->groups[id].line].member;
}

static const struct xvs_port *port_of(const struct dp *dp, uint32_t member)
{
	return &dp->ports[member & XVS_MEMBER_PORT];
}

/* Members that may keep a tag get every copy as it is: where XDP floods, they do keep it. */
static int program_of(const struct dp *dp, uint32_t member)
{
	return member >> XVS_MEMBER_EGRESS_SHIFT == XVS_EGRESS_UNTAGGED ? dp->egress_untag_fd
									: dp->egress_fd;
}

uint32_t dp_group_xdp_size(const struct dp *dp, uint16_t id)
{
	const uint32_t *members = members_of(dp, id);
	uint32_t size = UINT32_MAX;

	for (uint32_t i = 0; i < dp->groups[id].members; i++) {
		uint32_t own = dp_port_flood_size(port_of(dp, members[i]));

		if (own < size)
			size = own;
	}
	return size;
}

/* Is it the same program, if in another copy? An earlier switchd's does as well then. */
static bool same_code(int own, uint32_t id)
{
	struct dp_program ours, theirs;

	return !dp_program_info(own, &ours) && !dp_program_by_id(id, &theirs) &&
	       !memcmp(ours.tag, theirs.tag, sizeof(ours.tag)) && !strcmp(ours.name, theirs.name);
}

static bool is_entry_current(const struct dp *dp, int devmap, uint32_t index, uint32_t member)
{
	struct bpf_devmap_val target;

	return !bpf_map_lookup_elem(devmap, &index, &target) &&
	       target.ifindex == port_of(dp, member)->ifindex &&
	       same_code(program_of(dp, member), target.bpf_prog.id);
}

bool dp_devmap_is_current(const struct dp *dp, uint16_t id)
{
	const uint32_t *members = members_of(dp, id);
	uint32_t key = id, inner;
	bool current = true;
	int devmap;

	if (bpf_map_lookup_elem(dp->maps[DP_MAP_GROUP_DEVMAPS], &key, &inner))
		return false;
	devmap = bpf_map_get_fd_by_id(inner);
	if (devmap < 0)
		return false;
	for (uint32_t i = 0; i < dp->groups[id].members && current; i++)
		current = is_entry_current(dp, devmap, i, members[i]);
	close(devmap);
	return current;
}

/* A descriptor of a new devmap. */
static int make(const struct dp *dp, uint32_t id)
{
	const uint32_t *members = members_of(dp, id);
	int result = 0, devmap;

	devmap = bpf_map_create(BPF_MAP_TYPE_DEVMAP, "devices", sizeof(uint32_t),
				sizeof(struct bpf_devmap_val), dp->groups[id].members, NULL);
	if (devmap < 0)
		return -errno;
	for (uint32_t i = 0; i < dp->groups[id].members && !result; i++) {
		struct bpf_devmap_val target = {
			.ifindex = port_of(dp, members[i])->ifindex,
			.bpf_prog.fd = program_of(dp, members[i]),
		};

		if (bpf_map_update_elem(devmap, &i, &target, BPF_ANY))
			result = -errno;
	}
	if (!result)
		return devmap;
	close(devmap);
	return result;
}

/* In one go where the kernel can (Linux 5.14), since Linux 6.8 with one wait for all of them. */
static int put(struct dp *dp, const uint32_t *ids, const int *devmaps, uint32_t count)
{
	int outer = dp->maps[DP_MAP_GROUP_DEVMAPS];
	uint32_t done = count;

	if (!bpf_map_update_batch(outer, ids, devmaps, &done, NULL) && done == count)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		if (bpf_map_update_elem(outer, &ids[i], &devmaps[i], BPF_ANY))
			return -errno;
	return 0;
}

int dp_devmaps_make(struct dp *dp, const uint32_t *ids, uint32_t count)
{
	int devmaps[DP_DEVMAPS_AT_ONCE] = {}, result = 0;
	uint32_t made = 0;

	for (; made < count && result >= 0; made += result >= 0) {
		result = make(dp, ids[made]);
		devmaps[made] = result;
	}
	if (result >= 0)
		result = put(dp, ids, devmaps, count);
	while (made)
		close(devmaps[--made]);
	return result < 0 ? result : 0;
}

bool dp_devmap_remove(struct dp *dp, uint16_t id)
{
	uint32_t key = id;

	return !bpf_map_delete_elem(dp->maps[DP_MAP_GROUP_DEVMAPS], &key);
}
