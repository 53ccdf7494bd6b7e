// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/classifier.h"
#include "switchd/classifier_table.h"

#define NEEDS_BITS  32 /* of xvs_flow_bridge.needs */
#define TABLE_LINES (XVS_FLOW_TABLES * sizeof(struct xvs_flow_table) / sizeof(union xvs_flow_line))

struct bridge {
	bool present;
	bool changed;                                    /* it is to be written, or its root */
	uint64_t changed_table;                          /* a bit for each */
	struct classifier_table *table[XVS_FLOW_TABLES]; /* NULL: without flows */
	uint32_t needing[NEEDS_BITS];                    /* flows, by what they need */

	uint16_t *port;
	size_t n_ports;
	uint16_t local;
	bool ports_changed;

	/* {0, 0} while it is not present: */
	struct flow_place tables, ports, head;
};

struct classifier {
	struct classifier_store store;
	struct bridge *bridge[XVS_BRIDGES_MAX];
};

struct classifier *classifier_new(union xvs_flow_line *memory, uint32_t lines)
{
	struct classifier *classifier = calloc(1, sizeof(*classifier));

	if (classifier && flow_memory_open(&classifier->store.memory, memory, lines) < 0) {
		free(classifier);
		return NULL;
	}
	/* Versions of an earlier process, of which it wrote fewer than one in a nanosecond, never
	 * come again: what is cached under them is as old as they are. */
	if (classifier)
		classifier->store.version = boot_ns();
	return classifier;
}

static void free_bridge(struct bridge *bridge, struct classifier_store *store)
{
	for (unsigned i = 0; i < XVS_FLOW_TABLES; i++)
		if (bridge->table[i])
			classifier_table_free(bridge->table[i], store);
	free(bridge->port);
	free(bridge);
}

void classifier_free(struct classifier *classifier)
{
	if (!classifier)
		return;
	for (unsigned i = 0; i < XVS_BRIDGES_MAX; i++)
		if (classifier->bridge[i])
			free_bridge(classifier->bridge[i], &classifier->store);
	classifier_programs_free(&classifier->store.programs);
	flow_memory_close(&classifier->store.memory);
	free(classifier);
}

static struct bridge *bridge_of(struct classifier *classifier, uint16_t number)
{
	if (!classifier->bridge[number])
		classifier->bridge[number] = calloc(1, sizeof(struct bridge));
	return classifier->bridge[number];
}

static struct classifier_table *table_of(struct bridge *bridge, uint8_t table)
{
	if (!bridge->table[table])
		bridge->table[table] = classifier_table_new();
	return bridge->table[table];
}

static void mark_table(struct bridge *bridge, uint8_t table)
{
	bridge->changed = true;
	bridge->changed_table |= 1ULL << table;
}

/* One flow more or less that needs this of a frame. */
static void count_needs(struct bridge *bridge, uint32_t needs, int by)
{
	for (; needs; needs &= needs - 1)
		bridge->needing[__builtin_ctz(needs)] += by;
}

static uint32_t needs_of(const struct bridge *bridge)
{
	uint32_t needs = 0;

	for (unsigned i = 0; i < NEEDS_BITS; i++)
		needs |= bridge->needing[i] ? 1u << i : 0;
	return needs;
}

/* The subtable for a flow with this mask, made if there is none. */
static int subtable_of(struct classifier_table *table, uint8_t number,
		       const struct xvs_flow_key *mask, struct classifier_subtable **subtable,
		       struct error *error)
{
	*subtable = classifier_table_find(table, mask);
	if ((!*subtable || !(*subtable)->flows) &&
	    classifier_table_masks(table) >= XVS_FLOW_SUBTABLES_MAX)
		return error_set(error, -ENOSPC,
				 "table %u: its flows match in %u different ways already (which "
				 "fields, with which masks), and more are not supported: use fewer "
				 "kinds of matches, or put some of the flows into another table",
				 number, XVS_FLOW_SUBTABLES_MAX);
	if (!*subtable)
		*subtable = classifier_table_add(table, mask);
	return *subtable ? 0 : error_set(error, -ENOMEM, "out of memory");
}

static struct xvs_flow_key masked(const struct flow_match *match)
{
	struct xvs_flow_key key;

	for (unsigned i = 0; i < XVS_FLOW_WORDS; i++)
		key.word[i] = match->value.word[i] & match->mask.word[i];
	return key;
}

int classifier_put(struct classifier *classifier, uint16_t number,
		   const struct classifier_flow *flow, struct error *error)
{
	struct classifier_store *store = &classifier->store;
	struct bridge *bridge = bridge_of(classifier, number);
	struct classifier_table *table = bridge ? table_of(bridge, flow->table) : NULL;
	struct xvs_flow_key key = masked(&flow->match);
	struct classifier_program *program, *old;
	struct classifier_subtable *subtable = NULL;
	int rc;

	if (!table)
		return error_set(error, -ENOMEM, "out of memory");
	mark_table(bridge, flow->table); /* a table or subtable that stays empty is to go again */
	rc = subtable_of(table, flow->table, &flow->match.mask, &subtable, error);
	if (rc < 0)
		return rc;
	program = classifier_program_use(&store->programs, flow->program, flow->n_program,
					 flow->needs);
	if (!program)
		return error_set(error, -ENOMEM, "out of memory");
	rc = classifier_subtable_put(subtable, &key, flow->priority, program, flow->counter, &old);
	if (rc != 0)
		classifier_program_drop(&store->programs, &store->memory, program);
	if (rc < 0)
		return error_set(error, rc, "out of memory");
	if (rc == 0) {
		count_needs(bridge, program->needs | subtable->needs, 1);
		classifier_filter_admit(&table->filter, &store->memory, subtable, &key);
	}
	if (old)
		count_needs(bridge, old->needs | subtable->needs, -1);
	return 0;
}

void classifier_remove(struct classifier *classifier, uint16_t number, uint8_t table_number,
		       uint16_t priority, const struct flow_match *match)
{
	struct bridge *bridge = classifier->bridge[number];
	struct classifier_table *table = bridge ? bridge->table[table_number] : NULL;
	struct classifier_subtable *subtable =
		table ? classifier_table_find(table, &match->mask) : NULL;
	struct xvs_flow_key key = masked(match);
	struct classifier_program *program =
		subtable ? classifier_subtable_remove(subtable, &key, priority) : NULL;

	if (!program)
		return;
	count_needs(bridge, program->needs | subtable->needs, -1);
	mark_table(bridge, table_number);
}

int classifier_bridge_set(struct classifier *classifier, uint16_t number, bool present)
{
	struct bridge *bridge = bridge_of(classifier, number);

	if (!bridge)
		return -ENOMEM;
	bridge->changed |= bridge->present != present;
	bridge->present = present;
	return 0;
}

int classifier_ports_set(struct classifier *classifier, uint16_t number, const uint16_t *ports,
			 size_t n, uint16_t local)
{
	struct bridge *bridge = bridge_of(classifier, number);
	uint16_t *copy = NULL;

	if (!bridge)
		return -ENOMEM;
	if (bridge->n_ports == n && bridge->local == local &&
	    (!n || !memcmp(bridge->port, ports, n * sizeof(*ports))))
		return 0;
	if (n) {
		copy = malloc(n * sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, ports, n * sizeof(*copy));
	}
	free(bridge->port);
	bridge->port = copy;
	bridge->n_ports = n;
	bridge->local = local;
	bridge->ports_changed = true;
	bridge->changed = true;
	return 0;
}

static uint32_t ports_lines(const struct bridge *bridge)
{
	size_t size = bridge->n_ports * sizeof(*bridge->port);

	return (size + sizeof(union xvs_flow_line) - 1) / sizeof(union xvs_flow_line);
}

static int write_tables(struct bridge *bridge, struct classifier_store *store)
{
	int rc;

	while (bridge->changed_table) {
		unsigned i = __builtin_ctzll(bridge->changed_table);

		rc = classifier_table_write(bridge->table[i], store);
		if (rc < 0)
			return rc;
		if (!bridge->table[i]->count) {
			classifier_table_free(bridge->table[i], store);
			bridge->table[i] = NULL;
		}
		bridge->changed_table &= bridge->changed_table - 1;
	}
	return 0;
}

static int write_ports(struct bridge *bridge, struct flow_memory *memory)
{
	int rc;

	if (!bridge->ports_changed)
		return 0;
	rc = flow_place_renew(memory, &bridge->ports, ports_lines(bridge));
	if (rc < 0)
		return rc;
	if (bridge->n_ports)
		memcpy(&memory->line[bridge->ports.line], bridge->port,
		       bridge->n_ports * sizeof(*bridge->port));
	bridge->ports_changed = false;
	return 0;
}

/* All that is read of a key to search a table, for the cache in front of it. */
static void describe_reads(const struct classifier_table *table, struct xvs_flow_bridge *told)
{
	for (unsigned i = 0; table && i < table->count; i++) {
		const struct xvs_flow_key *mask = &table->subtable[i]->mask;

		for (unsigned word = 0; word < XVS_FLOW_FIXED; word++)
			told->fixed[word] |= mask->word[word];
		for (unsigned word = XVS_FLOW_FIXED; word < XVS_FLOW_WORDS; word++)
			told->extra |= mask->word[word] ? 1u << word : 0;
	}
}

/* Flows that only drop, and come before all others, are looked for first of all. */
static void describe_early(const struct classifier_table *table, struct xvs_flow_bridge *told)
{
	if (!table || !table->count || !classifier_subtable_only_drops(table->subtable[0]))
		return;
	told->early = table->list.line;
	told->early_priority = table->count > 1 ? table->subtable[1]->max_priority : 0;
}

static int write_head(struct bridge *bridge, struct classifier_store *store)
{
	struct flow_memory *memory = &store->memory;
	struct xvs_flow_table *told;
	struct xvs_flow_bridge *head;
	int rc = flow_place_renew(memory, &bridge->tables, TABLE_LINES);

	if (rc == 0)
		rc = flow_place_renew(memory, &bridge->head, 1);
	if (rc < 0)
		return rc;
	told = (struct xvs_flow_table *)&memory->line[bridge->tables.line];
	for (unsigned i = 0; i < XVS_FLOW_TABLES; i++)
		told[i] = bridge->table[i] ? classifier_table_describe(bridge->table[i])
					   : (struct xvs_flow_table){0};
	head = (struct xvs_flow_bridge *)&memory->line[bridge->head.line];
	*head = (struct xvs_flow_bridge){
		.needs = needs_of(bridge),
		.tables = bridge->tables.line,
		.ports = bridge->ports.line,
		.n_ports = bridge->n_ports,
		.local = bridge->local,
		.version = ++store->version,
	};
	describe_reads(bridge->table[0], head);
	describe_early(bridge->table[0], head);
	return 0;
}

/* A bridge that is not looked up keeps what its flows take, but for what leads to them. */
static int write_bridge(struct bridge *bridge, struct classifier_store *store)
{
	struct flow_memory *memory = &store->memory;
	int rc = write_tables(bridge, store);

	if (rc == 0 && bridge->present) {
		rc = write_ports(bridge, memory);
		return rc < 0 ? rc : write_head(bridge, store);
	}
	if (rc == 0) {
		flow_place_renew(memory, &bridge->tables, 0);
		flow_place_renew(memory, &bridge->ports, 0);
		flow_place_renew(memory, &bridge->head, 0);
		bridge->ports_changed = true;
	}
	return rc;
}

/* Frames that come now see all of what has been written. */
static void store_root(struct flow_memory *memory, uint16_t number, struct bridge *bridge)
{
	__atomic_store_n(&memory->line[number / 16].half[number % 16], bridge->head.line,
			 __ATOMIC_RELEASE);
	bridge->changed = false;
}

/* Nothing is reached before all is written. What was written when one of the others fails is used
 * the next time. */
int classifier_commit(struct classifier *classifier, uint32_t *needed)
{
	struct flow_memory *memory = &classifier->store.memory;
	bool any = false;
	int rc;

	for (unsigned i = 0; i < XVS_BRIDGES_MAX; i++) {
		struct bridge *bridge = classifier->bridge[i];

		if (!bridge || !bridge->changed)
			continue;
		any = true;
		rc = write_bridge(bridge, &classifier->store);
		if (rc == -ENOSPC)
			*needed = classifier_lines(classifier);
		if (rc < 0)
			return rc;
	}
	for (unsigned i = 0; i < XVS_BRIDGES_MAX && any; i++)
		if (classifier->bridge[i] && classifier->bridge[i]->changed)
			store_root(memory, i, classifier->bridge[i]);
	if (any)
		flow_memory_publish(memory);
	return 0;
}

void classifier_settled(struct classifier *classifier)
{
	flow_memory_settle(&classifier->store.memory);
}

bool classifier_unsettled(const struct classifier *classifier)
{
	return classifier->store.memory.any_unsettled;
}

static uint64_t bridge_lines(const struct bridge *bridge)
{
	uint64_t lines = 1 + TABLE_LINES;

	if (bridge->n_ports)
		lines += flow_memory_round(ports_lines(bridge));
	for (unsigned i = 0; i < XVS_FLOW_TABLES; i++)
		if (bridge->table[i])
			lines += classifier_table_lines(bridge->table[i]);
	return lines;
}

/* Lines that will do when everything is written into a memory with nothing in it, by flow_memory's
 * promise. */
static uint64_t lines_anew(const struct classifier *classifier)
{
	uint64_t lines = XVS_FLOW_ROOT_LINES + classifier->store.programs.lines;

	for (unsigned i = 0; i < XVS_BRIDGES_MAX; i++)
		if (classifier->bridge[i])
			lines += bridge_lines(classifier->bridge[i]);
	return lines;
}

/* Twice as many: until it is settled, what was there before a change has its place, too. */
uint32_t classifier_lines(const struct classifier *classifier)
{
	uint64_t anew = lines_anew(classifier), lines = XVS_FLOW_LINES_MIN;

	while (lines < 2 * anew && (lines < XVS_FLOW_LINES_MAX || lines < anew))
		lines *= 2;
	return lines;
}

static void forget_places(struct bridge *bridge)
{
	bridge->changed = true;
	for (unsigned i = 0; i < XVS_FLOW_TABLES; i++)
		if (bridge->table[i]) {
			classifier_table_forget_places(bridge->table[i]);
			bridge->changed_table |= 1ULL << i;
		}
	bridge->tables = bridge->ports = bridge->head = (struct flow_place){0};
	bridge->ports_changed = true;
}

static int fit(struct classifier *classifier)
{
	int rc = 0;

	for (unsigned i = 0; i < XVS_BRIDGES_MAX; i++)
		for (unsigned j = 0; j < XVS_FLOW_TABLES && classifier->bridge[i] && rc == 0; j++)
			if (classifier->bridge[i]->table[j])
				rc = classifier_table_fit(classifier->bridge[i]->table[j]);
	return rc;
}

int classifier_move(struct classifier *classifier, union xvs_flow_line *line, uint32_t lines)
{
	struct flow_memory memory;
	uint32_t needed;
	int rc = fit(classifier);

	if (rc < 0)
		return rc;
	if (lines_anew(classifier) > lines)
		return -ENOSPC;
	if (flow_memory_open(&memory, line, lines) < 0)
		return -ENOMEM;
	flow_memory_close(&classifier->store.memory);
	classifier->store.memory = memory;
	classifier_programs_forget_places(&classifier->store.programs);
	for (unsigned i = 0; i < XVS_BRIDGES_MAX; i++)
		if (classifier->bridge[i])
			forget_places(classifier->bridge[i]);
	return classifier_commit(classifier, &needed);
}
