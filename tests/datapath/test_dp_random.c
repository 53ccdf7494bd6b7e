// SPDX-License-Identifier: BSD-2-Clause
/*
 * Floods at random: whatever was said in whatever order, restarts in between, every VLAN of every
 * bridge leads to the members that it was last given, and what nobody uses is given back.
 * XVS_SEED=N repeats a run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include "switchd/dp_bpf.h"
#include "tests/datapath/dp_fixture.h"

#define BRIDGES     3
#define FLOODS_MAX  8
#define MEMBERS_MAX 40
#define STEPS       150

/* What a bridge was last told. */
struct told {
	size_t n;
	struct dp_member members[FLOODS_MAX][MEMBERS_MAX];
	size_t counts[FLOODS_MAX];
	uint16_t entries[XVS_FLOODS];
	bool any;
};

static struct told told[BRIDGES + 1];

/* Few of them, so that the same ones come again, or a long list. */
static size_t random_members(struct dp_member members[MEMBERS_MAX])
{
	bool taken[200] = {};
	size_t count = 1 + rand() % (rand() % 4 ? 3 : MEMBERS_MAX);
	uint16_t range = count > 3 ? 100 : 5;

	for (size_t i = 0; i < count; i++) {
		uint16_t port;

		do
			port = rand() % range;
		while (taken[port]);
		taken[port] = true;
		members[i] = (struct dp_member){10 + port, rand() % 4 ? 1 : rand() % 4};
	}
	qsort(members, count, sizeof(*members), dp_member_order);
	return count;
}

static bool same_members(const struct told *a, size_t i, const struct told *b, size_t j)
{
	return a->counts[i] == b->counts[j] &&
	       !memcmp(a->members[i], b->members[j], a->counts[i] * sizeof(struct dp_member));
}

/* Floods of one bridge are all different, as switchd has them. */
static void make_floods(struct told *new)
{
	size_t wanted = rand() % (FLOODS_MAX + 1);

	memset(new, 0, sizeof(*new));
	new->any = true;
	for (size_t tries = 0; new->n < wanted &&tries < 100; tries++) {
		size_t i = 0;

		new->counts[new->n] = random_members(new->members[new->n]);
		while (!same_members(new, i, new, new->n))
			i++;
		new->n += i == new->n;
	}
}

/* Runs of VLANs with the same flood, all VLANs but 0 with the same, or any. */
static void make_entries(struct told *new)
{
	int kind = rand() % 3, run = 0;
	uint16_t entry = 0;

	for (int vid = 0; vid < XVS_VID_RESERVED; vid++) {
		if (kind == 0 ? vid < 2 : kind == 1 ? !run-- : true) {
			entry = rand() % (new->n + 1) | (rand() % 4 ? 0 : XVS_VLAN_FLOOD);
			run = rand() % 500;
		}
		new->entries[vid] = entry;
	}
}

/* No flood is named that no VLAN goes to. */
static void use_all(struct told *new)
{
	for (size_t i = 0; i < new->n; i++)
		new->entries[1 + i] = 1 + i;
}

static void tell(struct fixture *f, uint16_t bridge)
{
	const struct told *of = &told[bridge];
	struct dp_flood floods[FLOODS_MAX];
	struct error error = {};

	for (size_t i = 0; i < of->n; i++)
		floods[i] = (struct dp_flood){of->members[i], of->counts[i]};
	if (of->any)
		ok(dpc->vlans_set(f->dp, bridge, floods, of->n, of->entries, &error), &error);
	else
		dpc->vlans_del(f->dp, bridge);
}

static void change(struct fixture *f)
{
	uint16_t bridge = 1 + rand() % BRIDGES;
	struct told *of = &told[bridge];

	if (rand() % 8 == 0) {
		memset(of, 0, sizeof(*of));
	} else {
		make_floods(of);
		make_entries(of);
		use_all(of);
	}
	tell(f, bridge);
}

static void restart(struct fixture *f)
{
	reopen(f);
	for (uint16_t bridge = 1; bridge <= BRIDGES; bridge++)
		if (told[bridge].any)
			tell(f, bridge);
}

/* As the data path finds it: datapath/group.h. */
static uint16_t entry_of(const struct fixture *f, uint16_t bridge, uint16_t vid)
{
	const struct xvs_bridge *entry = &f->dp->bridges[bridge];

	if (!entry->table)
		return vid ? entry->tagged : entry->untagged;
	assert_non_null(f->dp->vlans[bridge].table);
	return f->dp->vlans[bridge].table->entry[vid];
}

static void expect_members(const struct fixture *f, uint16_t group, const struct told *of, size_t i)
{
	const struct xvs_group *entry = &f->dp->groups[group];
	const uint32_t *members = f->dp->members[entry->line].member;

	assert_int_equal(entry->members, of->counts[i]);
	for (size_t m = 0; m < of->counts[i]; m++)
		assert_int_equal(members[m],
				 TEST_MEMBER(of->members[i][m].port, of->members[i][m].egress));
	assert_int_equal(members[of->counts[i]], 0);
}

static void check(const struct fixture *f)
{
	for (uint16_t bridge = 1; bridge <= BRIDGES; bridge++)
		for (uint16_t vid = 0; vid < XVS_VID_RESERVED; vid++) {
			uint16_t entry = entry_of(f, bridge, vid);
			uint16_t wanted = told[bridge].entries[vid];

			assert_int_equal(entry & XVS_VLAN_FLOOD, wanted & XVS_VLAN_FLOOD);
			assert_int_equal(!(entry & XVS_VLAN_GROUP), !(wanted & XVS_VLAN_GROUP));
			if (wanted & XVS_VLAN_GROUP)
				expect_members(f, entry & XVS_VLAN_GROUP, &told[bridge],
					       (wanted & XVS_VLAN_GROUP) - 1);
		}
}

/* So many different lists of members were asked for. */
static size_t different_floods(void)
{
	size_t count = 0;

	for (uint16_t bridge = 1; bridge <= BRIDGES; bridge++)
		for (size_t i = 0; i < told[bridge].n; i++) {
			bool first = true;

			for (uint16_t other = 1; other < bridge; other++)
				for (size_t j = 0; j < told[other].n; j++)
					first &= !same_members(&told[bridge], i, &told[other], j);
			count += first;
		}
	return count;
}

static void check_use(const struct fixture *f)
{
	size_t groups = 0, tables = 0;
	uint32_t inner;

	for (uint32_t id = 1; id < XVS_GROUPS_MAX; id++)
		groups += !!f->dp->groups[id].members;
	for (uint32_t bridge = 1; bridge <= BRIDGES; bridge++) {
		bool there = !bpf_map_lookup_elem(f->dp->maps[DP_MAP_VLAN_TABLES], &bridge, &inner);

		assert_true(!there || told[bridge].any);
		tables += there;
	}
	assert_int_equal(groups, different_floods());
	assert_true(tables <= BRIDGES);
}

static void test_floods_at_random(void **state)
{
	const char *given = getenv("XVS_SEED");
	unsigned seed = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL);
	struct fixture *f = *state;

	print_message("XVS_SEED=%u\n", seed);
	srand(seed);
	memset(told, 0, sizeof(told));
	for (int i = 0; i < STEPS; i++) {
		int what = rand() % 10;

		if (what < 7)
			change(f);
		else if (what == 7 && i % 3 == 0)
			restart(f);
		else
			tend(f);
		check(f);
		if (what >= 8)
			check_use(f);
	}
	for (uint16_t bridge = 1; bridge <= BRIDGES; bridge++)
		dpc->vlans_del(f->dp, bridge);
	memset(told, 0, sizeof(told));
	tend(f);
	check(f);
	check_use(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_floods_at_random, dp_setup, dp_teardown),
	};

	test_devices();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
