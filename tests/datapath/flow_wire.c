// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_wire.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int packet_socket(uint32_t ifindex)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_ifindex = (int)ifindex,
				      .sll_protocol = htons(ETH_P_ALL)};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void attach(struct test *test, uint32_t port)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)test_ifindex(port),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts);

	opts.prog_fd = bpf_program__fd(test->skel->progs.xvs_tc_root);
	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	assert_int_equal(bpf_tc_attach(&hook, &opts), 0);
}

static void detach(uint32_t port)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)test_ifindex(port),
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	assert_int_equal(bpf_tc_hook_destroy(&hook), 0);
}

static void slot_set(struct test *test, uint32_t slot, const struct bpf_program *program)
{
	int fd = bpf_program__fd(program);

	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(test->skel->maps.tc_slots), &slot, &fd, BPF_ANY),
		0);
}

void flow_wire_open(struct flow_wire *wire, struct test *test)
{
	wire->test = test;
	slot_set(test, XVS_SLOT_PIPELINE, test->skel->progs.xvs_tc);
	slot_set(test, XVS_SLOT_FLOWS, test->skel->progs.xvs_tc_flow);
	for (uint32_t port = 1; port <= TEST_PORTS; port++) {
		attach(test, port);
		wire->far[port] = packet_socket(test_peer_ifindex(port));
	}
}

void flow_wire_close(struct flow_wire *wire)
{
	for (uint32_t port = 1; port <= TEST_PORTS; port++) {
		close(wire->far[port]);
		detach(port);
	}
}

int flow_wire_xdp(struct flow_wire *wire, uint32_t port, const struct reference_frame *in,
		  struct reference_frame *out)
{
	struct xdp_md context = {.data_end = in->len, .ingress_ifindex = test_ifindex(port)};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->octets, .data_size_in = in->len,
		    .data_out = out->octets, .data_size_out = sizeof(out->octets),
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(
				 bpf_program__fd(wire->test->skel->progs.xvs_xdp_flow), &opts),
			 0);
	out->len = opts.data_size_out;
	out->offload = (struct reference_offload){};
	return (int)opts.retval;
}

void flow_wire_send(struct flow_wire *wire, uint32_t port, const struct reference_frame *frame)
{
	const struct reference_offload *offload = &frame->offload;
	struct virtio_net_hdr header = {
		.flags = offload->csum_start ? VIRTIO_NET_HDR_F_NEEDS_CSUM : 0,
		.csum_start = offload->csum_start,
		.csum_offset = offload->csum_offset,
		.gso_size = offload->gso_size,
		.gso_type = (uint8_t)offload->gso_type,
	};
	const struct iovec parts[] = {{&header, sizeof(header)},
				      {(void *)frame->octets, frame->len}};

	assert_int_equal(writev(wire->far[port], parts, 2), sizeof(header) + frame->len);
}

/* Puts the tag back that the kernel has taken out of the frame. */
static void restore_tag(struct reference_frame *frame, struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	struct tpacket_auxdata aux;
	uint16_t tag[2];

	assert_non_null(header);
	memcpy(&aux, CMSG_DATA(header), sizeof(aux));
	if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
		return;
	assert_true(aux.tp_status & TP_STATUS_VLAN_TPID_VALID);
	tag[0] = htons(aux.tp_vlan_tpid);
	tag[1] = htons(aux.tp_vlan_tci);
	memmove(frame->octets + 16, frame->octets + 12, frame->len - 12);
	memcpy(frame->octets + 12, tag, sizeof(tag));
	frame->len += sizeof(tag);
	if (frame->offload.csum_start)
		frame->offload.csum_start += sizeof(tag);
}

static void read_offload(struct reference_offload *offload, const struct virtio_net_hdr *header)
{
	*offload = (struct reference_offload){.gso_size = header->gso_size,
					      .gso_type = header->gso_type};
	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return;
	offload->csum_start = header->csum_start;
	offload->csum_offset = header->csum_offset;
}

bool flow_wire_receive(struct flow_wire *wire, uint32_t port, struct reference_frame *frame,
		       int timeout)
{
	struct pollfd wait = {.fd = wire->far[port], .events = POLLIN};
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct virtio_net_hdr header;
	struct iovec parts[] = {{&header, sizeof(header)},
				{frame->octets, sizeof(frame->octets) - 4}};
	struct msghdr message = {.msg_iov = parts,
				 .msg_iovlen = 2,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t len;

	if (timeout && poll(&wait, 1, timeout) != 1)
		return false;
	len = recvmsg(wire->far[port], &message, MSG_DONTWAIT);
	if (len < 0)
		return false;
	frame->len = len - sizeof(header);
	read_offload(&frame->offload, &header);
	restore_tag(frame, &message);
	return true;
}
