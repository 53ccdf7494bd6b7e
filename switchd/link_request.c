// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include "switchd/link_request.h"

#define EVENTS_BYTES  (8 << 20) /* a few thousand devices that all change at once */
#define MESSAGE_BYTES 65536     /* more than the kernel puts into one datagram */

struct nl_sock *link_request_socket(int protocol, struct error *error)
{
	struct nl_sock *sock = nl_socket_alloc();
	int on = 1, rc;

	rc = sock ? nl_connect(sock, protocol) : -NLE_NOMEM;
	if (rc < 0) {
		error_set(error, -EIO, "cannot open a netlink socket: %s", nl_geterror(rc));
		nl_socket_free(sock);
		return NULL;
	}
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return sock;
}

struct nl_sock *link_event_socket(int protocol, int group, struct error *error)
{
	struct nl_sock *sock = link_request_socket(protocol, error);
	int bytes = EVENTS_BYTES, rc;

	if (!sock)
		return NULL;
	if (setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	rc = nl_socket_set_nonblocking(sock);
	if (!rc)
		rc = nl_socket_add_membership(sock, group);
	if (rc) {
		error_set(error, -EIO, "cannot watch the network devices: %s", nl_geterror(rc));
		nl_socket_free(sock);
		return NULL;
	}
	return sock;
}

/*
 * One datagram of the kernel: its length, or a negative errno. Other processes can send to the
 * socket too, and are not listened to.
 */
static ssize_t receive(struct nl_sock *sock, void *buffer)
{
	struct sockaddr_nl from;
	struct iovec iov = {.iov_base = buffer, .iov_len = MESSAGE_BYTES};
	struct msghdr msg;
	ssize_t length;

	do {
		msg = (struct msghdr){
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
		};
		length = recvmsg(nl_socket_get_fd(sock), &msg, 0);
	} while (length < 0 ? errno == EINTR : from.nl_pid != 0);
	if (length < 0)
		return -errno;
	return msg.msg_flags & MSG_TRUNC ? -ENOBUFS : length;
}

/* The kernel's own sentence about an error, behind the request's copy or in its place, or NULL. */
static const char *extack_text(struct nlmsghdr *message)
{
	struct nlmsgerr *answer = nlmsg_data(message);
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
	int skip = sizeof(*answer);

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(answer->msg.nlmsg_len) - sizeof(answer->msg);
	if (nlmsg_parse(message, skip, attrs, NLMSGERR_ATTR_MAX, NULL) || !attrs[NLMSGERR_ATTR_MSG])
		return NULL;
	return nla_get_string(attrs[NLMSGERR_ATTR_MSG]);
}

/* The end of an answer: NLMSG_ERROR, which with code 0 is an acknowledgement, or a dump's
 * NLMSG_DONE. */
static int result_of(struct nlmsghdr *message, struct error *why)
{
	int code =
		nlmsg_datalen(message) >= (int)sizeof(int) ? *(int *)nlmsg_data(message) : -EBADMSG;
	const char *text = message->nlmsg_type == NLMSG_ERROR && code ? extack_text(message) : NULL;

	if (!code)
		return 0;
	return error_set(why, code, "%s", text ? text : strerror(-code));
}

int link_request(struct nl_sock *sock, struct nl_msg *request, link_message_fn *fn, void *arg,
		 struct error *why)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_BYTES];
	bool interrupted = false;
	uint32_t sequence;
	int rc;

	if (!request)
		return error_set(why, -ENOMEM, "out of memory");
	rc = nl_send_auto(sock, request);
	sequence = nlmsg_hdr(request)->nlmsg_seq;
	nlmsg_free(request);
	if (rc < 0)
		return error_set(why, -EIO, "%s", nl_geterror(rc));
	for (;;) {
		int length = receive(sock, buffer);

		if (length < 0)
			return error_set(why, length, "%s", strerror(-length));
		for (struct nlmsghdr *message = (void *)buffer; nlmsg_ok(message, length);
		     message = nlmsg_next(message, &length)) {
			if (message->nlmsg_seq != sequence)
				continue;
			if (message->nlmsg_flags & NLM_F_DUMP_INTR)
				interrupted = true;
			if (message->nlmsg_type == NLMSG_ERROR ||
			    message->nlmsg_type == NLMSG_DONE) {
				rc = result_of(message, why);
				return !rc && interrupted ? -EINTR : rc;
			}
			if (fn)
				fn(message, arg);
		}
	}
}

int link_events(struct nl_sock *sock, link_message_fn *fn, void *arg)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_BYTES];
	int rc = 0;

	for (;;) {
		int length = receive(sock, buffer);

		if (length == -ENOBUFS) {
			rc = -ENOBUFS;
			continue;
		}
		if (length < 0)
			return rc;
		for (struct nlmsghdr *message = (void *)buffer; !rc && nlmsg_ok(message, length);
		     message = nlmsg_next(message, &length))
			fn(message, arg);
	}
}
