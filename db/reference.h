/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References: UUIDs in columns that are stored, such as Port:qos and Bridge:mirrors, as RFC 7047
 * 3.2 has them. A strong one must lead to a record; a weak one goes with the record that it leads
 * to. A record of a table that is no root is garbage when no strong one leads to it.
 *
 * They are looked at when a transaction ends, so that a chain of commands may name a record before
 * it makes it, and destroy one before it stops naming it.
 */
#ifndef XVS_DB_REFERENCE_H
#define XVS_DB_REFERENCE_H

#include "db/store.h"

/* -EINVAL with a sentence that names the first strong reference that leads nowhere. */
int reference_settle(struct db *db, struct error *error);

/* -EINVAL, with ovs-vsctl's sentence about a reference of the record `uuid` that leads nowhere. */
int reference_error(const struct db_table *table, const struct db_column *column, const char *uuid,
		    const char *target, struct error *error);

#endif
