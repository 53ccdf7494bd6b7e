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

static void set_request(struct fixture *f, struct db *db, const char *name, int ofport)
{
	const struct db_column *request = column("Interface", "ofport_request");
	json_t *value = json_integer(ofport);
	char uuid[DB_UUID_LEN + 1];

	assert_int_equal(db_record_find(db, table("Interface"), name, uuid, &f->error), 0);
	assert_int_equal(db_set(db, table("Interface"), uuid, request, value, &f->error), 0);
	json_decref(value);
}

static void expect_numbers(struct fixture *f, struct db *db, const char *expected)
{
	struct text text = TEXT_EMPTY;
	struct db_config *config;

	assert_int_equal(db_config_load(db, &config, &f->error), 0);
	for (const struct db_port *port = config->bridges->ports; port; port = port->next)
		if (!port->local)
			text_add(&text, "%s=%d ", port->name, port->ofport);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
	db_config_free(config);
}

static void add_ports(struct fixture *f, struct db *db, const char *names)
{
	char name[] = "p0";

	assert_int_equal(db_bridge_add(db, "br0", &f->error), 0);
	for (; *names; names++) {
		name[1] = *names;
		assert_int_equal(db_port_add(db, "br0", name, 0, &f->error), 0);
	}
}

/* A draft with the numbers of the present one, and ports named by their digits. */
static struct db *draft_ports(struct fixture *f, const char *names)
{
	struct db *draft = make_wanted(f, false);

	assert_int_equal(db_draft_reserve(draft, f->db, &f->error), 0);
	add_ports(f, draft, names);
	return draft;
}

/* Whatever the order in which a draft names ports, numbers mean the same in it as in the switch. */
static void ports_keep_their_numbers(void **state)
{
	struct fixture *f = *state;
	struct db *draft;

	add_ports(f, f->db, "321");
	expect_numbers(f, f->db, "p3=1 p2=2 p1=3 ");
	begin_anew(f);
	draft = draft_ports(f, "0123");
	expect_numbers(f, draft, "p0=4 p1=3 p2=2 p3=1 ");
	make_like(f, draft);
	expect_numbers(f, f->db, "p3=1 p2=2 p1=3 p0=4 ");

	/* What goes leaves its number to those who come later. */
	draft = draft_ports(f, "951");
	expect_numbers(f, draft, "p9=5 p5=6 p1=3 ");
	make_like(f, draft);
	expect_numbers(f, f->db, "p1=3 p9=5 p5=6 ");
	make_like(f, draft_ports(f, "12"));
	expect_numbers(f, f->db, "p1=3 p2=1 ");
}

static void requested_numbers(void **state)
{
	struct fixture *f = *state;
	struct db *draft;

	add_ports(f, f->db, "12");
	begin_anew(f);
	draft = draft_ports(f, "12");
	set_request(f, draft, "p1", 7);
	set_request(f, draft, "p2", 1); /* p1 has had it */
	expect_numbers(f, draft, "p1=7 p2=2 ");
	make_like(f, draft);
	expect_numbers(f, f->db, "p1=7 p2=2 ");

	/* What has not got its number when it asked does not get it for being asked again. */
	begin_anew(f);
	draft = draft_ports(f, "12");
	set_request(f, draft, "p1", 7);
	set_request(f, draft, "p2", 1);
	make_like(f, draft);
	assert_false(db_changed(f->db));

	draft = draft_ports(f, "32");
	set_request(f, draft, "p3", 2);
	set_request(f, draft, "p2", 5);
	expect_numbers(f, draft, "p3=1 p2=5 ");
	make_like(f, draft);
	expect_numbers(f, f->db, "p2=5 p3=1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_so_stays),
		TEST(something_out_of_nothing),
		TEST(only_what_differs_is_written),
		TEST(the_first_flow),
		TEST(room_for_meters),
		TEST(ports_keep_their_numbers),
		TEST(requested_numbers),
	};

	return cmocka_run_group_tests_name("difference_flow", tests, NULL, NULL);
}
