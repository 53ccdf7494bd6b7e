/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands on groups share. */
#ifndef XVS_GROUP_COMMANDS_H
#define XVS_GROUP_COMMANDS_H

#include <stdint.h>
#include "db/error.h"

/* "group_id=5"; FLOW_GROUP_NONE for "" and for those that mean all. -EINVAL with a sentence. */
int group_number_parse(const char *text, uint32_t *group, struct error *error);

#endif
