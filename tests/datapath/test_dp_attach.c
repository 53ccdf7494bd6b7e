// SPDX-License-Identifier: BSD-2-Clause
/*
 * The real data path: what stays attached to devices when switchd goes, what the next one finds and
 * repairs, and how it shares a device with others.
 */
#include <linux/if_link.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>
#include "switchd/bpffs.h"
#include "tests/datapath/dp_fixture.h"

/* An XDP program of somebody else. */
static int other_program(void)
{
	struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "somebody", "GPL", code, 2, NULL);

	assert_true(fd >= 0);
	return fd;
}

static void pin_path(const struct fixture *f, const char *name, char path[256])
{
	char root[BPFFS_PATH_MAX], instance[32];
	int fd = bpffs_open(root, NULL);

	assert_true(fd >= 0); /* stays open: the path leads through it */
	snprintf(instance, sizeof(instance), "%s", f->instance);
	*strchr(instance, '.') = ',';
	snprintf(path, 256, "%s/xvswitch/%s%s", root, instance, name);
}

static void count_port(uint16_t number, uint32_t ifindex, void *arg)
{
	assert_int_equal(ifindex, test_ifindex(number));
	++*(int *)arg;
}

static void test_outlives_switchd(void **state)
{
	struct fixture *f = *state;
	uint32_t buckets, tc, tc_again, xdp;
	struct xvs_fdb_bucket *fdb = dpc->fdb(f->dp, &buckets);
	int ports = 0;

	set_all(f, DP_HOOK_XDP);
	add_station(fdb, buckets, HOST3, 3);
	assert_int_equal(tc_programs(1, &tc), 1);
	xdp = xdp_program(1);
	dp_close(f);
	expect_flood(f, DP_HOOK_XDP);
	expect_unicast(f, DP_HOOK_XDP);

	dp_open(f);
	expect_flood(f, DP_HOOK_XDP);
	dpc->port_each(f->dp, count_port, &ports);
	assert_int_equal(ports, 3);
	set_all(f, DP_HOOK_XDP);
	assert_int_equal(tc_programs(1, &tc_again), 1);
	assert_int_equal(tc_again, tc);
	assert_int_equal(xdp_program(1), xdp);
	expect_unicast(f, DP_HOOK_XDP);

	set_hook(f, 1, DP_HOOK_TC);
	assert_int_equal(xdp_program(1), 0);
	expect_unicast(f, DP_HOOK_TC);
}

/* Breaks the link that holds a program of ours on a device: other tests, which run meanwhile in
 * other namespaces, have devices of the same ifindexes. */
static void break_link(uint32_t ifindex, uint32_t program)
{
	struct bpf_link_info info;
	uint32_t id = 0, size;

	while (!bpf_link_get_next_id(id, &id)) {
		int fd = bpf_link_get_fd_by_id(id);

		size = sizeof(info);
		memset(&info, 0, sizeof(info));
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == ifindex &&
		    info.prog_id == program)
			assert_int_equal(bpf_link_detach(fd), 0);
		close(fd);
	}
}

static void test_heals(void **state)
{
	struct fixture *f = *state;
	uint32_t xdp;

	set_all(f, DP_HOOK_XDP);
	xdp = xdp_program(1);
	assert_int_not_equal(system("ip link set port1 xdp off 2>/dev/null"), 0);
	assert_int_equal(xdp_program(1), xdp);
	break_link(test_ifindex(1), xdp);
	assert_int_equal(xdp_program(1), 0);
	expect_flood(f, DP_HOOK_TC);
	set_hook(f, 1, DP_HOOK_XDP);
	assert_int_equal(xdp_program(1), xdp);
	expect_flood(f, DP_HOOK_XDP);
}

static void test_foreign_program(void **state)
{
	struct fixture *f = *state;
	struct dp_port port = port_of(1, DP_HOOK_XDP);
	int ifindex = (int)test_ifindex(1), program = other_program();
	struct dp_port_status status;
	uint32_t id;

	assert_int_equal(dpc->foreign_xdp(f->dp, test_ifindex(1)), 0);
	assert_int_equal(bpf_xdp_attach(ifindex, program, XDP_FLAGS_DRV_MODE, NULL), 0);
	id = xdp_program(1);
	set_all(f, DP_HOOK_TC);
	status = set_port(f, &port);
	assert_int_equal(status.hook, DP_HOOK_TC);
	assert_non_null(strstr(status.warning.text, "\"somebody\""));
	assert_int_equal(dpc->foreign_xdp(f->dp, test_ifindex(1)), id);
	expect_flood(f, DP_HOOK_TC);

	dpc->port_del(f->dp, 1);
	assert_int_equal(xdp_program(1), id);
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL), 0);
	set_hook(f, 1, DP_HOOK_XDP);
	assert_int_equal(dpc->foreign_xdp(f->dp, test_ifindex(1)), 0);
	close(program);
}

/*
 * A program that shares its device through libxdp's dispatcher: a pipeline without ports, which
 * passes all. NULL where the kernel does not permit it.
 */
static struct xdp_program *sharing_program(struct xvswitch_bpf **skel, int ifindex)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .prog_name = "xvs_xdp");
	struct xdp_multiprog *multi;
	struct xdp_program *program;
	struct bpf_program *other;
	bool permitted;

	*skel = xvswitch_bpf__open();
	bpf_object__for_each_program(other, (*skel)->obj) bpf_program__set_autoload(other, false);
	options.obj = (*skel)->obj;
	program = xdp_program__create(&options);
	assert_int_equal(libxdp_get_error(program), 0);
	assert_int_equal(xdp_program__attach(program, ifindex, XDP_MODE_NATIVE, 0), 0);
	multi = xdp_multiprog__get_from_ifindex(ifindex);
	assert_int_equal(libxdp_get_error(multi), 0);
	permitted = !xdp_multiprog__is_legacy(multi);
	xdp_multiprog__close(multi);
	if (permitted)
		return program;
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL), 0);
	xdp_program__close(program);
	xvswitch_bpf__destroy(*skel);
	return NULL;
}

static void test_dispatcher(void **state)
{
	struct fixture *f = *state;
	uint32_t ifindex = test_ifindex(1), dispatcher;
	struct xvswitch_bpf *skel;
	struct xdp_program *program = sharing_program(&skel, (int)ifindex);

	if (!program) {
		print_message("this kernel forbids libxdp's dispatcher: not tested that we share a "
			      "device through it\n");
		skip();
		return;
	}
	assert_int_equal(dpc->foreign_xdp(f->dp, ifindex), xdp_program__id(program));
	for (int round = 0; round < 2; round++) {
		set_all(f, DP_HOOK_XDP);
		expect_flood(f, DP_HOOK_XDP);
		dispatcher = xdp_program(1);
		reopen(f);
		set_all(f, DP_HOOK_XDP);
		assert_int_equal(xdp_program(1), dispatcher);
		set_hook(f, 1, DP_HOOK_TC);
		expect_flood(f, DP_HOOK_TC);
	}
	set_hook(f, 1, DP_HOOK_XDP);
	dpc->port_del(f->dp, 1);
	assert_int_equal(dpc->foreign_xdp(f->dp, ifindex), xdp_program__id(program));
	assert_int_equal(xdp_program__detach(program, (int)ifindex, XDP_MODE_NATIVE, 0), 0);
	xdp_program__close(program);
	xvswitch_bpf__destroy(skel);
}

/* A pin is missing: all is made new, and what was attached before is not in the way. */
static void test_damaged_pins(void **state)
{
	struct fixture *f = *state;
	uint32_t before, after;
	char path[256];

	set_all(f, DP_HOOK_XDP);
	assert_int_equal(tc_programs(1, &before), 1);
	pin_path(f, "/tc_root", path);
	assert_int_equal(unlink(path), 0);
	pin_path(f, "+new", path);
	assert_int_equal(mkdir(path, 0700), 0);

	reopen(f);
	assert_int_equal(tc_programs(1, &after), 0);
	assert_int_equal(xdp_program(1), 0);
	set_all(f, DP_HOOK_XDP);
	assert_int_equal(tc_programs(1, &after), 1);
	assert_int_not_equal(before, after);
	expect_flood(f, DP_HOOK_XDP);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void test_other_layout(void **state)
{
	struct fixture *f = *state;

	set_all(f, DP_HOOK_XDP);
	dpc->shared(f->dp)->layout = XVS_LAYOUT + 1;
	reopen(f);
	assert_int_equal(dpc->shared(f->dp)->layout, XVS_LAYOUT);
	assert_int_equal(xdp_program(1), 0);
	set_all(f, DP_HOOK_XDP);
	expect_flood(f, DP_HOOK_XDP);
}

/* Orphans are one's own: another instance in the same namespace is left alone. */
static void test_other_instance(void **state)
{
	struct fixture *f = *state, other = *f;
	uint32_t first;

	set_all(f, DP_HOOK_XDP);
	snprintf(other.instance, sizeof(other.instance), "test_dp2.%d", getpid());
	dp_open(&other);
	assert_int_equal(tc_programs(1, &first), 1);
	expect_flood(f, DP_HOOK_XDP);
	dpc->teardown(other.dp);
	expect_flood(f, DP_HOOK_XDP);
}

/* As `ip netns exec` does: a mount namespace with a fresh /sys. */
static void test_ip_netns_exec(void **state)
{
	struct fixture *f = *state;
	uint32_t before, after;
	int status;
	pid_t child;

	set_all(f, DP_HOOK_XDP);
	assert_int_equal(tc_programs(1, &before), 1);
	dp_close(f);
	child = fork();
	if (!child) {
		/* bpffs was found already: only a new program image looks again. */
		execl("/proc/self/exe", "test_dp_attach", f->instance, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	dp_open(f);
	assert_int_equal(tc_programs(1, &after), 1);
	assert_int_equal(after, before);
	expect_flood(f, DP_HOOK_XDP);
}

/* The child of the test above: finds the ports that its parent made. */
static int as_in_ip_netns_exec(const char *instance)
{
	struct error error = {};
	int ports = 0;
	struct dp *dp;

	if (unshare(CLONE_NEWNS) || mount("", "/", "none", MS_SLAVE | MS_REC, NULL) ||
	    umount2("/sys", MNT_DETACH) || mount("sysfs", "/sys", "sysfs", 0, NULL)) {
		perror("mount");
		return 1;
	}
	if (dpc->open(instance, DP_BUCKETS, &dp, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	dpc->port_each(dp, count_port, &ports);
	dpc->close(dp);
	return ports != LAST;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_outlives_switchd, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_heals, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_foreign_program, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_dispatcher, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_damaged_pins, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_other_layout, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_other_instance, dp_setup, dp_teardown),
		cmocka_unit_test_setup_teardown(test_ip_netns_exec, dp_setup, dp_teardown),
	};

	if (argc > 1)
		return as_in_ip_netns_exec(argv[1]);
	test_devices();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
