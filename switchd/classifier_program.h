/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs as flows share them: those that are alike are one, here and in the data path's memory.
 */
#ifndef XVS_CLASSIFIER_PROGRAM_H
#define XVS_CLASSIFIER_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include "switchd/flow_memory.h"

struct classifier_program {
	struct classifier_program *next; /* of the same slot */
	uint64_t hash;
	uint32_t users;
	uint32_t needs; /* enum xvs_flow_needs */
	struct flow_place place;
	size_t count;
	uint64_t word[];
};

struct classifier_programs {
	struct classifier_program **slot;
	size_t slots; /* a power of two, or 0 */
	size_t count;
	uint32_t lines; /* that all of them take, each rounded up to a power of two */
};

/* One more user of the program with these words. NULL: there is no memory for it. */
struct classifier_program *classifier_program_use(struct classifier_programs *programs,
						  const uint64_t *words, size_t count,
						  uint32_t needs);

/* One user less; the last one frees the program and releases its lines. */
void classifier_program_drop(struct classifier_programs *programs, struct flow_memory *memory,
			     struct classifier_program *program);

/* Sees to it that the program is in the memory, if it needs a place there. -ENOSPC. */
int classifier_program_write(struct flow_memory *memory, struct classifier_program *program);

/* What stands in a rule for the program, which is written. */
uint64_t classifier_program_first(const struct classifier_program *program);

/* All of them are to be written anew, into another memory. */
void classifier_programs_forget_places(struct classifier_programs *programs);

/* None has a user any more. */
void classifier_programs_free(struct classifier_programs *programs);

#endif
