/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_link.h"

#include <errno.h>
#include <linux/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct device {
	struct link link; /* first: one is made from the other */
	struct device *next;
	char offloads[64]; /* those that are on */
	bool gro, peer_offloads;
};

struct link_table {
	link_change_fn *fn;
	void *arg;
};

unsigned fake_link_changes;
static struct device *devices;
static struct link_table *open_table;
static uint32_t last_ifindex = 10;
static const char *failing;

static struct device *by_index(uint32_t ifindex)
{
	struct device *device;

	for (device = devices; device && device->link.ifindex != ifindex; device = device->next)
		;
	return device;
}

static struct device *by_name(const char *name)
{
	struct device *device;

	for (device = devices; device && strcmp(device->link.name, name); device = device->next)
		;
	return device;
}

static void call(enum link_change change, struct device *device, const char *old_name)
{
	if (open_table)
		open_table->fn(change, &device->link, old_name, open_table->arg);
}

/* A veth has a carrier while both ends are up. Says whether anything changed. */
static bool update_carrier(struct device *device)
{
	const struct device *peer = device ? by_index(device->link.peer) : NULL;
	uint32_t before;

	if (!peer || device->link.peer_elsewhere)
		return false;
	before = device->link.flags;
	device->link.flags &= ~(IFF_LOWER_UP | IFF_RUNNING);
	if (device->link.flags & peer->link.flags & IFF_UP)
		device->link.flags |= IFF_LOWER_UP | IFF_RUNNING;
	return device->link.flags != before;
}

static struct device *add(const char *name, const char *kind, uint32_t flags)
{
	struct device *device = calloc(1, sizeof(*device)), **at = &devices;

	device->link.ifindex = ++last_ifindex;
	snprintf(device->link.name, sizeof(device->link.name), "%s", name);
	snprintf(device->link.kind, sizeof(device->link.kind), "%s", kind);
	device->link.type = ARPHRD_ETHER;
	device->link.flags = flags | IFF_BROADCAST | IFF_MULTICAST;
	device->link.mtu = 1500;
	device->link.mac[0] = 0x02;
	device->link.mac[5] = device->link.ifindex;
	device->link.rx_queues = device->link.tx_queues = 1024;
	device->link.xdp_features_known = true;
	while (*at)
		at = &(*at)->next;
	*at = device;
	return device;
}

struct link *fake_link_add(const char *name, const char *kind)
{
	struct device *device = add(name, kind, IFF_UP | IFF_LOWER_UP | IFF_RUNNING);

	device->link.peer_elsewhere = !strcmp(kind, "veth");
	call(LINK_NEW, device, NULL);
	return &device->link;
}

/* Who is called back may delete the other end before it is its turn. */
static void del(struct device *device)
{
	uint32_t peer = device->link.peer_elsewhere ? 0 : device->link.peer;
	struct device **at = &devices;

	while (*at != device)
		at = &(*at)->next;
	*at = device->next;
	call(LINK_GONE, device, NULL);
	free(device);
	device = by_index(peer);
	if (device) {
		device->link.peer = 0;
		del(device);
	}
}

void fake_link_del(const char *name)
{
	del(by_name(name));
}

void fake_link_move_away(const char *name)
{
	struct device *device = by_name(name);
	uint32_t peer = device->link.peer;

	device->link.peer = 0;
	del(device);
	device = by_index(peer);
	if (device) {
		device->link.peer_elsewhere = true;
		call(LINK_CHANGED, device, NULL);
	}
}

void fake_link_rename(const char *name, const char *new_name)
{
	struct device *device = by_name(name);
	char old_name[IFNAMSIZ];

	snprintf(old_name, sizeof(old_name), "%s", name);
	snprintf(device->link.name, sizeof(device->link.name), "%s", new_name);
	call(LINK_CHANGED, device, old_name);
}

void fake_link_changed(struct link *link)
{
	call(LINK_CHANGED, (struct device *)link, NULL);
}

static void set_up(struct device *device, bool up)
{
	struct device *peer = device->link.peer_elsewhere ? NULL : by_index(device->link.peer);

	device->link.flags &= ~IFF_UP;
	if (up)
		device->link.flags |= IFF_UP;
	if (!peer) {
		device->link.flags &= ~(IFF_LOWER_UP | IFF_RUNNING);
		if (up)
			device->link.flags |= IFF_LOWER_UP | IFF_RUNNING;
	}
	update_carrier(device);
	call(LINK_CHANGED, device, NULL);
	if (update_carrier(peer))
		call(LINK_CHANGED, peer, NULL);
}

void fake_link_set_up(const char *name, bool up)
{
	set_up(by_name(name), up);
}

void fake_link_set_xdp(uint32_t ifindex, uint32_t id)
{
	struct device *device = by_index(ifindex);

	if (device)
		device->link.xdp_id = id;
}

void fake_link_set_offloads(const char *name, const char *offloads)
{
	struct device *device = by_name(name);

	snprintf(device->offloads, sizeof(device->offloads), "%s", offloads);
}

const char *fake_link_offloads(const char *name)
{
	return by_name(name)->offloads;
}

void fake_link_set_peer_offloads(const char *name, bool on)
{
	by_name(name)->peer_offloads = on;
}

void fake_link_fail(const char *operation)
{
	failing = operation;
}

void fake_link_each(void (*fn)(const struct link *link, void *arg), void *arg)
{
	for (struct device *device = devices; device; device = device->next)
		fn(&device->link, arg);
}

void fake_link_forget(void)
{
	struct device *device;

	while ((device = devices)) {
		devices = device->next;
		free(device);
	}
	failing = NULL;
}

/* switchd/link.h */

int link_table_open(struct event_base *base, link_change_fn *fn, void *arg,
		    struct link_table **table, struct error *error)
{
	(void)base;
	*table = calloc(1, sizeof(**table));
	if (!*table)
		return error_set(error, -ENOMEM, "out of memory");
	(*table)->fn = fn;
	(*table)->arg = arg;
	for (struct device *device = devices; device; device = device->next)
		device->link.user = NULL;
	open_table = *table;
	return 0;
}

void link_table_close(struct link_table *table)
{
	open_table = NULL;
	free(table);
}

struct link *link_by_name(struct link_table *table, const char *name)
{
	(void)table;
	return (struct link *)by_name(name);
}

struct link *link_by_index(struct link_table *table, uint32_t ifindex)
{
	(void)table;
	return (struct link *)by_index(ifindex);
}

struct link *link_find(struct link_table *table, bool (*is)(struct link *link, void *arg),
		       void *arg)
{
	(void)table;
	for (struct device *device = devices; device; device = device->next)
		if (is(&device->link, arg))
			return &device->link;
	return NULL;
}

bool link_takes_xdp(const struct link *link)
{
	return link->xdp_features & LINK_XDP_NDO_XMIT;
}

bool link_is_xdp_nic(const struct link *link)
{
	return !*link->kind && link->xdp_features & LINK_XDP_BASIC;
}

int link_upper_count(struct link_table *table, uint32_t ifindex)
{
	(void)table;
	(void)ifindex;
	return 0;
}

/* The device an operation is for, or NULL with the reason. */
static struct device *target(uint32_t ifindex, const char *operation, int *status,
			     struct error *error)
{
	struct device *device = by_index(ifindex);

	*status = 0;
	if (!device)
		*status = error_set(error, -ENODEV, "no device with index %u", ifindex);
	else if (failing && !strcmp(failing, operation))
		*status = error_set(error, -EOPNOTSUPP, "%s: %s was refused", device->link.name,
				    operation);
	return *status ? NULL : device;
}

static void changed(struct device *device)
{
	fake_link_changes++;
	call(LINK_CHANGED, device, NULL);
}

int link_set_up(struct link_table *table, uint32_t ifindex, bool up, struct error *error)
{
	int status;
	struct device *device = target(ifindex, "up", &status, error);

	(void)table;
	if (device) {
		fake_link_changes++;
		set_up(device, up);
	}
	return status;
}

int link_set_promisc(struct link_table *table, uint32_t ifindex, bool on, struct error *error)
{
	int status;
	struct device *device = target(ifindex, "promisc", &status, error);

	(void)table;
	if (device) {
		device->link.flags &= ~IFF_PROMISC;
		if (on)
			device->link.flags |= IFF_PROMISC;
		changed(device);
	}
	return status;
}

int link_set_mtu(struct link_table *table, uint32_t ifindex, uint32_t mtu, struct error *error)
{
	int status;
	struct device *device = target(ifindex, "mtu", &status, error);

	(void)table;
	if (device) {
		device->link.mtu = mtu;
		changed(device);
	}
	return status;
}

int link_set_mac(struct link_table *table, uint32_t ifindex, const uint8_t mac[6],
		 struct error *error)
{
	int status;
	struct device *device = target(ifindex, "mac", &status, error);

	(void)table;
	if (device) {
		memcpy(device->link.mac, mac, 6);
		changed(device);
	}
	return status;
}

int link_set_alias(struct link_table *table, uint32_t ifindex, const char *alias,
		   struct error *error)
{
	int status;
	struct device *device = target(ifindex, "alias", &status, error);

	(void)table;
	if (device) {
		snprintf(device->link.alias, sizeof(device->link.alias), "%s", alias);
		changed(device);
	}
	return status;
}

int link_add_veth(struct link_table *table, const char *name, const char *peer,
		  const uint8_t mac[6], struct error *error)
{
	struct device *ends[2];

	(void)table;
	if (failing && !strcmp(failing, "add_veth"))
		return error_set(error, -EPERM, "%s: add_veth was refused", name);
	if (by_name(name) || by_name(peer))
		return error_set(error, -EEXIST, "%s: a device of this name exists", name);
	ends[0] = add(name, "veth", 0);
	ends[1] = add(peer, "veth", 0);
	memcpy(ends[0]->link.mac, mac, 6);
	ends[0]->link.peer = ends[1]->link.ifindex;
	ends[1]->link.peer = ends[0]->link.ifindex;
	fake_link_changes++;
	call(LINK_NEW, ends[0], NULL);
	call(LINK_NEW, ends[1], NULL);
	return 0;
}

int link_del(struct link_table *table, uint32_t ifindex, struct error *error)
{
	int status;
	struct device *device = target(ifindex, "del", &status, error);

	(void)table;
	if (device) {
		fake_link_changes++;
		del(device);
	}
	return status;
}

int link_offload_hiding(struct link_table *table, uint32_t ifindex, char *names, size_t size,
			struct error *error)
{
	int status;
	struct device *device = target(ifindex, "offload", &status, error);

	(void)table;
	snprintf(names, size, "%s", device ? device->offloads : "");
	return status;
}

int link_offload_set(struct link_table *table, uint32_t ifindex, const char *names, bool on,
		     struct error *error)
{
	int status;
	struct device *device = target(ifindex, "offload", &status, error);

	(void)table;
	if (device) {
		snprintf(device->offloads, sizeof(device->offloads), "%s", on ? names : "");
		changed(device);
	}
	return status;
}

int link_set_no_ipv6(struct link_table *table, uint32_t ifindex, struct error *error)
{
	(void)table;
	return by_index(ifindex) ? 0 : error_set(error, -ENODEV, "no device %u", ifindex);
}

int link_set_gro(struct link_table *table, uint32_t ifindex, bool on, struct error *error)
{
	int status;
	struct device *device = target(ifindex, "gro", &status, error), *peer;

	(void)table;
	if (device) {
		device->gro = on;
		peer = by_index(device->link.peer);
		if (peer && on)
			peer->link.xdp_features |= LINK_XDP_NDO_XMIT;
		changed(device);
	}
	return status;
}

bool link_peer_offloads(struct link_table *table, uint32_t ifindex)
{
	struct device *device = by_index(ifindex);

	(void)table;
	return device && device->peer_offloads;
}

bool link_counters_get(struct link_table *table, uint32_t ifindex, struct link_counters *counters)
{
	(void)table;
	memset(counters, 0, sizeof(*counters));
	return by_index(ifindex);
}

void link_counters_expire(struct link_table *table)
{
	(void)table;
}

bool link_driver_read(struct link_table *table, const struct link *link, struct link_driver *driver)
{
	(void)table;
	(void)link;
	(void)driver;
	return false;
}

bool link_settings_read(struct link_table *table, const struct link *link,
			struct link_settings *settings)
{
	(void)table;
	(void)link;
	(void)settings;
	return false;
}
