/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_source.h"

#include <stdlib.h>
#include <string.h>
#include "switchd/flow_action.h"
#include "switchd/flow_select.h"
#include "switchd/flow_text.h"
#include "switchd/line_file.h"

static void append(struct flow_source *source, const struct flow *flow, int64_t id)
{
	if (source->count == source->size) {
		source->size = source->size ? source->size * 2 : 64;
		source->items = realloc(source->items, source->size * sizeof(*source->items));
		if (!source->items)
			abort(); /* as in text.h */
	}
	source->items[source->count] = (struct flow_item){*flow, source->count, id};
	source->count++;
}

static int compare(const struct flow *a, const struct flow *b)
{
	if (a->table != b->table)
		return a->table - b->table;
	if (a->priority != b->priority)
		return b->priority - a->priority;
	return memcmp(&a->match, &b->match, sizeof(a->match));
}

static int order(const void *a, const void *b)
{
	const struct flow_item *x = a, *y = b;
	int difference = compare(&x->flow, &y->flow);

	return difference ? difference : (x->place > y->place) - (x->place < y->place);
}

static void arrange(struct flow_source *source)
{
	size_t kept = 0;

	if (source->count)
		qsort(source->items, source->count, sizeof(*source->items), order);
	for (size_t i = 0; i < source->count; i++) {
		if (i + 1 < source->count &&
		    !compare(&source->items[i].flow, &source->items[i + 1].flow))
			flow_clear(&source->items[i].flow);
		else
			source->items[kept++] = source->items[i];
	}
	source->count = kept;
}

int flow_source_read_bridge(struct flow_source *source, struct flow_site *site)
{
	const struct flow_mod any = flow_select_all();
	struct flow_selection selection;
	int status = flow_select(site, &any, &selection);

	*source = (struct flow_source){};
	for (size_t i = 0; i < selection.count; i++)
		append(source, &selection.entries[i]->flow, selection.entries[i]->id);
	flow_selection_free(&selection);
	arrange(source);
	return status;
}

int flow_source_read_file(struct flow_source *source, struct flow_site *site, const char *name,
			  const char *text, enum openflow version)
{
	const struct flow_ports *ports = site->bridge ? &site->ports : NULL;
	struct line_file file;
	const char *line;
	int status = 0;

	*source = (struct flow_source){.owned = true};
	line_file_open(&file, name, text);
	while (status == 0 && (line = line_file_next(&file))) {
		struct flow_mod mod;

		status = flow_mod_parse(&mod, line, FLOW_ADD, false, ports, site->call->error);
		if (version < OPENFLOW_14)
			mod.flow.importance = 0;
		if (status == 0)
			append(source, &mod.flow, 0);
		else
			line_file_blame(&file, status, site->call->error);
		if (status)
			flow_clear(&mod.flow);
	}
	line_file_close(&file);
	arrange(source);
	return status;
}

void flow_source_free(struct flow_source *source)
{
	for (size_t i = 0; source->owned && i < source->count; i++)
		flow_clear(&source->items[i].flow);
	free(source->items);
}

int flow_source_compare(const struct flow_source *a, const struct flow_source *b, flow_pair_fn *fn,
			void *arg)
{
	size_t i = 0, j = 0;
	int result = 0;

	while (result == 0 && (i < a->count || j < b->count)) {
		int difference = i == a->count   ? 1
				 : j == b->count ? -1
						 : compare(&a->items[i].flow, &b->items[j].flow);
		const struct flow_item *x = difference <= 0 ? &a->items[i] : NULL;
		const struct flow_item *y = difference >= 0 ? &b->items[j] : NULL;

		result = fn(x, y, arg);
		i += x != NULL;
		j += y != NULL;
	}
	return result;
}

bool flow_source_same(const struct flow *a, const struct flow *b)
{
	struct text x = TEXT_EMPTY, y = TEXT_EMPTY;
	bool same = a->cookie == b->cookie && a->idle_timeout == b->idle_timeout &&
		    a->hard_timeout == b->hard_timeout && a->importance == b->importance;

	if (!same)
		return false;
	flow_actions_print(&x, a->actions, NULL, FLOW_WORDS_1_0);
	flow_actions_print(&y, b->actions, NULL, FLOW_WORDS_1_0);
	same = !strcmp(text_string(&x), text_string(&y));
	text_free(&x);
	text_free(&y);
	return same;
}
