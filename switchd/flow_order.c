/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_field.h"

#define CRITERIA_MAX 16 /* a command has no more options */

struct criterion {
	const struct flow_field *field; /* NULL: the priority */
	bool descending;
};

struct order {
	struct criterion criteria[CRITERIA_MAX];
	size_t count;
};

/* What an option sorts by, "" for the priority; NULL: it sorts nothing. */
static const char *sorts_by(const char *option, bool *descending)
{
	size_t length = strcspn(option, "=");

	*descending = option[2] == 'r';
	option += 2 + *descending;
	length -= 2 + (size_t)*descending;
	if (length != 4 || strncmp(option, "sort", 4))
		return NULL;
	return option[4] ? option + 5 : "";
}

bool flow_order_asked(const struct command_call *call)
{
	bool descending;

	for (int i = 0; i < call->n_options; i++)
		if (sorts_by(call->options[i], &descending))
			return true;
	return false;
}

static int read_criteria(const struct command_call *call, struct order *order)
{
	for (int i = 0; i < call->n_options && order->count < CRITERIA_MAX; i++) {
		struct criterion *criterion = &order->criteria[order->count];
		const char *name = sorts_by(call->options[i], &criterion->descending);

		if (!name)
			continue;
		criterion->field = NULL;
		if (*name && strcmp(name, "priority")) {
			criterion->field = flow_field_find(name, strlen(name));
			if (!criterion->field)
				return error_set(call->error, -EINVAL, "%s: unknown field name",
						 name);
		}
		order->count++;
	}
	return 0;
}

static bool has_field(const struct flow *flow, const struct flow_field *field)
{
	struct flow_value mask = flow_field_get(field, &flow->match.mask);

	return (mask.hi || mask.lo) && flow_field_check(field, &flow->match, NULL) == 0;
}

/* Flows that do not match the field come behind those that do, in both directions. */
static int by_field(const struct flow *a, const struct flow *b, const struct criterion *criterion)
{
	bool a_has = has_field(a, criterion->field), b_has = has_field(b, criterion->field);
	struct flow_value x, y;
	int difference;

	if (!a_has || !b_has)
		return b_has - a_has;
	x = flow_field_get(criterion->field, &a->match.value);
	y = flow_field_get(criterion->field, &b->match.value);
	difference = x.hi != y.hi ? (x.hi > y.hi) - (x.hi < y.hi) : (x.lo > y.lo) - (x.lo < y.lo);
	return criterion->descending ? -difference : difference;
}

static int by_priority(const struct flow *a, const struct flow *b, bool descending)
{
	return descending ? b->priority - a->priority : a->priority - b->priority;
}

/* qsort_r()'s. What is alike stays in the order of tables, and of when it was made. */
static int compare(const void *a, const void *b, void *arg)
{
	const struct flow_entry *x = *(struct flow_entry *const *)a;
	const struct flow_entry *y = *(struct flow_entry *const *)b;
	const struct order *order = arg;

	for (size_t i = 0; i < order->count; i++) {
		const struct criterion *criterion = &order->criteria[i];
		int difference = criterion->field
					 ? by_field(&x->flow, &y->flow, criterion)
					 : by_priority(&x->flow, &y->flow, criterion->descending);

		if (difference)
			return difference;
	}
	if (x->flow.table != y->flow.table)
		return x->flow.table - y->flow.table;
	return (x->id > y->id) - (x->id < y->id);
}

int flow_order(const struct command_call *call, struct flow_selection *selection)
{
	struct order order = {};
	int status = read_criteria(call, &order);

	if (status == 0 && order.count && selection->count)
		qsort_r(selection->entries, selection->count, sizeof(*selection->entries), compare,
			&order);
	return status;
}
