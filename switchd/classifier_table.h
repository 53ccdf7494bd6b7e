/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flow table of a bridge: its subtables in the order in which they are searched.
 */
#ifndef XVS_CLASSIFIER_TABLE_H
#define XVS_CLASSIFIER_TABLE_H

#include "switchd/classifier_filter.h"

struct classifier_table {
	struct classifier_subtable **subtable; /* some of them without flows until the next write */
	unsigned count, size;
	uint64_t serial; /* of the next subtable */
	struct flow_place list;
	unsigned listed; /* subtables in the list */
	struct classifier_filter filter;
};

struct classifier_table *classifier_table_new(void);
void classifier_table_free(struct classifier_table *table, struct classifier_store *store);

/* NULL: there is none with this mask. */
struct classifier_subtable *classifier_table_find(const struct classifier_table *table,
						  const struct xvs_flow_key *mask);

/* Makes one, without flows. NULL: no memory. */
struct classifier_subtable *classifier_table_add(struct classifier_table *table,
						 const struct xvs_flow_key *mask);

/* Subtables that have flows. */
unsigned classifier_table_masks(const struct classifier_table *table);

/* classifier_subtable_fit() for all of it. */
int classifier_table_fit(struct classifier_table *table);

/* Writes all that changed. An error (-ENOSPC, or as classifier_table_fit()): some of it is written,
 * and it can be tried again. */
int classifier_table_write(struct classifier_table *table, struct classifier_store *store);

/* How the data path is told of it. */
struct xvs_flow_table classifier_table_describe(const struct classifier_table *table);

/* Everything is to be written anew, into another memory. */
void classifier_table_forget_places(struct classifier_table *table);

/* Lines that it takes when written anew, each request rounded up to a power of two. */
uint64_t classifier_table_lines(const struct classifier_table *table);

#endif
