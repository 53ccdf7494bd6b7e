// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random frames, and the key that the tests' reference finds in each: flow_keys SEED COUNT. A line
 * for each frame: its octets and the key's words, in hex, or why it is
 * dropped.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/datapath/flow_random.h"

int main(int argc, char **argv)
{
	static struct reference_frame frame;
	struct reference_headers headers;

	if (argc != 3)
		return 2;
	srand(strtoul(argv[1], NULL, 0));
	for (long count = strtol(argv[2], NULL, 0); count > 0; count--) {
		random_frame(&frame);
		reference_parse(&headers, &frame, 1, true);
		for (uint32_t i = 0; i < frame.len; i++)
			printf("%02x", frame.octets[i]);
		for (int word = 0; word < XVS_FLOW_WORDS && !headers.drop; word++)
			printf(" %" PRIx64, (uint64_t)headers.key.word[word]);
		puts(headers.drop == XVS_DROP_RUNT ? " runt" : headers.drop ? " headers" : "");
	}
	return 0;
}
