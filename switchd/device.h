/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A network device on loan to the switch: what is changed on it while it is a port, and how it goes
 * back.
 *
 * A device that filters by MAC address or VLAN, or takes tags off frames, would hide from the
 * switch what is on the wire: promiscuous mode goes on, such offloads go off. veth and tap pass
 * everything and are left alone, but for a veth whose frames XDP takes: its other end must not pass
 * tags beside the frame. What was changed is in the database, so that whichever switchd runs when
 * the port goes can put it back. A database that is rolled back forgets, which is why the caller
 * keeps `saved` too.
 */
#ifndef XVS_DEVICE_H
#define XVS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include "db/db.h"
#include "db/error.h"
#include "switchd/dp.h"

struct daemon;
struct link;

/* Is something to be done before it can be a port with this hook? Cheap; not the offloads, which
 * only device_take() looks at. */
bool device_needs_taking(const struct link *link, enum dp_hook hook,
			 const struct db_saved_link *saved);

/*
 * Takes a device over. saved->ifindex is 0 before the first time; then a record of an earlier
 * switchd counts, and *hides tells whether the device goes on hiding something. An error does not
 * stand against its being a port: the sentence says what will be missing.
 */
int device_take(struct daemon *daemon, const struct link *link, enum dp_hook hook,
		struct db_saved_link *saved, bool *hides, struct error *error);

/*
 * It stays a port, and this hook takes its frames by now: gives back what only the other needed.
 * saved->ifindex 0: what an earlier switchd left taken. Clears `saved` if there was anything.
 */
void device_release(struct daemon *daemon, const struct link *link, enum dp_hook hook,
		    struct db_saved_link *saved);

/* It goes from one port to another: notes under which name it will be found taken. */
void device_hand_over(struct daemon *daemon, const struct link *link,
		      const struct db_saved_link *saved);

/*
 * Gives it back as it was found. saved->ifindex 0: what the database says, whatever name it has
 * now. A device that is not there any more needs nothing.
 */
void device_give_back(struct daemon *daemon, uint32_t ifindex, const struct db_saved_link *saved);

#endif
