/* SPDX-License-Identifier: BSD-2-Clause */
/* What the writer of the flow tables promises, one by one; test_classifier_random has the rest. */
#include "classifier_fixture.h"

#include <stdio.h>
#include <time.h>

#define BRIDGE 7

static const uint64_t to_port_1[] = {XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_OUTPUT, 0, 1, 0),
				     XVS_FLOW_OP_END};
static const uint64_t to_both[] = {XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_OUTPUT, 0, 1, 0),
				   XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_OUTPUT, 0, 2, 0),
				   XVS_FLOW_OP_END};

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	*state = f;
	set_up(f, XVS_FLOW_LINES_MIN);
	assert_int_equal(classifier_bridge_set(f->classifier, BRIDGE, true), 0);
	return 0;
}

static int teardown(void **state)
{
	tear_down(*state);
	free(*state);
	return 0;
}

/* A flow of table 0 that matches one word with this mask. */
static struct classifier_flow flow_of(unsigned word, uint64_t mask, uint64_t value)
{
	struct classifier_flow flow = {
		.priority = 100,
		.program = to_port_1,
		.n_program = 2,
	};

	flow.match.mask.word[word] = mask;
	flow.match.value.word[word] = value & mask;
	return flow;
}

static void put(struct fixture *f, struct classifier_flow flow, uint32_t counter)
{
	flow.counter = counter;
	assert_int_equal(classifier_put(f->classifier, BRIDGE, &flow, &f->error), 0);
}

static void take_out(struct fixture *f, const struct classifier_flow *flow)
{
	classifier_remove(f->classifier, BRIDGE, flow->table, flow->priority, &flow->match);
}

static const struct xvs_flow_bridge *bridge_of(const struct fixture *f)
{
	return lines_at(&f->view, root_of(&f->view, BRIDGE), 1);
}

static const struct xvs_flow_table *table_of(const struct fixture *f)
{
	return lines_at(&f->view, bridge_of(f)->tables, 1);
}

static const struct xvs_flow_rule *rule_of(struct fixture *f, const struct classifier_flow *flow)
{
	return flow_lookup(&f->view, root_of(&f->view, BRIDGE), flow->table, &flow->match.value);
}

/* The counter of the flow that is found; -1: none. */
static int found(struct fixture *f, const struct classifier_flow *flow)
{
	const struct xvs_flow_rule *rule = rule_of(f, flow);

	return rule ? (int)rule->counter : -1;
}

static void changes_are_true_from_the_commit_on(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow = flow_of(3, ~0ULL, 5), other = flow_of(4, ~0ULL, 0);
	uint32_t old_root;

	commit(f);
	old_root = root_of(&f->view, BRIDGE);
	put(f, flow, 1);
	assert_int_equal(found(f, &flow), -1);
	commit(f);
	assert_int_equal(found(f, &flow), 1);
	take_out(f, &flow);
	put(f, other, 2);
	assert_int_equal(found(f, &flow), 1);
	commit(f);
	assert_int_equal(found(f, &flow), 2);
	assert_null(flow_lookup(&f->view, old_root, 0, &flow.match.value));
	take_out(f, &flow); /* there is none */
	take_out(f, &other);
	commit(f);
	assert_int_equal(found(f, &flow), -1);
}

static void what_is_put_as_it_is_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow = flow_of(3, ~0ULL, 5);

	put(f, flow, 1);
	commit(f);
	for (int i = 0; i < 2; i++) {
		const struct xvs_flow_rule *rule = rule_of(f, &flow);

		put(f, flow, 1);
		commit(f);
		assert_ptr_equal(rule_of(f, &flow), rule);
	}
	put(f, flow, 2);
	commit(f);
	assert_int_equal(found(f, &flow), 2);
}

/* Of flows that differ in priority only the greatest is found; the next one takes its place. */
static void next_priority_comes_forward(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow = flow_of(1, 0xff, 9);
	static const uint16_t order[] = {5, 0, 65535, 7, 6};

	for (unsigned i = 0; i < 5; i++) {
		flow.priority = order[i];
		put(f, flow, order[i]);
		commit(f);
		assert_int_equal(found(f, &flow), i < 2 ? 5 : 65535);
	}
	flow.priority = 6; /* one that is hidden */
	take_out(f, &flow);
	flow.priority = 65535;
	take_out(f, &flow);
	commit(f);
	assert_int_equal(found(f, &flow), 7);
	flow.priority = 7;
	take_out(f, &flow);
	flow.priority = 5;
	put(f, flow, 1000);
	commit(f);
	assert_int_equal(found(f, &flow), 1000);
	take_out(f, &flow);
	commit(f);
	assert_int_equal(found(f, &flow), 0);
	flow.priority = 0;
	take_out(f, &flow);
	commit(f);
	assert_int_equal(found(f, &flow), -1);
	assert_int_equal(table_of(f)->count, 0);
}

static void search_ends_with_the_best(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow;

	for (unsigned i = 0; i < 4; i++) {
		flow = flow_of(3, ~0ULL << i, 0);
		flow.priority = 10 * i;
		put(f, flow, i);
	}
	commit(f);
	assert_int_equal(found(f, &flow), 3);
	assert_int_equal(f->view.looked, 1);
	take_out(f, &flow);
	flow.priority = 5; /* the greatest priority of its subtable falls */
	put(f, flow, 9);
	commit(f);
	f->view.looked = 0;
	assert_int_equal(found(f, &flow), 2);
	assert_int_equal(f->view.looked, 1);
	put(f, flow_of(3, ~0ULL << 3, 64), 10); /* and rises, and falls to that of another flow */
	flow = flow_of(3, ~0ULL << 3, 64);
	assert_int_equal(found(f, &flow), -1);
	commit(f);
	assert_int_equal(found(f, &flow), 10);
	take_out(f, &flow);
	commit(f);
	flow = flow_of(3, ~0ULL, 0);
	f->view.looked = 0;
	assert_int_equal(found(f, &flow), 2);
	assert_int_equal(f->view.looked, 1);
}

static void programs_that_are_alike_share_their_place(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow one = flow_of(3, ~0ULL, 1), two = flow_of(3, ~0ULL, 2);
	const struct xvs_flow_rule *rule;

	put(f, one, 1);
	commit(f);
	assert_int_equal(rule_of(f, &one)->first, to_port_1[0]);
	one.program = two.program = to_both;
	one.n_program = two.n_program = 3;
	put(f, one, 1);
	put(f, two, 2);
	commit(f);
	rule = rule_of(f, &one);
	assert_int_equal(rule->first & 0xff, XVS_FLOW_OP_PROGRAM);
	assert_int_equal(rule->first, rule_of(f, &two)->first);
	assert_memory_equal(&f->view.line[(rule->first >> 32) / 8], to_both, sizeof(to_both));
	one.n_program = 1; /* drops: nothing but the end */
	one.program = &to_both[2];
	put(f, one, 1);
	commit(f);
	assert_int_equal(rule_of(f, &one)->first, XVS_FLOW_OP_END);
}

static void says_what_flows_need(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow ethernet = flow_of(0, 0xffffffffffff0000, 0x800 << 16), flow;
	static const struct {
		unsigned word;
		uint64_t mask;
		uint32_t needs;
	} of[] = {{0, 0xff, XVS_FLOW_NEEDS_L3},
		  {0, 0x100, XVS_FLOW_NEEDS_L3},
		  {1, 1, XVS_FLOW_NEEDS_L3},
		  {2, 1, XVS_FLOW_NEEDS_L3},
		  {3, 1, 0},
		  {7, 1, 0},
		  {8, 1, XVS_FLOW_NEEDS_L3},
		  {13, 1, XVS_FLOW_NEEDS_L3}};

	put(f, ethernet, 1);
	commit(f);
	assert_int_equal(bridge_of(f)->needs, 0);
	for (unsigned i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		flow = flow_of(of[i].word, of[i].mask, 0);
		put(f, flow, 2);
		commit(f);
		assert_int_equal(bridge_of(f)->needs, of[i].needs);
		take_out(f, &flow);
		commit(f);
		assert_int_equal(bridge_of(f)->needs, 0);
	}
	ethernet.needs = XVS_FLOW_NEEDS_L3; /* of what it does */
	put(f, ethernet, 1);
	commit(f);
	assert_int_equal(bridge_of(f)->needs, XVS_FLOW_NEEDS_L3);
	ethernet.needs = 0;
	put(f, ethernet, 1);
	commit(f);
	assert_int_equal(bridge_of(f)->needs, 0);
}

/* Masks of word 3 that all differ. */
static struct classifier_flow of_mask(unsigned i)
{
	return flow_of(3, 0x100 + i, ~0ULL);
}

static void more_masks_than_supported_are_refused(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow, none = of_mask(1);

	for (unsigned i = 0; i < XVS_FLOW_SUBTABLES_MAX; i++)
		put(f, of_mask(i), i);
	flow = of_mask(200);
	assert_int_equal(classifier_put(f->classifier, BRIDGE, &flow, &f->error), -ENOSPC);
	assert_non_null(strstr(f->error.text, "table 0:"));
	assert_non_null(strstr(f->error.text, " 128 "));
	flow.table = 1; /* another table helps */
	put(f, flow, 1);
	commit(f);
	assert_int_equal(table_of(f)->count, XVS_FLOW_SUBTABLES_MAX);
	take_out(f, &none); /* before the commit, too */
	flow.table = 0;
	flow.priority = 200;
	put(f, flow, 200);
	assert_int_equal(classifier_put(f->classifier, BRIDGE, &none, &f->error), -ENOSPC);
	commit(f);
	assert_int_equal(table_of(f)->count, XVS_FLOW_SUBTABLES_MAX);
	assert_int_equal(found(f, &flow), 200);
}

static void more_words_than_supported_are_refused(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow = flow_of(0, 0, 0);

	for (unsigned i = XVS_FLOW_FIXED; i < XVS_FLOW_WORDS; i++)
		flow.match.mask.word[i] = 1;
	assert_int_equal(classifier_put(f->classifier, BRIDGE, &flow, &f->error), -ENOSPC);
	assert_non_null(strstr(f->error.text, "so many fields"));
	flow.match.mask.word[5] = 0;
	flow.match.value.word[13] = 1;
	put(f, flow, 4);
	commit(f);
	assert_int_equal(found(f, &flow), 4);
}

/* Each of 100 masks goes with its own in_port: a frame is looked up in few of them. */
static void filter_spares_looks(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow;

	for (unsigned i = 0; i < 100; i++) {
		flow = of_mask(i);
		flow.match.mask.word[0] = 0xffffULL << 48;
		flow.match.value.word[0] = (uint64_t)i << 48;
		put(f, flow, i);
	}
	commit(f);
	assert_true(table_of(f)->filter);
	for (unsigned i = 0; i < 100; i++) {
		flow.match.value.word[0] = (uint64_t)i << 48;
		flow.match.value.word[3] = ~0ULL;
		f->view.looked = 0;
		assert_int_equal(found(f, &flow), i);
		assert_in_range(f->view.looked, 1, 3);
	}
	for (unsigned i = 5; i < 100; i++) {
		flow = of_mask(i);
		flow.match.mask.word[0] = 0xffffULL << 48;
		flow.match.value.word[0] = (uint64_t)i << 48;
		take_out(f, &flow);
		if (i == 95)
			commit(f);
	}
	commit(f);
	assert_int_equal(table_of(f)->count, 5);
}

/* The flow of subtable `i` of ten for frames that come in by a port. */
static struct classifier_flow of_port(unsigned i, unsigned port)
{
	struct classifier_flow flow = of_mask(i);

	flow.match.mask.word[0] = 0xfff0ULL << 48;
	flow.match.value.word[0] = (uint64_t)(port & 0xfff0) << 48;
	flow.priority = 1;
	return flow;
}

static unsigned looks_for_port(struct fixture *f, unsigned port)
{
	struct classifier_flow flow = of_port(0, 0);

	flow.match.value.word[0] = (uint64_t)port << 48;
	flow.match.value.word[3] = ~0ULL;
	f->view.looked = 0;
	found(f, &flow);
	return f->view.looked;
}

/* A filter follows flows that come, at all values that a mask leaves open, and that go. */
static void filter_follows_flows(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow;

	for (unsigned i = 0; i < 10; i++)
		put(f, of_port(i, 16 * i), i);
	commit(f);
	assert_true(table_of(f)->filter);
	put(f, of_port(3, 16 * 12), 50);
	commit(f);
	for (unsigned low = 0; low < 16; low++) {
		flow = of_port(3, 16 * 12);
		flow.match.value.word[0] |= (uint64_t)low << 48;
		assert_int_equal(found(f, &flow), 50);
		assert_int_equal(looks_for_port(f, 16 * 12 + low), 1);
	}
	for (unsigned i = 0; i < 10; i++)
		for (unsigned port = 0; port < 256; port += 16)
			put(f, of_port(i, port), 100);
	commit(f);
	for (unsigned port = 0; port < 256; port++)
		assert_int_equal(looks_for_port(f, port), 1);
	for (unsigned i = 0; i < 10; i++)
		for (unsigned port = 0; port < 256; port += 16) {
			flow = of_port(i, port);
			if (port != 16 * i)
				take_out(f, &flow);
		}
	commit(f);
	for (unsigned port = 0; port < 256; port++)
		assert_int_equal(looks_for_port(f, port), port < 160);
}

/* Adds and takes out thousands of flows: buckets grow and shrink, and searches stay short. */
static void searches_stay_short(void **state)
{
	struct fixture *f = *state;
	const unsigned count = 3000;

	for (unsigned i = 0; i < count; i++)
		put(f, flow_of(1, ~0ULL, i), i);
	commit(f);
	for (unsigned i = 0; i < count; i++) {
		struct classifier_flow flow = flow_of(1, ~0ULL, i);

		assert_int_equal(found(f, &flow), i);
	}
	assert_true(f->view.probed < count + count / 10);
	for (unsigned i = 10; i < count; i++) {
		struct classifier_flow flow = flow_of(1, ~0ULL, i);

		take_out(f, &flow);
		if (i % 20 == 0) {
			commit(f);
			classifier_settled(f->classifier);
		}
	}
	commit(f);
	f->view.probed = 0;
	for (unsigned i = 0; i < count; i++) {
		struct classifier_flow flow = flow_of(1, ~0ULL, i);

		assert_int_equal(found(f, &flow), i < 10 ? (int)i : -1);
	}
	assert_true(f->view.probed < count + count / 10);
}

/* The number of flows stays the same, but they are ever new ones. */
static void searches_stay_short_in_the_long_run(void **state)
{
	struct fixture *f = *state;
	const unsigned count = 1000, part = 10, rounds = 1000;

	for (unsigned i = 0; i < count + part * rounds; i++) {
		struct classifier_flow old = flow_of(1, ~0ULL, i - count);

		if (i >= count)
			take_out(f, &old);
		put(f, flow_of(1, ~0ULL, i), i);
		if (i % part == 0) {
			commit(f);
			classifier_settled(f->classifier);
		}
	}
	commit(f);
	for (unsigned i = 0; i < count; i++) {
		struct classifier_flow flow = flow_of(1, ~0ULL, part * rounds + i);

		assert_int_equal(found(f, &flow), part * rounds + i);
	}
	assert_true(f->view.probed < count + count / 10);
}

static void bridge_that_is_not_present_has_no_root(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow = flow_of(3, ~0ULL, 5);
	static const uint16_t port[] = {0, 17, 18}, fewer[] = {0, 17};

	put(f, flow, 1);
	assert_int_equal(classifier_ports_set(f->classifier, BRIDGE, port, 3, 40), 0);
	for (int i = 0; i < 2; i++) {
		commit(f);
		assert_int_equal(found(f, &flow), 1);
		assert_int_equal(bridge_of(f)->local, 40);
		assert_int_equal(bridge_of(f)->n_ports, 3);
		assert_memory_equal(lines_at(&f->view, bridge_of(f)->ports, 1), port, sizeof(port));
		assert_int_equal(classifier_bridge_set(f->classifier, BRIDGE, false), 0);
		commit(f);
		assert_int_equal(root_of(&f->view, BRIDGE), 0);
		assert_int_equal(classifier_bridge_set(f->classifier, BRIDGE, true), 0);
	}
	assert_int_equal(classifier_ports_set(f->classifier, BRIDGE, fewer, 2, 41), 0);
	commit(f);
	assert_int_equal(bridge_of(f)->local, 41);
	assert_int_equal(bridge_of(f)->n_ports, 2);
	assert_int_equal(classifier_ports_set(f->classifier, BRIDGE, NULL, 0, 0), 0);
	commit(f);
	assert_int_equal(bridge_of(f)->ports, 0);
	assert_int_equal(bridge_of(f)->n_ports, 0);
}

static void says_how_much_memory_would_do(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow = flow_of(3, ~0ULL, 5);
	const union xvs_flow_line *old;
	union xvs_flow_line *copy;
	uint32_t needed = 0;

	put(f, flow, 1);
	commit(f);
	copy = make_lines(XVS_FLOW_LINES_MIN);
	memcpy(copy, f->view.line, XVS_FLOW_LINES_MIN * sizeof(*copy));
	for (unsigned i = 0; i < 5000; i++)
		put(f, flow_of(1, ~0ULL, i), i);
	assert_int_equal(classifier_commit(f->classifier, &needed), -ENOSPC);
	assert_memory_equal(copy->half, f->view.line->half, XVS_FLOW_ROOT_LINES * sizeof(*copy));
	assert_int_equal(found(f, &flow), 1);
	assert_true(needed > 5000 && !(needed & (needed - 1)));
	assert_int_equal(needed, classifier_lines(f->classifier));
	assert_int_equal(move(f, XVS_FLOW_LINES_MIN, NULL), -ENOSPC);
	assert_int_equal(found(f, &flow), 1);
	memcpy(copy, f->view.line, XVS_FLOW_LINES_MIN * sizeof(*copy));
	assert_int_equal(move(f, needed, &old), 0);
	assert_memory_equal(copy, old, XVS_FLOW_LINES_MIN * sizeof(*copy));
	for (unsigned i = 0; i < 5000; i++) {
		flow = flow_of(1, ~0ULL, i);
		assert_int_equal(found(f, &flow), i);
	}
	free((void *)old);
	free(copy);
}

static void goes_back_when_there_is_no_memory(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow kept = flow_of(3, ~0ULL, 5);
	uint32_t needed;

	put(f, kept, 1);
	commit(f);
	for (unsigned round = 0; round < 10; round++) {
		for (unsigned i = 0; i < 5000; i++)
			put(f, flow_of(1, ~0ULL, i), i);
		take_out(f, &kept);
		assert_int_equal(classifier_commit(f->classifier, &needed), -ENOSPC);
		assert_int_equal(move(f, XVS_FLOW_LINES_MIN, NULL), -ENOSPC);
		assert_int_equal(found(f, &kept), 1);
		for (unsigned i = 0; i < 5000; i++) {
			struct classifier_flow flow = flow_of(1, ~0ULL, i);

			take_out(f, &flow);
		}
		put(f, kept, 1);
		assert_int_equal(classifier_commit(f->classifier, &needed), 0);
		assert_int_equal(found(f, &kept), 1);
		assert_int_equal(table_of(f)->count, 1);
		classifier_settled(f->classifier);
	}
}

/* The same memory does for any number of changes, and it is all free in the end. */
static void loses_no_lines(void **state)
{
	struct fixture *f = *state;
	uint32_t needed;

	for (unsigned round = 0; round < 300; round++) {
		for (unsigned i = 0; i < 150; i++) {
			struct classifier_flow flow = flow_of(1 + i % 12, ~0ULL << i % 3, i << 3);

			const uint64_t program[] = {XVS_FLOW_OP_SET, ~0ULL, 1000 * round + i / 2,
						    0};

			flow.program = program;
			flow.n_program = 4;
			flow.table = i % 2;
			if (i * 7 % 11 == round % 11)
				take_out(f, &flow);
			else
				put(f, flow, round + i);
		}
		if (round == 0)
			assert_int_equal(move(f, 4096, NULL), 0);
		assert_int_equal(classifier_commit(f->classifier, &needed), 0);
		assert_true(classifier_unsettled(f->classifier) == (round > 0));
		classifier_settled(f->classifier);
		assert_false(classifier_unsettled(f->classifier));
	}
}

struct readings {
	struct fixture *f;
	unsigned count;
	uint64_t counters;
};

static void on_read(uint16_t bridge, const struct classifier_flow *flow, void *arg)
{
	struct readings *readings = arg;

	readings->count++;
	readings->counters += flow->counter;
	if (!readings->f)
		return;
	assert_int_equal(bridge, BRIDGE);
	assert_int_equal(flow->table, flow->counter % 3);
	assert_int_equal(flow->priority, 100);
	assert_int_equal(found(readings->f, flow), flow->counter);
}

static void fill_for_reading(struct fixture *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct classifier_flow flow = flow_of(1 + i % 13, ~0ULL, 1000 + i);

		if (i % 2) /* rules of two lines */
			for (unsigned word = 3; word < 9; word++)
				flow.match.mask.word[word] = ~0ULL;
		flow.table = i % 3;
		put(f, flow, i);
	}
	commit(f);
}

static void reads_what_was_written(void **state)
{
	struct fixture *f = *state;
	struct readings readings = {.f = f};

	fill_for_reading(f, 500);
	classifier_read(f->view.line, f->view.lines, on_read, &readings);
	assert_int_equal(readings.count, 500);
	assert_int_equal(readings.counters, 499 * 500 / 2);
}

/* What many roots lead to, as no classifier writes it, is not read over and over. */
static void reads_no_more_than_there_is(void **state)
{
	struct fixture *f = *state;
	struct readings readings = {0};
	union xvs_flow_line *line;

	fill_for_reading(f, 200);
	line = (union xvs_flow_line *)f->view.line;
	for (unsigned i = 0; i < XVS_BRIDGES_MAX; i++)
		line[i / 16].half[i % 16] = root_of(&f->view, BRIDGE);
	classifier_read(line, f->view.lines, on_read, &readings);
	assert_in_range(readings.count, 200, f->view.lines);
}

static void reads_no_words_that_are_not_there(void **state)
{
	struct fixture *f = *state;
	struct readings readings = {0};
	struct xvs_flow_subtable *subtable;

	put(f, flow_of(3, ~0ULL, 1), 1);
	commit(f);
	subtable = (struct xvs_flow_subtable *)&f->view.line[table_of(f)->subtables];
	subtable->n_extra = XVS_FLOW_EXTRA + 1;
	for (unsigned i = 0; i < XVS_FLOW_EXTRA; i++)
		subtable->extra[i] = XVS_FLOW_FIXED + i;
	subtable->reserved[0] = XVS_FLOW_FIXED + XVS_FLOW_EXTRA;
	classifier_read(f->view.line, f->view.lines, on_read, &readings);
	assert_int_equal(readings.count, 0);
}

/* Whatever is in a memory, reading it comes to an end and stays within it. */
static void reads_anything(void **state)
{
	struct fixture *f = *state;
	const char *given = getenv("XVS_SEED");
	unsigned random = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL);
	union xvs_flow_line *line;
	size_t halves;

	print_message("XVS_SEED=%u\n", random);
	fill_for_reading(f, 200);
	halves = (size_t)f->view.lines * 16;
	line = make_lines(f->view.lines);
	for (unsigned round = 0; round < 2000; round++) {
		struct readings readings = {0};
		unsigned damage = 1u << round % 14;

		memcpy(line, f->view.line, halves * 4);
		for (unsigned i = 0; i < damage; i++) {
			size_t at = (size_t)rand_r(&random) % halves;
			uint32_t value = (unsigned)rand_r(&random) * 2 + i % 2;

			/* Line numbers, or anything; the roots more often than the rest. */
			if (i % 4 == 0)
				at %= XVS_FLOW_ROOT_LINES * 16;
			line[at / 16].half[at % 16] = i % 3 ? value % f->view.lines : value;
		}
		classifier_read(line, f->view.lines, on_read, &readings);
		assert_true(readings.count <= f->view.lines);
	}
	memset(line, 0xff, halves * 4);
	classifier_read(line, f->view.lines, on_read, &(struct readings){0});
	classifier_read(line, XVS_FLOW_ROOT_LINES - 1, on_read, &(struct readings){0});
	free(line);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_are_true_from_the_commit_on),
		TEST(what_is_put_as_it_is_changes_nothing),
		TEST(next_priority_comes_forward),
		TEST(search_ends_with_the_best),
		TEST(programs_that_are_alike_share_their_place),
		TEST(says_what_flows_need),
		TEST(more_masks_than_supported_are_refused),
		TEST(more_words_than_supported_are_refused),
		TEST(filter_spares_looks),
		TEST(filter_follows_flows),
		TEST(searches_stay_short),
		TEST(searches_stay_short_in_the_long_run),
		TEST(bridge_that_is_not_present_has_no_root),
		TEST(says_how_much_memory_would_do),
		TEST(goes_back_when_there_is_no_memory),
		TEST(loses_no_lines),
		TEST(reads_what_was_written),
		TEST(reads_no_more_than_there_is),
		TEST(reads_no_words_that_are_not_there),
		TEST(reads_anything),
	};

	return cmocka_run_group_tests_name("classifier", tests, NULL, NULL);
}
