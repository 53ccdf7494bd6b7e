/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BPF file system that pins live in: one per host, whatever mount namespace the daemon is
 * started in.
 *
 * `ip netns exec` gives its command a mount namespace of its own with a fresh /sys. What is pinned
 * in a bpffs that was mounted there is gone with the last process in it, and a second start would
 * not find what a first one pinned. So the bpffs is taken from the mount namespace of the outermost
 * ancestor of this process that it is allowed to look into: usually process 1 (not when that has
 * capabilities that we lack, ptrace(2)), else the shell or the service manager that everything was
 * started from.
 */
#ifndef XVS_BPFFS_H
#define XVS_BPFFS_H

#include <stddef.h>
#include "db/error.h"

#define BPFFS_PATH_MAX 64

/*
 * Finds the bpffs, mounts it on /sys/fs/bpf of that mount namespace when nobody has yet, and writes
 * a path into `path` that leads to it from this process as long as the returned descriptor is open
 * (and the descriptor's number is part of the path). The caller closes it. Negative errno with a
 * sentence on failure.
 */
int bpffs_open(char path[BPFFS_PATH_MAX], struct error *error);

#endif
