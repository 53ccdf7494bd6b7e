/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/bpffs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define BPFFS_MOUNT   "/sys/fs/bpf"
#define ANCESTORS_MAX 64

/* The parent of a process, 0 when there is none or it is not to be known. */
static pid_t parent_of(pid_t pid)
{
	char path[32], line[512];
	FILE *file;
	size_t length;
	const char *rest;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	length = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[length] = '\0';
	/* proc(5): pid (comm) state ppid; comm may hold anything, parentheses too. */
	rest = strrchr(line, ')');
	if (!rest || sscanf(rest, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

/* Opens a folder as the outermost accessible ancestor sees it; its pid goes to *seen_by. */
static int open_as_ancestor(const char *folder, pid_t *seen_by)
{
	pid_t chain[ANCESTORS_MAX];
	char path[64];
	int n = 0;

	for (pid_t pid = getpid(); pid > 0 && n < ANCESTORS_MAX; pid = parent_of(pid))
		chain[n++] = pid;
	while (n > 0) {
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/root%s", chain[--n], folder);
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			*seen_by = chain[n];
			return fd;
		}
	}
	return -errno;
}

static int is_bpffs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

/* mount(2) works in the caller's own mount namespace only: a child enters that of `pid`. */
static int mount_as(pid_t pid)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0) {
		char path[32];
		int ns;

		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
		ns = open(path, O_RDONLY | O_CLOEXEC);
		if (ns < 0 || setns(ns, CLONE_NEWNS) < 0 ||
		    mount("bpf", BPFFS_MOUNT, "bpf", 0, "mode=0700") < 0)
			_exit(errno);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

int bpffs_open(char path[BPFFS_PATH_MAX], struct error *error)
{
	pid_t pid = getpid();
	int fd = open_as_ancestor(BPFFS_MOUNT, &pid);

	if (fd >= 0 && !is_bpffs(fd)) {
		int result;

		close(fd);
		result = mount_as(pid);
		if (result < 0)
			return error_set(error, result,
					 "the BPF file system can't be mounted on %s: %s",
					 BPFFS_MOUNT, strerror(-result));
		fd = open_as_ancestor(BPFFS_MOUNT, &pid);
	}
	if (fd < 0)
		return error_set(error, fd, "%s can't be opened: %s", BPFFS_MOUNT, strerror(-fd));
	if (!is_bpffs(fd)) {
		close(fd);
		return error_set(error, -ENODEV, "%s is not a BPF file system", BPFFS_MOUNT);
	}
	snprintf(path, BPFFS_PATH_MAX, "/proc/self/fd/%d", fd);
	return fd;
}
