/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of flows', groups' and meters' texts: names with or without a value, as in
 * "output:1,clone(strip_vlan,output:2) drop".
 */
#ifndef XVS_FLOW_WORD_H
#define XVS_FLOW_WORD_H

#include <stdbool.h>
#include <stdint.h>
#include "db/text.h"

#define FLOW_WORD_SEPARATORS ", \t\r\n"

struct flow_word {
	const char *name;
	char *value;    /* "" where there is none */
	char delimiter; /* what stood between them: ':', '=' or '('; 0 where there is no value */
	bool open;      /* a parenthesis is not closed */
};

/*
 * Takes the next word off *text, which is written into: false when there is none. Words are
 * separated by commas and white space, but for those within parentheses.
 */
bool flow_word_next(char **text, struct flow_word *word);

/* A decimal, hexadecimal (0x) or octal (0) number of at most `max`, and nothing else. */
bool flow_number(const char *text, uint64_t max, uint64_t *number);

/* Seconds and thousandths: "12.345s". */
void flow_duration_print(struct text *text, uint64_t ns);

#endif
