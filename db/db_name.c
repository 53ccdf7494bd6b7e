/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of bridges and ports. They become names of network devices, so the kernel's rules hold
 * (dev_valid_name() in net/core/dev.c), and a few of ours: nothing that a terminal or a command
 * line would not show as it is.
 */
#include "db/db_name.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "db/text.h"

/* What stands against the name, NULL when nothing does. */
static const char *fault(const char *name)
{
	if (!*name)
		return "it is empty";
	if (strlen(name) > DB_NAME_MAX)
		return "it has more than 15 characters";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "it means a folder";
	if (!strcmp(name, "all") || !strcmp(name, "default"))
		return "the kernel keeps that name for settings of all network devices";
	if (strchr(name, '/'))
		return "it has a slash in it";
	if (strchr(name, ':'))
		return "it has a colon in it";
	if (strchr(name, '%'))
		return "it has a percent sign in it, which the kernel would replace by a number";
	for (const char *p = name; *p; p++) {
		if (isspace((unsigned char)*p))
			return "it has white space in it";
		if (!isascii(*p) || !isprint(*p))
			return "it has characters in it that are not printable ASCII";
	}
	return NULL;
}

/* Every odd octet as \xNN: a name that was refused is shown, but not obeyed by the terminal. */
static int refuse(const char *kind, const char *name, const char *why, struct error *error)
{
	struct text shown = TEXT_EMPTY;
	int result;

	for (const char *p = name; *p; p++)
		text_add(&shown, isascii(*p) && isprint(*p) ? "%c" : "\\x%02x", (unsigned char)*p);
	result = error_set(error, -EINVAL, "cannot create a%s %s named \"%.64s\" because %s",
			   *kind == 'i' ? "n" : "", kind, text_string(&shown), why);
	text_free(&shown);
	return result;
}

static int refuse_as(const char *kind, const char *name, const char *taken_by, const char *bridge,
		     struct error *error)
{
	const char *article = *taken_by == 'i' ? "an" : "a";

	return error_set(error, -EEXIST,
			 "cannot create %s %s named %s because %s %s named %s already exists%s%s",
			 *kind == 'i' ? "an" : "a", kind, name, article, taken_by, name,
			 bridge ? " on bridge " : "", bridge ? bridge : "");
}

/* Who has the name: a bridge, real or fake, a port, or an interface, and the bridge that it is on,
 * if it is on one. A bridge that was made by itself has no port of its name yet. What belongs to
 * nobody takes no name: relation_free_name(). */
static int refuse_taken(struct db *db, const char *kind, const char *name, struct error *error)
{
	sqlite3_stmt *statement;
	int result =
		connection_query(&db->file, &statement, error,
				 "SELECT iif(port.fake_bridge OR port.name = real.name, "
				 "'bridge', 'port')," SHOWN_BRIDGE " FROM Port AS port" SHOWN_PORT
				 " WHERE port.name = ?1 AND real._parent IS NOT NULL"
				 " UNION ALL SELECT 'bridge', NULL FROM Bridge"
				 " WHERE name = ?1 AND ?2 = 'bridge' AND _parent IS NOT NULL"
				 " UNION ALL SELECT 'interface'," SHOWN_BRIDGE " FROM Interface"
				 " JOIN Port AS port ON port._id = Interface._parent" SHOWN_PORT
				 " WHERE Interface.name = ?1 AND real._parent IS NOT NULL",
				 "ss", name, kind);
	const char *taken_by, *bridge;

	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result;
	taken_by = (const char *)sqlite3_column_text(statement, 0);
	bridge = (const char *)sqlite3_column_text(statement, 1);
	result = refuse_as(kind, name, taken_by, *taken_by == 'b' ? NULL : bridge, error);
	connection_end(statement);
	return result;
}

int name_check(struct db *db, const char *kind, const char *name, struct error *error)
{
	const char *why = fault(name);

	return why ? refuse(kind, name, why, error) : refuse_taken(db, kind, name, error);
}

int name_check_interface(struct db *db, const char *name, struct error *error)
{
	const char *why = fault(name);
	sqlite3_stmt *statement;
	int result;

	if (why)
		return refuse("interface", name, why, error);
	result = connection_query(&db->file, &statement, error,
				  "SELECT" SHOWN_BRIDGE " FROM Interface"
				  " JOIN Port AS port ON port._id = Interface._parent" SHOWN_PORT
				  " WHERE Interface.name = ? AND real._parent IS NOT NULL",
				  "s", name);
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result;
	result = refuse_as("interface", name, "interface",
			   (const char *)sqlite3_column_text(statement, 0), error);
	connection_end(statement);
	return result;
}
