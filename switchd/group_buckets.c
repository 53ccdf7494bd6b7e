// SPDX-License-Identifier: BSD-2-Clause
#include "switchd/group_buckets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_word.h"

struct parser {
	struct group_buckets *buckets;
	bool insert, has_group, has_where;
	struct error *error;
};

static int parse_number(const struct parser *parser, const char *text, uint32_t *number)
{
	uint64_t value;

	if (!flow_number(text, UINT32_MAX, &value))
		return error_set(parser->error, -EINVAL, "invalid numeric format %s", text);
	*number = (uint32_t)value;
	return 0;
}

static int parse_where(struct parser *parser, const char *text)
{
	uint32_t *where = &parser->buckets->where;
	int err = 0;

	parser->has_where = true;
	if (!strcmp(text, "all"))
		*where = GROUP_BUCKETS_ALL;
	else if (!strcmp(text, "first"))
		*where = GROUP_BUCKETS_FIRST;
	else if (!strcmp(text, "last"))
		*where = GROUP_BUCKETS_LAST;
	else if ((err = parse_number(parser, text, where)) == 0 &&
		 *where > FLOW_GROUP_BUCKET_ID_MAX)
		err = error_set(parser->error, -EINVAL, "invalid command bucket id %" PRIu32,
				*where);
	if (!err && parser->insert && *where == GROUP_BUCKETS_ALL)
		err = error_set(parser->error, -EINVAL, "command_bucket_id=all is not permitted");
	return err;
}

static int parse_word(struct parser *parser, const struct flow_word *word)
{
	if (!strcmp(word->name, "command_bucket_id"))
		return parse_where(parser, word->value);
	if (!strcmp(word->name, "group_id")) {
		parser->has_group = true;
		return parse_number(parser, word->value, &parser->buckets->group);
	}
	if (!strcmp(word->name, "type") || !strcmp(word->name, "bucket") ||
	    !strcmp(word->name, "selection_method"))
		return error_set(parser->error, -EINVAL, "%s is not needed", word->name);
	return error_set(parser->error, -EINVAL, "unknown keyword %s", word->name);
}

static int parse_head(struct parser *parser, char *text)
{
	struct flow_word word;
	int err = 0;

	while (!err && flow_word_next(&text, &word))
		err = parse_word(parser, &word);
	if (!err && !parser->has_group)
		err = error_set(parser->error, -EINVAL, "must specify a group_id");
	if (!err && parser->insert && !parser->has_where)
		err = error_set(parser->error, -EINVAL, "must specify a command bucket id");
	if (!err && parser->insert && !*parser->buckets->buckets)
		err = error_set(parser->error, -EINVAL, "must specify a bucket");
	return err;
}

int group_buckets_parse(struct group_buckets *buckets, const char *text, bool insert,
			struct error *error)
{
	struct parser parser = {.buckets = buckets, .insert = insert, .error = error};
	const char *found = insert ? strstr(text, "bucket=") : NULL;
	size_t length = found ? (size_t)(found - text) : strlen(text);
	char *head = strndup(text, length);
	int err;

	*buckets = (struct group_buckets){.where = GROUP_BUCKETS_ALL, .buckets = text + length};
	if (!head)
		return error_set(error, -ENOMEM, "out of memory");
	err = parse_head(&parser, head);
	free(head);
	return err;
}

/* The place of the bucket that is meant, n_buckets: there is none. */
static size_t find(const struct flow_group *group, uint32_t where)
{
	size_t i = 0;

	if (where == GROUP_BUCKETS_FIRST)
		return 0;
	if (where == GROUP_BUCKETS_LAST)
		return group->n_buckets ? group->n_buckets - 1 : 0;
	while (i < group->n_buckets && group->buckets[i].bucket_id != where)
		i++;
	return i;
}

static int error_unknown(const struct flow_group *group, uint32_t bucket, struct error *error)
{
	return error_set(error, -ENOENT,
			 "group %" PRIu32 " has no bucket %" PRIu32 " (OFPGMFC_UNKNOWN_BUCKET)",
			 group->id, bucket);
}

static int check_new(const struct flow_group *group, const struct flow_group *new,
		     struct error *error)
{
	for (size_t i = 0; i < new->n_buckets; i++) {
		uint32_t id = new->buckets[i].bucket_id;

		if (find(group, id) < group->n_buckets)
			return error_set(error, -EEXIST,
					 "group %" PRIu32 " has a bucket %" PRIu32
					 " already (OFPGMFC_BUCKET_EXISTS)",
					 group->id, id);
	}
	if (group->n_buckets + new->n_buckets > FLOW_GROUP_BUCKETS_MAX)
		return error_set(error, -EINVAL, "more than %d buckets", FLOW_GROUP_BUCKETS_MAX);
	if (group->type == FLOW_GROUP_INDIRECT && group->n_buckets)
		return error_set(error, -EINVAL, "Indirect groups can have at most one bucket.");
	return 0;
}

/* Puts them in before bucket `at`: they are the group's then. */
static int splice(struct flow_group *group, struct flow_group *new, size_t at, struct error *error)
{
	size_t n = group->n_buckets + new->n_buckets;
	struct flow_bucket *all = reallocarray(group->buckets, n, sizeof(*all));

	if (!all)
		return error_set(error, -ENOMEM, "out of memory");
	memmove(all + at + new->n_buckets, all + at, (group->n_buckets - at) * sizeof(*all));
	memcpy(all + at, new->buckets, new->n_buckets * sizeof(*all));
	group->buckets = all;
	group->n_buckets = n;
	new->n_buckets = 0;
	return 0;
}

int group_buckets_insert(struct flow_group *group, const struct group_buckets *buckets,
			 const struct flow_ports *ports, struct error *error)
{
	size_t at = find(group, buckets->where);
	struct text text = TEXT_EMPTY;
	struct flow_group new;
	int err;

	if (buckets->where <= FLOW_GROUP_BUCKET_ID_MAX && at == group->n_buckets)
		return error_unknown(group, buckets->where, error);
	at += buckets->where != GROUP_BUCKETS_FIRST && group->n_buckets;
	text_add(&text, "group_id=%" PRIu32 ",type=%s,%s", group->id,
		 flow_group_type_name(group->type), buckets->buckets);
	err = flow_group_parse(&new, text_string(&text), ports, error);
	text_free(&text);
	if (err)
		return err;
	err = check_new(group, &new, error);
	if (!err)
		err = splice(group, &new, at, error);
	flow_group_clear(&new);
	return err;
}

static void remove_one(struct flow_group *group, size_t at)
{
	flow_actions_free(group->buckets[at].actions);
	group->n_buckets--;
	memmove(group->buckets + at, group->buckets + at + 1,
		(group->n_buckets - at) * sizeof(*group->buckets));
}

int group_buckets_remove(struct flow_group *group, const struct group_buckets *buckets,
			 struct error *error)
{
	size_t at = find(group, buckets->where);

	if (buckets->where <= FLOW_GROUP_BUCKET_ID_MAX && at == group->n_buckets)
		return error_unknown(group, buckets->where, error);
	if (buckets->where == GROUP_BUCKETS_ALL)
		while (group->n_buckets)
			remove_one(group, group->n_buckets - 1);
	else if (group->n_buckets)
		remove_one(group, at);
	return 0;
}
