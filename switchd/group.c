/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/attachment.h"
#include "switchd/daemon.h"
#include "switchd/model.h"
#include "switchd/partition.h"
#include "switchd/vlan.h"

/* A port that is a member, in the VLANs that it carries. */
struct membership {
	uint16_t number;
	uint32_t ifindex; /* the number stood for this device */
	struct db_vlan vlan;
	struct db_vlan next; /* while it shrinks: only where both say the same */
	bool shrinks;
	bool no_flood; /* mod-port: nothing is flooded to it */
};

struct group {
	bool known; /* false: the data path may hold anything */
	size_t count;
	struct vlan_set flood_vlans;
	bool flows;                  /* its flows may flood, too */
	struct membership members[]; /* sorted by number */
};

static int compare_numbers(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;

	return (int)x->number - (int)y->number;
}

static int egress_of(const struct membership *member, uint16_t vid)
{
	int egress = member->no_flood ? VLAN_NOT_CARRIED : vlan_egress(&member->vlan, vid);

	if (member->shrinks && vlan_egress(&member->next, vid) != egress)
		return VLAN_NOT_CARRIED;
	return egress;
}

/* Does the port carry one VLAN alone? */
static bool is_single(const struct membership *member)
{
	return !member->shrinks && !member->no_flood &&
	       (member->vlan.mode == VLAN_ACCESS || member->vlan.mode == VLAN_DOT1Q_TUNNEL);
}

static void refine_by(struct partition *partition, const struct membership *member)
{
	uint8_t egress[VLAN_COUNT];

	if (is_single(member)) {
		partition_single_out(partition, member->vlan.tag);
		return;
	}
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		egress[vid] = egress_of(member, vid);
	partition_refine(partition, egress);
}

/* A port that carries its VLANs as the one before it does splits nothing. */
static void classify(struct partition *partition, const struct group *group)
{
	const struct membership *before = NULL;

	partition_begin(partition);
	for (size_t i = 0; i < group->count; i++) {
		const struct membership *member = &group->members[i];

		if (!before || member->shrinks || before->shrinks ||
		    member->no_flood != before->no_flood ||
		    memcmp(&before->vlan, &member->vlan, sizeof(before->vlan)))
			refine_by(partition, member);
		before = member;
	}
}

/* Lists who is flooded to in a VLAN; returns how many. */
static size_t list_members(const struct group *group, uint16_t vid, struct dp_member *members)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++) {
		int egress = egress_of(&group->members[i], vid);

		if (egress != VLAN_NOT_CARRIED)
			members[count++] = (struct dp_member){group->members[i].number, egress};
	}
	qsort(members, count, sizeof(*members), dp_member_order);
	return count;
}

/* What vlans_set() wants. */
struct floods {
	struct dp_flood flood[XVS_FLOODS];
	size_t n;
	uint16_t entries[XVS_FLOODS];
	struct dp_member *members; /* all of them, one flood's after the other's */
	size_t n_members, room;
};

static int make_room(struct floods *floods, size_t count)
{
	struct dp_member *members;
	size_t room = 2 * floods->room + count + 1;

	if (floods->members && floods->n_members + count <= floods->room)
		return 0;
	members = realloc(floods->members, room * sizeof(*members));
	if (!members)
		return -ENOMEM;
	floods->members = members;
	floods->room = room;
	return 0;
}

/* The members move when there must be more room for them, so floods point to them at the end. */
static void point(struct floods *floods)
{
	const struct dp_member *members = floods->members;

	for (size_t i = 0; i < floods->n; i++) {
		floods->flood[i].members = members;
		members += floods->flood[i].count;
	}
}

/* What flows flood to: whatever VLANs the ports carry. */
static size_t list_ports(const struct group *group, bool all, struct dp_member *members)
{
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++)
		if (all || !group->members[i].no_flood)
			members[count++] =
				(struct dp_member){group->members[i].number, XVS_EGRESS_AS_IS};
	return count;
}

/* The number of the flood that has the members listed last; 0: there are none. */
static uint16_t add_flood(struct floods *floods, size_t count)
{
	floods->n_members += count;
	if (!count)
		return 0;
	floods->flood[floods->n++].count = count;
	return floods->n;
}

static int describe_ports(struct floods *floods, const struct group *group)
{
	for (int all = 0; all <= 1; all++) {
		size_t count;

		if (make_room(floods, group->count))
			return -ENOMEM;
		count = list_ports(group, all, floods->members + floods->n_members);
		floods->entries[all ? XVS_FLOOD_ALL : XVS_FLOOD_SOME] = add_flood(floods, count);
	}
	return 0;
}

static int describe(struct floods *floods, const struct group *group)
{
	uint16_t vids[VLAN_COUNT], flood_of[VLAN_COUNT];
	struct partition partition;

	classify(&partition, group);
	partition_representatives(&partition, vids);
	for (size_t class = 0; class < partition.n; class ++) {
		size_t count;

		if (make_room(floods, group->count))
			return -ENOMEM;
		count = list_members(group, vids[class], floods->members + floods->n_members);
		flood_of[class] = add_flood(floods, count);
	}
	for (int vid = 0; vid < VLAN_COUNT; vid++)
		floods->entries[vid] =
			flood_of[partition.class[vid]] |
			(vlan_set_has(&group->flood_vlans, vid) ? XVS_VLAN_FLOOD : 0);
	if (group->flows && describe_ports(floods, group))
		return -ENOMEM;
	point(floods);
	return 0;
}

static int tell(struct daemon *daemon, uint16_t bridge, const struct group *group,
		struct error *error)
{
	struct floods *floods = calloc(1, sizeof(*floods));
	int status = floods ? describe(floods, group) : -ENOMEM;

	if (status)
		error_set(error, status, "out of memory");
	else
		status = daemon->dpc->vlans_set(daemon->dp, bridge, floods->flood, floods->n,
						floods->entries, error);
	if (floods)
		free(floods->members);
	free(floods);
	return status;
}

static const struct membership *find_member(const struct group *group, uint16_t number)
{
	struct membership wanted = {.number = number};

	return bsearch(&wanted, group->members, group->count, sizeof(wanted), compare_numbers);
}

static struct membership membership_of(const struct port *port)
{
	return (struct membership){
		.number = port->conf->number,
		.ifindex = port->want.ifindex,
		.vlan = port->conf->vlan,
		.no_flood = port->conf->port_config & DB_PORT_NO_FLOOD,
	};
}

/*
 * What is left of the port's membership when it only leaves: false for nothing. Not when its number
 * stood for another device: whoever keeps devices in a group, as the data path does for XDP, has to
 * be told of the new one.
 */
static bool shrink_member(const struct model *model, const struct group *old,
			  const struct port *port, struct membership *left)
{
	const struct attachment *attachment = model->attachments[port->conf->number];
	const struct membership *was;

	if (!attachment || attachment->gone || attachment->set.ifindex != port->want.ifindex)
		return false;
	if (!old || !old->known)
		return !model->adopted;
	was = find_member(old, port->conf->number);
	if (!was || was->ifindex != left->ifindex)
		return false;
	left->next = left->vlan;
	left->vlan = was->vlan;
	left->shrinks = memcmp(&left->next, &left->vlan, sizeof(left->vlan));
	return true;
}

static struct group *group_of(struct daemon *daemon, const struct bridge *bridge, bool shrink)
{
	const struct group *old = daemon->model->groups[bridge->conf->number];
	const struct port *port;
	struct group *group;
	size_t count = 0;

	for (port = bridge->ports; port; port = port->next)
		count++;
	group = calloc(1, sizeof(*group) + count * sizeof(*group->members));
	if (!group)
		return NULL;
	group->flood_vlans = bridge->conf->flood_vlans;
	group->flows = bridge->flows;
	for (port = bridge->ports; port; port = port->next) {
		struct membership member = membership_of(port);

		if (port->state == PORT_UP &&
		    (!shrink || shrink_member(daemon->model, old, port, &member)))
			group->members[group->count++] = member;
	}
	qsort(group->members, group->count, sizeof(*group->members), compare_numbers);
	return group;
}

static bool same(const struct group *a, const struct group *b)
{
	if (a->count != b->count || a->flows != b->flows ||
	    memcmp(&a->flood_vlans, &b->flood_vlans, sizeof(a->flood_vlans)))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct membership *x = &a->members[i], *y = &b->members[i];

		if (x->number != y->number || x->ifindex != y->ifindex ||
		    x->shrinks != y->shrinks || x->no_flood != y->no_flood ||
		    memcmp(&x->vlan, &y->vlan, sizeof(x->vlan)))
			return false;
	}
	return true;
}

/* Returns 1 when the data path was told something new. */
static int change(struct daemon *daemon, const struct bridge *bridge, bool shrink,
		  struct error *error)
{
	struct group **slot = &daemon->model->groups[bridge->conf->number];
	struct group *new = group_of(daemon, bridge, shrink);
	int status;

	if (!new)
		return error_set(error, -ENOMEM, "out of memory");
	if (*slot && (*slot)->known && same(*slot, new)) {
		free(new);
		return 0;
	}
	status = tell(daemon, bridge->conf->number, new, error);
	new->known = !status;
	/* Rather nobody than somebody who is about to be in another VLAN. */
	if (status && shrink)
		daemon->dpc->vlans_del(daemon->dp, bridge->conf->number);
	free(*slot);
	*slot = new;
	return status ? status : 1;
}

int group_update(struct daemon *daemon, const struct bridge *bridge, struct error *error)
{
	int status = change(daemon, bridge, false, error);

	return status < 0 ? status : 0;
}

int group_shrink(struct daemon *daemon, const struct bridge *bridge, struct error *error)
{
	return change(daemon, bridge, true, error);
}

void group_remove(struct daemon *daemon, uint16_t bridge)
{
	daemon->dpc->vlans_del(daemon->dp, bridge);
	free(daemon->model->groups[bridge]);
	daemon->model->groups[bridge] = NULL;
}

void group_free_all(struct daemon *daemon)
{
	for (size_t bridge = 0; bridge < XVS_BRIDGES_MAX; bridge++)
		free(daemon->model->groups[bridge]);
}
