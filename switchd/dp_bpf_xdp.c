/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The XDP root on a device, always in native mode.
 *
 * A device that has no XDP program gets the root itself: nothing stands between the driver and the
 * switch, and frames in several buffers are welcome. A device where libxdp's dispatcher is at work
 * gets the root as one more of the dispatcher's programs, where the kernel permits it. A program
 * that somebody attached without the dispatcher stays, and the port has TC alone.
 *
 * Which way was taken is seen from the device, and whether there is a link of ours (dp_bpf_link.c).
 */
#include "switchd/dp_bpf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>
#include "switchd/log.h"

#define NAME "xvs_xdp_root"
#define HOOK "xdp"

/* What is attached to a device. */
enum xdp_kind {
	XDP_NOTHING,
	XDP_PROGRAM,    /* one program, whosever it is */
	XDP_DISPATCHER, /* libxdp's, with programs in it */
};

struct xdp_state {
	enum xdp_kind kind;
	uint32_t id;                 /* of the program, or of the dispatcher */
	struct xdp_multiprog *multi; /* of a dispatcher */
};

static void state_free(struct xdp_state *state)
{
	xdp_multiprog__close(state->multi);
}

/* libnl's callback for the device's description. */
static int read_link(struct nl_msg *message, void *arg)
{
	static const int modes[] = {IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID,
				    IFLA_XDP_HW_PROG_ID};
	struct nlattr *link[IFLA_MAX + 1], *xdp[IFLA_XDP_MAX + 1];
	uint32_t *id = arg;

	if (nlmsg_parse(nlmsg_hdr(message), sizeof(struct ifinfomsg), link, IFLA_MAX, NULL) ||
	    !link[IFLA_XDP] || nla_parse_nested(xdp, IFLA_XDP_MAX, link[IFLA_XDP], NULL))
		return NL_SKIP;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes) && !*id; i++)
		if (xdp[modes[i]])
			*id = nla_get_u32(xdp[modes[i]]);
	return NL_OK;
}

/* The id of the program on a device, 0: none. bpf_xdp_query() would read all devices there are. */
static int query(uint32_t ifindex, uint32_t *id)
{
	struct ifinfomsg request = {.ifi_index = (int)ifindex};
	struct nl_sock *socket = nl_socket_alloc();
	int result;

	*id = 0;
	if (!socket)
		return -ENOMEM;
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, read_link, id);
	result = nl_connect(socket, NETLINK_ROUTE);
	if (!result)
		result = nl_send_simple(socket, RTM_GETLINK, 0, &request, sizeof(request));
	if (result >= 0)
		result = nl_recvmsgs_default(socket);
	nl_socket_free(socket);
	if (result == -NLE_NODEV)
		return -ENODEV;
	return result < 0 ? -EIO : 0;
}

static int state_query(const struct dp *dp, uint32_t ifindex, struct xdp_state *state)
{
	struct xdp_multiprog *multi;
	int result;

	*state = (struct xdp_state){};
	result = query(ifindex, &state->id);
	if (result)
		return result;
	if (!state->id)
		return 0;
	state->kind = XDP_PROGRAM;
	if (state->id == dp->xdp_root.id)
		return 0;
	multi = xdp_multiprog__get_from_ifindex((int)ifindex);
	if (libxdp_get_error(multi))
		return 0;
	if (xdp_multiprog__is_legacy(multi)) {
		xdp_multiprog__close(multi);
		return 0;
	}
	state->kind = XDP_DISPATCHER;
	state->multi = multi;
	return 0;
}

/* Is a program in a dispatcher our root? */
static bool is_extension(const struct dp *dp, struct xdp_program *extension)
{
	struct dp_program root, program;

	return !dp_program_info(dp->xdp_root.fd, &root) &&
	       !dp_program_info(xdp_program__fd(extension), &program) &&
	       !strcmp(program.name, NAME) && program.map_id == root.map_id;
}

/* The first program in the dispatcher that is ours, or that is not; NULL. */
static struct xdp_program *dispatched(const struct dp *dp, const struct xdp_state *state, bool ours)
{
	struct xdp_program *program = NULL;

	while ((program = xdp_multiprog__next_prog(program, state->multi)))
		if (is_extension(dp, program) == ours)
			return program;
	return NULL;
}

static bool is_attached(const struct dp *dp, const struct xdp_state *state)
{
	switch (state->kind) {
	case XDP_PROGRAM:
		return state->id == dp->xdp_root.id;
	case XDP_DISPATCHER:
		return dispatched(dp, state, true) != NULL;
	default:
		return false;
	}
}

static uint32_t foreign(const struct dp *dp, const struct xdp_state *state)
{
	struct xdp_program *program;

	switch (state->kind) {
	case XDP_PROGRAM:
		return state->id == dp->xdp_root.id ? 0 : state->id;
	case XDP_DISPATCHER:
		program = dispatched(dp, state, false);
		return program ? xdp_program__id(program) : 0;
	default:
		return 0;
	}
}

/* Only netlink carries the driver's own words for why it refuses: asks it the same. */
static void hear_reason(struct dp *dp, uint32_t ifindex)
{
	const unsigned flags = XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST;
	LIBBPF_OPTS(bpf_xdp_attach_opts, ours, .old_prog_fd = dp->xdp_root.fd);

	if (!bpf_xdp_attach((int)ifindex, dp->xdp_root.fd, flags, NULL))
		bpf_xdp_detach((int)ifindex, XDP_FLAGS_DRV_MODE, &ours);
}

static int attach_alone(struct dp *dp, uint32_t ifindex)
{
	int result = dp_link_make(dp, HOOK, ifindex, dp->xdp_root.fd, BPF_XDP, XDP_FLAGS_DRV_MODE);

	if (result)
		hear_reason(dp, ifindex);
	return result;
}

static int attach_shared(struct dp *dp, uint32_t ifindex, const struct xdp_state *state)
{
	struct xdp_program *program;
	int result, fd;

	fd = dp_extension_load(dp, xdp_program__fd(xdp_multiprog__main_prog(state->multi)));
	if (fd < 0)
		return fd;
	program = xdp_program__from_fd(fd);
	close(fd);
	result = (int)libxdp_get_error(program);
	if (result)
		return result;
	result = xdp_program__attach(program, (int)ifindex, XDP_MODE_NATIVE, 0);
	xdp_program__close(program);
	return result;
}

/* Only its id is looked at, so that a program found in a dispatcher will do. */
static int detach_shared(uint32_t ifindex, struct xdp_program *program)
{
	return xdp_program__detach(program, (int)ifindex, XDP_MODE_UNSPEC, 0);
}

static int refused(const struct dp *dp, const struct xdp_state *state, const char *device, int code,
		   struct error *why)
{
	const char *said = dp_kernel_message();
	uint32_t id = foreign(dp, state);
	struct dp_program other = {};

	if (!id)
		return error_set(why, code,
				 "%s: XDP can't be attached, its frames are switched by TC: %s%s%s",
				 device, strerror(-code), *said ? ": " : "", said);
	dp_program_by_id(id, &other);
	return error_set(why, code,
			 "%s has an XDP program of somebody else (id %u, \"%s\")%s, its frames are "
			 "switched by TC: detach that program, or set options:rx-hook=tc",
			 device, id, other.name,
			 state->kind == XDP_DISPATCHER ? " that can't be shared with" : "");
}

bool dp_xdp_attach(struct dp *dp, uint32_t ifindex, const char *device, struct error *why)
{
	struct xdp_state state;
	int result = state_query(dp, ifindex, &state);

	dp_kernel_message();
	if (!result && !is_attached(dp, &state)) {
		if (state.kind == XDP_NOTHING)
			result = attach_alone(dp, ifindex);
		else if (state.kind == XDP_DISPATCHER)
			result = attach_shared(dp, ifindex, &state);
		else
			result = -EBUSY;
	}
	if (result)
		refused(dp, &state, device, result, why);
	state_free(&state);
	return !result;
}

void dp_xdp_detach(struct dp *dp, uint32_t ifindex)
{
	struct xdp_state state;
	int result = 0;

	if (dp_link_break(dp, HOOK, ifindex) || state_query(dp, ifindex, &state))
		return;
	if (state.kind == XDP_DISPATCHER && is_attached(dp, &state))
		result = detach_shared(ifindex, dispatched(dp, &state, true));
	if (result)
		log_warn("dp", "the XDP program can't be detached from device %u: %s", ifindex,
			 strerror(-result));
	state_free(&state);
}

static bool is_orphan(struct dp *dp, uint32_t id)
{
	struct dp_program program;

	return !dp_program_by_id(id, &program) && !strcmp(program.name, NAME) &&
	       !dp_pins_hold_slots(dp, program.map_id);
}

void dp_xdp_detach_orphan(struct dp *dp, uint32_t ifindex)
{
	struct xdp_program *program = NULL;
	struct xdp_state state;

	if (state_query(dp, ifindex, &state))
		return;
	if (state.kind == XDP_DISPATCHER) {
		while ((program = xdp_multiprog__next_prog(program, state.multi)))
			if (is_orphan(dp, xdp_program__id(program))) {
				detach_shared(ifindex, program);
				break;
			}
	}
	state_free(&state);
}

uint32_t dp_xdp_foreign(struct dp *dp, uint32_t ifindex)
{
	struct xdp_state state;
	uint32_t id;

	if (state_query(dp, ifindex, &state))
		return 0;
	id = is_attached(dp, &state) ? 0 : foreign(dp, &state);
	state_free(&state);
	return id;
}
