/* SPDX-License-Identifier: BSD-2-Clause */
/* Bridges and ports by name, fake bridges among them: where ovs-vsctl says that a port is. */
#include "db_fixture.h"

#include "switchd/lookup.h"

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

static void expect_port(struct fixture *f, const char *port, const char *bridge, const char *shown)
{
	struct lookup lookup;

	assert_int_equal(lookup_port(f->db, port, &lookup, &f->error), 0);
	assert_string_equal(lookup.port->name, port);
	assert_string_equal(lookup.bridge->name, bridge);
	assert_string_equal(lookup_name(&lookup), shown);
	lookup_free(&lookup);
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

	assert_int_equal(set(f, "Port", "p20", "tag", "30"), 0);
	expect_port(f, "p20", "br0", "vlan30");
	assert_int_equal(set(f, "Port", "p10", "tag", "[]"), 0);
	expect_port(f, "p10", "br0", "br0");
	assert_int_equal(db_port_del(f->db, "vlan30", &f->error), 0);
	expect_port(f, "p20", "br0", "br0");
}

static void note_shown(struct fixture *f, const char *bridge, struct text *text)
{
	struct lookup lookup;

	assert_int_equal(lookup_bridge(f->db, bridge, &lookup, &f->error), 0);
	assert_string_equal(lookup_name(&lookup), bridge);
	for (const struct db_port *port = lookup.bridge->ports; port; port = port->next)
		if (lookup_shows(&lookup, port))
			text_add(text, "%s ", port->name);
	lookup_free(&lookup);
}

static void expect_shown(struct fixture *f, const char *bridge, const char *ports)
{
	struct text text = TEXT_EMPTY;

	note_shown(f, bridge, &text);
	assert_string_equal(text_string(&text), ports);
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
	struct lookup lookup;

	make_bridges(f);
	assert_int_equal(lookup_bridge(f->db, "vlan10", &lookup, &f->error), 0);
	assert_string_equal(lookup.bridge->name, "br0");
	assert_string_equal(lookup.fake->name, "vlan10");
	assert_int_equal(lookup.fake->vlan.tag, 10);
	assert_int_equal(lookup.fake->type, DB_PORT_INTERNAL);
	lookup_free(&lookup);
	assert_int_equal(lookup_bridge(f->db, "br1", &lookup, &f->error), 0);
	assert_string_equal(lookup.bridge->name, "br1");
	assert_null(lookup.fake);
	lookup_free(&lookup);
	assert_refused(lookup_bridge(f->db, "p10", &lookup, &f->error), -ENOENT,
		       "no bridge named p10");
	lookup_free(&lookup);
	assert_refused(lookup_port(f->db, "p9", &lookup, &f->error), -ENOENT, "no port named p9");
	lookup_free(&lookup);
}

static void fake_bridges_are_checked(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;

	make_bridges(f);
	assert_refused(db_fake_bridge_add(f->db, "x", "br9", 10, &f->error), -ENOENT,
		       "parent bridge br9 does not exist");
	assert_refused(db_fake_bridge_add(f->db, "x", "vlan10", 11, &f->error), -ENOENT,
		       "parent bridge vlan10 does not exist");
	assert_refused(db_fake_bridge_add(f->db, "x", "br0", 0, &f->error), -EINVAL,
		       "0 is not a VLAN: 1 to 4094");
	assert_refused(db_fake_bridge_add(f->db, "x", "br0", 4095, &f->error), -EINVAL,
		       "4095 is not a VLAN: 1 to 4094");
	assert_refused(db_fake_bridge_add(f->db, "x", "br0", 10, &f->error), -EEXIST,
		       "bridge br0 has a fake bridge for VLAN 10 already: vlan10");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ports_are_on_the_bridge_of_their_vlan),
		TEST(every_port_shows_up_once),
		TEST(fake_bridges_are_bridges),
		TEST(fake_bridges_are_checked),
	};

	return cmocka_run_group_tests_name("lookup", tests, NULL, NULL);
}
