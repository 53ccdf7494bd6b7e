/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Some of the bits of a field, as actions and matches name them: "NXM_NX_REG0[0..3]".
 */
#ifndef XVS_FLOW_SUBFIELD_H
#define XVS_FLOW_SUBFIELD_H

#include <stdbool.h>
#include "db/error.h"
#include "switchd/flow_field.h"

struct flow_subfield {
	const struct flow_field *field;
	unsigned int from, bits; /* the lowest, and how many */
};

/*
 * Reads a field's name with "[]" (all bits), "[bit]" or "[first..last]" behind it, or nothing: all
 * bits. Returns what is behind; NULL with ovs-ofctl's kind of sentence, which begins with `whole`,
 * when it is none.
 */
const char *flow_subfield_parse(struct flow_subfield *part, const char *text, const char *whole,
				struct error *error);

/* A number for flow_subfield_place(), of up to 128 bits if it is hexadecimal, and nothing else. */
bool flow_subfield_number(const char *text, struct flow_value *number);

/* Makes of a number the field's value that has it in these bits, and 0 in the others. -EINVAL with
 * a sentence that begins with `whole` when it does not fit. */
int flow_subfield_place(const struct flow_subfield *part, struct flow_value number,
			const char *whole, struct flow_value *value, struct error *error);

#endif
