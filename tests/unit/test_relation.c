/* SPDX-License-Identifier: BSD-2-Clause */
/* Bridges, ports and interfaces that are made, moved and removed by reference. */
#include "reference_fixture.h"

/* "NAME:OFPORT ..." of the ports of a bridge, the local one first, as the switch will see them. */
static void expect_ports(struct fixture *f, const char *bridge, const char *expected)
{
	struct db_config *config = load(f);
	const struct db_bridge *found = config->bridges;
	struct text text = TEXT_EMPTY;

	while (found && strcmp(found->name, bridge))
		found = found->next;
	assert_non_null(found);
	assert_true(found->ports && found->ports->local);
	for (const struct db_port *port = found->ports; port; port = port->next)
		text_add(&text, "%s:%u ", port->name, port->ofport);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
	db_config_free(config);
}

/* A port with an interface of its name, which belongs to nobody yet. */
static struct id make_port(struct fixture *f, const char *name)
{
	struct id interface = create(f, "Interface", name), port = create(f, "Port", name);

	assert_int_equal(REFER(f, "Port", port.uuid, "interfaces", interface), 0);
	return port;
}

static void children_come_first(void **state)
{
	struct fixture *f = *state;
	struct id p1 = make_port(f, "p1"), p2 = make_port(f, "p2");
	struct id bridge = create(f, "Bridge", "br0");

	assert_int_equal(REFER(f, "Bridge", bridge.uuid, "ports", p1, p2), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", bridge), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 p1:1 p2:2 ");
	assert_string_equal(get(f, "Interface", "br0", "type"), "internal");
	reopen(f);
	expect_ports(f, "br0", "br0:65534 p1:1 p2:2 ");
}

/* Each is named by its parent before it is made. */
static void parents_come_first(void **state)
{
	struct fixture *f = *state;
	struct id bridge = new_id(), port = new_id(), interfaces[] = {new_id(), new_id()};

	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", bridge), 0);
	assert_int_equal(create_as(f, "Bridge", bridge, "br0"), 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", port), 0);
	assert_int_equal(create_as(f, "Port", port, "bond"), 0);
	assert_int_equal(refer(f, "Port", "bond", "interfaces", 2, interfaces), 0);
	assert_int_equal(create_as(f, "Interface", interfaces[1], "b"), 0);
	assert_int_equal(create_as(f, "Interface", interfaces[0], "a"), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 b:1 "); /* the first interface of several */
	assert_true(exists(f, "Interface", "a"));
}

/* What was named and never made is no child; the next transaction knows nothing of it. */
static void what_is_never_made_is_refused(void **state)
{
	struct fixture *f = *state;
	struct id bridge = new_id();
	char sentence[512];

	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", bridge), 0);
	assert_int_equal(settle(f), -EINVAL);
	snprintf(sentence, sizeof(sentence), "references nonexistent row %s in table Bridge",
		 bridge.uuid);
	assert_non_null(strstr(f->error.text, sentence));
	db_rollback(f->db);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(settle(f), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", bridge), 0);
	assert_int_equal(set(f, "Open_vSwitch", ".", "bridges", "[]"), 0);
	assert_int_equal(settle(f), 0);
}

static void a_port_moves(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	struct fixture *f = *state;
	struct id local0, local1, p1, q1;
	struct db_config *config;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br1", "q1", 0, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 0, mac, &f->error), 0);
	reopen(f);
	local0 = id_of(f, "Port", "br0");
	local1 = id_of(f, "Port", "br1");
	p1 = id_of(f, "Port", "p1");
	q1 = id_of(f, "Port", "q1");
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", local0), 0);
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local1, q1, p1), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 ");
	expect_ports(f, "br1", "br1:65534 p1:2 q1:1 ");
	assert_string_equal(uuid_of(f, "Port", "p1"), p1.uuid);
	config = load(f);
	assert_null(config->bridges->static_macs);
	assert_null(config->bridges->next->static_macs);
	db_config_free(config);
}

/* A port moves, and two ports exchange their interfaces, in any order within a transaction. */
static void the_old_parent_may_let_go_later(void **state)
{
	struct fixture *f = *state;
	struct id local0, local1, p1, i1, i2;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
	reopen(f);
	local0 = id_of(f, "Port", "br0");
	local1 = id_of(f, "Port", "br1");
	p1 = id_of(f, "Port", "p1");
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local1, p1), 0);
	assert_non_null(strstr(get(f, "Bridge", "br1", "ports"), p1.uuid));
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", local0, id_of(f, "Port", "p2")), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 p2:2 ");
	expect_ports(f, "br1", "br1:65534 p1:1 ");
	i1 = id_of(f, "Interface", "p1");
	i2 = id_of(f, "Interface", "p2");
	assert_int_equal(REFER(f, "Port", "p1", "interfaces", i2), 0);
	assert_int_equal(REFER(f, "Port", "p2", "interfaces", i1), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 p1:1 ");
	expect_ports(f, "br1", "br1:65534 p2:1 ");
}

/* What belongs to one that goes, and has another owner by then, stays. */
static void an_owner_that_goes_lets_go(void **state)
{
	struct fixture *f = *state;
	struct id local, p1, i2;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br2", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br2", "p2", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br2", "p3", 0, &f->error), 0);
	local = id_of(f, "Port", "br1");
	p1 = id_of(f, "Port", "p1");
	i2 = id_of(f, "Interface", "p2");
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local, p1), 0);
	assert_int_equal(REFER(f, "Port", "p1", "interfaces", id_of(f, "Interface", "p1"), i2), 0);
	assert_int_equal(db_port_del(f->db, "p2", &f->error), 0);
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local, p1, id_of(f, "Port", "p3")), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", id_of(f, "Bridge", "br1")), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br1", "br1:65534 p1:1 p3:3 ");
	assert_string_equal(uuid_of(f, "Interface", "p2"), i2.uuid);
}

static void two_owners_are_refused(void **state)
{
	struct fixture *f = *state;
	struct id local, p1;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
	reopen(f);
	local = id_of(f, "Port", "br1");
	p1 = id_of(f, "Port", "p1");
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local, p1), 0);
	assert_true(db_changed(f->db));
	assert_refused(settle(f), -EINVAL, "port p1 can't belong to bridge br0 and to bridge br1");
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local), 0);
	assert_int_equal(settle(f), 0);
	assert_int_equal(REFER(f, "Port", "p1", "interfaces", id_of(f, "Interface", "p2"),
			       id_of(f, "Interface", "p1")),
			 0);
	assert_refused(settle(f), -EINVAL, "interface p2 can't belong to port p2 and to port p1");
}

/* A bridge that goes takes along what it named, whoever gets its place in the table. */
static void a_claim_goes_with_its_bridge(void **state)
{
	struct fixture *f = *state;
	struct id port = new_id(), local, never = new_id();

	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	local = id_of(f, "Port", "br1");
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local, port, never), 0);
	assert_int_equal(db_bridge_del(f->db, "br1", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br9", &f->error), 0);
	assert_int_equal(create_as(f, "Port", port, "p3"), 0);
	assert_int_equal(REFER(f, "Port", port.uuid, "interfaces", create(f, "Interface", "p3")),
			 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br9", "br9:65534 ");
	assert_false(exists(f, "Port", "p3"));
}

/* What a record has named and not got yet is its own when the next one is added. */
static void claims_add_up(void **state)
{
	struct fixture *f = *state;
	struct id p1 = new_id(), p2 = new_id();
	struct text all = TEXT_EMPTY;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", id_of(f, "Port", "br0"), p1), 0);
	text_add(&all, "%s", get(f, "Bridge", "br0", "ports"));
	assert_non_null(strstr(text_string(&all), p1.uuid));
	all.data[all.length - 1] = ',';
	text_add(&all, "%s]", p2.uuid);
	assert_int_equal(set(f, "Bridge", "br0", "ports", text_string(&all)), 0);
	text_free(&all);
	assert_int_equal(create_as(f, "Port", p2, "p2"), 0);
	assert_int_equal(create_as(f, "Port", p1, "p1"), 0);
	assert_int_equal(REFER(f, "Port", "p1", "interfaces", create(f, "Interface", "p1")), 0);
	assert_int_equal(REFER(f, "Port", "p2", "interfaces", create(f, "Interface", "p2")), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 p2:2 p1:1 ");
}

static void wanted_numbers_are_given(void **state)
{
	struct fixture *f = *state;
	struct id bridge = create(f, "Bridge", "br0"), a = make_port(f, "a"), b = make_port(f, "b"),
		  c = make_port(f, "c"), local = make_port(f, "br0");

	assert_int_equal(set(f, "Interface", "b", "ofport_request", "1"), 0);
	assert_int_equal(set(f, "Interface", "c", "ofport_request", "7"), 0);
	assert_int_equal(set(f, "Interface", "br0", "ofport_request", "8"), 0);
	assert_int_equal(set(f, "Interface", "br0", "type", "internal"), 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", c, b, a, local), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", bridge), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 a:1 b:2 c:7 ");
}

/* Who belongs to nobody goes at the end of the transaction, with all that belongs to it. */
static void orphans_go(void **state)
{
	struct fixture *f = *state;
	struct id bridge, port;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br1", "q1", 0, &f->error), 0);
	create(f, "Interface", "alone");
	make_port(f, "lone");
	port = make_port(f, "p1");
	bridge = create(f, "Bridge", "br2");
	assert_int_equal(REFER(f, "Bridge", bridge.uuid, "ports", port), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", id_of(f, "Bridge", "br0")), 0);
	assert_int_equal(settle(f), 0);
	for (size_t i = 0; i < 5; i++) {
		const char *const gone[] = {"alone", "lone", "p1", "br1", "q1"};

		assert_false(exists(f, "Interface", gone[i]));
		assert_false(exists(f, "Port", gone[i]));
	}
	assert_false(exists(f, "Bridge", "br1"));
	assert_false(exists(f, "Bridge", "br2"));
	expect_ports(f, "br0", "br0:65534 ");
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br1", "p1", 0, &f->error), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br1", "br1:65534 p1:1 ");
}

/* A name is free as soon as its record has been let go. */
static void names_are_free_at_once(void **state)
{
	struct fixture *f = *state;
	struct id local, port, interface;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	local = id_of(f, "Port", "br0");
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", local), 0);
	port = create(f, "Port", "p1");
	interface = create(f, "Interface", "p1");
	assert_int_equal(REFER(f, "Port", port.uuid, "interfaces", interface), 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", local, port), 0);
	assert_int_equal(settle(f), 0);
	assert_string_equal(uuid_of(f, "Port", "p1"), port.uuid);
	assert_string_equal(uuid_of(f, "Interface", "p1"), interface.uuid);

	assert_int_equal(set(f, "Open_vSwitch", ".", "bridges", "[]"), 0);
	assert_int_equal(create_as(f, "Bridge", new_id(), "br0"), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", id_of(f, "Bridge", "br0")), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 ");
	assert_false(exists(f, "Port", "p1"));
}

/* So it is to what is added as a whole. */
static void names_are_free_for_add_port_and_add_br(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", id_of(f, "Port", "br0")), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 p1:1 ");
	assert_int_equal(set(f, "Open_vSwitch", ".", "bridges", "[]"), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br1", "p1", 0, &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 ");
	expect_ports(f, "br1", "br1:65534 p1:1 ");
	assert_int_equal(set(f, "Open_vSwitch", ".", "bridges", "[]"), 0);
	assert_int_equal(db_bridge_add(f->db, "p1", &f->error), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "p1", "p1:65534 ");
}

/* A bridge may come after the port of its name. */
static void a_local_port_may_come_first(void **state)
{
	struct fixture *f = *state;
	struct id local = make_port(f, "br0"), bridge = create(f, "Bridge", "br0");

	assert_int_equal(REFER(f, "Bridge", "br0", "ports", local), 0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", bridge), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 ");
	assert_string_equal(uuid_of(f, "Port", "br0"), local.uuid);
}

/* A port that has been moved is deleted with its interface, and leaves none to the next one. */
static void a_moved_port_is_deleted(void **state)
{
	struct fixture *f = *state;
	struct id local, p1;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	local = id_of(f, "Port", "br1");
	p1 = id_of(f, "Port", "p1");
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", id_of(f, "Port", "br0")), 0);
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local, p1), 0);
	assert_int_equal(db_port_del(f->db, "p1", &f->error), 0);
	assert_false(exists(f, "Interface", "p1"));
	p1 = create(f, "Port", "p2");
	assert_int_equal(REFER(f, "Bridge", "br1", "ports", local, p1), 0);
	assert_refused(settle(f), -EINVAL, "port p2 has no interface: it needs one");
}

static void taken_names_are_refused(void **state)
{
	char *interfaces[] = {"m1", "m2"};
	const struct db_bond bond = {"br0", "bond0", interfaces, 2, 0, false};
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bond_add(f->db, &bond, &f->error), 0);
	assert_refused(create_as(f, "Interface", new_id(), "m1"), -EEXIST,
		       "cannot create an interface named m1 because an interface named m1 already "
		       "exists on bridge br0");
	assert_refused(create_as(f, "Port", new_id(), "bond0"), -EEXIST,
		       "cannot create a port named bond0 because a port named bond0 already exists "
		       "on bridge br0");
	assert_refused(
		create_as(f, "Bridge", new_id(), "br0"), -EEXIST,
		"cannot create a bridge named br0 because a bridge named br0 already exists");
	assert_int_equal(db_bridge_add(f->db, "m2", &f->error), -EEXIST);
	assert_int_equal(create_as(f, "Interface", new_id(), "a/b"), -EINVAL);
	assert_refused(db_create(f->db, table("Port"), new_id().uuid, NULL, &f->error), -EINVAL,
		       "a record of table Port needs a name: name=...");
}

static void a_port_needs_an_interface(void **state)
{
	struct fixture *f = *state;
	struct id port;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	reopen(f);
	port = create(f, "Port", "p1");
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", id_of(f, "Port", "br0"), port), 0);
	assert_refused(settle(f), -EINVAL, "port p1 has no interface: it needs one");
	assert_int_equal(set(f, "Port", "p1", "interfaces", "[]"), -EINVAL);
	assert_int_equal(REFER(f, "Port", "p1", "interfaces", create(f, "Interface", "p1")), 0);
	assert_int_equal(settle(f), 0);
	assert_int_equal(destroy(f, "Interface", id_of(f, "Interface", "p1")), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 p1:1 "); /* its port keeps it */
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", id_of(f, "Port", "br0")), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 ");
	assert_false(exists(f, "Interface", "p1"));
}

static void a_bridges_own_name_is_its_own_ports(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	create(f, "Bridge", "br1");
	assert_int_equal(
		REFER(f, "Bridge", "br0", "ports", id_of(f, "Port", "br0"), make_port(f, "br1")),
		0);
	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", id_of(f, "Bridge", "br0"),
			       id_of(f, "Bridge", "br1")),
			 0);
	assert_int_not_equal(settle(f), 0);
	assert_string_equal(f->error.text,
			    "port br1 has the name of a bridge, but is on another one");
}

/* The network device of a bridge has its name. */
static void a_local_port_has_the_interface_of_its_name(void **state)
{
	static const char sentence[] =
		"bridge br0's local port can only have an interface of the same name";
	struct fixture *f = *state;
	struct id bridge = create(f, "Bridge", "br0"), local = create(f, "Port", "br0"),
		  other = create(f, "Interface", "other"), own;

	assert_int_equal(REFER(f, "Open_vSwitch", ".", "bridges", bridge), 0);
	assert_int_equal(REFER(f, "Bridge", "br0", "ports", local), 0);
	assert_int_equal(REFER(f, "Port", "br0", "interfaces", other), 0);
	assert_refused(settle(f), -EINVAL, sentence);
	own = create(f, "Interface", "br0");
	assert_int_equal(REFER(f, "Port", "br0", "interfaces", own, other), 0);
	assert_refused(settle(f), -EINVAL, sentence);
	assert_int_equal(REFER(f, "Port", "br0", "interfaces", own), 0);
	assert_int_equal(settle(f), 0);
	assert_int_equal(db_bond_interface_add(f->db, "br0", "more", &f->error), 0);
	assert_refused(settle(f), -EINVAL, sentence);
}

/* A bond is one port of the switch: that of its first interface. */
static void the_first_interface_of_a_bond_is_used(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	char *interfaces[] = {"z", "a"};
	const struct db_bond bond = {"br0", "bond0", interfaces, 2, 10, true};
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_port *port;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bond_add(f->db, &bond, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "bond0", 10, mac, &f->error), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 z:1 ");
	assert_string_equal(get(f, "Port", "bond0", "bond_fake_iface"), "true");
	config = load(f);
	port = config->bridges->ports->next;
	assert_string_equal(port->bond, "bond0");
	assert_int_equal(port->vlan.tag, 10);
	assert_string_equal(config->bridges->ports->bond, "");
	assert_non_null(config->bridges->static_macs);
	assert_int_equal(config->bridges->static_macs->port, port->number);
	assert_null(config->bridges->static_macs->next);
	db_config_free(config);

	/* When the first goes, the next one is. */
	assert_int_equal(REFER(f, "Port", "bond0", "interfaces", id_of(f, "Interface", "a")), 0);
	assert_int_equal(settle(f), 0);
	expect_ports(f, "br0", "br0:65534 a:2 ");
	config = load(f);
	assert_string_equal(config->bridges->ports->next->bond, "");
	db_config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(children_come_first),
		TEST(parents_come_first),
		TEST(what_is_never_made_is_refused),
		TEST(a_port_moves),
		TEST(the_old_parent_may_let_go_later),
		TEST(an_owner_that_goes_lets_go),
		TEST(two_owners_are_refused),
		TEST(a_claim_goes_with_its_bridge),
		TEST(claims_add_up),
		TEST(wanted_numbers_are_given),
		TEST(orphans_go),
		TEST(names_are_free_at_once),
		TEST(names_are_free_for_add_port_and_add_br),
		TEST(a_local_port_may_come_first),
		TEST(a_moved_port_is_deleted),
		TEST(taken_names_are_refused),
		TEST(a_port_needs_an_interface),
		TEST(a_bridges_own_name_is_its_own_ports),
		TEST(a_local_port_has_the_interface_of_its_name),
		TEST(the_first_interface_of_a_bond_is_used),
	};

	return cmocka_run_group_tests_name("relation", tests, NULL, NULL);
}
