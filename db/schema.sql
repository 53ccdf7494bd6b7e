-- SPDX-License-Identifier: BSD-2-Clause
-- The configuration as SQLite stores it. Columns are those of schema_tables.c that are not live; a unit test
-- compares the two. Sets and maps are JSON as RFC 7047 5.1 writes it, in the normal form of datum.h; columns
-- of exactly one element are native, but for UUIDs: a default is the column's empty value.
--
-- Names that begin with an underscore are ours alone:
--   _id      the record in foreign keys; records keep the order in which they were made
--   _uuid    the record to everybody else
--   _parent  the record that this one belongs to and goes with; NULL while a transaction
--            has made it and nothing refers to it yet
-- The sets that a parent shows (bridges, ports, interfaces) are read from the children's _parent.

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
	_parent INTEGER REFERENCES Open_vSwitch,
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
	stp_enable INTEGER NOT NULL DEFAULT 0,
	_secure INTEGER NOT NULL DEFAULT 0 -- what fail_mode said when the last transaction ended
) STRICT;
CREATE INDEX _Bridge_parent ON Bridge (_parent);

CREATE TABLE Port (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	_parent INTEGER REFERENCES Bridge ON DELETE CASCADE,
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
CREATE INDEX _Port_fake ON Port (_parent, tag) WHERE fake_bridge;

CREATE TABLE Interface (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	_parent INTEGER,
	_bridge INTEGER,                 -- always that of the port, by the foreign key
	_number INTEGER NOT NULL UNIQUE, -- in the data path
	_ofport INTEGER,                 -- OpenFlow's number, which it has with the bridge
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
	_port_config INTEGER NOT NULL DEFAULT 0, -- bits of enum db_port_config
	FOREIGN KEY (_bridge, _parent) REFERENCES Port (_parent, _id) ON DELETE CASCADE,
	UNIQUE (_bridge, _ofport)
) STRICT;
CREATE INDEX _Interface_parent ON Interface (_bridge, _parent);
CREATE INDEX _Interface_unnumbered ON Interface (_id) WHERE _ofport IS NULL;
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

-- OpenFlow's. There may be very many flows: commands of their own show them, and their texts are what these
-- commands print. An _id of a flow is not given again.

CREATE TABLE Flow (
	_id INTEGER PRIMARY KEY AUTOINCREMENT,
	bridge INTEGER NOT NULL REFERENCES Bridge ON DELETE CASCADE,
	table_id INTEGER NOT NULL CHECK (table_id BETWEEN 0 AND 63),
	priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 65535),
	match TEXT NOT NULL,
	actions TEXT NOT NULL,
	cookie INTEGER NOT NULL, -- its 64 bits
	idle_timeout INTEGER NOT NULL CHECK (idle_timeout BETWEEN 0 AND 65535),
	hard_timeout INTEGER NOT NULL CHECK (hard_timeout BETWEEN 0 AND 65535),
	importance INTEGER NOT NULL CHECK (importance BETWEEN 0 AND 65535),
	flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 65535),
	is_default INTEGER NOT NULL,
	created_us INTEGER NOT NULL,
	modified_us INTEGER NOT NULL,
	boot TEXT NOT NULL,
	UNIQUE (bridge, table_id, priority DESC, match)
) STRICT;

CREATE TABLE Flow_Group (
	_id INTEGER PRIMARY KEY,
	bridge INTEGER NOT NULL REFERENCES Bridge ON DELETE CASCADE,
	group_id INTEGER NOT NULL CHECK (group_id BETWEEN 0 AND 4294967295),
	text TEXT NOT NULL,
	created_us INTEGER NOT NULL,
	boot TEXT NOT NULL,
	counters TEXT NOT NULL DEFAULT '', -- in the data path: the group's, and each bucket's
	UNIQUE (bridge, group_id)
) STRICT;

CREATE TABLE Meter (
	_id INTEGER PRIMARY KEY,
	_number INTEGER NOT NULL UNIQUE CHECK (_number BETWEEN 1 AND 4095), -- in the data path
	bridge INTEGER NOT NULL REFERENCES Bridge ON DELETE CASCADE,
	meter_id INTEGER NOT NULL CHECK (meter_id BETWEEN 0 AND 4294967295),
	text TEXT NOT NULL,
	created_us INTEGER NOT NULL,
	boot TEXT NOT NULL,
	UNIQUE (bridge, meter_id)
) STRICT;

-- From here on references are values like any other, in their columns as ovs-vsctl shows them.

CREATE TABLE AutoAttach (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	mappings TEXT NOT NULL DEFAULT '["map",[]]',
	system_description TEXT NOT NULL DEFAULT '',
	system_name TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE CT_Timeout_Policy (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	timeouts TEXT NOT NULL DEFAULT '["map",[]]'
) STRICT;

CREATE TABLE CT_Zone (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	timeout_policy TEXT NOT NULL DEFAULT '["set",[]]'
) STRICT;

CREATE TABLE Controller (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	connection_mode TEXT NOT NULL DEFAULT '["set",[]]',
	controller_burst_limit TEXT NOT NULL DEFAULT '["set",[]]',
	controller_queue_size TEXT NOT NULL DEFAULT '["set",[]]',
	controller_rate_limit TEXT NOT NULL DEFAULT '["set",[]]',
	enable_async_messages TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	inactivity_probe TEXT NOT NULL DEFAULT '["set",[]]',
	local_gateway TEXT NOT NULL DEFAULT '["set",[]]',
	local_ip TEXT NOT NULL DEFAULT '["set",[]]',
	local_netmask TEXT NOT NULL DEFAULT '["set",[]]',
	max_backoff TEXT NOT NULL DEFAULT '["set",[]]',
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	target TEXT NOT NULL DEFAULT '',
	type TEXT NOT NULL DEFAULT '["set",[]]'
) STRICT;

CREATE TABLE Datapath (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	ct_zones TEXT NOT NULL DEFAULT '["map",[]]',
	datapath_version TEXT NOT NULL DEFAULT '',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]'
) STRICT;

CREATE TABLE Flow_Sample_Collector_Set (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	bridge TEXT NOT NULL DEFAULT '["uuid","00000000-0000-0000-0000-000000000000"]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	id INTEGER NOT NULL DEFAULT 0,
	ipfix TEXT NOT NULL DEFAULT '["set",[]]'
) STRICT;

CREATE TABLE Flow_Table (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	flow_limit TEXT NOT NULL DEFAULT '["set",[]]',
	groups TEXT NOT NULL DEFAULT '["set",[]]',
	name TEXT NOT NULL DEFAULT '["set",[]]',
	overflow_policy TEXT NOT NULL DEFAULT '["set",[]]',
	prefixes TEXT NOT NULL DEFAULT '["set",[]]'
) STRICT;

CREATE TABLE IPFIX (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	cache_active_timeout TEXT NOT NULL DEFAULT '["set",[]]',
	cache_max_flows TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	obs_domain_id TEXT NOT NULL DEFAULT '["set",[]]',
	obs_point_id TEXT NOT NULL DEFAULT '["set",[]]',
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	sampling TEXT NOT NULL DEFAULT '["set",[]]',
	targets TEXT NOT NULL DEFAULT '["set",[]]'
) STRICT;

CREATE TABLE Manager (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	connection_mode TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	inactivity_probe TEXT NOT NULL DEFAULT '["set",[]]',
	max_backoff TEXT NOT NULL DEFAULT '["set",[]]',
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	target TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE Mirror (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	name TEXT NOT NULL DEFAULT '',
	output_port TEXT NOT NULL DEFAULT '["set",[]]',
	output_vlan TEXT NOT NULL DEFAULT '["set",[]]',
	select_all INTEGER NOT NULL DEFAULT 0,
	select_dst_port TEXT NOT NULL DEFAULT '["set",[]]',
	select_src_port TEXT NOT NULL DEFAULT '["set",[]]',
	select_vlan TEXT NOT NULL DEFAULT '["set",[]]',
	snaplen TEXT NOT NULL DEFAULT '["set",[]]'
) STRICT;

CREATE TABLE NetFlow (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	active_timeout INTEGER NOT NULL DEFAULT 0,
	add_id_to_interface INTEGER NOT NULL DEFAULT 0,
	engine_id TEXT NOT NULL DEFAULT '["set",[]]',
	engine_type TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	targets TEXT NOT NULL DEFAULT '["set",[""]]'
) STRICT;

CREATE TABLE QoS (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	other_config TEXT NOT NULL DEFAULT '["map",[]]',
	queues TEXT NOT NULL DEFAULT '["map",[]]',
	type TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE Queue (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	dscp TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	other_config TEXT NOT NULL DEFAULT '["map",[]]'
) STRICT;

CREATE TABLE SSL (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	bootstrap_ca_cert INTEGER NOT NULL DEFAULT 0,
	ca_cert TEXT NOT NULL DEFAULT '',
	certificate TEXT NOT NULL DEFAULT '',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	private_key TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE sFlow (
	_id INTEGER PRIMARY KEY,
	_uuid TEXT NOT NULL UNIQUE,
	agent TEXT NOT NULL DEFAULT '["set",[]]',
	external_ids TEXT NOT NULL DEFAULT '["map",[]]',
	header TEXT NOT NULL DEFAULT '["set",[]]',
	polling TEXT NOT NULL DEFAULT '["set",[]]',
	sampling TEXT NOT NULL DEFAULT '["set",[]]',
	targets TEXT NOT NULL DEFAULT '["set",[""]]'
) STRICT;

-- Whether the file and its write-ahead log together are complete: wal.c.
CREATE TABLE _wal (
	complete INTEGER NOT NULL
) STRICT;
INSERT INTO _wal (complete) VALUES (1);
