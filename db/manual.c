/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the manual page of tables and columns, xvswitch.conf.db(5), as mdoc. Run while building.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "db/option.h"
#include "db/schema.h"
#include "db/text.h"

static const char head[] =
	".\\\" SPDX-License-Identifier: BSD-2-Clause\n"
	".Dd November 21, 2026\n"
	".Dt XVSWITCH.CONF.DB 5\n"
	".Os xvswitch\n"
	".Sh NAME\n"
	".Nm xvswitch.conf.db\n"
	".Nd tables and columns of a virtual switch\n"
	".Sh DESCRIPTION\n"
	"The configuration of\n"
	".Xr xvswitchd 8\n"
	"has the tables of Open vSwitch,\n"
	".Xr ovs-vswitchd.conf.db 5 .\n"
	"Records and columns are shown and changed by the commands of\n"
	".Xr xvsctl 8\n"
	"that name tables.\n"
	"Besides what this page says, the UUID of a record names it, or the beginning of its "
	"UUID,\n"
	"at least four digits of it;\n"
	".Ql \\&.\n"
	"names the only record of a table.\n"
	".Pp\n"
	"Behind the name of each column stands what the switch does with it:\n"
	".Bl -tag -width Ds\n"
	".It acts\n"
	"It is configuration that the switch acts on.\n"
	"Of a column that is a map, the keys are listed; other keys are kept.\n"
	".It kept\n"
	"It is kept and shown, for programs that expect to find it again.\n"
	"The switch does nothing else with it.\n"
	".It live\n"
	"It is not stored: the switch answers, and nobody can write it.\n"
	"What the switch can't tell is empty.\n"
	".El\n"
	".Pp\n"
	"Types and ranges are those of Open vSwitch 3.1, except that VID 4095 is no VLAN.\n"
	".Sh TABLES\n";

static const char tail[] = ".Sh SEE ALSO\n"
			   ".Xr ovs-vswitchd.conf.db 5 ,\n"
			   ".Xr xvsctl 8 ,\n"
			   ".Xr xvswitchd 8\n";

static const char *class_name(enum db_class class)
{
	return class == DB_ACTS ? "acts" : class == DB_KEPT ? "kept" : "live";
}

static const char *type_name(const struct db_column *column, enum db_type type)
{
	switch (type) {
	case DB_STRING:
		return "string";
	case DB_INTEGER:
		return "integer";
	case DB_REAL:
		return "real number";
	case DB_BOOLEAN:
		return "boolean";
	case DB_UUID:
		return column->weak ? "weak reference" : "reference";
	case DB_VOID:
		break;
	}
	return "";
}

/* " (1 to 4094)" */
static void add_range(struct text *text, int64_t low, int64_t high)
{
	if (high == INT64_MAX)
		text_add(text, " (at least %" PRId64 ")", low);
	else if (high)
		text_add(text, " (%" PRId64 " to %" PRId64 ")", low, high);
}

/* " (down or up)" */
static void add_words(struct text *text, const char *const *words)
{
	for (size_t i = 0; words && words[i]; i++)
		text_add(text, "%s%s",
			 i == 0         ? " ("
			 : words[i + 1] ? ", "
					: " or ",
			 *words[i] ? words[i] : "\"\"");
	text_add(text, words ? ")" : "");
}

static void add_key(struct text *text, const struct db_column *column, const char *plural)
{
	text_add(text, "%s%s", type_name(column, column->key), plural);
	if (column->key == DB_UUID)
		text_add(text, " to %s", column->refers);
	add_range(text, column->low, column->high);
	add_words(text, column->words);
}

static void add_value(struct text *text, const struct db_column *column)
{
	text_add(text, "%ss", type_name(column, column->value));
	if (column->value == DB_UUID)
		text_add(text, " to %s", column->refers);
	add_range(text, column->value_low, column->value_high);
}

/* "Set of at most 3 strings" */
static void add_type(struct text *text, const struct db_column *column)
{
	if (column->value != DB_VOID) {
		text_add(text, "map from ");
		add_key(text, column, "s");
		text_add(text, " to ");
		add_value(text, column);
	} else if (column->max == 1) {
		text_add(text, column->min ? "" : "optional ");
		add_key(text, column, "");
	} else {
		text_add(text, column->min ? "non-empty set of " : "set of ");
		if (column->max != DB_UNLIMITED)
			text_add(text, "at most %u ", column->max);
		add_key(text, column, "s");
	}
}

/* A line of text that is not taken for a macro. */
static void print_line(const char *line)
{
	if (*line == '.' || *line == '\'')
		fputs("\\&", stdout);
	for (; *line; line++)
		fputs(*line == '\\' ? "\\e" : (char[]){*line, '\0'}, stdout);
	putchar('\n');
}

static void print_options(const struct db_table *table, const struct db_column *column)
{
	for (size_t i = 0; i < db_n_options; i++) {
		const struct db_option *option = &db_options[i];

		if (strcmp(option->table, table->name) || strcmp(option->column, column->name))
			continue;
		printf(".It Va %s Ns Cm \\&:%s\n", column->name, option->key);
		print_line(option->help);
		printf("It may be %s.\n", option->expected);
	}
}

static void print_column(const struct db_table *table, const struct db_column *column)
{
	struct text type = TEXT_EMPTY;

	add_type(&type, column);
	printf(".It Va %s Pq %s\n", column->name, class_name(column->class));
	printf("%c%s.\n", toupper((unsigned char)*text_string(&type)), text_string(&type) + 1);
	print_line(column->help);
	print_options(table, column);
	text_free(&type);
}

static void print_table(const struct db_table *table)
{
	printf(".Ss %s\n", table->name);
	print_line(table->help);
	if (table->name_column)
		printf("A record is named by its\n.Va %s .\n", table->name_column);
	if (table->referrer)
		printf("A record is named as the %s whose\n.Va %s\nrefers to it and to no other.\n",
		       table->referrer, table->referring_column);
	if (!table->root)
		printf("A record that nothing refers to is deleted.\n");
	printf(".Bl -tag -width Ds\n");
	for (size_t i = 0; i < table->n_columns; i++)
		print_column(table, &table->columns[i]);
	printf(".El\n");
}

int main(void)
{
	fputs(head, stdout);
	for (size_t i = 0; i < db_n_tables; i++)
		print_table(&db_tables[i]);
	fputs(tail, stdout);
	return fflush(stdout) ? 1 : 0;
}
