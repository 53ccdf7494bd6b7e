/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flows of a bridge by table, priority and mask, so that which ones another overlaps or covers
 * is known without looking at all of them: among those of a mask that leaves out no more bits than
 * its own, or no fewer, there is at most one.
 */
#ifndef XVS_FLOW_SHAPE_H
#define XVS_FLOW_SHAPE_H

#include <stddef.h>

struct flow_entry;
struct flow_shape;

struct flow_shapes {
	struct flow_shape **slots;
	size_t n_slots; /* a power of two */
	size_t count;
};

int flow_shapes_open(struct flow_shapes *shapes); /* 0 or -ENOMEM */
void flow_shapes_close(struct flow_shapes *shapes);

/* The entry's bridge, table, priority and match stay as they are until it is taken out. */
void flow_shapes_add(struct flow_shapes *shapes, struct flow_entry *entry);
void flow_shapes_del(struct flow_shapes *shapes, struct flow_entry *entry);

#endif
