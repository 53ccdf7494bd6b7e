/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef XVS_DB_NAME_H
#define XVS_DB_NAME_H

#include "db/store.h"

/*
 * May a bridge or a port (`kind`: "bridge" or "port") have this name? -EINVAL when no network
 * device can, -EEXIST when another bridge or port has it already. The sentence says which rule, or
 * who.
 */
int name_check(struct db *db, const char *kind, const char *name, struct error *error);

/* The same for an interface, whose name may be that of its port. */
int name_check_interface(struct db *db, const char *name, struct error *error);

#endif
