/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges of the bits of a field's value; bit 0 is the least significant one. */
#ifndef XVS_FLOW_BITS_H
#define XVS_FLOW_BITS_H

#include <stdint.h>
#include "switchd/flow_field.h"

#define FLOW_BITS_MAX 128

/* The lowest n bits, n at most 64. */
static inline uint64_t flow_bits_low(unsigned int n)
{
	return n ? ~0ULL >> (64 - n) : 0;
}

/* n bits (at most 64) from bit `from` on. */
static inline uint64_t flow_bits_get(struct flow_value value, unsigned int from, unsigned int n)
{
	uint64_t bits = from < 64 ? value.lo >> from : value.hi >> (from - 64);

	if (from && from < 64)
		bits |= value.hi << (64 - from);
	return bits & flow_bits_low(n);
}

/* Puts `bits` into n bits (at most 64) from bit `from` on, which are 0 before. */
static inline void flow_bits_put(struct flow_value *value, unsigned int from, unsigned int n,
				 uint64_t bits)
{
	bits &= flow_bits_low(n);
	if (from >= 64) {
		value->hi |= bits << (from - 64);
		return;
	}
	value->lo |= bits << from;
	if (from)
		value->hi |= bits >> (64 - from);
}

/* n bits from bit `from` on, all 1; n may be up to 128. */
static inline struct flow_value flow_bits_range(unsigned int from, unsigned int n)
{
	struct flow_value value = {0, 0};
	unsigned int first = n < 64 ? n : 64;

	flow_bits_put(&value, from, first, ~0ULL);
	if (n > first)
		flow_bits_put(&value, from + first, n - first, ~0ULL);
	return value;
}

#endif
