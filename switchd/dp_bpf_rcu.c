/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RCU grace periods, which the kernel waits for when a program is attached, detached, or a map of
 * maps is changed. One takes some 12 ms (at 250 timer interrupts a second), and only one program is
 * attached at a time, with all configuration of the host's network waiting (RTNL): a thousand
 * ports would take 14 seconds. Where the kernel waits under RTNL itself (synchronize_net()), it
 * expedites: an interrupt to each CPU, and the grace period is over in microseconds. So do we, by
 * the setting that it has for this, /sys/kernel/rcu_expedited.
 *
 * The setting is the whole host's, so that it is on only while we wait. We write a number of our
 * own: should switchd be killed meanwhile, the next one knows it for ours, and puts it back when it
 * has opened the data path. An administrator's own setting stays, and so does his rcu_normal, which
 * comes before it.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "switchd/log.h"

#define SETTING "/sys/kernel/rcu_expedited"
#define OFF     0
#define OURS    30838 /* any number but 0 is on; "xv" */

static int read_setting(const struct dp *dp)
{
	char text[16] = "";

	return pread(dp->rcu_fd, text, sizeof(text) - 1, 0) > 0 ? atoi(text) : -1;
}

static void change_setting(const struct dp *dp, int from, int to)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", to);

	if (dp->rcu_fd >= 0 && read_setting(dp) == from &&
	    pwrite(dp->rcu_fd, text, (size_t)length, 0) != length)
		log_warn("dp", SETTING " can't be written: %s", strerror(errno));
}

void dp_rcu_open(struct dp *dp)
{
	dp->rcu_fd = open(SETTING, O_RDWR | O_CLOEXEC);
	if (dp->rcu_fd < 0)
		log_info("dp", "many ports will take long to add: " SETTING " can't be opened: %s",
			 strerror(errno));
}

void dp_rcu_expedite(struct dp *dp)
{
	if (!dp->rcu_expedited++)
		change_setting(dp, OFF, OURS);
}

void dp_rcu_relax(struct dp *dp)
{
	if (!--dp->rcu_expedited)
		change_setting(dp, OURS, OFF);
}
