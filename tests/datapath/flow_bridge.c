// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_bridge.h"

#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "switchd/flow_program.h"
#include "switchd/flow_text.h"

static const uint16_t numbers[TEST_PORTS] = {1, 2, 3, 4};

static void set_ports(struct flow_bridge *bridge, struct test *test)
{
	const uint32_t bridge_number = TEST_BRIDGE;
	const struct xvs_bridge floods = {.untagged = TEST_GROUP,
					  .tagged = TEST_TAGGED_GROUP,
					  .all = FLOW_BRIDGE_ALL,
					  .some = FLOW_BRIDGE_ALL};
	uint16_t ports[TEST_PORTS + 1] = {};
	uint32_t members[TEST_PORTS + 1] = {};

	for (uint32_t port = 1; port <= TEST_PORTS; port++) {
		struct xvs_port value = {
			.flags = XVS_PORT_UP | XVS_PORT_TX_XDP | XVS_PORT_FLOWS,
			.mtu = TEST_MTU,
			.ofport = flow_bridge_number(port),
		};

		test_port_as(test, port, value);
		ports[flow_bridge_number(port)] = port;
		members[port - 1] = TEST_MEMBER(port, XVS_EGRESS_AS_IS);
	}
	test_group_of(test, FLOW_BRIDGE_ALL, TEST_MTU + ETH_HLEN + 4, members);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(test->skel->maps.bridges), &bridge_number,
					     &floods, BPF_ANY),
			 0);
	assert_int_equal(
		classifier_ports_set(bridge->classifier, TEST_BRIDGE, ports, TEST_PORTS + 1, 0), 0);
}

static size_t memory_size(void)
{
	return TEST_FLOW_LINES * sizeof(union xvs_flow_line);
}

void flow_bridge_open(struct flow_bridge *bridge, struct test *test)
{
	memset(bridge, 0, sizeof(*bridge));
	bridge->memory = mmap(NULL, memory_size(), PROT_READ | PROT_WRITE, MAP_SHARED,
			      bpf_map__fd(test->skel->maps.flows), 0);
	assert_true(bridge->memory != MAP_FAILED);
	bridge->classifier = classifier_new(bridge->memory, TEST_FLOW_LINES);
	assert_non_null(bridge->classifier);
	bridge->reference.flows = bridge->flows;
	bridge->reference.ports = numbers;
	bridge->reference.n_ports = TEST_PORTS;
	set_ports(bridge, test);
	assert_int_equal(classifier_bridge_set(bridge->classifier, TEST_BRIDGE, true), 0);
}

static void remove_flows(struct flow_bridge *bridge)
{
	for (size_t i = 0; i < bridge->reference.n_flows; i++) {
		struct flow *flow = &bridge->flows[i];

		classifier_remove(bridge->classifier, TEST_BRIDGE, flow->table, flow->priority,
				  &flow->match);
		flow_clear(flow);
	}
	bridge->reference.n_flows = 0;
}

static void add_flow(struct flow_bridge *bridge, const struct flow *flow)
{
	const struct flow_program_env env = {};
	struct flow_program program;
	struct classifier_flow entry = {.table = flow->table,
					.priority = flow->priority,
					.match = flow->match,
					.counter = 1};
	struct error error = {};

	if (flow_program_make(&program, flow->actions, flow->table, &env, &error))
		fail_msg("%s", error.text);
	entry.program = program.words;
	entry.n_program = program.count;
	entry.needs = flow_program_needs(&program);
	if (classifier_put(bridge->classifier, TEST_BRIDGE, &entry, &error))
		fail_msg("%s", error.text);
	flow_program_free(&program);
}

static void add_line(struct flow_bridge *bridge, const char *line)
{
	struct error error = {};
	struct flow_mod mod;

	assert_true(bridge->reference.n_flows < FLOW_BRIDGE_FLOWS);
	if (flow_mod_parse(&mod, line, FLOW_ADD, false, NULL, &error))
		fail_msg("%s: %s", line, error.text);
	bridge->flows[bridge->reference.n_flows++] = mod.flow;
	add_flow(bridge, &mod.flow);
}

void flow_bridge_set(struct flow_bridge *bridge, const char *text)
{
	char *copy = strdup(text), *rest;
	uint32_t needed;

	assert_non_null(copy);
	remove_flows(bridge);
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		add_line(bridge, line);
	free(copy);
	assert_int_equal(classifier_commit(bridge->classifier, &needed), 0);
	/* Nothing is under way while the test does this. */
	classifier_settled(bridge->classifier);
}

void flow_bridge_close(struct flow_bridge *bridge)
{
	remove_flows(bridge);
	classifier_free(bridge->classifier);
	munmap(bridge->memory, memory_size());
}
