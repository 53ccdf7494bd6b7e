// SPDX-License-Identifier: BSD-2-Clause
/*
 * The reference itself, before others are held against it: what flows do to a few frames, written
 * out by hand, and that no rewriting makes a checksum right or wrong that was not. That it finds
 * the same in frames as Open vSwitch, tests/system/test_flow_oracle.py shows.
 *
 * XVS_SEED=N repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "switchd/flow_text.h"
#include "tests/datapath/flow_random.h"
#include "tests/datapath/flow_reference.h"

#define FLOWS_MAX 256

static const uint16_t ports[] = {1, 2, 3, 4};
static struct flow flows[FLOWS_MAX];
static struct flow_group groups[RANDOM_GROUPS];
static struct reference_bridge bridge = {.flows = flows,
					 .groups = groups,
					 .ports = ports,
					 .n_ports = sizeof(ports) / sizeof(*ports)};

static void add_line(const char *line)
{
	struct error error = {};
	struct flow_mod mod;
	int err;

	if (!strncmp(line, "group_id=", 9)) {
		assert_true(bridge.n_groups < RANDOM_GROUPS);
		err = flow_group_parse(&groups[bridge.n_groups++], line, NULL, &error);
	} else {
		assert_true(bridge.n_flows < FLOWS_MAX);
		err = flow_mod_parse(&mod, line, FLOW_ADD, false, NULL, &error);
		flows[bridge.n_flows++] = mod.flow;
	}
	if (err)
		fail_msg("%s: %s", line, error.text);
}

static void set_flows(const char *text)
{
	char *copy = strdup(text), *rest;

	assert_non_null(copy);
	while (bridge.n_flows)
		flow_clear(&flows[--bridge.n_flows]);
	while (bridge.n_groups)
		flow_group_clear(&groups[--bridge.n_groups]);
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		add_line(line);
	free(copy);
}

static void read_frame(struct reference_frame *frame, const char *text)
{
	unsigned int octet;

	for (frame->len = 0; sscanf(text, "%2x", &octet) == 1; text += 2)
		frame->octets[frame->len++] = octet;
}

/* clang-format off */
#define HEADER "020000000002" "020000000001"

/* UDP from 10.0.0.1:80 to 10.0.0.2:53: the IPv4 header from its TTL on, and what is behind it. */
#define IP(fragment, rest) "080045000020" "0000" fragment rest
#define UDP		   IP("4000", "401126cb" "0a0000010a000002" "00500035000ce74801020304")
#define NO_CHECKSUM	   IP("4000", "401126cb" "0a0000010a000002" "00500035000c000001020304")

static const struct {
	const char *flows;
	const char *in;    /* by port 1 */
	const char *out[4]; /* port and frame */
	enum xvs_drop drop;
} cases[] = {
	{"actions=output:2", HEADER UDP, {"2" HEADER UDP}, 0},
	{"actions=output:1", HEADER UDP, {}, XVS_DROP_FLOW_DROP},
	{"actions=drop", HEADER UDP, {}, XVS_DROP_FLOW_DROP},
	{"actions=in_port", HEADER UDP, {"1" HEADER UDP}, 0},
	{"actions=all", HEADER UDP, {"2" HEADER UDP, "3" HEADER UDP, "4" HEADER UDP}, 0},
	{"tcp,actions=output:2", HEADER UDP, {}, XVS_DROP_FLOW_MISS},
	{"udp,tp_dst=53,actions=output:3\npriority=1,actions=output:2", HEADER UDP, {"3" HEADER UDP}, 0},
	{"udp,actions=mod_nw_dst:10.0.0.9,output:2", HEADER UDP,
	 {"2" HEADER IP("4000", "401126c4" "0a0000010a000009" "00500035000ce74101020304")}, 0},
	{"udp,actions=mod_nw_dst:10.0.0.9,output:2", HEADER NO_CHECKSUM,
	 {"2" HEADER IP("4000", "401126c4" "0a0000010a000009" "00500035000c000001020304")}, 0},
	{"udp,actions=mod_tp_dst:5353,output:2", HEADER UDP,
	 {"2" HEADER IP("4000", "401126cb" "0a0000010a000002" "005014e9000cd29401020304")}, 0},
	/* The first fragment's ports are there, though no flow sees them. */
	{"udp,tp_src=0,actions=mod_tp_src:8080,output:2",
	 HEADER IP("2000", "401146cb" "0a0000010a000002" "00500035000ce74801020304"),
	 {"2" HEADER IP("2000", "401146cb" "0a0000010a000002" "1f900035000cc80801020304")}, 0},
	{"ip,actions=dec_ttl,output:2", HEADER UDP,
	 {"2" HEADER IP("4000", "3f1127cb" "0a0000010a000002" "00500035000ce74801020304")}, 0},
	{"ip,actions=mod_nw_ttl:1,dec_ttl,output:2", HEADER UDP, {}, XVS_DROP_FLOW_TTL},
	{"actions=mod_vlan_vid:5,output:2", HEADER UDP, {"2" HEADER "81000005" UDP}, 0},
	{"actions=mod_vlan_vid:5,output:2", HEADER "88a8b007" UDP, {"2" HEADER "88a8b005" UDP}, 0},
	{"actions=strip_vlan,output:2", HEADER "8100b007" UDP, {"2" HEADER UDP}, 0},
	{"actions=strip_vlan,output:2", HEADER "8100b0078100c009" UDP, {"2" HEADER "8100c009" UDP}, 0},
	{"actions=push_vlan:0x88a8,output:2,pop_vlan,output:3", HEADER "8100b007" UDP,
	 {"2" HEADER "88a800008100b007" UDP, "3" HEADER "8100b007" UDP}, 0},
	{"actions=clone(mod_dl_src:0e:00:00:00:00:07,output:2),output:3", HEADER UDP,
	 {"2" "020000000002" "0e0000000007" UDP, "3" HEADER UDP}, 0},
	{"table=0,actions=load:7->NXM_NX_REG0[],resubmit(2,1),output:4\n"
	 "table=1,in_port=2,reg0=7,actions=output:3,goto_table:2\ntable=2,in_port=1,actions=output:2",
	 HEADER UDP, {"3" HEADER UDP, "2" HEADER UDP, "4" HEADER UDP}, 0},
	{"group_id=1,type=all,bucket=strip_vlan,output:2,bucket=output:3\nactions=group:1,output:4",
	 HEADER "8100b007" UDP, {"2" HEADER UDP, "3" HEADER "8100b007" UDP, "4" HEADER "8100b007" UDP}, 0},
	/* There is no port 5. */
	{"group_id=1,type=ff,bucket=watch_port:5,output:3,"
	 "bucket=watch_port:2,output:2\nactions=group:1", HEADER UDP, {"2" HEADER UDP}, 0},
	{"group_id=1,type=select,bucket=weight:0,output:3,bucket=watch_port:5,output:3,"
	 "bucket=weight:1,output:2\nactions=group:1", HEADER UDP, {"2" HEADER UDP}, 0},
	{"group_id=1,type=ff,bucket=watch_port:5,output:3\n"
	 "group_id=2,type=ff,bucket=watch_group:1,output:3\nactions=group:2,output:2",
	 HEADER UDP, {"2" HEADER UDP}, 0},
	/* No TCP, no change; meter 2 lets nothing pass. */
	{"group_id=1,type=indirect,bucket=set_field:80->tcp_dst,output:2\nactions=meter:1,group:1",
	 HEADER UDP, {"2" HEADER UDP}, 0},
	{"table=1,actions=meter:2,output:2\nactions=output:3,resubmit(,1),output:2",
	 HEADER UDP, {"3" HEADER UDP}, XVS_DROP_METER},
	/* Nor is there one in a set of actions. */
	{"group_id=1,type=indirect,bucket=meter:2,output:2\nactions=group:1", HEADER UDP,
	 {"2" HEADER UDP}, 0},
	{"actions=output:2", HEADER, {}, XVS_DROP_RUNT},
	{"actions=output:2", HEADER "81000005", {}, XVS_DROP_RUNT},
};
/* clang-format on */

static void test_cases(void **state)
{
	static struct reference_result result;
	static struct reference_frame frame;
	size_t count;

	(void)state;
	bridge.closed = 1 << 2;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		set_flows(cases[i].flows);
		read_frame(&frame, cases[i].in);
		reference_run(&result, &bridge, &frame, 1);
		assert_int_equal(result.drop, cases[i].drop);
		for (count = 0; count < 4 && cases[i].out[count]; count++) {
			assert_true(count < result.count);
			read_frame(&frame, cases[i].out[count] + 1);
			assert_int_equal(result.output[count].port, cases[i].out[count][0] - '0');
			assert_int_equal(result.output[count].frame.len, frame.len);
			assert_memory_equal(result.output[count].frame.octets, frame.octets,
					    frame.len);
		}
		assert_int_equal(result.count, count);
	}
}

/* Exchanges so many octets with those behind them. */
static void turn(struct reference_frame *frame, uint32_t at, uint32_t len)
{
	for (uint32_t i = at; i < at + len; i++) {
		uint8_t octet = frame->octets[i];

		frame->octets[i] = frame->octets[i + len];
		frame->octets[i + len] = octet;
	}
}

/* Buckets are chosen by what both directions of a connection have in common, and by all of it. */
static void test_choices(void **state)
{
	const struct flow_bucket *bucket, *last = NULL;
	static struct reference_frame frame;
	struct reference_headers headers;
	int others = 0;

	(void)state;
	set_flows("group_id=1,type=select,bucket=output:1,bucket=output:2,bucket=output:3");
	for (int port = 0; port < 200; port++, last = bucket) {
		read_frame(&frame, HEADER UDP);
		frame.octets[35] = port;
		reference_parse(&headers, &frame, 1, true);
		bucket = reference_bucket(&bridge, groups, &headers.key);
		others += bucket != last;
		turn(&frame, 0, 6);
		turn(&frame, 26, 4);
		turn(&frame, 34, 2);
		reference_parse(&headers, &frame, 2, true);
		assert_ptr_equal(reference_bucket(&bridge, groups, &headers.key), bucket);
	}
	assert_in_range(others, 80, 180);
	set_flows("");
}

static uint32_t add_words(uint32_t sum, const uint8_t *octets, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		sum += octets[i] << (i % 2 ? 0 : 8);
	return sum;
}

/* By how much the IPv4 header's checksum is wrong; 0: it is right. */
static uint32_t header_error(const struct reference_frame *frame, uint32_t l3)
{
	return add_words(0, frame->octets + l3, (frame->octets[l3] & 0x0f) * 4) % 0xffff;
}

/* The same of the transport header's, but for what is not in the frame or never changes. */
static uint32_t transport_error(const struct reference_frame *frame,
				const struct reference_headers *headers, uint32_t l3, uint32_t l4)
{
	bool ipv4 = (headers->key.word[0] >> 16 & 0xffff) == 0x0800;
	uint32_t addresses = ipv4 ? 8 : headers->routed ? 16 : 32;
	uint32_t sum = add_words(0, frame->octets + l3 + (ipv4 ? 12 : 8), addresses);

	return add_words(sum, frame->octets + l4, frame->len - l4) % 0xffff;
}

static bool has_checksum(const struct reference_frame *frame,
			 const struct reference_headers *headers)
{
	uint8_t protocol = headers->key.word[0] >> 8 & 0xff;
	const uint8_t *udp = frame->octets + headers->l4;

	if (protocol == 17)
		return headers->l4 && (udp[6] || udp[7]);
	return headers->l4 && (protocol == 6 || protocol == 58);
}

static void check_errors(const struct reference_frame *in, const struct reference_frame *out,
			 const struct reference_headers *headers)
{
	uint32_t moved = out->len - in->len, l3 = headers->l3 + moved, l4 = headers->l4 + moved;
	uint32_t type = headers->key.word[0] >> 16 & 0xffff;

	if (!headers->l3 || (type != 0x0800 && type != 0x86dd))
		return;
	if (type == 0x0800)
		assert_int_equal(header_error(out, l3), header_error(in, headers->l3));
	if (has_checksum(in, headers))
		assert_int_equal(transport_error(out, headers, l3, l4),
				 transport_error(in, headers, headers->l3, headers->l4));
}

static void test_checksums(void **state)
{
	static struct reference_result result;
	static struct reference_frame frame;
	struct reference_headers headers;
	struct text text = TEXT_EMPTY;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		if (i % 500 == 0) {
			text_clear(&text);
			random_groups(&text);
			random_flows(&text);
			set_flows(text_string(&text));
		}
		random_frame(&frame);
		reference_parse(&headers, &frame, 1, reference_needs_l3(&bridge));
		reference_run(&result, &bridge, &frame, 1);
		for (size_t j = 0; j < result.count; j++)
			check_errors(&frame, &result.output[j].frame, &headers);
	}
	set_flows("");
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_checksums),
	};
	const char *seed = getenv("XVS_SEED");
	unsigned int value = seed ? strtoul(seed, NULL, 0) : (unsigned int)time(NULL);

	print_message("XVS_SEED=%u\n", value);
	srand(value);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
