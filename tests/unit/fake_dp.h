/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A data path in memory, for tests without root: does what dp.h says, keeps what it was told for
 * the test to look at, and notes what a real one would suffer from.
 *
 * As with the kernel, what was set outlives dp_class.close(); open() of the same instance finds it
 * again. fake_dp_forget() is the reboot.
 */
#ifndef XVS_FAKE_DP_H
#define XVS_FAKE_DP_H

#include "switchd/dp.h"

#define FAKE_DP_EVENTS_MAX 64

struct fake_dp_flood {
	size_t count;
	struct dp_member *members;
};

/* A bridge's VLANs, as vlans_set() told of them. */
struct fake_dp_vlans {
	struct fake_dp_flood *floods;
	size_t n;
	uint16_t entries[XVS_FLOODS];
};

struct dp {
	struct dp *next;
	char instance[33];

	/* What is there. */
	struct dp_port ports[XVS_PORTS_MAX]; /* ifindex 0: empty */
	enum dp_hook hooks[XVS_PORTS_MAX];   /* attached */
	struct dp_counters counters[XVS_PORTS_MAX];
	struct fake_dp_vlans *vlans[XVS_BRIDGES_MAX]; /* NULL: flooded nowhere */
	struct xvs_shared shared;
	struct xvs_tallies tallies;
	union xvs_flow_line *flows; /* flow_lines of them */
	struct xvs_flow_counter *flow_counters;
	uint32_t flow_lines, n_flow_counters;
	struct xvs_meter meters[XVS_METERS_MAX];
	struct xvs_fdb_bucket *buckets;
	uint32_t n_buckets;
	struct xvs_event events[FAKE_DP_EVENTS_MAX];
	size_t n_events;

	/* What happened: since the test last set it to 0. */
	unsigned port_sets;     /* calls */
	unsigned port_changes;  /* those that changed anything */
	unsigned port_dels;     /* of ports that were there */
	unsigned vlans_sets;    /* calls */
	unsigned vlans_changes; /* by vlans_set() and vlans_del(): those after which any VLAN is
				   flooded otherwise */
	unsigned settles;
	char violation[256]; /* the first breach of dp.h or of its order; empty: none */

	/* What it needs to see breaches. */
	bool fresh[XVS_PORTS_MAX];            /* set since open() */
	bool under_way[XVS_PORTS_MAX];        /* left a flood, and nobody has waited since */
	struct dp_port before[XVS_PORTS_MAX]; /* the last port of this number */

	/* What shall go wrong: by ifindex, 0 for none. */
	uint32_t refuse;       /* port_set() fails */
	bool refuse_flows;     /* flows_resize() fails */
	uint32_t refuse_xdp;   /* XDP cannot be attached */
	uint16_t refuse_vlans; /* vlans_set() fails, by bridge */
	uint32_t foreign_on;   /* foreign_xdp() */
	uint32_t foreign_id;

	/* Called when a device gets or loses our XDP program, as the kernel's picture of it
	 * changes. */
	void (*xdp_changed)(uint32_t ifindex, uint32_t id);
};

extern const struct dp_class dp_fake;

/* Where a VLAN of a bridge is flooded; NULL: nowhere. */
const struct fake_dp_flood *fake_dp_flood(const struct dp *dp, uint16_t bridge, uint16_t vid);

/* The member that a port is in a VLAN of a bridge; NULL: it is none. */
const struct dp_member *fake_dp_member(const struct dp *dp, uint16_t bridge, uint16_t vid,
				       uint16_t port);

/* Is it one of the VLANs that know no addresses? */
bool fake_dp_only_floods(const struct dp *dp, uint16_t bridge, uint16_t vid);

/* Notes as a violation what is there but fits not together, when nothing is under way. */
void fake_dp_check(struct dp *dp);

/* A frame's source address was seen, and will be reported. */
void fake_dp_event(struct dp *dp, enum xvs_event_kind kind, const uint8_t mac[6], uint16_t vlan,
		   uint16_t port);

void fake_dp_count_from_zero(struct dp *dp);

/* Frees all data paths. */
void fake_dp_forget(void);

#endif
