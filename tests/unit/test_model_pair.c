/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that the switch makes for its ports: internal ports, and pairs of patch ports. */
#include "fixture.h"

#include <errno.h>
#include <linux/if.h>
#include <string.h>

/* br0 and br1, each with one port of that name that nothing is known of yet. */
static struct fixture *with_two_bridges(void **state)
{
	struct fixture *f = *state;

	add_br(f, "br0");
	add_br(f, "br1");
	add_port(f, "br0", "a");
	add_port(f, "br1", "b");
	return f;
}

static void patch(struct fixture *f, const char *port, const char *peer)
{
	char options[32];

	snprintf(options, sizeof(options), "peer=%s", peer);
	assert_true(write_column(f->daemon.db, "Interface", port, "type", "patch"));
	assert_true(write_column(f->daemon.db, "Interface", port, "options", options));
}

static void link_up(struct fixture *f, const char *a, const char *b)
{
	fixture_begin(f);
	patch(f, a, b);
	patch(f, b, a);
	assert_int_equal(fixture_commit(f), 0);
}

static void expect_linked(struct fixture *f, const char *a, const char *b)
{
	const struct link *end = device(f, a), *other = device(f, b);

	assert_non_null(end);
	assert_non_null(other);
	assert_int_equal(end->peer, other->ifindex);
	assert_int_equal(port_of(f, a)->state, PORT_UP);
	assert_int_equal(port_of(f, b)->state, PORT_UP);
	assert_string_equal(port_of(f, a)->why.text, "");
	assert_int_equal(dp_port_of(f, a)->ifindex, end->ifindex);
	assert_int_equal(dp_port_of(f, a)->tx_ifindex, other->ifindex);
	assert_int_not_equal(dp_port_of(f, a)->flags & XVS_PORT_TX_INGRESS, 0);
	assert_int_equal(dp_port_of(f, b)->tx_ifindex, end->ifindex);
	assert_settled(f);
}

static void expect_refused(struct fixture *f, const char *port, const char *words)
{
	assert_int_equal(port_of(f, port)->state, PORT_REFUSED);
	if (!strstr(port_of(f, port)->why.text, words))
		fail_msg("\"%s\" is not in \"%s\"", words, port_of(f, port)->why.text);
}

static void test_patch_ports(void **state)
{
	struct fixture *f = with_two_bridges(state);

	link_up(f, "a", "b");
	expect_linked(f, "a", "b");
	assert_string_equal(device(f, "a")->alias, "xvswitch:test:a");
	assert_string_equal(device(f, "b")->alias, "xvswitch:test:b");
	assert_true(is_flooded_to(f, "br0", "a"));
	assert_true(is_flooded_to(f, "br1", "b"));
	fixture_stop(f);
	fake_link_changes = 0;
	fixture_start(f);
	assert_int_equal(fake_link_changes, 0);
	expect_linked(f, "a", "b");

	del_port(f, "a");
	assert_null(device(f, "a"));
	assert_null(device(f, "b"));
	expect_refused(f, "b", "options:peer, a, is no port");
	add_port(f, "br0", "a");
	expect_refused(f, "b", "does not name it in turn");
	link_up(f, "a", "b");
	expect_linked(f, "a", "b");
}

/* The pair that was goes, the ones that are wanted come. */
static void test_patch_ports_change_partners(void **state)
{
	struct fixture *f = with_two_bridges(state);

	add_port(f, "br1", "c");
	link_up(f, "a", "b");
	fixture_begin(f);
	patch(f, "a", "c");
	patch(f, "c", "a");
	assert_int_equal(fixture_commit(f), 0);
	assert_null(device(f, "b"));
	expect_refused(f, "b", "does not name it in turn");
	link_up(f, "a", "c");
	expect_linked(f, "a", "c");

	fake_link_del("a"); /* the user's doing: both ends are gone, and come again */
	expect_linked(f, "a", "c");
	fake_link_rename("c", "d");
	expect_linked(f, "a", "c");
	assert_null(device(f, "d"));
	fake_link_move_away("c");
	expect_linked(f, "a", "c");
	fake_link_set_up("a", false);
	expect_linked(f, "a", "c");
	device(f, "c")->mtu = 1500;
	fake_link_changed(device(f, "c"));
	expect_linked(f, "a", "c");
	assert_int_equal(device(f, "c")->mtu, 65535);
}

static void test_patch_ports_that_do_not_fit(void **state)
{
	struct fixture *f = with_two_bridges(state);

	set_column(f, "Interface", "a", "type", "patch");
	expect_refused(f, "a", "needs options:peer");
	set_column(f, "Interface", "a", "options", "peer=a");
	expect_refused(f, "a", "is itself");
	set_column(f, "Interface", "a", "options", "peer=nobody");
	expect_refused(f, "a", "nobody, is no port");
	set_column(f, "Interface", "a", "options", "peer=b");
	expect_refused(f, "a", "does not name it in turn");
	assert_null(device(f, "a"));
	assert_settled(f);

	/* A device that is not the switch's is left alone. */
	fake_link_add("b", "tun");
	link_up(f, "a", "b");
	expect_refused(f, "a", "patch port a");
	expect_refused(f, "b", "patch port b");
	assert_string_equal(device(f, "b")->kind, "tun");
	assert_null(device(f, "a"));
	fake_link_del("b");
	expect_linked(f, "a", "b");

	set_column(f, "Interface", "b", "type", "system");
	assert_null(device(f, "a"));
	assert_null(device(f, "b"));
	assert_int_equal(port_of(f, "b")->state, PORT_ABSENT);
	expect_refused(f, "a", "does not name it in turn");
}

static void test_internal_ports(void **state)
{
	struct fixture *f = with_two_bridges(state);
	const struct link *host;
	uint8_t mac[6];

	set_column(f, "Interface", "a", "type", "internal");
	host = device(f, "a");
	assert_non_null(host);
	assert_int_equal(host->flags & IFF_UP, 0);
	assert_int_equal(port_of(f, "a")->state, PORT_DOWN);
	assert_int_equal(dp_port_of(f, "a")->tx_ifindex, host->ifindex);
	assert_int_equal(dp_port_of(f, "a")->ifindex, host->peer);
	assert_memory_equal(host->mac, port_of(f, "a")->conf->hwaddr, 6);
	fake_link_set_up("a", true);
	assert_int_equal(port_of(f, "a")->state, PORT_UP);
	assert_settled(f);

	/* Its address is the user's to change, a bridge's is not. */
	memset(mac, 2, sizeof(mac));
	memcpy(device(f, "a")->mac, mac, sizeof(mac));
	fake_link_changed(device(f, "a"));
	assert_memory_equal(device(f, "a")->mac, mac, 6);
	memcpy(device(f, "br0")->mac, mac, sizeof(mac));
	fake_link_changed(device(f, "br0"));
	assert_memory_not_equal(device(f, "br0")->mac, mac, 6);
	set_column(f, "Interface", "a", "mtu_request", "9000");
	assert_int_equal(device(f, "a")->mtu, 9000);
	assert_int_equal(dp_port_of(f, "a")->mtu, 9000);
	assert_settled(f);

	fixture_stop(f);
	fake_link_changes = 0;
	fixture_start(f);
	assert_int_equal(fake_link_changes, 0);
	assert_int_equal(port_of(f, "a")->state, PORT_UP);
	set_column(f, "Interface", "a", "type", "system");
	assert_null(device(f, "a"));
	assert_int_equal(port_of(f, "a")->state, PORT_ABSENT);
	assert_settled(f);
}

/* The device of a port that went while nobody was there goes at the next start. */
static void test_leftovers(void **state)
{
	struct fixture *f = with_two_bridges(state);
	struct link *stranger = fake_link_add("stranger", "veth");

	fixture_begin(f);
	assert_true(write_column(f->daemon.db, "Interface", "a", "type", "internal"));
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	assert_non_null(device(f, "a"));
	fixture_stop(f);
	db_rollback(f->daemon.db);
	snprintf(stranger->alias, sizeof(stranger->alias), "xvswitch:best:a");
	fixture_start(f);
	assert_null(device(f, "a"));
	assert_non_null(device(f, "stranger"));
	assert_settled(f);
}

/* A name that is taken is an error when the port is asked for, once. */
static void test_internal_port_whose_name_is_taken(void **state)
{
	struct fixture *f = with_two_bridges(state);

	fake_link_add("a", "tun");
	assert_int_equal(port_of(f, "a")->state, PORT_UP);
	fixture_begin(f);
	assert_true(write_column(f->daemon.db, "Interface", "a", "type", "internal"));
	assert_int_equal(fixture_commit(f), -EEXIST);
	assert_non_null(strstr(f->error.text, "another one has that name"));
	assert_int_equal(port_of(f, "a")->state, PORT_UP);
	assert_string_equal(device(f, "a")->kind, "tun");
	assert_settled(f);
}

/* A port that is refused already is no reason to stop half-way when something else is taken back.
 */
static void test_rollback_beside_a_refused_port(void **state)
{
	struct fixture *f = with_two_bridges(state);

	set_column(f, "Interface", "a", "type", "internal");
	fake_link_add("p1", "veth");
	add_port(f, "br0", "p1");
	fixture_stop(f);
	fake_link_del("a");
	fake_link_add("a", "tun");
	fixture_start(f);
	expect_refused(f, "a", "another one has that name");

	fixture_begin(f);
	assert_true(write_vlan(f->daemon.db, "p1", VLAN_WORDS(.tag = "10")));
	assert_int_equal(db_port_del(f->daemon.db, "a", NULL), 0);
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	assert_int_equal(dp_port_of(f, "p1")->pvid, 10);
	fixture_rollback(f);
	expect_refused(f, "a", "another one has that name");
	assert_int_equal(dp_port_of(f, "p1")->pvid, 0);
	assert_true(is_flooded_to(f, "br0", "p1"));
	assert_settled(f);
}

static void to_internal(struct fixture *f, const char *port)
{
	assert_true(write_column(f->daemon.db, "Interface", port, "type", "internal"));
}

/* From one type to the other and back; the old pair goes, with both ends. */
static void test_type_changes(void **state)
{
	struct fixture *f = with_two_bridges(state);
	uint32_t hidden;

	for (int i = 0; i < 2; i++) {
		set_column(f, "Interface", "a", "type", "internal");
		fake_link_set_up("a", true);
		hidden = device(f, "a")->peer;
		assert_int_equal(dp_port_of(f, "a")->ifindex, hidden);
		assert_null(device(f, "b"));
		assert_settled(f);
		if (i)
			fake_link_move_away("a"); /* only the hidden end is left here */
		link_up(f, "a", "b");
		expect_linked(f, "a", "b");
		assert_null(link_by_index(f->daemon.links, hidden));
	}
	fixture_begin(f);
	to_internal(f, "a");
	to_internal(f, "b");
	assert_int_equal(fixture_commit(f), 0);
	assert_int_equal(port_of(f, "a")->state, PORT_DOWN);
	assert_int_equal(port_of(f, "b")->state, PORT_DOWN);
	assert_int_not_equal(device(f, "a")->peer, device(f, "b")->ifindex);
	assert_settled(f);
}

/* The user's end of an internal port is as it was. */
static void expect_untouched(struct fixture *f, const struct link *before)
{
	const struct link *now = device(f, before->name);

	assert_non_null(now);
	assert_int_equal(now->ifindex, before->ifindex);
	assert_int_equal(now->flags, before->flags);
	assert_memory_equal(now->mac, before->mac, 6);
	assert_int_equal(port_of(f, before->name)->state, PORT_UP);
	assert_settled(f);
}

/* A chain that is refused takes no address from the user: whatever was reconciled by then. */
static void test_refused_chain_keeps_devices(void **state)
{
	struct fixture *f = with_two_bridges(state);
	struct link before;

	set_column(f, "Interface", "a", "type", "internal");
	fake_link_set_up("a", true);
	device(f, "a")->mac[4] = 77;
	fake_link_changed(device(f, "a"));
	before = *device(f, "a");

	fixture_begin(f);
	assert_int_equal(db_port_del(f->daemon.db, "a", NULL), 0);
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	fixture_rollback(f);
	expect_untouched(f, &before);

	fixture_begin(f);
	patch(f, "a", "b");
	patch(f, "b", "a");
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	assert_int_equal(port_of(f, "a")->state, PORT_ABSENT);
	assert_string_equal(port_of(f, "a")->why.text, "");
	fixture_rollback(f);
	expect_untouched(f, &before);
	assert_null(device(f, "b"));

	/* Of two that are linked, one is to be internal, or linked with another. */
	fixture_begin(f);
	assert_int_equal(db_port_del(f->daemon.db, "a", NULL), 0);
	assert_int_equal(db_port_add(f->daemon.db, "br0", "a", 0, NULL), 0);
	assert_int_equal(db_port_add(f->daemon.db, "br1", "c", 0, NULL), 0);
	patch(f, "a", "b");
	patch(f, "b", "a");
	assert_int_equal(fixture_commit(f), 0);
	expect_linked(f, "a", "b");
	before = *device(f, "a");
	for (int i = 0; i < 2; i++) {
		fixture_begin(f);
		if (i)
			patch(f, "c", "a");
		if (i)
			patch(f, "a", "c");
		else
			to_internal(f, "a");
		assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
		fixture_rollback(f);
		expect_untouched(f, &before);
		expect_linked(f, "a", "b");
	}
}

static void strip_alias(struct fixture *f, const char *name)
{
	*device(f, name)->alias = '\0';
}

/* Killed between making a pair and naming its ends. */
static void test_pair_without_aliases_is_adopted(void **state)
{
	struct fixture *f = with_two_bridges(state);
	uint32_t made;

	link_up(f, "a", "b");
	made = device(f, "a")->ifindex;
	for (int stripped = 1; stripped <= 3; stripped++) {
		fixture_stop(f);
		if (stripped & 1)
			strip_alias(f, "a");
		if (stripped & 2)
			strip_alias(f, "b");
		fixture_start(f);
		assert_int_equal(device(f, "a")->ifindex, made);
		assert_string_equal(device(f, "a")->alias, "xvswitch:test:a");
		assert_string_equal(device(f, "b")->alias, "xvswitch:test:b");
		expect_linked(f, "a", "b");
	}
}

/* A user's pair that happens to be named as two patch ports is not the switch's to take. */
static void test_users_pair_is_left_alone(void **state)
{
	static const uint8_t mac[6] = {0x02, 1, 2, 3, 4, 5};
	struct fixture *f = with_two_bridges(state);
	uint32_t found;

	assert_int_equal(link_add_veth(f->daemon.links, "a", "b", mac, NULL), 0);
	found = device(f, "a")->ifindex;
	link_up(f, "a", "b");
	expect_refused(f, "a", "exists");
	expect_refused(f, "b", "exists");
	fixture_stop(f);
	fixture_start(f);
	expect_refused(f, "a", "exists");
	set_column(f, "Interface", "a", "type", "system");
	del_port(f, "a");
	del_port(f, "b");
	assert_int_equal(device(f, "a")->ifindex, found);
	assert_int_equal(device(f, "a")->mtu, 1500);
	assert_string_equal(device(f, "a")->alias, "");
	assert_string_equal(device(f, "b")->alias, "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_patch_ports),
		TEST(test_patch_ports_change_partners),
		TEST(test_patch_ports_that_do_not_fit),
		TEST(test_internal_ports),
		TEST(test_leftovers),
		TEST(test_internal_port_whose_name_is_taken),
		TEST(test_rollback_beside_a_refused_port),
		TEST(test_type_changes),
		TEST(test_refused_chain_keeps_devices),
		TEST(test_pair_without_aliases_is_adopted),
		TEST(test_users_pair_is_left_alone),
	};

	return cmocka_run_group_tests_name("model_pair", tests, NULL, NULL);
}
