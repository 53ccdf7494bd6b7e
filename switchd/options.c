/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

static const struct option long_options[] = {
	{"instance", required_argument, NULL, 'i'},
	{"detach", no_argument, NULL, 'd'},
	{"log-level", required_argument, NULL, 'l'},
	{"log-file", required_argument, NULL, 'f'},
	{"run-dir", required_argument, NULL, 'r'},
	{"db", required_argument, NULL, 'b'},
	{"teardown", no_argument, NULL, 't'},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{},
};

static int take_option(struct options *options, int option, struct error *error)
{
	switch (option) {
	case 'i':
		options->instance = optarg;
		return 0;
	case 'd':
		options->detach = true;
		return 0;
	case 'l':
		return log_level_parse(optarg, &options->log_level, error);
	case 'f':
		options->log_file = optarg;
		return 0;
	case 'r':
		options->run_dir = optarg;
		return 0;
	case 'b':
		options->database = optarg;
		return 0;
	case 't':
		options->teardown = true;
		return 0;
	case 'V':
		options->version = true;
		return 0;
	default:
		options->help = true;
		return 0;
	}
}

int options_parse(struct options *options, int argc, char **argv, struct error *error)
{
	int option, result = 0;

	*options = (struct options){.log_level = LOG_LEVEL_INFO};
	optind = 0;
	while (result == 0 && (option = getopt_long(argc, argv, ":Vh", long_options, NULL)) != -1) {
		if (option == ':')
			return error_set(error, -EINVAL, "option %s needs a value",
					 argv[optind - 1]);
		if (option == '?')
			return error_set(error, -EINVAL,
					 "unknown option \"%s\"; see \"xvswitchd --help\"",
					 argv[optind - 1]);
		result = take_option(options, option, error);
	}
	if (result == 0 && optind < argc)
		return error_set(
			error, -EINVAL,
			"xvswitchd takes options only, not \"%s\"; see \"xvswitchd --help\"",
			argv[optind]);
	if (result == 0 && options->detach && options->teardown)
		return error_set(error, -EINVAL, "--detach and --teardown exclude each other");
	return result;
}

void options_print_help(void)
{
	printf("usage: xvswitchd [OPTION]...\n"
	       "The daemon of a virtual switch; see xvswitchd(8).\n"
	       "\n"
	       "  --instance NAME    name of the switch (default: $XVS_INSTANCE, else "
	       "\"default\")\n"
	       "  --detach           go into the background; returns when the switch answers\n"
	       "  --log-level LEVEL  error, warn, info (default) or debug\n"
	       "  --log-file FILE    append the log to a file (default: standard error;\n"
	       "                     after --detach syslog)\n"
	       "  --run-dir FOLDER   instead of /run/xvswitch/NAME\n"
	       "  --db FILE          instead of /var/lib/xvswitch/NAME/conf.db\n"
	       "  --teardown         remove the data path from the kernel, keep the database, end\n"
	       "  -V, --version      print the version\n"
	       "  -h, --help         print this\n");
}
