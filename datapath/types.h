/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the data path and switchd agree on: keys and values of the shared maps, events, drop
 * reasons.
 *
 * This is the only header that both sides include. Everything in it is in host byte order unless a
 * comment says otherwise. A change of any layout here needs a new XVS_LAYOUT: switchd compares it
 * with the pinned data path of its instance and replaces that instead of adopting it when they
 * differ.
 */
#ifndef XVS_TYPES_H
#define XVS_TYPES_H

#include <linux/types.h>

#define XVS_LAYOUT 4

/*
 * Ports. A port has a number that is dense in its instance, given by switchd and kept in its
 * database: FDB entries and counters outlive the device, which comes and goes with ever new
 * ifindexes.
 */
#define XVS_PORTS_MAX   4096 /* 12 bits of a forwarding instruction; number 0 means no port */

#define XVS_BRIDGES_MAX 4096 /* 12 bits of a forwarding instruction; number 0 means none */

enum xvs_port_flags {
	XVS_PORT_UP = 1 << 0,      /* frames may be delivered to it and are taken from it */
	XVS_PORT_TX_XDP = 1 << 1,  /* its device takes XDP frames from a devmap */
	XVS_PORT_TX_PEER = 1 << 2, /* deliver socket buffers with bpf_redirect_peer */
	XVS_PORT_TX_INGRESS =
		1 << 3, /* tx_ifindex is the host's own end: deliver into its ingress */
	XVS_PORT_FORWARD_BPDU = 1 << 4, /* other-config:forward-bpdu of its bridge */
	XVS_PORT_ACCESS = 1 << 5,       /* takes no frame that carries a VID */
	XVS_PORT_TUNNEL = 1 << 6,   /* dot1q-tunnel: a frame's own tag is the customer's business */
	XVS_PORT_VLAN_SET = 1 << 7, /* takes only frames whose own VID is in its set */
	XVS_PORT_CVLANS =
		1 << 8, /* gets only frames whose VID behind that of the VLAN is in its set */
	XVS_PORT_INNER = 1 << 9, /* vlan-limit: of its frames, the tag behind that of the VLAN is
				   looked at, too */
	XVS_PORT_FLOOD_VLANS = 1 << 10, /* some VLAN of its bridge has XVS_VLAN_FLOOD */
	XVS_PORT_PAUSED = 1 << 11,  /* no frames are taken from it while that is being changed */
	XVS_PORT_FLOWS = 1 << 12,   /* its bridge's flows say what becomes of its frames */
	XVS_PORT_NO_RECV = 1 << 13, /* OpenFlow's OFPPC_NO_RECV: drops what comes in by it */
	XVS_PORT_NO_FWD = 1 << 14,  /* OFPPC_NO_FWD: drops what should leave by it */
};

/*
 * What is made of a frame that comes in by a port. It is written and read as one word: rules of
 * before and after a change don't mix.
 */
struct xvs_rules {
	__u16 bridge;
	__u16 flags;     /* enum xvs_port_flags */
	__u16 pvid;      /* VLAN of frames that say none (IEEE 802.1Q: PVID); 0: untagged */
	__u16 push_tpid; /* of the tag that such frames get where they leave tagged */
} __attribute__((aligned(8)));

/* One port as the data path sees it; map `ports`, indexed by port number. */
struct xvs_port {
	__u32 ifindex; /* whose ingress is switched, and where a devmap delivers; 0: empty slot */
	__u32 tx_ifindex; /* where TC delivers */
	__u32 mtu;        /* octets, without the Ethernet header and tags, as `ip link` shows it */
	__u32 unused;
	union {
		struct xvs_rules rules;
		struct {
			__u16 bridge;
			__u16 flags;
			__u16 pvid;
			__u16 push_tpid;
		};
	};
	__u16 ofport; /* OpenFlow's number of it: what flows know it by */
	__u8 reserved[38];
};
_Static_assert(sizeof(struct xvs_port) == 64, "a port is one cache line");

/*
 * VLANs (IEEE 802.1Q-2018 9.6). VLAN 0 is that of frames without a VID on ports that give them
 * none; 4095 is reserved and no VLAN.
 */
#define XVS_VLANS        4096
#define XVS_VID_MASK     0x0fff
#define XVS_VID_RESERVED 4095

/* VIDs that a port with XVS_PORT_VLAN_SET takes: map `vlan_sets`, indexed by port number. */
struct xvs_vlan_set {
	__u64 word[XVS_VLANS / 64]; /* bit VID % 64 of word VID / 64 */
};

/* How frames of a VLAN leave by a port. Flood groups are ordered by it, the greatest first:
 * wherever one member gets a frame with a tag, so do those before it. */
enum xvs_egress {
	XVS_EGRESS_UNTAGGED = 0,
	XVS_EGRESS_TAGGED = 1,
	XVS_EGRESS_PRIORITY = 2, /* VLAN 0: a priority tag stays if it says a priority */
	XVS_EGRESS_PRIORITY_ALWAYS = 3,
	XVS_EGRESS_AS_IS = 4, /* as flows made it; of groups alone */
};

/*
 * From ingress ifindex to port number: map `ifindexes`, open addressing with linear probing from
 * slot ifindex % XVS_IFINDEX_SLOTS, at most XVS_IFINDEX_PROBES slots. Interface indexes are handed
 * out in sequence, so that the first probe nearly always hits. An emptied slot keeps no tombstone:
 * a reader looks at all its probes before it gives up.
 */
#define XVS_IFINDEX_SLOTS  16384
#define XVS_IFINDEX_PROBES 8

struct xvs_ifindex {
	__u32 ifindex; /* 0: empty */
	__u32 port;
};

/*
 * The FDB (IEEE 802.1Q-2018 8.8): map `fdb`, a table of buckets of one cache line each,
 * memory-mapped by switchd, which is its only writer. A key has two candidate buckets.
 *
 * Writer's order: value before key when it fills a slot; key to 0 first when it reuses one; a copy
 * in the other bucket before the original goes when it displaces. Reader's: key, value, key again.
 */
#define XVS_FDB_SLOTS       4
#define XVS_FDB_BUCKETS_MIN 1024
#define XVS_FDB_BUCKETS_MAX (1u << 19)

struct xvs_fdb_slot {
	__u64 key;     /* xvs_fdb_key(), 0: empty */
	__u32 forward; /* forwarding instruction, XVS_FORWARD_* */
	__u32 used;    /* xvs_shared.now when a frame last came from this address */
};

struct xvs_fdb_bucket {
	struct xvs_fdb_slot slot[XVS_FDB_SLOTS];
};
_Static_assert(sizeof(struct xvs_fdb_bucket) == 64, "a bucket is one cache line");

/*
 * Forwarding instruction: all that the unicast path needs to know. The bridge belongs to what the
 * entry is found by; there is no room for it in the key.
 */
#define XVS_FORWARD_PORT         0x00000fffu
#define XVS_FORWARD_BRIDGE       0x00fff000u
#define XVS_FORWARD_BRIDGE_SHIFT 12
#define XVS_FORWARD_EGRESS       0x03000000u /* enum xvs_egress */
#define XVS_FORWARD_EGRESS_SHIFT 24
#define XVS_FORWARD_STATIC       0x80000000u /* configured: never moves, never ages */

static inline __u32 xvs_forward(__u32 bridge, __u32 port, __u32 egress)
{
	return port | bridge << XVS_FORWARD_BRIDGE_SHIFT | egress << XVS_FORWARD_EGRESS_SHIFT;
}

static inline __u32 xvs_forward_bridge(__u32 forward)
{
	return (forward & XVS_FORWARD_BRIDGE) >> XVS_FORWARD_BRIDGE_SHIFT;
}

static inline __u32 xvs_forward_egress(__u32 forward)
{
	return (forward & XVS_FORWARD_EGRESS) >> XVS_FORWARD_EGRESS_SHIFT;
}

/* mac: the six octets as they stand in the frame, octet 0 in the lowest bits. */
static inline __u64 xvs_fdb_key(__u64 mac, __u32 vid)
{
	return mac | (__u64)vid << 48 | 1ULL << 63;
}

static inline __u64 xvs_fdb_key_mac(__u64 key)
{
	return key & 0xffffffffffffULL;
}

static inline __u32 xvs_fdb_key_vid(__u64 key)
{
	return key >> 48 & XVS_VID_MASK;
}

/*
 * Two rounds: with one, stations that are numbered, in VLANs that are numbered, fall into the same
 * few pairs of buckets.
 */
static inline __u64 xvs_hash64(__u64 key)
{
	key *= 0x9e3779b97f4a7c15ULL; /* 2^64 / golden ratio, Knuth 6.4 */
	key ^= key >> 32;
	key *= 0x9e3779b97f4a7c15ULL;
	return key ^ key >> 32;
}

/* Hash of an FDB entry. The factor (2^64 / plastic number) is another one than the hash's own. */
static inline __u64 xvs_fdb_hash(__u64 key, __u32 bridge)
{
	return xvs_hash64(key ^ bridge * 0xc13fa9a902a6328fULL);
}

/* Candidate bucket `which` (0 or 1) of a hash; mask is the number of buckets, a power of two, less
 * one. */
static inline __u32 xvs_fdb_bucket_of(__u64 hash, int which, __u32 mask)
{
	return (which ? hash >> 40 : hash >> 8) & mask;
}

/*
 * From bridge and VLAN to flood group, where frames with unknown or group destinations go: map
 * `bridges`, indexed by bridge number, and for bridges whose VLANs differ in more than being
 * untagged or not, map `vlan_tables`. VLANs with the same members share a group.
 */
/* What may be flooded: each VLAN, and for flows, whatever the VLAN, to all ports, or to those that
 * mod-port does not exclude. */
#define XVS_FLOOD_ALL  XVS_VLANS
#define XVS_FLOOD_SOME (XVS_VLANS + 1)
#define XVS_FLOODS     (XVS_VLANS + 2)

#define XVS_VLAN_GROUP 0x7fff /* 0: nobody */
#define XVS_VLAN_FLOOD 0x8000 /* flood_vlans: nothing is learned or looked up */

struct xvs_bridge {
	__u16 untagged; /* of VLAN 0: a group, with XVS_VLAN_FLOOD or without */
	__u16 tagged;   /* of all others */
	__u16 table;    /* not 0: both are in its table, and any other VLAN's */
	__u16 reserved;
	__u16 all;  /* XVS_FLOOD_ALL */
	__u16 some; /* XVS_FLOOD_SOME */
	__u32 reserved2;
};

struct xvs_vlan_table {
	__u16 entry[XVS_VLANS];
};

/*
 * Flood groups: map `groups`, and in map `members` the ports that are up and carry the VLAN, the
 * sender included: it is left out when the frame is sent. Those that may keep a tag come first.
 * The list begins with a line of its own and does not change while the group is in use.
 */
#define XVS_GROUPS_MAX   32768
#define XVS_MEMBER_LINES 65536
#define XVS_LINE_MEMBERS 16

struct xvs_group {
	__u32 line;     /* where its members begin */
	__u32 members;  /* how many; 0: not in use */
	__u32 xdp_size; /* longest frame, with header and tags, that XDP may flood to it; 0: none */
	__u32 reserved;
};

struct xvs_member_line {
	__u32 member[XVS_LINE_MEMBERS]; /* XVS_MEMBER_* */
};

#define XVS_MEMBER_PORT         0x0fff
#define XVS_MEMBER_EGRESS_SHIFT 12 /* enum xvs_egress */

/* Memory shared with switchd: map `shared`, one element. */
struct xvs_shared {
	__u32 now;     /* seconds that a switchd was there to count; stands still without one */
	__u32 layout;  /* XVS_LAYOUT of whoever made the maps */
	__u32 flushes; /* how often entries were removed that may have to be learned again at once
			*/
	__u32 reserved;
	__u64 events_lost; /* events that found the ring buffer full */
};

/*
 * What switchd knows of counters, and no frame has to: map `tallies`, one element. It is written by
 * switchd alone; it is here because it has to last as long as the counters do.
 */
struct xvs_tally {
	__u64 packets, bytes;
};

struct xvs_tallies {
	__u64 since[XVS_PORTS_MAX]; /* a port counts: ns of CLOCK_BOOTTIME */

	/* For flows of bridges that use none. */
	struct xvs_tally received[XVS_PORTS_MAX]; /* by a port, as far as a flow was given it */
	struct xvs_tally given[XVS_BRIDGES_MAX];  /* to the only flow of a bridge */
};

/*
 * Events to switchd: ring buffer `events`. A source address that switchd should learn, or that came
 * from another port than its entry says. Not repeated for the same address and port while `now`
 * stands still.
 */
enum xvs_event_kind {
	XVS_EVENT_NEW = 1,
	XVS_EVENT_MOVED = 2,
};

struct xvs_event {
	__u64 key; /* xvs_fdb_key() */
	__u16 port;
	__u16 kind; /* enum xvs_event_kind */
	__u32 reserved;
};
_Static_assert(sizeof(struct xvs_event) == 16, "no padding");

#define XVS_EVENTS_BYTES (4u << 20)

/* Guard against repeated events: map `reported`, direct-mapped by the key's hash. */
#define XVS_REPORTED_SLOTS 65536

struct xvs_reported {
	__u64 key;
	__u32 stamp; /* now + flushes, both of which only ever grow */
	__u32 port;
};

/* Counters of a port: per-CPU map `counters`, indexed by port number. Octets with header, without
 * FCS. */
struct xvs_counters {
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_packets;
	__u64 tx_bytes;
};

/*
 * Why a frame was not forwarded: per-CPU map `drops`, indexed by port number * XVS_DROPS_MAX +
 * reason. The port is where the frame came in, or for reasons found at output, where it would have
 * gone out. Numbers are stable and never used again. XVS_DROP_REASONS(X) calls X(number, SYMBOL,
 * name, sentence).
 */
#define XVS_DROPS_MAX 32

#define XVS_DROP_REASONS(X)                                                                        \
	X(1, RUNT, "runt", "shorter than its Ethernet header and tag")                             \
	X(2, SOURCE, "invalid-source", "its source address is zero or a group address")            \
	X(3, LINK_LOCAL, "link-local",                                                             \
	  "sent to a reserved link-local address (IEEE 802.1Q table 8-1)")                         \
	X(4, HAIRPIN, "same-port", "its destination is on the port it came from")                  \
	X(5, NO_MEMBER, "no-member", "flooded, but no other port is up")                           \
	X(6, IN_DOWN, "ingress-down", "the port it came from is not forwarding")                   \
	X(7, OUT_DOWN, "egress-down", "the port it should leave by is down or gone")               \
	X(8, MTU, "mtu-exceeded", "longer than the MTU of the port it should leave by")            \
	X(9, REDIRECT, "tx-failed", "the kernel refused to send it")                               \
	X(10, VLAN_TAGGED, "vlan-tagged", "it has a VLAN tag, and came in by an access port")      \
	X(11, VLAN_NOT_CARRIED, "vlan-not-carried",                                                \
	  "the port it came from does not carry its VLAN")                                         \
	X(12, VLAN_RESERVED, "vlan-reserved", "its VLAN is 4095, which is reserved")               \
	X(13, VLAN_STACKED, "vlan-stacked", "its tag says no VLAN, and another tag follows")       \
	X(14, VLAN_EXCLUDED, "vlan-excluded",                                                      \
	  "the port it should leave by does not take the tag behind that of the VLAN")             \
	X(15, FLOW_MISS, "flow-miss", "no flow matches it")                                        \
	X(16, FLOW_DROP, "flow-drop", "a flow drops it, or sends it nowhere")                      \
	X(17, FLOW_LIMIT, "flow-limit",                                                            \
	  "its flows look in too many tables, or put out or tag too much")                         \
	X(18, FLOW_TTL, "ttl-expired", "a flow decreases its TTL, which is at its end")            \
	X(19, METER, "meter", "a meter of its flow is exceeded")                                   \
	X(20, CONTROLLER, "controller", "a flow sends it to the controller, and there is none")    \
	X(21, HEADERS, "ipv6-headers", "it has too many IPv6 extension headers for flows to see")  \
	X(22, NO_RECV, "no-receive", "mod-port says that the port it came from receives nothing")  \
	X(23, NO_FWD, "no-forward",                                                                \
	  "mod-port says that the port it should leave by sends nothing")                          \
	X(24, NO_MEMORY, "no-memory", "there was no memory to read or rewrite its headers")

enum xvs_drop {
	XVS_DROP_NONE = 0,
#define XVS_DROP_ENUM(number, symbol, name, sentence) XVS_DROP_##symbol = number,
	XVS_DROP_REASONS(XVS_DROP_ENUM)
#undef XVS_DROP_ENUM
};

#include "datapath/flow_types.h"

/* Slots of the program arrays `xdp_slots` and `tc_slots`. */
enum xvs_slot {
	XVS_SLOT_PIPELINE = 0,
	XVS_SLOT_FLOWS = 1, /* of TC: bridges whose flows say what becomes of their frames */
	XVS_SLOTS_MAX = 8,
};

#endif
