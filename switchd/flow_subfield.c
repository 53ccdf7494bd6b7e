/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_subfield.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "switchd/flow_action.h"
#include "switchd/flow_bits.h"
#include "switchd/flow_word.h"

/* "[]", "[bit]" or "[first..last]". */
static const char *parse_range(struct flow_subfield *part, const char *text, const char *whole,
			       struct error *error)
{
	unsigned int first, last, width = flow_action_bits(part->field);
	int length = 0;

	if (!strncmp(text, "[]", 2)) {
		part->from = 0;
		part->bits = width;
		return text + 2;
	}
	if (sscanf(text, "[%3u..%3u]%n", &first, &last, &length) == 2 && length > 0) {
		text += length;
	} else if (sscanf(text, "[%3u]%n", &first, &length) == 1 && length > 0) {
		last = first;
		text += length;
	} else {
		error_set(error, -EINVAL,
			  "%s: syntax error expecting [] or [<bit>] or [<start>..<end>]", whole);
		return NULL;
	}
	part->from = first;
	part->bits = last - first + 1;
	if (first > last)
		error_set(error, -EINVAL, "%s: starting bit %u is after ending bit %u", whole,
			  first, last);
	else if (first >= width || last >= width)
		error_set(error, -EINVAL,
			  "%s: %s bit %u is not valid because field is only %u bits wide", whole,
			  first >= width ? "starting" : "ending", first >= width ? first : last,
			  width);
	else
		return text;
	return NULL;
}

const char *flow_subfield_parse(struct flow_subfield *part, const char *text, const char *whole,
				struct error *error)
{
	size_t length = strcspn(text, "[-");

	part->field = flow_field_find(text, length);
	if (!part->field || (!part->field->nxm && !part->field->oxm)) {
		error_set(error, -EINVAL, "%s: unknown field `%.*s'", whole, (int)length, text);
		return NULL;
	}
	if (text[length] == '[')
		return parse_range(part, text + length, whole, error);
	part->from = 0;
	part->bits = flow_action_bits(part->field);
	return text + length;
}

bool flow_subfield_number(const char *text, struct flow_value *number)
{
	size_t n;

	*number = (struct flow_value){0, 0};
	if (flow_number(text, UINT64_MAX, &number->lo))
		return true;
	if (strncasecmp(text, "0x", 2))
		return false;
	text += 2;
	n = strspn(text, "0123456789abcdefABCDEF");
	if (!n || n > FLOW_BITS_MAX / 4 || text[n])
		return false;
	*number = (struct flow_value){0, 0};
	for (; *text; text++) {
		int digit = isdigit((unsigned char)*text)
				    ? *text - '0'
				    : tolower((unsigned char)*text) - 'a' + 10;

		number->hi = number->hi << 4 | number->lo >> 60;
		number->lo = number->lo << 4 | (unsigned int)digit;
	}
	return true;
}

static int check_fits(const struct flow_subfield *part, struct flow_value number, const char *whole,
		      struct error *error)
{
	struct flow_value fits = flow_bits_range(0, part->bits);

	if (!(number.lo & ~fits.lo) && !(number.hi & ~fits.hi))
		return 0;
	if (part->field->format == FLOW_DECIMAL)
		return error_set(error, -EINVAL, "%s: value %" PRIu64 " does not fit into %u bits",
				 whole, number.lo, part->bits);
	return error_set(error, -EINVAL, "%s: value %#" PRIx64 " does not fit into %u bits", whole,
			 number.lo, part->bits);
}

int flow_subfield_place(const struct flow_subfield *part, struct flow_value number,
			const char *whole, struct flow_value *value, struct error *error)
{
	unsigned int first = part->bits < 64 ? part->bits : 64;
	int err = check_fits(part, number, whole, error);

	*value = (struct flow_value){0, 0};
	if (err)
		return err;
	flow_bits_put(value, part->from, first, number.lo);
	if (part->bits > first)
		flow_bits_put(value, part->from + first, part->bits - first, number.hi);
	return 0;
}
