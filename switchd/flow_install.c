/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the flows of flow_table.h come into the data path, and leave it.
 *
 * Lines and counters that are not used any more are used again when no frame can be under way that
 * met them. Waiting for that takes milliseconds, so it is done only when there are no others left.
 */
#include "switchd/flow_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/attachment.h"
#include "switchd/daemon.h"
#include "switchd/flow_action.h"
#include "switchd/flow_counts.h"
#include "switchd/flow_program.h"
#include "switchd/flow_text.h"
#include "switchd/group_table.h"
#include "switchd/log.h"
#include "switchd/meter_table.h"
#include "switchd/model.h"

static const struct db_bridge *conf_of(const struct daemon *daemon, uint16_t number)
{
	const struct bridge *bridge = daemon->model->bridge_by_number[number];

	return bridge ? bridge->conf : NULL;
}

/* All frames get NORMAL, and nobody asks when they did. */
static bool is_plain(const struct flow *flow)
{
	static const struct flow_match all;
	const struct flow_action *action = flow->actions;

	return flow->table == 0 && flow_match_equal(&flow->match, &all) && !flow->idle_timeout &&
	       action && !action->next && action->kind == FLOW_ACTION_OUTPUT &&
	       action->port == FLOW_PORT_NORMAL;
}

/* Its first flow, NULL: none. *more: there are others. */
static struct flow_entry *first_flow(const struct daemon *daemon, uint16_t bridge, bool *more)
{
	struct flow_entry *entry, *first = NULL;

	*more = false;
	TAILQ_FOREACH (entry, &daemon->flows->store.bridges[bridge], of_bridge) {
		if (!entry->id)
			continue;
		*more = first;
		if (first)
			break;
		first = entry;
	}
	return first;
}

struct flow_entry *flow_table_plain(const struct daemon *daemon, uint16_t bridge)
{
	bool more;
	struct flow_entry *entry = first_flow(daemon, bridge, &more);

	return entry && !more && is_plain(&entry->flow) ? entry : NULL;
}

bool flow_table_in_use(const struct daemon *daemon, const struct db_bridge *conf)
{
	bool more;

	return first_flow(daemon, conf->number, &more) ? !flow_table_plain(daemon, conf->number)
						       : conf->secure;
}

static bool is_wanted(const struct daemon *daemon, uint16_t number)
{
	const struct db_bridge *conf = conf_of(daemon, number);

	return conf && flow_table_in_use(daemon, conf);
}

static void settle(struct daemon *daemon)
{
	struct flow_table *table = daemon->flows;

	daemon->dpc->settle(daemon->dp);
	classifier_settled(table->classifier);
	flow_counters_settled(&table->counters, daemon->dpc, daemon->dp);
}

static int fill(union xvs_flow_line *memory, uint32_t lines, void *arg)
{
	const struct daemon *daemon = arg;

	return classifier_move(daemon->flows->classifier, memory, lines);
}

/* What an earlier switchd's counters told belongs to the flows that it had them for. */
static void carry_adopted(struct daemon *daemon, const struct xvs_flow_counter *old, uint32_t n)
{
	struct flow_table *table = daemon->flows;

	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++) {
		struct flow_entry *entry;

		TAILQ_FOREACH (entry, &table->store.bridges[i], of_bridge) {
			if (entry->counter && entry->adopted && entry->adopted < n)
				daemon->dpc->flow_counter_add(daemon->dp, entry->counter,
							      &old[entry->adopted]);
			entry->adopted = 0;
		}
	}
	group_table_carry(daemon, old, n);
}

static void carry(const struct xvs_flow_counter *old, uint32_t n, void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->flows->draft) {
		carry_adopted(daemon, old, n);
		return;
	}
	for (uint32_t i = 1; i < n; i++)
		if (old[i].packets || old[i].bytes)
			daemon->dpc->flow_counter_add(daemon->dp, i, &old[i]);
}

static int explain(int status, struct error *error)
{
	if (status == -EOVERFLOW)
		return error_set(error, status,
				 "flows that match by the same fields and masks have values that "
				 "the data path's search can't keep apart: put some of them into "
				 "another table");
	return error_set(error, status, "the flow tables can't be written: %s", strerror(-status));
}

static int resize(struct daemon *daemon, uint32_t lines, struct error *error)
{
	struct flow_table *table = daemon->flows;
	uint32_t counters = flow_counters_lack(&table->counters);
	int status;

	if (counters < table->counters.capacity)
		counters = table->counters.capacity;
	if (counters < XVS_FLOW_COUNTERS_MIN)
		counters = XVS_FLOW_COUNTERS_MIN;
	if (lines > XVS_FLOW_LINES_MAX)
		return error_set(error, -ENOSPC, "there are too many flows");
	status = daemon->dpc->flows_resize(daemon->dp, lines, counters, fill, carry, daemon, error);
	if (status == -EOVERFLOW)
		return explain(status, error);
	if (status)
		return status;
	free(table->draft);
	table->draft = NULL;
	table->counters.capacity = counters;
	classifier_settled(table->classifier);
	flow_counters_settled(&table->counters, daemon->dpc, daemon->dp);
	return 0;
}

/* Makes what the classifier was told of true. */
static int commit(struct daemon *daemon, struct error *error)
{
	struct flow_table *table = daemon->flows;
	uint32_t needed = 0;
	int status;

	meter_table_apply(daemon); /* there before the flows that use them */
	if (flow_counters_lack(&table->counters) && table->counters.n_left)
		settle(daemon);
	if (table->draft || flow_counters_lack(&table->counters))
		return resize(daemon, classifier_lines(table->classifier), error);
	status = classifier_commit(table->classifier, &needed);
	if (status == -ENOSPC && classifier_unsettled(table->classifier)) {
		settle(daemon);
		status = classifier_commit(table->classifier, &needed);
	}
	if (status == -ENOSPC)
		return resize(daemon, needed, error);
	return status ? explain(status, error) : 0;
}

/* Another row is another flow. One that was put in again goes on with what it has counted, unless
 * it says that it begins anew. */
static bool begins_anew(const struct flow_entry *entry)
{
	return entry->counts_of != entry->id ||
	       (entry->counts_since != entry->created && entry->flow.flags & FLOW_RESET_COUNTS);
}

static void start_counting(struct daemon *daemon, struct flow_entry *entry)
{
	if (begins_anew(entry)) {
		entry->plain = (struct xvs_flow_counter){};
		if (entry->counter && entry->counter < daemon->flows->counters.capacity)
			flow_counter_reset(entry->counter, daemon->dpc, daemon->dp);
	}
	entry->counts_of = entry->id;
	entry->counts_since = entry->created;
}

/* Says which flow it is that can't be. */
static int blame(const struct daemon *daemon, const struct flow_entry *entry, int status,
		 struct error *error)
{
	const struct flow_style style = {.words = FLOW_WORDS_SAID};
	struct flow flow = entry->flow;
	struct text text = TEXT_EMPTY;

	flow.flags = 0; /* how it was put in */
	flow_print(&text, &flow, NULL, &style);
	error_prefix(error, status, "bridge %s:%s: ", conf_of(daemon, entry->bridge)->name,
		     text_string(&text));
	text_free(&text);
	return status;
}

static int install(struct daemon *daemon, struct flow_entry *entry, struct error *error)
{
	struct flow_table *table = daemon->flows;
	const struct group_scope scope = {daemon, entry->bridge};
	const struct flow_program_env env = group_env(&scope);
	struct flow_program program = {};
	struct classifier_flow flow = {
		.table = entry->flow.table,
		.priority = entry->flow.priority,
		.match = entry->flow.match,
	};
	int status =
		flow_program_make(&program, entry->flow.actions, entry->flow.table, &env, error);

	if (status)
		return blame(daemon, entry, status, error);
	if (!entry->counter)
		entry->counter = flow_counter_take(&table->counters);
	flow.program = program.words;
	flow.n_program = program.count;
	flow.needs = flow_program_needs(&program);
	flow.counter = entry->counter;
	status = classifier_put(table->classifier, entry->bridge, &flow, error);
	if (status == 0)
		entry->installed = true;
	flow_program_free(&program);
	return status;
}

static void uninstall(struct daemon *daemon, struct flow_entry *entry)
{
	struct flow_table *table = daemon->flows;

	if (entry->installed)
		classifier_remove(table->classifier, entry->bridge, entry->flow.table,
				  entry->flow.priority, &entry->flow.match);
	if (entry->counter)
		flow_counter_give(&table->counters, entry->counter);
	entry->installed = false;
	entry->counter = 0;
}

/* What has become of one entry: 0, or why its flow can't be. */
static int apply(struct daemon *daemon, struct flow_entry *entry, struct error *error)
{
	struct flow_table *table = daemon->flows;
	int status;

	if (!entry->id) {
		uninstall(daemon, entry);
		flow_store_del(&table->store, entry);
		return 0;
	}
	start_counting(daemon, entry);
	status = table->bridges[entry->bridge].present ? install(daemon, entry, error) : 0;
	entry->left_out &= status != 0;
	return status;
}

static void touch_all(struct flow_table *table, uint16_t bridge)
{
	struct flow_entry *entry;

	TAILQ_FOREACH (entry, &table->store.bridges[bridge], of_bridge)
		flow_table_touch(table, entry);
}

/* Bridges whose flows begin to count. */
static int enter_bridges(struct daemon *daemon, struct error *error)
{
	struct flow_table *table = daemon->flows;
	int first = 0;

	for (const struct bridge *bridge = daemon->model->bridges; bridge; bridge = bridge->next) {
		uint16_t number = bridge->conf->number;
		int status;

		if (table->bridges[number].present || !is_wanted(daemon, number))
			continue;
		flow_counts_update(daemon, number);
		status = classifier_bridge_set(table->classifier, number, true);
		if (status && !first)
			first = error_set(error, status, "out of memory");
		if (status)
			continue;
		table->bridges[number].present = true;
		touch_all(table, number);
	}
	return first;
}

STAILQ_HEAD(entries, flow_entry);

static void keep(struct entries *later, struct flow_entry *entry)
{
	entry->pending = true;
	STAILQ_INSERT_TAIL(later, entry, of_pending);
}

/* The first error is told; the others go with it. At the start they have nobody to tell them, and
 * whom flows hinder that were left out then is not to blame. */
static int note_failure(struct daemon *daemon, struct flow_entry *entry, int first, int status,
			const struct error *why, struct error *error)
{
	if (!daemon->model->adopted && !entry->left_out)
		log_warn("flow", "%s", why->text);
	entry->left_out |= !daemon->model->adopted;
	return first || entry->left_out ? first : error_set(error, status, "%s", why->text);
}

/*
 * Takes the pending entries but those of bridges that go out of use: the ones whose flows are gone,
 * or the others. What can't be stays pending: reconcile may go several rounds, and the last one's
 * result counts; and later there may be room for it, or what it names.
 */
static int apply_some(struct daemon *daemon, const bool *leaving, bool gone, struct error *error)
{
	struct flow_table *table = daemon->flows;
	struct entries later = STAILQ_HEAD_INITIALIZER(later);
	struct flow_entry *entry;
	int first = 0;

	while ((entry = STAILQ_FIRST(&table->pending))) {
		struct error why = {};
		int status;

		STAILQ_REMOVE_HEAD(&table->pending, of_pending);
		entry->pending = false;
		if (leaving[entry->bridge] || gone != !entry->id) {
			keep(&later, entry);
			continue;
		}
		status = apply(daemon, entry, &why);
		if (!status)
			continue;
		keep(&later, entry);
		first = note_failure(daemon, entry, first, status, &why, error);
	}
	STAILQ_CONCAT(&table->pending, &later);
	return first;
}

/* What goes makes room for what comes: so a change is judged by what it leads to. */
static int apply_pending(struct daemon *daemon, struct error *error)
{
	struct flow_table *table = daemon->flows;
	bool leaving[XVS_BRIDGES_MAX];

	for (uint16_t number = 0; number < XVS_BRIDGES_MAX; number++)
		leaving[number] = table->bridges[number].present && !is_wanted(daemon, number);
	apply_some(daemon, leaving, true, NULL);
	return apply_some(daemon, leaving, false, error);
}

/* classifier_read_fn */
static void adopt(uint16_t bridge, const struct classifier_flow *flow, void *arg)
{
	struct flow_table *table = arg;
	struct flow key = {.table = flow->table, .priority = flow->priority, .match = flow->match};
	struct flow_entry *entry = flow_store_find(&table->store, bridge, &key);

	if (entry)
		entry->adopted = flow->counter;
}

static bool any_root(const struct daemon *daemon)
{
	uint32_t lines, counters;
	const union xvs_flow_line *memory = daemon->dpc->flows(daemon->dp, &lines, &counters);

	for (uint32_t i = 0; i < XVS_FLOW_ROOT_LINES && i < lines; i++)
		for (int half = 0; half < 16; half++)
			if (memory[i].half[half])
				return true;
	return false;
}

/* Is there anything for the data path to look up? */
static bool any_in_use(const struct daemon *daemon)
{
	for (const struct bridge *bridge = daemon->model->bridges; bridge; bridge = bridge->next)
		if (daemon->flows->bridges[bridge->conf->number].present &&
		    flow_table_in_use(daemon, bridge->conf))
			return true;
	return false;
}

static bool same_ports(const struct flow_bridge *state, const uint16_t *ports, size_t n,
		       uint16_t local)
{
	return state->ports && state->n_ports == n && state->local == local &&
	       !memcmp(state->ports, ports, n * sizeof(*ports));
}

/* Is the port's number its own in the data path, and not yet, or still, another device's? */
static bool is_attached(const struct daemon *daemon, const struct port *port)
{
	const struct attachment *attachment = daemon->model->attachments[port->conf->number];

	return attachment && !attachment->gone && port_attachable(port) &&
	       attachment->set.ifindex == port->want.ifindex;
}

/* How many OpenFlow numbers the attached ports reach up to. */
static size_t count_numbers(const struct daemon *daemon, const struct bridge *bridge)
{
	size_t n = 0;

	for (const struct port *port = bridge->ports; port; port = port->next) {
		uint16_t ofport = port->conf->ofport;

		if (is_attached(daemon, port) && ofport < XVS_OFPP_MAX && ofport >= n)
			n = (size_t)ofport + 1;
	}
	return n;
}

/* By OpenFlow number, the ports that are attached. NULL: no memory. */
static uint16_t *list_ports(const struct daemon *daemon, const struct bridge *bridge, size_t n,
			    uint16_t *local)
{
	uint16_t *ports = calloc(n + 1, sizeof(*ports));

	*local = 0;
	for (const struct port *port = bridge->ports; ports && port; port = port->next) {
		const struct db_port *conf = port->conf;

		if (!is_attached(daemon, port))
			continue;
		if (conf->local)
			*local = conf->number;
		else if (conf->ofport < n)
			ports[conf->ofport] = conf->number;
	}
	return ports;
}

static int tell_ports(struct daemon *daemon, const struct bridge *bridge, bool *changed,
		      struct error *error)
{
	struct flow_table *table = daemon->flows;
	struct flow_bridge *state = &table->bridges[bridge->conf->number];
	size_t n = count_numbers(daemon, bridge);
	uint16_t *ports, local;

	*changed = false;
	if (!state->present)
		return 0;
	ports = list_ports(daemon, bridge, n, &local);
	if (ports && same_ports(state, ports, n, local)) {
		free(ports);
		return 0;
	}
	if (!ports ||
	    classifier_ports_set(table->classifier, bridge->conf->number, ports, n, local)) {
		free(ports);
		return error_set(error, -ENOMEM, "out of memory");
	}
	free(state->ports);
	state->ports = ports;
	state->n_ports = n;
	state->local = local;
	*changed = true;
	return 0;
}

int flow_table_ports(struct daemon *daemon, const struct bridge *bridge, struct error *error)
{
	bool changed;
	int status = tell_ports(daemon, bridge, &changed, error);

	if (changed)
		status = commit(daemon, error);
	return changed && !status ? 1 : status;
}

int flow_table_prepare(struct daemon *daemon, struct error *error)
{
	struct flow_table *table = daemon->flows;
	struct error later;
	uint32_t lines, counters;
	int first, status;

	if (table->draft) {
		const union xvs_flow_line *memory =
			daemon->dpc->flows(daemon->dp, &lines, &counters);

		classifier_read(memory, lines, adopt, table);
	}
	first = enter_bridges(daemon, error);
	status = apply_pending(daemon, first ? &later : error);
	return first ? first : status;
}

int flow_table_reconcile(struct daemon *daemon, struct error *error)
{
	struct flow_table *table = daemon->flows;
	struct error later;
	int first = 0, status;

	meter_table_apply(daemon);
	if (table->draft && !any_in_use(daemon))
		return 0;
	for (const struct bridge *bridge = daemon->model->bridges; bridge; bridge = bridge->next) {
		bool changed;

		status = tell_ports(daemon, bridge, &changed, first ? &later : error);
		first = first ? first : status;
	}
	status = commit(daemon, first ? &later : error);
	return first ? first : status;
}

/* What it has counted is the flow's, which goes on counting without. */
static void retire(struct daemon *daemon, const struct flow_counts *counts, uint16_t number)
{
	struct flow_table *table = daemon->flows;
	struct flow_bridge *state = &table->bridges[number];
	struct flow_entry *entry, *next;

	for (entry = TAILQ_FIRST(&table->store.bridges[number]); entry; entry = next) {
		struct xvs_flow_counter counter = flow_counts_get(counts, entry->counter);

		next = TAILQ_NEXT(entry, of_bridge);
		entry->plain.packets += counter.packets;
		entry->plain.bytes += counter.bytes;
		uninstall(daemon, entry);
		flow_table_touch(table, entry);
	}
	classifier_bridge_set(table->classifier, number, false);
	free(state->ports);
	*state = (struct flow_bridge){};
	flow_counts_begin(daemon, number);
}

static void retire_bridges(struct daemon *daemon)
{
	struct flow_table *table = daemon->flows;
	struct flow_counts counts = {};
	struct error error = {};
	bool any = false;

	for (uint16_t number = 1; number < XVS_BRIDGES_MAX; number++) {
		if (!table->bridges[number].present || is_wanted(daemon, number))
			continue;
		if (!any)
			flow_counts_read_all(daemon, &counts);
		any = true;
		retire(daemon, &counts, number);
	}
	flow_counts_free(&counts);
	if (any)
		apply_pending(daemon, NULL);
	else if (!table->draft)
		return;
	if (table->draft && !any_root(daemon))
		return;
	if (commit(daemon, &error))
		log_error("flow", "%s", error.text);
}

void flow_table_retire(struct daemon *daemon)
{
	retire_bridges(daemon);
	for (const struct bridge *bridge = daemon->model->bridges; bridge; bridge = bridge->next)
		flow_counts_keep(daemon, bridge->conf->number);
}
