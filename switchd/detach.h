/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Going into the background: the process that the user started stays until the daemon, a child of
 * it, says how its start went, and ends with that.
 */
#ifndef XVS_DETACH_H
#define XVS_DETACH_H

#include "db/error.h"

struct detach {
	int fd; /* where the child says how it went; -1: not detached */
};

#define DETACH_NONE                                                                                \
	{                                                                                          \
		-1                                                                                 \
	}

/*
 * Forks. Returns in the child only, in a session of its own; the parent ends with status 0 after
 * detach_done(), and with the sentence and status 1 after detach_fail() or when the child died.
 * Negative errno with a sentence when there can't be a child.
 */
int detach_begin(struct detach *detach, struct error *error);

/* It runs: lets go of the terminal and of the parent. Nothing to do when not detached. */
void detach_done(struct detach *detach);

/* It does not run, and why: the parent tells the user. Without a parent it is told here. */
void detach_fail(struct detach *detach, const struct error *why);

#endif
