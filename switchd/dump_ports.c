/* SPDX-License-Identifier: BSD-2-Clause */
/* The command `dump-ports`: counters as ovs-ofctl prints them, and why frames were dropped. */
#include "switchd/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_word.h"
#include "switchd/model.h"
#include "switchd/openflow.h"

#define INDENT "           "

static void print_drops(struct text *output, const struct dp_counters *counters)
{
	const char *separator = INDENT "dropped: ";

	for (unsigned reason = 1; reason < XVS_DROPS_MAX; reason++) {
		const char *name = dp_drop_name(reason);

		if (!counters->drops[reason])
			continue;
		text_add(output, "%s%s=%" PRIu64, separator, name ? name : "unknown",
			 counters->drops[reason]);
		separator = ", ";
	}
	if (separator[0] == ',')
		text_add(output, "\n");
}

static void print_number(char text[16], const struct port *port)
{
	if (port->conf->local)
		strcpy(text, "LOCAL");
	else
		snprintf(text, 16, "%2u", port->conf->ofport);
}

static void print_port(struct command_call *call, const struct port *port, enum openflow version)
{
	struct daemon *daemon = call->daemon;
	struct dp_counters counters = {};
	const struct xvs_counters *total = &counters.total;
	uint64_t now = boot_ns();
	char number[16];

	/* A port that is absent has counted nothing. */
	if (daemon->dpc->counters(daemon->dp, port->conf->number, &counters) < 0)
		counters = (struct dp_counters){.since = now};
	print_number(number, port);
	text_add(call->output,
		 "  port %s: rx pkts=%llu, bytes=%llu, drop=%" PRIu64
		 ", errs=0, frame=0, over=0, crc=0\n",
		 number, total->rx_packets, total->rx_bytes, dp_drops(&counters, false));
	text_add(call->output,
		 INDENT "tx pkts=%llu, bytes=%llu, drop=%" PRIu64 ", errs=0, coll=0\n",
		 total->tx_packets, total->tx_bytes, dp_drops(&counters, true));
	if (version >= OPENFLOW_13) {
		text_add(call->output, INDENT "duration=");
		flow_duration_print(call->output, now - counters.since);
		text_add(call->output, "\n");
	}
	print_drops(call->output, &counters);
}

/* By its name, or its OpenFlow number. */
static bool is_named(const struct port *port, const char *word)
{
	char number[16];

	print_number(number, port);
	return !strcmp(port->conf->name, word) || !strcmp(number + strspn(number, " "), word);
}

int cmd_dump_ports(struct command_call *call)
{
	const char *wanted = call->n_words == 3 ? call->words[2] : NULL;
	const struct bridge *bridge = model_bridge(call->daemon->model, call->words[1]);
	enum openflow version;
	size_t n = 0;
	int status = openflow_version(call, OPENFLOW_10, &version);

	if (status)
		return status;
	if (!bridge)
		return error_set(call->error, -ENOENT, "no bridge named %s", call->words[1]);
	for (const struct port *port = bridge->ports; port; port = port->next)
		n += !wanted || is_named(port, wanted);
	if (!n)
		return error_set(call->error, -ENOENT, "bridge %s has no port %s", call->words[1],
				 wanted);
	openflow_reply(call->output, version, false, "PORT", 2);
	text_add(call->output, " %zu ports\n", n);
	for (const struct port *port = bridge->ports; port; port = port->next) {
		if (!wanted || is_named(port, wanted))
			print_port(call, port, version);
	}
	return 0;
}
