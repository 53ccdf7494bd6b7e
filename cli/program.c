/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/program.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "db/schema.h"

#define RELEASE "(Open vSwitch) " OVS_RELEASE "\n"

static const struct program programs[] = {
	{PROGRAM_OWN, "xvsctl", "run", NULL, "missing command name (use --help for help)",
	 .refused = 1, .chains = true},
	{PROGRAM_VSCTL, "ovs-vsctl", "ovs-vsctl", RELEASE "DB Schema " OVS_SCHEMA "\n",
	 "missing command name (use --help for help)", .refused = 1, .chains = true},
	{PROGRAM_OFCTL, "ovs-ofctl", "ovs-ofctl", RELEASE "OpenFlow versions 0x1:0x6\n",
	 "missing command name; use --help for help", .refused = 1, .permutes = true},
	{PROGRAM_APPCTL, "ovs-appctl", "ovs-appctl", RELEASE,
	 "at least one non-option argument is required (use --help for help)", .refused = 2},
};

const struct program *program_find(const char *name)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (!strcmp(programs[i].name, name))
			return &programs[i];
	}
	return NULL;
}

const struct program *program_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const struct program *program = program_find(slash ? slash + 1 : path);

	return program ? program : &programs[0];
}

void program_print_version(const struct program *program)
{
	if (program->version)
		printf("%s %sxvswitch %s\n", program->name, program->version, PACKAGE_VERSION);
	else
		printf("%s (xvswitch) %s\n", program->name, PACKAGE_VERSION);
}
