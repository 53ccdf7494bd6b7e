/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In which order dump-flows prints: --sort[=FIELD] and --rsort[=FIELD], the first one given
 * counting most.
 */
#ifndef XVS_FLOW_ORDER_H
#define XVS_FLOW_ORDER_H

#include "switchd/command.h"
#include "switchd/flow_select.h"

/* Sorts if the command asks for it; -EINVAL with ovs-ofctl's sentence when a field is none. */
int flow_order(const struct command_call *call, struct flow_selection *selection);

/* Does the command ask for it? */
bool flow_order_asked(const struct command_call *call);

#endif
