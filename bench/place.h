/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the measuring programs work: in a network namespace, on a CPU. */
#ifndef XVS_BENCH_PLACE_H
#define XVS_BENCH_PLACE_H

#include <sys/types.h>

/* Ends the program with a sentence; errno's meaning is added unless it is 0. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Moves the calling process into the network namespace of that name (/run/netns), or ends the
 * program. */
void enter_namespace(const char *name);

/* Keeps the calling process on one CPU; one that is not there is taken modulo those that are. */
void stay_on_cpu(unsigned int cpu);

/* fork(2), by which a process comes to be that ends with the calling one at the latest. */
pid_t fork_with_us(void);

/* Seconds of a clock that only goes forward. */
double now(void);

#endif
