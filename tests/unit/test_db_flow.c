/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows, groups and meters in the database: what is put in, replaced, and goes; the flow that a
 * bridge has from the start; and who is told of which change. */
#include "db_fixture.h"

#define TIME 1234567

static struct db_flow flow(uint16_t priority, const char *match, const char *actions)
{
	return (struct db_flow){.priority = priority, .match = match, .actions = actions};
}

static void put(struct fixture *f, const char *bridge, uint16_t priority, const char *match)
{
	const struct db_flow row = flow(priority, match, "drop");

	assert_int_equal(db_flow_put(f->db, bridge, &row, &f->error), 0);
}

static void add_bridge(struct fixture *f, const char *name)
{
	assert_int_equal(db_bridge_add(f->db, name, &f->error), 0);
}

static void settle(struct fixture *f)
{
	assert_int_equal(db_settle(f->db, &f->error), 0);
}

static void fail_mode(struct fixture *f, const char *bridge, const char *mode)
{
	assert_int_equal(set(f, "Bridge", bridge, "fail_mode", mode), 0);
}

/* db_flow_fn */
static int add_line(const struct db_flow *row, void *text)
{
	text_add(text, "%d:%d,%d,%s=%s%s\n", row->bridge, row->table, row->priority, row->match,
		 row->actions, row->is_default ? " default" : "");
	return 0;
}

/* Flows as "BRIDGE:TABLE,PRIORITY,MATCH=ACTIONS", a line each. */
static void expect_flows(struct fixture *f, const char *bridge, const char *lines)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_flow_each(f->db, bridge, add_line, &text, &f->error), 0);
	assert_string_equal(text_string(&text), lines);
	text_free(&text);
}

/* db_flow_fn */
static int copy(const struct db_flow *row, void *arg)
{
	struct db_flow *last = arg;

	if (row->id > last->id)
		*last = *row;
	return 0;
}

/* The one that was put in last, but for its texts. */
static struct db_flow last(struct fixture *f, const char *bridge)
{
	struct db_flow row = {0};

	assert_int_equal(db_flow_each(f->db, bridge, copy, &row, &f->error), 0);
	row.match = row.actions = NULL;
	return row;
}

static void every_column_comes_back(void **state)
{
	struct fixture *f = *state;
	struct db_flow row = {
		.table = 63,
		.priority = 65535,
		.cookie = UINT64_MAX,
		.idle_timeout = 65535,
		.hard_timeout = 2,
		.importance = 3,
		.flags = 4,
		.created_us = TIME,
		.modified_us = TIME + 1,
		.boot = "01234567-89ab-cdef-0123-456789abcdef",
		.match = "tcp,nw_src=10.0.0.0/8",
		.actions = "output:1,note:00",
	};
	struct db_flow is;

	add_bridge(f, "br0");
	assert_int_equal(db_flow_put(f->db, "br0", &row, &f->error), 0);
	reopen(f);
	expect_flows(f, "br0",
		     "1:0,0,=NORMAL default\n"
		     "1:63,65535,tcp,nw_src=10.0.0.0/8=output:1,note:00\n");
	is = last(f, "br0");
	assert_int_equal(is.cookie, row.cookie);
	assert_int_equal(is.idle_timeout, row.idle_timeout);
	assert_int_equal(is.hard_timeout, row.hard_timeout);
	assert_int_equal(is.importance, row.importance);
	assert_int_equal(is.flags, row.flags);
	assert_int_equal(is.created_us, row.created_us);
	assert_int_equal(is.modified_us, row.modified_us);
	assert_string_equal(is.boot, row.boot);
}

static void a_flow_takes_the_place_of_its_like(void **state)
{
	struct fixture *f = *state;
	struct db_flow row = flow(7, "ip", "drop");
	int64_t id;

	add_bridge(f, "br0");
	add_bridge(f, "br1");
	put(f, "br0", 7, "ip");
	id = last(f, "br0").id;
	row.actions = "NORMAL";
	row.cookie = 5;
	assert_int_equal(db_flow_put(f->db, "br0", &row, &f->error), 0);
	assert_int_equal(last(f, "br0").id, id);
	assert_int_equal(last(f, "br0").cookie, 5);
	expect_flows(f, "br0", "1:0,7,ip=NORMAL\n1:0,0,=NORMAL default\n");

	/* These are others. */
	put(f, "br0", 8, "ip");
	put(f, "br0", 7, "ipv6");
	put(f, "br1", 7, "ip");
	row.table = 1;
	assert_int_equal(db_flow_put(f->db, "br0", &row, &f->error), 0);
	expect_flows(f, "br0",
		     "1:0,8,ip=drop\n1:0,7,ip=NORMAL\n1:0,7,ipv6=drop\n"
		     "1:0,0,=NORMAL default\n1:1,7,ip=NORMAL\n");
	expect_flows(f, NULL,
		     "1:0,0,=NORMAL default\n2:0,0,=NORMAL default\n1:0,7,ip=NORMAL\n"
		     "1:0,8,ip=drop\n1:0,7,ipv6=drop\n2:0,7,ip=drop\n1:1,7,ip=NORMAL\n");
}

static void flows_go(void **state)
{
	struct fixture *f = *state;
	const struct db_flow row = flow(1, "", "");
	struct db_flow found = {0};
	int64_t id;

	add_bridge(f, "br0");
	add_bridge(f, "br1");
	put(f, "br0", 7, "ip");
	put(f, "br1", 7, "ip");
	id = last(f, "br0").id;
	assert_int_equal(db_flow_get(f->db, id, copy, &found, &f->error), 0);
	assert_int_equal(found.id, id);
	assert_int_equal(db_flow_del(f->db, id, &f->error), 0);
	assert_int_equal(db_flow_del(f->db, id, &f->error), 0);
	found.id = 0;
	assert_int_equal(db_flow_get(f->db, id, copy, &found, &f->error), 0);
	assert_int_equal(found.id, 0);
	expect_flows(f, "br0", "1:0,0,=NORMAL default\n");
	assert_int_equal(db_flow_clear(f->db, "br1", &f->error), 0);
	expect_flows(f, NULL, "1:0,0,=NORMAL default\n");
	assert_refused(db_flow_put(f->db, "br9", &row, &f->error), -ENOENT, "no bridge named br9");
	assert_refused(db_flow_clear(f->db, "br9", &f->error), -ENOENT, "no bridge named br9");
	assert_refused(db_flow_each(f->db, "br9", copy, &found, &f->error), -ENOENT,
		       "no bridge named br9");

	/* Whoever still knows a flow by its id takes no other one for it. */
	id = last(f, "br0").id;
	assert_int_equal(db_flow_clear(f->db, "br0", &f->error), 0);
	put(f, "br0", 1, "arp");
	assert_true(last(f, "br0").id > id);
}

/* db_flow_fn */
static int stop(const struct db_flow *row, void *arg)
{
	(void)row;
	return ++*(int *)arg == 2 ? -ECANCELED : 0;
}

static void reading_can_be_ended(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	add_bridge(f, "br0");
	put(f, "br0", 1, "ip");
	put(f, "br0", 2, "ip");
	assert_int_equal(db_flow_each(f->db, "br0", stop, &n, &f->error), -ECANCELED);
	assert_int_equal(n, 2);
}

static void a_bridge_takes_its_own_along(void **state)
{
	struct fixture *f = *state;

	add_bridge(f, "br0");
	add_bridge(f, "br1");
	put(f, "br0", 1, "ip");
	assert_int_equal(db_group_put(f->db, "br0", 1, "type=all", &f->error), 0);
	assert_int_equal(db_meter_put(f->db, "br0", 1, "kbps", &f->error), 0);
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	expect_flows(f, NULL, "2:0,0,=NORMAL default\n");
	add_bridge(f, "br0");
	expect_flows(f, "br0", "1:0,0,=NORMAL default\n");
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(db_fake_bridge_add(f->db, "f10", "br0", 10, &f->error), 0);
	settle(f);
	expect_flows(f, NULL, "2:0,0,=NORMAL default\n1:0,0,=NORMAL default\n");
}

static void a_made_bridge_has_the_flow_too(void **state)
{
	struct fixture *f = *state;
	char uuid[DB_UUID_LEN + 1], word[DB_UUID_LEN + 1];

	db_uuid_make(uuid);
	assert_int_equal(db_create(f->db, table("Bridge"), uuid, "br0", &f->error), 0);
	strcpy(word, uuid);
	assert_int_equal(set(f, "Open_vSwitch", ".", "bridges", word), 0);
	settle(f);
	expect_flows(f, "br0", "1:0,0,=NORMAL default\n");
	assert_true(last(f, "br0").created_us > 0);
	assert_int_equal(strlen(last(f, "br0").boot), 36);
}

static void a_secure_bridge_has_none(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;

	add_bridge(f, "br0");
	add_bridge(f, "br1");
	fail_mode(f, "br0", "secure");
	expect_flows(f, "br0", "1:0,0,=NORMAL default\n");
	settle(f);
	expect_flows(f, NULL, "2:0,0,=NORMAL default\n");
	reopen(f);
	config = load(f);
	assert_true(config->bridges->secure);
	assert_false(config->bridges->next->secure);
	db_config_free(config);
	settle(f);
	expect_flows(f, "br0", "");

	/* Secure no more, in either way: it is as it was. */
	fail_mode(f, "br0", "standalone");
	settle(f);
	expect_flows(f, "br0", "1:0,0,=NORMAL default\n");
	fail_mode(f, "br0", "secure");
	settle(f);
	expect_flows(f, "br0", "");
	assert_int_equal(db_emergency_reset(f->db, &f->error), 0);
	settle(f);
	expect_flows(f, "br0", "1:0,0,=NORMAL default\n");
	reopen(f);
	settle(f);
	assert_false(db_changed(f->db));
}

static void a_deleted_one_stays_away(void **state)
{
	struct fixture *f = *state;

	add_bridge(f, "br0");
	settle(f);
	assert_int_equal(db_flow_clear(f->db, "br0", &f->error), 0);
	settle(f);
	reopen(f);
	fail_mode(f, "br0", "standalone");
	settle(f);
	expect_flows(f, "br0", "");
}

static void only_the_default_goes_and_comes(void **state)
{
	struct fixture *f = *state;

	/* What the user has put in its place is the user's. */
	add_bridge(f, "br0");
	put(f, "br0", 0, "");
	fail_mode(f, "br0", "secure");
	settle(f);
	expect_flows(f, "br0", "1:0,0,=drop\n");

	/* With flows of its own a bridge needs none. */
	fail_mode(f, "br0", "[]");
	settle(f);
	expect_flows(f, "br0", "1:0,0,=drop\n");
	assert_int_equal(db_flow_clear(f->db, "br0", &f->error), 0);
	settle(f);
	expect_flows(f, "br0", "");

	/* Secure for the length of a transaction is not secure at all. */
	fail_mode(f, "br0", "secure");
	fail_mode(f, "br0", "[]");
	settle(f);
	expect_flows(f, "br0", "");

	/* It does not go along with other flows. */
	add_bridge(f, "br1");
	put(f, "br1", 1, "ip");
	fail_mode(f, "br1", "secure");
	settle(f);
	expect_flows(f, "br1", "2:0,1,ip=drop\n");
}

/* db_group_fn */
static int add_group(const struct db_group *group, void *text)
{
	text_add(text, "%d:%u=%s\n", group->bridge, group->group, group->text);
	return 0;
}

static void expect_groups(struct fixture *f, const char *bridge, const char *lines)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_group_each(f->db, bridge, add_group, &text, &f->error), 0);
	assert_string_equal(text_string(&text), lines);
	text_free(&text);
}

/* db_group_fn */
static int copy_group_id(const struct db_group *group, void *id)
{
	*(int64_t *)id = group->id;
	return 0;
}

static void groups(void **state)
{
	struct fixture *f = *state;
	int64_t id = 0;

	add_bridge(f, "br0");
	add_bridge(f, "br1");
	assert_int_equal(db_group_put(f->db, "br0", UINT32_MAX, "a", &f->error), 0);
	assert_int_equal(db_group_put(f->db, "br1", 1, "b", &f->error), 0);
	assert_int_equal(db_group_put(f->db, "br0", 1, "c", &f->error), 0);
	assert_int_equal(db_group_put(f->db, "br0", UINT32_MAX, "d", &f->error), 0);
	expect_groups(f, NULL, "1:4294967295=d\n2:1=b\n1:1=c\n");
	expect_groups(f, "br0", "1:1=c\n1:4294967295=d\n");
	assert_int_equal(db_group_each(f->db, "br1", copy_group_id, &id, &f->error), 0);
	assert_int_equal(db_group_del(f->db, id, &f->error), 0);
	expect_groups(f, "br1", "");
	assert_refused(db_group_put(f->db, "br9", 1, "a", &f->error), -ENOENT,
		       "no bridge named br9");
	reopen(f);
	assert_int_equal(db_group_put(f->db, "br0", 1, "c", &f->error), 0);
	assert_false(db_changed(f->db));
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	expect_groups(f, NULL, "");
}

/* db_meter_fn */
static int add_meter(const struct db_meter *meter, void *text)
{
	text_add(text, "%d:%u#%d=%s\n", meter->bridge, meter->meter, meter->number, meter->text);
	return 0;
}

static void expect_meters(struct fixture *f, const char *bridge, const char *lines)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_meter_each(f->db, bridge, add_meter, &text, &f->error), 0);
	assert_string_equal(text_string(&text), lines);
	text_free(&text);
}

/* db_meter_fn */
static int copy_meter_id(const struct db_meter *meter, void *id)
{
	*(int64_t *)id = meter->id;
	return 1; /* the first */
}

static void meters_have_numbers_of_their_own(void **state)
{
	struct fixture *f = *state;
	int64_t id = 0;

	add_bridge(f, "br0");
	add_bridge(f, "br1");
	assert_int_equal(db_meter_put(f->db, "br0", 7, "a", &f->error), 0);
	assert_int_equal(db_meter_put(f->db, "br1", 7, "b", &f->error), 0);
	assert_int_equal(db_meter_put(f->db, "br0", 9, "c", &f->error), 0);
	assert_int_equal(db_meter_put(f->db, "br1", 7, "d", &f->error), 0);
	expect_meters(f, NULL, "1:7#1=a\n2:7#2=d\n1:9#3=c\n");
	assert_int_equal(db_meter_each(f->db, NULL, copy_meter_id, &id, &f->error), 1);
	assert_int_equal(db_meter_del(f->db, id, &f->error), 0);
	assert_int_equal(db_meter_put(f->db, "br1", 8, "e", &f->error), 0);
	expect_meters(f, "br1", "2:7#2=d\n2:8#1=e\n");
	assert_int_equal(db_bridge_del(f->db, "br1", &f->error), 0);
	expect_meters(f, NULL, "1:9#3=c\n");
	reopen(f);
	assert_int_equal(db_meter_put(f->db, "br0", 9, "c", &f->error), 0);
	assert_false(db_changed(f->db));
}

static void there_is_an_end_to_meters(void **state)
{
	struct fixture *f = *state;

	add_bridge(f, "br0");
	for (uint32_t i = 1; i <= DB_METERS_MAX; i++)
		assert_int_equal(db_meter_put(f->db, "br0", i, "", &f->error), 0);
	assert_int_equal(db_meter_put(f->db, "br0", 9, "x", &f->error), 0);
	assert_refused(db_meter_put(f->db, "br0", 5000, "", &f->error), -ENOSPC,
		       "cannot add meter 5000 to bridge br0 because there are 4095 already");
}

/* What is told now: "all", the ids one after the other, "g" for groups or meters. */
static void expect_changes(struct fixture *f, const char *expected)
{
	struct db_flow_changes changes;
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_flow_changes_wait(f->db), *expected != '\0');
	db_flow_changes_take(f->db, &changes);
	if (changes.all)
		text_add(&text, "all ");
	for (size_t i = 0; i < changes.count; i++)
		text_add(&text, "%d ", (int)changes.ids[i]);
	if (changes.groups_or_meters)
		text_add(&text, "g ");
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
	free(changes.ids);
	assert_false(db_flow_changes_wait(f->db));
}

static void begin(struct fixture *f)
{
	assert_int_equal(db_begin(f->db, &f->error), 0);
}

static void commit(struct fixture *f)
{
	assert_int_equal(db_commit(f->db, &f->error), 0);
}

/* Flow 1 is br0's default, 2 and 3 are others; all is told. To put one in its place uses up an id.
 */
static void make_three(struct fixture *f)
{
	add_bridge(f, "br0");
	put(f, "br0", 1, "ip");
	put(f, "br0", 2, "ip");
	commit(f);
	expect_changes(f, "all g ");
	begin(f);
}

static void each_change_is_told_once(void **state)
{
	struct fixture *f = *state;

	make_three(f);
	put(f, "br0", 2, "ip"); /* in its place */
	put(f, "br0", 1, "ip");
	put(f, "br0", 2, "ip");
	put(f, "br0", 3, "ip");
	expect_changes(f, "2 3 7 ");
	assert_int_equal(db_flow_del(f->db, 2, &f->error), 0);
	expect_changes(f, "2 ");
	assert_int_equal(db_flow_del(f->db, 2, &f->error), 0);
	expect_changes(f, "");
	commit(f);
	begin(f);
	expect_changes(f, "");
	assert_int_equal(db_flow_clear(f->db, "br0", &f->error), 0);
	commit(f);
	expect_changes(f, "1 3 7 ");
	begin(f);
}

static void what_goes_with_a_bridge_is_told(void **state)
{
	struct fixture *f = *state;

	make_three(f);
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	expect_changes(f, "1 2 3 ");
	add_bridge(f, "br0");
	fail_mode(f, "br0", "secure");
	settle(f);
	fail_mode(f, "br0", "[]");
	settle(f);
	expect_changes(f, "4 5 ");
}

static void changes_of_groups_and_meters_are_told(void **state)
{
	struct fixture *f = *state;

	make_three(f);
	assert_int_equal(db_group_put(f->db, "br0", 1, "a", &f->error), 0);
	expect_changes(f, "g ");
	assert_int_equal(db_group_put(f->db, "br0", 1, "a", &f->error), 0);
	expect_changes(f, "");
	assert_int_equal(db_group_put(f->db, "br0", 1, "b", &f->error), 0);
	expect_changes(f, "g ");
	assert_int_equal(db_meter_put(f->db, "br0", 1, "a", &f->error), 0);
	expect_changes(f, "g ");
	db_rollback(f->db);
	expect_changes(f, "g ");
	begin(f);
	assert_int_equal(db_group_put(f->db, "br0", 1, "b", &f->error), 0);
	commit(f);
	expect_changes(f, "g ");
	begin(f);
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	expect_changes(f, "1 2 3 g ");
}

/* Who was told of a change that is undone must be told so. */
static void a_rollback_is_told(void **state)
{
	struct fixture *f = *state;

	make_three(f);
	put(f, "br0", 1, "ip");
	expect_changes(f, "2 ");
	put(f, "br0", 4, "ip");
	expect_changes(f, "5 ");
	assert_int_equal(db_bridge_del(f->db, "br0", &f->error), 0);
	db_rollback(f->db);
	expect_changes(f, "1 2 3 5 ");
	expect_flows(f, "br0", "1:0,2,ip=drop\n1:0,1,ip=drop\n1:0,0,=NORMAL default\n");

	/* Of what was told before it, and of other transactions, no more. */
	begin(f);
	put(f, "br0", 1, "ip");
	expect_changes(f, "2 ");
	commit(f);
	begin(f);
	db_rollback(f->db);
	expect_changes(f, "");
	begin(f);
}

static void too_many_are_told_as_all(void **state)
{
	struct fixture *f = *state;

	make_three(f);
	for (size_t i = 0; i <= 1 << 18; i++)
		put(f, "br0", 1, "ip");
	expect_changes(f, "all ");
	db_rollback(f->db);
	expect_changes(f, "all ");
	begin(f);
	put(f, "br0", 1, "ip");
	expect_changes(f, "2 ");
}

static void port_config(void **state)
{
	struct fixture *f = *state;
	struct db_config *config;

	add_bridge(f, "br0");
	assert_int_equal(db_port_add(f->db, "br0", "p1", 0, &f->error), 0);
	assert_int_equal(
		db_port_config_set(f->db, "p1", DB_PORT_NO_FLOOD | DB_PORT_NO_FWD, 0, &f->error),
		0);
	reopen(f);
	assert_int_equal(db_port_config_set(f->db, "p1", DB_PORT_NO_FLOOD, 0, &f->error), 0);
	assert_false(db_changed(f->db));
	assert_int_equal(
		db_port_config_set(f->db, "p1", DB_PORT_NO_RECV, DB_PORT_NO_FWD, &f->error), 0);
	config = load(f);
	assert_int_equal(config->bridges->ports->port_config, 0);
	assert_int_equal(config->bridges->ports->next->port_config,
			 DB_PORT_NO_FLOOD | DB_PORT_NO_RECV);
	db_config_free(config);
	assert_refused(db_port_config_set(f->db, "p9", 4, 0, &f->error), -ENOENT,
		       "no interface named p9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_column_comes_back),
		TEST(a_flow_takes_the_place_of_its_like),
		TEST(flows_go),
		TEST(reading_can_be_ended),
		TEST(a_bridge_takes_its_own_along),
		TEST(a_made_bridge_has_the_flow_too),
		TEST(a_secure_bridge_has_none),
		TEST(a_deleted_one_stays_away),
		TEST(only_the_default_goes_and_comes),
		TEST(groups),
		TEST(meters_have_numbers_of_their_own),
		TEST(there_is_an_end_to_meters),
		TEST(each_change_is_told_once),
		TEST(what_goes_with_a_bridge_is_told),
		TEST(changes_of_groups_and_meters_are_told),
		TEST(a_rollback_is_told),
		TEST(too_many_are_told_as_all),
		TEST(port_config),
	};

	return cmocka_run_group_tests_name("db_flow", tests, NULL, NULL);
}
