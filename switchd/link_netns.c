// SPDX-License-Identifier: BSD-2-Clause
#include "switchd/link_netns.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/net_namespace.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "switchd/link_request.h"
#include "switchd/link_table.h"

#define NAMED "/run/netns"
#define OWN   "/proc/self/ns/net"

static void take_number(struct nlmsghdr *message, void *arg)
{
	struct nlattr *attrs[NETNSA_MAX + 1];

	if (!nlmsg_parse(message, sizeof(struct rtgenmsg), attrs, NETNSA_MAX, NULL) &&
	    attrs[NETNSA_NSID])
		*(int32_t *)arg = nla_get_s32(attrs[NETNSA_NSID]);
}

/* Is it the namespace of this number? */
static bool has_number(struct link_table *table, int fd, int32_t netnsid)
{
	const struct rtgenmsg header = {.rtgen_family = AF_UNSPEC};
	struct nl_msg *request = nlmsg_alloc_simple(RTM_GETNSID, 0);
	int32_t number = NETNSA_NSID_NOT_ASSIGNED;

	if (request) {
		nlmsg_append(request, (void *)&header, sizeof(header), NLMSG_ALIGNTO);
		nla_put_u32(request, NETNSA_FD, fd);
	}
	return !link_request(table->route, request, take_number, &number, NULL) &&
	       number == netnsid;
}

/* Namespaces that were looked at: thousands of processes are in a few of them. */
#define SEEN_MAX 512
struct seen {
	ino_t inodes[SEEN_MAX];
	size_t count;
};

static bool is_new(struct seen *seen, ino_t inode)
{
	for (size_t i = 0; i < seen->count; i++)
		if (seen->inodes[i] == inode)
			return false;
	if (seen->count < SEEN_MAX)
		seen->inodes[seen->count++] = inode;
	return true;
}

/* A descriptor of this file, if that is the namespace wanted. */
static int open_if(struct link_table *table, struct seen *seen, const char *path, int32_t netnsid)
{
	struct stat status;
	int fd;

	if (stat(path, &status) || !is_new(seen, status.st_ino))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || has_number(table, fd, netnsid))
		return fd;
	close(fd);
	return -1;
}

/* Looks through a folder: FOLDER/NAME, or of numbers FOLDER/NAME/ns/net. */
static int find_in(struct link_table *table, const char *folder, bool processes, int32_t netnsid)
{
	struct seen seen = {.count = 0};
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[300];
	int fd = -1;

	while (dir && fd < 0 && (entry = readdir(dir))) {
		if (processes ? !isdigit((unsigned char)*entry->d_name) : *entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), processes ? "%s/%s/ns/net" : "%s/%s", folder,
			 entry->d_name);
		fd = open_if(table, &seen, path, netnsid);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* A socket belongs to the namespace that its maker was in. */
static struct nl_sock *open_socket(int fd, int protocol, struct error *why)
{
	struct nl_sock *sock = NULL;
	int own = open(OWN, O_RDONLY | O_CLOEXEC);

	if (own < 0 || setns(fd, CLONE_NEWNET)) {
		error_set(why, -errno, "its network namespace can't be entered: %s",
			  strerror(errno));
	} else {
		sock = link_request_socket(protocol, why);
		if (setns(own, CLONE_NEWNET)) {
			/* Nothing may be done in the wrong namespace. */
			perror("xvswitchd: the way back to its network namespace is barred");
			_exit(1);
		}
	}
	if (own >= 0)
		close(own);
	return sock;
}

struct nl_sock *link_netns_socket(struct link_table *table, int32_t netnsid, int protocol,
				  struct error *why)
{
	int fd = find_in(table, NAMED, false, netnsid);
	struct nl_sock *sock;

	if (fd < 0)
		fd = find_in(table, "/proc", true, netnsid);
	if (fd < 0) {
		error_set(why, -ENOENT,
			  "its network namespace has neither a name nor a process that may be "
			  "looked at");
		return NULL;
	}
	sock = open_socket(fd, protocol, why);
	close(fd);
	return sock;
}
