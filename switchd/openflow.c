/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/openflow.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
	[OPENFLOW_10] = "OpenFlow10", [OPENFLOW_11] = "OpenFlow11", [OPENFLOW_12] = "OpenFlow12",
	[OPENFLOW_13] = "OpenFlow13", [OPENFLOW_14] = "OpenFlow14", [OPENFLOW_15] = "OpenFlow15",
};

#define SEPARATORS ", \t"

static int find(const char *name, int length, enum openflow *version, struct error *error)
{
	for (enum openflow i = OPENFLOW_10; i <= OPENFLOW_15; i++)
		if ((int)strlen(names[i]) == length && !strncmp(names[i], name, (size_t)length)) {
			*version = i;
			return 0;
		}
	return error_set(error, -EINVAL, "Unknown OpenFlow version: \"%.*s\"", length, name);
}

int openflow_version(const struct command_call *call, enum openflow otherwise,
		     enum openflow *version)
{
	const char *list = command_option(call, "--protocols");

	*version = otherwise;
	if (!list)
		return 0;
	for (*version = OPENFLOW_10; *(list += strspn(list, SEPARATORS));) {
		size_t length = strcspn(list, SEPARATORS);
		enum openflow one = OPENFLOW_10;
		int status = find(list, (int)length, &one, call->error);

		if (status)
			return status;
		if (one > *version)
			*version = one;
		list += length;
	}
	return 0;
}

enum flow_words openflow_words(enum openflow version)
{
	if (version <= OPENFLOW_11)
		return version == OPENFLOW_10 ? FLOW_WORDS_1_0 : FLOW_WORDS_1_1;
	return version < OPENFLOW_15 ? FLOW_WORDS_1_2 : FLOW_WORDS_1_5;
}

void openflow_reply(struct text *text, enum openflow version, bool nicira, const char *name,
		    unsigned xid)
{
	text_add(text, "%s_%s reply ", nicira && version == OPENFLOW_10 ? "NXST" : "OFPST", name);
	if (version > OPENFLOW_10)
		text_add(text, "(OF1.%d) ", version - OPENFLOW_10);
	text_add(text, "(xid=0x%x):", xid);
}
