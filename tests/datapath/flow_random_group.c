// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_random.h"

#include <stdlib.h>

#define PICK(array) ((array)[rand() % (sizeof(array) / sizeof(*(array)))])

/* Groups up to this one use no others, nor do they watch them. */
#define LEAVES (RANDOM_GROUPS / 2)

/* Any frame may come to a bucket: what it has not is not changed. */
static const char *const changes[] = {
	"mod_dl_src:02:00:00:00:00:03,",
	"mod_dl_dst:0e:ff:ff:ff:ff:ff,",
	"mod_vlan_vid:6,",
	"mod_vlan_pcp:3,",
	"strip_vlan,",
	"push_vlan:0x8100,",
	"push_vlan:0x88a8,set_field:5->vlan_vid,",
	"load:2->NXM_NX_REG0[],",
	"mod_nw_src:10.0.0.9,",
	"mod_nw_dst:192.168.0.9,",
	"mod_nw_tos:0,",
	"mod_nw_ttl:2,",
	"dec_ttl,",
	"mod_tp_src:53,",
	"mod_tp_dst:8080,",
	"set_field:80->tcp_dst,",
	"set_field:7->udp_src,",
	"set_field:fd00::7->ipv6_dst,",
	"set_field:10.0.0.7->arp_tpa,",
};

static bool chance(int of)
{
	return rand() % of == 0;
}

/* Live by a port, by a group, or anyway. */
static void add_watch(struct text *text, int id, bool must)
{
	if (!must && chance(2))
		return;
	if (id > LEAVES && chance(3))
		text_add(text, "watch_group:%d,", 1 + rand() % LEAVES);
	if (must || chance(2))
		text_add(text, "watch_port:%d,", 1 + rand() % (RANDOM_PORTS + 1));
}

static void add_end(struct text *text, int id)
{
	static const char *const outputs[] = {"output:1", "output:2", "output:3", "output:4",
					      "in_port",  "all",      "NORMAL",   "output:5"};

	if (id > LEAVES && chance(2))
		text_add(text, "group:%d", 1 + rand() % LEAVES);
	else if (chance(6))
		text_add(text, "resubmit(,%d)", RANDOM_TABLES - 1);
	else
		text_add(text, "%s", PICK(outputs));
}

static void add_bucket(struct text *text, int id, const char *type)
{
	bool select = *type == 's', ff = *type == 'f';

	text_add(text, ",bucket=");
	if (select && !chance(3))
		text_add(text, "weight:%d,", chance(9) ? 0xffff : rand() % 5);
	if (select || ff)
		add_watch(text, id, ff);
	if (chance(12))
		text_add(text, "meter:%d,", 1 + rand() % REFERENCE_METERS);
	for (int count = rand() % 3; count; count--)
		text_add(text, "%s", PICK(changes));
	add_end(text, id);
}

void random_groups(struct text *text)
{
	static const char *const types[] = {"all", "indirect", "select", "select", "ff"};

	for (int id = 1; id <= RANDOM_GROUPS; id++) {
		const char *type = PICK(types);
		int buckets = *type == 'i' ? 1 : rand() % 4;

		text_add(text, "group_id=%d,type=%s", id, type);
		while (buckets--)
			add_bucket(text, id, type);
		text_add(text, "\n");
	}
}
