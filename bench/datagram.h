/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is behind the Ethernet header in the frames that are sent: an IPv4 header, and one that UDP
 * and TCP both understand (struct frames_headers).
 */
#ifndef BENCH_DATAGRAM_H
#define BENCH_DATAGRAM_H

#include <stddef.h>
#include "bench/frames.h"

/* Writes `length` octets: a UDP datagram of zeros between addresses that are set aside for
 * measurements (RFC 2544, C.2.2). */
void datagram_fill(unsigned char *place, size_t length);

/*
 * Reads a file of lines "PROTOCOL ADDRESS PORT ADDRESS PORT", the source first, the protocol as a
 * number: what is to be written into a datagram of this length to make it one of each connection.
 * Returns how many there are; dies if there is none, or another word, or one too many.
 */
unsigned int connections_read(struct frames_connection list[FRAMES_CONNECTIONS_MAX],
			      const char *path, size_t length);

#endif
