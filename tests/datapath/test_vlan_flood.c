// SPDX-License-Identifier: BSD-2-Clause
/*
 * Floods: members that get the frame with a tag and members that get it without, those who get none
 * at all, and VLANs that know no addresses. What the copies look like on the wire shows
 * test_dp_vlan.c; here it is what is counted, the same by both hooks.
 */
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <string.h>
#include <bpf/bpf.h>
#include "tests/datapath/harness.h"

#define HOST1         MAC(0x0101)
#define HOST2         MAC(0x0202) /* known behind port 2 */
#define UNKNOWN       MAC(0x0909)
#define FRAME_MAX     (TEST_MTU + ETH_HLEN + 4)
#define BASE          (XVS_PORT_UP | XVS_PORT_TX_XDP)

#define NONZERO(port) TEST_MEMBER(port, XVS_EGRESS_PRIORITY)
#define ALWAYS(port)  TEST_MEMBER(port, XVS_EGRESS_PRIORITY_ALWAYS)

#define NOTHING       99 /* not sent to */

struct row {
	const char *name;
	uint16_t flags, pvid, push_tpid; /* of port 1 */
	uint16_t access;                 /* MASK() of access ports among the members */
	struct test_tag tags[TEST_TAGS];
	uint32_t len;
	uint32_t members[TEST_PORTS + 1];
	bool no_xdp;              /* the frame is left to TC */
	int more[TEST_PORTS + 1]; /* by port: octets more than came in */
	enum xvs_drop reason;
	uint32_t drop_port;
};

#define MASK(port)         (1u << (port))
#define ACCESS             .flags = XVS_PORT_ACCESS, .pvid = 10
#define TUNNEL             .flags = XVS_PORT_TUNNEL, .pvid = 100, .push_tpid = ETH_P_8021AD
#define BOTH               .members = {TEST_TAGGED(1), TEST_TAGGED(2), 3, 4}
#define DROPPED(port, why) .drop_port = (port), .reason = XVS_DROP_##why

/* clang-format off */
static const struct row rows[] = {
	{"no tag, VLAN 0", .members = {1, 2, 3, 4}, .more = {[2] = 0, [3] = 0, [4] = 0}},
	{"from an access port", ACCESS, BOTH, .more = {[2] = 4, [3] = 0, [4] = 0}},
	{"from a trunk", .tags = {Q(10)}, BOTH, .more = {[2] = 0, [3] = -4, [4] = -4}},
	{"0x88a8", .tags = {AD(10)}, BOTH, .more = {[2] = 0, [3] = -4, [4] = -4}},
	{"two tags", .tags = {AD(10), Q(20)}, BOTH, .more = {[2] = 0, [3] = -4, [4] = -4}},
	{"priority tag from an access port", ACCESS, .tags = {Q(PRIORITY(5))}, BOTH,
	 .more = {[2] = 0, [3] = -4, [4] = -4}},
	{"from a tunnel", TUNNEL, .tags = {Q(10)}, BOTH, .no_xdp = true,
	 .more = {[2] = 4, [3] = 0, [4] = 0}},
	{"from a tunnel to an access port", TUNNEL, .access = MASK(3), .tags = {Q(10)}, BOTH, .no_xdp = true,
	 .more = {[2] = 4, [3] = NOTHING, [4] = 0}},
	{"from a tunnel, no tag, to an access port", TUNNEL, .access = MASK(3), BOTH,
	 .more = {[2] = 4, [3] = 0, [4] = 0}},
	{"from a tunnel, no tag", TUNNEL, BOTH, .more = {[2] = 4, [3] = 0, [4] = 0}},
	{"all keep the tag", ACCESS, .members = {TEST_TAGGED(2), TEST_TAGGED(3), TEST_TAGGED(4), 1},
	 .more = {[2] = 4, [3] = 4, [4] = 4}},
	{"nobody keeps the tag", .tags = {Q(10)}, .members = {TEST_TAGGED(1), 2, 3, 4},
	 .more = {[2] = -4, [3] = -4, [4] = -4}},
	{"one who keeps the tag", .tags = {Q(10)}, .members = {TEST_TAGGED(1), TEST_TAGGED(4)},
	 .more = {[2] = NOTHING, [3] = NOTHING, [4] = 0}},
	{"one who does not", .tags = {Q(10)}, .members = {TEST_TAGGED(1), 2},
	 .more = {[2] = -4, [3] = NOTHING, [4] = NOTHING}},

	{"priority tag, VLAN 0", .tags = {Q(PRIORITY(5))}, .members = {ALWAYS(2), NONZERO(3), 1, 4}, .no_xdp = true,
	 .more = {[2] = 0, [3] = 0, [4] = -4}},
	{"tag that is all 0", .tags = {Q(0)}, .members = {ALWAYS(2), NONZERO(3), 1, 4}, .no_xdp = true,
	 .more = {[2] = 0, [3] = -4, [4] = -4}},
	{"no tag, for those who would keep one", .members = {ALWAYS(2), NONZERO(3), 1, 4},
	 .more = {[2] = 0, [3] = 0, [4] = 0}},

	{"one takes one tag alone", .flags = XVS_PORT_INNER, .access = MASK(3), .tags = {Q(10), Q(20)}, BOTH, .no_xdp = true,
	 .more = {[2] = 0, [3] = NOTHING, [4] = -4}},
	{"the last takes one tag alone", .flags = XVS_PORT_INNER, .access = MASK(4), .tags = {Q(10), Q(20)}, BOTH, .no_xdp = true,
	 .more = {[2] = 0, [3] = -4, [4] = NOTHING}},
	{"all without tag take one tag alone", .flags = XVS_PORT_INNER, .access = MASK(3) | MASK(4), .tags = {Q(10), Q(20)}, BOTH,
	 .no_xdp = true, .more = {[2] = 0, [3] = NOTHING, [4] = NOTHING}},
	{"all take one tag alone", .flags = XVS_PORT_INNER, .access = MASK(2) | MASK(3) | MASK(4), .tags = {Q(10), Q(20)},
	 .members = {TEST_TAGGED(1), 2, 3, 4}, .no_xdp = true,
	 .more = {[2] = NOTHING, [3] = NOTHING, [4] = NOTHING}, DROPPED(1, NO_MEMBER)},

	{"too long with a tag", ACCESS, .len = FRAME_MAX - 3, BOTH, .no_xdp = true,
	 .more = {[2] = NOTHING, [3] = 0, [4] = 0}, DROPPED(2, MTU)},
	{"short enough without its tag", .tags = {Q(10)}, .len = FRAME_MAX + 4, BOTH, .no_xdp = true,
	 .more = {[2] = NOTHING, [3] = -4, [4] = -4}, DROPPED(2, MTU)},
	{"longest with a tag", ACCESS, .len = FRAME_MAX - 4, BOTH, .more = {[2] = 4, [3] = 0, [4] = 0}},
};
/* clang-format on */

static void prepare(struct test *test, const struct row *row)
{
	test_reset((void **)&test);
	test_port_as(test, 1,
		     (struct xvs_port){.mtu = TEST_MTU,
				       .flags = BASE | row->flags,
				       .pvid = row->pvid,
				       .push_tpid = row->push_tpid});
	for (uint32_t port = 2; port <= TEST_PORTS; port++)
		if (row->access & MASK(port))
			test_port(test, port, BASE | XVS_PORT_ACCESS, TEST_MTU);
	test_group(test, FRAME_MAX, row->members);
	test_bridge(test, TEST_GROUP, TEST_GROUP);
}

static struct test_frame frame_of(const struct row *row)
{
	struct test_frame frame = {.dst = UNKNOWN, .src = HOST1, .len = row->len};

	frame.type = ETH_P_802_EX1;
	if (!frame.len)
		frame.len = ETH_ZLEN;
	memcpy(frame.tags, row->tags, sizeof(frame.tags));
	return frame;
}

static void expect_traces(struct test *test, const struct row *row)
{
	uint32_t len = row->len ? row->len : ETH_ZLEN;

	assert_int_equal(test_counters(test, 1).rx_packets, 1);
	assert_int_equal(test_counters(test, 1).tx_packets, 0);
	for (uint32_t port = 2; port <= TEST_PORTS; port++) {
		bool sent = row->more[port] != NOTHING;

		assert_int_equal(test_counters(test, port).tx_packets, sent);
		assert_int_equal(test_counters(test, port).tx_bytes,
				 sent ? len + row->more[port] : 0);
	}
	assert_int_equal(test_drops_all(test), !!row->reason);
	assert_int_equal(test_drops(test, row->drop_port, row->reason), !!row->reason);
	assert_int_equal(test_events(test), 1);
}

static void test_forms(void **state)
{
	struct test *test = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct test_frame frame = frame_of(row);

		print_message("           %s\n", row->name);
		prepare(test, row);
		assert_int_equal(test_run_change(test, HOOK_XDP, test_ifindex(1), &frame, NULL),
				 row->no_xdp ? XDP_PASS : XDP_REDIRECT);
		if (row->no_xdp) {
			assert_int_equal(test_counters(test, 1).rx_packets, 0);
			assert_int_equal(test_events(test), 0);
		} else {
			prepare(test, row);
			test_run_live(test, test_ifindex(1), &frame);
			expect_traces(test, row);
		}
		prepare(test, row);
		assert_int_equal(test_run_change(test, HOOK_TC, test_ifindex(1), &frame, NULL),
				 row->reason == XVS_DROP_NO_MEMBER ? TC_ACT_SHOT : TC_ACT_REDIRECT);
		expect_traces(test, row);
	}
}

/* Whom a frame of this VLAN was flooded to: the one port, or 0. */
static uint32_t flooded_to(struct test *test, enum hook hook, uint16_t vid, uint64_t dst)
{
	struct test_frame frame = {.dst = dst, .src = HOST1, .tags = {Q(vid)}};
	uint64_t before[TEST_PORTS + 1];
	uint32_t found = 0;

	for (uint32_t port = 2; port <= TEST_PORTS; port++)
		before[port] = test_counters(test, port).tx_packets;
	if (!vid)
		frame.tags[0].tpid = 0;
	if (hook == HOOK_XDP)
		test_run_live(test, test_ifindex(1), &frame);
	else
		test_run_change(test, hook, test_ifindex(1), &frame, NULL);
	for (uint32_t port = 2; port <= TEST_PORTS; port++)
		if (test_counters(test, port).tx_packets != before[port]) {
			assert_int_equal(found, 0);
			found = port;
		}
	return found;
}

/* Groups 2 to 4 lead to the ports of these numbers. */
static int one_each(void **state)
{
	test_reset(state);
	for (uint32_t port = 2; port <= TEST_PORTS; port++)
		test_group_of(*state, port, FRAME_MAX, (const uint32_t[]){TEST_TAGGED(port), 0});
	return 0;
}

static void expect_flood(struct test *test, uint16_t vid, uint64_t dst, uint32_t port)
{
	assert_int_equal(flooded_to(test, HOOK_XDP, vid, dst), port);
	assert_int_equal(flooded_to(test, HOOK_TC, vid, dst), port);
}

static void test_bridge_without_table(void **state)
{
	static const uint16_t vids[] = {1, 2, 63, 64, 4000, 4094};

	test_bridge(*state, 2, 3);
	expect_flood(*state, 0, UNKNOWN, 2);
	for (size_t i = 0; i < sizeof(vids) / sizeof(*vids); i++)
		expect_flood(*state, vids[i], UNKNOWN, 3);
	test_bridge(*state, 2, 0);
	expect_flood(*state, 0, UNKNOWN, 2);
	expect_flood(*state, 10, UNKNOWN, 0);
}

static void test_bridge_with_table(void **state)
{
	struct xvs_vlan_table table = {.entry = {[0] = 2, [1] = 3, [10] = 4, [4094] = 2}};

	test_vlan_table(*state, &table);
	expect_flood(*state, 0, UNKNOWN, 2);
	expect_flood(*state, 1, UNKNOWN, 3);
	expect_flood(*state, 2, UNKNOWN, 0);
	expect_flood(*state, 9, UNKNOWN, 0);
	expect_flood(*state, 10, UNKNOWN, 4);
	expect_flood(*state, 4093, UNKNOWN, 0);
	expect_flood(*state, 4094, UNKNOWN, 2);
}

/* flood_vlans: known addresses are not looked at, and none is learned or refreshed. */
static void test_vlans_that_only_flood(void **state)
{
	struct xvs_vlan_table table = {.entry = {[10] = 3 | XVS_VLAN_FLOOD, [11] = 3}};
	struct test *test = *state;
	struct xvs_fdb_slot *source;

	test_vlan_table(test, &table);
	for (uint16_t vid = 10; vid <= 11; vid++)
		test_fdb(test, xvs_fdb_key(HOST2, vid), 0, 0, TEST_TO_TAGGED(2));
	source = test_fdb(test, xvs_fdb_key(HOST1, 10), 0, 1, TEST_TO_TAGGED(1));
	test_port(test, 1, BASE | XVS_PORT_FLOOD_VLANS, TEST_MTU);
	expect_flood(test, 10, HOST2, 3);
	assert_int_equal(source->used, 0);
	source->key = 0;
	test->shared->now++;
	expect_flood(test, 10, HOST2, 3);
	assert_int_equal(test_events(test), 0);
	expect_flood(test, 11, HOST2, 2);
	assert_int_equal(test_events(test), 1);

	test_bridge(test, 2, 3 | XVS_VLAN_FLOOD);
	expect_flood(test, 12, HOST2, 3);
	assert_int_equal(test_events(test), 0);
	expect_flood(test, 0, UNKNOWN, 2);
	assert_int_equal(test_events(test), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test_setup(test_bridge_without_table, one_each),
		cmocka_unit_test_setup(test_bridge_with_table, one_each),
		cmocka_unit_test_setup(test_vlans_that_only_flood, one_each),
	};

	test_devices();
	return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
