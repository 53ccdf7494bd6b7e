/* SPDX-License-Identifier: BSD-2-Clause */
/* add-group, add-groups, mod-group, insert-buckets, remove-buckets and del-groups. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/flow_group.h"
#include "switchd/flow_lines.h"
#include "switchd/flow_row.h"
#include "switchd/flow_select.h"
#include "switchd/flow_word.h"
#include "switchd/group_buckets.h"
#include "switchd/group_commands.h"

enum verb {
	ADD,
	MODIFY,
	ADD_OR_MODIFY,
	DELETE,
	INSERT_BUCKETS,
	REMOVE_BUCKETS,
};

/* As it is kept in the database: without its number. */
static int put(struct flow_site *site, const struct flow_group *group)
{
	struct command_call *call = site->call;
	struct text text = TEXT_EMPTY;
	int status;

	flow_group_print(&text, group, NULL, FLOW_WORDS_SAID);
	status = db_group_put(call->daemon->db, site->bridge, group->id,
			      strchr(text_string(&text), ',') + 1, call->error);
	text_free(&text);
	return status;
}

static int error_unknown(struct flow_site *site, uint32_t group)
{
	return error_set(site->call->error, -ENOENT,
			 "bridge %s has no group %u (OFPGMFC_UNKNOWN_GROUP)", site->bridge, group);
}

static int change(struct flow_site *site, const struct flow_group *group, enum verb verb)
{
	struct command_call *call = site->call;
	int64_t id;
	int status = db_group_find(call->daemon->db, site->bridge, group->id, &id, call->error);

	if (status == 0 && id && verb == ADD)
		status = error_set(call->error, -EEXIST,
				   "bridge %s has a group %u already (OFPGMFC_GROUP_EXISTS)",
				   site->bridge, group->id);
	if (status == 0 && !id && verb == MODIFY)
		status = error_unknown(site, group->id);
	return status ? status : put(site, group);
}

/* Flows that lead to a group go with it. */
static int delete_users(struct flow_site *site, uint32_t group)
{
	struct flow_mod users = flow_select_all();
	struct flow_selection selection;
	int status;

	users.out_group = group;
	status = flow_select(site, &users, &selection);
	for (size_t i = 0; i < selection.count && status == 0; i++)
		status = db_flow_del(site->call->daemon->db, selection.entries[i]->id,
				     site->call->error);
	flow_selection_free(&selection);
	return status;
}

static int delete_group(struct flow_site *site, uint32_t group)
{
	struct command_call *call = site->call;
	int64_t id;
	int status = db_group_find(call->daemon->db, site->bridge, group, &id, call->error);

	if (status == 0 && id)
		status = delete_users(site, group);
	if (status == 0 && id)
		status = db_group_del(call->daemon->db, id, call->error);
	return status;
}

struct deleting {
	struct flow_site *site;
	uint32_t *groups;
	size_t count;
};

/* db_group_fn */
static int note_group(const struct db_group *row, void *arg)
{
	struct deleting *deleting = arg;

	deleting->groups =
		realloc(deleting->groups, (deleting->count + 1) * sizeof(*deleting->groups));
	if (!deleting->groups)
		abort(); /* as in text.h */
	deleting->groups[deleting->count++] = row->group;
	return 0;
}

static int delete_all(struct flow_site *site)
{
	struct deleting deleting = {.site = site};
	struct command_call *call = site->call;
	int status =
		db_group_each(call->daemon->db, site->bridge, note_group, &deleting, call->error);

	for (size_t i = 0; i < deleting.count && status == 0; i++)
		status = delete_group(site, deleting.groups[i]);
	free(deleting.groups);
	return status;
}

int group_number_parse(const char *text, uint32_t *group, struct error *error)
{
	const char *value = text + strlen("group_id=");
	uint64_t number;

	*group = FLOW_GROUP_NONE;
	if (!*text)
		return 0;
	if (strncmp(text, "group_id=", strlen("group_id=")))
		return error_set(error, -EINVAL, "unknown keyword %.*s",
				 (int)strcspn(text, "=:, \t"), text);
	if (!strcmp(value, "all") || !strcmp(value, "any"))
		return 0;
	if (!flow_number(value, UINT32_MAX, &number))
		return error_set(error, -EINVAL, "invalid group_id \"%s\"", value);
	/* OFPG_ALL */
	if (number <= FLOW_GROUP_MAX)
		*group = (uint32_t)number;
	return 0;
}

static int delete (struct flow_site *site, const char *which)
{
	uint32_t group;
	int status = group_number_parse(which, &group, site->call->error);

	if (status)
		return status;
	return group == FLOW_GROUP_NONE ? delete_all(site) : delete_group(site, group);
}

/* The verb that a line of a file may begin with, and `*line` behind it. */
static enum verb read_verb(const char **line, enum verb verb)
{
	static const char *const verbs[] = {"add",    "modify",        "add_or_mod",
					    "delete", "insert_bucket", "remove_bucket"};
	size_t length = strcspn(*line, " \t,");

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strlen(verbs[i]) == length && !strncmp(*line, verbs[i], length)) {
			*line += length;
			*line += strspn(*line, " \t,");
			return (enum verb)i;
		}
	return verb;
}

struct finding {
	struct flow_group *group;
	struct error *error;
};

/* db_group_fn: 1 when it is the one. */
static int read_group(const struct db_group *row, void *arg)
{
	struct finding *finding = arg;
	int status;

	if (row->group != finding->group->id)
		return 0;
	status = flow_row_parse_group(finding->group, row, finding->error);
	return status ? status : 1;
}

static int find_group(struct flow_site *site, uint32_t id, struct flow_group *group)
{
	struct command_call *call = site->call;
	struct finding finding = {group, call->error};
	int status;

	*group = (struct flow_group){.id = id};
	status = db_group_each(call->daemon->db, site->bridge, read_group, &finding, call->error);
	return status ? (status < 0 ? status : 0) : error_unknown(site, id);
}

static int change_buckets(struct flow_lines *lines, const char *line, bool insert)
{
	struct flow_site *site = &lines->site;
	struct group_buckets buckets;
	struct flow_group group;
	int status;

	if (lines->version != OPENFLOW_10 && lines->version < OPENFLOW_15)
		return error_set(site->call->error, -EINVAL,
				 "%s-bucket needs OpenFlow 1.5 or later ('-O OpenFlow15')",
				 insert ? "insert" : "remove");
	status = group_buckets_parse(&buckets, line, insert, site->call->error);
	if (status == 0)
		status = find_group(site, buckets.group, &group);
	if (status)
		return status;
	status = insert ? group_buckets_insert(&group, &buckets, &site->ports, site->call->error)
			: group_buckets_remove(&group, &buckets, site->call->error);
	if (status == 0)
		status = put(site, &group);
	flow_group_clear(&group);
	return status;
}

/* flow_line_fn */
static int run_line(struct flow_lines *lines, const char *line)
{
	enum verb verb = (enum verb)lines->verb;
	struct flow_site *site = &lines->site;
	struct flow_group group;
	int status;

	if (lines->in_file)
		verb = read_verb(&line, verb);
	if (verb == DELETE)
		return delete (site, line);
	if (verb == INSERT_BUCKETS || verb == REMOVE_BUCKETS)
		return change_buckets(lines, line, verb == INSERT_BUCKETS);
	status = flow_group_parse(&group, line, &site->ports, site->call->error);
	if (status)
		return status;
	status = change(site, &group, verb);
	flow_group_clear(&group);
	return status;
}

/* add-group BRIDGE GROUP, add-groups BRIDGE FILE */
int cmd_add_groups(struct command_call *call)
{
	return flow_lines_run(call, ADD, run_line);
}

/* [--may-create] mod-group BRIDGE GROUP */
int cmd_mod_group(struct command_call *call)
{
	return flow_lines_run(call, command_option(call, "--may-create") ? ADD_OR_MODIFY : MODIFY,
			      run_line);
}

/* insert-buckets BRIDGE BUCKETS */
int cmd_insert_buckets(struct command_call *call)
{
	return flow_lines_run(call, INSERT_BUCKETS, run_line);
}

/* remove-buckets BRIDGE BUCKETS */
int cmd_remove_buckets(struct command_call *call)
{
	return flow_lines_run(call, REMOVE_BUCKETS, run_line);
}

/* del-groups BRIDGE [group_id=GROUP] */
int cmd_del_groups(struct command_call *call)
{
	return flow_lines_run(call, DELETE, run_line);
}
