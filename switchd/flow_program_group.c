/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups, written out where an action refers to them. */
#include <errno.h>
#include <inttypes.h>
#include "switchd/flow_program_build.h"

/* Of these ports one must be up, or it is live anyway. */
#define WATCHED_MAX 32

struct life {
	bool always;
	size_t n;
	uint16_t ports[WATCHED_MAX];
};

static int find_group(struct flow_builder *builder, uint32_t id, const struct flow_group **group)
{
	*group = builder->env->group(builder->env, id);
	if (!*group)
		return flow_program_no_group(id, builder->error);
	for (unsigned int i = 0; i < builder->n_groups; i++)
		if (builder->groups[i] == id)
			return error_set(builder->error, -EINVAL,
					 "group:%" PRIu32 " leads to itself (OFPGMFC_LOOP)", id);
	if (builder->n_groups == XVS_FLOW_CLONES_MAX)
		return error_set(builder->error, -EINVAL,
				 "group:%" PRIu32 ": more than %d groups in each other", id,
				 XVS_FLOW_CLONES_MAX);
	return 0;
}

static int add_life(struct flow_builder *builder, const struct flow_bucket *bucket,
		    struct life *life);

/* A group is live as long as one of its buckets is. */
static int add_life_of_group(struct flow_builder *builder, uint32_t id, struct life *life)
{
	const struct flow_group *group;
	int err = find_group(builder, id, &group);

	if (err)
		return err;
	builder->groups[builder->n_groups++] = id;
	for (size_t i = 0; !err && i < group->n_buckets; i++)
		err = add_life(builder, &group->buckets[i], life);
	builder->n_groups--;
	return err;
}

static int add_life(struct flow_builder *builder, const struct flow_bucket *bucket,
		    struct life *life)
{
	if (bucket->watch_port == XVS_OFPP_NONE && bucket->watch_group == FLOW_GROUP_NONE)
		life->always = true;
	if (life->always)
		return 0;
	if (bucket->watch_port != XVS_OFPP_NONE) {
		if (life->n == WATCHED_MAX)
			return error_set(builder->error, -EINVAL,
					 "a bucket watches more than %d ports", WATCHED_MAX);
		life->ports[life->n++] = bucket->watch_port;
	}
	if (bucket->watch_group == FLOW_GROUP_NONE)
		return 0;
	return add_life_of_group(builder, bucket->watch_group, life);
}

/* Goes on with the next words if one of the ports is up. Else what the instruction that is returned
 * says is skipped: its length is the caller's to set. Of what is always live, there is none. */
static size_t put_test(struct flow_builder *builder, const struct life *life)
{
	for (size_t left = life->n; left > 1; left--) {
		flow_put(builder, XVS_FLOW_OP_UNLESS_UP, 0, life->ports[life->n - left], 1);
		flow_put(builder, XVS_FLOW_OP_SKIP, 0, 0, (uint32_t)(2 * left - 3));
	}
	if (life->n)
		flow_put(builder, XVS_FLOW_OP_UNLESS_UP, 0, life->ports[life->n - 1], 0);
	else
		flow_put(builder, XVS_FLOW_OP_SKIP, 0, 0, 0);
	return builder->count - 1;
}

/*
 * A bucket that is skipped if it is not live. Behind it there is a SKIP that leads out of the
 * group; *at_end is where that is. *always tells whether nothing behind it can be reached.
 */
static int put_if_live(struct flow_builder *builder, const struct flow_bucket *bucket,
		       size_t *at_end, bool *always)
{
	struct life life = {.n = 0};
	int err = add_life(builder, bucket, &life);
	size_t test = 0;

	if (err)
		return err;
	*always = life.always;
	if (!life.always)
		test = put_test(builder, &life);
	err = flow_put_bucket(builder, bucket->actions, bucket->counter);
	*at_end = builder->count;
	flow_put(builder, XVS_FLOW_OP_SKIP, 0, 0, 0);
	if (!life.always)
		flow_put_length(builder, test);
	return err ? err : flow_builder_check(builder);
}

/* The first bucket that is live. */
static int put_ff(struct flow_builder *builder, const struct flow_group *group)
{
	size_t ends[FLOW_GROUP_BUCKETS_MAX], n = 0;
	bool always = false;
	int err = 0;

	for (; !err && !always && n < group->n_buckets; n++)
		err = put_if_live(builder, &group->buckets[n], &ends[n], &always);
	for (size_t i = 0; !err && i < n; i++)
		flow_put_length(builder, ends[i]);
	return err;
}

/* Words of a bucket in a SELECT, one for each port that it is live with. Where its list is to be
 * said, there is its number as yet. */
static int put_choice(struct flow_builder *builder, const struct flow_bucket *bucket, size_t number)
{
	struct life life = {.n = 0};
	int err = add_life(builder, bucket, &life);

	if (err)
		return err;
	if (life.always) {
		life.n = 1;
		life.ports[0] = XVS_OFPP_NONE;
	}
	for (size_t i = 0; i < life.n; i++)
		flow_put_word(builder,
			      XVS_FLOW_CHOICE(i > 0, bucket->weight, number, life.ports[i]));
	return 0;
}

static int put_choices(struct flow_builder *builder, const struct flow_group *group)
{
	size_t select = builder->count;
	int err = 0;

	flow_put(builder, XVS_FLOW_OP_SELECT, 0, 0, 0);
	for (size_t i = 0; !err && i < group->n_buckets; i++)
		if (group->buckets[i].weight)
			err = put_choice(builder, &group->buckets[i], i);
	if (!err && builder->count - select - 1 > XVS_FLOW_CHOICES_MAX)
		err = error_set(builder->error, -EINVAL,
				"group:%" PRIu32 ": its buckets watch more than %d ports",
				group->id, XVS_FLOW_CHOICES_MAX);
	flow_put_length(builder, select);
	flow_put(builder, XVS_FLOW_OP_END, 0, 0, 0);
	return err ? err : flow_builder_check(builder);
}

/* Says to each choice where its list is. */
static void point(struct flow_builder *builder, size_t select, const size_t *lists)
{
	size_t n = (size_t)(builder->words[select] >> 32);

	for (size_t i = 1; i <= n; i++) {
		uint64_t *choice = &builder->words[select + i];
		uint64_t list = lists[*choice >> 32 & 0xffff] - select;

		*choice = (*choice & ~(0xffffULL << 32)) | list << 32;
	}
	builder->words[select + n + 1] |= (uint64_t)(builder->count - select) << 32;
}

static bool has_weight(const struct flow_group *group)
{
	for (size_t i = 0; i < group->n_buckets; i++)
		if (group->buckets[i].weight)
			return true;
	return false;
}

static int put_select(struct flow_builder *builder, const struct flow_group *group)
{
	size_t lists[FLOW_GROUP_BUCKETS_MAX], select = builder->count;
	int err;

	if (!has_weight(group))
		return 0;
	err = put_choices(builder, group);
	for (size_t i = 0; !err && i < group->n_buckets; i++) {
		const struct flow_bucket *bucket = &group->buckets[i];

		lists[i] = builder->count;
		if (!bucket->weight)
			continue;
		err = flow_put_bucket(builder, bucket->actions, bucket->counter);
		flow_put(builder, XVS_FLOW_OP_END, 0, 0, 0);
	}
	if (!err)
		err = flow_builder_check(builder);
	if (!err)
		point(builder, select, lists);
	return err;
}

static int put_all(struct flow_builder *builder, const struct flow_group *group)
{
	int err = 0;

	for (size_t i = 0; !err && i < group->n_buckets; i++)
		err = flow_put_bucket(builder, group->buckets[i].actions,
				      group->buckets[i].counter);
	return err;
}

static int put_buckets(struct flow_builder *builder, const struct flow_group *group)
{
	switch (group->type) {
	case FLOW_GROUP_SELECT:
		return put_select(builder, group);
	case FLOW_GROUP_FF:
		return put_ff(builder, group);
	default:
		return put_all(builder, group);
	}
}

int flow_put_group(struct flow_builder *builder, uint32_t id)
{
	const struct flow_group *group;
	int err = find_group(builder, id, &group);

	if (err)
		return err;
	if (group->counter)
		flow_put(builder, XVS_FLOW_OP_COUNT, 0, 0, group->counter);
	builder->groups[builder->n_groups++] = id;
	err = put_buckets(builder, group);
	builder->n_groups--;
	return err;
}
