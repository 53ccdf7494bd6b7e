/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/device.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/log.h"
#include "switchd/model.h"
#include "switchd/pair.h"

/* veth and tap show all frames. A veth shows XDP not all of each: what its other end says about
 * tags. */
static bool passes_all_frames(const struct link *link)
{
	return !strcmp(link->kind, "veth") || !strcmp(link->kind, "tun");
}

static bool passes_all_of_them(const struct link *link, enum dp_hook hook)
{
	return !strcmp(link->kind, "tun") || (!strcmp(link->kind, "veth") && hook == DP_HOOK_TC);
}

bool device_needs_taking(const struct link *link, enum dp_hook hook,
			 const struct db_saved_link *saved)
{
	if (passes_all_of_them(link, hook))
		return false;
	return !saved->ifindex || (!passes_all_frames(link) && !(link->flags & IFF_PROMISC));
}

/* Before the change: a switchd that is killed in between has noted one too many rather than one too
 * few. */
static int take_promisc(struct daemon *daemon, const struct link *link, struct db_saved_link *saved,
			struct error *error)
{
	int status;

	if (link->flags & IFF_PROMISC || passes_all_frames(link))
		return 0;
	saved->promisc = true;
	status = db_saved_link_put(daemon->db, saved, error);
	if (!status)
		status = link_set_promisc(daemon->links, saved->ifindex, true, error);
	if (status)
		return error_prefix(
			error, status,
			"%s is not promiscuous and may miss frames for other stations: ",
			saved->name);
	return 0;
}

static int take_offloads(struct daemon *daemon, struct db_saved_link *saved, struct error *error)
{
	char hiding[sizeof(saved->offloads)];
	int status =
		link_offload_hiding(daemon->links, saved->ifindex, hiding, sizeof(hiding), error);
	size_t length = strlen(saved->offloads);

	if (!status && *hiding) {
		snprintf(saved->offloads + length, sizeof(saved->offloads) - length, "%s%s",
			 length ? "," : "", hiding);
		status = db_saved_link_put(daemon->db, saved, error);
		if (!status)
			status = link_offload_set(daemon->links, saved->ifindex, hiding, false,
						  error);
	}
	if (status)
		return error_prefix(error, status,
				    "%s may hide VLAN tags from the switch: ", saved->name);
	return 0;
}

/* A record under another name speaks of another device, which had this index before a reboot. */
static bool is_recorded(struct daemon *daemon, const struct link *link, struct db_saved_link *saved)
{
	if (!db_saved_link_get(daemon->db, link->ifindex, saved) &&
	    !strcmp(saved->name, link->name))
		return true;
	memset(saved, 0, sizeof(*saved));
	return false;
}

int device_take(struct daemon *daemon, const struct link *link, enum dp_hook hook,
		struct db_saved_link *saved, bool *hides, struct error *error)
{
	bool first = !saved->ifindex;
	int status, hidden = 0;

	if (passes_all_of_them(link, hook))
		return 0;
	if (first && !is_recorded(daemon, link, saved))
		snprintf(saved->name, sizeof(saved->name), "%s", link->name);
	saved->ifindex = link->ifindex;
	status = take_promisc(daemon, link, saved, error);
	if (first)
		hidden = take_offloads(daemon, saved, status ? NULL : error);
	if (first)
		*hides = hidden;
	return status ? status : hidden;
}

/* What was changed on it: as we remember, else as the database does. */
static int find_record(struct daemon *daemon, uint32_t ifindex, const struct db_saved_link *saved,
		       struct db_saved_link *record)
{
	if (!saved->ifindex)
		return db_saved_link_get(daemon->db, ifindex, record);
	*record = *saved;
	return 0;
}

void device_hand_over(struct daemon *daemon, const struct link *link,
		      const struct db_saved_link *saved)
{
	struct db_saved_link record;

	if (find_record(daemon, link->ifindex, saved, &record))
		return;
	snprintf(record.name, sizeof(record.name), "%s", link->name);
	db_saved_link_put(daemon->db, &record, NULL);
}

void device_give_back(struct daemon *daemon, uint32_t ifindex, const struct db_saved_link *saved)
{
	struct db_saved_link record;
	struct error error;

	if (!link_by_index(daemon->links, ifindex) || find_record(daemon, ifindex, saved, &record))
		return;
	if (record.promisc && link_set_promisc(daemon->links, ifindex, false, &error))
		log_warn("port", "%s stays promiscuous: %s", record.name, error.text);
	if (*record.offloads &&
	    link_offload_set(daemon->links, ifindex, record.offloads, true, &error))
		log_warn("port", "%s: %s stay off: %s", record.name, record.offloads, error.text);
	db_saved_link_del(daemon->db, ifindex);
}

void device_release(struct daemon *daemon, const struct link *link, enum dp_hook hook,
		    struct db_saved_link *saved)
{
	if (!passes_all_of_them(link, hook) ||
	    (!saved->ifindex && !is_recorded(daemon, link, saved)))
		return;
	device_give_back(daemon, link->ifindex, saved);
	memset(saved, 0, sizeof(*saved));
}

int model_link_check(struct daemon *daemon, const struct link *link, struct error *error)
{
	const struct link *master;

	if (link->flags & IFF_LOOPBACK)
		return error_set(
			error, -EINVAL,
			"%s is the loopback device, which cannot be a port: use the bridge's "
			"own device for traffic of the host",
			link->name);
	if (link->type != ARPHRD_ETHER)
		return error_set(
			error, -EINVAL,
			"%s carries no Ethernet frames (it is of type %u), so that it cannot be "
			"a port: a tap or veth device can",
			link->name, link->type);
	if (pair_is_end(link))
		return error_set(
			error, -EINVAL,
			"%s belongs to an internal port or patch port of xvswitch (%s) and cannot "
			"be a port: connect two bridges with patch ports",
			link->name, link->alias);
	if (!strcmp(link->kind, "bridge") || !strcmp(link->kind, "openvswitch"))
		return error_set(
			error, -EINVAL,
			"%s is a bridge (of kind %s) and cannot be a port: connect the two "
			"with a veth pair",
			link->name, link->kind);
	if (!link->master)
		return 0;
	master = link_by_index(daemon->links, link->master);
	return error_set(error, -EBUSY,
			 "%s belongs to %s and cannot be a port as well: take it out with "
			 "`ip link set dev %s nomaster` first",
			 link->name, master ? master->name : "another device", link->name);
}
