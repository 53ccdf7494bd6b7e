// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random flows and random frames: XDP and TC do what the reference says, to the octet. Many frames
 * differ from the one before in one octet or bit alone, whether flows look at it or not, so that a
 * decision that is wider than what it has read shows; and each comes twice, some a thousand times.
 *
 * XVS_SEED=N repeats a run.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tests/datapath/flow_bridge.h"
#include "tests/datapath/flow_normal.h"
#include "tests/datapath/flow_random.h"
#include "tests/datapath/flow_wire.h"

#define TABLES      400
#define MASK_TABLES 20
#define FRAMES      270  /* for each; some are TC's alone */
#define WAIT        2000 /* ms, for what will come */

/* A frame that comes in by a port, and what is to become of it. */
struct trial {
	struct flow_wire *wire;
	const struct flow_bridge *bridge;
	const char *flows;
	uint32_t port;
	struct reference_frame frame;
	struct reference_result result;
	bool for_tc; /* XDP may leave it to TC, for what NORMAL does with it */
	struct xvs_counters before[TEST_PORTS + 1];
	uint64_t drops;   /* of the expected reason */
	uint64_t plain;   /* for nothing but that no flow says otherwise */
	uint64_t refused; /* by ports that are down */
	uint64_t metered[REFERENCE_METERS + 1];
};

static unsigned int finished, passed; /* by XDP */
static unsigned int unfinished;       /* frames, of which only TC can have any */

static void hex(char *text, const struct reference_frame *frame)
{
	for (uint32_t i = 0; i < frame->len; i++)
		text += sprintf(text, "%02x", frame->octets[i]);
	*text = 0;
}

static void print_frame(const char *what, uint32_t port, const struct reference_frame *frame)
{
	static char text[2 * REFERENCE_FRAME_MAX + 1];

	hex(text, frame);
	fprintf(stderr, "%s, OpenFlow port %u: %s\n", what, flow_bridge_number(port), text);
	if (frame->offload.csum_start)
		fprintf(stderr, "with a checksum from %u on at %u, segments of %u (%u)\n",
			frame->offload.csum_start, frame->offload.csum_offset,
			frame->offload.gso_size, frame->offload.gso_type);
}

/* Says what was to happen, and ends the test. `got` may be NULL. */
static void mismatch(const struct trial *trial, const char *what, uint32_t port,
		     const struct reference_frame *got)
{
	fprintf(stderr, "%s", trial->flows);
	print_frame("in", trial->port, &trial->frame);
	if (trial->result.drop)
		fprintf(stderr, "to be dropped, reason %d\n", trial->result.drop);
	if (trial->bridge->reference.down)
		fprintf(stderr, "ports that are down: 0x%x\n", trial->bridge->reference.down);
	for (size_t i = 0; i < trial->result.count; i++)
		print_frame("to leave", flow_bridge_number(trial->result.output[i].port),
			    &trial->result.output[i].frame);
	if (got)
		print_frame("came out", port, got);
	fail_msg("%s", what);
}

static bool same_frame(const struct reference_frame *a, const struct reference_frame *b)
{
	return a->len == b->len && !memcmp(a->octets, b->octets, a->len) &&
	       !memcmp(&a->offload, &b->offload, sizeof(a->offload));
}

static uint64_t count_refused(const struct trial *trial)
{
	uint64_t sum = 0;

	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		sum += test_drops(trial->wire->test, port, XVS_DROP_OUT_DOWN);
	return sum;
}

static void note_counters(struct trial *trial)
{
	struct test *test = trial->wire->test;

	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		trial->before[port] = test_counters(test, port);
	trial->drops = test_drops(test, trial->port, trial->result.drop);
	trial->plain = test_drops(test, trial->port, XVS_DROP_FLOW_DROP);
	trial->refused = count_refused(trial);
	for (int i = 1; i <= REFERENCE_METERS; i++)
		trial->metered[i] = trial->bridge->meters[i].packets;
}

/* Has it been counted once where it came in, if a hook finished it, and if it was dropped, why? */
static bool counted_in(const struct trial *trial, bool by_hook)
{
	struct xvs_counters now = test_counters(trial->wire->test, trial->port);
	const struct xvs_counters *before = &trial->before[trial->port];
	uint64_t drops = test_drops(trial->wire->test, trial->port, trial->result.drop);
	uint64_t plain = test_drops(trial->wire->test, trial->port, XVS_DROP_FLOW_DROP);

	if (trial->result.drop != XVS_DROP_FLOW_DROP && plain != trial->plain)
		return false;
	return now.rx_packets - before->rx_packets == by_hook &&
	       now.rx_bytes - before->rx_bytes == (by_hook ? trial->frame.len : 0) &&
	       (drops != trial->drops) == (by_hook && trial->result.drop);
}

/* Has it come to the meters, and to ports that are down, as often as it was to? */
static bool counted_within(const struct trial *trial)
{
	const struct reference_result *result = &trial->result;

	for (int i = 1; i <= REFERENCE_METERS; i++) {
		uint64_t packets = trial->bridge->meters[i].packets - trial->metered[i];

		if (packets != (trial->bridge->meters[i].bands ? result->metered[i] : 0))
			return false;
	}
	return count_refused(trial) - trial->refused == result->refused;
}

/* The copies that leave by a port, all counted. */
static bool counted_out(const struct trial *trial, uint32_t port)
{
	struct xvs_counters now = test_counters(trial->wire->test, port);
	uint64_t packets = now.tx_packets - trial->before[port].tx_packets;
	uint64_t bytes = now.tx_bytes - trial->before[port].tx_bytes;

	for (size_t i = 0; i < trial->result.count; i++) {
		if (trial->result.output[i].port != flow_bridge_number(port))
			continue;
		packets--;
		bytes -= trial->result.output[i].frame.len;
	}
	return !packets && !bytes;
}

/* The type behind a tag, which may be that of another. */
static bool has_two_tags(const struct reference_frame *frame)
{
	const uint8_t *octets = frame->octets;
	const uint8_t tpids[2][2] = {{0x81, 0x00}, {0x88, 0xa8}};
	int tags = 0;

	for (uint32_t at = 12; at <= 16 && at + 2 <= frame->len; at += 4)
		tags += !memcmp(octets + at, tpids[0], 2) || !memcmp(octets + at, tpids[1], 2);
	return tags == 2;
}

/* May XDP leave it to TC: for what is done several times, and for more than one tag, perhaps of
 * what no port takes? */
static bool may_pass(const struct trial *trial)
{
	return trial->for_tc || trial->result.actions > 1 || trial->result.refused ||
	       has_two_tags(&trial->frame) ||
	       (trial->result.count && has_two_tags(&trial->result.output[0].frame));
}

static void try_xdp(struct trial *trial)
{
	const struct reference_result *result = &trial->result;
	static struct reference_frame out;
	int verdict;

	note_counters(trial);
	verdict = flow_wire_xdp(trial->wire, trial->port, &trial->frame, &out);
	if (verdict == XDP_PASS && may_pass(trial)) {
		passed++;
		if (!same_frame(&out, &trial->frame) || !counted_in(trial, false))
			mismatch(trial, "XDP left its traces", trial->port, &out);
		return;
	}
	finished++;
	if (verdict != (result->count ? XDP_REDIRECT : XDP_DROP))
		mismatch(trial, "XDP's verdict is another", trial->port, &out);
	if (!counted_in(trial, true) || !counted_within(trial))
		mismatch(trial, "XDP counts otherwise", trial->port, &out);
	if (result->count && !same_frame(&out, &result->output[0].frame))
		mismatch(trial, "XDP makes another frame of it", trial->port, &out);
	/* Copies to all ports are counted when they leave: not in a dry run. */
	if (result->count == 1 && !result->flooded &&
	    !counted_out(trial, flow_bridge_number(result->output[0].port)))
		mismatch(trial, "XDP sends it elsewhere", trial->port, &out);
}

static void wait_for_tc(const struct trial *trial)
{
	struct timespec pause = {.tv_nsec = 100000};

	for (int i = 0; i < WAIT * 10 && !counted_in(trial, true); i++)
		nanosleep(&pause, NULL);
	if (!counted_in(trial, true))
		mismatch(trial, "TC counts otherwise", trial->port, NULL);
}

static void try_tc(struct trial *trial)
{
	static struct reference_frame out;

	if (trial->frame.len < FLOW_WIRE_MIN)
		return;
	note_counters(trial);
	flow_wire_send(trial->wire, trial->port, &trial->frame);
	wait_for_tc(trial);
	for (size_t i = 0; i < trial->result.count; i++) {
		const struct reference_output *output = &trial->result.output[i];
		uint32_t port = flow_bridge_number(output->port);

		if (!flow_wire_receive(trial->wire, port, &out, WAIT))
			mismatch(trial, "TC lost a copy", port, NULL);
		if (!same_frame(&out, &output->frame))
			mismatch(trial, "TC makes another frame of it", port, &out);
	}
	if (!counted_within(trial))
		mismatch(trial, "TC counts otherwise what meters and ports stop", trial->port,
			 NULL);
	for (uint32_t port = 1; port <= TEST_PORTS; port++) {
		if (!counted_out(trial, port))
			mismatch(trial, "TC counts otherwise what leaves", port, NULL);
		if (flow_wire_receive(trial->wire, port, &out, 0))
			mismatch(trial, "TC sends a copy that nobody asked for", port, &out);
	}
}

/* The kernel finishes frames with two tags itself before a veth gets them. */
static bool finished_by_kernel(const struct reference_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		if (has_two_tags(&result->output[i].frame))
			return true;
	}
	return false;
}

static void try_frame(struct trial *trial, const struct reference_bridge *bridge, int times)
{
	uint16_t in_port = flow_bridge_number(trial->port);
	bool offload;

	reference_run(&trial->result, bridge, &trial->frame, in_port);
	trial->for_tc = trial->result.for_tc;
	trial->for_tc |= flow_normal_resolve(&trial->result, bridge, in_port);
	offload = trial->frame.offload.csum_start;
	if (offload && finished_by_kernel(&trial->result))
		return;
	unfinished += offload;
	for (int i = 0; i < times; i++) {
		/* Frames that came through XDP are finished. */
		if (!offload)
			try_xdp(trial);
		try_tc(trial);
	}
}

static void next_frame(struct reference_frame *frame)
{
	if (rand() % 16 == 0) {
		random_offload(frame);
		return;
	}
	if (frame->len && !frame->offload.csum_start && rand() % 2) {
		random_mutation(frame);
		return;
	}
	do
		random_frame(frame);
	while (frame->len < ETH_HLEN);
}

/* `meet`: nearly all IPv4 frames shall match a flow. */
static void try_flows(struct trial *trial, struct flow_bridge *bridge, int first_times, bool meet)
{
	flow_bridge_set(bridge, trial->flows);
	for (int frame = 0; frame < FRAMES; frame++) {
		trial->port = 1 + rand() % TEST_PORTS;
		next_frame(&trial->frame);
		if (meet)
			random_meeting(&trial->frame,
				       &bridge->flows[(size_t)rand() % bridge->reference.n_flows]);
		try_frame(trial, &bridge->reference, frame ? 2 : first_times);
	}
}

/* What is tried, and with what. */
static struct flow_bridge bridge;
static struct flow_wire wire;
static struct trial trial = {.wire = &wire, .bridge = &bridge};

static void open_all(struct test *test)
{
	flow_wire_open(&wire, test);
	flow_bridge_open(&bridge, test);
	flow_normal_stations(test);
}

static void close_all(struct text *text)
{
	text_free(text);
	flow_bridge_close(&bridge);
	flow_wire_close(&wire);
}

static void test_random(void **state)
{
	struct text text = TEXT_EMPTY;

	open_all(*state);
	for (int table = 0; table < TABLES; table++) {
		text_clear(&text);
		random_groups(&text);
		random_flows(&text);
		trial.flows = text_string(&text);
		/* A port or two, or none. */
		flow_bridge_down(&bridge, 1u << rand() % 8 | 1u << rand() % 8);
		try_flows(&trial, &bridge, table % 40 ? 2 : 1000, false);
	}
	print_message(
		"XDP finished %u frames and left %u to TC, which had %u that were unfinished\n",
		finished, passed, unfinished);
	assert_true(finished > passed);
	close_all(&text);
}

/* As many as there may be in a table: none is overlooked. */
static void test_most_masks(void **state)
{
	struct text text = TEXT_EMPTY;

	open_all(*state);
	for (int table = 0; table < MASK_TABLES; table++) {
		text_clear(&text);
		random_masks(&text, XVS_FLOW_SUBTABLES_MAX);
		trial.flows = text_string(&text);
		try_flows(&trial, &bridge, 2, true);
	}
	close_all(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_random, test_reset),
		cmocka_unit_test_setup(test_most_masks, test_reset),
	};
	const char *seed = getenv("XVS_SEED");
	unsigned int value = seed ? strtoul(seed, NULL, 0) : (unsigned int)time(NULL);

	print_message("XVS_SEED=%u\n", value);
	srand(value);
	test_devices();
	return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
