/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the configuration says about a port's VLANs: columns vlan_mode, tag, trunks, cvlans and two
 * keys of other_config of Open vSwitch's Port table, with the defaults that it documents filled in.
 */
#ifndef XVS_DB_VLAN_H
#define XVS_DB_VLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "db/error.h"

#define VLAN_COUNT 4096 /* VIDs that there are */

enum vlan_mode {
	VLAN_TRUNK,
	VLAN_ACCESS,
	VLAN_NATIVE_TAGGED,
	VLAN_NATIVE_UNTAGGED,
	VLAN_DOT1Q_TUNNEL,
};

enum vlan_priority_tags {
	VLAN_PRIORITY_TAGS_NEVER,
	VLAN_PRIORITY_TAGS_IF_NONZERO,
	VLAN_PRIORITY_TAGS_ALWAYS,
};

struct vlan_set {
	uint64_t word[VLAN_COUNT / 64]; /* bit VID % 64 of word VID / 64 */
};

/* Made by vlan_load(). What counts for nothing in the port's mode is 0, so that two that differ
 * only in that are the same, octet by octet. */
struct db_vlan {
	uint8_t mode;          /* enum vlan_mode */
	uint8_t priority_tags; /* enum vlan_priority_tags */
	uint16_t tag;          /* 0: none */
	uint16_t qinq_tpid;    /* other_config:qinq-ethtype of a dot1q-tunnel port */
	uint8_t limited; /* only what is in `set`: trunks, of a dot1q-tunnel port cvlans; else all
			  */
	uint8_t cvlans;  /* there are some */
	struct vlan_set set; /* all zero when not limited */
};

static inline bool vlan_set_has(const struct vlan_set *set, uint16_t vid)
{
	return set->word[vid / 64] >> (vid % 64) & 1;
}

static inline void vlan_set_add(struct vlan_set *set, uint16_t vid)
{
	set->word[vid / 64] |= (uint64_t)1 << (vid % 64);
}

/* The integers of a column, 0 to 4095, as a set. How many there are. */
size_t vlan_set_load(struct vlan_set *set, const json_t *value);

/* The columns' values, in the normal form of datum.h. */
struct vlan_columns {
	const json_t *vlan_mode, *tag, *trunks, *cvlans, *other_config;
};
void vlan_load(struct db_vlan *vlan, const struct vlan_columns *columns);

/* Do the columns fit each other? Else -EINVAL with a sentence that names the port. */
int vlan_check(const struct db_vlan *vlan, const char *port, struct error *error);

#endif
