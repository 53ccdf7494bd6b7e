/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/tabular.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/atom.h"
#include "db/datum.h"

static int parse_word(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return (int)i;
	return -1;
}

int tabular_format_parse(struct tabular_style *style, const char *word, struct error *error)
{
	static const char *const words[] = {"list", "table", "html", "csv", "json"};
	int found = parse_word(words, sizeof(words) / sizeof(*words), word);

	if (found < 0)
		return error_set(error, -EINVAL, "unknown output format \"%s\"", word);
	style->format = (enum tabular_format)found;
	return 0;
}

int tabular_data_parse(struct tabular_style *style, const char *word, struct error *error)
{
	static const char *const words[] = {"string", "bare", "json"};
	int found = parse_word(words, sizeof(words) / sizeof(*words), word);

	if (found < 0)
		return error_set(error, -EINVAL, "unknown data format \"%s\"", word);
	style->data = (enum tabular_data)found;
	return 0;
}

void tabular_init(struct tabular *tabular, const char **headings, size_t n_columns)
{
	*tabular = (struct tabular){.headings = headings, .n_columns = n_columns};
}

int tabular_add(struct tabular *tabular, json_t *const *values)
{
	json_t **row;

	if (tabular->n_rows == tabular->size) {
		size_t size = tabular->size ? 2 * tabular->size : 16;
		json_t **cells = realloc(tabular->cells,
					 size * tabular->n_columns * sizeof(*tabular->cells));

		if (!cells)
			return -ENOMEM;
		tabular->cells = cells;
		tabular->size = size;
	}
	row = tabular->cells + tabular->n_rows++ * tabular->n_columns;
	for (size_t i = 0; i < tabular->n_columns; i++)
		row[i] = json_incref(values[i]);
	return 0;
}

void tabular_free(struct tabular *tabular)
{
	for (size_t i = 0; i < tabular->n_rows * tabular->n_columns; i++)
		json_decref(tabular->cells[i]);
	free(tabular->cells);
	tabular->cells = NULL;
}

static const json_t *cell_at(const struct tabular *tabular, size_t row, size_t column)
{
	return tabular->cells[row * tabular->n_columns + column];
}

static void add_cell(const json_t *cell, const struct tabular_style *style, struct text *text)
{
	switch (style->data) {
	case TABULAR_STRING:
		datum_format(cell, text);
		break;
	case TABULAR_BARE:
		datum_format_bare(cell, text);
		break;
	case TABULAR_DATA_JSON:
		datum_format_json(cell, text);
		break;
	}
}

/* For formats that look at the text before they print it. */
static const char *cell_text(const json_t *cell, const struct tabular_style *style,
			     struct text *text)
{
	text_clear(text);
	add_cell(cell, style, text);
	return text_string(text);
}

static void print_list(const struct tabular *tabular, const struct tabular_style *style,
		       struct text *output)
{
	for (size_t row = 0; row < tabular->n_rows; row++) {
		if (row)
			text_add(output, "\n");
		for (size_t column = 0; column < tabular->n_columns; column++) {
			if (!style->no_headings)
				text_add(output, "%-20s: ", tabular->headings[column]);
			add_cell(cell_at(tabular, row, column), style, output);
			text_add(output, "\n");
		}
	}
}

static void measure(const struct tabular *tabular, const struct tabular_style *style, int *widths)
{
	struct text text = TEXT_EMPTY;

	for (size_t column = 0; column < tabular->n_columns; column++) {
		size_t width = style->no_headings ? 0 : strlen(tabular->headings[column]);

		for (size_t row = 0; row < tabular->n_rows; row++) {
			size_t length =
				strlen(cell_text(cell_at(tabular, row, column), style, &text));

			width = length > width ? length : width;
		}
		widths[column] = (int)width;
	}
	text_free(&text);
}

/* Padded to its width, but for the last one of a line. */
static void print_padded(const struct tabular *tabular, size_t column, int width,
			 const char *content, struct text *output)
{
	bool last = column + 1 == tabular->n_columns;

	text_add(output, "%s%-*s%s", column ? " " : "", last ? 0 : width, content,
		 last ? "\n" : "");
}

static void print_dashes(struct text *output, int width)
{
	while (width--)
		text_add(output, "-");
}

static void print_table_headings(const struct tabular *tabular, const int *widths,
				 struct text *output)
{
	for (size_t column = 0; column < tabular->n_columns; column++)
		print_padded(tabular, column, widths[column], tabular->headings[column], output);
	for (size_t column = 0; column < tabular->n_columns; column++) {
		text_add(output, "%s", column ? " " : "");
		print_dashes(output, widths[column]);
	}
	text_add(output, "\n");
}

static void print_table(const struct tabular *tabular, const struct tabular_style *style,
			struct text *output)
{
	int *widths = calloc(tabular->n_columns + 1, sizeof(*widths));
	struct text text = TEXT_EMPTY;

	if (!widths)
		return;
	measure(tabular, style, widths);
	if (!style->no_headings)
		print_table_headings(tabular, widths, output);
	for (size_t row = 0; row < tabular->n_rows; row++)
		for (size_t column = 0; column < tabular->n_columns; column++)
			print_padded(tabular, column, widths[column],
				     cell_text(cell_at(tabular, row, column), style, &text),
				     output);
	text_free(&text);
	free(widths);
}

static void print_csv_cell(const char *content, struct text *output)
{
	if (!strpbrk(content, "\n\",")) {
		text_add(output, "%s", content);
		return;
	}
	text_add(output, "\"");
	for (; *content; content++)
		text_add(output, *content == '"' ? "\"\"" : "%c", *content);
	text_add(output, "\"");
}

static void print_csv(const struct tabular *tabular, const struct tabular_style *style,
		      struct text *output)
{
	struct text text = TEXT_EMPTY;

	for (size_t column = 0; column < tabular->n_columns && !style->no_headings; column++) {
		text_add(output, "%s", column ? "," : "");
		print_csv_cell(tabular->headings[column], output);
	}
	if (!style->no_headings)
		text_add(output, "\n");
	for (size_t row = 0; row < tabular->n_rows; row++) {
		for (size_t column = 0; column < tabular->n_columns; column++) {
			text_add(output, "%s", column ? "," : "");
			print_csv_cell(cell_text(cell_at(tabular, row, column), style, &text),
				       output);
		}
		text_add(output, "\n");
	}
	text_free(&text);
}

static void print_html_text(const char *content, size_t length, struct text *output)
{
	for (size_t i = 0; i < length && content[i]; i++) {
		switch (content[i]) {
		case '&':
			text_add(output, "&amp;");
			break;
		case '<':
			text_add(output, "&lt;");
			break;
		case '>':
			text_add(output, "&gt;");
			break;
		case '"':
			text_add(output, "&quot;");
			break;
		default:
			text_add_octets(output, content + i, 1);
		}
	}
}

#define UUID_LEN   36
#define UUID_SHOWN 8

static bool begins_with_uuid(const char *content)
{
	char start[UUID_LEN + 1];

	if (strnlen(content, UUID_LEN) < UUID_LEN)
		return false;
	memcpy(start, content, UUID_LEN);
	start[UUID_LEN] = '\0';
	return atom_is_uuid(start);
}

/* UUIDs are links to the records, which are anchors. */
static void print_html_cell(const char *element, const char *content, struct text *output)
{
	text_add(output, "    <%s>", element);
	while (*content) {
		bool uuid = begins_with_uuid(content);

		if (uuid)
			text_add(output, "<a href=\"#%.*s\">%.*s</a>", UUID_LEN, content,
				 UUID_SHOWN, content);
		else
			print_html_text(content, 1, output);
		content += uuid ? UUID_LEN : 1;
	}
	text_add(output, "</%s>\n", element);
}

static void print_html_anchor(const char *uuid, struct text *output)
{
	text_add(output, "    <td><a name=\"");
	print_html_text(uuid, strlen(uuid), output);
	text_add(output, "\">");
	print_html_text(uuid, UUID_SHOWN, output);
	text_add(output, "</a></td>\n");
}

static void print_html(const struct tabular *tabular, const struct tabular_style *style,
		       struct text *output)
{
	struct text text = TEXT_EMPTY;

	text_add(output, "<table border=1>\n");
	if (!style->no_headings) {
		text_add(output, "  <tr>\n");
		for (size_t column = 0; column < tabular->n_columns; column++)
			print_html_cell("th", tabular->headings[column], output);
		text_add(output, "  </tr>\n");
	}
	for (size_t row = 0; row < tabular->n_rows; row++) {
		text_add(output, "  <tr>\n");
		for (size_t column = 0; column < tabular->n_columns; column++) {
			const char *content =
				cell_text(cell_at(tabular, row, column), style, &text);

			if (!strcmp(tabular->headings[column], "_uuid"))
				print_html_anchor(content, output);
			else
				print_html_cell("td", content, output);
		}
		text_add(output, "  </tr>\n");
	}
	text_add(output, "</table>\n");
	text_free(&text);
}

static void print_compact(const json_t *json, struct text *output)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);

	text_add(output, "%s", text ? text : "");
	free(text);
}

#define PRETTY_INDENT 2

/* Each element on a line of its own, closing brackets behind the last. */
static void print_pretty(const json_t *json, int level, struct text *output)
{
	const json_t *element;
	size_t i;

	if (!json_is_array(json) || !json_array_size(json)) {
		print_compact(json, output);
		return;
	}
	text_add(output, "[");
	json_array_foreach (json, i, element) {
		text_add(output, "%s\n%*s", i ? "," : "", (level + 1) * PRETTY_INDENT, "");
		print_pretty(element, level + 1, output);
	}
	text_add(output, "]");
}

static json_t *rows_json(const struct tabular *tabular)
{
	json_t *rows = json_array();

	for (size_t row = 0; row < tabular->n_rows; row++) {
		json_t *cells = json_array();

		for (size_t column = 0; column < tabular->n_columns; column++)
			json_array_append_new(cells, datum_json(cell_at(tabular, row, column)));
		json_array_append_new(rows, cells);
	}
	return rows;
}

/* An object with "data" and "headings", in this order, whatever --data says. */
static void print_json(const struct tabular *tabular, const struct tabular_style *style,
		       struct text *output)
{
	json_t *rows = rows_json(tabular), *headings = json_array();
	const char *space = style->pretty ? "\n  " : "", *colon = style->pretty ? ": " : ":";

	for (size_t column = 0; column < tabular->n_columns; column++)
		json_array_append_new(headings, json_string(tabular->headings[column]));
	text_add(output, "{%s\"data\"%s", space, colon);
	if (style->pretty)
		print_pretty(rows, 1, output);
	else
		print_compact(rows, output);
	text_add(output, ",%s\"headings\"%s", space, colon);
	if (style->pretty)
		print_pretty(headings, 1, output);
	else
		print_compact(headings, output);
	text_add(output, "}\n");
	json_decref(headings);
	json_decref(rows);
}

void tabular_print(const struct tabular *tabular, struct tabular_style *style, struct text *output)
{
	bool separated = style->format != TABULAR_HTML && style->format != TABULAR_JSON;

	if (style->printed++ && separated)
		text_add(output, "\n");
	switch (style->format) {
	case TABULAR_LIST:
		print_list(tabular, style, output);
		break;
	case TABULAR_TABLE:
		print_table(tabular, style, output);
		break;
	case TABULAR_HTML:
		print_html(tabular, style, output);
		break;
	case TABULAR_CSV:
		print_csv(tabular, style, output);
		break;
	case TABULAR_JSON:
		print_json(tabular, style, output);
		break;
	}
}
