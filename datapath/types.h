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

#define XVS_LAYOUT 1

/*
 * Ports. A port has a number that is dense in its instance, given by switchd and kept in its
 * database: FDB entries and counters outlive the device, which comes and goes with ever new
 * ifindexes.
 */
#define XVS_PORTS_MAX 4096 /* 12 bits of a forwarding instruction; number 0 means no port */

enum xvs_port_flags {
	XVS_PORT_UP = 1 << 0,      /* frames may be delivered to it and are taken from it */
	XVS_PORT_TX_XDP = 1 << 1,  /* its device takes XDP frames from a devmap */
	XVS_PORT_TX_PEER = 1 << 2, /* deliver socket buffers with bpf_redirect_peer */
	XVS_PORT_TX_INGRESS =
		1 << 3, /* tx_ifindex is the host's own end: deliver into its ingress */
	XVS_PORT_FORWARD_BPDU = 1 << 4, /* other-config:forward-bpdu of its bridge */
};

/* One port as the data path sees it; map `ports`, indexed by port number. */
struct xvs_port {
	__u32 ifindex; /* whose ingress is switched, and where a devmap delivers; 0: empty slot */
	__u32 tx_ifindex; /* where TC delivers */
	__u32 mtu;        /* octets, without the Ethernet header and tags, as `ip link` shows it */
	__u16 fid;        /* filtering id of its untagged frames */
	__u16 flags;      /* enum xvs_port_flags */
	__u8 reserved[48];
};
_Static_assert(sizeof(struct xvs_port) == 64, "a port is one cache line");

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
#define XVS_FIDS_MAX        32768 /* 15 bits of a key; filtering id 0 means none */

struct xvs_fdb_slot {
	__u64 key;     /* xvs_fdb_key(), 0: empty */
	__u32 forward; /* forwarding instruction, XVS_FORWARD_* */
	__u32 used;    /* xvs_shared.now when a frame last came from this address */
};

struct xvs_fdb_bucket {
	struct xvs_fdb_slot slot[XVS_FDB_SLOTS];
};
_Static_assert(sizeof(struct xvs_fdb_bucket) == 64, "a bucket is one cache line");

/* Forwarding instruction: all that the unicast path needs to know. */
#define XVS_FORWARD_PORT   0x00000fffu
#define XVS_FORWARD_STATIC 0x80000000u /* configured: never moves, never ages */

/* mac: the six octets as they stand in the frame, octet 0 in the lowest bits. */
static inline __u64 xvs_fdb_key(__u64 mac, __u32 fid)
{
	return mac | (__u64)fid << 48 | 1ULL << 63;
}

static inline __u64 xvs_fdb_key_mac(__u64 key)
{
	return key & 0xffffffffffffULL;
}

static inline __u32 xvs_fdb_key_fid(__u64 key)
{
	return key >> 48 & (XVS_FIDS_MAX - 1);
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

/* Candidate bucket `which` (0 or 1) of a hash; mask is the number of buckets, a power of two, less
 * one. */
static inline __u32 xvs_fdb_bucket_of(__u64 hash, int which, __u32 mask)
{
	return (which ? hash >> 40 : hash >> 8) & mask;
}

/*
 * Filtering ids: map `fids`. An id stands for one bridge and VLAN in use (IEEE 802.1Q calls it
 * FID); its flood group is where frames with unknown or group destinations go. Ids with the same
 * members may share a group.
 */
struct xvs_fid {
	__u32 group; /* 0: nobody */
};

/*
 * Flood groups: maps `groups` (this), `group_members` (inner array of port numbers, for TC) and
 * `group_devmaps` (inner devmap, for XDP). Members are the ports that are up, the sender included:
 * it is left out when the frame is sent.
 */
#define XVS_GROUPS_MAX 32768

struct xvs_group {
	__u32 members;  /* how many */
	__u32 xdp_size; /* longest frame, with header and tags, that every member takes as XDP
			   frame; 0: none */
};

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
	X(1, RUNT, "runt", "shorter than an Ethernet header")                                      \
	X(2, SOURCE, "invalid-source", "its source address is zero or a group address")            \
	X(3, LINK_LOCAL, "link-local",                                                             \
	  "sent to a reserved link-local address (IEEE 802.1Q table 8-1)")                         \
	X(4, HAIRPIN, "same-port", "its destination is on the port it came from")                  \
	X(5, NO_MEMBER, "no-member", "flooded, but no other port is up")                           \
	X(6, IN_DOWN, "ingress-down", "the port it came from is not forwarding")                   \
	X(7, OUT_DOWN, "egress-down", "the port it should leave by is down or gone")               \
	X(8, MTU, "mtu-exceeded", "longer than the MTU of the port it should leave by")            \
	X(9, REDIRECT, "tx-failed", "the kernel refused to send it")

enum xvs_drop {
	XVS_DROP_NONE = 0,
#define XVS_DROP_ENUM(number, symbol, name, sentence) XVS_DROP_##symbol = number,
	XVS_DROP_REASONS(XVS_DROP_ENUM)
#undef XVS_DROP_ENUM
};

/* Slots of the program arrays `xdp_slots` and `tc_slots`. */
enum xvs_slot {
	XVS_SLOT_PIPELINE = 0,
	XVS_SLOTS_MAX = 8,
};

#endif
