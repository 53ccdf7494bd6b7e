/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host's network devices in memory, for tests without root: all functions of switchd/link.h,
 * linked in place of link.o, and the user's side of it.
 *
 * The devices outlive link_table_close(), as they outlive switchd. There is one host, and one table
 * at a time. Every change, the table's own too, is called back at once.
 */
#ifndef XVS_FAKE_LINK_H
#define XVS_FAKE_LINK_H

#include "switchd/link.h"

/* Operations of link.h that changed a device, since the test last set it to 0. */
extern unsigned fake_link_changes;

/*
 * A new device, up and with a carrier. kind as in struct link; a "veth" has its other end in
 * another namespace. Everything else can be written into the struct before fake_link_changed().
 */
struct link *fake_link_add(const char *name, const char *kind);

/* With its other end, when that is here; each is gone before it is called back. */
void fake_link_del(const char *name);
void fake_link_rename(const char *name, const char *new_name);
void fake_link_set_up(const char *name, bool up);

/* The other end of a veth goes into another namespace: this one's table loses it. */
void fake_link_move_away(const char *name);

/* Calls LINK_CHANGED: after the test wrote into the struct. */
void fake_link_changed(struct link *link);

/* The device's program, without a call back. */
void fake_link_set_xdp(uint32_t ifindex, uint32_t id);

/* What link.h has no field for. */
void fake_link_set_offloads(const char *name, const char *offloads);
const char *fake_link_offloads(const char *name);
void fake_link_set_peer_offloads(const char *name, bool on);

/* Operations of this name fail from now on: "promisc", "add_veth", "mtu"; NULL: none. */
void fake_link_fail(const char *operation);

/* All devices, in the order they were made. */
void fake_link_each(void (*fn)(const struct link *link, void *arg), void *arg);

/* Removes all devices without a call back. */
void fake_link_forget(void);

#endif
