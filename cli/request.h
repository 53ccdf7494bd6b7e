/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request to the daemon: words out, an answer back (JSON-RPC 1.0 on the control socket).
 */
#ifndef XVS_REQUEST_H
#define XVS_REQUEST_H

#include <jansson.h>
#include "db/error.h"
#include "db/text.h"
#include "switchd/instance.h"

struct answer {
	int status;          /* exit status that the switch asks for */
	struct text output;  /* for standard output */
	struct text warning; /* for standard error, though it was done; one sentence a line */
	struct error error;  /* why it was refused, empty when it was not */
};

/*
 * Sends the words (an array of strings) in the language that `method` names, and waits for the
 * answer. 0 when there is an answer, whatever it says; the caller frees its texts. Negative errno
 * with a sentence when the daemon could not be asked.
 */
int request_run(const struct instance *instance, const char *method, json_t *words,
		struct answer *answer, struct error *error);

#endif
