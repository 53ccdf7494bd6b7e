/* SPDX-License-Identifier: BSD-2-Clause */
/* What the writer of the flow tables promises, one by one. */
#include "classifier_flows.h"

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

static void every_word_may_be_masked(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow = flow_of(0, 0, 0);

	for (unsigned i = XVS_FLOW_FIXED; i < XVS_FLOW_WORDS; i++)
		flow.match.mask.word[i] = 1;
	flow.match.value.word[13] = 1;
	put(f, flow, 4);
	commit(f);
	assert_int_equal(found(f, &flow), 4);
	flow.match.value.word[13] = 0;
	assert_int_equal(found(f, &flow), -1);
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

/* Flows on pairs of addresses: no octet alone tells that a mask has none, two of them do. */
static void filter_of_pairs_spares_looks(void **state)
{
	struct fixture *f = *state;
	unsigned random = 1;

	for (unsigned i = 0; i < 8 * 300; i++) {
		struct classifier_flow flow = flow_of(3, 0, 0);

		flow.match.mask.word[1] = ~0ULL << i % 8;
		flow.match.value.word[1] = ((uint64_t)rand_r(&random) << 32 ^ rand_r(&random)) &
					   flow.match.mask.word[1];
		put(f, flow, i);
	}
	assert_int_equal(move(f, 16384, NULL), 0);
	f->view.looked = 0;
	for (unsigned i = 0; i < 1000; i++) {
		struct classifier_flow flow = flow_of(3, 0, 0);

		flow.match.value.word[1] = (uint64_t)rand_r(&random) << 32 ^ rand_r(&random);
		assert_int_equal(found(f, &flow), -1);
	}
	assert_in_range(f->view.looked, 0, 1000);
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

			flow.program = i % 7 ? to_both : to_port_1;
			flow.n_program = i % 7 ? 3 : 2;
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
		TEST(every_word_may_be_masked),
		TEST(filter_spares_looks),
		TEST(filter_of_pairs_spares_looks),
		TEST(searches_stay_short),
		TEST(bridge_that_is_not_present_has_no_root),
		TEST(says_how_much_memory_would_do),
		TEST(goes_back_when_there_is_no_memory),
		TEST(loses_no_lines),
	};

	return cmocka_run_group_tests_name("classifier", tests, NULL, NULL);
}
