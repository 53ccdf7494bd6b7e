// SPDX-License-Identifier: BSD-2-Clause
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/fdb.h"
#include "switchd/fdb_evict.h"
#include "switchd/fdb_table.h"
#include "switchd/vlan.h"

/* Slots that are always scanned in one go: 1 MB, some 100 microseconds. */
#define SCAN_SLOTS    65536

#define MAC_FORMAT    "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_ARGS(mac) (mac)[0], (mac)[1], (mac)[2], (mac)[3], (mac)[4], (mac)[5]

/* Static entries of the instance: with them the largest table is three quarters full. */
#define STATIC_MAX (FDB_SIZE_MAX / 2)

struct count {
	uint32_t learned;
	uint32_t fixed; /* static entries */
};

struct fdb_bridge {
	bool known;
	struct fdb_limits limits;
	struct count count;
	struct fdb_stats stats; /* its totals; the rest is in `count` and `limits` */
};

struct fdb {
	const struct dp_class *dpc;
	struct dp *dp;
	struct xvs_shared *shared;
	struct fdb_table table;
	struct count count;
	uint32_t size; /* sum of the bridges' bounds */

	/* Ageing. No entry can be too old before `due`; a scan for them goes from slot 0 to the
	 * end. */
	uint64_t due;
	uint32_t scan_at;
	uint64_t scan_displaced; /* table.displaced when the scan began */

	struct fdb_bridge bridge[XVS_BRIDGES_MAX];
	struct fdb_port *port[XVS_PORTS_MAX]; /* NULL: does not learn */
};

static uint32_t now_of(const struct fdb *fdb)
{
	return __atomic_load_n(&fdb->shared->now, __ATOMIC_RELAXED);
}

/* What is removed on purpose may speak again at once, and is to be reported then. */
static void allow_reports(struct fdb *fdb)
{
	__atomic_store_n(&fdb->shared->flushes, fdb->shared->flushes + 1, __ATOMIC_RELEASE);
}

static uint64_t key_of(const struct fdb_id *id)
{
	uint64_t octets = 0;

	memcpy(&octets, id->mac, 6);
	return xvs_fdb_key(le64toh(octets), id->vlan);
}

static struct xvs_fdb_slot *find(const struct fdb *fdb, const struct fdb_id *id)
{
	return fdb_table_find(&fdb->table, key_of(id), id->bridge);
}

static uint16_t bridge_number(const struct xvs_fdb_slot *slot)
{
	return xvs_forward_bridge(slot->forward);
}

static struct fdb_bridge *bridge_of(struct fdb *fdb, const struct xvs_fdb_slot *slot)
{
	return &fdb->bridge[bridge_number(slot)];
}

/* The bridge, or NULL when it was not announced. */
static struct fdb_bridge *bridge_find(struct fdb *fdb, uint16_t number)
{
	return number && number < XVS_BRIDGES_MAX && fdb->bridge[number].known
		       ? &fdb->bridge[number]
		       : NULL;
}

static void entry_of(struct fdb *fdb, const struct xvs_fdb_slot *slot, struct fdb_entry *entry)
{
	uint64_t octets = htole64(slot->key);

	memcpy(entry->id.mac, &octets, 6);
	entry->id.vlan = xvs_fdb_key_vid(slot->key);
	entry->id.bridge = bridge_number(slot);
	entry->port = slot->forward & XVS_FORWARD_PORT;
	entry->egress = xvs_forward_egress(slot->forward);
	entry->is_static = slot->forward & XVS_FORWARD_STATIC;
	entry->age = fdb_table_age(slot, now_of(fdb));
}

static void account(struct fdb *fdb, const struct xvs_fdb_slot *slot, int change)
{
	struct count *counts[] = {&fdb->count, &bridge_of(fdb, slot)->count};

	for (int i = 0; i < 2; i++) {
		if (slot->forward & XVS_FORWARD_STATIC)
			counts[i]->fixed += change;
		else
			counts[i]->learned += change;
	}
}

static void drop(struct fdb *fdb, struct xvs_fdb_slot *slot)
{
	account(fdb, slot, -1);
	fdb_table_clear(slot);
}

static void drop_evicted(struct xvs_fdb_slot *slot, void *arg)
{
	bridge_of(arg, slot)->stats.evicted++;
	drop(arg, slot);
}

static void forward_to(struct fdb *fdb, struct xvs_fdb_slot *slot, uint32_t forward)
{
	account(fdb, slot, -1);
	fdb_table_forward(slot, forward);
	account(fdb, slot, 1);
}

/* Puts in a new entry; false when all its places are taken by static ones. */
static bool put(struct fdb *fdb, uint64_t key, uint32_t forward)
{
	uint32_t now = now_of(fdb);
	struct xvs_fdb_slot *slot = fdb_table_insert(&fdb->table, key, forward, now);

	if (!slot) {
		slot = fdb_table_oldest(&fdb->table, key, xvs_forward_bridge(forward), now);
		if (!slot)
			return false;
		drop_evicted(slot, fdb);
		fdb_table_fill(slot, key, forward, now);
	}
	account(fdb, slot, 1);
	return true;
}

/*
 * Takes the data path's table as it is and counts what is in it. A writer that was killed may have
 * left a key twice: of two copies, that goes which a look-up does not find.
 */
static void adopt_table(struct fdb *fdb)
{
	uint32_t buckets;

	fdb->table.bucket = fdb->dpc->fdb(fdb->dp, &buckets);
	fdb->table.mask = buckets - 1;
	fdb->count = (struct count){0};
	for (int i = 0; i < XVS_BRIDGES_MAX; i++)
		fdb->bridge[i].count = (struct count){0};
	for (uint32_t i = 0; i < fdb_table_slots(&fdb->table); i++) {
		struct xvs_fdb_slot *slot = fdb_table_slot(&fdb->table, i);

		if (!slot->key)
			continue;
		if (fdb_table_find(&fdb->table, slot->key, bridge_number(slot)) == slot)
			account(fdb, slot, 1);
		else
			fdb_table_clear(slot);
	}
	fdb->scan_at = 0;
	fdb->due = 0;
}

int fdb_open(const struct dp_class *dpc, struct dp *dp, struct fdb **fdbp, struct error *error)
{
	struct fdb *fdb = calloc(1, sizeof(*fdb));

	if (!fdb)
		return error_set(error, -ENOMEM, "out of memory for the FDB");
	fdb->dpc = dpc;
	fdb->dp = dp;
	fdb->shared = dpc->shared(dp);
	adopt_table(fdb);
	*fdbp = fdb;
	return 0;
}

void fdb_close(struct fdb *fdb)
{
	for (int i = 0; fdb && i < XVS_PORTS_MAX; i++)
		free(fdb->port[i]);
	free(fdb);
}

/* Learned entries for which the new table has no place are lost; that shows in a flood, no more. */
static int copy_entries(struct xvs_fdb_bucket *bucket, uint32_t buckets, void *arg)
{
	const struct fdb *fdb = arg;
	struct fdb_table table = {.bucket = bucket, .mask = buckets - 1};

	for (uint32_t i = 0; i < fdb_table_slots(&fdb->table); i++) {
		const struct xvs_fdb_slot *slot = fdb_table_slot(&fdb->table, i);

		if (!slot->key)
			continue;
		if (!fdb_table_insert(&table, slot->key, slot->forward, fdb_table_used(slot)) &&
		    slot->forward & XVS_FORWARD_STATIC)
			return -ENOSPC;
	}
	return 0;
}

/* May a table of this many buckets be half full of learned entries, and with the static ones three
 * quarters? */
static bool is_enough(const struct fdb *fdb, uint32_t buckets)
{
	uint64_t slots = (uint64_t)buckets * XVS_FDB_SLOTS;
	uint64_t learned = fdb->size > fdb->count.learned ? fdb->size : fdb->count.learned;

	return learned * 2 <= slots && (learned + fdb->count.fixed) * 4 <= slots * 3;
}

/*
 * Makes the table as large as the bounds ask for. Smaller only when that saves three quarters of
 * it: after a start the bridges are announced one by one.
 */
static int fit_table(struct fdb *fdb, bool shrink, struct error *error)
{
	uint32_t buckets = XVS_FDB_BUCKETS_MIN, old = fdb->table.mask + 1;
	int rc;

	while (buckets < XVS_FDB_BUCKETS_MAX && !is_enough(fdb, buckets))
		buckets *= 2;
	if (buckets <= old && (!shrink || buckets > old / 4))
		return 0;
	rc = fdb->dpc->fdb_resize(fdb->dp, buckets, copy_entries, fdb, error);
	if (!rc)
		adopt_table(fdb);
	return rc;
}

static void evict(struct fdb *fdb, uint16_t bridge, uint32_t count)
{
	fdb_evict(&fdb->table, bridge, now_of(fdb), count, drop_evicted, fdb);
}

static void enforce_bound(struct fdb *fdb, uint16_t number)
{
	const struct fdb_bridge *bridge = &fdb->bridge[number];

	if (bridge->count.learned > bridge->limits.size)
		evict(fdb, number, bridge->count.learned - bridge->limits.size);
}

int fdb_bridge_set(struct fdb *fdb, uint16_t number, const struct fdb_limits *limits,
		   struct error *error)
{
	struct fdb_bridge *bridge;
	struct fdb_limits old;
	uint32_t others;
	int rc;

	if (!number || number >= XVS_BRIDGES_MAX)
		return error_set(error, -EINVAL, "%u is not a bridge number", number);
	bridge = &fdb->bridge[number];
	old = bridge->limits;
	others = fdb->size - old.size;
	if (limits->size > FDB_SIZE_MAX - others)
		return error_set(error, -ENOSPC,
				 "mac-table-size %u is too large: all bridges of an instance "
				 "together have at most "
				 "%u entries, and other bridges have %u of them",
				 limits->size, FDB_SIZE_MAX, others);
	if (bridge->known && limits->size == old.size && limits->aging == old.aging)
		return 0;
	bridge->limits = *limits;
	fdb->size = others + limits->size;
	enforce_bound(fdb, number);
	rc = fit_table(fdb, limits->size < old.size, error);
	if (rc && limits->size > old.size) {
		bridge->limits = old;
		fdb->size = others + old.size;
		return rc;
	}
	bridge->known = true;
	fdb->due = 0;
	return 0;
}

void fdb_bridge_del(struct fdb *fdb, uint16_t number)
{
	struct fdb_bridge *bridge = bridge_find(fdb, number);

	if (!bridge)
		return;
	for (uint32_t i = 0; bridge->count.learned + bridge->count.fixed; i++) {
		struct xvs_fdb_slot *slot = fdb_table_slot(&fdb->table, i);

		if (slot->key && bridge_number(slot) == number)
			drop(fdb, slot);
	}
	fdb->size -= bridge->limits.size;
	memset(bridge, 0, sizeof(*bridge));
	fit_table(fdb, true, NULL);
}

static bool same_port(const struct fdb_port *a, const struct fdb_port *b)
{
	if (!a || !b)
		return a == b;
	return a->bridge == b->bridge && !memcmp(&a->vlan, &b->vlan, sizeof(a->vlan));
}

/* Without memory it does not learn. */
void fdb_port_set(struct fdb *fdb, uint16_t number, const struct fdb_port *port)
{
	struct fdb_port **slot;

	if (!number || number >= XVS_PORTS_MAX)
		return;
	slot = &fdb->port[number];
	if (same_port(*slot, port))
		return;
	free(*slot);
	*slot = port ? malloc(sizeof(**slot)) : NULL;
	if (*slot)
		**slot = *port;
	allow_reports(fdb);
}

static void learn(struct fdb *fdb, uint64_t key, uint32_t forward)
{
	uint16_t number = xvs_forward_bridge(forward);
	struct fdb_bridge *bridge = &fdb->bridge[number];
	uint64_t expires = (uint64_t)now_of(fdb) + bridge->limits.aging;
	uint32_t size = bridge->limits.size;

	if (size && bridge->count.learned >= size)
		evict(fdb, number, size < 32 ? 1 : size / 32);
	if (bridge->count.learned >= size || !put(fdb, key, forward))
		return;
	bridge->stats.learned++;
	if (bridge->limits.aging && expires < fdb->due)
		fdb->due = expires;
}

static bool is_individual(uint64_t mac)
{
	return mac &&
	       !(mac & 1); /* the group bit is the lowest of the first octet, IEEE 802-2014 8.2 */
}

/* The forwarding instruction for an address that is behind a port; 0: it can't be there. */
static uint32_t instruction(const struct fdb *fdb, uint64_t key, uint16_t number)
{
	const struct fdb_port *port = number < XVS_PORTS_MAX ? fdb->port[number] : NULL;
	int egress;

	if (!port || !(key >> 63) || !is_individual(xvs_fdb_key_mac(key)) ||
	    !fdb->bridge[port->bridge].known)
		return 0;
	egress = vlan_egress(&port->vlan, xvs_fdb_key_vid(key));
	return egress < 0 ? 0 : xvs_forward(port->bridge, number, egress);
}

void fdb_event(const struct xvs_event *event, void *arg)
{
	struct fdb *fdb = arg;
	uint32_t forward = instruction(fdb, event->key, event->port);
	struct fdb_stats *stats;
	struct xvs_fdb_slot *slot;

	if (!forward)
		return;
	slot = fdb_table_find(&fdb->table, event->key, xvs_forward_bridge(forward));
	if (!slot) {
		learn(fdb, event->key, forward);
		return;
	}
	stats = &bridge_of(fdb, slot)->stats;
	if ((slot->forward & XVS_FORWARD_PORT) == event->port) {
		fdb_table_touch(slot, now_of(fdb));
	} else if (slot->forward & XVS_FORWARD_STATIC) {
		stats->static_blocked++;
	} else {
		fdb_table_touch(slot, now_of(fdb));
		forward_to(fdb, slot, forward);
		stats->moved++;
	}
}

/* Removes the entry if it is too old, else says when it could be. */
static void age(struct fdb *fdb, struct xvs_fdb_slot *slot, uint32_t now)
{
	struct fdb_bridge *bridge = bridge_of(fdb, slot);
	uint32_t aging = bridge->limits.aging, left = aging - fdb_table_age(slot, now);

	if (!aging || slot->forward & XVS_FORWARD_STATIC)
		return;
	if (left > aging || !left) {
		bridge->stats.expired++;
		drop(fdb, slot);
	} else if ((uint64_t)now + left < fdb->due) {
		fdb->due = (uint64_t)now + left;
	}
}

/*
 * A scan takes one tick, or two for a large table, and finds out when the next is due: while nobody
 * falls silent there is none for the whole ageing time. An entry that was displaced meanwhile may
 * have slipped from the part that is still to be scanned into the one that was; the next scan is
 * due at once then.
 */
static void scan(struct fdb *fdb, uint32_t now)
{
	uint32_t slots = fdb_table_slots(&fdb->table), end = slots;

	if (!fdb->scan_at) {
		fdb->due = UINT64_MAX;
		fdb->scan_displaced = fdb->table.displaced;
		if (slots > SCAN_SLOTS)
			end = slots / 2;
	}
	for (; fdb->scan_at < end; fdb->scan_at++) {
		struct xvs_fdb_slot *slot = fdb_table_slot(&fdb->table, fdb->scan_at);

		if (slot->key)
			age(fdb, slot, now);
	}
	if (end == slots) {
		fdb->scan_at = 0;
		if (fdb->table.displaced != fdb->scan_displaced)
			fdb->due = now;
	}
}

void fdb_tick(struct fdb *fdb)
{
	uint32_t now = now_of(fdb) + 1;

	__atomic_store_n(&fdb->shared->now, now, __ATOMIC_RELAXED);
	if (fdb->scan_at || now >= fdb->due)
		scan(fdb, now);
}

int fdb_add_static(struct fdb *fdb, const struct fdb_id *id, uint16_t port, enum xvs_egress egress,
		   struct error *error)
{
	uint32_t forward = xvs_forward(id->bridge, port, egress) | XVS_FORWARD_STATIC;
	struct xvs_fdb_slot *slot;
	bool room;

	if (!is_individual(xvs_fdb_key_mac(key_of(id))))
		return error_set(error, -EINVAL,
				 MAC_FORMAT " is not the address of a single station",
				 MAC_ARGS(id->mac));
	if (!bridge_find(fdb, id->bridge) || !port || port >= XVS_PORTS_MAX)
		return error_set(error, -EINVAL, "there is no bridge %u with a port %u", id->bridge,
				 port);
	slot = find(fdb, id);
	room = fdb->count.fixed < STATIC_MAX || (slot && slot->forward & XVS_FORWARD_STATIC);
	if (slot && room) {
		forward_to(fdb, slot, forward);
		return 0;
	}
	if (!room || !put(fdb, key_of(id), forward))
		return error_set(error, -ENOSPC,
				 "no room for a static entry for " MAC_FORMAT
				 ": there are %u already",
				 MAC_ARGS(id->mac), fdb->count.fixed);
	fit_table(fdb, false, NULL);
	return 0;
}

int fdb_del(struct fdb *fdb, const struct fdb_id *id, struct error *error)
{
	struct xvs_fdb_slot *slot = find(fdb, id);

	if (!slot)
		return error_set(error, -ENOENT, "no entry for " MAC_FORMAT, MAC_ARGS(id->mac));
	drop(fdb, slot);
	allow_reports(fdb);
	return 0;
}

int fdb_lookup(struct fdb *fdb, const struct fdb_id *id, struct fdb_entry *entry)
{
	const struct xvs_fdb_slot *slot = find(fdb, id);

	if (!slot)
		return -ENOENT;
	entry_of(fdb, slot, entry);
	return 0;
}

void fdb_flush(struct fdb *fdb, uint16_t bridge)
{
	uint32_t left = fdb->count.learned;

	if (bridge >= XVS_BRIDGES_MAX)
		return;
	if (bridge && fdb->bridge[bridge].count.learned < left)
		left = fdb->bridge[bridge].count.learned;
	for (uint32_t i = 0; left && i < fdb_table_slots(&fdb->table); i++) {
		struct xvs_fdb_slot *slot = fdb_table_slot(&fdb->table, i);

		if (!slot->key || slot->forward & XVS_FORWARD_STATIC ||
		    (bridge && bridge_number(slot) != bridge))
			continue;
		drop(fdb, slot);
		left--;
	}
	allow_reports(fdb);
}

void fdb_sweep(struct fdb *fdb, bool (*keep)(const struct fdb_entry *entry, void *arg), void *arg)
{
	for (uint32_t i = 0; i < fdb_table_slots(&fdb->table); i++) {
		struct xvs_fdb_slot *slot = fdb_table_slot(&fdb->table, i);
		struct fdb_entry entry;

		if (!slot->key)
			continue;
		entry_of(fdb, slot, &entry);
		if (!keep(&entry, arg))
			drop(fdb, slot);
	}
}

void fdb_each(struct fdb *fdb, uint16_t number,
	      void (*fn)(const struct fdb_entry *entry, void *arg), void *arg)
{
	const struct fdb_bridge *bridge = bridge_find(fdb, number);
	uint32_t left = bridge ? bridge->count.learned + bridge->count.fixed : 0;

	for (uint32_t i = 0; left; i++) {
		const struct xvs_fdb_slot *slot = fdb_table_slot(&fdb->table, i);
		struct fdb_entry entry;

		if (!slot->key || bridge_of(fdb, slot) != bridge)
			continue;
		entry_of(fdb, slot, &entry);
		fn(&entry, arg);
		left--;
	}
}

int fdb_bridge_stats(struct fdb *fdb, uint16_t number, struct fdb_stats *stats)
{
	const struct fdb_bridge *bridge = bridge_find(fdb, number);

	if (!bridge)
		return -ENOENT;
	*stats = bridge->stats;
	stats->current = bridge->count.learned + bridge->count.fixed;
	stats->current_static = bridge->count.fixed;
	stats->max = bridge->limits.size;
	return 0;
}
