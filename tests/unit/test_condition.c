/* SPDX-License-Identifier: BSD-2-Clause */
/* Conditions of find, on columns of every shape, with every operator. */
#include "command_fixture.h"

/*
 * Three ports: p1 with tag 10, trunks 1 and 2, a=1 and b=2; p2 with tag 20, trunks 2, a=2; p3 with
 * nothing of these.
 */
static void make_ports(struct fixture *fixture)
{
	done(fixture, "add-br br0 -- add-port br0 p1 tag=10 trunks=1,2 vlan_mode=native-tagged "
		      "external_ids:a=1 external_ids:b=2 bond_updelay=5 -- add-port br0 p2 tag=20 "
		      "trunks=2 vlan_mode=native-tagged external_ids:a=2 bond_updelay=-7 -- "
		      "add-port br0 p3 bond_updelay=5 protected=true");
}

/* Which of the three fulfil a condition: "13" stands for p1 and p3. */
static void finds(struct fixture *fixture, const char *condition, const char *expected)
{
	char line[256], found[4] = "";
	const char *name;

	snprintf(line, sizeof(line),
		 "--data=bare --no-headings --columns=name find port name!=br0 %s", condition);
	done(fixture, line);
	for (name = text_string(&result.output); (name = strchr(name, 'p')); name += 2)
		strncat(found, name + 1, 1);
	if (strcmp(found, expected))
		fail_msg("%s finds \"%s\", not \"%s\"", condition, found, expected);
}

static void test_scalars(void **state)
{
	struct fixture *fixture = *state;

	make_ports(fixture);
	finds(fixture, "bond_updelay=5", "13");
	finds(fixture, "bond_updelay!=5", "2");
	finds(fixture, "bond_updelay<5", "2");
	finds(fixture, "bond_updelay>-7", "13");
	finds(fixture, "bond_updelay<=5", "123");
	finds(fixture, "bond_updelay>=5", "13");
	finds(fixture, "name=p2", "2");
	finds(fixture, "name>p1", "23");
	finds(fixture, "name{in}p1", "1");
	finds(fixture, "name{not-in}p1", "23");
	finds(fixture, "protected=true", "3");
	finds(fixture, "protected<true", "12");
	finds(fixture, "bond_updelay{=}5", "13");
	finds(fixture, "bond_updelay{!=}5", "2");
	finds(fixture, "bond_updelay{<}5", "");
	finds(fixture, "bond_updelay{<=}5", "13");
	finds(fixture, "bond_updelay{>=}5", "13");
	finds(fixture, "name=p1 bond_updelay=5", "1");
	finds(fixture, "name=p2 bond_updelay=5", "");
}

static void test_optional(void **state)
{
	struct fixture *fixture = *state;

	make_ports(fixture);
	finds(fixture, "tag=10", "1");
	finds(fixture, "tag=[]", "3");
	finds(fixture, "tag!=[]", "12");
	finds(fixture, "tag!=10", "23");
	finds(fixture, "tag<20", "13"); /* fewer elements are less */
	finds(fixture, "tag>10", "2");
	finds(fixture, "tag<=10", "13");
	finds(fixture, "tag>=10", "12");
	finds(fixture, "tag{=}[]", "3");
	finds(fixture, "tag{!=}10", "23");
	finds(fixture, "tag{<}10", "3");
	finds(fixture, "tag{>}[]", "12");
	finds(fixture, "tag{<=}10", "13");
	finds(fixture, "tag{>=}20", "2");
	finds(fixture, "tag{in}10", "13");
	finds(fixture, "tag{not-in}10", "23");
}

static void test_sets(void **state)
{
	struct fixture *fixture = *state;

	make_ports(fixture);
	finds(fixture, "trunks=2,1", "1");
	finds(fixture, "trunks!=1,2", "23");
	finds(fixture, "trunks<1,2", "23");
	finds(fixture, "trunks>2", "1");
	finds(fixture, "trunks<=2", "23");
	finds(fixture, "trunks>=2", "12");
	finds(fixture, "trunks{=}1,2", "1");
	finds(fixture, "trunks{!=}1,2", "23");
	finds(fixture, "trunks{<}1,2", "23");
	finds(fixture, "trunks{>}2", "1");
	finds(fixture, "trunks{<=}2,3", "23");
	finds(fixture, "trunks{>=}2", "12");
	finds(fixture, "trunks{>=}[]", "123");
	finds(fixture, "trunks{in}2,3", "23");
	finds(fixture, "trunks{not-in}1,3", "23");
}

static void test_maps(void **state)
{
	struct fixture *fixture = *state;

	make_ports(fixture);
	finds(fixture, "external_ids=a=1,b=2", "1");
	finds(fixture, "external_ids={b=2,a=1}", "1");
	finds(fixture, "external_ids!={}", "12");
	finds(fixture, "external_ids{=}{}", "3");
	finds(fixture, "external_ids{>=}a=1", "1");
	finds(fixture, "external_ids{>}a=1", "1");
	finds(fixture, "external_ids{<=}a=2,c=3", "23");
	finds(fixture, "external_ids{<}a=2", "3");
	finds(fixture, "external_ids<a=2", "3");
	finds(fixture, "external_ids{in}a=2,b=2", "23");
	finds(fixture, "external_ids{not-in}b=2", "23");
}

/* A key that is not there fulfils none of the scalar relations, and is the empty set to the others.
 */
static void test_keys(void **state)
{
	struct fixture *fixture = *state;

	make_ports(fixture);
	finds(fixture, "external_ids:a=1", "1");
	finds(fixture, "external_ids:a!=1", "2");
	finds(fixture, "external_ids:a<2", "1");
	finds(fixture, "external_ids:a>1", "2");
	finds(fixture, "external_ids:a<=2", "12");
	finds(fixture, "external_ids:a>=2", "2");
	finds(fixture, "external_ids:\"a\"=1", "1");
	finds(fixture, "external_ids:a{=}1", "1");
	finds(fixture, "external_ids:a{=}[]", "3");
	finds(fixture, "external_ids:a{!=}[]", "12");
	finds(fixture, "external_ids:a{!=}1", "23");
	finds(fixture, "external_ids:a{<}1", "3");
	finds(fixture, "external_ids:a{>}[]", "12");
	finds(fixture, "external_ids:a{<=}1", "13");
	finds(fixture, "external_ids:a{>=}1", "1");
	finds(fixture, "external_ids:b{>=}[]", "123");
	finds(fixture, "external_ids:a{in}1,2", "123");
	finds(fixture, "external_ids:a{not-in}1", "23");
}

/* Sets that lie between each other, before and behind, with common elements and without. */
static void test_overlaps(void **state)
{
	struct fixture *fixture = *state;

	make_ports(fixture);
	done(fixture,
	     "set port p1 trunks=1,3,5,7 -- set port p2 trunks=2,4,6 -- set port p3 trunks=3,7");
	finds(fixture, "trunks{>=}3,7", "13");
	finds(fixture, "trunks{>=}3,6", "");
	finds(fixture, "trunks{<=}0-4", "");
	finds(fixture, "trunks{<=}2-7", "23");
	finds(fixture, "trunks{not-in}1,5,7", "2");
	finds(fixture, "trunks{not-in}0,8,9", "123");
	finds(fixture, "trunks{not-in}6,7", "");
	done(fixture, "set port p1 external_ids={a=2,b=1} -- set port p2 external_ids={a=1,b=2}"
		      " -- set port p3 external_ids={b=2}");
	finds(fixture, "external_ids{>=}b=2", "23");
	finds(fixture, "external_ids{in}a=1,b=2,c=3", "23");
	finds(fixture, "external_ids{not-in}a=1,b=1", "3");
}

/* More columns than a query can have, conditions' and shown ones in any order. */
static void test_columns_named_often(void **state)
{
	static char line[1000 * 20 + 128];
	struct fixture *fixture = *state;
	char *end = line;
	const char *shown;

	make_ports(fixture);
	end = stpcpy(end, "--data=bare --no-headings --format=csv --columns=name");
	for (int i = 0; i < 1000; i++)
		end = stpcpy(end, ",tag,name,_uuid,name");
	stpcpy(end, " find port name=p1 tag=10 name!=p2 tag!=11");
	done(fixture, line);
	shown = text_string(&result.output);
	for (int i = 0; i < 1000; i++) {
		assert_memory_equal(shown, "p1,10,p1,", 9);
		shown += 9 + 36 + 1;
	}
	assert_string_equal(shown, "p1\n");
}

static void test_refused(void **state)
{
	struct fixture *fixture = *state;

	refused(fixture, "find port tag:a=1", "cannot specify key to check for non-map column tag");
	assert_int_equal(run(fixture, "find port tag"), 1);
	assert_non_null(strstr(result.error.text, "tag: argument does not end in "));
	assert_int_equal(run(fixture, "find port tag=x"), 1);
	refused(fixture, "find port tag{in}10,30",
		"10,30: 2 value(s) specified but the maximum number is 1");
	assert_int_equal(run(fixture, "find port nonsense=x"), 1);
	assert_int_equal(run(fixture, "find nonsense"), 1);
	assert_int_equal(run(fixture, "find port tag={in}10 --columns=name"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_scalars),  TEST(test_optional),
		TEST(test_sets),     TEST(test_maps),
		TEST(test_keys),     TEST(test_refused),
		TEST(test_overlaps), TEST(test_columns_named_often),
	};

	return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
