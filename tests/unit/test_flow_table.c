/* SPDX-License-Identifier: BSD-2-Clause */
/* The switch's flows between database and data path. */
#include "command_fixture.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "switchd/flow_table.h"
#include "switchd/group_table.h"
#include "switchd/meter_table.h"

static uint64_t boottime = 1000000; /* us; goes on when a test says so, however slow the disk is */

/* In place of the C library's. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_BOOTTIME)
		return syscall(SYS_clock_gettime, clock, now);
	boottime++; /* no two readings are alike */
	now->tv_sec = boottime / 1000000;
	now->tv_nsec = boottime % 1000000 * 1000;
	return 0;
}

static struct fixture *with_ports(void **state)
{
	struct fixture *fixture = *state;

	language = LANGUAGE_OWN;
	fake_link_add("p1", "veth");
	fake_link_add("p2", "veth");
	done(fixture, "add-br br0 -- add-port br0 p1 -- add-port br0 p2");
	return fixture;
}

static uint16_t bridge_number(struct fixture *fixture, const char *name)
{
	return model_bridge(fixture->daemon.model, name)->conf->number;
}

/* How many flows of a bridge the data path has; -1: it is not asked to look for any. */
struct seen {
	uint16_t bridge;
	int count;
	uint32_t counter; /* of the flow met last */
};

static void note_flow(uint16_t bridge, const struct classifier_flow *flow, void *arg)
{
	struct seen *seen = arg;

	if (bridge != seen->bridge)
		return;
	seen->count++;
	seen->counter = flow->counter;
}

static struct seen look(struct fixture *fixture, const char *bridge)
{
	struct seen seen = {.bridge = bridge_number(fixture, bridge)};
	const struct dp *dp = fixture->daemon.dp;

	if (!dp->flows[seen.bridge / 16].half[seen.bridge % 16])
		seen.count = -1;
	classifier_read(dp->flows, dp->flow_lines, note_flow, &seen);
	return seen;
}

static int flows_of(struct fixture *fixture, const char *bridge)
{
	return look(fixture, bridge).count;
}

/* A frame met the flow that the data path has alone. */
static void count(struct fixture *fixture, uint64_t packets, uint64_t bytes)
{
	struct dp *dp = fixture->daemon.dp;
	struct seen seen = look(fixture, "br0");

	assert_int_equal(seen.count, 1);
	dp->flow_counters[seen.counter].packets += packets;
	dp->flow_counters[seen.counter].bytes += bytes;
	dp->flow_counters[seen.counter].used = dp->shared.now;
}

static void shows(struct fixture *fixture, const char *line, const char *words)
{
	done(fixture, line);
	if (!strstr(text_string(&result.output), words))
		fail_msg("%s: no \"%s\" in: %s", line, words, text_string(&result.output));
}

static void hides(struct fixture *fixture, const char *line, const char *words)
{
	done(fixture, line);
	if (strstr(text_string(&result.output), words))
		fail_msg("%s: \"%s\" in: %s", line, words, text_string(&result.output));
}

static void a_bridge_that_does_normal_has_no_flows_in_the_data_path(void **state)
{
	struct fixture *fixture = with_ports(state);

	shows(fixture, "dump-flows br0", "priority=0 actions=NORMAL\n");
	assert_int_equal(flows_of(fixture, "br0"), -1);
	done(fixture,
	     "add-flow br0 priority=7,actions=normal -- --strict del-flows br0 priority=0");
	assert_int_equal(flows_of(fixture, "br0"), -1);
	done(fixture, "del-flows br0");
	assert_int_equal(flows_of(fixture, "br0"), -1);
	done(fixture, "add-flow br0 idle_timeout=9,actions=normal");
	assert_int_equal(flows_of(fixture, "br0"), 1);
}

static void flows_come_and_go(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "add-flow br0 priority=5,in_port=1,actions=2");
	assert_int_equal(flows_of(fixture, "br0"), 2);
	done(fixture, "add-flow br0 priority=5,in_port=1,actions=drop");
	assert_int_equal(flows_of(fixture, "br0"), 2);
	done(fixture, "add-flow br0 table=3,priority=5,in_port=1,actions=drop");
	assert_int_equal(flows_of(fixture, "br0"), 3);
	done(fixture, "del-flows br0 in_port=1");
	assert_int_equal(flows_of(fixture, "br0"), -1);
	shows(fixture, "dump-flows br0", "priority=0 actions=NORMAL\n");
}

static void a_secure_bridge_drops_without_flows(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "set-fail-mode br0 secure");
	assert_int_equal(flows_of(fixture, "br0"), 0);
	done(fixture, "del-fail-mode br0");
	assert_int_equal(flows_of(fixture, "br0"), -1);
}

static void a_deleted_bridge_leaves_nothing(void **state)
{
	struct fixture *fixture = with_ports(state);
	uint16_t number = bridge_number(fixture, "br0");

	done(fixture, "add-flow br0 priority=5,actions=2");
	done(fixture, "del-br br0");
	assert_int_equal(fixture->daemon.dp->flows[number / 16].half[number % 16], 0);
	done(fixture, "add-br br0");
	assert_int_equal(flows_of(fixture, "br0"), -1);
}

static void what_is_refused_leaves_flows_as_they_were(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "add-flow br0 priority=5,in_port=1,actions=2");
	assert_int_equal(run(fixture, "del-flows br0 -- add-flow br0 actions=group:9"), 1);
	assert_int_equal(flows_of(fixture, "br0"), 2);
	shows(fixture, "dump-flows br0", "priority=5,in_port=1 actions=output:2\n");
	done(fixture, "--dry-run del-flows br0");
	shows(fixture, "dump-flows br0", "priority=5,in_port=1 actions=output:2\n");
	assert_int_equal(run(fixture, "del-flows br0 -- br-exists br9"), 2);
	shows(fixture, "dump-flows br0", "priority=5,in_port=1 actions=output:2\n");
	assert_int_equal(flows_of(fixture, "br0"), 2);
}

static void memory_that_is_refused_leaves_flows_as_they_were(void **state)
{
	struct fixture *fixture = with_ports(state);

	fixture->daemon.dp->refuse_flows = true;
	assert_int_equal(run(fixture, "add-flow br0 priority=5,in_port=1,actions=2"), 1);
	hides(fixture, "dump-flows br0", "priority=5");
	assert_int_equal(flows_of(fixture, "br0"), -1);
	fixture->daemon.dp->refuse_flows = false;
	done(fixture, "add-flow br0 priority=5,in_port=1,actions=2");
	assert_int_equal(flows_of(fixture, "br0"), 2);
}

static void many_flows_get_memory_and_keep_their_counts(void **state)
{
	struct fixture *fixture = with_ports(state);
	struct text file = TEXT_EMPTY;
	char *words[] = {"add-flows", "br0", "file"};
	const char *texts[3] = {};
	struct command_result many;

	done(fixture, "del-flows br0 -- add-flow br0 priority=5,actions=2");
	count(fixture, 3, 200);
	for (int i = 0; i < 3000; i++)
		text_add(&file, "priority=1,ip,nw_dst=10.0.%d.%d,actions=1\n", i / 256, i % 256);
	texts[2] = text_string(&file);
	command_run(&fixture->daemon, LANGUAGE_OFCTL, 3, words, texts, &many);
	assert_int_equal(many.status, 0);
	assert_int_equal(flows_of(fixture, "br0"), 3001);
	shows(fixture, "dump-flows br0 table=0",
	      "n_packets=3, n_bytes=200, idle_age=0, priority=5");
	done(fixture, "del-flows br0 ip");
	assert_int_equal(flows_of(fixture, "br0"), 1);
	shows(fixture, "dump-aggregate br0", "packet_count=3 byte_count=200 flow_count=1");
	text_free(&many.output);
	text_free(&many.warning);
	text_free(&file);
}

static void counters_begin_at_zero_when_they_are_used_again(void **state)
{
	struct fixture *fixture = with_ports(state);

	for (int i = 0; i < 200; i++) {
		done(fixture, "del-flows br0 -- add-flow br0 priority=5,actions=2");
		shows(fixture, "dump-flows br0", "n_packets=0, n_bytes=0");
		count(fixture, 1, 60);
		shows(fixture, "dump-flows br0", "n_packets=1, n_bytes=60");
	}
	assert_true(fixture->daemon.dp->n_flow_counters < 200);
}

static void counts_outlive_a_restart(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "del-flows br0 -- add-flow br0 cookie=5,priority=5,actions=2");
	count(fixture, 7, 700);
	fixture_stop(fixture);
	fixture_start(fixture);
	assert_int_equal(flows_of(fixture, "br0"), 1);
	shows(fixture, "dump-flows br0", "cookie=0x5, ");
	shows(fixture, "dump-flows br0", "n_packets=7, n_bytes=700, ");
}

static void flows_that_nobody_wants_any_more_go_at_the_start(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "del-flows br0 -- add-flow br0 priority=5,actions=2");
	fixture_stop(fixture);
	fixture_begin(fixture);
	assert_int_equal(db_flow_clear(fixture->daemon.db, "br0", &fixture->error), 0);
	assert_int_equal(db_commit(fixture->daemon.db, &fixture->error), 0);
	fixture_start(fixture);
	assert_int_equal(flows_of(fixture, "br0"), -1);
}

static void counts_of_the_only_flow_are_those_of_the_ports(void **state)
{
	struct fixture *fixture = with_ports(state);
	struct dp *dp = fixture->daemon.dp;
	uint16_t p1 = port_of(fixture, "p1")->conf->number;

	dp->counters[p1].total.rx_packets = 3;
	dp->counters[p1].total.rx_bytes = 300;
	shows(fixture, "dump-flows br0", "n_packets=3, n_bytes=300");
	dp->counters[p1].total.rx_packets = 4;
	dp->counters[p1].total.rx_bytes = 400;
	done(fixture, "add-flow br0 priority=5,actions=2");
	shows(fixture, "dump-flows br0", "n_packets=4, n_bytes=400, idle_age=0, priority=0");
	dp->counters[p1].total.rx_packets = 6;
	done(fixture, "del-flows br0 -- add-flow br0 actions=normal");
	shows(fixture, "dump-flows br0", "n_packets=0, n_bytes=0");
	dp->counters[p1].total.rx_packets = 7;
	shows(fixture, "dump-flows br0", "n_packets=1, n_bytes=0");
	done(fixture, "add-flow br0 actions=normal");
	shows(fixture, "dump-flows br0", "n_packets=0, n_bytes=0");
}

static void restart(struct fixture *fixture)
{
	fixture_stop(fixture);
	fixture_start(fixture);
}

/* Whether it counts by itself or is given what ports have received. */
static void counts_of_the_only_flow_outlive_a_restart(void **state)
{
	struct fixture *fixture = with_ports(state);
	typeof(&fixture->daemon.dp->counters[0].total) total =
		&fixture->daemon.dp->counters[port_of(fixture, "p1")->conf->number].total;

	total->rx_packets = 1000;
	done(fixture, "del-flows br0 -- add-flow br0 actions=normal");
	total->rx_packets = 1002;
	restart(fixture);
	shows(fixture, "dump-flows br0", "n_packets=2, ");
	total->rx_packets = 1003;
	restart(fixture);
	shows(fixture, "dump-flows br0", "n_packets=3, ");
	done(fixture, "add-flow br0 priority=5,actions=2");
	total->rx_packets = 1007; /* is told by counters of flows now */
	restart(fixture);
	shows(fixture, "dump-flows br0", "n_packets=3, ");
	done(fixture, "--strict del-flows br0 priority=5");
	total->rx_packets = 1008;
	restart(fixture);
	shows(fixture, "dump-flows br0", "n_packets=4, ");
	done(fixture, "del-flows br0");
	restart(fixture);
	done(fixture, "add-flow br0 actions=normal");
	shows(fixture, "dump-flows br0", "n_packets=0, ");
}

static void an_added_flow_begins_anew_or_goes_on(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "del-flows br0 -- add-flow br0 priority=5,actions=2");
	count(fixture, 7, 700);
	done(fixture, "mod-flows br0 actions=1");
	shows(fixture, "dump-flows br0", "n_packets=7, n_bytes=700");
	boottime += 2000; /* its time is told in milliseconds */
	done(fixture, "--protocols=OpenFlow13 add-flow br0 priority=5,actions=2");
	shows(fixture, "dump-flows br0", "n_packets=7, n_bytes=700");
	boottime += 2000;
	done(fixture, "add-flow br0 priority=5,actions=2");
	shows(fixture, "dump-flows br0", "n_packets=0, n_bytes=0");
}

static void pass(struct fixture *fixture, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		fixture->daemon.dp->shared.now++;
		flow_table_tick(&fixture->daemon);
	}
}

static void idle_flows_go(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "del-flows br0 -- add-flow br0 idle_timeout=5,actions=2");
	pass(fixture, 5);
	assert_int_equal(flows_of(fixture, "br0"), 1);
	count(fixture, 1, 60);
	pass(fixture, 5);
	assert_int_equal(flows_of(fixture, "br0"), 1);
	shows(fixture, "dump-flows br0", "idle_age=5");
	pass(fixture, 1);
	assert_int_equal(flows_of(fixture, "br0"), -1);
	prints(fixture, "--no-stats dump-flows br0", "");
}

static void flows_with_a_hard_timeout_go(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "del-flows br0 -- add-flow br0 hard_timeout=1,actions=2");
	flow_table_tick(&fixture->daemon);
	assert_int_equal(flows_of(fixture, "br0"), 1);
	boottime += 1010000;
	flow_table_tick(&fixture->daemon);
	assert_int_equal(flows_of(fixture, "br0"), -1);
}

/* Runs a command for br0 with the lines of a file. */
static int run_file(struct fixture *fixture, const char *command, const char *lines)
{
	char *words[] = {(char *)command, "br0", "file", NULL};
	const char *texts[3] = {NULL, NULL, lines};
	struct command_result many;

	command_run(&fixture->daemon, LANGUAGE_OFCTL, 3, words, texts, &many);
	fixture->error = many.error;
	text_free(&many.output);
	text_free(&many.warning);
	return many.status;
}

/* Flows of table 0, each of another mask than all others. */
static void add_masks(struct text *file, const char *before, int first, int n)
{
	for (int i = first; i < first + n; i++)
		text_add(file, "%smetadata=0/0x%x,actions=1\n", before, i + 1);
}

static void a_modified_flow_is_given_its_time_again(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "del-flows br0 -- add-flow br0 hard_timeout=1,actions=2");
	boottime += 600000;
	done(fixture, "mod-flows br0 actions=2");
	fixture_stop(fixture);
	fixture_start(fixture);
	boottime += 990000;
	flow_table_tick(&fixture->daemon);
	assert_int_equal(flows_of(fixture, "br0"), 1);
	boottime += 20000;
	flow_table_tick(&fixture->daemon);
	assert_int_equal(flows_of(fixture, "br0"), -1);
}

static void the_first_error_of_the_classifier_is_told(void **state)
{
	struct fixture *fixture = with_ports(state);
	struct text file = TEXT_EMPTY;

	add_masks(&file, "", 0, 129);
	assert_int_equal(run_file(fixture, "add-flows", text_string(&file)), 1);
	assert_non_null(strstr(fixture->error.text, "128"));
	assert_int_equal(flows_of(fixture, "br0"), -1);
	text_free(&file);
}

static void all_masks_can_be_replaced_by_others(void **state)
{
	struct fixture *fixture = with_ports(state);
	struct text file = TEXT_EMPTY;

	add_masks(&file, "", 0, 128);
	assert_int_equal(run_file(fixture, "replace-flows", text_string(&file)), 0);
	text_clear(&file);
	add_masks(&file, "", 1000, 128);
	assert_int_equal(run_file(fixture, "replace-flows", text_string(&file)), 0);
	assert_int_equal(flows_of(fixture, "br0"), 128);
	done(fixture, "add-flow br0 metadata=0/0xf0000,actions=1 -- "
		      "--strict del-flows br0 metadata=0/1001");
	assert_int_equal(flows_of(fixture, "br0"), 128);
	text_free(&file);
}

static void what_is_refused_at_the_bound_loses_nothing(void **state)
{
	struct fixture *fixture = with_ports(state);
	struct text file = TEXT_EMPTY;

	add_masks(&file, "", 0, 128);
	assert_int_equal(run_file(fixture, "replace-flows", text_string(&file)), 0);
	text_clear(&file);
	for (int i = 0; i < 10; i++)
		text_add(&file, "delete_strict metadata=0/0x%x\n", i + 1);
	add_masks(&file, "add ", 1000, 20);
	assert_int_equal(run_file(fixture, "add-flows", text_string(&file)), 1);
	assert_int_equal(flows_of(fixture, "br0"), 128);
	done(fixture, "add-flow br0 table=5,actions=drop");
	assert_int_equal(flows_of(fixture, "br0"), 129);
	shows(fixture, "dump-aggregate br0", "flow_count=129");
	text_free(&file);
}

static const struct meter_entry *meter_of(const struct fixture *fixture, uint16_t bridge)
{
	return meter_table_find(fixture->daemon.flows->meters, bridge, 1);
}

static void what_is_refused_leaves_groups_and_meters_counting(void **state)
{
	static const char *const refused[] = {
		"mod-group br0 group_id=4,type=all,bucket=1",
		"del-groups br0 group_id=4",
		"mod-meter br0 meter=1,kbps,bands=type=drop,rate=77",
		"del-meters br0",
	};
	struct fixture *fixture = with_ports(state);
	uint16_t bridge = bridge_number(fixture, "br0");
	struct xvs_meter *meter;
	struct group_entry group;
	uint64_t created;

	done(fixture, "add-group br0 group_id=4,type=all -- "
		      "add-meter br0 meter=1,kbps,bands=type=drop,rate=9 -- "
		      "add-flow br0 in_port=1,actions=meter:1,group:4");
	group = *group_table_find(fixture->daemon.flows->groups, bridge, 4);
	created = meter_of(fixture, bridge)->created;
	meter = &fixture->daemon.dpc->meters(fixture->daemon.dp)[meter_of(fixture, bridge)->number];
	meter->packets = 5;
	for (unsigned i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		char line[200];

		snprintf(line, sizeof(line), "%s -- add-flow br0 actions=group:99", refused[i]);
		assert_int_equal(run(fixture, line), 1);
		snprintf(line, sizeof(line), "--dry-run %s -- dump-groups br0", refused[i]);
		run(fixture, line);
		done(fixture, "dump-groups br0");
		assert_int_equal(
			group_table_find(fixture->daemon.flows->groups, bridge, 4)->group.counter,
			group.group.counter);
		assert_int_equal(
			group_table_find(fixture->daemon.flows->groups, bridge, 4)->created,
			group.created);
		assert_int_equal(meter_of(fixture, bridge)->created, created);
		assert_int_equal(meter->packets, 5);
	}
	boottime += 1000;
	done(fixture, "mod-group br0 group_id=4,type=all,bucket=1");
	assert_int_equal(group_table_find(fixture->daemon.flows->groups, bridge, 4)->created,
			 group.created);
	done(fixture, "del-groups br0 -- add-group br0 group_id=4,type=all,bucket=1");
	assert_true(group_table_find(fixture->daemon.flows->groups, bridge, 4)->created >
		    group.created);
}

static void count_in_group(struct fixture *fixture, uint32_t id, uint64_t packets, size_t bucket)
{
	const struct flow_group *group =
		&group_table_find(fixture->daemon.flows->groups, bridge_number(fixture, "br0"), id)
			 ->group;
	const struct xvs_flow_counter more = {.packets = packets, .bytes = 100 * packets};

	fixture->daemon.dpc->flow_counter_add(fixture->daemon.dp, group->counter, &more);
	fixture->daemon.dpc->flow_counter_add(fixture->daemon.dp, group->buckets[bucket].counter,
					      &more);
}

static void shows_group_4(struct fixture *fixture)
{
	shows(fixture, "dump-group-stats br0 group_id=4",
	      "packet_count=7,byte_count=700,"
	      "bucket0:packet_count=0,byte_count=0,bucket1:packet_count=7,byte_count=700");
}

/* Flows take other counters at the start than they had. */
static void groups_and_meters_outlive_a_restart(void **state)
{
	struct fixture *fixture = with_ports(state);
	struct xvs_meter *meter;
	uint16_t bridge;

	done(fixture, "add-group br0 group_id=3,type=all,bucket=1 -- "
		      "add-group br0 group_id=4,type=all,bucket=1,bucket=2 -- "
		      "add-meter br0 meter=1,kbps,bands=type=drop,rate=9 -- "
		      "add-flow br0 in_port=1,actions=meter:1,group:4");
	done(fixture, "del-groups br0 group_id=3");
	done(fixture, "add-flow br0 in_port=2,actions=group:4");
	bridge = bridge_number(fixture, "br0");
	meter = &fixture->daemon.dpc->meters(fixture->daemon.dp)[meter_of(fixture, bridge)->number];
	meter->packets = 5;
	count_in_group(fixture, 4, 7, 1);
	boottime += 60000000;
	for (int i = 0; i < 2; i++) {
		restart(fixture);
		shows_group_4(fixture);
		shows(fixture, "dump-group-stats br0", "duration=60.");
		shows(fixture, "meter-stats br0", "packet_in_count:5 ");
		shows(fixture, "meter-stats br0", "duration:60.");
	}
	done(fixture, "add-group br0 group_id=3,type=all,bucket=1 -- "
		      "add-flow br0 in_port=3,actions=group:3");
	count_in_group(fixture, 3, 1, 0);
	restart(fixture);
	shows_group_4(fixture);
	shows(fixture, "dump-group-stats br0 group_id=3", ",packet_count=1,");
	done(fixture, "mod-group br0 group_id=4,type=all,bucket=2,bucket=2");
	shows(fixture, "dump-group-stats br0 group_id=4", ",packet_count=0,");
	shows(fixture, "dump-group-stats br0 group_id=4", "duration=60.");
}

/* At the start, such as the database has of another version. */
static void what_failed_is_tried_again(void **state)
{
	struct fixture *fixture = with_ports(state);
	int64_t group;

	done(fixture, "del-flows br0 -- add-group br0 group_id=4,type=all -- "
		      "add-flow br0 priority=5,actions=group:4");
	group = group_table_find(fixture->daemon.flows->groups, bridge_number(fixture, "br0"), 4)
			->id;
	fixture_stop(fixture);
	fixture_begin(fixture);
	assert_int_equal(db_group_del(fixture->daemon.db, group, &fixture->error), 0);
	assert_int_equal(db_commit(fixture->daemon.db, &fixture->error), 0);
	fixture_start(fixture);
	assert_int_equal(flows_of(fixture, "br0"), 0);
	done(fixture, "add-flow br0 priority=6,actions=drop");
	assert_int_equal(flows_of(fixture, "br0"), 1);
	done(fixture, "add-group br0 group_id=4,type=all");
	done(fixture, "--strict del-flows br0 priority=6");
	assert_int_equal(flows_of(fixture, "br0"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bridge_that_does_normal_has_no_flows_in_the_data_path),
		TEST(flows_come_and_go),
		TEST(a_secure_bridge_drops_without_flows),
		TEST(a_deleted_bridge_leaves_nothing),
		TEST(what_is_refused_leaves_flows_as_they_were),
		TEST(memory_that_is_refused_leaves_flows_as_they_were),
		TEST(many_flows_get_memory_and_keep_their_counts),
		TEST(counters_begin_at_zero_when_they_are_used_again),
		TEST(counts_outlive_a_restart),
		TEST(flows_that_nobody_wants_any_more_go_at_the_start),
		TEST(counts_of_the_only_flow_are_those_of_the_ports),
		TEST(counts_of_the_only_flow_outlive_a_restart),
		TEST(an_added_flow_begins_anew_or_goes_on),
		TEST(idle_flows_go),
		TEST(flows_with_a_hard_timeout_go),
		TEST(a_modified_flow_is_given_its_time_again),
		TEST(the_first_error_of_the_classifier_is_told),
		TEST(all_masks_can_be_replaced_by_others),
		TEST(what_is_refused_at_the_bound_loses_nothing),
		TEST(what_is_refused_leaves_groups_and_meters_counting),
		TEST(groups_and_meters_outlive_a_restart),
		TEST(what_failed_is_tried_again),
	};

	return cmocka_run_group_tests_name("flow table", tests, NULL, NULL);
}
