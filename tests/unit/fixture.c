/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "db/datum.h"
#include "switchd/flow_table.h"
#include "switchd/log.h"

void fixture_start(struct fixture *fixture)
{
	struct daemon *daemon = &fixture->daemon;
	struct error *error = &fixture->error;

	daemon->dpc = &dp_fake;
	assert_int_equal(daemon->dpc->open("test", 1024, &daemon->dp, error), 0);
	daemon->dp->xdp_changed = fake_link_set_xdp;
	assert_int_equal(link_table_open(NULL, model_link_changed, daemon, &daemon->links, error),
			 0);
	assert_int_equal(fdb_open(daemon->dpc, daemon->dp, &daemon->fdb, error), 0);
	assert_int_equal(flow_table_open(daemon, error), 0);
	assert_int_equal(model_open(daemon, error), 0);
}

void fixture_stop(struct fixture *fixture)
{
	struct daemon *daemon = &fixture->daemon;

	model_close(daemon);
	flow_table_close(daemon);
	fdb_close(daemon->fdb);
	link_table_close(daemon->links);
	daemon->dpc->close(daemon->dp);
}

int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char path[64];

	log_set_level(LOG_LEVEL_ERROR);
	snprintf(fixture->daemon.instance.name, sizeof(fixture->daemon.instance.name), "test");
	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/xvs-model-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	snprintf(path, sizeof(path), "%s/conf.db", fixture->folder);
	assert_int_equal(db_open(path, &fixture->daemon.db, &fixture->error), 0);
	fixture_start(fixture);
	*state = fixture;
	return 0;
}

static void remove_folder(const char *folder)
{
	static const char *const names[] = {"conf.db", "conf.db-wal", "conf.db-shm",
					    "conf.db-links", "conf.db-links-journal"};
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(folder), 0);
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	char violation[sizeof(fixture->daemon.dp->violation)];

	if (!fixture->daemon.teardown)
		fake_dp_check(fixture->daemon.dp);
	memcpy(violation, fixture->daemon.dp->violation, sizeof(violation));
	fixture_stop(fixture);
	db_close(fixture->daemon.db);
	remove_folder(fixture->folder);
	fake_dp_forget();
	fake_link_forget();
	text_free(&fixture->warning);
	free(fixture);
	assert_string_equal(violation, "");
	return 0;
}

void fixture_begin(struct fixture *fixture)
{
	assert_int_equal(db_begin(fixture->daemon.db, &fixture->error), 0);
}

int fixture_commit(struct fixture *fixture)
{
	struct daemon *daemon = &fixture->daemon;
	int status;

	text_clear(&fixture->warning);
	status = model_reconcile(daemon, &fixture->warning, &fixture->error);
	if (!status)
		status = db_commit(daemon->db, &fixture->error);
	if (status)
		fixture_rollback(fixture);
	else
		model_settled(daemon, &fixture->warning);
	return status;
}

void fixture_rollback(struct fixture *fixture)
{
	struct daemon *daemon = &fixture->daemon;

	db_rollback(daemon->db);
	model_reconcile(daemon, NULL, NULL);
	model_settled(daemon, NULL);
}

void add_br(struct fixture *fixture, const char *bridge)
{
	fixture_begin(fixture);
	assert_int_equal(db_bridge_add(fixture->daemon.db, bridge, &fixture->error), 0);
	assert_int_equal(fixture_commit(fixture), 0);
}

void del_br(struct fixture *fixture, const char *bridge)
{
	fixture_begin(fixture);
	assert_int_equal(db_bridge_del(fixture->daemon.db, bridge, &fixture->error), 0);
	assert_int_equal(fixture_commit(fixture), 0);
}

void add_port(struct fixture *fixture, const char *bridge, const char *port)
{
	fixture_begin(fixture);
	assert_int_equal(db_port_add(fixture->daemon.db, bridge, port, 0, &fixture->error), 0);
	assert_int_equal(fixture_commit(fixture), 0);
}

void del_port(struct fixture *fixture, const char *port)
{
	fixture_begin(fixture);
	assert_int_equal(db_port_del(fixture->daemon.db, port, &fixture->error), 0);
	assert_int_equal(fixture_commit(fixture), 0);
}

bool write_column(struct db *db, const char *table_name, const char *record,
		  const char *column_name, const char *word)
{
	const struct db_table *table = db_table_find(table_name, NULL);
	const struct db_column *column = db_column_find(table, column_name, NULL);
	char uuid[DB_UUID_LEN + 1];
	json_t *value;

	if (db_record_find(db, table, record, uuid, NULL))
		return false;
	value = datum_parse(column, word, NULL);
	assert_non_null(value);
	assert_int_equal(db_set(db, table, uuid, column, value, NULL), 0);
	json_decref(value);
	return true;
}

void set_column(struct fixture *fixture, const char *table, const char *record, const char *column,
		const char *value)
{
	fixture_begin(fixture);
	assert_true(write_column(fixture->daemon.db, table, record, column, value));
	assert_int_equal(fixture_commit(fixture), 0);
}

struct port *port_of(struct fixture *fixture, const char *name)
{
	struct port *port = model_port(fixture->daemon.model, name);

	assert_non_null(port);
	return port;
}

const struct dp_port *dp_port_of(struct fixture *fixture, const char *name)
{
	return &fixture->daemon.dp->ports[port_of(fixture, name)->conf->number];
}

static uint16_t number_of(struct fixture *fixture, const char *bridge)
{
	const struct bridge *found = model_bridge(fixture->daemon.model, bridge);

	assert_non_null(found);
	return found->conf->number;
}

bool is_flooded_to(struct fixture *fixture, const char *bridge, const char *port)
{
	return flood_form(fixture, bridge, 0, port) != NOT_FLOODED;
}

int flood_form(struct fixture *fixture, const char *bridge, uint16_t vlan, const char *port)
{
	const struct dp_member *member =
		fake_dp_member(fixture->daemon.dp, number_of(fixture, bridge), vlan,
			       port_of(fixture, port)->conf->number);

	return member ? member->egress : NOT_FLOODED;
}

size_t group_size(struct fixture *fixture, const char *bridge)
{
	const struct fake_dp_flood *flood =
		fake_dp_flood(fixture->daemon.dp, number_of(fixture, bridge), 0);

	return flood ? flood->count : 0;
}

void speak(struct fixture *fixture, const char *port, uint8_t station)
{
	speak_in(fixture, port, dp_port_of(fixture, port)->pvid, station);
}

void speak_in(struct fixture *fixture, const char *port, uint16_t vlan, uint8_t station)
{
	const uint8_t mac[6] = {0x02, 0xaa, 0, 0, 0, station};
	struct daemon *daemon = &fixture->daemon;

	fake_dp_event(daemon->dp, XVS_EVENT_NEW, mac, vlan, dp_port_of(fixture, port)->number);
	daemon->dpc->event_read(daemon->dp, 1, fdb_event, daemon->fdb);
}

uint16_t learned_at(struct fixture *fixture, const char *bridge, uint8_t station)
{
	return learned_in(fixture, bridge, 0, station);
}

uint16_t learned_in(struct fixture *fixture, const char *bridge, uint16_t vlan, uint8_t station)
{
	const struct fdb_id id = {{0x02, 0xaa, 0, 0, 0, station}, vlan, number_of(fixture, bridge)};
	struct fdb_entry entry;

	return fdb_lookup(fixture->daemon.fdb, &id, &entry) ? 0 : entry.port;
}

static const char *or_empty(const char *word)
{
	return word ? word : "[]";
}

bool write_vlan(struct db *db, const char *port, const struct vlan_words *words)
{
	return write_column(db, "Port", port, "vlan_mode", or_empty(words->mode)) &&
	       write_column(db, "Port", port, "tag", or_empty(words->tag)) &&
	       write_column(db, "Port", port, "trunks", or_empty(words->trunks)) &&
	       write_column(db, "Port", port, "cvlans", or_empty(words->cvlans)) &&
	       write_column(db, "Port", port, "other_config",
			    words->other_config ? words->other_config : "{}");
}

void set_vlan(struct fixture *fixture, const char *port, const struct vlan_words *words)
{
	fixture_begin(fixture);
	assert_true(write_vlan(fixture->daemon.db, port, words));
	assert_int_equal(fixture_commit(fixture), 0);
}

struct fixture *with_two_ports(void **state)
{
	struct fixture *fixture = *state;

	fake_link_add("p1", "veth");
	fake_link_add("p2", "veth");
	add_br(fixture, "br0");
	add_port(fixture, "br0", "p1");
	add_port(fixture, "br0", "p2");
	return fixture;
}

struct link *device(struct fixture *fixture, const char *name)
{
	return link_by_name(fixture->daemon.links, name);
}

void assert_settled(struct fixture *fixture)
{
	struct dp *dp = fixture->daemon.dp;

	fake_dp_count_from_zero(dp);
	fake_link_changes = 0;
	fixture_begin(fixture);
	assert_int_equal(fixture_commit(fixture), 0);
	assert_int_equal(dp->port_sets + dp->port_dels + dp->vlans_sets + dp->settles, 0);
	assert_int_equal(fake_link_changes, 0);
	assert_string_equal(text_string(&fixture->warning), "");
	fake_dp_check(dp);
	assert_string_equal(dp->violation, "");
}
