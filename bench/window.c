// SPDX-License-Identifier: BSD-2-Clause
#include "bench/window.h"

#include "bench/place.h"

#define WARM_UP 0.2 /* seconds */

struct window window_measure(double seconds, size_t (*receive)(int fd), int fd)
{
	struct window window = {};
	double start;

	receive(fd); /* the first may be a while in coming */
	for (start = now(); now() < start + WARM_UP;)
		receive(fd);
	start = now();
	do {
		window.sum += receive(fd);
		window.calls++;
		window.seconds = now() - start;
	} while (window.seconds < seconds);
	return window;
}
