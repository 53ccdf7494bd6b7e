/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on the daemon itself. */
#include "switchd/commands.h"

#include <event2/event.h>
#include "switchd/daemon.h"
#include "switchd/log.h"

static void shut_down(struct daemon *daemon)
{
	log_info("daemon", "ends and removes the data path, as asked for");
	daemon->teardown = true;
	event_base_loopbreak(daemon->base);
}

int cmd_shutdown(struct command_call *call)
{
	call->after = shut_down;
	return 0;
}
