/* SPDX-License-Identifier: BSD-2-Clause */
/* Partitions of the VLANs, against one that compares VLANs two by two. XVS_SEED=N repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "switchd/partition.h"

static struct partition partition;

/* Classes are numbered 0 to n - 1, and none is empty. */
static void expect_sound(void)
{
	static bool met[VLAN_COUNT];
	size_t n = 0;

	memset(met, 0, sizeof(met));
	for (int vid = 0; vid < VLAN_COUNT; vid++) {
		assert_true(partition.class[vid] < partition.n);
		n += !met[partition.class[vid]];
		met[partition.class[vid]] = true;
	}
	assert_int_equal(n, partition.n);
}

static void one_class_at_first(void **state)
{
	(void)state;
	memset(&partition, 0xa5, sizeof(partition));
	partition_begin(&partition);
	assert_int_equal(partition.n, 1);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		assert_int_equal(partition.class[vid], 0);
}

static void refinements_split(void **state)
{
	uint8_t odd[VLAN_COUNT], high[VLAN_COUNT], same[VLAN_COUNT] = {0};

	(void)state;
	for (int vid = 0; vid < VLAN_COUNT; vid++) {
		odd[vid] = vid % 2 ? 255 : 0;
		high[vid] = vid >= 4000;
	}
	partition_begin(&partition);
	partition_refine(&partition, same);
	assert_int_equal(partition.n, 1);
	partition_refine(&partition, odd);
	assert_int_equal(partition.n, 2);
	partition_refine(&partition, high);
	assert_int_equal(partition.n, 4);
	partition_refine(&partition, odd);
	partition_refine(&partition, same);
	assert_int_equal(partition.n, 4);
	expect_sound();
	assert_int_equal(partition.class[3], partition.class[3999]);
	assert_int_not_equal(partition.class[3], partition.class[4001]);
	assert_int_not_equal(partition.class[4000], partition.class[4001]);
	assert_int_equal(partition.class[4000], partition.class[4094]);
}

static void single_out_once(void **state)
{
	uint16_t vids[VLAN_COUNT];

	(void)state;
	partition_begin(&partition);
	partition_single_out(&partition, 10);
	partition_single_out(&partition, 10);
	assert_int_equal(partition.n, 2);
	assert_int_not_equal(partition.class[10], partition.class[11]);
	assert_int_equal(partition.class[0], partition.class[4095]);
	partition_representatives(&partition, vids);
	assert_int_equal(vids[partition.class[10]], 10);
	assert_int_not_equal(vids[partition.class[0]], 10);
}

/* As many classes as there can be. */
static void every_vlan_by_itself(void **state)
{
	uint16_t vids[VLAN_COUNT];
	uint8_t low[VLAN_COUNT], middle[VLAN_COUNT];

	(void)state;
	partition_begin(&partition);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		partition_single_out(&partition, vid);
	assert_int_equal(partition.n, VLAN_COUNT);
	expect_sound();

	for (int vid = 0; vid < VLAN_COUNT; vid++) {
		low[vid] = vid;
		middle[vid] = vid >> 8;
	}
	partition_begin(&partition);
	partition_refine(&partition, low);
	assert_int_equal(partition.n, 256);
	partition_refine(&partition, middle);
	assert_int_equal(partition.n, VLAN_COUNT);
	expect_sound();
	partition_representatives(&partition, vids);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		assert_int_equal(vids[partition.class[vid]], vid);
}

/* Values of all properties so far: two VLANs are alike if theirs are the same. */
#define PROPERTIES 10
static uint8_t values[VLAN_COUNT][PROPERTIES];

/* Few values in long runs, as a port's VLANs have them; or any. */
static void make_property(int property)
{
	int kind = rand() % 3, run = 0, range = 1 + rand() % 4;
	uint8_t value = 0;

	for (int vid = 0; vid < VLAN_COUNT; vid++) {
		if (kind && !run--) {
			value = rand() % range;
			run = kind == 1 ? rand() % 1000 : rand() % 5;
		}
		values[vid][property] = kind ? value : rand() % (range * 60);
	}
}

static void refine(int property)
{
	uint8_t column[VLAN_COUNT];
	int vid = rand() % VLAN_COUNT;

	if (rand() % 3 == 0) {
		for (int other = 0; other < VLAN_COUNT; other++)
			values[other][property] = other == vid;
		partition_single_out(&partition, vid);
		return;
	}
	make_property(property);
	for (vid = 0; vid < VLAN_COUNT; vid++)
		column[vid] = values[vid][property];
	partition_refine(&partition, column);
}

/* Against the representative of its class, and against those of all others. */
static void compare(int properties)
{
	uint16_t vids[VLAN_COUNT];

	partition_representatives(&partition, vids);
	for (size_t class = 0; class < partition.n; class ++)
		assert_int_equal(partition.class[vids[class]], class);
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		if (memcmp(values[vid], values[vids[partition.class[vid]]], properties))
			fail_msg("VLANs %d and %d are not alike", vid, vids[partition.class[vid]]);
	for (size_t a = 0; a < partition.n; a++)
		for (size_t b = a + 1; b < partition.n; b++)
			if (!memcmp(values[vids[a]], values[vids[b]], properties))
				fail_msg("VLANs %d and %d are alike", vids[a], vids[b]);
}

static void agrees_with_comparing_all(void **state)
{
	const char *given = getenv("XVS_SEED");
	unsigned seed = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL);

	(void)state;
	print_message("XVS_SEED=%u\n", seed);
	srand(seed);
	for (int round = 0; round < 20; round++) {
		partition_begin(&partition);
		memset(values, 0, sizeof(values));
		for (int property = 0; property < PROPERTIES; property++)
			refine(property);
		expect_sound();
		compare(PROPERTIES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_class_at_first),        cmocka_unit_test(refinements_split),
		cmocka_unit_test(single_out_once),           cmocka_unit_test(every_vlan_by_itself),
		cmocka_unit_test(agrees_with_comparing_all),
	};

	return cmocka_run_group_tests_name("partition", tests, NULL, NULL);
}
