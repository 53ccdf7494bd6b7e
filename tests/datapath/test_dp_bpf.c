// SPDX-License-Identifier: BSD-2-Clause
/*
 * The real data path: what was set is what frames meet, on both hooks.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include "tests/datapath/dp_fixture.h"

static void test_delivers(void **state)
{
	struct fixture *f = *state;
	struct dp_counters counters;
	struct xvs_fdb_bucket *fdb;
	uint32_t buckets;

	for (enum dp_hook hook = DP_HOOK_TC; hook <= DP_HOOK_XDP; hook++) {
		set_all(f, hook);
		fdb = dpc->fdb(f->dp, &buckets);
		assert_int_equal(buckets, DP_BUCKETS);
		memset(fdb, 0, buckets * sizeof(*fdb));
		expect_flood(f, hook);
		expect(f, 1, HOST3, true, true, hook);
		add_station(fdb, buckets, HOST3, 3);
		expect_unicast(f, hook);
	}
	assert_int_equal(dpc->counters(f->dp, 1, &counters), 0);
	assert_int_equal(counters.total.rx_packets, 6);
	assert_int_equal(counters.total.rx_bytes, 6 * ETH_ZLEN);
	assert_int_equal(dpc->counters(f->dp, 3, &counters), 0);
	assert_int_equal(counters.total.tx_packets, 6);
	send_frame(f, 1, 0, OTHER);
	assert_true(arrives(f, f->far[2], QUIET) == false);
	assert_int_equal(dpc->counters(f->dp, 1, &counters), 0);
	assert_int_equal(counters.drops[XVS_DROP_SOURCE], 1);

	dpc->port_del(f->dp, 1);
	set_hook(f, 1, DP_HOOK_TC);
	assert_int_equal(dpc->counters(f->dp, 1, &counters), 0);
	assert_int_equal(counters.total.rx_packets, 0);
	assert_int_equal(counters.drops[XVS_DROP_SOURCE], 0);
}

static void test_group_follows_ports(void **state)
{
	struct fixture *f = *state;
	struct dp_port port = port_of(3, DP_HOOK_TC);

	set_all(f, DP_HOOK_XDP);
	port.flags &= ~XVS_PORT_TX_XDP;
	set_port(f, &port);
	expect_flood(f, DP_HOOK_TC);
	reopen(f);
	set_port(f, &port);
	set_hook(f, 1, DP_HOOK_XDP);
	set_group(f, (uint16_t[]){1, 2, 3}, 3);
	expect_flood(f, DP_HOOK_TC);
	set_hook(f, 3, DP_HOOK_TC);
	expect_flood(f, DP_HOOK_TC);
	tend(f);
	expect_flood(f, DP_HOOK_XDP);
	set_group(f, (uint16_t[]){1, 3}, 2);
	expect(f, 1, OTHER, false, true, DP_HOOK_XDP);
	dpc->port_del(f->dp, 3);
	expect(f, 1, OTHER, false, false, DP_HOOK_TC);
	set_group(f, NULL, 0);
	expect(f, 1, OTHER, false, false, DP_HOOK_XDP);
}

static void count_event(const struct xvs_event *event, void *arg)
{
	assert_int_equal(event->kind, XVS_EVENT_NEW);
	assert_int_equal(event->port, 1);
	++*(int *)arg;
}

static void test_events_are_bounded(void **state)
{
	struct fixture *f = *state;
	struct pollfd wait = {.fd = dpc->event_fd(f->dp), .events = POLLIN};
	int count = 0;

	set_all(f, DP_HOOK_TC);
	assert_int_equal(poll(&wait, 1, 0), 0);
	for (unsigned i = 1; i <= 5; i++)
		send_frame(f, 1, MAC(0x1100 + i), OTHER);
	assert_true(arrives(f, f->far[2], WAIT));
	assert_int_equal(poll(&wait, 1, WAIT), 1);
	assert_int_equal(dpc->event_read(f->dp, 2, count_event, &count), 2);
	assert_int_equal(poll(&wait, 1, 0), 1);
	assert_int_equal(dpc->event_read(f->dp, 100, count_event, &count), 3);
	assert_int_equal(dpc->event_read(f->dp, 100, count_event, &count), 0);
	assert_int_equal(poll(&wait, 1, 0), 0);
	assert_int_equal(count, 5);
}

static int refill(struct xvs_fdb_bucket *table, uint32_t buckets, void *arg)
{
	(void)arg;
	add_station(table, buckets, HOST3, 3);
	return 0;
}

static int refuse(struct xvs_fdb_bucket *table, uint32_t buckets, void *arg)
{
	(void)table;
	(void)buckets;
	(void)arg;
	return -ENOSPC;
}

static void test_fdb_resize(void **state)
{
	struct fixture *f = *state;
	struct error error = {};
	uint32_t buckets;

	set_all(f, DP_HOOK_XDP);
	assert_int_equal(dpc->fdb_resize(f->dp, 2 * DP_BUCKETS, refuse, NULL, &error), -ENOSPC);
	dpc->fdb(f->dp, &buckets);
	assert_int_equal(buckets, DP_BUCKETS);
	ok(dpc->fdb_resize(f->dp, 4 * DP_BUCKETS, refill, NULL, &error), &error);
	for (int round = 0; round < 2; round++) {
		dpc->fdb(f->dp, &buckets);
		assert_int_equal(buckets, 4 * DP_BUCKETS);
		expect_unicast(f, DP_HOOK_XDP);
		expect_flood(f, DP_HOOK_XDP);
		reopen(f);
	}
	ok(dpc->fdb_resize(f->dp, DP_BUCKETS, refill, NULL, &error), &error);
	expect_unicast(f, DP_HOOK_XDP);
}

static void test_shared_memory(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(dpc->shared(f->dp)->layout, XVS_LAYOUT);
	dpc->shared(f->dp)->now = 4711;
	reopen(f);
	assert_int_equal(dpc->shared(f->dp)->now, 4711);
}

static void test_device_gone(void **state)
{
	struct fixture *f = *state;
	struct dp_port port = port_of(2, DP_HOOK_TC);
	struct dp_port_status status;
	struct error error = {};

	set_all(f, DP_HOOK_XDP);
	port.number = 4;
	port.ifindex = port.tx_ifindex = 1000000;
	assert_int_not_equal(dpc->port_set(f->dp, &port, &status, &error), 0);
	assert_string_not_equal(error.text, "");
	assert_int_equal(system("ip link add gone type veth peer name gone_peer"), 0);
	port.ifindex = port.tx_ifindex = if_nametoindex("gone");
	set_port(f, &port);
	assert_int_equal(system("ip link del gone"), 0);
	dpc->port_del(f->dp, 4);
	dpc->port_del(f->dp, 4);
	expect_flood(f, DP_HOOK_XDP);
}

/* One port number, another device: the first one must be let go. */
static void test_other_device(void **state)
{
	struct fixture *f = *state;
	struct dp_port port = port_of(1, DP_HOOK_XDP);
	uint32_t first;

	set_port(f, &port);
	port.ifindex = port.tx_ifindex = test_ifindex(2);
	set_port(f, &port);
	assert_int_equal(tc_programs(1, &first), 0);
	assert_int_equal(xdp_program(1), 0);
	assert_int_equal(tc_programs(2, &first), 1);
	assert_int_not_equal(xdp_program(2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delivers, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_group_follows_ports, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_events_are_bounded, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_fdb_resize, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_shared_memory, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_device_gone, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_other_device, dp_setup, dp_teardown),
	};

	test_devices();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
