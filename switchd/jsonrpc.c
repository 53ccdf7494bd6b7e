/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/jsonrpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void drain_white_space(struct evbuffer *buffer)
{
	struct evbuffer_iovec piece;

	while (evbuffer_peek(buffer, -1, NULL, &piece, 1) > 0) {
		const char *data = piece.iov_base;
		size_t n = 0;

		while (n < piece.iov_len &&
		       (data[n] == ' ' || (data[n] >= '\t' && data[n] <= '\r')))
			n++;
		evbuffer_drain(buffer, n);
		if (n < piece.iov_len)
			return;
	}
}

/* Takes in one octet; true when it ended the object. */
static bool scan_octet(struct jsonrpc_scan *scan, char c)
{
	scan->length++;
	if (scan->in_string) {
		if (scan->escaped)
			scan->escaped = false;
		else if (c == '\\')
			scan->escaped = true;
		else if (c == '"')
			scan->in_string = false;
		return false;
	}
	if (c == '"')
		scan->in_string = true;
	else if (c == '{' || c == '[')
		scan->depth++;
	else if (c == '}' || c == ']')
		scan->depth--;
	return scan->depth == 0;
}

ssize_t jsonrpc_scan(struct evbuffer *buffer, size_t max, struct jsonrpc_scan *scan)
{
	struct evbuffer_iovec piece;
	struct evbuffer_ptr at;
	char first;

	if (scan->length == 0) {
		drain_white_space(buffer);
		if (evbuffer_copyout(buffer, &first, 1) == 1 && first != '{')
			return -EPROTO;
	}
	while (scan->length < evbuffer_get_length(buffer)) {
		if (evbuffer_ptr_set(buffer, &at, scan->length, EVBUFFER_PTR_SET) < 0 ||
		    evbuffer_peek(buffer, -1, &at, &piece, 1) < 1)
			return -EPROTO;
		for (size_t i = 0; i < piece.iov_len; i++) {
			if (scan_octet(scan, ((const char *)piece.iov_base)[i]))
				return scan->length > max ? -EMSGSIZE : (ssize_t)scan->length;
			if (scan->length >= max)
				return -EMSGSIZE;
		}
	}
	return 0;
}

void jsonrpc_take(json_t *message, struct jsonrpc_request *request)
{
	request->message = message;
	request->method = json_string_value(json_object_get(message, "method"));
	request->params = json_object_get(message, "params");
	request->id = json_object_get(message, "id");
	if (json_is_null(request->id))
		request->id = NULL;
}

int jsonrpc_parse(const char *data, size_t length, struct jsonrpc_request *request,
		  const char **why)
{
	json_error_t error;
	json_t *message = json_loadb(data, length, JSON_REJECT_DUPLICATES, &error);

	memset(request, 0, sizeof(*request));
	if (!message) {
		*why = "this is not JSON";
		return -EPROTO;
	}
	jsonrpc_take(message, request);
	if (!request->method) {
		*why = "a request has a \"method\", which is a string";
		return -EPROTO;
	}
	if (!json_is_array(request->params)) {
		*why = "a request has \"params\", which are an array";
		return -EPROTO;
	}
	return 0;
}

void jsonrpc_free(struct jsonrpc_request *request)
{
	json_decref(request->message);
	request->message = NULL;
}

/* evbuffer_ref_cleanup_cb */
static void free_data(const void *data, size_t length, void *arg)
{
	(void)length;
	(void)arg;
	free((void *)data);
}

int jsonrpc_answer(struct evbuffer *output, json_t *result, json_t *error, const json_t *id)
{
	json_t *message =
		json_pack("{s:o?, s:o?, s:O?}", "result", result, "error", error, "id", id);
	char *data = message ? json_dumps(message, JSON_COMPACT) : NULL;

	json_decref(message);
	if (!data)
		return -ENOMEM;
	if (evbuffer_add_reference(output, data, strlen(data), free_data, NULL) < 0) {
		free(data);
		return -ENOMEM;
	}
	return 0;
}

json_t *jsonrpc_string(const char *data, size_t length)
{
	json_t *string = json_stringn(data, length);
	char *copy;

	if (string)
		return string;
	copy = malloc(length + 1);
	if (!copy)
		return NULL;
	for (size_t i = 0; i < length; i++)
		copy[i] = (unsigned char)data[i] < 0x80 ? data[i] : '?';
	string = json_stringn(copy, length);
	free(copy);
	return string;
}
