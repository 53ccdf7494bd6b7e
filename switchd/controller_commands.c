/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands on controllers, managers, SSL and fail modes, as in ovs-vsctl: short ways of writing
 * columns of Bridge and Open_vSwitch and the records that they refer to.
 */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/daemon.h"

/* A column of a record. */
struct place {
	const struct db_table *table;
	const struct db_column *column;
	char uuid[DB_UUID_LEN + 1];
};

static int find_place(struct command_call *call, const char *table, const char *record,
		      const char *column, struct place *place)
{
	place->table = db_table_find(table, call->error);
	place->column = db_column_find(place->table, column, call->error);
	return db_record_find(call->daemon->db, place->table, record, place->uuid, call->error);
}

/* A column of the bridge that word 1 names; of a fake one, its parent's, which is not to be changed
 * by that name. */
static int find_bridge(struct command_call *call, const char *column, bool change,
		       struct place *place)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	if (result == 0 && bridge.vlan && change)
		result = error_set(call->error, -EINVAL, "%s is a fake bridge", bridge.name);
	return result ? result : find_place(call, "Bridge", bridge.real, column, place);
}

static int get_place(struct command_call *call, const struct place *place, json_t **value)
{
	return db_get(call->daemon->db, place->table, place->uuid, place->column, value,
		      call->error);
}

/* Takes the reference. */
static int set_place(struct command_call *call, const struct place *place, json_t *value)
{
	int result = value ? db_set(call->daemon->db, place->table, place->uuid, place->column,
				    value, call->error)
			   : -EINVAL;

	json_decref(value);
	return result;
}

static int clear_place(struct command_call *call, const struct place *place)
{
	return set_place(call, place, datum_default(place->column));
}

/* Sets a column of a record that was just made. Takes the reference. */
static int set_new(struct command_call *call, const char *table, const char *uuid,
		   const char *column, json_t *value)
{
	struct place place;
	int result = find_place(call, table, uuid, column, &place);

	return result ? result : set_place(call, &place, value);
}

static int create_target(struct command_call *call, const char *table, const char *target,
			 json_t *uuids)
{
	const char *probe = command_option(call, "--inactivity-probe");
	char uuid[DB_UUID_LEN + 1];
	int result;

	db_uuid_make(uuid);
	result = db_create(call->daemon->db, db_table_find(table, call->error), uuid, NULL,
			   call->error);
	if (result == 0)
		result = set_new(call, table, uuid, "target", json_string(target));
	if (result == 0 && probe)
		result = set_new(call, table, uuid, "inactivity_probe", json_integer(atoi(probe)));
	json_array_append_new(uuids, json_pack("[ss]", "uuid", uuid));
	return result;
}

/* Targets from word `first` on, as records of a table in the place of those that were there. */
static int set_targets(struct command_call *call, const struct place *place, const char *table,
		       int first)
{
	json_t *uuids = json_array();
	int result = 0;

	for (int i = first; i < call->n_words && result == 0; i++)
		result = create_target(call, table, call->words[i], uuids);
	if (result) {
		json_decref(uuids);
		return result;
	}
	return set_place(call, place, json_pack("[so]", "set", uuids));
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(json_string_value(*(json_t *const *)a),
		      json_string_value(*(json_t *const *)b));
}

/* In order, a line each. Takes the references. */
static void print_sorted(struct text *output, json_t **strings, size_t n)
{
	if (n)
		qsort(strings, n, sizeof(*strings), compare_strings);
	for (size_t i = 0; i < n; i++) {
		text_add(output, "%s\n", json_string_value(strings[i]));
		json_decref(strings[i]);
	}
}

static int print_targets(struct command_call *call, const struct place *place, const char *table)
{
	json_t *uuids, *uuid, **targets;
	size_t i, n = 0;
	int result = get_place(call, place, &uuids);

	if (result)
		return result;
	targets = calloc(json_array_size(json_array_get(uuids, 1)) + 1, sizeof(*targets));
	if (!targets)
		result = error_set(call->error, -ENOMEM, "out of memory");
	json_array_foreach (json_array_get(uuids, 1), i, uuid) {
		struct place target;

		if (result == 0)
			result = find_place(call, table, json_string_value(json_array_get(uuid, 1)),
					    "target", &target);
		if (result == 0)
			result = get_place(call, &target, &targets[n]);
		n += result == 0;
	}
	if (targets)
		print_sorted(call->output, targets, n);
	free(targets);
	json_decref(uuids);
	return result;
}

int cmd_get_controller(struct command_call *call)
{
	struct place place;
	int result = find_bridge(call, "controller", false, &place);

	return result ? result : print_targets(call, &place, "Controller");
}

int cmd_del_controller(struct command_call *call)
{
	struct place place;
	int result = find_bridge(call, "controller", true, &place);

	return result ? result : clear_place(call, &place);
}

int cmd_set_controller(struct command_call *call)
{
	struct place place;
	int result = find_bridge(call, "controller", true, &place);

	return result ? result : set_targets(call, &place, "Controller", 2);
}

int cmd_get_manager(struct command_call *call)
{
	struct place place;
	int result = find_place(call, "Open_vSwitch", ".", "manager_options", &place);

	return result ? result : print_targets(call, &place, "Manager");
}

int cmd_del_manager(struct command_call *call)
{
	struct place place;
	int result = find_place(call, "Open_vSwitch", ".", "manager_options", &place);

	return result ? result : clear_place(call, &place);
}

int cmd_set_manager(struct command_call *call)
{
	struct place place;
	int result = find_place(call, "Open_vSwitch", ".", "manager_options", &place);

	return result ? result : set_targets(call, &place, "Manager", 1);
}

int cmd_get_fail_mode(struct command_call *call)
{
	struct place place;
	json_t *value;
	int result = find_bridge(call, "fail_mode", false, &place);

	if (result == 0)
		result = get_place(call, &place, &value);
	if (result)
		return result;
	if (json_is_string(value))
		text_add(call->output, "%s\n", json_string_value(value));
	json_decref(value);
	return 0;
}

int cmd_del_fail_mode(struct command_call *call)
{
	struct place place;
	int result = find_bridge(call, "fail_mode", true, &place);

	return result ? result : clear_place(call, &place);
}

int cmd_set_fail_mode(struct command_call *call)
{
	const char *mode = call->words[2];
	struct place place;
	int result = find_bridge(call, "fail_mode", true, &place);

	if (result == 0 && strcmp(mode, "standalone") && strcmp(mode, "secure"))
		result = error_set(call->error, -EINVAL,
				   "fail-mode must be \"standalone\" or \"secure\"");
	return result ? result : set_place(call, &place, json_string(mode));
}

/* db_row_fn */
static int print_ssl(const char *uuid, json_t *const *values, void *arg)
{
	(void)uuid;
	text_add(arg, "Private key: %s\nCertificate: %s\nCA Certificate: %s\nBootstrap: %s\n",
		 json_string_value(values[0]), json_string_value(values[1]),
		 json_string_value(values[2]), json_is_true(values[3]) ? "true" : "false");
	return 0;
}

int cmd_get_ssl(struct command_call *call)
{
	static const char *const names[] = {"private_key", "certificate", "ca_cert",
					    "bootstrap_ca_cert"};
	const struct db_table *table = db_table_find("SSL", call->error);
	const struct db_column *columns[sizeof(names) / sizeof(*names)];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		columns[i] = db_column_find(table, names[i], call->error);
	return db_select(call->daemon->db, table, NULL, columns, sizeof(names) / sizeof(*names),
			 print_ssl, call->output, call->error);
}

int cmd_del_ssl(struct command_call *call)
{
	struct place place;
	int result = find_place(call, "Open_vSwitch", ".", "ssl", &place);

	return result ? result : clear_place(call, &place);
}

/* set-ssl PRIVATE-KEY CERTIFICATE CA-CERT */
int cmd_set_ssl(struct command_call *call)
{
	struct place place;
	char uuid[DB_UUID_LEN + 1];
	int result = find_place(call, "Open_vSwitch", ".", "ssl", &place);

	db_uuid_make(uuid);
	if (result == 0)
		result = db_create(call->daemon->db, db_table_find("SSL", call->error), uuid, NULL,
				   call->error);
	if (result == 0)
		result = set_new(call, "SSL", uuid, "private_key", json_string(call->words[1]));
	if (result == 0)
		result = set_new(call, "SSL", uuid, "certificate", json_string(call->words[2]));
	if (result == 0)
		result = set_new(call, "SSL", uuid, "ca_cert", json_string(call->words[3]));
	if (result == 0 && command_option(call, "--bootstrap"))
		result = set_new(call, "SSL", uuid, "bootstrap_ca_cert", json_true());
	return result ? result : set_place(call, &place, json_pack("[ss]", "uuid", uuid));
}
