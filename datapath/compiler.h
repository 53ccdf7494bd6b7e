/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What every header here needs from the compiler.
 *
 * The headers are compiled into both objects, and bpftool links these into one: a map or switch is
 * therefore defined as __weak, and the linker keeps one of each after comparing their definitions.
 */
#ifndef XVS_COMPILER_H
#define XVS_COMPILER_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Access to memory that somebody else writes at the same time: one load or store, here and now. */
#define READ_ONCE(x)         (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))

/*
 * Makes the compiler forget what it knows about a variable. It removes a bound that it finds
 * needless, but the verifier of older kernels, which has forgotten by then, needs.
 */
#define FORGET(x) asm volatile("" : "+r"(x))

/* An index that is known to be below a size, which is a power of two, such that the verifier knows
 * it, too. */
#define BOUNDED(index, size)                                                                       \
	({                                                                                         \
		__u32 bounded_ = (index);                                                          \
		FORGET(bounded_);                                                                  \
		bounded_ &((size)-1);                                                              \
	})

#endif
