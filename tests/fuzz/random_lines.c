/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives a fuzz target all lines of the files in the folder CORPUS, and then lines made of them at
 * random: XVS_TEST_SEED=N does the same ones again.
 */
#include "fuzz.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RANDOM_LINES 200000
#define LINE_MAX_LEN 512

struct corpus {
	char **lines;
	size_t count, room;
};

static void keep(struct corpus *corpus, const char *line)
{
	if (corpus->count == corpus->room) {
		corpus->room = corpus->room ? 2 * corpus->room : 256;
		corpus->lines = realloc(corpus->lines, corpus->room * sizeof(*corpus->lines));
	}
	if (!corpus->lines || !(corpus->lines[corpus->count++] = strdup(line))) {
		fprintf(stderr, "out of memory\n");
		exit(1);
	}
}

static void read_file(struct corpus *corpus, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		perror(path);
		exit(1);
	}
	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (*line != '#')
			keep(corpus, line);
	}
	free(line);
	fclose(file);
}

static void read_folder(struct corpus *corpus)
{
	glob_t found;

	if (glob(CORPUS "/*", 0, NULL, &found)) {
		fprintf(stderr, "%s: there is nothing in it\n", CORPUS);
		exit(1);
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_file(corpus, found.gl_pathv[i]);
	globfree(&found);
}

static void try_line(const char *line)
{
	LLVMFuzzerTestOneInput((const uint8_t *)line, strlen(line));
}

static size_t pick(size_t count)
{
	return (size_t)rand() % count;
}

/* The beginning of one line and the end of another. */
static void splice(char *line, const char *first, const char *second)
{
	size_t length = pick(strlen(first) + 1);

	snprintf(line, LINE_MAX_LEN, "%.*s%s%s", (int)length, first, pick(2) ? "," : "",
		 second + pick(strlen(second) + 1));
}

/* Puts another octet in place of one, takes one out, or doubles one. */
static void change(char *line)
{
	static const char octets[] = ",=/:()[].-+|*\"\\ \t0123456789abcdefxlr_#>\x01\xff";
	size_t length = strlen(line), at;

	if (!length)
		return;
	at = pick(length);
	switch (pick(3)) {
	case 0:
		line[at] = octets[pick(sizeof(octets) - 1)];
		break;
	case 1:
		memmove(line + at, line + at + 1, length - at);
		break;
	default:
		if (length + 1 < LINE_MAX_LEN)
			memmove(line + at + 1, line + at, length - at + 1);
	}
}

static void try_random(const struct corpus *corpus)
{
	char line[LINE_MAX_LEN];

	splice(line, corpus->lines[pick(corpus->count)], corpus->lines[pick(corpus->count)]);
	for (size_t i = pick(4); i; i--)
		change(line);
	try_line(line);
}

int main(void)
{
	const char *given = getenv("XVS_TEST_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	struct corpus corpus = {0};

	read_folder(&corpus);
	fprintf(stderr, "XVS_TEST_SEED=%u\n", seed);
	srand(seed);
	for (size_t i = 0; i < corpus.count; i++)
		try_line(corpus.lines[i]);
	for (size_t i = 0; i < RANDOM_LINES; i++)
		try_random(&corpus);
	printf("%zu lines of %s, %d at random\n", corpus.count, CORPUS, RANDOM_LINES);
	for (size_t i = 0; i < corpus.count; i++)
		free(corpus.lines[i]);
	free(corpus.lines);
	return 0;
}
