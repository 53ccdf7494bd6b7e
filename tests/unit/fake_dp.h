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

struct fake_dp_group {
	size_t count; /* 0: not in use */
	uint16_t *members;
};

struct dp {
	struct dp *next;
	char instance[33];

	/* What is there. */
	struct dp_port ports[XVS_PORTS_MAX]; /* ifindex 0: empty */
	enum dp_hook hooks[XVS_PORTS_MAX];   /* attached */
	struct dp_counters counters[XVS_PORTS_MAX];
	struct fake_dp_group groups[XVS_GROUPS_MAX];
	uint32_t fids[XVS_FIDS_MAX];
	struct xvs_shared shared;
	struct xvs_fdb_bucket *buckets;
	uint32_t n_buckets;
	struct xvs_event events[FAKE_DP_EVENTS_MAX];
	size_t n_events;

	/* What happened: since the test last set it to 0. */
	unsigned port_sets;    /* calls */
	unsigned port_changes; /* those that changed anything */
	unsigned port_dels;    /* of ports that were there */
	unsigned group_changes;
	unsigned fid_changes;
	char violation[256]; /* the first breach of dp.h or of its order; empty: none */

	/* What shall go wrong: by ifindex, 0 for none. */
	uint32_t refuse;     /* port_set() fails */
	uint32_t refuse_xdp; /* XDP cannot be attached */
	uint32_t foreign_on; /* foreign_xdp() */
	uint32_t foreign_id;

	/* Called when a device gets or loses our XDP program, as the kernel's picture of it
	 * changes. */
	void (*xdp_changed)(uint32_t ifindex, uint32_t id);
};

extern const struct dp_class dp_fake;

/* A frame's source address was seen, and will be reported. */
void fake_dp_event(struct dp *dp, enum xvs_event_kind kind, const uint8_t mac[6], uint16_t fid,
		   uint16_t port);

void fake_dp_count_from_zero(struct dp *dp);

/* Frees all data paths. */
void fake_dp_forget(void);

#endif
