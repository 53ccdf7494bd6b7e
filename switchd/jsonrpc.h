/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON-RPC 1.0 on a byte stream, as RFC 7047 section 4 uses it: objects that follow each other,
 * with or without white space in between.
 *
 * Where an object ends is found by counting brackets as the octets come in, each octet once, so
 * that nothing is parsed, and no memory is taken for parsing, before a request is whole and known
 * not to be too long.
 */
#ifndef XVS_JSONRPC_H
#define XVS_JSONRPC_H

#include <event2/buffer.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* How far the next object has been looked at. All zero at the start of each. */
struct jsonrpc_scan {
	size_t length;
	unsigned depth;
	bool in_string, escaped;
};

/*
 * The length of the object at the start of the buffer; 0 when its end has not come yet; -EPROTO
 * when what is there does not begin an object; -EMSGSIZE when it is longer than max. White space
 * before it is removed.
 */
ssize_t jsonrpc_scan(struct evbuffer *buffer, size_t max, struct jsonrpc_scan *scan);

struct jsonrpc_request {
	json_t *message; /* owns the others */
	const char *method;
	const json_t *params; /* an array */
	const json_t *id;     /* NULL: a notification, which wants no answer */
};

/* Takes a message that was parsed before. The reference stays the caller's. */
void jsonrpc_take(json_t *message, struct jsonrpc_request *request);

/* 0, or -EPROTO with a sentence (a constant). The caller frees the request in either case. */
int jsonrpc_parse(const char *data, size_t length, struct jsonrpc_request *request,
		  const char **why);
void jsonrpc_free(struct jsonrpc_request *request);

/*
 * Queues {"result": ..., "error": ..., "id": ...}. Takes over result and error (NULL: null); id is
 * borrowed. -ENOMEM when there is no memory for it.
 */
int jsonrpc_answer(struct evbuffer *output, json_t *result, json_t *error, const json_t *id);

/*
 * A string that may hold what is not UTF-8 (a device's name, a sentence that was cut): the octets
 * that are not ASCII are replaced then.
 */
json_t *jsonrpc_string(const char *data, size_t length);

#endif
