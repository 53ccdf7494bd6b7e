/* SPDX-License-Identifier: BSD-2-Clause */
/* The filtering database under random events. XVS_SEED=N repeats a run. */
#include "fdb_fixture.h"

#include <stdio.h>
#include <time.h>

/* Against a plain array: whatever happens, both have the same entries with the same ports. */
#define MODEL_MACS 300

struct expected {
	uint16_t port; /* 0: none */
	bool is_static;
	uint32_t used;
};

struct reference {
	struct expected of[4][MODEL_MACS]; /* by place */
	uint32_t now;
};

static void step(struct fixture *f, struct reference *ref, unsigned random)
{
	uint16_t place = 1 + random % 3, port = 1 + random / 3 % 40;
	uint32_t i = random / 120 % MODEL_MACS, action = random / 36000 % 100;
	struct expected *is = &ref->of[place][i];
	struct error error;

	if (action < 80) {
		event(f, mac_of(i), place, port);
		if (!is->is_static || is->port == port)
			*is = (struct expected){port, is->is_static, ref->now};
	} else if (action < 85) {
		assert_int_equal(add_static(f, mac_of(i), place, port, &error), 0);
		*is = (struct expected){port, true, ref->now};
	} else if (action < 90) {
		assert_int_equal(del(f, mac_of(i), place, &error), is->port ? 0 : -ENOENT);
		*is = (struct expected){0};
	} else if (action < 92) {
		fdb_flush(f->fdb, bridge_of(place));
		for (uint16_t other = 1; other <= 3; other++)
			for (i = 0; i < MODEL_MACS && bridge_of(other) == bridge_of(place); i++)
				if (!ref->of[other][i].is_static)
					ref->of[other][i] = (struct expected){0};
	} else {
		fdb_tick(f->fdb);
		ref->now++;
		for (place = 1; place <= 3; place++)
			for (i = 0; i < MODEL_MACS; i++) {
				is = &ref->of[place][i];
				if (!is->is_static && ref->now - is->used >= 20)
					*is = (struct expected){0};
			}
	}
}

static void compare(struct fixture *f, const struct reference *ref)
{
	uint32_t count[3] = {0};

	for (uint16_t place = 1; place <= 3; place++)
		for (uint32_t i = 0; i < MODEL_MACS; i++) {
			assert_int_equal(port_of(f, i, place), ref->of[place][i].port);
			count[bridge_of(place)] += !!ref->of[place][i].port;
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
		TEST(agrees_with_a_plain_array),
	};

	return cmocka_run_group_tests_name("fdb_random", tests, NULL, NULL);
}
