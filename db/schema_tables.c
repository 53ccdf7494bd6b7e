/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All tables and columns. Types, ranges and words are those of Open vSwitch's schema 8.3 (what
 * Debian's Open vSwitch 3.1 has), so that what is valid there is valid here, with one exception:
 * VIDs that are no VLANs, 4095 anywhere and 0 as a tag. A new column or table is added here and in
 * schema.sql; nothing else has to know.
 */
#include "db/schema.h"

#define ONE(type)        .key = (type), .min = 1, .max = 1
#define OPTIONAL(type)   .key = (type), .max = 1
#define SET(type, limit) .key = (type), .max = (limit)
#define MAP(from, to)    .key = (from), .value = (to), .max = DB_UNLIMITED
#define STRING_MAP       MAP(DB_STRING, DB_STRING)
#define VLAN_SET         SET(DB_INTEGER, 4096), RANGE(0, 4094)

#define RANGE(from, to)  .low = (from), .high = (to)
#define AT_LEAST(from)   RANGE(from, INT64_MAX)
#define WORDS(...)                                                                                 \
	.words = (const char *const[])                                                             \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define REFERS(table) .refers = (table)

#define ACTS          .class = DB_ACTS
#define KEPT          .class = DB_KEPT
#define LIVE          .class = DB_LIVE
#define STRUCTURAL    .class = DB_ACTS, .structural = true
#define HELP(text)    .help = (text)

/* clang-format off */
static const struct db_column open_vswitch[] = {
	{"bridges", SET(DB_UUID, DB_UNLIMITED), REFERS("Bridge"), STRUCTURAL,
	 HELP("The bridges of this switch; add-br and del-br change it.")},
	{"cur_cfg", ONE(DB_INTEGER), LIVE,
	 HELP("The next_cfg that the switch has caught up with; commands return after that.")},
	{"datapath_types", SET(DB_STRING, DB_UNLIMITED), LIVE,
	 HELP("What Bridge:datapath_type may say.")},
	{"datapaths", MAP(DB_STRING, DB_UUID), REFERS("Datapath"), KEPT,
	 HELP("Data paths by type, for Open vSwitch's connection tracking zones.")},
	{"db_version", OPTIONAL(DB_STRING), LIVE,
	 HELP("Version of Open vSwitch's schema whose columns are here.")},
	{"dpdk_initialized", ONE(DB_BOOLEAN), LIVE,
	 HELP("Always false: this switch uses no DPDK.")},
	{"dpdk_version", OPTIONAL(DB_STRING), LIVE,
	 HELP("Always empty: this switch uses no DPDK.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs, such as system-id.")},
	{"iface_types", SET(DB_STRING, DB_UNLIMITED), LIVE,
	 HELP("What Interface:type may say.")},
	{"manager_options", SET(DB_UUID, DB_UNLIMITED), REFERS("Manager"), KEPT,
	 HELP("Remote managers of the database.")},
	{"next_cfg", ONE(DB_INTEGER), KEPT,
	 HELP("A number that a client raises when it wants to wait for its change.")},
	{"other_config", STRING_MAP, ACTS,
	 HELP("vlan-limit: how many tags of a frame are looked at, 1 unless told, 0 for as many as there are "
	      "rules for, which is 2.")},
	{"ovs_version", OPTIONAL(DB_STRING), LIVE,
	 HELP("Version of the switch.")},
	{"ssl", OPTIONAL(DB_UUID), REFERS("SSL"), KEPT,
	 HELP("Certificates for connections to managers and controllers.")},
	{"statistics", STRING_MAP, LIVE,
	 HELP("Figures about the host, such as its load.")},
	{"system_type", OPTIONAL(DB_STRING), KEPT,
	 HELP("Name of the host's operating system, for other programs.")},
	{"system_version", OPTIONAL(DB_STRING), KEPT,
	 HELP("Version of the host's operating system, for other programs.")},
};

static const struct db_column bridge[] = {
	{"auto_attach", OPTIONAL(DB_UUID), REFERS("AutoAttach"), KEPT,
	 HELP("Settings of IEEE 802.1Qcj auto attach.")},
	{"controller", SET(DB_UUID, DB_UNLIMITED), REFERS("Controller"), KEPT,
	 HELP("OpenFlow controllers.")},
	{"datapath_id", OPTIONAL(DB_STRING), LIVE,
	 HELP("OpenFlow's identifier of the bridge, 16 hexadecimal digits.")},
	{"datapath_type", ONE(DB_STRING), KEPT,
	 HELP("Kind of data path; there is one, whatever is said here.")},
	{"datapath_version", ONE(DB_STRING), LIVE,
	 HELP("Version of the data path.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"fail_mode", OPTIONAL(DB_STRING), WORDS("secure", "standalone"), KEPT,
	 HELP("What the bridge does while no controller is connected.")},
	{"flood_vlans", VLAN_SET, ACTS,
	 HELP("VLANs in which nothing is learned and everything is flooded.")},
	{"flow_tables", MAP(DB_INTEGER, DB_UUID), RANGE(0, 254), REFERS("Flow_Table"), KEPT,
	 HELP("Settings of OpenFlow tables by their number.")},
	{"ipfix", OPTIONAL(DB_UUID), REFERS("IPFIX"), KEPT,
	 HELP("Export of flow records by IPFIX.")},
	{"mcast_snooping_enable", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether group traffic goes only where IGMP and MLD reports ask for it.")},
	{"mirrors", SET(DB_UUID, DB_UNLIMITED), REFERS("Mirror"), KEPT,
	 HELP("Port mirrors of this bridge.")},
	{"name", ONE(DB_STRING), STRUCTURAL,
	 HELP("Name of the bridge and of its own network device; given by add-br, never changed.")},
	{"netflow", OPTIONAL(DB_UUID), REFERS("NetFlow"), KEPT,
	 HELP("Export of flow records by NetFlow.")},
	{"other_config", STRING_MAP, ACTS,
	 HELP("hwaddr: MAC address of the bridge's own port; mac-aging-time: seconds after which a silent "
	      "address is forgotten, 300 unless told, 0 for never; mac-table-size: how many addresses may be "
	      "learned, 8192 unless told; forward-bpdu: true to forward frames to 01:80:c2:00:00:0X.")},
	{"ports", SET(DB_UUID, DB_UNLIMITED), REFERS("Port"), STRUCTURAL,
	 HELP("The ports of the bridge, its own one included; add-port and del-port change it.")},
	{"protocols", SET(DB_STRING, DB_UNLIMITED),
	 WORDS("OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15"), KEPT,
	 HELP("OpenFlow versions that controllers may speak.")},
	{"rstp_enable", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether the bridge takes part in the rapid spanning tree protocol.")},
	{"rstp_status", STRING_MAP, LIVE,
	 HELP("State of the rapid spanning tree protocol.")},
	{"sflow", OPTIONAL(DB_UUID), REFERS("sFlow"), KEPT,
	 HELP("Export of samples by sFlow.")},
	{"status", STRING_MAP, LIVE,
	 HELP("State of the bridge, such as that of the spanning tree protocol.")},
	{"stp_enable", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether the bridge takes part in the spanning tree protocol.")},
};

static const struct db_column port[] = {
	{"bond_active_slave", OPTIONAL(DB_STRING), LIVE,
	 HELP("MAC address of the bond's member in use.")},
	{"bond_downdelay", ONE(DB_INTEGER), KEPT,
	 HELP("Milliseconds that a member of a bond must be down before it is left out.")},
	{"bond_fake_iface", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether a network device named as the bond is wanted.")},
	{"bond_mode", OPTIONAL(DB_STRING), WORDS("active-backup", "balance-slb", "balance-tcp"), KEPT,
	 HELP("How a bond spreads frames over its members.")},
	{"bond_updelay", ONE(DB_INTEGER), KEPT,
	 HELP("Milliseconds that a member of a bond must be up before it is used.")},
	{"cvlans", VLAN_SET, ACTS,
	 HELP("Customer VLANs that a dot1q-tunnel port takes; empty: all.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"fake_bridge", ONE(DB_BOOLEAN), ACTS,
	 HELP("Whether this port stands for a bridge within a VLAN of its bridge.")},
	{"interfaces", .key = DB_UUID, .min = 1, .max = DB_UNLIMITED, REFERS("Interface"), STRUCTURAL,
	 HELP("The interfaces of the port: one, or the members of a bond.")},
	{"lacp", OPTIONAL(DB_STRING), WORDS("active", "off", "passive"), KEPT,
	 HELP("Whether a bond speaks LACP.")},
	{"mac", OPTIONAL(DB_STRING), KEPT,
	 HELP("MAC address that a bond is asked to use.")},
	{"name", ONE(DB_STRING), STRUCTURAL,
	 HELP("Name of the port; given by add-port, never changed.")},
	{"other_config", STRING_MAP, ACTS,
	 HELP("priority-tags: never, if-nonzero or always, whether frames of VLAN 0 keep a tag for its "
	      "priority; qinq-ethtype: 802.1ad or 802.1q, TPID of the tag that frames from a dot1q-tunnel "
	      "port get.")},
	{"protected", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether frames may not go from it to other protected ports.")},
	{"qos", OPTIONAL(DB_UUID), REFERS("QoS"), KEPT,
	 HELP("Shaping and queues of what leaves by the port.")},
	{"rstp_statistics", MAP(DB_STRING, DB_INTEGER), LIVE,
	 HELP("Counters of the rapid spanning tree protocol.")},
	{"rstp_status", STRING_MAP, LIVE,
	 HELP("State of the rapid spanning tree protocol on the port.")},
	{"statistics", MAP(DB_STRING, DB_INTEGER), LIVE,
	 HELP("Counters of the spanning tree protocol.")},
	{"status", STRING_MAP, LIVE,
	 HELP("State of the spanning tree protocol on the port.")},
	{"tag", OPTIONAL(DB_INTEGER), RANGE(1, 4094), ACTS,
	 HELP("VLAN of an access port, or the native VLAN of a trunk port.")},
	{"trunks", VLAN_SET, ACTS,
	 HELP("VLANs that a trunk port carries, 0 for untagged frames; empty: all.")},
	{"vlan_mode", OPTIONAL(DB_STRING),
	 WORDS("access", "dot1q-tunnel", "native-tagged", "native-untagged", "trunk"), ACTS,
	 HELP("What the port does with tags; when empty, tag and trunks decide.")},
};

static const struct db_column interface[] = {
	{"admin_state", OPTIONAL(DB_STRING), WORDS("down", "up"), LIVE,
	 HELP("Whether the device is switched on.")},
	{"bfd", STRING_MAP, KEPT,
	 HELP("Settings of bidirectional forwarding detection.")},
	{"bfd_status", STRING_MAP, LIVE,
	 HELP("State of bidirectional forwarding detection.")},
	{"cfm_fault", OPTIONAL(DB_BOOLEAN), LIVE,
	 HELP("Whether connectivity fault management sees a fault.")},
	{"cfm_fault_status", SET(DB_STRING, DB_UNLIMITED), LIVE,
	 HELP("What fault that is.")},
	{"cfm_flap_count", OPTIONAL(DB_INTEGER), LIVE,
	 HELP("How often cfm_fault has changed.")},
	{"cfm_health", OPTIONAL(DB_INTEGER), RANGE(0, 100), LIVE,
	 HELP("Percentage of continuity check messages that arrived.")},
	{"cfm_mpid", OPTIONAL(DB_INTEGER), KEPT,
	 HELP("This end's maintenance point identifier; setting it asks for IEEE 802.1ag.")},
	{"cfm_remote_mpids", SET(DB_INTEGER, DB_UNLIMITED), LIVE,
	 HELP("Maintenance points that are heard.")},
	{"cfm_remote_opstate", OPTIONAL(DB_STRING), WORDS("down", "up"), LIVE,
	 HELP("State that the far maintenance point tells.")},
	{"duplex", OPTIONAL(DB_STRING), WORDS("full", "half"), LIVE,
	 HELP("Duplex mode of the device.")},
	{"error", OPTIONAL(DB_STRING), LIVE,
	 HELP("Why the interface does not forward, or what is less than was asked for; empty when all is well.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs, such as iface-id and attached-mac.")},
	{"ifindex", OPTIONAL(DB_INTEGER), RANGE(0, UINT32_MAX), LIVE,
	 HELP("The kernel's number of the device.")},
	{"ingress_policing_burst", ONE(DB_INTEGER), AT_LEAST(0), KEPT,
	 HELP("Burst that policing lets pass, in kilobits.")},
	{"ingress_policing_kpkts_burst", ONE(DB_INTEGER), AT_LEAST(0), KEPT,
	 HELP("Burst that policing lets pass, in thousands of frames.")},
	{"ingress_policing_kpkts_rate", ONE(DB_INTEGER), AT_LEAST(0), KEPT,
	 HELP("Most that is taken from the interface, in thousands of frames a second; 0: any.")},
	{"ingress_policing_rate", ONE(DB_INTEGER), AT_LEAST(0), KEPT,
	 HELP("Most that is taken from the interface, in kilobits a second; 0: any.")},
	{"lacp_current", OPTIONAL(DB_BOOLEAN), LIVE,
	 HELP("Whether LACP's view of the far end is current.")},
	{"link_resets", OPTIONAL(DB_INTEGER), LIVE,
	 HELP("How often the link has gone up or down.")},
	{"link_speed", OPTIONAL(DB_INTEGER), LIVE,
	 HELP("Speed of the link in bits a second.")},
	{"link_state", OPTIONAL(DB_STRING), WORDS("down", "up"), LIVE,
	 HELP("Whether the link is there.")},
	{"lldp", STRING_MAP, KEPT,
	 HELP("Settings of LLDP.")},
	{"mac", OPTIONAL(DB_STRING), KEPT,
	 HELP("MAC address that the device is asked to have.")},
	{"mac_in_use", OPTIONAL(DB_STRING), LIVE,
	 HELP("MAC address that the device has.")},
	{"mtu", OPTIONAL(DB_INTEGER), LIVE,
	 HELP("MTU that the device has.")},
	{"mtu_request", OPTIONAL(DB_INTEGER), AT_LEAST(1), ACTS,
	 HELP("MTU that the device is given; when empty it is left as it is.")},
	{"name", ONE(DB_STRING), STRUCTURAL,
	 HELP("Name of the network device; given by add-port, never changed.")},
	{"ofport", OPTIONAL(DB_INTEGER), LIVE,
	 HELP("OpenFlow's number of the interface, -1 when it can't be used.")},
	{"ofport_request", OPTIONAL(DB_INTEGER), RANGE(1, 65279), ACTS,
	 HELP("The ofport that is wanted; it is given if no other interface of the bridge has it.")},
	{"options", STRING_MAP, ACTS,
	 HELP("rx-hook: auto, xdp or tc, which hook of the kernel takes the device's frames; peer: of an interface "
	      "of type patch, the one at its other end.")},
	{"other_config", STRING_MAP, KEPT,
	 HELP("Settings of the interface.")},
	{"statistics", MAP(DB_STRING, DB_INTEGER), LIVE,
	 HELP("Counters of the interface.")},
	{"status", STRING_MAP, LIVE,
	 HELP("Driver of the device, the hook that takes its frames, whether it takes XDP frames.")},
	{"type", ONE(DB_STRING), WORDS("", "internal", "patch", "system"), ACTS,
	 HELP("Kind of the interface: empty or system for a device that is there, internal for one that the switch "
	      "makes, patch for one end of a link between two bridges.")},
};

static const struct db_column static_mac[] = {
	{"bridge", ONE(DB_UUID), REFERS("Bridge"), STRUCTURAL,
	 HELP("The bridge in whose FDB the entry is.")},
	{"mac", ONE(DB_STRING), STRUCTURAL,
	 HELP("The MAC address.")},
	{"port", ONE(DB_UUID), REFERS("Port"), STRUCTURAL,
	 HELP("The port that frames for the address leave by.")},
	{"vlan", ONE(DB_INTEGER), RANGE(0, 4095), STRUCTURAL,
	 HELP("The VLAN of the entry, 0 for untagged frames.")},
};

#define TABLE(name, name_column, columns) {name, name_column, columns, sizeof(columns) / sizeof(*(columns))}

const struct db_table db_tables[] = {
	TABLE("Bridge", "name", bridge),
	TABLE("Interface", "name", interface),
	TABLE("Open_vSwitch", NULL, open_vswitch),
	TABLE("Port", "name", port),
	TABLE("Static_MAC", NULL, static_mac),
};
/* clang-format on */
const size_t db_n_tables = sizeof(db_tables) / sizeof(*db_tables);
