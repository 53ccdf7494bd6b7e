/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The versions of OpenFlow, as far as they show in what commands of ovs-ofctl do and print.
 */
#ifndef XVS_OPENFLOW_H
#define XVS_OPENFLOW_H

#include "switchd/command.h"
#include "switchd/flow_action.h"

enum openflow {
	OPENFLOW_10 = 1,
	OPENFLOW_11,
	OPENFLOW_12,
	OPENFLOW_13,
	OPENFLOW_14,
	OPENFLOW_15,
};

/* The greatest version of the option --protocols, or `otherwise` without one. -EINVAL with
 * ovs-ofctl's sentence. */
int openflow_version(const struct command_call *call, enum openflow otherwise,
		     enum openflow *version);

/* The words that actions are printed in. */
enum flow_words openflow_words(enum openflow version);

/* The first line of an answer, without a newline: "OFPST_FLOW reply (OF1.3) (xid=0x2):". `name` is
 * what stands behind OFPST_, or with `nicira` behind NXST_ in version 1.0. */
void openflow_reply(struct text *text, enum openflow version, bool nicira, const char *name,
		    unsigned xid);

#endif
