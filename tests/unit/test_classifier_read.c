/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads back what a classifier has written, and what none has. XVS_SEED=N repeats a run. */
#include "classifier_flows.h"

#include <stdio.h>
#include <time.h>

struct readings {
	struct fixture *f;
	unsigned count;
	uint64_t counters;
};

static void on_read(uint16_t bridge, const struct classifier_flow *flow, void *arg)
{
	struct readings *readings = arg;

	readings->count++;
	readings->counters += flow->counter;
	if (!readings->f)
		return;
	assert_int_equal(bridge, BRIDGE);
	assert_int_equal(flow->table, flow->counter % 3);
	assert_int_equal(flow->priority, 100);
	assert_int_equal(found(readings->f, flow), flow->counter);
}

static void fill_for_reading(struct fixture *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct classifier_flow flow = flow_of(1 + i % 13, ~0ULL, 1000 + i);

		if (i % 2) /* rules of two lines */
			for (unsigned word = 3; word < 9; word++)
				flow.match.mask.word[word] = ~0ULL;
		flow.table = i % 3;
		put(f, flow, i);
	}
	commit(f);
}

static void reads_what_was_written(void **state)
{
	struct fixture *f = *state;
	struct readings readings = {.f = f};

	fill_for_reading(f, 500);
	classifier_read(f->view.line, f->view.lines, on_read, &readings);
	assert_int_equal(readings.count, 500);
	assert_int_equal(readings.counters, 499 * 500 / 2);
}

/* Whatever is in a memory, reading it comes to an end and stays within it. */
static void reads_anything(void **state)
{
	struct fixture *f = *state;
	const char *given = getenv("XVS_SEED");
	unsigned random = given ? strtoul(given, NULL, 10) : (unsigned)time(NULL);
	union xvs_flow_line *line;
	size_t halves;

	print_message("XVS_SEED=%u\n", random);
	fill_for_reading(f, 200);
	halves = (size_t)f->view.lines * 16;
	line = make_lines(f->view.lines);
	for (unsigned round = 0; round < 2000; round++) {
		struct readings readings = {0};
		unsigned damage = 1u << round % 14;

		memcpy(line, f->view.line, halves * 4);
		for (unsigned i = 0; i < damage; i++) {
			size_t at = (size_t)rand_r(&random) % halves;
			uint32_t value = (unsigned)rand_r(&random) * 2 + i % 2;

			/* Line numbers, or anything; the roots more often than the rest. */
			if (i % 4 == 0)
				at %= XVS_FLOW_ROOT_LINES * 16;
			line[at / 16].half[at % 16] = i % 3 ? value % f->view.lines : value;
		}
		classifier_read(line, f->view.lines, on_read, &readings);
		assert_true(readings.count <= f->view.lines);
	}
	memset(line, 0xff, halves * 4);
	classifier_read(line, f->view.lines, on_read, &(struct readings){0});
	classifier_read(line, XVS_FLOW_ROOT_LINES - 1, on_read, &(struct readings){0});
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_what_was_written),
		TEST(reads_anything),
	};

	return cmocka_run_group_tests_name("classifier_read", tests, NULL, NULL);
}
