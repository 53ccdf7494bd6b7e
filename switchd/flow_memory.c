// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_memory.h"

#define WORD_BITS 64

static bool get_bit(const uint64_t *bits, uint32_t i)
{
	return bits[i / WORD_BITS] >> i % WORD_BITS & 1;
}

static void set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / WORD_BITS] |= 1ULL << i % WORD_BITS;
}

static void clear_bit(uint64_t *bits, uint32_t i)
{
	bits[i / WORD_BITS] &= ~(1ULL << i % WORD_BITS);
}

/* The lowest `count` bits. */
static uint64_t low_bits(uint32_t count)
{
	return count < WORD_BITS ? (1ULL << count) - 1 : ~0ULL;
}

static void set_range(uint64_t *bits, uint32_t first, uint32_t count, bool value)
{
	while (count) {
		uint32_t offset = first % WORD_BITS;
		uint32_t n = count < WORD_BITS - offset ? count : WORD_BITS - offset;
		uint64_t mask = low_bits(n) << offset;

		if (value)
			bits[first / WORD_BITS] |= mask;
		else
			bits[first / WORD_BITS] &= ~mask;
		first += n;
		count -= n;
	}
}

/* One word more than needed, so that each block's buddy has a bit, be it beyond the end. */
static size_t bitmap_words(uint32_t bits)
{
	return bits / WORD_BITS + 1;
}

static void free_block(struct flow_memory *memory, unsigned order, uint32_t block)
{
	while (order < FLOW_MEMORY_ORDERS - 1 && get_bit(memory->free[order], block ^ 1)) {
		clear_bit(memory->free[order], block ^ 1);
		memory->blocks[order]--;
		block >>= 1;
		order++;
	}
	set_bit(memory->free[order], block);
	memory->blocks[order]++;
	if (block / WORD_BITS < memory->hint[order])
		memory->hint[order] = block / WORD_BITS;
}

/* Any lines, as the blocks that they are made of. */
static void free_lines(struct flow_memory *memory, uint32_t line, uint32_t count)
{
	while (count) {
		unsigned order = __builtin_ctz(line), most = 31 - __builtin_clz(count);

		if (order > most)
			order = most;
		free_block(memory, order, line >> order);
		line += 1u << order;
		count -= 1u << order;
	}
}

int flow_memory_open(struct flow_memory *memory, union xvs_flow_line *line, uint32_t lines)
{
	size_t size = 3 * bitmap_words(lines);
	uint64_t *words;

	for (unsigned order = 0; order < FLOW_MEMORY_ORDERS; order++)
		size += bitmap_words(lines >> order);
	words = calloc(size, sizeof(*words));
	if (!words)
		return -ENOMEM;
	*memory = (struct flow_memory){.line = line, .lines = lines};
	for (unsigned order = 0; order < FLOW_MEMORY_ORDERS; order++) {
		memory->free[order] = words;
		words += bitmap_words(lines >> order);
	}
	memory->fresh = words;
	memory->released = memory->fresh + bitmap_words(lines);
	memory->unsettled = memory->released + bitmap_words(lines);
	if (lines > XVS_FLOW_ROOT_LINES)
		free_lines(memory, XVS_FLOW_ROOT_LINES, lines - XVS_FLOW_ROOT_LINES);
	return 0;
}

void flow_memory_close(struct flow_memory *memory)
{
	free(memory->free[0]); /* where the allocation begins */
}

/* Takes the first free block of a size out of the free ones; 0: there is none. (Block 0 has roots
 * in it and is never free.) */
static uint32_t take_block(struct flow_memory *memory, unsigned order)
{
	const uint64_t *bits = memory->free[order];
	uint32_t *hint = &memory->hint[order], block;

	if (!memory->blocks[order])
		return 0;
	while (!bits[*hint])
		++*hint;
	block = *hint * WORD_BITS + __builtin_ctzll(bits[*hint]);
	clear_bit(memory->free[order], block);
	memory->blocks[order]--;
	return block;
}

uint32_t flow_memory_take(struct flow_memory *memory, uint32_t count)
{
	unsigned order = __builtin_ctz(flow_memory_round(count));
	uint32_t block = 0, line;

	for (; order < FLOW_MEMORY_ORDERS && !block; order++)
		block = take_block(memory, order);
	if (!block)
		return 0;
	order--;
	line = block << order;
	free_lines(memory, line + count, (1u << order) - count);
	set_range(memory->fresh, line, count, true);
	return line;
}

void flow_memory_release(struct flow_memory *memory, uint32_t line, uint32_t count)
{
	if (get_bit(memory->fresh, line)) {
		set_range(memory->fresh, line, count, false);
		free_lines(memory, line, count);
	} else {
		set_range(memory->released, line, count, true);
	}
}

int flow_place_renew(struct flow_memory *memory, struct flow_place *place, uint32_t count)
{
	struct flow_place renewed = {0, count};

	if (count) {
		renewed.line = flow_memory_take(memory, count);
		if (!renewed.line)
			return -ENOSPC;
	}
	if (place->count)
		flow_memory_release(memory, place->line, place->count);
	*place = renewed;
	return 0;
}

void flow_memory_publish(struct flow_memory *memory)
{
	for (size_t i = 0; i < bitmap_words(memory->lines); i++) {
		memory->fresh[i] = 0;
		memory->unsettled[i] |= memory->released[i];
		memory->any_unsettled |= memory->released[i] != 0;
		memory->released[i] = 0;
	}
}

void flow_memory_settle(struct flow_memory *memory)
{
	if (!memory->any_unsettled)
		return;
	memory->any_unsettled = false;
	for (size_t i = 0; i < bitmap_words(memory->lines); i++) {
		uint64_t word = memory->unsettled[i];

		memory->unsettled[i] = 0;
		while (word) { /* run by run of ones */
			uint32_t first = __builtin_ctzll(word), count;

			count = word >> first == ~0ULL ? WORD_BITS
						       : __builtin_ctzll(~(word >> first));
			free_lines(memory, i * WORD_BITS + first, count);
			word &= ~(low_bits(count) << first);
		}
	}
}
