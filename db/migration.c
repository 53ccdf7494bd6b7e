/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/migration.h"

#include <stdio.h>

/* What leads from version i to i + 1; from nothing, schema.sql leads to the last at once. */
static const char *const steps[MIGRATION_VERSION] = {
	[1] = migration_1_sql,
	[2] = migration_2_sql,
	[3] = migration_3_sql,
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
	if (result == 0 && !version) {
		result = connection_script(connection, schema_sql, error);
		version = MIGRATION_VERSION;
	}
	for (; result == 0 && version < MIGRATION_VERSION; version++)
		result = connection_script(connection, steps[version], error);
	if (result == 0)
		result = connection_script(connection, versions, error);
	if (result)
		connection_script(connection, "ROLLBACK", NULL);
	return result;
}
