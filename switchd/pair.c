/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/pair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/log.h"
#include "switchd/model.h"

#define ALIAS_PREFIX "xvswitch:"

void pair_alias(const struct daemon *daemon, const char *port, char alias[PAIR_ALIAS_SIZE])
{
	snprintf(alias, PAIR_ALIAS_SIZE, ALIAS_PREFIX "%s:%s", daemon->instance.name, port);
}

bool pair_is_end(const struct link *link)
{
	return !strcmp(link->kind, "veth") &&
	       !strncmp(link->alias, ALIAS_PREFIX, strlen(ALIAS_PREFIX));
}

const char *pair_port(const struct daemon *daemon, const struct link *link)
{
	size_t length = strlen(daemon->instance.name);
	const char *rest = link->alias + strlen(ALIAS_PREFIX);

	if (!pair_is_end(link) || strncmp(rest, daemon->instance.name, length) ||
	    rest[length] != ':')
		return NULL;
	return rest + length + 1;
}

struct link *pair_other_end(struct daemon *daemon, const struct link *link)
{
	if (link->peer_elsewhere || !link->peer)
		return NULL;
	return link_by_index(daemon->links, link->peer);
}

int pair_make_room(struct daemon *daemon, const char *name)
{
	const struct link *link = link_by_name(daemon->links, name);
	const char *port = link ? pair_port(daemon, link) : NULL;

	if (!port || strcmp(port, name))
		return 0;
	if (daemon->model->tentative)
		return -EINPROGRESS;
	link_del(daemon->links, link->ifindex, NULL);
	return 0;
}

static bool is_own(struct link *link, void *daemon)
{
	return pair_port(daemon, link);
}

static bool is_leftover(struct link *link, void *arg)
{
	struct daemon *daemon = arg;
	const char *name = pair_port(daemon, link);
	const struct port *port = name ? model_port(daemon->model, name) : NULL;

	if (!name)
		return false;
	if (!port || port->conf->type == DB_PORT_SYSTEM)
		return true;
	/* The hidden end of an internal port. */
	return port->conf->type == DB_PORT_PATCH && strcmp(link->name, name);
}

/* Removing a pair changes the table, so one is looked for at a time. */
static void remove_those(struct daemon *daemon, bool (*is)(struct link *link, void *daemon))
{
	struct link *link;
	struct error error;

	while ((link = link_find(daemon->links, is, daemon)))
		if (link_del(daemon->links, link->ifindex, &error)) {
			log_warn("port", "a network device of the switch stays: %s", error.text);
			return;
		}
}

void pair_sweep(struct daemon *daemon)
{
	remove_those(daemon, is_leftover);
}

void pair_remove_all(struct daemon *daemon)
{
	remove_those(daemon, is_own);
}
