/* SPDX-License-Identifier: BSD-2-Clause */
/* Flow tables under random changes. XVS_SEED=N repeats a run. */
#include "classifier_fixture.h"

#include <stdio.h>
#include <time.h>

/*
 * Against plain lists of flows: one of what there is to be, one of what was committed, and those of
 * the commits before, since it was last settled, with the roots that lead to them.
 */
#define FLOWS_MAX 600
#define MASKS     140
#define BRIDGES   2
#define TABLES    3
#define VIEWS_MAX 6
#define STEPS     3000
#define PROGRAM   12

struct listed {
	uint16_t bridge;
	struct classifier_flow flow;
	uint64_t program[PROGRAM];
};

struct list {
	size_t count;
	struct listed flow[FLOWS_MAX];
};

struct views {
	uint32_t root[VIEWS_MAX][BRIDGES];
	struct list *list[VIEWS_MAX]; /* the newest last */
	size_t count;
};

struct run {
	struct fixture f;
	unsigned random;
	struct xvs_flow_key mask[MASKS];
	struct list now; /* with what is not committed */
	struct views views;
	uint32_t next_counter;
	unsigned full, filters, moves;
};

static unsigned draw(struct run *run, unsigned below)
{
	return (unsigned)rand_r(&run->random) % below;
}

/* Few values, so that flows meet; octets differ within a word. */
static uint64_t draw_word(struct run *run)
{
	return draw(run, 3) * 0x0001000100000101ULL +
	       (uint64_t)draw(run, 4) * 0x8000020003000000ULL;
}

static void draw_key(struct run *run, struct xvs_flow_key *key)
{
	for (int i = 0; i < XVS_FLOW_WORDS; i++)
		key->word[i] = draw_word(run);
}

/* Whole words, prefixes, and odd bits; one word of `share` has any. At most XVS_FLOW_EXTRA words
 * besides the fixed ones. */
static void draw_mask(struct run *run, struct xvs_flow_key *mask, unsigned share)
{
	for (int i = 0; i < XVS_FLOW_WORDS; i++) {
		unsigned kind = draw(run, 4);
		uint64_t bits = kind == 0   ? ~0ULL
				: kind == 1 ? ~0ULL << draw(run, 64)
				: kind == 2 ? 0xffULL << 8 * draw(run, 8)
					    : 0x0103010001030103ULL;

		mask->word[i] = draw(run, share) ? 0 : bits;
	}
	mask->word[3 + draw(run, 11)] = 0;
}

static bool is_drawn(const struct run *run, int n, const struct xvs_flow_key *mask)
{
	for (int m = 0; m < n; m++)
		if (!memcmp(&run->mask[m], mask, sizeof(*mask)))
			return true;
	return false;
}

/* No two alike. Every second one looks at much, so that there is something to make filters of. */
static void draw_masks(struct run *run)
{
	for (int m = 0; m < MASKS; m++)
		do
			draw_mask(run, &run->mask[m], m % 2 ? 2 : 2 + draw(run, 8));
		while (is_drawn(run, m, &run->mask[m]));
}

static bool matches(const struct flow_match *match, const struct xvs_flow_key *key)
{
	for (int i = 0; i < XVS_FLOW_WORDS; i++)
		if ((key->word[i] ^ match->value.word[i]) & match->mask.word[i])
			return false;
	return true;
}

static bool is_same(const struct listed *a, const struct listed *b)
{
	return a->bridge == b->bridge && a->flow.table == b->flow.table &&
	       a->flow.priority == b->flow.priority &&
	       !memcmp(&a->flow.match, &b->flow.match, sizeof(a->flow.match));
}

static struct listed *find(struct list *list, const struct listed *flow)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_same(&list->flow[i], flow))
			return &list->flow[i];
	return NULL;
}

static unsigned masks_of(const struct run *run, uint16_t bridge, uint8_t table)
{
	unsigned masks = 0;

	for (int m = 0; m < MASKS; m++)
		for (size_t i = 0; i < run->now.count; i++)
			if (run->now.flow[i].bridge == bridge &&
			    run->now.flow[i].flow.table == table &&
			    !memcmp(&run->now.flow[i].flow.match.mask, &run->mask[m],
				    sizeof(run->mask[m]))) {
				masks++;
				break;
			}
	return masks;
}

/* Programs of different lengths, often alike. */
static size_t draw_program(struct run *run, uint64_t *program)
{
	size_t count = draw(run, PROGRAM);
	unsigned port = draw(run, 20);

	for (size_t i = 0; i < count; i++)
		program[i] = XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_OUTPUT, 0, port + i, 0);
	program[count] = XVS_FLOW_OP_END;
	return count + 1;
}

static void put(struct run *run)
{
	struct listed flow = {.bridge = draw(run, 4) ? 1 : 1 + draw(run, BRIDGES)}, *old;
	struct classifier_flow *is = &flow.flow;
	int rc;

	/* One table of one bridge has most of them: more masks than filters have halves. */
	is->table = draw(run, 4) ? 0 : draw(run, TABLES);
	is->priority = draw(run, 3) ? draw(run, 10) : draw(run, 65536);
	is->match.mask = run->mask[draw(run, MASKS)];
	draw_key(run, &is->match.value);
	for (int i = 0; i < XVS_FLOW_WORDS; i++)
		is->match.value.word[i] &= is->match.mask.word[i];
	if (run->now.count && !draw(run, 4)) { /* one that is there, perhaps of other priority */
		const struct listed *other = &run->now.flow[draw(run, run->now.count)];

		flow.bridge = other->bridge;
		is->table = other->flow.table;
		is->match = other->flow.match;
		is->priority = draw(run, 2) ? other->flow.priority : is->priority;
	}
	is->counter = run->next_counter++;
	is->n_program = draw_program(run, flow.program);
	is->program = flow.program;
	old = find(&run->now, &flow);
	if (!old && run->now.count == FLOWS_MAX)
		return;
	rc = classifier_put(run->f.classifier, flow.bridge, is, &run->f.error);
	if (rc == -ENOSPC) {
		assert_int_equal(masks_of(run, flow.bridge, is->table), XVS_FLOW_SUBTABLES_MAX);
		return;
	}
	assert_int_equal(rc, 0);
	if (!old)
		old = &run->now.flow[run->now.count++];
	*old = flow;
}

static void drop(struct run *run, size_t i)
{
	const struct listed *flow = &run->now.flow[i];

	classifier_remove(run->f.classifier, flow->bridge, flow->flow.table, flow->flow.priority,
			  &flow->flow.match);
	run->now.flow[i] = run->now.flow[--run->now.count];
}

/* The rule is that of a flow of the list, as good as the best one, and does what it should. */
static void check(struct run *run, const struct list *list, uint16_t bridge, uint32_t root,
		  uint8_t table, const struct xvs_flow_key *key)
{
	const struct xvs_flow_rule *rule = flow_lookup(&run->f.view, root, table, key);
	const struct listed *found = NULL;
	const uint64_t *program;
	int best = -1;

	for (size_t i = 0; i < list->count; i++) {
		const struct listed *flow = &list->flow[i];

		if (flow->bridge != bridge || flow->flow.table != table ||
		    !matches(&flow->flow.match, key))
			continue;
		if (flow->flow.priority > best)
			best = flow->flow.priority;
		if (rule && rule->counter == flow->flow.counter)
			found = flow;
	}
	assert_int_equal(rule ? rule->priority : -1, best);
	if (!rule)
		return;
	assert_non_null(found);
	assert_int_equal(found->flow.priority, best);
	program = (const uint64_t *)&rule->first;
	if ((rule->first & 0xff) == XVS_FLOW_OP_PROGRAM)
		program = (const uint64_t *)run->f.view.line + (rule->first >> 32);
	else
		assert_true(found->flow.n_program <= 2);
	assert_memory_equal(program, found->program,
			    (found->flow.n_program <= 2 ? 1 : found->flow.n_program) * 8);
}

static void check_some(struct run *run, size_t view, unsigned count)
{
	const struct list *list = run->views.list[view];

	for (unsigned i = 0; i < count; i++) {
		uint16_t bridge = 1 + draw(run, BRIDGES);
		uint8_t table = draw(run, 2) ? 0 : draw(run, TABLES);
		struct xvs_flow_key key;

		draw_key(run, &key);
		if (list->count && draw(run, 4)) {
			const struct listed *flow = &list->flow[draw(run, list->count)];

			for (int w = 0; w < XVS_FLOW_WORDS; w++)
				key.word[w] = (key.word[w] & ~flow->flow.match.mask.word[w]) |
					      flow->flow.match.value.word[w];
			bridge = flow->bridge;
			table = flow->flow.table;
		}
		check(run, list, bridge, run->views.root[view][bridge - 1], table, &key);
	}
}

static void check_all_views(struct run *run)
{
	for (uint16_t i = 0; i < BRIDGES; i++)
		assert_int_equal(root_of(&run->f.view, 1 + i),
				 run->views.root[run->views.count - 1][i]);
	for (size_t i = 0; i < run->views.count; i++)
		check_some(run, i, 6);
}

static void forget_views(struct run *run, size_t keep)
{
	struct views *views = &run->views;
	size_t gone = views->count - keep;

	for (size_t i = 0; i < gone; i++)
		free(views->list[i]);
	for (size_t i = 0; i < keep; i++) {
		views->list[i] = views->list[gone + i];
		memcpy(views->root[i], views->root[gone + i], sizeof(views->root[i]));
	}
	views->count = keep;
}

/* What is to be has become what is. */
static void remember_view(struct run *run)
{
	struct views *views = &run->views;

	views->list[views->count] = malloc(sizeof(struct list));
	assert_non_null(views->list[views->count]);
	*views->list[views->count] = run->now;
	for (uint16_t i = 0; i < BRIDGES; i++)
		views->root[views->count][i] = root_of(&run->f.view, 1 + i);
	views->count++;
}

static void settle(struct run *run)
{
	classifier_settled(run->f.classifier);
	assert_false(classifier_unsettled(run->f.classifier));
	forget_views(run, 1);
}

static void move_to(struct run *run, uint32_t lines)
{
	int rc = move(&run->f, lines, NULL);

	if (rc == -ENOSPC) {
		assert_true(lines < classifier_lines(run->f.classifier));
		check_all_views(run);
		return;
	}
	assert_int_equal(rc, 0);
	forget_views(run, 0);
	remember_view(run);
	run->moves++;
}

static void try_commit(struct run *run)
{
	uint32_t needed;

	if (run->views.count == VIEWS_MAX)
		settle(run);
	if (classifier_commit(run->f.classifier, &needed) == 0) {
		remember_view(run);
		return;
	}
	run->full++;
	check_all_views(run);
	if (draw(run, 3)) /* goes on with it pending */
		settle(run);
	else
		move_to(run, draw(run, 2) ? needed : needed / 2);
}

static void step(struct run *run)
{
	unsigned action = draw(run, 1000);

	if (action < 600)
		put(run);
	else if (action < 880)
		drop(run, draw(run, run->now.count));
	else if (action < 980)
		try_commit(run);
	else if (action < 990)
		settle(run);
	else if (action < 993)
		move_to(run, classifier_lines(run->f.classifier));
	else if (action == 993)
		while (run->now.count > 5)
			drop(run, draw(run, run->now.count));
}

static void count_filters(struct run *run)
{
	for (uint16_t i = 1; i <= BRIDGES; i++) {
		const struct xvs_flow_bridge *bridge =
			lines_at(&run->f.view, root_of(&run->f.view, i), 1);
		const struct xvs_flow_table *table = lines_at(&run->f.view, bridge->tables, 16);

		run->filters += table->filter && table->count > XVS_FLOW_FILTER_SPAN;
	}
}

static void finds_what_a_linear_search_finds(void **state)
{
	struct run *run = calloc(1, sizeof(*run));
	const char *given = getenv("XVS_SEED");

	(void)state;
	run->random = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL);
	print_message("XVS_SEED=%u\n", run->random);
	set_up(&run->f, XVS_FLOW_LINES_MIN);
	draw_masks(run);
	for (uint16_t i = 1; i <= BRIDGES; i++)
		assert_int_equal(classifier_bridge_set(run->f.classifier, i, true), 0);
	for (unsigned i = 0; i < FLOWS_MAX / 2; i++)
		put(run);
	commit(&run->f);
	remember_view(run);
	count_filters(run);
	for (unsigned i = 0; i < STEPS; i++) {
		if (run->now.count)
			step(run);
		else
			put(run);
		if (i % 4 == 0)
			check_all_views(run);
		if (i % 100 == 0)
			count_filters(run);
	}
	print_message("%u times full, %u moves, %u filters of two halves\n", run->full, run->moves,
		      run->filters);
	assert_true(run->full && run->moves && run->filters);
	forget_views(run, 0);
	tear_down(&run->f);
	free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_linear_search_finds),
	};

	return cmocka_run_group_tests_name("classifier_random", tests, NULL, NULL);
}
