/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that commands take. The switch may not be able to read what its user can, so their text
 * goes to it in the place of their name.
 */
#ifndef XVS_FILE_H
#define XVS_FILE_H

#include <jansson.h>
#include "cli/program.h"
#include "db/error.h"

/*
 * Puts a file's text in the place of each word that its command's usage calls FILE; "-" is standard
 * input. Where a word may also be something else, or lines of a file are blamed by its name, both
 * go, as {"file":NAME, "text":TEXT}, which no word that the user writes can be: so it is with
 * FLOW-FILE and GROUP-FILE, with a FLOW or GROUP that is "-", and with a SOURCE that is the name of
 * a file rather than of a bridge. `words`: strings, as they go to the switch. Negative errno with a
 * sentence when a file can't be read or is not text.
 */
int file_read_words(const struct program *program, json_t *words, struct error *error);

#endif
