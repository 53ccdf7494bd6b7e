// SPDX-License-Identifier: BSD-2-Clause
/*
 * VLANs on the wire: tagged frames sent into real ports, by both hooks, and what comes out of each
 * other port, tag by tag. On its way from a veth to TC the kernel moves a tag into the metadata;
 * XDP sees it in the frame.
 */
#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "switchd/vlan.h"
#include "tests/datapath/dp_fixture.h"

#define TYPE  ETH_P_802_EX1
#define PORTS TEST_PORTS

/* clang-format off */
#define NOTHING {1, 0} /* in place of tags: no frame comes */
/* clang-format on */

static int ends[PORTS + 1]; /* packet sockets at the ports' far ends, for whole frames */

static int end_socket(uint32_t ifindex)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)ifindex};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	assert_true(fd >= 0);
	address.sll_protocol = htons(ETH_P_ALL);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int setup(void **state)
{
	dp_setup(state);
	for (uint32_t port = 1; port <= PORTS; port++)
		ends[port] = end_socket(test_peer_ifindex(port));
	return 0;
}

static int teardown(void **state)
{
	for (uint32_t port = 1; port <= PORTS; port++)
		close(ends[port]);
	return dp_teardown(state);
}

static void put(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value & 0xff;
}

static uint16_t get(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static void send_tagged(struct fixture *f, int fd, uint64_t dst, const struct test_tag *tags)
{
	uint8_t frame[ETH_ZLEN + 4 * TEST_TAGS] = {}, *at = frame + 2 * ETH_ALEN;
	uint64_t src = HOST1;

	memcpy(frame, &dst, ETH_ALEN);
	memcpy(frame + ETH_ALEN, &src, ETH_ALEN);
	for (int i = 0; tags && i < TEST_TAGS && tags[i].tpid; i++, at += 4) {
		put(at, tags[i].tpid);
		put(at + 2, tags[i].tci);
	}
	put(at, TYPE);
	at[2] = ++f->number;
	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
}

/* The tag that the kernel took out of a frame received; TPID 0: none. */
static struct test_tag taken_out(struct msghdr *message)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		struct tpacket_auxdata aux;

		if (header->cmsg_level != SOL_PACKET || header->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(header), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			return (struct test_tag){aux.tp_vlan_tpid, aux.tp_vlan_tci};
	}
	return (struct test_tag){};
}

/* Reads a frame; true when it is the one sent last. */
static bool read_frame(const struct fixture *f, int fd, struct test_tag tags[TEST_TAGS])
{
	uint8_t frame[2048] = {}, *at = frame + 2 * ETH_ALEN;
	char control[256];
	struct iovec part = {frame, sizeof(frame)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	int n = 0;

	assert_true(recvmsg(fd, &message, 0) > ETH_HLEN);
	memset(tags, 0, TEST_TAGS * sizeof(*tags));
	tags[0] = taken_out(&message);
	n = !!tags[0].tpid;
	for (; n < TEST_TAGS && (get(at) == ETH_P_8021Q || get(at) == ETH_P_8021AD); at += 4)
		tags[n++] = (struct test_tag){get(at), get(at + 2)};
	return get(at) == TYPE && at[2] == f->number;
}

/* Does the frame that was sent last come out of a port with these tags, or not at all? */
static void expect_tags(const struct fixture *f, uint32_t port, const struct test_tag *tags)
{
	bool nothing = tags[0].tpid == 1;
	struct pollfd wait = {.fd = ends[port], .events = POLLIN};
	struct test_tag found[TEST_TAGS];

	while (poll(&wait, 1, nothing ? QUIET : WAIT) == 1) {
		if (!read_frame(f, ends[port], found))
			continue;
		if (nothing)
			fail_msg("port %u sends what is none of its business", port);
		for (int i = 0; i < TEST_TAGS; i++)
			if (found[i].tpid != tags[i].tpid || found[i].tci != tags[i].tci)
				fail_msg("port %u: tag %d is %04x %04x, not %04x %04x", port, i,
					 found[i].tpid, found[i].tci, tags[i].tpid, tags[i].tci);
		return;
	}
	if (!nothing)
		fail_msg("nothing comes out of port %u", port);
}

/* The ports' settings as switchd would tell the data path. */
static void set_ports(struct fixture *f, enum dp_hook hook, const struct db_vlan vlans[PORTS])
{
	for (uint16_t number = 1; number <= PORTS; number++) {
		struct dp_port port = port_of(number, hook);

		vlan_describe(&vlans[number - 1], &port);
		set_port(f, &port);
	}
}

static bool same_flood(const struct dp_flood *a, const struct dp_flood *b)
{
	return a->count == b->count &&
	       !memcmp(a->members, b->members, a->count * sizeof(*a->members));
}

static void set_floods(struct fixture *f, const struct db_vlan vlans[PORTS])
{
	static struct dp_member members[XVS_VLANS][PORTS];
	static struct dp_flood floods[XVS_VLANS + 1];
	static uint16_t entries[XVS_FLOODS];
	size_t n = 0;

	memset(members, 0, sizeof(members));
	for (uint16_t vid = 0; vid < XVS_VLANS; vid++) {
		struct dp_flood *new = &floods[n];
		size_t i = 0;

		*new = (struct dp_flood){members[vid], 0};
		for (uint16_t port = 1; port <= PORTS; port++) {
			int egress = vlan_egress(&vlans[port - 1], vid);

			if (egress != VLAN_NOT_CARRIED)
				members[vid][new->count++] =
					(struct dp_member){port, (uint8_t)egress};
		}
		qsort(members[vid], new->count, sizeof(**members), dp_member_order);
		while (i < n && !same_flood(&floods[i], new))
			i++;
		entries[vid] = new->count ? i + 1 : 0;
		n += new->count &&i == n;
	}
	set_vlans(f, floods, n, entries);
	tend(f);
}

struct row {
	uint32_t from;
	struct test_tag tags[TEST_TAGS];
	struct test_tag out[PORTS + 1][TEST_TAGS]; /* by port */
};

static void expect_row(struct fixture *f, const struct row *row)
{
	print_message("           from port %u with %04x %04x, %04x %04x\n", row->from,
		      row->tags[0].tpid, row->tags[0].tci, row->tags[1].tpid, row->tags[1].tci);
	send_tagged(f, ends[row->from], OTHER, row->tags);
	for (int silent = 0; silent <= 1; silent++) /* who is silent is asked last */
		for (uint32_t port = 1; port <= PORTS; port++)
			if (port != row->from && (row->out[port][0].tpid == 1) == silent)
				expect_tags(f, port, row->out[port]);
}

static void expect_rows(struct fixture *f, const struct db_vlan vlans[PORTS],
			const struct row *rows, size_t count)
{
	for (enum dp_hook hook = DP_HOOK_TC; hook <= DP_HOOK_XDP; hook++) {
		set_ports(f, hook, vlans);
		set_floods(f, vlans);
		for (size_t i = 0; i < count; i++)
			expect_row(f, &rows[i]);
	}
}

#define EXPECT_ROWS(f, vlans, rows) expect_rows(f, vlans, rows, sizeof(rows) / sizeof(*(rows)))

static void test_modes(void **state)
{
	static const struct db_vlan vlans[PORTS] = {
		{.mode = VLAN_TRUNK},
		{.mode = VLAN_ACCESS, .tag = 10},
		{.mode = VLAN_NATIVE_UNTAGGED, .tag = 10},
		{.mode = VLAN_DOT1Q_TUNNEL, .tag = 10, .qinq_tpid = ETH_P_8021AD},
	};
	/* clang-format off */
	static const struct row rows[] = {
		{1, {}, {[2] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{1, {Q(10)}, {[2] = {}, [3] = {}, [4] = {}}},
		{1, {Q(PRIORITY(5) | 10)}, {[2] = {}, [3] = {}, [4] = {}}},
		{1, {AD(10)}, {[2] = {}, [3] = {}, [4] = {}}},
		{1, {AD(10), Q(20)}, {[2] = {Q(20)}, [3] = {Q(20)}, [4] = {Q(20)}}},
		{1, {Q(PRIORITY(2) | 20)}, {[2] = {NOTHING}, [3] = {Q(PRIORITY(2) | 20)}, [4] = {NOTHING}}},
		{1, {Q(4095)}, {[2] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{1, {Q(0), Q(10)}, {[2] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{2, {}, {[1] = {Q(10)}, [3] = {}, [4] = {}}},
		{2, {Q(PRIORITY(5))}, {[1] = {Q(PRIORITY(5) | 10)}, [3] = {}, [4] = {}}},
		{2, {Q(10)}, {[1] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{2, {Q(0), Q(20)}, {[1] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{3, {}, {[1] = {Q(10)}, [2] = {}, [4] = {}}},
		{3, {Q(10)}, {[1] = {Q(10)}, [2] = {}, [4] = {}}},
		{3, {AD(20)}, {[1] = {AD(20)}, [2] = {NOTHING}, [4] = {NOTHING}}},
		{4, {}, {[1] = {AD(10)}, [2] = {}, [3] = {}}},
		{4, {Q(PRIORITY(5) | 5)},
		 {[1] = {AD(10), Q(PRIORITY(5) | 5)}, [2] = {NOTHING}, [3] = {Q(PRIORITY(5) | 5)}}},
		{4, {AD(7), Q(8)}, {[1] = {AD(10), AD(7), Q(8)}, [2] = {NOTHING}, [3] = {AD(7), Q(8)}}},
	};
	/* clang-format on */

	EXPECT_ROWS(*state, vlans, rows);
}

static void test_priority_tags(void **state)
{
	static const struct db_vlan vlans[PORTS] = {
		{.mode = VLAN_TRUNK},
		{.mode = VLAN_TRUNK, .priority_tags = VLAN_PRIORITY_TAGS_ALWAYS},
		{.mode = VLAN_TRUNK, .priority_tags = VLAN_PRIORITY_TAGS_IF_NONZERO},
		{.mode = VLAN_TRUNK},
	};
	/* clang-format off */
	static const struct row rows[] = {
		{1, {}, {[2] = {}, [3] = {}, [4] = {}}},
		{1, {Q(PRIORITY(5))}, {[2] = {Q(PRIORITY(5))}, [3] = {Q(PRIORITY(5))}, [4] = {}}},
		{1, {Q(0)}, {[2] = {Q(0)}, [3] = {}, [4] = {}}},
		{4, {AD(PRIORITY(1))}, {[1] = {}, [2] = {AD(PRIORITY(1))}, [3] = {AD(PRIORITY(1))}}},
		{3, {Q(PRIORITY(7) | 10)},
		 {[1] = {Q(PRIORITY(7) | 10)}, [2] = {Q(PRIORITY(7) | 10)}, [4] = {Q(PRIORITY(7) | 10)}}},
	};
	/* clang-format on */

	EXPECT_ROWS(*state, vlans, rows);
}

/* Ports that get the frames of some customers only, and one trunk of some VLANs. */
static void test_sets(void **state)
{
	struct db_vlan vlans[PORTS] = {
		{.mode = VLAN_TRUNK, .limited = true},
		{.mode = VLAN_DOT1Q_TUNNEL, .tag = 10, .qinq_tpid = ETH_P_8021Q, .limited = true},
		{.mode = VLAN_DOT1Q_TUNNEL, .tag = 10, .qinq_tpid = ETH_P_8021AD},
		{.mode = VLAN_TRUNK},
	};
	/* clang-format off */
	static const struct row rows[] = {
		{1, {Q(10), Q(5)}, {[2] = {Q(5)}, [3] = {Q(5)}, [4] = {Q(10), Q(5)}}},
		{1, {Q(10), Q(6)}, {[2] = {NOTHING}, [3] = {Q(6)}, [4] = {Q(10), Q(6)}}},
		{1, {Q(10)}, {[2] = {NOTHING}, [3] = {}, [4] = {Q(10)}}},
		{1, {Q(11)}, {[2] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{1, {}, {[2] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{2, {Q(5)}, {[1] = {Q(10), Q(5)}, [3] = {Q(5)}, [4] = {Q(10), Q(5)}}},
		{2, {Q(6)}, {[1] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{2, {}, {[1] = {NOTHING}, [3] = {NOTHING}, [4] = {NOTHING}}},
		{3, {Q(6)}, {[1] = {AD(10), Q(6)}, [2] = {NOTHING}, [4] = {AD(10), Q(6)}}},
		{4, {Q(11)}, {[1] = {NOTHING}, [2] = {NOTHING}, [3] = {NOTHING}}},
		{4, {}, {[1] = {NOTHING}, [2] = {NOTHING}, [3] = {NOTHING}}},
	};
	/* clang-format on */

	vlan_set_add(&vlans[0].set, 10);
	vlan_set_add(&vlans[1].set, 5);
	EXPECT_ROWS(*state, vlans, rows);
}

static const struct db_vlan trunk_and_access[PORTS] = {
	{.mode = VLAN_TRUNK},
	{.mode = VLAN_ACCESS, .tag = 10},
	{.mode = VLAN_NATIVE_TAGGED, .tag = 10},
	{.mode = VLAN_ACCESS, .tag = 20},
};

static void add_station_in(struct fixture *f, uint16_t vlan, uint64_t mac, uint32_t port)
{
	uint32_t buckets, bucket;
	struct xvs_fdb_bucket *table = dpc->fdb(f->dp, &buckets);
	uint64_t key = xvs_fdb_key(mac, vlan);

	bucket = xvs_fdb_bucket_of(xvs_fdb_hash(key, TEST_BRIDGE), 0, buckets - 1);
	table[bucket].slot[1].forward =
		xvs_forward(TEST_BRIDGE, port, vlan_egress(&trunk_and_access[port - 1], vlan));
	table[bucket].slot[1].key = key;
}

/* One address in two VLANs is two stations. */
static void test_stations(void **state)
{
	static const struct test_tag in10[TEST_TAGS] = {Q(10)}, in20[TEST_TAGS] = {Q(20)};
	static const struct test_tag none[TEST_TAGS], nothing[TEST_TAGS] = {NOTHING};
	struct fixture *f = *state;

	for (enum dp_hook hook = DP_HOOK_TC; hook <= DP_HOOK_XDP; hook++) {
		set_ports(f, hook, trunk_and_access);
		set_floods(f, trunk_and_access);
		add_station_in(f, 10, HOST3, 2);
		add_station_in(f, 20, HOST3, 4);
		send_tagged(f, ends[1], HOST3, in10);
		expect_tags(f, 2, none);
		expect_tags(f, 3, nothing);
		assert_int_equal(arrives(f, f->near[1], hook == DP_HOOK_TC ? WAIT : QUIET),
				 hook == DP_HOOK_TC);
		send_tagged(f, ends[1], HOST3, in20);
		expect_tags(f, 4, none);
		expect_tags(f, 3, nothing);
		add_station_in(f, 10, HOST3, 3);
		send_tagged(f, ends[2], HOST3, NULL);
		expect_tags(f, 3, in10);
		expect_tags(f, 1, nothing);
	}
}

/* Does a device take tags in the metadata when it sends? */
static void set_tag_offload(uint32_t port, bool on)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GFLAGS};
	struct ifreq request = {.ifr_data = (void *)&value};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "peer%u", port);
	assert_int_equal(ioctl(ends[port], SIOCETHTOOL, &request), 0);
	value.cmd = ETHTOOL_SFLAGS;
	value.data = on ? value.data | ETH_FLAG_TXVLAN : value.data & ~ETH_FLAG_TXVLAN;
	assert_int_equal(ioctl(ends[port], SIOCETHTOOL, &request), 0);
}

/* Pushes a tag of VLAN 10 on all that a device sends: into the metadata, as a VLAN device does. */
static int tagging_program(void)
{
	struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K,
		 .dst_reg = BPF_REG_2,
		 .imm = htons(ETH_P_8021Q)},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 10},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_skb_vlan_push},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = TC_ACT_OK},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "tag", "GPL", code,
			       sizeof(code) / sizeof(*code), NULL);

	assert_true(fd >= 0);
	return fd;
}

/*
 * A sender that leaves the tag to its device, which hands it over in the metadata. There XDP would
 * not see it: switchd has that switched off.
 */
static void test_tag_in_the_metadata(void **state)
{
	static const struct test_tag in10[TEST_TAGS] = {Q(10)}, none[TEST_TAGS];
	static const struct test_tag nothing[TEST_TAGS] = {NOTHING};
	LIBBPF_OPTS(bpf_tc_hook, tc, .ifindex = (int)test_peer_ifindex(1),
		    .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = tagging_program());
	struct fixture *f = *state;

	assert_int_equal(bpf_tc_hook_create(&tc), 0);
	assert_int_equal(bpf_tc_attach(&tc, &filter), 0);
	for (enum dp_hook hook = DP_HOOK_TC; hook <= DP_HOOK_XDP; hook++) {
		set_ports(f, hook, trunk_and_access);
		set_floods(f, trunk_and_access);
		set_tag_offload(1, hook == DP_HOOK_TC);
		send_tagged(f, ends[1], OTHER, NULL);
		expect_tags(f, 2, none);
		expect_tags(f, 3, in10);
		expect_tags(f, 4, nothing);
		assert_int_equal(arrives(f, f->near[1], hook == DP_HOOK_TC ? WAIT : QUIET),
				 hook == DP_HOOK_TC);
	}
	set_tag_offload(1, true);
	tc.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	assert_int_equal(bpf_tc_hook_destroy(&tc), 0);
	close(filter.prog_fd);
}

/* Into the host's own end: as if that device had received the frame. */
static void test_host_end(void **state)
{
	static const struct test_tag in10[TEST_TAGS] = {Q(10)}, none[TEST_TAGS];
	struct fixture *f = *state;

	for (enum dp_hook hook = DP_HOOK_TC; hook <= DP_HOOK_XDP; hook++) {
		set_ports(f, hook, trunk_and_access);
		for (uint16_t number = 2; number <= 3; number++) {
			struct dp_port port = port_of(number, DP_HOOK_TC);

			vlan_describe(&trunk_and_access[number - 1], &port);
			port.flags |= XVS_PORT_TX_INGRESS;
			port.tx_ifindex = test_peer_ifindex(number);
			set_port(f, &port);
		}
		set_floods(f, trunk_and_access);
		send_tagged(f, ends[1], OTHER, in10);
		expect_tags(f, 2, none);
		expect_tags(f, 3, in10);
	}
}

/*
 * While a port's settings change, its frames are treated as before, as after, or not at all: a set
 * of VLANs means something else to each mode. Frames are sent in after each write of a map, which
 * the linker lets come by here.
 */
int __real_bpf_map_update_elem(int map, const void *key, const void *value, __u64 flags);
int __wrap_bpf_map_update_elem(int map, const void *key, const void *value, __u64 flags);

#define SAMPLES 4
struct outcome {
	bool arrives;
	struct test_tag tags[TEST_TAGS];
};

struct setting {
	struct db_vlan vlan;
	uint16_t vid;               /* in its list */
	uint8_t takes;              /* of the samples, by bit */
	struct outcome is[SAMPLES]; /* as seen */
};

static struct {
	struct fixture *f; /* NULL: nobody looks */
	const struct setting *before, *after;
	size_t writes;
} watch;

/* What a trunk port sends of a frame that comes in by port 1: in VLAN 5, in 10, in none, in both.
 */
static struct outcome try_sample(struct fixture *f, int sample, int timeout)
{
	static const struct test_tag samples[SAMPLES][TEST_TAGS] = {
		{Q(5)}, {Q(10)}, {}, {Q(10), Q(5)}};
	struct pollfd wait = {.fd = ends[4], .events = POLLIN};
	struct outcome outcome = {};

	send_tagged(f, ends[1], OTHER, samples[sample]);
	while (!outcome.arrives && poll(&wait, 1, timeout) == 1)
		outcome.arrives = read_frame(f, ends[4], outcome.tags);
	return outcome;
}

static bool is_outcome(const struct outcome *outcome, const struct outcome *other)
{
	return other->arrives && !memcmp(outcome->tags, other->tags, sizeof(outcome->tags));
}

static void look(void)
{
	struct fixture *f = watch.f;

	watch.writes++;
	for (int i = 0; i < SAMPLES; i++) {
		struct outcome now = try_sample(f, i, QUIET / 4);

		if (!now.arrives || is_outcome(&now, &watch.before->is[i]) ||
		    is_outcome(&now, &watch.after->is[i]))
			continue;
		watch.f = NULL;
		fail_msg("after a write, sample %d leaves with %04x %04x, %04x %04x", i,
			 now.tags[0].tpid, now.tags[0].tci, now.tags[1].tpid, now.tags[1].tci);
	}
}

int __wrap_bpf_map_update_elem(int map, const void *key, const void *value, __u64 flags)
{
	int result = __real_bpf_map_update_elem(map, key, value, flags);

	if (watch.f)
		look();
	return result;
}

static void set_setting(struct fixture *f, enum dp_hook hook, const struct setting *setting)
{
	struct dp_port port = port_of(1, hook);

	vlan_describe(&setting->vlan, &port);
	set_port(f, &port);
}

static void look_at_setting(struct fixture *f, enum dp_hook hook, struct setting *setting)
{
	memset(&setting->vlan.set, 0, sizeof(setting->vlan.set));
	vlan_set_add(&setting->vlan.set, setting->vid);
	set_setting(f, hook, setting);
	for (int i = 0; i < SAMPLES; i++) {
		bool taken = setting->takes >> i & 1;

		setting->is[i] = try_sample(f, i, taken ? WAIT : 0);
		assert_int_equal(setting->is[i].arrives, taken);
	}
}

static void test_no_third_setting_between_two(void **state)
{
	struct setting settings[] = {
		{{.mode = VLAN_TRUNK, .limited = true}, .vid = 10, .takes = 2 | 8},
		{{.mode = VLAN_NATIVE_UNTAGGED, .tag = 30, .limited = true},
		 .vid = 5,
		 .takes = 1 | 4},
		{{.mode = VLAN_DOT1Q_TUNNEL,
		  .tag = 100,
		  .qinq_tpid = ETH_P_8021AD,
		  .limited = true},
		 .vid = 5,
		 .takes = 1},
		{{.mode = VLAN_DOT1Q_TUNNEL,
		  .tag = 200,
		  .qinq_tpid = ETH_P_8021AD,
		  .limited = true},
		 .vid = 10,
		 .takes = 2 | 8},
	};
	static const struct db_vlan trunks[PORTS]; /* where they come out */
	enum { COUNT = sizeof(settings) / sizeof(*settings) };
	struct fixture *f = *state;

	for (enum dp_hook hook = DP_HOOK_TC; hook <= DP_HOOK_XDP; hook++) {
		set_ports(f, hook, trunks);
		set_floods(f, trunks);
		for (int i = 0; i < COUNT; i++)
			look_at_setting(f, hook, &settings[i]);
		for (int i = 0; i < COUNT * COUNT; i++) {
			watch.before = &settings[i / COUNT];
			watch.after = &settings[i % COUNT];
			set_setting(f, hook, watch.before);
			watch.f = f;
			set_setting(f, hook, watch.after);
			watch.f = NULL;
		}
	}
	assert_true(watch.writes >= (size_t)2 * 3 * COUNT * (COUNT - 1));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_modes),
		TEST(test_priority_tags),
		TEST(test_sets),
		TEST(test_stations),
		TEST(test_tag_in_the_metadata),
		TEST(test_host_end),
		TEST(test_no_third_setting_between_two),
	};

	test_devices();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
