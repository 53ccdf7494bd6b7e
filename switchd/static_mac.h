/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Static entries of the FDB: those of the configuration (table Static_MAC) and each bridge's own
 * address, which is on its local port. An entry is in the FDB while its port is in the data path.
 */
#ifndef XVS_STATIC_MAC_H
#define XVS_STATIC_MAC_H

#include <stdint.h>
#include "db/error.h"

struct daemon;

/* Removes entries that are not wanted any more, or have another port now; adds none. */
void static_mac_prune(struct daemon *daemon);

/* Removes all of a bridge, by its number. */
void static_mac_remove(struct daemon *daemon, uint16_t bridge);

/* Makes the static entries what they should be. */
int static_mac_update(struct daemon *daemon, struct error *error);

/*
 * After a start: removes from an FDB that was adopted what does not belong there, static or
 * learned: entries of ports that are not up, not in that bridge, or do not carry the
 * VLAN so, static ones not configured.
 */
void static_mac_sweep(struct daemon *daemon);

#endif
