/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN settings that change while frames flow: what becomes wrong goes, what stays right stays, and
 * other ports are not touched.
 */
#include "fixture.h"

#include <errno.h>
#include <string.h>
#include "switchd/vlan.h"

static uint16_t number_of(struct fixture *f, const char *port)
{
	return port_of(f, port)->conf->number;
}

/* How frames for a station leave; NOT_FLOODED: it is not known. */
static int known_form(struct fixture *f, uint16_t vlan, uint8_t station)
{
	const struct fdb_id id = {
		{0x02, 0xaa, 0, 0, 0, station}, vlan, dp_port_of(f, "br0")->bridge};
	struct fdb_entry entry;

	return fdb_lookup(f->daemon.fdb, &id, &entry) ? NOT_FLOODED : entry.egress;
}

static void test_described(void **state)
{
	struct fixture *f = with_two_ports(state);
	const struct dp_port *p1 = dp_port_of(f, "p1");

	assert_int_equal(p1->pvid, 0);
	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	assert_int_equal(p1->pvid, 10);
	assert_int_equal(p1->flags, XVS_PORT_UP | XVS_PORT_TX_PEER | XVS_PORT_ACCESS);
	set_column(f, "Open_vSwitch", ".", "other_config", "vlan-limit=2");
	assert_int_not_equal(p1->flags & XVS_PORT_INNER, 0);
	set_column(f, "Open_vSwitch", ".", "other_config", "vlan-limit=1");
	assert_int_equal(p1->flags & XVS_PORT_INNER, 0);
	set_column(f, "Open_vSwitch", ".", "other_config", "vlan-limit=0");
	assert_int_not_equal(p1->flags & XVS_PORT_INNER, 0);
	assert_int_not_equal(dp_port_of(f, "p2")->flags & XVS_PORT_INNER, 0);
	set_column(f, "Open_vSwitch", ".", "other_config", "{}");
	set_vlan(f, "p1", VLAN_WORDS(.mode = "dot1q-tunnel", .tag = "20", .cvlans = "5"));
	assert_int_equal(p1->pvid, 20);
	assert_int_equal(p1->push_tpid, 0x88a8);
	assert_int_equal(p1->flags, XVS_PORT_UP | XVS_PORT_TX_PEER | XVS_PORT_TUNNEL |
					    XVS_PORT_VLAN_SET | XVS_PORT_CVLANS);
	assert_true(vlan_set_has(&p1->vlan_set, 5));
	assert_settled(f);
}

/* From trunk to access: the station in the VLAN that stays is sent to in another form, too. */
static void test_trunk_becomes_access(void **state)
{
	struct fixture *f = with_two_ports(state);

	speak_in(f, "p1", 10, 1);
	speak_in(f, "p1", 20, 2);
	speak(f, "p1", 3);
	speak_in(f, "p2", 10, 4);
	assert_int_equal(learned_in(f, "br0", 10, 1), number_of(f, "p1"));
	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	assert_int_equal(learned_in(f, "br0", 10, 1), 0);
	assert_int_equal(learned_in(f, "br0", 20, 2), 0);
	assert_int_equal(learned_at(f, "br0", 3), 0);
	assert_int_equal(learned_in(f, "br0", 10, 4), number_of(f, "p2"));
	assert_int_equal(flood_form(f, "br0", 10, "p1"), XVS_EGRESS_UNTAGGED);
	assert_int_equal(flood_form(f, "br0", 0, "p1"), NOT_FLOODED);
	speak(f, "p1", 1);
	assert_int_equal(known_form(f, 10, 1), XVS_EGRESS_UNTAGGED);
	assert_settled(f);
}

/* What the port carries as before is kept, and goes on being known. */
static void test_what_stays_right_is_kept(void **state)
{
	struct fixture *f = with_two_ports(state);

	for (uint8_t i = 10; i <= 30; i += 10) {
		speak_in(f, "p1", i, i);
		speak_in(f, "p2", i, 100 + i);
	}
	set_vlan(f, "p1", VLAN_WORDS(.trunks = "10,20"));
	assert_int_equal(learned_in(f, "br0", 10, 10), number_of(f, "p1"));
	assert_int_equal(learned_in(f, "br0", 20, 20), number_of(f, "p1"));
	assert_int_equal(learned_in(f, "br0", 30, 30), 0);
	set_vlan(f, "p1", VLAN_WORDS(.mode = "native-tagged", .tag = "10"));
	assert_int_equal(known_form(f, 10, 10), XVS_EGRESS_TAGGED);
	assert_int_equal(known_form(f, 20, 20), XVS_EGRESS_TAGGED);
	set_vlan(f, "p1", VLAN_WORDS(.mode = "native-untagged", .tag = "10"));
	assert_int_equal(known_form(f, 10, 10), NOT_FLOODED);
	assert_int_equal(known_form(f, 20, 20), XVS_EGRESS_TAGGED);
	set_vlan(f, "p1", VLAN_WORDS(.mode = "native-untagged", .tag = "20"));
	assert_int_equal(known_form(f, 20, 20), NOT_FLOODED);
	for (uint8_t i = 10; i <= 30; i += 10)
		assert_int_equal(learned_in(f, "br0", i, 100 + i), number_of(f, "p2"));
	speak_in(f, "p1", 30, 1);
	assert_int_equal(known_form(f, 30, 1), XVS_EGRESS_TAGGED);
	assert_settled(f);
}

/* The data path hears of the port that changed, once, and of the bridge's floods. */
static void test_others_are_not_touched(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct dp *dp = f->daemon.dp;

	add_br(f, "br1");
	fake_dp_count_from_zero(dp);
	set_vlan(f, "p1", VLAN_WORDS(.trunks = "10"));
	assert_int_equal(dp->port_sets, 1);
	assert_int_equal(dp->port_changes, 1);
	assert_int_equal(dp->port_dels, 0);
	assert_int_equal(dp->vlans_changes, 1); /* it only leaves */
	assert_int_equal(dp->settles, 1);
	fake_dp_count_from_zero(dp);
	set_vlan(f, "p1", VLAN_WORDS(.trunks = "10,20"));
	assert_int_equal(dp->port_sets, 1);
	assert_int_equal(dp->vlans_changes, 1);
	assert_int_equal(dp->port_dels, 0);
	assert_settled(f);
}

/* What p1 reported as it was is no news of what it is. */
static void test_late_reports(void **state)
{
	struct fixture *f = with_two_ports(state);
	const uint8_t late[6] = {0x02, 0xaa, 0, 0, 0, 7};

	set_vlan(f, "p1", VLAN_WORDS(.trunks = "10,20"));
	speak_in(f, "p1", 10, 1);
	fake_dp_event(f->daemon.dp, XVS_EVENT_NEW, late, 20, number_of(f, "p1"));
	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	set_vlan(f, "p1", VLAN_WORDS(.trunks = "20"));
	assert_int_equal(learned_in(f, "br0", 20, 7), 0);
	assert_int_equal(f->daemon.dp->n_events, 0);
	assert_settled(f);
}

static void test_change_on_a_port_that_is_down(void **state)
{
	struct fixture *f = with_two_ports(state);

	fake_link_set_up("p1", false);
	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	assert_int_equal(dp_port_of(f, "p1")->pvid, 10);
	assert_int_equal(flood_form(f, "br0", 10, "p1"), NOT_FLOODED);
	speak_in(f, "p1", 10, 1);
	assert_int_equal(learned_in(f, "br0", 10, 1), 0);
	fake_link_set_up("p1", true);
	assert_int_equal(flood_form(f, "br0", 10, "p1"), XVS_EGRESS_UNTAGGED);
	speak_in(f, "p1", 10, 1);
	assert_int_equal(known_form(f, 10, 1), XVS_EGRESS_UNTAGGED);
	assert_settled(f);
}

static void test_rollback(void **state)
{
	struct fixture *f = with_two_ports(state);

	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	speak(f, "p1", 1);
	fixture_begin(f);
	assert_true(write_vlan(f->daemon.db, "p1", VLAN_WORDS(.mode = "dot1q-tunnel")));
	assert_int_equal(fixture_commit(f), -EINVAL);
	assert_non_null(strstr(f->error.text, "needs a tag"));
	assert_int_equal(known_form(f, 10, 1), XVS_EGRESS_UNTAGGED);
	assert_int_equal(dp_port_of(f, "p1")->pvid, 10);

	fixture_begin(f);
	assert_true(write_vlan(f->daemon.db, "p1", VLAN_WORDS(.tag = "20")));
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	assert_int_equal(dp_port_of(f, "p1")->pvid, 20);
	db_rollback(f->daemon.db);
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	assert_int_equal(dp_port_of(f, "p1")->pvid, 10);
	assert_int_equal(flood_form(f, "br0", 10, "p1"), XVS_EGRESS_UNTAGGED);
	assert_int_equal(flood_form(f, "br0", 20, "p1"), NOT_FLOODED);
	assert_settled(f);
}

static void test_restart_adopts(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct dp *dp = f->daemon.dp;

	set_vlan(f, "p1", VLAN_WORDS(.mode = "native-untagged", .tag = "10", .trunks = "20"));
	set_vlan(f, "p2", VLAN_WORDS(.mode = "dot1q-tunnel", .tag = "20", .cvlans = "7"));
	set_column(f, "Bridge", "br0", "flood_vlans", "30");
	speak_in(f, "p1", 10, 1);
	speak_in(f, "p1", 20, 2);
	speak_in(f, "p2", 20, 3);
	fixture_stop(f);
	fake_dp_count_from_zero(dp);
	fixture_start(f);
	assert_int_equal(dp->port_changes + dp->port_dels + dp->vlans_changes, 0);
	assert_int_equal(known_form(f, 10, 1), XVS_EGRESS_UNTAGGED);
	assert_int_equal(known_form(f, 20, 2), XVS_EGRESS_TAGGED);
	assert_int_equal(known_form(f, 20, 3), XVS_EGRESS_UNTAGGED);
	assert_settled(f);
}

/* Killed between the change of the data path and that of the file; p1 has spoken in between. */
static void kill_before_commit(struct fixture *f)
{
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	speak(f, "p1", 7);
	fixture_stop(f);
	db_rollback(f->daemon.db);
	fixture_start(f);
	fake_dp_check(f->daemon.dp);
	assert_string_equal(f->daemon.dp->violation, "");
}

static void test_killed_before_commit(void **state)
{
	struct fixture *f = with_two_ports(state);

	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	speak(f, "p1", 1);
	fixture_begin(f);
	assert_true(write_vlan(f->daemon.db, "p1", VLAN_WORDS(.tag = "20")));
	kill_before_commit(f);
	assert_int_equal(known_form(f, 20, 7), NOT_FLOODED);
	assert_int_equal(dp_port_of(f, "p1")->pvid, 10);
	assert_int_equal(flood_form(f, "br0", 10, "p1"), XVS_EGRESS_UNTAGGED);
	assert_int_equal(flood_form(f, "br0", 20, "p1"), NOT_FLOODED);
	assert_settled(f);

	/* A port that was on another bridge for the moment. */
	add_br(f, "br1");
	fixture_begin(f);
	assert_int_equal(db_port_del(f->daemon.db, "p1", NULL), 0);
	assert_int_equal(db_port_add(f->daemon.db, "br1", "p1", 0, NULL), 0);
	kill_before_commit(f);
	assert_int_equal(flood_form(f, "br0", 10, "p1"), XVS_EGRESS_UNTAGGED);
	assert_settled(f);
}

/* A bridge that never was: nothing may be left of it that its number's next bridge would get. */
static void test_bridge_never_committed(void **state)
{
	struct fixture *f = with_two_ports(state);
	uint16_t bridge;

	fake_link_add("p3", "veth");
	fixture_begin(f);
	assert_int_equal(db_bridge_add(f->daemon.db, "br1", NULL), 0);
	assert_int_equal(db_port_add(f->daemon.db, "br1", "p3", 0, NULL), 0);
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	bridge = dp_port_of(f, "br1")->bridge;
	fixture_stop(f);
	db_rollback(f->daemon.db);
	fixture_start(f);
	assert_null(fake_dp_flood(f->daemon.dp, bridge, 0));
	add_port(f, "br0", "p3");
	assert_settled(f);
}

/* What was learned in a VLAN that is to learn nothing is forgotten; it may be told again later. */
static void test_flood_vlans_forget(void **state)
{
	struct fixture *f = with_two_ports(state);

	speak_in(f, "p1", 10, 1);
	speak_in(f, "p1", 20, 2);
	set_column(f, "Bridge", "br0", "flood_vlans", "10");
	assert_int_equal(learned_in(f, "br0", 10, 1), 0);
	assert_int_equal(learned_in(f, "br0", 20, 2), number_of(f, "p1"));
	set_column(f, "Bridge", "br0", "flood_vlans", "[]");
	speak_in(f, "p1", 10, 1);
	assert_int_equal(learned_in(f, "br0", 10, 1), number_of(f, "p1"));
	assert_settled(f);
}

static void test_static_entries(void **state)
{
	struct fixture *f = with_two_ports(state);
	const uint8_t mac[6] = {0x02, 0xaa, 0, 0, 0, 9};

	set_vlan(f, "p1", VLAN_WORDS(.trunks = "10,20"));
	fixture_begin(f);
	assert_int_equal(db_static_mac_add(f->daemon.db, "br0", "p1", 10, mac, NULL), 0);
	assert_int_equal(db_static_mac_add(f->daemon.db, "br0", "p1", 20, mac, NULL), 0);
	assert_int_equal(fixture_commit(f), 0);
	assert_int_equal(known_form(f, 10, 9), XVS_EGRESS_TAGGED);
	set_vlan(f, "p1", VLAN_WORDS(.tag = "10"));
	assert_int_equal(known_form(f, 10, 9), XVS_EGRESS_UNTAGGED);
	assert_int_equal(known_form(f, 20, 9), NOT_FLOODED);
	set_vlan(f, "p1", VLAN_WORDS(.trunks = "20"));
	assert_int_equal(known_form(f, 10, 9), NOT_FLOODED);
	assert_int_equal(known_form(f, 20, 9), XVS_EGRESS_TAGGED);
	set_vlan(f, "p1", VLAN_WORDS(.trunks = "10,20"));
	assert_int_equal(known_form(f, 10, 9), XVS_EGRESS_TAGGED);
	assert_settled(f);
}

/* A bridge's own address is in the VLAN of its local port. */
static void test_own_address(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct fdb_id id = {.bridge = dp_port_of(f, "br0")->bridge};
	struct fdb_entry entry;

	memcpy(id.mac, device(f, "br0")->mac, sizeof(id.mac));
	assert_int_equal(fdb_lookup(f->daemon.fdb, &id, &entry), 0);
	set_vlan(f, "br0", VLAN_WORDS(.tag = "10"));
	assert_int_equal(fdb_lookup(f->daemon.fdb, &id, &entry), -ENOENT);
	id.vlan = 10;
	assert_int_equal(fdb_lookup(f->daemon.fdb, &id, &entry), 0);
	assert_int_equal(entry.port, number_of(f, "br0"));
	assert_int_equal(entry.egress, XVS_EGRESS_UNTAGGED);
	assert_true(entry.is_static);
	set_vlan(f, "br0", VLAN_WORDS(.mode = "native-tagged", .tag = "10"));
	assert_int_equal(fdb_lookup(f->daemon.fdb, &id, &entry), 0);
	assert_int_equal(entry.egress, XVS_EGRESS_TAGGED);
	assert_settled(f);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_described),
		TEST(test_trunk_becomes_access),
		TEST(test_what_stays_right_is_kept),
		TEST(test_others_are_not_touched),
		TEST(test_late_reports),
		TEST(test_change_on_a_port_that_is_down),
		TEST(test_rollback),
		TEST(test_restart_adopts),
		TEST(test_killed_before_commit),
		TEST(test_bridge_never_committed),
		TEST(test_flood_vlans_forget),
		TEST(test_static_entries),
		TEST(test_own_address),
	};

	return cmocka_run_group_tests_name("model_vlan", tests, NULL, NULL);
}
