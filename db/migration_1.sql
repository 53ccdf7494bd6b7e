-- SPDX-License-Identifier: BSD-2-Clause
-- From version 1 to 2: entries of the FDB are found by bridge and VLAN, so that bridges have no filtering id any
-- more. SQLite drops no column that is unique; the table is made anew.

CREATE TABLE _Bridge_2 (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	_parent INTEGER NOT NULL REFERENCES Open_vSwitch,
	_number INTEGER NOT NULL UNIQUE,
	auto_attach TEXT NOT NULL DEFAULT '["set",[]]',
	controller TEXT NOT NULL DEFAULT '["set",[]]',
	datapath_type TEXT NOT NULL DEFAULT '',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	fail_mode TEXT NOT NULL DEFAULT '["set",[]]',
	flood_vlans TEXT NOT NULL DEFAULT '["set",[]]',
	flow_tables TEXT NOT NULL DEFAULT '["map",[]]',
	ipfix TEXT NOT NULL DEFAULT '["set",[]]',
	mcast_snooping_enable INTEGER NOT NULL DEFAULT 0,
	mirrors TEXT NOT NULL DEFAULT '["set",[]]',
	name TEXT NOT NULL UNIQUE,
	netflow TEXT NOT NULL DEFAULT '["set",[]]',
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	protocols TEXT NOT NULL DEFAULT '["set",[]]',
	rstp_enable INTEGER NOT NULL DEFAULT 0,
	sflow TEXT NOT NULL DEFAULT '["set",[]]',
	stp_enable INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO _Bridge_2 SELECT
	_id, _uuid, _parent, _number, auto_attach, controller, datapath_type, external_ids, fail_mode, flood_vlans,
	flow_tables, ipfix, mcast_snooping_enable, mirrors, name, netflow, other_config,
	protocols, rstp_enable, sflow, stp_enable
FROM Bridge;
DROP TABLE Bridge;
ALTER TABLE _Bridge_2 RENAME TO Bridge;
CREATE INDEX _Bridge_parent ON Bridge (_parent);
