/* SPDX-License-Identifier: BSD-2-Clause */
/* What add-port, add-bond and del-port look at first, and what they say: as ovs-vsctl. */
#include "command_fixture.h"

/* br0 with port p1, bond0 of e1 and e2, and fake bridge v1 with port w1. */
static struct fixture *with_ports(void **state)
{
	struct fixture *fixture = *state;

	done(fixture, "add-br br0 -- add-port br0 p1 -- add-bond br0 bond0 e1 e2");
	done(fixture, "add-br v1 br0 10 -- add-port v1 w1");
	return fixture;
}

static void names_come_before_the_bridge(void **state)
{
	struct fixture *fixture = with_ports(state);

	refused(fixture, "add-port nobody p1",
		"cannot create a port named p1 because a port named p1 already exists on bridge "
		"br0");
	refused(fixture, "add-port nobody br0",
		"cannot create a port named br0 because a bridge named br0 already exists");
	refused(fixture, "add-port nobody v1",
		"cannot create a port named v1 because a bridge named v1 already exists");
	refused(fixture, "add-bond nobody bond0 e1 e3",
		"cannot create a port named bond0 because a port named bond0 already exists on "
		"bridge br0");
	refused(fixture, "add-bond nobody bond1 e1 e3",
		"cannot create an interface named e1 because an interface named e1 already exists "
		"on bridge br0");
	refused(fixture, "add-port nobody p9", "no bridge named nobody");
	refused(fixture, "add-bond nobody-of-a-long-name bond1 e3 e4",
		"no bridge named nobody-of-a-long-name");
}

static void a_name_is_of_a_bridge_or_port_first(void **state)
{
	struct fixture *fixture = with_ports(state);

	refused(fixture, "add-bond br0 bond1 e3 p1",
		"cannot create an interface named p1 because a port named p1 already exists on "
		"bridge br0");
	refused(fixture, "add-bond br0 bond1 br0 e3",
		"cannot create an interface named br0 because a bridge named br0 already exists");
	refused(fixture, "add-bond br0 bond1 v1 e3",
		"cannot create an interface named v1 because a bridge named v1 already exists");
	refused(fixture, "add-bond br0 bond1 e3 bond0",
		"cannot create an interface named bond0 because a port named bond0 already exists "
		"on bridge br0");
	done(fixture, "add-bond br0 bond1 bond1 e3");
}

/* The fake one, if it is there that the port shows up. */
static void a_name_is_taken_on_its_bridge(void **state)
{
	struct fixture *fixture = with_ports(state);

	refused(fixture, "add-bond br0 bond1 e3 w1",
		"cannot create an interface named w1 because a port named w1 already exists on "
		"bridge v1");
	refused(fixture, "add-br w1",
		"cannot create a bridge named w1 because a port named w1 already exists on bridge "
		"v1");
	done(fixture, "set Port bond0 tag=10");
	refused(fixture, "add-port br0 e1",
		"cannot create a port named e1 because an interface named e1 already exists on "
		"bridge v1");
	refused(fixture, "-- --id=@i create Interface name=e1",
		"cannot create an interface named e1 because an interface named e1 already exists "
		"on bridge v1");
}

static void a_bond_has_the_interfaces_that_are_named(void **state)
{
	struct fixture *fixture = with_ports(state);

	done(fixture, "--may-exist add-bond br0 bond0 e2 e1");
	refused(fixture, "--may-exist add-bond br0 bond0 e1 e1",
		"\"--may-exist add-bond br0 bond0 e1 e1\" but bond0 actually has interface(s) e1, "
		"e2");
	refused(fixture, "--may-exist add-bond v1 bond0 e1 e2",
		"\"--may-exist add-bond v1 bond0 e1 e2\" but bond0 is actually attached to bridge "
		"br0");
}

static void del_port_looks_for_the_port_first(void **state)
{
	struct fixture *fixture = with_ports(state);

	refused(fixture, "del-port nobody p9", "no port named p9");
	refused(fixture, "del-port nobody p1", "no bridge named nobody");
	done(fixture, "--if-exists del-port nobody p9");
	refused(fixture, "--if-exists del-port nobody p1", "no bridge named nobody");
	done(fixture, "--with-iface --if-exists del-port nobody e9");
	refused(fixture, "--with-iface del-port e9", "no port or interface named e9");
	refused(fixture, "--with-iface del-port br0 e9", "no port or interface named e9");
	refused(fixture, "--with-iface del-port v1 e1", "bridge v1 does not have a port e1");
	refused(fixture, "--with-iface del-port br0 w1",
		"bridge br0 does not have a port w1 (although its child bridge v1 does)");
	done(fixture, "--with-iface del-port br0 e1");
	prints(fixture, "list-ports br0", "p1\n");
}

static void del_port_leaves_local_ports(void **state)
{
	struct fixture *fixture = with_ports(state);

	refused(fixture, "del-port br0",
		"cannot delete port br0 because it is the local port for bridge br0 (deleting "
		"this port requires deleting the entire bridge)");
	refused(fixture, "del-port nobody v1",
		"cannot delete port v1 because it is the local port for bridge v1 (deleting this "
		"port requires deleting the entire bridge)");
	done(fixture, "--if-exists del-port br0");
	done(fixture, "--if-exists del-port nobody br0");
	done(fixture, "--if-exists del-port br0 v1");
	done(fixture, "--with-iface --if-exists del-port br0 br0");
	prints(fixture, "list-br", "br0\nv1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_come_before_the_bridge),
		TEST(a_name_is_of_a_bridge_or_port_first),
		TEST(a_name_is_taken_on_its_bridge),
		TEST(a_bond_has_the_interfaces_that_are_named),
		TEST(del_port_looks_for_the_port_first),
		TEST(del_port_leaves_local_ports),
	};

	return cmocka_run_group_tests_name("port commands", tests, NULL, NULL);
}
