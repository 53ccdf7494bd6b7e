/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenFlow port numbers that a draft keeps for interfaces which another database has. Flows name
 * ports by their numbers: what is written into a draft must mean the same when it is carried over.
 */
#ifndef XVS_DB_RESERVATION_H
#define XVS_DB_RESERVATION_H

#include "db/store.h"

/* Where the numbers that are given or kept are, with columns _bridge and _ofport: a table or view.
 */
const char *reservation_taken(const struct db *db);

/* The number that is kept for an interface on a bridge: 1, 0 and `ofport` as it was when there is
 * none, or an error. */
int reservation_get(struct db *db, int64_t interface, int64_t bridge, int64_t *ofport,
		    struct error *error);

/* May an interface be given the number that it asks for? Not when that is kept for another, nor
 * when it has asked for it before and has not got it: 1, 0 or an error. */
int reservation_permits(struct db *db, const char *interface_uuid, int64_t ofport,
			struct error *error);

#endif
