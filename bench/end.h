/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One end of a measurement with raw frames: a device in a network namespace, with a source and a
 * sink of its own (frames.bpf.c).
 */
#ifndef BENCH_END_H
#define BENCH_END_H

#include <linux/if_ether.h>
#include <net/if.h>
#include "bench/frames.h"

struct end {
	char namespace[128];
	char device[IF_NAMESIZE];
	unsigned int ifindex;
	unsigned char mac[ETH_ALEN];
	unsigned int vid, vids; /* tags of what it sends, as in struct frames_plan */
	struct frames *skeleton;
};

/* The end named "NETNS/DEVICE", "NETNS/DEVICE@VID" or "NETNS/DEVICE@FIRST-LAST"; the process stays
 * in its namespace. */
void end_open(struct end *end, const char *name);
void end_close(struct end *end);

/* Counts what arrives, in place of the host. */
void end_sink_attach(struct end *end);
void end_sink_detach(struct end *end);
struct frames_received end_sink_count(const struct end *end);

#endif
