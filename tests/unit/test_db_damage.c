/* SPDX-License-Identifier: BSD-2-Clause */
/* Records that nobody but a disk or a stranger can have written so: what the file's own checks let
 * pass is refused when it is loaded, or can be mended by commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "db/db.h"

#define NOBODY "11111111-2222-4333-8444-555555555555"

struct fixture {
	char folder[32];
	char path[64];
	struct error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/xvs-damage-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/conf.db", f->folder);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static struct db *must_open(struct fixture *f)
{
	struct db *db = NULL;

	if (db_open(f->path, &db, &f->error))
		fail_msg("%s", f->error.text);
	return db;
}

/* Bridge br0 with port p1, which has a static address, and bond b0; and then `sql` has its way. */
static struct db *damaged_by(struct fixture *f, const char *sql)
{
	struct db_bond bond = {.bridge = "br0",
			       .name = "b0",
			       .interfaces = (char *[]){"e0", "e1"},
			       .n_interfaces = 2};
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	struct db *db;
	sqlite3 *sqlite;
	char *why = NULL;

	unlink(f->path);
	db = must_open(f);
	assert_int_equal(db_begin(db, &f->error), 0);
	assert_int_equal(db_bridge_add(db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_bond_add(db, &bond, &f->error), 0);
	assert_int_equal(db_static_mac_add(db, "br0", "p1", 5, mac, &f->error), 0);
	assert_int_equal(db_settle(db, &f->error), 0);
	assert_int_equal(db_commit(db, &f->error), 0);
	db_close(db);

	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	if (sqlite3_exec(sqlite, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(sqlite);
	return must_open(f);
}

static void what_cannot_be_is_refused(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sql, *record, *table;
	} cases[] = {
		/* Numbers, which are indices in the daemon and in the data path */
		{"UPDATE Interface SET _number = 60000 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _number = 4096 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _number = 0 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _number = -1 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _number = 65537 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _ofport = 0 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _ofport = 65280 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _ofport = 131070 WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Interface SET _ofport = NULL WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Bridge SET _number = 60000", "br0", "Bridge"},
		{"UPDATE Bridge SET _number = 4096", "br0", "Bridge"},
		{"UPDATE Bridge SET _number = 0", "br0", "Bridge"},
		{"UPDATE Bridge SET _number = 65537", "br0", "Bridge"},
		/* VLANs */
		{"UPDATE Port SET trunks = '[\"set\",[5000,-1,99999999]]' WHERE name = 'p1'", "p1",
		 "Port"},
		{"UPDATE Port SET trunks = '[\"set\",[-1]]' WHERE name = 'b0'", "e0", "Port"},
		{"UPDATE Port SET tag = '4096' WHERE name = 'p1'", "p1", "Port"},
		{"UPDATE Port SET tag = '65537' WHERE name = 'p1'", "p1", "Port"},
		{"UPDATE Port SET vlan_mode = '\"none\"' WHERE name = 'p1'", "p1", "Port"},
		{"UPDATE Bridge SET flood_vlans = '[\"set\",[-1]]'", "br0", "Bridge"},
		{"UPDATE Bridge SET flood_vlans = '[\"set\",[4095]]'", "br0", "Bridge"},
		{"UPDATE Static_MAC SET vlan = 4096", "02:00:00:00:00:01", "Static_MAC"},
		{"UPDATE Static_MAC SET vlan = -1", "02:00:00:00:00:01", "Static_MAC"},
		{"UPDATE Static_MAC SET mac = '02'", "02", "Static_MAC"},
		/* Names */
		{"UPDATE Interface SET name = '../x' WHERE name = 'p1'", "../x", "Interface"},
		{"UPDATE Interface SET name = '..' WHERE name = 'p1'", "..", "Interface"},
		{"UPDATE Interface SET name = '' WHERE name = 'p1'", "", "Interface"},
		{"UPDATE Interface SET name = '1234567890123456' WHERE name = 'p1'",
		 "123456789012345", "Interface"},
		{"UPDATE Interface SET name = char(27) || '[2J c' WHERE name = 'p1'", "?[2J c",
		 "Interface"},
		{"UPDATE Interface SET name = 'p1' || char(0) || 'x' WHERE name = 'p1'", "p1",
		 "Interface"},
		{"UPDATE Port SET name = 'a/b' WHERE name = 'b0'", "a/b", "Port"},
		{"UPDATE Bridge SET name = 'a/b'", "a/b", "Bridge"},
		/* UUIDs, which addresses are derived from */
		{"UPDATE Interface SET _uuid = '' WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Port SET _uuid = 'x' WHERE name = 'p1'", "p1", "Port"},
		{"UPDATE Bridge SET _uuid = _uuid || '0'", "br0", "Bridge"},
		/* Values of another form */
		{"UPDATE Interface SET options = '[\"set\",[1]]' WHERE name = 'p1'", "p1",
		 "Interface"},
		{"UPDATE Interface SET mtu_request = '\"x\"' WHERE name = 'p1'", "p1", "Interface"},
		{"UPDATE Bridge SET other_config = '[]'", "br0", "Bridge"},
		{"UPDATE Open_vSwitch SET other_config = '[\"map\",[1]]'", ".", "Open_vSwitch"},
		{"DELETE FROM Open_vSwitch", ".", "Open_vSwitch"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct db *db = damaged_by(f, cases[i].sql);
		struct db_config *config;
		char sentence[128];

		snprintf(sentence, sizeof(sentence),
			 "is damaged: record %s in table %s can't be read", cases[i].record,
			 cases[i].table);
		if (db_config_load(db, &config, &f->error) != -EUCLEAN)
			fail_msg("%s: not refused", cases[i].sql);
		if (!strstr(f->error.text, sentence))
			fail_msg("%s: %s", cases[i].sql, f->error.text);
		db_close(db);
	}
}

static void the_last_of_each_range_is_loaded(void **state)
{
	struct fixture *f = *state;
	struct db *db = damaged_by(f, "UPDATE Interface SET _number = 4095, _ofport = 65279,"
				      " name = '123456789012345' WHERE name = 'p1';"
				      "UPDATE Port SET trunks = '[\"set\",[0,4094]]';"
				      "UPDATE Bridge SET _number = 4095, flood_vlans = '4094'");
	struct db_config *config = NULL;

	if (db_config_load(db, &config, &f->error))
		fail_msg("%s", f->error.text);
	assert_int_equal(config->bridges->number, 4095);
	assert_true(vlan_set_has(&config->bridges->flood_vlans, 4094));
	assert_true(vlan_set_has(&config->bridges->ports->vlan.set, 4094));
	db_config_free(config);
	db_close(db);
}

static void a_full_counter_begins_anew(void **state)
{
	struct fixture *f = *state;
	struct db *db = damaged_by(f, "UPDATE Open_vSwitch SET next_cfg = 9223372036854775806");
	struct db_config *config = NULL;

	assert_int_equal(db_begin(db, &f->error), 0);
	for (int i = 0; i < 3; i++) {
		static const int64_t expected[] = {INT64_MAX, 0, 1};

		if (db_count_change(db, &f->error) || db_config_load(db, &config, &f->error))
			fail_msg("%s", f->error.text);
		assert_int_equal(config->next_cfg, expected[i]);
		db_config_free(config);
	}
	db_close(db);
}

static void set_controller(struct fixture *f, struct db *db, const char *bridge, const char *json)
{
	const struct db_table *table = db_table_find("Bridge", NULL);
	json_t *value = json_loads(json, 0, NULL);

	if (db_set(db, table, bridge, db_column_find(table, "controller", NULL), value, &f->error))
		fail_msg("%s", f->error.text);
	json_decref(value);
}

/* It stands in the way of every change until somebody takes it out, and the sentence tells how; one
 * that the change itself makes is ovs-vsctl's error. */
static void a_reference_to_nobody_can_be_mended(void **state)
{
	static const char nobody[] = "[\"set\",[[\"uuid\",\"" NOBODY "\"]]]";
	struct fixture *f = *state;
	struct db *db = damaged_by(f, "UPDATE Bridge SET controller ="
				      " '[\"set\",[[\"uuid\",\"" NOBODY "\"]]]'");
	char uuid[DB_UUID_LEN + 1], sentence[256];

	assert_int_equal(db_begin(db, &f->error), 0);
	assert_int_equal(db_port_add(db, "br0", "p2", 0, &f->error), 0);
	assert_int_equal(db_record_find(db, db_table_find("Bridge", NULL), "br0", uuid, &f->error),
			 0);
	assert_int_equal(db_settle(db, &f->error), -EINVAL);
	snprintf(sentence, sizeof(sentence),
		 "row %s of table Bridge is damaged: column controller refers to row " NOBODY
		 " of table Controller, which was missing before this change; clear that column, "
		 "or set it anew",
		 uuid);
	assert_string_equal(f->error.text, sentence);
	db_rollback(db);

	assert_int_equal(db_begin(db, &f->error), 0);
	set_controller(f, db, uuid, "[\"set\",[]]");
	assert_int_equal(db_settle(db, &f->error), 0);
	assert_int_equal(db_commit(db, &f->error), 0);

	assert_int_equal(db_begin(db, &f->error), 0);
	set_controller(f, db, uuid, nobody);
	assert_int_equal(db_settle(db, &f->error), -EINVAL);
	assert_non_null(strstr(f->error.text, "references nonexistent row " NOBODY));
	db_close(db);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_cannot_be_is_refused),
		TEST(the_last_of_each_range_is_loaded),
		TEST(a_full_counter_begins_anew),
		TEST(a_reference_to_nobody_can_be_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
