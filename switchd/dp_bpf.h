/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The data path in the kernel, as switchd holds it: what the dp_bpf*.c files share. They are the
 * only ones that know libbpf and libxdp.
 *
 * What must outlive switchd is pinned in one folder per instance (dp_bpf_pins.c): all maps, the two
 * root programs, which are what is attached to devices, and the links that hold them there.
 * The programs that decide are not pinned: they live by being in slot 0 of the pinned program
 * arrays, and every switchd that starts loads its own, on the pinned maps, and puts them there
 * (dp_bpf_program.c).
 *
 * What is made new is made the same way: first a folder with empty maps, then it is adopted like
 * one that was found. So there is one way to open a data path, and an interrupted one is repaired
 * by the next.
 */
#ifndef XVS_DP_BPF_H
#define XVS_DP_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "switchd/dp.h"

#define DP_PATH_MAX 256

/* Maps that switchd itself uses; the programs have more. */
enum dp_map {
	DP_MAP_PORTS,
	DP_MAP_IFINDEXES,
	DP_MAP_FDB,
	DP_MAP_VLAN_SETS,
	DP_MAP_BRIDGES,
	DP_MAP_VLAN_TABLES,
	DP_MAP_GROUPS,
	DP_MAP_MEMBERS,
	DP_MAP_GROUP_DEVMAPS,
	DP_MAP_FLOWS,
	DP_MAP_FLOW_COUNTERS,
	DP_MAP_FLOW_CACHE,
	DP_MAP_METERS,
	DP_MAP_SHARED,
	DP_MAP_TALLIES,
	DP_MAP_EVENTS,
	DP_MAP_COUNTERS,
	DP_MAP_DROPS,
	DP_MAP_DEVMAP,
	DP_MAP_XDP_SLOTS,
	DP_MAP_TC_SLOTS,
	DP_MAPS
};

struct dp_root {
	int fd;
	uint32_t id;
};

struct dp_group;
struct ring_buffer;

/* A bridge's VLANs: which groups they use, each named once. */
struct dp_vlans {
	uint16_t *groups; /* as many as references are held */
	size_t n_groups;
	struct xvs_vlan_table *table; /* mapped; NULL: there is none */
	bool retired; /* the bridge is gone, its table can go once no frame looks at it */
};

struct dp {
	char folder[DP_PATH_MAX]; /* of the pins */
	int maps[DP_MAPS];
	struct dp_root xdp_root, tc_root;
	int egress_fd, egress_untag_fd; /* programs that groups' devmaps carry */

	struct xvs_fdb_bucket *fdb;
	uint32_t fdb_buckets;
	union xvs_flow_line *flows;
	uint32_t flow_lines;
	bool has_flows; /* some bridge has, or had: the programs are those that know flows */
	struct xvs_flow_counter *flow_counted; /* rows of flow_counters each: flow_types.h */
	uint32_t flow_counters;
	struct xvs_meter *meters;
	struct xvs_shared *shared;
	struct xvs_tallies *tallies;
	struct xvs_bridge *bridges; /* all of these maps */
	struct xvs_group *groups;
	struct xvs_member_line *members;

	struct ring_buffer *ring;
	dp_event_fn *event_fn; /* while event_read() runs */
	void *event_arg;
	int events, events_max;

	int cpus;
	int cpu_numbers;                      /* one more than the greatest: there may be gaps */
	int rcu_fd;                           /* -1: grace periods take as long as they take */
	unsigned rcu_expedited;               /* how many ask for it */
	struct xvs_port ports[XVS_PORTS_MAX]; /* what the map of this name holds */
	bool port_fresh[XVS_PORTS_MAX]; /* set by this process: its devmap entry is known, too */
	struct xvs_ifindex ifindexes[XVS_IFINDEX_SLOTS]; /* what the map of this name holds */
	struct vlan_set
		vlan_sets[XVS_PORTS_MAX]; /* of fresh ports, what the map of this name holds */
	struct dp_vlans vlans[XVS_BRIDGES_MAX];
	struct dp_groups *group_table;
};

/* dp_bpf_pins.c */

#define DP_PIN_XDP_ROOT "xdp_root"
#define DP_PIN_TC_ROOT  "tc_root"

/* Writes the folder of an instance into dp->folder; mounts the bpffs when nobody has. */
int dp_pins_locate(struct dp *dp, const char *instance, struct error *error);

/*
 * Makes the folder, with empty maps, in place of one that may be there; what an earlier one left
 * attached to devices of this network namespace is detached. Done in one rename, so that a folder
 * is whole or is not.
 */
int dp_pins_make(struct dp *dp, uint32_t fdb_buckets, struct error *error);

/* Removes the folder. */
void dp_pins_remove(struct dp *dp);

/* Descriptor of a pinned map or program; -ENOENT when there is none. */
int dp_pin_open(const struct dp *dp, const char *name);

/* Pins an object under this name, in place of what was there. */
int dp_pin_replace(const struct dp *dp, const char *name, int fd);

/* One that is not there is no error. */
void dp_pin_remove(const struct dp *dp, const char *name);

/* Is this the slots map of any instance? A root that uses another one has been orphaned. */
bool dp_pins_hold_slots(const struct dp *dp, uint32_t map_id);

/* dp_bpf_program.c */

struct bpf_object;
struct xvswitch_bpf;

/* What the kernel tells of a program; 0 or a negative errno. */
struct dp_program {
	uint32_t id;
	char name[16];
	uint8_t tag[8];
	uint32_t map_id; /* of its first map: of a root, which has no other, the slots */
};
int dp_program_info(int fd, struct dp_program *program);
int dp_program_by_id(uint32_t id, struct dp_program *program);

/* Routes what libbpf and libxdp print into the log, one level quieter. */
void dp_print_to_log(void);

/* What the kernel said about the last operation on a device (extended acknowledgement); forgets it.
 */
const char *dp_kernel_message(void);

/* An object with new maps and both roots, nothing else. xvswitch_bpf__destroy() frees it. */
int dp_roots_load(const struct dp *dp, uint32_t fdb_buckets, struct xvswitch_bpf **skel,
		  struct error *error);

/* The XDP root as an extension of libxdp's dispatcher, to be linked into this one: a descriptor. */
int dp_extension_load(struct dp *dp, int dispatcher);

/*
 * Loads the pipeline on the pinned maps, with the FDB `fdb`, and puts it into the slots of both
 * hooks. -ESTALE without a sentence when a pinned map is missing or is not what the programs need.
 */
int dp_pipeline_swap(struct dp *dp, int fdb, uint32_t fdb_buckets, struct error *error);

/* dp_bpf_rcu.c */

void dp_rcu_open(struct dp *dp);

/* From here to dp_rcu_relax() the kernel waits for grace periods as briefly as it can. Such pairs
 * may stand in each other. */
void dp_rcu_expedite(struct dp *dp);
void dp_rcu_relax(struct dp *dp);

/* dp_bpf_tc.c; all of them say nothing about a device that is gone. */

int dp_tc_attach(struct dp *dp, uint32_t ifindex);
void dp_tc_detach(struct dp *dp, uint32_t ifindex);

/* Of clsact; a link goes with its pin. */
void dp_tc_detach_orphan(struct dp *dp, uint32_t ifindex);

/* dp_bpf_link.c */

/* Attaches a program to a device by a link, pinned under the hook's name and the ifindex. */
int dp_link_make(struct dp *dp, const char *hook, uint32_t ifindex, int program, int type,
		 uint32_t flags);

/*
 * Detaches it, wherever the device is now: ifindex is the one that it had when it was attached.
 * False when there is no such link.
 */
bool dp_link_break(struct dp *dp, const char *hook, uint32_t ifindex);

/* dp_bpf_xdp.c */

/* Attaches the XDP root, or finds it attached; else a sentence in *why. */
bool dp_xdp_attach(struct dp *dp, uint32_t ifindex, const char *device, struct error *why);
void dp_xdp_detach(struct dp *dp, uint32_t ifindex);

/* Of a dispatcher; a link goes with its pin. */
void dp_xdp_detach_orphan(struct dp *dp, uint32_t ifindex);
uint32_t dp_xdp_foreign(struct dp *dp, uint32_t ifindex);

/* dp_bpf_port.c */

/* Longest frame, with header and tags, that XDP may flood to a port; 0: none. */
uint32_t dp_port_flood_size(const struct xvs_port *port);

int dp_ports_read(struct dp *dp, struct error *error);
int dp_port_set(struct dp *dp, const struct dp_port *port, struct dp_port_status *status,
		struct error *error);
void dp_port_del(struct dp *dp, uint16_t number);
void dp_port_each(struct dp *dp, dp_port_fn *fn, void *arg);
int dp_port_counters(struct dp *dp, uint16_t number, struct dp_counters *counters);

/* dp_bpf_vlan.c */

int dp_vlans_read(struct dp *dp, struct error *error);
int dp_vlans_set(struct dp *dp, uint16_t bridge, const struct dp_flood *floods, size_t n,
		 const uint16_t entries[XVS_FLOODS], struct error *error);
void dp_vlans_del(struct dp *dp, uint16_t bridge);

/* Gives back the tables of bridges that have gone; no frame looks at them any more. */
void dp_vlans_reclaim(struct dp *dp);
void dp_vlans_free(struct dp *dp);

/* dp_bpf_flow.c */

/* Maps the memory of the flow tables into the process. -ESTALE when it can't be used. */
int dp_flows_open(struct dp *dp);
void dp_flows_close(struct dp *dp);
union xvs_flow_line *dp_flows(struct dp *dp, uint32_t *lines, uint32_t *counters);
int dp_flows_resize(struct dp *dp, uint32_t lines, uint32_t counters, dp_flows_fill_fn *fill,
		    dp_flows_carry_fn *carry, void *arg, struct error *error);
int dp_flow_counters(struct dp *dp, uint32_t first, uint32_t n, struct xvs_flow_counter *totals);
void dp_flow_counter_add(struct dp *dp, uint32_t index, const struct xvs_flow_counter *amount);
struct xvs_meter *dp_meters(struct dp *dp);

/* dp_bpf_group.c */

/* Takes stock of the groups that an earlier switchd left, none of them referred to yet. */
int dp_groups_open(struct dp *dp, struct error *error);
void dp_groups_free(struct dp *dp);

/*
 * A reference to the group that has these members, in this order; it is made if there is none.
 * -ENOSPC when there are too many.
 */
int dp_group_get(struct dp *dp, const struct dp_flood *flood, uint16_t *id);

/* Another reference to a group that an earlier switchd left; false when there is none. */
bool dp_group_adopt(struct dp *dp, uint16_t id);

/* Gives a reference back. The group itself goes later. */
void dp_group_put(struct dp *dp, uint16_t id);

/* A port is about to take XDP frames of this length at most: no group of it floods longer ones by
 * XDP. */
void dp_groups_limit(struct dp *dp, uint16_t number, uint32_t xdp_size);

/* A port has changed: its groups are to be looked at again. */
void dp_groups_refresh(struct dp *dp, uint16_t number);

void dp_settle(struct dp *dp);
bool dp_tend(struct dp *dp);

/* dp_bpf_devmap.c */

/* Longest frame that XDP may flood to all members, as they are now; 0: none. */
uint32_t dp_group_xdp_size(const struct dp *dp, uint16_t id);

/* Does the group's devmap hold its members as they are now, with our programs? */
bool dp_devmap_is_current(const struct dp *dp, uint16_t id);

/* Makes devmaps for these groups, at most so many, and puts them in place in as few system calls as
 * the kernel allows. */
#define DP_DEVMAPS_AT_ONCE 64 /* as many descriptors are open meanwhile */
int dp_devmaps_make(struct dp *dp, const uint32_t *ids, uint32_t count);

/* False when there is none. */
bool dp_devmap_remove(struct dp *dp, uint16_t id);

#endif
