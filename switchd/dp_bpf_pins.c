/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder that an instance's maps and roots are pinned in: xvswitch/INSTANCE in the bpffs.
 *
 * A new folder is filled beside its place, under a name that no instance can have, and renamed into
 * it. The old one, if there is one (another layout, or damaged), has gone before. Wherever a crash
 * comes between, the next open() finds no folder and starts again; what is half-made it throws
 * away.
 *
 * A folder that goes takes along the links in it, and with them the roots that they hold. A root in
 * clsact or in a dispatcher has no link and stays as an orphan, whose program array is empty, so
 * that it passes or drops all that comes. Orphans are known by their name and by not being pinned
 * in any instance's folder, and are detached when a folder is made.
 */
#include "switchd/dp_bpf.h"

#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "datapath/xvswitch.skel.h"
#include "switchd/bpffs.h"
#include "switchd/log.h"

#define PARENT "xvswitch"
#define NEW    "+new" /* no instance's name has a '+' */

/* libxdp keeps its path as long as the process lives, and so the descriptor in it has to. */
static const char *bpffs(struct error *error)
{
	static char path[BPFFS_PATH_MAX];
	static int fd = -1;

	if (fd < 0) {
		fd = bpffs_open(path, error);
		if (fd >= 0)
			setenv("LIBXDP_BPFFS", path, 1);
	}
	return fd < 0 ? NULL : path;
}

__attribute__((format(printf, 2, 3))) static void path_set(char path[DP_PATH_MAX],
							   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(path, DP_PATH_MAX, format, args);
	va_end(args);
}

int dp_pins_locate(struct dp *dp, const char *instance, struct error *error)
{
	const char *root = bpffs(error);

	if (!root)
		return -ENODEV;
	path_set(dp->folder, "%s/" PARENT "/%s", root, instance);
	/* bpffs keeps dots for itself; no instance's name has a comma. */
	for (char *c = dp->folder + strlen(root); *c; c++)
		if (*c == '.')
			*c = ',';
	return 0;
}

static void folder_remove(const char *folder)
{
	char path[DP_PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		path_set(path, "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	rmdir(folder);
}

void dp_pins_remove(struct dp *dp)
{
	char parent[DP_PATH_MAX];

	folder_remove(dp->folder);
	path_set(parent, "%.*s", (int)(strrchr(dp->folder, '/') - dp->folder), dp->folder);
	rmdir(parent);
}

int dp_pin_open(const struct dp *dp, const char *name)
{
	char path[DP_PATH_MAX];
	int fd;

	path_set(path, "%s/%s", dp->folder, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

void dp_pin_remove(const struct dp *dp, const char *name)
{
	char path[DP_PATH_MAX];

	path_set(path, "%s/%s", dp->folder, name);
	unlink(path);
}

static int pin(const char *folder, const char *name, int fd)
{
	char path[DP_PATH_MAX];

	path_set(path, "%s/%s", folder, name);
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

int dp_pin_replace(const struct dp *dp, const char *name, int fd)
{
	char path[DP_PATH_MAX], temporary[DP_PATH_MAX];
	int result;

	path_set(path, "%s/%s", dp->folder, name);
	path_set(temporary, "%s/%s" NEW, dp->folder, name);
	unlink(temporary);
	result = bpf_obj_pin(fd, temporary);
	if (!result)
		result = rename(temporary, path);
	if (!result)
		return 0;
	result = -errno;
	unlink(temporary);
	return result;
}

static bool is_map(const char *path, uint32_t id)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	int fd = bpf_obj_get(path);
	bool is;

	if (fd < 0)
		return false;
	is = !bpf_obj_get_info_by_fd(fd, &info, &size) && info.id == id;
	close(fd);
	return is;
}

bool dp_pins_hold_slots(const struct dp *dp, uint32_t map_id)
{
	char parent[DP_PATH_MAX], xdp[DP_PATH_MAX], tc[DP_PATH_MAX];
	struct dirent *instance;
	bool found = false;
	DIR *dir;

	path_set(parent, "%.*s", (int)(strrchr(dp->folder, '/') - dp->folder), dp->folder);
	dir = opendir(parent);
	while (dir && !found && (instance = readdir(dir))) {
		path_set(xdp, "%s/%s/xdp_slots", parent, instance->d_name);
		path_set(tc, "%s/%s/tc_slots", parent, instance->d_name);
		found = is_map(xdp, map_id) || is_map(tc, map_id);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void orphans_detach(struct dp *dp)
{
	struct if_nameindex *devices = if_nameindex();

	for (struct if_nameindex *device = devices; device && device->if_index; device++) {
		dp_xdp_detach_orphan(dp, device->if_index);
		dp_tc_detach_orphan(dp, device->if_index);
	}
	if (devices)
		if_freenameindex(devices);
}

static int layout_write(struct xvswitch_bpf *skel)
{
	struct xvs_shared shared = {.layout = XVS_LAYOUT};
	uint32_t zero = 0;

	return bpf_map_update_elem(bpf_map__fd(skel->maps.shared), &zero, &shared, BPF_ANY) ? -errno
											    : 0;
}

static int folder_fill(const char *folder, struct xvswitch_bpf *skel)
{
	struct bpf_map *map;
	int result = layout_write(skel);

	bpf_object__for_each_map(map, skel->obj) if (!result && !bpf_map__is_internal(map)) result =
		pin(folder, bpf_map__name(map), bpf_map__fd(map));
	if (!result)
		result = pin(folder, DP_PIN_XDP_ROOT, bpf_program__fd(skel->progs.xvs_xdp_root));
	if (!result)
		result = pin(folder, DP_PIN_TC_ROOT, bpf_program__fd(skel->progs.xvs_tc_root));
	return result;
}

static int folder_make(const char *folder)
{
	char parent[DP_PATH_MAX];

	path_set(parent, "%.*s", (int)(strrchr(folder, '/') - folder), folder);
	if (mkdir(parent, 0700) && errno != EEXIST)
		return -errno;
	folder_remove(folder);
	return mkdir(folder, 0700) ? -errno : 0;
}

int dp_pins_make(struct dp *dp, uint32_t fdb_buckets, struct error *error)
{
	char folder[DP_PATH_MAX];
	struct xvswitch_bpf *skel;
	int result = dp_roots_load(dp, fdb_buckets, &skel, error);

	if (result)
		return result;
	path_set(folder, "%s" NEW, dp->folder);
	result = folder_make(folder);
	if (!result)
		result = folder_fill(folder, skel);
	if (!result) {
		folder_remove(dp->folder);
		orphans_detach(dp);
		result = rename(folder, dp->folder) ? -errno : 0;
	}
	xvswitch_bpf__destroy(skel);
	if (!result)
		return 0;
	folder_remove(folder);
	return error_set(error, result, "the data path can't be pinned in the BPF file system: %s",
			 strerror(-result));
}
