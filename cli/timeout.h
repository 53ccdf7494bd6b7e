/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --timeout: the time that a whole call may take, whatever it is waiting for.
 */
#ifndef XVS_TIMEOUT_H
#define XVS_TIMEOUT_H

#include "cli/program.h"

/*
 * From now on the process has so many seconds. Then it says so and is ended by SIGALRM, as Open
 * vSwitch's programs are: a shell sees exit status 142. 0: no limit.
 */
void timeout_start(const struct program *program, unsigned seconds);

#endif
