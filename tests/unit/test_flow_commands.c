/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of ovs-ofctl in chains, from files, and in a file of the whole configuration. */
#include "command_fixture.h"

static struct fixture *with_ports(void **state)
{
	struct fixture *fixture = *state;

	language = LANGUAGE_OWN;
	fake_link_add("p1", "veth");
	fake_link_add("p2", "veth");
	done(fixture, "add-br br0 -- add-port br0 p1 -- add-port br0 p2 -- del-flows br0");
	return fixture;
}

/* A command whose last word is a file with this text; the exit status. */
static int run_with(struct fixture *fixture, char *command, const char *text)
{
	const char *texts[] = {NULL, NULL, text};
	char *words[] = {command, "br0", "name"};

	text_free(&result.output);
	text_free(&result.warning);
	command_run(&fixture->daemon, LANGUAGE_OWN, 3, words, texts, &result);
	return result.status;
}

#define FLOWS "--no-stats dump-flows br0"

static void a_word_of_several_lines_is_no_file(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "add-flow br0 priority=5,ip,\nactions=output:1,\noutput:2");
	done(fixture, "add-flow br0 \npriority=6\nin_port=1\nactions=drop\n");
	done(fixture, "add-flow br0 priority=7,actions=drop");
	done(fixture, "mod-flows br0 in_port=1\nactions=output:2");
	prints(fixture, FLOWS " in_port=1\n", " priority=6,in_port=1 actions=output:2\n");
	done(fixture, "del-flows br0 ip,\nnw_proto=6");
	prints(fixture, FLOWS,
	       " priority=5,ip actions=output:1,output:2\n"
	       " priority=6,in_port=1 actions=output:2\n priority=7 actions=drop\n");
	done(fixture, "add-group br0 group_id=1,\ntype=all,\nbucket=output:1");
	prints(fixture, "dump-groups br0",
	       "NXST_GROUP_DESC reply (xid=0x2):\n"
	       " group_id=1,type=all,bucket=bucket_id:0,actions=output:1\n");
	refused(fixture, "replace-flows br0 name\npriority=1,actions=drop",
		"replace-flows takes the text of a file");
	refused(fixture, "diff-flows br0 br0\n", "br0\n is not a bridge or a socket");
}

static void a_file_is_a_whole(void **state)
{
	struct fixture *fixture = with_ports(state);

	assert_int_equal(run_with(fixture, "add-flows",
				  "\n# a comment\npriority=1,actions=1 # and one\n"
				  "priority=x,actions=1\n"),
			 1);
	assert_string_equal(result.error.text, "name:4: invalid priority \"x\"");
	prints(fixture, FLOWS, "");
	assert_int_equal(run_with(fixture, "add-flows",
				  "priority=1,actions=1\npriority=2,in_port=p2,actions=drop\n"
				  "delete_strict priority=1\nmodify actions=2"),
			 0);
	prints(fixture, FLOWS, " priority=2,in_port=2 actions=output:2\n");
	assert_int_equal(run_with(fixture, "mod-flows", "modify actions=1\n"), 1);
	assert_string_equal(result.error.text, "name:1: field modify missing value");
}

static void what_a_chain_has_changed_is_seen_by_the_rest_of_it(void **state)
{
	struct fixture *fixture = with_ports(state);

	fake_link_add("p3", "veth");
	done(fixture, "add-port br0 p3 -- add-flow br0 in_port=p3,actions=p1 -- "
		      "mod-flows br0 in_port=p3,actions=p2 -- --no-stats --names dump-flows br0");
	assert_string_equal(text_string(&result.output), " in_port=p3 actions=output:p2\n");
	done(fixture, "add-br br1 -- add-flow br1 table=1,actions=LOCAL -- del-br br0 -- "
		      "--no-stats dump-flows br1");
	assert_string_equal(text_string(&result.output),
			    " priority=0 actions=NORMAL\n table=1, actions=LOCAL\n");
	refused(fixture, "dump-flows br0", "br0 is not a bridge or a socket");
}

static void groups_and_meters_go_with_their_flows(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "add-group br0 group_id=1,type=all,bucket=output:1 -- "
		      "add-meter br0 meter=5,kbps,bands=type=drop,rate=100 -- "
		      "add-flow br0 priority=1,actions=group:1 -- "
		      "add-flow br0 priority=2,actions=meter:5,output:1 -- "
		      "add-flow br0 priority=3,actions=1");
	assert_int_equal(fixture->daemon.dpc->meters(fixture->daemon.dp)[1].bands, 1);
	done(fixture, "del-groups br0 group_id=1");
	prints(fixture, FLOWS,
	       " priority=2 actions=meter:5,output:1\n priority=3 actions=output:1\n");
	done(fixture, "del-meters br0 meter=5");
	prints(fixture, FLOWS, " priority=3 actions=output:1\n");
	assert_int_equal(fixture->daemon.dpc->meters(fixture->daemon.dp)[1].bands, 0);
	assert_int_equal(run(fixture, "mod-group br0 group_id=1,type=all"), 1);
	assert_int_equal(run(fixture, "mod-meter br0 meter=1,kbps,bands=type=drop,rate=1"), 1);
}

#define GROUPS "NXST_GROUP_DESC reply (xid=0x2):\n "

static void buckets_come_and_go(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "add-group br0 group_id=1,type=select,bucket=weight:2,output:1");
	done(fixture, "insert-buckets br0 group_id=1,command_bucket_id=first,"
		      "bucket=bucket_id:7,weight:3,output:2");
	prints(fixture, "dump-groups br0",
	       GROUPS "group_id=1,type=select,bucket=bucket_id:7,weight:3,actions=output:2,"
		      "bucket=bucket_id:0,weight:2,actions=output:1\n");
	refused(fixture,
		"insert-buckets br0 group_id=1,command_bucket_id=last,bucket=bucket_id:7,output:2",
		"group 1 has a bucket 7 already (OFPGMFC_BUCKET_EXISTS)");
	refused(fixture, "remove-buckets br0 group_id=1,command_bucket_id=8",
		"group 1 has no bucket 8 (OFPGMFC_UNKNOWN_BUCKET)");
	refused(fixture, "remove-buckets br0 group_id=2",
		"bridge br0 has no group 2 (OFPGMFC_UNKNOWN_GROUP)");
	assert_int_equal(
		run_with(fixture, "add-groups",
			 "add group_id=2,type=all\n"
			 "insert_bucket group_id=1,command_bucket_id=0,bucket=bucket_id:9,2\n"
			 "remove_bucket group_id=1,command_bucket_id=7\n"),
		0);
	prints(fixture, "dump-groups br0 1",
	       GROUPS "group_id=1,type=select,bucket=bucket_id:0,weight:2,actions=output:1,"
		      "bucket=bucket_id:9,actions=output:2\n");
	done(fixture, "remove-buckets br0 group_id=1");
	prints(fixture, "dump-groups br0 1", GROUPS "group_id=1,type=select\n");
}

static void sources_that_differ_are_told_with_status_2(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "add-flow br0 priority=1,actions=1");
	assert_int_equal(run_with(fixture, "diff-flows", "priority=1,actions=1\n"), 0);
	assert_int_equal(run_with(fixture, "diff-flows", "priority=1,actions=2\n"), 2);
	assert_string_equal(text_string(&result.output),
			    "-priority=1 actions=output:1\n+priority=1 actions=output:2\n");
	assert_int_equal(run_with(fixture, "replace-flows", "priority=1,actions=2\n"), 0);
	prints(fixture, FLOWS, " priority=1 actions=output:2\n");
}

static void flows_that_overlap_are_refused_if_asked(void **state)
{
	static const char *const others[] = {
		"priority=5,ip,nw_src=10.1.0.0/16", /* wider */
		"priority=5,ip,nw_src=10.1.1.1",    /* narrower */
		"priority=5,ip,nw_dst=10.9.0.1",    /* neither */
	};
	struct fixture *fixture = with_ports(state);
	char line[128];

	done(fixture,
	     "add-flow br0 priority=5,ip,nw_src=10.1.1.0/24,actions=drop -- "
	     "add-flow br0 priority=5,tcp,nw_src=10.2.0.0/16,nw_dst=10.9.0.0/16,actions=1");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		snprintf(line, sizeof(line), "add-flow br0 check_overlap,%s,actions=drop",
			 others[i]);
		refused(fixture, line,
			"another flow of the same priority matches some of the same frames "
			"(OFPFMFC_OVERLAP)");
	}
	/* The same one, others of its mask, another priority, another table. */
	done(fixture, "add-flow br0 check_overlap,priority=5,ip,nw_src=10.1.1.0/24,actions=1");
	done(fixture, "add-flow br0 check_overlap,priority=5,ip,nw_src=10.1.2.0/24,actions=1");
	done(fixture, "add-flow br0 check_overlap,priority=5,udp,nw_src=10.2.0.0/16,actions=1");
	done(fixture, "add-flow br0 check_overlap,priority=6,ip,nw_src=10.1.0.0/16,actions=1");
	done(fixture, "add-flow br0 check_overlap,table=1,priority=5,ip,actions=1");
	/* What is deleted in the same chain is in nobody's way. */
	done(fixture, "del-flows br0 ip,nw_src=10.1.0.0/16 -- "
		      "add-flow br0 check_overlap,priority=5,ip,nw_src=10.1.0.0/16,actions=1");
}

static void show_is_two_commands(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "show");
	assert_non_null(strstr(text_string(&result.output), "Bridge br0"));
	done(fixture, "show br0");
	assert_non_null(strstr(text_string(&result.output), "OFPT_FEATURES_REPLY (xid=0x2)"));
	language = LANGUAGE_VSCTL;
	refused(fixture, "show br0", "'show' command takes at most 0 arguments");
}

static void a_file_of_the_configuration_says_flows_too(void **state)
{
	struct fixture *fixture = with_ports(state);
	char *words[] = {"apply", "add-br br0\nadd-port br0 p1\nadd-port br0 p2\n"
				  "mod-port br0 p1 no-flood\n"
				  "add-group br0 group_id=1,type=all,bucket=output:1\n"
				  "add-meter br0 meter=5,kbps,bands=type=drop,rate=100\n"
				  "del-flows br0\n"
				  "add-flow br0 importance=3,actions=meter:5,group:1\n"};

	text_free(&result.output);
	text_free(&result.warning);
	command_run(&fixture->daemon, LANGUAGE_OWN, 2, words, NULL, &result);
	assert_string_equal(result.error.text, "");
	prints(fixture, "--protocols=OpenFlow15 --no-stats dump-flows br0",
	       " importance=3, actions=meter:5,group:1\n");
	done(fixture, "dump-ports-desc br0");
	assert_non_null(strstr(text_string(&result.output), "NO_FLOOD"));
}

static void versions_of_openflow_differ(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "--protocols=OpenFlow13 mod-flows br0 tcp,actions=1");
	prints(fixture, FLOWS, "");
	done(fixture, "mod-flows br0 tcp,actions=1");
	prints(fixture, FLOWS, " tcp actions=output:1\n");
	refused(fixture, "--protocols=OpenFlow99 dump-flows br0",
		"Unknown OpenFlow version: \"OpenFlow99\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_a_whole),
		TEST(a_word_of_several_lines_is_no_file),
		TEST(what_a_chain_has_changed_is_seen_by_the_rest_of_it),
		TEST(groups_and_meters_go_with_their_flows),
		TEST(buckets_come_and_go),
		TEST(sources_that_differ_are_told_with_status_2),
		TEST(flows_that_overlap_are_refused_if_asked),
		TEST(show_is_two_commands),
		TEST(a_file_of_the_configuration_says_flows_too),
		TEST(versions_of_openflow_differ),
	};

	return cmocka_run_group_tests_name("flow commands", tests, NULL, NULL);
}
