/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements that are kept, and those that are not. */
#include "db_fixture.h"

#include "db/connection.h"

struct opened {
	char path[32];
	struct connection connection;
	struct error error;
};

static int open_file(void **state)
{
	struct opened *opened = calloc(1, sizeof(*opened));

	strcpy(opened->path, "/tmp/xvs-connection-XXXXXX");
	close(mkstemp(opened->path));
	assert_int_equal(connection_open(&opened->connection, opened->path, &opened->error), 0);
	*state = opened;
	return 0;
}

static int close_file(void **state)
{
	struct opened *opened = *state;

	connection_close(&opened->connection);
	unlink(opened->path);
	free(opened);
	return 0;
}

static void expect_row(struct opened *opened, sqlite3_stmt *statement, int value)
{
	assert_int_equal(connection_step(&opened->connection, statement, &opened->error), 1);
	assert_int_equal(sqlite3_column_int(statement, 0), value);
}

/* More texts than there are slots, so that many of them fall on that of the one in use. */
static void a_statement_in_use_stays(void **state)
{
	struct opened *opened = *state;
	sqlite3_stmt *statement;

	assert_int_equal(connection_query(&opened->connection, &statement, &opened->error,
					  "SELECT 1 UNION SELECT 2 UNION SELECT 3", ""),
			 0);
	expect_row(opened, statement, 1);
	for (int i = 0; i < 8 * CONNECTION_SLOTS; i++) {
		int64_t value = 0;
		char sql[32];

		snprintf(sql, sizeof(sql), "SELECT %d", i);
		assert_int_equal(
			connection_integer(&opened->connection, &value, &opened->error, sql, ""),
			1);
		assert_int_equal(value, i);
	}
	expect_row(opened, statement, 2);
	expect_row(opened, statement, 3);
	assert_int_equal(connection_step(&opened->connection, statement, &opened->error), 0);
}

static void too_many_in_use_are_refused(void **state)
{
	struct opened *opened = *state;
	sqlite3_stmt *statement;
	char sql[48];

	for (int i = 0; i < CONNECTION_SLOTS; i++) {
		snprintf(sql, sizeof(sql), "SELECT %d UNION SELECT -1", i);
		assert_int_equal(
			connection_query(&opened->connection, &statement, &opened->error, sql, ""),
			0);
		assert_int_equal(connection_step(&opened->connection, statement, &opened->error),
				 1);
	}
	assert_int_equal(
		connection_query(&opened->connection, &statement, &opened->error, "SELECT 0", ""),
		-EBUSY);
	assert_int_equal(connection_query_once(&opened->connection, &statement, &opened->error,
					       "SELECT ?", "i", (int64_t)5),
			 0);
	expect_row(opened, statement, 5);
	sqlite3_finalize(statement);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_statement_in_use_stays, open_file, close_file),
		cmocka_unit_test_setup_teardown(too_many_in_use_are_refused, open_file, close_file),
	};

	return cmocka_run_group_tests_name("connection", tests, NULL, NULL);
}
