/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows, groups, meters and what mod-port says, made like those of another database. */
#include "db_fixture.h"

#include "db/difference.h"

static void put(struct fixture *f, struct db *db, const char *bridge, uint16_t priority,
		const char *match, uint64_t cookie)
{
	const struct db_flow flow = {
		.priority = priority, .match = match, .actions = "drop", .cookie = cookie};

	assert_int_equal(db_flow_put(db, bridge, &flow, &f->error), 0);
}

/* br0 with p1 and two flows, br1 as it is from the start. */
static void fill(struct fixture *f, struct db *db)
{
	assert_int_equal(db_bridge_add(db, "br0", &f->error), 0);
	assert_int_equal(db_bridge_add(db, "br1", &f->error), 0);
	assert_int_equal(db_port_add(db, "br0", "p1", 0, &f->error), 0);
	put(f, db, "br0", 1, "ip", 5);
	put(f, db, "br0", 2, "ip", 5);
	assert_int_equal(db_group_put(db, "br0", 1, "a", &f->error), 0);
	assert_int_equal(db_group_put(db, "br0", 2, "b", &f->error), 0);
	assert_int_equal(db_meter_put(db, "br0", 1, "a", &f->error), 0);
	assert_int_equal(db_meter_put(db, "br0", 2, "b", &f->error), 0);
	assert_int_equal(db_port_config_set(db, "p1", DB_PORT_NO_FLOOD, 0, &f->error), 0);
}

/* What the test is to make different, in a database of its own. */
static struct db *make_wanted(struct fixture *f, bool filled)
{
	struct db *wanted;

	assert_int_equal(db_open_draft(&wanted, &f->error), 0);
	assert_int_equal(db_begin(wanted, &f->error), 0);
	if (filled)
		fill(f, wanted);
	return wanted;
}

/* The present one is settled, too, as after a command. */
static void make_like(struct fixture *f, struct db *wanted)
{
	assert_int_equal(db_settle(wanted, &f->error), 0);
	assert_int_equal(difference_write(f->db, wanted, &f->error), 0);
	assert_int_equal(difference_write_flows(f->db, wanted, &f->error), 0);
	assert_int_equal(db_settle(f->db, &f->error), 0);
	db_close(wanted);
}

/* db_flow_fn */
static int add_flow(const struct db_flow *flow, void *text)
{
	text_add(text, "%d,%s,%d%s ", flow->priority, flow->match, (int)flow->cookie,
		 flow->is_default ? ",default" : "");
	return 0;
}

/* db_group_fn */
static int add_group(const struct db_group *group, void *text)
{
	text_add(text, "group %u=%s ", group->group, group->text);
	return 0;
}

/* db_meter_fn */
static int add_meter(const struct db_meter *meter, void *text)
{
	text_add(text, "meter %u#%d=%s ", meter->meter, meter->number, meter->text);
	return 0;
}

/* db_port_config_fn */
static int add_port_config(const char *bridge, const char *interface, uint32_t config, void *text)
{
	text_add(text, "%s/%s %u ", bridge, interface, config);
	return 0;
}

static void expect(struct fixture *f, const char *bridge, const char *expected)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_flow_each(f->db, bridge, add_flow, &text, &f->error), 0);
	assert_int_equal(db_group_each(f->db, bridge, add_group, &text, &f->error), 0);
	assert_int_equal(db_meter_each(f->db, bridge, add_meter, &text, &f->error), 0);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
}

static void expect_port_configs(struct fixture *f, const char *expected)
{
	struct text text = TEXT_EMPTY;

	assert_int_equal(db_port_config_each(f->db, add_port_config, &text, &f->error), 0);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
}

static void begin_anew(struct fixture *f)
{
	struct db_flow_changes changes;

	assert_int_equal(db_settle(f->db, &f->error), 0);
	reopen(f);
	db_flow_changes_take(f->db, &changes);
}

static void what_is_so_stays(void **state)
{
	struct fixture *f = *state;

	fill(f, f->db);
	begin_anew(f);
	make_like(f, make_wanted(f, true));
	assert_false(db_changed(f->db));
	assert_false(db_flow_changes_wait(f->db));
}

static void something_out_of_nothing(void **state)
{
	struct fixture *f = *state;

	make_like(f, make_wanted(f, true));
	expect(f, "br0", "2,ip,5 1,ip,5 0,,0,default group 1=a group 2=b meter 1#1=a meter 2#2=b ");
	expect(f, "br1", "0,,0,default ");
	expect_port_configs(f, "br0/p1 16 ");
	make_like(f, make_wanted(f, false));
	expect_port_configs(f, "");
}

static void only_what_differs_is_written(void **state)
{
	struct fixture *f = *state;
	struct db *wanted = make_wanted(f, true);
	struct db_flow_changes changes;

	fill(f, f->db);
	put(f, f->db, "br0", 1, "arp", 0); /* id 5 */
	put(f, wanted, "br0", 2, "ip", 6); /* id 4 */
	put(f, wanted, "br0", 3, "ip", 6); /* id 6 */
	assert_int_equal(db_group_put(f->db, "br0", 3, "c", &f->error), 0);
	assert_int_equal(db_group_put(wanted, "br0", 2, "c", &f->error), 0);
	assert_int_equal(db_meter_put(f->db, "br0", 3, "c", &f->error), 0);
	assert_int_equal(db_meter_put(wanted, "br0", 1, "c", &f->error), 0);
	assert_int_equal(db_meter_put(wanted, "br1", 1, "d", &f->error), 0);
	assert_int_equal(db_port_config_set(wanted, "p1", DB_PORT_NO_FWD, UINT32_MAX, &f->error),
			 0);
	begin_anew(f);
	make_like(f, wanted);
	expect(f, "br0",
	       "3,ip,6 2,ip,6 1,ip,5 0,,0,default group 1=a group 2=c meter 1#1=c meter 2#2=b ");
	expect(f, "br1", "0,,0,default meter 1#3=d ");
	expect_port_configs(f, "br0/p1 32 ");
	db_flow_changes_take(f->db, &changes);
	assert_int_equal(changes.count, 3);
	assert_int_equal(changes.ids[0], 4);
	assert_int_equal(changes.ids[1], 5);
	assert_true(changes.groups_or_meters);
	free(changes.ids);
}

static void fail_mode(struct fixture *f, struct db *db, const char *bridge, bool secure)
{
	const struct db_column *mode = column("Bridge", "fail_mode");
	json_t *value = secure ? json_string("secure") : json_pack("[s[]]", "set");
	char uuid[DB_UUID_LEN + 1];

	assert_int_equal(db_record_find(db, table("Bridge"), bridge, uuid, &f->error), 0);
	assert_int_equal(db_set(db, table("Bridge"), uuid, mode, value, &f->error), 0);
	json_decref(value);
}

/* A bridge has its first flow, or another one in its place, or none, whatever it was before. */
static void the_first_flow(void **state)
{
	enum { WITH, WITHOUT, OTHER, SECURE, ALL };
	static const char *const texts[ALL] = {"0,,0,default ", "", "0,,7 ", ""};
	struct fixture *f = *state;

	for (int way = 0; way < ALL * ALL; way++) {
		const int kinds[] = {way / ALL, way % ALL};

		for (int i = 0; i < 2; i++) {
			struct db *wanted = make_wanted(f, false);

			assert_int_equal(db_bridge_add(wanted, "br0", &f->error), 0);
			if (kinds[i] == WITHOUT)
				assert_int_equal(db_flow_clear(wanted, "br0", &f->error), 0);
			if (kinds[i] == OTHER)
				put(f, wanted, "br0", 0, "", 7);
			fail_mode(f, wanted, "br0", kinds[i] == SECURE);
			make_like(f, wanted);
			expect(f, "br0", texts[kinds[i]]);
			reopen(f);
			assert_int_equal(db_settle(f->db, &f->error), 0);
			assert_false(db_changed(f->db));
		}
	}
}

/* As many meters as there may be, all of them others. */
static void room_for_meters(void **state)
{
	struct fixture *f = *state;
	struct db *wanted = make_wanted(f, true);

	fill(f, f->db);
	for (uint32_t i = 3; i <= DB_METERS_MAX; i++) {
		assert_int_equal(db_meter_put(f->db, "br1", i, "", &f->error), 0);
		assert_int_equal(db_meter_put(wanted, "br0", i, "", &f->error), 0);
	}
	make_like(f, wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_so_stays),
		TEST(something_out_of_nothing),
		TEST(only_what_differs_is_written),
		TEST(the_first_flow),
		TEST(room_for_meters),
	};

	return cmocka_run_group_tests_name("difference_flow", tests, NULL, NULL);
}
