/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real data path behind switchd/dp.h, with ports on the veths of tests/datapath/harness.h, for
 * tests that send real frames between the veths' far ends.
 */
#ifndef XVS_TEST_DP_FIXTURE_H
#define XVS_TEST_DP_FIXTURE_H

#include "switchd/dp.h"
#include "tests/datapath/harness.h"

#define LAST       3    /* ports 1 to LAST are used */
#define WAIT       5000 /* ms, for what will come */
#define QUIET      30   /* ms, for what will not */
#define DP_BUCKETS XVS_FDB_BUCKETS_MIN

#define HOST1      MAC(0x0101)
#define HOST3      MAC(0x0303)
#define OTHER      MAC(0x0909) /* nobody's: its frames are flooded */

struct fixture {
	struct dp *dp; /* NULL while there is no switchd */
	char instance[32];
	int far[LAST + 1];  /* packet sockets at the far ends */
	int near[LAST + 1]; /* and on the ports: they see what XDP leaves to TC */
	uint8_t number;     /* of the last frame sent */
};

extern const struct dp_class *const dpc;

/* For cmocka, before each test and after it: an empty data path; nothing of it is left. */
int dp_setup(void **state);
int dp_teardown(void **state);

/* The end of a switchd, and the start of the next one. */
void dp_close(struct fixture *f);
void dp_open(struct fixture *f);
void reopen(struct fixture *f);

/* Fails the test with the sentence, if there was an error. */
void ok(int result, const struct error *error);

/* Port `number` on its veth, a trunk of TEST_BRIDGE. set_hook() says that there is nothing to warn
 * of. */
struct dp_port port_of(uint16_t number, enum dp_hook hook);
struct dp_port_status set_port(struct fixture *f, const struct dp_port *port);
void set_hook(struct fixture *f, uint16_t number, enum dp_hook hook);

/* Has the data path tend until nothing is left to be done. */
void tend(struct fixture *f);

/* Where TEST_BRIDGE floods its VLANs. */
void set_vlans(struct fixture *f, const struct dp_flood *floods, size_t n,
	       const uint16_t entries[XVS_FLOODS]);

/* The ports to which it floods VLAN 0, and no other; tended. */
void set_group(struct fixture *f, const uint16_t *numbers, size_t count);

/* Ports 1 to 3 in one group, port 1 with this hook and the others with TC. */
void set_all(struct fixture *f, enum dp_hook hook);

/* A static entry of TEST_BRIDGE, in VLAN 0. */
void add_station(struct xvs_fdb_bucket *table, uint32_t buckets, uint64_t mac, uint32_t port);

void send_frame(struct fixture *f, int from, uint64_t src, uint64_t dst);

/* Does the frame sent last arrive there? */
bool arrives(const struct fixture *f, int fd, int timeout);

/* Sends a frame from HOST1; it must arrive there, and be switched by this hook. */
void expect(struct fixture *f, int from, uint64_t dst, bool at2, bool at3, enum dp_hook hook);
void expect_flood(struct fixture *f, enum dp_hook hook);
void expect_unicast(struct fixture *f, enum dp_hook hook);

/* What is attached to a port, seen without the code under test: how many, and the id of the first.
 */
int tc_programs(uint32_t number, uint32_t *first);
uint32_t xdp_program(uint32_t number);

#endif
