/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of records that are to be destroyed: at once, at the end of the transaction, or not.
 */
#include "db_fixture.h"

static int destroy(struct fixture *f, const char *table_name, const char *record)
{
	char uuid[DB_UUID_LEN + 1];
	int result = db_record_find(f->db, table(table_name), record, uuid, &f->error);

	return result ? result : db_destroy(f->db, table(table_name), uuid, &f->error);
}

static bool is_there(struct fixture *f, const char *table_name, const char *record)
{
	char uuid[DB_UUID_LEN + 1];

	return !db_record_find(f->db, table(table_name), record, uuid, NULL);
}

/* db_spared_fn */
static void note(const struct db_table *of, const char *name, void *arg)
{
	text_add(arg, "%s %s\n", of->name, name);
}

static void assert_spared(struct fixture *f, const char *expected)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_each_spared(f->db, note, &text, &f->error), 0);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
}

static void next_transaction(struct fixture *f)
{
	assert_int_equal(db_commit(f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
}

static void what_is_referred_to_stays(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	next_transaction(f);
	assert_int_equal(destroy(f, "Port", "p1"), 0);
	assert_int_equal(destroy(f, "Interface", "p1"), 0);
	assert_int_equal(destroy(f, "Bridge", "br0"), 0);
	assert_false(db_changed(f->db));

	/* Nobody finds them in this transaction, not even to destroy them again. */
	assert_refused(destroy(f, "Port", "p1"), -ENOENT, "no row \"p1\" in table Port");
	assert_int_equal(db_settle(f->db, &f->error), 0);
	assert_spared(f, "Port p1\nInterface p1\nBridge br0\n");
	next_transaction(f);
	assert_spared(f, "");
	assert_true(is_there(f, "Port", "p1"));
	assert_true(is_there(f, "Bridge", "br0"));
}

static void what_nothing_refers_to_goes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	next_transaction(f);
	assert_int_equal(destroy(f, "Bridge", "br0"), 0);
	assert_int_equal(set(f, "Open_vSwitch", ".", "bridges", "[]"), 0);
	assert_int_equal(db_settle(f->db, &f->error), 0);
	assert_spared(f, "");
	next_transaction(f);
	assert_false(is_there(f, "Bridge", "br0"));
	assert_false(is_there(f, "Port", "p1"));
}

/* One without a name is told by its UUID. */
static void no_name_is_needed(void **state)
{
	struct fixture *f = *state;
	char uuid[DB_UUID_LEN + 1], expected[64];

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	db_uuid_make(uuid);
	assert_int_equal(db_create(f->db, table("Controller"), uuid, NULL, &f->error), 0);
	assert_int_equal(set(f, "Bridge", "br0", "controller", uuid), 0);
	assert_int_equal(destroy(f, "Controller", "br0"), 0);
	assert_int_equal(db_settle(f->db, &f->error), 0);
	snprintf(expected, sizeof(expected), "Controller %s\n", uuid);
	assert_spared(f, expected);
}

static void roots_go_at_once(void **state)
{
	struct fixture *f = *state;
	char uuid[DB_UUID_LEN + 1];

	db_uuid_make(uuid);
	assert_int_equal(db_create(f->db, table("QoS"), uuid, NULL, &f->error), 0);
	next_transaction(f);
	assert_int_equal(destroy(f, "QoS", uuid), 0);
	assert_true(db_changed(f->db));
	assert_int_equal(db_settle(f->db, &f->error), 0);
	assert_spared(f, "");
	assert_false(is_there(f, "QoS", uuid));
}

static void a_rollback_takes_it_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	next_transaction(f);
	assert_int_equal(destroy(f, "Bridge", "br0"), 0);
	db_rollback(f->db);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_true(is_there(f, "Bridge", "br0"));
	assert_spared(f, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_referred_to_stays), TEST(what_nothing_refers_to_goes),
		TEST(no_name_is_needed),         TEST(roots_go_at_once),
		TEST(a_rollback_takes_it_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
