/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network devices of the namespace that switchd runs in, as netlink tells of them.
 *
 * link_table follows rtnetlink (devices appear, vanish, are renamed, change state, MTU, master) and
 * the generic netlink family `netdev` (what a driver can do with XDP, with notifications). It calls
 * back once per change, after its own picture is up to date. When the kernel drops messages
 * (ENOBUFS) it reads everything anew and reports the differences: no change is missed, some may be
 * merged.
 *
 * Operations that change a device are synchronous: the kernel's answer, extended acknowledgement
 * text included, is in the sentence. The table is up to date with the change when they return.
 */
#ifndef XVS_LINK_H
#define XVS_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"

struct event_base;
struct link_table;

enum link_xdp_feature { /* from the kernel's NETDEV_XDP_ACT_*
			   (Documentation/netlink/specs/netdev.yaml) */
			LINK_XDP_BASIC = 1,
			LINK_XDP_REDIRECT = 2,
			LINK_XDP_NDO_XMIT = 4,
};

struct link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	char kind[16];   /* IFLA_INFO_KIND: "veth", "tun", "bridge"; empty for a physical device */
	char driver[32]; /* of a physical device, from ethtool; empty when there is none to ask */
	char alias[64];  /* IFLA_IFALIAS, cut */
	uint8_t mac[6];
	uint16_t type;  /* ARPHRD_* */
	uint32_t flags; /* IFF_*: IFF_UP administrative state, IFF_LOWER_UP carrier */
	uint32_t mtu;
	uint32_t master;     /* ifindex, 0: none */
	uint32_t peer;       /* IFLA_LINK: a veth's other end, 0: none */
	bool peer_elsewhere; /* the other end is in another network namespace */
	uint32_t rx_queues, tx_queues;
	uint32_t xdp_id;         /* program attached natively, 0: none */
	bool xdp_features_known; /* false on kernels without the netdev family (before 6.3) */
	uint64_t xdp_features;   /* enum link_xdp_feature */
	bool peer_xdp;           /* a veth's other end has an XDP program of its own (probed) */
	uint32_t resets; /* how often the link has gone up or down since it was first seen */
	void *user;      /* the owner's: the port it belongs to */
};

enum link_change {
	LINK_NEW,     /* appeared, or came back under this name */
	LINK_CHANGED, /* anything in struct link */
	LINK_GONE, /* vanished, or left for another namespace; the struct is freed after the call */
};

/* old_name is set when the change is a rename, else NULL. */
typedef void link_change_fn(enum link_change change, struct link *link, const char *old_name,
			    void *arg);

/* Opens the sockets, reads all devices, and watches them on `base`. No callback for the first
 * reading. */
int link_table_open(struct event_base *base, link_change_fn *fn, void *arg,
		    struct link_table **table, struct error *error);
void link_table_close(struct link_table *table);

/* NULL when there is none. */
struct link *link_by_name(struct link_table *table, const char *name);
struct link *link_by_index(struct link_table *table, uint32_t ifindex);

/* The first device for which is() says so, NULL when there is none. */
struct link *link_find(struct link_table *table, bool (*is)(struct link *link, void *arg),
		       void *arg);

/* May a devmap deliver to it? By xdp-features, or where the kernel lacks them by a list of drivers.
 */
bool link_takes_xdp(const struct link *link);

/* Born with native XDP: a physical device whose driver has it. */
bool link_is_xdp_nic(const struct link *link);

/* How many devices are stacked on it (bonds, VLANs, bridges, macvlans). */
int link_upper_count(struct link_table *table, uint32_t ifindex);

int link_set_up(struct link_table *table, uint32_t ifindex, bool up, struct error *error);
int link_set_promisc(struct link_table *table, uint32_t ifindex, bool on, struct error *error);
int link_set_mtu(struct link_table *table, uint32_t ifindex, uint32_t mtu, struct error *error);
int link_set_mac(struct link_table *table, uint32_t ifindex, const uint8_t mac[6],
		 struct error *error);
int link_set_alias(struct link_table *table, uint32_t ifindex, const char *alias,
		   struct error *error);

/* Keeps the kernel from giving it an IPv6 address of its own; before it is brought up. */
int link_set_no_ipv6(struct link_table *table, uint32_t ifindex, struct error *error);

/* Makes a veth pair; mac is that of `name`. On error nothing is left. */
int link_add_veth(struct link_table *table, const char *name, const char *peer,
		  const uint8_t mac[6], struct error *error);
int link_del(struct link_table *table, uint32_t ifindex, struct error *error);

/*
 * Offloads that would hide something from the switch: VLAN tags stripped or filtered by the device,
 * LRO; of a veth, those by which its other end passes tags beside the frame, where XDP does not see
 * them. link_offload_hiding() writes the names of those that are on and can be changed into `names`
 * ("rx-vlan-hw-parse,rx-lro"; empty: none); -EOPNOTSUPP with a sentence when the driver strips tags
 * and can't be told not to. link_offload_set() switches those of these names off, or on again, and
 * insists: what the driver did not do is an error.
 */
int link_offload_hiding(struct link_table *table, uint32_t ifindex, char *names, size_t size,
			struct error *error);
int link_offload_set(struct link_table *table, uint32_t ifindex, const char *names, bool on,
		     struct error *error);

/* Switches receive offload (GRO) of a device; a veth's other end takes XDP frames only with it. */
int link_set_gro(struct link_table *table, uint32_t ifindex, bool on, struct error *error);

/* Are the transmit offloads (checksum, segmentation) of a veth's other end on? False when not
 * known: it is in a namespace that can't be looked at. */
bool link_peer_offloads(struct link_table *table, uint32_t ifindex);

/* What a device counts itself, beside what the data path does: see `struct rtnl_link_stats64`. */
struct link_counters {
	uint64_t rx_errors, tx_errors, collisions;
	uint64_t rx_crc_errors, rx_frame_errors, rx_over_errors, rx_missed_errors;
};

/* False when there are none. All devices are read at once, at the first call after
 * link_counters_expire(). */
bool link_counters_get(struct link_table *table, uint32_t ifindex, struct link_counters *counters);
void link_counters_expire(struct link_table *table);

/* What its driver says of itself; any of them may be empty. */
struct link_driver {
	char name[33], version[33], firmware[33];
};
/* False when it says nothing. */
bool link_driver_read(struct link_table *table, const struct link *link,
		      struct link_driver *driver);

enum link_duplex {
	LINK_UNKNOWN_DUPLEX,
	LINK_HALF_DUPLEX,
	LINK_FULL_DUPLEX,
};
struct link_settings {
	uint64_t speed; /* bits a second, 0: unknown */
	enum link_duplex duplex;
};
/* False when the driver tells nothing. */
bool link_settings_read(struct link_table *table, const struct link *link,
			struct link_settings *settings);

#endif
