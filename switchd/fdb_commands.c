/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on the filtering database, in ovs-appctl's words and formats. */
#include "switchd/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/db.h"
#include "switchd/daemon.h"
#include "switchd/model.h"
#include "switchd/vlan.h"

#define MAC_FORMAT   "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_ARGS(m)  (m)[0], (m)[1], (m)[2], (m)[3], (m)[4], (m)[5]
#define OFPORT_LOCAL 65534

static struct bridge *bridge_get(struct command_call *call, const char *name)
{
	struct bridge *bridge = model_bridge(call->daemon->model, name);

	if (!bridge)
		error_set(call->error, -ENOENT, "there is no bridge named \"%s\"", name);
	return bridge;
}

static int mac_parse(const char *word, uint8_t mac[6], struct error *error)
{
	int end = 0;
	bool group, zero;

	if (strlen(word) != 17 ||
	    sscanf(word, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &end) != 6 ||
	    end != 17)
		return error_set(error, -EINVAL,
				 "\"%s\" is not a MAC address like 02:00:00:00:00:01", word);
	group = mac[0] & 1;
	zero = !memcmp(mac, "\0\0\0\0\0\0", 6);
	if (group || zero)
		return error_set(error, -EINVAL, "%s is %s; an FDB entry is for one station", word,
				 group ? "a group address" : "no station's address");
	return 0;
}

static int vlan_parse(const char *word, uint16_t *vlan, struct error *error)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || number > 4094)
		return error_set(error, -EINVAL,
				 "\"%s\" is not a VLAN: 0 (frames without a VLAN tag) to 4094",
				 word);
	*vlan = number;
	return 0;
}

static void print_port(struct text *output, struct model *model, uint16_t number)
{
	const struct port *port = model_port_by_number(model, number);

	if (!port)
		text_add(output, "    ?");
	else if (port->conf->ofport == OFPORT_LOCAL)
		text_add(output, "LOCAL");
	else
		text_add(output, "%5u", port->conf->ofport);
}

static void print_entry(const struct fdb_entry *entry, void *arg)
{
	struct command_call *call = arg;

	print_port(call->output, call->daemon->model, entry->port);
	text_add(call->output, "  %4u  " MAC_FORMAT "  ", entry->id.vlan, MAC_ARGS(entry->id.mac));
	if (entry->is_static)
		text_add(call->output, "static\n");
	else
		text_add(call->output, "%3" PRIu32 "\n", entry->age);
}

int cmd_fdb_show(struct command_call *call)
{
	struct bridge *bridge = bridge_get(call, call->words[1]);

	if (!bridge)
		return -ENOENT;
	text_add(call->output, " port  VLAN  MAC                Age\n");
	fdb_each(call->daemon->fdb, bridge->conf->number, print_entry, call);
	return 0;
}

/* The bridge may be gone by now, and its entries with it. */
static void flush(struct command_call *call)
{
	const struct bridge *bridge = NULL;

	if (call->n_words > 1)
		bridge = bridge_get(call, call->words[1]);
	if (call->n_words == 1 || bridge)
		fdb_flush(call->daemon->fdb, bridge ? bridge->conf->number : 0);
}

int cmd_fdb_flush(struct command_call *call)
{
	if (call->n_words > 1 && !bridge_get(call, call->words[1]))
		return -ENOENT;
	call->committed = flush;
	text_add(call->output, "table successfully flushed\n");
	return 0;
}

/* An entry for a VLAN that its port does not carry would never be used. */
static int check_carried(struct command_call *call, const char *port, uint16_t vlan)
{
	struct db_vlan ports;
	int result = db_port_vlan(call->daemon->db, port, &ports, call->error);

	if (result == 0 && vlan_egress(&ports, vlan) == VLAN_NOT_CARRIED)
		result = error_set(call->error, -EINVAL, "port %s does not carry VLAN %u", port,
				   vlan);
	return result;
}

/* fdb/add BRIDGE PORT VLAN MAC: configuration, so it goes through the database. */
int cmd_fdb_add(struct command_call *call)
{
	const char *bridge = call->words[1], *port = call->words[2];
	uint8_t mac[6];
	uint16_t vlan;
	int result = vlan_parse(call->words[3], &vlan, call->error);

	if (result == 0)
		result = mac_parse(call->words[4], mac, call->error);
	if (result == 0)
		result = db_static_mac_add(call->daemon->db, bridge, port, vlan, mac, call->error);
	return result ? result : check_carried(call, port, vlan);
}

/* The words of fdb/del. */
static int id_parse(struct command_call *call, struct fdb_id *id)
{
	const struct bridge *bridge = bridge_get(call, call->words[1]);
	int result = bridge ? vlan_parse(call->words[2], &id->vlan, call->error) : -ENOENT;

	if (result == 0)
		result = mac_parse(call->words[3], id->mac, call->error);
	if (result == 0)
		id->bridge = bridge->conf->number;
	return result;
}

/* What the chain has made of the entry since counts: it may be a static one now. */
static void forget_entry(struct command_call *call)
{
	struct fdb_entry entry;
	struct fdb_id id;

	if (id_parse(call, &id) == 0 && fdb_lookup(call->daemon->fdb, &id, &entry) == 0 &&
	    !entry.is_static)
		fdb_del(call->daemon->fdb, &id, call->error);
}

/* fdb/del BRIDGE VLAN MAC: a static entry is configuration, a learned one is the switch's own. */
int cmd_fdb_del(struct command_call *call)
{
	struct fdb_entry entry;
	struct fdb_id id;
	int result = id_parse(call, &id);

	if (result)
		return result;
	if (db_static_mac_del(call->daemon->db, call->words[1], id.vlan, id.mac, NULL) == 0)
		return 0;
	if (fdb_lookup(call->daemon->fdb, &id, &entry) < 0)
		return error_set(call->error, -ENOENT, "bridge %s has no entry for %s in VLAN %u",
				 call->words[1], call->words[3], id.vlan);
	if (entry.is_static)
		return error_set(call->error, -EBUSY, "%s is the address of bridge %s itself",
				 call->words[3], call->words[1]);
	call->committed = forget_entry;
	return 0;
}

int cmd_fdb_stats_show(struct command_call *call)
{
	struct bridge *bridge = bridge_get(call, call->words[1]);
	struct fdb_stats stats;
	int result;

	if (!bridge)
		return -ENOENT;
	result = fdb_bridge_stats(call->daemon->fdb, bridge->conf->number, &stats);
	if (result < 0)
		return error_set(call->error, result, "bridge %s is not in the data path",
				 call->words[1]);
	text_add(call->output, "Statistics for bridge \"%s\":\n", call->words[1]);
	text_add(call->output,
		 "  Current/maximum MAC entries in the table: %" PRIu32 "/%" PRIu32 "\n",
		 stats.current, stats.max);
	text_add(call->output, "  Current static MAC entries in the table : %" PRIu32 "\n",
		 stats.current_static);
	text_add(call->output, "  Total number of learned MAC entries     : %" PRIu64 "\n",
		 stats.learned);
	text_add(call->output, "  Total number of expired MAC entries     : %" PRIu64 "\n",
		 stats.expired);
	text_add(call->output, "  Total number of evicted MAC entries     : %" PRIu64 "\n",
		 stats.evicted);
	text_add(call->output, "  Total number of port moved MAC entries  : %" PRIu64 "\n",
		 stats.moved);
	return 0;
}
