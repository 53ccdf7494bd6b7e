/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a flow matches, as text: words like "tcp" and "tp_dst=80".
 */
#ifndef XVS_FLOW_MATCH_H
#define XVS_FLOW_MATCH_H

#include <stdbool.h>
#include "db/error.h"
#include "db/text.h"
#include "switchd/flow.h"

/*
 * Adds one word to a match, `value` being "" where there is none: 1, 0 when it is not a word of a
 * match, -EINVAL with a sentence. A later word for the same bits counts. The name may be that of
 * some bits of a field, as actions have it ("NXM_NX_REG0[0..3]").
 */
int flow_match_add(struct flow_match *match, const char *name, const char *value,
		   const struct flow_ports *ports, struct error *error);

/*
 * Takes out what a frame cannot have, since what it needs is not matched (tp_dst without tcp, udp
 * or the like), as Open vSwitch does. Says whether there was any.
 */
bool flow_match_normalise(struct flow_match *match);

/* Without the priority, as it is kept in the database ("tcp,tp_dst=80"), and back. */
void flow_match_print(struct text *text, const struct flow_match *match,
		      const struct flow_ports *ports);
int flow_match_parse(struct flow_match *match, const char *text, const struct flow_ports *ports,
		     struct error *error);

#endif
