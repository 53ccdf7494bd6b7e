/* SPDX-License-Identifier: BSD-2-Clause */
/* The filtering database, VLAN by VLAN and bridge by bridge. */
#include "fdb_fixture.h"

#include "switchd/vlan.h"

/* What a port of a mode learns: in which VLANs, and how frames for it will leave. */
static void expect_learned(struct fixture *f, const struct db_vlan *vlan, uint16_t vid, int egress)
{
	const struct fdb_port port = {.bridge = 1, .vlan = *vlan};
	struct xvs_event event = {.key = xvs_fdb_key(2, vid), .port = 1};
	const struct fdb_id id = {.mac = {2}, .vlan = vid, .bridge = 1};
	struct fdb_entry entry;

	fdb_port_set(f->fdb, 1, &port);
	fdb_event(&event, f->fdb);
	if (egress == VLAN_NOT_CARRIED) {
		assert_int_equal(fdb_lookup(f->fdb, &id, &entry), -ENOENT);
		return;
	}
	assert_int_equal(fdb_lookup(f->fdb, &id, &entry), 0);
	assert_int_equal(entry.port, 1);
	assert_int_equal(entry.egress, egress);
	assert_int_equal(entry.id.vlan, vid);
	assert_int_equal(fdb_del(f->fdb, &id, NULL), 0);
}

static void ports_learn_in_the_vlans_that_they_carry(void **state)
{
	struct db_vlan trunk = {.mode = VLAN_TRUNK, .limited = true};
	const struct db_vlan access = {.mode = VLAN_ACCESS, .tag = 10};
	const struct db_vlan native = {.mode = VLAN_NATIVE_UNTAGGED, .tag = 10};

	vlan_set_add(&trunk.set, 20);
	expect_learned(*state, &access, 10, XVS_EGRESS_UNTAGGED);
	expect_learned(*state, &access, 0, VLAN_NOT_CARRIED);
	expect_learned(*state, &access, 11, VLAN_NOT_CARRIED);
	expect_learned(*state, &native, 10, XVS_EGRESS_UNTAGGED);
	expect_learned(*state, &native, 11, XVS_EGRESS_TAGGED);
	expect_learned(*state, &native, 0, VLAN_NOT_CARRIED);
	expect_learned(*state, &trunk, 20, XVS_EGRESS_TAGGED);
	expect_learned(*state, &trunk, 0, VLAN_NOT_CARRIED);
	expect_learned(*state, &trunk, 4095, VLAN_NOT_CARRIED);
}

/* A station that moves to a port of another form is sent to in that form. */
static void a_move_brings_its_form(void **state)
{
	const struct fdb_port access = {.bridge = 1, .vlan = {.mode = VLAN_ACCESS, .tag = 1}};
	struct fixture *f = *state;
	struct fdb_entry entry;

	fdb_port_set(f->fdb, 6, &access);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(look_up(f, 1, 1, &entry), 0);
	assert_int_equal(entry.egress, XVS_EGRESS_TAGGED);
	event(f, mac_of(1), 1, 6);
	assert_int_equal(look_up(f, 1, 1, &entry), 0);
	assert_int_equal(entry.port, 6);
	assert_int_equal(entry.egress, XVS_EGRESS_UNTAGGED);
	event(f, mac_of(1), 2, 6);
	assert_int_equal(look_up(f, 1, 2, &entry), -ENOENT);
	assert_int_equal(stats_of(f, 1).moved, 1);
}

/* One address in one VLAN of many bridges: as many entries, that hash apart. */
static void bridges_are_apart(void **state)
{
	const struct fdb_limits limits = {.aging = 300, .size = 16};
	struct fixture *f = *state;
	struct fdb_entry entry;

	for (uint16_t bridge = 3; bridge <= 1000; bridge++) {
		const struct fdb_port port = {.bridge = bridge};
		struct xvs_event event = {.key = xvs_fdb_key(2, 7), .port = bridge};

		assert_int_equal(fdb_bridge_set(f->fdb, bridge, &limits, NULL), 0);
		fdb_port_set(f->fdb, bridge, &port);
		fdb_event(&event, f->fdb);
	}
	for (uint16_t bridge = 3; bridge <= 1000; bridge++) {
		struct fdb_id id = {.mac = {2}, .vlan = 7, .bridge = bridge};

		assert_int_equal(fdb_lookup(f->fdb, &id, &entry), 0);
		assert_int_equal(entry.port, bridge);
		assert_int_equal(entry.id.bridge, bridge);
		assert_int_equal(stats_of(f, bridge).evicted, 0);
	}
	fdb_bridge_del(f->fdb, 500);
	for (uint16_t bridge = 499; bridge <= 501; bridge++) {
		struct fdb_id id = {.mac = {2}, .vlan = 7, .bridge = bridge};

		assert_int_equal(fdb_lookup(f->fdb, &id, &entry), bridge == 500 ? -ENOENT : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ports_learn_in_the_vlans_that_they_carry),
		TEST(a_move_brings_its_form),
		TEST(bridges_are_apart),
	};

	return cmocka_run_group_tests_name("fdb_vlan", tests, NULL, NULL);
}
