// SPDX-License-Identifier: BSD-2-Clause
/*
 * What frames cost, each kind as a ratio to a program that does a fixed amount of work, so that
 * another machine, or a busy one, gives nearly the same. The bounds are about one and a half times
 * what is to be expected: small losses are bench/'s to find, but a cache or a filter that does not
 * work any more is found here.
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include "db/text.h"
#include "tests/datapath/cost.h"
#include "tests/datapath/cost.skel.h"
#include "tests/datapath/flow_bridge.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define STATIONS     1000
#define REPEAT       40000
#define ROUNDS_MIN   5
#define ROUNDS_MAX   50 /* on a busy machine, until all are within their bounds */
#define SENDER       MAC(0xfffe)

enum frames {
	ANY,
	HIT,  /* each matches a flow */
	MISS, /* no flow but the last one */
};

/* Frames of a kind, and what they may cost. */
struct work {
	const char *name;
	bool flows; /* the program is that for bridges with flows */
	enum frames frames;
	uint32_t different; /* frames, that come in turn */
	uint32_t stations;  /* that they go to; 0: one */
	int verdict;
	double bound; /* times what the reference takes */
	struct cost_frame *made;
	uint32_t best; /* ns of a frame */
};

struct cost {
	struct test *test;
	struct cost_bpf *skel;
	struct flow_bridge bridge;
	unsigned int values; /* that octets of flows and frames have, a power of two */
	struct work reference;
};

static uint32_t random32(void)
{
	return (uint32_t)rand() << 16 ^ (uint32_t)rand();
}

static unsigned int random_octet(const struct cost *cost)
{
	return random32() % cost->values * (256 / cost->values);
}

static unsigned int random_octets(const struct cost *cost, int count)
{
	return count ? random_octets(cost, count - 1) << 8 | random_octet(cost) : 0;
}

static unsigned int random_address(const struct cost *cost)
{
	return 10 << 24 | random_octets(cost, 3);
}

static void add_address(struct text *text, const char *field, unsigned int address,
			unsigned int prefix)
{
	text_add(text, ",%s=10.%u.%u.%u/%u", field, address >> 16 & 255, address >> 8 & 255,
		 address & 255, prefix);
}

/* A flow on addresses of 10.0.0.0/8 and perhaps ports, by one of 128 masks. */
static void add_flow(const struct cost *cost, struct text *text, unsigned int mask)
{
	static const unsigned int prefixes[] = {32, 24, 20, 16};
	static const struct {
		const char *name;
		unsigned int sport, dport;
	} transports[] = {
		{"ip", 0, 0},       {"tcp", 0, 0},           {"tcp", 0, 0xffff},
		{"tcp", 0xffff, 0}, {"tcp", 0xffff, 0xffff}, {"udp", 0, 0xff00},
		{"udp", 0xff00, 0}, {"udp", 0xff00, 0xff00},
	};
	unsigned int transport = mask % 8, source = mask / 8 % 4, destination = mask / 32 % 4;
	unsigned int sport = transports[transport].sport, dport = transports[transport].dport;

	text_add(text, "priority=%u,%s", 100 + random32() % 4 * 100, transports[transport].name);
	add_address(text, "nw_src", random_address(cost), prefixes[source]);
	add_address(text, "nw_dst", random_address(cost), prefixes[destination]);
	if (sport)
		text_add(text, ",tp_src=%u/0x%x", random_octets(cost, 2) & sport, sport);
	if (dport)
		text_add(text, ",tp_dst=%u/0x%x", random_octets(cost, 2) & dport, dport);
	text_add(text, ",actions=output:2\n");
}

/*
 * Flows in so many masks, and one for all other frames. With few values, the flows of each mask
 * have all of them in all octets, so that no octet of a frame tells that a mask need not be tried.
 */
static void set_flows(struct cost *cost, unsigned int masks, unsigned int values, const char *first)
{
	struct text text = TEXT_EMPTY;

	cost->values = values;
	text_add(&text, "%spriority=0,actions=normal\n", first);
	for (unsigned int i = 0; i < FLOW_BRIDGE_FLOWS - 2; i++)
		add_flow(cost, &text, i % masks);
	flow_bridge_set(&cost->bridge, text_string(&text));
	text_free(&text);
}

/* The key of a TCP or UDP frame of a connection within 10.0.0.0/8. */
static void random_key(const struct cost *cost, struct xvs_flow_key *key)
{
	key->word[0] = (uint64_t)flow_bridge_number(1) << 48 | 0x0800 << 16 |
		       (random32() % 2 ? 6 : 17) << 8;
	key->word[1] = (uint64_t)random_address(cost) << 32 | random_address(cost);
	key->word[2] = (uint64_t)random_octets(cost, 4) << 32;
}

static bool matches(const struct flow *flow, const struct xvs_flow_key *key)
{
	for (int i = 0; i < XVS_FLOW_FIXED; i++) {
		if ((key->word[i] ^ flow->match.value.word[i]) & flow->match.mask.word[i])
			return false;
	}
	return true;
}

static bool matches_any(const struct cost *cost, const struct xvs_flow_key *key)
{
	const struct reference_bridge *bridge = &cost->bridge.reference;

	for (size_t i = 0; i < bridge->n_flows; i++) {
		if (bridge->flows[i].priority && matches(&bridge->flows[i], key))
			return true;
	}
	return false;
}

/* The key of a frame that matches a flow in all that it asks. */
static void meet(struct xvs_flow_key *key, const struct flow *flow)
{
	for (int i = 0; i < XVS_FLOW_FIXED; i++)
		key->word[i] =
			(key->word[i] & ~flow->match.mask.word[i]) | flow->match.value.word[i];
}

static void make_frame(struct cost_frame *frame, const struct xvs_flow_key *key, uint32_t station)
{
	*frame = (struct cost_frame){
		.station = htons((uint16_t)station),
		.protocol = htons((uint16_t)(key->word[0] & 0xff00)),
		.saddr = htonl((uint32_t)(key->word[1] >> 32)),
		.daddr = htonl((uint32_t)key->word[1]),
		.sport = htons((uint16_t)(key->word[2] >> 48)),
		.dport = htons((uint16_t)(key->word[2] >> 32)),
	};
}

static void make_frames(const struct cost *cost, struct work *work)
{
	const struct reference_bridge *bridge = &cost->bridge.reference;

	assert_true(work->different <= COST_FRAMES);
	work->made = calloc(work->different, sizeof(*work->made));
	assert_non_null(work->made);
	for (uint32_t i = 0; i < work->different; i++) {
		struct xvs_flow_key key;

		do
			random_key(cost, &key);
		while (work->frames == MISS && matches_any(cost, &key));
		/* The first flow is not one that add_flow() has made, and the last need not be. */
		if (work->frames == HIT)
			meet(&key, &bridge->flows[bridge->n_flows - 1 - i % (bridge->n_flows - 2)]);
		make_frame(&work->made[i], &key, work->stations ? random32() % work->stations : 0);
	}
}

/* An IPv4 header on whose total length all else follows; vary() fills in the rest. */
static const uint8_t head[ETH_ZLEN] = {0x02, [6] = 0x02, [10] = 0xff, 0xfe,      0x08,
				       0x00, 0x45,       [17] = 46,   [22] = 64, [46] = 0x50};

/* Runs a program on frames that differ; returns how many ns each has taken. */
static uint32_t run(struct cost *cost, const struct bpf_program *program, int verdict)
{
	struct xdp_md context = {.data_end = sizeof(head), .ingress_ifindex = test_ifindex(1)};
	uint8_t in[sizeof(head)], out[sizeof(head)];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = sizeof(in),
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = REPEAT);
	int fd = bpf_program__fd(program);
	uint32_t zero = 0;

	memcpy(in, head, sizeof(in));
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(cost->skel->maps.measured), &zero, &fd, 0),
			 0);
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(cost->skel->progs.vary), &opts), 0);
	assert_int_equal(opts.retval, verdict);
	return opts.duration;
}

/* The reference, or what is held against it. */
static void measure(struct cost *cost, struct work *work, const struct bpf_program *program,
		    int verdict)
{
	uint32_t ns;

	memcpy(cost->skel->bss->frames, work->made, work->different * sizeof(*work->made));
	cost->skel->bss->turn = 0;
	cost->skel->bss->turns = work->different;
	ns = run(cost, program, verdict);
	if (!work->best || ns < work->best)
		work->best = ns;
}

static void measure_all(struct cost *cost, struct work *works, size_t n)
{
	const struct xvswitch_bpf *skel = cost->test->skel;

	measure(cost, &cost->reference, cost->skel->progs.reference, XDP_DROP);
	for (size_t i = 0; i < n; i++)
		measure(cost, &works[i],
			works[i].flows ? skel->progs.xvs_xdp_flow : skel->progs.xvs_xdp,
			works[i].verdict);
}

static double ratio(const struct work *work, const struct work *reference)
{
	return (double)work->best / reference->best;
}

static bool within_bounds(const struct work *reference, const struct work *works, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ratio(&works[i], reference) > works[i].bound)
			return false;
	}
	return true;
}

static void report(const struct work *reference, const struct work *works, size_t n)
{
	print_message("%-40s %4u ns\n", "reference", reference->best);
	for (size_t i = 0; i < n; i++)
		print_message("%-40s %4u ns %5.2f, at most %.2f\n", works[i].name, works[i].best,
			      ratio(&works[i], reference), works[i].bound);
}

/* Measures in turn until nothing costs too much: what is disturbed once is not the next time. */
static void check_costs(struct cost *cost, struct work *works, size_t n)
{
	struct work *reference = &cost->reference;

	reference->best = 0;
	for (size_t i = 0; i < n; i++)
		make_frames(cost, &works[i]);
	for (int round = 0; round < ROUNDS_MAX; round++) {
		measure_all(cost, works, n);
		if (round >= ROUNDS_MIN && within_bounds(reference, works, n))
			break;
	}
	report(reference, works, n);
	assert_true(within_bounds(reference, works, n));
	for (size_t i = 0; i < n; i++)
		free(works[i].made);
}

static void test_frames(void **state)
{
	struct work works[] = {
		{.name = "one station", .different = 1, .verdict = XDP_REDIRECT, .bound = 0.95},
		{.name = "1,000 stations",
		 .different = STATIONS,
		 .stations = STATIONS,
		 .verdict = XDP_REDIRECT,
		 .bound = 1.25},
	};

	check_costs(*state, works, COUNT(works));
}

/* Most masks need not be tried. */
static void test_flows(void **state)
{
	struct work works[] = {
		{.name = "32 masks, 1,000 connections",
		 .flows = true,
		 .frames = HIT,
		 .different = 1000,
		 .verdict = XDP_REDIRECT,
		 .bound = 3},
		{.name = "32 masks, none matches",
		 .flows = true,
		 .frames = MISS,
		 .different = COST_FRAMES,
		 .verdict = XDP_REDIRECT,
		 .bound = 4.2},
	};

	set_flows(*state, 32, 256, "");
	check_costs(*state, works, COUNT(works));
}

static void test_flows_alike(void **state)
{
	struct work works[] = {
		{.name = "32 masks alike, one connection",
		 .flows = true,
		 .frames = HIT,
		 .different = 1,
		 .verdict = XDP_REDIRECT,
		 .bound = 1.8},
		{.name = "32 masks alike, 1,000 connections",
		 .flows = true,
		 .frames = HIT,
		 .different = 1000,
		 .verdict = XDP_REDIRECT,
		 .bound = 2.9},
	};

	set_flows(*state, 32, 4, "");
	check_costs(*state, works, COUNT(works));
}

/* As many masks as there may be, and each is tried. */
static void test_most_masks(void **state)
{
	struct work works[] = {
		{.name = "128 masks alike, none matches",
		 .flows = true,
		 .frames = MISS,
		 .different = COST_FRAMES,
		 .verdict = XDP_REDIRECT,
		 .bound = 14.5},
	};

	set_flows(*state, XVS_FLOW_SUBTABLES_MAX - 1, 4, "");
	check_costs(*state, works, COUNT(works));
}

/* The first mask has the answer: the others are not tried. */
static void test_first_mask(void **state)
{
	struct work works[] = {
		{.name = "128 masks alike, the first matches",
		 .flows = true,
		 .different = COST_FRAMES,
		 .verdict = XDP_REDIRECT,
		 .bound = 5.4},
	};

	set_flows(*state, XVS_FLOW_SUBTABLES_MAX - 2, 4,
		  "priority=1000,ip,nw_dst=10.0.0.0/8,actions=output:2\n");
	check_costs(*state, works, COUNT(works));
}

static void test_first_drop(void **state)
{
	struct work works[] = {
		{.name = "32 masks, the first drops",
		 .flows = true,
		 .different = COST_FRAMES,
		 .verdict = XDP_DROP,
		 .bound = 1.6},
	};

	set_flows(*state, 32, 256, "priority=1000,ip,nw_dst=10.0.0.0/8,actions=drop\n");
	check_costs(*state, works, COUNT(works));
}

/* A station in one of its two buckets. */
static void add_station(struct test *test, uint64_t mac, uint32_t forward)
{
	uint64_t key = xvs_fdb_key(mac, 0), hash = xvs_fdb_hash(key, TEST_BRIDGE);

	for (int place = 0; place < 2 * XVS_FDB_SLOTS; place++) {
		int which = place / XVS_FDB_SLOTS, slot = place % XVS_FDB_SLOTS;
		uint32_t bucket = xvs_fdb_bucket_of(hash, which, XVS_FDB_BUCKETS_MIN - 1);

		if (test->fdb[bucket].slot[slot].key)
			continue;
		test_fdb(test, key, which, slot, forward);
		return;
	}
	fail_msg("no place for a station");
}

static void fill_reference(const struct cost *cost)
{
	for (uint64_t key = 0; key < COST_ENTRIES; key++)
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(cost->skel->maps.values), &key,
						     &key, BPF_ANY),
				 0);
}

/* The flow cache is each CPU's own. */
static void stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	assert_int_equal(sched_setaffinity(0, sizeof(here), &here), 0);
}

static int setup(void **state)
{
	static struct cost cost;

	test_setup(state);
	cost.test = *state;
	test_reset(state);
	stay_here();
	add_station(cost.test, SENDER, TEST_TO(1) | XVS_FORWARD_STATIC);
	for (uint64_t i = 0; i < STATIONS; i++)
		add_station(cost.test, MAC(i), TEST_TO(2) | XVS_FORWARD_STATIC);
	cost.skel = cost_bpf__open_and_load();
	assert_non_null(cost.skel);
	fill_reference(&cost);
	flow_bridge_open(&cost.bridge, cost.test);
	cost.values = 256;
	cost.reference = (struct work){.different = STATIONS, .stations = STATIONS};
	make_frames(&cost, &cost.reference);
	*state = &cost;
	return 0;
}

static int teardown(void **state)
{
	struct cost *cost = *state;

	free(cost->reference.made);
	flow_bridge_close(&cost->bridge);
	cost_bpf__destroy(cost->skel);
	*state = cost->test;
	return test_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),      cmocka_unit_test(test_flows),
		cmocka_unit_test(test_flows_alike), cmocka_unit_test(test_most_masks),
		cmocka_unit_test(test_first_mask),  cmocka_unit_test(test_first_drop),
	};

	test_devices();
	return cmocka_run_group_tests(tests, setup, teardown);
}
