/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real programs under BPF_PROG_TEST_RUN, on maps that the test fills by hand. What switchd does
 * with them is not of interest here: this is the other side of datapath/types.h.
 *
 * The process gets a network namespace of its own with one veth for each port.
 */
#ifndef XVS_TEST_HARNESS_H
#define XVS_TEST_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "datapath/types.h"
#include "datapath/xvswitch.skel.h"

#define TEST_PORTS        4 /* numbers 1 to 4 have a device */
#define TEST_MTU          1500
#define TEST_BRIDGE       7
#define TEST_FLOW_LINES   65536
#define TEST_GROUP        3 /* where VLAN 0 is flooded */
#define TEST_TAGGED_GROUP 4 /* and all other VLANs */

/* A forwarding instruction: untagged, or with a tag, to a port of TEST_BRIDGE. */
#define TEST_TO(port)        xvs_forward(TEST_BRIDGE, port, XVS_EGRESS_UNTAGGED)
#define TEST_TO_TAGGED(port) xvs_forward(TEST_BRIDGE, port, XVS_EGRESS_TAGGED)

/* A member of a group; a port number alone is one that gets frames untagged. */
#define TEST_MEMBER(port, egress) ((port) | (uint32_t)(egress) << XVS_MEMBER_EGRESS_SHIFT)
#define TEST_TAGGED(port)         TEST_MEMBER(port, XVS_EGRESS_TAGGED)

enum hook {
	HOOK_XDP,
	HOOK_TC,
};

struct test {
	struct xvswitch_bpf *skel;
	struct xvs_fdb_bucket *fdb; /* XVS_FDB_BUCKETS_MIN of them */
	struct xvs_shared *shared;
	struct ring_buffer *ring;
	struct xvs_event event; /* the last one read */
	int cpus;
};

struct test_tag {
	uint16_t tpid, tci; /* host byte order */
};

#define TEST_TAGS 3

/* A tag in a table: C-VLAN and S-VLAN tags (IEEE 802.1Q table 9-1), and what their TCI says. */
/* clang-format off */
#define Q(tci)  {0x8100, (tci)}
#define AD(tci) {0x88a8, (tci)}
/* clang-format on */
#define PRIORITY(pcp) ((pcp) << 13)

/* A frame to run: zeros behind the header. */
struct test_frame {
	uint64_t dst, src; /* as in an FDB key; MAC() makes them */
	uint32_t len;      /* with header and tags; 0: 60 */
	uint32_t linear;   /* octets in the first buffer of an XDP frame; 0: as many as fit */
	struct test_tag tags[TEST_TAGS]; /* the outermost first; TPID 0: no more */
	uint16_t type;                   /* behind them; 0: IPv4 */
};

/* An address as one writes it, from its last two octets; locally administered. */
#define MAC(x) (0x02ULL | (uint64_t)((x) >> 8 & 0xff) << 32 | (uint64_t)((x)&0xff) << 40)

/* Once per process: skips the whole test without root (exit status 77), makes namespace and
 * devices. */
void test_devices(void);

/* For cmocka, once per group of tests: loads the programs; *state becomes a struct test. */
int test_setup(void **state);
int test_teardown(void **state);

/*
 * For cmocka, before each test: nothing in the FDB, nothing counted, no event waiting, ports 1 to
 * TEST_PORTS up, trunks of TEST_BRIDGE, and in both groups. The clock moves on, so that no earlier
 * report is remembered.
 */
int test_reset(void **state);

/* Device of a port, and its far end. */
uint32_t test_ifindex(uint32_t port);
uint32_t test_peer_ifindex(uint32_t port);

void test_port(struct test *test, uint32_t port, uint16_t flags, uint32_t mtu);

/* The same in all that a port can be; ifindex and, if 0, tx_ifindex are those of its device. */
void test_port_as(struct test *test, uint32_t port, struct xvs_port value);
void test_vlan_set(struct test *test, uint32_t port, const struct xvs_vlan_set *set);

/* Where TEST_BRIDGE floods VLAN 0, and all others. */
void test_bridge(struct test *test, uint16_t untagged, uint16_t tagged);

/* Where it floods each VLAN. */
void test_vlan_table(struct test *test, const struct xvs_vlan_table *table);

/* Sets members and xdp_size of TEST_GROUP, or of any group; the list ends with 0. */
void test_group(struct test *test, uint32_t xdp_size, const uint32_t *members);
void test_group_of(struct test *test, uint32_t group, uint32_t xdp_size, const uint32_t *members);

/* Writes a slot, in candidate bucket `which` of the key for the bridge that `forward` names. */
struct xvs_fdb_slot *test_fdb(struct test *test, uint64_t key, int which, int slot,
			      uint32_t forward);

/*
 * Runs the pipeline of a hook `repeat` times on a frame that comes in on a device. Returns the
 * program's verdict. The frame must come out as it went in.
 */
int test_run(struct test *test, enum hook hook, uint32_t ifindex, const struct test_frame *frame,
	     uint32_t repeat);

/* Once, and the frame must come out as `out`; NULL: in any form. */
int test_run_change(struct test *test, enum hook hook, uint32_t ifindex,
		    const struct test_frame *frame, const struct test_frame *out);

/* XDP once more, with a real redirect: the devmap's egress programs run. */
void test_run_live(struct test *test, uint32_t ifindex, const struct test_frame *frame);

/* Summed up over all CPUs. */
struct xvs_counters test_counters(struct test *test, uint32_t port);
uint64_t test_drops(struct test *test, uint32_t port, enum xvs_drop reason);
uint64_t test_drops_all(struct test *test);

/* Reads all events that wait; returns how many, the last one is in test->event. */
int test_events(struct test *test);

#endif
