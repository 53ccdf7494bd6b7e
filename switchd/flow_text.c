/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "switchd/flow_action.h"
#include "switchd/flow_port.h"
#include "switchd/flow_word.h"

#define SEPARATORS     ", \t\r\n"
#define GROUP_ALL      0xfffffffcu
#define GROUP_ANY      UINT32_MAX

#define VERBS_WRITE    (1 << FLOW_ADD | 1 << FLOW_MODIFY | 1 << FLOW_MODIFY_STRICT)
#define VERBS_SELECT   (1 << FLOW_DELETE | 1 << FLOW_DELETE_STRICT | 1 << FLOW_SHOW)
#define VERBS_PRIORITY (VERBS_WRITE | 1 << FLOW_DELETE_STRICT)
#define VERBS_ALL      (VERBS_WRITE | VERBS_SELECT)

struct reader {
	struct flow_mod *mod;
	const struct flow_ports *ports;
	struct error *error;
};

/* What a word is: for which verbs it is one, and how its value is read; NULL: it has no meaning
 * here. Flags may be without a value. */
struct keyword;
typedef int read_fn(const struct reader *reader, const struct keyword *keyword, const char *value);

struct keyword {
	const char *name;
	unsigned verbs;
	read_fn *read;
	size_t offset; /* of a number of 16 bits in struct flow */
	uint16_t flag;
};

static int read_number(const struct reader *reader, const struct keyword *keyword,
		       const char *value)
{
	uint16_t *number = (void *)((char *)&reader->mod->flow + keyword->offset);
	uint64_t read;

	if (!flow_number(value, UINT16_MAX, &read))
		return error_set(reader->error, -EINVAL, "invalid %s \"%s\"", keyword->name, value);
	*number = (uint16_t)read;
	return 0;
}

static int read_flag(const struct reader *reader, const struct keyword *keyword, const char *value)
{
	(void)value;
	reader->mod->flow.flags |= keyword->flag;
	return 0;
}

static int read_table(const struct reader *reader, const struct keyword *keyword, const char *value)
{
	unsigned long table;
	char *end;

	(void)keyword;
	table = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || table > FLOW_TABLE_ALL)
		return error_set(reader->error, -EINVAL, "unknown table \"%s\"", value);
	if (table >= XVS_FLOW_TABLES && table != FLOW_TABLE_ALL)
		return error_set(reader->error, -EINVAL, "unknown table \"%s\": tables are 0 to %d",
				 value, XVS_FLOW_TABLES - 1);
	reader->mod->flow.table = (uint8_t)table;
	return 0;
}

static int read_cookie_number(const struct reader *reader, const char *text, const char *end,
			      uint64_t *number)
{
	char *stopped;

	if (text == end)
		return error_set(reader->error, -EINVAL, "missing required numeric argument");
	errno = 0;
	*number = strtoull(text, &stopped, 0);
	if (errno || stopped != end)
		return error_set(reader->error, -EINVAL, "invalid numeric format %.*s",
				 (int)(end - text), text);
	return 0;
}

/* With a mask, it says which flows are meant; without, what theirs becomes. */
static int read_cookie(const struct reader *reader, const struct keyword *keyword,
		       const char *value)
{
	struct flow_mod *mod = reader->mod;
	const char *slash = strchrnul(value, '/');
	uint64_t cookie, mask;
	int err;

	(void)keyword;
	err = read_cookie_number(reader, value, slash, &cookie);
	if (err)
		return err;
	if (!*slash) {
		if (1u << mod->verb & VERBS_SELECT)
			return error_set(reader->error, -EINVAL,
					 "cannot set cookie (to match on a cookie, specify a mask, "
					 "e.g. cookie=%s/-1)",
					 value);
		mod->sets_cookie = true;
		mod->new_cookie = cookie;
		return 0;
	}
	if (mod->verb == FLOW_ADD)
		return error_set(reader->error, -EINVAL, "flow additions cannot use a cookie mask");
	err = read_cookie_number(reader, slash + 1, slash + strlen(slash), &mask);
	if (err)
		return err;
	mod->flow.cookie = cookie & mask;
	mod->cookie_mask = mask;
	return 0;
}

static int read_out_port(const struct reader *reader, const struct keyword *keyword,
			 const char *value)
{
	(void)keyword;
	if (!flow_port_parse(value, reader->ports, &reader->mod->out_port))
		return error_set(reader->error, -EINVAL, "%s is not a valid OpenFlow port", value);
	return 0;
}

static int read_out_group(const struct reader *reader, const struct keyword *keyword,
			  const char *value)
{
	unsigned long group;
	char *end;

	(void)keyword;
	group = strtoul(value, &end, 10);
	if (!strcasecmp(value, "any"))
		group = GROUP_ANY;
	else if (!strcasecmp(value, "all"))
		group = GROUP_ALL;
	else if (!isdigit((unsigned char)*value) || *end || group > UINT32_MAX)
		return error_set(reader->error, -EINVAL, "%s is not a valid OpenFlow group", value);
	reader->mod->out_group = (uint32_t)group;
	return 0;
}

#define NUMBER(name, verbs)                                                                        \
	{                                                                                          \
#name, verbs, read_number, offsetof(struct flow, name), 0                          \
	}
#define FLAG(name, bit)                                                                            \
	{                                                                                          \
		name, VERBS_WRITE, read_flag, 0, bit                                               \
	}
#define OTHER(name, verbs, read)                                                                   \
	{                                                                                          \
		name, verbs, read, 0, 0                                                            \
	}

static const struct keyword keywords[] = {
	NUMBER(priority, VERBS_PRIORITY),
	OTHER("table", VERBS_ALL, read_table),
	OTHER("cookie", VERBS_ALL, read_cookie),
	NUMBER(idle_timeout, VERBS_WRITE),
	NUMBER(hard_timeout, VERBS_WRITE),
	NUMBER(importance, 1 << FLOW_ADD),
	OTHER("out_port", VERBS_SELECT, read_out_port),
	OTHER("out_group", VERBS_SELECT, read_out_group),
	FLAG("send_flow_rem", FLOW_SEND_FLOW_REM),
	FLAG("check_overlap", FLOW_CHECK_OVERLAP),
	FLAG("reset_counts", FLOW_RESET_COUNTS),
	FLAG("no_packet_counts", FLOW_NO_PACKET_COUNTS),
	FLAG("no_byte_counts", FLOW_NO_BYTE_COUNTS),
	FLAG("no_readonly_table", 0),
	FLAG("allow_hidden_fields", 0),
	/* What dump-flows prints can be read, all of it. */
	OTHER("duration", VERBS_ALL, NULL),
	OTHER("n_packets", VERBS_ALL, NULL),
	OTHER("n_bytes", VERBS_ALL, NULL),
	OTHER("idle_age", VERBS_ALL, NULL),
	OTHER("hard_age", VERBS_ALL, NULL),
};

static const struct keyword *find_keyword(const char *name, enum flow_verb verb)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (!strcmp(name, keywords[i].name))
			return keywords[i].verbs & 1u << verb ? &keywords[i] : NULL;
	return NULL;
}

static int read_word(const struct reader *reader, const struct flow_word *word)
{
	const struct keyword *keyword = find_keyword(word->name, reader->mod->verb);
	int added;

	if (keyword && (*word->value || keyword->read == read_flag))
		return keyword->read ? keyword->read(reader, keyword, word->value) : 0;
	added = flow_match_add(&reader->mod->flow.match, word->name, word->value, reader->ports,
			       reader->error);
	if (added)
		return added < 0 ? added : 0;
	if (!*word->value)
		return error_set(reader->error, -EINVAL, "field %s missing value", word->name);
	return error_set(reader->error, -EINVAL, "unknown keyword %s", word->name);
}

/* What stands behind "actions=" or "action=" if `text` begins with it, else NULL. */
static char *behind_actions(char *text)
{
	if (strncmp(text, "action", 6))
		return NULL;
	text += 6;
	text += *text == 's';
	text += strspn(text, " \t");
	return *text == '=' ? text + 1 : NULL;
}

/* Reads words up to the actions, which take the rest of the line; NULL where there are none. */
static int read_words(const struct reader *reader, char *text, char **actions)
{
	bool has_actions = 1u << reader->mod->verb & VERBS_WRITE;
	struct flow_word word;
	int err;

	*actions = NULL;
	for (;;) {
		text += strspn(text, SEPARATORS);
		if (has_actions)
			*actions = behind_actions(text);
		if (*actions || !flow_word_next(&text, &word))
			return 0;
		if (has_actions && (!strcmp(word.name, "actions") || !strcmp(word.name, "action")))
			return 0;
		err = read_word(reader, &word);
		if (err)
			return err;
	}
}

/* The verb that the line begins with, if any, and `*text` behind it. */
static enum flow_verb read_verb(const char **text, enum flow_verb verb)
{
	static const char *const verbs[] = {
		[FLOW_ADD] = "add",
		[FLOW_MODIFY] = "modify",
		[FLOW_MODIFY_STRICT] = "modify_strict",
		[FLOW_DELETE] = "delete",
		[FLOW_DELETE_STRICT] = "delete_strict",
	};
	const char *word = *text + strspn(*text, " \t\r\n");
	size_t length = strcspn(word, SEPARATORS);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strncmp(word, verbs[i], length) && !verbs[i][length]) {
			*text = word + length;
			return (enum flow_verb)i;
		}
	return verb;
}

static void settle_cookie(struct flow_mod *mod)
{
	if (mod->sets_cookie && !mod->cookie_mask)
		mod->flow.cookie = mod->new_cookie;
}

static int read_line(const struct reader *reader, char *line)
{
	struct flow_mod *mod = reader->mod;
	struct flow *flow = &mod->flow;
	char *actions;
	int err = read_words(reader, line, &actions);

	if (err)
		return err;
	settle_cookie(mod);
	if (mod->verb == FLOW_ADD && flow->table == FLOW_TABLE_ALL)
		flow->table = 0;
	mod->said = flow->match;
	mod->normalised = flow_match_normalise(&flow->match);
	if (!(1u << mod->verb & VERBS_WRITE))
		return 0;
	if (!actions)
		return error_set(reader->error, -EINVAL, "must specify an action");
	return flow_actions_parse(actions, &mod->said, flow->table, reader->ports, &flow->actions,
				  reader->error);
}

int flow_mod_parse(struct flow_mod *mod, const char *text, enum flow_verb verb, bool any_verb,
		   const struct flow_ports *ports, struct error *error)
{
	const struct reader reader = {mod, ports, error};
	char *line;
	int err;

	*mod = (struct flow_mod){
		.verb = any_verb ? read_verb(&text, verb) : verb,
		.flow = {.table = FLOW_TABLE_ALL, .priority = FLOW_PRIORITY_DEFAULT},
		.out_port = XVS_OFPP_NONE,
		.out_group = GROUP_ANY,
	};
	line = strdup(text);
	if (!line)
		return error_set(error, -ENOMEM, "out of memory");
	err = read_line(&reader, line);
	free(line);
	return err;
}

/* Seconds, without zeros at the end. */
static void print_duration(struct text *text, uint64_t ns)
{
	unsigned rest = (unsigned)(ns % 1000000000);
	int digits = 9;

	text_add(text, "duration=%" PRIu64, ns / 1000000000);
	while (rest && rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	if (rest)
		text_add(text, ".%0*u", digits, rest);
	text_add(text, "s, ");
}

static void print_flags(struct text *text, uint16_t flags)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (flags & keywords[i].flag)
			text_add(text, "%s ", keywords[i].name);
}

static void print_head(struct text *text, const struct flow *flow, const struct flow_stats *stats)
{
	if (stats || flow->cookie)
		text_add(text, "cookie=0x%" PRIx64 ", ", flow->cookie);
	if (stats)
		print_duration(text, stats->duration_ns);
	if (stats || flow->table)
		text_add(text, "table=%u, ", flow->table);
	if (stats)
		text_add(text, "n_packets=%" PRIu64 ", n_bytes=%" PRIu64 ", ", stats->packets,
			 stats->bytes);
	if (flow->idle_timeout)
		text_add(text, "idle_timeout=%u, ", flow->idle_timeout);
	if (flow->hard_timeout)
		text_add(text, "hard_timeout=%u, ", flow->hard_timeout);
	print_flags(text, flow->flags);
	if (flow->importance)
		text_add(text, "importance=%u, ", flow->importance);
}

/* A flow that was not changed is as old as its last change, which goes without saying. */
static void print_ages(struct text *text, const struct flow_stats *stats)
{
	text_add(text, "idle_age=%u, ", stats->idle_age);
	if (stats->hard_age != stats->duration_ns / 1000000000)
		text_add(text, "hard_age=%u, ", stats->hard_age);
}

void flow_print(struct text *text, const struct flow *flow, const struct flow_stats *stats,
		const struct flow_style *style)
{
	const struct flow_ports *ports = style->names ? style->ports : NULL;
	size_t before;

	if (style->no_stats)
		stats = NULL;
	text_add(text, " ");
	print_head(text, flow, stats);
	if (stats && style->ages)
		print_ages(text, stats);
	before = text->length;
	if (flow->priority != FLOW_PRIORITY_DEFAULT)
		text_add(text, "priority=%u%s", flow->priority,
			 flow_match_is_any(&flow->match) ? "" : ",");
	flow_match_print(text, &flow->match, ports);
	text_add(text, "%sactions=", text->length > before ? " " : "");
	flow_actions_print(text, flow->actions, ports, style->words);
}
