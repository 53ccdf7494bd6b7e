/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef XVS_DB_NAME_H
#define XVS_DB_NAME_H

#include "db/store.h"

/*
 * For queries: joins to `port` its bridge, `real`, and the fake bridge of its VLAN, `fake`, if the
 * bridge has one; the name of the one that the port shows up on. `tag` is compared as it is stored:
 * a tag is written in one way only.
 */
#define SHOWN_PORT                                                                                 \
	" JOIN Bridge AS real ON real._id = port._parent"                                          \
	" LEFT JOIN Port AS fake ON fake._parent = port._parent AND fake.fake_bridge"              \
	" AND fake.tag = port.tag AND NOT port.fake_bridge AND port.name <> real.name "
#define SHOWN_BRIDGE " coalesce(fake.name, real.name) "

/*
 * May a new bridge, port or interface (`kind`) have this name? -EINVAL when no network device can,
 * -EEXIST when another bridge, port or interface has it already. The sentence says which rule, or
 * who.
 */
int name_check(struct db *db, const char *kind, const char *name, struct error *error);

/* The same for an interface of a port that may be there already, and have the same name. */
int name_check_interface(struct db *db, const char *name, struct error *error);

#endif
