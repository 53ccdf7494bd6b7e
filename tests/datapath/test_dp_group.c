// SPDX-License-Identifier: BSD-2-Clause
/*
 * Flood groups in the kernel's memory: who shares one, when it is given back, and what the next
 * switchd finds. Looks behind dp.h, at the maps.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "switchd/dp_bpf.h"
#include "tests/datapath/dp_fixture.h"

#define OTHER_BRIDGE (TEST_BRIDGE + 1)

/* Floods that a test puts together, with room for members that nobody has heard of. */
struct floods {
	struct dp_flood flood[XVS_VLANS];
	struct dp_member member[XVS_VLANS][2];
	uint16_t entries[XVS_FLOODS];
	size_t n;
};

static struct floods floods; /* of the test that runs */

static struct dp_member tagged(uint16_t port)
{
	return (struct dp_member){.port = port, .egress = XVS_EGRESS_TAGGED};
}

/* VLANs 1 to `count` go to two members each, who have nothing in common with those of another
 * `round`. */
static void many_floods(uint16_t count, uint32_t round)
{
	memset(&floods, 0, sizeof(floods));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t pair = round * XVS_VLANS + i;

		floods.member[i][0] = tagged(10 + pair / 1000);
		floods.member[i][1] = tagged(2000 + pair % 1000);
		floods.flood[i] = (struct dp_flood){floods.member[i], 2};
		floods.entries[i + 1] = i + 1;
	}
	floods.n = count;
}

static int set_bridge(struct fixture *f, uint16_t bridge, struct error *error)
{
	return dpc->vlans_set(f->dp, bridge, floods.flood, floods.n, floods.entries, error);
}

static void must_set_bridge(struct fixture *f, uint16_t bridge)
{
	struct error error = {};

	ok(set_bridge(f, bridge, &error), &error);
}

/* All VLANs but 0 of a bridge go to these members. */
static void set_tagged(struct fixture *f, uint16_t bridge, const struct dp_member *members,
		       size_t count)
{
	const struct dp_flood flood = {members, count};
	uint16_t entries[XVS_FLOODS] = {};
	struct error error = {};

	for (int vid = 0; vid < XVS_VLANS; vid++)
		entries[vid] = vid && vid != XVS_VID_RESERVED;
	ok(dpc->vlans_set(f->dp, bridge, &flood, 1, entries, &error), &error);
}

static uint16_t tagged_group(const struct fixture *f, uint16_t bridge)
{
	return f->dp->bridges[bridge].tagged & XVS_VLAN_GROUP;
}

/* What of the kernel's memory is in use. */
struct use {
	uint32_t groups, lines, devmaps, tables;
};

/* 0: there is none. */
static uint32_t inner_id(const struct fixture *f, enum dp_map map, uint32_t key)
{
	uint32_t id;

	return bpf_map_lookup_elem(f->dp->maps[map], &key, &id) ? 0 : id;
}

static struct use measure(const struct fixture *f)
{
	struct use use = {};

	for (uint32_t id = 1; id < XVS_GROUPS_MAX; id++) {
		use.groups += !!f->dp->groups[id].members;
		if (f->dp->groups[id].members)
			use.lines += f->dp->groups[id].members / XVS_LINE_MEMBERS + 1;
		use.devmaps += !!inner_id(f, DP_MAP_GROUP_DEVMAPS, id);
	}
	for (uint32_t bridge = 1; bridge < XVS_BRIDGES_MAX; bridge++)
		use.tables += !!inner_id(f, DP_MAP_VLAN_TABLES, bridge);
	return use;
}

static void expect_use(const struct fixture *f, uint32_t groups, uint32_t lines, uint32_t devmaps,
		       uint32_t tables)
{
	struct use use = measure(f);

	assert_int_equal(use.groups, groups);
	assert_int_equal(use.lines, lines);
	assert_int_equal(use.devmaps, devmaps);
	assert_int_equal(use.tables, tables);
}

/* The same members, the same group: in any VLAN, in any bridge. */
static void test_shared(void **state)
{
	const struct dp_member a[] = {tagged(1), tagged(2)}, b[] = {tagged(1), tagged(3)};
	const struct dp_member c[] = {tagged(2), {.port = 1}};
	const struct dp_flood three[] = {{a, 2}, {b, 2}, {a, 2}};
	uint16_t entries[XVS_FLOODS] = {[10] = 1, [20] = 2, [30] = 3 | XVS_VLAN_FLOOD};
	struct fixture *f = *state;
	struct error error = {};

	set_all(f, DP_HOOK_TC);
	set_vlans(f, three, 3, entries);
	set_tagged(f, OTHER_BRIDGE, a, 2);
	assert_int_equal(f->dp->vlans[TEST_BRIDGE].table->entry[10], tagged_group(f, OTHER_BRIDGE));
	assert_int_equal(f->dp->vlans[TEST_BRIDGE].table->entry[30],
			 tagged_group(f, OTHER_BRIDGE) | XVS_VLAN_FLOOD);
	assert_int_not_equal(f->dp->vlans[TEST_BRIDGE].table->entry[20],
			     tagged_group(f, OTHER_BRIDGE));
	assert_int_equal(f->dp->vlans[TEST_BRIDGE].table->entry[11], 0);
	tend(f);
	expect_use(f, 2, 2, 2, 1);

	/* The same ports in another form are another group. */
	set_tagged(f, OTHER_BRIDGE, c, 2);
	assert_int_not_equal(f->dp->vlans[TEST_BRIDGE].table->entry[10],
			     tagged_group(f, OTHER_BRIDGE));
	tend(f);
	expect_use(f, 3, 3, 3, 1);
	dpc->vlans_del(f->dp, OTHER_BRIDGE);
	ok(dpc->vlans_set(f->dp, TEST_BRIDGE, NULL, 0, (const uint16_t[XVS_FLOODS]){0}, &error),
	   &error);
	tend(f);
	expect_use(f, 0, 0, 0, 1); /* a table stays with its bridge */
	dpc->vlans_del(f->dp, TEST_BRIDGE);
	tend(f);
	expect_use(f, 0, 0, 0, 0);
}

/* A group that is left stays as it was until nobody can be at it any more. */
static void test_left_group_stays_until_tended(void **state)
{
	const struct dp_member a[] = {tagged(1), tagged(2)}, b[] = {tagged(1), tagged(3)};
	struct fixture *f = *state;
	struct xvs_group old;
	struct xvs_member_line line;
	uint16_t id;

	set_all(f, DP_HOOK_TC);
	set_group(f, NULL, 0);
	set_tagged(f, TEST_BRIDGE, a, 2);
	tend(f);
	id = tagged_group(f, TEST_BRIDGE);
	old = f->dp->groups[id];
	line = f->dp->members[old.line];
	assert_int_equal(line.member[0], TEST_TAGGED(1));
	assert_int_equal(line.member[1], TEST_TAGGED(2));
	assert_int_equal(line.member[2], 0);

	for (uint16_t port = 20; port < 60; port++) {
		set_tagged(f, TEST_BRIDGE, (const struct dp_member[]){tagged(port)}, 1);
		assert_int_not_equal(tagged_group(f, TEST_BRIDGE), id);
		assert_int_not_equal(f->dp->groups[tagged_group(f, TEST_BRIDGE)].line, old.line);
	}
	set_tagged(f, TEST_BRIDGE, b, 2);
	assert_int_not_equal(tagged_group(f, TEST_BRIDGE), id);
	assert_memory_equal(&f->dp->groups[id], &old, sizeof(old));
	assert_memory_equal(&f->dp->members[old.line], &line, sizeof(line));
	assert_int_not_equal(inner_id(f, DP_MAP_GROUP_DEVMAPS, id), 0);

	/* Who wants it again before that gets it. */
	set_tagged(f, TEST_BRIDGE, a, 2);
	assert_int_equal(tagged_group(f, TEST_BRIDGE), id);
	tend(f);
	assert_memory_equal(&f->dp->groups[id], &old, sizeof(old));
	set_tagged(f, TEST_BRIDGE, b, 2);
	tend(f);
	assert_int_equal(f->dp->groups[id].members, 0);
	assert_int_equal(inner_id(f, DP_MAP_GROUP_DEVMAPS, id), 0);
	expect_use(f, 1, 1, 1, 0);
}

/* XDP floods when its devmap is there, and not before. */
static void test_devmaps_are_made_by_tend(void **state)
{
	const struct dp_member members[] = {tagged(1), tagged(2), {.port = 3}};
	struct fixture *f = *state;
	struct bpf_devmap_val target;
	uint32_t id, devmap, index = 1;
	int fd;

	set_all(f, DP_HOOK_TC);
	set_tagged(f, TEST_BRIDGE, members, 3);
	id = tagged_group(f, TEST_BRIDGE);
	assert_int_equal(f->dp->groups[id].xdp_size, 0);
	assert_int_equal(inner_id(f, DP_MAP_GROUP_DEVMAPS, id), 0);
	tend(f);
	assert_int_equal(f->dp->groups[id].xdp_size, TEST_MTU + ETH_HLEN + 4);
	devmap = inner_id(f, DP_MAP_GROUP_DEVMAPS, id);
	assert_int_not_equal(devmap, 0);
	fd = bpf_map_get_fd_by_id(devmap);
	assert_true(fd >= 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &index, &target), 0);
	assert_int_equal(target.ifindex, test_ifindex(2));
	assert_int_not_equal(target.bpf_prog.id, 0);
	index = 3;
	assert_int_not_equal(bpf_map_lookup_elem(fd, &index, &target), 0);
	close(fd);
	assert_false(dpc->tend(f->dp));
	assert_int_equal(inner_id(f, DP_MAP_GROUP_DEVMAPS, id), devmap);
}

/* The smallest member counts; one without XDP rules it out, and so does one with cvlans. */
static void test_xdp_size_follows_ports(void **state)
{
	const struct dp_member members[] = {tagged(1), tagged(2), tagged(3)};
	struct fixture *f = *state;
	struct dp_port port = port_of(3, DP_HOOK_TC);
	uint32_t id;

	set_all(f, DP_HOOK_TC);
	set_tagged(f, TEST_BRIDGE, members, 3);
	tend(f);
	id = tagged_group(f, TEST_BRIDGE);
	port.mtu = 1000;
	set_port(f, &port);
	assert_int_equal(f->dp->groups[id].xdp_size, 1000 + ETH_HLEN + 4);
	port.mtu = 9000;
	set_port(f, &port);
	tend(f);
	assert_int_equal(f->dp->groups[id].xdp_size, TEST_MTU + ETH_HLEN + 4);
	port.flags &= ~XVS_PORT_TX_XDP;
	set_port(f, &port);
	assert_int_equal(f->dp->groups[id].xdp_size, 0);
	tend(f);
	assert_int_equal(f->dp->groups[id].xdp_size, 0);
	port.flags |= XVS_PORT_TX_XDP | XVS_PORT_TUNNEL | XVS_PORT_CVLANS;
	set_port(f, &port);
	tend(f);
	assert_int_equal(f->dp->groups[id].xdp_size, 0);
	port.flags &= ~(XVS_PORT_TUNNEL | XVS_PORT_CVLANS);
	set_port(f, &port);
	tend(f);
	assert_int_equal(f->dp->groups[id].xdp_size, TEST_MTU + ETH_HLEN + 4);
	dpc->port_del(f->dp, 3);
	assert_int_equal(f->dp->groups[id].xdp_size, 0);
}

static void test_memory_is_given_back(void **state)
{
	struct fixture *f = *state;

	for (uint32_t round = 0; round < 5; round++) {
		many_floods(100 + 50 * round, round);
		must_set_bridge(f, TEST_BRIDGE);
		many_floods(50, 10 + round);
		must_set_bridge(f, OTHER_BRIDGE);
		tend(f);
		expect_use(f, 150 + 50 * round, 150 + 50 * round, 0, 2);
	}
	dpc->vlans_del(f->dp, TEST_BRIDGE);
	tend(f);
	expect_use(f, 50, 50, 0, 1);
	dpc->vlans_del(f->dp, OTHER_BRIDGE);
	tend(f);
	expect_use(f, 0, 0, 0, 0);
}

/* Nobody tends, and numbers run out: what nobody uses is taken. */
static void test_taken_when_needed(void **state)
{
	struct fixture *f = *state;

	for (uint32_t round = 0; round < 20; round++) {
		many_floods(4000, round % 2 ? 40 + round : round);
		must_set_bridge(f, TEST_BRIDGE);
	}
	tend(f);
	expect_use(f, 4000, 4000, 0, 1);
}

/* More than there is room for: a sentence, and all is as it was. */
static void test_no_room(void **state)
{
	struct fixture *f = *state;
	struct error error = {};
	uint32_t round = 0;
	struct use before;

	for (; round < 8; round++) {
		many_floods(4000, round);
		must_set_bridge(f, 1 + round);
	}
	tend(f);
	before = measure(f);
	assert_int_equal(before.groups, 32000);
	many_floods(4000, round);
	assert_int_equal(set_bridge(f, 1 + round, &error), -ENOSPC);
	assert_non_null(strstr(error.text, "too many different flood groups"));
	assert_int_equal(f->dp->bridges[1 + round].table, 0);
	many_floods(4000, round);
	assert_int_equal(set_bridge(f, 1, &error), -ENOSPC);
	tend(f);
	expect_use(f, before.groups, before.lines, 0, before.tables);
	assert_int_equal(
		f->dp->members[f->dp->groups[f->dp->vlans[1].table->entry[1]].line].member[1],
		TEST_TAGGED(2000));

	/* The next switchd finds them in use, though nobody has told it yet. */
	reopen(f);
	many_floods(4000, round);
	assert_int_equal(set_bridge(f, 1 + round, &error), -ENOSPC);
	for (uint16_t bridge = 1; bridge <= round; bridge++)
		for (uint16_t vid = 1; vid <= 4000; vid++)
			assert_int_equal(
				f->dp->groups[f->dp->vlans[bridge].table->entry[vid]].members, 2);

	/* Up to the last one: each number but 0. */
	many_floods(XVS_GROUPS_MAX - 1 - 32000, round);
	must_set_bridge(f, 1 + round);
	assert_int_equal(measure(f).groups, XVS_GROUPS_MAX - 1);
}

/* Lists longer than a line, and lists that fill one: there is always a 0 behind the last. */
static void test_long_lists(void **state)
{
	static const size_t counts[] = {1, 15, 16, 17, 31, 32, 33, 100};
	struct dp_member members[100];
	struct fixture *f = *state;

	for (uint16_t i = 0; i < 100; i++)
		members[i] = tagged(100 + i);
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		const struct xvs_group *group;
		size_t count = counts[c];

		set_tagged(f, TEST_BRIDGE, members, count);
		set_tagged(f, OTHER_BRIDGE, &members[c], 1); /* takes the next line */
		group = &f->dp->groups[tagged_group(f, TEST_BRIDGE)];
		assert_int_equal(group->members, count);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(f->dp->members[group->line].member[i],
					 TEST_TAGGED(100 + i));
		assert_int_equal(f->dp->members[group->line].member[count], 0);
		tend(f);
		expect_use(f, count == 1 ? 1 : 2, count / XVS_LINE_MEMBERS + (count == 1 ? 1 : 2),
			   0, 0);
	}
}

/* The next switchd, told the same, leaves every octet as it is. */
static void test_restart_writes_nothing(void **state)
{
	const struct dp_member a[] = {tagged(1), tagged(2), tagged(3)},
			       b[] = {tagged(1), {.port = 2}};
	const struct dp_flood two[] = {{a, 3}, {b, 2}};
	uint16_t entries[XVS_FLOODS] = {[1] = 1, [10] = 2, [20] = 1 | XVS_VLAN_FLOOD};
	struct xvs_member_line *members = malloc(XVS_MEMBER_LINES * sizeof(*members));
	struct xvs_group *groups = malloc(XVS_GROUPS_MAX * sizeof(*groups));
	struct xvs_vlan_table table;
	struct fixture *f = *state;
	struct xvs_bridge bridges[2];
	uint32_t devmaps[2], inner;

	set_all(f, DP_HOOK_TC);
	set_vlans(f, two, 2, entries);
	set_tagged(f, OTHER_BRIDGE, b, 2);
	tend(f);
	memcpy(members, f->dp->members, XVS_MEMBER_LINES * sizeof(*members));
	memcpy(groups, f->dp->groups, XVS_GROUPS_MAX * sizeof(*groups));
	memcpy(bridges, &f->dp->bridges[TEST_BRIDGE], sizeof(bridges));
	table = *f->dp->vlans[TEST_BRIDGE].table;
	inner = inner_id(f, DP_MAP_VLAN_TABLES, TEST_BRIDGE);
	for (int i = 0; i < 2; i++)
		devmaps[i] = inner_id(f, DP_MAP_GROUP_DEVMAPS, table.entry[i ? 10 : 1]);

	for (int round = 0; round < 2; round++) {
		reopen(f);
		for (uint16_t port = 1; port <= LAST; port++)
			set_hook(f, port, DP_HOOK_TC);
		set_vlans(f, two, 2, entries);
		set_tagged(f, OTHER_BRIDGE, b, 2);
		tend(f);
		assert_memory_equal(members, f->dp->members, XVS_MEMBER_LINES * sizeof(*members));
		assert_memory_equal(groups, f->dp->groups, XVS_GROUPS_MAX * sizeof(*groups));
		assert_memory_equal(bridges, &f->dp->bridges[TEST_BRIDGE], sizeof(bridges));
		assert_memory_equal(&table, f->dp->vlans[TEST_BRIDGE].table, sizeof(table));
		assert_int_equal(inner_id(f, DP_MAP_VLAN_TABLES, TEST_BRIDGE), inner);
		for (int i = 0; i < 2; i++)
			assert_int_equal(inner_id(f, DP_MAP_GROUP_DEVMAPS, table.entry[i ? 10 : 1]),
					 devmaps[i]);
	}
	free(members);
	free(groups);
}

/* What it is told otherwise goes, groups that nobody got to give back as well. */
static void test_restart_cleans_up(void **state)
{
	const struct dp_member a[] = {tagged(1), tagged(2)}, b[] = {tagged(1), tagged(3)};
	struct fixture *f = *state;

	set_all(f, DP_HOOK_TC);
	set_group(f, NULL, 0);
	set_tagged(f, TEST_BRIDGE, a, 2);
	tend(f);
	set_tagged(f, TEST_BRIDGE, b, 2);
	many_floods(30, 0);
	must_set_bridge(f, OTHER_BRIDGE);
	expect_use(f, 32, 32, 1, 1);
	reopen(f);
	for (uint16_t port = 1; port <= LAST; port++)
		set_hook(f, port, DP_HOOK_TC);
	set_tagged(f, TEST_BRIDGE, b, 2);
	dpc->vlans_del(f->dp, OTHER_BRIDGE);
	tend(f);
	expect_use(f, 1, 1, 1, 0);
}

/* A bridge went, and switchd before it could tend. */
static void test_table_of_a_bridge_that_went(void **state)
{
	struct fixture *f = *state;

	many_floods(3, 0);
	must_set_bridge(f, OTHER_BRIDGE);
	dpc->vlans_del(f->dp, OTHER_BRIDGE);
	reopen(f);
	tend(f);
	expect_use(f, 0, 0, 0, 0);
}

/* Lines are taken in turn; the last one is as good as any. */
static void test_last_line(void **state)
{
	struct fixture *f = *state;
	uint32_t round = 0;
	uint16_t id = 0;

	do {
		many_floods(4000, round % 60);
		must_set_bridge(f, TEST_BRIDGE);
		tend(f);
		for (uint16_t i = 1; i <= 4000 && !id; i++) {
			uint16_t at = f->dp->vlans[TEST_BRIDGE].table->entry[i];

			if (f->dp->groups[at].line == XVS_MEMBER_LINES - 1)
				id = at;
		}
	} while (!id && ++round < 20);
	assert_int_not_equal(id, 0);
	reopen(f);
	assert_int_equal(f->dp->groups[id].members, 2);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, dp_setup, dp_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shared),
		TEST(test_left_group_stays_until_tended),
		TEST(test_devmaps_are_made_by_tend),
		TEST(test_xdp_size_follows_ports),
		TEST(test_memory_is_given_back),
		TEST(test_taken_when_needed),
		TEST(test_no_room),
		TEST(test_long_lists),
		TEST(test_restart_writes_nothing),
		TEST(test_restart_cleans_up),
		TEST(test_table_of_a_bridge_that_went),
		TEST(test_last_line),
	};

	test_devices();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
