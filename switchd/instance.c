/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/instance.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define RUN_ROOT      "/run/xvswitch"
#define DATABASE_ROOT "/var/lib/xvswitch"

static int check_name(const char *name, struct error *error)
{
	size_t length = strlen(name);

	if (length == 0)
		return error_set(error, -EINVAL, "the instance's name is empty");
	if (length > INSTANCE_NAME_MAX)
		return error_set(error, -ENAMETOOLONG,
				 "instance name \"%.*s...\" is too long: at most %d characters",
				 INSTANCE_NAME_MAX, name, INSTANCE_NAME_MAX);
	for (const char *c = name; *c; c++) {
		if (!isascii(*c) || !(isalnum(*c) || strchr("-_.", *c)) || name[0] == '.')
			return error_set(error, -EINVAL,
					 "instance name \"%s\" is not allowed: letters, digits, "
					 "'-', '_' and '.', not beginning with '.'",
					 name);
	}
	return 0;
}

/* Joins into a place's array; `what` is for the sentence. */
static int join(char place[INSTANCE_PATH_MAX], size_t max, const char *what, const char *folder,
		const char *rest, struct error *error)
{
	int length = snprintf(place, INSTANCE_PATH_MAX, "%s%s", folder, rest);

	if (length < 0 || (size_t)length >= max)
		return error_set(error, -ENAMETOOLONG,
				 "the path of the %s is too long: %s%s has %d characters, %zu are "
				 "the most",
				 what, folder, rest, length, max - 1);
	return 0;
}

int instance_init(struct instance *instance, const char *name, const char *run_dir,
		  const char *database, struct error *error)
{
	char folder[INSTANCE_PATH_MAX];
	int result;

	memset(instance, 0, sizeof(*instance));
	instance->lock_fd = -1;
	if (!name)
		name = getenv("XVS_INSTANCE");
	if (!name)
		name = "default";
	result = check_name(name, error);
	if (result < 0)
		return result;
	strcpy(instance->name, name);

	if (!run_dir) {
		snprintf(folder, sizeof(folder), "%s/%s", RUN_ROOT, name);
		run_dir = folder;
	}
	result = join(instance->run_dir, INSTANCE_PATH_MAX, "run folder", run_dir, "", error);
	if (result == 0)
		result = join(instance->socket, sizeof(((struct sockaddr_un *)0)->sun_path),
			      "control socket", run_dir, "/ctl.sock", error);
	if (result == 0)
		result = join(instance->pid_file, INSTANCE_PATH_MAX, "pid file", run_dir,
			      "/xvswitchd.pid", error);
	if (result < 0)
		return result;

	if (!database) {
		snprintf(folder, sizeof(folder), "%s/%s/conf.db", DATABASE_ROOT, name);
		database = folder;
	}
	return join(instance->database, INSTANCE_PATH_MAX, "database", database, "", error);
}

/* mkdir -p */
/* 0, or the errno of the one that could not be made; `folder` is cut there. */
static int make_folders(char *folder)
{
	for (char *c = folder + 1;; c++) {
		char at = *c;

		if (at != '/' && at != '\0')
			continue;
		*c = '\0';
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return errno;
		*c = at;
		if (at == '\0')
			return 0;
	}
}

/* Another instance that ends removes what is empty, perhaps what was just made. */
#define ATTEMPTS 10

static int make_folder(const char *path, struct error *error)
{
	char folder[INSTANCE_PATH_MAX];
	int code = ENOENT;

	for (int attempt = 0; attempt < ATTEMPTS && code == ENOENT; attempt++) {
		snprintf(folder, sizeof(folder), "%s", path);
		code = make_folders(folder);
	}
	return code ? error_set(error, -code, "the folder %s can't be made: %s", folder,
				strerror(code))
		    : 0;
}

/* Is what is open as fd still the file of that name? A daemon that ends removes its pid file. */
static bool same_file(int fd, const char *path)
{
	struct stat open_file, named_file;

	return fstat(fd, &open_file) == 0 && stat(path, &named_file) == 0 &&
	       open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

static int error_busy(const struct instance *instance, int fd, struct error *error)
{
	char pid[32] = "";
	ssize_t length = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[length > 0 ? strcspn(pid, "\n") : 0] = '\0';
	return error_set(error, -EBUSY, "instance %s is running already, as process %s",
			 instance->name, pid[0] ? pid : "(not known yet)");
}

static int write_pid(int fd)
{
	char pid[32];
	int length = snprintf(pid, sizeof(pid), "%d\n", getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, length, 0) != length)
		return -EIO;
	return 0;
}

int instance_lock(struct instance *instance, struct error *error)
{
	int fd, result = make_folder(instance->run_dir, error);

	if (result < 0)
		return result;
	for (;;) {
		fd = open(instance->pid_file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return error_set(error, -errno, "the pid file %s can't be opened: %s",
					 instance->pid_file, strerror(errno));
		if (fcntl(fd, F_OFD_SETLK, &(struct flock){.l_type = F_WRLCK}) < 0) {
			result = error_busy(instance, fd, error);
			close(fd);
			return result;
		}
		if (same_file(fd, instance->pid_file))
			break;
		close(fd);
	}
	if (write_pid(fd) < 0) {
		close(fd);
		return error_set(error, -EIO, "the pid file %s can't be written",
				 instance->pid_file);
	}
	instance->lock_fd = fd;
	return 0;
}

void instance_unlock(struct instance *instance)
{
	if (instance->lock_fd < 0)
		return;
	unlink(instance->pid_file);
	close(instance->lock_fd);
	instance->lock_fd = -1;
	rmdir(instance->run_dir);
}
