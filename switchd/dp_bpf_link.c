/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The links that hold the roots on devices: pinned, so that they outlive switchd.
 *
 * A link is the one handle that still reaches a device after that was moved to another network
 * namespace. There a program that is merely attached would go on feeding the switch, under an
 * ifindex that is another port's, or nobody's, here. And nobody detaches a link by mistake.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "switchd/log.h"

#define NAME_MAX_LINK 32

static void link_name(const char *hook, uint32_t ifindex, char name[NAME_MAX_LINK])
{
	snprintf(name, NAME_MAX_LINK, "%s_%u", hook, ifindex);
}

int dp_link_make(struct dp *dp, const char *hook, uint32_t ifindex, int program, int type,
		 uint32_t flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	char name[NAME_MAX_LINK];
	int fd, result;

	dp_rcu_expedite(dp);
	fd = bpf_link_create(program, (int)ifindex, (enum bpf_attach_type)type, &options);
	dp_rcu_relax(dp);
	if (fd < 0)
		return fd;
	link_name(hook, ifindex, name);
	result = dp_pin_replace(dp, name, fd);
	close(fd);
	return result;
}

bool dp_link_break(struct dp *dp, const char *hook, uint32_t ifindex)
{
	char name[NAME_MAX_LINK];
	int fd;

	link_name(hook, ifindex, name);
	fd = dp_pin_open(dp, name);
	if (fd < 0)
		return false;
	dp_rcu_expedite(dp);
	/* Without a device it has let go already. */
	if (bpf_link_detach(fd) && errno != ENOLINK)
		log_warn("dp", "the %s program can't be detached from device %u: %s", hook, ifindex,
			 strerror(errno));
	dp_rcu_relax(dp);
	close(fd);
	dp_pin_remove(dp, name);
	return true;
}
