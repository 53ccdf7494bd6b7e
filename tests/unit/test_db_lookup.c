/* SPDX-License-Identifier: BSD-2-Clause */
/* Bridges and ports by name, fake bridges among them: where ovs-vsctl says that a port is. */
#include "db_fixture.h"

/*
 * br0 with p1, p10 in VLAN 10, t10 a trunk whose native VLAN is 10, p20 in VLAN 20; its fake
 * bridges vlan10 and vlan30. br1 with q10 in VLAN 10, of which it has no fake bridge.
 */
static void make_bridges(struct fixture *f)
{
	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p10", 10, &f->error), 0);
	assert_int_equal(db_fake_bridge_add(f->db, "vlan10", "br0", 10, &f->error), 0);
	assert_int_equal(db_fake_bridge_add(f->db, "vlan30", "br0", 30, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p20", 20, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br1", "q10", 10, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "t10", 10, &f->error), 0);
	assert_int_equal(set(f, "Port", "t10", "vlan_mode", "native-untagged"), 0);
}

static void expect_port(struct fixture *f, const char *name, const char *bridge, const char *shown)
{
	struct db_port_name port, interface;

	assert_int_equal(db_port_find(f->db, name, &port, &f->error), 0);
	assert_string_equal(port.name, name);
	assert_string_equal(port.bridge.real, bridge);
	assert_string_equal(port.bridge.name, shown);
	assert_int_equal(db_interface_find(f->db, name, &interface, &f->error), 0);
	assert_string_equal(interface.name, name);
	assert_string_equal(interface.bridge.name, shown);
}

static void ports_are_on_the_bridge_of_their_vlan(void **state)
{
	struct fixture *f = *state;

	make_bridges(f);
	expect_port(f, "p1", "br0", "br0");
	expect_port(f, "p10", "br0", "vlan10");
	expect_port(f, "t10", "br0", "vlan10");
	expect_port(f, "p20", "br0", "br0");
	expect_port(f, "q10", "br1", "br1");
	expect_port(f, "vlan10", "br0", "br0"); /* its own port is its parent's */
	expect_port(f, "br0", "br0", "br0");
	assert_int_equal(set(f, "Port", "br0", "tag", "30"), 0);
	expect_port(f, "br0", "br0", "br0");

	assert_int_equal(set(f, "Port", "p20", "tag", "30"), 0);
	expect_port(f, "p20", "br0", "vlan30");
	assert_int_equal(set(f, "Port", "p10", "tag", "[]"), 0);
	expect_port(f, "p10", "br0", "br0");
	assert_int_equal(db_port_del(f->db, "vlan30", &f->error), 0);
	expect_port(f, "p20", "br0", "br0");
}

/* db_name_fn */
static void note_name(const char *name, void *arg)
{
	text_add(arg, "%s ", name);
}

static void expect_shown(struct fixture *f, const char *bridge, const char *ports)
{
	struct db_bridge_name found;
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_bridge_find(f->db, bridge, &found, &f->error), 0);
	assert_string_equal(found.name, bridge);
	assert_int_equal(db_port_names(f->db, &found, note_name, &text, &f->error), 0);
	assert_string_equal(text_string(&text), ports);
	text_clear(&text);
	assert_int_equal(db_interface_names(f->db, &found, note_name, &text, &f->error), 0);
	assert_string_equal(text_string(&text), ports);
	text_free(&text);
}

static void expect_bridges(struct fixture *f, bool real, bool fake, const char *bridges)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_bridge_names(f->db, real, fake, note_name, &text, &f->error), 0);
	assert_string_equal(text_string(&text), bridges);
	text_free(&text);
}

/* Each on one bridge, and neither local ports nor fake bridges among them. */
static void every_port_shows_up_once(void **state)
{
	struct fixture *f = *state;

	make_bridges(f);
	expect_shown(f, "br0", "p1 p20 ");
	expect_shown(f, "vlan10", "p10 t10 ");
	expect_shown(f, "vlan30", "");
	expect_shown(f, "br1", "q10 ");
}

static void fake_bridges_are_bridges(void **state)
{
	struct fixture *f = *state;
	struct db_bridge_name bridge;
	struct db_port_name port;

	make_bridges(f);
	assert_int_equal(db_bridge_find(f->db, "vlan10", &bridge, &f->error), 0);
	assert_string_equal(bridge.name, "vlan10");
	assert_string_equal(bridge.real, "br0");
	assert_int_equal(bridge.vlan, 10);
	assert_int_equal(db_bridge_find(f->db, "br1", &bridge, &f->error), 0);
	assert_string_equal(bridge.name, "br1");
	assert_string_equal(bridge.real, "br1");
	assert_int_equal(bridge.vlan, 0);
	assert_string_equal(get(f, "Interface", "vlan10", "type"), "internal");
	expect_bridges(f, true, false, "br0 br1 ");
	expect_bridges(f, false, true, "vlan10 vlan30 ");
	expect_bridges(f, true, true, "br0 br1 vlan10 vlan30 ");
	expect_bridges(f, false, false, "");
	assert_refused(db_bridge_find(f->db, "p10", &bridge, &f->error), -ENOENT,
		       "no bridge named p10");
	assert_refused(db_port_find(f->db, "p9", &port, &f->error), -ENOENT, "no port named p9");
	assert_refused(db_interface_find(f->db, "p9", &port, &f->error), -ENOENT,
		       "no interface named p9");
}

/* Those of bridges, real and fake, are told from others. */
static void local_ports_are_known(void **state)
{
	static const struct {
		const char *port;
		bool local;
	} cases[] = {{"br0", true}, {"vlan10", true}, {"p1", false}, {"p10", false}};
	struct fixture *f = *state;
	struct db_port_name port;

	make_bridges(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(db_port_find(f->db, cases[i].port, &port, &f->error), 0);
		assert_int_equal(port.local, cases[i].local);
	}
}

/* A bond is one port of several interfaces, which are on its bridge, and keep their order. */
static void interfaces_of_a_bond_are_found(void **state)
{
	char *interfaces[] = {"z", "a"};
	const struct db_bond bond = {"br0", "bond0", interfaces, 2, 10, false};
	struct fixture *f = *state;
	struct db_bridge_name bridge;
	struct db_port_name port;
	struct text text = TEXT_EMPTY;

	make_bridges(f);
	assert_int_equal(db_bond_add(f->db, &bond, &f->error), 0);
	assert_int_equal(db_interface_find(f->db, "a", &port, &f->error), 0);
	assert_string_equal(port.name, "bond0");
	assert_string_equal(port.bridge.name, "vlan10");
	assert_int_equal(db_port_interfaces(f->db, "bond0", note_name, &text, &f->error), 0);
	assert_string_equal(text_string(&text), "z a ");
	text_clear(&text);
	assert_int_equal(db_bridge_find(f->db, "vlan10", &bridge, &f->error), 0);
	assert_int_equal(db_interface_names(f->db, &bridge, note_name, &text, &f->error), 0);
	assert_string_equal(text_string(&text), "a p10 t10 z ");
	text_free(&text);
	assert_refused(db_port_find(f->db, "a", &port, &f->error), -ENOENT, "no port named a");
}

static void fake_bridges_are_checked(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;

	make_bridges(f);
	assert_refused(db_fake_bridge_add(f->db, "x", "br9", 10, &f->error), -ENOENT,
		       "parent bridge br9 does not exist");
	assert_refused(db_fake_bridge_add(f->db, "x", "vlan10", 11, &f->error), -EINVAL,
		       "cannot create bridge with fake bridge as parent");
	assert_refused(db_fake_bridge_add(f->db, "x", "br0", 0, &f->error), -EINVAL,
		       "0 is not a VLAN: 1 to 4094");
	assert_refused(db_fake_bridge_add(f->db, "x", "br0", 4095, &f->error), -EINVAL,
		       "4095 is not a VLAN: 1 to 4094");
	assert_refused(db_fake_bridge_add(f->db, "x", "br0", 10, &f->error), -EEXIST,
		       "bridge br0 already has a child VLAN bridge vlan10 on VLAN 10");
	assert_refused(db_fake_bridge_add(f->db, "p1", "br0", 11, &f->error), -EEXIST,
		       "cannot create a bridge named p1 because a port named p1 already exists on "
		       "bridge br0");
	assert_int_equal(db_fake_bridge_add(f->db, "other", "br1", 10, &f->error), 0);
	expect_port(f, "q10", "br1", "other");

	config = load(f);
	assert_int_equal(db_config_check(config, &f->error), 0);
	db_config_free(config);
	assert_int_equal(set(f, "Port", "vlan10", "tag", "[]"), 0);
	config = load(f);
	assert_refused(db_config_check(config, &f->error), -EINVAL,
		       "port vlan10 is a fake bridge, which needs an interface of type internal "
		       "and a tag: delete it with del-br instead");
	db_config_free(config);
	assert_int_equal(set(f, "Port", "vlan10", "tag", "10"), 0);
	assert_int_equal(set(f, "Interface", "br0", "type", "system"), 0);
	config = load(f);
	assert_refused(
		db_config_check(config, &f->error), -EINVAL,
		"interface br0 is the local port of a bridge, whose type can only be internal");
	db_config_free(config);
}

/* However they came to be. */
static void a_vlan_has_one_fake_bridge(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;

	make_bridges(f);
	assert_int_equal(db_port_add(f->db, "br0", "g", 30, &f->error), 0);
	assert_int_equal(set(f, "Interface", "g", "type", "internal"), 0);
	assert_int_equal(set(f, "Port", "g", "fake_bridge", "true"), 0);
	config = load(f);
	assert_refused(db_config_check(config, &f->error), -EINVAL,
		       "bridge br0 can't have two fake bridges on VLAN 30: vlan30 and g");
	db_config_free(config);
	assert_int_equal(set(f, "Port", "g", "tag", "31"), 0);
	assert_int_equal(set(f, "Port", "vlan10", "tag", "30"), 0);
	config = load(f);
	assert_refused(db_config_check(config, &f->error), -EINVAL,
		       "bridge br0 can't have two fake bridges on VLAN 30: vlan10 and vlan30");
	db_config_free(config);
	assert_int_equal(set(f, "Port", "vlan30", "tag", "10"), 0);
	config = load(f);
	assert_int_equal(db_config_check(config, &f->error), 0);
	db_config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ports_are_on_the_bridge_of_their_vlan),
		TEST(every_port_shows_up_once),
		TEST(fake_bridges_are_bridges),
		TEST(local_ports_are_known),
		TEST(interfaces_of_a_bond_are_found),
		TEST(fake_bridges_are_checked),
		TEST(a_vlan_has_one_fake_bridge),
	};

	return cmocka_run_group_tests_name("db_lookup", tests, NULL, NULL);
}
