/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that is being made: what the files that make programs share. */
#ifndef XVS_FLOW_PROGRAM_BUILD_H
#define XVS_FLOW_PROGRAM_BUILD_H

#include <stdbool.h>
#include "switchd/flow_program.h"

struct flow_builder {
	const struct flow_program_env *env;
	struct error *error;
	uint8_t table;
	bool full;                                /* more was put in than there is room for */
	unsigned int clones;                      /* open now */
	unsigned int n_groups;                    /* the same */
	uint32_t groups[XVS_FLOW_CLONES_MAX + 1]; /* their numbers */
	size_t set; /* the last instruction, if it is a SET; else SIZE_MAX */
	size_t count;
	uint64_t words[FLOW_PROGRAM_WORDS_MAX];
};

void flow_builder_start(struct flow_builder *builder, uint8_t table,
			const struct flow_program_env *env, struct error *error);

/* -EINVAL with a sentence when too much was put in. */
int flow_builder_check(const struct flow_builder *builder);

void flow_put_word(struct flow_builder *builder, uint64_t word);
void flow_put(struct flow_builder *builder, enum xvs_flow_op op, uint8_t a, uint16_t b, uint32_t c);

/* Sets of one word, one behind the other, are made one. */
void flow_put_set(struct flow_builder *builder, unsigned int word, enum xvs_flow_if frames,
		  uint64_t mask, uint64_t value);

/* Sets c of the instruction at `start` to the number of words that are behind it now. */
void flow_put_length(struct flow_builder *builder, size_t start);

/* Each sets the error when it fails. */
int flow_put_bucket(struct flow_builder *builder, const struct flow_action *actions,
		    uint32_t counter);
int flow_put_group(struct flow_builder *builder, uint32_t id);

#endif
