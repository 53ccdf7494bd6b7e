// SPDX-License-Identifier: BSD-2-Clause
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "switchd/fdb_table.h"

static struct fdb_table table_of(uint32_t buckets)
{
	struct fdb_table table = {
		.bucket = aligned_alloc(64, buckets * sizeof(struct xvs_fdb_bucket)),
		.mask = buckets - 1,
	};

	assert_non_null(table.bucket);
	for (uint32_t i = 0; i < fdb_table_slots(&table); i++)
		*fdb_table_slot(&table, i) = (struct xvs_fdb_slot){0};
	return table;
}

/* Station `i` of a vendor that numbers its addresses: the last three octets count up. */
static uint64_t station(uint32_t i)
{
	return 0x5452 | (uint64_t)(i >> 16 & 255) << 24 | (uint64_t)(i >> 8 & 255) << 32 |
	       (uint64_t)(i & 255) << 40;
}

#define BRIDGE   5
#define TO(port) xvs_forward(BRIDGE, port, XVS_EGRESS_UNTAGGED)

static void finds_what_was_inserted(void **state)
{
	struct fdb_table table = table_of(16);
	uint64_t key = xvs_fdb_key(station(7), 3);
	struct xvs_fdb_slot *slot, *other;

	(void)state;
	assert_null(fdb_table_find(&table, key, BRIDGE));
	slot = fdb_table_insert(&table, key, TO(5), 100);
	assert_non_null(slot);
	assert_ptr_equal(fdb_table_find(&table, key, BRIDGE), slot);
	assert_null(fdb_table_find(&table, key, BRIDGE + 1));
	assert_null(fdb_table_find(&table, xvs_fdb_key(station(7), 4), BRIDGE));
	assert_null(fdb_table_find(&table, xvs_fdb_key(station(8), 3), BRIDGE));
	assert_int_equal(slot->forward, TO(5));
	assert_int_equal(fdb_table_age(slot, 130), 30);
	assert_int_equal(fdb_table_age(slot, 99), 0);
	fdb_table_forward(slot, TO(6));
	fdb_table_touch(slot, 130);
	assert_int_equal(slot->forward, TO(6));
	assert_int_equal(fdb_table_age(slot, 130), 0);
	other = fdb_table_insert(&table, key, xvs_forward(BRIDGE + 1, 9, XVS_EGRESS_TAGGED), 100);
	assert_ptr_equal(fdb_table_find(&table, key, BRIDGE + 1), other);
	fdb_table_clear(slot);
	assert_null(fdb_table_find(&table, key, BRIDGE));
	assert_ptr_equal(fdb_table_find(&table, key, BRIDGE + 1), other);
	free(table.bucket);
}

/* All that a forwarding instruction says comes out as it went in. */
static void instructions_keep_their_parts(void **state)
{
	(void)state;
	for (uint32_t bridge = 0; bridge < XVS_BRIDGES_MAX; bridge += 273)
		for (uint32_t port = 0; port < XVS_PORTS_MAX; port += 315)
			for (uint32_t egress = 0; egress < 4; egress++) {
				uint32_t forward = xvs_forward(bridge, port, egress);

				assert_int_equal(forward & XVS_FORWARD_PORT, port);
				assert_int_equal(xvs_forward_bridge(forward), bridge);
				assert_int_equal(xvs_forward_egress(forward), egress);
				assert_int_equal(forward & XVS_FORWARD_STATIC, 0);
			}
}

/*
 * A million stations of one VLAN, a thousand in each of a thousand VLANs, or a thousand in the same
 * VLAN of a thousand bridges: no insertion may fail.
 */
static void takes_a_million(uint32_t vlans, uint32_t bridges)
{
	struct fdb_table table = table_of(XVS_FDB_BUCKETS_MAX);
	const uint32_t count = 1000000, parts = vlans * bridges;

	for (uint32_t i = 0; i < count; i++)
		if (!fdb_table_insert(&table, xvs_fdb_key(station(i / parts), 1 + i % vlans),
				      xvs_forward(1 + i % bridges, 1 + i % 4000, 0), 1))
			fail_msg("entry %u of %u in %u VLANs, %u bridges found no place", i, count,
				 vlans, bridges);
	for (uint32_t i = 0; i < count; i++) {
		const struct xvs_fdb_slot *slot = fdb_table_find(
			&table, xvs_fdb_key(station(i / parts), 1 + i % vlans), 1 + i % bridges);

		if (!slot || (slot->forward & XVS_FORWARD_PORT) != 1 + i % 4000)
			fail_msg("entry %u in %u VLANs, %u bridges is lost", i, vlans, bridges);
	}
	free(table.bucket);
}

static void takes_a_million_when_half_full(void **state)
{
	(void)state;
	takes_a_million(1, 1);
	takes_a_million(1000, 1);
	takes_a_million(1, 1000);
}

static void displaces_and_loses_nothing(void **state)
{
	struct fdb_table table = table_of(1024);
	uint32_t count = fdb_table_slots(&table) * 9 / 10;

	(void)state;
	for (uint32_t i = 0; i < count; i++)
		assert_non_null(fdb_table_insert(&table, xvs_fdb_key(station(i / 3), 1),
						 xvs_forward(1 + i % 3, i, 0), i));
	assert_true(table.displaced > 100);
	for (uint32_t i = 0; i < count; i++) {
		const struct xvs_fdb_slot *slot =
			fdb_table_find(&table, xvs_fdb_key(station(i / 3), 1), 1 + i % 3);

		assert_non_null(slot);
		assert_int_equal(slot->forward, xvs_forward(1 + i % 3, i, 0));
		assert_int_equal(slot->used, i);
	}
	free(table.bucket);
}

static void full_table_names_the_oldest(void **state)
{
	struct fdb_table table = table_of(2);
	uint64_t key = xvs_fdb_key(station(1000), 1);
	struct xvs_fdb_slot *slot;
	uint32_t i;

	(void)state;
	for (i = 0; i < 1000 && fdb_table_insert(&table, xvs_fdb_key(station(i), 1), TO(1), 50 + i);
	     i++)
		;
	assert_in_range(i, 4, 8);
	for (i = 0; !fdb_table_find(&table, xvs_fdb_key(station(i), 1), BRIDGE); i++)
		;
	while (fdb_table_insert(&table, key, TO(1), 500))
		key = xvs_fdb_key(xvs_fdb_key_mac(key) + (1ULL << 40), 1);
	slot = fdb_table_oldest(&table, key, BRIDGE, 600);
	assert_non_null(slot);
	for (i = 0; i < fdb_table_slots(&table); i++)
		fdb_table_slot(&table, i)->forward |= XVS_FORWARD_STATIC;
	assert_null(fdb_table_oldest(&table, key, BRIDGE, 600));
	slot->forward &= ~XVS_FORWARD_STATIC;
	assert_ptr_equal(fdb_table_oldest(&table, key, BRIDGE, 600), slot);
	fdb_table_fill(slot, key, TO(9), 600);
	assert_ptr_equal(fdb_table_find(&table, key, BRIDGE), slot);
	assert_int_equal(slot->forward, TO(9));
	free(table.bucket);
}

/*
 * The data path's side: a look-up as the BPF programs do it, in a thread of its own. Every value
 * says for which key it was written, so that a value of another key is seen at once.
 */
struct reader {
	struct fdb_table *table;
	uint32_t first,
		count; /* the keys that are looked up in turn; first moves in one of the tests */
	bool stop;
	uint64_t rounds;
	uint64_t found;
	uint64_t wrong;
};

/* All bits but those of the bridge. */
static uint32_t value_of(uint32_t i, uint32_t generation)
{
	return xvs_forward(BRIDGE, i & 0xfff, 0) | (i >> 12 & 0x3f) << 24 | generation % 2 << 30;
}

static bool is_value_of(uint32_t forward, uint32_t i)
{
	return (forward & ~(1u << 30)) == value_of(i, 0);
}

static bool look_up(const struct fdb_table *table, uint64_t key, uint32_t *forward)
{
	for (int which = 0; which < 2; which++) {
		const struct xvs_fdb_bucket *bucket = &table->bucket[xvs_fdb_bucket_of(
			xvs_fdb_hash(key, BRIDGE), which, table->mask)];

		for (int i = 0; i < XVS_FDB_SLOTS; i++) {
			const struct xvs_fdb_slot *slot = &bucket->slot[i];

			if (__atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) != key)
				continue;
			*forward = __atomic_load_n(&slot->forward, __ATOMIC_ACQUIRE);
			if (xvs_forward_bridge(*forward) == BRIDGE &&
			    __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) == key)
				return true;
		}
	}
	return false;
}

static void *read_all(void *arg)
{
	struct reader *reader = arg;

	while (!__atomic_load_n(&reader->stop, __ATOMIC_RELAXED)) {
		uint32_t first = __atomic_load_n(&reader->first, __ATOMIC_RELAXED);

		for (uint32_t i = first; i < first + reader->count; i++) {
			uint32_t forward;

			if (!look_up(reader->table, xvs_fdb_key(station(i), 1), &forward))
				continue;
			reader->found++;
			if (!is_value_of(forward, i))
				reader->wrong++;
		}
		__atomic_fetch_add(&reader->rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* That says anything. */
#define FOUND_MIN 1000

static uint64_t found_so_far(const struct reader *reader)
{
	return __atomic_load_n(&reader->found, __ATOMIC_RELAXED);
}

static pthread_t start(struct reader *reader)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, read_all, reader), 0);
	while (!__atomic_load_n(&reader->rounds, __ATOMIC_RELAXED))
		;
	return thread;
}

static void expect_no_wrong_value(struct reader *reader, pthread_t thread)
{
	__atomic_store_n(&reader->stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_true(reader->found > FOUND_MIN);
	assert_int_equal(reader->wrong, 0);
}

static void write_at_random(struct fdb_table *table, uint32_t keys, uint32_t steps)
{
	uint64_t random = 88172645463325252ULL;

	for (uint32_t step = 0; step < steps; step++) {
		uint32_t i;
		uint64_t key;
		struct xvs_fdb_slot *slot;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		i = (random >> 20) % keys;
		key = xvs_fdb_key(station(i), 1);
		slot = fdb_table_find(table, key, BRIDGE);
		if (slot && step % 3)
			fdb_table_forward(slot, value_of(i, step));
		else if (slot)
			fdb_table_clear(slot);
		else if (!fdb_table_insert(table, key, value_of(i, step), step))
			fdb_table_fill(fdb_table_oldest(table, key, BRIDGE, step), key,
				       value_of(i, step), step);
	}
}

/* 1500 keys for 1024 slots, so that entries are displaced all the time. */
static void reader_is_not_misled_by_displacement(void **state)
{
	struct fdb_table table = table_of(256);
	struct reader reader = {.table = &table, .count = 1500};
	pthread_t thread = start(&reader);

	(void)state;
	write_at_random(&table, 1500, 300000);
	expect_no_wrong_value(&reader, thread);
	assert_true(table.displaced > 1000);
	free(table.bucket);
}

/* Ever new keys in the four slots of one bucket: each slot is used again and again. */
static void reader_is_not_misled_by_reuse(void **state)
{
	struct fdb_table table = table_of(1);
	struct reader reader = {.table = &table, .count = 5};
	pthread_t thread = start(&reader);

	(void)state;
	/* However seldom the reader has its turn. */
	for (uint32_t i = 4; i < 3000000 || (i < 300000000 && found_so_far(&reader) <= FOUND_MIN);
	     i++) {
		fdb_table_fill(fdb_table_slot(&table, i % 4), xvs_fdb_key(station(i), 1),
			       value_of(i, i), i);
		__atomic_store_n(&reader.first, i - 4, __ATOMIC_RELAXED);
	}
	expect_no_wrong_value(&reader, thread);
	free(table.bucket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_inserted),
		cmocka_unit_test(instructions_keep_their_parts),
		cmocka_unit_test(takes_a_million_when_half_full),
		cmocka_unit_test(displaces_and_loses_nothing),
		cmocka_unit_test(full_table_names_the_oldest),
		cmocka_unit_test(reader_is_not_misled_by_displacement),
		cmocka_unit_test(reader_is_not_misled_by_reuse),
	};

	return cmocka_run_group_tests_name("fdb_table", tests, NULL, NULL);
}
