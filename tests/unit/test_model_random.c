/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random changes of configuration and devices: however the switch came to where it is, the data
 * path holds what a switch that starts from nothing would put there. On the way no breach of dp.h,
 * and no address is learned where it cannot be. XVS_SEED=N runs one seed only.
 */
#include "fixture.h"

#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/text.h"
#include "switchd/vlan.h"

#define SEEDS   10
#define STEPS   300
#define COMPARE 20 /* steps between comparisons */

static const char *const bridges[] = {"br0", "br1", "br2"};
static const char *const names[] = {"p0", "p1", "p2", "p3", "p4", "p5", "x0", "x1"};
static const char *const kinds[] = {"veth", "tun", "", "", "macvlan"};
static const char *const hooks[] = {"rx-hook=auto", "rx-hook=xdp", "rx-hook=tc"};
static const char *const bridge_options[] = {"mac-table-size=100", "mac-table-size=20000",
					     "forward-bpdu=true", "forward-bpdu=false"};

static const char *const flood_vlans[] = {"[]", "10", "0,20"};
static const char *const types[] = {"internal", "internal", "patch", "patch", "\"\"", "system"};
static const char *const limits[] = {"vlan-limit=1", "vlan-limit=2", "vlan-limit=0"};
static const struct vlan_words vlans[] = {
	{.mode = NULL},
	{.tag = "10"},
	{.tag = "20"},
	{.mode = "access"},
	{.trunks = "10,20"},
	{.trunks = "0,20-30"},
	{.other_config = "priority-tags=always"},
	{.mode = "native-tagged", .tag = "10"},
	{.mode = "native-untagged", .tag = "10"},
	{.mode = "native-untagged", .tag = "20", .trunks = "10"},
	{.mode = "dot1q-tunnel", .tag = "20"},
	{.mode = "dot1q-tunnel", .tag = "20", .cvlans = "5"},
};
static const uint16_t vids[] = {0, 10, 20, 25};

#define PICK(array) ((array)[rand() % (sizeof(array) / sizeof(*(array)))])

/* A port of another type; patch ports name each other, as a rule. */
static void make_link(struct db *db, const char *port, const char *peer)
{
	const char *type = PICK(types);
	char options[32];

	if (!write_column(db, "Interface", port, "type", type) || strcmp(type, "patch"))
		return;
	snprintf(options, sizeof(options), "peer=%s", peer);
	write_column(db, "Interface", port, "options", options);
	snprintf(options, sizeof(options), "peer=%s", port);
	if (rand() % 4 && write_column(db, "Interface", peer, "type", "patch"))
		write_column(db, "Interface", peer, "options", options);
}

/* Much of it is refused, for lack of such a bridge or port: that is part of it. */
static void change_configuration(struct db *db)
{
	const uint8_t mac[6] = {0x02, 0xaa, 0, 0, 0, rand() % 8};
	const char *port = PICK(names), *bridge = PICK(bridges);

	switch (rand() % 16) {
	case 0:
		db_bridge_del(db, bridge, NULL);
		break;
	case 1:
	case 2:
		db_bridge_add(db, bridge, NULL);
		break;
	case 3:
		db_port_del(db, port, NULL);
		db_port_add(db, bridge, port, 0, NULL);
		break;
	case 4:
		db_port_del(db, port, NULL);
		break;
	case 5:
		write_column(db, "Interface", port, "options", PICK(hooks));
		break;
	case 6:
		write_column(db, "Bridge", bridge, "other_config", PICK(bridge_options));
		break;
	case 7:
		if (write_column(db, "Bridge", bridge, "other_config", "forward-bpdu=true") &&
		    write_column(db, "Interface", port, "options", "rx-hook=auto"))
			db_static_mac_add(db, bridge, port, PICK(vids), mac, NULL);
		break;
	case 8:
		db_static_mac_del(db, bridge, PICK(vids), mac, NULL);
		break;
	case 9:
	case 10:
	case 11:
		write_vlan(db, rand() % 4 ? port : bridge, &PICK(vlans));
		break;
	case 12:
		write_column(db, "Bridge", bridge, "flood_vlans", PICK(flood_vlans));
		break;
	case 13:
		db_fake_bridge_add(db, port, bridge, PICK(vids), NULL);
		break;
	case 14:
		make_link(db, port, PICK(names));
		break;
	case 15:
		write_column(db, "Open_vSwitch", ".", "other_config", PICK(limits));
		break;
	default:
		db_port_add(db, bridge, port, 0, NULL);
		break;
	}
}

static void command(struct fixture *f)
{
	fixture_begin(f);
	for (int i = rand() % 4; i >= 0; i--)
		change_configuration(f->daemon.db);
	if (rand() % 5) {
		fixture_commit(
			f); /* may be refused: settings that don't fit, names that are taken */
		return;
	}
	model_reconcile(&f->daemon, NULL, NULL);
	if (rand() % 2) { /* killed before it could be committed */
		fixture_stop(f);
		db_rollback(f->daemon.db);
		fixture_start(f);
	} else {
		fixture_rollback(f);
	}
}

static void change_own_device(struct fixture *f, struct link *link)
{
	const char *new_name = PICK(names);

	if (!link)
		return;
	switch (rand() % 8) {
	case 0:
		fake_link_del(link->name);
		break;
	case 1:
		if (!link_by_name(f->daemon.links, new_name))
			fake_link_rename(link->name, new_name);
		break;
	case 2:
		link->mtu = rand() % 2 ? 1500 : 9000;
		fake_link_changed(link);
		break;
	case 3:
		if (link->peer && rand() % 4 == 0)
			fake_link_move_away(link->name);
		break;
	default:
		fake_link_set_up(link->name, rand() % 3);
		break;
	}
}

static void change_device(struct fixture *f)
{
	const char *name = PICK(names), *kind = PICK(kinds);
	struct link *link = link_by_name(f->daemon.links, name);

	if (!link) {
		link = fake_link_add(name, kind);
		link->xdp_features = *kind ? rand() % 2 * LINK_XDP_NDO_XMIT : rand() % 8;
		fake_link_changed(link);
		return;
	}
	switch (rand() % 6) {
	case 0:
		link->master = link->master ? 0 : 1;
		fake_link_changed(link);
		break;
	case 1:
		link->flags &= ~IFF_PROMISC;
		fake_link_changed(link);
		break;
	case 2:
		link->peer_xdp = !link->peer_xdp;
		fake_link_changed(link);
		break;
	default:
		change_own_device(f, link);
	}
}

static void hear(struct fixture *f)
{
	const struct port *port = model_port(f->daemon.model, PICK(names));

	if (!port || !port_attachable(port))
		return;
	if (rand() % 2)
		speak(f, port->conf->name, rand() % 16);
	else
		speak_in(f, port->conf->name, PICK(vids), rand() % 16);
}

static void step(struct fixture *f)
{
	switch (rand() % 16) {
	case 0:
		fixture_stop(f);
		if (rand() % 2)
			change_device(f);
		fixture_start(f);
		break;
	case 1:
	case 2:
	case 3:
	case 4:
		command(f);
		break;
	case 5:
	case 6:
		change_own_device(f, link_by_name(f->daemon.links, PICK(bridges)));
		break;
	case 7:
	case 8:
		hear(f);
		break;
	default:
		change_device(f);
		break;
	}
}

static void check_entry(struct fixture *f, const struct xvs_fdb_slot *slot)
{
	uint16_t number = slot->forward & XVS_FORWARD_PORT;
	const struct port *port = model_port_by_number(f->daemon.model, number);

	assert_non_null(port);
	assert_true(port_attachable(port));
	assert_int_equal(xvs_forward_bridge(slot->forward), port->bridge->conf->number);
	assert_int_equal(xvs_forward_egress(slot->forward),
			 vlan_egress(&port->conf->vlan, xvs_fdb_key_vid(slot->key)));
	if (!(slot->forward & XVS_FORWARD_STATIC))
		assert_int_equal(port->state, PORT_UP);
}

static void check(struct fixture *f)
{
	struct dp *dp = f->daemon.dp;

	fake_dp_check(dp);
	assert_string_equal(dp->violation, "");
	for (uint32_t i = 0; i < dp->n_buckets; i++)
		for (int slot = 0; slot < XVS_FDB_SLOTS; slot++)
			if (dp->buckets[i].slot[slot].key)
				check_entry(f, &dp->buckets[i].slot[slot]);
}

static void print_device(const struct link *link, void *arg)
{
	text_add(arg, "device %s mtu %u promisc %d alias %s\n", link->name, link->mtu,
		 !!(link->flags & IFF_PROMISC), link->alias);
}

static int compare_slots(const void *a, const void *b)
{
	const struct xvs_fdb_slot *x = *(const struct xvs_fdb_slot *const *)a;
	const struct xvs_fdb_slot *y = *(const struct xvs_fdb_slot *const *)b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->forward < y->forward ? -1 : x->forward > y->forward;
}

static void print_statics(const struct dp *dp, struct text *text)
{
	const struct xvs_fdb_slot *slots[64];
	size_t count = 0;

	for (uint32_t i = 0; i < dp->n_buckets * XVS_FDB_SLOTS; i++) {
		const struct xvs_fdb_slot *slot =
			&dp->buckets[i / XVS_FDB_SLOTS].slot[i % XVS_FDB_SLOTS];

		if (slot->key && slot->forward & XVS_FORWARD_STATIC) {
			assert_true(count < 64);
			slots[count++] = slot;
		}
	}
	qsort(slots, count, sizeof(*slots), compare_slots);
	for (size_t i = 0; i < count; i++)
		text_add(text, "static %016llx to %x\n", (unsigned long long)slots[i]->key,
			 slots[i]->forward);
}

static void print_vlan(const struct dp *dp, uint16_t bridge, uint16_t vid, struct text *text)
{
	const struct fake_dp_flood *flood = fake_dp_flood(dp, bridge, vid);

	text_add(text, "bridge %u VLAN %u%s:", bridge, vid,
		 fake_dp_only_floods(dp, bridge, vid) ? " only floods" : "");
	for (size_t i = 0; flood && i < flood->count; i++)
		text_add(text, " %u/%u", flood->members[i].port, flood->members[i].egress);
	text_add(text, "\n");
}

/* Those that are flooded as the one before is are left out. */
static void print_vlans(const struct dp *dp, uint16_t bridge, struct text *text)
{
	if (!dp->vlans[bridge])
		return;
	for (uint16_t vid = 0; vid < XVS_VLANS; vid++)
		if (!vid || dp->vlans[bridge]->entries[vid] != dp->vlans[bridge]->entries[vid - 1])
			print_vlan(dp, bridge, vid, text);
}

/* All that the data path holds but for what it learned, and the devices. */
static void print_all(const struct dp *dp, struct text *text)
{
	for (uint16_t number = 1; number < 64; number++) {
		const struct dp_port *port = &dp->ports[number];

		if (port->ifindex)
			text_add(text,
				 "port %u %s %u %u bridge %u VLAN %u/%x/%llx flags %x hook %d/%d "
				 "mtu "
				 "%u\n",
				 number, port->name, port->ifindex, port->tx_ifindex, port->bridge,
				 port->pvid, port->push_tpid,
				 (unsigned long long)port->vlan_set.word[0], port->flags,
				 port->hook, dp->hooks[number], port->mtu);
	}
	for (uint16_t bridge = 1; bridge < 64; bridge++)
		print_vlans(dp, bridge, text);
	print_statics(dp, text);
	fake_link_each(print_device, text);
}

static void compare_with_fresh_start(struct fixture *f)
{
	struct text before = TEXT_EMPTY, after = TEXT_EMPTY;

	print_all(f->daemon.dp, &before);
	fixture_stop(f);
	fake_dp_forget();
	fixture_start(f);
	print_all(f->daemon.dp, &after);
	assert_string_equal(text_string(&before), text_string(&after));
	text_free(&before);
	text_free(&after);
}

static void no_promisc(const struct link *link, void *arg)
{
	(void)arg;
	assert_int_equal(link->flags & IFF_PROMISC, 0);
	assert_string_equal(link->alias, "");
}

static void run(unsigned seed)
{
	struct fixture *f;
	void *state;

	print_message("seed %u\n", seed);
	srand(seed);
	fixture_setup(&state);
	f = state;
	for (int i = 1; i <= STEPS; i++) {
		step(f);
		check(f);
		if (i % COMPARE == 0)
			compare_with_fresh_start(f);
	}
	f->daemon.teardown = true;
	model_teardown(&f->daemon);
	fake_link_each(no_promisc, NULL);
	fixture_teardown(&state);
}

static void test_any_way_leads_to_the_same(void **state)
{
	const char *seed = getenv("XVS_SEED");

	(void)state;
	if (seed)
		run(atoi(seed));
	for (unsigned i = 1; !seed && i <= SEEDS; i++)
		run(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_way_leads_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
