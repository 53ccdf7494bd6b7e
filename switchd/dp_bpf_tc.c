/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TC root on a device's ingress.
 *
 * From Linux 6.6 on it is attached with TCX, by a pinned link (dp_bpf_link.c), after what others
 * have there. Before, it is a filter in clsact, known by its priority and handle; the kernel
 * removes that when the device is moved to another namespace.
 *
 * The clsact qdisc is removed with the filter when nothing else is in it. That one could have been
 * there, and empty, before us is not kept in mind: whoever made it and left it so loses nothing but
 * a command that he needs for his filter anyway.
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <string.h>
#include <linux/pkt_sched.h>
#include <netlink/route/classifier.h>
#include <netlink/route/link.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define NAME            "xvs_tc_root"
#define HOOK            "tc"
#define TCX_INGRESS     46 /* enum bpf_attach_type: BPF_TCX_INGRESS, newer than the oldest headers */
#define TCX_MAX         64 /* BPF_MPROG_MAX of the kernel */
#define FILTER_HANDLE   1
#define FILTER_PRIORITY 0x7876 /* "xv" */

/* Ids of the TCX programs on a device: how many, or -EINVAL when the kernel does not know TCX. */
static int tcx_query(uint32_t ifindex, uint32_t ids[TCX_MAX])
{
	uint32_t flags, count = TCX_MAX;

	if (bpf_prog_query((int)ifindex, TCX_INGRESS, 0, &flags, ids, &count))
		return -errno;
	return (int)count;
}

static bool tcx_has(const uint32_t *ids, int count, uint32_t id)
{
	for (int i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static struct bpf_tc_hook hook_of(uint32_t ifindex)
{
	return (struct bpf_tc_hook){.sz = sizeof(struct bpf_tc_hook),
				    .ifindex = (int)ifindex,
				    .attach_point = BPF_TC_INGRESS};
}

/* The id of the program in our filter; 0: there is none. */
static uint32_t filter_query(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	struct bpf_tc_hook hook = hook_of(ifindex);

	return bpf_tc_query(&hook, &filter) ? 0 : filter.prog_id;
}

static int filter_attach(struct dp *dp, uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY,
		    .prog_fd = dp->tc_root.fd);
	struct bpf_tc_hook hook = hook_of(ifindex);
	int result;

	if (filter_query(ifindex) == dp->tc_root.id)
		return 0;
	result = bpf_tc_hook_create(&hook);
	if (result && result != -EEXIST)
		return result;
	return bpf_tc_attach(&hook, &filter);
}

/* How many filters there are in one direction of clsact; a failure counts as one. */
static int filters(struct nl_sock *socket, uint32_t ifindex, uint32_t direction)
{
	struct nl_cache *cache;
	int count;

	if (rtnl_cls_alloc_cache(socket, (int)ifindex, TC_H_MAKE(TC_H_CLSACT, direction), &cache))
		return 1;
	count = nl_cache_nitems(cache);
	nl_cache_free(cache);
	return count;
}

static bool clsact_is_empty(uint32_t ifindex)
{
	struct nl_sock *socket = nl_socket_alloc();
	bool empty = false;

	if (socket && !nl_connect(socket, NETLINK_ROUTE))
		empty = !filters(socket, ifindex, TC_H_MIN_INGRESS) &&
			!filters(socket, ifindex, TC_H_MIN_EGRESS);
	nl_socket_free(socket);
	return empty;
}

static void filter_detach(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	struct bpf_tc_hook hook = hook_of(ifindex);

	if (bpf_tc_detach(&hook, &filter) || !clsact_is_empty(ifindex))
		return;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&hook);
}

int dp_tc_attach(struct dp *dp, uint32_t ifindex)
{
	uint32_t ids[TCX_MAX];
	int count = tcx_query(ifindex, ids);

	if (count == -EINVAL)
		return filter_attach(dp, ifindex);
	if (count < 0 || tcx_has(ids, count, dp->tc_root.id))
		return count < 0 ? count : 0;
	return dp_link_make(dp, HOOK, ifindex, dp->tc_root.fd, TCX_INGRESS, 0);
}

void dp_tc_detach(struct dp *dp, uint32_t ifindex)
{
	if (!dp_link_break(dp, HOOK, ifindex) && filter_query(ifindex) == dp->tc_root.id)
		filter_detach(ifindex);
}

static bool is_orphan(struct dp *dp, uint32_t id)
{
	struct dp_program program;

	return id && !dp_program_by_id(id, &program) && !strcmp(program.name, NAME) &&
	       !dp_pins_hold_slots(dp, program.map_id);
}

void dp_tc_detach_orphan(struct dp *dp, uint32_t ifindex)
{
	if (is_orphan(dp, filter_query(ifindex)))
		filter_detach(ifindex);
}
