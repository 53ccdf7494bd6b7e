// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/classifier_program.h"

#define SLOTS_MIN  16
#define LINE_WORDS 8

static uint64_t hash_of(const uint64_t *words, size_t count, uint32_t needs)
{
	uint64_t hash = needs;

	for (size_t i = 0; i < count; i++)
		hash = xvs_flow_hash_extra(hash, words[i]);
	return hash;
}

static struct classifier_program **slot_of(const struct classifier_programs *programs,
					   uint64_t hash)
{
	return &programs->slot[hash & (programs->slots - 1)];
}

/* Instructions that the data path carries out without following a program. */
static bool stands_alone(uint8_t op)
{
	return op == XVS_FLOW_OP_END || (op >= XVS_FLOW_OP_OUTPUT && op <= XVS_FLOW_OP_CONTROLLER);
}

/* Lines of its own; 0: a rule holds all of it, an instruction and the end. */
static uint32_t lines_of(const struct classifier_program *program)
{
	if (!program->count || (program->count <= 2 && stands_alone(program->word[0] & 0xff)))
		return 0;
	return (program->count + LINE_WORDS - 1) / LINE_WORDS;
}

static uint32_t lines_rounded(const struct classifier_program *program)
{
	return lines_of(program) ? flow_memory_round(lines_of(program)) : 0;
}

static int resize(struct classifier_programs *programs, size_t slots)
{
	struct classifier_programs resized = *programs;

	resized.slot = calloc(slots, sizeof(struct classifier_program *));
	resized.slots = slots;
	if (!resized.slot)
		return -ENOMEM;
	for (size_t i = 0; i < programs->slots; i++)
		for (struct classifier_program *program = programs->slot[i], *next; program;
		     program = next) {
			struct classifier_program **slot = slot_of(&resized, program->hash);

			next = program->next;
			program->next = *slot;
			*slot = program;
		}
	free(programs->slot);
	*programs = resized;
	return 0;
}

static struct classifier_program *find(const struct classifier_programs *programs, uint64_t hash,
				       const uint64_t *words, size_t count, uint32_t needs)
{
	struct classifier_program *program = programs->slots ? *slot_of(programs, hash) : NULL;

	for (; program; program = program->next)
		if (program->hash == hash && program->count == count && program->needs == needs &&
		    !memcmp(program->word, words, count * sizeof(*words)))
			return program;
	return NULL;
}

struct classifier_program *classifier_program_use(struct classifier_programs *programs,
						  const uint64_t *words, size_t count,
						  uint32_t needs)
{
	uint64_t hash = hash_of(words, count, needs);
	struct classifier_program *program = find(programs, hash, words, count, needs);

	if (program) {
		program->users++;
		return program;
	}
	/* Without room for more slots those that are there do, if there are any. */
	if (programs->count >= programs->slots &&
	    resize(programs, programs->slots ? 2 * programs->slots : SLOTS_MIN) < 0 &&
	    !programs->slots)
		return NULL;
	program = malloc(sizeof(*program) + count * sizeof(*words));
	if (!program)
		return NULL;
	*program = (struct classifier_program){
		.next = *slot_of(programs, hash),
		.hash = hash,
		.users = 1,
		.needs = needs,
		.count = count,
	};
	memcpy(program->word, words, count * sizeof(*words));
	*slot_of(programs, hash) = program;
	programs->count++;
	programs->lines += lines_rounded(program);
	return program;
}

void classifier_program_drop(struct classifier_programs *programs, struct flow_memory *memory,
			     struct classifier_program *program)
{
	struct classifier_program **at = slot_of(programs, program->hash);

	if (--program->users)
		return;
	while (*at != program)
		at = &(*at)->next;
	*at = program->next;
	programs->count--;
	programs->lines -= lines_rounded(program);
	flow_place_renew(memory, &program->place, 0);
	free(program);
}

int classifier_program_write(struct flow_memory *memory, struct classifier_program *program)
{
	uint32_t lines = lines_of(program);
	int rc;

	if (program->place.count == lines)
		return 0;
	rc = flow_place_renew(memory, &program->place, lines);
	if (rc < 0)
		return rc;
	memcpy(&memory->line[program->place.line], program->word,
	       program->count * sizeof(*program->word));
	return 0;
}

uint64_t classifier_program_first(const struct classifier_program *program)
{
	if (program->place.count)
		return XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_PROGRAM, 0, 0,
					    program->place.line * LINE_WORDS);
	return program->count ? program->word[0] : XVS_FLOW_OP_END;
}

void classifier_programs_forget_places(struct classifier_programs *programs)
{
	for (size_t i = 0; i < programs->slots; i++)
		for (struct classifier_program *program = programs->slot[i]; program;
		     program = program->next)
			program->place = (struct flow_place){0};
}

void classifier_programs_free(struct classifier_programs *programs)
{
	free(programs->slot);
}
