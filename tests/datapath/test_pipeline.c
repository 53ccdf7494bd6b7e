// SPDX-License-Identifier: BSD-2-Clause
/*
 * What becomes of a frame: one table, run through both hooks, so that they cannot drift apart. A
 * frame that XDP passes up must have left no trace; whichever hook finishes it must leave the same
 * ones.
 */
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include "tests/datapath/harness.h"

#define HOST1     MAC(0x0101) /* behind port 1, unknown unless a setup says otherwise */
#define HOST2     MAC(0x0202) /* behind port 2, known */
#define UNKNOWN   MAC(0x0909)
#define BROADCAST 0xffffffffffffULL
#define BPDU      0x00000000c28001ULL /* 01:80:c2:00:00:00 */
#define LLDP      0x0e000000c28001ULL

/* An instruction of another bridge that has the same port. */
#define OTHER_BRIDGE(port) xvs_forward(TEST_BRIDGE + 1, port, XVS_EGRESS_UNTAGGED)

#define MASK(port)         (1u << (port))
#define FRAME_MAX          (TEST_MTU + ETH_HLEN + 4)

struct row {
	const char *name;
	void (*setup)(struct test *test);
	struct test_frame frame;
	bool strange_device; /* comes in on a device that is no port */
	bool flood;          /* XDP's copies are counted by the egress program: not in a dry run */
	bool no_tc;          /* no TC program does, or none that the kernel would let a test run */
	int xdp, tc;         /* verdicts */
	uint32_t tx;         /* MASK() of the ports that it leaves by */
	uint32_t drop_port;
	enum xvs_drop reason;
	enum xvs_event_kind event;
	bool refreshed; /* HOST1's entry */
};

static void host1(struct test *test, uint32_t forward)
{
	test_fdb(test, xvs_fdb_key(HOST1, 0), 0, 1, forward);
}

static void host1_here(struct test *test)
{
	host1(test, TEST_TO(1));
}

static void host1_static(struct test *test)
{
	host1(test, TEST_TO(1) | XVS_FORWARD_STATIC);
}

static void host1_elsewhere(struct test *test)
{
	host1(test, TEST_TO(3));
}

static void host1_static_elsewhere(struct test *test)
{
	host1(test, TEST_TO(3) | XVS_FORWARD_STATIC);
}

static void host1_in_other_bridge(struct test *test)
{
	host1(test, OTHER_BRIDGE(1));
}

static void host1_in_other_vlan(struct test *test)
{
	test_fdb(test, xvs_fdb_key(HOST1, 1), 0, 1, TEST_TO_TAGGED(1));
}

static void host2(struct test *test, uint32_t forward)
{
	test_fdb(test, xvs_fdb_key(HOST2, 0), 0, 0, forward);
}

static void host2_static(struct test *test)
{
	host2(test, TEST_TO(2) | XVS_FORWARD_STATIC);
}

static void host2_on_port1(struct test *test)
{
	host1_here(test);
	host2(test, TEST_TO(1));
}

static void host2_on_empty_port(struct test *test)
{
	host2(test, TEST_TO(TEST_PORTS + 1));
}

static void host2_forgotten(struct test *test)
{
	test_fdb(test, xvs_fdb_key(HOST2, 0), 0, 0, TEST_TO(0))->key = 0;
}

static void host2_in_other_bridge(struct test *test)
{
	host2_forgotten(test);
	host2(test, OTHER_BRIDGE(2));
}

/* The other bridge's entry lies in this one's bucket. */
static void host2_of_other_bridge_here(struct test *test)
{
	test_fdb(test, xvs_fdb_key(HOST2, 0), 0, 0, TEST_TO(2))->forward = OTHER_BRIDGE(2);
}

static void host2_in_other_vlan(struct test *test)
{
	host2_forgotten(test);
	test_fdb(test, xvs_fdb_key(HOST2, 1), 0, 0, TEST_TO_TAGGED(2));
}

static void port1_down(struct test *test)
{
	host1_here(test);
	test_port(test, 1, XVS_PORT_TX_XDP, TEST_MTU);
}

static void port1_paused(struct test *test)
{
	test_port(test, 1, XVS_PORT_UP | XVS_PORT_TX_XDP | XVS_PORT_PAUSED, TEST_MTU);
}

static void port2_paused(struct test *test)
{
	test_port(test, 2, XVS_PORT_UP | XVS_PORT_TX_XDP | XVS_PORT_PAUSED, TEST_MTU);
}

static void port1_forwards_bpdus(struct test *test)
{
	test_port(test, 1, XVS_PORT_UP | XVS_PORT_TX_XDP | XVS_PORT_FORWARD_BPDU, TEST_MTU);
}

static void port2_down(struct test *test)
{
	test_port(test, 2, XVS_PORT_TX_XDP, TEST_MTU);
}

static void port2_tc(struct test *test)
{
	test_port(test, 2, XVS_PORT_UP, TEST_MTU);
}

static void port2_peer(struct test *test)
{
	test_port(test, 2, XVS_PORT_UP | XVS_PORT_TX_PEER, TEST_MTU);
}

static void port2_ingress(struct test *test)
{
	test_port(test, 2, XVS_PORT_UP | XVS_PORT_TX_INGRESS, TEST_MTU);
}

static void port2_jumbo(struct test *test)
{
	test_port(test, 2, XVS_PORT_UP | XVS_PORT_TX_XDP, 9000);
}

static void group_without_xdp(struct test *test)
{
	test_group(test, 0, (const uint32_t[]){1, 2, 3, 4, 0});
}

static void group_of_two(struct test *test)
{
	test_group(test, FRAME_MAX, (const uint32_t[]){2, 1, 0});
}

static void group_of_sender(struct test *test)
{
	test_group(test, FRAME_MAX, (const uint32_t[]){1, 0});
}

static void group_of_another(struct test *test)
{
	test_group(test, FRAME_MAX, (const uint32_t[]){2, 0});
}

static void group_empty(struct test *test)
{
	test_group(test, FRAME_MAX, (const uint32_t[]){0});
}

static void group_first_down(struct test *test)
{
	group_without_xdp(test);
	port2_down(test);
}

static void group_last_down(struct test *test)
{
	group_without_xdp(test);
	test_port(test, 4, 0, TEST_MTU);
}

static void group_all_down(struct test *test)
{
	test_group(test, 0, (const uint32_t[]){1, 2, 0});
	port2_down(test);
}

/* Its description says two, its members are one: a change under way. */
static void group_half_changed(struct test *test)
{
	const struct xvs_group group = {.line = 2 * TEST_GROUP, .members = 2};
	const uint32_t number = TEST_GROUP;

	group_of_sender(test);
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(test->skel->maps.groups), &number, &group, BPF_ANY),
		0);
}

static void group_with_small_member(struct test *test)
{
	test_group(test, 1000 + ETH_HLEN + 4, (const uint32_t[]){1, 2, 3, 4, 0});
	test_port(test, 3, XVS_PORT_UP | XVS_PORT_TX_XDP, 1000);
}

static void broadcast_in_fdb(struct test *test)
{
	test_fdb(test, xvs_fdb_key(BROADCAST, 0), 0, 0, TEST_TO(2));
}

static void vlan_without_group(struct test *test)
{
	test_bridge(test, 0, TEST_TAGGED_GROUP);
}

#define TO(address, ...) .frame = {.dst = address, .src = HOST1, ##__VA_ARGS__}
#define UNICAST          .xdp = XDP_REDIRECT, .tc = TC_ACT_REDIRECT, .tx = MASK(2)
#define BY_TC            .xdp = XDP_PASS, .tc = TC_ACT_REDIRECT
#define FLOODED          .xdp = XDP_REDIRECT, .tc = TC_ACT_REDIRECT, .flood = true
#define OTHERS           .tx = MASK(2) | MASK(3) | MASK(4)
#define NEW              .event = XVS_EVENT_NEW
#define DROPPED(port, why)                                                                         \
	.xdp = XDP_DROP, .tc = TC_ACT_SHOT, .drop_port = port, .reason = XVS_DROP_##why
#define DROPPED_BY_TC(port, why)                                                                   \
	.xdp = XDP_PASS, .tc = TC_ACT_SHOT, .drop_port = port, .reason = XVS_DROP_##why

/* clang-format off */
static const struct row admission[] = {
	{"device is no port", host1_here, TO(HOST2), .strange_device = true, .xdp = XDP_PASS,
	 .tc = TC_ACT_OK},
	{"ingress port down", port1_down, TO(HOST2), DROPPED(1, IN_DOWN)},
	{"ingress port paused", port1_paused, TO(HOST2), DROPPED(1, IN_DOWN)},
	{"header in several buffers", NULL, TO(HOST2, .linear = ETH_HLEN - 1), .xdp = XDP_PASS,
	 .no_tc = true},
	{"truncated tag", NULL, TO(HOST2, .len = ETH_HLEN + 3, .tags = {{ETH_P_8021Q}}),
	 DROPPED(1, RUNT)},
	{"source zero", NULL, .frame = {.dst = HOST2}, DROPPED(1, SOURCE)},
	{"source is a group", NULL, .frame = {.dst = HOST2, .src = HOST1 | 1}, DROPPED(1, SOURCE)},
	{"source is broadcast", NULL, .frame = {.dst = HOST2, .src = BROADCAST},
	 DROPPED(1, SOURCE)},
	{"BPDU", host1_here, TO(BPDU), DROPPED_BY_TC(1, LINK_LOCAL)},
	{"LLDP", host1_here, TO(LLDP), DROPPED_BY_TC(1, LINK_LOCAL)},
	{"BPDU with forward-bpdu", port1_forwards_bpdus, TO(BPDU), FLOODED, NEW, OTHERS},
	{"just past link-local", NULL, TO(BPDU | 0x10ULL << 40), FLOODED, NEW, OTHERS},
};

static const struct row learning[] = {
	{"source unknown", NULL, TO(HOST2), UNICAST, NEW},
	{"source known", host1_here, TO(HOST2), UNICAST, .refreshed = true},
	{"source static", host1_static, TO(HOST2), UNICAST, .refreshed = true},
	{"source moved", host1_elsewhere, TO(HOST2), UNICAST, .event = XVS_EVENT_MOVED},
	{"source static elsewhere", host1_static_elsewhere, TO(HOST2), UNICAST, .event = XVS_EVENT_MOVED},
	{"source known to another bridge", host1_in_other_bridge, TO(HOST2), UNICAST, NEW},
	{"source known in another VLAN", host1_in_other_vlan, TO(HOST2), UNICAST, NEW},
	{"source of a flood", host1_here, TO(UNKNOWN), FLOODED, OTHERS, .refreshed = true},
	{"source of a hairpin", host2_on_port1, TO(HOST2), DROPPED(1, HAIRPIN), .refreshed = true},
};

static const struct row unicast[] = {
	{"destination static", host2_static, TO(HOST2), UNICAST, NEW},
	{"output without XDP", port2_tc, TO(HOST2), BY_TC, .tx = MASK(2), NEW},
	{"output to peer", port2_peer, TO(HOST2), BY_TC, .tx = MASK(2), NEW},
	{"output to host", port2_ingress, TO(HOST2), BY_TC, .tx = MASK(2), NEW},
	{"output paused", port2_paused, TO(HOST2), UNICAST, NEW},
	{"output down", port2_down, TO(HOST2), DROPPED(2, OUT_DOWN), NEW},
	{"output gone", host2_on_empty_port, TO(HOST2), DROPPED_BY_TC(TEST_PORTS + 1, OUT_DOWN),
	 NEW},
	{"shortest frame", NULL, TO(HOST2, .len = ETH_HLEN, .type = ETH_P_802_EX1), UNICAST, NEW},
	{"longest frame", NULL, TO(HOST2, .len = FRAME_MAX), UNICAST, NEW},
	{"frame too long", NULL, TO(HOST2, .len = FRAME_MAX + 1), DROPPED(2, MTU), NEW},
	{"several buffers", port2_jumbo, TO(HOST2, .len = 3000), BY_TC, .tx = MASK(2), NEW},
	{"several buffers, too long", NULL, TO(HOST2, .len = 3000), DROPPED_BY_TC(2, MTU), NEW},
};

static const struct row flood[] = {
	{"destination unknown", NULL, TO(UNKNOWN), FLOODED, NEW, OTHERS},
	{"destination known to another bridge", host2_in_other_bridge, TO(HOST2), FLOODED, NEW,
	 OTHERS},
	{"the same, in this one's bucket", host2_of_other_bridge_here, TO(HOST2), FLOODED, NEW,
	 OTHERS},
	{"destination known in another VLAN", host2_in_other_vlan, TO(HOST2), FLOODED, NEW,
	 OTHERS},
	{"destination zero", NULL, .frame = {.src = HOST1}, FLOODED, NEW, OTHERS},
	{"broadcast", NULL, TO(BROADCAST), FLOODED, NEW, OTHERS},
	{"broadcast is never looked up", broadcast_in_fdb, TO(BROADCAST), FLOODED, NEW, OTHERS},
	{"to one other", group_of_two, TO(UNKNOWN), FLOODED, .tx = MASK(2), NEW},
	{"without XDP", group_without_xdp, TO(UNKNOWN), BY_TC, NEW, OTHERS},
	{"to the sender alone", group_of_sender, TO(UNKNOWN), DROPPED(1, NO_MEMBER), NEW},
	{"to one that is not the sender", group_of_another, TO(UNKNOWN), FLOODED, .tx = MASK(2),
	 NEW},
	{"to an empty group", group_empty, TO(UNKNOWN), DROPPED(1, NO_MEMBER), NEW},
	{"without a group", vlan_without_group, TO(UNKNOWN), DROPPED(1, NO_MEMBER), NEW},
	{"to a group that is changing", group_half_changed, TO(UNKNOWN),
	 DROPPED_BY_TC(1, NO_MEMBER), NEW},
	{"a member down", group_first_down, TO(UNKNOWN), BY_TC, .tx = MASK(3) | MASK(4),
	 .drop_port = 2, .reason = XVS_DROP_OUT_DOWN, NEW},
	{"the last member down", group_last_down, TO(UNKNOWN), BY_TC, .tx = MASK(2) | MASK(3),
	 .drop_port = 4, .reason = XVS_DROP_OUT_DOWN, NEW},
	{"the only member down", group_all_down, TO(UNKNOWN), DROPPED_BY_TC(2, OUT_DOWN), NEW},
	{"short enough for all", group_with_small_member, TO(BROADCAST, .len = 1018), FLOODED, NEW,
	 OTHERS},
	{"too long for one", group_with_small_member, TO(BROADCAST, .len = 1019), BY_TC,
	 .tx = MASK(2) | MASK(4), .drop_port = 3, .reason = XVS_DROP_MTU, NEW},
};
/* clang-format on */

static uint32_t prepare(struct test *test, const struct row *row)
{
	test_reset((void **)&test);
	host2(test, TEST_TO(2));
	if (row->setup)
		row->setup(test);
	return row->strange_device ? test_peer_ifindex(1) : test_ifindex(1);
}

/* Where host1() puts it. Never seen before, so `used` is 0 until it is refreshed. */
static uint32_t host1_used(struct test *test)
{
	uint64_t hash = xvs_fdb_hash(xvs_fdb_key(HOST1, 0), TEST_BRIDGE);

	return test->fdb[xvs_fdb_bucket_of(hash, 0, XVS_FDB_BUCKETS_MIN - 1)].slot[1].used;
}

static void expect_traces(struct test *test, const struct row *row)
{
	uint32_t len = row->frame.len ? row->frame.len : ETH_ZLEN;

	for (uint32_t port = 0; port <= TEST_PORTS + 1; port++) {
		struct xvs_counters counters = test_counters(test, port);
		bool rx = port == 1 && !row->strange_device, tx = row->tx & MASK(port);

		assert_int_equal(counters.rx_packets, rx);
		assert_int_equal(counters.rx_bytes, rx ? len : 0);
		assert_int_equal(counters.tx_packets, tx);
		assert_int_equal(counters.tx_bytes, tx ? len : 0);
	}
	assert_int_equal(test_drops_all(test), row->reason ? 1 : 0);
	assert_int_equal(test_drops(test, row->drop_port, row->reason), row->reason ? 1 : 0);
	assert_int_equal(host1_used(test), row->refreshed ? test->shared->now : 0);
	assert_int_equal(test_events(test), row->event ? 1 : 0);
	if (row->event) {
		assert_int_equal(test->event.kind, row->event);
		assert_int_equal(test->event.port, 1);
		assert_int_equal(test->event.key, xvs_fdb_key(row->frame.src, 0));
	}
}

static void expect_no_traces(struct test *test)
{
	for (uint32_t port = 0; port <= TEST_PORTS + 1; port++) {
		struct xvs_counters counters = test_counters(test, port);

		assert_int_equal(counters.rx_packets, 0);
		assert_int_equal(counters.tx_packets, 0);
	}
	assert_int_equal(test_drops_all(test), 0);
	assert_int_equal(host1_used(test), 0);
	assert_int_equal(test_events(test), 0);
}

static void run_xdp(struct test *test, const struct row *row)
{
	uint32_t ifindex = prepare(test, row);

	assert_int_equal(test_run(test, HOOK_XDP, ifindex, &row->frame, 1), row->xdp);
	if (row->xdp == XDP_PASS) {
		expect_no_traces(test);
		return;
	}
	if (row->flood)
		test_run_live(test, prepare(test, row), &row->frame);
	expect_traces(test, row);
}

static void run_tc(struct test *test, const struct row *row)
{
	uint32_t ifindex = prepare(test, row);

	assert_int_equal(test_run(test, HOOK_TC, ifindex, &row->frame, 1), row->tc);
	expect_traces(test, row);
}

static void run(void **state, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		print_message("           %s\n", rows[i].name);
		run_xdp(*state, &rows[i]);
		if (!rows[i].no_tc)
			run_tc(*state, &rows[i]);
	}
}

#define ROWS_TEST(rows)                                                                            \
	static void test_##rows(void **state)                                                      \
	{                                                                                          \
		run(state, rows, sizeof(rows) / sizeof(rows[0]));                                  \
	}

ROWS_TEST(admission)
ROWS_TEST(learning)
ROWS_TEST(unicast)
ROWS_TEST(flood)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admission),
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_unicast),
		cmocka_unit_test(test_flood),
	};

	test_devices();
	return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
