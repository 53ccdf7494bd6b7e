/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of a bridge's flows a flow_mod is about.
 */
#ifndef XVS_FLOW_SELECT_H
#define XVS_FLOW_SELECT_H

#include <stddef.h>
#include "switchd/flow_site.h"
#include "switchd/flow_table.h"
#include "switchd/flow_text.h"

struct flow_selection {
	struct flow_entry **entries; /* valid until the next flow_table_load() */
	size_t count, size;
};

/*
 * Those that `mod` means, of the entries as they are inside the running transaction, which is
 * loaded first: in the order of their tables, and then in that in which they were made. A negative
 * errno with a sentence when that can't be done. The selection is to be freed in any case.
 */
int flow_select(struct flow_site *site, const struct flow_mod *mod,
		struct flow_selection *selection);

/* A flow_mod that means all flows of a bridge. */
struct flow_mod flow_select_all(void);

void flow_selection_free(struct flow_selection *selection);

#endif
