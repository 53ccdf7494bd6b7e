/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export: the configuration as commands that make it out of nothing, for `apply`, for a version
 * control system, and for people to read.
 *
 * Only what differs from the defaults is written, and in an order that depends on nothing but the
 * configuration itself: what has a name by its name, what has none by its content. So two switches
 * that are configured alike say the same, whatever led there. Columns that the switch answers
 * itself and Open_vSwitch:next_cfg are no configuration.
 *
 * Static addresses come before the ports' VLANs: fdb/add refuses a VLAN that the port does not
 * carry, but what carried it once may do so no longer.
 */
#include "switchd/export.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include "db/atom.h"
#include "db/datum.h"
#include "db/snapshot.h"
#include "switchd/commands.h"
#include "switchd/daemon.h"
#include "switchd/script.h"

#define ID_MAX 48 /* "@Flow_Sample_Collector_Set", a number, a zero */

struct export
{
	struct snapshot snapshot;
	struct snapshot_record **sorted;
	struct text *text;
};

/* One word, printed: formatted text is gathered first, and then quoted as a whole. */
__attribute__((format(printf, 2, 3))) static void add_word(struct export *export,
							   const char *format, ...)
{
	char word[256];
	va_list args;

	va_start(args, format);
	vsnprintf(word, sizeof(word), format, args);
	va_end(args);
	script_add_word(export->text, word);
}

static void end_line(struct export *export)
{
	text_add(export->text, "\n");
}

static bool is_in(const struct snapshot_record *record, const char *table)
{
	return !strcmp(record->table->name, table);
}

/* One without a path is made by a chain that has not come to its end, and belongs to nobody. */
static bool has_structure(const struct snapshot_record *record)
{
	return is_in(record, "Bridge") || is_in(record, "Port") || is_in(record, "Interface");
}

typedef void record_fn(struct export *export, struct snapshot_record *record);

static void each(struct export *export, const char *table, record_fn *fn)
{
	for (size_t i = 0; i < export->snapshot.n; i++)
		if (is_in(export->sorted[i], table))
			fn(export, export->sorted[i]);
}

static void format_id(const struct snapshot_record *record, char id[ID_MAX])
{
	snprintf(id, ID_MAX, "@%s%u", record->table->name, record->number);
	for (char *p = id; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? *p + 'a' - 'A' : *p;
}

static void add_id_option(struct export *export, const struct snapshot_record *record)
{
	char id[ID_MAX];

	format_id(record, id);
	add_word(export, "--id=%s", id);
}

/* An atom as a command line has it; a reference by the name that its target is given here. */
static void format_atom(const struct export *export, const struct db_column *column,
			const json_t *atom, struct text *word)
{
	const struct snapshot_record *target = column->refers && json_is_array(atom)
						       ? snapshot_follow(&export->snapshot, atom)
						       : NULL;
	char id[ID_MAX];

	if (target) {
		format_id(target, id);
		text_add(word, "%s", id);
	} else {
		atom_format(atom, false, word);
	}
}

/* The end of a run of consecutive integers that begins at element `i`. */
static size_t end_of_run(const json_t *elements, size_t i)
{
	json_int_t first = json_integer_value(json_array_get(elements, i));
	size_t end = i + 1;

	if (!json_is_integer(json_array_get(elements, i)))
		return end;
	while (end < json_array_size(elements) &&
	       json_integer_value(json_array_get(elements, end)) == first + (json_int_t)(end - i))
		end++;
	return end;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* References in the order of their names: that of their UUIDs means nothing. */
static void format_references(const struct export *export, const struct db_column *column,
			      const json_t *elements, struct text *word)
{
	size_t n = json_array_size(elements);
	char **ids = calloc(n + 1, sizeof(*ids));

	for (size_t i = 0; ids && i < n; i++) {
		struct text id = TEXT_EMPTY;

		format_atom(export, column, json_array_get(elements, i), &id);
		ids[i] = id.data;
	}
	if (ids)
		qsort(ids, n, sizeof(*ids), compare_strings);
	for (size_t i = 0; ids && i < n; i++) {
		text_add(word, "%s%s", i ? "," : "", ids[i]);
		free(ids[i]);
	}
	free(ids);
}

static void format_set(const struct export *export, const struct db_column *column,
		       const json_t *elements, struct text *word)
{
	size_t end;

	if (!json_array_size(elements))
		text_add(word, "[]");
	if (column->refers) {
		format_references(export, column, elements, word);
		return;
	}
	for (size_t i = 0; i < json_array_size(elements); i = end) {
		end = end_of_run(elements, i);
		text_add(word, "%s", i ? "," : "");
		format_atom(export, column, json_array_get(elements, i), word);
		if (end - i > 2) {
			text_add(word, "-");
			format_atom(export, column, json_array_get(elements, end - 1), word);
		} else {
			end = i + 1;
		}
	}
}

/* Behind COLUMN:KEY= a string is the rest of the word, unless it looks like one in quotes. */
static bool needs_quotes(const json_t *value)
{
	const char *string = json_string_value(value);

	if (!string || !*string || *string == '"')
		return true;
	for (; *string; string++)
		if (iscntrl((unsigned char)*string))
			return true;
	return false;
}

/* One word for each pair: COLUMN:KEY=VALUE. */
static void add_map(struct export *export, const struct db_column *column, const json_t *pairs)
{
	const json_t *pair;
	size_t i;

	json_array_foreach (pairs, i, pair) {
		struct text word = TEXT_EMPTY;

		text_add(&word, "%s:", column->name);
		atom_format(json_array_get(pair, 0), false, &word);
		text_add(&word, "=");
		if (needs_quotes(json_array_get(pair, 1)))
			format_atom(export, column, json_array_get(pair, 1), &word);
		else
			text_add(&word, "%s", json_string_value(json_array_get(pair, 1)));
		script_add_word(export->text, text_string(&word));
		text_free(&word);
	}
}

static void add_column(struct export *export, const struct db_column *column, const json_t *value)
{
	const char *tag = json_string_value(json_array_get(value, 0));
	struct text word = TEXT_EMPTY;

	if (column->value != DB_VOID && datum_count(value)) {
		add_map(export, column, json_array_get(value, 1));
		return;
	}
	text_add(&word, "%s=", column->name);
	if (column->value != DB_VOID)
		text_add(&word, "{}");
	else if (tag && !strcmp(tag, "set"))
		format_set(export, column, json_array_get(value, 1), &word);
	else
		format_atom(export, column, value, &word);
	script_add_word(export->text, text_string(&word));
	text_free(&word);
}

static bool is_string(const json_t *value, const char *string)
{
	return json_is_string(value) && !strcmp(json_string_value(value), string);
}

/* The only interface of a port, if it has the port's name. */
static const struct snapshot_record *own_interface(const struct export *export,
						   const struct snapshot_record *port)
{
	const json_t *interfaces = json_array_get(snapshot_value(port, "interfaces"), 1);
	const struct snapshot_record *interface =
		snapshot_follow(&export->snapshot, json_array_get(interfaces, 0));

	if (!interface || json_array_size(interfaces) != 1 ||
	    strcmp(snapshot_name(interface), snapshot_name(port)))
		return NULL;
	return interface;
}

static bool is_local(const struct snapshot_record *port)
{
	return !strcmp(snapshot_name(port), snapshot_name(port->parent));
}

/* Does another record stand against making this port by `add-br PORT PARENT VLAN`? */
static bool is_in_the_way(const struct export *export, const struct snapshot_record *port,
			  const struct snapshot_record *other)
{
	const json_t *tag = snapshot_value(port, "tag");

	if (is_in(other, "Static_MAC"))
		return !json_equal(snapshot_value(other, "vlan"), tag) &&
		       snapshot_follow(&export->snapshot, snapshot_value(other, "port")) == port;
	return is_in(other, "Port") && other != port && other->parent == port->parent &&
	       json_is_true(snapshot_value(other, "fake_bridge")) &&
	       json_equal(snapshot_value(other, "tag"), tag);
}

/* Is it a port as that command makes it? */
static bool is_fake_bridge(const struct export *export, const struct snapshot_record *port)
{
	const struct snapshot_record *interface = own_interface(export, port);

	if (!json_is_true(snapshot_value(port, "fake_bridge")) || is_local(port) || !interface ||
	    !json_is_integer(snapshot_value(port, "tag")) ||
	    !is_string(snapshot_value(interface, "type"), "internal"))
		return false;
	for (size_t i = 0; i < export->snapshot.n; i++)
		if (is_in_the_way(export, port, export->snapshot.records[i]))
			return false;
	return true;
}

/* What add-br has done to a port and its interface beyond the defaults. */
static bool is_by_add_br(const struct export *export, const struct snapshot_record *record,
			 const struct db_column *column, const json_t *value)
{
	if (is_in(record, "Interface") && !strcmp(column->name, "type"))
		return is_string(value, "internal") && own_interface(export, record->parent) &&
		       (is_local(record->parent) || is_fake_bridge(export, record->parent));
	if (is_in(record, "Port") &&
	    (!strcmp(column->name, "tag") || !strcmp(column->name, "fake_bridge")))
		return is_fake_bridge(export, record);
	return false;
}

/* Must the column be written, for a record that has just been made? */
static bool is_to_write(const struct export *export, const struct snapshot_record *record, size_t i)
{
	const struct db_column *column = &record->table->columns[i];
	json_t *empty;
	bool same;

	if (db_column_is_fixed(column) || column->structural || !strcmp(column->name, "next_cfg"))
		return false;
	empty = datum_default(column);
	same = !datum_compare(empty, record->values[i]);
	json_decref(empty);
	return !same && !is_by_add_br(export, record, column, record->values[i]);
}

static bool any_to_write(const struct export *export, const struct snapshot_record *record)
{
	for (size_t i = 0; i < record->table->n_columns; i++)
		if (is_to_write(export, record, i))
			return true;
	return false;
}

static void add_columns(struct export *export, const struct snapshot_record *record)
{
	for (size_t i = 0; i < record->table->n_columns; i++)
		if (is_to_write(export, record, i))
			add_column(export, &record->table->columns[i], record->values[i]);
}

/* `create` needs a column, were it one at its default. */
static void add_any_column(struct export *export, const struct snapshot_record *record)
{
	size_t i = 0;

	while (record->table->columns[i].class == DB_LIVE)
		i++;
	add_column(export, &record->table->columns[i], record->values[i]);
}

static void write_bridge(struct export *export, struct snapshot_record *bridge)
{
	if (!bridge->path)
		return;
	add_word(export, "add-br");
	add_word(export, "%s", snapshot_name(bridge));
	end_line(export);
}

typedef void interface_fn(struct export *export, const struct snapshot_record *port,
			  struct snapshot_record *interface);

/* In the order in which they were made, which `create` and add-bond keep. */
static void each_interface(struct export *export, const struct snapshot_record *port,
			   interface_fn *fn)
{
	for (size_t i = 0; i < export->snapshot.n; i++) {
		struct snapshot_record *record = export->snapshot.records[i];

		if (is_in(record, "Interface") && record->parent == port)
			fn(export, port, record);
	}
}

static struct snapshot_record *port_of_name(const struct export *export, const char *name)
{
	for (size_t i = 0; i < export->snapshot.n; i++) {
		struct snapshot_record *record = export->snapshot.records[i];

		if (is_in(record, "Port") && !strcmp(snapshot_name(record), name))
			return record;
	}
	return NULL;
}

/* Does add-bond refuse the name as an interface of this port? It is another port's, or a setting.
 */
static bool is_no_member(const struct export *export, const struct snapshot_record *port,
			 const char *name)
{
	const struct snapshot_record *namesake = port_of_name(export, name);

	return strchr(name, '=') || (namesake && namesake != port);
}

/* Can neither add-port nor add-bond make it? The former names the port as its interface. */
static bool is_composed(const struct export *export, const struct snapshot_record *port)
{
	const json_t *interfaces = json_array_get(snapshot_value(port, "interfaces"), 1), *element;
	size_t i;

	json_array_foreach (interfaces, i, element) {
		const struct snapshot_record *interface =
			snapshot_follow(&export->snapshot, element);

		if (interface && json_array_size(interfaces) > 1 &&
		    is_no_member(export, port, snapshot_name(interface)))
			return true;
	}
	return json_array_size(interfaces) < 2 && !own_interface(export, port);
}

static void add_name_column(struct export *export, const struct snapshot_record *record)
{
	struct text word = TEXT_EMPTY;

	text_add(&word, "name=");
	atom_format(snapshot_value(record, "name"), false, &word);
	script_add_word(export->text, text_string(&word));
	text_free(&word);
}

static void add_interface_name(struct export *export, const struct snapshot_record *port,
			       struct snapshot_record *interface)
{
	(void)port;
	add_word(export, "%s", snapshot_name(interface));
}

static void create_interface(struct export *export, const struct snapshot_record *port,
			     struct snapshot_record *interface)
{
	(void)port;
	add_id_option(export, interface);
	add_word(export, "create");
	add_word(export, "Interface");
	add_name_column(export, interface);
	end_line(export);
}

static void add_interfaces_column(struct export *export, const struct snapshot_record *port)
{
	struct text word = TEXT_EMPTY;

	text_add(&word, "interfaces=");
	format_references(export, db_column_find(port->table, "interfaces", NULL),
			  json_array_get(snapshot_value(port, "interfaces"), 1), &word);
	script_add_word(export->text, text_string(&word));
	text_free(&word);
}

static void compose_port(struct export *export, const struct snapshot_record *port)
{
	char id[ID_MAX];

	each_interface(export, port, create_interface);
	add_id_option(export, port);
	add_word(export, "create");
	add_word(export, "Port");
	add_name_column(export, port);
	add_interfaces_column(export, port);
	end_line(export);
	format_id(port, id);
	add_word(export, "add");
	add_word(export, "Bridge");
	add_word(export, "%s", snapshot_name(port->parent));
	add_word(export, "ports");
	add_word(export, "%s", id);
	end_line(export);
}

static void make_port(struct export *export, const struct snapshot_record *port)
{
	const char *bridge = snapshot_name(port->parent), *name = snapshot_name(port);
	bool fake = is_fake_bridge(export, port), bond = !own_interface(export, port);

	if (is_composed(export, port)) {
		compose_port(export, port);
		return;
	}
	add_word(export, fake ? "add-br" : bond ? "add-bond" : "add-port");
	add_word(export, "%s", fake ? name : bridge);
	add_word(export, "%s", fake ? bridge : name);
	if (fake)
		add_word(export, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(snapshot_value(port, "tag")));
	if (bond)
		each_interface(export, port, add_interface_name);
	end_line(export);
}

static void write_port(struct export *export, struct snapshot_record *port);

/* No port can be made that is named as an interface that there is already. */
static void write_port_of_name(struct export *export, const struct snapshot_record *port,
			       struct snapshot_record *interface)
{
	struct snapshot_record *namesake = port_of_name(export, snapshot_name(interface));

	(void)port;
	if (namesake)
		write_port(export, namesake);
}

static void write_port(struct export *export, struct snapshot_record *port)
{
	if (!port->path || port->done)
		return;
	port->done = true;
	if (!own_interface(export, port))
		each_interface(export, port, write_port_of_name);
	if (!is_local(port))
		make_port(export, port);
}

static void write_static_mac(struct export *export, struct snapshot_record *record)
{
	const struct snapshot *snapshot = &export->snapshot;

	add_word(export, "fdb/add");
	add_word(export, "%s",
		 snapshot_name(snapshot_follow(snapshot, snapshot_value(record, "bridge"))));
	add_word(export, "%s",
		 snapshot_name(snapshot_follow(snapshot, snapshot_value(record, "port"))));
	add_word(export, "%" JSON_INTEGER_FORMAT,
		 json_integer_value(snapshot_value(record, "vlan")));
	add_word(export, "%s", json_string_value(snapshot_value(record, "mac")));
	end_line(export);
}

/* A name for a record that others refer to, if it has not been made with one. */
static void write_id(struct export *export, struct snapshot_record *record)
{
	if (!record->path || !record->n_places ||
	    (is_in(record, "Port") && !is_local(record) && is_composed(export, record)))
		return;
	add_id_option(export, record);
	add_word(export, "get");
	add_word(export, "%s", record->table->name);
	add_word(export, "%s", snapshot_name(record));
	end_line(export);
}

/* A record without a path. */
static void write_record(struct export *export, const struct snapshot_record *record)
{
	if (record->n_places)
		add_id_option(export, record);
	add_word(export, "create");
	add_word(export, "%s", record->table->name);
	if (any_to_write(export, record))
		add_columns(export, record);
	else
		add_any_column(export, record);
	end_line(export);
}

static void write_settings(struct export *export, struct snapshot_record *record)
{
	if (!record->path || !any_to_write(export, record))
		return;
	add_word(export, "set");
	add_word(export, "%s", record->table->name);
	add_word(export, "%s", is_in(record, "Open_vSwitch") ? "." : snapshot_name(record));
	add_columns(export, record);
	end_line(export);
}

static void write_all(struct export *export)
{
	text_add(export->text, "# Configuration of a switch: xvsctl apply FILE brings it back.\n");
	each(export, "Bridge", write_bridge);
	each(export, "Port", write_port);
	each(export, "Static_MAC", write_static_mac);
	each(export, "Bridge", write_id);
	each(export, "Port", write_id);
	for (size_t i = 0; i < export->snapshot.n; i++) {
		const struct snapshot_record *record = export->sorted[i];

		if (!record->path && !has_structure(record))
			write_record(export, record);
	}
	each(export, "Open_vSwitch", write_settings);
	each(export, "Bridge", write_settings);
	each(export, "Port", write_settings);
	each(export, "Interface", write_settings);
}

/* export */
int cmd_export(struct command_call *call)
{
	struct export export = {.text = call->output};
	int result = snapshot_load(&export.snapshot, call->daemon->db, call->error);

	if (result == 0) {
		export.sorted = snapshot_sort(&export.snapshot, call->error);
		result = export.sorted ? 0 : -ENOMEM;
	}
	if (result == 0) {
		write_all(&export);
		result = export_flows(call);
	}
	free(export.sorted);
	snapshot_free(&export.snapshot);
	return result;
}
