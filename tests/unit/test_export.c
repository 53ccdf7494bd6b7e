/* SPDX-License-Identifier: BSD-2-Clause */
/* What export writes of each kind of record, and what apply makes of a file, right or wrong. */
#include "config_fixture.h"

#define HEADER "# Configuration of a switch: xvsctl apply FILE brings it back.\n"

/* Chains that configure something, and what export says of a switch with nothing else. */
static const struct kind {
	const char *chain, *text;
} kinds[] = {
	{"init", ""},
	{"add-br br1 -- add-br br0", "add-br br0\nadd-br br1\n"},
	{"add-br br0 -- add-br f10 br0 10 -- add-port f10 p1",
	 "add-br br0\nadd-br f10 br0 10\nadd-port br0 p1\nset Port p1 tag=10\n"},
	{"add-br br0 -- add-br f10 br0 10 -- set port f10 tag=11",
	 "add-br br0\nadd-br f10 br0 11\n"},
	{"add-br br0 -- add-br f10 br0 10 -- fdb/add br0 f10 10 02:00:00:00:00:01",
	 "add-br br0\nadd-br f10 br0 10\nfdb/add br0 f10 10 02:00:00:00:00:01\n"},
	/* The VLAN was another one when the address was added. */
	{"add-br br0 -- add-br f10 br0 10 -- fdb/add br0 f10 10 02:00:00:00:00:01 -- set port f10 "
	 "tag=11",
	 "add-br br0\nadd-port br0 f10\nfdb/add br0 f10 10 02:00:00:00:00:01\n"
	 "set Port f10 fake_bridge=true tag=11\nset Interface f10 type=internal\n"},
	{"add-br br0 -- add-bond br0 b0 p2 p1 p3 lacp=active",
	 "add-br br0\nadd-bond br0 b0 p2 p1 p3\nset Port b0 lacp=active\n"},
	{"add-br br0 -- --fake-iface add-bond br0 b0 p2 p1",
	 "add-br br0\nadd-bond br0 b0 p2 p1\nset Port b0 bond_fake_iface=true\n"},
	{"add-br br0 -- --id=@i create Interface name=p1 -- --id=@p create Port name=one "
	 "interfaces=@i -- add Bridge br0 ports @p",
	 "add-br br0\n--id=@interface2 create Interface name=p1\n"
	 "--id=@port2 create Port name=one interfaces=@interface2\n"
	 "add Bridge br0 ports @port2\n"},
	{"add-br br0 -- add-br br1 -- add-port br0 a -- add-port br1 b -- set interface a "
	 "type=patch "
	 "options:peer=b -- set interface b type=patch options:peer=a",
	 "add-br br0\nadd-br br1\nadd-port br0 a\nadd-port br1 b\n"
	 "set Interface a options:peer=b type=patch\nset Interface b options:peer=a type=patch\n"},
	{"add-br br0 -- add-port br0 in -- set interface in type=internal ofport_request=7 "
	 "mtu_request=9000",
	 "add-br br0\nadd-port br0 in\n"
	 "set Interface in mtu_request=9000 ofport_request=7 type=internal\n"},
	{"add-br br0 -- add-port br0 p1 trunks=10,0,1-5,12,13",
	 "add-br br0\nadd-port br0 p1\nset Port p1 trunks=0-5,10,12,13\n"},
	{"add-br br0 -- fdb/add br0 br0 9 02:00:00:00:00:02 -- add-port br0 p1 -- fdb/add br0 p1 0 "
	 "02:00:00:00:00:01",
	 "add-br br0\nadd-port br0 p1\nfdb/add br0 p1 0 02:00:00:00:00:01\n"
	 "fdb/add br0 br0 9 02:00:00:00:00:02\n"},
	{"add-br br0 -- set bridge br0 fail_mode=secure external_ids:b=2 external_ids:a=x,y",
	 "add-br br0\nset Bridge br0 external_ids:a=x,y external_ids:b=2 fail_mode=secure\n"},
	{"set Open_vSwitch . other_config:vlan-limit=2 external_ids:system-id=u next_cfg=7",
	 "set Open_vSwitch . external_ids:system-id=u other_config:vlan-limit=2\n"},
	{"add-br br0 -- add-port br0 p1 qos=@q -- --id=@q create QoS type=linux-htb queues:1=@b "
	 "queues:0=@a -- --id=@a create Queue other_config:max-rate=5 -- --id=@b create Queue "
	 "dscp=3",
	 "add-br br0\nadd-port br0 p1\n"
	 "--id=@qos1 create QoS queues:0=@queue2 queues:1=@queue1 type=linux-htb\n"
	 "--id=@queue1 create Queue dscp=3\n"
	 "--id=@queue2 create Queue other_config:max-rate=5\nset Port p1 qos=@qos1\n"},
	{"create Queue dscp=[]", "create Queue 'dscp=[]'\n"},
	{"add-br br0 -- add-port br0 p1 -- --id=@p get port p1 -- --id=@m create Mirror name=m "
	 "select_src_port=@p output_vlan=5 -- set bridge br0 mirrors=@m",
	 "add-br br0\nadd-port br0 p1\n--id=@port2 get Port p1\n"
	 "--id=@mirror1 create Mirror name=m output_vlan=5 select_src_port=@port2\n"
	 "set Bridge br0 mirrors=@mirror1\n"},
	{"add-br br0 -- set-controller br0 tcp:b tcp:a",
	 "add-br br0\n--id=@controller1 create Controller 'target=\"tcp:a\"'\n"
	 "--id=@controller2 create Controller 'target=\"tcp:b\"'\n"
	 "set Bridge br0 controller=@controller1,@controller2\n"},
	{"set-manager ptcp:6640 -- set-ssl /k /c /a",
	 "--id=@manager1 create Manager 'target=\"ptcp:6640\"'\n"
	 "--id=@ssl1 create SSL 'ca_cert=\"/a\"' 'certificate=\"/c\"' 'private_key=\"/k\"'\n"
	 "set Open_vSwitch . manager_options=@manager1 ssl=@ssl1\n"},
	{"add-br br0 -- set bridge br0 netflow=@n sflow=@s ipfix=@i auto_attach=@a "
	 "flow_tables:3=@t "
	 "-- --id=@n create NetFlow targets=\"a:1\" -- --id=@s create sFlow targets=\"b:2\" "
	 "-- --id=@i create IPFIX targets=\"c:3\" -- --id=@a create AutoAttach system_name=x "
	 "-- --id=@t create Flow_Table name=t",
	 "add-br br0\n--id=@autoattach1 create AutoAttach system_name=x\n"
	 "--id=@flow_table1 create Flow_Table name=t\n"
	 "--id=@ipfix1 create IPFIX 'targets=\"c:3\"'\n"
	 "--id=@netflow1 create NetFlow 'targets=\"a:1\"'\n"
	 "--id=@sflow1 create sFlow 'targets=\"b:2\"'\n"
	 "set Bridge br0 auto_attach=@autoattach1 flow_tables:3=@flow_table1 ipfix=@ipfix1 "
	 "netflow=@netflow1 sflow=@sflow1\n"},
	{"add-br br0 -- --id=@b get bridge br0 -- create Flow_Sample_Collector_Set bridge=@b id=4",
	 "add-br br0\n--id=@bridge1 get Bridge br0\n"
	 "create Flow_Sample_Collector_Set bridge=@bridge1 id=4\n"},
	{"set Open_vSwitch . datapaths:system=@d -- --id=@d create Datapath ct_zones:1=@z "
	 "-- --id=@z create CT_Zone timeout_policy=@t -- --id=@t create CT_Timeout_Policy "
	 "timeouts:udp_first=9",
	 "--id=@ct_timeout_policy1 create CT_Timeout_Policy timeouts:udp_first=9\n"
	 "--id=@ct_zone1 create CT_Zone timeout_policy=@ct_timeout_policy1\n"
	 "--id=@datapath1 create Datapath ct_zones:1=@ct_zone1\n"
	 "set Open_vSwitch . datapaths:system=@datapath1\n"},
	{"add-br br0 -- del-flows br0", "add-br br0\ndel-flows br0\n"},
	{"add-br br0 -- add-flow br0 priority=0,actions=drop",
	 "add-br br0\nadd-flow br0 priority=0,actions=drop\n"},
	{"add-br br0 -- del-flows br0 -- add-flow br0 arp,actions=NORMAL",
	 "add-br br0\ndel-flows br0\nadd-flow br0 arp,actions=NORMAL\n"},
	{"add-br br0 -- set bridge br0 fail_mode=secure -- add-flow br0 arp,actions=NORMAL",
	 "add-br br0\nset Bridge br0 fail_mode=secure\nadd-flow br0 arp,actions=NORMAL\n"},
	{"add-br br0 -- add-port br0 p1 -- add-flow br0 in_port=p1,actions=drop -- add-flow br0 "
	 "table=1,priority=5,cookie=7,idle_timeout=9,hard_timeout=8,send_flow_rem,tcp,tp_dst=80,"
	 "actions=dec_ttl,output:p1 -- add-flow br0 table=1,priority=6,actions=drop",
	 "add-br br0\nadd-port br0 p1\nadd-flow br0 in_port=p1,actions=drop\n"
	 "add-flow br0 table=1,priority=6,actions=drop\n"
	 "add-flow br0 table=1,priority=5,cookie=0x7,idle_timeout=9,hard_timeout=8,send_flow_rem,"
	 "tcp,tp_dst=80,actions=dec_ttl,output:p1\n"},
	{"add-br br0 -- add-port br0 p1 -- add-meter br0 meter=2,kbps,bands=type=drop,rate=100 -- "
	 "add-group br0 group_id=7,type=all,bucket=output:p1 -- mod-port br0 p1 no-flood -- "
	 "mod-port br0 p1 no-forward -- add-flow br0 actions=meter:2,group:7",
	 "add-br br0\nadd-port br0 p1\nmod-port br0 p1 no-flood\nmod-port br0 p1 no-forward\n"
	 "add-group br0 group_id=7,type=all,bucket=bucket_id:0,actions=output:p1\n"
	 "add-meter br0 meter=2,kbps,bands=type=drop,rate=100\n"
	 "add-flow br0 actions=meter:2,group:7\n"},
	/* What a name says may be said by a number only, or in quotes. */
	{"add-br br0 -- add-port br0 a,b -- add-port br0 normal -- add-port br0 7 -- add-port br0 "
	 "eth0.1 -- add-flow br0 in_port=9,actions=output:1,output:2,output:3,output:4,normal",
	 "add-br br0\nadd-port br0 7\nadd-port br0 a,b\nadd-port br0 eth0.1\n"
	 "add-port br0 normal\nadd-flow br0 "
	 "'in_port=9,actions=output:\"a\\u002cb\",output:\"normal\",output:\"7\",output:\"eth0.1\","
	 "NORMAL'\n"},
	/* Members of a bond, and ports that are not made by add-port. */
	{"add-br br0 -- add-bond br0 b0 p2 p1 -- --id=@i create Interface name=p3 -- --id=@p "
	 "create Port name=one interfaces=@i -- add Bridge br0 ports @p -- add-group br0 "
	 "group_id=1,type=ff,bucket=watch_port=p3,output:p1 -- add-flow br0 in_port=p1,actions="
	 "resubmit(p3,1),clone(output:p2),output:LOCAL,in_port",
	 "add-br br0\nadd-bond br0 b0 p2 p1\n--id=@interface4 create Interface name=p3\n"
	 "--id=@port3 create Port name=one interfaces=@interface4\n"
	 "add Bridge br0 ports @port3\n"
	 "add-group br0 group_id=1,type=ff,bucket=bucket_id:0,watch_port:p3,actions=output:p1\n"
	 "add-flow br0 "
	 "'in_port=p1,actions=resubmit(p3,1),clone(output:p2),LOCAL,IN_PORT'\n"},
};

static json_int_t next_cfg(struct fixture *fixture)
{
	struct db_config *config;
	json_int_t number;

	assert_int_equal(db_config_load(fixture->daemon.db, &config, NULL), 0);
	number = config->next_cfg;
	db_config_free(config);
	return number;
}

/* All records, with their UUIDs and the order in which they were made. The caller frees it. */
static char *dump(struct fixture *fixture)
{
	struct text text = TEXT_EMPTY;
	struct snapshot snapshot;

	assert_int_equal(snapshot_load(&snapshot, fixture->daemon.db, NULL), 0);
	for (size_t i = 0; i < snapshot.n; i++) {
		text_add(&text, "%s %s", snapshot.records[i]->table->name,
			 snapshot.records[i]->uuid);
		for (size_t j = 0; j < snapshot.records[i]->table->n_columns; j++)
			if (snapshot.records[i]->values[j])
				datum_format(snapshot.records[i]->values[j], &text);
	}
	snapshot_free(&snapshot);
	return text.data;
}

static void test_kinds(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char *text, *before, *after;
		json_int_t changes;

		done(fixture, kinds[i].chain);
		text = export_text(fixture);
		assert_int_equal(strncmp(text, HEADER, strlen(HEADER)), 0);
		assert_string_equal(text + strlen(HEADER), kinds[i].text);

		/* As it is: not a single record or number is another one. */
		before = dump(fixture);
		changes = next_cfg(fixture);
		applied(fixture, text);
		after = dump(fixture);
		assert_string_equal(after, before);
		assert_int_equal(next_cfg(fixture), changes);
		free(after);
		free(before);
		free(text);

		applied(fixture, "");
		text = export_text(fixture);
		assert_string_equal(text, HEADER);
		free(text);
		applied(fixture, kinds[i].text);
		text = export_text(fixture);
		assert_string_equal(text + strlen(HEADER), kinds[i].text);
		free(text);
		applied(fixture, "");
	}
}

/* Files that are refused, and the sentence. */
static const struct {
	const char *text, *sentence;
} refusals[] = {
	{"add-br br0\nadd-prot br0 p1\n",
	 "line 2: unknown command 'add-prot', did you mean 'add-port'? Use --help for help"},
	{"add-br br0\n\n# remark\nadd-port br9 p1", "line 4: no bridge named br9"},
	{"add-br br0 \\\n br0 \\\n x\n", "line 1: add-br: vlan must be between 1 and 4094"},
	{"add-br br0\nadd-br br0",
	 "line 2: cannot create a bridge named br0 because a bridge named br0 already exists"},
	{"add-br 'br0", "line 1: a quote (') is opened and not closed"},
	{"--if-exists add-br br0", "line 1: 'add-br' command has no '--if-exists' option"},
	{"--id=@x", "line 1: missing command name (use --help for help)"},
	{"add-br", "line 1: 'add-br' command requires at least 1 arguments"},
	{"add-br br0\nset port br0 qos=@q",
	 "row id \"@q\" is referenced but never created (e.g. with \"-- --id=@q create ...\")"},
	{"add-br br0\nadd-port br0 p1\nset interface p1 type=patch\nset port p1 vlan_mode=access "
	 "trunks=5\nset interface br0 type=system",
	 "interface br0 is the local port of a bridge, whose type can only be internal"},
};

static void test_refusals(void **state)
{
	struct fixture *fixture = with_two_ports(state);
	char *before = dump(fixture), *after;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		assert_int_equal(apply(fixture, refusals[i].text), 1);
		assert_string_equal(fixture->error.text, refusals[i].sentence);
	}
	after = dump(fixture);
	assert_string_equal(after, before);
	assert_settled(fixture);
	free(before);
	free(after);
}

/* A command is known to be fit for a file or not. A new one is not, and is to be added here. */
static void test_commands(void **state)
{
	static const char *const unfit[] = {
		"apply",        "br-exists",      "br-get-external-id",
		"br-to-parent", "br-to-vlan",     "dump-ports",
		"emer-reset",   "export",         "fdb/del",
		"fdb/flush",    "fdb/show",       "fdb/stats-show",
		"find",         "get-controller", "get-fail-mode",
		"get-manager",  "get-ssl",        "iface-to-br",
		"list",         "list-br",        "list-ifaces",
		"list-ports",   "port-to-br",     "show",
		"shutdown",     "wait-until",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(unfit) / sizeof(*unfit); i++) {
		char sentence[128];
		struct text line = TEXT_EMPTY;

		text_add(&line, "%s", unfit[i]);
		for (size_t j = 0; j < command_table_size; j++)
			for (int k = 0;
			     !strcmp(command_table[j].name, unfit[i]) && k < command_table[j].min;
			     k++)
				text_add(&line, " x");
		snprintf(sentence, sizeof(sentence),
			 "line 1: '%s' can't stand in a file: ", unfit[i]);
		assert_int_equal(apply(fixture, text_string(&line)), 1);
		if (strncmp(fixture->error.text, sentence, strlen(sentence)))
			fail_msg("%s", fixture->error.text);
		text_free(&line);
	}
}

/* What stays keeps its records, its numbers, what was learned, and is not set again. */
static void test_difference(void **state)
{
	struct fixture *fixture = with_two_ports(state);
	char uuid[DB_UUID_LEN + 1];
	uint16_t number = dp_port_of(fixture, "p1")->number;
	struct dp *dp = fixture->daemon.dp;

	fake_link_add("p3", "veth");
	snprintf(uuid, sizeof(uuid), "%s", port_of(fixture, "p1")->conf->uuid);
	speak(fixture, "p1", 1);
	speak(fixture, "p2", 2);
	fake_dp_count_from_zero(dp);
	applied(fixture, "add-br br0\nadd-port br0 p3\nadd-port br0 p1\n"
			 "set Interface p1 external_ids:a=b\n");
	assert_string_equal(port_of(fixture, "p1")->conf->uuid, uuid);
	assert_int_equal(dp_port_of(fixture, "p1")->number, number);
	assert_int_equal(learned_at(fixture, "br0", 1), number);
	assert_int_equal(learned_at(fixture, "br0", 2), 0);
	assert_true(is_flooded_to(fixture, "br0", "p3"));
	assert_null(model_port(fixture->daemon.model, "p2"));
	assert_int_equal(dp->port_dels, 1);
	assert_settled(fixture);
}

static const char *uuid_of(struct fixture *fixture, const char *table, const char *record)
{
	static char uuids[2][DB_UUID_LEN + 1];
	static int last;

	last = !last;
	assert_int_equal(db_record_find(fixture->daemon.db, db_table_find(table, NULL), record,
					uuids[last], NULL),
			 0);
	return uuids[last];
}

/* db_flow_fn */
static int add_flow_line(const struct db_flow *flow, void *text)
{
	text_add(text, "%s %s\n", flow->match, flow->actions);
	return 0;
}

static void assert_flows(struct fixture *fixture, const char *wanted)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_flow_each(fixture->daemon.db, "br0", add_flow_line, &text, NULL), 0);
	assert_string_equal(text_string(&text), wanted);
	text_free(&text);
}

/* The ports of another switch have other numbers. Files with numbers are read, too. */
static void test_port_names(void **state)
{
	struct fixture *fixture = *state;
	char *text;

	applied(fixture, "add-br br0\nadd-port br0 p1\nadd-port br0 p2\ndel-flows br0\n"
			 "add-flow br0 in_port=2,actions=output:1\n");
	assert_flows(fixture, "in_port=2 output:1\n");
	text = export_text(fixture);
	applied(fixture, "");
	applied(fixture, "add-br br0\nadd-port br0 p2\n");
	applied(fixture, text);
	assert_flows(fixture, "in_port=1 output:2\n");
	free(text);
	assert_int_equal(apply(fixture, "add-br br0\nadd-flow br0 in_port=p2,actions=drop\n"), 1);
	assert_string_equal(fixture->error.text, "line 2: p2: invalid or unknown port for in_port");
}

/* A record that has no name is known again by its content, wherever it goes, else by its place. */
static void test_matching(void **state)
{
	struct fixture *fixture = with_two_ports(state);
	char first[DB_UUID_LEN + 1], second[DB_UUID_LEN + 1];

	done(fixture, "set port p1 qos=@a -- set port p2 qos=@b -- --id=@a create QoS type=a -- "
		      "--id=@b create QoS type=b");
	strcpy(first, uuid_of(fixture, "QoS", "p1"));
	strcpy(second, uuid_of(fixture, "QoS", "p2"));
	applied(fixture, "add-br br0\nadd-port br0 p1\nadd-port br0 p2\n--id=@b create QoS type=b\n"
			 "--id=@a create QoS type=a\nset port p1 qos=@b\nset port p2 qos=@a\n");
	assert_string_equal(uuid_of(fixture, "QoS", "p1"), second);
	assert_string_equal(uuid_of(fixture, "QoS", "p2"), first);
	applied(fixture, "add-br br0\nadd-port br0 p1\nadd-port br0 p2\n--id=@b create QoS type=c\n"
			 "--id=@a create QoS type=a\nset port p1 qos=@b\nset port p2 qos=@a\n");
	assert_string_equal(uuid_of(fixture, "QoS", "p1"), second);
	assert_string_equal(uuid_of(fixture, "QoS", "p2"), first);
}

/* The first interface of a bond is the one that is used. */
static void test_bond_order(void **state)
{
	struct fixture *fixture = with_two_ports(state);
	static const char *const orders[] = {"a b c", "c b a", "a c", "x a c", "a x c", "c a"};

	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		struct text text = TEXT_EMPTY, wanted = TEXT_EMPTY;
		char *is;

		text_add(&wanted, HEADER);
		text_add(&text, "add-br br0\nadd-bond br0 bond0 %s\n", orders[i]);
		text_add(&wanted, "%s", text_string(&text));
		applied(fixture, text_string(&text));
		is = export_text(fixture);
		assert_string_equal(is, text_string(&wanted));
		free(is);
		text_free(&text);
		text_free(&wanted);
	}
}

/* A port can't be made while another one has an interface of its name, and add-bond can't name an
 * interface as a port. */
static void test_name_of_a_member(void **state)
{
	struct fixture *fixture = *state;
	char *text, *before, *after;

	applied(fixture, "add-br br0\nadd-bond br0 a x y\n");
	applied(fixture, "add-br br0\nadd-bond br0 x p1 p2\n"
			 "--id=@x create Interface name=x\n--id=@y create Interface name=y\n"
			 "--id=@a create Port name=a interfaces=@x,@y\nadd Bridge br0 ports @a\n");
	text = export_text(fixture);
	before = describe_all(fixture->daemon.db);
	applied(fixture, "add-br br0\n");
	applied(fixture, text);
	after = describe_all(fixture->daemon.db);
	assert_string_equal(after, before);
	assert_non_null(strstr(after, "Interface br0/a/x"));
	free(text);
	free(before);
	free(after);
}

/* A port may be one already though its device, as it is now, can't be one. */
static void test_refused_devices(void **state)
{
	struct fixture *fixture = with_two_ports(state);

	done(fixture, "add-port br0 later");
	fake_link_add("later", "tun")->type = 0xfffe; /* carries no Ethernet frames */
	fake_link_changed(device(fixture, "later"));
	fake_link_add("other", "tun")->type = 0xfffe;
	fake_link_changed(device(fixture, "other"));
	applied(fixture, "add-br br0\nadd-port br0 later\n");
	assert_int_equal(apply(fixture, "add-br br0\nadd-port br0 later\nadd-port br0 other"), 1);
	assert_non_null(strstr(fixture->error.text, "line 3: "));
	assert_non_null(strstr(fixture->error.text, "other"));
}

static void test_dry_run(void **state)
{
	struct fixture *fixture = with_two_ports(state);
	char *words[] = {"--dry-run", "apply", "add-br br7"}, *before = dump(fixture), *after;
	struct command_result result = run_words(fixture, 3, words);

	assert_int_equal(result.status, 0);
	free_result(&result);
	words[2] = "add-br br7\nadd-br";
	result = run_words(fixture, 3, words);
	assert_int_equal(result.status, 1);
	free_result(&result);
	after = dump(fixture);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

/* What is looked at in a file is there, though the switch does not know of it yet. */
static void test_looking(void **state)
{
	struct fixture *fixture = *state;

	applied(fixture, "add-br br0\nadd-port br0 p1\n--id=@p get Port p1 _uuid tag\n"
			 "get Interface p1 ofport statistics status link_state mac_in_use\n"
			 "get Bridge br0 datapath_id status\nget Open_vSwitch . cur_cfg\n");
}

/* Among other commands it is one of them; its sentence stays one line. */
static void test_chain(void **state)
{
	struct fixture *fixture = with_two_ports(state);
	char *words[] = {"add-br", "br1",      "--",  "apply", "add-br br2\nadd-br br3\n",
			 "--",     "add-port", "br3", "p9"};
	struct command_result result = run_words(fixture, 9, words);

	assert_string_equal(result.error.text, "");
	free_result(&result);
	assert_null(model_bridge(fixture->daemon.model, "br1"));
	assert_non_null(model_port(fixture->daemon.model, "p9"));
	words[4] = "add-br br2\nadd-br br2\n";
	result = run_words(fixture, 9, words);
	assert_non_null(strstr(result.error.text, "apply add-br br2...: line 2: "));
	assert_null(strchr(result.error.text, '\n'));
	free_result(&result);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kinds),      TEST(test_refusals),         TEST(test_commands),
		TEST(test_difference), TEST(test_matching),         TEST(test_bond_order),
		TEST(test_dry_run),    TEST(test_refused_devices),  TEST(test_chain),
		TEST(test_looking),    TEST(test_name_of_a_member), TEST(test_port_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
