/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of the memory that switchd shares with the data path (datapath/flow_types.h): which are
 * free, and when those that are given up may be used again.
 *
 * A line goes through these states. Free. Fresh: taken, and not reachable by any frame yet. In use,
 * from flow_memory_publish() on. When it is released, a fresh line is free at once. One in use is
 * still reached by the roots that are stored, until the next flow_memory_publish(), and then by
 * frames under way, until flow_memory_settle().
 *
 * Free lines are kept as buddies: blocks whose size is a power of two and which begin at a multiple
 * of it (Knuth, The Art of Computer Programming 1, 2.5). What a request leaves of its block is
 * free, too. Where nothing has been released yet, requests fit as long as the sum of their sizes,
 * each rounded up to a power of two, does.
 */
#ifndef XVS_FLOW_MEMORY_H
#define XVS_FLOW_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include "datapath/types.h"

#define FLOW_MEMORY_ORDERS 25 /* blocks of 1 to XVS_FLOW_LINES_MAX lines */

struct flow_memory {
	union xvs_flow_line *line; /* the caller's */
	uint32_t lines;
	uint64_t *free[FLOW_MEMORY_ORDERS];     /* a bit for each block of this size that is free */
	uint32_t blocks[FLOW_MEMORY_ORDERS];    /* how many these are */
	uint32_t hint[FLOW_MEMORY_ORDERS];      /* all words of free[] below this one are 0 */
	uint64_t *fresh, *released, *unsettled; /* a bit for each line */
	bool any_unsettled;
};

/* Lines that follow each other; none: {0, 0}. */
struct flow_place {
	uint32_t line, count;
};

/* All lines but those of the roots are free. -ENOMEM. */
int flow_memory_open(struct flow_memory *memory, union xvs_flow_line *line, uint32_t lines);
void flow_memory_close(struct flow_memory *memory);

/* The first of `count` lines, at least 1, with anything in them; 0: there are not so many side by
 * side. */
uint32_t flow_memory_take(struct flow_memory *memory, uint32_t count);
void flow_memory_release(struct flow_memory *memory, uint32_t line, uint32_t count);

/* Releases a place and takes one of another size, or none for 0. What was in the old one can be
 * read until the next lines are taken. -ENOSPC: the place is as it was. */
int flow_place_renew(struct flow_memory *memory, struct flow_place *place, uint32_t count);

/* The roots have been stored: they reach all fresh lines, and no released ones any more. */
void flow_memory_publish(struct flow_memory *memory);

/* No frame is under way that met a root of before the last flow_memory_publish(). */
void flow_memory_settle(struct flow_memory *memory);

/* The least power of two that is not less than `count`, which is 1 to 2^31. */
static inline uint32_t flow_memory_round(uint32_t count)
{
	return count > 1 ? 1u << (32 - __builtin_clz(count - 1)) : 1;
}

#endif
