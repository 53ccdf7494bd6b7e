/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices that keep tags from XDP: a NIC that takes them off frames, a veth whose far end passes
 * them beside the frame.
 */
#include "fixture.h"

#include <string.h>

#define STRIPS "rx-vlan-hw-parse"
#define BESIDE "tx-vlan-hw-insert"

static struct link *add_nic(const char *name)
{
	struct link *nic = fake_link_add(name, "");

	nic->xdp_features = LINK_XDP_BASIC | LINK_XDP_NDO_XMIT;
	fake_link_set_offloads(name, STRIPS);
	return nic;
}

static void set_hook_of(struct fixture *f, const char *port, const char *hook)
{
	char options[32];

	snprintf(options, sizeof(options), "rx-hook=%s", hook);
	set_column(f, "Interface", port, "options", options);
}

static void expect_hook(struct fixture *f, const char *port, enum dp_hook hook)
{
	const struct port *found = port_of(f, port);

	assert_int_equal(found->state, PORT_UP);
	assert_int_equal(found->hook, hook);
	assert_int_equal(f->daemon.dp->hooks[found->conf->number], hook);
}

/* TC sees the tags in the metadata, XDP would see none. */
static void test_nic_that_goes_on_stripping(void **state)
{
	struct fixture *f = *state;

	add_nic("eth1");
	add_nic("eth2");
	add_br(f, "br0");
	add_port(f, "br0", "eth1");
	expect_hook(f, "eth1", DP_HOOK_XDP);
	assert_string_equal(fake_link_offloads("eth1"), "");

	fake_link_fail("offload");
	add_port(f, "br0", "eth2");
	expect_hook(f, "eth2", DP_HOOK_TC);
	assert_string_equal(fake_link_offloads("eth2"), STRIPS);
	assert_non_null(strstr(port_of(f, "eth2")->why.text, "may hide VLAN tags"));
	set_hook_of(f, "eth2", "xdp");
	expect_hook(f, "eth2", DP_HOOK_TC);
	expect_hook(f, "eth1", DP_HOOK_XDP);
	assert_settled(f);

	fixture_stop(f);
	fixture_start(f);
	expect_hook(f, "eth2", DP_HOOK_TC);
}

/* A veth is what the user says, and it is for the far end's owner to mend. */
static void test_veth_that_cannot_be_told(void **state)
{
	struct fixture *f = with_two_ports(state);

	fake_link_set_offloads("p1", BESIDE);
	fake_link_fail("offload");
	set_hook_of(f, "p1", "xdp");
	expect_hook(f, "p1", DP_HOOK_XDP);
	assert_non_null(strstr(port_of(f, "p1")->why.text, "may hide VLAN tags"));
	set_hook_of(f, "p1", "tc");
	assert_string_equal(port_of(f, "p1")->why.text, "");
	assert_settled(f);
}

/* As long as XDP takes its frames, whichever switchd runs. */
static void test_veth_passes_tags_in_the_frame(void **state)
{
	struct fixture *f = with_two_ports(state);

	fake_link_set_offloads("p1", BESIDE);
	fake_link_set_offloads("p2", "");
	for (int restarted = 0; restarted < 2; restarted++) {
		set_hook_of(f, "p1", "xdp");
		set_hook_of(f, "p2", "xdp");
		assert_string_equal(fake_link_offloads("p1"), "");
		assert_settled(f);
		if (restarted) {
			fixture_stop(f);
			fixture_start(f);
			assert_string_equal(fake_link_offloads("p1"), "");
		}
		set_hook_of(f, "p1", "tc");
		set_hook_of(f, "p2", "tc");
		assert_string_equal(fake_link_offloads("p1"), BESIDE);
		assert_string_equal(fake_link_offloads("p2"), "");
		assert_settled(f);
	}

	set_hook_of(f, "p1", "xdp");
	fixture_stop(f);
	fixture_start(f);
	del_port(f, "p1");
	assert_string_equal(fake_link_offloads("p1"), BESIDE);
	add_port(f, "br0", "p1");
	set_hook_of(f, "p1", "xdp");
	assert_string_equal(fake_link_offloads("p1"), "");
	f->daemon.teardown = true;
	model_teardown(&f->daemon);
	assert_string_equal(fake_link_offloads("p1"), BESIDE);
}

/* Back to TC because it never was to be XDP: by a rollback, and by a kill before the commit. */
static void test_veth_that_never_was_to_be_xdp(void **state)
{
	struct fixture *f = with_two_ports(state);

	fake_link_set_offloads("p1", BESIDE);
	for (int killed = 0; killed < 2; killed++) {
		fixture_begin(f);
		assert_true(
			write_column(f->daemon.db, "Interface", "p1", "options", "rx-hook=xdp"));
		assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
		assert_string_equal(fake_link_offloads("p1"), "");
		if (killed) {
			fixture_stop(f);
			db_rollback(f->daemon.db);
			fixture_start(f);
		} else {
			fixture_rollback(f);
		}
		expect_hook(f, "p1", DP_HOOK_TC);
		assert_string_equal(fake_link_offloads("p1"), BESIDE);
		assert_settled(f);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nic_that_goes_on_stripping),
		TEST(test_veth_that_cannot_be_told),
		TEST(test_veth_passes_tags_in_the_frame),
		TEST(test_veth_that_never_was_to_be_xdp),
	};

	return cmocka_run_group_tests_name("model_device", tests, NULL, NULL);
}
