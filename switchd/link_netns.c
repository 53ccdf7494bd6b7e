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
#include <stdlib.h>
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

/* NETNSA_NSID_NOT_ASSIGNED for one that has no number here. */
static int32_t number_of(struct link_table *table, int fd)
{
	const struct rtgenmsg header = {.rtgen_family = AF_UNSPEC};
	struct nl_msg *request = nlmsg_alloc_simple(RTM_GETNSID, 0);
	int32_t number = NETNSA_NSID_NOT_ASSIGNED;

	if (request) {
		nlmsg_append(request, (void *)&header, sizeof(header), NLMSG_ALIGNTO);
		nla_put_u32(request, NETNSA_FD, fd);
	}
	link_request(table->route, request, take_number, &number, NULL);
	return number;
}

static bool is_noted(const struct link_netns *netns, ino_t inode)
{
	for (size_t i = 0; i < netns->count; i++)
		if (netns->places[i].inode == inode)
			return true;
	return false;
}

static void note(struct link_netns *netns, const struct link_netns_place *place)
{
	struct link_netns_place *places =
		reallocarray(netns->places, netns->count + 1, sizeof(*places));

	if (!places)
		return;
	netns->places = places;
	places[netns->count++] = *place;
}

/* Thousands of processes are in a few namespaces. */
static void look_at(struct link_table *table, const char *path)
{
	struct link_netns_place place;
	struct stat status;
	int fd;

	if (stat(path, &status) || is_noted(&table->netns, status.st_ino))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	place = (struct link_netns_place){.inode = status.st_ino, .number = number_of(table, fd)};
	snprintf(place.path, sizeof(place.path), "%s", path);
	note(&table->netns, &place);
	close(fd);
}

/* Looks through a folder: FOLDER/NAME, or of numbers FOLDER/NAME/ns/net. */
static void look_in(struct link_table *table, const char *folder, bool processes)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[LINK_NETNS_PATH];

	while (dir && (entry = readdir(dir))) {
		if (processes ? !isdigit((unsigned char)*entry->d_name) : *entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), processes ? "%s/%s/ns/net" : "%s/%s", folder,
			 entry->d_name);
		look_at(table, path);
	}
	if (dir)
		closedir(dir);
}

/* A descriptor of the namespace, if it is where it was last seen. */
static int open_noted(struct link_table *table, int32_t number)
{
	const struct link_netns *netns = &table->netns;
	int fd = -1;

	for (size_t i = 0; i < netns->count && fd < 0; i++) {
		if (netns->places[i].number != number)
			continue;
		fd = open(netns->places[i].path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && number_of(table, fd) != number) {
			close(fd);
			fd = -1;
		}
	}
	return fd;
}

/* Where it was last seen, else among those that were not seen yet. */
static int look_for(struct link_table *table, int32_t number)
{
	int fd = open_noted(table, number);

	if (fd < 0) {
		look_in(table, NAMED, false);
		fd = open_noted(table, number);
	}
	if (fd < 0) {
		look_in(table, "/proc", true);
		fd = open_noted(table, number);
	}
	return fd;
}

/* Numbers, inodes and names are all used again when a namespace is no more. */
static int find(struct link_table *table, int32_t number)
{
	bool noted = table->netns.count;
	int fd = look_for(table, number);

	if (fd < 0 && noted) {
		link_netns_forget(table);
		fd = look_for(table, number);
	}
	return fd;
}

void link_netns_forget(struct link_table *table)
{
	free(table->netns.places);
	table->netns = (struct link_netns){};
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
	int fd = find(table, netnsid);
	struct nl_sock *sock;

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
