/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * veth pairs that the switch makes: for internal ports, and for the link between two patch ports.
 *
 * Each end carries an alias, "xvswitch:INSTANCE:PORT", that says whose it is. The kernel keeps the
 * pair without switchd; a new switchd knows it by that.
 */
#ifndef XVS_PAIR_H
#define XVS_PAIR_H

#include <net/if.h>
#include <stdbool.h>
#include "switchd/link.h"

struct daemon;

#define PAIR_ALIAS_SIZE sizeof(((struct link *)NULL)->alias)

/* The alias of a port's device. */
void pair_alias(const struct daemon *daemon, const char *port, char alias[PAIR_ALIAS_SIZE]);

/* Is it an end of a pair of any instance? */
bool pair_is_end(const struct link *link);

/* The port that the device is an end for; NULL when it is not of this instance. */
const char *pair_port(const struct daemon *daemon, const struct link *link);

/* The other end, NULL when it is in another namespace. While a pair vanishes, the kernel's messages
 * about its ends come one by one: it may be gone already. */
struct link *pair_other_end(struct daemon *daemon, const struct link *link);

/*
 * Before a pair is made with an end of this name: one that was made for the port of the name, and
 * no longer fits, has to go. Who asked for another may yet be refused, and the old one has the
 * user's addresses: while the configuration is not certain (model.h: `tentative`) it stays, and the
 * answer is -EINPROGRESS.
 */
int pair_make_room(struct daemon *daemon, const char *name);

/* Removes pairs that no port of the configuration wants. */
void pair_sweep(struct daemon *daemon);

/* Removes all pairs of the instance. */
void pair_remove_all(struct daemon *daemon);

#endif
