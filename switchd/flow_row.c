/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_row.h"

#include <inttypes.h>
#include <string.h>
#include "switchd/flow_action.h"
#include "switchd/flow_match.h"

int flow_row_parse(struct flow *flow, const struct db_flow *row, struct error *error)
{
	int status;

	*flow = (struct flow){
		.table = row->table,
		.priority = row->priority,
		.cookie = row->cookie,
		.idle_timeout = row->idle_timeout,
		.hard_timeout = row->hard_timeout,
		.importance = row->importance,
		.flags = row->flags,
	};
	status = flow_match_parse(&flow->match, row->match, NULL, error);
	if (status == 0)
		status = flow_actions_parse(row->actions, &flow->match, row->table, NULL,
					    &flow->actions, error);
	return status;
}

int flow_row_parse_group(struct flow_group *group, const struct db_group *row, struct error *error)
{
	struct text text = TEXT_EMPTY;
	int status;

	text_add(&text, "group_id=%" PRIu32 ",%s", row->group, row->text);
	status = flow_group_parse(group, text_string(&text), NULL, error);
	text_free(&text);
	return status;
}

uint64_t flow_row_time(int64_t us, const char *boot, const char *this_boot, uint64_t now)
{
	uint64_t time = (uint64_t)us * 1000;

	if (us < 0 || strcmp(boot, this_boot))
		return 0;
	return time < now ? time : now;
}
