// SPDX-License-Identifier: BSD-2-Clause
/* The picture of the network devices, on the real kernel: in a network namespace of its own. Needs
 * root. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <event2/event.h>
#include <net/if.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "switchd/link.h"

#define TOLD_MAX 4096

static struct event_base *base;
static struct link_table *table;
static char elsewhere[32]; /* name of a second namespace */

static struct told {
	enum link_change change;
	char name[IFNAMSIZ], old_name[IFNAMSIZ];
} told[TOLD_MAX];
static int told_count;

__attribute__((format(printf, 1, 2))) static void sh(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command))
		fail_msg("%s", command);
}

static void note(enum link_change change, struct link *link, const char *old_name, void *arg)
{
	struct told *now = &told[told_count++ % TOLD_MAX];

	(void)arg;
	now->change = change;
	snprintf(now->name, sizeof(now->name), "%s", link->name);
	snprintf(now->old_name, sizeof(now->old_name), "%s", old_name ? old_name : "");
	if (change != LINK_GONE)
		assert_ptr_equal(link_by_index(table, link->ifindex), link);
	else
		assert_null(link_by_index(table, link->ifindex));
}

static int count_told(enum link_change change, const char *name, const char *old_name)
{
	int count = 0;

	for (int i = 0; i < told_count && i < TOLD_MAX; i++)
		count += told[i].change == change && !strcmp(told[i].name, name) &&
			 !strcmp(told[i].old_name, old_name);
	return count;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Runs the event loop until the condition holds; fails when that takes too long. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		double deadline = seconds() + 5;                                                   \
		while (!(condition)) {                                                             \
			if (seconds() > deadline)                                                  \
				fail_msg("line %d: never came: %s", __LINE__, #condition);         \
			event_base_loop(base, EVLOOP_NONBLOCK);                                    \
			usleep(1000);                                                              \
		}                                                                                  \
	} while (0)

static struct link *named(const char *name)
{
	struct link *link = link_by_name(table, name);

	if (!link)
		fail_msg("there is no %s", name);
	return link;
}

/* What somebody else does to a device with ethtool: another road than link.h takes. */
static uint32_t ethtool(const char *name, uint32_t command, uint32_t data)
{
	struct ethtool_value value = {.cmd = command, .data = data};
	struct ifreq request = {.ifr_data = (void *)&value};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	assert_int_equal(ioctl(fd, SIOCETHTOOL, &request), 0);
	close(fd);
	return value.data;
}

static void ethtool_elsewhere(const char *name, uint32_t command, uint32_t data)
{
	char path[64];
	int status;
	pid_t child;

	snprintf(path, sizeof(path), "/run/netns/%s", elsewhere);
	child = fork();
	if (!child) {
		if (setns(open(path, O_RDONLY), CLONE_NEWNET))
			_exit(1);
		ethtool(name, command, data);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void open_table(void)
{
	struct error error;

	if (link_table_open(base, note, NULL, &table, &error))
		fail_msg("%s", error.text);
	told_count = 0;
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	snprintf(elsewhere, sizeof(elsewhere), "xvs-link-%d", getpid());
	sh("ip netns add %s", elsewhere);
	base = event_base_new();
	open_table();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	link_table_close(table);
	event_base_free(base);
	sh("ip netns del %s", elsewhere);
	return 0;
}

static void devices_appear_change_and_vanish(void **state)
{
	struct link *link;
	uint32_t ifindex;

	(void)state;
	assert_null(link_by_name(table, "p1"));
	sh("ip link add p1 address 02:00:00:00:00:07 mtu 1400 numrxqueues 3 numtxqueues 4 type "
	   "veth peer name p2");
	WAIT_FOR(link_by_name(table, "p1") && link_by_name(table, "p2"));
	link = named("p1");
	ifindex = link->ifindex;
	assert_string_equal(link->kind, "veth");
	assert_memory_equal(link->mac, ((uint8_t[]){2, 0, 0, 0, 0, 7}), 6);
	assert_int_equal(link->mtu, 1400);
	assert_int_equal(link->rx_queues, 3);
	assert_int_equal(link->tx_queues, 4);
	assert_int_equal(link->flags & IFF_UP, 0);
	WAIT_FOR(named("p2")->peer == ifindex);
	assert_int_equal(link->peer, named("p2")->ifindex);
	assert_false(link->peer_elsewhere);
	assert_int_equal(count_told(LINK_NEW, "p1", ""), 1);
	assert_int_equal(count_told(LINK_NEW, "p2", ""), 1);

	sh("ip link set p1 up && ip link set p2 up");
	WAIT_FOR(link->flags & IFF_LOWER_UP);
	sh("ip link set p1 mtu 1300 alias 'a b'");
	WAIT_FOR(link->mtu == 1300 && !strcmp(link->alias, "a b"));
	sh("ip link add br1 type bridge && ip link set p1 master br1");
	WAIT_FOR(link->master);
	assert_int_equal(link->master, named("br1")->ifindex);
	assert_int_equal(link_upper_count(table, ifindex), 1);
	assert_int_equal(count_told(LINK_GONE, "p1", ""), 0);
	sh("ip link set p1 nomaster && ip link del br1");
	WAIT_FOR(!link->master && !link_by_name(table, "br1"));
	assert_int_equal(link_upper_count(table, ifindex), 0);
	assert_int_equal(count_told(LINK_GONE, "p1", ""), 0);
	sh("ip link add mv1 link p1 type macvlan");
	WAIT_FOR(link_by_name(table, "mv1"));
	assert_int_equal(link_upper_count(table, ifindex), 1);
	assert_int_equal(named("mv1")->peer, 0);

	sh("ip link set p1 name q1");
	WAIT_FOR(link_by_name(table, "q1"));
	assert_null(link_by_name(table, "p1"));
	assert_ptr_equal(link_by_name(table, "q1"), link);
	assert_int_equal(count_told(LINK_CHANGED, "q1", "p1"), 1);
	sh("ip link del q1");
	WAIT_FOR(!link_by_name(table, "q1") && !link_by_name(table, "p2"));
	assert_int_equal(count_told(LINK_GONE, "q1", ""), 1);
	assert_int_equal(count_told(LINK_GONE, "p2", ""), 1);
	assert_int_equal(count_told(LINK_GONE, "mv1", ""), 1);
}

static void names_can_be_swapped(void **state)
{
	struct link *one, *two;

	(void)state;
	sh("ip link add p1 type veth peer name p2");
	WAIT_FOR(link_by_name(table, "p1") && link_by_name(table, "p2"));
	one = named("p1");
	two = named("p2");
	sh("ip link set p1 name p3 && ip link set p2 name p1 && ip link set p3 name p2");
	WAIT_FOR(link_by_name(table, "p2") == one);
	assert_ptr_equal(link_by_name(table, "p1"), two);
	assert_null(link_by_name(table, "p3"));
	assert_int_equal(
		count_told(LINK_CHANGED, "p2", "p1") + count_told(LINK_CHANGED, "p3", "p1"), 1);
}

static void peer_moves_away_and_back(void **state)
{
	struct link *near;

	(void)state;
	sh("ip link add p1 type veth peer name p2");
	WAIT_FOR(link_by_name(table, "p2") && named("p2")->peer);
	near = named("p1");
	assert_false(near->peer_elsewhere);
	told_count = 0;
	sh("ip link set p2 netns %s", elsewhere);
	WAIT_FOR(near->peer_elsewhere);
	assert_null(link_by_name(table, "p2"));
	assert_int_equal(count_told(LINK_GONE, "p2", ""), 1);
	assert_int_equal(count_told(LINK_CHANGED, "p1", ""), 1);
	sh("ip -n %s link set p2 netns %d", elsewhere, getpid());
	WAIT_FOR(!near->peer_elsewhere);
	assert_int_equal(near->peer, named("p2")->ifindex);
	assert_int_equal(count_told(LINK_NEW, "p2", ""), 1);

	sh("ip link set p1 netns %s", elsewhere);
	WAIT_FOR(!link_by_name(table, "p1"));
	assert_true(named("p2")->peer_elsewhere);
	sh("ip -n %s link del p1", elsewhere);
	WAIT_FOR(!link_by_name(table, "p2"));
}

/* Only where the kernel has the netdev family. */
static void features_follow_the_far_end(void **state)
{
	struct link *near;
	struct error error;

	(void)state;
	sh("ip link add p1 type veth peer name p2");
	WAIT_FOR(link_by_name(table, "p2"));
	near = named("p1");
	if (!near->xdp_features_known) {
		assert_false(link_takes_xdp(near));
		print_message("this kernel has no netdev family: not tested that we follow what it "
			      "says about XDP\n");
		skip();
	}
	sh("ip link set p1 up && ip link set p2 up");
	WAIT_FOR(near->flags & IFF_LOWER_UP);
	assert_false(link_takes_xdp(near));
	told_count = 0;
	assert_int_equal(link_set_gro(table, named("p2")->ifindex, true, &error), 0);
	assert_true(link_takes_xdp(near));
	assert_true(count_told(LINK_CHANGED, "p1", "") >= 1);
	assert_int_equal(link_set_gro(table, named("p2")->ifindex, false, &error), 0);
	assert_false(link_takes_xdp(near));
	ethtool("p2", ETHTOOL_SGRO, 1);
	WAIT_FOR(link_takes_xdp(near));
	assert_false(link_is_xdp_nic(near));
	sh("ip link set p2 netns %s", elsewhere);
	sh("ip -n %s link set p2 up", elsewhere);
	WAIT_FOR(near->peer_elsewhere && link_takes_xdp(near));
	ethtool_elsewhere("p2", ETHTOOL_SGRO, 0);
	WAIT_FOR(!link_takes_xdp(near));
}

static void attach(uint32_t ifindex)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, 2, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_xdp_attach(ifindex, fd, XDP_FLAGS_DRV_MODE, NULL), 0);
	close(fd);
}

static void peer_with_a_program_is_known(void **state)
{
	struct link *near;

	(void)state;
	sh("ip link add p1 type veth peer name p2");
	WAIT_FOR(link_by_name(table, "p2") && named("p2")->peer);
	near = named("p1");
	attach(named("p2")->ifindex);
	WAIT_FOR(near->peer_xdp);
	assert_int_not_equal(named("p2")->xdp_id, 0);
	assert_int_equal(near->xdp_id, 0);
	told_count = 0;
	sh("ip link set p2 netns %s", elsewhere);
	WAIT_FOR(near->peer_elsewhere);
	assert_true(near->peer_xdp);
	link_table_close(table);
	open_table();
	near = named("p1");
	assert_true(near->peer_elsewhere && near->peer_xdp);
	if (!near->xdp_features_known)
		return;
	sh("ip -n %s link set p2 xdp off", elsewhere);
	WAIT_FOR(!near->peer_xdp);
	assert_int_equal(count_told(LINK_CHANGED, "p1", ""), 1);
}

static void operations_are_done_when_they_return(void **state)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, 1}, other[6] = {2, 0, 0, 0, 0, 2};
	struct error error;
	struct link *link;
	uint32_t ifindex;

	(void)state;
	assert_int_equal(link_add_veth(table, "br0", "xvs00000001", mac, &error), 0);
	link = named("br0");
	ifindex = link->ifindex;
	assert_memory_equal(link->mac, mac, 6);
	assert_int_equal(link->peer, named("xvs00000001")->ifindex);
	assert_int_equal(named("xvs00000001")->peer, ifindex);
	assert_int_equal(count_told(LINK_NEW, "br0", ""), 1);
	assert_int_equal(link_set_up(table, ifindex, true, &error), 0);
	assert_true(link->flags & IFF_UP);
	assert_int_equal(link_set_up(table, ifindex, false, &error), 0);
	assert_false(link->flags & IFF_UP);
	assert_int_equal(link_set_promisc(table, ifindex, true, &error), 0);
	assert_true(link->flags & IFF_PROMISC);
	assert_int_equal(link_set_promisc(table, ifindex, false, &error), 0);
	assert_false(link->flags & IFF_PROMISC);
	assert_int_equal(link_set_mtu(table, ifindex, 9000, &error), 0);
	assert_int_equal(link->mtu, 9000);
	assert_int_equal(link_set_mac(table, ifindex, other, &error), 0);
	assert_memory_equal(link->mac, other, 6);
	assert_int_equal(link_set_alias(table, ifindex, "xvswitch:default:br0", &error), 0);
	assert_string_equal(link->alias, "xvswitch:default:br0");
	assert_int_equal(link_set_alias(table, ifindex, "", &error), 0);
	assert_string_equal(link->alias, "");
	assert_int_equal(link_del(table, ifindex, &error), 0);
	assert_null(link_by_name(table, "br0"));
	assert_null(link_by_name(table, "xvs00000001"));
	assert_int_equal(count_told(LINK_GONE, "br0", ""), 1);
}

static void refusals_say_why(void **state)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, 1}, group[6] = {1, 0, 0, 0, 0, 1};
	struct error error;
	uint32_t ifindex;

	(void)state;
	assert_int_equal(link_add_veth(table, "p1", "p2", mac, &error), 0);
	ifindex = named("p1")->ifindex;
	assert_int_equal(link_set_mtu(table, ifindex, 100000, &error), -EINVAL);
	assert_string_equal(error.text,
			    "cannot set MTU 100000 on p1: mtu greater than device maximum");
	assert_int_equal(link_set_mac(table, ifindex, group, &error), -EADDRNOTAVAIL);
	assert_string_equal(error.text,
			    "cannot set the MAC address of p1: Cannot assign requested address");
	assert_int_equal(link_add_veth(table, "p3", "p2", mac, &error), -EEXIST);
	assert_string_equal(error.text, "cannot make network device p3: there is one named p2");
	assert_null(link_by_name(table, "p3"));
	assert_int_equal(link_add_veth(table, "p1", "p4", mac, &error), -EEXIST);
	assert_string_equal(error.text, "cannot make network device p1: there is one named p1");
	assert_null(link_by_name(table, "p4"));
	assert_int_equal(link_add_veth(table, "a-name-that-is-too-long", "p4", mac, &error),
			 -EINVAL);
	assert_int_equal(link_set_up(table, 99999, true, &error), -ENODEV);
	assert_string_equal(error.text,
			    "cannot bring up the device with index 99999: No such device");
	assert_int_equal(link_del(table, 0, &error), -ENODEV);
	assert_int_equal(link_set_gro(table, 99999, true, &error), -ENODEV);
}

static void offloads_go_off_and_come_back(void **state)
{
	struct error error;
	char names[64];
	uint32_t ifindex;

	(void)state;
	sh("ip link add p1 type veth peer name p2");
	WAIT_FOR(link_by_name(table, "p2") && named("p2")->peer);
	ifindex = named("p1")->ifindex;
	assert_true(link_peer_offloads(table, ifindex));
	ethtool("p2", ETHTOOL_STXCSUM, 0);
	assert_false(link_peer_offloads(table, ifindex));
	/* Of a veth, it is the other end that hides tags. */
	assert_true(ethtool("p2", ETHTOOL_GFLAGS, 0) & ETH_FLAG_TXVLAN);
	assert_int_equal(link_offload_hiding(table, ifindex, names, sizeof(names), &error), 0);
	assert_string_equal(names, "tx-vlan-hw-insert,tx-vlan-stag-hw-insert");
	assert_int_equal(link_offload_set(table, ifindex, names, false, &error), 0);
	assert_false(ethtool("p2", ETHTOOL_GFLAGS, 0) & ETH_FLAG_TXVLAN);
	assert_int_equal(link_offload_hiding(table, ifindex, names, sizeof(names), &error), 0);
	assert_string_equal(names, "");
	assert_int_equal(link_offload_set(table, ifindex,
					  "tx-vlan-hw-insert,tx-vlan-stag-hw-insert", true, &error),
			 0);
	assert_true(ethtool("p2", ETHTOOL_GFLAGS, 0) & ETH_FLAG_TXVLAN);
	assert_int_equal(link_offload_set(table, ifindex, "", true, &error), 0);
	sh("ip link add link p1 name m1 type macvlan");
	WAIT_FOR(link_by_name(table, "m1"));
	assert_int_equal(
		link_offload_set(table, named("m1")->ifindex, "rx-vlan-hw-parse", true, &error),
		-EOPNOTSUPP);
	assert_string_equal(
		error.text,
		"cannot change the offloads of m1: its driver keeps rx-vlan-hw-parse off");
}

/* The other end is in a namespace that has a name. */
static void offloads_of_another_namespace(void **state)
{
	struct error error;
	uint32_t ifindex;
	char names[64];

	(void)state;
	sh("ip netns add xvt-link");
	sh("ip link add p1 type veth peer name p2 netns xvt-link");
	WAIT_FOR(link_by_name(table, "p1") && named("p1")->peer_elsewhere);
	ifindex = named("p1")->ifindex;
	assert_int_equal(link_offload_hiding(table, ifindex, names, sizeof(names), &error), 0);
	assert_string_equal(names, "tx-vlan-hw-insert,tx-vlan-stag-hw-insert");
	assert_int_equal(link_offload_set(table, ifindex, names, false, &error), 0);
	assert_int_equal(link_offload_hiding(table, ifindex, names, sizeof(names), &error), 0);
	assert_string_equal(names, "");
	assert_true(link_peer_offloads(table, ifindex));
	sh("ip netns del xvt-link");
}

/* A namespace's name and number are used again, each for another one. */
static void namespaces_that_come_again(void **state)
{
	(void)state;
	sh("ip netns add xvt-link");
	sh("ip netns add xvt-link-2");
	sh("ip link add p1 type veth peer name p2 netns xvt-link");
	WAIT_FOR(link_by_name(table, "p1") && named("p1")->peer_elsewhere);
	assert_true(link_peer_offloads(table, named("p1")->ifindex));
	sh("ip netns del xvt-link");
	WAIT_FOR(!link_by_name(table, "p1"));

	sh("ip netns add xvt-link");
	sh("ip link add p1 type veth peer name p2 netns xvt-link-2");
	WAIT_FOR(link_by_name(table, "p1") && named("p1")->peer_elsewhere);
	assert_true(link_peer_offloads(table, named("p1")->ifindex));
	sh("ip netns del xvt-link");
	sh("ip netns del xvt-link-2");
}

/* The table's event sockets are netlink sockets that are in a group. */
static void shrink_event_buffers(void)
{
	int bytes = 4096;

	for (int fd = 3; fd < 64; fd++) {
		struct sockaddr_nl address = {0};
		socklen_t length = sizeof(address);

		if (!getsockname(fd, (struct sockaddr *)&address, &length) &&
		    address.nl_family == AF_NETLINK && address.nl_groups)
			assert_int_equal(
				setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)), 0);
	}
}

static void lost_messages_are_made_up_for(void **state)
{
	uint32_t ifindex;

	(void)state;
	sh("ip link add keep type veth peer name keep2 && ip link add gone type veth peer name "
	   "gone2");
	WAIT_FOR(link_by_name(table, "keep") && link_by_name(table, "gone2"));
	ifindex = named("keep")->ifindex;
	shrink_event_buffers();
	told_count = 0;
	sh("for i in $(seq 200); do echo link add s$i type veth peer name t$i; done | ip -batch -");
	sh("ip link del gone && ip link set keep name kept && ip link set kept mtu 1234");
	sh("for i in $(seq 2 200); do echo link del s$i; done | ip -batch -");
	WAIT_FOR(link_by_name(table, "s1") && link_by_name(table, "kept") &&
		 !link_by_name(table, "gone"));
	assert_int_equal(named("kept")->mtu, 1234);
	assert_int_equal(named("kept")->ifindex, ifindex);
	for (int i = 2; i <= 200; i++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "s%d", i);
		assert_null(link_by_name(table, name));
	}
	assert_int_equal(named("s1")->peer, named("t1")->ifindex);
	assert_int_equal(named("t1")->peer, named("s1")->ifindex);
	assert_int_equal(count_told(LINK_GONE, "gone", ""), 1);
	assert_int_equal(count_told(LINK_GONE, "gone2", ""), 1);
	assert_int_equal(count_told(LINK_CHANGED, "kept", "keep"), 1);
	assert_int_equal(count_told(LINK_NEW, "s1", ""), 1);
}

/* The owner removes a device while it is told of another one. */
static void remove_other(enum link_change change, struct link *link, const char *old_name,
			 void *arg)
{
	uint32_t *victim = arg;
	uint32_t ifindex = *victim;
	struct error error;

	note(change, link, old_name, NULL);
	*victim = 0;
	if (ifindex)
		assert_int_equal(link_del(table, ifindex, &error), 0);
}

static void callbacks_may_change_devices(void **state)
{
	uint32_t victim;
	struct error error;

	(void)state;
	sh("ip link add p1 type veth peer name p2 && ip link add v1 type veth peer name v2");
	link_table_close(table);
	assert_int_equal(link_table_open(base, remove_other, &victim, &table, &error), 0);
	told_count = 0;
	victim = named("v1")->ifindex;
	sh("ip link set p1 mtu 1300 && ip link set v1 mtu 1300 && ip link set v2 mtu 1300");
	WAIT_FOR(named("p1")->mtu == 1300 && !link_by_name(table, "v2"));
	assert_int_equal(count_told(LINK_GONE, "v1", ""), 1);
	assert_int_equal(count_told(LINK_GONE, "v2", ""), 1);
	victim = named("p1")->ifindex;
	sh("ip link set p1 mtu 1200");
	WAIT_FOR(!link_by_name(table, "p1"));
	assert_int_equal(count_told(LINK_GONE, "p1", ""), 1);
}

static void a_thousand_devices_are_read_in_a_second(void **state)
{
	double before;

	(void)state;
	link_table_close(table);
	sh("for i in $(seq 500); do echo link add a$i type veth peer name b$i; done | ip -batch -");
	before = seconds();
	open_table();
	assert_true(seconds() - before < 1);
	print_message("%.0f ms\n", (seconds() - before) * 1000);
	assert_non_null(link_by_name(table, "a1"));
	assert_int_equal(named("a500")->peer, named("b500")->ifindex);
	assert_int_equal(named("b500")->peer, named("a500")->ifindex);
	assert_int_equal(told_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(devices_appear_change_and_vanish),
		TEST(names_can_be_swapped),
		TEST(peer_moves_away_and_back),
		TEST(features_follow_the_far_end),
		TEST(peer_with_a_program_is_known),
		TEST(operations_are_done_when_they_return),
		TEST(refusals_say_why),
		TEST(offloads_go_off_and_come_back),
		TEST(offloads_of_another_namespace),
		TEST(namespaces_that_come_again),
		TEST(lost_messages_are_made_up_for),
		TEST(callbacks_may_change_devices),
		TEST(a_thousand_devices_are_read_in_a_second),
	};

	if (geteuid()) {
		fprintf(stderr, "skipped: network namespaces need root\n");
		return 77;
	}
	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
