// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_bridge.h"

#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "switchd/flow_meter.h"
#include "switchd/flow_program.h"
#include "switchd/flow_text.h"

static const uint16_t numbers[TEST_PORTS] = {1, 2, 3, 4};

static void set_groups(struct test *test, uint32_t down)
{
	uint32_t untagged[TEST_PORTS + 1] = {}, tagged[TEST_PORTS + 1] = {};
	uint32_t all[TEST_PORTS + 1] = {}, size = TEST_MTU + ETH_HLEN + 4;
	size_t count = 0;

	for (uint32_t port = 1; port <= TEST_PORTS; port++) {
		if (down >> flow_bridge_number(port) & 1)
			continue;
		untagged[count] = port;
		tagged[count] = TEST_TAGGED(port);
		all[count++] = TEST_MEMBER(port, XVS_EGRESS_AS_IS);
	}
	test_group_of(test, TEST_GROUP, size, untagged);
	test_group_of(test, TEST_TAGGED_GROUP, size, tagged);
	test_group_of(test, FLOW_BRIDGE_ALL, size, all);
}

void flow_bridge_down(struct flow_bridge *bridge, uint32_t down)
{
	for (uint32_t port = 1; port <= TEST_PORTS; port++) {
		uint16_t number = flow_bridge_number(port);
		struct xvs_port value = {
			.flags = XVS_PORT_TX_XDP | XVS_PORT_FLOWS,
			.mtu = TEST_MTU,
			.ofport = number,
		};

		if (!(down >> number & 1))
			value.flags |= XVS_PORT_UP;
		test_port_as(bridge->test, port, value);
	}
	set_groups(bridge->test, down);
	bridge->reference.down = down;
}

static void set_ports(struct flow_bridge *bridge, struct test *test)
{
	const uint32_t bridge_number = TEST_BRIDGE;
	const struct xvs_bridge floods = {.untagged = TEST_GROUP,
					  .tagged = TEST_TAGGED_GROUP,
					  .all = FLOW_BRIDGE_ALL,
					  .some = FLOW_BRIDGE_ALL};
	uint16_t ports[TEST_PORTS + 1] = {};

	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		ports[flow_bridge_number(port)] = port;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(test->skel->maps.bridges), &bridge_number,
					     &floods, BPF_ANY),
			 0);
	assert_int_equal(
		classifier_ports_set(bridge->classifier, TEST_BRIDGE, ports, TEST_PORTS + 1, 0), 0);
	flow_bridge_down(bridge, 0);
}

/* Number 4 is one that nobody has made. */
static const struct {
	const char *text;
	bool closed;
} meters[] = {
	{"meter=1,pktps,bands=type=drop,rate=4000000000", false},
	{"meter=2,kbps,burst,bands=type=drop,rate=1,burst_size=1", true},
	{"meter=3,kbps,bands=type=drop,rate=4000000000,type=drop,rate=1000", true},
};

/* What is closed has been charged so much that it opens when the test is long over. */
static void set_meters(struct flow_bridge *bridge)
{
	for (size_t i = 0; i < sizeof(meters) / sizeof(*meters); i++) {
		struct flow_meter meter;
		struct xvs_meter *made;
		struct error error = {};

		if (flow_meter_parse(&meter, meters[i].text, &error))
			fail_msg("%s", error.text);
		made = &bridge->meters[meter.id];
		flow_meter_make(made, &meter);
		if (!meters[i].closed)
			continue;
		made->band[made->bands - 1].time = ~0ULL;
		bridge->reference.closed |= 1u << meter.id;
	}
}

static void *map_memory(const struct bpf_map *map)
{
	size_t size = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

void flow_bridge_open(struct flow_bridge *bridge, struct test *test)
{
	memset(bridge, 0, sizeof(*bridge));
	bridge->test = test;
	bridge->memory = map_memory(test->skel->maps.flows);
	memset(bridge->memory, 0, TEST_FLOW_LINES * sizeof(*bridge->memory));
	bridge->meters = map_memory(test->skel->maps.meters);
	bridge->classifier = classifier_new(bridge->memory, TEST_FLOW_LINES);
	assert_non_null(bridge->classifier);
	bridge->reference.flows = bridge->flows;
	bridge->reference.groups = bridge->groups;
	bridge->reference.ports = numbers;
	bridge->reference.n_ports = TEST_PORTS;
	set_ports(bridge, test);
	set_meters(bridge);
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
	while (bridge->reference.n_groups)
		flow_group_clear(&bridge->groups[--bridge->reference.n_groups]);
}

static const struct flow_group *find_group(const struct flow_program_env *env, uint32_t id)
{
	return reference_group(env->arg, id);
}

static uint32_t find_meter(const struct flow_program_env *env, uint32_t id)
{
	(void)env;
	return id;
}

static void add_flow(struct flow_bridge *bridge, const struct flow *flow)
{
	const struct flow_program_env env = {
		.group = find_group, .meter = find_meter, .arg = &bridge->reference};
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

static void add_group(struct flow_bridge *bridge, const char *line)
{
	struct error error = {};

	assert_true(bridge->reference.n_groups < FLOW_BRIDGE_GROUPS);
	if (flow_group_parse(&bridge->groups[bridge->reference.n_groups++], line, NULL, &error))
		fail_msg("%s: %s", line, error.text);
}

static void add_line(struct flow_bridge *bridge, const char *line)
{
	struct error error = {};
	struct flow_mod mod;

	if (!strncmp(line, "group_id=", 9)) {
		add_group(bridge, line);
		return;
	}
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
	munmap(bridge->memory, TEST_FLOW_LINES * sizeof(*bridge->memory));
	munmap(bridge->meters, XVS_METERS_MAX * sizeof(*bridge->meters));
}
