-- SPDX-License-Identifier: BSD-2-Clause
-- The schema of version 2 as it was, for test_db_migration.c.

CREATE TABLE Open_vSwitch (
	_id INTEGER PRIMARY KEY CHECK (_id = 1),
	_uuid TEXT NOT NULL UNIQUE,
	datapaths TEXT NOT NULL DEFAULT '["map",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	manager_options TEXT NOT NULL DEFAULT '["set",[]]',
	next_cfg INTEGER NOT NULL DEFAULT 0,
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	ssl TEXT NOT NULL DEFAULT '["set",[]]',
	system_type TEXT NOT NULL DEFAULT '["set",[]]',
	system_version TEXT NOT NULL DEFAULT '["set",[]]'
) STRICT;

CREATE TABLE Bridge (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	_parent INTEGER NOT NULL REFERENCES Open_vSwitch,
	_number INTEGER NOT NULL UNIQUE, -- in the data path
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
CREATE INDEX _Bridge_parent ON Bridge (_parent);

CREATE TABLE Port (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	_parent INTEGER NOT NULL REFERENCES Bridge ON DELETE CASCADE,
	bond_downdelay INTEGER NOT NULL DEFAULT 0,
	bond_fake_iface INTEGER NOT NULL DEFAULT 0,
	bond_mode TEXT NOT NULL DEFAULT '["set",[]]',
	bond_updelay INTEGER NOT NULL DEFAULT 0,
	cvlans TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	fake_bridge INTEGER NOT NULL DEFAULT 0,
	lacp TEXT NOT NULL DEFAULT '["set",[]]',
	mac TEXT NOT NULL DEFAULT '["set",[]]',
	name TEXT NOT NULL UNIQUE,
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	protected INTEGER NOT NULL DEFAULT 0,
	qos TEXT NOT NULL DEFAULT '["set",[]]',
	tag TEXT NOT NULL DEFAULT '["set",[]]',
	trunks TEXT NOT NULL DEFAULT '["set",[]]',
	vlan_mode TEXT NOT NULL DEFAULT '["set",[]]',
	UNIQUE (_parent, _id) -- Interface refers to it
) STRICT;

CREATE TABLE Interface (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	_parent INTEGER NOT NULL,
	_bridge INTEGER NOT NULL,        -- always that of the port, by the foreign key
	_number INTEGER NOT NULL UNIQUE, -- in the data path
	_ofport INTEGER NOT NULL,        -- OpenFlow's number
	bfd TEXT NOT NULL DEFAULT '["map",[]]',
	cfm_mpid TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	ingress_policing_burst INTEGER NOT NULL DEFAULT 0,
	ingress_policing_kpkts_burst INTEGER NOT NULL DEFAULT 0,
	ingress_policing_kpkts_rate INTEGER NOT NULL DEFAULT 0,
	ingress_policing_rate INTEGER NOT NULL DEFAULT 0,
	lldp TEXT NOT NULL DEFAULT '["map",[]]',
	mac TEXT NOT NULL DEFAULT '["set",[]]',
	mtu_request TEXT NOT NULL DEFAULT '["set",[]]',
	name TEXT NOT NULL UNIQUE,
	ofport_request TEXT NOT NULL DEFAULT '["set",[]]',
	options TEXT NOT NULL DEFAULT '["map",[]]',
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	type TEXT NOT NULL DEFAULT '',
	FOREIGN KEY (_bridge, _parent) REFERENCES Port (_parent, _id) ON DELETE CASCADE,
	UNIQUE (_bridge, _ofport)
) STRICT;
CREATE INDEX _Interface_parent ON Interface (_bridge, _parent);
CREATE INDEX _Interface_port ON Interface (_parent);

CREATE TABLE Static_MAC (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	bridge INTEGER NOT NULL,
	mac TEXT NOT NULL,
	port INTEGER NOT NULL,
	vlan INTEGER NOT NULL,
	FOREIGN KEY (bridge, port) REFERENCES Port (_parent, _id) ON DELETE CASCADE,
	UNIQUE (bridge, vlan, mac)
) STRICT;
CREATE INDEX _Static_MAC_port ON Static_MAC (bridge, port);

-- Whether the file and its write-ahead log together are complete: wal.c.
CREATE TABLE _wal (
	complete INTEGER NOT NULL
) STRICT;
INSERT INTO _wal (complete) VALUES (1);
