/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/option_table.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define OWN    PROGRAM_OWN
#define VSCTL  PROGRAM_VSCTL
#define OFCTL  PROGRAM_OFCTL
#define APPCTL PROGRAM_APPCTL
#define DB     (OWN | VSCTL)
#define ALL    (DB | OFCTL | APPCTL)

/* clang-format off */
const struct own_option option_table[] = {
	{OWN, "instance", 0, required_argument, OPTION_INSTANCE, "NAME", "the switch to speak to, instead of $XVS_INSTANCE"},
	{OWN, "run-dir", 0, required_argument, OPTION_RUN_DIR, "FOLDER", "folder of its control socket"},
	{ALL & ~APPCTL, "timeout", 't', required_argument, OPTION_TIMEOUT, "SECONDS", "give up after that many seconds"},
	{APPCTL, "target", 't', required_argument, OPTION_IGNORED, "TARGET", NULL},
	{APPCTL, "timeout", 'T', required_argument, OPTION_TIMEOUT, "SECONDS", "give up after that many seconds"},
	{DB, "oneline", 0, no_argument, OPTION_SWITCH, NULL, "print one line for each command"},
	{DB, "dry-run", 0, no_argument, OPTION_SWITCH, NULL, "change nothing"},
	{DB, "no-wait", 0, no_argument, OPTION_SWITCH, NULL, "accepted; changes are in force at once all the same"},
	{DB, "format", 'f', required_argument, OPTION_SWITCH, "FORMAT", "of records: list, table, html, csv or json"},
	{DB, "data", 'd', required_argument, OPTION_SWITCH, "FORMAT", "of their values: string, bare or json"},
	{DB, "no-headings", 0, no_argument, OPTION_SWITCH, NULL, "print records without a line of titles"},
	{DB, "bare", 0, no_argument, OPTION_BARE, NULL, "--format=list --data=bare --no-headings"},
	{OWN | OFCTL, "protocols", 'O', required_argument, OPTION_COMMAND, "VERSIONS", "speak these versions of OpenFlow"},
	{OFCTL, "strict", 0, no_argument, OPTION_COMMAND, NULL, "match flows exactly"},
	{OFCTL, "bundle", 0, no_argument, OPTION_COMMAND, NULL, "all changes or none"},
	{OFCTL, "names", 0, no_argument, OPTION_COMMAND, NULL, "print names of ports"},
	{OFCTL, "no-names", 0, no_argument, OPTION_COMMAND, NULL, "print numbers of ports"},
	{OFCTL, "stats", 0, no_argument, OPTION_COMMAND, NULL, "print counters"},
	{OFCTL, "no-stats", 0, no_argument, OPTION_COMMAND, NULL, "print no counters"},
	{OFCTL, "sort", 0, optional_argument, OPTION_COMMAND, "FIELD", "sort flows"},
	{OFCTL, "rsort", 0, optional_argument, OPTION_COMMAND, "FIELD", "sort flows the other way round"},
	{OFCTL, "may-create", 0, no_argument, OPTION_COMMAND, NULL, "make the group if it is not there"},
	{OFCTL, "readd", 0, no_argument, OPTION_COMMAND, NULL, "replace flows that are the same, too"},
	{ALL, "help", 'h', no_argument, OPTION_HELP, NULL, "print this help"},
	{ALL, "version", 'V', no_argument, OPTION_VERSION, NULL, "print the version"},
	{DB, "commands", 0, no_argument, OPTION_COMMANDS, NULL, "list commands"},
	{DB, "options", 0, no_argument, OPTION_OPTIONS, NULL, "list these options"},
	{OFCTL | APPCTL, "option", 'o', no_argument, OPTION_OPTIONS, NULL, "list these options"},
	{APPCTL, "execute", 'e', no_argument, OPTION_IGNORED, NULL, NULL},
	{DB, "db", 0, required_argument, OPTION_IGNORED, "DATABASE", NULL},
	{DB, "retry", 0, no_argument, OPTION_IGNORED, NULL, NULL},
	{DB, "leader-only", 0, no_argument, OPTION_IGNORED, NULL, NULL},
	{DB, "no-leader-only", 0, no_argument, OPTION_IGNORED, NULL, NULL},
	{DB, "shuffle-remotes", 0, no_argument, OPTION_IGNORED, NULL, NULL},
	{DB, "no-shuffle-remotes", 0, no_argument, OPTION_IGNORED, NULL, NULL},
	{DB, "pretty", 0, no_argument, OPTION_SWITCH, NULL, "print JSON on several lines"},
	{DB, "max-column-width", 0, required_argument, OPTION_IGNORED, "WIDTH", NULL},
	{DB, "no-syslog", 0, no_argument, OPTION_IGNORED, NULL, NULL},
	{ALL, "verbose", 'v', optional_argument, OPTION_IGNORED, "LEVELS", NULL},
	{ALL, "log-file", 0, optional_argument, OPTION_IGNORED, "FILE", NULL},
	{ALL, "syslog-method", 0, required_argument, OPTION_IGNORED, "METHOD", NULL},
	{ALL, "syslog-target", 0, required_argument, OPTION_IGNORED, "HOST:PORT", NULL},
	{DB | OFCTL, "private-key", 'p', required_argument, OPTION_IGNORED, "FILE", NULL},
	{DB | OFCTL, "certificate", 'c', required_argument, OPTION_IGNORED, "FILE", NULL},
	{DB | OFCTL, "ca-cert", 'C', required_argument, OPTION_IGNORED, "FILE", NULL},
	{DB | OFCTL, "ssl-protocols", 0, required_argument, OPTION_IGNORED, "LIST", NULL},
	{DB | OFCTL, "ssl-ciphers", 0, required_argument, OPTION_IGNORED, "LIST", NULL},
	{DB, "bootstrap-ca-cert", 0, required_argument, OPTION_IGNORED, "FILE", NULL},
	{DB, "peer-ca-cert", 0, required_argument, OPTION_IGNORED, "FILE", NULL},
	{OFCTL, "flow-format", 'F', required_argument, OPTION_IGNORED, "FORMAT", NULL},
	{OFCTL, "packet-in-format", 'P', required_argument, OPTION_IGNORED, "FORMAT", NULL},
	{OFCTL, "more", 'm', no_argument, OPTION_IGNORED, NULL, NULL},
	{OFCTL, "timestamp", 0, no_argument, OPTION_IGNORED, NULL, NULL},
	{OFCTL, "unixctl", 0, required_argument, OPTION_IGNORED, "SOCKET", NULL},
	{OFCTL, "color", 0, optional_argument, OPTION_IGNORED, "WHEN", NULL},
	{OFCTL, "read-only", 0, no_argument, OPTION_IGNORED, NULL, NULL},
};
/* clang-format on */
const size_t option_table_size = sizeof(option_table) / sizeof(option_table[0]);

const struct own_option *option_by_letter(const struct program *program, int letter)
{
	for (size_t i = 0; i < option_table_size; i++) {
		if (option_table[i].programs & program->bit && option_table[i].letter == letter)
			return &option_table[i];
	}
	return NULL;
}

const struct own_option *option_by_name(const struct program *program, const char *name)
{
	for (size_t i = 0; i < option_table_size; i++) {
		if (option_table[i].programs & program->bit && !strcmp(option_table[i].name, name))
			return &option_table[i];
	}
	return NULL;
}

/* "-t, --timeout=SECONDS", "--verbose[=LEVELS]" */
static void print_forms(const struct own_option *option)
{
	if (option->letter)
		printf("-%c, ", option->letter);
	printf("--%s", option->name);
	if (option->value)
		printf(option->has_arg == optional_argument ? "[=%s]" : "=%s", option->value);
}

void option_print_help(const struct program *program)
{
	const char *before = "\nAccepted, without effect:\n  ";

	printf("\nOptions\n");
	for (size_t i = 0; i < option_table_size; i++) {
		if (!(option_table[i].programs & program->bit) || !option_table[i].help)
			continue;
		printf("  ");
		print_forms(&option_table[i]);
		printf("\n      %s\n", option_table[i].help);
	}
	for (size_t i = 0; i < option_table_size; i++) {
		if (!(option_table[i].programs & program->bit) || option_table[i].help)
			continue;
		fputs(before, stdout);
		print_forms(&option_table[i]);
		before = "\n  ";
	}
	putchar('\n');
}

void option_print_names(const struct program *program)
{
	/* Only ovs-vsctl does not tell values that may be left out. */
	const char *optional = program->bit & DB ? "ARG" : "[ARG]";

	for (size_t i = 0; i < option_table_size; i++) {
		const struct own_option *option = &option_table[i];
		const char *value = option->has_arg == optional_argument ? optional : "ARG";

		if (!(option->programs & program->bit))
			continue;
		printf("--%s%s%s\n", option->name, option->value ? "=" : "",
		       option->value ? value : "");
		if (option->letter)
			printf("-%c%s%s\n", option->letter, option->value ? " " : "",
			       option->value ? value : "");
	}
}
