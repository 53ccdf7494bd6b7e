/* SPDX-License-Identifier: BSD-2-Clause */
/* An FDB on a fake data path, with two bridges and their ports, for its tests. */
#ifndef XVS_TEST_FDB_FIXTURE_H
#define XVS_TEST_FDB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "fake_dp.h"
#include "switchd/fdb.h"

/*
 * Bridge 1 has the ports 1 to 40, bridge 2 the ports 101 to 140, all of them trunks. Tests write
 * ports as 1 to 40, and say where an address is: VLANs 1 and 2 of bridge 1 are places 1 and 2, VLAN
 * 1 of bridge 2 is place 3.
 */
#define PORTS 40
#define OTHER 100

struct fixture {
	struct dp *dp;
	struct fdb *fdb;
};

static inline uint16_t bridge_of(uint16_t place)
{
	return place == 3 ? 2 : 1;
}

static inline uint16_t vlan_of(uint16_t place)
{
	return place == 3 ? 1 : place;
}

static inline uint16_t number_of(uint16_t place, uint16_t port)
{
	return place == 3 ? port + OTHER : port;
}

static inline const struct fdb_id *id_of(const uint8_t *mac, uint16_t place)
{
	static struct fdb_id id;

	memcpy(id.mac, mac, sizeof(id.mac));
	id.vlan = vlan_of(place);
	id.bridge = bridge_of(place);
	return &id;
}

static inline void announce(struct fixture *f, uint32_t aging, uint32_t size)
{
	const struct fdb_limits limits = {.aging = aging, .size = size};
	const struct fdb_port of1 = {.bridge = 1}, of2 = {.bridge = 2};
	struct error error;

	assert_int_equal(fdb_bridge_set(f->fdb, 1, &limits, &error), 0);
	assert_int_equal(fdb_bridge_set(f->fdb, 2, &limits, &error), 0);
	for (uint16_t port = 1; port <= PORTS; port++) {
		fdb_port_set(f->fdb, port, &of1);
		fdb_port_set(f->fdb, OTHER + port, &of2);
	}
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct error error;

	assert_int_equal(dp_fake.open("test", XVS_FDB_BUCKETS_MIN, &f->dp, &error), 0);
	assert_int_equal(fdb_open(&dp_fake, f->dp, &f->fdb, &error), 0);
	announce(f, 300, 1024);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	fdb_close(f->fdb);
	fake_dp_forget();
	free(f);
	return 0;
}

static inline const uint8_t *mac_of(uint32_t i)
{
	static uint8_t mac[6] = {2};

	mac[2] = i >> 24;
	mac[3] = i >> 16;
	mac[4] = i >> 8;
	mac[5] = i;
	return mac;
}

static inline void event(struct fixture *f, const uint8_t *mac, uint16_t place, uint16_t port)
{
	struct xvs_event event = {.port = number_of(place, port), .kind = XVS_EVENT_NEW};
	uint64_t octets = 0;

	for (int i = 5; i >= 0; i--)
		octets = octets << 8 | mac[i];
	event.key = xvs_fdb_key(octets, vlan_of(place));
	fdb_event(&event, f->fdb);
}

/* 0: not there. */
static inline uint16_t port_of(struct fixture *f, uint32_t i, uint16_t place)
{
	struct fdb_entry entry;

	return fdb_lookup(f->fdb, id_of(mac_of(i), place), &entry)
		       ? 0
		       : entry.port - number_of(place, 0);
}

static inline int add_static(struct fixture *f, const uint8_t *mac, uint16_t place, uint16_t port,
			     struct error *error)
{
	return fdb_add_static(f->fdb, id_of(mac, place), number_of(place, port), XVS_EGRESS_TAGGED,
			      error);
}

static inline int del(struct fixture *f, const uint8_t *mac, uint16_t place, struct error *error)
{
	return fdb_del(f->fdb, id_of(mac, place), error);
}

static inline int look_up(struct fixture *f, uint32_t i, uint16_t place, struct fdb_entry *entry)
{
	return fdb_lookup(f->fdb, id_of(mac_of(i), place), entry);
}

static inline struct fdb_stats stats_of(struct fixture *f, uint16_t bridge)
{
	struct fdb_stats stats;

	assert_int_equal(fdb_bridge_stats(f->fdb, bridge, &stats), 0);
	return stats;
}

static inline void ticks(struct fixture *f, int count)
{
	while (count--)
		fdb_tick(f->fdb);
}

static inline void count_entry(const struct fdb_entry *entry, void *arg)
{
	(void)entry;
	++*(uint32_t *)arg;
}

static inline uint32_t listed(struct fixture *f, uint16_t bridge)
{
	uint32_t count = 0;

	fdb_each(f->fdb, bridge, count_entry, &count);
	return count;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
