/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "switchd/control.h"

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

static int connect_daemon(const struct instance *instance, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_set(error, -errno, "a socket can't be made: %s", strerror(errno));
	strcpy(address.sun_path, instance->socket);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int code = errno;

		close(fd);
		return connect_error(instance, code, error);
	}
	return fd;
}

/* The request as it is sent, for the caller to free, or NULL with a sentence. */
static char *request_make(const char *method, json_t *words, size_t *length, struct error *error)
{
	json_t *request = json_pack("{s:s, s:O, s:i}", "method", method, "params", words, "id", 0);
	char *data = json_dumps(request, JSON_COMPACT);

	json_decref(request);
	if (!data) {
		error_set(error, -ENOMEM, "out of memory");
		return NULL;
	}
	*length = strlen(data);
	if (*length > CONTROL_REQUEST_MAX) {
		error_set(error, -EMSGSIZE, "the command is longer than %u MiB",
			  CONTROL_REQUEST_MAX >> 20);
		free(data);
		return NULL;
	}
	return data;
}

static int send_all(int fd, const char *data, size_t size, struct error *error)
{
	while (size > 0) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return error_set(error, -errno, "the switch did not take the command: %s",
					 strerror(errno));
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

static int receive_answer(int fd, struct answer *answer, struct error *error)
{
	struct receiver receiver = {.fd = fd};
	json_t *reply = json_load_callback(receive_some, &receiver, JSON_DISABLE_EOF_CHECK, NULL);

	if (!reply && receiver.code)
		return error_set(error, -receiver.code, "the switch ended before it had answered");
	if (!reply)
		return error_set(error, -EPROTO, "the switch's answer is not JSON");
	answer_read(reply, answer);
	json_decref(reply);
	return 0;
}

int request_run(const struct instance *instance, const char *method, json_t *words,
		struct answer *answer, struct error *error)
{
	size_t length;
	char *request = request_make(method, words, &length, error);
	int fd, result;

	memset(answer, 0, sizeof(*answer));
	if (!request)
		return -EINVAL;
	result = fd = connect_daemon(instance, error);
	if (fd >= 0) {
		result = send_all(fd, request, length, error);
		if (result == 0)
			result = receive_answer(fd, answer, error);
		close(fd);
	}
	free(request);
	return result;
}
