// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reports to switchd: once per address, port and second, and none forgotten that found the ring
 * full.
 */
#include <linux/bpf.h>
#include "tests/datapath/harness.h"

/* A frame that is only learned from: its destination is where it came from. */
static void send(struct test *test, enum hook hook, uint32_t port, uint64_t src, uint32_t repeat)
{
	const struct test_frame frame = {.dst = MAC(0x0202), .src = src};

	test_run(test, hook, test_ifindex(port), &frame, repeat);
}

static void expect_event(struct test *test, enum xvs_event_kind kind, uint32_t port, uint64_t src)
{
	assert_int_equal(test_events(test), 1);
	assert_int_equal(test->event.kind, kind);
	assert_int_equal(test->event.port, port);
	assert_int_equal(test->event.key, xvs_fdb_key(src, 0));
	assert_int_equal(test->event.reserved, 0);
}

static void once_per_second(struct test *test, enum hook hook, enum xvs_event_kind kind,
			    uint64_t src)
{
	test->shared->now++;
	send(test, hook, 1, src, 10);
	expect_event(test, kind, 1, src);
	send(test, hook, 1, src, 10);
	assert_int_equal(test_events(test), 0);
	test->shared->now++;
	send(test, hook, 1, src, 10);
	expect_event(test, kind, 1, src);
	test->shared->flushes++;
	send(test, hook, 1, src, 10);
	expect_event(test, kind, 1, src);
}

static void test_new_once(void **state)
{
	once_per_second(*state, HOOK_XDP, XVS_EVENT_NEW, MAC(1));
	once_per_second(*state, HOOK_TC, XVS_EVENT_NEW, MAC(1));
}

static void test_moved_once(void **state)
{
	test_fdb(*state, xvs_fdb_key(MAC(1), 0), 0, 0, TEST_TO(3));
	once_per_second(*state, HOOK_XDP, XVS_EVENT_MOVED, MAC(1));
	once_per_second(*state, HOOK_TC, XVS_EVENT_MOVED, MAC(1));
}

/* What one hook reported the other does not report again. */
static void test_hooks_share_guard(void **state)
{
	struct test *test = *state;

	send(test, HOOK_XDP, 1, MAC(1), 1);
	expect_event(test, XVS_EVENT_NEW, 1, MAC(1));
	send(test, HOOK_TC, 1, MAC(1), 1);
	assert_int_equal(test_events(test), 0);
}

/* An address that moves within the second is reported from each port. */
static void test_other_port(void **state)
{
	struct test *test = *state;

	send(test, HOOK_XDP, 1, MAC(1), 1);
	expect_event(test, XVS_EVENT_NEW, 1, MAC(1));
	send(test, HOOK_XDP, 2, MAC(1), 1);
	expect_event(test, XVS_EVENT_NEW, 2, MAC(1));
}

static uint32_t guard_of(uint64_t mac)
{
	return xvs_hash64(xvs_fdb_key(mac, 0)) % XVS_REPORTED_SLOTS;
}

/* Two addresses with one guard: neither silences the other. */
static void test_shared_guard(void **state)
{
	struct test *test = *state;
	uint64_t a = MAC(1), b = a + (1ULL << 24);

	while (guard_of(b) != guard_of(a))
		b += 1ULL << 24;
	send(test, HOOK_XDP, 1, a, 1);
	expect_event(test, XVS_EVENT_NEW, 1, a);
	send(test, HOOK_XDP, 1, b, 1);
	expect_event(test, XVS_EVENT_NEW, 1, b);
}

static void test_full_ring(void **state)
{
	struct test *test = *state;
	const uint64_t capacity = XVS_EVENTS_BYTES / (sizeof(struct xvs_event) + 8);
	uint64_t lost = test->shared->events_lost, mac = MAC(1);

	for (uint64_t i = 0; i < capacity + 2 && test->shared->events_lost == lost; i++) {
		mac += 1ULL << 24;
		send(test, HOOK_XDP, 1, mac, 1);
	}
	assert_int_equal(test->shared->events_lost, lost + 1);
	send(test, HOOK_TC, 1, mac, 1);
	assert_int_equal(test->shared->events_lost, lost + 2);

	assert_true(test_events(test) >= (int)capacity - 1);
	send(test, HOOK_XDP, 1, mac, 2);
	expect_event(test, XVS_EVENT_NEW, 1, mac);
	assert_int_equal(test->shared->events_lost, lost + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_new_once, test_reset),
		cmocka_unit_test_setup(test_moved_once, test_reset),
		cmocka_unit_test_setup(test_hooks_share_guard, test_reset),
		cmocka_unit_test_setup(test_other_port, test_reset),
		cmocka_unit_test_setup(test_shared_guard, test_reset),
		cmocka_unit_test_setup(test_full_ring, test_reset),
	};

	test_devices();
	return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
