/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows whose time is over: they are deleted from the database as by a command, all of a second in
 * one transaction.
 */
#include "switchd/flow_table.h"

#include <stdlib.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_counts.h"
#include "switchd/log.h"
#include "switchd/model.h"

#define SECOND 1000000000ULL

/* Flows with timeouts, and how far counters of those that may have been idle reach. */
struct timeouts {
	struct daemon *daemon;
	uint64_t clock;
	uint32_t now; /* xvs_shared.now */
	uint32_t first, last;
};

static bool is_over(const struct flow_entry *entry, uint64_t clock)
{
	uint64_t timeout = entry->flow.hard_timeout * SECOND;

	return timeout && clock >= entry->modified + timeout;
}

/* In whole seconds of a clock that moves once a second: a flow may live up to a second too long,
 * never too short. */
static bool may_be_idle(const struct flow_entry *entry, uint32_t now)
{
	return entry->flow.idle_timeout && (int32_t)(now - entry->due) > 0;
}

static void find_counters(struct timeouts *timeouts)
{
	const struct flow_store *store = &timeouts->daemon->flows->store;

	timeouts->first = UINT32_MAX;
	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++) {
		const struct flow_entry *entry;

		TAILQ_FOREACH (entry, &store->bridges[i], of_bridge) {
			if (!entry->id || !entry->counter || !may_be_idle(entry, timeouts->now))
				continue;
			if (entry->counter < timeouts->first)
				timeouts->first = entry->counter;
			if (entry->counter > timeouts->last)
				timeouts->last = entry->counter;
		}
	}
}

/* Looks again when it can have been idle for long enough at the earliest. */
static bool is_idle(struct timeouts *timeouts, const struct flow_counts *counts,
		    struct flow_entry *entry)
{
	uint32_t idle;

	if (!may_be_idle(entry, timeouts->now))
		return false;
	idle = flow_counts_idle(timeouts->daemon, counts, entry);
	entry->due = timeouts->now - idle + entry->flow.idle_timeout;
	return may_be_idle(entry, timeouts->now);
}

/* Deletes what has expired: how many flows, or a negative errno. */
static int delete_expired(struct timeouts *timeouts, const struct flow_counts *counts,
			  struct error *error)
{
	const struct flow_store *store = &timeouts->daemon->flows->store;
	int count = 0;

	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++) {
		struct flow_entry *entry;

		TAILQ_FOREACH (entry, &store->bridges[i], of_bridge) {
			int status;

			if (!entry->id ||
			    (!is_over(entry, timeouts->clock) && !is_idle(timeouts, counts, entry)))
				continue;
			status = db_flow_del(timeouts->daemon->db, entry->id, error);
			if (status)
				return status;
			count++;
		}
	}
	return count;
}

static int expire(struct timeouts *timeouts, struct error *error)
{
	struct daemon *daemon = timeouts->daemon;
	struct flow_counts counts = {};
	int count, status = db_begin(daemon->db, error);

	if (status)
		return status;
	find_counters(timeouts);
	if (timeouts->first <= timeouts->last)
		flow_counts_read(daemon, &counts, timeouts->first,
				 timeouts->last - timeouts->first + 1);
	count = delete_expired(timeouts, &counts, error);
	flow_counts_free(&counts);
	if (count > 0)
		status = model_reconcile(daemon, NULL, error);
	if (count > 0 && status == 0)
		status = db_commit(daemon->db, error);
	else
		db_rollback(daemon->db);
	if (count > 0 && status)
		model_reconcile(daemon, NULL, NULL);
	if (count > 0)
		model_settled(daemon, NULL);
	return count < 0 ? count : status;
}

static bool any_due(const struct timeouts *timeouts)
{
	const struct flow_store *store = &timeouts->daemon->flows->store;

	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++) {
		const struct flow_entry *entry;

		TAILQ_FOREACH (entry, &store->bridges[i], of_bridge)
			if (entry->id &&
			    (is_over(entry, timeouts->clock) || may_be_idle(entry, timeouts->now)))
				return true;
	}
	return false;
}

void flow_table_tick(struct daemon *daemon)
{
	struct xvs_shared *shared = daemon->dpc->shared(daemon->dp);
	struct timeouts timeouts = {
		.daemon = daemon,
		.clock = boot_ns(),
		.now = __atomic_load_n(&shared->now, __ATOMIC_RELAXED),
	};
	struct error error = {};

	if (!daemon->flows->n_timed)
		return;
	/* What a chain that was not carried out has brought may still be among them. */
	if (flow_table_load(daemon, &error) || (any_due(&timeouts) && expire(&timeouts, &error)))
		log_error("flow", "flows whose time is over can't be deleted: %s", error.text);
}
