/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on the daemon itself. */
#include "switchd/commands.h"

#include <event2/event.h>
#include "db/schema.h"
#include "switchd/daemon.h"
#include "switchd/log.h"

static void shut_down(struct daemon *daemon)
{
	log_info("daemon", "ends and removes the data path, as asked for");
	daemon->teardown = true;
	event_base_loopbreak(daemon->base);
}

/* init: the database is there since the daemon started. */
int cmd_init(struct command_call *call)
{
	(void)call;
	return 0;
}

int cmd_emer_reset(struct command_call *call)
{
	return db_emergency_reset(call->daemon->db, call->error);
}

int cmd_list_commands(struct command_call *call)
{
	text_add(call->output, "The available commands are:\n");
	for (size_t i = 0; i < command_table_size; i++) {
		const struct command *command = &command_table[i];

		if (command->language == call->command->language)
			text_add(call->output, "  %-23s %s\n", command->name, command->arguments);
	}
	return 0;
}

int cmd_version(struct command_call *call)
{
	text_add(call->output, "ovs-vswitchd (Open vSwitch) %s\nxvswitchd (xvswitch) %s\n",
		 OVS_RELEASE, PACKAGE_VERSION);
	return 0;
}

int cmd_shutdown(struct command_call *call)
{
	call->after = shut_down;
	return 0;
}
