/* SPDX-License-Identifier: BSD-2-Clause */
/* A new database with a transaction open, for the tests of db/. */
#ifndef XVS_TEST_DB_FIXTURE_H
#define XVS_TEST_DB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "db/datum.h"
#include "db/db.h"
#include "db/text.h"

struct fixture {
	char folder[32];
	char path[48];
	struct db *db;
	struct error error;
};

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/xvs-db-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/conf.db", f->folder);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;
	int left;

	db_close(f->db);
	unlink(f->path);
	left = rmdir(f->folder); /* fails when anything else is in it */
	free(f);
	return left;
}

static inline void reopen(struct fixture *f)
{
	assert_int_equal(db_commit(f->db, &f->error), 0);
	db_close(f->db);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
}

static inline const struct db_table *table(const char *name)
{
	return db_table_find(name, NULL);
}

static inline const struct db_column *column(const char *table_name, const char *name)
{
	return db_column_find(table(table_name), name, NULL);
}

/* As `set TABLE RECORD COLUMN=WORD`. */
static inline int set(struct fixture *f, const char *table_name, const char *record,
		      const char *name, const char *word)
{
	char uuid[DB_UUID_LEN + 1];
	json_t *value;
	int result = db_record_find(f->db, table(table_name), record, uuid, &f->error);

	if (result)
		return result;
	value = datum_parse(column(table_name, name), word, &f->error);
	if (!value)
		return -EINVAL;
	result = db_set(f->db, table(table_name), uuid, column(table_name, name), value, &f->error);
	json_decref(value);
	return result;
}

/* As `get TABLE RECORD COLUMN`. */
static inline const char *get(struct fixture *f, const char *table_name, const char *record,
			      const char *name)
{
	static char printed[4096];
	char uuid[DB_UUID_LEN + 1];
	struct text text = TEXT_EMPTY;
	json_t *value, *normal;

	assert_int_equal(db_record_find(f->db, table(table_name), record, uuid, &f->error), 0);
	assert_int_equal(
		db_get(f->db, table(table_name), uuid, column(table_name, name), &value, &f->error),
		0);
	normal = datum_check(column(table_name, name), value, &f->error);
	assert_true(json_equal(value, normal));
	datum_format(value, &text);
	snprintf(printed, sizeof(printed), "%s", text_string(&text));
	text_free(&text);
	json_decref(normal);
	json_decref(value);
	return printed;
}

static inline const char *uuid_of(struct fixture *f, const char *table_name, const char *record)
{
	static char uuid[DB_UUID_LEN + 1];

	assert_int_equal(db_record_find(f->db, table(table_name), record, uuid, &f->error), 0);
	return uuid;
}

static inline struct db_config *load(struct fixture *f)
{
	struct db_config *config;

	assert_int_equal(db_config_load(f->db, &config, &f->error), 0);
	return config;
}

#define assert_refused(call, code, sentence)                                                       \
	do {                                                                                       \
		assert_int_equal(call, code);                                                      \
		assert_string_equal(f->error.text, sentence);                                      \
	} while (0)

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
