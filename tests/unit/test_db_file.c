/* SPDX-License-Identifier: BSD-2-Clause */
/* The database file: what survives, what is refused, and that a refused file is left as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "db/datum.h"
#include "db/db.h"

struct fixture {
	char folder[32];
	char path[64];
	char wal[72];
	struct error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/xvs-dbfile-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/a/b/conf.db", f->folder);
	snprintf(f->wal, sizeof(f->wal), "%s-wal", f->path);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];
	int result;

	snprintf(command, sizeof(command), "rm -r '%s'", f->folder);
	result = system(command);
	free(f);
	return result;
}

static struct db *must_open(struct fixture *f)
{
	struct db *db = NULL;
	int result = db_open(f->path, &db, &f->error);

	if (result)
		fail_msg("%s", f->error.text);
	return db;
}

static void must_refuse(struct fixture *f, int code, const char *part)
{
	struct db *db = NULL;

	*f->error.text = '\0';
	assert_int_equal(db_open(f->path, &db, &f->error), code);
	if (!strstr(f->error.text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, f->error.text);
}

/* A whole file in memory; malloc()ed. */
static char *slurp(const char *path, size_t *length)
{
	FILE *file = fopen(path, "r");
	char *data;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*length = (size_t)ftell(file);
	rewind(file);
	data = malloc(*length + 1);
	assert_int_equal(fread(data, 1, *length, file), *length);
	fclose(file);
	return data;
}

static void spit(const char *path, const char *data, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, length, file), length);
	fclose(file);
}

static void add_bridge(struct db *db, const char *name)
{
	struct error error;

	if (db_begin(db, &error) || db_bridge_add(db, name, &error) || db_commit(db, &error)) {
		fprintf(stderr, "%s\n", error.text);
		_exit(1);
	}
}

static size_t count_bridges(struct fixture *f, struct db *db)
{
	struct db_config *config;
	size_t n = 0;

	assert_int_equal(db_config_load(db, &config, &f->error), 0);
	for (const struct db_bridge *bridge = config->bridges; bridge; bridge = bridge->next)
		n++;
	db_config_free(config);
	return n;
}

/* A process that commits two bridges and vanishes as by SIGKILL. */
static void crash(struct fixture *f)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct db *db;

		if (db_open(f->path, &db, NULL))
			_exit(1);
		add_bridge(db, "br0");
		add_bridge(db, "br1");
		if (db_begin(db, NULL) || db_bridge_add(db, "br2", NULL))
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void it_is_made_with_its_folders(void **state)
{
	struct fixture *f = *state;
	mode_t mask = umask(0);
	struct stat info;
	char path[64];

	db_close(must_open(f));
	umask(mask);
	assert_int_equal(stat(f->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	snprintf(path, sizeof(path), "%s/a/b", f->folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0755);
	assert_int_equal(stat(f->wal, &info), -1);
	db_close(must_open(f));
}

static void a_draft_that_was_left_does_not_matter(void **state)
{
	struct fixture *f = *state;
	char draft[80];

	db_close(must_open(f));
	unlink(f->path);
	snprintf(draft, sizeof(draft), "%s.new", f->path);
	spit(draft, "half a data", 11);
	db_close(must_open(f));
	assert_int_equal(access(draft, F_OK), -1);
}

static void what_was_committed_survives_a_crash(void **state)
{
	struct fixture *f = *state;
	struct db *db;

	crash(f);
	assert_int_equal(access(f->wal, F_OK), 0);
	db = must_open(f);
	assert_int_equal(count_bridges(f, db), 2);
	db_close(db);
	assert_int_equal(access(f->wal, F_OK), -1);
	db = must_open(f);
	assert_int_equal(count_bridges(f, db), 2);
	db_close(db);
}

static void a_copy_without_its_log_is_refused(void **state)
{
	struct fixture *f = *state;
	size_t length, wal_length, after_length;
	char *file, *wal, *after;
	struct db *db;

	crash(f);
	file = slurp(f->path, &length);
	wal = slurp(f->wal, &wal_length);
	unlink(f->wal);
	must_refuse(f, -EUCLEAN, "its write-ahead log");
	must_refuse(f, -EUCLEAN, "its write-ahead log");
	after = slurp(f->path, &after_length);
	assert_int_equal(length, after_length);
	assert_memory_equal(file, after, length);
	free(after);

	/* An emptied one is no better, and with the right one put back all is well. */
	spit(f->wal, "", 0);
	must_refuse(f, -EUCLEAN, "its write-ahead log");
	spit(f->wal, wal, wal_length);
	db = must_open(f);
	assert_int_equal(count_bridges(f, db), 2);
	db_close(db);
	free(file);
	free(wal);
}

static void a_log_without_its_file_is_refused(void **state)
{
	struct fixture *f = *state;

	crash(f);
	unlink(f->path);
	must_refuse(f, -EUCLEAN, "is missing, but its write-ahead log");
	assert_int_equal(access(f->path, F_OK), -1);
}

static void another_program_may_finish_the_log(void **state)
{
	struct fixture *f = *state;
	sqlite3 *sqlite;
	struct db *db;

	crash(f);
	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, "SELECT * FROM Bridge", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
	assert_int_equal(access(f->wal, F_OK), -1);
	db = must_open(f);
	assert_int_equal(count_bridges(f, db), 2);
	db_close(db);
}

static void the_log_stays_short(void **state)
{
	struct fixture *f = *state;
	struct db *db = must_open(f);
	struct stat info;

	for (int i = 0; i < 300; i++) {
		add_bridge(db, "br0");
		assert_int_equal(db_begin(db, &f->error), 0);
		assert_int_equal(db_bridge_del(db, "br0", &f->error), 0);
		assert_int_equal(db_commit(db, &f->error), 0);
	}
	assert_int_equal(stat(f->wal, &info), 0);
	assert_true(info.st_size < 1100 * 4200);
	db_close(db);
}

static void strangers_are_refused_and_left_alone(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *sql; /* NULL: the file is `text` */
		const char *text;
		int code;
		const char *sentence;
	} cases[] = {
		{NULL, "", -EUCLEAN, "is empty"},
		{NULL, "not a database", -EUCLEAN, "is damaged, or not a database"},
		{NULL, "SQLite format 3", -EUCLEAN, "is damaged, or not a database"},
		{"CREATE TABLE t (x)", NULL, -EINVAL, "not one of this switch"},
		{"PRAGMA application_id = 7; CREATE TABLE t (x)", NULL, -EINVAL,
		 "not one of this switch"},
		{"PRAGMA application_id = 0x58565357; PRAGMA user_version = 99; CREATE TABLE t (x)",
		 NULL, -EINVAL, "is of schema version 99, this program knows none newer than"},
	};

	db_close(must_open(f));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t length, after_length;
		char *before, *after;

		unlink(f->path);
		if (cases[i].sql) {
			sqlite3 *sqlite;

			assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
			assert_int_equal(sqlite3_exec(sqlite, cases[i].sql, NULL, NULL, NULL),
					 SQLITE_OK);
			sqlite3_close(sqlite);
		} else {
			spit(f->path, cases[i].text, strlen(cases[i].text));
		}
		before = slurp(f->path, &length);
		must_refuse(f, cases[i].code, cases[i].sentence);
		after = slurp(f->path, &after_length);
		assert_int_equal(length, after_length);
		assert_memory_equal(before, after, length);
		free(before);
		free(after);
	}
	unlink(f->path);
	assert_int_equal(mkdir(f->path, 0700), 0);
	must_refuse(f, -EISDIR, "cannot read database");
	rmdir(f->path);
}

static void a_newer_schema_in_the_log_is_refused(void **state)
{
	struct fixture *f = *state;
	sqlite3 *sqlite;

	crash(f);
	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	sqlite3_db_config(sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	assert_int_equal(sqlite3_exec(sqlite, "PRAGMA user_version = 99", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(sqlite);
	must_refuse(f, -EINVAL, "is of schema version 99");
	must_refuse(f, -EINVAL, "is of schema version 99");
}

static unsigned seed(void)
{
	const char *given = getenv("XVS_TEST_SEED");
	unsigned value = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

	print_message("XVS_TEST_SEED=%u\n", value);
	srand(value);
	return value;
}

/* Opens a file that may be damaged: either it is refused, or nothing is missing in it. */
static void open_damaged(struct fixture *f, int *refused)
{
	struct db_config *config = NULL;
	struct db *db;

	*f->error.text = '\0';
	if (db_open(f->path, &db, &f->error)) {
		assert_true(*f->error.text);
		++*refused;
		return;
	}
	if (db_config_load(db, &config, &f->error)) {
		assert_true(*f->error.text);
		++*refused;
	} else {
		size_t bridges = 0, ports = 0;

		for (const struct db_bridge *b = config->bridges; b; b = b->next, bridges++) {
			for (const struct db_port *p = b->ports; p; p = p->next)
				ports++;
		}
		assert_int_equal(bridges, 1);
		assert_int_equal(ports, 51);
		db_config_free(config);
	}
	db_close(db);
}

static void damage_is_never_an_empty_configuration(void **state)
{
	struct fixture *f = *state;
	struct db *db = must_open(f);
	int flips = 0, cuts = 0;
	char name[16];
	size_t length;
	char *whole;

	assert_int_equal(db_begin(db, &f->error), 0);
	assert_int_equal(db_bridge_add(db, "br0", &f->error), 0);
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "port%d", i);
		assert_int_equal(db_port_add(db, "br0", name, 0, &f->error), 0);
	}
	assert_int_equal(db_commit(db, &f->error), 0);
	db_close(db);
	whole = slurp(f->path, &length);
	seed();
	for (int i = 0; i < 400; i++) {
		size_t at = (size_t)rand() % length;
		char bit = (char)(1 << rand() % 8);

		whole[at] ^= bit;
		spit(f->path, whole, length);
		whole[at] ^= bit;
		unlink(f->wal);
		open_damaged(f, &flips);
	}
	for (int i = 0; i < 100; i++) {
		spit(f->path, whole, (size_t)rand() % length);
		unlink(f->wal);
		open_damaged(f, &cuts);
	}
	print_message("%d of 400 flipped bits and %d of 100 cut files were refused\n", flips, cuts);
	assert_int_equal(cuts, 100);
	free(whole);
}

/* A log whose end is lost, as by a power cut: a state that was once committed, never half of one.
 */
static void a_torn_log_gives_a_committed_state(void **state)
{
	struct fixture *f = *state;
	size_t length, wal_length;
	char *file, *wal;

	crash(f);
	file = slurp(f->path, &length);
	wal = slurp(f->wal, &wal_length);
	seed();
	for (int i = 0; i < 50; i++) {
		struct db *db;

		spit(f->path, file, length);
		spit(f->wal, wal, 33 + (size_t)rand() % (wal_length - 33));
		db = must_open(f);
		assert_true(count_bridges(f, db) <= 2);
		db_close(db);
	}
	free(file);
	free(wal);
}

/* Commits until it is killed, and says after each commit how far it got. */
static void commit_for_ever(struct fixture *f, int acknowledge)
{
	struct db *db;
	char name[16];

	if (db_open(f->path, &db, NULL))
		_exit(1);
	for (int i = (int)count_bridges(f, db); i < 4000; i++) {
		snprintf(name, sizeof(name), "br%d", i);
		add_bridge(db, name);
		i++;
		if (write(acknowledge, &i, sizeof(i)) != sizeof(i))
			_exit(1);
		i--;
	}
	_exit(1);
}

static void every_acknowledged_commit_is_there_after_sigkill(void **state)
{
	struct fixture *f = *state;
	int acknowledged = 0;

	seed();
	for (int round = 0; round < 20; round++) {
		int ends[2];
		struct db *db;
		pid_t child;
		int got;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0)
			commit_for_ever(f, ends[1]);
		close(ends[1]);
		assert_int_equal(read(ends[0], &acknowledged, sizeof(acknowledged)),
				 sizeof(acknowledged)); /* it has begun */
		usleep((useconds_t)(rand() % 60000));
		kill(child, SIGKILL);
		while (read(ends[0], &got, sizeof(got)) == sizeof(got))
			acknowledged = got;
		close(ends[0]);
		waitpid(child, NULL, 0);
		db = must_open(f);
		/* One more may have been committed than was told, and counts from now on. */
		assert_in_range(count_bridges(f, db), acknowledged, acknowledged + 1);
		acknowledged = (int)count_bridges(f, db);
		db_close(db);
	}
	print_message("%d commits acknowledged\n", acknowledged);
}

static void a_lock_is_waited_for_but_not_for_ever(void **state)
{
	struct fixture *f = *state;
	struct db *db = must_open(f);
	time_t start = time(NULL);
	sqlite3 *other;

	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(db_begin(db, &f->error), -EBUSY);
	assert_non_null(strstr(f->error.text, "another process has kept it locked for 5 seconds"));
	assert_in_range(time(NULL) - start, 4, 8);
	sqlite3_close(other);
	add_bridge(db, "br0");
	db_close(db);
}

/* As on a full disk: no file may grow. */
static void full_disk(struct fixture *f)
{
	struct db *db;
	struct rlimit limit = {0, 0};
	struct stat info;

	signal(SIGXFSZ, SIG_IGN);
	if (db_open(f->path, &db, NULL))
		_exit(1);
	add_bridge(db, "br0");
	stat(f->wal, &info);
	limit.rlim_cur = limit.rlim_max = (rlim_t)info.st_size;
	setrlimit(RLIMIT_FSIZE, &limit);
	if (db_begin(db, &f->error) || db_bridge_add(db, "br1", &f->error))
		_exit(2);
	if (db_commit(db, &f->error) == 0)
		_exit(3);
	fprintf(stderr, "%s\n", f->error.text);
	if (db_changed(db) || count_bridges(f, db) != 1)
		_exit(4);
	db_close(db);
	_exit(0);
}

static void a_full_disk_refuses_the_change_and_no_more(void **state)
{
	struct fixture *f = *state;
	pid_t child = fork();
	int status;
	struct db *db;

	if (child == 0)
		full_disk(f);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	db = must_open(f);
	assert_int_equal(count_bridges(f, db), 1);
	db_close(db);
}

static void saved_links_survive_a_crash_within_a_transaction(void **state)
{
	struct fixture *f = *state;
	struct db_saved_link saved = {.ifindex = 5, .name = "eth5", .promisc = true};
	pid_t child = fork();
	struct db *db;
	int status;

	if (child == 0) {
		if (db_open(f->path, &db, NULL) || db_begin(db, NULL) ||
		    db_bridge_add(db, "br0", NULL) || db_saved_link_put(db, &saved, NULL))
			_exit(1);
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	db = must_open(f);
	assert_int_equal(count_bridges(f, db), 0);
	memset(&saved, 0, sizeof(saved));
	assert_int_equal(db_saved_link_get(db, 5, &saved), 0);
	assert_string_equal(saved.name, "eth5");
	db_close(db);
}

static void saved_links_of_another_boot_or_damaged_are_thrown_away(void **state)
{
	struct fixture *f = *state;
	struct db_saved_link saved = {.ifindex = 5, .name = "eth5"};
	struct db *db = must_open(f);
	char path[80];
	sqlite3 *sqlite;

	assert_int_equal(db_saved_link_put(db, &saved, &f->error), 0);
	db_close(db);
	snprintf(path, sizeof(path), "%s-links", f->path);
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, "UPDATE saved_link SET boot = 'x'", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(sqlite);
	db = must_open(f);
	assert_int_equal(db_saved_link_get(db, 5, &saved), -ENOENT);
	db_close(db);
	assert_int_equal(access(path, F_OK), -1);

	spit(path, "torn by a power cut", 19);
	db = must_open(f);
	assert_int_equal(db_saved_link_get(db, 5, &saved), -ENOENT);
	assert_int_equal(db_saved_link_put(db, &saved, &f->error), 0);
	assert_int_equal(db_saved_link_get(db, 5, &saved), 0);
	db_close(db);
}

static void damaged_values_are_reported(void **state)
{
	struct fixture *f = *state;
	const struct db_table *port = db_table_find("Port", NULL);
	char uuid[DB_UUID_LEN + 1];
	struct db_config *config;
	json_t *value;
	sqlite3 *sqlite;
	struct db *db;

	crash(f);
	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite,
				      "UPDATE Bridge SET other_config = '[\"map\"';"
				      "UPDATE Port SET trunks = ''",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(sqlite);
	db = must_open(f);
	assert_int_equal(db_config_load(db, &config, &f->error), -EUCLEAN);
	assert_non_null(strstr(f->error.text, "record br0 in table Bridge can't be read"));
	assert_int_equal(db_record_find(db, port, "br0", uuid, &f->error), 0);
	assert_int_equal(
		db_get(db, port, uuid, db_column_find(port, "trunks", NULL), &value, &f->error),
		-EUCLEAN);
	db_close(db);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(it_is_made_with_its_folders),
		TEST(a_draft_that_was_left_does_not_matter),
		TEST(what_was_committed_survives_a_crash),
		TEST(a_copy_without_its_log_is_refused),
		TEST(a_log_without_its_file_is_refused),
		TEST(another_program_may_finish_the_log),
		TEST(the_log_stays_short),
		TEST(strangers_are_refused_and_left_alone),
		TEST(a_newer_schema_in_the_log_is_refused),
		TEST(damage_is_never_an_empty_configuration),
		TEST(a_torn_log_gives_a_committed_state),
		TEST(every_acknowledged_commit_is_there_after_sigkill),
		TEST(a_lock_is_waited_for_but_not_for_ever),
		TEST(a_full_disk_refuses_the_change_and_no_more),
		TEST(saved_links_survive_a_crash_within_a_transaction),
		TEST(saved_links_of_another_boot_or_damaged_are_thrown_away),
		TEST(damaged_values_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
