/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Columns that say which records belong to which: structural ones of UUIDs. They are not stored as
 * such. One that may hold several (Open_vSwitch:bridges, Bridge:ports, Port:interfaces) shows the
 * records of the table it refers to whose _parent is this record; one that holds exactly one
 * (Static_MAC:port) is a foreign key, which commands do not write.
 *
 * A record has one parent at most. One that has none at the end of a transaction is removed. Within
 * a transaction more may name it, and name it before it is made: they have a claim, and the first
 * gets it when it is made, or when its parent stops naming it or goes.
 */
#ifndef XVS_DB_RELATION_H
#define XVS_DB_RELATION_H

#include <jansson.h>
#include <stdbool.h>
#include "db/store.h"

static inline bool is_relation(const struct db_column *column)
{
	return column->structural && column->key == DB_UUID;
}

/* Are records of this table somebody's children? */
bool relation_owns(const struct db_table *child);

/* Makes the children of a record those that `value`, in normal form, names. It has a claim to those
 * that are not made yet, or another's. */
int relation_set(struct db *db, const struct db_table *table, const char *uuid,
		 const struct db_column *column, const json_t *value, struct error *error);

/* Adds to the value of a relation, as it is stored, what the record `uuid` has a claim to. */
int relation_add_claimed(struct db *db, const struct db_column *column, const char *uuid,
			 json_t **value, struct error *error);

/* A record has been made: gives it to the first that has a claim to it. */
int relation_made(struct db *db, const char *uuid, struct error *error);

/* _id of those that belong to nobody, yet or any more, or to somebody who does not: their names are
 * not taken. */
#define LOOSE_BRIDGES "SELECT _id FROM Bridge WHERE _parent IS NULL"
#define LOOSE_PORTS   "SELECT _id FROM Port WHERE _parent IS NULL OR _parent IN (" LOOSE_BRIDGES ")"

/* Removes the Bridge, Port or Interface of this name if it is loose, and what belongs to it. */
int relation_free_name(struct db *db, const char *table, const char *name, struct error *error);

/* Removes the Bridge or Port of this name, with what belongs to it and nobody has a claim to. */
int relation_remove(struct db *db, const char *table, const char *name, struct error *error);

/* To be called when a bridge or port has been deleted otherwise: removes interfaces of it that have
 * no bridge yet, which no foreign key takes along. The next port may get its _id. */
int relation_removed(struct db *db, struct error *error);

/* Numbers interfaces that have come to a bridge, for OpenFlow; part of relation_settle(). */
int relation_number(struct db *db, struct error *error);

/* Forgets all claims, with a transaction that ends. */
void relation_reset(struct db *db);

/*
 * At the end of a transaction: removes what belongs to nobody, gives bridges that have none their
 * local port, and interfaces their OpenFlow port number. -EINVAL with a sentence when a claim is
 * left, to a record that was never made or has another parent, or a port has no interface, or a
 * bridge's local port another one than that of its name.
 */
int relation_settle(struct db *db, struct error *error);

#endif
