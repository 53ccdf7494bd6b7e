/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow lines: what a line asks for, and how flows are printed. Hundreds of lines more are held
 * against ovs-ofctl itself by tests/system/test_flow_text.py.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "switchd/flow_action.h"
#include "switchd/flow_text.h"

static int port_number(const struct flow_ports *ports, const char *name)
{
	(void)ports;
	return !strcmp(name, "p1") ? 1 : !strcmp(name, "p-2") ? 2 : -1;
}

static const char *port_name(const struct flow_ports *ports, uint16_t number)
{
	(void)ports;
	return number == 1 ? "p1" : number == 2 ? "p-2" : NULL;
}

static const struct flow_ports ports = {port_number, port_name, NULL};

static struct flow_mod parse(const char *line, enum flow_verb verb)
{
	struct flow_mod mod;
	struct error error;

	if (flow_mod_parse(&mod, line, verb, true, &ports, &error))
		fail_msg("%s: %s", line, error.text);
	return mod;
}

static void assert_refused(const char *line, enum flow_verb verb, const char *sentence)
{
	struct flow_mod mod;
	struct error error = {"-"};

	assert_int_equal(flow_mod_parse(&mod, line, verb, true, &ports, &error), -EINVAL);
	assert_string_equal(error.text, sentence);
}

static void a_line_says_all_of_a_flow(void **state)
{
	struct flow_mod mod = parse("table=3,priority=7,cookie=0x9,idle_timeout=10,hard_timeout=20,"
				    "importance=4,send_flow_rem,tcp,tp_dst=80 actions=output:p1",
				    FLOW_ADD);

	(void)state;
	assert_int_equal(mod.verb, FLOW_ADD);
	assert_int_equal(mod.flow.table, 3);
	assert_int_equal(mod.flow.priority, 7);
	assert_int_equal(mod.flow.cookie, 9);
	assert_int_equal(mod.flow.idle_timeout, 10);
	assert_int_equal(mod.flow.hard_timeout, 20);
	assert_int_equal(mod.flow.importance, 4);
	assert_int_equal(mod.flow.flags, FLOW_SEND_FLOW_REM);
	assert_int_equal(mod.flow.match.value.word[0], 0x0800ULL << 16 | 6 << 8);
	assert_int_equal(mod.flow.match.mask.word[0], 0xffffff00);
	assert_int_equal(mod.flow.match.value.word[2], 80ULL << 32);
	assert_true(flow_actions_output_to(mod.flow.actions, 1));
	assert_false(mod.normalised);
	flow_clear(&mod.flow);
}

static void verbs_have_their_defaults(void **state)
{
	struct flow_mod mod = parse("actions=drop", FLOW_ADD);

	(void)state;
	assert_int_equal(mod.flow.table, 0);
	assert_int_equal(mod.flow.priority, FLOW_PRIORITY_DEFAULT);
	assert_true(flow_match_is_any(&mod.flow.match));
	mod = parse("actions=drop", FLOW_MODIFY);
	assert_int_equal(mod.flow.table, FLOW_TABLE_ALL);
	mod = parse("", FLOW_DELETE);
	assert_int_equal(mod.flow.table, FLOW_TABLE_ALL);
	assert_int_equal(mod.out_port, XVS_OFPP_NONE);
	assert_int_equal(mod.out_group, UINT32_MAX);
	assert_int_equal(mod.cookie_mask, 0);
	mod = parse("out_port=p-2,out_group=5", FLOW_SHOW);
	assert_int_equal(mod.out_port, 2);
	assert_int_equal(mod.out_group, 5);
}

static void a_line_may_begin_with_its_verb(void **state)
{
	struct error error;
	struct flow_mod mod;

	(void)state;
	assert_int_equal(parse("  add ip,actions=drop", FLOW_DELETE).verb, FLOW_ADD);
	assert_int_equal(parse("modify\tip,actions=drop", FLOW_ADD).verb, FLOW_MODIFY);
	assert_int_equal(parse("modify_strict,actions=drop", FLOW_ADD).verb, FLOW_MODIFY_STRICT);
	assert_int_equal(parse("delete", FLOW_ADD).verb, FLOW_DELETE);
	assert_int_equal(parse("delete_strict priority=3", FLOW_ADD).verb, FLOW_DELETE_STRICT);
	assert_refused("deleted ip", FLOW_ADD, "field deleted missing value");
	assert_int_equal(flow_mod_parse(&mod, "add ip,actions=drop", FLOW_ADD, false, NULL, &error),
			 -EINVAL);
	assert_string_equal(error.text, "field add missing value");
}

static void cookies_are_set_or_asked_for(void **state)
{
	struct flow_mod mod = parse("cookie=7,actions=drop", FLOW_MODIFY);

	(void)state;
	assert_true(mod.sets_cookie);
	assert_int_equal(mod.new_cookie, 7);
	assert_int_equal(mod.flow.cookie, 7);
	assert_int_equal(mod.cookie_mask, 0);
	mod = parse("cookie=0xff/0xf,cookie=7,actions=drop", FLOW_MODIFY);
	assert_true(mod.sets_cookie);
	assert_int_equal(mod.new_cookie, 7);
	assert_int_equal(mod.flow.cookie, 0xf);
	assert_int_equal(mod.cookie_mask, 0xf);
	mod = parse("cookie=5/-1", FLOW_DELETE);
	assert_false(mod.sets_cookie);
	assert_int_equal(mod.flow.cookie, 5);
	assert_int_equal(mod.cookie_mask, UINT64_MAX);
	assert_refused("cookie=5/-1,actions=drop", FLOW_ADD,
		       "flow additions cannot use a cookie mask");
	assert_refused("cookie=5", FLOW_SHOW,
		       "cannot set cookie (to match on a cookie, specify a mask, e.g. "
		       "cookie=5/-1)");
}

static void verbs_have_words_of_their_own(void **state)
{
	static const struct {
		const char *line;
		enum flow_verb verb;
		const char *sentence;
	} rows[] = {
		{"ip", FLOW_ADD, "must specify an action"},
		{"ip,actions", FLOW_ADD, "must specify an action"},
		{"ip", FLOW_MODIFY, "must specify an action"},
		{"ip,actions=drop", FLOW_DELETE, "unknown keyword actions"},
		{"priority=5", FLOW_DELETE, "unknown keyword priority"},
		{"priority=5", FLOW_SHOW, "unknown keyword priority"},
		{"idle_timeout=5", FLOW_DELETE, "unknown keyword idle_timeout"},
		{"importance=5,actions=drop", FLOW_MODIFY, "unknown keyword importance"},
		{"out_port=1,actions=drop", FLOW_ADD, "unknown keyword out_port"},
		{"out_port=foo", FLOW_DELETE, "foo is not a valid OpenFlow port"},
		{"out_group=foo", FLOW_DELETE, "foo is not a valid OpenFlow group"},
		{"table=64,actions=drop", FLOW_ADD, "unknown table \"64\": tables are 0 to 63"},
		{"table=x", FLOW_SHOW, "unknown table \"x\""},
		{"foo=1,actions=drop", FLOW_ADD, "unknown keyword foo"},
		{"foo,actions=drop", FLOW_ADD, "field foo missing value"},
		{"priority=65536,actions=drop", FLOW_ADD, "invalid priority \"65536\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_refused(rows[i].line, rows[i].verb, rows[i].sentence);
}

static void what_cannot_be_there_is_dropped(void **state)
{
	struct flow_mod mod = parse("tp_dst=80,dl_vlan=5,actions=drop", FLOW_ADD);
	struct text text = TEXT_EMPTY;

	(void)state;
	assert_true(mod.normalised);
	flow_match_print(&text, &mod.said, NULL);
	assert_string_equal(text_string(&text), "dl_vlan=5,tp_dst=80");
	text_clear(&text);
	flow_match_print(&text, &mod.flow.match, NULL);
	assert_string_equal(text_string(&text), "dl_vlan=5");
	text_free(&text);
}

/* A name with "action" in it is not the actions. */
static void actions_begin_with_their_word(void **state)
{
	struct error error;
	struct flow_mod mod;

	(void)state;
	assert_int_equal(flow_mod_parse(&mod, "in_port=actions=1,actions=drop", FLOW_ADD, false,
					&ports, &error),
			 -EINVAL);
	assert_string_equal(error.text, "actions=1: invalid or unknown port for in_port");
}

static void assert_printed(const char *line, const struct flow_stats *stats,
			   const struct flow_style *style, const char *wanted)
{
	struct flow_mod mod = parse(line, FLOW_ADD);
	struct text text = TEXT_EMPTY;

	flow_print(&text, &mod.flow, stats, style);
	assert_string_equal(text_string(&text), wanted);
	text_free(&text);
	flow_clear(&mod.flow);
}

static void flows_are_printed_as_by_dump_flows(void **state)
{
	const struct flow_stats stats = {2034000000, 3, 180, 1, 2};
	const struct flow_stats changed = {12500000000, 3, 180, 4, 5};
	const struct flow_style plain = {.ages = true}, names = {.names = true, .ports = &ports};
	const struct flow_style no_stats = {.no_stats = true, .ages = true};
	const char *line = "table=1,cookie=5,idle_timeout=5,hard_timeout=20,importance=5,"
			   "send_flow_rem,check_overlap,priority=7,in_port=p1,ip actions=output:2";

	(void)state;
	assert_printed("actions=drop", &stats, &plain,
		       " cookie=0x0, duration=2.034s, table=0, n_packets=3, n_bytes=180, "
		       "idle_age=1, actions=drop");
	assert_printed("priority=0 actions=normal", &changed, &plain,
		       " cookie=0x0, duration=12.5s, table=0, n_packets=3, n_bytes=180, "
		       "idle_age=4, hard_age=5, priority=0 actions=NORMAL");
	assert_printed(line, &stats, &names,
		       " cookie=0x5, duration=2.034s, table=1, n_packets=3, n_bytes=180, "
		       "idle_timeout=5, hard_timeout=20, send_flow_rem check_overlap importance=5, "
		       "priority=7,ip,in_port=p1 actions=output:\"p-2\"");
	assert_printed(line, &stats, &no_stats,
		       " cookie=0x5, table=1, idle_timeout=5, hard_timeout=20, send_flow_rem "
		       "check_overlap importance=5, priority=7,ip,in_port=1 actions=output:2");
	assert_printed("actions=drop", NULL, &plain, " actions=drop");
}

/* For all that is in the key: what a wide match covers, and what two matches have in common. */
static void matches_are_compared(void **state)
{
	static const char *const narrow[] = {
		"tcp,nw_src=10.1.2.3,tp_dst=80", "tcp6,ipv6_src=fe80::1", "arp,arp_sha=0:0:0:0:0:1",
		"dl_vlan=5,dl_vlan_pcp=3",       "reg3=7,metadata=5",     "dl_src=0:0:0:0:0:1",
	};
	static const char *const wide[] = {
		"ip,nw_src=10.0.0.0/8", "ipv6,ipv6_src=fe80::/10",        "arp", "dl_vlan=5",
		"metadata=0x4/0x4",     "dl_src=0:0:0:0:0:1/0:0:0:0:0:3",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		struct flow_match a, b, other;
		struct error error;

		assert_int_equal(flow_match_parse(&a, wide[i], NULL, &error), 0);
		assert_int_equal(flow_match_parse(&b, narrow[i], NULL, &error), 0);
		other = a;
		for (size_t word = 0; word < XVS_FLOW_WORDS; word++)
			other.value.word[word] ^= other.mask.word[word];
		assert_true(flow_match_covers(&a, &b));
		assert_false(flow_match_covers(&b, &a));
		assert_true(flow_match_overlap(&a, &b) && flow_match_overlap(&b, &a));
		assert_false(flow_match_equal(&a, &b));
		assert_true(flow_match_equal(&a, &a));
		assert_false(flow_match_covers(&other, &b));
		assert_false(flow_match_overlap(&other, &b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_all_of_a_flow),
		cmocka_unit_test(verbs_have_their_defaults),
		cmocka_unit_test(a_line_may_begin_with_its_verb),
		cmocka_unit_test(cookies_are_set_or_asked_for),
		cmocka_unit_test(verbs_have_words_of_their_own),
		cmocka_unit_test(what_cannot_be_there_is_dropped),
		cmocka_unit_test(actions_begin_with_their_word),
		cmocka_unit_test(flows_are_printed_as_by_dump_flows),
		cmocka_unit_test(matches_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
