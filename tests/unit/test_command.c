/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains of commands on a switch without a kernel: what they do, print, and say when they are
 * refused. */
#include "fixture.h"

#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/command.h"

static struct command_result result;
static enum language language;

/* Runs a command line, words apart by one space. The result stays until the next one. */
static int run(struct fixture *fixture, const char *line)
{
	char *copy = strdup(line), *words[64], *rest = copy;
	int n = 0;

	while ((words[n] = strsep(&rest, " ")))
		n++;
	text_free(&result.output);
	text_free(&result.warning);
	command_run(&fixture->daemon, language, *line ? n : 0, words, NULL, &result);
	free(copy);
	return result.status;
}

static void done(struct fixture *fixture, const char *line)
{
	if (run(fixture, line))
		fail_msg("%s: %s", line, result.error.text);
	assert_string_equal(result.error.text, "");
}

static void prints(struct fixture *fixture, const char *line, const char *output)
{
	done(fixture, line);
	assert_string_equal(text_string(&result.output), output);
}

/* Refused, with a sentence that has these words in it, and nothing printed. */
static void refused(struct fixture *fixture, const char *line, const char *words)
{
	assert_int_equal(run(fixture, line), 1);
	if (!strstr(result.error.text, words))
		fail_msg("%s: \"%s\" lacks \"%s\"", line, result.error.text, words);
	assert_null(strchr(result.error.text, '\n'));
	assert_string_equal(text_string(&result.output), "");
}

static int setup(void **state)
{
	language = LANGUAGE_OWN;
	return fixture_setup(state);
}

static int teardown(void **state)
{
	text_free(&result.output);
	text_free(&result.warning);
	return fixture_teardown(state);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < command_table_size; i++) {
		const struct command *command = &command_table[i];

		assert_true(command->max < 0 || command->min <= command->max);
		assert_true(*command->help);
		assert_true(!command->max == !*command->arguments);
		for (size_t j = 0; j < i; j++)
			if (command->language == command_table[j].language)
				assert_string_not_equal(command->name, command_table[j].name);
	}
}

static void test_bridges(void **state)
{
	struct fixture *fixture = *state;

	prints(fixture, "list-br", "");
	assert_int_equal(run(fixture, "br-exists br0"), 2);
	assert_string_equal(result.error.text, "");
	done(fixture, "add-br br1");
	done(fixture, "add-br br0");
	prints(fixture, "list-br", "br0\nbr1\n");
	assert_int_equal(run(fixture, "br-exists br0"), 0);
	refused(fixture, "add-br br0", "br0");
	done(fixture, "--may-exist add-br br0");
	done(fixture, "del-br br0");
	refused(fixture, "del-br br0", "br0");
	done(fixture, "--if-exists del-br br0");
	prints(fixture, "list-br", "br1\n");
}

static void test_ports(void **state)
{
	struct fixture *fixture = *state;

	fake_link_add("p1", "veth");
	done(fixture, "add-br br0 -- add-br br1");
	done(fixture, "add-port br0 p2 -- add-port br0 p1");
	prints(fixture, "list-ports br0", "p1\np2\n");
	prints(fixture, "port-to-br p1", "br0\n");
	assert_non_null(dp_port_of(fixture, "p1"));
	refused(fixture, "add-port br0 p1", "p1");
	refused(fixture, "add-port br1 p1", "br0");
	done(fixture, "--may-exist add-port br0 p1");
	refused(fixture, "--may-exist add-port br1 p1", "br0");
	refused(fixture, "add-port br9 p3", "br9");
	refused(fixture, "del-port br1 p1", "bridge br1 does not have a port p1");
	refused(fixture, "--if-exists del-port br1 p1", "bridge br1 does not have a port p1");
	refused(fixture, "del-port br0", "local port");
	refused(fixture, "del-port br9 p1", "no bridge named br9");
	assert_true(is_flooded_to(fixture, "br0", "p1"));
	done(fixture, "del-port br0 p1");
	assert_int_equal(group_size(fixture, "br0"), 0);
	refused(fixture, "del-port p1", "no port named p1");
	done(fixture, "--if-exists del-port p1");
	refused(fixture, "port-to-br p1", "no port named p1");
	refused(fixture, "list-ports br9", "no bridge named br9");
}

static void test_fake_bridges(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-br vlan10 br0 10");
	prints(fixture, "list-br", "br0\nvlan10\n");
	prints(fixture, "--real list-br -- --fake list-br", "br0\nvlan10\n");
	prints(fixture, "br-to-vlan vlan10 -- br-to-vlan br0", "10\n0\n");
	prints(fixture, "br-to-parent vlan10 -- br-to-parent br0", "br0\nbr0\n");
	assert_int_equal(run(fixture, "br-exists vlan10"), 0);
	done(fixture, "add-port vlan10 p1 -- add-port br0 p2 -- add-port br0 p3 tag=10");
	prints(fixture, "list-ports vlan10 -- list-ports br0", "p1\np3\np2\n");
	prints(fixture, "port-to-br p1 -- port-to-br p2", "vlan10\nbr0\n");
	refused(fixture, "port-to-br vlan10", "no port named vlan10");
	prints(fixture, "get port p1 tag", "10\n");
	done(fixture, "--may-exist add-port vlan10 p1");
	refused(fixture, "--may-exist add-port br0 p1",
		"\"--may-exist add-port br0 p1\" but p1 is actually attached to bridge vlan10");
	refused(fixture, "del-port br0 p1", "bridge br0 does not have a port p1");
	refused(fixture, "del-port vlan10", "it is the local port for bridge vlan10");

	done(fixture, "--may-exist add-br vlan10 br0 10");
	refused(fixture, "--may-exist add-br vlan10", "vlan10 is a VLAN bridge for VLAN 10");
	refused(fixture, "--may-exist add-br vlan10 br0 11",
		"vlan10 is a VLAN bridge for the wrong VLAN 10");
	done(fixture, "add-br br1");
	refused(fixture, "--may-exist add-br vlan10 br1 10", "vlan10 has the wrong parent br0");
	done(fixture, "del-br br1");
	refused(fixture, "--may-exist add-br br0 br0 10", "br0 is not a VLAN bridge");
	refused(fixture, "add-br vlan11 vlan10 11",
		"cannot create bridge with fake bridge as parent");
	refused(fixture, "add-br again br0 10",
		"already has a child VLAN bridge vlan10 on VLAN 10");
	refused(fixture, "add-br x br0 4095", "vlan must be between 1 and 4094");
	refused(fixture, "clear port vlan10 tag", "delete it with del-br");

	done(fixture, "del-br vlan10");
	prints(fixture, "list-br -- list-ports br0", "br0\np2\n");
	done(fixture, "add-br vlan10 br0 10 -- add-port vlan10 p1 -- del-br br0");
	prints(fixture, "list-br", "");
	refused(fixture, "port-to-br p1", "no port named p1");
}

static void test_refused_devices(void **state)
{
	struct fixture *fixture = *state;
	struct link *link;

	done(fixture, "add-br br0");
	link = fake_link_add("lo", "");
	link->flags |= IFF_LOOPBACK;
	link->type = ARPHRD_LOOPBACK;
	refused(fixture, "add-port br0 lo", "loopback");
	fake_link_add("linux0", "bridge");
	refused(fixture, "add-port br0 linux0", "bridge");
	fake_link_add("p1", "veth")->master =
		link_by_name(fixture->daemon.links, "linux0")->ifindex;
	refused(fixture, "add-port br0 p1", "linux0");
	fake_link_add("tun0", "tun")->type = ARPHRD_NONE;
	refused(fixture, "add-port br0 tun0", "Ethernet");
	refused(fixture, "add-br linux0", "exists already");
	prints(fixture, "list-br -- list-ports br0", "br0\n");
}

static void test_names(void **state)
{
	struct fixture *fixture = *state;

	refused(fixture, "add-br 0123456789abcdef", "0123456789abcdef");
	refused(fixture, "add-br a/b", "a/b");
	done(fixture, "add-br br0");
	refused(fixture, "add-port br0 ..", "..");
	refused(fixture, "add-port br0 0123456789abcdef", "0123456789abcdef");
}

static void test_wrong_words(void **state)
{
	struct fixture *fixture = *state;

	refused(fixture, "", "missing command name");
	refused(fixture, "--", "missing command name");
	refused(fixture, "--may-exist", "missing command name");
	refused(fixture, "foo", "unknown command 'foo'; use --help for help");
	refused(fixture, "add-brr br0", "unknown command 'add-brr', did you mean 'add-br'?");
	refused(fixture, "fdb/shwo br0", "did you mean 'fdb/show'?");
	refused(fixture, "add-br", "'add-br' command requires at least 1 arguments");
	refused(fixture, "add-br a b", "'add-br' command takes exactly 1 or 3 arguments");
	refused(fixture, "add-br a b 1 c", "'add-br' command takes at most 3 arguments");
	refused(fixture, "list-br x", "'list-br' command takes at most 0 arguments");
	refused(fixture, "del-br br0 --if-exists",
		"'del-br' command takes at most 1 arguments (note that options must precede "
		"command names and follow a \"--\" argument)");
	refused(fixture, "--if-exists add-br br0", "'add-br' command has no '--if-exists' option");
	refused(fixture, "--may-exist=yes add-br br0",
		"'--may-exist' option on 'add-br' does not accept an argument");
	refused(fixture, "--columns list port",
		"missing argument to '--columns' option on 'list' command");
	refused(fixture, "--may-exist --may-exist add-br br0",
		"'--may-exist' option specified multiple times");
	refused(fixture, "--may add-br br0", "'add-br' command has no '--may' option");
}

/* Nothing of a chain runs before all of it is understood, and nothing stays when a part is refused.
 */
static void test_chain(void **state)
{
	struct fixture *fixture = *state;

	fake_link_add("p1", "veth");
	done(fixture, "-- --may-exist add-br br0 -- add-port br0 p1 --");
	prints(fixture, "list-ports br0 -- list-br", "p1\nbr0\n");
	prints(fixture, "add-br br1 -- list-br", "br0\nbr1\n");
	refused(fixture, "add-br br2 -- add-port br2",
		"add-port br2: 'add-port' command requires at least 2 arguments");
	refused(fixture, "add-br br2 -- add-port br2 p1", "add-port br2 p1: ");
	refused(fixture, "del-port p1 -- del-br br9", "del-br br9: ");
	prints(fixture, "list-br", "br0\nbr1\n");
	assert_non_null(dp_port_of(fixture, "p1"));

	/* A chain that moves a port has it on one bridge all the time. */
	done(fixture, "del-port br0 p1 -- add-port br1 p1");
	prints(fixture, "port-to-br p1", "br1\n");
	assert_true(is_flooded_to(fixture, "br1", "p1"));

	/* The bridge's device is still there while the chain is looked at. */
	done(fixture, "del-br br1 -- add-br br1");

	assert_int_equal(run(fixture, "add-br br3 -- br-exists br9"), 2);
	assert_int_equal(run(fixture, "br-exists br3"), 2);
}

/* The programs of Open vSwitch know their own commands only, and say what these say: without a
 * guess at what was meant, and without the sub-command in front. */
static void test_languages(void **state)
{
	struct fixture *fixture = *state;

	language = LANGUAGE_VSCTL;
	done(fixture, "add-br br0 -- list-br");
	assert_int_equal(run(fixture, "add-brr br0"), 1);
	assert_string_equal(result.error.text, "unknown command 'add-brr'; use --help for help");
	refused(fixture, "fdb/show br0", "unknown command 'fdb/show'");
	refused(fixture, "dump-ports br0", "unknown command 'dump-ports'");
	refused(fixture, "shutdown", "unknown command 'shutdown'");
	assert_int_equal(run(fixture, "add-br br1 -- del-br br9"), 1);
	assert_string_equal(result.error.text, "no bridge named br9");
	assert_int_equal(run(fixture, "add-br br1 -- del-br"), 1);
	assert_string_equal(result.error.text, "'del-br' command requires at least 1 arguments");
	language = LANGUAGE_OFCTL;
	done(fixture, "dump-ports br0");
	refused(fixture, "list-br", "unknown command 'list-br'");
	language = LANGUAGE_APPCTL;
	done(fixture, "fdb/show br0");
	refused(fixture, "list-br", "unknown command 'list-br'");
	language = LANGUAGE_OWN;
	done(fixture, "fdb/show br0 -- dump-ports br0 -- list-br");
	assert_int_equal(run(fixture, "add-br br1 -- del-br br9"), 1);
	assert_string_equal(result.error.text, "del-br br9: no bridge named br9");
}

/* Reconcile finds what no handler could: the data path comes back to what was committed. */
static void test_reconcile_fails(void **state)
{
	struct fixture *fixture = *state;

	fake_link_add("p1", "veth");
	done(fixture, "add-br br0 -- add-port br0 p1");
	refused(fixture,
		"del-port p1 -- add-br br1 -- set bridge br1 other-config:mac-table-size=1048576",
		"1048576");
	prints(fixture, "list-br -- list-ports br0", "br0\np1\n");
	assert_non_null(dp_port_of(fixture, "p1"));
	assert_true(is_flooded_to(fixture, "br0", "p1"));
}

static void test_oneline(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-br br1");
	prints(fixture, "--oneline list-br -- list-ports br0", "br0\\nbr1\n\n");
}

static void test_records(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-port br0 p1 external_ids:a=b");
	prints(fixture, "get port p1 external_ids:a", "b\n");
	done(fixture, "set interface p1 options:rx-hook=tc");
	prints(fixture, "get interface p1 options", "{rx-hook=tc}\n");
	done(fixture, "remove interface p1 options rx-hook -- clear port p1 external_ids");
	prints(fixture, "get interface p1 options -- get port p1 external_ids", "{}\n{}\n");
	refused(fixture, "set nonsense p1 a=b", "nonsense");
	refused(fixture, "set port p9 tag=1", "p9");
	done(fixture, "set port p1 tag=1");
	refused(fixture, "set port p1 tag=0", "range 1 to 4094");
	refused(fixture, "set port p1 tag=4095", "range 1 to 4094");
	done(fixture, "clear port p1 tag");
	done(fixture, "--if-exists set port p9 tag=1");
	refused(fixture, "set port p1 nonsense=1", "nonsense");
	refused(fixture, "set interface p1 ofport=7", "ofport");
	refused(fixture, "add-port br0 p2 nonsense=1", "nonsense");
	prints(fixture, "list-ports br0", "p1\n");
}

static void test_dump_ports(void **state)
{
	struct fixture *fixture = *state;
	struct dp_counters *counters;

	fake_link_add("p1", "veth");
	done(fixture, "add-br br0 -- add-port br0 p1");
	counters = &fixture->daemon.dp->counters[port_of(fixture, "p1")->conf->number];
	counters->total = (struct xvs_counters){1, 60, 2, 3000};
	counters->drops[XVS_DROP_LINK_LOCAL] = 3;
	counters->drops[XVS_DROP_MTU] = 1;
	prints(fixture, "dump-ports br0 p1",
	       "OFPST_PORT reply (xid=0x2): 1 ports\n"
	       "  port  1: rx pkts=1, bytes=60, drop=3, errs=0, frame=0, over=0, crc=0\n"
	       "           tx pkts=2, bytes=3000, drop=1, errs=0, coll=0\n"
	       "           dropped: link-local=3, mtu-exceeded=1\n");
	prints(fixture, "dump-ports br0 1 -- list-ports br0",
	       "OFPST_PORT reply (xid=0x2): 1 ports\n"
	       "  port  1: rx pkts=1, bytes=60, drop=3, errs=0, frame=0, over=0, crc=0\n"
	       "           tx pkts=2, bytes=3000, drop=1, errs=0, coll=0\n"
	       "           dropped: link-local=3, mtu-exceeded=1\n"
	       "p1\n");
	done(fixture, "dump-ports br0");
	assert_non_null(strstr(text_string(&result.output), "2 ports\n  port LOCAL: rx pkts=0"));
	refused(fixture, "dump-ports br0 p9", "br0 has no port p9");
	refused(fixture, "dump-ports br9", "br9");
}

static void test_fdb(void **state)
{
	struct fixture *fixture = *state;

	fake_link_add("p1", "veth");
	done(fixture, "add-br br0 -- add-port br0 p1");
	speak(fixture, "p1", 7);
	assert_int_not_equal(learned_at(fixture, "br0", 7), 0);
	done(fixture, "fdb/show br0");
	assert_non_null(
		strstr(text_string(&result.output), " port  VLAN  MAC                Age\n"));
	done(fixture, "fdb/flush br0");
	assert_int_equal(learned_at(fixture, "br0", 7), 0);
	done(fixture, "fdb/add br0 p1 0 02:00:00:00:aa:01");
	done(fixture, "fdb/show br0");
	assert_non_null(
		strstr(text_string(&result.output), "    1     0  02:00:00:00:aa:01  static\n"));
	done(fixture, "set port p1 tag=20");
	refused(fixture, "fdb/add br0 p1 10 02:00:00:00:aa:02", "does not carry VLAN 10");
	refused(fixture, "fdb/add br0 p1 4095 02:00:00:00:aa:02", "not a VLAN");
	done(fixture, "fdb/add br0 p1 20 02:00:00:00:aa:02");
	done(fixture, "fdb/del br0 20 02:00:00:00:aa:02");
	done(fixture, "clear port p1 tag");
	refused(fixture, "fdb/add br0 p1 0 03:00:00:00:aa:02", "group address");
	refused(fixture, "fdb/add br0 p1 0 xx", "xx");
	done(fixture, "fdb/del br0 0 02:00:00:00:aa:01");
	refused(fixture, "fdb/del br0 0 02:00:00:00:aa:01", "02:00:00:00:aa:01");
	done(fixture, "fdb/stats-show br0");
	refused(fixture, "fdb/show br9", "br9");
}

static void test_show(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-port br0 p1");
	done(fixture, "show");
	assert_non_null(strstr(text_string(&result.output), "    Bridge br0\n"));
	assert_non_null(strstr(text_string(&result.output), "                error: \""));
}

static void test_shutdown(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "shutdown");
	assert_non_null(result.after);
	refused(fixture, "shutdown -- del-br br9", "br9");
	assert_null(result.after);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

/* What would end the switch, or forget addresses, does not when it is only tried. */
static void test_dry_run(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "shutdown");
	assert_non_null(result.after);
	done(fixture, "--dry-run shutdown");
	assert_null(result.after);
	done(fixture, "--dry-run add-br br0");
	prints(fixture, "list-br", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		TEST(test_bridges),
		TEST(test_ports),
		TEST(test_fake_bridges),
		TEST(test_refused_devices),
		TEST(test_names),
		TEST(test_wrong_words),
		TEST(test_chain),
		TEST(test_languages),
		TEST(test_reconcile_fails),
		TEST(test_oneline),
		TEST(test_records),
		TEST(test_dump_ports),
		TEST(test_fdb),
		TEST(test_show),
		TEST(test_shutdown),
		TEST(test_dry_run),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
