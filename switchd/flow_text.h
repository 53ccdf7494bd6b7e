/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows as ovs-ofctl(8) writes and reads them: a line like
 * "table=1,priority=10,tcp,tp_dst=80,actions=output:2".
 */
#ifndef XVS_FLOW_TEXT_H
#define XVS_FLOW_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include "db/error.h"
#include "db/text.h"
#include "switchd/flow.h"
#include "switchd/flow_action.h"
#include "switchd/flow_match.h"

enum flow_verb {
	FLOW_ADD,
	FLOW_MODIFY,
	FLOW_MODIFY_STRICT,
	FLOW_DELETE,
	FLOW_DELETE_STRICT,
	FLOW_SHOW, /* dump-flows, dump-aggregate: which ones */
};

#define FLOW_TABLE_ALL 0xff

struct flow_mod {
	enum flow_verb verb;
	struct flow flow;     /* table FLOW_TABLE_ALL where none is said and the verb takes all */
	uint64_t cookie_mask; /* flow.cookie of those that are meant; 0: any */
	bool sets_cookie;     /* of FLOW_MODIFY: a cookie was said without a mask */
	uint64_t new_cookie;  /* this one; flow.cookie, too, if there is none with a mask */
	uint16_t out_port;    /* XVS_OFPP_NONE: any */
	uint32_t out_group;   /* ~0: any */
	bool normalised; /* flow.match is less than what was said: see flow_match_normalise() */
	struct flow_match said;
};

/*
 * Reads one line. In files, a line may begin with the verb (add, modify, modify_strict, delete,
 * delete_strict), which then counts instead of `verb`; `any_verb` says whether it may. -EINVAL with
 * ovs-ofctl's kind of sentence. On success flow_clear(&mod->flow) is the caller's to call.
 */
int flow_mod_parse(struct flow_mod *mod, const char *text, enum flow_verb verb, bool any_verb,
		   const struct flow_ports *ports, struct error *error);

/* How flows are printed: dump-flows' options. */
struct flow_style {
	bool no_stats; /* --no-stats */
	bool ages;     /* idle_age and hard_age: as without -O and --names */
	bool names;    /* --names: ports by name; `ports` is needed for it */
	enum flow_words words;
	const struct flow_ports *ports;
};

/* As a line of dump-flows, with its leading space, without a newline. stats NULL: as diff-flows and
 * --no-stats have it. */
void flow_print(struct text *text, const struct flow *flow, const struct flow_stats *stats,
		const struct flow_style *style);

#endif
