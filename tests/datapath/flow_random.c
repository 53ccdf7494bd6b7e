// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_random.h"

#include <stdlib.h>

#define PICK(array)  ((array)[rand() % (sizeof(array) / sizeof(*(array)))])
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What a flow's frames have, so that it may match and change it. */
enum {
	IPV4 = 1,
	IPV6 = 2,
	IP = 4,
	TCP = 8,
	UDP = 16,
	PORTS = 32,
	ICMP = 64,
	ND = 128,
	ARP = 256,
};

static const struct {
	const char *match;
	unsigned int has;
} kinds[] = {
	{"", 0},
	{"", 0},
	{"dl_type=0x88b5,", 0},
	{"dl_type=0x05ff,", 0},
	{"dl_type=0x8100,", 0},
	{"ip,", IPV4 | IP},
	{"ip,", IPV4 | IP},
	{"tcp,", IPV4 | IP | TCP | PORTS},
	{"tcp,", IPV4 | IP | TCP | PORTS},
	{"udp,", IPV4 | IP | UDP | PORTS},
	{"sctp,", IPV4 | IP},
	{"icmp,", IPV4 | IP | ICMP},
	{"ip,nw_proto=0,", IPV4 | IP},
	{"ipv6,", IPV6 | IP},
	{"tcp6,", IPV6 | IP | TCP | PORTS},
	{"udp6,", IPV6 | IP | UDP | PORTS},
	{"icmp6,", IPV6 | IP | ICMP},
	{"icmp6,icmp_type=135,icmp_code=0,", IPV6 | IP | ND},
	{"arp,", ARP},
	{"rarp,", ARP},
};

/* Something that a flow may say when it has what that needs. */
struct phrase {
	unsigned int needs;
	const char *text[8];
};

static const struct phrase matches[] = {
	{0, {"in_port=1", "in_port=2", "in_port=3", "in_port=4"}},
	{0,
	 {"dl_src=02:00:00:00:00:01", "dl_src=02:00:00:00:00:02",
	  "dl_src=02:00:00:00:00:02/ff:ff:ff:ff:ff:fe"}},
	{0,
	 {"dl_dst=02:00:00:00:00:01", "dl_dst=02:00:00:00:00:02", "dl_dst=ff:ff:ff:ff:ff:ff",
	  "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
	  "dl_dst=00:00:00:00:00:01/00:00:00:00:00:01"}},
	{0, {"reg0=1", "reg0=0", "reg0=0/1", "reg1=5"}},
	{0, {"metadata=0", "metadata=0x1/0x1", "metadata=0xff00000000"}},
	{0,
	 {"dl_vlan=5", "dl_vlan=6", "dl_vlan=0", "vlan_tci=0x0000", "vlan_tci=0x0001/0x0001",
	  "vlan_tci=0x1000/0x1000", "dl_vlan=5,dl_vlan_pcp=5"}},
	{IPV4,
	 {"nw_src=10.0.0.1", "nw_src=10.0.0.2", "nw_src=192.168.0.1", "nw_src=10.0.0.0/24",
	  "nw_src=10.0.0.0/16", "nw_src=0.0.0.1/0.0.0.1"}},
	{IPV4,
	 {"nw_dst=10.0.0.1", "nw_dst=10.0.0.2", "nw_dst=0.0.0.0", "nw_dst=10.0.0.0/23",
	  "nw_dst=0.0.0.0/1", "nw_dst=10.0.0.2/255.0.0.255"}},
	{IP, {"nw_tos=184", "nw_tos=0", "nw_ecn=1"}},
	{IP, {"nw_ttl=64", "nw_ttl=1"}},
	{IP, {"ip_frag=yes", "ip_frag=no", "ip_frag=first", "ip_frag=later", "ip_frag=not_later"}},
	{PORTS, {"tp_src=80", "tp_src=53", "tp_src=0", "tp_src=0x50/0xfff0"}},
	{PORTS, {"tp_dst=80", "tp_dst=22", "tp_dst=0", "tp_dst=0x1000/0xf000", "tp_dst=80/0xfffe"}},
	{TCP, {"tcp_flags=+syn-ack", "tcp_flags=+ack", "tcp_flags=0x012"}},
	{ICMP, {"icmp_type=8", "icmp_type=128", "icmp_type=0,icmp_code=0", "icmp_code=1"}},
	{IPV6,
	 {"ipv6_src=fd00::1", "ipv6_src=fd00::/64", "ipv6_src=::1/::f", "ipv6_src=fe80::/10"}},
	{IPV6, {"ipv6_dst=fd00::2", "ipv6_dst=fd00::/63", "ipv6_dst=fe80::2", "ipv6_dst=::2/::2"}},
	{ND, {"nd_target=fd00::1", "nd_target=fd00::/16", "nd_target=::2/::2"}},
	{ARP, {"arp_op=1", "arp_op=2", "arp_op=0"}},
	{ARP, {"arp_spa=10.0.0.1", "arp_spa=10.0.0.0/24"}},
	{ARP, {"arp_tpa=10.0.0.2", "arp_tpa=0.0.0.0/31"}},
	{ARP, {"arp_sha=02:00:00:00:00:01", "arp_tha=02:00:00:00:00:00/ff:ff:ff:ff:ff:00"}},
};

/* What changes the frame or what is known of it. */
static const struct phrase changes[] = {
	{0, {"mod_dl_src:02:00:00:00:00:01,", "mod_dl_src:0e:ff:ff:ff:ff:ff,"}},
	{0, {"mod_dl_dst:02:00:00:00:00:02,", "mod_dl_dst:01:02:03:04:05:06,"}},
	{0, {"mod_vlan_vid:5,", "mod_vlan_vid:0,", "mod_vlan_pcp:5,", "mod_vlan_pcp:0,"}},
	{0, {"strip_vlan,", "pop_vlan,", "push_vlan:0x8100,", "push_vlan:0x88a8,"}},
	{0, {"push_vlan:0x8100,set_field:6->vlan_vid,", "push_vlan:0x88a8,set_field:3->vlan_pcp,"}},
	{0, {"load:1->NXM_NX_REG0[],", "load:5->NXM_NX_REG1[],", "load:1->NXM_NX_REG0[0],"}},
	{0,
	 {"move:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15],",
	  "move:NXM_NX_REG0[0..7]->NXM_NX_REG0[8..15],"}},
	{0,
	 {"move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],",
	  "move:NXM_OF_ETH_SRC[0..11]->NXM_OF_VLAN_TCI[0..11],"}},
	{0, {"load:1->OXM_OF_METADATA[0],", "set_field:0xff00000000->metadata,", "note:01.02.03,"}},
	{0, {"set_field:02:00:00:00:00:00/ff:ff:ff:00:00:00->eth_dst,"}},
	{IPV4, {"mod_nw_src:10.0.0.2,", "mod_nw_src:255.255.255.255,", "mod_nw_src:0.0.0.0,"}},
	{IPV4,
	 {"mod_nw_dst:10.0.0.1,", "mod_nw_dst:192.168.0.1,",
	  "set_field:0.0.9.0/0.0.255.0->ip_dst,"}},
	{IPV4,
	 {"move:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[],",
	  "move:NXM_OF_IP_DST[0..7]->NXM_OF_IP_SRC[24..31],"}},
	{IP, {"mod_nw_tos:184,", "mod_nw_tos:0,", "mod_nw_ecn:1,", "set_field:12->ip_dscp,"}},
	{IP, {"mod_nw_ttl:64,", "mod_nw_ttl:1,", "dec_ttl,", "dec_ttl,"}},
	{PORTS, {"mod_tp_src:80,", "mod_tp_src:0,", "mod_tp_src:65535,"}},
	{PORTS, {"mod_tp_dst:22,", "mod_tp_dst:4660,"}},
	{TCP, {"move:NXM_OF_TCP_SRC[]->NXM_OF_TCP_DST[],", "load:0->NXM_OF_TCP_DST[0..3],"}},
	{IPV6,
	 {"set_field:fd00::2->ipv6_src,", "set_field:::/::ffff->ipv6_src,",
	  "set_field:fe80::1->ipv6_dst,"}},
	{IPV6, {"move:NXM_NX_IPV6_SRC[0..31]->NXM_NX_IPV6_DST[96..127],"}},
	{ARP,
	 {"set_field:2->arp_op,", "set_field:10.0.0.9->arp_spa,", "set_field:10.0.0.8->arp_tpa,"}},
	{ARP, {"set_field:02:00:00:00:00:09->arp_sha,", "set_field:02:00:00:00:00:08->arp_tha,"}},
	{ARP,
	 {"move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],", "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],"}},
};

/* What sends it somewhere. Nobody has the number 5. */
static const char *const outputs[] = {
	"output:1,", "output:2,", "output:3,", "output:4,", "output:2,", "output:5,",
	"in_port,",  "all,",      "flood,",    "LOCAL,",    "NORMAL,",   "CONTROLLER,",
};

static bool chance(int of)
{
	return rand() % of == 0;
}

static bool fits(const struct phrase *phrase, unsigned int has)
{
	return (phrase->needs & has) == phrase->needs;
}

static const char *any_text(const struct phrase *phrase)
{
	size_t texts = 0;

	while (texts < COUNT(phrase->text) && phrase->text[texts])
		texts++;
	return phrase->text[(size_t)rand() % texts];
}

/* Each of these at most once: about two. */
static void add_match(struct text *text, size_t kind)
{
	int one_in = 2 + rand() % 8;

	text_add(text, "%s", kinds[kind].match);
	for (size_t i = 0; i < COUNT(matches); i++) {
		if (fits(&matches[i], kinds[kind].has) && chance(one_in))
			text_add(text, "%s,", any_text(&matches[i]));
	}
}

static void add_changes(struct text *text, unsigned int has)
{
	for (int count = chance(2) ? rand() % 4 : 0; count > 0;) {
		const struct phrase *phrase = &PICK(changes);

		if (!fits(phrase, has))
			continue;
		text_add(text, "%s", any_text(phrase));
		count--;
	}
}

static void add_output(struct text *text)
{
	if (!chance(6))
		text_add(text, "%s", PICK(outputs));
}

/* To a table behind this one, so that no frame goes round. */
static void add_resubmit(struct text *text, int table)
{
	int next = table + 1 + rand() % (RANDOM_TABLES - table);

	if (chance(3))
		text_add(text, "resubmit(%d,%d),", 1 + rand() % RANDOM_PORTS, next);
	else
		text_add(text, "resubmit(,%d),", next);
}

static void add_clone(struct text *text, unsigned int has, int table)
{
	text_add(text, "clone(");
	add_changes(text, has);
	if (chance(3))
		add_resubmit(text, table);
	text_add(text, "%s),", chance(2) ? "output:3" : "output:1");
}

static void add_actions(struct text *text, unsigned int has, int table)
{
	int next = table + 1 + rand() % (RANDOM_TABLES - table);

	text_add(text, "actions=");
	if (chance(10))
		text_add(text, "meter:%d,", 1 + rand() % REFERENCE_METERS);
	add_changes(text, has);
	if (chance(6))
		add_clone(text, has, table);
	if (chance(5))
		add_resubmit(text, table);
	if (chance(6))
		add_changes(text, has);
	if (chance(12))
		add_output(text);
	if (chance(4) && table < RANDOM_TABLES - 1)
		text_add(text, "group:%d,", 1 + rand() % RANDOM_GROUPS);
	if (chance(4))
		text_add(text, "goto_table:%d", next);
	else
		add_output(text);
}

/* Most go where frames come by, in the first tables. */
static int random_table(void)
{
	return chance(2) ? 0 : rand() % RANDOM_TABLES;
}

void random_flows(struct text *text)
{
	int count = 1 + rand() % RANDOM_FLOWS;

	for (int i = 0; i < count; i++) {
		size_t kind = (size_t)rand() % COUNT(kinds);
		int table = random_table();

		/* Priorities that no other flow has, in no order. */
		text_add(text, "table=%d,priority=%d,", table, rand() % 600 * RANDOM_FLOWS + i);
		add_match(text, kind);
		add_actions(text, kinds[kind].has, table);
		text_add(text, "\n");
	}
}

static void add_prefix(struct text *text, const char *field, int length)
{
	text_add(text, "%s=10.%d.%d.%d/%d,", field, rand() % 256, rand() % 256, rand() % 256,
		 length);
}

/* Long prefixes of both addresses, so that few frames match two flows. */
void random_masks(struct text *text, int masks)
{
	text_add(text, "priority=0,actions=drop\n");
	for (int i = 0; i < 3 * (masks - 1); i++) {
		int mask = i % (masks - 1);

		text_add(text, "priority=%d,ip,", 1 + rand() % 20 * 1000 + i);
		add_prefix(text, "nw_src", 17 + mask % 16);
		add_prefix(text, "nw_dst", 25 + mask / 16);
		text_add(text, "actions=%s\n", PICK(outputs));
	}
}
