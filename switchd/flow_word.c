/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_word.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where the parenthesis that was opened just before `text` is closed, or the end. */
static char *find_closed(char *text)
{
	int depth = 1;

	for (; *text; text++) {
		depth += (*text == '(') - (*text == ')');
		if (!depth)
			break;
	}
	return text;
}

/* The end of a value that is not in parentheses as a whole. */
static char *find_end(char *text)
{
	while (*text && !strchr(FLOW_WORD_SEPARATORS, *text)) {
		if (*text == '(')
			text = find_closed(text + 1);
		if (*text)
			text++;
	}
	return text;
}

/* Ends the word at `end`, and steps over what ended it. */
static char *cut(char *end)
{
	if (*end)
		*end++ = '\0';
	return end;
}

bool flow_word_next(char **text, struct flow_word *word)
{
	char *at = *text + strspn(*text, FLOW_WORD_SEPARATORS);
	char *end;

	if (!*at)
		return false;
	end = at + strcspn(at, ":=(" FLOW_WORD_SEPARATORS);
	*word = (struct flow_word){.name = at, .value = end};
	if (*end && strchr(":=(", *end)) {
		word->delimiter = *end;
		word->value = cut(end);
		end = word->delimiter == '(' ? find_closed(word->value) : find_end(word->value);
		word->open = word->delimiter == '(' && !*end;
	}
	*text = cut(end);
	return true;
}

bool flow_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoull(text, &end, 0);
	return !errno && !*end && *number <= max;
}

void flow_duration_print(struct text *text, uint64_t ns)
{
	uint64_t ms = ns / 1000000;

	text_add(text, "%" PRIu64 ".%03us", ms / 1000, (unsigned int)(ms % 1000));
}
