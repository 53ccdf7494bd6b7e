/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_group.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_port.h"
#include "switchd/flow_word.h"

static const struct {
	const char *name;
	enum flow_group_type type;
} types[] = {
	{"all", FLOW_GROUP_ALL},           {"select", FLOW_GROUP_SELECT},
	{"indirect", FLOW_GROUP_INDIRECT}, {"ff", FLOW_GROUP_FF},
	{"fast_failover", FLOW_GROUP_FF},
};

#define N_TYPES        (sizeof(types) / sizeof(types[0]))

#define BUCKET_ID_NONE 0xffffffffu

struct parser {
	struct flow_group *group;
	const struct flow_ports *ports;
	bool has_id, has_type;
	struct error *error;
};

void flow_group_clear(struct flow_group *group)
{
	for (size_t i = 0; i < group->n_buckets; i++)
		flow_actions_free(group->buckets[i].actions);
	free(group->buckets);
	*group = (struct flow_group){0};
}

static int parse_number(const struct parser *parser, const char *text, uint32_t *number)
{
	uint64_t value;

	if (!flow_number(text, UINT32_MAX, &value))
		return error_set(parser->error, -EINVAL, "invalid numeric format %s", text);
	*number = (uint32_t)value;
	return 0;
}

static int parse_bucket_id(const struct parser *parser, const char *text,
			   struct flow_bucket *bucket)
{
	int err = parse_number(parser, text, &bucket->bucket_id);

	if (!err && bucket->bucket_id > FLOW_GROUP_BUCKET_ID_MAX)
		err = error_set(parser->error, -EINVAL, "invalid bucket id %s", text);
	return err;
}

static int parse_weight(const struct parser *parser, const char *text, struct flow_bucket *bucket)
{
	uint64_t weight;

	if (!flow_number(text, UINT16_MAX, &weight))
		return error_set(parser->error, -EINVAL, "invalid weight \"%s\"", text);
	if (parser->group->type != FLOW_GROUP_SELECT)
		return error_set(parser->error, -EINVAL,
				 "Only select groups can have bucket weights.");
	bucket->weight = (uint16_t)weight;
	return 0;
}

static int parse_watch_port(const struct parser *parser, const char *text,
			    struct flow_bucket *bucket)
{
	if (!flow_port_parse(text, parser->ports, &bucket->watch_port))
		return error_set(parser->error, -EINVAL, "%s: invalid watch_port", text);
	return 0;
}

/* Words of a bucket that are none of an action. *is_own tells whether this is one. */
static int parse_bucket_word(const struct parser *parser, struct flow_bucket *bucket,
			     const struct flow_word *word, bool *is_own)
{
	*is_own = true;
	if (!strcasecmp(word->name, "weight"))
		return parse_weight(parser, word->value, bucket);
	if (!strcasecmp(word->name, "watch_port"))
		return parse_watch_port(parser, word->value, bucket);
	if (!strcasecmp(word->name, "watch_group"))
		return parse_number(parser, word->value, &bucket->watch_group);
	if (!strcasecmp(word->name, "bucket_id"))
		return parse_bucket_id(parser, word->value, bucket);
	*is_own = false;
	return 0;
}

static void add_word(struct text *text, const struct flow_word *word)
{
	char delimiter[2] = {word->delimiter, '\0'};

	text_add(text, ",%s%s%s%s", word->name, delimiter, word->value,
		 word->delimiter == '(' && !word->open ? ")" : "");
}

/* Takes the bucket's own words, and leaves the actions in `actions`. */
static int split_bucket(const struct parser *parser, struct flow_bucket *bucket, char *text,
			struct text *actions)
{
	struct flow_word word;
	bool is_own;
	int err = 0;

	while (!err && flow_word_next(&text, &word)) {
		if (!strcasecmp(word.name, "actions") || !strcasecmp(word.name, "action")) {
			/* The first action stands right behind it. */
			text_add(actions, ",%s", word.value);
			continue;
		}
		err = parse_bucket_word(parser, bucket, &word, &is_own);
		if (!err && !is_own)
			add_word(actions, &word);
	}
	return err;
}

static int check_watch(const struct parser *parser, const struct flow_bucket *bucket)
{
	bool watches =
		bucket->watch_port != XVS_OFPP_NONE || bucket->watch_group != FLOW_GROUP_NONE;

	switch (parser->group->type) {
	case FLOW_GROUP_FF:
		if (!watches)
			return error_set(parser->error, -EINVAL,
					 "fast failover bucket requires watch_port or watch_group");
		return 0;
	case FLOW_GROUP_SELECT:
		return 0;
	default:
		if (watches)
			return error_set(parser->error, -EINVAL,
					 "watch_port and watch_group are of select and ff groups "
					 "only (OFPGMFC_WATCH_UNSUPPORTED)");
		return 0;
	}
}

static int parse_bucket(const struct parser *parser, struct flow_bucket *bucket, char *text)
{
	struct text actions = TEXT_EMPTY;
	int err;

	if (!*text)
		return error_set(parser->error, -EINVAL, "bucket must specify actions");
	err = split_bucket(parser, bucket, text, &actions);
	if (!err)
		err = check_watch(parser, bucket);
	if (!err && !text_string(&actions)[strspn(text_string(&actions), ",")])
		err = error_set(parser->error, -EINVAL, "bucket must specify actions");
	if (!err)
		err = flow_actions_parse(text_string(&actions), NULL, 0, parser->ports,
					 &bucket->actions, parser->error);
	text_free(&actions);
	return err;
}

static int add_bucket(struct parser *parser, char *text)
{
	struct flow_group *group = parser->group;
	struct flow_bucket *bucket;

	if (group->n_buckets == FLOW_GROUP_BUCKETS_MAX)
		return error_set(parser->error, -EINVAL, "more than %d buckets",
				 FLOW_GROUP_BUCKETS_MAX);
	if (group->type == FLOW_GROUP_INDIRECT && group->n_buckets)
		return error_set(parser->error, -EINVAL,
				 "Indirect groups can have at most one bucket.");
	bucket = reallocarray(group->buckets, group->n_buckets + 1, sizeof(*bucket));
	if (!bucket)
		return error_set(parser->error, -ENOMEM, "out of memory");
	group->buckets = bucket;
	bucket += group->n_buckets;
	*bucket = (struct flow_bucket){
		.weight = group->type == FLOW_GROUP_SELECT,
		.watch_port = XVS_OFPP_NONE,
		.watch_group = FLOW_GROUP_NONE,
		.bucket_id = BUCKET_ID_NONE,
	};
	group->n_buckets++;
	return parse_bucket(parser, bucket, text);
}

static int parse_type(struct parser *parser, const char *text)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		if (!strcmp(text, types[i].name)) {
			parser->group->type = types[i].type;
			parser->has_type = true;
			return 0;
		}
	}
	return error_set(parser->error, -EINVAL, "invalid group type %s", text);
}

static int parse_id(struct parser *parser, const char *text)
{
	int err = parse_number(parser, text, &parser->group->id);

	if (!err && parser->group->id > FLOW_GROUP_MAX)
		err = error_set(parser->error, -EINVAL, "invalid group id %s", text);
	parser->has_id = true;
	return err;
}

/* The data path knows one hash of a flow, and that is what all of these get. */
static int parse_method(struct parser *parser, const struct flow_word *word)
{
	static const char *const methods[] = {"dp_hash", "hash"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(word->value, methods[i])) {
			parser->group->method = methods[i];
			return 0;
		}
	}
	return error_set(parser->error, -EINVAL, "ntr selection method '%s' is not supported",
			 word->value);
}

static int parse_word(struct parser *parser, const struct flow_word *word)
{
	if (!strcmp(word->name, "group_id"))
		return parse_id(parser, word->value);
	if (!strcmp(word->name, "type"))
		return parse_type(parser, word->value);
	if (!strcmp(word->name, "selection_method"))
		return parse_method(parser, word);
	if (!strcmp(word->name, "selection_method_param") || !strcmp(word->name, "fields"))
		return error_set(parser->error, -EINVAL,
				 "%s is not supported: buckets are selected by the whole flow",
				 word->name);
	if (!strcmp(word->name, "command_bucket_id"))
		return error_set(parser->error, -EINVAL, "command bucket id is not needed");
	return error_set(parser->error, -EINVAL, "unknown keyword %s", word->name);
}

/* Buckets without a number get 0, 1 and so on, whatever numbers the others have. */
static int number_buckets(const struct parser *parser)
{
	struct flow_group *group = parser->group;
	uint32_t next = 0;

	for (size_t i = 0; i < group->n_buckets; i++)
		if (group->buckets[i].bucket_id == BUCKET_ID_NONE)
			group->buckets[i].bucket_id = next++;
	for (size_t i = 0; i < group->n_buckets; i++)
		for (size_t j = 0; j < i; j++)
			if (group->buckets[i].bucket_id == group->buckets[j].bucket_id)
				return error_set(parser->error, -EINVAL,
						 "Duplicate bucket id %" PRIu32
						 " (OFPGMFC_BAD_BUCKET)",
						 group->buckets[i].bucket_id);
	return 0;
}

/* Where the next bucket begins, NULL: there is none. Ends what is before it. */
static char *cut_bucket(char *text)
{
	char *bucket = strstr(text, "bucket=");

	while (bucket && bucket > text && !strchr(FLOW_WORD_SEPARATORS, bucket[-1]))
		bucket = strstr(bucket + 1, "bucket=");
	if (!bucket)
		return NULL;
	*bucket = '\0';
	return bucket + strlen("bucket=");
}

/* What is in front of the buckets. */
static int parse_head(struct parser *parser, char *text)
{
	struct flow_word word;
	int err = 0;

	while (!err && flow_word_next(&text, &word))
		err = parse_word(parser, &word);
	if (!err && !parser->has_type)
		err = error_set(parser->error, -EINVAL, "must specify a type");
	if (!err && !parser->has_id)
		err = error_set(parser->error, -EINVAL, "must specify a group_id");
	return err;
}

static int parse_group(struct parser *parser, char *text)
{
	char *bucket = cut_bucket(text);
	int err = parse_head(parser, text);

	while (!err && bucket) {
		char *next = cut_bucket(bucket);

		err = add_bucket(parser, bucket);
		bucket = next;
	}
	if (!err && parser->group->type == FLOW_GROUP_INDIRECT && !parser->group->n_buckets)
		err = error_set(parser->error, -EINVAL,
				"an indirect group must have a bucket (OFPGMFC_INVALID_GROUP)");
	return err ? err : number_buckets(parser);
}

int flow_group_parse(struct flow_group *group, const char *text, const struct flow_ports *ports,
		     struct error *error)
{
	struct parser parser = {.group = group, .ports = ports, .error = error};
	char *copy = strdup(text);
	int err;

	*group = (struct flow_group){0};
	if (!copy)
		return error_set(error, -ENOMEM, "out of memory");
	err = parse_group(&parser, copy);
	free(copy);
	if (err)
		flow_group_clear(group);
	return err;
}

static void print_bucket(struct text *text, const struct flow_group *group,
			 const struct flow_bucket *bucket, const struct flow_ports *ports,
			 enum flow_words words)
{
	text_add(text, ",bucket=bucket_id:%" PRIu32, bucket->bucket_id);
	if (group->type == FLOW_GROUP_SELECT && bucket->weight != 1)
		text_add(text, ",weight:%u", bucket->weight);
	if (bucket->watch_port != XVS_OFPP_NONE) {
		text_add(text, ",watch_port:");
		flow_port_print(text, ports, bucket->watch_port);
	}
	if (bucket->watch_group != FLOW_GROUP_NONE)
		text_add(text, ",watch_group:%" PRIu32, bucket->watch_group);
	text_add(text, ",actions=");
	flow_actions_print(text, bucket->actions, ports, words);
}

/* The first of its names. */
const char *flow_group_type_name(enum flow_group_type type)
{
	size_t i = 0;

	while (types[i].type != type)
		i++;
	return types[i].name;
}

void flow_group_print(struct text *text, const struct flow_group *group,
		      const struct flow_ports *ports, enum flow_words words)
{
	text_add(text, "group_id=%" PRIu32 ",type=%s", group->id,
		 flow_group_type_name(group->type));
	if (group->method)
		text_add(text, ",selection_method=%s", group->method);
	for (size_t i = 0; i < group->n_buckets; i++)
		print_bucket(text, group, &group->buckets[i], ports, words);
}

static void print_count(struct text *text, const struct flow_group_count *count)
{
	text_add(text, "packet_count=%" PRIu64 ",byte_count=%" PRIu64, count->packets,
		 count->bytes);
}

void flow_group_print_stats(struct text *text, const struct flow_group *group,
			    const struct flow_group_stats *stats)
{
	text_add(text, "group_id=%" PRIu32 ",duration=", group->id);
	flow_duration_print(text, stats->duration_ns);
	text_add(text, ",ref_count=%" PRIu32 ",", stats->references);
	print_count(text, &stats->all);
	for (size_t i = 0; i < group->n_buckets; i++) {
		text_add(text, ",bucket%zu:", i);
		print_count(text, &stats->buckets[i]);
	}
}
