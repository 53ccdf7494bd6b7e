/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow lines: whatever is taken must be printed as a line that is taken, too, and that means the
 * same. libFuzzer's entry point, which test_fuzz_flow calls as well.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_action.h"
#include "switchd/flow_text.h"

static const char *const names[] = {"", "p1", "p-2", "p.3"};

#define NAMES (sizeof(names) / sizeof(*names))

static int number_of(const struct flow_ports *ports, const char *name)
{
	(void)ports;
	for (size_t i = 1; i < NAMES; i++)
		if (!strcmp(name, names[i]))
			return (int)i;
	return -1;
}

static const char *name_of(const struct flow_ports *ports, uint16_t number)
{
	(void)ports;
	return number && number < NAMES ? names[number] : NULL;
}

static const struct flow_ports ports = {number_of, name_of, NULL};

static void fail(const char *why, const char *line, const char *printed)
{
	fprintf(stderr, "%s:\n%s\n%s\n", why, line, printed);
	abort();
}

static bool same_head(const struct flow *a, const struct flow *b)
{
	return a->table == b->table && a->priority == b->priority && a->cookie == b->cookie &&
	       a->idle_timeout == b->idle_timeout && a->hard_timeout == b->hard_timeout &&
	       a->importance == b->importance && a->flags == b->flags;
}

static void check_masked(const struct flow_match *match, const char *line)
{
	for (size_t i = 0; i < XVS_FLOW_WORDS; i++)
		if (match->value.word[i] & ~match->mask.word[i])
			fail("value outside of the mask", line, "");
}

static void check_match(const struct flow_match *match, const char *line)
{
	struct text text = TEXT_EMPTY;
	struct flow_match again;
	struct error error;

	check_masked(match, line);
	flow_match_print(&text, match, NULL);
	if (flow_match_parse(&again, text_string(&text), NULL, &error))
		fail(error.text, line, text_string(&text));
	if (!flow_match_equal(match, &again))
		fail("another match", line, text_string(&text));
	text_free(&text);
}

static void check_flow(const struct flow *flow, const char *line, const struct flow_style *style)
{
	struct text text = TEXT_EMPTY, second = TEXT_EMPTY;
	struct flow_mod again;
	struct error error;

	flow_print(&text, flow, NULL, style);
	if (flow_mod_parse(&again, text_string(&text), FLOW_ADD, false, &ports, &error))
		fail(error.text, line, text_string(&text));
	flow_print(&second, &again.flow, NULL, style);
	if (again.normalised || !same_head(flow, &again.flow) ||
	    !flow_match_equal(&flow->match, &again.flow.match))
		fail("another flow", line, text_string(&text));
	if (strcmp(text_string(&text), text_string(&second)))
		fail(text_string(&second), line, text_string(&text));
	flow_clear(&again.flow);
	text_free(&second);
	text_free(&text);
}

static void check_line(const char *line, enum flow_verb verb)
{
	struct flow_style style = {.ports = &ports};
	struct flow_mod mod;
	struct error error = {""};

	if (flow_mod_parse(&mod, line, verb, verb == FLOW_ADD, &ports, &error)) {
		if (!*error.text)
			fail("refused without a sentence", line, "");
		return;
	}
	check_match(&mod.flow.match, line);
	for (; mod.verb == FLOW_ADD && style.words <= FLOW_WORDS_SAID; style.words++) {
		style.names = !style.names;
		check_flow(&mod.flow, line, &style);
	}
	flow_clear(&mod.flow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);

	if (!line)
		return 0;
	if (size)
		memcpy(line, data, size);
	line[size] = '\0';
	check_line(line, FLOW_ADD);
	check_line(line, FLOW_DELETE_STRICT);
	free(line);
	return 0;
}
