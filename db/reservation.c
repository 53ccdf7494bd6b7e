/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/reservation.h"

/* Temporary: a draft's own tables are those of every database. */
static const char schema[] =
	"CREATE TEMP TABLE Reserved ("
	"	bridge TEXT NOT NULL,"
	"	interface TEXT NOT NULL UNIQUE,"
	"	ofport INTEGER NOT NULL,"
	"	request INTEGER NOT NULL," /* Interface:ofport_request, 0: empty */
	"	PRIMARY KEY (bridge, ofport)"
	") STRICT;"
	"CREATE TEMP VIEW Taken AS SELECT _bridge, _ofport FROM Interface"
	" UNION SELECT Bridge._id, ofport FROM Reserved JOIN Bridge ON name = Reserved.bridge";

static int fill(struct db *draft, struct db *like, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&like->file, &statement, error,
				      "SELECT Bridge.name, i.name, i._ofport,"
				      " CAST(i.ofport_request AS INTEGER) FROM Interface AS i"
				      " JOIN Bridge ON Bridge._id = i._bridge"
				      " WHERE i._ofport IS NOT NULL",
				      "");

	while (result == 0 && (result = connection_step(&like->file, statement, error)) > 0)
		result = connection_run(
			&draft->file, error, "INSERT INTO Reserved VALUES (?, ?, ?, ?)", "ssii",
			(const char *)sqlite3_column_text(statement, 0),
			(const char *)sqlite3_column_text(statement, 1),
			sqlite3_column_int64(statement, 2), sqlite3_column_int64(statement, 3));
	connection_end(statement);
	return result;
}

int db_draft_reserve(struct db *draft, struct db *like, struct error *error)
{
	int result = connection_script(&draft->file, schema, error);

	draft->reserves = true;
	return result ? result : fill(draft, like, error);
}

const char *reservation_taken(const struct db *db)
{
	return db->reserves ? "Taken" : "Interface";
}

int reservation_get(struct db *db, int64_t interface, int64_t bridge, int64_t *ofport,
		    struct error *error)
{
	if (!db->reserves)
		return 0;
	return connection_integer(&db->file, ofport, error,
				  "SELECT ofport FROM Reserved WHERE"
				  " interface = (SELECT name FROM Interface WHERE _id = ?)"
				  " AND bridge = (SELECT name FROM Bridge WHERE _id = ?)",
				  "ii", interface, bridge);
}

int reservation_permits(struct db *db, const char *interface_uuid, int64_t ofport,
			struct error *error)
{
	int64_t one;
	int result;

	if (!db->reserves)
		return 1;
	result = connection_integer(&db->file, &one, error,
				    "SELECT 1 FROM Reserved AS r"
				    " JOIN Bridge ON Bridge.name = r.bridge"
				    " JOIN Interface AS i ON i._bridge = Bridge._id"
				    " WHERE i._uuid = ?1 AND iif(r.interface = i.name,"
				    "  r.request = ?2, r.ofport = ?2)",
				    "si", interface_uuid, ofport);
	return result < 0 ? result : !result;
}
