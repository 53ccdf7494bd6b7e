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

/* A bridge that was made by itself has no port of its name yet. */
static int refuse_taken(struct db *db, const char *kind, const char *name, struct error *error)
{
	sqlite3_stmt *statement;
	const char *bridge;
	int result = connection_query(
		&db->file, &statement, error,
		"SELECT Bridge.name FROM Port"
		" LEFT JOIN Bridge ON Bridge._id = Port._parent WHERE Port.name = ?1"
		" UNION ALL SELECT name FROM Bridge WHERE name = ?1 AND ?2 = 'bridge'",
		"ss", name, kind);

	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result;
	bridge = (const char *)sqlite3_column_text(statement, 0);
	/* A port named as its bridge is the bridge's own. */
	if (bridge && !strcmp(bridge, name))
		result = error_set(
			error, -EEXIST,
			"cannot create a %s named %s because a bridge named %s already exists",
			kind, name, name);
	else if (bridge)
		result = error_set(error, -EEXIST,
				   "cannot create a %s named %s because a port named %s already "
				   "exists on bridge %s",
				   kind, name, name, bridge);
	else
		result = error_set(
			error, -EEXIST,
			"cannot create a %s named %s because a port named %s already exists", kind,
			name, name);
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
	int64_t one;
	int result;

	if (why)
		return refuse("interface", name, why, error);
	result = connection_integer(&db->file, &one, error,
				    "SELECT 1 FROM Interface WHERE name = ?", "s", name);
	return result > 0 ? error_set(error, -EEXIST,
				      "cannot create an interface named %s because an interface "
				      "named %s already exists",
				      name, name)
			  : result;
}
