/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of flows in the database, as OpenFlow's flow_mod asks for them.
 */
#ifndef XVS_FLOW_CHANGE_H
#define XVS_FLOW_CHANGE_H

#include <stdint.h>
#include "switchd/flow_site.h"
#include "switchd/flow_text.h"
#include "switchd/openflow.h"

/* Does what `mod` says, the way this version of OpenFlow has it. A negative errno with a sentence.
 */
int flow_change(struct flow_site *site, const struct flow_mod *mod, enum openflow version);

/* Puts in a flow that was made and last modified at these times, ns of CLOCK_BOOTTIME, in place of
 * one of the same table, priority and match. */
int flow_change_put(struct flow_site *site, const struct flow *flow, uint64_t created,
		    uint64_t modified);

#endif
