/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ports: from device to port number, and what the data path must know of a port.
 */
#ifndef XVS_PORT_H
#define XVS_PORT_H

#include <linux/if_ether.h>
#include "datapath/compiler.h"
#include "datapath/frame.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XVS_PORTS_MAX);
	__type(key, __u32);
	__type(value, struct xvs_port);
} ports SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XVS_IFINDEX_SLOTS);
	__type(key, __u32);
	__type(value, struct xvs_ifindex);
} ifindexes SEC(".maps") __weak;

/* The number of the port that a device is; 0: it is none. */
static __always_inline __u32 port_of(__u32 ifindex)
{
	for (__u32 probe = 0; probe < XVS_IFINDEX_PROBES; probe++) {
		__u32 slot = (ifindex + probe) % XVS_IFINDEX_SLOTS;
		const struct xvs_ifindex *entry = bpf_map_lookup_elem(&ifindexes, &slot);

		if (entry && READ_ONCE(entry->ifindex) == ifindex)
			return entry->port;
	}
	return 0;
}

/* NULL only for a number outside the map; the port of an empty slot is not up. */
static __always_inline const struct xvs_port *port_get(__u32 number)
{
	return bpf_map_lookup_elem(&ports, &number);
}

static __always_inline struct xvs_rules port_rules(const struct xvs_port *port)
{
	union {
		__u64 word;
		struct xvs_rules rules;
	} read = {.word = READ_ONCE(*(const __u64 *)&port->rules)};

	return read.rules;
}

/*
 * Why a frame of this length may not leave by a port, or XVS_DROP_NONE. A tag may come on top of
 * the MTU, as in the kernel's own is_skb_forwardable().
 */
static __always_inline enum xvs_drop port_refuses(const struct xvs_port *port, __u32 len)
{
	if ((port->flags & (XVS_PORT_UP | XVS_PORT_NO_FWD)) != XVS_PORT_UP)
		return port->flags & XVS_PORT_UP ? XVS_DROP_NO_FWD : XVS_DROP_OUT_DOWN;
	if (len > port->mtu + ETH_HLEN + TAG_LEN)
		return XVS_DROP_MTU;
	return XVS_DROP_NONE;
}

#endif
