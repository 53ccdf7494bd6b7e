-- SPDX-License-Identifier: BSD-2-Clause
-- From version 3 to 4: flows, groups and meters. A bridge has from the start the flow that sends everything
-- to NORMAL, but for one with fail_mode=secure.

ALTER TABLE Bridge ADD COLUMN _secure INTEGER NOT NULL DEFAULT 0;
UPDATE Bridge SET _secure = 1 WHERE fail_mode = '"secure"';
ALTER TABLE Interface ADD COLUMN _port_config INTEGER NOT NULL DEFAULT 0;

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

INSERT INTO Flow (bridge, table_id, priority, match, actions, cookie, idle_timeout, hard_timeout, importance,
	flags, is_default, created_us, modified_us, boot)
SELECT _id, 0, 0, '', 'NORMAL', 0, 0, 0, 0, 0, 1, 0, 0, '' FROM Bridge WHERE NOT _secure;
