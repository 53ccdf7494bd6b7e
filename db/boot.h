/* SPDX-License-Identifier: BSD-2-Clause */
/* Times that go on while the clock is set, and end with the boot that they are of. */
#ifndef XVS_DB_BOOT_H
#define XVS_DB_BOOT_H

#include <stdint.h>

#define BOOT_ID_LEN 36

/* Which boot this is, as a UUID; empty when the kernel does not say. */
void boot_id(char id[BOOT_ID_LEN + 1]);

/* Nanoseconds since then, those of sleep included. */
uint64_t boot_ns(void);

#endif
