/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/attachment.h"
#include "switchd/daemon.h"
#include "switchd/group.h"
#include "switchd/log.h"
#include "switchd/pair.h"
#include "switchd/reconcile.h"

static int compare_ports(const void *a, const void *b)
{
	const struct port *const *x = a, *const *y = b;

	return strcmp((*x)->conf->name, (*y)->conf->name);
}

static int compare_name(const void *name, const void *port)
{
	return strcmp(name, (*(struct port *const *)port)->conf->name);
}

struct port *model_port(struct model *model, const char *name)
{
	struct port **found = NULL;

	if (model->n_ports)
		found = bsearch(name, model->by_name, model->n_ports, sizeof(*found), compare_name);
	return found ? *found : NULL;
}

struct port *model_port_by_number(struct model *model, uint16_t number)
{
	return number < XVS_PORTS_MAX ? model->by_number[number] : NULL;
}

/* A bridge and its local port have one name. */
struct bridge *model_bridge(struct model *model, const char *name)
{
	struct port *port = model_port(model, name);

	return port && port->conf->local ? port->bridge : NULL;
}

/* What is wanted, made from one configuration. */
struct plan {
	struct db_config *config;
	struct bridge *bridges;
	struct port **by_name;
	size_t n_ports;
};

static void plan_free(struct plan *plan)
{
	struct bridge *bridge;
	struct port *port;

	while ((bridge = plan->bridges)) {
		plan->bridges = bridge->next;
		while ((port = bridge->ports)) {
			bridge->ports = port->next;
			free(port);
		}
		free(bridge);
	}
	free(plan->by_name);
	db_config_free(plan->config);
}

static int plan_bridge(struct plan *plan, struct bridge ***tail, const struct db_bridge *conf)
{
	struct bridge *bridge = calloc(1, sizeof(*bridge));
	struct port **next;

	if (!bridge)
		return -ENOMEM;
	bridge->conf = conf;
	**tail = bridge;
	*tail = &bridge->next;
	next = &bridge->ports;
	for (const struct db_port *db_port = conf->ports; db_port; db_port = db_port->next) {
		struct port *port = calloc(1, sizeof(*port));

		if (!port)
			return -ENOMEM;
		port->conf = db_port;
		port->bridge = bridge;
		*next = port;
		next = &port->next;
		plan->n_ports++;
	}
	return 0;
}

/* Makes bridges and ports from plan->config. On error the plan is still to be freed. */
static int plan_make(struct plan *plan)
{
	struct bridge **tail = &plan->bridges, *bridge;
	struct port *port;
	size_t i = 0;
	int status;

	for (const struct db_bridge *conf = plan->config->bridges; conf; conf = conf->next) {
		status = plan_bridge(plan, &tail, conf);
		if (status)
			return status;
	}
	plan->by_name = calloc(plan->n_ports + 1, sizeof(*plan->by_name));
	if (!plan->by_name)
		return -ENOMEM;
	for (bridge = plan->bridges; bridge; bridge = bridge->next)
		for (port = bridge->ports; port; port = port->next)
			plan->by_name[i++] = port;
	qsort(plan->by_name, plan->n_ports, sizeof(*plan->by_name), compare_ports);
	return 0;
}

/* Puts the plan in place of what the model has, which is freed. */
static void plan_adopt(struct model *model, struct plan *plan)
{
	struct plan old = {model->config, model->bridges, model->by_name, model->n_ports};

	for (size_t i = 0; i < plan->n_ports; i++) {
		const struct port *before = model_port(model, plan->by_name[i]->conf->name);

		plan->by_name[i]->asked =
			!before || before->conf->type != plan->by_name[i]->conf->type;
		if (before) {
			plan->by_name[i]->told = before->told;
			plan->by_name[i]->told_state = before->told_state;
		}
	}
	model->config = plan->config;
	model->bridges = plan->bridges;
	model->by_name = plan->by_name;
	model->n_ports = plan->n_ports;
	memset(model->by_number, 0, sizeof(model->by_number));
	memset(model->bridge_by_number, 0, sizeof(model->bridge_by_number));
	for (size_t i = 0; i < model->n_ports; i++)
		model->by_number[model->by_name[i]->conf->number] = model->by_name[i];
	for (struct bridge *bridge = model->bridges; bridge; bridge = bridge->next)
		model->bridge_by_number[bridge->conf->number] = bridge;
	plan_free(&old);
}

/* What was committed by an earlier version is not refused for what this one would not let pass:
 * neither at the start nor after a rollback. */
static int check(const struct db_config *config, bool asked, struct error *error)
{
	struct error why;

	if (asked)
		return db_config_check(config, error);
	if (db_config_check(config, &why))
		log_warn("port", "%s", why.text);
	return 0;
}

static int load(struct daemon *daemon, bool asked, struct error *error)
{
	struct plan plan = {};
	int status = db_config_load(daemon->db, &plan.config, error);

	if (!status)
		status = check(plan.config, asked, error);
	if (status) {
		db_config_free(plan.config);
		return status;
	}
	if (plan_make(&plan)) {
		plan_free(&plan);
		return error_set(error, -ENOMEM, "out of memory");
	}
	plan_adopt(daemon->model, &plan);
	return 0;
}

int model_reconcile(struct daemon *daemon, struct text *warning, struct error *error)
{
	int status = load(daemon, warning != NULL, error);

	daemon->model->tentative = true;
	return status ? status : reconcile_all(daemon, warning, error);
}

static bool any_waits(const struct model *model)
{
	for (size_t i = 0; i < model->n_ports; i++)
		if (model->by_name[i]->waits)
			return true;
	return false;
}

void model_settled(struct daemon *daemon, struct text *warning)
{
	struct error error;

	daemon->model->tentative = false;
	pair_sweep(daemon);
	if (any_waits(daemon->model) && reconcile_all(daemon, warning, &error))
		log_error("port", "%s", error.text);
}

static void adopt_port(uint16_t number, uint32_t ifindex, void *arg)
{
	attachment_adopt(arg, number, ifindex);
}

int model_open(struct daemon *daemon, struct error *error)
{
	int status;

	daemon->model = calloc(1, sizeof(*daemon->model));
	if (!daemon->model)
		return error_set(error, -ENOMEM, "out of memory");
	daemon->dpc->port_each(daemon->dp, adopt_port, daemon);
	status = load(daemon, false, error);
	if (status) {
		model_close(daemon);
		return status;
	}
	/* What can't be done is no reason to do nothing: the ports say what is wrong with them. */
	if (reconcile_all(daemon, NULL, error))
		log_error("port", "%s", error->text);
	model_settled(daemon, NULL);
	return 0;
}

void model_close(struct daemon *daemon)
{
	struct model *model = daemon->model;
	struct plan plan;

	if (!model)
		return;
	attachment_free_all(daemon);
	group_free_all(daemon);
	free(model->statics);
	plan = (struct plan){model->config, model->bridges, model->by_name, model->n_ports};
	plan_free(&plan);
	free(model);
	daemon->model = NULL;
}

void model_teardown(struct daemon *daemon)
{
	struct model *model = daemon->model;
	const struct bridge *bridge;

	/* Nobody wants a device any more, and what happens to them is no reason to do anything. */
	model->running = true;
	for (size_t i = 0; i < model->n_ports; i++)
		model->by_name[i]->state = PORT_ABSENT;
	for (bridge = model->bridges; bridge; bridge = bridge->next)
		group_shrink(daemon, bridge, NULL);
	for (uint16_t number = 1; number < XVS_PORTS_MAX; number++)
		if (model->attachments[number])
			attachment_del(daemon, number);
	pair_remove_all(daemon);
}

struct concerned {
	struct port *ports[4];
	size_t count;
};

static void add_concerned(struct concerned *concerned, struct port *port)
{
	for (size_t i = 0; i < concerned->count; i++)
		if (concerned->ports[i] == port)
			return;
	if (port)
		concerned->ports[concerned->count++] = port;
}

/* The port it is attached as, the ports of its names, and the one whose pair it is an end of. */
static void find_concerned(struct daemon *daemon, const struct link *link, const char *old_name,
			   struct concerned *concerned)
{
	const struct attachment *attachment = link->user;
	const char *port = pair_port(daemon, link);

	if (attachment)
		add_concerned(concerned,
			      model_port_by_number(daemon->model, attachment->set.number));
	add_concerned(concerned, model_port(daemon->model, link->name));
	if (old_name)
		add_concerned(concerned, model_port(daemon->model, old_name));
	if (port)
		add_concerned(concerned, model_port(daemon->model, port));
}

static void forget_link(struct model *model, struct link *link)
{
	struct attachment *attachment = link->user;

	if (attachment)
		attachment->gone = true;
	for (size_t i = 0; i < model->n_ports; i++) {
		struct port *port = model->by_name[i];

		if (port->link == link) {
			port->link = NULL;
			port->state = PORT_ABSENT;
		}
	}
	link->user = NULL;
}

void model_link_changed(enum link_change change, struct link *link, const char *old_name, void *arg)
{
	struct daemon *daemon = arg;
	struct concerned concerned = {};
	struct error error = {};

	if (!daemon->model)
		return;
	find_concerned(daemon, link, old_name, &concerned);
	if (change == LINK_GONE) {
		forget_link(daemon->model, link);
		/* A physical device comes back with its index, from another namespace; others
		 * don't. */
		if (*link->kind)
			db_saved_link_del(daemon->db, link->ifindex);
	}
	if (!concerned.count)
		return;
	if (daemon->model->running)
		daemon->model->again = true;
	else if (reconcile_ports(daemon, concerned.ports, concerned.count, &error))
		log_error("port", "%s", error.text);
}
