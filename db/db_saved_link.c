/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What devices were like before they became ports.
 *
 * This is kept in a file of its own, because it must hold whatever becomes of the command's
 * transaction: the device is changed before that is committed, and a rollback, or the end of the
 * process just then, must not forget how to put the device back. An ifindex means nothing after a
 * reboot, so neither does the file: it is not synced to the disk, and one of an earlier boot, or
 * one that a power cut has left unreadable, is thrown away.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "db/boot.h"
#include "db/saved_link.h"
#include "db/store.h"

static const char schema[] = "CREATE TABLE IF NOT EXISTS saved_link ("
			     "	ifindex INTEGER PRIMARY KEY,"
			     "	boot TEXT NOT NULL,"
			     "	name TEXT NOT NULL,"
			     "	promisc INTEGER NOT NULL,"
			     "	up INTEGER NOT NULL,"
			     "	offloads TEXT NOT NULL"
			     ") STRICT";

static void file_name(const struct db *db, const char *suffix, char *name, size_t size)
{
	snprintf(name, size, "%s-links%s", db->file.path, suffix);
}

static void remove_file(const struct db *db)
{
	char name[PATH_MAX + 16];

	file_name(db, "", name, sizeof(name));
	unlink(name);
	file_name(db, "-journal", name, sizeof(name));
	unlink(name);
}

static int open_connection(struct db *db, const char *name, struct error *error)
{
	struct connection *links = &db->saved_links;
	char boot[BOOT_ID_LEN + 1];
	int result = connection_open(links, name, error);

	boot_id(boot);
	if (result == 0)
		result = connection_script(
			links, "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF", error);
	if (result == 0)
		result = connection_script(links, schema, error);
	if (result == 0)
		result = connection_run(links, error, "DELETE FROM saved_link WHERE boot <> ?", "s",
					boot);
	if (result)
		connection_close(links);
	return result;
}

static int make_file(const char *name, struct error *error)
{
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_set(error, -errno, "cannot make %s: %s", name, strerror(errno));
	close(fd);
	return 0;
}

/* Opens the file; `make` makes it when it is missing, without that it is -ENOENT. */
static int open_links(struct db *db, bool make, struct error *error)
{
	char name[PATH_MAX + 16];
	int result = -ENOENT;

	if (db->saved_links.sqlite)
		return 0;
	file_name(db, "", name, sizeof(name));
	if (access(name, F_OK) == 0)
		result = open_connection(db, name, error);
	if (result == -EUCLEAN)
		remove_file(db);
	if (!make || (result != -ENOENT && result != -EUCLEAN))
		return result;
	result = make_file(name, error);
	return result ? result : open_connection(db, name, error);
}

int db_saved_link_put(struct db *db, const struct db_saved_link *saved, struct error *error)
{
	char boot[BOOT_ID_LEN + 1];
	int result = open_links(db, true, error);

	if (result)
		return result;
	boot_id(boot);
	return connection_run(
		&db->saved_links, error,
		"INSERT OR REPLACE INTO saved_link"
		" (ifindex, boot, name, promisc, up, offloads) VALUES (?, ?, ?, ?, ?, ?)",
		"issiis", (int64_t)saved->ifindex, boot, saved->name, (int64_t)saved->promisc,
		(int64_t)saved->up, saved->offloads);
}

int db_saved_link_get(struct db *db, uint32_t ifindex, struct db_saved_link *saved)
{
	sqlite3_stmt *statement;

	if (open_links(db, false, NULL) ||
	    connection_query(&db->saved_links, &statement, NULL,
			     "SELECT name, promisc, up, offloads FROM saved_link WHERE ifindex = ?",
			     "i", (int64_t)ifindex) ||
	    connection_step(&db->saved_links, statement, NULL) <= 0)
		return -ENOENT;
	memset(saved, 0, sizeof(*saved));
	saved->ifindex = ifindex;
	snprintf(saved->name, sizeof(saved->name), "%s", sqlite3_column_text(statement, 0));
	saved->promisc = sqlite3_column_int(statement, 1);
	saved->up = sqlite3_column_int(statement, 2);
	snprintf(saved->offloads, sizeof(saved->offloads), "%s", sqlite3_column_text(statement, 3));
	connection_end(statement);
	return 0;
}

int db_saved_link_del(struct db *db, uint32_t ifindex)
{
	int result = open_links(db, false, NULL);

	if (result == 0)
		result = connection_run(&db->saved_links, NULL,
					"DELETE FROM saved_link WHERE ifindex = ?", "i",
					(int64_t)ifindex);
	if (result == 0 && !sqlite3_changes(db->saved_links.sqlite))
		result = -ENOENT;
	return result;
}

void saved_links_close(struct db *db)
{
	int64_t links = 1;
	bool opened = open_links(db, false, NULL) == 0;

	if (opened)
		connection_integer(&db->saved_links, &links, NULL,
				   "SELECT count(*) FROM saved_link", "");
	connection_close(&db->saved_links);
	if (opened && links == 0)
		remove_file(db);
}
