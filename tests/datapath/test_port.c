// SPDX-License-Identifier: BSD-2-Clause
/*
 * From device to port number: every probe of the open-addressed table, and its end.
 */
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include "tests/datapath/harness.h"

#define LAST_IFINDEX (XVS_IFINDEX_SLOTS - 1) /* its second probe is slot 0 */

static void slot_set(struct test *test, uint32_t slot, uint32_t ifindex, uint32_t port)
{
	struct xvs_ifindex entry = {.ifindex = ifindex, .port = port};
	int fd = bpf_map__fd(test->skel->maps.ifindexes);

	slot %= XVS_IFINDEX_SLOTS;
	assert_int_equal(bpf_map_update_elem(fd, &slot, &entry, BPF_ANY), 0);
}

/* A port drops a frame without source; a device that is none leaves it alone. */
static void expect_port(struct test *test, uint32_t ifindex, bool is_port)
{
	const struct test_frame frame = {.dst = MAC(1)};

	assert_int_equal(test_run(test, HOOK_XDP, ifindex, &frame, 1),
			 is_port ? XDP_DROP : XDP_PASS);
	assert_int_equal(test_run(test, HOOK_TC, ifindex, &frame, 1),
			 is_port ? TC_ACT_SHOT : TC_ACT_OK);
}

/* Found at each distance within bounds, whether the slots before are taken or have become empty. */
static void probe_all(struct test *test, uint32_t ifindex, uint32_t others)
{
	for (uint32_t distance = 0; distance <= XVS_IFINDEX_PROBES; distance++) {
		for (uint32_t i = 0; i <= XVS_IFINDEX_PROBES; i++)
			slot_set(test, ifindex + i, others, others ? 2 : 0);
		slot_set(test, ifindex + distance, ifindex, 1);
		expect_port(test, ifindex, distance < XVS_IFINDEX_PROBES);
	}
	for (uint32_t i = 0; i <= XVS_IFINDEX_PROBES; i++)
		slot_set(test, ifindex + i, 0, 0);
}

static void test_probes(void **state)
{
	struct test *test = *state;

	probe_all(test, test_ifindex(1), 0);
	probe_all(test, test_ifindex(1), 1000000);
}

static void test_wrap_around(void **state)
{
	struct test *test = *state;
	uint32_t ifindex = if_nametoindex("last");

	assert_int_equal(ifindex, LAST_IFINDEX);
	probe_all(test, ifindex, 0);
	probe_all(test, ifindex, 1000000);
}

/* Another device whose first probe is the same slot. */
static void test_collision(void **state)
{
	struct test *test = *state;
	uint32_t ifindex = test_ifindex(1);

	slot_set(test, ifindex, ifindex + XVS_IFINDEX_SLOTS, 1);
	expect_port(test, ifindex, false);
}

/* A removed port: its entry is empty before its device is forgotten, or the other way round. */
static void test_removed(void **state)
{
	struct test *test = *state;
	uint32_t ifindex = test_ifindex(1);
	const struct test_frame frame = {.dst = MAC(2), .src = MAC(1)};
	struct xvs_port empty = {};
	uint32_t port = 1;

	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(test->skel->maps.ports), &port, &empty, BPF_ANY),
		0);
	assert_int_equal(test_run(test, HOOK_XDP, ifindex, &frame, 1), XDP_DROP);
	assert_int_equal(test_run(test, HOOK_TC, ifindex, &frame, 1), TC_ACT_SHOT);
	assert_int_equal(test_drops(test, 1, XVS_DROP_IN_DOWN), 2);
	slot_set(test, ifindex, 0, 0);
	expect_port(test, ifindex, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_probes, test_reset),
		cmocka_unit_test_setup(test_wrap_around, test_reset),
		cmocka_unit_test_setup(test_collision, test_reset),
		cmocka_unit_test_setup(test_removed, test_reset),
	};

	test_devices();
	if (system("ip link add last index 16383 type veth peer name beyond"))
		return 1;
	return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
