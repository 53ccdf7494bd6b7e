/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flood groups. A group is known by its members: who asks for the same ones gets the same group, be
 * it for another VLAN, another bridge's, or after a restart. It never changes while it is referred
 * to, so that a frame which met it is served as it was when it did; it is given back when nobody
 * refers to it and no frame can be under way that met it.
 *
 * The kernel's memory is the only copy. What is kept here is how to find a group, and which of its
 * parts are free. The devmap, by which XDP floods, is made later (dp_tend()): putting it in its
 * place costs an RCU grace period, perhaps milliseconds, which no command has to wait for.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "switchd/log.h"

#define BUCKETS    4096
#define REMOVE_MAX 4 /* devmaps that are removed at once, for each of which the kernel waits */

struct dp_group {
	uint32_t refs;
	uint16_t next; /* in its hash bucket; 0: the last */
	bool stale;    /* its devmap, or xdp_size, may not be as its members are */
	bool devmap;   /* there may be one under this id, if of a group that is no more */
};

struct dp_groups {
	struct dp_group group[XVS_GROUPS_MAX];
	uint16_t bucket[BUCKETS];
	bool line_used[XVS_MEMBER_LINES];
	uint32_t next_line; /* where the search for free lines goes on */
	uint32_t next_id;
	uint32_t end;          /* no group in use has this id or a higher one */
	uint32_t unreferenced; /* groups in use that nobody refers to */
	uint32_t stale;
	uint32_t spare_devmaps; /* of groups that are no more */
};

/* There is always a 0 behind the last member. */
static uint32_t lines_of(uint32_t n_members)
{
	return n_members / XVS_LINE_MEMBERS + 1;
}

static const uint32_t *members_of(const struct dp *dp, uint32_t id)
{
	return dp->members[dp->groups[id].line].member;
}

static uint32_t member_value(const struct dp_member *member)
{
	return member->port | (uint32_t)member->egress << XVS_MEMBER_EGRESS_SHIFT;
}

static uint32_t hash_add(uint32_t hash, uint32_t member)
{
	return (hash ^ member) * 16777619u; /* FNV-1a, a member at a time */
}

static uint16_t *bucket_of(struct dp_groups *groups, uint32_t hash)
{
	return &groups->bucket[(hash ^ hash >> 16) % BUCKETS];
}

static uint16_t *bucket_of_group(const struct dp *dp, uint32_t id)
{
	const uint32_t *members = members_of(dp, id);
	uint32_t hash = 0;

	for (uint32_t i = 0; i < dp->groups[id].members; i++)
		hash = hash_add(hash, members[i]);
	return bucket_of(dp->group_table, hash);
}

static void link_group(const struct dp *dp, uint16_t id)
{
	uint16_t *bucket = bucket_of_group(dp, id);

	dp->group_table->group[id].next = *bucket;
	*bucket = id;
	if (dp->group_table->end <= id)
		dp->group_table->end = id + 1;
}

static void unlink_group(const struct dp *dp, uint16_t id)
{
	uint16_t *at = bucket_of_group(dp, id);

	while (*at != id)
		at = &dp->group_table->group[*at].next;
	*at = dp->group_table->group[id].next;
}

static void mark_lines(const struct dp *dp, uint32_t id, bool used)
{
	uint32_t lines = lines_of(dp->groups[id].members);

	for (uint32_t i = 0; i < lines; i++)
		dp->group_table->line_used[dp->groups[id].line + i] = used;
}

static void set_stale(struct dp_groups *groups, uint32_t id)
{
	groups->stale += !groups->group[id].stale;
	groups->group[id].stale = true;
}

static bool is_sound(const struct xvs_group *group)
{
	return group->members && group->members < XVS_PORTS_MAX &&
	       group->line <= XVS_MEMBER_LINES - lines_of(group->members);
}

int dp_groups_open(struct dp *dp, struct error *error)
{
	struct dp_groups *groups = calloc(1, sizeof(*groups));

	if (!groups)
		return error_set(error, -ENOMEM, "out of memory");
	dp->group_table = groups;
	groups->next_id = 1;
	for (uint32_t id = 1; id < XVS_GROUPS_MAX; id++) {
		if (!is_sound(&dp->groups[id])) {
			dp->groups[id].members = 0;
			continue;
		}
		mark_lines(dp, id, true);
		link_group(dp, id);
		groups->unreferenced++;
		groups->group[id].devmap = true;
		set_stale(groups, id);
	}
	return 0;
}

void dp_groups_free(struct dp *dp)
{
	free(dp->group_table);
	dp->group_table = NULL;
}

static void refer(struct dp_groups *groups, uint32_t id)
{
	groups->unreferenced -= !groups->group[id].refs;
	groups->group[id].refs++;
}

bool dp_group_adopt(struct dp *dp, uint16_t id)
{
	if (!dp->groups[id].members)
		return false;
	refer(dp->group_table, id);
	return true;
}

void dp_group_put(struct dp *dp, uint16_t id)
{
	dp->group_table->group[id].refs--;
	dp->group_table->unreferenced += !dp->group_table->group[id].refs;
}

static bool same_members(const struct dp *dp, uint32_t id, const struct dp_flood *flood)
{
	const uint32_t *members = members_of(dp, id);

	if (dp->groups[id].members != flood->count)
		return false;
	for (size_t i = 0; i < flood->count; i++)
		if (members[i] != member_value(&flood->members[i]))
			return false;
	return true;
}

static uint16_t find_group(const struct dp *dp, const struct dp_flood *flood)
{
	uint32_t hash = 0;
	uint16_t id;

	for (size_t i = 0; i < flood->count; i++)
		hash = hash_add(hash, member_value(&flood->members[i]));
	for (id = *bucket_of(dp->group_table, hash); id; id = dp->group_table->group[id].next)
		if (same_members(dp, id, flood))
			break;
	return id;
}

/* A number in use nowhere, 0: there is none. */
static uint16_t free_id(const struct dp *dp)
{
	struct dp_groups *groups = dp->group_table;

	for (uint32_t tried = 1; tried < XVS_GROUPS_MAX; tried++) {
		uint32_t id = groups->next_id;

		groups->next_id = id + 1 < XVS_GROUPS_MAX ? id + 1 : 1;
		if (!dp->groups[id].members)
			return id;
	}
	return 0;
}

/* The first of `count` free lines in a row; XVS_MEMBER_LINES: there are none. */
static uint32_t free_lines(struct dp_groups *groups, uint32_t count)
{
	uint32_t run = 0, at = groups->next_line;

	for (uint32_t tried = 0; tried < 2 * XVS_MEMBER_LINES; tried++, at++) {
		if (at == XVS_MEMBER_LINES)
			at = run = 0;
		run = groups->line_used[at] ? 0 : run + 1;
		if (run == count) {
			groups->next_line = (at + 1) % XVS_MEMBER_LINES;
			return at + 1 - count;
		}
	}
	return XVS_MEMBER_LINES;
}

/* Nobody refers to it yet: it need not be written in any order. */
static int make_group(struct dp *dp, const struct dp_flood *flood, uint16_t *id)
{
	uint32_t count = lines_of(flood->count), line = free_lines(dp->group_table, count);
	uint32_t *members;

	*id = free_id(dp);
	if (!*id || line == XVS_MEMBER_LINES)
		return -ENOSPC;
	members = dp->members[line].member;
	memset(members, 0, count * sizeof(*dp->members));
	for (size_t i = 0; i < flood->count; i++)
		members[i] = member_value(&flood->members[i]);
	dp->groups[*id] = (struct xvs_group){.line = line, .members = flood->count};
	dp->group_table->spare_devmaps -= dp->group_table->group[*id].devmap;
	mark_lines(dp, *id, true);
	link_group(dp, *id);
	dp->group_table->unreferenced++;
	set_stale(dp->group_table, *id);
	return 0;
}

static void free_group(struct dp *dp, uint16_t id)
{
	struct dp_groups *groups = dp->group_table;

	unlink_group(dp, id);
	mark_lines(dp, id, false);
	dp->groups[id] = (struct xvs_group){};
	groups->unreferenced--;
	groups->stale -= groups->group[id].stale;
	groups->spare_devmaps += groups->group[id].devmap;
	groups->group[id] = (struct dp_group){.devmap = groups->group[id].devmap};
	while (groups->end && !dp->groups[groups->end - 1].members)
		groups->end--;
}

/* Gives back the groups that nobody refers to. Their devmaps take longer: remove_spare(). */
static void collect(struct dp *dp)
{
	if (!dp->group_table->unreferenced)
		return;
	dp_settle(dp);
	for (uint32_t id = 1; id < dp->group_table->end; id++)
		if (dp->groups[id].members && !dp->group_table->group[id].refs)
			free_group(dp, id);
}

/* Removes some of the devmaps that no group uses any more. True when there are others. */
static bool remove_spare(struct dp *dp)
{
	struct dp_groups *groups = dp->group_table;
	uint32_t left = REMOVE_MAX;

	for (uint32_t id = 1; id < XVS_GROUPS_MAX && groups->spare_devmaps && left; id++) {
		if (dp->groups[id].members || !groups->group[id].devmap)
			continue;
		groups->group[id].devmap = false;
		groups->spare_devmaps--;
		left -= dp_devmap_remove(dp, id);
	}
	return groups->spare_devmaps;
}

int dp_group_get(struct dp *dp, const struct dp_flood *flood, uint16_t *id)
{
	int result = 0;

	*id = find_group(dp, flood);
	if (!*id)
		result = make_group(dp, flood, id);
	if (result == -ENOSPC && dp->group_table->unreferenced) {
		collect(dp);
		result = make_group(dp, flood, id);
	}
	if (!result)
		refer(dp->group_table, *id);
	return result;
}

static bool has_member(const struct dp *dp, uint32_t id, uint16_t number)
{
	const uint32_t *members = members_of(dp, id);

	for (uint32_t i = 0; i < dp->groups[id].members; i++)
		if ((members[i] & XVS_MEMBER_PORT) == number)
			return true;
	return false;
}

static void xdp_size_write(struct dp *dp, uint32_t id, uint32_t size)
{
	__atomic_store_n(&dp->groups[id].xdp_size, size, __ATOMIC_RELEASE);
}

void dp_groups_limit(struct dp *dp, uint16_t number, uint32_t xdp_size)
{
	for (uint32_t id = 1; id < dp->group_table->end; id++)
		if (dp->groups[id].xdp_size > xdp_size && has_member(dp, id, number))
			xdp_size_write(dp, id, xdp_size);
}

void dp_groups_refresh(struct dp *dp, uint16_t number)
{
	for (uint32_t id = 1; id < dp->group_table->end; id++)
		if (dp->groups[id].members && has_member(dp, id, number))
			set_stale(dp->group_table, id);
}

/* Is all that is missing the devmap? If not, the group is as it should be on return. */
static bool needs_devmap(struct dp *dp, uint32_t id)
{
	uint32_t size = dp_group_xdp_size(dp, id);

	/* Older kernels (6.1) wait for a grace period even when a map of maps is only read. */
	if (size && !(dp->group_table->group[id].devmap && dp_devmap_is_current(dp, id)))
		return true;
	xdp_size_write(dp, id, size);
	return false;
}

/* Together, or if that fails, one by one: then a device that has just gone holds up its groups
 * alone. */
static void make_devmaps(struct dp *dp, const uint32_t *ids, uint32_t count)
{
	bool together = !dp_devmaps_make(dp, ids, count);

	for (uint32_t i = 0; i < count; i++) {
		int result = together ? 0 : dp_devmaps_make(dp, &ids[i], 1);

		if (result)
			log_info("dp", "flood group %u is served by TC: %s", ids[i],
				 strerror(-result));
		else
			xdp_size_write(dp, ids[i], dp_group_xdp_size(dp, ids[i]));
		dp->group_table->group[ids[i]].devmap = true;
	}
}

/* Brings groups in line with their members' devices. True when there are more. */
static bool refresh(struct dp *dp)
{
	struct dp_groups *groups = dp->group_table;
	uint32_t ids[DP_DEVMAPS_AT_ONCE], count = 0;

	for (uint32_t id = 1; id < groups->end && groups->stale && count < DP_DEVMAPS_AT_ONCE;
	     id++) {
		if (!groups->group[id].stale)
			continue;
		groups->group[id].stale = false;
		groups->stale--;
		if (groups->group[id].refs && needs_devmap(dp, id)) {
			xdp_size_write(dp, id, 0);
			ids[count++] = id;
		}
	}
	if (!count)
		return false;
	make_devmaps(dp, ids, count);
	return groups->stale;
}

bool dp_tend(struct dp *dp)
{
	bool more;

	dp_rcu_expedite(dp); /* nothing else is done meanwhile */
	collect(dp);
	dp_vlans_reclaim(dp);
	more = remove_spare(dp);
	more = refresh(dp) || more;
	dp_rcu_relax(dp);
	return more;
}

/* The kernel returns from a change of a map of maps when no program that met the old entry runs any
 * more (maybe_wait_bpf_programs()). Entry 0 is nobody's. */
void dp_settle(struct dp *dp)
{
	uint32_t zero = 0;
	int map = bpf_map_create(BPF_MAP_TYPE_DEVMAP, "settle", sizeof(uint32_t),
				 sizeof(struct bpf_devmap_val), 1, NULL);

	dp_rcu_expedite(dp);
	if (map < 0 || bpf_map_update_elem(dp->maps[DP_MAP_GROUP_DEVMAPS], &zero, &map, BPF_ANY)) {
		log_warn("dp", "the kernel can't be waited for: %s", strerror(errno));
		usleep(10000);
	}
	dp_rcu_relax(dp);
	if (map >= 0)
		close(map);
}
