/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flow tables as the data path and switchd share them; part of types.h.
 *
 * All of it lies in one array of cache lines, map `flows`, memory-mapped by switchd, which is its
 * only writer and allocates lines in it. Things refer to each other by line number, so that the
 * array can be copied into a larger one. Nothing that a frame can reach is changed but for the
 * words named below: a change of any number of flows is made aside, sharing what stays, and becomes
 * true by one store into the bridge's root. What is not reached any more is used again when no
 * frame can be under way that met it. So a frame sees all of a change or nothing of it.
 *
 * Line 0 to XVS_FLOW_ROOT_LINES - 1   roots: for each bridge number the line of its struct
 *                                     xvs_flow_bridge, 0: it has no flows
 * struct xvs_flow_bridge (1 line)     what the bridge's flows need of a frame; its 64 tables; its
 * ports struct xvs_flow_table  (16 B each)  where the subtables of a table are, and their filter
 * struct xvs_flow_subtable (2 lines)  a mask, and where the flows with this mask are found
 * struct xvs_flow_bucket (1 line)     up to 8 flows of a subtable
 * struct xvs_flow_rule (1 or 2 lines) a flow: its values under the mask, what to do
 * programs                            what to do, where one instruction does not say it
 *
 * A search is a tuple space search. Subtables are ordered by the greatest priority in them, so that
 * it ends as soon as no better flow can come. Flows of one table that match the same frame with the
 * same priority: OpenFlow leaves open which one is taken; here it is the one whose subtable comes
 * first.
 */
#ifndef XVS_FLOW_TYPES_H
#define XVS_FLOW_TYPES_H

#include <linux/types.h>

/*
 * The key: all that flows can match, in words, in host byte order. A field that the frame does not
 * have is 0. Open vSwitch's meaning (ovs-fields(7)), wherever the field exists there; see
 * flow_key.h.
 *
 * word  bits 63..48   47..32      31..16        15..8      7..0
 * 0     in_port       vlan_tci    dl_type       nw_proto   nw_frag
 * 1     nw_src or arp_spa (63..32)              nw_dst or arp_tpa (31..0)
 * 2     tp_src        tp_dst      tcp_flags     nw_tos     nw_ttl
 * 3     dl_dst (47..0), 63..48 are 0
 * 4     dl_src (47..0), 63..48 are 0
 * 5     metadata
 * 6     reg0 (63..32)                           reg1 (31..0)
 * 7     reg2 (63..32)                           reg3 (31..0)
 * 8, 9     ipv6_src, the first octets in word 8
 * 10, 11   ipv6_dst
 * 12, 13   nd_target; or arp_sha (47..0) and arp_tha (47..0)
 *
 * Addresses are numbers whose most significant octet comes first in the frame: 02:00:00:00:00:01 is
 * 0x020000000001. (An FDB key holds a MAC address the other way round.)
 * vlan_tci: of the outermost tag, with XVS_FLOW_TCI_TAGGED in place of the DEI; 0: untagged.
 * dl_type: behind that tag; XVS_FLOW_NOT_ETH_TYPE of frames with a length instead and no SNAP
 * header. nw_proto: the protocol behind IPv6's extension headers; the lower octet of ARP's
 * operation. tp_src, tp_dst: also ICMP's and ICMPv6's type and code. 0 for fragments. nw_tos: DSCP
 * and ECN. nw_ttl: IPv6's hop limit, too.
 */
#define XVS_FLOW_WORDS        14
#define XVS_FLOW_FIXED        3 /* words 0 to 2 are in every subtable, the others where they count */

#define XVS_FLOW_TCI_TAGGED   0x1000
#define XVS_FLOW_NOT_ETH_TYPE 0x05ff

/* nw_frag, as ovs-fields(7) ip_frag encodes it. */
#define XVS_FLOW_FRAG_ANY   1 /* a fragment */
#define XVS_FLOW_FRAG_LATER 2 /* not the first of its datagram */

struct xvs_flow_key {
	__u64 word[XVS_FLOW_WORDS];
};

/* OpenFlow's port numbers that are none (OpenFlow 1.0, as Open vSwitch writes them). */
#define XVS_OFPP_MAX        0xff00 /* first that is not an ordinary port */
#define XVS_OFPP_IN_PORT    0xfff8
#define XVS_OFPP_LOCAL      0xfffe
#define XVS_OFPP_NONE       0xffff

#define XVS_FLOW_LINES_MIN  1024
#define XVS_FLOW_LINES_MAX  (1u << 24)
#define XVS_FLOW_ROOT_LINES (XVS_BRIDGES_MAX / 16)

union xvs_flow_line {
	__u32 half[16];
	__u64 word[8];
};
_Static_assert(sizeof(union xvs_flow_line) == 64, "a cache line");

#define XVS_FLOW_TABLES 64

/*
 * What a bridge's flows need to know of a frame, by flags: what none of them asks for is not read,
 * and its words are 0. Words 0 (but for nw_proto and nw_frag), 3 and 4 are always read.
 */
enum xvs_flow_needs {
	XVS_FLOW_NEEDS_L3 = 1, /* words 1, 2, 8 to 13, and the rest of word 0 */
};

struct xvs_flow_bridge {
	__u32 needs;   /* enum xvs_flow_needs */
	__u32 tables;  /* line of struct xvs_flow_table[XVS_FLOW_TABLES] */
	__u32 ports;   /* line of __u16[n_ports]: by OpenFlow port number, the port; 0: none */
	__u32 n_ports; /* numbers from here on are of no port */
	__u32 local;   /* port of XVS_OFPP_LOCAL */
	__u16 extra;   /* words besides the fixed ones that table 0 reads: bit n for word n */
	__u16 early_priority; /* of the flows in other subtables than `early`, the greatest */
	__u64 version; /* another one with each change of any bridge's flows; also after a restart
			*/
	__u64 fixed[XVS_FLOW_FIXED]; /* bits of the fixed words that table 0 reads */
	__u32 early; /* line of the first subtable of table 0, if all flows in it only drop; 0: not
			so */
	__u32 reserved;
};
_Static_assert(sizeof(struct xvs_flow_bridge) == 64, "a cache line");

/*
 * A table. With many subtables most of them hold nothing for a given frame, and a filter says so:
 * it looks at some pairs of the key's octets, and for each value of a pair has a word with a bit
 * for each subtable that has a flow to which this value is not a contradiction. Subtables whose bit
 * is set in all these words are looked at. A bit may be set in vain: several values share a word,
 * and flows that are gone leave theirs.
 */
#define XVS_FLOW_SUBTABLES_MAX   128 /* in a table */
#define XVS_FLOW_FILTER_SPAN     64 /* subtables that a filter is for; the second half has its own */
#define XVS_FLOW_FILTER_PAIRS    7
#define XVS_FLOW_FILTER_BITS_MIN 8
#define XVS_FLOW_FILTER_BITS_MAX 13

struct xvs_flow_table {
	__u32 subtables; /* line of the first of them, one behind the other */
	__u32 count;
	__u32 filter; /* line of struct xvs_flow_filter; 0: all subtables are looked at */
	__u32 reserved;
};
_Static_assert(sizeof(struct xvs_flow_table) == 16, "four in a line");

/* Two octets of the key, each as word * 8 + n: bits 8 n to 8 n + 7 of the word. */
#define XVS_FLOW_FILTER_NO_OCTET 0xff /* in place of the second: 0 */

struct xvs_flow_pair {
	__u8 first, second;
};

/* One line; behind it, for each pair, 1 << bits words. The filter of the second half of the
 * subtables, with the same pairs, begins 1 << bits lines behind the first one, however many pairs
 * there are. */
struct xvs_flow_filter {
	__u32 count; /* pairs, at most XVS_FLOW_FILTER_PAIRS */
	__u32 bits;
	struct xvs_flow_pair pair[XVS_FLOW_FILTER_PAIRS];
	__u8 reserved[64 - 8 - 2 * XVS_FLOW_FILTER_PAIRS];
};
_Static_assert(sizeof(struct xvs_flow_filter) == 64, "a cache line");

/* Which of a pair's words is that of a value. Those of a first octet alone are all different. */
static inline __u32 xvs_flow_filter_word(__u8 first, __u8 second, __u32 bits)
{
	return ((first << 8 | second) * 0x9e37u & 0xffff) >> (16 - bits);
}

/* Words that a mask has besides the fixed ones. */
#define XVS_FLOW_EXTRA       (XVS_FLOW_WORDS - XVS_FLOW_FIXED)
#define XVS_FLOW_FIRST_EXTRA 3 /* masks of them in the first line */

struct xvs_flow_subtable {
	__u32 buckets;               /* line of the first */
	__u32 bucket_mask;           /* how many, a power of two, less one */
	__u16 max_priority;          /* of the flows in it */
	__u16 extra;                 /* which words besides the fixed ones: bit n for word n */
	__u32 seed;                  /* of the hash */
	__u64 fixed[XVS_FLOW_FIXED]; /* masks of the fixed words */
	__u64 mask[XVS_FLOW_EXTRA];  /* of the extra ones, one behind the other */
};
_Static_assert(sizeof(struct xvs_flow_subtable) == 128, "two cache lines");

/*
 * The hash of a masked key, by the subtable's seed: who does not know it can't choose flows that
 * come into one bucket. Each word is mixed into what the seed and the words before it have made,
 * by steps that can be undone: keys that differ in one word never have the same hash, and which
 * others do is another matter with each seed.
 */
#define XVS_FLOW_FACTOR0 0x9e3779b97f4a7c15ULL
#define XVS_FLOW_FACTOR1 0xc2b2ae3d27d4eb4fULL
#define XVS_FLOW_FACTOR2 0x165667b19e3779f9ULL

/* The extra words that a subtable has follow one by one. */
static inline __u64 xvs_flow_hash_extra(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * XVS_FLOW_FACTOR0;
	return hash ^ hash >> 32;
}

static inline __u64 xvs_flow_hash_fixed(__u32 seed, __u64 word0, __u64 word1, __u64 word2)
{
	__u64 hash = (word0 + seed * XVS_FLOW_FACTOR2) * XVS_FLOW_FACTOR1;

	hash = xvs_flow_hash_extra(hash ^ hash >> 32, word1);
	return xvs_flow_hash_extra(hash, word2);
}

static inline __u32 xvs_flow_hash_bucket(__u64 hash)
{
	return hash * XVS_FLOW_FACTOR1 >> 32;
}

static inline __u8 xvs_flow_hash_tag(__u64 hash)
{
	return hash * XVS_FLOW_FACTOR1 >> 24;
}

/*
 * Flows are in bucket xvs_flow_hash_bucket() & bucket_mask. When that is full, `more` is set in it
 * and the next one is used, after the last one the first: a search goes on as long as `more` is
 * set. Tags are compared all at once; a tag whose rule is 0 means nothing. The writer keeps to the
 * bounds below, with another seed where need be: a flow beyond them would not be found.
 */
#define XVS_FLOW_BUCKET_RULES   8
#define XVS_FLOW_CANDIDATES_MAX 16 /* flows in a chain with one tag, at most */
#define XVS_FLOW_CHAIN_MAX      64 /* buckets that a search looks at, at most */

struct xvs_flow_bucket {
	__u64 tags; /* xvs_flow_hash_tag() of the flows, that of the first in the lowest bits */
	__u32 rule[XVS_FLOW_BUCKET_RULES]; /* lines; 0: free */
	__u32 more;
	__u32 reserved[5];
};
_Static_assert(sizeof(struct xvs_flow_bucket) == 64, "a cache line");

/* At most one rule of the same mask, value and priority is in a table; of those that differ in
 * priority only, the greatest comes first in its bucket, and is the only one that is found: the
 * others are not in buckets at all. */
#define XVS_FLOW_RULE_KEYS 6 /* values in the first line; the others in the second */

struct xvs_flow_rule {
	__u16 priority;
	__u16 reserved;
	__u32 counter; /* index in map `flow_counters` */
	__u64 first;   /* instruction: XVS_FLOW_OP_PROGRAM, or the only one, if it is the END or one
			  from   OUTPUT to CONTROLLER */
	__u64 value[XVS_FLOW_RULE_KEYS]; /* masked: of the fixed words, then of the extra ones */
	__u64 rest[8];                   /* there only if there are so many */
};
_Static_assert(sizeof(struct xvs_flow_rule) == 128, "two cache lines");

/*
 * Instructions, one word each, some with words behind them. A program is a list of them that ends
 * with XVS_FLOW_OP_END; `pc` counts words from the beginning of the map.
 *
 *   bits 7..0 op (enum xvs_flow_op), 15..8 a, 31..16 b, 63..32 c
 *
 * They change the key, in which the frame is rewritten when it leaves: so a change made for one
 * output can be taken back for the next (XVS_FLOW_OP_CLONE).
 */
enum xvs_flow_op {
	XVS_FLOW_OP_END = 0, /* of the list: go on behind what led here */
	XVS_FLOW_OP_PROGRAM, /* c: pc, where a rule's list is */
	XVS_FLOW_OP_OUTPUT, /* b: OpenFlow port, XVS_OFPP_LOCAL too; nothing if it is the in_port */
	XVS_FLOW_OP_IN_PORT, /* back where it came from */
	XVS_FLOW_OP_NORMAL,
	XVS_FLOW_OP_FLOOD,      /* all ports but the in_port and those with no-flood, as it is */
	XVS_FLOW_OP_ALL,        /* all ports but the in_port, as it is */
	XVS_FLOW_OP_CONTROLLER, /* counted: there is none */
	XVS_FLOW_OP_SET,        /* a: word; b: enum xvs_flow_if, of what frames; next words: mask,
				   value (within the mask) */
	XVS_FLOW_OP_MOVE,    /* a: word from, b: word to; c: 5..0 lowest bit from, 13..8 lowest bit
				to, 22..16 number of bits (1 to 64), 27..24 and 31..28 enum
				xvs_flow_if, of what frames: both */
	XVS_FLOW_OP_DEC_TTL, /* with 1 or 0 left the whole list that this is part of ends */
	XVS_FLOW_OP_PUSH_VLAN, /* c: TPID; VID and priority are 0 */
	XVS_FLOW_OP_POP_VLAN,  /* nothing if there is no tag */
	XVS_FLOW_OP_TABLE,     /* a: table to look in; b: in_port as seen there,
				  XVS_OFPP_IN_PORT: as it is. Goes on behind it when that is done */
	XVS_FLOW_OP_METER,  /* c: index in map `meters`; an exceeding frame is dropped for good */
	XVS_FLOW_OP_CLONE,  /* c: words of the list behind it, which ends with its END; then all is
			       as before it */
	XVS_FLOW_OP_SELECT, /* by the flow's hash, of the lists that are live. c: n; next n words:
			       XVS_FLOW_CHOICE(); goes on behind the last list: word n + 1: c pc of
			       that, relative to the SELECT */
	XVS_FLOW_OP_UNLESS_UP, /* b: OpenFlow port; if it is down or none, c: words to skip */
	XVS_FLOW_OP_SKIP,      /* c: words to skip */
	XVS_FLOW_OP_COUNT,     /* c: index in map `flow_counters` */
	XVS_FLOW_OPS,
};

/*
 * What a frame must be for a field to be written: a word may hold another field in other frames.
 * Where the flow's match says so already, it is XVS_FLOW_IF_ANY.
 */
enum xvs_flow_if {
	XVS_FLOW_IF_ANY = 0,
	XVS_FLOW_IF_TAGGED,
	XVS_FLOW_IF_IPV4,
	XVS_FLOW_IF_IPV6,
	XVS_FLOW_IF_IP,  /* either */
	XVS_FLOW_IF_ARP, /* or RARP */
	XVS_FLOW_IF_TCP, /* over either */
	XVS_FLOW_IF_UDP,
	XVS_FLOW_IF_PORTS, /* TCP or UDP */
};

#define XVS_FLOW_INSTRUCTION(op, a, b, c)                                                          \
	((__u64)(op) | (__u64)(__u8)(a) << 8 | (__u64)(__u16)(b) << 16 | (__u64)(__u32)(c) << 32)

/*
 * A list that may be selected: its weight, where it is (relative to the SELECT), and the OpenFlow
 * port that must be up for it to be live, XVS_OFPP_NONE: it is anyway. A list that is live as long
 * as one of several ports is up has a word for each; all but the first say `instead`: of the one
 * before, if that is not live.
 */
#define XVS_FLOW_CHOICE(instead, weight, list, port)                                               \
	XVS_FLOW_INSTRUCTION(0, instead, weight, (__u32)(port) << 16 | (__u16)(list))
#define XVS_FLOW_CHOICES_MAX 1024

/* How far a frame may go; beyond it, it is dropped (XVS_DROP_FLOW_LIMIT). */
#define XVS_FLOW_LOOKUPS_MAX 64   /* tables looked in */
#define XVS_FLOW_DEPTH_MAX   32   /* lists that wait for others to end */
#define XVS_FLOW_CLONES_MAX  8    /* of these, clones */
#define XVS_FLOW_STEPS_MAX   4096 /* instructions */

/* Map `flow_counters`: a row of them for each CPU, which counts there alone, and behind these one
 * of what switchd adds. A counter is the sum of its column. */
#define XVS_FLOW_COUNTERS_MIN 64

struct xvs_flow_counter {
	__u64 packets;
	__u64 bytes; /* with header and tags, as it came in */
	__u32 used;  /* xvs_shared.now of the last frame */
	__u32 reserved;
};

/* Map `flow_cache` (flow_cache.h): a row for each CPU, with sets and as much again for what has no
 * room in them; one set while no bridge has flows. */
#define XVS_FLOW_CACHE_SETS     2048
#define XVS_FLOW_CACHE_ROW      (2 * XVS_FLOW_CACHE_SETS)
#define XVS_FLOW_CACHE_SET_SIZE 128

/*
 * Meters: map `meters`. A band lets a frame pass while the virtual time at which all that passed
 * would have gone out at the band's rate is at most `burst` ahead of the clock (the generic cell
 * rate algorithm, ITU-T I.371 annex A); each frame that passes moves it on.
 */
#define XVS_METERS_MAX  4096
#define XVS_METER_BANDS 4

struct xvs_meter_band {
	__u64 time;    /* ns of CLOCK_MONOTONIC; the data path's */
	__u64 cost;    /* ns << 16 for each bit (kbps) or frame (pktps) */
	__u64 burst;   /* ns */
	__u64 packets; /* dropped by it */
	__u64 bytes;
};

struct xvs_meter {
	__u32 bands;   /* 0: lets everything pass */
	__u32 pktps;   /* cost is of frames, not bits */
	__u64 packets; /* that came to it */
	__u64 bytes;
	__u64 reserved[1];
	struct xvs_meter_band band[XVS_METER_BANDS];
};

#endif
