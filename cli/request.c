/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/request.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_error(const struct instance *instance, int code, struct error *error)
{
	switch (code) {
	case ENOENT:
	case ECONNREFUSED:
		return error_set(error, -code,
				 "no switch is running as instance \"%s\": nobody answers on %s "
				 "(start one with xvswitchd --instance %s --detach)",
				 instance->name, instance->socket, instance->name);
	case EACCES:
	case EPERM:
		return error_set(error, -code,
				 "you may not use %s: it takes the switch's group or root",
				 instance->socket);
	default:
		return error_set(error, -code, "%s can't be reached: %s", instance->socket,
				 strerror(code));
	}
}

static int connect_daemon(const struct instance *instance, unsigned timeout, struct error *error)
{
	struct timeval limit = {.tv_sec = timeout};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_set(error, -errno, "a socket can't be made: %s", strerror(errno));
	strcpy(address.sun_path, instance->socket);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int code = errno;

		close(fd);
		return connect_error(instance, code, error);
	}
	return fd;
}

static json_t *request_make(int n_words, char **words, struct error *error)
{
	json_t *params = json_array();

	for (int i = 0; i < n_words; i++) {
		if (json_array_append_new(params, json_string(words[i])) < 0) {
			json_decref(params);
			error_set(error, -EINVAL, "word %d of the command is not UTF-8", i + 1);
			return NULL;
		}
	}
	return json_pack("{s:s, s:o, s:i}", "method", "run", "params", params, "id", 0);
}

/* json_dump_callback_t */
static int send_all(const char *data, size_t size, void *arg)
{
	int fd = *(int *)arg;

	while (size > 0) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -1;
		data += sent;
		size -= (size_t)sent;
	}
	return 0;
}

struct receiver {
	int fd;
	int code; /* errno of the receive that failed, ECONNRESET for an early end */
};

/* json_load_callback_t */
static size_t receive_some(void *buffer, size_t size, void *arg)
{
	struct receiver *receiver = arg;
	ssize_t got;

	do {
		got = recv(receiver->fd, buffer, size, 0);
	} while (got < 0 && errno == EINTR);
	if (got > 0)
		return (size_t)got;
	receiver->code = got < 0 ? errno : ECONNRESET;
	return (size_t)-1;
}

static void answer_read(const json_t *reply, struct answer *answer)
{
	const json_t *result = json_object_get(reply, "result");
	const json_t *error = json_object_get(reply, "error");
	const char *output = json_string_value(json_object_get(result, "output"));
	const char *warning = json_string_value(json_object_get(result, "warning"));

	answer->status = (int)json_integer_value(json_object_get(result, "status"));
	if (output)
		text_add(&answer->output, "%s", output);
	if (warning)
		text_add(&answer->warning, "%s", warning);
	if (json_is_string(error)) {
		error_set(&answer->error, 0, "%s", json_string_value(error));
		if (!answer->status)
			answer->status = 1;
	}
}

static int lost(const struct receiver *receiver, unsigned timeout, struct error *error)
{
	if (receiver->code == EAGAIN)
		return error_set(error, -ETIMEDOUT, "the switch did not answer within %u seconds",
				 timeout);
	if (receiver->code)
		return error_set(error, -receiver->code, "the switch ended before it had answered");
	return error_set(error, -EPROTO, "the switch's answer is not JSON");
}

int request_run(const struct instance *instance, int n_words, char **words, unsigned timeout,
		struct answer *answer, struct error *error)
{
	struct receiver receiver = {.fd = -1};
	json_t *request, *reply = NULL;
	int result = 0;

	memset(answer, 0, sizeof(*answer));
	request = request_make(n_words, words, error);
	if (!request)
		return -EINVAL;
	receiver.fd = connect_daemon(instance, timeout, error);
	if (receiver.fd < 0) {
		json_decref(request);
		return receiver.fd;
	}
	if (json_dump_callback(request, send_all, &receiver.fd, JSON_COMPACT) < 0) {
		result = error_set(error, -EPIPE, "the switch did not take the command");
		goto out;
	}
	reply = json_load_callback(receive_some, &receiver, JSON_DISABLE_EOF_CHECK, NULL);
	if (reply)
		answer_read(reply, answer);
	else
		result = lost(&receiver, timeout, error);
out:
	json_decref(reply);
	json_decref(request);
	close(receiver.fd);
	return result;
}
