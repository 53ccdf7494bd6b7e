/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that cmd_export() writes. */
#ifndef XVS_EXPORT_H
#define XVS_EXPORT_H

#include "switchd/command.h"

/* What mod-port says, groups, meters and flows. They come last: ports have their numbers then. */
int export_flows(struct command_call *call);

#endif
