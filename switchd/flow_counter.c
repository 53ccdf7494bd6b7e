/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_counter.h"

#include <stdlib.h>
#include <string.h>

#define RUN_MAX 1024 /* counters that are read at once */

void flow_counters_open(struct flow_counters *counters, uint32_t capacity)
{
	*counters = (struct flow_counters){.capacity = capacity, .next = 1};
}

void flow_counters_close(struct flow_counters *counters)
{
	free(counters->free);
	free(counters->left);
}

/* Appends to an array. As with text.h, there is no going on without the memory. */
static void append(uint32_t **array, size_t *n, size_t *size, uint32_t index)
{
	if (*n == *size) {
		*size = *size ? *size * 2 : 64;
		*array = realloc(*array, *size * sizeof(**array));
		if (!*array)
			abort();
	}
	(*array)[(*n)++] = index;
}

uint32_t flow_counter_take(struct flow_counters *counters)
{
	return counters->n_free ? counters->free[--counters->n_free] : counters->next++;
}

static bool take_free(struct flow_counters *counters, uint32_t index)
{
	size_t i = 0;

	while (i < counters->n_free && counters->free[i] != index)
		i++;
	if (i == counters->n_free)
		return false;
	counters->n_free--;
	memmove(counters->free + i, counters->free + i + 1,
		(counters->n_free - i) * sizeof(*counters->free));
	return true;
}

bool flow_counter_claim(struct flow_counters *counters, uint32_t index)
{
	if (!index || index >= counters->capacity)
		return false;
	if (index < counters->next)
		return take_free(counters, index);
	while (counters->next < index)
		append(&counters->free, &counters->n_free, &counters->free_size, counters->next++);
	counters->next++;
	return true;
}

void flow_counter_give(struct flow_counters *counters, uint32_t index)
{
	append(&counters->left, &counters->n_left, &counters->left_size, index);
}

uint32_t flow_counters_lack(const struct flow_counters *counters)
{
	uint32_t wanted = XVS_FLOW_COUNTERS_MIN;

	if (counters->next <= counters->capacity)
		return 0;
	while (wanted < counters->next)
		wanted *= 2;
	return wanted;
}

static struct xvs_flow_counter negative(const struct xvs_flow_counter *total)
{
	return (struct xvs_flow_counter){.packets = -total->packets, .bytes = -total->bytes};
}

static void reset(uint32_t first, uint32_t n, const struct dp_class *dpc, struct dp *dp)
{
	struct xvs_flow_counter totals[RUN_MAX];

	if (dpc->flow_counters(dp, first, n, totals) < 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct xvs_flow_counter amount = negative(&totals[i]);

		if (totals[i].packets || totals[i].bytes)
			dpc->flow_counter_add(dp, first + i, &amount);
	}
}

void flow_counter_reset(uint32_t index, const struct dp_class *dpc, struct dp *dp)
{
	reset(index, 1, dpc, dp);
}

static int descending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x < y) - (x > y);
}

/* Indexes that stand in a row, and that the data path has, are read at once. */
static void reset_left(const struct flow_counters *counters, const struct dp_class *dpc,
		       struct dp *dp)
{
	size_t i = 0;

	while (i < counters->n_left && counters->left[i] >= counters->capacity)
		i++;
	while (i < counters->n_left) {
		uint32_t n = 1;

		while (i + n < counters->n_left && n < RUN_MAX &&
		       counters->left[i + n] == counters->left[i] - n)
			n++;
		i += n;
		reset(counters->left[i - 1], n, dpc, dp);
	}
}

/* The greatest of those that are free are as if they had never been taken: the data path need not
 * have them. */
static void shrink(struct flow_counters *counters)
{
	size_t n = 0;

	while (n < counters->n_free && counters->free[n] == counters->next - 1) {
		counters->next--;
		n++;
	}
	counters->n_free -= n;
	if (n)
		memmove(counters->free, counters->free + n,
			counters->n_free * sizeof(*counters->free));
}

void flow_counters_settled(struct flow_counters *counters, const struct dp_class *dpc,
			   struct dp *dp)
{
	if (!counters->n_left)
		return;
	qsort(counters->left, counters->n_left, sizeof(*counters->left), descending);
	reset_left(counters, dpc, dp);
	for (size_t i = 0; i < counters->n_left; i++)
		append(&counters->free, &counters->n_free, &counters->free_size, counters->left[i]);
	counters->n_left = 0;
	qsort(counters->free, counters->n_free, sizeof(*counters->free), descending);
	shrink(counters);
}
