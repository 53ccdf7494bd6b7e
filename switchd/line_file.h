/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of a file of flows or groups, as ovs-ofctl reads them: what follows a '#' is a comment,
 * lines with nothing in them are none.
 */
#ifndef XVS_LINE_FILE_H
#define XVS_LINE_FILE_H

#include "db/error.h"
#include "db/text.h"

struct line_file {
	const char *name;
	const char *rest;
	unsigned number; /* of the line that was read last */
	struct text line;
};

/* Name and text must last until it is closed. */
void line_file_open(struct line_file *file, const char *name, const char *text);
void line_file_close(struct line_file *file);

/* The next line without white space around it, valid until the next call; NULL at the end. */
const char *line_file_next(struct line_file *file);

/* Puts "FILE:LINE: " in front of the sentence. Returns `status`. */
int line_file_blame(const struct line_file *file, int status, struct error *error);

#endif
