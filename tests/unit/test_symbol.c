/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that the sub-commands of a chain have for each other's records. */
#include "command_fixture.h"

static void test_use_before_and_after(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-port br0 p1");
	done(fixture, "set port p1 qos=@q -- --id=@q create qos type=linux-htb queues:7=@seven -- "
		      "--id=@seven create queue dscp=5");
	prints(fixture, "get qos p1 type", "linux-htb\n");
	prints(fixture, "--no-headings --columns=dscp list queue", "5\n");
	done(fixture, "--id=@p get port p1 -- --id=@m create mirror name=m select_dst_port=@p "
		      "output_port=@p -- add bridge br0 mirrors @m");
	done(fixture, "get mirror m output_port -- get port p1 _uuid");
	assert_int_equal(result.output.length, 74);
	assert_memory_equal(result.output.data, result.output.data + 37, 37);
	done(fixture, "--id=@m get mirror m -- remove bridge br0 mirrors @m");
	prints(fixture, "get bridge br0 mirrors -- find mirror", "[]\n");
	assert_string_equal(text_string(&result.warning), "");
}

/* Bridge, port and interface, each named before it is made. */
static void test_structure(void **state)
{
	struct fixture *fixture = *state;

	fake_link_add("p1", "veth");
	done(fixture, "add open_vswitch . bridges @b -- --id=@b create bridge name=br0 ports=@p -- "
		      "--id=@p create port name=p1 interfaces=@i tag=10 -- "
		      "--id=@i create interface name=p1 ofport_request=5");
	assert_string_equal(text_string(&result.warning), "");
	prints(fixture, "list-ports br0 -- get port p1 tag -- br-exists br0", "p1\n10\n");
	assert_non_null(dp_port_of(fixture, "p1"));
}

static void test_refused(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-port br0 p1");
	refused(fixture, "set port p1 qos=@q",
		"row id \"@q\" is referenced but never created (e.g. with \"-- --id=@q create "
		"...\")");
	prints(fixture, "get port p1 qos", "[]\n");
	refused(fixture, "--id=q create qos type=x", "row id \"q\" does not begin with \"@\"");
	refused(fixture, "--id=@q create qos type=x -- --id=@q create qos type=x",
		"row id \"@q\" may only be specified on one --id option");
	refused(fixture, "set port p1 qos=@q -- --id=@q get port p1",
		"row id \"@q\" specified on \"get\" command was used before it was defined");
	refused(fixture, "--id=@q --if-exists get port p1",
		"--if-exists and --id may not be specified together");
	prints(fixture, "find qos", "");
}

/* A name of one chain is nothing to the next; so is a value that looks like one where there are no
 * UUIDs. */
static void test_scope(void **state)
{
	struct fixture *fixture = *state;

	done(fixture,
	     "add-br br0 -- add-port br0 p1 -- --id=@q create qos type=x -- set port p1 qos=@q");
	assert_int_equal(run(fixture, "add-port br0 p2 qos=@q"), 1);
	done(fixture, "set port p1 external_ids:a=@q");
	prints(fixture, "get port p1 external_ids:a", "\"@q\"\n");
}

static void test_warnings(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- --id=@m create mirror name=m");
	assert_string_equal(text_string(&result.warning),
			    "row id \"@m\" was created but no reference to it was inserted, so it "
			    "will not actually appear in the database\n");
	done(fixture, "create mirror name=m");
	assert_string_equal(text_string(&result.warning),
			    "applying \"create\" command to table Mirror without --id option will "
			    "have no effect\n");
	done(fixture, "create queue dscp=1");
	assert_string_equal(text_string(&result.warning), "");
	prints(fixture, "find mirror", "");
}

/* RFC 7047's word for a name is a key like any other. */
static void test_key_that_looks_like_one(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0");
	done(fixture, "set bridge br0 external_ids:named-uuid=@q external_ids:uuid=x");
	prints(fixture, "get bridge br0 external_ids", "{named-uuid=\"@q\", uuid=x}\n");
	done(fixture, "--id=@d create datapath datapath_version=1 -- "
		      "set open_vswitch . datapaths:named-uuid=@d");
	prints(fixture, "--no-headings --columns=datapath_version list datapath", "\"1\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_use_before_and_after),
		TEST(test_structure),
		TEST(test_refused),
		TEST(test_scope),
		TEST(test_key_that_looks_like_one),
		TEST(test_warnings),
	};

	return cmocka_run_group_tests_name("symbol", tests, NULL, NULL);
}
