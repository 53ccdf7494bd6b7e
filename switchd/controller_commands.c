/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands on controllers, managers, SSL and fail modes, as in ovs-vsctl: short ways of writing
 * columns of Bridge and Open_vSwitch and the records that they refer to.
 */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/place.h"

/* Sets a column of a record that was just made. Takes the reference. */
static int set_new(struct command_call *call, const char *table, const char *uuid,
		   const char *column, json_t *value)
{
	struct place place;
	int result = place_find(call, table, uuid, column, &place);

	return result ? result : place_set(call, &place, value);
}

/* Does it begin as the name of a connection, to somebody or for others to come? */
static bool is_connection(const char *target)
{
	static const char *const kinds[] = {"tcp:", "unix:", "ssl:", "ptcp:", "punix:", "pssl:"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(target, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

static int create_target(struct command_call *call, const char *table, const char *target,
			 json_t *uuids)
{
	const char *probe = command_option(call, "--inactivity-probe");
	char uuid[DB_UUID_LEN + 1];
	int result = place_make(call, table, uuid);

	if (!is_connection(target))
		text_add(call->warning, "target type \"%s\" is possibly erroneous\n", target);
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
	return place_set(call, place, json_pack("[so]", "set", uuids));
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
	int result = place_get(call, place, &uuids);

	if (result)
		return result;
	targets = calloc(json_array_size(json_array_get(uuids, 1)) + 1, sizeof(*targets));
	if (!targets)
		result = error_set(call->error, -ENOMEM, "out of memory");
	json_array_foreach (json_array_get(uuids, 1), i, uuid) {
		struct place target;

		if (result == 0)
			result = place_find(call, table, json_string_value(json_array_get(uuid, 1)),
					    "target", &target);
		if (result == 0)
			result = place_get(call, &target, &targets[n]);
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
	int result = place_find_bridge(call, "controller", false, &place);

	return result ? result : print_targets(call, &place, "Controller");
}

int cmd_del_controller(struct command_call *call)
{
	struct place place;
	int result = place_find_bridge(call, "controller", true, &place);

	return result ? result : place_clear(call, &place);
}

int cmd_set_controller(struct command_call *call)
{
	struct place place;
	int result = place_find_bridge(call, "controller", true, &place);

	return result ? result : set_targets(call, &place, "Controller", 2);
}

int cmd_get_manager(struct command_call *call)
{
	struct place place;
	int result = place_find(call, "Open_vSwitch", ".", "manager_options", &place);

	return result ? result : print_targets(call, &place, "Manager");
}

int cmd_del_manager(struct command_call *call)
{
	struct place place;
	int result = place_find(call, "Open_vSwitch", ".", "manager_options", &place);

	return result ? result : place_clear(call, &place);
}

int cmd_set_manager(struct command_call *call)
{
	struct place place;
	int result = place_find(call, "Open_vSwitch", ".", "manager_options", &place);

	return result ? result : set_targets(call, &place, "Manager", 1);
}

int cmd_get_fail_mode(struct command_call *call)
{
	struct place place;
	json_t *value;
	int result = place_find_bridge(call, "fail_mode", false, &place);

	if (result == 0)
		result = place_get(call, &place, &value);
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
	int result = place_find_bridge(call, "fail_mode", true, &place);

	return result ? result : place_clear(call, &place);
}

int cmd_set_fail_mode(struct command_call *call)
{
	const char *mode = call->words[2];
	struct place place;
	int result = place_find_bridge(call, "fail_mode", true, &place);

	if (result == 0 && strcmp(mode, "standalone") && strcmp(mode, "secure"))
		result = error_set(call->error, -EINVAL,
				   "fail-mode must be \"standalone\" or \"secure\"");
	return result ? result : place_set(call, &place, json_string(mode));
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
	int result = place_find(call, "Open_vSwitch", ".", "ssl", &place);

	return result ? result : place_clear(call, &place);
}

/* set-ssl PRIVATE-KEY CERTIFICATE CA-CERT */
int cmd_set_ssl(struct command_call *call)
{
	struct place place;
	char uuid[DB_UUID_LEN + 1];
	int result = place_find(call, "Open_vSwitch", ".", "ssl", &place);

	if (result == 0)
		result = place_make(call, "SSL", uuid);
	if (result == 0)
		result = set_new(call, "SSL", uuid, "private_key", json_string(call->words[1]));
	if (result == 0)
		result = set_new(call, "SSL", uuid, "certificate", json_string(call->words[2]));
	if (result == 0)
		result = set_new(call, "SSL", uuid, "ca_cert", json_string(call->words[3]));
	if (result == 0 && command_option(call, "--bootstrap"))
		result = set_new(call, "SSL", uuid, "bootstrap_ca_cert", json_true());
	return result ? result : place_set_reference(call, &place, uuid);
}
