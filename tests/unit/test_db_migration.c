/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Databases of earlier versions: whatever is in them is in the new one, and that is the same as if
 * it had been made new. Each case is filled by this version first, then brought into the earlier
 * form.
 */
#include "db_fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include "db/migration.h"

#define FILTERING_ID 100 /* of a bridge of version 1: its number and this */

static void run_sql(sqlite3 *sqlite, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(sqlite, sql, NULL, NULL, &why))
		fail_msg("%s: %s", sql, why);
}

static sqlite3 *open_sqlite(const char *path)
{
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	return sqlite;
}

static char *read_file(const char *path)
{
	struct text content = TEXT_EMPTY;
	FILE *file = fopen(path, "r");
	char part[4096];
	size_t length;

	assert_non_null(file);
	while ((length = fread(part, 1, sizeof(part), file)))
		text_add_octets(&content, part, length);
	fclose(file);
	assert_non_null(content.data);
	return content.data;
}

/* The schema of version 1: bridges had a filtering id behind their number. */
static char *schema_1(const char *schema_2)
{
	const char *at = strstr(schema_2, "_number INTEGER NOT NULL UNIQUE");
	char *schema;

	assert_non_null(at);
	at = strchr(at, '\n');
	assert_true(asprintf(&schema, "%.*s\n\t_fid INTEGER NOT NULL UNIQUE,%s",
			     (int)(at - schema_2), schema_2, at) > 0);
	return schema;
}

/* An empty file of an earlier version. */
static sqlite3 *create_earlier(const char *path, int version)
{
	char *file = read_file(version < 3 ? SCHEMA_2 : SCHEMA_3);
	char *schema = version == 1 ? schema_1(file) : NULL;
	sqlite3 *sqlite = open_sqlite(path);
	char pragmas[128];

	run_sql(sqlite, schema ? schema : file);
	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 MIGRATION_APPLICATION_ID, version);
	run_sql(sqlite, pragmas);
	free(schema);
	free(file);
	return sqlite;
}

/* Names of the columns that a table has in the new form, too, as "a, b, c". */
static void list_columns(sqlite3 *sqlite, const char *table, struct text *text)
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(sqlite,
					    "SELECT name FROM pragma_table_info(?, 'main')"
					    " WHERE name <> '_fid'",
					    -1, &statement, NULL),
			 SQLITE_OK);
	sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
	while (sqlite3_step(statement) == SQLITE_ROW)
		text_add(text, "%s%s", text->length ? ", " : "",
			 (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

static void copy_table(sqlite3 *to, const char *table, bool fid)
{
	struct text columns = TEXT_EMPTY, sql = TEXT_EMPTY;

	list_columns(to, table, &columns);
	text_add(&sql, "DELETE FROM main.%s; INSERT INTO main.%s (%s%s) SELECT %s", table, table,
		 text_string(&columns), fid ? ", _fid" : "", text_string(&columns));
	if (fid)
		text_add(&sql, ", _number + %d", FILTERING_ID);
	text_add(&sql, " FROM new.%s", table);
	run_sql(to, text_string(&sql));
	text_free(&columns);
	text_free(&sql);
}

/* Writes what is in the file of this version into one of an earlier. */
static void write_earlier(const char *new_path, const char *path, int version)
{
	sqlite3 *sqlite = create_earlier(path, version);
	sqlite3_stmt *tables;
	char attach[128];

	snprintf(attach, sizeof(attach), "ATTACH '%s' AS new", new_path);
	run_sql(sqlite, attach);
	assert_int_equal(sqlite3_prepare_v2(sqlite,
					    "SELECT name FROM main.sqlite_schema"
					    " WHERE type = 'table'",
					    -1, &tables, NULL),
			 SQLITE_OK);
	while (sqlite3_step(tables) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(tables, 0);

		copy_table(sqlite, table, version == 1 && !strcmp(table, "Bridge"));
	}
	sqlite3_finalize(tables);
	run_sql(sqlite, "DETACH new");
	sqlite3_close(sqlite);
}

/* All rows of a query, a line each. */
static void print_rows(sqlite3 *sqlite, const char *sql, struct text *text)
{
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++)
			text_add(text, "%s|", (const char *)sqlite3_column_text(statement, i));
		text_add(text, "\n");
	}
	sqlite3_finalize(statement);
}

/* Rows, columns, keys and indexes of a table. */
static void print_table(sqlite3 *sqlite, const char *table, struct text *text)
{
	static const char *const queries[] = {
		"SELECT * FROM %s",
		"SELECT * FROM pragma_table_info('%s')",
		"SELECT * FROM pragma_foreign_key_list('%s')",
		"SELECT name, \"unique\", origin FROM pragma_index_list('%s') ORDER BY name",
		"SELECT i.name, c.name FROM pragma_index_list('%s') AS i,"
		" pragma_index_info(i.name) AS c ORDER BY i.name, c.seqno",
		"SELECT strict FROM pragma_table_list('%s')",
	};
	char sql[256];

	for (size_t q = 0; q < sizeof(queries) / sizeof(*queries); q++) {
		text_add(text, "%s %zu\n", table, q);
		snprintf(sql, sizeof(sql), queries[q], table);
		print_rows(sqlite, sql, text);
	}
}

/* All that a file is but for its octets. */
static void print_file(const char *path, struct text *text)
{
	sqlite3 *sqlite = open_sqlite(path);
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_prepare_v2(sqlite,
					    "SELECT name FROM sqlite_schema WHERE type = 'table'"
					    " ORDER BY name",
					    -1, &statement, NULL),
			 SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW)
		print_table(sqlite, (const char *)sqlite3_column_text(statement, 0), text);
	sqlite3_finalize(statement);
	print_rows(sqlite,
		   "SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name, tbl_name",
		   text);
	print_rows(sqlite, "PRAGMA user_version", text);
	print_rows(sqlite, "PRAGMA application_id", text);
	print_rows(sqlite, "PRAGMA foreign_key_check", text);
	print_rows(sqlite, "PRAGMA integrity_check", text);
	sqlite3_close(sqlite);
}

static void expect_same(const struct text *before, const struct text *after)
{
	const char *a = text_string(before), *b = text_string(after), *line = a;

	for (; *a && *a == *b; a++, b++)
		if (*a == '\n')
			line = a + 1;
	if (*a != *b)
		fail_msg("\"%.80s\" has become \"%.80s\"", line, b - (a - line));
}

/* The version that a test begins with: its setup says. */
static int earlier;

static void add_queue(struct fixture *f)
{
	char uuid[DB_UUID_LEN + 1];

	db_uuid_make(uuid);
	assert_int_equal(db_create(f->db, table("Queue"), uuid, NULL, &f->error), 0);
	assert_int_equal(set(f, "Queue", ".", "dscp", "7"), 0);
}

/* Bridges that came and went, ports, static addresses, and something in every kind of column. */
static void fill(struct fixture *f)
{
	const uint8_t macs[2][6] = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
	char name[16];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "br%d", i);
		assert_int_equal(db_bridge_add(f->db, name, &f->error), 0);
	}
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(db_port_add(f->db, i % 2 ? "br0" : "br3", name, 0, &f->error), 0);
	}
	assert_int_equal(db_bridge_del(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_del(f->db, "p6", &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 0, macs[0], &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p3", 0, macs[1], &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br3", "p2", 0, macs[0], &f->error), 0);
	assert_int_equal(
		set(f, "Bridge", "br0", "other_config", "mac-aging-time=7,mac-table-size=99"), 0);
	assert_int_equal(set(f, "Bridge", "br3", "external_ids", "\"a b\"=\"é|'\\\"\""), 0);
	assert_int_equal(set(f, "Bridge", "br3", "stp_enable", "true"), 0);
	assert_int_equal(set(f, "Bridge", "br3", "datapath_type", "netdev"), 0);
	assert_int_equal(set(f, "Bridge", "br3", "fail_mode", "secure"), 0);
	assert_int_equal(set(f, "Bridge", "br3", "protocols", "OpenFlow10,OpenFlow13"), 0);
	assert_int_equal(set(f, "Interface", "p1", "mtu_request", "9000"), 0);
	assert_int_equal(set(f, "Interface", "p1", "ofport_request", "77"), 0);
	assert_int_equal(set(f, "Interface", "p3", "options", "rx-hook=xdp"), 0);
	assert_int_equal(set(f, "Port", "p3", "external_ids", "x=y"), 0);
	assert_int_equal(set(f, "Open_vSwitch", ".", "external_ids", "system-id=7"), 0);
	if (earlier >= 3)
		add_queue(f);
	assert_int_equal(db_settle(f->db, &f->error), 0);
}

/* Puts a value of its own into each column that a user may set and that was there before, whatever
 * its type; but fail_mode has a meaning. */
static void mark_columns(const char *path)
{
	sqlite3 *sqlite = open_sqlite(path);
	struct text updates = TEXT_EMPTY;

	print_rows(sqlite,
		   "SELECT printf('UPDATE \"%w\" SET \"%w\" = %d; --', t.name, c.name, c.cid)"
		   " FROM sqlite_schema AS t, pragma_table_info(t.name) AS c"
		   " WHERE t.type = 'table' AND c.dflt_value IS NOT NULL"
		   " AND c.name NOT IN ('fail_mode', '_secure', '_port_config')",
		   &updates);
	run_sql(sqlite, text_string(&updates));
	text_free(&updates);
	sqlite3_close(sqlite);
}

/* As if the flows of the bridges had been made by the migration: nobody knows when. */
static void forget_past(const char *path)
{
	sqlite3 *sqlite = open_sqlite(path);

	run_sql(sqlite, "UPDATE Flow SET created_us = 0, modified_us = 0, boot = '', _id ="
			" (SELECT count(*) FROM Flow AS other WHERE other._id <= Flow._id);"
			"UPDATE sqlite_sequence SET seq = (SELECT max(_id) FROM Flow)");
	sqlite3_close(sqlite);
}

/* The fixture's database goes out of the way. */
static void set_aside(struct fixture *f, char new_path[64])
{
	assert_int_equal(db_commit(f->db, &f->error), 0);
	db_close(f->db);
	f->db = NULL;
	snprintf(new_path, 64, "%s/new.db", f->folder);
	assert_int_equal(rename(f->path, new_path), 0);
}

static void make_earlier(struct fixture *f, char new_path[64])
{
	set_aside(f, new_path);
	write_earlier(new_path, f->path, earlier);
}

static void nothing_is_lost(void **state)
{
	struct fixture *f = *state;
	struct text before = TEXT_EMPTY, after = TEXT_EMPTY;
	char new_path[64];

	fill(f);
	set_aside(f, new_path);
	mark_columns(new_path);
	forget_past(new_path);
	write_earlier(new_path, f->path, earlier);
	print_file(new_path, &before);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	db_close(f->db);
	f->db = NULL;
	print_file(f->path, &after);
	expect_same(&before, &after);
	text_free(&before);
	text_free(&after);
	unlink(new_path);

	/* Once, and never again. */
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_false(db_changed(f->db));
}

static void an_empty_one_too(void **state)
{
	struct fixture *f = *state;
	char new_path[64];

	make_earlier(f, new_path);
	unlink(new_path);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	reopen(f);
	assert_int_equal(strlen(uuid_of(f, "Bridge", "br0")), 36);
}

/* db_flow_fn */
static int add_flow(const struct db_flow *flow, void *text)
{
	text_add(text, "%d:%d %d '%s' %s %d\n", flow->bridge, flow->table, flow->priority,
		 flow->match, flow->actions, flow->is_default);
	return 0;
}

/* The secure one of the three has none. */
static void every_bridge_gets_its_flow(void **state)
{
	struct fixture *f = *state;
	struct text flows = TEXT_EMPTY;
	char new_path[64];

	fill(f);
	make_earlier(f, new_path);
	unlink(new_path);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_flow_each(f->db, NULL, add_flow, &flows, &f->error), 0);
	assert_string_equal(text_string(&flows), "1:0 0 '' NORMAL 1\n3:0 0 '' NORMAL 1\n");
	text_clear(&flows);

	/* It is remembered who is secure, and who is not. */
	assert_int_equal(db_settle(f->db, &f->error), 0);
	assert_false(db_changed(f->db));
	assert_int_equal(set(f, "Bridge", "br3", "fail_mode", "[]"), 0);
	assert_int_equal(db_settle(f->db, &f->error), 0);
	assert_int_equal(db_flow_each(f->db, "br3", add_flow, &flows, &f->error), 0);
	assert_string_equal(text_string(&flows), "4:0 0 '' NORMAL 1\n");
	text_free(&flows);
}

/* What hangs together still does: a bridge takes along what is its own, and nothing else. */
static void it_works_as_before(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_bridge *br0;
	char new_path[64];
	size_t ports = 0;

	fill(f);
	make_earlier(f, new_path);
	unlink(new_path);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	config = load(f);
	br0 = config->bridges;
	assert_string_equal(br0->name, "br0");
	assert_int_equal(br0->number, 1);
	assert_int_equal(br0->mac_aging_time, 7);
	assert_string_equal(br0->next->name, "br2");
	assert_int_equal(br0->next->number, 3);
	assert_string_equal(br0->next->next->name, "br3");
	for (const struct db_port *port = br0->ports; port; port = port->next)
		ports++;
	assert_int_equal(ports, 11);
	assert_int_equal(br0->ports->next->ofport, 77);
	assert_int_equal(br0->ports->next->mtu_request, 9000);
	assert_int_equal(br0->static_macs->port, br0->ports->next->number);
	assert_non_null(br0->next->next->static_macs);
	assert_int_equal(db_config_check(config, &f->error), 0);
	db_config_free(config);

	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br9", &f->error), 0);
	reopen(f);
	config = load(f);
	assert_string_equal(config->bridges->name, "br2");
	assert_string_equal(config->bridges->next->next->name, "br9");
	assert_int_equal(config->bridges->next->next->number, 1);
	assert_non_null(config->bridges->next->static_macs);
	db_config_free(config);
}

static off_t size_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

/* A step that fails leaves the earlier version, to be opened by the earlier program. */
static void all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct text before = TEXT_EMPTY, after = TEXT_EMPTY;
	char new_path[64];
	sqlite3 *sqlite;
	off_t size;

	fill(f);
	make_earlier(f, new_path);
	unlink(new_path);
	sqlite = open_sqlite(f->path);
	run_sql(sqlite, "CREATE TABLE Meter (x)");
	sqlite3_close(sqlite);
	print_file(f->path, &before);
	size = size_of(f->path);
	assert_true(db_open(f->path, &f->db, &f->error) < 0);
	assert_string_not_equal(f->error.text, "");
	print_file(f->path, &after);
	expect_same(&before, &after);
	assert_int_equal(size_of(f->path), size);
	text_free(&before);
	text_free(&after);

	sqlite = open_sqlite(f->path);
	run_sql(sqlite, "DROP TABLE Meter");
	sqlite3_close(sqlite);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
}

static int from_1(void **state)
{
	earlier = 1;
	return setup(state);
}

static int from_2(void **state)
{
	earlier = 2;
	return setup(state);
}

static int from_3(void **state)
{
	earlier = 3;
	return setup(state);
}

#define FROM(version, function)                                                                    \
	{                                                                                          \
#function " from " #version, function, from_##version, teardown, NULL              \
	}
#define FROM_EACH(function) FROM(1, function), FROM(2, function), FROM(3, function)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FROM_EACH(nothing_is_lost),    FROM_EACH(an_empty_one_too),
		FROM_EACH(it_works_as_before), FROM_EACH(every_bridge_gets_its_flow),
		FROM_EACH(all_or_nothing),
	};

	return cmocka_run_group_tests_name("db_migration", tests, NULL, NULL);
}
