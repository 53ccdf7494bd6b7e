/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows that use groups and meters: they come after them, and go with them. */
#include "command_fixture.h"

static void setup_bridge(struct fixture *fixture)
{
	language = LANGUAGE_OWN;
	done(fixture, "add-br br0 -- del-flows br0 -- add-group br0 "
		      "group_id=1,type=all,bucket=output:1 -- add-group br0 "
		      "group_id=2,type=all,bucket=output:2 -- add-meter br0 "
		      "meter=3,kbps,bands=type=drop,rate=100 -- add-meter br0 "
		      "meter=4,kbps,bands=type=drop,rate=100");
}

/* The command takes what stands in a file. */
static void refused_file(struct fixture *fixture, const char *command, const char *lines,
			 const char *sentence)
{
	char *words[] = {(char *)command, "br0", "file", NULL};
	const char *texts[] = {NULL, NULL, lines};

	text_free(&result.output);
	text_free(&result.warning);
	command_run(&fixture->daemon, language, 3, words, texts, &result);
	assert_int_equal(result.status, 1);
	assert_string_equal(result.error.text, sentence);
}

static void test_who_is_not_there(void **state)
{
	struct fixture *fixture = *state;

	setup_bridge(fixture);
	refused(fixture, "add-flow br0 actions=group:99",
		"group:99: there is no such group (OFPBAC_BAD_OUT_GROUP)");
	refused(fixture, "add-flow br0 actions=clone(output:1,group:99)",
		"group:99: there is no such group (OFPBAC_BAD_OUT_GROUP)");
	refused(fixture, "add-flow br0 actions=meter:9,group:1",
		"meter:9: there is no such meter (OFPMMFC_INVALID_METER)");
	refused_file(fixture, "add-flows", "\nactions=group:1\narp,actions=group:99\n",
		     "file:3: group:99: there is no such group (OFPBAC_BAD_OUT_GROUP)");
	refused_file(fixture, "replace-flows", "ip,actions=group:99\n",
		     "group:99: there is no such group (OFPBAC_BAD_OUT_GROUP)");
	done(fixture, "add-flow br0 arp,actions=group:1");
	refused(fixture, "mod-flows br0 actions=meter:9",
		"meter:9: there is no such meter (OFPMMFC_INVALID_METER)");
	prints(fixture, "--no-stats dump-flows br0", " arp actions=group:1\n");
}

/* What is not a flow's own fault is said with the flow. */
static void test_which_flow(void **state)
{
	struct fixture *fixture = *state;

	setup_bridge(fixture);
	done(fixture, "add-flow br0 table=1,arp,actions=group:1");
	refused(fixture, "mod-group br0 group_id=1,type=all,bucket=group:99",
		"bridge br0: table=1, arp actions=group:1: group:99: there is no such group "
		"(OFPBAC_BAD_OUT_GROUP)");
}

/* In one transaction: what fails behind it brings them back. */
static void test_going_with_a_group(void **state)
{
	struct fixture *fixture = *state;
	static const char both[] = " arp actions=group:1\n ip actions=clone(group:2)\n";

	setup_bridge(fixture);
	done(fixture, "add-flow br0 arp,actions=group:1 -- add-flow br0 ip,actions=clone(group:2)");
	prints(fixture, "--no-stats dump-flows br0", both);
	assert_int_equal(run(fixture, "del-groups br0 group_id=2 -- add-port br9 p1"), 1);
	prints(fixture, "--no-stats dump-flows br0", both);
	done(fixture, "del-groups br0 group_id=2");
	prints(fixture, "--no-stats dump-flows br0", " arp actions=group:1\n");
	done(fixture, "del-groups br0");
	prints(fixture, "--no-stats dump-flows br0", "");
}

static void test_going_with_a_meter(void **state)
{
	struct fixture *fixture = *state;

	setup_bridge(fixture);
	done(fixture, "add-flow br0 arp,actions=meter:3,output:1 -- add-flow br0 "
		      "ip,actions=meter:4,output:1 -- add-flow br0 ipv6,actions=output:3");
	done(fixture, "del-meter br0 meter=3");
	prints(fixture, "--no-stats dump-flows br0",
	       " ip actions=meter:4,output:1\n ipv6 actions=output:3\n");
	done(fixture, "del-meters br0");
	prints(fixture, "--no-stats dump-flows br0", " ipv6 actions=output:3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_is_not_there),
		TEST(test_which_flow),
		TEST(test_going_with_a_group),
		TEST(test_going_with_a_meter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
