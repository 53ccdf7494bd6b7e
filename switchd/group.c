/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/attachment.h"
#include "switchd/daemon.h"
#include "switchd/model.h"

struct group {
	bool known; /* false: the data path may hold anything */
	size_t count;
	uint16_t members[]; /* room for `count`, sorted */
};

/* Each filtering id has a group of its own. */
static uint32_t group_of(uint16_t fid)
{
	return fid;
}

static int compare_numbers(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/*
 * Is the port in the group now, as far as we know? Not when its number stood for another device:
 * whoever keeps devices in a group, as the data path does for XDP, has to be told of the new one.
 */
static bool is_member(const struct model *model, const struct group *group, const struct port *port)
{
	const struct attachment *attachment = model->attachments[port->conf->number];

	if (!attachment || attachment->gone || attachment->set.ifindex != port->want.ifindex)
		return false;
	if (!group || !group->known)
		return !model->adopted;
	return bsearch(&port->conf->number, group->members, group->count, sizeof(*group->members),
		       compare_numbers);
}

/* An empty group is given back, but first nothing may point at it; a full one is made before
 * something does. */
static int tell(struct daemon *daemon, uint16_t fid, const struct group *group, struct error *error)
{
	uint32_t id = group_of(fid);
	int status;

	if (!group->count) {
		status = daemon->dpc->fid_set(daemon->dp, fid, 0, error);
		return status ? status : daemon->dpc->group_set(daemon->dp, id, NULL, 0, error);
	}
	status = daemon->dpc->group_set(daemon->dp, id, group->members, group->count, error);
	return status ? status : daemon->dpc->fid_set(daemon->dp, fid, id, error);
}

static int change(struct daemon *daemon, const struct bridge *bridge, bool shrink,
		  struct error *error)
{
	uint16_t fid = bridge->conf->fid;
	struct group *old = daemon->model->groups[fid], *new;
	const struct port *port;
	size_t count = 0;
	int status;

	for (port = bridge->ports; port; port = port->next)
		count++;
	new = calloc(1, sizeof(*new) + count * sizeof(*new->members));
	if (!new)
		return error_set(error, -ENOMEM, "out of memory");
	for (port = bridge->ports; port; port = port->next)
		if (port->state == PORT_UP && (!shrink || is_member(daemon->model, old, port)))
			new->members[new->count++] = port->conf->number;
	qsort(new->members, new->count, sizeof(*new->members), compare_numbers);

	if (old && old->known && old->count == new->count &&
	    !memcmp(old->members, new->members, new->count * sizeof(*new->members))) {
		free(new);
		return 0;
	}
	status = tell(daemon, fid, new, error);
	new->known = !status;
	free(old);
	daemon->model->groups[fid] = new;
	return status;
}

int group_update(struct daemon *daemon, const struct bridge *bridge, struct error *error)
{
	return change(daemon, bridge, false, error);
}

int group_shrink(struct daemon *daemon, const struct bridge *bridge, struct error *error)
{
	return change(daemon, bridge, true, error);
}

void group_remove(struct daemon *daemon, uint16_t fid)
{
	struct group **group = &daemon->model->groups[fid], empty = {};

	tell(daemon, fid, &empty, NULL);
	free(*group);
	*group = NULL;
}

void group_free_all(struct daemon *daemon)
{
	for (size_t fid = 0; fid < XVS_FIDS_MAX; fid++)
		free(daemon->model->groups[fid]);
}
