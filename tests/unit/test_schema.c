/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records and columns of the tables that nothing but schema.h knows: how records are named, and
 * values of each kind of type.
 */
#include "db_fixture.h"

#include <sqlite3.h>

#define UUID(digit) "1234567" digit "-0000-4000-8000-000000000000"

/* An empty record of a table. */
static void make(struct fixture *f, const char *table_name, const char *uuid)
{
	char sql[128];
	sqlite3 *sqlite;

	assert_int_equal(db_commit(f->db, &f->error), 0);
	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	snprintf(sql, sizeof(sql), "INSERT INTO %s (_uuid) VALUES ('%s')", table_name, uuid);
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
	assert_int_equal(db_begin(f->db, &f->error), 0);
}

static int find(struct fixture *f, const char *table_name, const char *record)
{
	char uuid[DB_UUID_LEN + 1];

	return db_record_find(f->db, table(table_name), record, uuid, &f->error);
}

static void records_are_named_by_a_column(void **state)
{
	struct fixture *f = *state;

	make(f, "Flow_Table", UUID("1"));
	make(f, "Flow_Table", UUID("2"));
	assert_int_equal(set(f, "Flow_Table", UUID("2"), "name", "\"a \\\"b\\\"\""), 0);
	assert_string_equal(uuid_of(f, "Flow_Table", "a \"b\""), UUID("2"));
	assert_int_equal(find(f, "Flow_Table", "a"), -ENOENT);

	make(f, "Manager", UUID("1"));
	assert_int_equal(set(f, "Manager", ".", "target", "\"ptcp:6640\""), 0);
	assert_string_equal(uuid_of(f, "Manager", "ptcp:6640"), UUID("1"));

	make(f, "Flow_Sample_Collector_Set", UUID("1"));
	make(f, "Flow_Sample_Collector_Set", UUID("2"));
	assert_int_equal(set(f, "Flow_Sample_Collector_Set", UUID("1"), "id", "4294967295"), 0);
	assert_string_equal(uuid_of(f, "Flow_Sample_Collector_Set", "04294967295"), UUID("1"));
	assert_string_equal(uuid_of(f, "Flow_Sample_Collector_Set", "0"), UUID("2"));
	assert_int_equal(find(f, "Flow_Sample_Collector_Set", "x"), -ENOENT); /* not 0 */
	assert_int_equal(find(f, "Flow_Sample_Collector_Set", ""), -ENOENT);
}

static void a_name_that_several_have_is_refused(void **state)
{
	struct fixture *f = *state;

	make(f, "Mirror", UUID("1"));
	make(f, "Mirror", UUID("2"));
	assert_int_equal(set(f, "Mirror", UUID("1"), "name", "m"), 0);
	assert_string_equal(uuid_of(f, "Mirror", "m"), UUID("1"));
	assert_int_equal(set(f, "Mirror", UUID("2"), "name", "m"), 0);
	assert_refused(find(f, "Mirror", "m"), -EINVAL, "multiple rows in Mirror match \"m\"");
	assert_refused(find(f, "Mirror", "."), -ENOENT, "no row \".\" in table Mirror");
}

static void records_are_named_by_what_refers_to_them(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	make(f, "Controller", UUID("1"));
	make(f, "Controller", UUID("2"));
	assert_int_equal(find(f, "Controller", "br0"), -ENOENT);
	assert_int_equal(set(f, "Bridge", "br0", "controller", UUID("2")), 0);
	assert_string_equal(uuid_of(f, "Controller", "br0"), UUID("2"));
	assert_int_equal(set(f, "Bridge", "br0", "controller", UUID("1") "," UUID("2")), 0);
	assert_refused(find(f, "Controller", "br0"), -ENOENT, "no row \"br0\" in table Controller");
	assert_int_equal(find(f, "Controller", "p1"), -ENOENT);

	make(f, "NetFlow", UUID("1"));
	make(f, "sFlow", UUID("2"));
	make(f, "IPFIX", UUID("3"));
	make(f, "AutoAttach", UUID("4"));
	make(f, "QoS", UUID("5"));
	assert_int_equal(set(f, "Bridge", "br0", "netflow", UUID("1")), 0);
	assert_int_equal(set(f, "Bridge", "br0", "sflow", UUID("2")), 0);
	assert_int_equal(set(f, "Bridge", "br0", "ipfix", UUID("3")), 0);
	assert_int_equal(set(f, "Bridge", "br0", "auto_attach", UUID("4")), 0);
	assert_int_equal(set(f, "Port", "p1", "qos", UUID("5")), 0);
	assert_string_equal(uuid_of(f, "NetFlow", "br0"), UUID("1"));
	assert_string_equal(uuid_of(f, "sFlow", "br0"), UUID("2"));
	assert_string_equal(uuid_of(f, "IPFIX", "br0"), UUID("3"));
	assert_string_equal(uuid_of(f, "AutoAttach", "br0"), UUID("4"));
	assert_string_equal(uuid_of(f, "QoS", "p1"), UUID("5"));
	assert_int_equal(find(f, "QoS", "br0"), -ENOENT);
}

static void records_are_named_by_the_beginning_of_their_uuid(void **state)
{
	struct fixture *f = *state;

	make(f, "Queue", UUID("1"));
	make(f, "Queue", "abcdef01-0000-4000-8000-000000000000");
	assert_string_equal(uuid_of(f, "Queue", "1234"), UUID("1"));
	assert_string_equal(uuid_of(f, "Queue", "ABCDEF01-0"),
			    "abcdef01-0000-4000-8000-000000000000");
	assert_int_equal(find(f, "Queue", "123"), -ENOENT);
	assert_int_equal(find(f, "Queue", "1235"), -ENOENT);
	assert_int_equal(find(f, "Queue", "1234567"), 0);
	make(f, "Queue", UUID("2"));
	assert_refused(find(f, "Queue", "1234567"), -EINVAL,
		       "Queue contains 2 or more rows whose UUIDs begin with 1234567");
	assert_string_equal(uuid_of(f, "Queue", "12345672"), UUID("2"));
}

static void maps_of_references(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	make(f, "Flow_Table", UUID("1"));
	make(f, "QoS", UUID("1"));
	make(f, "Queue", UUID("2"));
	make(f, "Queue", UUID("3"));
	assert_int_equal(set(f, "Bridge", "br0", "flow_tables", "254=" UUID("1") ",0=" UUID("1")),
			 0);
	assert_string_equal(get(f, "Bridge", "br0", "flow_tables"),
			    "{0=" UUID("1") ", 254=" UUID("1") "}");
	assert_refused(set(f, "Bridge", "br0", "flow_tables", "255=" UUID("1")), -EINVAL,
		       "constraint violation: 255 is not in the valid range 0 to 254 (inclusive)");
	assert_int_equal(set(f, "QoS", ".", "queues", "10=" UUID("3") ",9=" UUID("2")), 0);
	assert_string_equal(get(f, "QoS", ".", "queues"), "{9=" UUID("2") ", 10=" UUID("3") "}");
	assert_int_equal(set(f, "QoS", ".", "queues", "4294967295=" UUID("3")), 0);
	assert_int_equal(set(f, "QoS", ".", "queues", "4294967296=" UUID("3")), -EINVAL);
	assert_int_equal(set(f, "QoS", ".", "queues", "1=x"), -EINVAL);
	assert_string_equal(get(f, "QoS", ".", "queues"), "{4294967295=" UUID("3") "}");
	assert_int_equal(set(f, "QoS", ".", "queues", "{}"), 0);
	assert_string_equal(get(f, "QoS", ".", "queues"), "{}");
}

static void maps_of_integers(void **state)
{
	struct fixture *f = *state;

	make(f, "AutoAttach", UUID("1"));
	assert_int_equal(set(f, "AutoAttach", ".", "mappings", "16777215=4095,0=0"), 0);
	assert_string_equal(get(f, "AutoAttach", ".", "mappings"), "{0=0, 16777215=4095}");
	assert_refused(
		set(f, "AutoAttach", ".", "mappings", "1=4096"), -EINVAL,
		"constraint violation: 4096 is not in the valid range 0 to 4095 (inclusive)");
	assert_int_equal(set(f, "AutoAttach", ".", "mappings", "16777216=1"), -EINVAL);

	make(f, "CT_Timeout_Policy", UUID("1"));
	assert_int_equal(
		set(f, "CT_Timeout_Policy", ".", "timeouts", "udp_first=0,icmp_reply=4294967295"),
		0);
	assert_string_equal(get(f, "CT_Timeout_Policy", ".", "timeouts"),
			    "{icmp_reply=4294967295, udp_first=0}");
	assert_int_equal(set(f, "CT_Timeout_Policy", ".", "timeouts", "udp_first=-1"), -EINVAL);
	assert_int_equal(set(f, "CT_Timeout_Policy", ".", "timeouts", "udp_last=1"), -EINVAL);
}

static void sets_with_bounds(void **state)
{
	struct fixture *f = *state;

	make(f, "NetFlow", UUID("1"));
	assert_string_equal(get(f, "NetFlow", ".", "targets"), "[\"\"]");
	assert_int_equal(set(f, "NetFlow", ".", "targets", "\"192.0.2.1:1\",\"192.0.2.2:2\""), 0);
	assert_string_equal(get(f, "NetFlow", ".", "targets"),
			    "[\"192.0.2.1:1\", \"192.0.2.2:2\"]");
	assert_refused(set(f, "NetFlow", ".", "targets", "[]"), -EINVAL,
		       "[]: 0 value(s) specified but the minimum number is 1");
	assert_int_equal(set(f, "NetFlow", ".", "active_timeout", "-1"), 0);
	assert_int_equal(set(f, "NetFlow", ".", "active_timeout", "-2"), -EINVAL);

	make(f, "Flow_Table", UUID("1"));
	assert_int_equal(set(f, "Flow_Table", ".", "prefixes", "a,b,c"), 0);
	assert_int_equal(set(f, "Flow_Table", ".", "prefixes", "a,b,c,d"), -EINVAL);
	assert_int_equal(set(f, "Flow_Table", ".", "overflow_policy", "evict"), 0);
	assert_string_equal(get(f, "Flow_Table", ".", "overflow_policy"), "evict");
	assert_refused(set(f, "Flow_Table", ".", "overflow_policy", "x"), -EINVAL,
		       "constraint violation: x is not one of the allowed values "
		       "([evict, refuse])");
}

static void references_that_are_values(void **state)
{
	struct fixture *f = *state;
	char br0[DB_UUID_LEN + 1];

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	strcpy(br0, uuid_of(f, "Bridge", "br0"));
	make(f, "Flow_Sample_Collector_Set", UUID("1"));
	assert_int_equal(set(f, "Flow_Sample_Collector_Set", ".", "bridge", br0), 0);
	assert_string_equal(get(f, "Flow_Sample_Collector_Set", ".", "bridge"), br0);
	assert_int_equal(set(f, "Flow_Sample_Collector_Set", ".", "bridge", "[]"), -EINVAL);
	reopen(f);
	assert_string_equal(get(f, "Flow_Sample_Collector_Set", "0", "bridge"), br0);
}

/* Every column that is stored, as it was made: what no command has set yet can be shown. */
static void empty_records_are_readable(void **state)
{
	struct fixture *f = *state;

	for (size_t t = 0; t < db_n_tables; t++) {
		const struct db_table *each = &db_tables[t];

		if (each->columns[0].structural || !strcmp(each->name, "Bridge") ||
		    !strcmp(each->name, "Port") || !strcmp(each->name, "Interface"))
			continue;
		if (strcmp(each->name, "Open_vSwitch"))
			make(f, each->name, UUID("1"));
		for (size_t c = 0; c < each->n_columns; c++) {
			if (each->columns[c].class != DB_LIVE)
				get(f, each->name, ".", each->columns[c].name);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(records_are_named_by_a_column),
		TEST(a_name_that_several_have_is_refused),
		TEST(records_are_named_by_what_refers_to_them),
		TEST(records_are_named_by_the_beginning_of_their_uuid),
		TEST(maps_of_references),
		TEST(maps_of_integers),
		TEST(sets_with_bounds),
		TEST(references_that_are_values),
		TEST(empty_records_are_readable),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
