/* SPDX-License-Identifier: BSD-2-Clause */
/* Records and columns by name, and the options among them. */
#include "db_fixture.h"

#include <sqlite3.h>

static void columns_are_written_and_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(set(f, "Port", "p1", "tag", "10"), 0);
	assert_int_equal(set(f, "Port", "p1", "trunks", "20,10"), 0);
	assert_int_equal(set(f, "Port", "p1", "protected", "true"), 0);
	assert_int_equal(set(f, "Port", "p1", "bond_updelay", "-5"), 0);
	assert_int_equal(set(f, "Interface", "p1", "external_ids", "iface-id=\"a b\",x=é"), 0);
	assert_int_equal(set(f, "Interface", "p1", "type", "patch"), 0);
	reopen(f);
	assert_string_equal(get(f, "Port", "p1", "tag"), "10");
	assert_string_equal(get(f, "Port", "p1", "trunks"), "[10, 20]");
	assert_string_equal(get(f, "Port", "p1", "protected"), "true");
	assert_string_equal(get(f, "Port", "p1", "bond_updelay"), "-5");
	assert_string_equal(get(f, "Port", "p1", "name"), "p1");
	assert_string_equal(get(f, "Interface", "p1", "external_ids"),
			    "{iface-id=\"a b\", x=\"é\"}");
	assert_string_equal(get(f, "Interface", "p1", "type"), "patch");

	/* The same again is no change. */
	assert_int_equal(set(f, "Port", "p1", "trunks", "10,20"), 0);
	assert_int_equal(set(f, "Port", "p1", "protected", "true"), 0);
	assert_false(db_changed(f->db));
	assert_int_equal(set(f, "Port", "p1", "tag", "[]"), 0);
	assert_true(db_changed(f->db));

	assert_refused(set(f, "Port", "p1", "name", "p2"), -EPERM,
		       "cannot modify read-only column name in table Port");
	assert_refused(set(f, "Interface", "p1", "ofport", "5"), -EPERM,
		       "cannot modify read-only column ofport in table Interface");
	assert_refused(
		set(f, "Port", "p1", "tag", "4096"), -EINVAL,
		"constraint violation: 4096 is not in the valid range 1 to 4094 (inclusive)");
}

static void records_are_found(void **state)
{
	struct fixture *f = *state;
	char uuid[DB_UUID_LEN + 1], upper[DB_UUID_LEN + 1];
	json_t *value;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	strcpy(upper, uuid_of(f, "Bridge", "br0"));
	for (char *p = upper; *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'f' ? *p - 32 : *p);
	assert_int_equal(db_record_find(f->db, table("Bridge"), upper, uuid, &f->error), 0);
	assert_string_equal(uuid, uuid_of(f, "Bridge", "br0"));
	assert_string_equal(uuid_of(f, "Bridge", "."), uuid);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_refused(db_record_find(f->db, table("Bridge"), ".", uuid, &f->error), -ENOENT,
		       "no row \".\" in table Bridge");
	assert_refused(db_record_find(f->db, table("Open_vSwitch"), "x", uuid, &f->error), -ENOENT,
		       "no row \"x\" in table Open_vSwitch");
	assert_refused(db_record_find(f->db, table("Port"), "x' OR 1", uuid, &f->error), -ENOENT,
		       "no row \"x' OR 1\" in table Port");
	assert_int_equal(db_get(f->db, table("Bridge"), "00000000-0000-0000-0000-000000000000",
				column("Bridge", "name"), &value, &f->error),
			 -ENOENT);
	assert_int_equal(db_get(f->db, table("Bridge"), "00000000-0000-0000-0000-000000000000",
				column("Bridge", "ports"), &value, &f->error),
			 -ENOENT);
	value = json_true();
	assert_int_equal(db_set(f->db, table("Bridge"), "00000000-0000-0000-0000-000000000000",
				column("Bridge", "stp_enable"), value, &f->error),
			 -ENOENT);
	assert_int_equal(db_get(f->db, table("Bridge"), uuid_of(f, "Bridge", "br0"),
				column("Bridge", "status"), &value, &f->error),
			 -ENODATA);
}

/* db_row_fn */
static int note_record(const char *uuid, json_t *const *values, void *arg)
{
	struct text *text = arg;

	(void)values;
	text_add(text, "%s ", uuid);
	return text->length > 60 ? 7 : 0;
}

static void records_come_in_the_order_they_were_made(void **state)
{
	struct fixture *f = *state;
	struct text text = TEXT_EMPTY;
	char expected[128];

	assert_int_equal(db_bridge_add(f->db, "z", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "a", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "m", &f->error), 0);
	snprintf(expected, sizeof(expected), "%s ", uuid_of(f, "Bridge", "z"));
	snprintf(expected + 37, sizeof(expected) - 37, "%s ", uuid_of(f, "Bridge", "a"));
	/* A function that returns something else than 0 ends it. */
	assert_int_equal(
		db_select(f->db, table("Bridge"), NULL, NULL, 0, note_record, &text, &f->error), 7);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
}

static void options_are_checked(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *table, *column, *word;
		bool good;
	} cases[] = {
		{"Bridge", "other_config", "mac-aging-time=0", true},
		{"Bridge", "other_config", "mac-aging-time=2147483647", true},
		{"Bridge", "other_config", "mac-aging-time=2147483648", false},
		{"Bridge", "other_config", "mac-aging-time=-1", false},
		{"Bridge", "other_config", "mac-aging-time=5s", false},
		{"Bridge", "other_config", "mac-aging-time=\"\"", false},
		{"Bridge", "other_config", "mac-aging-time=\" 5\"", false},
		{"Bridge", "other_config", "mac-table-size=1", true},
		{"Bridge", "other_config", "mac-table-size=0", false},
		{"Bridge", "other_config", "mac-table-size=1048577", false},
		{"Bridge", "other_config", "mac-table-size=99999999999999999999", false},
		{"Bridge", "other_config", "forward-bpdu=true", true},
		{"Bridge", "other_config", "forward-bpdu=yes", false},
		{"Bridge", "other_config", "hwaddr=\"02:00:00:00:00:01\"", true},
		{"Bridge", "other_config", "hwaddr=\"03:00:00:00:00:01\"", false},
		{"Bridge", "other_config", "hwaddr=\"00:00:00:00:00:00\"", false},
		{"Bridge", "other_config", "hwaddr=\"02:00:00:00:00\"", false},
		{"Bridge", "other_config", "hwaddr=\"02:00:00:00:00:01:02\"", false},
		{"Bridge", "other_config", "disable-in-band=whatever", true},
		{"Interface", "options", "rx-hook=xdp", true},
		{"Interface", "options", "rx-hook=generic", false},
		{"Interface", "other_config", "rx-hook=generic", true},
		{"Interface", "options", "peer=p2", true},
		{"Interface", "options", "peer=\"\"", false},
		{"Interface", "options", "peer=sixteen-letters-", false},
		{"Port", "other_config", "priority-tags=never", true},
		{"Port", "other_config", "priority-tags=if-nonzero", true},
		{"Port", "other_config", "priority-tags=always", true},
		{"Port", "other_config", "priority-tags=true", true},
		{"Port", "other_config", "priority-tags=sometimes", false},
		{"Port", "other_config", "qinq-ethtype=802.1ad", true},
		{"Port", "other_config", "qinq-ethtype=802.1q", true},
		{"Port", "other_config", "qinq-ethtype=\"0x9100\"", false},
		{"Port", "tag", "1", true},
		{"Port", "tag", "4094", true},
		{"Port", "tag", "0", false},
		{"Port", "tag", "4095", false},
		{"Port", "trunks", "0,4094", true},
		{"Port", "trunks", "4095", false},
		{"Port", "cvlans", "0-4094", true},
		{"Port", "cvlans", "4095", false},
		{"Port", "vlan_mode", "native-tagged", true},
		{"Port", "vlan_mode", "hybrid", false},
		{"Bridge", "flood_vlans", "0,4094", true},
		{"Bridge", "flood_vlans", "4095", false},
		{"Interface", "type", "patch", true},
		{"Interface", "type", "system", true},
		{"Interface", "type", "gre", false},
		{"Interface", "type", "internal", true},
	};

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(set(f, cases[i].table, "br0", cases[i].column, cases[i].word),
				 cases[i].good ? 0 : -EINVAL);
	assert_int_equal(set(f, "Open_vSwitch", ".", "other_config", "vlan-limit=0"), 0);
	assert_refused(set(f, "Open_vSwitch", ".", "other_config", "vlan-limit=-1"), -EINVAL,
		       "other_config:vlan-limit of a record in table Open_vSwitch can't be \"-1\": "
		       "expected a number of tags, or 0 for no limit");
	assert_refused(set(f, "Bridge", "br0", "other_config", "mac-table-size=lots"), -EINVAL,
		       "other_config:mac-table-size of a record in table Bridge can't be \"lots\": "
		       "expected a number of addresses from 1 to 1048576");
	assert_refused(set(f, "Interface", "br0", "options", "rx-hook=generic"), -EINVAL,
		       "options:rx-hook of a record in table Interface can't be \"generic\": "
		       "expected auto, xdp or tc");
}

static void options_reach_the_configuration(void **state)
{
	static const uint8_t hwaddr[6] = {0x02, 0xab, 0xcd, 0, 0, 1};
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_port *p1;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
	assert_int_equal(set(f, "Bridge", "br0", "other_config",
			     "mac-aging-time=20,mac-table-size=100,forward-bpdu=true,"
			     "hwaddr=\"02:AB:cd:00:00:01\""),
			 0);
	assert_int_equal(set(f, "Interface", "p1", "options", "rx-hook=xdp"), 0);
	assert_int_equal(set(f, "Interface", "p2", "options", "rx-hook=tc,x=y"), 0);
	assert_int_equal(set(f, "Interface", "p1", "mtu_request", "9000"), 0);
	assert_int_equal(set(f, "Interface", "p2", "mtu_request", "99999999999"), 0);
	config = load(f);
	assert_int_equal(config->bridges->mac_aging_time, 20);
	assert_int_equal(config->bridges->mac_table_size, 100);
	assert_true(config->bridges->forward_bpdu);
	assert_memory_equal(config->bridges->hwaddr, hwaddr, 6);
	p1 = config->bridges->ports->next;
	assert_int_equal(p1->rx_hook, DB_RX_XDP);
	assert_int_equal(p1->mtu_request, 9000);
	assert_int_equal(p1->next->rx_hook, DB_RX_TC);
	assert_int_equal(p1->next->mtu_request, UINT32_MAX);
	db_config_free(config);
}

static unsigned vlan_limit(struct fixture *f, const char *word)
{
	struct db_config *config;
	unsigned limit;

	assert_int_equal(set(f, "Open_vSwitch", ".", "other_config", word), 0);
	config = load(f);
	limit = config->vlan_limit;
	db_config_free(config);
	return limit;
}

/* Each port with its own settings, whatever those before it have. */
static void vlans_reach_the_configuration(void **state)
{
	static const struct {
		const char *tag, *trunks, *mode, *other_config;
	} settings[] = {
		{"10", "[]", "[]", "{}"},
		{"10", "[]", "[]", "{}"},
		{"20", "[]", "[]", "{}"},
		{"10", "20,30", "native-tagged", "{}"},
		{"10", "30,20", "native-tagged", "{}"},
		{"10", "20", "native-tagged", "{}"},
		{"10", "20", "native-untagged", "{}"},
		{"[]", "20", "[]", "priority-tags=always"},
		{"[]", "20", "[]", "{}"},
		{"[]", "[]", "[]", "{}"},
		{"[]", "[]", "[]", "{}"},
		{"10", "[]", "[]", "{}"},
	};
	enum { COUNT = sizeof(settings) / sizeof(*settings) };
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_port *port;
	char name[16];

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(set(f, "Bridge", "br0", "flood_vlans", "5,7"), 0);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		assert_int_equal(db_port_add(f->db, "br0", name, 0, &f->error), 0);
		assert_int_equal(set(f, "Port", name, "tag", settings[i].tag), 0);
		assert_int_equal(set(f, "Port", name, "trunks", settings[i].trunks), 0);
		assert_int_equal(set(f, "Port", name, "vlan_mode", settings[i].mode), 0);
		assert_int_equal(set(f, "Port", name, "other_config", settings[i].other_config), 0);
	}
	config = load(f);
	assert_true(config->bridges->has_flood_vlans);
	assert_true(vlan_set_has(&config->bridges->flood_vlans, 5));
	assert_false(vlan_set_has(&config->bridges->flood_vlans, 6));
	port = config->bridges->ports;
	assert_int_equal(port->vlan.mode, VLAN_TRUNK);
	for (int i = 0; i < COUNT; i++) {
		const struct db_vlan *vlan = &(port = port->next)->vlan;
		bool trunk = *settings[i].tag == '[', access = !trunk && *settings[i].mode == '[';

		assert_int_equal(vlan->tag, trunk ? 0 : atoi(settings[i].tag));
		if (trunk || access)
			assert_int_equal(vlan->mode, trunk ? VLAN_TRUNK : VLAN_ACCESS);
		assert_int_equal(vlan->limited, !access && *settings[i].trunks != '[');
		assert_int_equal(vlan_set_has(&vlan->set, 20), vlan->limited);
		assert_int_equal(vlan_set_has(&vlan->set, 30), !!strstr(settings[i].trunks, "30"));
		assert_int_equal(vlan->priority_tags, *settings[i].other_config == 'p'
							      ? VLAN_PRIORITY_TAGS_ALWAYS
							      : VLAN_PRIORITY_TAGS_NEVER);
	}
	assert_null(port->next);
	db_config_free(config);
	assert_int_equal(vlan_limit(f, "{}"), 1);
	assert_int_equal(vlan_limit(f, "vlan-limit=1"), 1);
	assert_int_equal(vlan_limit(f, "vlan-limit=2"), 2);
	assert_int_equal(vlan_limit(f, "vlan-limit=0"), 2);
	assert_int_equal(vlan_limit(f, "vlan-limit=7"), 2);
}

static void ofports_are_given_on_request(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_port *port;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", 0, &f->error), 0);
	assert_int_equal(set(f, "Interface", "p1", "ofport_request", "65279"), 0);
	assert_int_equal(set(f, "Interface", "p2", "ofport_request", "65279"), 0); /* taken */
	assert_int_equal(set(f, "Interface", "br0", "ofport_request", "7"), 0);    /* fixed */
	assert_int_equal(db_port_add(f->db, "br0", "p3", 0, &f->error), 0);
	config = load(f);
	port = config->bridges->ports;
	assert_int_equal(port->ofport, 65534);
	assert_int_equal(port->next->ofport, 65279);
	assert_int_equal(port->next->next->ofport, 2);
	assert_int_equal(port->next->next->next->ofport, 1);
	db_config_free(config);
	assert_int_equal(set(f, "Interface", "p1", "ofport_request", "65280"), -EINVAL);
}

/* A column's empty value as SQL. */
static void print_default(const struct db_column *c, char *sql, size_t size)
{
	json_t *empty = datum_default(c);
	char *json = json_dumps(empty, JSON_COMPACT | JSON_ENCODE_ANY);

	if (json_is_string(empty))
		snprintf(sql, size, "'%s'", json_string_value(empty));
	else if (json_is_array(empty))
		snprintf(sql, size, "'%s'", json);
	else
		snprintf(sql, size, "0");
	free(json);
	json_decref(empty);
}

/* Names of the columns that SQLite has, which must be those of the table in C, and no others. */
static void schema_and_sql_agree(void **state)
{
	struct fixture *f = *state;
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	for (size_t t = 0; t < db_n_tables; t++) {
		size_t stored = 0, listed = 0;
		sqlite3_stmt *statement;

		assert_int_equal(sqlite3_prepare_v2(sqlite,
						    "SELECT name, type, dflt_value, \"notnull\""
						    " FROM pragma_table_info(?)"
						    " WHERE name NOT LIKE '\\_%' ESCAPE '\\'",
						    -1, &statement, NULL),
				 SQLITE_OK);
		sqlite3_bind_text(statement, 1, db_tables[t].name, -1, SQLITE_STATIC);
		while (sqlite3_step(statement) == SQLITE_ROW) {
			const char *name = (const char *)sqlite3_column_text(statement, 0);
			const char *type = (const char *)sqlite3_column_text(statement, 1);
			const char *value = (const char *)sqlite3_column_text(statement, 2);
			const struct db_column *c = db_column_find(&db_tables[t], name, &f->error);
			char expected[64];
			bool relation;

			assert_non_null(c);
			assert_string_equal(c->name, name);
			assert_true(c->class != DB_LIVE);
			assert_int_equal(sqlite3_column_int(statement, 3), 1);
			print_default(c, expected, sizeof(expected));
			relation = c->structural && c->key == DB_UUID;
			assert_string_equal(type,
					    *expected == '\'' && !relation ? "TEXT" : "INTEGER");
			if (c->structural)
				assert_null(value);
			else
				assert_string_equal(value, expected);
			stored++;
		}
		sqlite3_finalize(statement);
		for (size_t c = 0; c < db_tables[t].n_columns; c++) {
			const struct db_column *column_ = &db_tables[t].columns[c];

			if (column_->class != DB_LIVE &&
			    !(column_->structural && column_->key == DB_UUID && column_->max > 1))
				listed++;
		}
		assert_int_equal(stored, listed);
	}
	sqlite3_close(sqlite);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(columns_are_written_and_read),
		TEST(records_are_found),
		TEST(records_come_in_the_order_they_were_made),
		TEST(options_are_checked),
		TEST(options_reach_the_configuration),
		TEST(vlans_reach_the_configuration),
		TEST(ofports_are_given_on_request),
		TEST(schema_and_sql_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
