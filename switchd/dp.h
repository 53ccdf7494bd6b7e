/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between switchd and a data path.
 *
 * switchd works out what the data path should hold and says it through the operations below; it
 * never asks itself which of it is there already. Setting what is already so costs little and
 * disturbs no frame, so that a restart is the same reconcile as any other event.
 *
 * Life of a data path:
 *   1. open(): adopts what an earlier switchd of the same instance left in the kernel, or makes it.
 * From here on the FDB, the shared memory and the ring buffer can be used.
 *   2. port_set(), vlans_set() in any order, port_each() to see what was adopted. A port's frames
 * are switched when port_set() returns. When nothing is left to be changed for now, tend().
 *   3. close(): lets go; the kernel forwards on. Or teardown() instead: removes everything from the
 *      kernel and leaves the devices as they were found.
 *
 * dp_bpf is the one real implementation, the only code that knows libbpf and libxdp; tests/unit has
 * a fake. Not thread-safe: everything runs in the event loop.
 */
#ifndef XVS_DP_H
#define XVS_DP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "datapath/types.h"
#include "db/error.h"
#include "db/vlan.h"

/* Which hook takes a port's frames. With XDP, TC stands behind it for what XDP cannot finish. */
enum dp_hook {
	DP_HOOK_TC,
	DP_HOOK_XDP,
};

/* A port as it should be. */
struct dp_port {
	uint16_t number; /* 1 to XVS_PORTS_MAX - 1 */
	uint16_t bridge; /* number, 1 to XVS_BRIDGES_MAX - 1 */
	uint16_t flags;  /* enum xvs_port_flags */
	uint16_t pvid;   /* struct xvs_port */
	uint16_t push_tpid;
	uint16_t ofport;     /* as flows know it */
	enum dp_hook hook;   /* what is wanted */
	uint32_t ifindex;    /* not 0 */
	uint32_t tx_ifindex; /* ifindex, or the host's own end of an internal port */
	uint32_t mtu;
	struct vlan_set vlan_set; /* with XVS_PORT_VLAN_SET */
	char name[16];            /* of the device, for sentences */
};

/* A member of a flood group. */
struct dp_member {
	uint16_t port;
	uint8_t egress; /* enum xvs_egress */
};

/* Where frames are flooded: the members in the order in which the data path wants them, which
 * dp_member_order() tells. */
struct dp_flood {
	const struct dp_member *members;
	size_t count;
};

/* What became of it; all sentences are empty when there is nothing to say. */
struct dp_port_status {
	enum dp_hook hook;    /* what is attached: TC where XDP was wanted but refused */
	struct error warning; /* why it is less than what was wanted, with the remedy */
};

struct dp_counters {
	uint64_t since;            /* ns of CLOCK_BOOTTIME when they began at 0 */
	struct xvs_counters total; /* over all CPUs */
	uint64_t drops[XVS_DROPS_MAX];
};

struct dp;

typedef void dp_event_fn(const struct xvs_event *event, void *arg);
typedef void dp_port_fn(uint16_t number, uint32_t ifindex, void *arg);
typedef int dp_flows_fill_fn(union xvs_flow_line *memory, uint32_t lines, void *arg);
typedef void dp_flows_carry_fn(const struct xvs_flow_counter *old, uint32_t n_old, void *arg);

struct dp_class {
	/*
	 * Opens the data path of an instance. fdb_buckets (a power of two, XVS_FDB_BUCKETS_MIN to
	 * _MAX) is the size of the FDB if it has to be made; an adopted one keeps its size until
	 * fdb_resize(). Returns 0 or a negative errno with a sentence.
	 */
	int (*open)(const char *instance, uint32_t fdb_buckets, struct dp **dp,
		    struct error *error);

	/* Frees what the process holds. The kernel forwards on. */
	void (*close)(struct dp *dp);

	/* Detaches all ports, removes all pins, and closes. Devices are left as they were found. */
	void (*teardown)(struct dp *dp);

	/*
	 * Makes a port, or makes it like `port`. Attaches the hooks to the device; heals them when
	 * somebody else removed them. When number had another ifindex before, that device is
	 * detached first. Falls back to TC alone, with a warning in status, when XDP cannot be
	 * attached. On error nothing of the port is left in the data path; -ENODEV: the device went
	 * away.
	 */
	int (*port_set)(struct dp *dp, const struct dp_port *port, struct dp_port_status *status,
			struct error *error);

	/* Detaches the device, if it is still there, and empties the port. Unknown numbers are no
	 * error. */
	void (*port_del)(struct dp *dp, uint16_t number);

	/* Calls fn for each port in the data path; fn may call port_del() for the port it is given.
	 */
	void (*port_each)(struct dp *dp, dp_port_fn *fn, void *arg);

	/*
	 * Sets where each VLAN of a bridge is flooded, and what flows flood: entries[VID] (or
	 * XVS_FLOOD_ALL, XVS_FLOOD_SOME) is 0 for nowhere, or i for floods[i - 1], together with
	 * XVS_VLAN_FLOOD or without. Members must have been set with
	 * port_set() before. Each VLAN's change is atomic: a frame goes to the old members or to
	 * the new ones. On error all of them are as they were.
	 */
	int (*vlans_set)(struct dp *dp, uint16_t bridge, const struct dp_flood *floods, size_t n,
			 const uint16_t entries[XVS_FLOODS], struct error *error);

	/* The bridge is gone: nobody is a member of anything in it any more. */
	void (*vlans_del)(struct dp *dp, uint16_t bridge);

	/* Returns when no frame is under way any more that may have met what was changed before. */
	void (*settle)(struct dp *dp);

	/*
	 * Work that may wait, as no frame depends on it: gives memory back, and prepares floods by
	 * XDP, which TC serves until then. Not before everything that was adopted has been set
	 * again. True when it is to be called again soon.
	 */
	bool (*tend)(struct dp *dp);

	/* The FDB's memory and its number of buckets. Valid until close() or fdb_resize(). */
	struct xvs_fdb_bucket *(*fdb)(struct dp *dp, uint32_t *buckets);

	/*
	 * Makes an FDB of another size, empty, and calls fill(new table, buckets, arg) before the
	 * data path is switched over to it: no frame sees it half filled. On error the old table
	 * stays.
	 */
	int (*fdb_resize)(struct dp *dp, uint32_t buckets,
			  int (*fill)(struct xvs_fdb_bucket *table, uint32_t buckets, void *arg),
			  void *arg, struct error *error);

	/* The memory of the flow tables (datapath/flow_types.h), and how many counters there are.
	 * Valid until close() or flows_resize(). */
	union xvs_flow_line *(*flows)(struct dp *dp, uint32_t *lines, uint32_t *counters);

	/*
	 * Makes other memory and other counters, all zero. fill() writes the memory before any
	 * frame sees it; then the data path is switched over; and when no frame counts in the old
	 * counters any more, carry() gets their totals. On error the old ones stay.
	 */
	int (*flows_resize)(struct dp *dp, uint32_t lines, uint32_t counters,
			    dp_flows_fill_fn *fill, dp_flows_carry_fn *carry, void *arg,
			    struct error *error);

	/* Reads n counters from `first` on. 0 or a negative errno. */
	int (*flow_counters)(struct dp *dp, uint32_t first, uint32_t n,
			     struct xvs_flow_counter *totals);

	/* Adds to what flow_counters() tells, modulo 2^64; of `used` the later one counts. */
	void (*flow_counter_add)(struct dp *dp, uint32_t index,
				 const struct xvs_flow_counter *amount);

	/* XVS_METERS_MAX meters, shared with the data path. Valid until close(). */
	struct xvs_meter *(*meters)(struct dp *dp);

	/* Memory shared with the data path. Valid until close(). */
	struct xvs_shared *(*shared)(struct dp *dp);

	/* Lasts as long as counters() do. But for `since`, which is counters()' own, the caller's,
	 * 0 at first. Valid until close(). */
	struct xvs_tallies *(*tallies)(struct dp *dp);

	/* Descriptor that is readable when events wait, for the event loop. */
	int (*event_fd)(struct dp *dp);

	/* Hands at most `max` waiting events to fn; returns how many. */
	int (*event_read)(struct dp *dp, int max, dp_event_fn *fn, void *arg);

	/* Adds up a port's counters. They start at 0 when a port number is given to a port_set()
	 * that finds the slot empty. */
	int (*counters)(struct dp *dp, uint16_t number, struct dp_counters *counters);

	/* XDP program that has this device instead of ours, or 0: ours is among those that share
	 * it. */
	uint32_t (*foreign_xdp)(struct dp *dp, uint32_t ifindex);
};

extern const struct dp_class dp_bpf;

/* Name and sentence of a drop reason, NULL for a number that is not in use. */
const char *dp_drop_name(unsigned reason);
const char *dp_drop_sentence(unsigned reason);

/* All frames dropped at a port: those that came in by it, or those that should have gone out by it.
 */
uint64_t dp_drops(const struct dp_counters *counters, bool output);

/* Order of a flood's members, for qsort(): those that may keep a tag come first. */
int dp_member_order(const void *a, const void *b);

#endif
