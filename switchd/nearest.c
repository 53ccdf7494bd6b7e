/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/nearest.h"

#include <string.h>

#define LENGTH_MAX 31

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements, swaps of neighbours: optimal string alignment distance. */
static unsigned distance(const char *a, const char *b)
{
	unsigned cost[LENGTH_MAX + 1][LENGTH_MAX + 1];
	unsigned n = strlen(a), m = strlen(b);

	for (unsigned i = 0; i <= n; i++)
		cost[i][0] = i;
	for (unsigned j = 0; j <= m; j++)
		cost[0][j] = j;
	for (unsigned i = 1; i <= n; i++) {
		for (unsigned j = 1; j <= m; j++) {
			cost[i][j] = min(cost[i - 1][j], cost[i][j - 1]) + 1;
			cost[i][j] = min(cost[i][j], cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				cost[i][j] = min(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[n][m];
}

struct nearest nearest_begin(const char *word)
{
	size_t length = strlen(word);

	return (struct nearest){.word = word, .distance = length < 4 ? 2 : 3};
}

void nearest_try(struct nearest *nearest, const char *name)
{
	unsigned d;

	if (strlen(nearest->word) > LENGTH_MAX || strlen(name) > LENGTH_MAX)
		return;
	d = distance(nearest->word, name);
	if (d < nearest->distance) {
		nearest->distance = d;
		nearest->name = name;
	}
}
