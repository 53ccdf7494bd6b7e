/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/migration.h"

#include <stdio.h>

/*
 * Version 2: entries of the FDB are found by bridge and VLAN, so that bridges have no filtering id
 * any more. SQLite drops no column that is unique; the table is made anew.
 */
static const char from_1[] =
	"CREATE TABLE _Bridge_2 ( "
	"_id INTEGER PRIMARY KEY, "
	"_uuid TEXT NOT NULL UNIQUE, "
	"_parent INTEGER NOT NULL REFERENCES Open_vSwitch, "
	"_number INTEGER NOT NULL UNIQUE, "
	"auto_attach TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"controller TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"datapath_type TEXT NOT NULL DEFAULT '', "
	"external_ids TEXT NOT NULL DEFAULT '[\"map\",[]]', "
	"fail_mode TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"flood_vlans TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"flow_tables TEXT NOT NULL DEFAULT '[\"map\",[]]', "
	"ipfix TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"mcast_snooping_enable INTEGER NOT NULL DEFAULT 0, "
	"mirrors TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"name TEXT NOT NULL UNIQUE, "
	"netflow TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"other_config TEXT NOT NULL DEFAULT '[\"map\",[]]', "
	"protocols TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"rstp_enable INTEGER NOT NULL DEFAULT 0, "
	"sflow TEXT NOT NULL DEFAULT '[\"set\",[]]', "
	"stp_enable INTEGER NOT NULL DEFAULT 0 "
	") STRICT; "
	"INSERT INTO _Bridge_2 SELECT _id, _uuid, _parent, _number, auto_attach, "
	"controller, datapath_type, external_ids, fail_mode, flood_vlans, flow_tables, "
	"ipfix, mcast_snooping_enable, mirrors, name, netflow, other_config, protocols, "
	"rstp_enable, sflow, stp_enable FROM Bridge; "
	"DROP TABLE Bridge;"
	"ALTER TABLE _Bridge_2 RENAME TO Bridge;"
	"CREATE INDEX _Bridge_parent ON Bridge (_parent);";

/* What leads from version i to i + 1; from nothing, schema.sql leads to the last at once. */
static const char *const steps[MIGRATION_VERSION] = {
	[1] = from_1,
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
		result = connection_script(connection, migration_schema, error);
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
