/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an error reaches the user: a function that can fail returns 0 or a negative errno and leaves
 * one sentence, without a full stop and without a newline, in the struct error that its caller
 * handed in. The sentence names what was asked for and what stood against it; nobody adds an errno
 * to it later.
 */
#ifndef XVS_ERROR_H
#define XVS_ERROR_H

struct error {
	char text[512];
};

/*
 * Formats the sentence and returns `code`, a negative errno, so that a function can end in
 * `return error_set(error, -EINVAL, "...")`. `error` may be NULL: the sentence is not wanted then.
 * A sentence that is too long is cut.
 */
__attribute__((format(printf, 3, 4))) int error_set(struct error *error, int code,
						    const char *format, ...);

/* Puts a text in front of the sentence that is there: "p1: no such device". Returns `code`. */
__attribute__((format(printf, 3, 4))) int error_prefix(struct error *error, int code,
						       const char *format, ...);

#endif
