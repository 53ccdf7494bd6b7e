// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "tests/datapath/harness.h"

static void command(const char *text)
{
	if (system(text)) {
		fprintf(stderr, "failed: %s\n", text);
		exit(1);
	}
}

/* A veth takes XDP frames while its other end has GRO on, and so NAPI. */
static void gro_on(int port)
{
	struct ethtool_value value = {.cmd = ETHTOOL_SGRO, .data = 1};
	struct ifreq request = {.ifr_data = (void *)&value};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "peer%d", port);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request)) {
		perror(request.ifr_name);
		exit(1);
	}
	close(fd);
}

static uint32_t device(const char *prefix, uint32_t port)
{
	char name[IFNAMSIZ];
	uint32_t ifindex;

	snprintf(name, sizeof(name), "%s%u", prefix, port);
	ifindex = if_nametoindex(name);
	assert_int_not_equal(ifindex, 0);
	return ifindex;
}

void test_devices(void)
{
	char text[256];

	if (geteuid()) {
		fprintf(stderr, "skipped: BPF_PROG_TEST_RUN needs root\n");
		exit(77);
	}
	if (unshare(CLONE_NEWNET)) {
		perror("unshare(CLONE_NEWNET)");
		exit(1);
	}
	/* The kernel shall not send frames of its own. */
	command("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
	for (int i = 1; i <= TEST_PORTS; i++) {
		snprintf(
			text, sizeof(text),
			"ip link add port%d type veth peer name peer%d && ip link set port%d up && "
			"ip link set peer%d up",
			i, i, i, i);
		command(text);
		gro_on(i);
	}
}

uint32_t test_ifindex(uint32_t port)
{
	return device("port", port);
}

uint32_t test_peer_ifindex(uint32_t port)
{
	return device("peer", port);
}

static int event_read(void *arg, void *data, size_t size)
{
	struct test *test = arg;

	assert_int_equal(size, sizeof(test->event));
	memcpy(&test->event, data, size);
	return 0;
}

static void *map_memory(struct bpf_map *map)
{
	size_t size = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

static void map_update(struct bpf_map *map, uint32_t key, const void *value)
{
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), &key, value, BPF_ANY), 0);
}

void test_port(struct test *test, uint32_t port, uint16_t flags, uint32_t mtu)
{
	test_port_as(test, port, (struct xvs_port){.mtu = mtu, .flags = flags});
}

void test_port_as(struct test *test, uint32_t port, struct xvs_port value)
{
	uint32_t ifindex = test_ifindex(port);
	struct xvs_ifindex entry = {.ifindex = ifindex, .port = port};
	struct bpf_devmap_val target = {.ifindex = ifindex};

	value.ifindex = ifindex;
	value.bridge = TEST_BRIDGE;
	if (!value.tx_ifindex)
		value.tx_ifindex = ifindex;
	if (!value.push_tpid)
		value.push_tpid = ETH_P_8021Q;
	map_update(test->skel->maps.ports, port, &value);
	map_update(test->skel->maps.devmap, port, &target);
	map_update(test->skel->maps.ifindexes, ifindex % XVS_IFINDEX_SLOTS, &entry);
}

void test_vlan_set(struct test *test, uint32_t port, const struct xvs_vlan_set *set)
{
	map_update(test->skel->maps.vlan_sets, port, set);
}

void test_bridge(struct test *test, uint16_t untagged, uint16_t tagged)
{
	struct xvs_bridge value = {.untagged = untagged, .tagged = tagged};

	map_update(test->skel->maps.bridges, TEST_BRIDGE, &value);
}

void test_vlan_table(struct test *test, const struct xvs_vlan_table *table)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	struct xvs_bridge value = {.table = 1};
	uint32_t zero = 0;
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "vlan_table", 4, sizeof(*table), 1, &options);

	assert_true(map >= 0);
	assert_int_equal(bpf_map_update_elem(map, &zero, table, BPF_ANY), 0);
	map_update(test->skel->maps.vlan_tables, TEST_BRIDGE, &map);
	map_update(test->skel->maps.bridges, TEST_BRIDGE, &value);
	close(map);
}

void test_group(struct test *test, uint32_t xdp_size, const uint32_t *members)
{
	test_group_of(test, TEST_GROUP, xdp_size, members);
}

/* Members that may keep a tag get the frame as it is. */
static int egress_program(struct test *test, uint32_t member)
{
	return bpf_program__fd(member >> XVS_MEMBER_EGRESS_SHIFT == XVS_EGRESS_UNTAGGED
				       ? test->skel->progs.xvs_xdp_egress_untag
				       : test->skel->progs.xvs_xdp_egress);
}

void test_group_of(struct test *test, uint32_t group, uint32_t xdp_size, const uint32_t *members)
{
	struct xvs_group value = {.line = 2 * group, .xdp_size = xdp_size};
	struct xvs_member_line line = {};
	struct bpf_devmap_val target = {};
	int devmap;

	while (members[value.members])
		value.members++;
	assert_true(value.members < XVS_LINE_MEMBERS);
	devmap = bpf_map_create(BPF_MAP_TYPE_DEVMAP, "devices", 4, sizeof(target),
				value.members + 1, NULL);
	assert_true(devmap >= 0);
	for (uint32_t i = 0; i < value.members; i++) {
		line.member[i] = members[i];
		target.ifindex = test_ifindex(members[i] & XVS_MEMBER_PORT);
		target.bpf_prog.fd = egress_program(test, members[i]);
		assert_int_equal(bpf_map_update_elem(devmap, &i, &target, BPF_ANY), 0);
	}
	map_update(test->skel->maps.members, value.line, &line);
	map_update(test->skel->maps.groups, group, &value);
	map_update(test->skel->maps.group_devmaps, group, &devmap);
	close(devmap);
}

struct xvs_fdb_slot *test_fdb(struct test *test, uint64_t key, int which, int slot,
			      uint32_t forward)
{
	uint64_t hash = xvs_fdb_hash(key, xvs_forward_bridge(forward));
	uint32_t bucket = xvs_fdb_bucket_of(hash, which, XVS_FDB_BUCKETS_MIN - 1);
	struct xvs_fdb_slot *entry = &test->fdb[bucket].slot[slot];

	*entry = (struct xvs_fdb_slot){.key = key, .forward = forward};
	return entry;
}

static void counters_clear(struct test *test)
{
	void *zeros = calloc(test->cpus, sizeof(struct xvs_counters));

	assert_non_null(zeros);
	for (uint32_t port = 0; port <= TEST_PORTS + 1; port++) {
		map_update(test->skel->maps.counters, port, zeros);
		for (int reason = 0; reason < XVS_DROPS_MAX; reason++)
			map_update(test->skel->maps.drops, port * XVS_DROPS_MAX + reason, zeros);
	}
	free(zeros);
}

int test_setup(void **state)
{
	struct test *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	test->skel = xvswitch_bpf__open();
	assert_non_null(test->skel);
	test->cpus = libbpf_num_possible_cpus();
	assert_int_equal(bpf_map__set_max_entries(test->skel->maps.flow_cache,
						  test->cpus * XVS_FLOW_CACHE_ROW),
			 0);
	assert_int_equal(bpf_map__set_max_entries(test->skel->maps.flow_counters,
						  test->cpus * XVS_FLOW_COUNTERS_MIN),
			 0);
	assert_int_equal(bpf_map__set_max_entries(test->skel->maps.flows, TEST_FLOW_LINES), 0);
	assert_int_equal(xvswitch_bpf__load(test->skel), 0);
	test->fdb = map_memory(test->skel->maps.fdb);
	test->shared = map_memory(test->skel->maps.shared);
	test->ring = ring_buffer__new(bpf_map__fd(test->skel->maps.events), event_read, test, NULL);
	assert_non_null(test->ring);
	*state = test;
	return 0;
}

int test_reset(void **state)
{
	const uint32_t members[] = {1, 2, 3, 4, 0};
	const uint32_t tagged[] = {TEST_TAGGED(1), TEST_TAGGED(2), TEST_TAGGED(3), TEST_TAGGED(4),
				   0};
	struct test *test = *state;

	memset(test->fdb, 0, sizeof(*test->fdb) * XVS_FDB_BUCKETS_MIN);
	test->shared->now++;
	for (uint32_t port = 1; port <= TEST_PORTS; port++)
		test_port(test, port, XVS_PORT_UP | XVS_PORT_TX_XDP, TEST_MTU);
	test_bridge(test, TEST_GROUP, TEST_TAGGED_GROUP);
	test_group(test, TEST_MTU + ETH_HLEN + 4, members);
	test_group_of(test, TEST_TAGGED_GROUP, TEST_MTU + ETH_HLEN + 4, tagged);
	counters_clear(test);
	test_events(test);
	return 0;
}

int test_teardown(void **state)
{
	struct test *test = *state;

	ring_buffer__free(test->ring);
	munmap(test->fdb, sizeof(*test->fdb) * XVS_FDB_BUCKETS_MIN);
	munmap(test->shared, sizeof(*test->shared));
	xvswitch_bpf__destroy(test->skel);
	free(test);
	return 0;
}

static void put(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value & 0xff;
}

static uint8_t *build(const struct test_frame *frame, uint32_t *len)
{
	uint8_t *data, *at;

	*len = frame->len ? frame->len : ETH_ZLEN;
	data = calloc(1, *len + ETH_HLEN + 4 * TEST_TAGS);
	assert_non_null(data);
	memcpy(data, &frame->dst, ETH_ALEN);
	memcpy(data + ETH_ALEN, &frame->src, ETH_ALEN);
	at = data + 2 * ETH_ALEN;
	for (int i = 0; i < TEST_TAGS && frame->tags[i].tpid; i++, at += 4) {
		put(at, frame->tags[i].tpid);
		put(at + 2, frame->tags[i].tci);
	}
	put(at, frame->type ? frame->type : ETH_P_IP);
	return data;
}

/* The kernel puts the first data_end octets into one buffer and the others into fragments. */
static uint32_t linear(const struct test_frame *frame, uint32_t len)
{
	const uint32_t max = 2048;

	if (frame->linear)
		return frame->linear;
	return len < max ? len : max;
}

static int run(struct test *test, enum hook hook, uint32_t ifindex, const struct test_frame *frame,
	       const struct test_frame *expected, uint32_t repeat)
{
	uint32_t len, out_len;
	uint8_t *in = build(frame, &len), *wanted = build(expected ? expected : frame, &out_len);
	uint8_t *out = malloc(len + ETH_HLEN);
	struct xdp_md xdp = {.data_end = linear(frame, len), .ingress_ifindex = ifindex};
	struct __sk_buff skb = {.ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = len, .data_out = out,
		    .data_size_out = len + ETH_HLEN, .repeat = repeat);
	struct bpf_program *program;

	if (hook == HOOK_XDP) {
		program = test->skel->progs.xvs_xdp;
		opts.ctx_in = &xdp;
		opts.ctx_size_in = sizeof(xdp);
	} else {
		program = test->skel->progs.xvs_tc;
		opts.ctx_in = &skb;
		opts.ctx_size_in = sizeof(skb);
	}
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	if (expected) {
		assert_int_equal(opts.data_size_out, out_len);
		assert_memory_equal(wanted, out, out_len);
	}
	free(in);
	free(wanted);
	free(out);
	return (int)opts.retval;
}

int test_run(struct test *test, enum hook hook, uint32_t ifindex, const struct test_frame *frame,
	     uint32_t repeat)
{
	return run(test, hook, ifindex, frame, frame, repeat);
}

int test_run_change(struct test *test, enum hook hook, uint32_t ifindex,
		    const struct test_frame *frame, const struct test_frame *out)
{
	return run(test, hook, ifindex, frame, out, 1);
}

void test_run_live(struct test *test, uint32_t ifindex, const struct test_frame *frame)
{
	uint32_t len;
	uint8_t *in = build(frame, &len);
	struct xdp_md xdp = {.data_end = len, .ingress_ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = len, .ctx_in = &xdp,
		    .ctx_size_in = sizeof(xdp), .repeat = 1, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(test->skel->progs.xvs_xdp), &opts),
			 0);
	free(in);
}

struct xvs_counters test_counters(struct test *test, uint32_t port)
{
	struct xvs_counters *values = calloc(test->cpus, sizeof(*values)), sum = {};

	assert_non_null(values);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(test->skel->maps.counters), &port, values),
			 0);
	for (int cpu = 0; cpu < test->cpus; cpu++) {
		sum.rx_packets += values[cpu].rx_packets;
		sum.rx_bytes += values[cpu].rx_bytes;
		sum.tx_packets += values[cpu].tx_packets;
		sum.tx_bytes += values[cpu].tx_bytes;
	}
	free(values);
	return sum;
}

uint64_t test_drops(struct test *test, uint32_t port, enum xvs_drop reason)
{
	uint32_t index = port * XVS_DROPS_MAX + reason;
	uint64_t *values = calloc(test->cpus, sizeof(*values)), sum = 0;

	assert_non_null(values);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(test->skel->maps.drops), &index, values),
			 0);
	for (int cpu = 0; cpu < test->cpus; cpu++)
		sum += values[cpu];
	free(values);
	return sum;
}

/* The ports that a test knows, and 0, where nothing must ever be counted. */
uint64_t test_drops_all(struct test *test)
{
	uint64_t sum = 0;

	for (uint32_t port = 0; port <= TEST_PORTS + 1; port++) {
		for (int reason = 0; reason < XVS_DROPS_MAX; reason++)
			sum += test_drops(test, port, reason);
	}
	return sum;
}

int test_events(struct test *test)
{
	int count = ring_buffer__consume(test->ring);

	assert_true(count >= 0);
	return count;
}
