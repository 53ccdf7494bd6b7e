/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/migration.h"

#include <stdio.h>

/*
 * What leads from version i to i + 1. A published one is never changed: schema.sql is version 1,
 * and what comes later stands here behind it.
 */
static const char *const migrations[MIGRATION_VERSION] = {
	migration_schema,
};

int migration_run(struct connection *connection, int version, struct error *error)
{
	char versions[96];
	int result;

	if (version == MIGRATION_VERSION)
		return 0;
	snprintf(versions, sizeof(versions),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		 MIGRATION_APPLICATION_ID, MIGRATION_VERSION);
	result = connection_script(connection, "BEGIN IMMEDIATE", error);
	for (; result == 0 && version < MIGRATION_VERSION; version++)
		result = connection_script(connection, migrations[version], error);
	if (result == 0)
		result = connection_script(connection, versions, error);
	if (result)
		connection_script(connection, "ROLLBACK", NULL);
	return result;
}
