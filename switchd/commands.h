/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handlers of commands.def: each is in the file of its noun (bridge_commands.c,
 * port_commands.c, ...).
 */
#ifndef XVS_COMMANDS_H
#define XVS_COMMANDS_H

#include "switchd/command.h"

#define COMMAND(language, name, options, min, max, arguments, help, handler) command_fn handler;
#include "switchd/commands.def"

#endif
