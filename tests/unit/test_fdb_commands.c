/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on the filtering database as parts of chains, which are done as a whole or not at all.
 */
#include "command_fixture.h"

static struct fixture *with_a_station(void **state)
{
	struct fixture *fixture = *state;

	language = LANGUAGE_OWN;
	fake_link_add("p1", "veth");
	done(fixture, "add-br br0 -- add-port br0 p1");
	speak(fixture, "p1", 7);
	assert_int_not_equal(learned_at(fixture, "br0", 7), 0);
	return fixture;
}

/* The address that speak() gives to station 7. */
#define STATION_7 "02:aa:00:00:00:07"

static void a_dry_run_forgets_nothing(void **state)
{
	struct fixture *fixture = with_a_station(state);

	done(fixture, "--dry-run fdb/flush br0");
	done(fixture, "--dry-run fdb/flush");
	done(fixture, "--dry-run fdb/del br0 0 " STATION_7);
	assert_int_not_equal(learned_at(fixture, "br0", 7), 0);
}

static void a_chain_that_is_refused_forgets_nothing(void **state)
{
	struct fixture *fixture = with_a_station(state);

	assert_int_equal(run(fixture, "fdb/flush br0 -- del-br br9"), 1);
	assert_int_equal(run(fixture, "fdb/del br0 0 " STATION_7 " -- del-br br9"), 1);
	assert_int_equal(run(fixture, "fdb/flush br0 -- br-exists br9"), 2);
	assert_int_not_equal(learned_at(fixture, "br0", 7), 0);
}

static void a_chain_that_is_done_forgets(void **state)
{
	struct fixture *fixture = with_a_station(state);

	done(fixture, "fdb/del br0 0 " STATION_7 " -- add-port br0 p2");
	assert_int_equal(learned_at(fixture, "br0", 7), 0);
	speak(fixture, "p1", 7);
	prints(fixture, "fdb/flush -- add-port br0 p3", "table successfully flushed\n");
	assert_int_equal(learned_at(fixture, "br0", 7), 0);
	speak(fixture, "p1", 7);
	done(fixture, "fdb/flush br0 -- fdb/del br0 0 " STATION_7 " -- del-br br0");
}

/* The configuration is what counts in the end. */
static void what_is_added_in_the_chain_stays(void **state)
{
	struct fixture *fixture = with_a_station(state);

	done(fixture, "fdb/del br0 0 " STATION_7 " -- fdb/add br0 p1 0 " STATION_7);
	done(fixture, "fdb/show br0");
	assert_non_null(strstr(text_string(&result.output), STATION_7 "  static\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dry_run_forgets_nothing),
		TEST(a_chain_that_is_refused_forgets_nothing),
		TEST(a_chain_that_is_done_forgets),
		TEST(what_is_added_in_the_chain_stays),
	};

	return cmocka_run_group_tests_name("fdb commands", tests, NULL, NULL);
}
