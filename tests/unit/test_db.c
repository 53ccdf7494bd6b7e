/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration: structure, records and columns, what reconcile reads of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "db/datum.h"
#include "db/db.h"
#include "db/text.h"

struct fixture {
	char folder[32];
	char path[48];
	struct db *db;
	struct error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/xvs-db-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/conf.db", f->folder);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int left;

	db_close(f->db);
	unlink(f->path);
	left = rmdir(f->folder); /* fails when anything else is in it */
	free(f);
	return left;
}

static void reopen(struct fixture *f)
{
	assert_int_equal(db_commit(f->db, &f->error), 0);
	db_close(f->db);
	assert_int_equal(db_open(f->path, &f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
}

static const struct db_table *table(const char *name)
{
	return db_table_find(name, NULL);
}

static const struct db_column *column(const char *table_name, const char *name)
{
	return db_column_find(table(table_name), name, NULL);
}

/* As `set TABLE RECORD COLUMN=WORD`. */
static int set(struct fixture *f, const char *table_name, const char *record, const char *name,
	       const char *word)
{
	char uuid[DB_UUID_LEN + 1];
	json_t *value;
	int result = db_record_find(f->db, table(table_name), record, uuid, &f->error);

	if (result)
		return result;
	value = datum_parse(column(table_name, name), word, &f->error);
	if (!value)
		return -EINVAL;
	result = db_set(f->db, table(table_name), uuid, column(table_name, name), value, &f->error);
	json_decref(value);
	return result;
}

/* As `get TABLE RECORD COLUMN`. */
static const char *get(struct fixture *f, const char *table_name, const char *record,
		       const char *name)
{
	static char printed[4096];
	char uuid[DB_UUID_LEN + 1];
	struct text text = TEXT_EMPTY;
	json_t *value, *normal;

	assert_int_equal(db_record_find(f->db, table(table_name), record, uuid, &f->error), 0);
	assert_int_equal(
		db_get(f->db, table(table_name), uuid, column(table_name, name), &value, &f->error),
		0);
	normal = datum_check(column(table_name, name), value, &f->error);
	assert_true(json_equal(value, normal));
	datum_format(value, &text);
	snprintf(printed, sizeof(printed), "%s", text_string(&text));
	text_free(&text);
	json_decref(normal);
	json_decref(value);
	return printed;
}

static const char *uuid_of(struct fixture *f, const char *table_name, const char *record)
{
	static char uuid[DB_UUID_LEN + 1];

	assert_int_equal(db_record_find(f->db, table(table_name), record, uuid, &f->error), 0);
	return uuid;
}

static struct db_config *load(struct fixture *f)
{
	struct db_config *config;

	assert_int_equal(db_config_load(f->db, &config, &f->error), 0);
	return config;
}

#define assert_refused(call, code, sentence)                                                       \
	do {                                                                                       \
		assert_int_equal(call, code);                                                      \
		assert_string_equal(f->error.text, sentence);                                      \
	} while (0)

static void a_new_database_is_empty(void **state)
{
	struct fixture *f = *state;
	struct db_config *config = load(f);

	assert_null(config->bridges);
	db_config_free(config);
	assert_string_equal(get(f, "Open_vSwitch", ".", "bridges"), "[]");
	assert_string_equal(get(f, "Open_vSwitch", uuid_of(f, "Open_vSwitch", "."), "next_cfg"),
			    "0");
	assert_false(db_changed(f->db));
}

static void bridges_have_their_own_port(void **state)
{
	static const uint8_t none[6];
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_bridge *br0;
	char bridge[64], port[64], interface[64];
	uint8_t hwaddr[6];

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_true(db_changed(f->db));
	assert_int_equal(db_port_add(f->db, "br0", "p2", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "a-bridge", &f->error), 0);
	config = load(f);
	assert_string_equal(config->bridges->name, "a-bridge");
	br0 = config->bridges->next;
	assert_null(br0->next);
	assert_string_equal(br0->name, "br0");
	assert_int_equal(br0->number, 1);
	assert_int_equal(br0->fid, 1);
	assert_int_equal(config->bridges->number, 2);
	assert_int_equal(config->bridges->fid, 2);
	assert_int_equal(br0->mac_aging_time, 300);
	assert_int_equal(br0->mac_table_size, 8192);
	assert_false(br0->forward_bpdu);
	assert_null(br0->static_macs);
	assert_string_equal(br0->ports->name, "br0");
	assert_true(br0->ports->local);
	assert_int_equal(br0->ports->ofport, 65534);
	assert_string_equal(br0->ports->next->name, "p2");
	assert_false(br0->ports->next->local);
	assert_int_equal(br0->ports->next->ofport, 1);
	assert_int_equal(br0->ports->next->rx_hook, DB_RX_AUTO);
	assert_int_equal(br0->ports->next->mtu_request, 0);
	assert_string_equal(br0->ports->next->next->name, "p1");
	assert_int_equal(br0->ports->next->next->ofport, 2);
	assert_int_equal(br0->ports->next->next->number, 3);
	assert_null(br0->ports->next->next->next);
	assert_int_equal(config->bridges->ports->number, 4);

	assert_int_equal(br0->hwaddr[0] & 3, 2); /* locally administered, unicast */
	assert_memory_not_equal(br0->hwaddr + 1, none + 1, 5);
	assert_memory_not_equal(br0->hwaddr, config->bridges->hwaddr, 6);
	memcpy(hwaddr, br0->hwaddr, 6);
	db_config_free(config);

	snprintf(bridge, sizeof(bridge), "[%s]", uuid_of(f, "Bridge", "br0"));
	snprintf(port, sizeof(port), "[%s]", uuid_of(f, "Port", "p1"));
	snprintf(interface, sizeof(interface), "[%s]", uuid_of(f, "Interface", "p1"));
	assert_non_null(
		strstr(get(f, "Open_vSwitch", ".", "bridges"), uuid_of(f, "Bridge", "br0")));
	assert_non_null(strstr(get(f, "Bridge", "br0", "ports"), uuid_of(f, "Port", "p1")));
	assert_int_equal(strlen(get(f, "Bridge", "br0", "ports")), 3 * 36 + 2 * 2 + 2);
	assert_string_equal(get(f, "Port", "p1", "interfaces"), interface);
	assert_string_equal(get(f, "Interface", "br0", "type"), "internal");
	assert_string_equal(get(f, "Interface", "p1", "type"), "\"\"");

	reopen(f);
	assert_string_equal(get(f, "Port", "p1", "interfaces"), interface);
	config = load(f);
	assert_memory_equal(config->bridges->next->hwaddr, hwaddr, 6);
	db_config_free(config);
}

static void names_are_checked(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "fifteen-letters", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "P1", &f->error), 0);
	assert_refused(
		db_bridge_add(f->db, "br0", &f->error), -EEXIST,
		"cannot create a bridge named br0 because a bridge named br0 already exists");
	assert_refused(db_bridge_add(f->db, "p1", &f->error), -EEXIST,
		       "cannot create a bridge named p1 because a port named p1 already exists on "
		       "bridge br0");
	assert_refused(db_port_add(f->db, "br1", "p1", &f->error), -EEXIST,
		       "cannot create a port named p1 because a port named p1 already exists on "
		       "bridge br0");
	assert_refused(db_port_add(f->db, "br1", "br0", &f->error), -EEXIST,
		       "cannot create a port named br0 because a bridge named br0 already exists");
	assert_refused(db_port_add(f->db, "nope", "p5", &f->error), -ENOENT,
		       "no bridge named nope");
	assert_refused(db_bridge_add(f->db, "", &f->error), -EINVAL,
		       "cannot create a bridge named \"\" because it is empty");
	assert_refused(db_port_add(f->db, "br0", "sixteen-letters-", &f->error), -EINVAL,
		       "cannot create a port named \"sixteen-letters-\" because it has more than "
		       "15 characters");
	assert_refused(db_port_add(f->db, "br0", "a/b", &f->error), -EINVAL,
		       "cannot create a port named \"a/b\" because it has a slash in it");
	assert_refused(db_port_add(f->db, "br0", "a b", &f->error), -EINVAL,
		       "cannot create a port named \"a b\" because it has white space in it");
	assert_refused(db_port_add(f->db, "br0", "a:b", &f->error), -EINVAL,
		       "cannot create a port named \"a:b\" because it has a colon in it");
	assert_refused(db_bridge_add(f->db, "..", &f->error), -EINVAL,
		       "cannot create a bridge named \"..\" because it means a folder");
	assert_refused(db_bridge_add(f->db, "br%d", &f->error), -EINVAL,
		       "cannot create a bridge named \"br%d\" because it has a percent sign in it, "
		       "which the kernel would replace by a number");
	assert_refused(db_bridge_add(f->db, "a\x1b[2J", &f->error), -EINVAL,
		       "cannot create a bridge named \"a\\x1b[2J\" because it has characters in it "
		       "that are not printable ASCII");
	assert_refused(
		db_bridge_add(f->db, "é", &f->error), -EINVAL,
		"cannot create a bridge named \"\\xc3\\xa9\" because it has characters in it "
		"that are not printable ASCII");
}

static void removal_takes_what_belongs_to_it(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	struct fixture *f = *state;
	struct db_config *config;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 0, mac, &f->error), 0);
	assert_refused(db_port_del(f->db, "br0", &f->error), -EINVAL,
		       "cannot delete port br0 because it is the local port for bridge br0 "
		       "(deleting this port requires deleting the entire bridge)");
	assert_refused(db_port_del(f->db, "p9", &f->error), -ENOENT, "no port named p9");
	assert_refused(db_bridge_del(f->db, "br9", &f->error), -ENOENT, "no bridge named br9");
	assert_int_equal(db_port_del(f->db, "p1", &f->error), 0);
	config = load(f);
	assert_string_equal(config->bridges->ports->next->name, "p2");
	assert_null(config->bridges->static_macs);
	db_config_free(config);

	/* Numbers that became free are given again, the lowest first. */
	assert_int_equal(db_port_add(f->db, "br0", "p3", &f->error), 0);
	config = load(f);
	assert_int_equal(config->bridges->ports->next->next->number, 2);
	assert_int_equal(config->bridges->ports->next->next->ofport, 1);
	db_config_free(config);

	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), -ENOENT);
	assert_int_equal(db_bridge_add(f->db, "p2", &f->error), 0);
	assert_refused(db_record_find(f->db, table("Interface"), "p3", (char[64]){0}, &f->error),
		       -ENOENT, "no row \"p3\" in table Interface");
}

static void transactions_are_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_commit(f->db, &f->error), 0);
	assert_false(db_changed(f->db));

	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_begin(f->db, &f->error), -EBUSY);
	assert_false(db_changed(f->db));
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	config = load(f); /* the open transaction is seen */
	assert_non_null(config->bridges->next);
	db_config_free(config);
	db_rollback(f->db);
	config = load(f);
	assert_null(config->bridges->next);
	assert_null(config->bridges->ports->next);
	db_config_free(config);

	/* Without a transaction nothing is written. */
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), -EIO);
	assert_int_equal(set(f, "Bridge", "br0", "stp_enable", "true"), -EIO);
	assert_int_equal(db_commit(f->db, &f->error), -EIO);
	db_rollback(f->db);
}

static void columns_are_written_and_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(set(f, "Port", "p1", "tag", "10"), 0);
	assert_int_equal(set(f, "Port", "p1", "trunks", "20,10"), 0);
	assert_int_equal(set(f, "Port", "p1", "protected", "true"), 0);
	assert_int_equal(set(f, "Port", "p1", "bond_updelay", "-5"), 0);
	assert_int_equal(set(f, "Interface", "p1", "external_ids", "iface-id=\"a b\",x=é"), 0);
	assert_int_equal(set(f, "Interface", "p1", "type", "veth"), 0);
	reopen(f);
	assert_string_equal(get(f, "Port", "p1", "tag"), "10");
	assert_string_equal(get(f, "Port", "p1", "trunks"), "[10, 20]");
	assert_string_equal(get(f, "Port", "p1", "protected"), "true");
	assert_string_equal(get(f, "Port", "p1", "bond_updelay"), "-5");
	assert_string_equal(get(f, "Port", "p1", "name"), "p1");
	assert_string_equal(get(f, "Interface", "p1", "external_ids"),
			    "{iface-id=\"a b\", x=\"é\"}");
	assert_string_equal(get(f, "Interface", "p1", "type"), "veth");

	/* The same again is no change. */
	assert_int_equal(set(f, "Port", "p1", "trunks", "10,20"), 0);
	assert_int_equal(set(f, "Port", "p1", "protected", "true"), 0);
	assert_false(db_changed(f->db));
	assert_int_equal(set(f, "Port", "p1", "tag", "[]"), 0);
	assert_true(db_changed(f->db));

	assert_refused(set(f, "Port", "p1", "name", "p2"), -EPERM,
		       "cannot modify read-only column name in table Port");
	assert_refused(set(f, "Bridge", "br0", "ports", "[]"), -EPERM,
		       "cannot modify read-only column ports in table Bridge");
	assert_refused(set(f, "Interface", "p1", "ofport", "5"), -EPERM,
		       "cannot modify read-only column ofport in table Interface");
	assert_refused(
		set(f, "Port", "p1", "tag", "4096"), -EINVAL,
		"constraint violation: 4096 is not in the valid range 0 to 4095 (inclusive)");
	assert_int_equal(set(f, "Port", "p1", "qos", "123e4567-e89b-12d3-a456-426614174000"),
			 -EINVAL);
	assert_non_null(strstr(f->error.text,
			       "references nonexistent row 123e4567-e89b-12d3-a456-426614174000 "
			       "in table QoS"));
	assert_int_equal(set(f, "Port", "p1", "qos", "[]"), 0);
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

static int note_record(const char *uuid, void *arg)
{
	struct text *text = arg;

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
	assert_int_equal(db_record_each(f->db, table("Bridge"), note_record, &text, &f->error), 7);
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
	};

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(set(f, cases[i].table, "br0", cases[i].column, cases[i].word),
				 cases[i].good ? 0 : -EINVAL);
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
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", &f->error), 0);
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

static void ofports_are_given_on_request(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_port *port;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", &f->error), 0);
	assert_int_equal(set(f, "Interface", "p1", "ofport_request", "65279"), 0);
	assert_int_equal(set(f, "Interface", "p2", "ofport_request", "65279"), 0); /* taken */
	assert_int_equal(set(f, "Interface", "br0", "ofport_request", "7"), 0);    /* fixed */
	assert_int_equal(db_port_add(f->db, "br0", "p3", &f->error), 0);
	config = load(f);
	port = config->bridges->ports;
	assert_int_equal(port->ofport, 65534);
	assert_int_equal(port->next->ofport, 65279);
	assert_int_equal(port->next->next->ofport, 2);
	assert_int_equal(port->next->next->next->ofport, 1);
	db_config_free(config);
	assert_int_equal(set(f, "Interface", "p1", "ofport_request", "65280"), -EINVAL);
}

static void static_macs(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1}, group[6] = {1, 0, 0x5e, 0, 0, 1}, zero[6];
	struct fixture *f = *state;
	struct db_config *config;
	const struct db_bridge *br0;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(f->db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p1", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "p2", &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 0, mac, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p1", 10, mac, &f->error), 0);
	assert_int_equal(db_static_mac_add(f->db, "br0", "p2", 0, mac, &f->error), 0);
	config = load(f);
	br0 = config->bridges;
	assert_int_equal(br0->static_macs->port, br0->ports->next->next->number);
	assert_int_equal(br0->static_macs->vlan, 0);
	assert_memory_equal(br0->static_macs->mac, mac, 6);
	assert_int_equal(br0->static_macs->next->vlan, 10);
	assert_int_equal(br0->static_macs->next->port, br0->ports->next->number);
	assert_null(br0->static_macs->next->next);
	assert_null(br0->next->static_macs);
	db_config_free(config);

	assert_int_equal(db_static_mac_del(f->db, "br0", 10, mac, &f->error), 0);
	assert_string_equal(get(f, "Static_MAC", ".", "mac"), "\"02:00:00:00:00:01\"");
	assert_string_equal(get(f, "Static_MAC", ".", "vlan"), "0");
	assert_string_equal(get(f, "Static_MAC", ".", "port"), uuid_of(f, "Port", "p2"));
	assert_string_equal(get(f, "Static_MAC", ".", "bridge"), uuid_of(f, "Bridge", "br0"));
	assert_refused(db_static_mac_del(f->db, "br0", 10, mac, &f->error), -ENOENT,
		       "bridge br0 has no static entry for 02:00:00:00:00:01 in VLAN 10");
	assert_refused(db_static_mac_add(f->db, "br1", "p1", 0, mac, &f->error), -ENOENT,
		       "bridge br1 does not have a port p1");
	assert_refused(db_static_mac_add(f->db, "br9", "p1", 0, mac, &f->error), -ENOENT,
		       "no bridge named br9");
	assert_refused(db_static_mac_add(f->db, "br0", "p1", 4096, mac, &f->error), -EINVAL,
		       "VLAN 4096 is not in the range 0 to 4095");
	assert_refused(db_static_mac_add(f->db, "br0", "p1", 0, group, &f->error), -EINVAL,
		       "01:00:5e:00:00:01 is a group address: a static entry is for one station");
	assert_refused(db_static_mac_add(f->db, "br0", "p1", 0, zero, &f->error), -EINVAL,
		       "00:00:00:00:00:00 is not the address of a station");
}

static void saved_links_outlive_everything_but_their_removal(void **state)
{
	struct fixture *f = *state;
	struct db_saved_link saved = {.ifindex = 7,
				      .name = "eth9",
				      .promisc = true,
				      .offloads = "rx-lro,rx-vlan-hw-parse"};
	struct db_saved_link found;

	assert_int_equal(db_saved_link_get(f->db, 7, &found), -ENOENT);
	assert_int_equal(db_saved_link_del(f->db, 7), -ENOENT);
	assert_int_equal(db_saved_link_put(f->db, &saved, &f->error), 0);
	saved.up = true;
	assert_int_equal(db_saved_link_put(f->db, &saved, &f->error), 0);
	assert_false(db_changed(f->db));
	db_rollback(f->db); /* the device has been changed all the same */
	assert_int_equal(db_saved_link_get(f->db, 7, &found), 0);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	reopen(f);
	assert_int_equal(db_saved_link_get(f->db, 7, &found), 0);
	assert_memory_equal(&found, &saved, sizeof(found));
	assert_int_equal(db_saved_link_get(f->db, 8, &found), -ENOENT);
	assert_int_equal(db_saved_link_del(f->db, 7), 0);
	assert_int_equal(db_saved_link_get(f->db, 7, &found), -ENOENT);
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void a_thousand_ports(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;
	double start = milliseconds(), added, committed, loaded;
	char name[16];
	int n = 0;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "port%d", i);
		assert_int_equal(db_port_add(f->db, "br0", name, &f->error), 0);
	}
	added = milliseconds();
	assert_int_equal(db_commit(f->db, &f->error), 0);
	committed = milliseconds();
	config = load(f);
	loaded = milliseconds();
	for (struct db_port *port = config->bridges->ports->next; port; port = port->next, n++) {
		snprintf(name, sizeof(name), "port%d", n);
		assert_string_equal(port->name, name);
		assert_int_equal(port->ofport, n + 1);
		assert_int_equal(port->number, n + 2);
	}
	assert_int_equal(n, 1000);
	db_config_free(config);
	print_message("1000 ports: added in %.1f ms, committed in %.1f ms, loaded in %.1f ms\n",
		      added - start, committed - added, loaded - committed);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	reopen(f);
}

/* Fills up the numbers behind db's back: one by one takes a while. */
static void numbers_run_out_with_a_sentence(void **state)
{
	static const char fill[] =
		"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 4095)"
		" INSERT INTO Port (_id, _uuid, _parent, name) SELECT i, 'p' || i, 1, 'p' || i "
		"FROM n;"
		"INSERT INTO Interface (_uuid, _parent, _bridge, _number, _ofport, name)"
		" SELECT name, _id, 1, _id, _id, name FROM Port WHERE _id > 1";
	struct fixture *f = *state;
	struct db_config *config;
	sqlite3 *sqlite;

	assert_int_equal(db_bridge_add(f->db, "br0", &f->error), 0);
	assert_int_equal(db_commit(f->db, &f->error), 0);
	assert_int_equal(sqlite3_open(f->path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, fill, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_refused(db_port_add(f->db, "br0", "more", &f->error), -ENOSPC,
		       "cannot create a port named more because there are 4095 already");
	assert_refused(db_bridge_add(f->db, "br1", &f->error), -ENOSPC,
		       "cannot create a port named br1 because there are 4095 already");
	db_rollback(f->db);

	assert_int_equal(db_begin(f->db, &f->error), 0);
	assert_int_equal(db_port_del(f->db, "p1000", &f->error), 0);
	assert_int_equal(db_port_add(f->db, "br0", "more", &f->error), 0);
	config = load(f);
	for (const struct db_port *port = config->bridges->ports; port; port = port->next) {
		if (!strcmp(port->name, "more"))
			assert_int_equal(port->number, 1000);
	}
	db_config_free(config);
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
			bool native;

			assert_non_null(c);
			assert_string_equal(c->name, name);
			assert_true(c->class != DB_LIVE);
			assert_int_equal(sqlite3_column_int(statement, 3), 1);
			native = c->value == DB_VOID && c->min == 1 && c->max == 1;
			assert_string_equal(type,
					    native && c->key != DB_STRING ? "INTEGER" : "TEXT");
			if (c->structural)
				assert_null(value);
			else if (!native)
				assert_string_equal(value,
						    c->value ? "'[\"map\",[]]'" : "'[\"set\",[]]'");
			else
				assert_string_equal(value, c->key == DB_STRING ? "''" : "0");
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_new_database_is_empty),
		TEST(bridges_have_their_own_port),
		TEST(names_are_checked),
		TEST(removal_takes_what_belongs_to_it),
		TEST(transactions_are_all_or_nothing),
		TEST(columns_are_written_and_read),
		TEST(records_are_found),
		TEST(records_come_in_the_order_they_were_made),
		TEST(options_are_checked),
		TEST(options_reach_the_configuration),
		TEST(ofports_are_given_on_request),
		TEST(static_macs),
		TEST(saved_links_outlive_everything_but_their_removal),
		TEST(a_thousand_ports),
		TEST(numbers_run_out_with_a_sentence),
		TEST(schema_and_sql_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
