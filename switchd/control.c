/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "switchd/command.h"
#include "switchd/daemon.h"
#include "switchd/jsonrpc.h"
#include "switchd/log.h"

struct client {
	TAILQ_ENTRY(client) entry;
	struct control *control;
	struct bufferevent *stream;
	struct jsonrpc_scan scan;
	json_t *waits; /* a request that waits for something to become so; NULL: none */
	bool last;     /* nothing more is read: closed when it has taken its answers */
};

struct control {
	struct daemon *daemon;
	struct evconnlistener *listener;
	struct event *accept_again; /* after a pause, when there were no descriptors left */
	struct event *run_again;    /* requests that wait */
	TAILQ_HEAD(, client) clients;
	size_t n_clients;
};

static void client_free(struct client *client)
{
	TAILQ_REMOVE(&client->control->clients, client, entry);
	client->control->n_clients--;
	json_decref(client->waits);
	bufferevent_free(client->stream);
	free(client);
}

static size_t waiting(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

/* Answers with an error, and closes the connection after it. */
static void client_reject(struct client *client, const char *why)
{
	log_debug("control", "a client was turned away: %s", why);
	jsonrpc_answer(bufferevent_get_output(client->stream), NULL, json_string(why), NULL);
	bufferevent_disable(client->stream, EV_READ);
	client->last = true;
}

static json_t *make_result(const struct command_result *run)
{
	return json_pack("{s:i, s:o, s:o}", "status", run->status, "output",
			 jsonrpc_string(text_string(&run->output), run->output.length), "warning",
			 jsonrpc_string(text_string(&run->warning), run->warning.length));
}

/* The client gets no answer yet, and no other before it. */
static void wait_for(struct client *client, const struct jsonrpc_request *request)
{
	const struct timeval later = {.tv_usec = CONTROL_RETRY_MS * 1000};

	if (!client->waits)
		client->waits = json_incref(request->message);
	if (!event_pending(client->control->run_again, EV_TIMEOUT, NULL))
		event_add(client->control->run_again, &later);
}

static const char *run_words(struct client *client, enum language language,
			     const struct jsonrpc_request *request, int n_words, char **words,
			     const char *const *texts)
{
	struct daemon *daemon = client->control->daemon;
	struct command_result run;
	json_t *result, *error = NULL;
	int answered = 0;

	command_run(daemon, language, n_words, words, texts, &run);
	/* The time that it took is not the client's, who may take CONTROL_STALL_MAX to read. */
	event_base_update_cache_time(daemon->base);
	if (run.again) {
		wait_for(client, request);
	} else if (request->id) {
		result = make_result(&run);
		if (run.error.text[0])
			error = jsonrpc_string(run.error.text, strlen(run.error.text));
		answered = jsonrpc_answer(bufferevent_get_output(client->stream), result, error,
					  request->id);
	}
	text_free(&run.output);
	text_free(&run.warning);
	if (run.after)
		run.after(daemon);
	return answered < 0 ? "the answer does not fit in memory" : NULL;
}

/* A word, or a file that stands for one. */
static bool read_word(const json_t *param, const char **word, const char **text)
{
	if (json_is_string(param)) {
		*word = json_string_value(param);
		return true;
	}
	*word = json_string_value(json_object_get(param, "file"));
	*text = json_string_value(json_object_get(param, "text"));
	return *word && *text;
}

/* NULL, or why the connection is closed. */
static const char *handle_run(struct client *client, enum language language,
			      const struct jsonrpc_request *request)
{
	size_t n = json_array_size(request->params), i;
	const char **words, **texts, *why = NULL;
	json_t *word;

	words = calloc(2 * n + 1, sizeof(*words));
	if (!words)
		return "the request does not fit in memory";
	texts = words + n;
	json_array_foreach (request->params, i, word) {
		if (!read_word(word, &words[i], &texts[i]))
			why = "the parameters of a command are strings, or files: {\"file\":NAME, "
			      "\"text\":TEXT}";
	}
	/* Handlers do not change their words. */
	if (!why)
		why = run_words(client, language, request, (int)n, (char **)words, texts);
	free(words);
	return why;
}

static const char *handle_echo(struct client *client, const struct jsonrpc_request *request)
{
	json_t *params = json_incref((json_t *)request->params);

	if (!request->id)
		json_decref(params);
	else if (jsonrpc_answer(bufferevent_get_output(client->stream), params, NULL, request->id) <
		 0)
		return "the answer does not fit in memory";
	return NULL;
}

/* Methods that run commands, named as the program whose language it is. */
static const struct {
	const char *name;
	enum language language;
} methods[] = {
	{"run", LANGUAGE_OWN},
	{"ovs-vsctl", LANGUAGE_VSCTL},
	{"ovs-ofctl", LANGUAGE_OFCTL},
	{"ovs-appctl", LANGUAGE_APPCTL},
};

static const char *handle(struct client *client, const struct jsonrpc_request *request)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (!strcmp(methods[i].name, request->method))
			return handle_run(client, methods[i].language, request);
	}
	if (!strcmp(request->method, "echo"))
		return handle_echo(client, request);
	if (request->id)
		jsonrpc_answer(bufferevent_get_output(client->stream), NULL,
			       json_string("unknown method"), request->id);
	return NULL;
}

/* Handles the object of this length at the start of the input. */
static void client_request(struct client *client, size_t length)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	const char *data = (const char *)evbuffer_pullup(input, (ssize_t)length);
	struct jsonrpc_request request = {};
	const char *why = "the request does not fit in memory";

	client->scan = (struct jsonrpc_scan){};
	if (data && jsonrpc_parse(data, length, &request, &why) == 0)
		why = handle(client, &request);
	jsonrpc_free(&request);
	evbuffer_drain(input, length);
	if (why)
		client_reject(client, why);
}

/* Goes on with what the client has sent, as long as it takes the answers. */
static void client_advance(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	ssize_t length;

	while (!client->last && !client->waits && waiting(client) < CONTROL_OUTPUT_HIGH) {
		length = jsonrpc_scan(input, CONTROL_REQUEST_MAX, &client->scan);
		if (length == 0)
			break;
		if (length == -EMSGSIZE)
			client_reject(client, "the request is longer than 32 MiB");
		else if (length < 0)
			client_reject(client, "this is not JSON-RPC: a request is a JSON object");
		else
			client_request(client, (size_t)length);
	}
	if (waiting(client) >= CONTROL_OUTPUT_HIGH)
		bufferevent_disable(client->stream, EV_READ);
	else if (!client->last)
		bufferevent_enable(client->stream, EV_READ);
}

/* A request that waited is run again: it is answered, or waits on. */
static void client_run_again(struct client *client)
{
	struct jsonrpc_request request;
	json_t *message = client->waits;
	const char *why;

	client->waits = NULL;
	jsonrpc_take(message, &request);
	why = handle(client, &request);
	json_decref(message);
	if (why)
		client_reject(client, why);
	if (!client->waits)
		client_advance(client);
}

/* Of a client that has sent all that is read at once nothing more is read, not even its end. */
static bool has_gone(const struct client *client)
{
	struct pollfd poll_fd = {.fd = bufferevent_getfd(client->stream)};

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & (POLLHUP | POLLERR);
}

static void on_run_again(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;
	struct client *client, *next;

	(void)fd;
	(void)what;
	for (client = TAILQ_FIRST(&control->clients); client; client = next) {
		next = TAILQ_NEXT(client, entry);
		if (client->waits && has_gone(client))
			client_free(client);
		else if (client->waits)
			client_run_again(client);
	}
}

static void on_read(struct bufferevent *stream, void *arg)
{
	(void)stream;
	client_advance(arg);
}

/* The answers that waited are down to CONTROL_OUTPUT_LOW. */
static void on_written(struct bufferevent *stream, void *arg)
{
	struct client *client = arg;

	(void)stream;
	client_advance(client);
	if (client->last && !waiting(client))
		client_free(client);
	else if (client->last)
		bufferevent_setwatermark(client->stream, EV_WRITE, 0, 0);
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
	struct client *client = arg;

	(void)stream;
	/* A client that has said all it wants to say may still read. */
	if (what & BEV_EVENT_EOF && what & BEV_EVENT_READING &&
	    (waiting(client) || (client->waits && !has_gone(client)))) {
		client->last = true;
		bufferevent_setwatermark(client->stream, EV_WRITE, 0, 0);
		bufferevent_disable(client->stream, EV_READ);
		return;
	}
	if (what & BEV_EVENT_TIMEOUT)
		log_debug("control", "a client was closed: it did not read its answers");
	client_free(client);
}

static void client_new(struct control *control, evutil_socket_t fd)
{
	const struct timeval stall = {.tv_sec = CONTROL_STALL_MAX};
	struct client *client = calloc(1, sizeof(*client));

	if (client)
		client->stream =
			bufferevent_socket_new(control->daemon->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(fd);
		return;
	}
	client->control = control;
	TAILQ_INSERT_TAIL(&control->clients, client, entry);
	control->n_clients++;
	bufferevent_setcb(client->stream, on_read, on_written, on_event, client);
	bufferevent_set_timeouts(client->stream, NULL, &stall);
	bufferevent_setwatermark(client->stream, EV_READ, 0, CONTROL_REQUEST_MAX);
	bufferevent_setwatermark(client->stream, EV_WRITE, CONTROL_OUTPUT_LOW, 0);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	if (control->n_clients > CONTROL_CLIENTS_MAX)
		client_reject(client, "there are too many clients");
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
		      int length, void *arg)
{
	(void)listener;
	(void)address;
	(void)length;
	client_new(arg, fd);
}

/* A connection that can't be accepted stays in the queue and would wake us for ever: pause. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	const struct timeval pause = {.tv_sec = 1};
	struct control *control = arg;

	log_warn("control", "a client can't be accepted: %s", strerror(EVUTIL_SOCKET_ERROR()));
	evconnlistener_disable(listener);
	event_add(control->accept_again, &pause);
}

static void on_accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	evconnlistener_enable(control->listener);
}

static int make_socket(const char *path, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), result;
	mode_t mask;

	if (fd < 0)
		return error_set(error, -errno, "the control socket can't be made: %s",
				 strerror(errno));
	strcpy(address.sun_path, path); /* instance_init() saw to it that it fits */
	unlink(path);
	/* From the first moment on nobody else may connect: 0660. */
	mask = umask(0117);
	result = bind(fd, (struct sockaddr *)&address, sizeof(address));
	if (result == 0)
		result = listen(fd, SOMAXCONN);
	if (result < 0)
		result = error_set(error, -errno, "the control socket %s can't be made: %s", path,
				   strerror(errno));
	umask(mask);
	if (result == 0)
		return fd;
	close(fd);
	return result;
}

int control_open(struct daemon *daemon, struct control **out, struct error *error)
{
	struct control *control = calloc(1, sizeof(*control));
	int fd;

	if (!control)
		return error_set(error, -ENOMEM, "out of memory");
	control->daemon = daemon;
	TAILQ_INIT(&control->clients);
	fd = make_socket(daemon->instance.socket, error);
	if (fd < 0) {
		free(control);
		return fd;
	}
	control->accept_again = event_new(daemon->base, -1, 0, on_accept_again, control);
	control->run_again = event_new(daemon->base, -1, 0, on_run_again, control);
	if (control->accept_again && control->run_again)
		control->listener =
			evconnlistener_new(daemon->base, on_accept, control,
					   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!control->listener) {
		close(fd);
		control_close(control);
		return error_set(error, -ENOMEM, "out of memory");
	}
	evconnlistener_set_error_cb(control->listener, on_accept_error);
	*out = control;
	return 0;
}

/* bufferevent keeps its output from being taken out by others: for this last time we are it. */
static void client_flush(struct client *client)
{
	struct evbuffer *output = bufferevent_get_output(client->stream);

	bufferevent_disable(client->stream, EV_READ | EV_WRITE);
	evbuffer_unfreeze(output, 1);
	while (evbuffer_get_length(output) &&
	       evbuffer_write(output, bufferevent_getfd(client->stream)) > 0)
		;
	evbuffer_freeze(output, 1);
}

void control_close(struct control *control)
{
	struct client *client;

	while ((client = TAILQ_FIRST(&control->clients))) {
		client_flush(client);
		client_free(client);
	}
	if (control->listener)
		evconnlistener_free(control->listener);
	if (control->accept_again)
		event_free(control->accept_again);
	if (control->run_again)
		event_free(control->run_again);
	unlink(control->daemon->instance.socket);
	free(control);
}
