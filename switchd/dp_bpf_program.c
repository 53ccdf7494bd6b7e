/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading programs, and swapping the pipeline.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>
#include "datapath/xvswitch.skel.h"
#include "switchd/log.h"

#define KERNEL_MESSAGE "Kernel error message: " /* libbpf, nlattr.c */

static char kernel_message[256];

/* What the kernel says may be all in order (no filter found, say); whoever asked it knows. */
static void print_line(enum log_level level, const char *library, const char *line)
{
	size_t length = strlen(library);

	if (!strncmp(line, library, length) && line[length] == ':')
		line += length + 1 + strspn(line + length + 1, " ");
	if (!strncmp(line, KERNEL_MESSAGE, strlen(KERNEL_MESSAGE))) {
		level = LOG_LEVEL_DEBUG;
		snprintf(kernel_message, sizeof(kernel_message), "%s",
			 line + strlen(KERNEL_MESSAGE));
	}
	if (*line)
		log_line(level, library, "%s", line);
}

/* Line by line: the verifier's words come as one text. */
static void print(enum log_level level, const char *library, const char *format, va_list args)
{
	char *text, *rest, *line;

	if (vasprintf(&text, format, args) < 0)
		return;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		print_line(level, library, line);
	free(text);
}

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_DEBUG)
		print(level == LIBBPF_WARN ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "libbpf", format,
		      args);
	return 0;
}

static int print_libxdp(enum libxdp_print_level level, const char *format, va_list args)
{
	if (level != LIBXDP_DEBUG)
		print(level == LIBXDP_WARN ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "libxdp", format,
		      args);
	return 0;
}

void dp_print_to_log(void)
{
	libbpf_set_print(print_libbpf);
	libxdp_set_print(print_libxdp);
}

const char *dp_kernel_message(void)
{
	static char message[sizeof(kernel_message)];

	memcpy(message, kernel_message, sizeof(message));
	kernel_message[0] = '\0';
	return message;
}

int dp_program_info(int fd, struct dp_program *program)
{
	struct bpf_prog_info info = {.nr_map_ids = 1};
	uint32_t size = sizeof(info);

	program->map_id = 0;
	info.map_ids = (uintptr_t)&program->map_id;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	program->id = info.id;
	memcpy(program->name, info.name, sizeof(program->name));
	memcpy(program->tag, info.tag, sizeof(program->tag));
	return 0;
}

int dp_program_by_id(uint32_t id, struct dp_program *program)
{
	int result, fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return -errno;
	result = dp_program_info(fd, program);
	close(fd);
	return result;
}

static int load_failed(struct error *error, int code)
{
	if (code == -EPERM)
		return error_set(
			error, code,
			"the BPF programs can't be loaded: not permitted; it needs root, or "
			"the capabilities CAP_BPF and CAP_NET_ADMIN");
	return error_set(error, code, "the BPF programs can't be loaded: %s", strerror(-code));
}

static int skel_open(struct xvswitch_bpf **skel, struct error *error)
{
	*skel = xvswitch_bpf__open();
	return *skel ? 0 : load_failed(error, -errno);
}

/* Which programs of the object to load. */
enum part {
	PART_NONE,
	PART_ROOTS,
	PART_PIPELINE,
	PART_PIPELINE_FLOWS, /* the one that knows flows */
};

/* The kernel lets a program tail-call another only if both have the same expected attach type, and
 * an extension has none. */
static void choose(struct xvswitch_bpf *skel, enum part part)
{
	bool flows = part == PART_PIPELINE_FLOWS, pipeline = flows || part == PART_PIPELINE;

	bpf_program__set_expected_attach_type(skel->progs.xvs_xdp_root, 0);
	bpf_program__set_expected_attach_type(skel->progs.xvs_xdp, 0);
	bpf_program__set_expected_attach_type(skel->progs.xvs_xdp_flow, 0);
	bpf_program__set_autoload(skel->progs.xvs_xdp_root, part == PART_ROOTS);
	bpf_program__set_autoload(skel->progs.xvs_tc_root, part == PART_ROOTS);
	bpf_program__set_autoload(skel->progs.xvs_xdp, pipeline && !flows);
	bpf_program__set_autoload(skel->progs.xvs_xdp_flow, flows);
	bpf_program__set_autoload(skel->progs.xvs_xdp_egress, pipeline);
	bpf_program__set_autoload(skel->progs.xvs_xdp_egress_untag, pipeline);
	bpf_program__set_autoload(skel->progs.xvs_tc, pipeline);
	bpf_program__set_autoload(skel->progs.xvs_tc_flow, flows);
}

int dp_roots_load(const struct dp *dp, uint32_t fdb_buckets, struct xvswitch_bpf **skel,
		  struct error *error)
{
	int result = skel_open(skel, error);

	if (result)
		return result;
	choose(*skel, PART_ROOTS);
	result = bpf_map__set_max_entries((*skel)->maps.fdb, fdb_buckets);
	if (!result)
		result = bpf_map__set_max_entries((*skel)->maps.flow_counters,
						  (dp->cpu_numbers + 1) * XVS_FLOW_COUNTERS_MIN);
	if (!result)
		result = xvswitch_bpf__load(*skel);
	if (!result)
		return 0;
	xvswitch_bpf__destroy(*skel);
	return load_failed(error, result);
}

/* Maps whose size is another one in each switch. */
static bool is_resizable(const struct xvswitch_bpf *skel, const struct bpf_map *map)
{
	return map == skel->maps.flows || map == skel->maps.flow_counters ||
	       map == skel->maps.flow_cache;
}

/* A map of the object is replaced by the pinned one, if that is the same kind. */
static int map_reuse(const struct xvswitch_bpf *skel, struct bpf_map *map, int fd)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -ESTALE;
	if (is_resizable(skel, map) && bpf_map__set_max_entries(map, info.max_entries))
		return -ESTALE;
	if (info.type != bpf_map__type(map) || info.key_size != bpf_map__key_size(map) ||
	    info.value_size != bpf_map__value_size(map) ||
	    info.max_entries != bpf_map__max_entries(map))
		return -ESTALE;
	return bpf_map__reuse_fd(map, fd);
}

static int maps_reuse(struct dp *dp, struct xvswitch_bpf *skel, int fdb)
{
	struct bpf_map *map;
	int result = 0;

	bpf_object__for_each_map(map, skel->obj)
	{
		int fd;

		if (bpf_map__is_internal(map))
			continue;
		if (map == skel->maps.fdb)
			fd = fcntl(fdb, F_DUPFD_CLOEXEC, 0);
		else
			fd = dp_pin_open(dp, bpf_map__name(map));
		if (fd < 0)
			return -ESTALE;
		result = map_reuse(skel, map, fd);
		close(fd);
		if (result)
			return result;
	}
	return 0;
}

static int slot_set(int slots, uint32_t slot, const struct bpf_program *program)
{
	int fd = bpf_program__fd(program);

	return bpf_map_update_elem(slots, &slot, &fd, BPF_ANY) ? -errno : 0;
}

/* The process's own descriptor of a program of the object; it replaces the one in *fd. */
static int keep_program(const struct bpf_program *program, int *fd)
{
	int copy = fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -errno;
	if (*fd >= 0)
		close(*fd);
	*fd = copy;
	return 0;
}

/* TC first: it is complete, and does right by frames that the old XDP program passes up. */
static int swap(struct dp *dp, struct xvswitch_bpf *skel)
{
	int tc_slots = dp->maps[DP_MAP_TC_SLOTS], result = 0;

	if (dp->has_flows)
		result = slot_set(tc_slots, XVS_SLOT_FLOWS, skel->progs.xvs_tc_flow);
	if (!result)
		result = slot_set(tc_slots, XVS_SLOT_PIPELINE, skel->progs.xvs_tc);
	if (!result)
		result = slot_set(dp->maps[DP_MAP_XDP_SLOTS], XVS_SLOT_PIPELINE,
				  dp->has_flows ? skel->progs.xvs_xdp_flow : skel->progs.xvs_xdp);
	if (!result)
		result = keep_program(skel->progs.xvs_xdp_egress, &dp->egress_fd);
	if (!result)
		result = keep_program(skel->progs.xvs_xdp_egress_untag, &dp->egress_untag_fd);
	return result;
}

int dp_pipeline_swap(struct dp *dp, int fdb, uint32_t fdb_buckets, struct error *error)
{
	struct xvswitch_bpf *skel;
	int result = skel_open(&skel, error);

	if (result)
		return result;
	choose(skel, dp->has_flows ? PART_PIPELINE_FLOWS : PART_PIPELINE);
	skel->rodata->fdb_mask = fdb_buckets - 1;
	result = bpf_map__set_max_entries(skel->maps.fdb, fdb_buckets);
	if (!result)
		result = maps_reuse(dp, skel, fdb);
	skel->rodata->flow_counters_row =
		bpf_map__max_entries(skel->maps.flow_counters) / (dp->cpu_numbers + 1);
	if (!result)
		result = xvswitch_bpf__load(skel);
	if (!result)
		result = swap(dp, skel);
	xvswitch_bpf__destroy(skel);
	return !result || result == -ESTALE ? result : load_failed(error, result);
}

/*
 * Not left to libxdp, which would load it without the frags flag: the kernel refuses such a program
 * our program array, whose programs have it. prog0 is a place for a program in the dispatcher; all
 * have the same signature.
 */
int dp_extension_load(struct dp *dp, int dispatcher)
{
	struct xvswitch_bpf *skel;
	struct bpf_program *root;
	int result = skel_open(&skel, NULL);

	if (result)
		return result;
	choose(skel, PART_NONE);
	root = skel->progs.xvs_xdp_root;
	bpf_program__set_autoload(root, true);
	bpf_program__set_type(root, BPF_PROG_TYPE_EXT);
	bpf_program__set_flags(root, BPF_F_XDP_HAS_FRAGS);
	result = bpf_program__set_attach_target(root, dispatcher, "prog0");
	if (!result)
		result = bpf_map__set_max_entries(skel->maps.fdb, dp->fdb_buckets);
	if (!result)
		result = maps_reuse(dp, skel, dp->maps[DP_MAP_FDB]);
	if (!result)
		result = xvswitch_bpf__load(skel);
	if (!result) {
		result = fcntl(bpf_program__fd(root), F_DUPFD_CLOEXEC, 0);
		if (result < 0)
			result = -errno;
	}
	xvswitch_bpf__destroy(skel);
	return result;
}
