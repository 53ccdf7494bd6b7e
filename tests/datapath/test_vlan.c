// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tags: which VLAN a frame is in, and what it looks like where it leaves. One table, run through
 * both hooks. Frames that the kernel's own receive path never had in its hands have their tags in
 * the data when TC sees them; with a tag in the metadata it is test_dp_vlan.c.
 */
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include "tests/datapath/harness.h"

#define HOST1     MAC(0x0101) /* behind port 1 */
#define HOST2     MAC(0x0202) /* behind port 2, known in the row's VLAN */
#define UNKNOWN   MAC(0x0909)
#define FRAME_MAX (TEST_MTU + ETH_HLEN + 4)
#define BASE      (XVS_PORT_UP | XVS_PORT_TX_XDP)

#define DEI       0x1000
#define VIDS      4

/* A port's settings, as switchd writes them. */
struct setting {
	uint16_t flags; /* with BASE */
	uint16_t pvid, push_tpid;
	uint16_t set[VIDS]; /* with XVS_PORT_VLAN_SET; 0 stands first, or for nothing */
};

/* clang-format off */
#define TRUNK             {0}
#define TRUNK_OF(...)     {.flags = XVS_PORT_VLAN_SET, .set = {__VA_ARGS__}}
#define ACCESS(vid)       {.flags = XVS_PORT_ACCESS, .pvid = (vid)}
#define TRUNK_INNER       {.flags = XVS_PORT_INNER} /* vlan-limit=2 */
#define NATIVE(vid)       {.pvid = (vid)}
#define NATIVE_OF(vid, ...) \
	{.flags = XVS_PORT_VLAN_SET, .pvid = (vid), .set = {0, (vid), __VA_ARGS__}}
#define TUNNEL(vid)       {.flags = XVS_PORT_TUNNEL, .pvid = (vid), .push_tpid = ETH_P_8021AD}
#define TUNNEL_8021Q(vid) {.flags = XVS_PORT_TUNNEL, .pvid = (vid), .push_tpid = ETH_P_8021Q}
#define TUNNEL_OF(vid, ...) \
	{.flags = XVS_PORT_TUNNEL | XVS_PORT_VLAN_SET | XVS_PORT_CVLANS, .pvid = (vid), \
	 .push_tpid = ETH_P_8021AD, .set = {__VA_ARGS__}}
/* clang-format on */

struct row {
	const char *name;
	struct setting in, out;
	struct test_tag tags[TEST_TAGS]; /* of the frame as it comes */
	uint32_t len;                    /* 0: 60 */
	uint16_t vid;                    /* the VLAN that it is in */
	enum xvs_egress egress;          /* how frames for HOST2 leave, there */
	struct test_tag leaves[TEST_TAGS];
	enum xvs_drop reason;
	uint32_t drop_port;
};

#define DROPPED(port, why) .drop_port = (port), .reason = XVS_DROP_##why
#define TAGGED             .egress = XVS_EGRESS_TAGGED
#define UNTAGGED           .egress = XVS_EGRESS_UNTAGGED

/* clang-format off */
static const struct row ingress[] = {
	{"trunk: no tag", TRUNK, TRUNK, .vid = 0, UNTAGGED},
	{"trunk: tag", TRUNK, TRUNK, .tags = {Q(10)}, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"trunk: first VLAN", TRUNK, TRUNK, .tags = {Q(1)}, .vid = 1, TAGGED, .leaves = {Q(1)}},
	{"trunk: last VLAN", TRUNK, TRUNK, .tags = {Q(4094)}, .vid = 4094, TAGGED, .leaves = {Q(4094)}},
	{"trunk: priority and DEI stay", TRUNK, TRUNK, .tags = {Q(PRIORITY(5) | DEI | 10)}, .vid = 10, TAGGED,
	 .leaves = {Q(PRIORITY(5) | DEI | 10)}},
	{"trunk: 0x88a8", TRUNK, TRUNK, .tags = {AD(10)}, .vid = 10, TAGGED, .leaves = {AD(10)}},
	{"trunk: priority tag", TRUNK, TRUNK, .tags = {Q(PRIORITY(5))}, .vid = 0, UNTAGGED},
	{"trunk: tag that is all 0", TRUNK, TRUNK, .tags = {Q(0)}, .vid = 0, UNTAGGED},
	{"trunk: reserved VID", TRUNK, TRUNK, .tags = {Q(4095)}, DROPPED(1, VLAN_RESERVED)},
	{"trunk: reserved VID, priority", TRUNK, TRUNK, .tags = {AD(PRIORITY(7) | 4095)}, DROPPED(1, VLAN_RESERVED)},
	{"trunk: two tags", TRUNK, TRUNK, .tags = {AD(10), Q(20)}, .vid = 10, TAGGED, .leaves = {AD(10), Q(20)}},
	{"trunk: three tags", TRUNK, TRUNK, .tags = {Q(10), Q(20), Q(30)}, .vid = 10, TAGGED,
	 .leaves = {Q(10), Q(20), Q(30)}},
	{"trunk: reserved VID behind", TRUNK, TRUNK, .tags = {Q(10), Q(4095)}, .vid = 10, TAGGED,
	 .leaves = {Q(10), Q(4095)}},
	{"trunk: priority tag, then a tag", TRUNK, TRUNK, .tags = {Q(PRIORITY(1)), Q(20)}, DROPPED(1, VLAN_STACKED)},
	{"trunk: two priority tags", TRUNK, TRUNK, .tags = {Q(0), Q(0)}, DROPPED(1, VLAN_STACKED)},
	{"trunk of some: among them", TRUNK_OF(10, 20), TRUNK, .tags = {Q(20)}, .vid = 20, TAGGED, .leaves = {Q(20)}},
	{"trunk of some: not among them", TRUNK_OF(10, 20), TRUNK, .tags = {Q(11)}, DROPPED(1, VLAN_NOT_CARRIED)},
	{"trunk of some: same bit, another word", TRUNK_OF(10), TRUNK, .tags = {Q(74)}, DROPPED(1, VLAN_NOT_CARRIED)},
	{"trunk of some: no tag", TRUNK_OF(10, 20), TRUNK, DROPPED(1, VLAN_NOT_CARRIED)},
	{"trunk of some: priority tag", TRUNK_OF(10, 20), TRUNK, .tags = {Q(PRIORITY(5))},
	 DROPPED(1, VLAN_NOT_CARRIED)},
	{"trunk of VLAN 0: no tag", TRUNK_OF(0), TRUNK, .vid = 0, UNTAGGED},
	{"trunk of VLAN 0: priority tag", TRUNK_OF(0), TRUNK, .tags = {Q(PRIORITY(5))}, .vid = 0, UNTAGGED},
	{"trunk of VLAN 0: tag", TRUNK_OF(0), TRUNK, .tags = {Q(1)}, DROPPED(1, VLAN_NOT_CARRIED)},

	{"access: no tag", ACCESS(10), TRUNK, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"access: priority tag", ACCESS(10), TRUNK, .tags = {Q(PRIORITY(5))}, .vid = 10, TAGGED,
	 .leaves = {Q(PRIORITY(5) | 10)}},
	{"access: 0x88a8 priority tag", ACCESS(10), TRUNK, .tags = {AD(PRIORITY(5) | DEI)}, .vid = 10, TAGGED,
	 .leaves = {AD(PRIORITY(5) | DEI | 10)}},
	{"access: its own VLAN", ACCESS(10), TRUNK, .tags = {Q(10)}, DROPPED(1, VLAN_TAGGED)},
	{"access: another VLAN", ACCESS(10), TRUNK, .tags = {Q(11)}, DROPPED(1, VLAN_TAGGED)},
	{"access: another VLAN, 0x88a8", ACCESS(10), TRUNK, .tags = {AD(11)}, DROPPED(1, VLAN_TAGGED)},
	{"access: reserved VID", ACCESS(10), TRUNK, .tags = {Q(4095)}, DROPPED(1, VLAN_RESERVED)},
	{"access: priority tag, then a tag", ACCESS(10), TRUNK, .tags = {Q(0), Q(20)}, DROPPED(1, VLAN_STACKED)},
	{"access: VLAN 0", ACCESS(0), TRUNK, .vid = 0, UNTAGGED},
	{"access: VLAN 0, tag", ACCESS(0), TRUNK, .tags = {Q(1)}, DROPPED(1, VLAN_TAGGED)},

	{"native: no tag", NATIVE(10), TRUNK, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"native: its native VLAN", NATIVE(10), TRUNK, .tags = {Q(10)}, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"native: another VLAN", NATIVE(10), TRUNK, .tags = {Q(20)}, .vid = 20, TAGGED, .leaves = {Q(20)}},
	{"native: priority tag", NATIVE(10), TRUNK, .tags = {Q(PRIORITY(3))}, .vid = 10, TAGGED,
	 .leaves = {Q(PRIORITY(3) | 10)}},
	{"native: priority tag, then a tag", NATIVE(10), TRUNK, .tags = {Q(0), Q(20)}, DROPPED(1, VLAN_STACKED)},
	{"native of some: no tag", NATIVE_OF(10, 20), TRUNK, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"native of some: its native VLAN", NATIVE_OF(10, 20), TRUNK, .tags = {Q(10)}, .vid = 10, TAGGED,
	 .leaves = {Q(10)}},
	{"native of some: another", NATIVE_OF(10, 20), TRUNK, .tags = {Q(30)}, DROPPED(1, VLAN_NOT_CARRIED)},

	{"tunnel: no tag", TUNNEL(100), TRUNK, .vid = 100, TAGGED, .leaves = {AD(100)}},
	{"tunnel: tag", TUNNEL(100), TRUNK, .tags = {Q(PRIORITY(5) | 10)}, .vid = 100, TAGGED,
	 .leaves = {AD(100), Q(PRIORITY(5) | 10)}},
	{"tunnel: two tags", TUNNEL(100), TRUNK, .tags = {AD(10), Q(20)}, .vid = 100, TAGGED,
	 .leaves = {AD(100), AD(10), Q(20)}},
	{"tunnel: priority tag", TUNNEL(100), TRUNK, .tags = {Q(PRIORITY(5))}, .vid = 100, TAGGED,
	 .leaves = {AD(100), Q(PRIORITY(5))}},
	{"tunnel: priority tag, then a tag", TUNNEL(100), TRUNK, .tags = {Q(0), Q(20)}, .vid = 100, TAGGED,
	 .leaves = {AD(100), Q(0), Q(20)}},
	{"tunnel: reserved VID", TUNNEL(100), TRUNK, .tags = {Q(4095)}, .vid = 100, TAGGED,
	 .leaves = {AD(100), Q(4095)}},
	{"tunnel: 0x8100", TUNNEL_8021Q(100), TRUNK, .tags = {Q(10)}, .vid = 100, TAGGED, .leaves = {Q(100), Q(10)}},
	{"tunnel of some: among them", TUNNEL_OF(100, 5), TRUNK, .tags = {Q(5)}, .vid = 100, TAGGED,
	 .leaves = {AD(100), Q(5)}},
	{"tunnel of some: the service VLAN's VID", TUNNEL_OF(100, 5), TRUNK, .tags = {Q(100)},
	 DROPPED(1, VLAN_NOT_CARRIED)},
	{"tunnel of some: no tag", TUNNEL_OF(100, 5), TRUNK, DROPPED(1, VLAN_NOT_CARRIED)},
	{"tunnel of some: priority tag", TUNNEL_OF(100, 5), TRUNK, .tags = {Q(PRIORITY(5))},
	 DROPPED(1, VLAN_NOT_CARRIED)},
	{"tunnel of customers without tag", TUNNEL_OF(100, 0), TRUNK, .vid = 100, TAGGED, .leaves = {AD(100)}},
	{"tunnel of customers without tag: tag", TUNNEL_OF(100, 0), TRUNK, .tags = {Q(5)},
	 DROPPED(1, VLAN_NOT_CARRIED)},
	{"tunnel to tunnel", TUNNEL(100), TUNNEL(100), .tags = {Q(10)}, .vid = 100, UNTAGGED, .leaves = {Q(10)}},
};

static const struct row egress[] = {
	{"access to access", ACCESS(10), ACCESS(10), .vid = 10, UNTAGGED},
	{"access to access: priority tag", ACCESS(10), ACCESS(10), .tags = {Q(PRIORITY(5))}, .vid = 10, UNTAGGED},
	{"trunk to access", TRUNK, ACCESS(10), .tags = {Q(PRIORITY(5) | 10)}, .vid = 10, UNTAGGED},
	{"trunk to access: 0x88a8", TRUNK, ACCESS(10), .tags = {AD(10)}, .vid = 10, UNTAGGED},
	{"trunk to access: two tags", TRUNK, ACCESS(10), .tags = {Q(10), Q(20)}, .vid = 10, UNTAGGED,
	 .leaves = {Q(20)}},
	{"trunk to access: three tags", TRUNK, ACCESS(10), .tags = {AD(10), Q(20), Q(30)}, .vid = 10, UNTAGGED,
	 .leaves = {Q(20), Q(30)}},
	{"one tag alone: two tags", TRUNK_INNER, ACCESS(10), .tags = {Q(10), Q(20)}, .vid = 10, UNTAGGED,
	 DROPPED(2, VLAN_EXCLUDED)},
	{"one tag alone: a priority tag behind", TRUNK_INNER, ACCESS(10), .tags = {Q(10), Q(PRIORITY(5))}, .vid = 10,
	 UNTAGGED, .leaves = {Q(PRIORITY(5))}},
	{"one tag alone: one tag", TRUNK_INNER, ACCESS(10), .tags = {Q(10)}, .vid = 10, UNTAGGED},
	{"one tag alone: two tags, and too long", TRUNK_INNER, ACCESS(10), .tags = {Q(10), Q(20)},
	 .len = FRAME_MAX + 5, .vid = 10, UNTAGGED, DROPPED(2, VLAN_EXCLUDED)},
	{"one tag alone: to a trunk", TRUNK_INNER, TRUNK_INNER, .tags = {Q(10), Q(20)}, .vid = 10, TAGGED,
	 .leaves = {Q(10), Q(20)}},
	{"one tag alone: to a native VLAN", TRUNK_INNER, NATIVE(10), .tags = {Q(10), Q(20)}, .vid = 10, UNTAGGED,
	 .leaves = {Q(20)}},
	{"tunnel to access: tag", TUNNEL(10), ACCESS(10), .tags = {Q(5)}, .vid = 10, UNTAGGED,
	 DROPPED(2, VLAN_EXCLUDED)},
	{"tunnel to access: no tag", TUNNEL(10), ACCESS(10), .vid = 10, UNTAGGED},
	{"tunnel to access: priority tag", TUNNEL(10), ACCESS(10), .tags = {Q(PRIORITY(5))}, .vid = 10, UNTAGGED,
	 .leaves = {Q(PRIORITY(5))}},
	{"tunnel to native: tag", TUNNEL(10), NATIVE(10), .tags = {Q(5)}, .vid = 10, UNTAGGED, .leaves = {Q(5)}},
	{"trunk to native: its native VLAN", TRUNK, NATIVE(10), .tags = {Q(10)}, .vid = 10, UNTAGGED},
	{"trunk to native: another", TRUNK, NATIVE(10), .tags = {Q(20)}, .vid = 20, TAGGED, .leaves = {Q(20)}},
	{"trunk to tunnel", TRUNK, TUNNEL(100), .tags = {AD(100), Q(PRIORITY(5) | 10)}, .vid = 100, UNTAGGED,
	 .leaves = {Q(PRIORITY(5) | 10)}},
	{"trunk to tunnel: no customer's tag", TRUNK, TUNNEL(100), .tags = {AD(100)}, .vid = 100, UNTAGGED},
	{"tunnel of some: among them", TRUNK, TUNNEL_OF(100, 5), .tags = {AD(100), Q(5)}, .vid = 100, UNTAGGED,
	 .leaves = {Q(5)}},
	{"tunnel of some: not among them", TRUNK, TUNNEL_OF(100, 5), .tags = {AD(100), Q(6)}, .vid = 100, UNTAGGED,
	 DROPPED(2, VLAN_EXCLUDED)},
	{"tunnel of some: no customer's tag", TRUNK, TUNNEL_OF(100, 5), .tags = {AD(100)}, .vid = 100, UNTAGGED,
	 DROPPED(2, VLAN_EXCLUDED)},
	{"tunnel of some: from an access port", ACCESS(100), TUNNEL_OF(100, 5), .vid = 100, UNTAGGED,
	 DROPPED(2, VLAN_EXCLUDED)},
	{"tunnel to tunnel of others", TUNNEL_OF(100, 6), TUNNEL_OF(100, 5), .tags = {Q(6)}, .vid = 100, UNTAGGED,
	 DROPPED(2, VLAN_EXCLUDED)},
	{"tunnel without customer's tags: none", TRUNK, TUNNEL_OF(100, 0), .tags = {AD(100)}, .vid = 100, UNTAGGED},
	{"tunnel without customer's tags: priority", TRUNK, TUNNEL_OF(100, 0), .tags = {AD(100), Q(PRIORITY(1))},
	 .vid = 100, UNTAGGED, .leaves = {Q(PRIORITY(1))}},

	{"priority-tags never", TRUNK, TRUNK, .tags = {Q(PRIORITY(5))}, .vid = 0, UNTAGGED},
	{"if-nonzero: priority", TRUNK, TRUNK, .tags = {Q(PRIORITY(5))}, .vid = 0, .egress = XVS_EGRESS_PRIORITY,
	 .leaves = {Q(PRIORITY(5))}},
	{"if-nonzero: lowest bit", TRUNK, TRUNK, .tags = {AD(PRIORITY(1) | DEI)}, .vid = 0,
	 .egress = XVS_EGRESS_PRIORITY, .leaves = {AD(PRIORITY(1) | DEI)}},
	{"if-nonzero: zero", TRUNK, TRUNK, .tags = {Q(DEI)}, .vid = 0, .egress = XVS_EGRESS_PRIORITY},
	{"if-nonzero: no tag", TRUNK, TRUNK, .vid = 0, .egress = XVS_EGRESS_PRIORITY},
	{"always: priority", TRUNK, TRUNK, .tags = {Q(PRIORITY(5))}, .vid = 0,
	 .egress = XVS_EGRESS_PRIORITY_ALWAYS, .leaves = {Q(PRIORITY(5))}},
	{"always: zero", TRUNK, TRUNK, .tags = {Q(0)}, .vid = 0, .egress = XVS_EGRESS_PRIORITY_ALWAYS,
	 .leaves = {Q(0)}},
	{"always: no tag", TRUNK, TRUNK, .vid = 0, .egress = XVS_EGRESS_PRIORITY_ALWAYS},

	/* The tag comes on top of the MTU, but no second one does. */
	{"longest with tag", TRUNK, TRUNK, .tags = {Q(10)}, .len = FRAME_MAX, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"longest that gets a tag", ACCESS(10), TRUNK, .len = FRAME_MAX - 4, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"too long with its new tag", ACCESS(10), TRUNK, .len = FRAME_MAX - 3, .vid = 10, TAGGED, DROPPED(2, MTU)},
	{"short enough without its tag", TRUNK, ACCESS(10), .tags = {Q(10)}, .len = FRAME_MAX + 4, .vid = 10, UNTAGGED},
	{"too long without its tag", TRUNK, ACCESS(10), .tags = {Q(10)}, .len = FRAME_MAX + 5, .vid = 10, UNTAGGED,
	 DROPPED(2, MTU)},
};

static const struct row truncated[] = {
	{"TPID alone", TRUNK, TRUNK, .tags = {Q(10)}, .len = ETH_HLEN, DROPPED(1, RUNT)},
	{"half a TCI", TRUNK, TRUNK, .tags = {Q(10)}, .len = ETH_HLEN + 1, DROPPED(1, RUNT)},
	{"no type", TRUNK, TRUNK, .tags = {Q(10)}, .len = ETH_HLEN + 2, DROPPED(1, RUNT)},
	{"half a type", TRUNK, TRUNK, .tags = {Q(10)}, .len = ETH_HLEN + 3, DROPPED(1, RUNT)},
	{"tunnel: TPID alone", TUNNEL(100), TRUNK, .tags = {Q(10)}, .len = ETH_HLEN, DROPPED(1, RUNT)},
	{"all of the tag", TRUNK, TRUNK, .tags = {Q(10)}, .len = ETH_HLEN + 4, .vid = 10, TAGGED, .leaves = {Q(10)}},
	{"second tag is a TPID alone", TRUNK, TRUNK, .tags = {Q(10), Q(20)}, .len = ETH_HLEN + 4, .vid = 10, TAGGED,
	 .leaves = {Q(10), Q(20)}},
	{"priority tag and a TPID alone", TRUNK, TRUNK, .tags = {Q(0), Q(20)}, .len = ETH_HLEN + 4,
	 DROPPED(1, VLAN_STACKED)},
	{"all of the second tag", TRUNK_INNER, ACCESS(10), .tags = {Q(10), Q(20)}, .len = ETH_HLEN + 8, .vid = 10,
	 UNTAGGED, DROPPED(2, VLAN_EXCLUDED)},
};
/* clang-format on */

static void set_port(struct test *test, uint32_t port, const struct setting *setting)
{
	struct xvs_vlan_set set = {};

	for (int i = 0; i < VIDS; i++)
		if (!i || setting->set[i])
			set.word[setting->set[i] / 64] |= 1ULL << setting->set[i] % 64;
	test_vlan_set(test, port, &set);
	test_port_as(test, port,
		     (struct xvs_port){.mtu = TEST_MTU,
				       .flags = BASE | setting->flags,
				       .pvid = setting->pvid,
				       .push_tpid = setting->push_tpid});
}

static void prepare(struct test *test, const struct row *row)
{
	uint64_t key = xvs_fdb_key(HOST2, row->vid);

	test_reset((void **)&test);
	set_port(test, 1, &row->in);
	set_port(test, 2, &row->out);
	test_fdb(test, key, 0, 0, xvs_forward(TEST_BRIDGE, 2, row->egress));
}

static int count_tags(const struct test_tag tags[TEST_TAGS])
{
	int count = 0;

	while (count < TEST_TAGS && tags[count].tpid)
		count++;
	return count;
}

static struct test_frame frame_of(const struct row *row)
{
	struct test_frame frame = {.dst = HOST2, .src = HOST1, .len = row->len};

	frame.type = ETH_P_802_EX1;
	if (!frame.len)
		frame.len = ETH_ZLEN;
	memcpy(frame.tags, row->tags, sizeof(frame.tags));
	return frame;
}

/* As it is behind the program: TC has a tag that it touched in the metadata. */
static struct test_frame leaving(const struct row *row, enum hook hook)
{
	struct test_frame frame = frame_of(row);
	bool changed = memcmp(row->tags, row->leaves, sizeof(row->tags));
	int hidden = hook == HOOK_TC && changed && count_tags(row->leaves);

	if (row->reason)
		return frame;
	frame.len += 4 * (count_tags(row->leaves) - hidden - count_tags(row->tags));
	memset(frame.tags, 0, sizeof(frame.tags));
	memcpy(frame.tags, row->leaves + hidden, (TEST_TAGS - hidden) * sizeof(*frame.tags));
	return frame;
}

static void expect_traces(struct test *test, const struct row *row)
{
	uint32_t len = row->len ? row->len : ETH_ZLEN;
	uint32_t tx_len = len + 4 * (count_tags(row->leaves) - count_tags(row->tags));
	bool in_a_vlan = !row->reason || row->drop_port == 2;

	assert_int_equal(test_counters(test, 1).rx_packets, 1);
	assert_int_equal(test_counters(test, 1).rx_bytes, len);
	assert_int_equal(test_counters(test, 2).tx_packets, !row->reason);
	assert_int_equal(test_counters(test, 2).tx_bytes, row->reason ? 0 : tx_len);
	assert_int_equal(test_drops_all(test), !!row->reason);
	assert_int_equal(test_drops(test, row->drop_port, row->reason), !!row->reason);
	assert_int_equal(test_events(test), in_a_vlan);
	if (in_a_vlan)
		assert_int_equal(test->event.key, xvs_fdb_key(HOST1, row->vid));
}

static void run_hook(struct test *test, const struct row *row, enum hook hook)
{
	struct test_frame frame = frame_of(row), out = leaving(row, hook);
	int sent = hook == HOOK_XDP ? XDP_REDIRECT : TC_ACT_REDIRECT;
	int dropped = hook == HOOK_XDP ? XDP_DROP : TC_ACT_SHOT;

	prepare(test, row);
	assert_int_equal(test_run_change(test, hook, test_ifindex(1), &frame, &out),
			 row->reason ? dropped : sent);
	expect_traces(test, row);
}

static void run(void **state, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		print_message("           %s\n", rows[i].name);
		run_hook(*state, &rows[i], HOOK_XDP);
		run_hook(*state, &rows[i], HOOK_TC);
	}
}

#define ROWS_TEST(rows)                                                                            \
	static void test_##rows(void **state)                                                      \
	{                                                                                          \
		run(state, rows, sizeof(rows) / sizeof(rows[0]));                                  \
	}

ROWS_TEST(ingress)
ROWS_TEST(egress)
ROWS_TEST(truncated)

/* Every VLAN of a set, and none besides. */
static void test_every_vlan(void **state)
{
	struct test_frame frame = {.dst = UNKNOWN, .src = HOST1, .tags = {Q(0)}};
	struct test *test = *state;
	struct xvs_vlan_set set = {};
	uint64_t carried = 0;

	for (uint32_t vid = 0; vid < XVS_VLANS; vid += 1 + vid % 7) {
		set.word[vid / 64] |= 1ULL << vid % 64;
		carried += vid != XVS_VID_RESERVED;
	}
	for (enum hook hook = HOOK_XDP; hook <= HOOK_TC; hook++) {
		test_reset(state);
		test_vlan_set(test, 1, &set);
		test_port_as(test, 1,
			     (struct xvs_port){.mtu = TEST_MTU, .flags = BASE | XVS_PORT_VLAN_SET});
		for (uint16_t vid = 0; vid < XVS_VLANS; vid++) {
			uint64_t before = test_drops_all(test);
			bool in = vid != XVS_VID_RESERVED && set.word[vid / 64] >> vid % 64 & 1;

			frame.tags[0].tci = vid;
			test_run_change(test, hook, test_ifindex(1), &frame, NULL);
			assert_int_equal(test_drops_all(test) - before, !in);
		}
		assert_int_equal(test_drops(test, 1, XVS_DROP_VLAN_RESERVED), 1);
		assert_int_equal(test_drops(test, 1, XVS_DROP_VLAN_NOT_CARRIED),
				 XVS_VLANS - 1 - carried);
		assert_true(test_events(test) > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ingress),
		cmocka_unit_test(test_egress),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_every_vlan),
	};

	test_devices();
	return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
