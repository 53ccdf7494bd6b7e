// SPDX-License-Identifier: BSD-2-Clause
/*
 * The programs attached, and frames that really come and go: what a test run cannot show. Port 1
 * has both hooks; frames are sent from its far end and looked for at the others'.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "tests/datapath/harness.h"

#define HOST1 MAC(0x0101)
#define HOST2 MAC(0x0202)
#define BPDU  0x00000000c28001ULL
#define TYPE  ETH_P_802_EX1 /* nobody else's frames here have it */
#define WAIT  5000          /* ms, for what will come */

static int far[TEST_PORTS + 1]; /* packet sockets on the far ends, of frames received there */
static int port1;               /* and on this port, where it sees a frame just before TC does */
static int host1;               /* on the same, where it sees what TC lets through */
static int port2;               /* and likewise on this one */

struct wire_frame {
	struct ethhdr header;
	uint8_t payload[5000];
};

static int packet_socket(uint32_t ifindex, int type)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(type)), on = 1;

	address.sll_protocol = htons(type);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The number in the payload of the next frame; -1: none came. */
static int next_frame(int fd, int timeout)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	struct wire_frame frame;

	if (poll(&wait, 1, timeout) != 1)
		return -1;
	assert_true(recv(fd, &frame, sizeof(frame), 0) > ETH_HLEN);
	return frame.payload[0];
}

static void send_frame(uint64_t dst, uint8_t number)
{
	struct wire_frame frame = {.header.h_proto = htons(TYPE), .payload = {number}};
	uint64_t src = HOST1;

	memcpy(frame.header.h_dest, &dst, ETH_ALEN);
	memcpy(frame.header.h_source, &src, ETH_ALEN);
	assert_int_equal(send(far[1], &frame, ETH_ZLEN, 0), ETH_ZLEN);
}

/* A TCP segment as a local sender or a virtual machine makes it: to be cut, and its checksum to be
 * filled in. */
static void send_segments(uint16_t gso_size)
{
	struct virtio_net_hdr vnet = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				      .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
				      .hdr_len = ETH_HLEN + 40,
				      .gso_size = gso_size,
				      .csum_start = ETH_HLEN + 20,
				      .csum_offset = 16};
	struct wire_frame frame = {.header.h_proto = htons(ETH_P_IP)};
	struct iovec parts[] = {{&vnet, sizeof(vnet)}, {&frame, ETH_HLEN + 40 + 4000}};
	struct iphdr ip = {.version = 4, .ihl = 5, .protocol = IPPROTO_TCP, .ttl = 64};
	struct tcphdr tcp = {.doff = 5, .ack = 1};
	uint64_t dst = HOST2, src = HOST1;
	int fd = packet_socket(test_peer_ifindex(1), ETH_P_IP), on = 1;

	ip.tot_len = htons(4040);
	memcpy(frame.header.h_dest, &dst, ETH_ALEN);
	memcpy(frame.header.h_source, &src, ETH_ALEN);
	memcpy(frame.payload, &ip, sizeof(ip));
	memcpy(frame.payload + sizeof(ip), &tcp, sizeof(tcp));
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0);
	assert_int_equal(writev(fd, parts, 2), sizeof(vnet) + ETH_HLEN + 4040);
	close(fd);
}

static uint64_t wait_for_drop(struct test *test, uint32_t port, enum xvs_drop reason)
{
	for (int i = 0; i < WAIT && !test_drops(test, port, reason); i++)
		poll(NULL, 0, 1);
	return test_drops(test, port, reason);
}

static void expect_counted_once(struct test *test, uint32_t out)
{
	assert_int_equal(test_counters(test, 1).rx_packets, 1);
	assert_int_equal(test_counters(test, out).tx_packets, 1);
	assert_int_equal(test_drops_all(test), 0);
	assert_int_equal(test_events(test), 1);
}

static void slot_set(struct bpf_map *slots, struct bpf_program *program)
{
	uint32_t slot = XVS_SLOT_PIPELINE;
	int fd = bpf_program__fd(program);

	assert_int_equal(bpf_map_update_elem(bpf_map__fd(slots), &slot, &fd, BPF_ANY), 0);
}

static void slot_clear(struct bpf_map *slots)
{
	uint32_t slot = XVS_SLOT_PIPELINE;

	assert_int_equal(bpf_map_delete_elem(bpf_map__fd(slots), &slot), 0);
}

static int setup_tc(void **state)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)test_ifindex(1),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts);
	struct test *test;

	test_setup(state);
	test = *state;
	opts.prog_fd = bpf_program__fd(test->skel->progs.xvs_tc_root);
	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	assert_int_equal(bpf_tc_attach(&hook, &opts), 0);
	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		far[port] = packet_socket(test_peer_ifindex(port), TYPE);
	port1 = packet_socket(test_ifindex(1), ETH_P_ALL);
	host1 = packet_socket(test_ifindex(1), TYPE);
	port2 = packet_socket(test_ifindex(2), TYPE);
	return 0;
}

/* Not for all tests: with an XDP program on port 1 its far end cuts segments itself. */
static int setup_xdp(void **state)
{
	struct test *test;
	int fd;

	setup_tc(state);
	test = *state;
	fd = bpf_program__fd(test->skel->progs.xvs_xdp_root);
	assert_int_equal(bpf_xdp_attach((int)test_ifindex(1), fd, XDP_FLAGS_DRV_MODE, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)test_ifindex(1),
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		close(far[port]);
	close(port1);
	close(host1);
	close(port2);
	assert_int_equal(bpf_tc_hook_destroy(&hook), 0);
	return test_teardown(state);
}

/* Both pipelines in their slots, HOST2 known, nothing left over at the sockets. */
static int reset(void **state)
{
	struct test *test = *state;

	test_reset(state);
	test_fdb(test, xvs_fdb_key(HOST2, 0), 0, 0, TEST_TO(2));
	slot_set(test->skel->maps.xdp_slots, test->skel->progs.xvs_xdp);
	slot_set(test->skel->maps.tc_slots, test->skel->progs.xvs_tc);
	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		assert_int_equal(next_frame(far[port], 0), -1);
	while (next_frame(port1, 0) >= 0)
		;
	assert_int_equal(next_frame(host1, 0), -1);
	assert_int_equal(next_frame(port2, 0), -1);
	return 0;
}

/* Without switch in its slot a port is deaf: its frames reach nobody, the host neither. */
static void test_empty_slots(void **state)
{
	struct test *test = *state;

	slot_clear(test->skel->maps.xdp_slots);
	slot_clear(test->skel->maps.tc_slots);
	send_frame(HOST2, 1);
	assert_int_equal(next_frame(port1, WAIT), 1);
	slot_set(test->skel->maps.tc_slots, test->skel->progs.xvs_tc);
	send_frame(HOST2, 2);
	assert_int_equal(next_frame(far[2], WAIT), 2);
	assert_int_equal(next_frame(host1, 0), -1);
	expect_counted_once(test, 2);
}

static void unicast(struct test *test)
{
	send_frame(HOST2, 3);
	assert_int_equal(next_frame(far[2], WAIT), 3);
	expect_counted_once(test, 2);
	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		assert_int_equal(next_frame(far[port], 0), -1);
	assert_int_equal(next_frame(host1, 0), -1);
}

static void test_unicast_tc(void **state)
{
	unicast(*state);
	assert_int_equal(next_frame(port1, WAIT), 3);
}

/* What XDP took never was a socket buffer on its port. */
static void test_unicast_xdp(void **state)
{
	unicast(*state);
	assert_int_equal(next_frame(port1, 0), -1);
}

/* XDP in, an output that only TC serves. */
static void test_passed_up(void **state)
{
	test_port(*state, 2, XVS_PORT_UP, TEST_MTU);
	unicast(*state);
	assert_int_equal(next_frame(port1, WAIT), 3);
}

static void flood(struct test *test)
{
	send_frame(MAC(0x0909), 4);
	for (uint32_t port = 2; port <= TEST_PORTS; port++) {
		assert_int_equal(next_frame(far[port], WAIT), 4);
		assert_int_equal(test_counters(test, port).tx_packets, 1);
		assert_int_equal(next_frame(far[port], 0), -1);
	}
	assert_int_equal(next_frame(far[1], 0), -1);
	assert_int_equal(test_counters(test, 1).tx_packets, 0);
	assert_int_equal(test_counters(test, 1).rx_packets, 1);
	assert_int_equal(test_drops_all(test), 0);
}

static void test_flood_tc(void **state)
{
	flood(*state);
	assert_int_equal(next_frame(port1, WAIT), 4);
}

static void test_flood_xdp(void **state)
{
	flood(*state);
	assert_int_equal(next_frame(port1, 0), -1);
}

/* A listener on the port sees a BPDU, nobody else does, and it is counted once. */
static void test_bpdu(void **state)
{
	struct test *test = *state;

	send_frame(BPDU, 5);
	assert_int_equal(next_frame(port1, WAIT), 5);
	assert_int_equal(wait_for_drop(test, 1, XVS_DROP_LINK_LOCAL), 1);
	assert_int_equal(test_counters(test, 1).rx_packets, 1);
	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		assert_int_equal(next_frame(far[port], 0), -1);
}

/* Into the host: as if the output device had received it. */
static void test_host_end(void **state)
{
	struct test *test = *state;

	test_port(test, 2, XVS_PORT_UP | XVS_PORT_TX_INGRESS, TEST_MTU);
	send_frame(HOST2, 6);
	assert_int_equal(next_frame(port2, WAIT), 6);
	assert_int_equal(next_frame(far[2], 0), -1);
	expect_counted_once(test, 2);
}

/* One socket buffer of 4054 octets passes an MTU of 1500 if its segments do. */
static void test_segments(void **state)
{
	struct test *test = *state;
	int fd = packet_socket(test_peer_ifindex(2), ETH_P_IP);

	send_segments(1460);
	assert_true(next_frame(fd, WAIT) >= 0);
	expect_counted_once(test, 2);
	assert_int_equal(test_counters(test, 2).tx_bytes, ETH_HLEN + 4040);

	send_segments(1461);
	assert_int_equal(wait_for_drop(test, 2, XVS_DROP_MTU), 1);
	assert_int_equal(test_counters(test, 2).tx_packets, 1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tc[] = {
		cmocka_unit_test_setup(test_empty_slots, reset),
		cmocka_unit_test_setup(test_unicast_tc, reset),
		cmocka_unit_test_setup(test_flood_tc, reset),
		cmocka_unit_test_setup(test_host_end, reset),
		cmocka_unit_test_setup(test_segments, reset),
	};
	const struct CMUnitTest xdp[] = {
		cmocka_unit_test_setup(test_empty_slots, reset),
		cmocka_unit_test_setup(test_unicast_xdp, reset),
		cmocka_unit_test_setup(test_passed_up, reset),
		cmocka_unit_test_setup(test_flood_xdp, reset),
		cmocka_unit_test_setup(test_bpdu, reset),
	};

	test_devices();
	return cmocka_run_group_tests(tc, setup_tc, teardown) +
	       cmocka_run_group_tests(xdp, setup_xdp, teardown);
}
