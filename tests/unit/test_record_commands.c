/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands on records show of those that are to be destroyed at the end of the chain. */
#include "command_fixture.h"

static struct fixture *with_bridges(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-br br1 -- add-port br0 p1");
	return fixture;
}

#define NAMES "--columns=name "
#define BR0   "name                : br0\n"
#define BR1   "name                : br1\n"

static void what_is_destroyed_is_not_listed(void **state)
{
	struct fixture *fixture = with_bridges(state);

	prints(fixture, NAMES "list Bridge", BR0 "\n" BR1);
	prints(fixture, "destroy Bridge br1 -- " NAMES "list Bridge", BR0);
	prints(fixture, "destroy Bridge br1 -- " NAMES "find Bridge name=br1", "");
	prints(fixture, "destroy Bridge br1 -- " NAMES "find Bridge name!=br1", BR0);
	prints(fixture, "--all destroy Bridge -- " NAMES "list Bridge", "");
	refused(fixture, "destroy Bridge br1 -- list Bridge br1", "no row \"br1\" in table Bridge");
	prints(fixture, NAMES "list Bridge", BR0 "\n" BR1);
}

/* It is there still for commands that go by who belongs to whom, as in ovs-vsctl. */
static void it_keeps_its_place(void **state)
{
	struct fixture *fixture = with_bridges(state);

	prints(fixture, "destroy Bridge br1 -- destroy Port p1 -- list-br -- list-ports br0",
	       "br0\nbr1\np1\n");
	refused(fixture, "destroy Bridge br1 -- add-br br1",
		"cannot create a bridge named br1 because a bridge named br1 already exists");
}

/* Destroyed twice, it is told once. */
static void what_is_left_is_told_once(void **state)
{
	struct fixture *fixture = with_bridges(state);

	done(fixture, "destroy Port p1 -- --all destroy Port -- --all destroy Port");
	assert_string_equal(text_string(&result.warning),
			    "\"p1\" of table Port is not destroyed: other records refer to it\n"
			    "\"br0\" of table Port is not destroyed: other records refer to it\n"
			    "\"br1\" of table Port is not destroyed: other records refer to it\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_destroyed_is_not_listed),
		TEST(it_keeps_its_place),
		TEST(what_is_left_is_told_once),
	};

	return cmocka_run_group_tests_name("record commands", tests, NULL, NULL);
}
