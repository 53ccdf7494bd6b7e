/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines are never given to two, nor used again too early. XVS_SEED=N repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "switchd/flow_memory.h"

#define LINES  5000 /* no power of two */
#define PLACES 300

/* flow_memory looks into no line. */
static union xvs_flow_line no_lines[1];

enum state {
	FREE,
	FRESH,
	PUBLISHED,
	RELEASED,
	UNSETTLED,
};

struct run {
	struct flow_memory memory;
	unsigned random;
	enum state state[LINES];
	struct flow_place place[PLACES];
};

static unsigned draw(struct run *run, unsigned below)
{
	return (unsigned)rand_r(&run->random) % below;
}

static unsigned the_seed(void)
{
	const char *given = getenv("XVS_SEED");
	unsigned seed = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL);

	print_message("XVS_SEED=%u\n", seed);
	return seed;
}

static void start(struct run *run, uint32_t lines, unsigned seed)
{
	*run = (struct run){.random = seed};
	assert_int_equal(flow_memory_open(&run->memory, no_lines, lines), 0);
}

static void turn(struct run *run, enum state from, enum state to)
{
	for (uint32_t i = 0; i < LINES; i++)
		if (run->state[i] == from)
			run->state[i] = to;
}

static void take(struct run *run, struct flow_place *place)
{
	uint32_t count = draw(run, 3) ? 1 + draw(run, 4) : 1 + draw(run, 200);

	if (flow_place_renew(&run->memory, place, count) < 0) {
		assert_int_equal(place->count, 0);
		return;
	}
	assert_int_equal(place->count, count);
	assert_in_range(place->line, XVS_FLOW_ROOT_LINES, LINES - count);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(run->state[place->line + i], FREE);
		run->state[place->line + i] = FRESH;
	}
}

static void release(struct run *run, struct flow_place *place)
{
	for (uint32_t i = 0; i < place->count; i++) {
		enum state *state = &run->state[place->line + i];

		*state = *state == FRESH ? FREE : RELEASED;
	}
	assert_int_equal(flow_place_renew(&run->memory, place, 0), 0);
	assert_int_equal(place->count, 0);
}

static void publish(struct run *run)
{
	flow_memory_publish(&run->memory);
	turn(run, FRESH, PUBLISHED);
	turn(run, RELEASED, UNSETTLED);
}

static void settle(struct run *run)
{
	flow_memory_settle(&run->memory);
	assert_false(run->memory.any_unsettled);
	turn(run, UNSETTLED, FREE);
}

static void uses_no_line_too_early(void **state)
{
	struct run *run = malloc(sizeof(*run));
	struct flow_place all = {0};

	(void)state;
	start(run, LINES, the_seed());
	for (int i = 0; i < 20000; i++) {
		struct flow_place *place = &run->place[draw(run, PLACES)];
		unsigned action = draw(run, 100);

		if (action < 96 && place->count)
			release(run, place);
		else if (action < 96)
			take(run, place);
		else if (action < 98)
			publish(run);
		else
			settle(run);
	}
	for (int i = 0; i < PLACES; i++)
		release(run, &run->place[i]);
	assert_int_equal(flow_place_renew(&run->memory, &all, 2048), -ENOSPC);
	settle(run); /* what was released since it was last published stays */
	assert_int_equal(flow_place_renew(&run->memory, &all, 2048), -ENOSPC);
	publish(run);
	settle(run);
	assert_int_equal(flow_place_renew(&run->memory, &all, 2048), 0); /* buddies are one again */
	flow_memory_close(&run->memory);
	free(run);
}

/* As long as the sum of the sizes, each rounded up, fits, so do the requests. */
static void promise_of_a_memory_without_anything_in_it(void **state)
{
	struct run *run = malloc(sizeof(*run));
	unsigned seed = the_seed();

	(void)state;
	for (int round = 0; round < 200; round++) {
		uint32_t left;

		start(run, 4096, seed + round);
		left = 4096 - XVS_FLOW_ROOT_LINES;
		while (left) {
			uint32_t count = draw(run, 2) ? 1 + draw(run, 9) : 1 + draw(run, 700);

			if (flow_memory_round(count) > left)
				continue;
			assert_int_not_equal(flow_memory_take(&run->memory, count), 0);
			left -= flow_memory_round(count);
		}
		flow_memory_close(&run->memory);
	}
	free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uses_no_line_too_early),
		cmocka_unit_test(promise_of_a_memory_without_anything_in_it),
	};

	return cmocka_run_group_tests_name("flow_memory", tests, NULL, NULL);
}
