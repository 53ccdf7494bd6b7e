/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups as text, as Open vSwitch 3.1 has them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_group.h"

/* clang-format off */
static const struct {
	const char *text, *printed;
} good[] = {
	{"group_id=1,type=all,bucket=output:1,bucket=output:2",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=output:1,bucket=bucket_id:1,actions=output:2"},
	{"group_id=1,type=select,bucket=output:1,bucket=weight:2,output:2",
	 "group_id=1,type=select,bucket=bucket_id:0,actions=output:1,bucket=bucket_id:1,weight:2,actions=output:2"},
	{"group_id=1,type=select,bucket=weight:2,watch_port:3,actions=output:1,bucket=watch_port:p1,bucket_id:7,output:3",
	 "group_id=1,type=select,bucket=bucket_id:0,weight:2,watch_port:3,actions=output:1,"
	 "bucket=bucket_id:7,watch_port:1,actions=output:3"},
	{"group_id=1,type=select,bucket=weight=2,watch_port=3,actions=output:1",
	 "group_id=1,type=select,bucket=bucket_id:0,weight:2,watch_port:3,actions=output:1"},
	{"group_id=1,type=select,selection_method=dp_hash,bucket=output:1",
	 "group_id=1,type=select,selection_method=dp_hash,bucket=bucket_id:0,actions=output:1"},
	{"group_id=1,type=select,selection_method=hash,bucket=output:1",
	 "group_id=1,type=select,selection_method=hash,bucket=bucket_id:0,actions=output:1"},
	{"group_id=1,type=indirect,bucket=output:1", "group_id=1,type=indirect,bucket=bucket_id:0,actions=output:1"},
	{"group_id=1,type=ff,bucket=watch_port:1,output:1,bucket=watch_port:2,output:2",
	 "group_id=1,type=ff,bucket=bucket_id:0,watch_port:1,actions=output:1,"
	 "bucket=bucket_id:1,watch_port:2,actions=output:2"},
	{"group_id=1,type=fast_failover,bucket=watch_port:1,output:1",
	 "group_id=1,type=ff,bucket=bucket_id:0,watch_port:1,actions=output:1"},
	{"group_id=1,type=ff,bucket=watch_group:1,output:1",
	 "group_id=1,type=ff,bucket=bucket_id:0,watch_group:1,actions=output:1"},
	{"group_id=1,type=all", "group_id=1,type=all"},
	{"group_id=0,type=all,bucket=output:1", "group_id=0,type=all,bucket=bucket_id:0,actions=output:1"},
	{"group_id=4294967040,type=all", "group_id=4294967040,type=all"},
	{"group_id=1,type=all,bucket=drop", "group_id=1,type=all,bucket=bucket_id:0,actions=drop"},
	{"group_id=1,type=select,bucket=weight:0,output:1",
	 "group_id=1,type=select,bucket=bucket_id:0,weight:0,actions=output:1"},
	{"group_id=1,type=select,bucket=actions=output:1,output:2",
	 "group_id=1,type=select,bucket=bucket_id:0,actions=output:1,output:2"},
	{"group_id=1,type=all,bucket=actions=set_field:1.2.3.4->ip_src,output:1",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=mod_nw_src:1.2.3.4,output:1"},
	{"group_id=1,type=all,bucket=mod_dl_dst:02:00:00:00:00:01,mod_nw_src:1.2.3.4,mod_vlan_vid:5,strip_vlan,output:1",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=mod_dl_dst:02:00:00:00:00:01,mod_nw_src:1.2.3.4,"
	 "mod_vlan_vid:5,strip_vlan,output:1"},
	{"group_id=1,type=all,bucket=load:5->NXM_NX_REG0[],set_field:5->reg1,output:1",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=load:0x5->NXM_NX_REG0[],load:0x5->NXM_NX_REG1[],output:1"},
	{"group_id=1,type=all,bucket=push_vlan:0x8100,set_field:4101->vlan_vid,output:1",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=push_vlan:0x8100,set_field:4101->vlan_vid,output:1"},
	{"group_id=1,type=all,bucket=set_field:4101->vlan_vid,output:1",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=mod_vlan_vid:5,output:1"},
	{"group_id=1,type=all,bucket=mod_nw_ttl:5,output:1",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=load:0x5->NXM_NX_IP_TTL[],output:1"},
	{"group_id=1,type=all,bucket=group:2", "group_id=1,type=all,bucket=bucket_id:0,actions=group:2"},
	{"group_id=1,type=all,bucket=resubmit(,1)", "group_id=1,type=all,bucket=bucket_id:0,actions=resubmit(,1)"},
	{"group_id=1,type=all,bucket=meter:1", "group_id=1,type=all,bucket=bucket_id:0,actions=meter:1"},
	{"group_id=1,type=all,bucket=bucket_id:5,output:1,bucket=output:2",
	 "group_id=1,type=all,bucket=bucket_id:5,actions=output:1,bucket=bucket_id:0,actions=output:2"},
	{"group_id=1,type=select,bucket=output:1,weight:3",
	 "group_id=1,type=select,bucket=bucket_id:0,weight:3,actions=output:1"},
	{"group_id=1 type=all bucket=output:1", "group_id=1,type=all,bucket=bucket_id:0,actions=output:1"},
	{"group_id=1, type=all, bucket=output:1, bucket=output:2",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=output:1,bucket=bucket_id:1,actions=output:2"},
	{"group_id=1,type=all,group_id=2,bucket=1", "group_id=2,type=all,bucket=bucket_id:0,actions=output:1"},
	{"group_id=1,type=all,bucket=clone(output:1,output:3),output:2",
	 "group_id=1,type=all,bucket=bucket_id:0,actions=clone(output:1,output:3),output:2"},
	{"group_id=1,type=all,bucket=controller", "group_id=1,type=all,bucket=bucket_id:0,actions=CONTROLLER:65535"},
};

static const struct {
	const char *text, *sentence;
} bad[] = {
	{"group_id=1,type=select,selection_method=foo,bucket=output:1", "ntr selection method 'foo' is not supported"},
	{"group_id=1,type=select,selection_method=hash,fields(ip_src,tcp_dst),bucket=output:1",
	 "fields is not supported: buckets are selected by the whole flow"},
	{"group_id=1,type=select,selection_method=dp_hash,selection_method_param=5,bucket=output:1",
	 "selection_method_param is not supported: buckets are selected by the whole flow"},
	{"group_id=1,type=indirect,bucket=output:1,bucket=output:2", "Indirect groups can have at most one bucket."},
	{"group_id=1,type=indirect", "an indirect group must have a bucket (OFPGMFC_INVALID_GROUP)"},
	{"group_id=1,type=ff,bucket=output:1", "fast failover bucket requires watch_port or watch_group"},
	{"group_id=1", "must specify a type"},
	{"", "must specify a type"},
	{"type=all,bucket=output:1", "must specify a group_id"},
	{"group_id=x,type=all,bucket=output:1", "invalid numeric format x"},
	{"group_id=4294967041,type=all", "invalid group id 4294967041"},
	{"group_id=1,type=foo,bucket=output:1", "invalid group type foo"},
	{"group_id=1,type=all,bucket=", "bucket must specify actions"},
	{"group_id=1,type=select,bucket=weight:2", "bucket must specify actions"},
	{"group_id=1,type=select,bucket=weight:2,actions=", "bucket must specify actions"},
	{"group_id=1,type=all,bucket=weight:2,output:1", "Only select groups can have bucket weights."},
	{"group_id=1,type=all,bucket=watch_port:1,output:1",
	 "watch_port and watch_group are of select and ff groups only (OFPGMFC_WATCH_UNSUPPORTED)"},
	{"group_id=1,type=select,bucket=weight:70000,output:1", "invalid weight \"70000\""},
	{"group_id=1,type=all,bucket=goto_table:1", "goto_table instruction not allowed here"},
	{"group_id=1,type=all,bucket=write_metadata:1", "write_metadata instruction not allowed here"},
	{"group_id=1,type=all,foo=1,bucket=output:1", "unknown keyword foo"},
	{"group_id=1,type=all,command_bucket_id=1,bucket=output:1", "command bucket id is not needed"},
	{"group_id=1,type=all,bucket=bucket_id:1,output:1,bucket=bucket_id:1,output:2",
	 "Duplicate bucket id 1 (OFPGMFC_BAD_BUCKET)"},
	{"group_id=1,type=all,bucket=bucket_id:0,output:1,bucket=output:2",
	 "Duplicate bucket id 0 (OFPGMFC_BAD_BUCKET)"},
	{"group_id=1,type=all,bucket=bucket_id:x,output:1", "invalid numeric format x"},
	{"group_id=1,type=all,bucket=bucket_id:0xffffff01,output:1", "invalid bucket id 0xffffff01"},
	{"group_id=1,type=select,bucket=watch_port:x,output:1", "x: invalid watch_port"},
	{"group_id=1,type=all,bucket=nosuch", "unknown action nosuch"},
	{"group_id=1,type=all,bucket=clone(output:1", "clone(output:1: missing `)'"},
};
/* clang-format on */

static int port_number(const struct flow_ports *ports, const char *name)
{
	(void)ports;
	return !strcmp(name, "p1") ? 1 : -1;
}

static const struct flow_ports ports = {port_number, NULL, NULL};

static void expect(const char *line, const char *printed)
{
	struct text text = TEXT_EMPTY;
	struct flow_group group;
	struct error error;

	if (flow_group_parse(&group, line, &ports, &error))
		fail_msg("%s: %s", line, error.text);
	flow_group_print(&text, &group, NULL, FLOW_WORDS_1_0);
	assert_string_equal(text_string(&text), printed);
	text_free(&text);
	flow_group_clear(&group);
}

static void groups_are_printed_as_open_vswitch_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		expect(good[i].text, good[i].printed);
		expect(good[i].printed, good[i].printed); /* it reads back */
	}
}

static void what_is_wrong_is_told(void **state)
{
	struct flow_group group;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(flow_group_parse(&group, bad[i].text, &ports, &error), -EINVAL);
		assert_string_equal(error.text, bad[i].sentence);
		assert_int_equal(group.n_buckets, 0);
	}
}

static void there_are_not_too_many_buckets(void **state)
{
	struct text text = TEXT_EMPTY;
	struct flow_group group;
	struct error error;

	(void)state;
	text_add(&text, "group_id=1,type=all");
	for (int i = 0; i < FLOW_GROUP_BUCKETS_MAX; i++)
		text_add(&text, ",bucket=output:1");
	assert_int_equal(flow_group_parse(&group, text_string(&text), NULL, NULL), 0);
	assert_int_equal(group.n_buckets, FLOW_GROUP_BUCKETS_MAX);
	flow_group_clear(&group);
	text_add(&text, ",bucket=output:1");
	assert_int_equal(flow_group_parse(&group, text_string(&text), NULL, &error), -EINVAL);
	assert_string_equal(error.text, "more than 256 buckets");
	text_free(&text);
}

static void counts_are_printed_as_open_vswitch_does(void **state)
{
	const struct flow_group_count buckets[] = {{1, 60}, {2, 120}};
	const struct flow_group_stats stats = {39000000, 1, {3, 180}, buckets};
	struct text text = TEXT_EMPTY;
	struct flow_group group;

	(void)state;
	assert_int_equal(
		flow_group_parse(&group, "group_id=1,type=select,bucket=1,bucket=2", NULL, NULL),
		0);
	flow_group_print_stats(&text, &group, &stats);
	assert_string_equal(text_string(&text),
			    "group_id=1,duration=0.039s,ref_count=1,packet_count=3,byte_count=180,"
			    "bucket0:packet_count=1,byte_count=60,"
			    "bucket1:packet_count=2,byte_count=120");
	text_free(&text);
	flow_group_clear(&group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_printed_as_open_vswitch_does),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(there_are_not_too_many_buckets),
		cmocka_unit_test(counts_are_printed_as_open_vswitch_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
