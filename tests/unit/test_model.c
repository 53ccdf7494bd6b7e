/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model and its reconcile, on a fake data path and fake devices: every event that a device or a
 * configuration can bring, and what the data path holds afterwards.
 */
#include "fixture.h"

#include <errno.h>
#include <linux/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void test_ports_of_a_bridge(void **state)
{
	struct fixture *f = with_two_ports(state);
	const struct dp_port *p1 = dp_port_of(f, "p1");

	assert_int_equal(port_of(f, "p1")->state, PORT_UP);
	assert_int_equal(p1->ifindex, device(f, "p1")->ifindex);
	assert_int_equal(p1->tx_ifindex, p1->ifindex);
	assert_int_equal(p1->mtu, 1500);
	assert_int_equal(p1->bridge, model_bridge(f->daemon.model, "br0")->conf->number);
	assert_int_equal(p1->flags, XVS_PORT_UP | XVS_PORT_TX_PEER);
	assert_int_equal(p1->hook, DP_HOOK_TC);
	assert_true(is_flooded_to(f, "br0", "p1"));
	assert_true(is_flooded_to(f, "br0", "p2"));
	assert_int_equal(group_size(f, "br0"), 2); /* br0 itself is down */
	assert_settled(f);
}

static void test_device_appears_and_vanishes(void **state)
{
	struct fixture *f = *state;
	struct dp *dp = f->daemon.dp;
	uint16_t number;

	add_br(f, "br0");
	add_port(f, "br0", "p1");
	number = port_of(f, "p1")->conf->number;
	assert_int_equal(port_of(f, "p1")->state, PORT_ABSENT);
	assert_non_null(strstr(port_of(f, "p1")->why.text, "no network device named p1"));
	assert_non_null(strstr(text_string(&f->warning), "no network device named p1"));
	assert_int_equal(dp->ports[number].ifindex, 0);
	assert_settled(f); /* the sentence is told once */

	fake_link_add("p1", "tun");
	assert_int_equal(port_of(f, "p1")->state, PORT_UP);
	assert_string_equal(port_of(f, "p1")->why.text, "");
	assert_int_equal(dp->ports[number].ifindex, device(f, "p1")->ifindex);
	assert_true(is_flooded_to(f, "br0", "p1"));
	speak(f, "p1", 1);
	assert_int_equal(learned_at(f, "br0", 1), number);

	fake_link_del("p1");
	assert_int_equal(port_of(f, "p1")->state, PORT_ABSENT);
	assert_int_equal(dp->ports[number].ifindex, 0);
	assert_int_equal(group_size(f, "br0"), 0);
	assert_int_equal(learned_at(f, "br0", 1), 0);

	fake_link_add("p1", "tun");
	assert_int_equal(port_of(f, "p1")->state, PORT_UP);
	assert_settled(f);
}

static void test_rename_and_back(void **state)
{
	struct fixture *f = with_two_ports(state);
	uint16_t number = port_of(f, "p1")->conf->number;

	fake_link_rename("p1", "other");
	assert_int_equal(port_of(f, "p1")->state, PORT_ABSENT);
	assert_int_equal(f->daemon.dp->ports[number].ifindex, 0);
	fake_link_rename("p2", "p1");
	assert_int_equal(port_of(f, "p1")->state, PORT_UP);
	assert_int_equal(port_of(f, "p2")->state, PORT_ABSENT);
	assert_int_equal(dp_port_of(f, "p1")->ifindex, device(f, "p1")->ifindex);
	fake_link_rename("other", "p2");
	assert_int_equal(port_of(f, "p2")->state, PORT_UP);
	assert_int_equal(group_size(f, "br0"), 2);
	assert_settled(f);
}

static void test_down_flushes(void **state)
{
	struct fixture *f = with_two_ports(state);

	speak(f, "p1", 1);
	speak(f, "p2", 2);
	fake_link_set_up("p1", false);
	assert_int_equal(port_of(f, "p1")->state, PORT_DOWN);
	assert_int_equal(dp_port_of(f, "p1")->flags & XVS_PORT_UP, 0);
	assert_false(is_flooded_to(f, "br0", "p1"));
	assert_int_equal(learned_at(f, "br0", 1), 0);
	assert_int_not_equal(learned_at(f, "br0", 2), 0);
	speak(f, "p1", 1); /* reported too late */
	assert_int_equal(learned_at(f, "br0", 1), 0);

	fake_link_set_up("p1", true);
	assert_int_equal(port_of(f, "p1")->state, PORT_UP);
	assert_true(is_flooded_to(f, "br0", "p1"));
	speak(f, "p1", 1);
	assert_int_not_equal(learned_at(f, "br0", 1), 0);
	assert_settled(f);
}

static void test_move_between_bridges(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct link *p1 = device(f, "p1");
	const uint8_t late[6] = {0x02, 0xaa, 0, 0, 0, 7};
	const struct dp_port *before = dp_port_of(f, "p1");

	add_br(f, "br1");
	speak(f, "p1", 1);
	/* Reported before the move, read after it. */
	fake_dp_event(f->daemon.dp, XVS_EVENT_NEW, late, 0, before->number);
	fixture_begin(f);
	assert_int_equal(db_port_del(f->daemon.db, "p1", NULL), 0);
	assert_int_equal(db_port_add(f->daemon.db, "br1", "p1", 0, NULL), 0);
	assert_int_equal(fixture_commit(f), 0);

	assert_string_equal(port_of(f, "p1")->bridge->conf->name, "br1");
	assert_int_equal(dp_port_of(f, "p1")->ifindex, p1->ifindex);
	assert_int_equal(dp_port_of(f, "p1")->bridge,
			 model_bridge(f->daemon.model, "br1")->conf->number);
	assert_false(is_flooded_to(f, "br0", "p1"));
	assert_true(is_flooded_to(f, "br1", "p1"));
	assert_int_equal(learned_at(f, "br0", 1), 0);
	assert_int_equal(learned_at(f, "br0", 7), 0);
	speak(f, "p1", 1);
	assert_int_not_equal(learned_at(f, "br1", 1), 0);
	assert_settled(f);
}

static void test_restart_adopts(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct dp *dp = f->daemon.dp;

	fake_link_set_up("br0", true);
	speak(f, "p1", 1);
	speak(f, "p2", 2);
	fixture_stop(f);
	fake_dp_count_from_zero(dp);
	fake_link_changes = 0;
	fixture_start(f);
	assert_int_equal(dp->port_changes + dp->port_dels, 0);
	assert_int_equal(dp->vlans_changes, 0);
	assert_int_equal(fake_link_changes, 0);
	assert_int_equal(learned_at(f, "br0", 1), port_of(f, "p1")->conf->number);
	assert_settled(f);

	/* What happens while nobody is there. */
	fixture_stop(f);
	fake_link_set_up("p1", false);
	fake_link_rename("p2", "p3");
	fixture_start(f);
	assert_int_equal(port_of(f, "p1")->state, PORT_DOWN);
	assert_int_equal(port_of(f, "p2")->state, PORT_ABSENT);
	assert_int_equal(dp_port_of(f, "p2")->ifindex, 0);
	assert_int_equal(learned_at(f, "br0", 1), 0);
	assert_int_equal(learned_at(f, "br0", 2), 0);

	/* A driver that has changed its mind. */
	fake_link_set_up("p1", true);
	speak(f, "p1", 1);
	fixture_stop(f);
	dp->refuse = device(f, "p1")->ifindex;
	fixture_start(f);
	assert_int_equal(port_of(f, "p1")->state, PORT_REFUSED);
	assert_int_equal(learned_at(f, "br0", 1), 0);
}

static void test_local_port(void **state)
{
	struct fixture *f = *state;
	struct link *host, *hidden;
	struct port *port;
	uint16_t number;

	add_br(f, "br0");
	port = port_of(f, "br0");
	host = device(f, "br0");
	hidden = port->link;
	assert_int_equal(port->state, PORT_DOWN);
	assert_int_equal(host->flags & IFF_UP, 0);
	assert_int_not_equal(hidden->flags & IFF_UP, 0);
	assert_string_equal(host->alias, "xvswitch:test:br0");
	assert_string_equal(hidden->alias, "xvswitch:test:br0");
	assert_memory_equal(host->mac, port->bridge->conf->hwaddr, 6);
	assert_int_equal(dp_port_of(f, "br0")->ifindex, hidden->ifindex);
	assert_int_equal(dp_port_of(f, "br0")->tx_ifindex, host->ifindex);

	fake_link_set_up("br0", true);
	assert_int_equal(port->state, PORT_UP);
	assert_int_equal(dp_port_of(f, "br0")->flags,
			 XVS_PORT_UP | XVS_PORT_TX_INGRESS | XVS_PORT_TX_XDP);
	host->mtu = 9000;
	fake_link_changed(host);
	assert_int_equal(hidden->mtu, 9000);
	assert_int_equal(dp_port_of(f, "br0")->mtu, 9000);
	assert_settled(f);

	fake_link_del("br0"); /* the user's: it is made again */
	assert_non_null(device(f, "br0"));
	assert_int_equal(port_of(f, "br0")->state, PORT_DOWN);
	assert_settled(f);

	fake_link_rename("br0", "uplink");
	assert_non_null(strstr(port_of(f, "br0")->why.text, "renamed to uplink"));
	fake_link_set_up("uplink", true);
	assert_int_equal(port_of(f, "br0")->state, PORT_UP);
	assert_settled(f);

	fake_link_move_away("uplink");
	assert_int_equal(dp_port_of(f, "br0")->tx_ifindex, dp_port_of(f, "br0")->ifindex);
	assert_int_equal(dp_port_of(f, "br0")->flags & XVS_PORT_TX_INGRESS, 0);
	assert_int_not_equal(dp_port_of(f, "br0")->flags & XVS_PORT_TX_PEER, 0);
	assert_settled(f);

	number = dp_port_of(f, "br0")->bridge;
	del_br(f, "br0");
	assert_null(device(f, "uplink"));
	assert_null(f->daemon.dp->vlans[number]);
}

static void test_bridge_name_is_taken(void **state)
{
	struct fixture *f = *state;

	/* When it is asked for, it is an error. */
	fake_link_add("br0", "tun");
	fixture_begin(f);
	assert_int_equal(db_bridge_add(f->daemon.db, "br0", NULL), 0);
	assert_int_equal(fixture_commit(f), -EEXIST);
	assert_non_null(strstr(f->error.text, "another one has that name"));
	assert_null(model_bridge(f->daemon.model, "br0"));

	/* Later it is what the port says. */
	fake_link_rename("br0", "tap0");
	add_br(f, "br0");
	fixture_stop(f);
	fake_link_del("br0");
	fake_link_rename("tap0", "br0");
	fixture_start(f);
	assert_int_equal(port_of(f, "br0")->state, PORT_REFUSED);
	assert_non_null(strstr(port_of(f, "br0")->why.text, "another one has that name"));
	assert_settled(f);
	fake_link_del("br0");
	assert_int_equal(port_of(f, "br0")->state, PORT_DOWN);
	assert_string_equal(device(f, "br0")->kind, "veth");
	assert_settled(f);
}

static void assert_refused(struct fixture *f, const char *name, const char *sentence)
{
	struct error error;

	assert_true(model_link_check(&f->daemon, device(f, name), &error) < 0);
	assert_non_null(strstr(error.text, name));
	assert_non_null(strstr(error.text, sentence));
}

static void test_refusals(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct link *link;

	fake_link_add("lo", "")->flags |= IFF_LOOPBACK;
	assert_refused(f, "lo", "loopback");
	fake_link_add("tun0", "tun")->type = ARPHRD_NONE;
	assert_refused(f, "tun0", "no Ethernet frames");
	fake_link_add("virbr0", "bridge");
	assert_refused(f, "virbr0", "is a bridge");
	link = fake_link_add("eth1", "");
	link->master = device(f, "virbr0")->ifindex;
	assert_refused(f, "eth1", "belongs to virbr0");
	assert_refused(f, "br0", "internal port");
	assert_refused(f, port_of(f, "br0")->link->name, "internal port");
	assert_int_equal(model_link_check(&f->daemon, device(f, "p1"), NULL), 0);

	add_port(f, "br0", "eth1");
	assert_int_equal(port_of(f, "eth1")->state, PORT_REFUSED);
	assert_non_null(strstr(text_string(&f->warning), "virbr0"));
	link->master = 0;
	fake_link_changed(link);
	assert_int_equal(port_of(f, "eth1")->state, PORT_UP);
	link->master = device(f, "virbr0")->ifindex;
	fake_link_changed(link);
	assert_int_equal(port_of(f, "eth1")->state, PORT_REFUSED);
	assert_int_equal(link->flags & IFF_PROMISC, 0);
	fake_link_rename("eth1", "eth2");
	assert_int_equal(port_of(f, "eth1")->state, PORT_ABSENT);

	link = fake_link_add("p3", "");
	f->daemon.dp->refuse = link->ifindex;
	add_port(f, "br0", "p3");
	assert_int_equal(link->flags & IFF_PROMISC, 0);
	assert_int_equal(port_of(f, "p3")->state, PORT_REFUSED);
	assert_non_null(strstr(port_of(f, "p3")->why.text, "the driver refused"));
	assert_int_equal(group_size(f, "br0"), 2);
	f->daemon.dp->refuse = 0;
	fake_link_changed(device(f, "p3"));
	assert_int_equal(port_of(f, "p3")->state, PORT_UP);
}

static void test_device_is_left_as_found(void **state)
{
	struct fixture *f = *state;
	struct link *eth1 = fake_link_add("eth1", ""), *eth2 = fake_link_add("eth2", "");

	fake_link_set_offloads("eth1", "rx-vlan-hw-parse,rx-lro");
	eth2->flags |= IFF_PROMISC;
	add_br(f, "br0");
	add_port(f, "br0", "eth1");
	add_port(f, "br0", "eth2");
	assert_int_not_equal(eth1->flags & IFF_PROMISC, 0);
	assert_string_equal(fake_link_offloads("eth1"), "");
	assert_settled(f);

	eth1->flags &= ~IFF_PROMISC; /* somebody switches it off */
	fake_link_changed(eth1);
	assert_int_not_equal(eth1->flags & IFF_PROMISC, 0);

	fixture_stop(f);
	fixture_start(f);
	del_port(f, "eth2");
	assert_int_not_equal(eth2->flags & IFF_PROMISC, 0);
	fake_link_rename("eth1", "eth3");
	assert_int_equal(eth1->flags & IFF_PROMISC, 0);
	assert_string_equal(fake_link_offloads("eth3"), "rx-vlan-hw-parse,rx-lro");

	/* From port to port by a change of name, and with a switchd that was not there to see it.
	 */
	add_port(f, "br0", "eth3");
	add_port(f, "br0", "eth4");
	fake_link_rename("eth3", "eth4");
	fake_link_rename("eth4", "eth6");
	assert_int_equal(eth1->flags & IFF_PROMISC, 0);
	assert_string_equal(fake_link_offloads("eth6"), "rx-vlan-hw-parse,rx-lro");
	fake_link_rename("eth6", "eth4");
	assert_int_not_equal(eth1->flags & IFF_PROMISC, 0);
	fixture_stop(f);
	fake_link_rename("eth4", "eth5");
	fixture_start(f);
	assert_int_equal(eth1->flags & IFF_PROMISC, 0);
	assert_string_equal(fake_link_offloads("eth5"), "rx-vlan-hw-parse,rx-lro");
}

static void test_rollback_gives_back(void **state)
{
	struct fixture *f = *state;
	struct link *eth1 = fake_link_add("eth1", "");

	add_br(f, "br0");
	fixture_begin(f);
	assert_int_equal(db_port_add(f->daemon.db, "br0", "eth1", 0, NULL), 0);
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	assert_int_equal(port_of(f, "eth1")->state, PORT_UP);
	db_rollback(f->daemon.db);
	assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	model_settled(&f->daemon, NULL);
	assert_null(model_port(f->daemon.model, "eth1"));
	assert_int_equal(eth1->flags & IFF_PROMISC, 0);
	assert_settled(f);
}

static void test_impossible_bound_is_refused(void **state)
{
	struct fixture *f = with_two_ports(state);

	add_br(f, "br1");
	set_column(f, "Bridge", "br1", "other_config", "mac-table-size=1040000");
	fixture_begin(f);
	assert_int_equal(db_bridge_add(f->daemon.db, "br2", NULL), 0);
	assert_true(fixture_commit(f) < 0);
	assert_non_null(strstr(f->error.text, "br2"));
	assert_null(model_bridge(f->daemon.model, "br2"));
	assert_null(device(f, "br2"));
	assert_settled(f);
}

static void test_xdp_is_healed_within_limits(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct link *p1 = device(f, "p1");
	struct dp *dp = f->daemon.dp;

	set_column(f, "Interface", "p1", "options", "rx-hook=xdp");
	assert_int_equal(port_of(f, "p1")->hook, DP_HOOK_XDP);
	fake_link_changed(p1); /* the news of our own program */
	fake_dp_count_from_zero(dp);
	p1->xdp_id += 100000; /* swapped by another switchd of this instance: still ours */
	fake_link_changed(p1);
	assert_int_equal(dp->port_sets, 0);
	for (int i = 0; i < 20; i++) {
		p1->xdp_id = 0;
		dp->hooks[port_of(f, "p1")->conf->number] = DP_HOOK_TC;
		fake_link_changed(p1);
		if (i < 5)
			assert_int_equal(p1->xdp_id, 1000 + p1->ifindex);
	}
	assert_int_equal(dp->port_sets, 5);
	assert_int_equal(port_of(f, "p1")->hook, DP_HOOK_TC);
	assert_non_null(strstr(port_of(f, "p1")->why.text, "somebody removed the program again"));
}

static void test_less_than_wanted(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct link *p1 = device(f, "p1");
	struct dp *dp = f->daemon.dp;

	fake_link_set_peer_offloads("p1", true);
	dp->refuse_xdp = p1->ifindex;
	dp->foreign_on = p1->ifindex;
	p1->xdp_id = dp->foreign_id = 77;
	set_column(f, "Interface", "p1", "options", "rx-hook=xdp");
	assert_int_equal(port_of(f, "p1")->state, PORT_UP);
	assert_int_equal(port_of(f, "p1")->hook, DP_HOOK_TC);
	assert_non_null(strstr(text_string(&f->warning), "XDP was refused"));
	assert_non_null(strstr(text_string(&f->warning), "ethtool -K DEVICE tx off"));
	assert_settled(f);

	dp->refuse_xdp = dp->foreign_on = p1->xdp_id = 0; /* what stood in the way went */
	fake_link_set_peer_offloads("p1", false);
	fake_link_changed(p1);
	assert_int_equal(port_of(f, "p1")->hook, DP_HOOK_XDP);
	assert_string_equal(port_of(f, "p1")->why.text, "");
}

/* What the other end says of itself may change at any time, in another namespace without a word:
 * each run asks. */
static void test_peer_that_changes(void **state)
{
	struct fixture *f = with_two_ports(state);

	set_column(f, "Interface", "p1", "options", "rx-hook=xdp");
	assert_string_equal(port_of(f, "p1")->why.text, "");
	fake_link_set_peer_offloads("p1", true);
	set_column(f, "Port", "p2", "tag", "11");
	assert_non_null(strstr(port_of(f, "p1")->why.text, "ethtool -K DEVICE tx off"));
	fake_link_set_peer_offloads("p1", false);
	set_column(f, "Port", "p2", "tag", "12");
	assert_string_equal(port_of(f, "p1")->why.text, "");
}

/* That of the bridge's device. */
static int look_up_own_address(struct fixture *f, const char *bridge, struct fdb_entry *entry)
{
	struct fdb_id id = {.bridge = dp_port_of(f, bridge)->bridge};

	memcpy(id.mac, device(f, bridge)->mac, sizeof(id.mac));
	return fdb_lookup(f->daemon.fdb, &id, entry);
}

static void test_static_entries(void **state)
{
	struct fixture *f = with_two_ports(state);
	static const char hwaddr[] = "hwaddr=\"02:00:00:00:12:34\"";
	const uint8_t mac[6] = {0x02, 0xaa, 0, 0, 0, 9};
	struct fdb_entry entry;

	assert_int_equal(look_up_own_address(f, "br0", &entry), 0);
	assert_int_equal(entry.port, port_of(f, "br0")->conf->number);
	assert_true(entry.is_static);

	speak(f, "p2", 9);
	fixture_begin(f);
	assert_int_equal(db_static_mac_add(f->daemon.db, "br0", "p1", 0, mac, NULL), 0);
	assert_int_equal(fixture_commit(f), 0);
	assert_int_equal(learned_at(f, "br0", 9), port_of(f, "p1")->conf->number);
	fake_link_set_up("p1", false);
	assert_int_equal(learned_at(f, "br0", 9), port_of(f, "p1")->conf->number);
	fake_link_rename("p1", "gone");
	assert_int_equal(learned_at(f, "br0", 9), 0);
	fake_link_rename("gone", "p1");
	assert_int_equal(learned_at(f, "br0", 9), port_of(f, "p1")->conf->number);
	assert_settled(f);

	fixture_begin(f);
	assert_int_equal(db_static_mac_del(f->daemon.db, "br0", 0, mac, NULL), 0);
	assert_int_equal(fixture_commit(f), 0);
	assert_int_equal(learned_at(f, "br0", 9), 0);

	set_column(f, "Bridge", "br0", "other_config", hwaddr);
	assert_int_equal(device(f, "br0")->mac[5], 0x34);
	assert_int_equal(look_up_own_address(f, "br0", &entry), 0);

	/* Another bridge with the same name, numbers and address. */
	fixture_begin(f);
	assert_int_equal(db_bridge_del(f->daemon.db, "br0", NULL), 0);
	assert_int_equal(db_bridge_add(f->daemon.db, "br0", NULL), 0);
	assert_true(write_column(f->daemon.db, "Bridge", "br0", "other_config", hwaddr));
	assert_int_equal(fixture_commit(f), 0);
	assert_int_equal(look_up_own_address(f, "br0", &entry), 0);
}

/* The fake data path tells when an entry of one bridge leads to a port of another. */
static void test_number_is_used_again(void **state)
{
	struct fixture *f = with_two_ports(state);
	const uint8_t mac[6] = {0x02, 0xaa, 0, 0, 0, 9};
	uint16_t number = port_of(f, "p1")->conf->number;

	add_br(f, "br1");
	fake_link_add("p3", "veth");
	speak(f, "p1", 1);
	fixture_begin(f);
	assert_int_equal(db_static_mac_add(f->daemon.db, "br0", "p1", 0, mac, NULL), 0);
	assert_int_equal(fixture_commit(f), 0);
	fixture_begin(f);
	assert_int_equal(db_port_del(f->daemon.db, "p1", NULL), 0);
	assert_int_equal(db_port_add(f->daemon.db, "br1", "p3", 0, NULL), 0);
	assert_int_equal(fixture_commit(f), 0);
	assert_int_equal(port_of(f, "p3")->conf->number, number);
	assert_int_equal(learned_at(f, "br0", 1), 0);
	assert_int_equal(learned_at(f, "br0", 9), 0);
	assert_settled(f);
}

static void test_teardown(void **state)
{
	struct fixture *f = with_two_ports(state);
	struct link *eth1 = fake_link_add("eth1", "");

	add_port(f, "br0", "eth1");
	f->daemon.teardown = true;
	model_teardown(&f->daemon);
	assert_null(device(f, "br0"));
	assert_int_equal(eth1->flags & IFF_PROMISC, 0);
}

static void test_many_ports_are_quick(void **state)
{
	struct fixture *f = *state;
	struct timespec from, to;
	char name[16];

	fixture_begin(f);
	db_bridge_add(f->daemon.db, "br0", NULL);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		fake_link_add(name, "veth");
		assert_int_equal(db_port_add(f->daemon.db, "br0", name, 0, NULL), 0);
	}
	assert_int_equal(fixture_commit(f), 0);
	assert_int_equal(group_size(f, "br0"), 1000);
	assert_settled(f);
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < 10; i++)
		assert_int_equal(model_reconcile(&f->daemon, NULL, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("1,000 ports, nothing to do: %.2f ms\n",
		      (to.tv_sec - from.tv_sec) * 100.0 + (to.tv_nsec - from.tv_nsec) / 1e7);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ports_of_a_bridge),
		TEST(test_device_appears_and_vanishes),
		TEST(test_rename_and_back),
		TEST(test_down_flushes),
		TEST(test_move_between_bridges),
		TEST(test_restart_adopts),
		TEST(test_local_port),
		TEST(test_bridge_name_is_taken),
		TEST(test_refusals),
		TEST(test_device_is_left_as_found),
		TEST(test_rollback_gives_back),
		TEST(test_impossible_bound_is_refused),
		TEST(test_xdp_is_healed_within_limits),
		TEST(test_less_than_wanted),
		TEST(test_peer_that_changes),
		TEST(test_static_entries),
		TEST(test_number_is_used_again),
		TEST(test_teardown),
		TEST(test_many_ports_are_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
