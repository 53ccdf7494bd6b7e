/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows that come into one bucket with one tag, by the seed that their subtable has. */
#include "classifier_flows.h"

#include <sys/random.h>

#define SEED  12345
#define FLOWS 40

static unsigned n_seeds;    /* taken so far */
static unsigned same_until; /* so many times it is the one that is known */

/* In place of the C library's. */
ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
	uint32_t seed = n_seeds < same_until ? SEED : SEED + n_seeds;

	(void)flags;
	assert_int_equal(length, sizeof(seed));
	n_seeds++;
	memcpy(buffer, &seed, sizeof(seed));
	return sizeof(seed);
}

static int setup_same(void **state, unsigned until)
{
	n_seeds = 0;
	same_until = until;
	return setup(state);
}

static int setup_first(void **state)
{
	return setup_same(state, 1);
}

static int setup_all(void **state)
{
	return setup_same(state, ~0U);
}

/* The next flow from `value` on that meets the first one in up to 64 buckets. */
static struct classifier_flow next_alike(uint64_t *value)
{
	uint64_t fixed = xvs_flow_hash_fixed(SEED, 0, 0, 0);

	for (;;) {
		uint64_t hash = xvs_flow_hash_extra(fixed, ++*value);

		if (xvs_flow_hash_tag(hash) == 7 && (xvs_flow_hash_bucket(hash) & 63) == 9)
			return flow_of(5, ~0ULL, *value);
	}
}

static void put_alike(struct fixture *f, struct classifier_flow *flow, int n, uint64_t *value)
{
	for (int i = 0; i < n; i++) {
		flow[i] = next_alike(value);
		put(f, flow[i], i + 1);
	}
}

static uint32_t seed_of(const struct fixture *f)
{
	const struct xvs_flow_subtable *subtable = lines_at(&f->view, table_of(f)->subtables, 2);

	return subtable->seed;
}

static void all_found(struct fixture *f, struct classifier_flow *flow, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(found(f, &flow[i]), i + 1);
}

static void another_seed_keeps_them_apart(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow[FLOWS];
	uint64_t value = 0;

	put_alike(f, flow, FLOWS, &value);
	commit(f);
	assert_int_not_equal(seed_of(f), SEED);
	all_found(f, flow, FLOWS);
}

/* Buckets that have room are used again. */
static void also_when_they_come_one_by_one(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow[FLOWS], other;
	uint64_t value = 0;

	for (int i = 0; i < 200; i++) {
		other = flow_of(5, ~0ULL, 1ULL << 60 | i);
		put(f, other, 1000 + i);
	}
	commit(f);
	assert_int_equal(seed_of(f), SEED);
	for (int i = 0; i < FLOWS; i++) {
		flow[i] = next_alike(&value);
		put(f, flow[i], i + 1);
		commit(f);
		all_found(f, flow, i + 1);
	}
	assert_int_not_equal(seed_of(f), SEED);
	for (int i = 0; i < 200; i++) {
		other = flow_of(5, ~0ULL, 1ULL << 60 | i);
		assert_int_equal(found(f, &other), 1000 + i);
	}
}

static void without_one_they_are_refused_and_all_stays(void **state)
{
	struct fixture *f = *state;
	struct classifier_flow flow[FLOWS];
	uint64_t value = 0;
	uint32_t needed;

	put_alike(f, flow, 10, &value);
	commit(f);
	put_alike(f, flow + 10, 30, &value);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(classifier_commit(f->classifier, &needed), -EOVERFLOW);
		assert_int_equal(move(f, 2 * f->view.lines, NULL), -EOVERFLOW);
		for (int j = 0; j < 10; j++)
			assert_int_equal(found(f, &flow[j]), j + 1);
		assert_int_equal(found(f, &flow[10]), -1);
	}
	for (int i = 10; i < FLOWS; i++)
		take_out(f, &flow[i]);
	commit(f);
	for (int j = 0; j < 10; j++)
		assert_int_equal(found(f, &flow[j]), j + 1);
	assert_int_equal(found(f, &flow[10]), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_seed_keeps_them_apart, setup_first,
						teardown),
		cmocka_unit_test_setup_teardown(also_when_they_come_one_by_one, setup_first,
						teardown),
		cmocka_unit_test_setup_teardown(without_one_they_are_refused_and_all_stays,
						setup_all, teardown),
	};

	return cmocka_run_group_tests_name("classifier collisions", tests, NULL, NULL);
}
