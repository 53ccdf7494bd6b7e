/* SPDX-License-Identifier: BSD-2-Clause */
/* The filtering database: what is learned, moves, ages, and has to make way. */
#include "fdb_fixture.h"

static void learns_and_moves(void **state)
{
	struct fixture *f = *state;
	struct fdb_entry entry;

	assert_int_equal(port_of(f, 1, 1), 0);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(look_up(f, 1, 1, &entry), 0);
	assert_memory_equal(entry.id.mac, mac_of(1), 6);
	assert_int_equal(entry.id.vlan, 1);
	assert_int_equal(entry.id.bridge, 1);
	assert_int_equal(entry.port, 5);
	assert_int_equal(entry.egress, XVS_EGRESS_TAGGED);
	assert_false(entry.is_static);
	assert_int_equal(entry.age, 0);
	assert_int_equal(port_of(f, 1, 2), 0);
	assert_int_equal(port_of(f, 1, 3), 0);
	ticks(f, 7);
	assert_int_equal(look_up(f, 1, 1, &entry), 0);
	assert_int_equal(entry.age, 7);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(look_up(f, 1, 1, &entry), 0);
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
	assert_int_equal(add_static(f, mac_of(1), 1, 6, &error), 0);
	event(f, mac_of(1), 1, 5);
	assert_int_equal(look_up(f, 1, 1, &entry), 0);
	assert_int_equal(entry.port, 6);
	assert_true(entry.is_static);
	assert_int_equal(stats_of(f, 1).static_blocked, 1);
	assert_int_equal(stats_of(f, 1).moved, 0);
	assert_int_equal(stats_of(f, 1).current_static, 1);
	fdb_flush(f->fdb, 0);
	ticks(f, 400);
	assert_int_equal(port_of(f, 1, 1), 6);
	assert_int_equal(add_static(f, mac_of(1), 1, 7, &error), 0);
	assert_int_equal(port_of(f, 1, 1), 7);
	assert_int_equal(stats_of(f, 1).current, 1);
	assert_int_equal(del(f, mac_of(1), 1, &error), 0);
	assert_int_equal(stats_of(f, 1).current, 0);
	assert_int_equal(del(f, mac_of(1), 1, &error), -ENOENT);
	assert_string_equal(error.text, "no entry for 02:00:00:00:00:01");
	assert_int_equal(add_static(f, (uint8_t[6]){1, 0x80, 0xc2}, 1, 6, &error), -EINVAL);
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
	assert_int_equal(add_static(f, mac_of(100000), 1, 6, &error), 0);
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
	uint32_t before = f->dp->shared.flushes;
	struct error error;

	for (uint32_t i = 0; i < 90; i++)
		event(f, mac_of(i), 1 + i % 3, 1 + i % 2);
	assert_int_equal(add_static(f, mac_of(200), 1, 1, &error), 0);
	fdb_flush(f->fdb, 2);
	assert_int_equal(f->dp->shared.flushes, before + 1);
	assert_int_equal(stats_of(f, 2).current, 0);
	assert_int_equal(stats_of(f, 1).current, 61);
	assert_int_equal(port_of(f, 0, 1), 1);
	assert_int_equal(port_of(f, 3, 1), 2);
	fdb_flush(f->fdb, 0);
	assert_int_equal(stats_of(f, 1).current, 1);
	assert_int_equal(port_of(f, 200, 1), 1);
	assert_int_equal(del(f, mac_of(200), 1, &error), 0);
	assert_int_equal(stats_of(f, 1).current, 0);
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
	assert_int_equal(add_static(f, mac_of(200), 1, 1, &error), 0);
	assert_int_equal(add_static(f, mac_of(201), 1, 2, &error), 0);
	ticks(f, 12);
	fdb_close(f->fdb);
	assert_int_equal(fdb_open(&dp_fake, f->dp, &f->fdb, &error), 0);
	assert_int_equal(look_up(f, 3, 1, &entry), 0);
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
	uint64_t key = xvs_fdb_key(2, 1), hash = xvs_fdb_hash(key, 1);
	struct xvs_fdb_slot *copy;
	struct error error;

	event(f, mac_of(0), 1, 1);
	copy = &buckets[xvs_fdb_bucket_of(hash, 1, f->dp->n_buckets - 1)].slot[3];
	copy->key = key;
	copy->forward = xvs_forward(1, 1, XVS_EGRESS_TAGGED);
	buckets[77].slot[2] = *copy;
	fdb_close(f->fdb);
	assert_int_equal(fdb_open(&dp_fake, f->dp, &f->fdb, &error), 0);
	announce(f, 300, 1024);
	assert_int_equal(stats_of(f, 1).current, 1);
	assert_int_equal(stats_of(f, 2).current, 0);
	assert_int_equal(del(f, mac_of(0), 1, &error), 0);
	assert_int_equal(port_of(f, 0, 1), 0);
}

static void resize_keeps_entries(void **state)
{
	struct fixture *f = *state;
	struct fdb_limits limits = {.aging = 300, .size = 100000};
	struct error error;

	for (uint32_t i = 0; i < 1000; i++)
		event(f, mac_of(i), 1, 1 + i % 40);
	assert_int_equal(add_static(f, mac_of(2000), 3, 6, &error), 0);
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
	const struct fdb_port nowhere = {.bridge = 3}, nobodys = {};

	event(f, mac_of(1), XVS_VID_RESERVED, 1);
	event(f, mac_of(1), 1, 0);
	event(f, mac_of(1), 1, 41);
	event(f, mac_of(1), 1, 65535);
	event(f, (uint8_t[6]){1, 2, 3, 4, 5, 6}, 1, 1);
	event(f, (uint8_t[6]){0}, 1, 1);
	fdb_event(&odd, f->fdb);
	fdb_port_set(f->fdb, 1, NULL);
	event(f, mac_of(1), 1, 1);
	fdb_port_set(f->fdb, 2, &nowhere);
	event(f, mac_of(1), 1, 2);
	fdb_port_set(f->fdb, 3, &nobodys);
	event(f, mac_of(1), 1, 3);
	fdb_port_set(f->fdb, 65535, &nobodys);
	fdb_flush(f->fdb, 65535);
	fdb_bridge_del(f->fdb, 65535);
	assert_int_equal(listed(f, 65535), 0);
	assert_int_equal(stats_of(f, 1).current + stats_of(f, 2).current, 0);
	assert_int_equal(stats_of(f, 1).learned, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests_name("fdb", tests, NULL, NULL);
}
