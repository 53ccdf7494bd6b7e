/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random configurations, made by random commands: what export says of one, apply makes of an empty
 * switch, of one after emer-reset, and of one that is configured otherwise; and on a switch that is
 * so already it changes nothing. XVS_SEED=N runs one seed only.
 */
#include "config_fixture.h"

#define SEEDS       40
#define COMMANDS    150

#define PICK(array) ((array)[(size_t)rand() % (sizeof(array) / sizeof(*(array)))])

static const char *const bridges[] = {"br0", "br0", "br0", "br1", "br1", "f10", "f20", "p1"};
static const char *const ports[] = {"p1", "p2", "p3", "p4", "a=b", "-x", "b[0]", "bond0", "bond1"};
static const char *const vlans[] = {"0", "1", "10", "20", "4094"};
static const char *const strings[] = {
	"a",       "\"a b\"",   "\"\"",      "\"it's\"", "\"say \\\"x\\\"\"",
	"\"#x\"",  "\"\\\\\"",  "\"a\\nb\"", "\"true\"", "\"[x]\"",
	"\"-x\"",  "\"$HOME\"", "\"@x\"",    "\"1.5\"",  "\xc3\xbc",
	"\"a,b\"", "\"{}\"",    "\"a=b\"",   "\"a:b\"",  "\"tab\\t\"",
	"\"'\"",
};

/*
 * Words apart by a space, in which %b stands for a bridge, %p for a port, %v for a VLAN, %n for a
 * small number and %s for a string, at random.
 */
static const char *const commands[] = {
	"--may-exist add-br br0",
	"--may-exist add-br br1",
	"add-br %b",
	"add-br %b %b %v",
	"add-port br0 %p",
	"add-port br0 %p",
	"add-port br1 %p",
	"add-port %b %p",
	"add-bond %b %p %p m%n",
	"add-bond %b %p bond%n m%n",
	"add-port %b %p tag=%v",
	"add-port %b %p -- set Interface %p type=internal",
	"add-bond %b %p %p %p",
	"add-bond %b bond%n %p %p m%n",
	"--fake-iface add-bond %b %p %p m%n bond_mode=balance-slb",
	"del-port %p",
	"del-br %b",
	"add-port br0 %p -- add-port br1 %p",
	"--id=@i create Interface name=%p -- --id=@p create Port name=%p interfaces=@i -- add "
	"Bridge %b "
	"ports @p",
	"--id=@i create Interface name=m%n -- add Port %p interfaces @i",
	"set Bridge %b fail_mode=secure other_config:mac-aging-time=%n",
	"set Bridge %b external_ids:%s=%s external_ids:k%n=%s",
	"set Bridge %b stp_enable=true protocols=OpenFlow10,OpenFlow13 flood_vlans=%v,7-9,30",
	"set Bridge %b datapath_type=%s other_config:hwaddr=02:00:00:00:00:0%n",
	"br-set-external-id %b k%n v",
	"set Port %p tag=%v",
	"set Port %p trunks=%v,100-200,300",
	"set Port %p vlan_mode=native-untagged tag=%v",
	"set Port %p external_ids={k%n=%s} lacp=active bond_updelay=%n",
	"set Port %p other_config:priority-tags=always mac=%s",
	"set Port %p fake_bridge=true",
	"set Port %p fake_bridge=true tag=%v -- set Interface %p type=internal",
	"set Interface %p external_ids:iface-id=%s",
	"set Interface %p type=patch options:peer=%p",
	"set Interface %p type=patch options:peer=x%n -- add-port %b x%n -- set Interface x%n "
	"type=patch "
	"options:peer=%p",
	"set Interface %p ofport_request=%n mtu_request=150%n ingress_policing_rate=%n",
	"set Interface %p options:rx-hook=tc lldp:enable=true bfd:enable=true cfm_mpid=%n",
	"clear Port %p tag trunks vlan_mode",
	"fdb/add %b %p %v 02:00:00:00:01:0%n",
	"fdb/add %b %p 0 02:00:00:00:01:0%n",
	"set Open_vSwitch . external_ids:%s=%s other_config:vlan-limit=2 system_type=%s",
	"set Port %p qos=@q -- --id=@q create QoS type=linux-htb queues:%n=@a queues:1%n=@b -- "
	"--id=@a "
	"create Queue dscp=%n -- --id=@b create Queue other_config:max-rate=%n",
	"set Port %p qos=@q -- set Port %p qos=@q -- --id=@q create QoS type=%s",
	"create Queue external_ids:a=%n",
	"--id=@a create Queue dscp=[] -- create QoS type=x queues:0=@a -- create QoS type=x "
	"queues:0=@a",
	"clear Port %p qos",
	"--all destroy QoS",
	"--all destroy Queue",
	"--id=@p get Port %p -- add Bridge %b mirrors @m -- --id=@m create Mirror name=%s "
	"output_port=@p",
	"--id=@p get Port %p -- --id=@q get Port %p -- set Bridge %b mirrors=@m -- --id=@m create "
	"Mirror "
	"name=m%n select_src_port=@p,@q select_dst_port=@q output_vlan=10 select_vlan=%v,5",
	"set-controller %b tcp:192.0.2.%n:6653 tcp:192.0.2.9:6653",
	"--inactivity-probe=%n set-controller %b tcp:192.0.2.%n:6653",
	"del-controller %b",
	"set-fail-mode %b standalone",
	"set-manager ptcp:664%n ssl:192.0.2.1:6640",
	"--bootstrap set-ssl /k%n /c /ca",
	"del-ssl",
	"set Bridge %b netflow=@n -- --id=@n create NetFlow targets=\"192.0.2.%n:9996\"",
	"set Bridge %b netflow=@n -- --id=@n create NetFlow active_timeout=%n",
	"set Bridge %b sflow=@s -- set Bridge %b sflow=@s -- --id=@s create sFlow agent=%s "
	"targets=\"192.0.2.1:6343\",\"192.0.2.%n:1\" header=%n",
	"set Bridge %b ipfix=@i -- --id=@i create IPFIX targets=\"192.0.2.1:4739\" sampling=1%n",
	"set Bridge %b flow_tables:%n=@t -- --id=@t create Flow_Table name=%s "
	"prefixes=ip_dst,ip_src",
	"set Bridge %b auto_attach=@a -- --id=@a create AutoAttach system_name=%s mappings:%n=1%n",
	"--id=@b get Bridge %b -- create Flow_Sample_Collector_Set id=%n bridge=@b",
	"--id=@b get Bridge %b -- --id=@i create IPFIX sampling=%n -- create "
	"Flow_Sample_Collector_Set "
	"id=%n bridge=@b ipfix=@i",
	"set Open_vSwitch . datapaths:system=@d -- --id=@d create Datapath ct_zones:%n=@z -- "
	"--id=@z create "
	"CT_Zone timeout_policy=@t -- --id=@t create CT_Timeout_Policy timeouts:tcp_close=%n",
	"add-flow %b priority=%n,in_port=%p,actions=output:%n",
	"add-flow %b priority=%n,actions=NORMAL,output:%p",
	"add-flow %b table=%n,cookie=%n,idle_timeout=%n,tcp,tp_dst=%v,actions=set_field:%n->reg0,"
	"resubmit(,%n)",
	"add-flow %b priority=0,actions=%n",
	"del-flows %b",
	"del-flows %b table=%n",
	"set Bridge %b fail_mode=[]",
	"add-group %b group_id=%n,type=all,bucket=output:%n,bucket=output:%p",
	"add-flow %b table=%n,actions=group:%n",
	"del-groups %b group_id=%n",
	"add-meter %b meter=%n,kbps,bands=type=drop,rate=10%n",
	"del-meter %b meter=%n",
	"mod-port %b %p no-flood",
	"mod-port %b %p no-receive",
	"mod-port %b %p flood",
	"emer-reset",
};

static void add_random(struct text *word, char kind)
{
	switch (kind) {
	case 'b':
		text_add(word, "%s", PICK(bridges));
		break;
	case 'p':
		text_add(word, "%s", PICK(ports));
		break;
	case 'v':
		text_add(word, "%s", PICK(vlans));
		break;
	case 's':
		text_add(word, "%s", PICK(strings));
		break;
	default:
		text_add(word, "%d", rand() % 5 + 1);
	}
}

static char *expand(const char *template)
{
	struct text word = TEXT_EMPTY;

	for (const char *p = template; *p; p++) {
		if (*p == '%')
			add_random(&word, *++p);
		else
			text_add_octets(&word, p, 1);
	}
	return word.data;
}

/* Much of it is refused, for lack of such a bridge or port: that is part of it. */
static bool run_random(struct fixture *fixture)
{
	char *template = strdup(PICK(commands)), *rest = template, *word, *words[64];
	struct command_result result;
	int n = 0, status;

	while ((word = strsep(&rest, " ")))
		words[n++] = expand(word);
	result = run_words(fixture, n, words);
	status = result.status;
	free_result(&result);
	while (n)
		free(words[--n]);
	free(template);
	return status == 0;
}

static unsigned n_run;

static void make_random(struct fixture *fixture)
{
	run(fixture, "add-br br0 -- add-br br1");
	for (int i = 0; i < COMMANDS; i++)
		n_run += run_random(fixture);
}

/* Flows and groups to ports that are not there, as commands that delete them. */
struct forgetting {
	struct bridge_description to;
	struct text commands;
};

/* db_flow_fn */
static int forget_flow(const struct db_flow *flow, void *arg)
{
	struct forgetting *forgetting = arg;

	forgetting->to.nobody = false;
	describe_flow(flow, &forgetting->to);
	if (forgetting->to.nobody)
		text_add(&forgetting->commands, " -- --strict del-flows %s table=%u,priority=%u,%s",
			 forgetting->to.bridge, flow->table, flow->priority, flow->match);
	return 0;
}

/* db_group_fn */
static int forget_group(const struct db_group *group, void *arg)
{
	struct forgetting *forgetting = arg;

	forgetting->to.nobody = false;
	describe_group(group, &forgetting->to);
	if (forgetting->to.nobody)
		text_add(&forgetting->commands, " -- del-groups %s group_id=%u",
			 forgetting->to.bridge, group->group);
	return 0;
}

/* db_name_fn */
static void forget_of_bridge(const char *bridge, void *arg)
{
	struct forgetting *forgetting = arg;
	struct db *db = forgetting->to.db;

	forgetting->to.bridge = bridge;
	assert_int_equal(db_flow_each(db, bridge, forget_flow, forgetting, NULL), 0);
	assert_int_equal(db_group_each(db, bridge, forget_group, forgetting, NULL), 0);
}

/* A number that is nobody's may be somebody's on another switch. */
static void forget_nobody(struct fixture *fixture)
{
	struct text ignored = TEXT_EMPTY;
	struct forgetting forgetting = {.to = {.db = fixture->daemon.db, .text = &ignored}};

	assert_int_equal(db_bridge_names(fixture->daemon.db, true, false, forget_of_bridge,
					 &forgetting, NULL),
			 0);
	if (forgetting.commands.length)
		done(fixture, text_string(&forgetting.commands) + strlen(" -- "));
	text_free(&forgetting.commands);
	text_free(&ignored);
}

/* Says the first line in which two texts differ. */
static void assert_same(unsigned seed, const char *what, const char *is, const char *should_be)
{
	size_t line = 0;

	if (!strcmp(is, should_be))
		return;
	for (size_t i = 0; is[i] && is[i] == should_be[i]; i++)
		line = is[i] == '\n' ? i + 1 : line;
	fail_msg("seed %u, %s:\n%.*s\nshould be\n%.*s", seed, what, (int)strcspn(is + line, "\n"),
		 is + line, (int)strcspn(should_be + line, "\n"), should_be + line);
}

/* The switch is as text and description say. */
static void check(struct fixture *fixture, unsigned seed, const char *what, const char *text,
		  const char *description)
{
	char *is = export_text(fixture);

	assert_same(seed, what, is, text);
	free(is);
	is = describe_all(fixture->daemon.db);
	assert_same(seed, what, is, description);
	free(is);
}

static void check_apply(struct fixture *fixture, unsigned seed, const char *what, const char *text,
			const char *description)
{
	if (apply(fixture, text))
		fail_msg("seed %u, %s: %s\nin\n%s", seed, what, fixture->error.text, text);
	check(fixture, seed, what, text, description);
	assert_settled(fixture);
}

/* next_cfg counts the commands that changed anything. */
static json_int_t count_changes(struct fixture *fixture)
{
	struct db_config *config;
	json_int_t count;

	assert_int_equal(db_config_load(fixture->daemon.db, &config, NULL), 0);
	count = config->next_cfg;
	db_config_free(config);
	return count;
}

static void check_seed(void **state, unsigned seed)
{
	struct fixture *fixture;
	char *text, *description;
	json_int_t changes;

	srand(seed);
	assert_int_equal(fixture_setup(state), 0);
	fixture = *state;
	make_random(fixture);
	forget_nobody(fixture);
	text = export_text(fixture);
	description = describe_all(fixture->daemon.db);
	changes = count_changes(fixture);
	check_apply(fixture, seed, "on itself", text, description);
	assert_int_equal(count_changes(fixture), changes);
	done(fixture, "emer-reset");
	check_apply(fixture, seed, "after emer-reset", text, description);
	check_apply(fixture, seed, "nothing",
		    "# Configuration of a switch: xvsctl apply FILE "
		    "brings it back.\n",
		    "Open_vSwitch . 0 external_ids={} other_config={} system_type=[] "
		    "system_version=[]\n");
	check_apply(fixture, seed, "on nothing", text, description);
	make_random(fixture);
	check_apply(fixture, seed, "after other commands", text, description);
	fixture_stop(fixture);
	fixture_start(fixture);
	check(fixture, seed, "after a restart", text, description);
	assert_int_equal(fixture_teardown(state), 0);
	assert_int_equal(fixture_setup(state), 0);
	make_random(*state);
	check_apply(*state, seed, "on another switch", text, description);
	assert_int_equal(fixture_teardown(state), 0);
	free(text);
	free(description);
}

static void test_seeds(void **state)
{
	const char *only = getenv("XVS_SEED");

	if (only) {
		check_seed(state, (unsigned)atoi(only));
		return;
	}
	for (unsigned seed = 1; seed <= SEEDS; seed++)
		check_seed(state, seed);
	assert_true(n_run > SEEDS * COMMANDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
