// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/dp_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define TYPE ETH_P_802_EX1 /* nobody else's frames here have it */
#define TCX  46            /* BPF_TCX_INGRESS */

const struct dp_class *const dpc = &dp_bpf;

static int packet_socket(uint32_t ifindex, uint16_t type)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex, .sll_protocol = htons(type)};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(type)), on = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

void send_frame(struct fixture *f, int from, uint64_t src, uint64_t dst)
{
	uint8_t frame[ETH_ZLEN] = {[12] = TYPE >> 8, [13] = TYPE & 0xff};

	memcpy(frame, &dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, &src, ETH_ALEN);
	frame[ETH_HLEN] = ++f->number;
	assert_int_equal(send(f->far[from], frame, sizeof(frame), 0), sizeof(frame));
}

bool arrives(const struct fixture *f, int fd, int timeout)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	uint8_t frame[2048];

	while (poll(&wait, 1, timeout) == 1) {
		assert_true(recv(fd, frame, sizeof(frame), 0) > ETH_HLEN);
		if (frame[12] == TYPE >> 8 && frame[ETH_HLEN] == f->number)
			return true;
	}
	return false;
}

void expect(struct fixture *f, int from, uint64_t dst, bool at2, bool at3, enum dp_hook hook)
{
	send_frame(f, from, HOST1, dst);
	assert_int_equal(arrives(f, f->far[2], at2 ? WAIT : QUIET), at2);
	assert_int_equal(arrives(f, f->far[3], at3 ? WAIT : QUIET), at3);
	assert_int_equal(arrives(f, f->near[from], hook == DP_HOOK_TC ? WAIT : QUIET),
			 hook == DP_HOOK_TC);
}

void expect_flood(struct fixture *f, enum dp_hook hook)
{
	expect(f, 1, OTHER, true, true, hook);
}

void expect_unicast(struct fixture *f, enum dp_hook hook)
{
	expect(f, 1, HOST3, false, true, hook);
}

struct dp_port port_of(uint16_t number, enum dp_hook hook)
{
	struct dp_port port = {
		.number = number,
		.bridge = TEST_BRIDGE,
		.push_tpid = ETH_P_8021Q,
		.flags = XVS_PORT_UP | XVS_PORT_TX_XDP,
		.hook = hook,
		.ifindex = test_ifindex(number),
		.tx_ifindex = test_ifindex(number),
		.mtu = TEST_MTU,
	};

	snprintf(port.name, sizeof(port.name), "port%u", number);
	return port;
}

void ok(int result, const struct error *error)
{
	if (result)
		fail_msg("%d: %s", result, error->text);
}

struct dp_port_status set_port(struct fixture *f, const struct dp_port *port)
{
	struct dp_port_status status;
	struct error error = {};

	ok(dpc->port_set(f->dp, port, &status, &error), &error);
	return status;
}

void set_hook(struct fixture *f, uint16_t number, enum dp_hook hook)
{
	struct dp_port port = port_of(number, hook);
	struct dp_port_status status = set_port(f, &port);

	assert_string_equal(status.warning.text, "");
	assert_int_equal(status.hook, hook);
}

void set_vlans(struct fixture *f, const struct dp_flood *floods, size_t n,
	       const uint16_t entries[XVS_FLOODS])
{
	struct error error = {};

	ok(dpc->vlans_set(f->dp, TEST_BRIDGE, floods, n, entries, &error), &error);
}

void tend(struct fixture *f)
{
	for (int i = 0; dpc->tend(f->dp); i++)
		assert_true(i < 1000);
}

void set_group(struct fixture *f, const uint16_t *numbers, size_t count)
{
	uint16_t entries[XVS_FLOODS] = {count > 0};
	struct dp_member members[LAST];
	const struct dp_flood flood = {members, count};

	for (size_t i = 0; i < count; i++)
		members[i] = (struct dp_member){.port = numbers[i], .egress = XVS_EGRESS_UNTAGGED};
	set_vlans(f, &flood, count > 0, entries);
	tend(f);
}

void set_all(struct fixture *f, enum dp_hook hook)
{
	set_hook(f, 1, hook);
	set_hook(f, 2, DP_HOOK_TC);
	set_hook(f, 3, DP_HOOK_TC);
	set_group(f, (uint16_t[]){1, 2, 3}, 3);
}

void add_station(struct xvs_fdb_bucket *table, uint32_t buckets, uint64_t mac, uint32_t port)
{
	uint64_t key = xvs_fdb_key(mac, 0);
	uint32_t bucket = xvs_fdb_bucket_of(xvs_fdb_hash(key, TEST_BRIDGE), 0, buckets - 1);

	table[bucket].slot[0].forward = TEST_TO(port) | XVS_FORWARD_STATIC;
	table[bucket].slot[0].key = key;
}

void dp_open(struct fixture *f)
{
	struct error error = {};

	ok(dpc->open(f->instance, DP_BUCKETS, &f->dp, &error), &error);
}

void dp_close(struct fixture *f)
{
	dpc->close(f->dp);
	f->dp = NULL;
}

void reopen(struct fixture *f)
{
	dp_close(f);
	dp_open(f);
}

int tc_programs(uint32_t number, uint32_t *first)
{
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = 1, .priority = 0x7876);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)test_ifindex(number),
		    .attach_point = BPF_TC_INGRESS);
	uint32_t flags, ids[8] = {}, count = 8;

	*first = 0;
	if (!bpf_prog_query(hook.ifindex, TCX, 0, &flags, ids, &count)) {
		*first = ids[0];
		return (int)count;
	}
	assert_int_equal(errno, EINVAL); /* before Linux 6.6 */
	if (bpf_tc_query(&hook, &filter))
		return 0;
	*first = filter.prog_id;
	return 1;
}

static void expect_no_qdisc(uint32_t number)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)test_ifindex(number),
		    .attach_point = BPF_TC_INGRESS);

	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	assert_int_equal(bpf_tc_hook_destroy(&hook), 0);
}

uint32_t xdp_program(uint32_t number)
{
	uint32_t id;

	assert_int_equal(bpf_xdp_query_id((int)test_ifindex(number), 0, &id), 0);
	return id;
}

int dp_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->instance, sizeof(f->instance), "test_dp.%d", getpid());
	for (uint32_t port = 1; port <= LAST; port++) {
		f->far[port] = packet_socket(test_peer_ifindex(port), TYPE);
		f->near[port] = packet_socket(test_ifindex(port), ETH_P_ALL);
	}
	dp_open(f);
	*state = f;
	return 0;
}

int dp_teardown(void **state)
{
	struct fixture *f = *state;
	uint32_t first;

	if (!f->dp)
		dp_open(f);
	dpc->teardown(f->dp);
	for (uint32_t port = 1; port <= LAST; port++) {
		assert_int_equal(tc_programs(port, &first), 0);
		assert_int_equal(xdp_program(port), 0);
		expect_no_qdisc(port);
		close(f->far[port]);
		close(f->near[port]);
	}
	free(f);
	return 0;
}
