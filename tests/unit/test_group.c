/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flood groups: which VLANs of a bridge share one, and that each VLAN goes to whom it should, in
 * the right form. XVS_SEED=N repeats a run.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "switchd/vlan.h"

#define PORTS 12

static const char *name_of(int port)
{
	static char name[8];

	snprintf(name, sizeof(name), "p%d", port);
	return name;
}

/* br0 with so many ports, all of them trunks. */
static struct fixture *with_ports(void **state, int count)
{
	struct fixture *f = *state;

	fixture_begin(f);
	assert_int_equal(db_bridge_add(f->daemon.db, "br0", NULL), 0);
	for (int port = 1; port <= count; port++) {
		fake_link_add(name_of(port), "veth");
		assert_int_equal(db_port_add(f->daemon.db, "br0", name_of(port), 0, NULL), 0);
	}
	assert_int_equal(fixture_commit(f), 0);
	return f;
}

static const struct fake_dp_vlans *vlans_of(struct fixture *f)
{
	return f->daemon.dp->vlans[dp_port_of(f, "br0")->bridge];
}

static const struct fake_dp_flood *flood_of(struct fixture *f, uint16_t vid)
{
	return fake_dp_flood(f->daemon.dp, dp_port_of(f, "br0")->bridge, vid);
}

static bool same_members(const struct fake_dp_flood *flood, const struct dp_member *members,
			 size_t count)
{
	if (flood->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (flood->members[i].port != members[i].port ||
		    flood->members[i].egress != members[i].egress)
			return false;
	return true;
}

/* VLAN by VLAN against what each port's settings say; and no two groups are the same. */
static void compare(struct fixture *f)
{
	const struct fake_dp_vlans *vlans = vlans_of(f);
	const struct bridge *bridge = model_bridge(f->daemon.model, "br0");
	struct dp_member members[PORTS + 1];

	for (uint16_t vid = 0; vid < VLAN_COUNT; vid++) {
		const struct fake_dp_flood *flood = flood_of(f, vid);
		size_t count = 0;

		for (struct port *port = bridge->ports; port; port = port->next) {
			int egress = vlan_egress(&port->conf->vlan, vid);

			if (port->state == PORT_UP && egress != VLAN_NOT_CARRIED)
				members[count++] =
					(struct dp_member){port->conf->number, (uint8_t)egress};
		}
		qsort(members, count, sizeof(*members), dp_member_order);
		if (count ? !flood || !same_members(flood, members, count) : !!flood)
			fail_msg("VLAN %u is flooded otherwise", vid);
		assert_int_equal(fake_dp_only_floods(f->daemon.dp, bridge->conf->number, vid),
				 vid < XVS_VID_RESERVED &&
					 vlan_set_has(&bridge->conf->flood_vlans, vid));
	}
	for (size_t a = 0; vlans && a < vlans->n; a++)
		for (size_t b = a + 1; b < vlans->n; b++)
			assert_false(same_members(&vlans->floods[a], vlans->floods[b].members,
						  vlans->floods[b].count));
}

static void test_trunks_share_one(void **state)
{
	struct fixture *f = with_ports(state, 5);

	assert_int_equal(vlans_of(f)->n, 2);
	assert_int_equal(flood_of(f, 0)->count, 5);
	assert_int_equal(flood_of(f, 1)->count, 5);
	assert_ptr_not_equal(flood_of(f, 0), flood_of(f, 1));
	for (uint16_t vid = 2; vid <= 4094; vid++)
		assert_ptr_equal(flood_of(f, vid), flood_of(f, 1));
	assert_null(flood_of(f, XVS_VID_RESERVED));
	assert_int_equal(flood_form(f, "br0", 0, "p1"), XVS_EGRESS_UNTAGGED);
	assert_int_equal(flood_form(f, "br0", 1, "p1"), XVS_EGRESS_TAGGED);
	compare(f);
}

static void test_access_ports_single_out_their_vlans(void **state)
{
	struct fixture *f = with_ports(state, 5);

	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	assert_int_equal(vlans_of(f)->n, 3);
	assert_int_equal(flood_of(f, 10)->count, 5);
	assert_int_equal(flood_of(f, 0)->count, 4);
	assert_ptr_equal(flood_of(f, 9), flood_of(f, 11));
	assert_int_equal(flood_form(f, "br0", 10, "p1"), XVS_EGRESS_UNTAGGED);
	assert_int_equal(flood_form(f, "br0", 10, "p2"), XVS_EGRESS_TAGGED);
	assert_int_equal(flood_form(f, "br0", 9, "p1"), NOT_FLOODED);
	compare(f);

	set_vlan(f, "p2", VLAN_WORDS(.tag = "10"));
	set_vlan(f, "p3", VLAN_WORDS(.mode = "dot1q-tunnel", .tag = "20"));
	assert_int_equal(vlans_of(f)->n, 4);
	compare(f);

	set_vlan(f, "p1", VLAN_WORDS(.tag = NULL));
	set_vlan(f, "p2", VLAN_WORDS(.tag = NULL));
	set_vlan(f, "p3", VLAN_WORDS(.tag = NULL));
	assert_int_equal(vlans_of(f)->n, 2);
	compare(f);
}

/* Nobody is in a VLAN, one port is, or all that are stay away. */
static void test_empty_vlans(void **state)
{
	struct fixture *f = with_ports(state, 2);

	set_vlan(f, "p1", VLAN_WORDS(.trunks = "10,20"));
	set_vlan(f, "p2", VLAN_WORDS(.trunks = "20,30"));
	assert_int_equal(vlans_of(f)->n, 3);
	assert_null(flood_of(f, 0));
	assert_null(flood_of(f, 40));
	assert_int_equal(flood_of(f, 10)->count, 1);
	assert_int_equal(flood_of(f, 20)->count, 2);
	compare(f);
	fake_link_set_up("p1", false);
	assert_null(flood_of(f, 10));
	assert_ptr_equal(flood_of(f, 20), flood_of(f, 30));
	compare(f);
	fake_link_set_up("p2", false);
	assert_int_equal(vlans_of(f)->n, 0);
	compare(f);
}

/* Members that may keep a tag come first. */
static void test_order(void **state)
{
	struct fixture *f = with_ports(state, 6);
	const struct fake_dp_flood *flood;

	set_vlan(f, "p2", VLAN_WORDS(.other_config = "priority-tags=always"));
	set_vlan(f, "p4", VLAN_WORDS(.other_config = "priority-tags=if-nonzero"));
	set_vlan(f, "p5", VLAN_WORDS(.other_config = "priority-tags=always"));
	flood = flood_of(f, 0);
	assert_int_equal(flood->count, 6);
	assert_int_equal(flood->members[0].port, port_of(f, "p2")->conf->number);
	assert_int_equal(flood->members[0].egress, XVS_EGRESS_PRIORITY_ALWAYS);
	assert_int_equal(flood->members[1].port, port_of(f, "p5")->conf->number);
	assert_int_equal(flood->members[2].port, port_of(f, "p4")->conf->number);
	assert_int_equal(flood->members[2].egress, XVS_EGRESS_PRIORITY);
	assert_int_equal(flood->members[3].port, port_of(f, "p1")->conf->number);
	assert_int_equal(flood->members[5].port, port_of(f, "p6")->conf->number);
	compare(f);
}

static void test_flood_vlans(void **state)
{
	struct fixture *f = with_ports(state, 2);
	uint16_t bridge = dp_port_of(f, "br0")->bridge;

	assert_int_equal(dp_port_of(f, "p1")->flags & XVS_PORT_FLOOD_VLANS, 0);
	set_column(f, "Bridge", "br0", "flood_vlans", "0,10");
	assert_int_not_equal(dp_port_of(f, "p1")->flags & XVS_PORT_FLOOD_VLANS, 0);
	assert_true(fake_dp_only_floods(f->daemon.dp, bridge, 0));
	assert_true(fake_dp_only_floods(f->daemon.dp, bridge, 10));
	assert_false(fake_dp_only_floods(f->daemon.dp, bridge, 11));
	assert_ptr_equal(flood_of(f, 10), flood_of(f, 11));
	compare(f);
	assert_settled(f);
	set_column(f, "Bridge", "br0", "flood_vlans", "[]");
	assert_false(fake_dp_only_floods(f->daemon.dp, bridge, 10));
	assert_int_equal(dp_port_of(f, "p1")->flags & XVS_PORT_FLOOD_VLANS, 0);
	compare(f);
}

/* Too many groups: the command is refused, and all is as it was. */
static void test_no_room(void **state)
{
	struct fixture *f = with_ports(state, 3);

	f->daemon.dp->refuse_vlans = dp_port_of(f, "br0")->bridge;
	fixture_begin(f);
	assert_true(write_vlan(f->daemon.db, "p1", VLAN_WORDS(.tag = "10")));
	assert_true(model_reconcile(&f->daemon, NULL, &f->error) < 0);
	assert_non_null(strstr(f->error.text, "too many different flood groups"));
	f->daemon.dp->refuse_vlans = 0;
	db_rollback(f->daemon.db);
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	assert_int_equal(flood_form(f, "br0", 0, "p1"), XVS_EGRESS_UNTAGGED);
	compare(f);
	assert_settled(f);
}

/* A set of VLANs as words, in `text`. */
static const char *random_vlans(char *text, size_t size, int low)
{
	size_t length = 0;
	int vid = low;

	*text = '\0';
	for (int i = rand() % 4; i >= 0 && vid < 4000; i--) {
		int first = vid + rand() % (rand() % 2 ? 5 : 1000);
		int last = first + (rand() % 2 ? 0 : rand() % 50);

		length += snprintf(text + length, size - length, "%s%d-%d", length ? "," : "",
				   first, last);
		vid = last + 2;
	}
	return text;
}

static void random_words(struct vlan_words *words)
{
	static const char *const modes[] = {
		NULL, NULL, "trunk", "access", "native-tagged", "native-untagged", "dot1q-tunnel"};
	static const char *const tags[] = {"1", "2", "2", "10", "4094"};
	static const char *const configs[] = {"{}", "priority-tags=always",
					      "priority-tags=if-nonzero"};
	static char trunks[128], cvlans[128];

	*words = (struct vlan_words){
		.mode = modes[rand() % 7],
		.tag = rand() % 3 ? tags[rand() % 5] : NULL,
		.trunks = rand() % 2 ? random_vlans(trunks, sizeof(trunks), 0) : NULL,
		.other_config = configs[rand() % 3],
	};
	if (words->mode && !strcmp(words->mode, "dot1q-tunnel")) {
		words->tag = tags[rand() % 5];
		words->cvlans = rand() % 2 ? random_vlans(cvlans, sizeof(cvlans), 0) : NULL;
	}
}

static void change_at_random(struct fixture *f)
{
	struct vlan_words words;
	char vlans[128];

	fixture_begin(f);
	for (int i = rand() % PORTS; i >= 0; i--) {
		random_words(&words);
		assert_true(write_vlan(f->daemon.db, name_of(1 + rand() % PORTS), &words));
	}
	if (rand() % 4 == 0)
		write_column(f->daemon.db, "Bridge", "br0", "flood_vlans",
			     random_vlans(vlans, sizeof(vlans), 0));
	assert_int_equal(fixture_commit(f), 0);
}

static void test_random_ports(void **state)
{
	struct fixture *f = with_ports(state, PORTS);
	const char *given = getenv("XVS_SEED");
	unsigned seed = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL);
	size_t most = 0;

	print_message("XVS_SEED=%u\n", seed);
	srand(seed);
	/* As often as it takes until the ports' VLANs differ in many ways. */
	for (int i = 0; i < 60 || (most <= 8 && i < 1000); i++) {
		change_at_random(f);
		if (rand() % 3 == 0)
			fake_link_set_up(name_of(1 + rand() % PORTS), rand() % 2);
		compare(f);
		fake_dp_check(f->daemon.dp);
		assert_string_equal(f->daemon.dp->violation, "");
		if (vlans_of(f)->n > most)
			most = vlans_of(f)->n;
	}
	assert_settled(f);
	assert_true(most > 8);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_trunks_share_one), TEST(test_access_ports_single_out_their_vlans),
		TEST(test_empty_vlans),      TEST(test_order),
		TEST(test_flood_vlans),      TEST(test_no_room),
		TEST(test_random_ports),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
