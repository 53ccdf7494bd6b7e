/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/database_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "db/migration.h"
#include "db/store.h"

/* The first octets of a database, big-endian; https://www.sqlite.org/fileformat2.html, section 1.3.
 */
struct header {
	char magic[16];
	uint8_t layout[44];
	uint32_t user_version;
	uint32_t incremental_vacuum;
	uint32_t application_id;
};
_Static_assert(offsetof(struct header, user_version) == 60, "as in the file");
_Static_assert(offsetof(struct header, application_id) == 68, "as in the file");

static int system_error(struct error *error, const char *what, const char *path)
{
	int code = errno;

	return error_set(error, -code, "cannot %s %s: %s", what, path, strerror(code));
}

static int make_folders(const char *path, struct error *error)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", path);
	for (char *p = strchr(folder + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(folder, 0755) && errno != EEXIST)
			return system_error(error, "make folder", folder);
		*p = '/';
	}
	return 0;
}

static void sync_folder(const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	snprintf(slash ? slash + 1 : folder, 2, ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

int database_file_fill(struct connection *connection, struct error *error)
{
	char uuid[DB_UUID_LEN + 1];
	int result = migration_run(connection, 0, error);

	db_uuid_make(uuid);
	return result ? result
		      : connection_run(connection, error,
				       "INSERT INTO Open_vSwitch (_id, _uuid) VALUES (1, ?)", "s",
				       uuid);
}

static int fill(const char *path, struct error *error)
{
	struct connection connection;
	int result = connection_open(&connection, path, error);

	/* A journal would lie about under a name that nobody knows; an unfinished file is thrown
	 * away. */
	if (result == 0)
		result = connection_script(&connection, "PRAGMA journal_mode = MEMORY", error);
	if (result == 0)
		result = database_file_fill(&connection, error);
	connection_close(&connection);
	return result;
}

static int make(const char *path, struct error *error)
{
	char draft[PATH_MAX + 8];
	int result, fd;

	snprintf(draft, sizeof(draft), "%s.new", path);
	unlink(draft);
	fd = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return system_error(error, "make database", draft);
	close(fd);
	result = fill(draft, error);
	/* Not rename(): it would replace what somebody else has put there meanwhile. */
	if (result == 0 && link(draft, path) && errno != EEXIST)
		result = system_error(error, "make database", path);
	unlink(draft);
	sync_folder(path);
	return result;
}

int database_file_make(const char *path, struct error *error)
{
	int result;

	if (strlen(path) >= PATH_MAX)
		return error_set(error, -ENAMETOOLONG, "the database's path is too long: %s", path);
	result = make_folders(path, error);
	if (result)
		return result;
	if (access(path, F_OK) == 0)
		return 0;
	if (errno != ENOENT)
		return system_error(error, "open database", path);
	if (wal_exists(path))
		return error_set(error, -EUCLEAN,
				 "database %s is missing, but its write-ahead log %s-wal is there",
				 path, path);
	return make(path, error);
}

static int check_version(const char *path, int64_t version, struct error *error)
{
	if (version <= MIGRATION_VERSION)
		return 0;
	return error_set(error, -EINVAL,
			 "database %s is of schema version %" PRId64
			 ", this program knows none newer than %d: a newer program is needed",
			 path, version, MIGRATION_VERSION);
}

int database_file_identify(const char *path, struct error *error)
{
	struct header header;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length;

	if (fd < 0)
		return system_error(error, "open database", path);
	length = pread(fd, &header, sizeof(header), 0);
	close(fd);
	if (length < 0)
		return system_error(error, "read database", path);
	if (length == 0)
		return error_set(
			error, -EUCLEAN,
			"database %s is empty: it has lost what was in it; remove it to begin anew",
			path);
	if (length < (ssize_t)sizeof(header) ||
	    memcmp(header.magic, "SQLite format 3", sizeof(header.magic)))
		return error_set(error, -EUCLEAN, "%s is damaged, or not a database", path);
	if (ntohl(header.application_id) != MIGRATION_APPLICATION_ID)
		return error_set(error, -EINVAL, "%s is a database, but not one of this switch",
				 path);
	return check_version(path, ntohl(header.user_version), error);
}

int database_file_check(struct connection *connection, int *version, struct error *error)
{
	sqlite3_stmt *statement;
	const char *verdict;
	int64_t value = 0;
	int result = connection_integer(connection, &value, error, "PRAGMA user_version", "");

	*version = (int)value;
	if (result < 0)
		return result;
	/* The log may know of a newer one than the file's first octets. */
	result = check_version(connection->path, value, error);
	if (result == 0)
		result = connection_query(connection, &statement, error,
					  "PRAGMA integrity_check(1)", "");
	if (result == 0)
		result = connection_step(connection, statement, error);
	if (result <= 0)
		return result;
	verdict = (const char *)sqlite3_column_text(statement, 0);
	result = verdict && !strcmp(verdict, "ok")
			 ? 0
			 : error_set(error, -EUCLEAN, "database %s is damaged: %s",
				     connection->path, verdict ? verdict : "no verdict");
	connection_end(statement);
	return result;
}
