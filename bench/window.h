/* SPDX-License-Identifier: BSD-2-Clause */
/* What arrives in a window of time, after a while to warm up. */
#ifndef BENCH_WINDOW_H
#define BENCH_WINDOW_H

#include <stddef.h>

struct window {
	unsigned long long calls, sum;
	double seconds; /* how long it was in fact */
};

/* Calls receive(fd), which waits for something, until the window is over: how often that was, and
 * the sum of what it returned. */
struct window window_measure(double seconds, size_t (*receive)(int fd), int fd);

#endif
