/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/daemon.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include "switchd/control.h"
#include "switchd/flow_table.h"
#include "switchd/log.h"
#include "switchd/model.h"

/* Events at one time: other things want their turn while somebody floods addresses. */
#define EVENTS_AT_ONCE 1024

enum { DATA_PATH, CLOCK, TERMINATE, INTERRUPT, TEND, EVENTS };
_Static_assert(EVENTS == sizeof(((struct daemon *)NULL)->events) / sizeof(struct event *),
	       "daemon.h");

static void on_data_path(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	daemon->dpc->event_read(daemon->dp, EVENTS_AT_ONCE, fdb_event, daemon->fdb);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	fdb_tick(daemon->fdb);
	flow_table_tick(daemon);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)what;
	log_info("daemon", "ends by signal %d, the data path stays", (int)number);
	event_base_loopbreak(daemon->base);
}

static void on_tend(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	if (daemon->dpc->tend(daemon->dp))
		daemon_tend(daemon);
}

void daemon_tend(struct daemon *daemon)
{
	const struct timeval now = {};

	if (daemon->events[TEND])
		event_add(daemon->events[TEND], &now);
}

static int watch(struct daemon *daemon, struct error *error)
{
	const struct timeval second = {.tv_sec = 1};
	struct event **events = daemon->events;

	events[DATA_PATH] = event_new(daemon->base, daemon->dpc->event_fd(daemon->dp),
				      EV_READ | EV_PERSIST, on_data_path, daemon);
	events[CLOCK] = event_new(daemon->base, -1, EV_PERSIST, on_second, daemon);
	events[TERMINATE] = evsignal_new(daemon->base, SIGTERM, on_signal, daemon);
	events[INTERRUPT] = evsignal_new(daemon->base, SIGINT, on_signal, daemon);
	events[TEND] = event_new(daemon->base, -1, 0, on_tend, daemon);
	for (int i = 0; i < EVENTS; i++) {
		if (!events[i] ||
		    (i != TEND && event_add(events[i], i == CLOCK ? &second : NULL) < 0))
			return error_set(error, -ENOMEM, "the event loop can't be set up");
	}
	daemon_tend(daemon);
	return 0;
}

int daemon_open(struct daemon *daemon, const struct dp_class *dpc, struct error *error)
{
	int result;

	daemon->dpc = dpc;
	result = instance_lock(&daemon->instance, error);
	if (result < 0)
		return result;
	daemon->base = event_base_new();
	if (!daemon->base)
		result = error_set(error, -ENOMEM, "the event loop can't be set up");
	if (result == 0)
		result = db_open(daemon->instance.database, &daemon->db, error);
	if (result == 0)
		result = dpc->open(daemon->instance.name, XVS_FDB_BUCKETS_MIN, &daemon->dp, error);
	if (result == 0)
		result = link_table_open(daemon->base, model_link_changed, daemon, &daemon->links,
					 error);
	if (result == 0)
		result = fdb_open(dpc, daemon->dp, &daemon->fdb, error);
	if (result == 0)
		result = flow_table_open(daemon, error);
	if (result == 0)
		result = model_open(daemon, error);
	if (result == 0)
		result = watch(daemon, error);
	if (result == 0)
		result = control_open(daemon, &daemon->control, error);
	if (result < 0)
		daemon_close(daemon);
	return result;
}

void daemon_run(struct daemon *daemon)
{
	event_base_dispatch(daemon->base);
}

static void close_data_path(struct daemon *daemon)
{
	if (daemon->teardown)
		daemon->dpc->teardown(daemon->dp);
	else
		daemon->dpc->close(daemon->dp);
}

void daemon_close(struct daemon *daemon)
{
	for (int i = 0; i < EVENTS; i++) {
		if (daemon->events[i])
			event_free(daemon->events[i]);
		daemon->events[i] = NULL;
	}
	if (daemon->model && daemon->teardown)
		model_teardown(daemon);
	if (daemon->model)
		model_close(daemon);
	if (daemon->flows)
		flow_table_close(daemon);
	if (daemon->fdb)
		fdb_close(daemon->fdb);
	if (daemon->links)
		link_table_close(daemon->links);
	if (daemon->dp)
		close_data_path(daemon);
	if (daemon->db)
		db_close(daemon->db);
	if (daemon->control)
		control_close(daemon->control);
	if (daemon->base)
		event_base_free(daemon->base);
	instance_unlock(&daemon->instance);
}
