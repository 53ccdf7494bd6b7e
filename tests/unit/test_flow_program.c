/* SPDX-License-Identifier: BSD-2-Clause */
/* What is made of actions for the data path. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_match.h"
#include "switchd/flow_program.h"

static const char *const names[XVS_FLOW_OPS] = {
	[XVS_FLOW_OP_END] = "END",           [XVS_FLOW_OP_PROGRAM] = "PROGRAM",
	[XVS_FLOW_OP_OUTPUT] = "OUTPUT",     [XVS_FLOW_OP_IN_PORT] = "IN_PORT",
	[XVS_FLOW_OP_NORMAL] = "NORMAL",     [XVS_FLOW_OP_FLOOD] = "FLOOD",
	[XVS_FLOW_OP_ALL] = "ALL",           [XVS_FLOW_OP_CONTROLLER] = "CONTROLLER",
	[XVS_FLOW_OP_SET] = "SET",           [XVS_FLOW_OP_MOVE] = "MOVE",
	[XVS_FLOW_OP_DEC_TTL] = "DEC_TTL",   [XVS_FLOW_OP_PUSH_VLAN] = "PUSH_VLAN",
	[XVS_FLOW_OP_POP_VLAN] = "POP_VLAN", [XVS_FLOW_OP_TABLE] = "TABLE",
	[XVS_FLOW_OP_METER] = "METER",       [XVS_FLOW_OP_CLONE] = "CLONE",
	[XVS_FLOW_OP_SELECT] = "SELECT",     [XVS_FLOW_OP_UNLESS_UP] = "UNLESS_UP",
	[XVS_FLOW_OP_SKIP] = "SKIP",         [XVS_FLOW_OP_COUNT] = "COUNT",
};

/* Groups by number, and what else actions find. */
static const struct {
	uint32_t id;
	const char *text;
} group_texts[] = {
	{1, "group_id=1,type=all,bucket=output:1,bucket=mod_dl_src:02:00:00:00:00:01,output:2"},
	{2, "group_id=2,type=indirect,bucket=output:3"},
	{3, "group_id=3,type=select,bucket=weight:2,output:1,bucket=output:2,bucket=weight:0,"
	    "output:3"},
	{4, "group_id=4,type=ff,bucket=watch_port:1,output:1,bucket=watch_port:2,output:2"},
	{5, "group_id=5,type=select,bucket=watch_port:1,output:1,bucket=watch_port:2,output:2,"
	    "bucket=watch_port:3,output:3"},
	{6, "group_id=6,type=all,bucket=group:7"},
	{7, "group_id=7,type=all,bucket=output:1,group:6"},
	{8, "group_id=8,type=ff,bucket=watch_group:4,output:7,bucket=watch_port:9,output:9"},
	{9, "group_id=9,type=select,bucket=watch_port:1,output:1,bucket=output:2,"
	    "bucket=watch_port:3,output:3"},
	{10, "group_id=10,type=all,bucket=set_field:80->tcp_src,mod_tp_dst:81,mod_nw_src:1.2.3.4,"
	     "load:3->OXM_OF_VLAN_PCP[],set_field:1.2.3.4->arp_spa,output:1"},
	{11, "group_id=11,type=all"},
	{12, "group_id=12,type=select,bucket=weight:0,output:1"},
	{13, "group_id=13,type=ff,bucket=watch_group:13,output:1"},
	{14, "group_id=14,type=ff,bucket=watch_group:11,output:1,bucket=watch_port:2,output:2"},
	{15, "group_id=15,type=select,bucket=weight:3,watch_port:1,output:1,"
	     "bucket=weight:2,watch_group:4,output:2,bucket=output:3"},
	{16, "group_id=16,type=all,bucket=set_field:3->vlan_pcp,output:1"},
	{17, "group_id=17,type=all,bucket=output:1,mod_dl_src:02:00:00:00:00:01,dec_ttl,"
	     "push_vlan:0x8100,clone(output:3),push_vlan:0x88a8,load:1->NXM_NX_REG0[],pop_vlan,"
	     "output:2,resubmit(,9),note:01"},
	{18, "group_id=18,type=all,bucket=output:1,group:2,output:2,bucket=dec_ttl,"
	     "bucket=resubmit(,8),resubmit(,9),bucket=output:1,controller,"
	     "bucket=output:1,controller(reason=no_match)"},
	{19, "group_id=19,type=all,bucket=move:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[],"
	     "move:NXM_OF_TCP_DST[]->NXM_NX_REG0[0..15],output:1"},
	{20, "group_id=20,type=all,bucket=group:21"},
	{21, "group_id=21,type=all,bucket=group:22"},
	{22, "group_id=22,type=all,bucket=group:23"},
	{23, "group_id=23,type=all,bucket=group:24"},
	{24, "group_id=24,type=all,bucket=group:25"},
	{25, "group_id=25,type=all,bucket=group:26"},
	{26, "group_id=26,type=all,bucket=group:27"},
	{27, "group_id=27,type=all,bucket=group:28"},
	{28, "group_id=28,type=all,bucket=output:1"},
};

#define N_GROUPS (sizeof(group_texts) / sizeof(group_texts[0]))

static struct flow_group groups[N_GROUPS];

static int make_groups(void **state)
{
	struct error error;

	(void)state;
	for (size_t i = 0; i < N_GROUPS; i++)
		if (flow_group_parse(&groups[i], group_texts[i].text, NULL, &error))
			fail_msg("%s: %s", group_texts[i].text, error.text);
	return 0;
}

static int free_groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_GROUPS; i++)
		flow_group_clear(&groups[i]);
	return 0;
}

static const struct flow_group *find_group(const struct flow_program_env *env, uint32_t id)
{
	(void)env;
	for (size_t i = 0; i < N_GROUPS; i++)
		if (groups[i].id == id)
			return &groups[i];
	return NULL;
}

static uint32_t find_meter(const struct flow_program_env *env, uint32_t id)
{
	(void)env;
	return id == 5 ? 17 : 0;
}

static const struct flow_program_env env = {find_group, find_meter, NULL};

static struct flow_action *parse(const char *match, const char *text)
{
	struct flow_action *actions;
	struct flow_match parsed;
	struct error error;

	if (flow_match_parse(&parsed, match, NULL, &error))
		fail_msg("%s: %s", match, error.text);
	if (flow_actions_parse(text, &parsed, 3, NULL, &actions, &error))
		fail_msg("%s: %s", text, error.text);
	return actions;
}

static struct flow_program make(const char *match, const char *text)
{
	struct flow_action *actions = parse(match, text);
	struct flow_program program;
	struct error error;

	if (flow_program_make(&program, actions, 3, &env, &error))
		fail_msg("%s: %s", text, error.text);
	flow_actions_free(actions);
	return program;
}

static void expect_error(const char *text, int expected, const char *sentence)
{
	struct flow_action *actions = parse("", text);
	struct flow_program program;
	struct error error;

	assert_int_equal(flow_program_make(&program, actions, 3, &env, &error), expected);
	assert_string_equal(error.text, sentence);
	assert_null(program.words);
	flow_actions_free(actions);
}

static void print_instruction(struct text *text, const uint64_t *words)
{
	unsigned int op = words[0] & 0xff, a = words[0] >> 8 & 0xff, b = words[0] >> 16 & 0xffff;
	unsigned int c = (unsigned int)(words[0] >> 32);

	assert_true(op < XVS_FLOW_OPS);
	text_add(text, "%s%s", text->length ? "; " : "", names[op]);
	if (op == XVS_FLOW_OP_SET)
		text_add(text, " %u if %u %" PRIx64 "/%" PRIx64, a, b, words[2], words[1]);
	else if (op == XVS_FLOW_OP_MOVE)
		text_add(text, " %u.%u %u.%u %u", a, c & 63, b, c >> 8 & 63, c >> 16 & 0x7f);
	else if (a || b || c)
		text_add(text, " %u %u %u", a, b, c);
	if (op == XVS_FLOW_OP_MOVE && c >> 24)
		text_add(text, " if %u %u", c >> 24 & 15, c >> 28);
}

/* What is behind a SELECT: the places of lists, their weights, and the ports that they are live
 * with, after an "or" if another one will do. */
static size_t print_select(struct text *text, const uint64_t *words)
{
	size_t n = words[0] >> 32;

	for (size_t i = 1; i <= n + 1; i++) {
		unsigned int port = (unsigned int)(words[i] >> 48);

		text_add(text, " (%u %u", (unsigned int)(words[i] >> 32 & 0xffff),
			 (unsigned int)(words[i] >> 16 & 0xffff));
		if (port && port != XVS_OFPP_NONE)
			text_add(text, " %s%u", words[i] >> 8 & 0xff ? "or " : "", port);
		text_add(text, ")");
	}
	return n + 1;
}

static void expect_program(const char *match, const char *actions, const char *expected)
{
	struct flow_program program = make(match, actions);
	struct text text = TEXT_EMPTY;

	for (size_t at = 0; at < program.count; at++) {
		unsigned int op = program.words[at] & 0xff;

		print_instruction(&text, program.words + at);
		if (op == XVS_FLOW_OP_SET)
			at += 2;
		if (op == XVS_FLOW_OP_SELECT)
			at += print_select(&text, program.words + at);
	}
	if (strcmp(text_string(&text), expected))
		fail_msg("%s: %s, not %s", actions, text_string(&text), expected);
	text_free(&text);
	flow_program_free(&program);
}

/* clang-format off */
static const struct {
	const char *match, *actions, *program;
} rows[] = {
	{"", "drop", "END"},
	{"", "note:01.02", "END"},
	{"", "output:1", "OUTPUT 0 1 0; END"},
	{"", "NORMAL", "NORMAL; END"},
	{"", "1,LOCAL,IN_PORT,ALL,FLOOD",
	 "OUTPUT 0 1 0; OUTPUT 0 65534 0; IN_PORT; ALL; FLOOD; END"},
	{"", "controller", "CONTROLLER; END"},
	{"", "output:65533", "CONTROLLER; END"},
	{"", "resubmit(,2)", "TABLE 2 65528 0; END"},
	{"", "resubmit(4,2)", "TABLE 2 4 0; END"},
	{"", "resubmit:4", "TABLE 3 4 0; END"},
	{"", "goto_table:7", "TABLE 7 65528 0; END"},
	{"", "meter:5,output:1", "METER 0 0 17; OUTPUT 0 1 0; END"},
	{"", "dec_ttl,push_vlan:0x88a8,pop_vlan", "DEC_TTL; PUSH_VLAN 0 0 34984; POP_VLAN; END"},
	{"", "write_metadata:0x15/0xf", "SET 5 if 0 5/f; END"},
	/* fields */
	{"", "mod_dl_src:02:00:00:00:00:01", "SET 4 if 0 20000000001/ffffffffffff; END"},
	{"", "set_field:02:00:00:00:00:01->eth_dst", "SET 3 if 0 20000000001/ffffffffffff; END"},
	{"", "load:5->NXM_NX_REG0[4..7]", "SET 6 if 0 5000000000/f000000000; END"},
	{"", "set_field:0x10/0xff->reg1", "SET 6 if 0 10/ff; END"},
	{"ip", "mod_nw_src:1.2.3.4", "SET 1 if 0 102030400000000/ffffffff00000000; END"},
	{"ip", "mod_nw_tos:16", "SET 2 if 0 1000/fc00; END"},
	{"ip", "load:0xff->NXM_OF_IP_TOS[]", "SET 2 if 0 fc00/fc00; END"},
	{"ip", "mod_nw_ecn:2", "SET 2 if 0 200/300; END"},
	{"ip", "mod_nw_ttl:9", "SET 2 if 0 9/ff; END"},
	{"tcp", "mod_tp_src:80,mod_tp_dst:81", "SET 2 if 0 50005100000000/ffffffff00000000; END"},
	{"arp", "load:2->NXM_OF_ARP_OP[]", "SET 0 if 0 200/ff00; END"},
	{"arp", "set_field:02:00:00:00:00:01->arp_tha", "SET 13 if 0 20000000001/ffffffffffff; END"},
	{"ipv6", "set_field:1::2->ipv6_src",
	 "SET 9 if 0 2/ffffffffffffffff; SET 8 if 0 1000000000000/ffffffffffffffff; END"},
	{"ipv6", "load:0x7ff->NXM_NX_IPV6_DST[60..70]", 
	 "SET 11 if 0 f000000000000000/f000000000000000; SET 10 if 0 7f/7f; END"},
	/* of frames that have it */
	{"", "mod_nw_src:1.2.3.4", "SET 1 if 2 102030400000000/ffffffff00000000; END"},
	{"", "mod_nw_tos:16", "SET 2 if 4 1000/fc00; END"},
	{"", "mod_tp_src:80", "SET 2 if 8 50000000000000/ffff000000000000; END"},
	{"", "group:10",
	 "CLONE 0 0 17; SET 2 if 6 50000000000000/ffff000000000000; SET 2 if 8 5100000000/ffff00000000; "
	 "SET 1 if 2 102030400000000/ffffffff00000000; SET 0 if 1 600000000000/e00000000000; "
	 "SET 1 if 5 102030400000000/ffffffff00000000; OUTPUT 0 1 0; END; END"},
	/* A bucket is a set: in OpenFlow's order, the last of each kind, and one thing to end with. */
	{"", "group:17",
	 "CLONE 0 0 11; POP_VLAN; PUSH_VLAN 0 0 34984; DEC_TTL; SET 4 if 0 "
	 "20000000001/ffffffffffff; SET 6 if 0 100000000/ffffffff00000000; OUTPUT 0 2 0; END; END"},
	{"", "group:18",
	 "CLONE 0 0 4; CLONE 0 0 2; OUTPUT 0 3 0; END; END; CLONE 0 0 1; END; CLONE 0 0 2; TABLE 9 65528 0; "
	 "END; CLONE 0 0 2; CONTROLLER; END; CLONE 0 0 2; OUTPUT 0 1 0; END; END"},
	/* tags: a VID and a priority put one on */
	{"", "mod_vlan_vid:5", "SET 0 if 0 100500000000/1fff00000000; END"},
	{"", "mod_vlan_pcp:3", "SET 0 if 0 700000000000/f00000000000; END"},
	{"dl_vlan=1", "set_field:4101->vlan_vid", "SET 0 if 0 100500000000/1fff00000000; END"},
	{"", "mod_vlan_vid:5,mod_vlan_pcp:3", "SET 0 if 0 700500000000/ffff00000000; END"},
	{"dl_vlan=1", "load:5->OXM_OF_VLAN_VID[]", "SET 0 if 0 500000000/fff00000000; END"},
	{"dl_vlan=1", "set_field:3->vlan_pcp", "SET 0 if 0 700000000000/f00000000000; END"},
	{"", "group:16", "CLONE 0 0 5; SET 0 if 1 600000000000/e00000000000; OUTPUT 0 1 0; END; END"},
	{"", "load:0->NXM_OF_VLAN_TCI[]", "SET 0 if 0 0/ffff00000000; END"},
	/* Sets of a word are made one, the last of each bit counts. */
	{"", "set_field:1->reg0,set_field:2->reg1", "SET 6 if 0 100000002/ffffffffffffffff; END"},
	{"", "load:0xff->NXM_NX_REG1[0..7],load:5->NXM_NX_REG1[4..7]", "SET 6 if 0 5f/ff; END"},
	{"", "set_field:1->reg0,output:1,set_field:2->reg0",
	 "SET 6 if 0 100000000/ffffffff00000000; OUTPUT 0 1 0; SET 6 if 0 200000000/ffffffff00000000; END"},
	{"", "set_field:1->reg0,clone(set_field:2->reg0,1)",
	 "SET 6 if 0 100000000/ffffffff00000000; CLONE 0 0 5; SET 6 if 0 200000000/ffffffff00000000; "
	 "OUTPUT 0 1 0; END; END"},
	{"", "clone(set_field:2->reg0),set_field:1->reg0",
	 "CLONE 0 0 4; SET 6 if 0 200000000/ffffffff00000000; END; SET 6 if 0 100000000/ffffffff00000000; END"},
	/* moves */
	{"", "group:19", "CLONE 0 0 4; MOVE 1.32 1.0 32 if 2 2; MOVE 2.32 6.32 16 if 6 0; OUTPUT 0 1 0; END; END"},
	{"ip", "move:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[]", "MOVE 1.32 1.0 32; END"},
	{"", "move:NXM_NX_REG0[0..3]->NXM_NX_REG1[4..7]", "MOVE 6.32 6.4 4; END"},
	{"", "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]", "MOVE 4.0 3.0 48; END"},
	{"ipv6", "move:NXM_NX_IPV6_SRC[]->NXM_NX_IPV6_DST[]", "MOVE 9.0 11.0 64; MOVE 8.0 10.0 64; END"},
	{"ipv6", "move:NXM_NX_IPV6_SRC[60..70]->OXM_OF_METADATA[0..10]", "MOVE 9.60 5.0 4; MOVE 8.0 5.4 7; END"},
	{"ipv6", "move:NXM_NX_IPV6_SRC[0..95]->NXM_NX_IPV6_SRC[32..127]",
	 "MOVE 8.0 8.32 32; MOVE 9.32 8.0 32; MOVE 9.0 9.32 32; END"},
	{"ipv6", "move:NXM_NX_IPV6_SRC[32..127]->NXM_NX_IPV6_SRC[0..95]",
	 "MOVE 9.32 9.0 32; MOVE 8.0 9.32 32; MOVE 8.32 8.0 32; END"},
	/* clones */
	{"", "clone(1,clone(2)),3", "CLONE 0 0 5; OUTPUT 0 1 0; CLONE 0 0 2; OUTPUT 0 2 0; END; END; OUTPUT 0 3 0; END"},
	{"", "clone(drop),3", "OUTPUT 0 3 0; END"},
	/* groups */
	{"", "group:1,output:9",
	 "CLONE 0 0 2; OUTPUT 0 1 0; END; CLONE 0 0 5; SET 4 if 0 20000000001/ffffffffffff; OUTPUT 0 2 0; END; "
	 "OUTPUT 0 9 0; END"},
	{"", "group:2", "CLONE 0 0 2; OUTPUT 0 3 0; END; END"},
	{"", "group:11", "END"},
	{"", "group:12", "END"},
	{"", "group:3",
	 "SELECT 0 0 2 (4 2) (8 1) (12 0); CLONE 0 0 2; OUTPUT 0 1 0; END; END; "
	 "CLONE 0 0 2; OUTPUT 0 2 0; END; END; END"},
	{"", "group:15,output:9",
	 "SELECT 0 0 4 (6 3 1) (10 2 1) (10 2 or 2) (14 1) (18 0); CLONE 0 0 2; OUTPUT 0 1 0; END; END; "
	 "CLONE 0 0 2; OUTPUT 0 2 0; END; END; CLONE 0 0 2; OUTPUT 0 3 0; END; END; OUTPUT 0 9 0; END"},
	{"", "group:4,output:9",
	 "UNLESS_UP 0 1 4; CLONE 0 0 2; OUTPUT 0 1 0; END; SKIP 0 0 5; "
	 "UNLESS_UP 0 2 4; CLONE 0 0 2; OUTPUT 0 2 0; END; SKIP; OUTPUT 0 9 0; END"},
};
/* clang-format on */

static void actions_become_instructions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_program(rows[i].match, rows[i].actions, rows[i].program);
}

/* Where a frame goes that comes to instruction `at`, 0: nowhere. Ports are up by their bits. */
static unsigned int run(const struct flow_program *program, size_t at, unsigned int up)
{
	for (unsigned int steps = 0; steps < 100; steps++) {
		uint64_t word = program->words[at++];
		unsigned int port = word >> 16 & 0xffff;
		size_t c = word >> 32;

		assert_true(at <= program->count);
		switch (word & 0xff) {
		case XVS_FLOW_OP_OUTPUT:
			return port;
		case XVS_FLOW_OP_UNLESS_UP:
			at += up & 1u << port ? 0 : c;
			break;
		case XVS_FLOW_OP_SKIP:
			at += c;
			break;
		case XVS_FLOW_OP_CLONE:
			break;
		default:
			assert_int_equal(word & 0xff, XVS_FLOW_OP_END);
			return 0;
		}
	}
	fail_msg("it does not end");
	return 0;
}

static void the_first_live_bucket_is_taken(void **state)
{
	struct flow_program program = make("", "group:4");

	(void)state;
	assert_int_equal(run(&program, 0, 1 << 1 | 1 << 2), 1);
	assert_int_equal(run(&program, 0, 1 << 1), 1);
	assert_int_equal(run(&program, 0, 1 << 2), 2);
	assert_int_equal(run(&program, 0, 1 << 3), 0);
	flow_program_free(&program);
}

static void a_group_is_live_as_long_as_a_bucket_of_it_is(void **state)
{
	struct flow_program program = make("", "group:8");

	(void)state;
	assert_int_equal(run(&program, 0, 1 << 1), 7);
	assert_int_equal(run(&program, 0, 1 << 2 | 1 << 9), 7);
	assert_int_equal(run(&program, 0, 1 << 9), 9);
	assert_int_equal(run(&program, 0, 0), 0);
	flow_program_free(&program);
	/* One without buckets is not. */
	program = make("", "group:14");
	assert_int_equal(run(&program, 0, 1 << 1), 0);
	assert_int_equal(run(&program, 0, 1 << 2), 2);
	flow_program_free(&program);
}

/* Which shares of all there are each port gets by the SELECT that the program begins with. */
static void share(const struct flow_program *program, unsigned int up, unsigned int shares[16])
{
	size_t n = program->words[0] >> 32;
	bool live = false;

	assert_int_equal(program->words[0] & 0xff, XVS_FLOW_OP_SELECT);
	memset(shares, 0, 16 * sizeof(*shares));
	for (size_t i = 1; i <= n; i++) {
		uint64_t choice = program->words[i];
		unsigned int port = (unsigned int)(choice >> 48);

		if (choice >> 8 & 0xff && live)
			continue;
		live = port == XVS_OFPP_NONE || up & 1u << port;
		if (live)
			shares[run(program, choice >> 32 & 0xffff, up)] += choice >> 16 & 0xffff;
	}
}

static void what_is_selected_is_live(void **state)
{
	struct flow_program each = make("", "group:5"), mixed = make("", "group:15");
	unsigned int shares[16];

	(void)state;
	for (unsigned int up = 0; up < 16; up += 2) {
		share(&each, up, shares);
		for (unsigned int port = 1; port <= 3; port++)
			assert_int_equal(shares[port], up >> port & 1);
		share(&mixed, up, shares);
		assert_int_equal(shares[1], up & 2 ? 3 : 0);
		assert_int_equal(shares[2], up & 6 ? 2 : 0);
		assert_int_equal(shares[3], 1);
	}
	flow_program_free(&each);
	flow_program_free(&mixed);
}

static void what_is_not_there_is_told(void **state)
{
	(void)state;
	expect_error("group:99", -ENOENT,
		     "group:99: there is no such group (OFPBAC_BAD_OUT_GROUP)");
	expect_error("clone(group:99)", -ENOENT,
		     "group:99: there is no such group (OFPBAC_BAD_OUT_GROUP)");
	expect_error("meter:6,output:1", -ENOENT,
		     "meter:6: there is no such meter (OFPMMFC_INVALID_METER)");
}

static void groups_do_not_go_round_in_circles(void **state)
{
	(void)state;
	expect_error("group:6", -EINVAL, "group:6 leads to itself (OFPGMFC_LOOP)");
	expect_error("group:13", -EINVAL, "group:13 leads to itself (OFPGMFC_LOOP)");
}

static void groups_are_only_so_deep(void **state)
{
	struct flow_program program = make("", "group:21");

	(void)state;
	flow_program_free(&program);
	expect_error("group:20", -EINVAL, "group:28: more than 8 groups in each other");
	expect_error("clone(group:21)", -EINVAL,
		     "clones and buckets of groups: more than 8 in each other");
}

static void programs_are_only_so_long(void **state)
{
	struct text text = TEXT_EMPTY;
	struct flow_program program;

	(void)state;
	for (int i = 0; i < FLOW_PROGRAM_WORDS_MAX - 1; i++)
		text_add(&text, "1,");
	program = make("", text_string(&text));
	assert_int_equal(program.count, FLOW_PROGRAM_WORDS_MAX);
	flow_program_free(&program);
	text_add(&text, "1");
	expect_error(text_string(&text), -EINVAL,
		     "actions are too long, with those of groups: more than 4000 words");
	text_free(&text);
}

static void groups_and_buckets_are_counted(void **state)
{
	(void)state;
	groups[0].counter = 100;
	groups[0].buckets[1].counter = 102;
	expect_program("", "group:1",
		       "COUNT 0 0 100; CLONE 0 0 2; OUTPUT 0 1 0; END; CLONE 0 0 6; "
		       "COUNT 0 0 102; SET 4 if 0 20000000001/ffffffffffff; OUTPUT 0 2 0; END; "
		       "END");
	groups[0].counter = 0;
	groups[0].buckets[1].counter = 0;
}

static void expect_needs(const char *match, const char *actions, uint32_t expected)
{
	struct flow_program program = make(match, actions);

	if (flow_program_needs(&program) != expected)
		fail_msg("%s needs %" PRIu32, actions, flow_program_needs(&program));
	flow_program_free(&program);
}

static void what_is_behind_ethernet_is_asked_for_only_if_it_is_needed(void **state)
{
	static const char *const not [] = {
		"drop",
		"output:1,NORMAL",
		"mod_dl_src:02:00:00:00:00:01,mod_vlan_vid:5,set_field:0xffffffff->reg1,output:1",
		"move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]",
		"move:NXM_OF_VLAN_TCI[0..11]->NXM_NX_REG0[0..11]",
		"group:1,group:4",
		"write_metadata:0x0a09080706050403",
	};
	static const char *const needing[] = {
		"mod_nw_src:1.2.3.4",
		"clone(mod_nw_tos:16)",
		"set_field:1->reg0,mod_tp_src:5",
		"dec_ttl",
		"group:3",
		"group:10",
		"clone(group:5)",
		"group:1,clone(dec_ttl)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
		expect_needs("", not [i], 0);
	for (size_t i = 0; i < sizeof(needing) / sizeof(needing[0]); i++)
		expect_needs("", needing[i], XVS_FLOW_NEEDS_L3);
	expect_needs("arp", "load:2->NXM_OF_ARP_OP[]", XVS_FLOW_NEEDS_L3);
	expect_needs("ip", "move:NXM_OF_IP_PROTO[]->NXM_NX_REG0[0..7]", XVS_FLOW_NEEDS_L3);
	expect_needs("ipv6", "move:NXM_NX_REG0[]->NXM_NX_IPV6_SRC[0..31]", XVS_FLOW_NEEDS_L3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_become_instructions),
		cmocka_unit_test(the_first_live_bucket_is_taken),
		cmocka_unit_test(a_group_is_live_as_long_as_a_bucket_of_it_is),
		cmocka_unit_test(what_is_selected_is_live),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(groups_do_not_go_round_in_circles),
		cmocka_unit_test(groups_are_only_so_deep),
		cmocka_unit_test(programs_are_only_so_long),
		cmocka_unit_test(groups_and_buckets_are_counted),
		cmocka_unit_test(what_is_behind_ethernet_is_asked_for_only_if_it_is_needed),
	};

	return cmocka_run_group_tests(tests, make_groups, free_groups);
}
