/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration: its structure, and what reconcile reads of it. */
#include "db_fixture.h"

#include <sqlite3.h>
#include <time.h>

static void a_new_database_is_empty(void **state)
{
	struct fixture *f = *state;
	struct db_config *config = load(f);

	assert_null(config->bridges);
	db_config_free(config);
	assert_string_equal(get(f, "Open_vSwitch", ".", "bridges"), "[]");
	assert_string_equal(get(f, "Open_vSwitch", uuid_of(f, "Open_vSwitch", "."), "next_cfg"),
			    "0");
	assert_false(db_changed(f->db));
}

static void bridges_have_their_own_port(void **state)
{
	static const uint8_t none[6];
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_bridge *br0;
	char bridge[64], port[64], interface[64];
	uint8_t hwaddr[6];

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_true(db_changed(f->db));
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "a-bridge", &f->error), 0);
	config = load(f);
	assert_string_equal(config->bridges->name, "a-bridge");
	br0 = config->bridges->next;
	assert_null(br0->next);
	assert_string_equal(br0->name, "br0");
	assert_int_equal(br0->number, 1);
	assert_int_equal(config->bridges->number, 2);
	assert_int_equal(br0->mac_aging_time, 300);
	assert_int_equal(br0->mac_table_size, 8192);
	assert_false(br0->forward_bpdu);
	assert_null(br0->static_macs);
	assert_string_equal(br0->ports->name, "br0");
	assert_true(br0->ports->local);
	assert_int_equal(br0->ports->ofport, 65534);
	assert_string_equal(br0->ports->next->name, "p2");
	assert_false(br0->ports->next->local);
	assert_int_equal(br0->ports->next->ofport, 1);
	assert_int_equal(br0->ports->next->rx_hook, DB_RX_AUTO);
	assert_int_equal(br0->ports->next->mtu_request, 0);
	assert_string_equal(br0->ports->next->next->name, "p1");
	assert_int_equal(br0->ports->next->next->ofport, 2);
	assert_int_equal(br0->ports->next->next->number, 3);
	assert_null(br0->ports->next->next->next);
	assert_int_equal(config->bridges->ports->number, 4);

	assert_int_equal(br0->hwaddr[0] & 3, 2); /* locally administered, unicast */
	assert_memory_not_equal(br0->hwaddr + 1, none + 1, 5);
	assert_memory_not_equal(br0->hwaddr, config->bridges->hwaddr, 6);
	memcpy(hwaddr, br0->hwaddr, 6);
	db_config_free(config);

	snprintf(bridge, sizeof(bridge), "[%s]", uuid_of(f, "Bridge", "br0"));
	snprintf(port, sizeof(port), "[%s]", uuid_of(f, "Port", "p1"));
	snprintf(interface, sizeof(interface), "[%s]", uuid_of(f, "Interface", "p1"));
	assert_non_null(
		strstr(get(f, "Open_vSwitch", ".", "bridges"), uuid_of(f, "Bridge", "br0")));
	assert_non_null(strstr(get(f, "Bridge", "br0", "ports"), uuid_of(f, "Port", "p1")));
	assert_int_equal(strlen(get(f, "Bridge", "br0", "ports")), 3 * 36 + 2 * 2 + 2);
	assert_string_equal(get(f, "Port", "p1", "interfaces"), interface);
	assert_string_equal(get(f, "Interface", "br0", "type"), "internal");
	assert_string_equal(get(f, "Interface", "p1", "type"), "\"\"");

	reopen(f);
	assert_string_equal(get(f, "Port", "p1", "interfaces"), interface);
	config = load(f);
	assert_memory_equal(config->bridges->next->hwaddr, hwaddr, 6);
	db_config_free(config);
}

static void names_are_checked(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "fifteen-letters", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "P1", 0, &f->error), 0);
	assert_refused(
		db_bridge_add(f->db, "br0", &f->error), -EEXIST,
		"cannot create a bridge named br0 because a bridge named br0 already exists");
	assert_refused(db_bridge_add(f->db, "p1", &f->error), -EEXIST,
		       "cannot create a bridge named p1 because a port named p1 already exists on "
		       "bridge br0");
	assert_refused(db_port_add(f->db, "br1", "p1", 0, &f->error), -EEXIST,
		       "cannot create a port named p1 because a port named p1 already exists on "
		       "bridge br0");
	assert_refused(db_port_add(f->db, "br1", "br0", 0, &f->error), -EEXIST,
		       "cannot create a port named br0 because a bridge named br0 already exists");
	assert_refused(db_port_add(f->db, "nope", "p5", 0, &f->error), -ENOENT,
		       "no bridge named nope");
	assert_refused(db_bridge_add(f->db, "", &f->error), -EINVAL,
		       "cannot create a bridge named \"\" because it is empty");
	assert_refused(db_port_add(f->db, "br0", "sixteen-letters-", 0, &f->error), -EINVAL,
		       "cannot create a port named \"sixteen-letters-\" because it has more than "
		       "15 characters");
	assert_refused(db_port_add(f->db, "br0", "a/b", 0, &f->error), -EINVAL,
		       "cannot create a port named \"a/b\" because it has a slash in it");
	assert_refused(db_port_add(f->db, "br0", "a b", 0, &f->error), -EINVAL,
		       "cannot create a port named \"a b\" because it has white space in it");
	assert_refused(db_port_add(f->db, "br0", "a:b", 0, &f->error), -EINVAL,
		       "cannot create a port named \"a:b\" because it has a colon in it");
	assert_refused(db_bridge_add(f->db, "..", &f->error), -EINVAL,
		       "cannot create a bridge named \"..\" because it means a folder");
	assert_refused(db_bridge_add(f->db, "br%d", &f->error), -EINVAL,
		       "cannot create a bridge named \"br%d\" because it has a percent sign in it, "
		       "which the kernel would replace by a number");
	assert_refused(db_bridge_add(f->db, "a\x1b[2J", &f->error), -EINVAL,
		       "cannot create a bridge named \"a\\x1b[2J\" because it has characters in it "
		       "that are not printable ASCII");
	assert_refused(
		db_bridge_add(f->db, "é", &f->error), -EINVAL,
		"cannot create a bridge named \"\\xc3\\xa9\" because it has characters in it "
		"that are not printable ASCII");
}

static void removal_takes_what_belongs_to_it(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	struct fixture *f = *state;
	struct db_config *config;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 0, mac, &f->error), 0);
	assert_refused(db_port_del(f->db, "br0", &f->error), -EINVAL,
		       "cannot delete port br0 because it is the local port for bridge br0 "
		       "(deleting this port requires deleting the entire bridge)");
	assert_refused(db_port_del(f->db, "p9", &f->error), -ENOENT, "no port named p9");
	assert_refused(db_bridge_del(f->db, "br9", &f->error), -ENOENT, "no bridge named br9");
	assert_int_equal(db_port_del(f->db, "p1", &f->error), 0);
	config = load(f);
	assert_string_equal(config->bridges->ports->next->name, "p2");
	assert_null(config->bridges->static_macs);
	db_config_free(config);

	/* Numbers that became free are given again, the lowest first. */
	assert_int_equal(db_port_add(f->db, "br0", "p3", 0, &f->error), 0);
	config = load(f);
	assert_int_equal(config->bridges->ports->next->next->number, 2);
	assert_int_equal(config->bridges->ports->next->next->ofport, 1);
	db_config_free(config);

	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), -ENOENT);
	assert_int_equal(db_bridge_add(f->db, "p2", &f->error), 0);
	assert_refused(db_record_find(f->db, table("Interface"), "p3", (char[64]){0}, &f->error),
		       -ENOENT, "no row \"p3\" in table Interface");
}

static void transactions_are_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_commit(f->db, &f->error), 0);
	assert_false(db_changed(f->db));

	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), -EBUSY);
	assert_false(db_changed(f->db));
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	config = load(f); /* the open transaction is seen */
	assert_non_null(config->bridges->next);
	db_config_free(config);
	db_rollback(f->db);
	config = load(f);
	assert_null(config->bridges->next);
	assert_null(config->bridges->ports->next);
	db_config_free(config);

	/* Without a transaction nothing is written. */
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), -EIO);
	assert_int_equal(set(f, "Bridge", "br0", "stp_enable", "true"), -EIO);
	assert_int_equal(db_commit(f->db, &f->error), -EIO);
	db_rollback(f->db);
}

static void static_macs(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1}, group[6] = {1, 0, 0x5e, 0, 0, 1}, zero[6];
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_bridge *br0;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 0, mac, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 10, mac, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p2", 0, mac, &f->error), 0);
	config = load(f);
	br0 = config->bridges;
	assert_int_equal(br0->static_macs->port, br0->ports->next->next->number);
	assert_int_equal(br0->static_macs->vlan, 0);
	assert_memory_equal(br0->static_macs->mac, mac, 6);
	assert_int_equal(br0->static_macs->next->vlan, 10);
	assert_int_equal(br0->static_macs->next->port, br0->ports->next->number);
	assert_null(br0->static_macs->next->next);
	assert_null(br0->next->static_macs);
	db_config_free(config);

	assert_int_equal(db_static_mac_del(f->db, "br0", 10, mac, &f->error), 0);
	assert_string_equal(get(f, "Static_MAC", ".", "mac"), "\"02:00:00:00:00:01\"");
	assert_string_equal(get(f, "Static_MAC", ".", "vlan"), "0");
	assert_string_equal(get(f, "Static_MAC", ".", "port"), uuid_of(f, "Port", "p2"));
	assert_string_equal(get(f, "Static_MAC", ".", "bridge"), uuid_of(f, "Bridge", "br0"));
	assert_refused(db_static_mac_del(f->db, "br0", 10, mac, &f->error), -ENOENT,
		       "bridge br0 has no static entry for 02:00:00:00:00:01 in VLAN 10");
	assert_refused(db_static_mac_add(f->db, "br1", "p1", 0, mac, &f->error), -ENOENT,
		       "bridge br1 does not have a port p1");
	assert_refused(db_static_mac_add(f->db, "br9", "p1", 0, mac, &f->error), -ENOENT,
		       "no bridge named br9");
	assert_refused(db_static_mac_add(f->db, "br0", "p1", 4095, mac, &f->error), -EINVAL,
		       "VLAN 4095 is not in the range 0 to 4094");
	assert_refused(db_static_mac_add(f->db, "br0", "p1", 0, group, &f->error), -EINVAL,
		       "01:00:5e:00:00:01 is a group address: a static entry is for one station");
	assert_refused(db_static_mac_add(f->db, "br0", "p1", 0, zero, &f->error), -EINVAL,
		       "00:00:00:00:00:00 is not the address of a station");
}

static void saved_links_outlive_everything_but_their_removal(void **state)
{
	struct fixture *f = *state;
	struct db_saved_link saved = {.ifindex = 7,
				      .name = "eth9",
				      .promisc = true,
				      .offloads = "rx-lro,rx-vlan-hw-parse"};
	struct db_saved_link found;

	assert_int_equal(db_saved_link_get(f->db, 7, &found), -ENOENT);
	assert_int_equal(db_saved_link_del(f->db, 7), -ENOENT);
	assert_int_equal(db_saved_link_put(f->db, &saved, &f->error), 0);
	saved.up = true;
	assert_int_equal(db_saved_link_put(f->db, &saved, &f->error), 0);
	assert_false(db_changed(f->db));
	db_rollback(f->db); /* the device has been changed all the same */
	assert_int_equal(db_saved_link_get(f->db, 7, &found), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	reopen(f);
	assert_int_equal(db_saved_link_get(f->db, 7, &found), 0);
	assert_memory_equal(&found, &saved, sizeof(found));
	assert_int_equal(db_saved_link_get(f->db, 8, &found), -ENOENT);
	assert_int_equal(db_saved_link_del(f->db, 7), 0);
	assert_int_equal(db_saved_link_get(f->db, 7, &found), -ENOENT);
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void a_thousand_ports(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;
	double start = milliseconds(), added, committed, loaded;
	char name[16];
	int n = 0;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "port%d", i);
		assert_int_equal(db_port_add(f->db, "br0", name, 0, &f->error), 0);
	}
	added = milliseconds();
	assert_int_equal(db_commit(f->db, &f->error), 0);
	committed = milliseconds();
	config = load(f);
	loaded = milliseconds();
	for (struct db_port *port = config->bridges->ports->next; port; port = port->next, n++) {
		snprintf(name, sizeof(name), "port%d", n);
		assert_string_equal(port->name, name);
		assert_int_equal(port->ofport, n + 1);
		assert_int_equal(port->number, n + 2);
	}
	assert_int_equal(n, 1000);
	db_config_free(config);
	print_message("1000 ports: added in %.1f ms, committed in %.1f ms, loaded in %.1f ms\n",
		      added - start, committed - added, loaded - committed);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	reopen(f);
}

/* Fills up the numbers behind db's back: one by one takes a while. */
static void numbers_run_out_with_a_sentence(void **state)
{
	static const char fill[] =
		"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 4095)"
		" INSERT INTO Port (_id, _uuid, _parent, name)"
		" SELECT i, printf('00000000-0000-4000-8000-%012d', i), 1, 'p' || i FROM n;"
		"INSERT INTO Interface (_uuid, _parent, _bridge, _number, _ofport, name)"
		" SELECT _uuid, _id, 1, _id, _id, name FROM Port WHERE _id > 1";
	struct fixture *f = *state;
	struct db_config *config;
	sqlite3 *sqlite;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_commit(f->db, &f->error), 0);
	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, fill, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_refused(db_port_add(f->db, "br0", "more", 0, &f->error), -ENOSPC,
		       "cannot create a port named more because there are 4095 already");
	assert_refused(db_bridge_add(f->db, "br1", &f->error), -ENOSPC,
		       "cannot create a port named br1 because there are 4095 already");
	db_rollback(f->db);

	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_port_del(f->db, "p1000", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "more", 0, &f->error), 0);
	config = load(f);
	for (const struct db_port *port = config->bridges->ports; port; port = port->next) {
		if (!strcmp(port->name, "more"))
			assert_int_equal(port->number, 1000);
	}
	db_config_free(config);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_new_database_is_empty),
		TEST(bridges_have_their_own_port),
		TEST(names_are_checked),
		TEST(removal_takes_what_belongs_to_it),
		TEST(transactions_are_all_or_nothing),
		TEST(static_macs),
		TEST(saved_links_outlive_everything_but_their_removal),
		TEST(a_thousand_ports),
		TEST(numbers_run_out_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
