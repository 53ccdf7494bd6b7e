/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What frames.c and frames.bpf.c agree on: which frames an end sends, and what it counts.
 */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <linux/types.h>
#include <linux/ip.h>

#define FRAMES_CONNECTIONS_MAX 16384

/* A frame's beginning. A frame is sent again and again, as the last switch left it: tags come and
 * go within these octets, and so each time they are written anew. */
union frames_head {
	__u64 word[2];
	struct {
		__u8 dst[6], src[6];
		__be16 type, tci; /* the tag, if there is one */
	};
};

/* The rest of the headers, of UDP and of TCP at once, for whoever reads them by the protocol: what
 * is length and (no) checksum to UDP is a sequence number to TCP, and the rest of TCP's is data to
 * UDP. */
struct frames_headers {
	struct iphdr ip;
	__be16 sport, dport;
	__be16 udp_length, udp_check;
	__be32 tcp_acknowledged;
	__be16 tcp_offset_flags, tcp_window;
	__sum16 tcp_check;
	__be16 tcp_urgent;
};

/* What frames of one connection have there, and those of others have not. */
struct frames_connection {
	__be32 saddr, daddr;
	__be16 sport, dport;
	__sum16 ip_check, tcp_check;
	__u8 protocol;
};

/* What an end sends. A frame's turn goes from 0 to turns - 1 and from the start again. */
struct frames_plan {
	union frames_head head;
	__u64 dice;      /* 0: stations are in turn, too, not at random */
	__u32 vid, vids; /* of the first turn; how many: 0 is untagged, 1 always the same */
	__u32 sources, destinations; /* how many addresses; 0: that of the device */
	__u32 connections;           /* how many; 0: always the same */
	__u32 turn, turns;
};

struct frames_received {
	__u64 all, tagged;
};

#endif
