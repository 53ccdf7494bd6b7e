// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "switchd/fdb.h"
#include "fake_dp.h"

/* Bridge 1 has filtering ids 1 and 2, bridge 2 has 3; ports 1 to 40 learn. */
struct fixture {
	struct dp *dp;
	struct fdb *fdb;
};

static void announce(struct fixture *f, uint32_t aging, uint32_t size)
{
	const struct fdb_limits limits = {.aging = aging, .size = size};
	struct error error;

	assert_int_equal(fdb_bridge_set(f->fdb, 1, &limits, &error), 0);
	assert_int_equal(fdb_bridge_set(f->fdb, 2, &limits, &error), 0);
	assert_int_equal(fdb_fid_set(f->fdb, 1, 1), 0);
	assert_int_equal(fdb_fid_set(f->fdb, 2, 1), 0);
	assert_int_equal(fdb_fid_set(f->fdb, 3, 2), 0);
	for (uint16_t port = 1; port <= 40; port++)
		fdb_port_set(f->fdb, port, true);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct error error;

	assert_int_equal(dp_fake.open("test", XVS_FDB_BUCKETS_MIN, &f->dp, &error), 0);
	assert_int_equal(fdb_open(&dp_fake, f->dp, &f->fdb, &error), 0);
	announce(f, 300, 1024);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fdb_close(f->fdb);
	fake_dp_forget();
	free(f);
	return 0;
}

static const uint8_t *mac_of(uint32_t i)
{
	static uint8_t mac[6] = {2};

	mac[2] = i >> 24;
	mac[3] = i >> 16;
	mac[4] = i >> 8;
	mac[5] = i;
	return mac;
}

static void event(struct fixture *f, const uint8_t *mac, uint16_t fid, uint16_t port)
{
	struct xvs_event event = {.port = port, .kind = XVS_EVENT_NEW};
	uint64_t octets = 0;

	for (int i = 5; i >= 0; i--)
		octets = octets << 8 | mac[i];
	event.key = xvs_fdb_key(octets, fid);
	fdb_event(&event, f->fdb);
}

/* 0: not there. */
static uint16_t port_of(struct fixture *f, uint32_t i, uint16_t fid)
{
	struct fdb_entry entry;

	return fdb_lookup(f->fdb, mac_of(i), fid, &entry) ? 0 : entry.port;
}

static struct fdb_stats stats_of(struct fixture *f, uint16_t bridge)
{
	struct fdb_stats stats;

	assert_int_equal(fdb_bridge_stats(f->fdb, bridge, &stats), 0);
	return stats;
}

static void ticks(struct fixture *f, int count)
{
	while (count--)
		fdb_tick(f->fdb);
}

static void count_entry(const struct fdb_entry *entry, void *arg)
{
	(void)entry;
	++*(uint32_t *)arg;
}

static uint32_t listed(struct fixture *f, uint16_t bridge)
{
	uint32_t count = 0;

	fdb_each(f->fdb, bridge, count_entry, &count);
	return count;
}

static void learns_and_moves(void **state)
{
	struct fixture *f = *state;
	struct fdb_entry entry;

	assert_int_equal(port_of(f, 1, 1), 0);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(fdb_lookup(f->fdb, mac_of(1), 1, &entry), 0);
	assert_memory_equal(entry.mac, mac_of(1), 6);
	assert_int_equal(entry.fid, 1);
	assert_int_equal(entry.port, 5);
	assert_false(entry.is_static);
	assert_int_equal(entry.age, 0);
	assert_int_equal(port_of(f, 1, 2), 0);
	ticks(f, 7);
	assert_int_equal(fdb_lookup(f->fdb, mac_of(1), 1, &entry), 0);
	assert_int_equal(entry.age, 7);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(fdb_lookup(f->fdb, mac_of(1), 1, &entry), 0);
	assert_int_equal(entry.age, 0);
	event(f, mac_of(1), 1, 6);
	assert_int_equal(port_of(f, 1, 1), 6);
	assert_int_equal(stats_of(f, 1).learned, 1);
	assert_int_equal(stats_of(f, 1).moved, 1);
	assert_int_equal(stats_of(f, 1).current, 1);
	assert_int_equal(stats_of(f, 2).current, 0);
	assert_int_equal(listed(f, 1), 1);
	assert_int_equal(listed(f, 2), 0);
}

static void static_entries_win(void **state)
{
	struct fixture *f = *state;
	struct fdb_entry entry;
	struct error error;

	event(f, mac_of(1), 1, 5);
	assert_int_equal(fdb_add_static(f->fdb, mac_of(1), 1, 6, &error), 0);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(fdb_lookup(f->fdb, mac_of(1), 1, &entry), 0);
	assert_int_equal(entry.port, 6);
	assert_true(entry.is_static);
	assert_int_equal(stats_of(f, 1).static_blocked, 1);
	assert_int_equal(stats_of(f, 1).moved, 0);
	assert_int_equal(stats_of(f, 1).current_static, 1);
	fdb_flush(f->fdb, 0, 0);
	ticks(f, 400);
	assert_int_equal(port_of(f, 1, 1), 6);
	assert_int_equal(fdb_add_static(f->fdb, mac_of(1), 1, 7, &error), 0);
	assert_int_equal(port_of(f, 1, 1), 7);
	assert_int_equal(stats_of(f, 1).current, 1);
	assert_int_equal(fdb_del(f->fdb, mac_of(1), 1, &error), 0);
	assert_int_equal(stats_of(f, 1).current, 0);
	assert_int_equal(fdb_del(f->fdb, mac_of(1), 1, &error), -ENOENT);
	assert_string_equal(error.text, "no entry for 02:00:00:00:00:01");
	assert_int_equal(fdb_add_static(f->fdb, (uint8_t[6]){1, 0x80, 0xc2}, 1, 6, &error),
			 -EINVAL);
	assert_string_equal(error.text, "01:80:c2:00:00:00 is not the address of a single station");
}

static void entries_age(void **state)
{
	struct fixture *f = *state;

	announce(f, 20, 1024);
	event(f, mac_of(1), 1, 5);
	event(f, mac_of(2), 1, 5);
	ticks(f, 10);
	event(f, mac_of(2), 1, 5);
	ticks(f, 9);
	assert_int_equal(port_of(f, 1, 1), 5);
	ticks(f, 2);
	assert_int_equal(port_of(f, 1, 1), 0);
	assert_int_equal(port_of(f, 2, 1), 5);
	assert_int_equal(stats_of(f, 1).expired, 1);
	ticks(f, 10);
	assert_int_equal(port_of(f, 2, 1), 0);
	assert_int_equal(stats_of(f, 1).current, 0);

	event(f, mac_of(3), 1, 5);
	announce(f, 0, 1024);
	ticks(f, 1000);
	assert_int_equal(port_of(f, 3, 1), 5);
	announce(f, 30, 1024);
	ticks(f, 1);
	assert_int_equal(port_of(f, 3, 1), 0);
}

/* In a table that takes two ticks to scan, with entries of every age: none is seen 3 s over its
 * time. */
static void entries_of_a_large_table_age_in_time(void **state)
{
	struct fixture *f = *state;
	const struct fdb_limits limits = {.aging = 10, .size = 200000};
	struct error error;

	assert_int_equal(fdb_bridge_set(f->fdb, 1, &limits, &error), 0);
	assert_true(f->dp->n_buckets >= 65536);
	for (uint32_t second = 0; second < 40; second++) {
		for (uint32_t i = 0; i < 1000; i++)
			event(f, mac_of(second * 1000 + i), 1, 1 + i % 40);
		ticks(f, 1);
		for (uint32_t i = 0; i < second * 1000; i += 97) {
			uint32_t age = second + 1 - i / 1000;

			if (age < 10)
				assert_int_not_equal(port_of(f, i, 1), 0);
			if (age > 12)
				assert_int_equal(port_of(f, i, 1), 0);
		}
	}
	ticks(f, 13);
	assert_int_equal(stats_of(f, 1).current, 0);
	assert_int_equal(stats_of(f, 1).expired, 40000);
}

static void bound_holds(void **state)
{
	struct fixture *f = *state;
	const struct fdb_limits smaller = {.aging = 300, .size = 100}, none = {.aging = 300};
	struct error error;

	for (uint32_t i = 0; i < 5000; i++) {
		event(f, mac_of(i), 1 + i % 2, 1 + i % 40);
		assert_true(stats_of(f, 1).current <= 1024);
	}
	assert_true(stats_of(f, 1).current > 1024 - 32);
	assert_int_equal(stats_of(f, 1).learned - stats_of(f, 1).evicted, stats_of(f, 1).current);
	assert_int_equal(stats_of(f, 1).max, 1024);
	assert_int_equal(fdb_add_static(f->fdb, mac_of(100000), 1, 6, &error), 0);
	event(f, mac_of(1), 3, 5);
	assert_int_equal(fdb_bridge_set(f->fdb, 1, &smaller, &error), 0);
	assert_int_equal(stats_of(f, 1).current, 101);
	assert_int_equal(listed(f, 1), 101);
	assert_int_equal(stats_of(f, 2).current, 1);
	assert_int_equal(fdb_bridge_set(f->fdb, 1, &none, &error), 0);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(stats_of(f, 1).current, 1);
}

/* Port 1 floods; 30 stations on other ports keep talking, 30 have said something once. */
static void flooding_port_loses_its_own(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < 60; i++)
		event(f, mac_of(i), 1, 2 + i % 30);
	ticks(f, 5);
	for (uint32_t i = 0; i < 30; i++)
		event(f, mac_of(i), 1, 2 + i % 30);
	for (uint32_t i = 0; i < 20000; i++)
		event(f, mac_of(1000 + i), 1, 1);
	for (uint32_t i = 0; i < 60; i++)
		assert_int_equal(port_of(f, i, 1), 2 + i % 30);
	assert_int_equal(port_of(f, 1000 + 19999, 1), 1);
}

static void least_recently_used_goes_first(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < 1024; i++) {
		event(f, mac_of(i * 7919 % 1024), 1, 1);
		if (i % 32 == 31)
			ticks(f, 1);
	}
	event(f, mac_of(5000), 1, 2);
	for (uint32_t i = 0; i < 1024; i++)
		assert_int_equal(port_of(f, i * 7919 % 1024, 1), i < 32 ? 0 : 1);
	assert_int_equal(port_of(f, 5000, 1), 2);
}

static void flushes(void **state)
{
	struct fixture *f = *state;
	struct error error;

	for (uint32_t i = 0; i < 90; i++)
		event(f, mac_of(i), 1 + i % 3, 1 + i % 2);
	assert_int_equal(fdb_add_static(f->fdb, mac_of(200), 1, 1, &error), 0);
	fdb_flush(f->fdb, 1, 1);
	assert_int_equal(stats_of(f, 1).current, 46);
	assert_int_equal(port_of(f, 0, 1), 0);
	assert_int_equal(port_of(f, 3, 1), 2);
	fdb_flush(f->fdb, 0, 2);
	assert_int_equal(stats_of(f, 1).current, 16);
	assert_int_equal(stats_of(f, 2).current, 15);
	fdb_flush(f->fdb, 2, 0);
	assert_int_equal(stats_of(f, 1).current, 1);
	fdb_flush(f->fdb, 0, 0);
	assert_int_equal(stats_of(f, 2).current, 0);
	assert_int_equal(port_of(f, 200, 1), 1);
	fdb_fid_del(f->fdb, 1);
	assert_int_equal(stats_of(f, 1).current, 0);
	assert_int_equal(port_of(f, 200, 1), 0);
}

static void bridge_goes_with_its_entries(void **state)
{
	struct fixture *f = *state;
	struct fdb_stats stats;

	event(f, mac_of(1), 1, 1);
	event(f, mac_of(1), 3, 2);
	fdb_bridge_del(f->fdb, 1);
	assert_int_equal(fdb_bridge_stats(f->fdb, 1, &stats), -ENOENT);
	assert_int_equal(port_of(f, 1, 1), 0);
	assert_int_equal(port_of(f, 1, 3), 2);
	event(f, mac_of(1), 1, 1);
	assert_int_equal(port_of(f, 1, 1), 0);
	assert_int_equal(fdb_fid_set(f->fdb, 1, 1), -EINVAL);
}

static bool keep_odd_ports(const struct fdb_entry *entry, void *arg)
{
	(void)arg;
	return entry->port & 1;
}

static void next_switchd_adopts(void **state)
{
	struct fixture *f = *state;
	struct fdb_entry entry;
	struct error error;

	for (uint32_t i = 0; i < 60; i++)
		event(f, mac_of(i), 1 + i % 3, 1 + i % 2);
	assert_int_equal(fdb_add_static(f->fdb, mac_of(200), 1, 1, &error), 0);
	assert_int_equal(fdb_add_static(f->fdb, mac_of(201), 1, 2, &error), 0);
	ticks(f, 12);
	fdb_close(f->fdb);
	assert_int_equal(fdb_open(&dp_fake, f->dp, &f->fdb, &error), 0);
	assert_int_equal(fdb_lookup(f->fdb, mac_of(3), 1, &entry), 0);
	assert_int_equal(entry.age, 12);
	announce(f, 15, 1024);
	assert_int_equal(stats_of(f, 1).current, 42);
	assert_int_equal(stats_of(f, 1).current_static, 2);
	assert_int_equal(stats_of(f, 2).current, 20);
	fdb_sweep(f->fdb, keep_odd_ports, NULL);
	assert_int_equal(stats_of(f, 1).current, 21);
	assert_int_equal(stats_of(f, 1).current_static, 1);
	assert_int_equal(listed(f, 1), 21);
	ticks(f, 4);
	assert_int_equal(stats_of(f, 1).current, 1);
	assert_int_equal(stats_of(f, 2).current, 0);
}

/* An earlier switchd was killed while it displaced an entry: there are two copies of it. */
static void adoption_removes_a_second_copy(void **state)
{
	struct fixture *f = *state;
	struct xvs_fdb_bucket *buckets = f->dp->buckets;
	uint64_t key = xvs_fdb_key(2, 1);
	struct xvs_fdb_slot *copy;
	struct error error;

	event(f, mac_of(0), 1, 1);
	copy = &buckets[xvs_fdb_bucket_of(xvs_hash64(key), 1, f->dp->n_buckets - 1)].slot[3];
	copy->key = key;
	copy->forward = 1;
	buckets[77].slot[2] = *copy;
	fdb_close(f->fdb);
	assert_int_equal(fdb_open(&dp_fake, f->dp, &f->fdb, &error), 0);
	announce(f, 300, 1024);
	assert_int_equal(stats_of(f, 1).current, 1);
	assert_int_equal(fdb_del(f->fdb, mac_of(0), 1, &error), 0);
	assert_int_equal(port_of(f, 0, 1), 0);
}

static void resize_keeps_entries(void **state)
{
	struct fixture *f = *state;
	struct fdb_limits limits = {.aging = 300, .size = 100000};
	struct error error;

	for (uint32_t i = 0; i < 1000; i++)
		event(f, mac_of(i), 1, 1 + i % 40);
	assert_int_equal(fdb_add_static(f->fdb, mac_of(2000), 3, 6, &error), 0);
	ticks(f, 5);
	assert_int_equal(f->dp->n_buckets, 1024);
	assert_int_equal(fdb_bridge_set(f->fdb, 1, &limits, &error), 0);
	assert_int_equal(f->dp->n_buckets, 65536);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(port_of(f, i, 1), 1 + i % 40);
	assert_int_equal(stats_of(f, 1).current, 1000);
	assert_int_equal(stats_of(f, 2).current_static, 1);
	limits.size = 500;
	assert_int_equal(fdb_bridge_set(f->fdb, 1, &limits, &error), 0);
	assert_int_equal(f->dp->n_buckets, 1024);
	assert_int_equal(stats_of(f, 1).current, 500);
	assert_int_equal(port_of(f, 2000, 3), 6);
	limits.size = FDB_SIZE_MAX;
	assert_int_equal(fdb_bridge_set(f->fdb, 1, &limits, &error), -ENOSPC);
	assert_string_equal(
		error.text,
		"mac-table-size 1048576 is too large: all bridges of an instance together "
		"have at most 1048576 entries, and other bridges have 1024 of them");
	assert_int_equal(stats_of(f, 1).max, 500);
}

static void ignores_what_it_does_not_know(void **state)
{
	struct fixture *f = *state;
	struct xvs_event odd = {.key = 0x020304050602ULL, .port = 1};

	event(f, mac_of(1), 4, 1);
	event(f, mac_of(1), 0, 1);
	event(f, mac_of(1), 1, 0);
	event(f, mac_of(1), 1, 41);
	event(f, mac_of(1), 1, 65535);
	event(f, (uint8_t[6]){1, 2, 3, 4, 5, 6}, 1, 1);
	event(f, (uint8_t[6]){0}, 1, 1);
	fdb_event(&odd, f->fdb);
	fdb_port_set(f->fdb, 1, false);
	event(f, mac_of(1), 1, 1);
	fdb_port_set(f->fdb, 65535, true);
	fdb_flush(f->fdb, 65535, 65535);
	fdb_fid_del(f->fdb, 65535);
	fdb_bridge_del(f->fdb, 65535);
	assert_int_equal(fdb_fid_set(f->fdb, 65535, 1), -EINVAL);
	assert_int_equal(fdb_fid_set(f->fdb, 5, 65535), -EINVAL);
	assert_int_equal(listed(f, 65535), 0);
	assert_int_equal(stats_of(f, 1).current + stats_of(f, 2).current, 0);
	assert_int_equal(stats_of(f, 1).learned, 0);
}

/* Against a plain array: whatever happens, both have the same entries with the same ports. */
#define MODEL_MACS 300

struct expected {
	uint16_t port; /* 0: none */
	bool is_static;
	uint32_t used;
};

struct reference {
	struct expected of[4][MODEL_MACS]; /* by filtering id */
	uint32_t now;
};

static void step(struct fixture *f, struct reference *ref, unsigned random)
{
	uint16_t fid = 1 + random % 3, port = 1 + random / 3 % 40;
	uint32_t i = random / 120 % MODEL_MACS, action = random / 36000 % 100;
	struct expected *is = &ref->of[fid][i];
	struct error error;

	if (action < 80) {
		event(f, mac_of(i), fid, port);
		if (!is->is_static || is->port == port)
			*is = (struct expected){port, is->is_static, ref->now};
	} else if (action < 85) {
		assert_int_equal(fdb_add_static(f->fdb, mac_of(i), fid, port, &error), 0);
		*is = (struct expected){port, true, ref->now};
	} else if (action < 90) {
		assert_int_equal(fdb_del(f->fdb, mac_of(i), fid, &error), is->port ? 0 : -ENOENT);
		*is = (struct expected){0};
	} else if (action < 92) {
		fdb_flush(f->fdb, fid, port);
		for (i = 0; i < MODEL_MACS; i++)
			if (!ref->of[fid][i].is_static && ref->of[fid][i].port == port)
				ref->of[fid][i] = (struct expected){0};
	} else {
		fdb_tick(f->fdb);
		ref->now++;
		for (fid = 1; fid <= 3; fid++)
			for (i = 0; i < MODEL_MACS; i++) {
				is = &ref->of[fid][i];
				if (!is->is_static && ref->now - is->used >= 20)
					*is = (struct expected){0};
			}
	}
}

static void compare(struct fixture *f, const struct reference *ref)
{
	uint32_t count[3] = {0};

	for (uint16_t fid = 1; fid <= 3; fid++)
		for (uint32_t i = 0; i < MODEL_MACS; i++) {
			assert_int_equal(port_of(f, i, fid), ref->of[fid][i].port);
			count[fid == 3 ? 2 : 1] += !!ref->of[fid][i].port;
		}
	for (uint16_t bridge = 1; bridge <= 2; bridge++) {
		assert_int_equal(stats_of(f, bridge).current, count[bridge]);
		assert_int_equal(listed(f, bridge), count[bridge]);
	}
}

static void agrees_with_a_plain_array(void **state)
{
	struct fixture *f = *state;
	struct reference *ref = calloc(1, sizeof(*ref));
	const char *given = getenv("XVS_SEED");
	unsigned seed = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL), random = seed;

	print_message("XVS_SEED=%u\n", seed);
	announce(f, 20, 1024);
	ref->now = f->dp->shared.now;
	for (uint32_t i = 0; i < 40000; i++) {
		step(f, ref, (unsigned)rand_r(&random));
		if (i % 200 == 0)
			compare(f, ref);
	}
	compare(f, ref);
	free(ref);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(learns_and_moves),
		TEST(static_entries_win),
		TEST(entries_age),
		TEST(entries_of_a_large_table_age_in_time),
		TEST(bound_holds),
		TEST(flooding_port_loses_its_own),
		TEST(least_recently_used_goes_first),
		TEST(flushes),
		TEST(bridge_goes_with_its_entries),
		TEST(next_switchd_adopts),
		TEST(adoption_removes_a_second_copy),
		TEST(resize_keeps_entries),
		TEST(ignores_what_it_does_not_know),
		TEST(agrees_with_a_plain_array),
	};

	return cmocka_run_group_tests_name("fdb", tests, NULL, NULL);
}
