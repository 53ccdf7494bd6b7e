/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The word that somebody probably meant: the one of some known words that is nearest to what they
 * wrote.
 */
#ifndef XVS_NEAREST_H
#define XVS_NEAREST_H

struct nearest {
	const char *word;  /* as written */
	const char *name;  /* the nearest so far, NULL: none is near */
	unsigned distance; /* of name; before there is one, the first that is too far */
};

struct nearest nearest_begin(const char *word);
void nearest_try(struct nearest *nearest, const char *name);

#endif
