// SPDX-License-Identifier: BSD-2-Clause
/*
 * The reader of the FDB: every slot of both buckets, neighbours that must not be mistaken, random
 * tables, and a writer at work.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tests/datapath/harness.h"

#define HOST1        MAC(0x0101)
#define HOST2        MAC(0x0202)
#define OTHER_BRIDGE (TEST_BRIDGE + 1)
#define MASK         (XVS_FDB_BUCKETS_MIN - 1)

static uint64_t key_of(uint64_t mac)
{
	return xvs_fdb_key(mac, 0);
}

static uint32_t bucket_of(uint64_t key, int which)
{
	return xvs_fdb_bucket_of(xvs_fdb_hash(key, TEST_BRIDGE), which, MASK);
}

/* The port that a frame to this address leaves port 1 by; 0: the address was not found. */
static uint32_t output(struct test *test, enum hook hook, uint64_t mac)
{
	const struct test_frame frame = {.dst = mac, .src = HOST1};
	uint64_t before[TEST_PORTS + 1];
	uint32_t found = 0;
	int verdict;

	for (uint32_t port = 2; port <= TEST_PORTS; port++)
		before[port] = test_counters(test, port).tx_packets;
	verdict = test_run(test, hook, test_ifindex(1), &frame, 1);
	for (uint32_t port = 2; port <= TEST_PORTS; port++) {
		if (test_counters(test, port).tx_packets != before[port])
			found = port;
	}
	if (hook == HOOK_XDP)
		assert_int_equal(verdict, found ? XDP_REDIRECT : XDP_DROP);
	else
		assert_int_equal(verdict, found ? TC_ACT_REDIRECT : TC_ACT_SHOT);
	return found;
}

static void expect_output(struct test *test, uint64_t mac, uint32_t port)
{
	assert_int_equal(output(test, HOOK_XDP, mac), port);
	assert_int_equal(output(test, HOOK_TC, mac), port);
}

/* An address that is not found is dropped, not flooded: easy to tell. */
static int setup(void **state)
{
	test_reset(state);
	test_bridge(*state, 0, 0);
	return 0;
}

static void test_every_slot(void **state)
{
	struct test *test = *state;

	for (int which = 0; which < 2; which++) {
		for (int slot = 0; slot < XVS_FDB_SLOTS; slot++) {
			struct xvs_fdb_slot *dst, *src;

			test_fdb(test, key_of(HOST2), which, slot, TEST_TO(2));
			src = test_fdb(test, key_of(HOST1), which, slot, TEST_TO(1));
			test->shared->now++;
			expect_output(test, HOST2, 2);
			assert_int_equal(src->used, test->shared->now);
			dst = test_fdb(test, key_of(HOST2), which, slot, TEST_TO(2));
			dst->key = src->key = 0;
			expect_output(test, HOST2, 0);
		}
	}
}

/* Only the source's entry is refreshed, and it alone. */
static void test_used(void **state)
{
	struct test *test = *state;
	struct xvs_fdb_slot *dst = test_fdb(test, key_of(HOST2), 0, 0, TEST_TO(2));
	struct xvs_fdb_slot *src = test_fdb(test, key_of(HOST1), 1, 3, TEST_TO(1));

	expect_output(test, HOST2, 2);
	assert_int_equal(src->used, test->shared->now);
	assert_int_equal(dst->used, 0);
	test_events(test);
}

/* Finds another address one of whose buckets is this one. */
static uint64_t neighbour(uint32_t bucket, int which, uint64_t mac)
{
	do
		mac += 1ULL << 24;
	while (bucket_of(key_of(mac), which) != bucket);
	return mac;
}

/* Both buckets full of others, in the first and the second place of theirs: neither found, nor in
 * the way. */
static void test_full_buckets(void **state)
{
	struct test *test = *state;
	uint64_t mac = HOST2;

	for (int which = 0; which < 2; which++) {
		uint32_t bucket = bucket_of(key_of(HOST2), which);

		for (int slot = 0; slot < XVS_FDB_SLOTS; slot++) {
			mac = neighbour(bucket, slot % 2, mac);
			test_fdb(test, key_of(mac), slot % 2, slot, TEST_TO(3));
			expect_output(test, mac, 3);
		}
	}
	expect_output(test, HOST2, 0);
	test_fdb(test, key_of(HOST2), 1, XVS_FDB_SLOTS - 1, TEST_TO(2));
	expect_output(test, HOST2, 2);
}

/* Keys that differ from the one asked for in one bit, lying where that one would lie. */
static void test_one_bit_off(void **state)
{
	struct test *test = *state;
	struct xvs_fdb_slot *slot = test_fdb(test, key_of(HOST2), 0, 2, TEST_TO(2));

	expect_output(test, HOST2, 2);
	for (int bit = 0; bit < 64; bit++) {
		slot->key = key_of(HOST2) ^ 1ULL << bit;
		expect_output(test, HOST2, 0);
	}
}

/* While an entry is moved it is in both buckets for a moment. */
static void test_in_both_buckets(void **state)
{
	struct test *test = *state;

	test_fdb(test, key_of(HOST2), 0, 3, TEST_TO(2));
	test_fdb(test, key_of(HOST2), 1, 0, TEST_TO(2));
	expect_output(test, HOST2, 2);
}

struct known {
	uint64_t mac;
	uint32_t port;
};

static uint64_t random_mac(void)
{
	return ((uint64_t)random() << 24 ^ (uint64_t)random()) % (1ULL << 40) << 8 | 0x02;
}

/* Puts a key into a free slot of its buckets, if there is one. */
static bool insert(struct test *test, uint64_t key, uint32_t forward)
{
	uint64_t hash = xvs_fdb_hash(key, xvs_forward_bridge(forward));
	int first = random() % 2;

	for (int i = 0; i < 2 * XVS_FDB_SLOTS; i++) {
		int which = (first + i / XVS_FDB_SLOTS) % 2, slot = i % XVS_FDB_SLOTS;

		if (test->fdb[xvs_fdb_bucket_of(hash, which, MASK)].slot[slot].key)
			continue;
		test_fdb(test, key, which, slot, forward);
		return true;
	}
	return false;
}

/* A table three quarters full, a third of it of another bridge: all that is in it is found, and
 * nothing else. */
static void test_random_tables(void **state)
{
	enum { KEYS = XVS_FDB_BUCKETS_MIN * 3 };
	const char *given = getenv("XVS_SEED");
	unsigned int seed = given ? (unsigned int)atoi(given) : (unsigned int)time(NULL);
	static struct known known[KEYS];
	struct test *test = *state;
	int count = 0;

	print_message("XVS_SEED=%u\n", seed);
	srandom(seed);
	for (int i = 0; i < KEYS; i++) {
		struct known entry = {.mac = random_mac(), .port = 2 + random() % (TEST_PORTS - 1)};

		if (i % 3 == 0)
			insert(test, key_of(entry.mac), xvs_forward(OTHER_BRIDGE, entry.port, 0));
		else if (insert(test, key_of(entry.mac), TEST_TO(entry.port)))
			known[count++] = entry;
	}
	for (int i = 0; i < count; i++)
		assert_int_equal(output(test, i % 2 ? HOOK_XDP : HOOK_TC, known[i].mac),
				 known[i].port);
	for (uint32_t bucket = 0; bucket < XVS_FDB_BUCKETS_MIN; bucket++) {
		for (int i = 0; i < XVS_FDB_SLOTS; i++) {
			const struct xvs_fdb_slot *slot = &test->fdb[bucket].slot[i];

			if (xvs_forward_bridge(slot->forward) == OTHER_BRIDGE)
				expect_output(test, xvs_fdb_key_mac(slot->key), 0);
		}
	}
	for (int i = 0; i < KEYS / 4; i++)
		expect_output(test, random_mac(), 0);
}

struct writer {
	struct test *test;
	volatile bool stop;
};

static void store(struct xvs_fdb_slot *slot, uint64_t key, uint32_t forward)
{
	__atomic_store_n(&slot->key, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&slot->forward, forward, __ATOMIC_RELEASE);
	__atomic_store_n(&slot->key, key, __ATOMIC_RELEASE);
}

static void pause_for(long nanoseconds)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec <
	       nanoseconds);
}

/*
 * Moves HOST2 (port 2) round all the slots that it may have, each time giving the one it left to a
 * neighbour (port 3). A reader cannot notice an entry that left and came back between two loads, so
 * it comes back only after the time that a cache line takes from one CPU to another, many times
 * over.
 */
static void *write_on(void *arg)
{
	enum { PLACES = 2 * XVS_FDB_SLOTS };
	struct xvs_fdb_slot *slots[PLACES];
	struct writer *writer = arg;
	uint64_t others[PLACES];

	for (int i = 0; i < PLACES; i++) {
		uint32_t bucket = bucket_of(key_of(HOST2), i % 2);

		slots[i] = &writer->test->fdb[bucket].slot[i / 2];
		others[i] = key_of(neighbour(bucket, 0, HOST2));
	}
	for (int here = 0; !writer->stop; here = (here + 1) % PLACES) {
		store(slots[(here + 1) % PLACES], key_of(HOST2), TEST_TO(2));
		store(slots[here], others[here], TEST_TO(3));
		pause_for(1000);
	}
	return NULL;
}

/* A frame for HOST2 may flood while its entry moves, but never goes to the neighbour's port. */
static void test_writer_at_work(void **state)
{
	const struct test_frame frame = {.dst = HOST2, .src = HOST1};
	struct writer writer = {.test = *state};
	struct test *test = *state;
	const uint32_t frames = 1000000;
	pthread_t thread;
	uint64_t sent;

	test_fdb(test, key_of(HOST2), 0, 0, TEST_TO(2));
	assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
	test_run(test, HOOK_XDP, test_ifindex(1), &frame, frames);
	test_run(test, HOOK_TC, test_ifindex(1), &frame, frames);
	writer.stop = true;
	pthread_join(thread, NULL);

	sent = test_counters(test, 2).tx_packets;
	assert_int_equal(test_counters(test, 3).tx_packets, 0);
	assert_true(sent > frames);
	assert_int_equal(sent + test_drops(test, 1, XVS_DROP_NO_MEMBER), 2 * frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_every_slot, setup),
		cmocka_unit_test_setup(test_used, setup),
		cmocka_unit_test_setup(test_full_buckets, setup),
		cmocka_unit_test_setup(test_one_bit_off, setup),
		cmocka_unit_test_setup(test_in_both_buckets, setup),
		cmocka_unit_test_setup(test_random_tables, setup),
		cmocka_unit_test_setup(test_writer_at_work, setup),
	};

	test_devices();
	return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
