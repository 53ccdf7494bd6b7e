/* SPDX-License-Identifier: BSD-2-Clause */
/* The places of an instance, and its lock. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "switchd/instance.h"

static void test_places(void **state)
{
	struct instance instance;
	struct error error = {};

	(void)state;
	unsetenv("XVS_INSTANCE");
	assert_int_equal(instance_init(&instance, NULL, NULL, NULL, &error), 0);
	assert_string_equal(instance.name, "default");
	assert_string_equal(instance.socket, "/run/xvswitch/default/ctl.sock");
	assert_string_equal(instance.pid_file, "/run/xvswitch/default/xvswitchd.pid");
	assert_string_equal(instance.database, "/var/lib/xvswitch/default/conf.db");
	assert_int_equal(instance.lock_fd, -1);

	setenv("XVS_INSTANCE", "lab-1", 1);
	assert_int_equal(instance_init(&instance, NULL, NULL, NULL, &error), 0);
	assert_string_equal(instance.run_dir, "/run/xvswitch/lab-1");

	assert_int_equal(instance_init(&instance, "x", "/r", "/d/x.db", &error), 0);
	assert_string_equal(instance.name, "x");
	assert_string_equal(instance.socket, "/r/ctl.sock");
	assert_string_equal(instance.database, "/d/x.db");
	unsetenv("XVS_INSTANCE");
}

static void test_names(void **state)
{
	static const char *const bad[] = {"", ".", "..", ".x", "a/b", "a b", "a\n", "\xc3\xa4"};
	char longest[INSTANCE_NAME_MAX + 2];
	struct instance instance;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		error.text[0] = '\0';
		assert_int_equal(instance_init(&instance, bad[i], NULL, NULL, &error), -EINVAL);
		assert_non_null(strstr(error.text, "name"));
	}
	memset(longest, 'a', sizeof(longest));
	longest[INSTANCE_NAME_MAX + 1] = '\0';
	assert_int_equal(instance_init(&instance, longest, NULL, NULL, &error), -ENAMETOOLONG);
	longest[INSTANCE_NAME_MAX] = '\0';
	assert_int_equal(instance_init(&instance, longest, NULL, NULL, &error), 0);
}

static void test_long_paths(void **state)
{
	char path[400];
	struct instance instance;
	struct error error;

	(void)state;
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(instance_init(&instance, "x", path, NULL, &error), -ENAMETOOLONG);
	assert_int_equal(instance_init(&instance, "x", NULL, path, &error), -ENAMETOOLONG);
	/* sun_path has 108 octets, and the socket's name is /ctl.sock. */
	path[99] = '\0';
	assert_int_equal(instance_init(&instance, "x", path, NULL, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "control socket"));
	path[98] = '\0';
	assert_int_equal(instance_init(&instance, "x", path, NULL, &error), 0);
}

static void test_lock(void **state)
{
	char folder[] = "/tmp/xvs-instance-XXXXXX", run_dir[64], pid[32];
	struct instance first, second;
	struct error error = {};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(run_dir, sizeof(run_dir), "%s/a/b", folder);
	assert_int_equal(instance_init(&first, "x", run_dir, NULL, &error), 0);
	assert_int_equal(instance_init(&second, "x", run_dir, NULL, &error), 0);

	assert_int_equal(instance_lock(&first, &error), 0);
	assert_int_equal(instance_lock(&second, &error), -EBUSY);
	snprintf(pid, sizeof(pid), "process %d", getpid());
	assert_non_null(strstr(error.text, pid));
	assert_int_equal(second.lock_fd, -1);
	instance_unlock(&second);
	assert_int_equal(access(first.pid_file, F_OK), 0);

	instance_unlock(&first);
	assert_int_not_equal(access(run_dir, F_OK), 0);
	assert_int_equal(instance_lock(&second, &error), 0);
	instance_unlock(&second);

	snprintf(run_dir, sizeof(run_dir), "%s/a", folder);
	rmdir(run_dir);
	assert_int_equal(rmdir(folder), 0);
}

static void test_no_folder(void **state)
{
	struct instance instance;
	struct error error = {};

	(void)state;
	assert_int_equal(instance_init(&instance, "x", "/dev/null/x", NULL, &error), 0);
	assert_int_equal(instance_lock(&instance, &error), -ENOTDIR);
	assert_non_null(strstr(error.text, "/dev/null/x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),     cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_paths), cmocka_unit_test(test_lock),
		cmocka_unit_test(test_no_folder),
	};

	return cmocka_run_group_tests_name("instance", tests, NULL, NULL);
}
