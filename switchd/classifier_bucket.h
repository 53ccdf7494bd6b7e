/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buckets of a subtable while they are written: no frame reaches them yet.
 */
#ifndef XVS_CLASSIFIER_BUCKET_H
#define XVS_CLASSIFIER_BUCKET_H

#include <stdbool.h>
#include <stdint.h>
#include "datapath/types.h"

struct classifier_buckets {
	struct xvs_flow_bucket *bucket;
	uint32_t mask; /* how many, a power of two, less one */
};

/* Puts in a rule by its line. One of the buckets must have room. False: it is there, but a search
 * may end before it comes to it, or to another one. */
bool classifier_bucket_put(const struct classifier_buckets *buckets, uint64_t hash, uint32_t line);

/* Puts another rule in the place of one that is there; 0: none. What leads on from a bucket that
 * was full stays. */
void classifier_bucket_replace(const struct classifier_buckets *buckets, uint64_t hash,
			       uint32_t line, uint32_t by);

#endif
