/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flood groups: three maps that are changed one after the other (datapath/group.h). What a group is
 * made of is kept here, so that setting what is already so costs nothing: an entry of a map of maps
 * costs an RCU grace period, milliseconds. For the same reason, a group that an earlier switchd
 * left is read and compared before it is written.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <bpf/bpf.h>
#include "switchd/log.h"

struct dp_member {
	uint16_t number;
	uint32_t ifindex; /* in the devmap */
};

struct dp_group {
	uint32_t count;
	uint32_t xdp_size; /* struct xvs_group; not 0: there is a devmap, with all the members */
	struct dp_member members[];
};

static struct dp_group *group_alloc(size_t count)
{
	return calloc(1, sizeof(struct dp_group) + count * sizeof(struct dp_member));
}

/* The group as it should be, from what its members are. */
static struct dp_group *group_describe(const struct dp *dp, const uint16_t *members, size_t count)
{
	struct dp_group *group = group_alloc(count);

	if (!group)
		return NULL;
	group->count = (uint32_t)count;
	group->xdp_size = count ? UINT32_MAX : 0;
	for (size_t i = 0; i < count; i++) {
		const struct xvs_port *port = &dp->ports[members[i]];
		uint32_t size = dp_port_xdp_size(port);

		group->members[i] = (struct dp_member){members[i], port->ifindex};
		if (size < group->xdp_size)
			group->xdp_size = size;
	}
	return group;
}

static bool same_numbers(const struct dp_group *a, const struct dp_group *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (a->members[i].number != b->members[i].number)
			return false;
	return true;
}

static bool same_devices(const struct dp_group *a, const struct dp_group *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (a->members[i].ifindex != b->members[i].ifindex)
			return false;
	return true;
}

/* The inner map of a group; -ENOENT: it has none. */
static int inner_open(const struct dp *dp, enum dp_map outer, uint32_t id)
{
	uint32_t inner;
	int fd;

	if (bpf_map_lookup_elem(dp->maps[outer], &id, &inner))
		return -errno;
	fd = bpf_map_get_fd_by_id(inner);
	return fd < 0 ? -errno : fd;
}

static bool read_numbers(int array, struct dp_group *group)
{
	for (uint32_t i = 0; i < group->count; i++) {
		uint32_t number;

		if (bpf_map_lookup_elem(array, &i, &number))
			return false;
		group->members[i].number = (uint16_t)number;
	}
	return true;
}

/* An earlier switchd's egress program will do when its code is ours. */
static bool same_code(const struct dp *dp, uint32_t program_id)
{
	struct dp_program ours, theirs;

	return !dp_program_info(dp->egress_fd, &ours) && !dp_program_by_id(program_id, &theirs) &&
	       !memcmp(ours.tag, theirs.tag, sizeof(ours.tag));
}

static bool read_devices(const struct dp *dp, int devmap, struct dp_group *group)
{
	uint32_t program_id = 0;

	for (uint32_t i = 0; i < group->count; i++) {
		struct bpf_devmap_val target;

		if (bpf_map_lookup_elem(devmap, &i, &target))
			return false;
		group->members[i].ifindex = target.ifindex;
		if (target.bpf_prog.id != program_id && !same_code(dp, target.bpf_prog.id))
			return false;
		program_id = target.bpf_prog.id;
	}
	return true;
}

/* What an earlier switchd left of a group; NULL when that is nothing or not to be relied on. */
static struct dp_group *group_read(const struct dp *dp, uint32_t id)
{
	struct dp_group *group;
	struct xvs_group value;
	int array, devmap;
	bool whole;

	if (bpf_map_lookup_elem(dp->maps[DP_MAP_GROUPS], &id, &value) ||
	    value.members >= XVS_PORTS_MAX)
		return NULL;
	group = group_alloc(value.members);
	if (!group || !value.members)
		return group;
	group->count = value.members;
	group->xdp_size = value.xdp_size;
	array = inner_open(dp, DP_MAP_GROUP_MEMBERS, id);
	devmap = value.xdp_size ? inner_open(dp, DP_MAP_GROUP_DEVMAPS, id) : -1;
	whole = array >= 0 && read_numbers(array, group) &&
		(!value.xdp_size || (devmap >= 0 && read_devices(dp, devmap, group)));
	if (array >= 0)
		close(array);
	if (devmap >= 0)
		close(devmap);
	if (whole)
		return group;
	free(group);
	return NULL;
}

static int value_write(const struct dp *dp, uint32_t id, uint32_t members, uint32_t xdp_size)
{
	struct xvs_group value = {.members = members, .xdp_size = xdp_size};

	return bpf_map_update_elem(dp->maps[DP_MAP_GROUPS], &id, &value, BPF_ANY) ? -errno : 0;
}

/* Puts an inner map in its place; the outer map keeps it from then on. */
static int inner_put(const struct dp *dp, enum dp_map outer, uint32_t id, int inner, int result)
{
	if (!result && bpf_map_update_elem(dp->maps[outer], &id, &inner, BPF_ANY))
		result = -errno;
	close(inner);
	return result;
}

static void inner_remove(const struct dp *dp, enum dp_map outer, uint32_t id)
{
	uint32_t inner;

	if (!bpf_map_lookup_elem(dp->maps[outer], &id, &inner))
		bpf_map_delete_elem(dp->maps[outer], &id);
}

static int numbers_write(const struct dp *dp, uint32_t id, const struct dp_group *group)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);
	int result = 0, array;

	array = bpf_map_create(BPF_MAP_TYPE_ARRAY, "members", sizeof(uint32_t), sizeof(uint32_t),
			       group->count, &options);
	if (array < 0)
		return -errno;
	for (uint32_t i = 0; i < group->count && !result; i++) {
		uint32_t number = group->members[i].number;

		if (bpf_map_update_elem(array, &i, &number, BPF_ANY))
			result = -errno;
	}
	return inner_put(dp, DP_MAP_GROUP_MEMBERS, id, array, result);
}

static int devices_write(const struct dp *dp, uint32_t id, const struct dp_group *group)
{
	struct bpf_devmap_val target = {.bpf_prog.fd = dp->egress_fd};
	int result = 0, devmap;

	devmap = bpf_map_create(BPF_MAP_TYPE_DEVMAP, "devices", sizeof(uint32_t), sizeof(target),
				group->count, NULL);
	if (devmap < 0)
		return -errno;
	for (uint32_t i = 0; i < group->count && !result; i++) {
		target.ifindex = group->members[i].ifindex;
		if (bpf_map_update_elem(devmap, &i, &target, BPF_ANY))
			result = -errno;
	}
	return inner_put(dp, DP_MAP_GROUP_DEVMAPS, id, devmap, result);
}

/* Nobody may be sent to it while it is taken apart. */
static int group_empty(const struct dp *dp, uint32_t id)
{
	int result = value_write(dp, id, 0, 0);

	if (result)
		return result;
	inner_remove(dp, DP_MAP_GROUP_DEVMAPS, id);
	inner_remove(dp, DP_MAP_GROUP_MEMBERS, id);
	return 0;
}

/* How many members the kernel believes there are. */
static uint32_t members_read(const struct dp *dp, uint32_t id)
{
	struct xvs_group value;

	return bpf_map_lookup_elem(dp->maps[DP_MAP_GROUPS], &id, &value) ? 0 : value.members;
}

/* old is NULL when it is not known: then XDP is kept out until all is written. */
static int group_write(const struct dp *dp, uint32_t id, const struct dp_group *old,
		       const struct dp_group *new)
{
	uint32_t old_size = old ? old->xdp_size : UINT32_MAX;
	uint32_t safe_size = !old ? 0 : old_size < new->xdp_size ? old_size : new->xdp_size;
	int result = 0;

	if (!new->count)
		return group_empty(dp, id);
	if (safe_size < old_size)
		result = value_write(dp, id, old ? old->count : members_read(dp, id), safe_size);
	if (!result && (!old || !same_numbers(old, new)))
		result = numbers_write(dp, id, new);
	if (!result && new->xdp_size && (!old || !old_size || !same_devices(old, new)))
		result = devices_write(dp, id, new);
	if (!result)
		result = value_write(dp, id, new->count, new->xdp_size);
	if (!result && !new->xdp_size)
		inner_remove(dp, DP_MAP_GROUP_DEVMAPS, id);
	return result;
}

int dp_group_set(struct dp *dp, uint32_t id, const uint16_t *members, size_t count,
		 struct error *error)
{
	struct dp_group *new = group_describe(dp, members, count), *old;
	int result;

	if (!new)
		return error_set(error, -ENOMEM, "out of memory");
	if (!dp->groups[id])
		dp->groups[id] = group_read(dp, id);
	old = dp->groups[id];
	if (old && old->xdp_size == new->xdp_size &&same_numbers(old, new) &&
	    (!new->xdp_size || same_devices(old, new))) {
		free(new);
		return 0;
	}
	result = group_write(dp, id, old, new);
	free(old);
	dp->groups[id] = result ? NULL : new;
	if (!result)
		return 0;
	free(new);
	return error_set(error, result, "flood group %u can't be set: %s", id, strerror(-result));
}

static bool has_member(const struct dp_group *group, uint16_t number)
{
	for (uint32_t i = 0; group && i < group->count; i++)
		if (group->members[i].number == number)
			return true;
	return false;
}

void dp_groups_limit(struct dp *dp, uint16_t number, uint32_t xdp_size)
{
	for (uint32_t id = 1; id < XVS_GROUPS_MAX; id++) {
		struct dp_group *group = dp->groups[id];

		if (!has_member(group, number) || group->xdp_size <= xdp_size)
			continue;
		if (value_write(dp, id, group->count, xdp_size))
			log_error("dp", "flood group %u can't be limited: %s", id, strerror(errno));
		group->xdp_size = xdp_size;
	}
}

static int group_refresh(struct dp *dp, uint32_t id, struct error *error)
{
	const struct dp_group *group = dp->groups[id];
	uint16_t *members = calloc(group->count, sizeof(*members));
	int result;

	if (!members)
		return error_set(error, -ENOMEM, "out of memory");
	for (uint32_t i = 0; i < group->count; i++)
		members[i] = group->members[i].number;
	result = dp_group_set(dp, id, members, group->count, error);
	free(members);
	return result;
}

int dp_groups_refresh(struct dp *dp, uint16_t number, struct error *error)
{
	int result = 0;

	for (uint32_t id = 1; id < XVS_GROUPS_MAX && !result; id++)
		if (has_member(dp->groups[id], number))
			result = group_refresh(dp, id, error);
	return result;
}

void dp_groups_free(struct dp *dp)
{
	for (uint32_t id = 1; id < XVS_GROUPS_MAX; id++)
		free(dp->groups[id]);
}
