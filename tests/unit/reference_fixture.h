/* SPDX-License-Identifier: BSD-2-Clause */
/* Records that refer to each other, for the tests of relations and references. */
#ifndef XVS_TEST_REFERENCE_FIXTURE_H
#define XVS_TEST_REFERENCE_FIXTURE_H

#include "db_fixture.h"

struct id {
	char uuid[DB_UUID_LEN + 1];
};

static inline struct id new_id(void)
{
	struct id id;

	db_uuid_make(id.uuid);
	return id;
}

static inline int create_as(struct fixture *f, const char *table_name, struct id id,
			    const char *name)
{
	return db_create(f->db, table(table_name), id.uuid, name, &f->error);
}

/* `name` is that of a Bridge, Port or Interface, else NULL. */
static inline struct id create(struct fixture *f, const char *table_name, const char *name)
{
	struct id id = new_id();

	assert_int_equal(create_as(f, table_name, id, name), 0);
	return id;
}

static inline struct id id_of(struct fixture *f, const char *table_name, const char *record)
{
	struct id id;

	strcpy(id.uuid, uuid_of(f, table_name, record));
	return id;
}

static inline int destroy(struct fixture *f, const char *table_name, struct id id)
{
	return db_destroy(f->db, table(table_name), id.uuid, &f->error);
}

static inline bool exists(struct fixture *f, const char *table_name, const char *record)
{
	char uuid[DB_UUID_LEN + 1];

	return db_record_find(f->db, table(table_name), record, uuid, NULL) == 0;
}

/* Makes a column a set of `n` references. */
static inline int refer(struct fixture *f, const char *table_name, const char *record,
			const char *name, size_t n, const struct id *ids)
{
	struct text word = TEXT_EMPTY;
	int result;

	text_add(&word, "[");
	for (size_t i = 0; i < n; i++)
		text_add(&word, "%s%s", i ? "," : "", ids[i].uuid);
	text_add(&word, "]");
	result = set(f, table_name, record, name, text_string(&word));
	text_free(&word);
	return result;
}

#define REFER(f, table_name, record, name, ...)                                                    \
	refer(f, table_name, record, name, sizeof((struct id[]){__VA_ARGS__}) / sizeof(struct id), \
	      (struct id[]){__VA_ARGS__})

static inline int settle(struct fixture *f)
{
	return db_settle(f->db, &f->error);
}

#endif
