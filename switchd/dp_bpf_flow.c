/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and counters of the flow tables. They are as large as the flows need: larger ones are made
 * beside those in use, and swapped in together with a pipeline that knows them.
 *
 * A counter is the sum over all CPUs of what the data path has counted, which switchd cannot change
 * without losing frames, and of a base, which is switchd's alone: the last row.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>

/* Maps of one size, and two of them mapped. The cache is the data path's own. */
struct memory {
	int flows, counters, cache;
	union xvs_flow_line *lines;
	struct xvs_flow_counter *counted;
	uint32_t n_lines, n_counters, rows;
};

static size_t lines_size(uint32_t lines)
{
	return (size_t)lines * sizeof(union xvs_flow_line);
}

static size_t counters_size(const struct memory *memory)
{
	return (size_t)memory->rows * memory->n_counters * sizeof(struct xvs_flow_counter);
}

static void *map_memory(int map, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int entries_of(int map, uint32_t *entries)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(map, &info, &size))
		return -errno;
	*entries = info.max_entries;
	return 0;
}

static int memory_map(struct memory *memory)
{
	memory->lines = map_memory(memory->flows, lines_size(memory->n_lines));
	memory->counted = map_memory(memory->counters, counters_size(memory));
	return memory->lines && memory->counted ? 0 : -errno;
}

static void memory_unmap(struct memory *memory)
{
	if (memory->lines)
		munmap(memory->lines, lines_size(memory->n_lines));
	if (memory->counted)
		munmap(memory->counted, counters_size(memory));
}

static void memory_close(struct memory *memory)
{
	memory_unmap(memory);
	if (memory->flows >= 0)
		close(memory->flows);
	if (memory->counters >= 0)
		close(memory->counters);
	if (memory->cache >= 0)
		close(memory->cache);
}

static struct memory memory_in_use(const struct dp *dp)
{
	return (struct memory){
		.flows = dp->maps[DP_MAP_FLOWS],
		.counters = dp->maps[DP_MAP_FLOW_COUNTERS],
		.cache = dp->maps[DP_MAP_FLOW_CACHE],
		.lines = dp->flows,
		.counted = dp->flow_counted,
		.n_lines = dp->flow_lines,
		.n_counters = dp->flow_counters,
		.rows = dp->cpu_numbers + 1,
	};
}

static void memory_use(struct dp *dp, const struct memory *memory)
{
	dp->maps[DP_MAP_FLOWS] = memory->flows;
	dp->maps[DP_MAP_FLOW_COUNTERS] = memory->counters;
	dp->maps[DP_MAP_FLOW_CACHE] = memory->cache;
	dp->flows = memory->lines;
	dp->flow_counted = memory->counted;
	dp->flow_lines = memory->n_lines;
	dp->flow_counters = memory->n_counters;
}

/* Has any bridge flows? */
static bool has_roots(const union xvs_flow_line *lines)
{
	for (uint32_t bridge = 0; bridge < XVS_BRIDGES_MAX; bridge++)
		if (lines[bridge / 16].half[bridge % 16])
			return true;
	return false;
}

int dp_flows_open(struct dp *dp)
{
	struct memory memory = memory_in_use(dp);
	uint32_t counters = 0;
	int result;

	if (entries_of(memory.flows, &memory.n_lines) || entries_of(memory.counters, &counters))
		return -ESTALE;
	memory.n_counters = counters / memory.rows;
	if (memory.n_lines < XVS_FLOW_LINES_MIN || memory.n_counters < XVS_FLOW_COUNTERS_MIN)
		return -ESTALE;
	result = memory_map(&memory);
	memory_use(dp, &memory);
	dp->has_flows = !result && has_roots(dp->flows);
	return result ? -ESTALE : 0;
}

void dp_flows_close(struct dp *dp)
{
	struct memory memory = memory_in_use(dp);

	memory_unmap(&memory);
	dp->flows = NULL;
	dp->flow_counted = NULL;
}

union xvs_flow_line *dp_flows(struct dp *dp, uint32_t *lines, uint32_t *counters)
{
	*lines = dp->flow_lines;
	*counters = dp->flow_counters;
	return dp->flows;
}

static int memory_make(struct memory *memory)
{
	LIBBPF_OPTS(bpf_map_create_opts, shared, .map_flags = BPF_F_MMAPABLE);

	memory->flows = bpf_map_create(BPF_MAP_TYPE_ARRAY, "flows", sizeof(uint32_t),
				       sizeof(union xvs_flow_line), memory->n_lines, &shared);
	memory->counters = bpf_map_create(BPF_MAP_TYPE_ARRAY, "flow_counters", sizeof(uint32_t),
					  sizeof(struct xvs_flow_counter),
					  memory->rows * memory->n_counters, &shared);
	memory->cache = bpf_map_create(BPF_MAP_TYPE_ARRAY, "flow_cache", sizeof(uint32_t),
				       XVS_FLOW_CACHE_SET_SIZE,
				       (memory->rows - 1) * XVS_FLOW_CACHE_ROW, NULL);
	if (memory->flows < 0 || memory->counters < 0 || memory->cache < 0)
		return -errno;
	return memory_map(memory);
}

static int pin_all(const struct dp *dp, const struct memory *memory)
{
	int result = dp_pin_replace(dp, "flow_cache", memory->cache);

	if (!result)
		result = dp_pin_replace(dp, "flow_counters", memory->counters);
	if (!result)
		result = dp_pin_replace(dp, "flows", memory->flows);
	return result;
}

/* The pins come first, as with the FDB: dp_pipeline_swap() takes the maps from there. */
static int memory_switch(struct dp *dp, const struct memory *old, const struct memory *new,
			 struct error *error)
{
	int result = pin_all(dp, new);

	if (result)
		error_set(error, result, "flow tables of %u lines can't be pinned: %s",
			  new->n_lines, strerror(-result));
	else
		result = dp_pipeline_swap(dp, dp->maps[DP_MAP_FDB], dp->fdb_buckets, error);
	if (result == -ESTALE)
		error_set(error, result, "flow tables of %u lines do not fit the data path",
			  new->n_lines);
	if (result)
		pin_all(dp, old);
	return result;
}

static void carry_over(struct dp *dp, const struct memory *old, dp_flows_carry_fn *carry, void *arg)
{
	struct xvs_flow_counter *totals = calloc(old->n_counters, sizeof(*totals));
	struct memory new = memory_in_use(dp);

	if (!totals)
		return;
	memory_use(dp, old);
	if (!dp_flow_counters(dp, 0, old->n_counters, totals)) {
		memory_use(dp, &new);
		carry(totals, old->n_counters, arg);
	}
	memory_use(dp, &new);
	free(totals);
}

int dp_flows_resize(struct dp *dp, uint32_t lines, uint32_t counters, dp_flows_fill_fn *fill,
		    dp_flows_carry_fn *carry, void *arg, struct error *error)
{
	struct memory old = memory_in_use(dp), new = {
						       .flows = -1,
						       .counters = -1,
						       .cache = -1,
						       .n_lines = lines,
						       .n_counters = counters,
						       .rows = dp->cpu_numbers + 1,
					       };
	bool had_flows = dp->has_flows;
	int result = memory_make(&new);

	if (result)
		error_set(error, result, "there is no memory for flow tables of %u lines: %s",
			  lines, strerror(-result));
	if (!result) {
		result = fill(new.lines, lines, arg);
		if (result)
			error_set(error, result, "the flows do not fit into %u lines", lines);
	}
	dp->has_flows = true;
	if (!result)
		result = memory_switch(dp, &old, &new, error);
	if (result) {
		dp->has_flows = had_flows;
		memory_close(&new);
		return result;
	}
	memory_use(dp, &new);
	dp_settle(dp);
	carry_over(dp, &old, carry, arg);
	memory_close(&old);
	return 0;
}

static void add(struct xvs_flow_counter *total, const struct xvs_flow_counter *amount)
{
	total->packets += amount->packets;
	total->bytes += amount->bytes;
	if (total->used < amount->used)
		total->used = amount->used;
}

/* Counted meanwhile, or not: each word is read at once. */
static struct xvs_flow_counter read_counter(const struct xvs_flow_counter *counter)
{
	return (struct xvs_flow_counter){
		.packets = __atomic_load_n(&counter->packets, __ATOMIC_RELAXED),
		.bytes = __atomic_load_n(&counter->bytes, __ATOMIC_RELAXED),
		.used = __atomic_load_n(&counter->used, __ATOMIC_RELAXED),
	};
}

int dp_flow_counters(struct dp *dp, uint32_t first, uint32_t n, struct xvs_flow_counter *totals)
{
	if (first > dp->flow_counters || n > dp->flow_counters - first)
		return -EINVAL;
	memset(totals, 0, n * sizeof(*totals));
	for (int row = 0; row <= dp->cpu_numbers; row++) {
		const struct xvs_flow_counter *counter =
			dp->flow_counted + (size_t)row * dp->flow_counters + first;

		for (uint32_t i = 0; i < n; i++) {
			struct xvs_flow_counter counted = read_counter(&counter[i]);

			add(&totals[i], &counted);
		}
	}
	return 0;
}

void dp_flow_counter_add(struct dp *dp, uint32_t index, const struct xvs_flow_counter *amount)
{
	if (index < dp->flow_counters)
		add(&dp->flow_counted[(size_t)dp->cpu_numbers * dp->flow_counters + index], amount);
}

struct xvs_meter *dp_meters(struct dp *dp)
{
	return dp->meters;
}
