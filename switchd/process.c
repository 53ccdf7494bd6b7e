/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/process.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include "switchd/daemon.h"
#include "switchd/detach.h"
#include "switchd/log.h"
#include "switchd/options.h"

/* The default of 1024 descriptors is for users of select(2): clients and maps need more. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_warn("daemon", "the limit of open descriptors can't be raised");
}

static int open_log(const struct options *options, struct error *error)
{
	log_set_level(options->log_level);
	return options->log_file ? log_open_file(options->log_file, error) : 0;
}

/* Once the terminal is let go, the log has to go elsewhere. */
static void leave_terminal(const struct options *options, struct detach *detach)
{
	if (options->detach && !options->log_file)
		log_open_syslog();
	detach_done(detach);
}

static int run(const struct options *options, struct daemon *daemon, const struct dp_class *dpc,
	       struct detach *detach, struct error *error)
{
	int result = open_log(options, error);

	if (result < 0)
		return result;
	raise_descriptor_limit();
	signal(SIGPIPE, SIG_IGN);
	result = daemon_open(daemon, dpc, error);
	if (result < 0) {
		/* The caller tells it on standard error. */
		if (options->log_file)
			log_error("daemon", "%s", error->text);
		return result;
	}
	leave_terminal(options, detach);
	daemon->teardown = options->teardown;
	if (!options->teardown) {
		log_info("daemon", "xvswitchd %s runs, instance %s", PACKAGE_VERSION,
			 daemon->instance.name);
		daemon_run(daemon);
	}
	daemon_close(daemon);
	return 0;
}

int process_main(int argc, char **argv, const struct dp_class *dpc)
{
	struct detach detach = DETACH_NONE;
	struct daemon daemon = {};
	struct options options;
	struct error error = {};
	int result = options_parse(&options, argc, argv, &error);

	/* A long answer is freed in many small pieces that join to a large one: glibc would look
	 * through its fast bins at each of them. */
	mallopt(M_MXFAST, 0);
	if (result == 0 && options.help) {
		options_print_help();
		return 0;
	}
	if (result == 0 && options.version) {
		printf("xvswitchd (xvswitch) %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (result == 0)
		result = instance_init(&daemon.instance, options.instance, options.run_dir,
				       options.database, &error);
	if (result == 0 && options.detach)
		result = detach_begin(&detach, &error);
	if (result == 0)
		result = run(&options, &daemon, dpc, &detach, &error);
	if (result < 0)
		detach_fail(&detach, &error);
	return result < 0;
}
