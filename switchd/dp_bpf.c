/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "switchd/log.h"

static const char *const map_names[DP_MAPS] = {
	[DP_MAP_PORTS] = "ports",
	[DP_MAP_IFINDEXES] = "ifindexes",
	[DP_MAP_FDB] = "fdb",
	[DP_MAP_VLAN_SETS] = "vlan_sets",
	[DP_MAP_BRIDGES] = "bridges",
	[DP_MAP_VLAN_TABLES] = "vlan_tables",
	[DP_MAP_GROUPS] = "groups",
	[DP_MAP_MEMBERS] = "members",
	[DP_MAP_GROUP_DEVMAPS] = "group_devmaps",
	[DP_MAP_FLOWS] = "flows",
	[DP_MAP_FLOW_COUNTERS] = "flow_counters",
	[DP_MAP_FLOW_CACHE] = "flow_cache",
	[DP_MAP_METERS] = "meters",
	[DP_MAP_SHARED] = "shared",
	[DP_MAP_TALLIES] = "tallies",
	[DP_MAP_EVENTS] = "events",
	[DP_MAP_COUNTERS] = "counters",
	[DP_MAP_DROPS] = "drops",
	[DP_MAP_DEVMAP] = "devmap",
	[DP_MAP_XDP_SLOTS] = "xdp_slots",
	[DP_MAP_TC_SLOTS] = "tc_slots",
};

static struct dp *dp_alloc(void)
{
	struct dp *dp = calloc(1, sizeof(*dp));

	if (!dp)
		return NULL;
	for (int i = 0; i < DP_MAPS; i++)
		dp->maps[i] = -1;
	dp->xdp_root.fd = dp->tc_root.fd = dp->egress_fd = dp->egress_untag_fd = dp->rcu_fd = -1;
	return dp;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static size_t fdb_size(uint32_t buckets)
{
	return (size_t)buckets * sizeof(struct xvs_fdb_bucket);
}

static void *map_memory(int map, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Memory of maps of fixed size: where it is noted, and how much it is. */
#define MEMORIES 6
struct memory {
	enum dp_map map;
	void **at;
	size_t size;
};

static void list_memory(struct dp *dp, struct memory memory[MEMORIES])
{
	const struct memory all[MEMORIES] = {
		{DP_MAP_SHARED, (void **)&dp->shared, sizeof(*dp->shared)},
		{DP_MAP_TALLIES, (void **)&dp->tallies, sizeof(*dp->tallies)},
		{DP_MAP_BRIDGES, (void **)&dp->bridges, XVS_BRIDGES_MAX * sizeof(*dp->bridges)},
		{DP_MAP_GROUPS, (void **)&dp->groups, XVS_GROUPS_MAX * sizeof(*dp->groups)},
		{DP_MAP_MEMBERS, (void **)&dp->members, XVS_MEMBER_LINES * sizeof(*dp->members)},
		{DP_MAP_METERS, (void **)&dp->meters, XVS_METERS_MAX * sizeof(*dp->meters)},
	};

	memcpy(memory, all, sizeof(all));
}

static void unmap_memory(struct dp *dp)
{
	struct memory memory[MEMORIES];

	list_memory(dp, memory);
	for (int i = 0; i < MEMORIES; i++) {
		if (*memory[i].at)
			munmap(*memory[i].at, memory[i].size);
		*memory[i].at = NULL;
	}
	if (dp->fdb)
		munmap(dp->fdb, fdb_size(dp->fdb_buckets));
	dp->fdb = NULL;
}

/* Lets go of what adopt() took, so that it can be tried again. */
static void release(struct dp *dp)
{
	ring_buffer__free(dp->ring);
	dp->ring = NULL;
	dp_vlans_free(dp);
	dp_groups_free(dp);
	dp_flows_close(dp);
	unmap_memory(dp);
	for (int i = 0; i < DP_MAPS; i++)
		close_fd(&dp->maps[i]);
	close_fd(&dp->xdp_root.fd);
	close_fd(&dp->tc_root.fd);
	close_fd(&dp->egress_fd);
	close_fd(&dp->egress_untag_fd);
}

static void bpf_close(struct dp *dp)
{
	release(dp);
	close_fd(&dp->rcu_fd);
	free(dp);
}

static int root_open(const struct dp *dp, const char *name, struct dp_root *root)
{
	struct dp_program program;
	int result;

	root->fd = dp_pin_open(dp, name);
	if (root->fd < 0)
		return root->fd;
	result = dp_program_info(root->fd, &program);
	if (!result)
		root->id = program.id;
	return result;
}

/* Is the folder there, whole, and of this layout? Any no is -ESTALE. */
static int pins_open(struct dp *dp)
{
	struct xvs_shared shared;
	uint32_t zero = 0;

	for (int i = 0; i < DP_MAPS; i++) {
		dp->maps[i] = dp_pin_open(dp, map_names[i]);
		if (dp->maps[i] < 0)
			return -ESTALE;
	}
	if (root_open(dp, DP_PIN_XDP_ROOT, &dp->xdp_root) ||
	    root_open(dp, DP_PIN_TC_ROOT, &dp->tc_root))
		return -ESTALE;
	if (bpf_map_lookup_elem(dp->maps[DP_MAP_SHARED], &zero, &shared) ||
	    shared.layout != XVS_LAYOUT)
		return -ESTALE;
	return 0;
}

static int fdb_measure(struct dp *dp)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(dp->maps[DP_MAP_FDB], &info, &size))
		return -errno;
	if (info.max_entries < XVS_FDB_BUCKETS_MIN || info.max_entries > XVS_FDB_BUCKETS_MAX ||
	    info.max_entries & (info.max_entries - 1))
		return -ESTALE;
	dp->fdb_buckets = info.max_entries;
	return 0;
}

static int on_event(void *arg, void *data, size_t size)
{
	struct dp *dp = arg;

	if (size == sizeof(struct xvs_event))
		dp->event_fn(data, dp->event_arg);
	/* A negative answer ends the reading; the event itself is taken. */
	return ++dp->events < dp->events_max ? 0 : -ENOSPC;
}

static int memory_open(struct dp *dp, struct error *error)
{
	struct memory memory[MEMORIES];
	bool mapped;

	dp->fdb = map_memory(dp->maps[DP_MAP_FDB], fdb_size(dp->fdb_buckets));
	mapped = dp->fdb;
	list_memory(dp, memory);
	for (int i = 0; i < MEMORIES && mapped; i++) {
		*memory[i].at = map_memory(dp->maps[memory[i].map], memory[i].size);
		mapped = *memory[i].at;
	}
	if (!mapped)
		return error_set(error, -errno, "the data path's memory can't be mapped: %s",
				 strerror(errno));
	dp->ring = ring_buffer__new(dp->maps[DP_MAP_EVENTS], on_event, dp, NULL);
	if (!dp->ring)
		return error_set(error, -errno, "the data path's events can't be read: %s",
				 strerror(errno));
	return 0;
}

/* -ESTALE without a sentence when what is pinned can't be used. */
static int adopt(struct dp *dp, struct error *error)
{
	int result = pins_open(dp);

	if (!result)
		result = fdb_measure(dp);
	if (!result)
		result = memory_open(dp, error);
	if (!result)
		result = dp_flows_open(dp);
	if (!result)
		result = dp_ports_read(dp, error);
	if (!result)
		result = dp_groups_open(dp, error);
	if (!result)
		result = dp_vlans_read(dp, error);
	if (!result)
		result = dp_pipeline_swap(dp, dp->maps[DP_MAP_FDB], dp->fdb_buckets, error);
	if (result)
		release(dp);
	return result;
}

static int open_located(struct dp *dp, uint32_t fdb_buckets, struct error *error)
{
	int result = adopt(dp, error);

	if (result != -ESTALE)
		return result;
	if (!access(dp->folder, F_OK))
		log_warn("dp", "the data path that is in the kernel is damaged or another "
			       "version's: it is "
			       "replaced, and what it learned is lost");
	result = dp_pins_make(dp, fdb_buckets, error);
	if (!result)
		result = adopt(dp, error);
	if (result == -ESTALE)
		error_set(error, result, "the data path's pins change while they are opened");
	return result;
}

/* One more than the last of the CPUs that there may be, such as "0-3,8"; 0: it can't be read. */
static int read_cpu_numbers(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/possible", "re");
	int number, last = -1;
	char between;

	while (file && fscanf(file, "%d", &number) == 1) {
		last = number;
		if (fscanf(file, "%c", &between) != 1)
			break;
	}
	if (file)
		fclose(file);
	return last + 1;
}

static int bpf_open(const char *instance, uint32_t fdb_buckets, struct dp **out,
		    struct error *error)
{
	struct dp *dp = dp_alloc();
	int result;

	if (!dp)
		return error_set(error, -ENOMEM, "out of memory");
	dp_print_to_log();
	dp_rcu_open(dp);
	dp->cpus = libbpf_num_possible_cpus();
	dp->cpu_numbers = read_cpu_numbers();
	if (dp->cpu_numbers < dp->cpus)
		dp->cpus = -ENOENT;
	result = dp->cpus < 0 ? error_set(error, dp->cpus, "the number of CPUs can't be read")
			      : dp_pins_locate(dp, instance, error);
	dp_rcu_expedite(dp);
	if (!result)
		result = open_located(dp, fdb_buckets, error);
	dp_rcu_relax(dp);
	if (result) {
		bpf_close(dp);
		return result;
	}
	*out = dp;
	return 0;
}

static void port_teardown(uint16_t number, uint32_t ifindex, void *dp)
{
	(void)ifindex;
	dp_port_del(dp, number);
}

static void bpf_teardown(struct dp *dp)
{
	dp_port_each(dp, port_teardown, dp);
	dp_pins_remove(dp);
	bpf_close(dp);
}

static struct xvs_fdb_bucket *bpf_fdb(struct dp *dp, uint32_t *buckets)
{
	*buckets = dp->fdb_buckets;
	return dp->fdb;
}

/* The pin comes first: should switchd end in between, the next one loads its pipeline on the new
 * table. */
static int fdb_switch(struct dp *dp, int map, uint32_t buckets, struct error *error)
{
	int result = dp_pin_replace(dp, map_names[DP_MAP_FDB], map);

	if (result)
		return error_set(error, result, "an FDB of %u buckets can't be pinned: %s", buckets,
				 strerror(-result));
	result = dp_pipeline_swap(dp, map, buckets, error);
	if (result)
		dp_pin_replace(dp, map_names[DP_MAP_FDB], dp->maps[DP_MAP_FDB]);
	if (result == -ESTALE)
		error_set(error, result, "an FDB of %u buckets does not fit the data path",
			  buckets);
	return result;
}

static int bpf_fdb_resize(struct dp *dp, uint32_t buckets,
			  int (*fill)(struct xvs_fdb_bucket *table, uint32_t buckets, void *arg),
			  void *arg, struct error *error)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	struct xvs_fdb_bucket *table;
	int map, result;

	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, map_names[DP_MAP_FDB], sizeof(uint32_t),
			     sizeof(struct xvs_fdb_bucket), buckets, &options);
	table = map < 0 ? NULL : map_memory(map, fdb_size(buckets));
	if (!table) {
		result = error_set(error, -errno, "there is no memory for an FDB of %u buckets: %s",
				   buckets, strerror(errno));
		goto close_map;
	}
	result = fill(table, buckets, arg);
	if (result) {
		error_set(error, result, "the FDB does not fit into %u buckets", buckets);
		goto unmap;
	}
	result = fdb_switch(dp, map, buckets, error);
	if (result)
		goto unmap;
	munmap(dp->fdb, fdb_size(dp->fdb_buckets));
	close(dp->maps[DP_MAP_FDB]);
	dp->maps[DP_MAP_FDB] = map;
	dp->fdb = table;
	dp->fdb_buckets = buckets;
	return 0;

unmap:
	munmap(table, fdb_size(buckets));
close_map:
	if (map >= 0)
		close(map);
	return result;
}

static struct xvs_shared *bpf_shared(struct dp *dp)
{
	return dp->shared;
}

static struct xvs_tallies *bpf_tallies(struct dp *dp)
{
	return dp->tallies;
}

static int bpf_event_fd(struct dp *dp)
{
	return ring_buffer__epoll_fd(dp->ring);
}

static int bpf_event_read(struct dp *dp, int max, dp_event_fn *fn, void *arg)
{
	dp->event_fn = fn;
	dp->event_arg = arg;
	dp->events = 0;
	dp->events_max = max;
	if (max > 0)
		ring_buffer__consume(dp->ring);
	return dp->events;
}

const struct dp_class dp_bpf = {
	.open = bpf_open,
	.close = bpf_close,
	.teardown = bpf_teardown,
	.port_set = dp_port_set,
	.port_del = dp_port_del,
	.port_each = dp_port_each,
	.vlans_set = dp_vlans_set,
	.vlans_del = dp_vlans_del,
	.settle = dp_settle,
	.tend = dp_tend,
	.fdb = bpf_fdb,
	.fdb_resize = bpf_fdb_resize,
	.flows = dp_flows,
	.flows_resize = dp_flows_resize,
	.flow_counters = dp_flow_counters,
	.flow_counter_add = dp_flow_counter_add,
	.meters = dp_meters,
	.shared = bpf_shared,
	.tallies = bpf_tallies,
	.event_fd = bpf_event_fd,
	.event_read = bpf_event_read,
	.counters = dp_port_counters,
	.foreign_xdp = dp_xdp_foreign,
};
