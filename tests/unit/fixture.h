/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A switch on a fake data path and fake devices, with a real database: what the tests of the model
 * stand on.
 */
#ifndef XVS_FIXTURE_H
#define XVS_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "fake_dp.h"
#include "fake_link.h"
#include "switchd/daemon.h"
#include "switchd/model.h"

struct fixture {
	struct daemon daemon;
	char folder[32];
	struct text warning; /* of the last fixture_commit() */
	struct error error;
};

/* A switch with nothing on it; the tests' set-up and tear-down. The latter looks for breaches of
 * dp.h. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* As a SIGTERM and a new start: database, data path and devices stay. */
void fixture_stop(struct fixture *fixture);
void fixture_start(struct fixture *fixture);

/* As a command: what is changed in the database in between becomes true, or is rolled back. */
void fixture_begin(struct fixture *fixture);
int fixture_commit(struct fixture *fixture);
void fixture_rollback(struct fixture *fixture);

/* One change each, which must not fail. */
void add_br(struct fixture *fixture, const char *bridge);
void del_br(struct fixture *fixture, const char *bridge);
void add_port(struct fixture *fixture, const char *bridge, const char *port);
void del_port(struct fixture *fixture, const char *port);
void set_column(struct fixture *fixture, const char *table, const char *record, const char *column,
		const char *value);

/* Inside a transaction; false when there is no such record. */
bool write_column(struct db *db, const char *table, const char *record, const char *column,
		  const char *value);

/* A port's VLAN settings, as words of a command line; NULL: empty. */
struct vlan_words {
	const char *mode, *tag, *trunks, *cvlans, *other_config;
};
#define VLAN_WORDS(...) (&(const struct vlan_words){__VA_ARGS__})

bool write_vlan(struct db *db, const char *port, const struct vlan_words *words); /* likewise */
void set_vlan(struct fixture *fixture, const char *port, const struct vlan_words *words);

/* A bridge br0 with the ports p1 and p2, veths into namespaces: trunks. */
struct fixture *with_two_ports(void **state);

struct link *device(struct fixture *fixture, const char *name);

/* Nothing is to be done, and nothing is. */
void assert_settled(struct fixture *fixture);

/* What is known of a port. */
struct port *port_of(struct fixture *fixture, const char *name);
const struct dp_port *dp_port_of(struct fixture *fixture, const char *name);

/* What a bridge floods in VLAN 0. */
bool is_flooded_to(struct fixture *fixture, const char *bridge, const char *port);
size_t group_size(struct fixture *fixture, const char *bridge);

/* How a port gets what is flooded in a VLAN: enum xvs_egress, or NOT_FLOODED. */
#define NOT_FLOODED (-1)
int flood_form(struct fixture *fixture, const char *bridge, uint16_t vlan, const char *port);

/* A station behind a port; the last octet of its address. It speaks without a tag, or in a VLAN. */
void speak(struct fixture *fixture, const char *port, uint8_t station);
void speak_in(struct fixture *fixture, const char *port, uint16_t vlan, uint8_t station);

/* The port that frames to this address go to in a bridge, in VLAN 0 or another; 0: unknown. */
uint16_t learned_at(struct fixture *fixture, const char *bridge, uint8_t station);
uint16_t learned_in(struct fixture *fixture, const char *bridge, uint16_t vlan, uint8_t station);

#endif
