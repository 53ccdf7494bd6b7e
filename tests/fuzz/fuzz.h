/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef XVS_FUZZ_H
#define XVS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's name. Does not return when something is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
