/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writer of the data path's flow tables (datapath/flow_types.h): which flows there are in which
 * bridge, and their place in the shared memory.
 *
 * Changes are collected and become true together: classifier_commit() writes aside what is new and
 * then stores the roots of the bridges concerned. Lines that are not reached any more are used
 * again only after classifier_settled(), which says that no frame can be under way that met them.
 * The memory is the caller's: when it is too small, commit() says how much is needed, and
 * classifier_move() writes everything into another one.
 *
 * Bridges are numbers below XVS_BRIDGES_MAX, tables below XVS_FLOW_TABLES; callers see to that.
 *
 * Knows nothing of dp.h: a unit test gives it plain memory, and looks flows up as the data path
 * does.
 */
#ifndef XVS_CLASSIFIER_H
#define XVS_CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "switchd/flow.h"

struct classifier;

struct classifier_flow {
	uint8_t table;
	uint16_t priority;
	struct flow_match match;
	const uint64_t *program; /* copied; programs that are alike share their place */
	size_t n_program;
	uint32_t needs;   /* enum xvs_flow_needs of the program */
	uint32_t counter; /* index in flow_counters */
};

/* `memory` has `lines` lines, all zero; it is used as it is from now on. NULL: out of memory. */
struct classifier *classifier_new(union xvs_flow_line *memory, uint32_t lines);
void classifier_free(struct classifier *classifier); /* the memory stays as it is */

/*
 * Puts in a flow, or changes the one with this table, priority and match; the bridge need not be
 * present. -ENOSPC with a sentence when the table would have more than XVS_FLOW_SUBTABLES_MAX
 * different masks (those whose flows have been removed do not count: remove first), or when the
 * mask has more than XVS_FLOW_EXTRA words that are not fixed. -ENOMEM.
 */
int classifier_put(struct classifier *classifier, uint16_t bridge,
		   const struct classifier_flow *flow, struct error *error);

/* No error when it is not there. */
void classifier_remove(struct classifier *classifier, uint16_t bridge, uint8_t table,
		       uint16_t priority, const struct flow_match *match);

/* Whether the bridge's frames are looked up at all: a bridge with an empty table drops all. Its
 * flows and ports stay as they are. -ENOMEM. */
int classifier_bridge_set(struct classifier *classifier, uint16_t bridge, bool present);

/* ports[n]: by OpenFlow port number, the port's number in the data path; local: that of
 * XVS_OFPP_LOCAL. -ENOMEM. */
int classifier_ports_set(struct classifier *classifier, uint16_t bridge, const uint16_t *ports,
			 size_t n, uint16_t local);

/*
 * Makes all changes since the last commit true. -ENOSPC: the memory is too small, nothing is
 * changed, and `needed` is the number of lines (a power of two) that will do; then call
 * classifier_move(). That may be as many as there are, when much is not settled: then it is another
 * way out to wait and to commit again. A third one is classifier_put() and _remove() back to what
 * was, and the only one from -EOVERFLOW: flows of one mask are so alike in their hashes that a
 * search would not find all of them, and no seed keeps them apart. -ENOMEM.
 */
int classifier_commit(struct classifier *classifier, uint32_t *needed);

/* Frames that met what was before the last commit are gone. */
void classifier_settled(struct classifier *classifier);
bool classifier_unsettled(const struct classifier *classifier);

/* Lines that would do for all that is in it, with room to grow; a power of two, beyond
 * XVS_FLOW_LINES_MAX if so many do not. */
uint32_t classifier_lines(const struct classifier *classifier);

/* Writes everything, the changes since the last commit too, into another memory (all zero), which
 * it then uses, settled. The old one stays as it is. -ENOSPC when it does not fit, -EOVERFLOW as
 * from commit(), or -ENOMEM, and nothing has changed. */
int classifier_move(struct classifier *classifier, union xvs_flow_line *memory, uint32_t lines);

/*
 * Reads the flows that a memory holds, of whoever wrote it; trusts nothing in it. For the counters
 * of flows that were there before switchd was: without their programs. Flows that another one of
 * the same match hides are not in it.
 */
typedef void classifier_read_fn(uint16_t bridge, const struct classifier_flow *flow, void *arg);
void classifier_read(const union xvs_flow_line *memory, uint32_t lines, classifier_read_fn *fn,
		     void *arg);

#endif
