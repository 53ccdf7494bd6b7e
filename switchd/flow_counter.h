/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of the data path's flow counters count for whom. What is given back is taken again only
 * when no frame can be under way that counts there, and begins at 0.
 */
#ifndef XVS_FLOW_COUNTER_H
#define XVS_FLOW_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "switchd/dp.h"

struct flow_counters {
	uint32_t capacity; /* how many the data path has */
	uint32_t next;     /* the first that was never taken */
	uint32_t *free;    /* can be taken; the next one last */
	uint32_t *left;    /* may still be counted in */
	size_t n_free, n_left;
	size_t free_size, left_size; /* of the arrays */
};

/* 0 is nobody's. */
void flow_counters_open(struct flow_counters *counters, uint32_t capacity);
void flow_counters_close(struct flow_counters *counters);

/* Its index, which may be one that the data path has not got: flow_counters_lack(). */
uint32_t flow_counter_take(struct flow_counters *counters);
/* Takes this one, which the data path has; false when it can't be had. */
bool flow_counter_claim(struct flow_counters *counters, uint32_t index);
void flow_counter_give(struct flow_counters *counters, uint32_t index);

/* How many the data path should have for those that are taken; 0: it has enough. */
uint32_t flow_counters_lack(const struct flow_counters *counters);

/* Nothing is counted any more in those that were given back. */
void flow_counters_settled(struct flow_counters *counters, const struct dp_class *dpc,
			   struct dp *dp);

/* Lets it tell 0. */
void flow_counter_reset(uint32_t index, const struct dp_class *dpc, struct dp *dp);

#endif
