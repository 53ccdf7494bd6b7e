/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_counts.h"

#include <stdlib.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_table.h"
#include "switchd/model.h"

#define MILLISECOND 1000000

void flow_counts_read(struct daemon *daemon, struct flow_counts *counts, uint32_t first, uint32_t n)
{
	uint32_t capacity = daemon->flows->counters.capacity;

	if (first >= capacity)
		n = 0;
	else if (n > capacity - first)
		n = capacity - first;
	*counts = (struct flow_counts){.first = first};
	if (n)
		counts->totals = calloc(n, sizeof(*counts->totals));
	if (counts->totals && daemon->dpc->flow_counters(daemon->dp, first, n, counts->totals) == 0)
		counts->n = n;
}

void flow_counts_read_all(struct daemon *daemon, struct flow_counts *counts)
{
	flow_counts_read(daemon, counts, 0, daemon->flows->counters.next);
}

void flow_counts_free(struct flow_counts *counts)
{
	free(counts->totals);
}

struct xvs_flow_counter flow_counts_get(const struct flow_counts *counts, uint32_t index)
{
	if (!index || index < counts->first || index - counts->first >= counts->n)
		return (struct xvs_flow_counter){};
	return counts->totals[index - counts->first];
}

/* What a port has received since it was last asked for. Its number may be another port's now, whose
 * counters began at 0. */
static struct xvs_flow_counter received(struct daemon *daemon, uint16_t port)
{
	struct xvs_tally *before = &daemon->dpc->tallies(daemon->dp)->received[port];
	struct dp_counters now = {};
	struct xvs_flow_counter more = {};

	if (daemon->dpc->counters(daemon->dp, port, &now) < 0)
		return more;
	if (now.total.rx_packets < before->packets)
		before->packets = before->bytes = 0;
	more.packets = now.total.rx_packets - before->packets;
	more.bytes = now.total.rx_bytes - before->bytes;
	before->packets = now.total.rx_packets;
	before->bytes = now.total.rx_bytes;
	return more;
}

static void take_received(struct daemon *daemon, uint16_t number, struct flow_entry *entry)
{
	const struct bridge *bridge =
		daemon->model ? daemon->model->bridge_by_number[number] : NULL;

	for (const struct port *port = bridge ? bridge->ports : NULL; port; port = port->next) {
		struct xvs_flow_counter more = received(daemon, port->conf->number);

		if (!entry)
			continue;
		entry->plain.packets += more.packets;
		entry->plain.bytes += more.bytes;
	}
}

void flow_counts_begin(struct daemon *daemon, uint16_t bridge)
{
	take_received(daemon, bridge, NULL);
}

void flow_counts_update(struct daemon *daemon, uint16_t bridge)
{
	if (daemon->flows->bridges[bridge].present)
		return;
	take_received(daemon, bridge, TAILQ_FIRST(&daemon->flows->store.bridges[bridge]));
	flow_counts_keep(daemon, bridge);
}

/* Only who was there before the bridge used flows was given anything: that is the first one. */
void flow_counts_keep(struct daemon *daemon, uint16_t bridge)
{
	const struct flow_table *table = daemon->flows;
	struct flow_entry *entry = TAILQ_FIRST(&table->store.bridges[bridge]);
	struct xvs_tally given = {};

	if (entry && !table->bridges[bridge].present) {
		given.packets = entry->plain.packets;
		given.bytes = entry->plain.bytes;
	} else if (entry && !table->draft && (entry->plain.packets || entry->plain.bytes) &&
		   entry->counter && entry->counter < table->counters.capacity) {
		daemon->dpc->flow_counter_add(daemon->dp, entry->counter, &entry->plain);
		entry->plain = (struct xvs_flow_counter){};
	}
	daemon->dpc->tallies(daemon->dp)->given[bridge] = given;
}

void flow_counts_resume(struct daemon *daemon, uint16_t bridge)
{
	const struct xvs_tally *given = &daemon->dpc->tallies(daemon->dp)->given[bridge];
	struct flow_entry *entry = flow_table_plain(daemon, bridge);

	if (!entry)
		return;
	entry->plain.packets = given->packets;
	entry->plain.bytes = given->bytes;
	entry->counts_of = entry->id;
	entry->counts_since = entry->created;
}

uint32_t flow_counts_idle(struct daemon *daemon, const struct flow_counts *counts,
			  const struct flow_entry *entry)
{
	uint32_t now = __atomic_load_n(&daemon->dpc->shared(daemon->dp)->now, __ATOMIC_RELAXED);
	struct xvs_flow_counter counter = flow_counts_get(counts, entry->counter);
	uint32_t idle = now - entry->since;

	if ((counter.packets || counter.bytes) && now - counter.used < idle)
		idle = now - counter.used;
	return idle;
}

void flow_counts_stats(struct daemon *daemon, const struct flow_counts *counts,
		       const struct flow_entry *entry, struct flow_stats *stats)
{
	struct xvs_flow_counter counter = flow_counts_get(counts, entry->counter);
	uint64_t now = boot_ns();
	uint64_t age = now > entry->created ? now - entry->created : 0;

	*stats = (struct flow_stats){
		.duration_ns = age / MILLISECOND * MILLISECOND,
		.packets = entry->plain.packets + counter.packets,
		.bytes = entry->plain.bytes + counter.bytes,
		.idle_age = flow_counts_idle(daemon, counts, entry),
		.hard_age = now > entry->modified ? (now - entry->modified) / 1000000000 : 0,
	};
}
