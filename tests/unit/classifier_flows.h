/* SPDX-License-Identifier: BSD-2-Clause */
/* A bridge with flows in a classifier, for its tests. */
#ifndef XVS_TEST_CLASSIFIER_FLOWS_H
#define XVS_TEST_CLASSIFIER_FLOWS_H

#include "classifier_fixture.h"

#define BRIDGE 7

static const uint64_t to_port_1[] = {XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_OUTPUT, 0, 1, 0),
				     XVS_FLOW_OP_END};
static const uint64_t to_both[] = {XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_OUTPUT, 0, 1, 0),
				   XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_OUTPUT, 0, 2, 0),
				   XVS_FLOW_OP_END};

static inline int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	*state = f;
	set_up(f, XVS_FLOW_LINES_MIN);
	assert_int_equal(classifier_bridge_set(f->classifier, BRIDGE, true), 0);
	return 0;
}

static inline int teardown(void **state)
{
	tear_down(*state);
	free(*state);
	return 0;
}

/* A flow of table 0 that matches one word with this mask. */
static inline struct classifier_flow flow_of(unsigned word, uint64_t mask, uint64_t value)
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

static inline void put(struct fixture *f, struct classifier_flow flow, uint32_t counter)
{
	flow.counter = counter;
	assert_int_equal(classifier_put(f->classifier, BRIDGE, &flow, &f->error), 0);
}

static inline void take_out(struct fixture *f, const struct classifier_flow *flow)
{
	classifier_remove(f->classifier, BRIDGE, flow->table, flow->priority, &flow->match);
}

static inline const struct xvs_flow_bridge *bridge_of(const struct fixture *f)
{
	return lines_at(&f->view, root_of(&f->view, BRIDGE), 1);
}

static inline const struct xvs_flow_table *table_of(const struct fixture *f)
{
	return lines_at(&f->view, bridge_of(f)->tables, 1);
}

static inline const struct xvs_flow_rule *rule_of(struct fixture *f,
						  const struct classifier_flow *flow)
{
	return flow_lookup(&f->view, root_of(&f->view, BRIDGE), flow->table, &flow->match.value);
}

/* The counter of the flow that is found; -1: none. */
static inline int found(struct fixture *f, const struct classifier_flow *flow)
{
	const struct xvs_flow_rule *rule = rule_of(f, flow);

	return rule ? (int)rule->counter : -1;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
