/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All tables and columns. Types, ranges and words are those of Open vSwitch's schema 8.3 (what
 * Debian's Open vSwitch 3.1 has), so that what is valid there is valid here, with two exceptions:
 * VIDs that are no VLANs (4095 anywhere, 0 as a tag), and kinds of interfaces that there are not. A
 * new column or table is added here and in schema.sql; nothing else has to know.
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
#define VALUES(from, to) .value_low = (from), .value_high = (to) /* of a map */
#define WORDS(...)                                                                                 \
	.words = (const char *const[])                                                             \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define REFERS(table) .refers = (table)
#define WEAK          .weak = true

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
	 HELP("Settings of the switch.")},
	{"ovs_version", OPTIONAL(DB_STRING), LIVE,
	 HELP("Release of Open vSwitch whose tables and commands these are.")},
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
	 HELP("OpenFlow's identifier of the bridge, 16 hexadecimal digits; other_config:datapath-id asks for one.")},
	{"datapath_type", ONE(DB_STRING), KEPT,
	 HELP("Kind of data path; there is one, whatever is said here.")},
	{"datapath_version", ONE(DB_STRING), LIVE,
	 HELP("Version of the data path.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"fail_mode", OPTIONAL(DB_STRING), WORDS("secure", "standalone"), ACTS,
	 HELP("Whether the bridge has from the start a flow that forwards everything by address and VLAN; secure: it "
	      "has none, and without flows it drops everything.")},
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
	 HELP("Settings of the bridge.")},
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
	 HELP("MAC address of the bond's member in use, which is the first.")},
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
	 HELP("Settings of the port.")},
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
	 HELP("How often the switch has seen the link go up or down.")},
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
	 HELP("OpenFlow's number of the interface, -1 when it is not used.")},
	{"ofport_request", OPTIONAL(DB_INTEGER), RANGE(1, 65279), ACTS,
	 HELP("The ofport that is wanted; it is given if no other interface of the bridge has it.")},
	{"options", STRING_MAP, ACTS,
	 HELP("Settings that depend on the interface's type.")},
	{"other_config", STRING_MAP, KEPT,
	 HELP("Settings of the interface.")},
	{"statistics", MAP(DB_STRING, DB_INTEGER), LIVE,
	 HELP("Traffic as the data path counts it, and the errors that the device counts.")},
	{"status", STRING_MAP, LIVE,
	 HELP("Driver and firmware of the device, the hook that takes its frames, whether it takes XDP frames.")},
	{"type", ONE(DB_STRING), WORDS("", "internal", "patch", "system"), ACTS,
	 HELP("Kind of the interface: empty or system for a device that is there, internal for one that the switch "
	      "makes, patch for one end of a link between two bridges.")},
};

static const struct db_column auto_attach[] = {
	{"mappings", MAP(DB_INTEGER, DB_INTEGER), RANGE(0, 16777215), VALUES(0, 4095), KEPT,
	 HELP("VLANs by the service identifier (I-SID) that each is to be mapped to.")},
	{"system_description", ONE(DB_STRING), KEPT,
	 HELP("Description of the system for LLDP.")},
	{"system_name", ONE(DB_STRING), KEPT,
	 HELP("Name of the system for LLDP.")},
};

static const struct db_column controller[] = {
	{"connection_mode", OPTIONAL(DB_STRING), WORDS("in-band", "out-of-band"), KEPT,
	 HELP("Whether the controller is reached through the bridge itself.")},
	{"controller_burst_limit", OPTIONAL(DB_INTEGER), AT_LEAST(25), KEPT,
	 HELP("Packets to the controller that may pass at once above controller_rate_limit.")},
	{"controller_queue_size", OPTIONAL(DB_INTEGER), RANGE(1, 512), KEPT,
	 HELP("Most packets that wait for the controller.")},
	{"controller_rate_limit", OPTIONAL(DB_INTEGER), AT_LEAST(100), KEPT,
	 HELP("Most packets to the controller in a second; empty: any.")},
	{"enable_async_messages", OPTIONAL(DB_BOOLEAN), KEPT,
	 HELP("Whether the controller is told of events that it has not asked for.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"inactivity_probe", OPTIONAL(DB_INTEGER), KEPT,
	 HELP("Milliseconds of silence after which the connection is probed, 0 for never.")},
	{"is_connected", ONE(DB_BOOLEAN), LIVE,
	 HELP("Whether there is a connection: always false, since this switch speaks no OpenFlow.")},
	{"local_gateway", OPTIONAL(DB_STRING), KEPT,
	 HELP("IP address of the gateway on the way to an in-band controller.")},
	{"local_ip", OPTIONAL(DB_STRING), KEPT,
	 HELP("IP address of the bridge's own port for an in-band controller.")},
	{"local_netmask", OPTIONAL(DB_STRING), KEPT,
	 HELP("Network mask that goes with local_ip.")},
	{"max_backoff", OPTIONAL(DB_INTEGER), AT_LEAST(1000), KEPT,
	 HELP("Most milliseconds between two attempts to connect.")},
	{"other_config", STRING_MAP, KEPT,
	 HELP("Settings of the connection.")},
	{"role", OPTIONAL(DB_STRING), WORDS("master", "other", "slave"), LIVE,
	 HELP("Role that the controller has asked for: always empty, since this switch speaks no OpenFlow to it.")},
	{"status", STRING_MAP, LIVE,
	 HELP("State of the connection, and why there is none.")},
	{"target", ONE(DB_STRING), KEPT,
	 HELP("How the controller is reached, such as tcp:192.0.2.1:6653.")},
	{"type", OPTIONAL(DB_STRING), WORDS("primary", "service"), KEPT,
	 HELP("Whether the controller is in charge of the bridge or serves some other purpose.")},
};

static const struct db_column ct_timeout_policy[] = {
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"timeouts", MAP(DB_STRING, DB_INTEGER), VALUES(0, UINT32_MAX), KEPT,
	 WORDS("icmp_first", "icmp_reply", "tcp_close", "tcp_close_wait", "tcp_established", "tcp_fin_wait",
	       "tcp_last_ack", "tcp_retransmit", "tcp_syn_recv", "tcp_syn_sent", "tcp_syn_sent2", "tcp_time_wait",
	       "tcp_unack", "udp_first", "udp_multiple", "udp_single"),
	 HELP("Seconds after which a silent connection is forgotten, by its state.")},
};

static const struct db_column ct_zone[] = {
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"timeout_policy", OPTIONAL(DB_UUID), REFERS("CT_Timeout_Policy"), KEPT,
	 HELP("Timeouts of the connections in this zone.")},
};

static const struct db_column datapath[] = {
	{"capabilities", STRING_MAP, LIVE,
	 HELP("What the data path can do.")},
	{"ct_zones", MAP(DB_INTEGER, DB_UUID), RANGE(0, 65535), REFERS("CT_Zone"), KEPT,
	 HELP("Settings of connection tracking zones by their number.")},
	{"datapath_version", ONE(DB_STRING), KEPT,
	 HELP("Version of the data path, as the record's maker wrote it.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
};

static const struct db_column flow_sample_collector_set[] = {
	{"bridge", ONE(DB_UUID), REFERS("Bridge"), KEPT,
	 HELP("The bridge whose flows name this set.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"id", ONE(DB_INTEGER), RANGE(0, UINT32_MAX), KEPT,
	 HELP("Number by which flows name this set, unique in the bridge.")},
	{"ipfix", OPTIONAL(DB_UUID), REFERS("IPFIX"), KEPT,
	 HELP("Where sampled packets are exported to.")},
};

static const struct db_column flow_table[] = {
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"flow_limit", OPTIONAL(DB_INTEGER), AT_LEAST(0), KEPT,
	 HELP("Most flows in the table; empty: any number.")},
	{"groups", SET(DB_STRING, DB_UNLIMITED), KEPT,
	 HELP("Fields by which flows are grouped when some must be evicted.")},
	{"name", OPTIONAL(DB_STRING), KEPT,
	 HELP("Name of the table, for OpenFlow and for people.")},
	{"overflow_policy", OPTIONAL(DB_STRING), WORDS("evict", "refuse"), KEPT,
	 HELP("What becomes of a flow that is added to a full table.")},
	{"prefixes", SET(DB_STRING, 3), KEPT,
	 HELP("Fields whose prefixes speed up classification.")},
};

static const struct db_column ipfix[] = {
	{"cache_active_timeout", OPTIONAL(DB_INTEGER), RANGE(0, 4200), KEPT,
	 HELP("Seconds after which the record of a flow that goes on is exported.")},
	{"cache_max_flows", OPTIONAL(DB_INTEGER), RANGE(0, UINT32_MAX), KEPT,
	 HELP("Most flows that wait in the cache at once.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"obs_domain_id", OPTIONAL(DB_INTEGER), RANGE(0, UINT32_MAX), KEPT,
	 HELP("Observation domain that exported records name.")},
	{"obs_point_id", OPTIONAL(DB_INTEGER), RANGE(0, UINT32_MAX), KEPT,
	 HELP("Observation point that exported records name.")},
	{"other_config", STRING_MAP, KEPT,
	 HELP("Settings of the export.")},
	{"sampling", OPTIONAL(DB_INTEGER), RANGE(1, UINT32_MAX), KEPT,
	 HELP("One packet of how many is sampled.")},
	{"targets", SET(DB_STRING, DB_UNLIMITED), KEPT,
	 HELP("Collectors, each as IP address and port with a colon between.")},
};

static const struct db_column manager[] = {
	{"connection_mode", OPTIONAL(DB_STRING), WORDS("in-band", "out-of-band"), KEPT,
	 HELP("Whether the manager is reached through a bridge of this switch.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"inactivity_probe", OPTIONAL(DB_INTEGER), KEPT,
	 HELP("Milliseconds of silence after which the connection is probed, 0 for never.")},
	{"is_connected", ONE(DB_BOOLEAN), LIVE,
	 HELP("Whether there is a connection: always false, since this switch speaks no OVSDB protocol.")},
	{"max_backoff", OPTIONAL(DB_INTEGER), AT_LEAST(1000), KEPT,
	 HELP("Most milliseconds between two attempts to connect.")},
	{"other_config", STRING_MAP, KEPT,
	 HELP("Settings of the connection.")},
	{"status", STRING_MAP, LIVE,
	 HELP("State of the connection, and why there is none.")},
	{"target", ONE(DB_STRING), KEPT,
	 HELP("How the manager is reached, such as ssl:192.0.2.1:6640 or ptcp:6640.")},
};

static const struct db_column mirror[] = {
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"name", ONE(DB_STRING), KEPT,
	 HELP("Name of the mirror.")},
	{"output_port", OPTIONAL(DB_UUID), REFERS("Port"), WEAK, KEPT,
	 HELP("The port that copies leave by.")},
	{"output_vlan", OPTIONAL(DB_INTEGER), RANGE(1, 4094), KEPT,
	 HELP("The VLAN that copies are sent to.")},
	{"select_all", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether frames of all ports are copied.")},
	{"select_dst_port", SET(DB_UUID, DB_UNLIMITED), REFERS("Port"), WEAK, KEPT,
	 HELP("Ports whose outgoing frames are copied.")},
	{"select_src_port", SET(DB_UUID, DB_UNLIMITED), REFERS("Port"), WEAK, KEPT,
	 HELP("Ports whose incoming frames are copied.")},
	{"select_vlan", VLAN_SET, KEPT,
	 HELP("VLANs to which copying is limited; empty: all.")},
	{"snaplen", OPTIONAL(DB_INTEGER), RANGE(14, 65535), KEPT,
	 HELP("Octets to which copies are cut off; empty: whole frames.")},
	{"statistics", MAP(DB_STRING, DB_INTEGER), LIVE,
	 HELP("Counters of the mirror.")},
};

static const struct db_column netflow[] = {
	{"active_timeout", ONE(DB_INTEGER), AT_LEAST(-1), KEPT,
	 HELP("Seconds after which the record of a flow that goes on is exported; 0: 600, -1: never.")},
	{"add_id_to_interface", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether engine_id stands in the upper bits of exported interface numbers.")},
	{"engine_id", OPTIONAL(DB_INTEGER), RANGE(0, 255), KEPT,
	 HELP("Engine identifier in exported records.")},
	{"engine_type", OPTIONAL(DB_INTEGER), RANGE(0, 255), KEPT,
	 HELP("Engine type in exported records.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"targets", .key = DB_STRING, .min = 1, .max = DB_UNLIMITED, KEPT,
	 HELP("Collectors, each as IP address and port with a colon between.")},
};

static const struct db_column qos[] = {
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs, such as a virtual machine's identifier.")},
	{"other_config", STRING_MAP, KEPT,
	 HELP("Settings of the discipline, such as max-rate in bits a second.")},
	{"queues", MAP(DB_INTEGER, DB_UUID), RANGE(0, UINT32_MAX), REFERS("Queue"), KEPT,
	 HELP("Queues by their number.")},
	{"type", ONE(DB_STRING), KEPT,
	 HELP("Queueing discipline of the port, such as linux-htb.")},
};

static const struct db_column queue[] = {
	{"dscp", OPTIONAL(DB_INTEGER), RANGE(0, 63), KEPT,
	 HELP("Differentiated services code point that the queue's packets are given.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs, such as a virtual machine's identifier.")},
	{"other_config", STRING_MAP, KEPT,
	 HELP("Settings of the queue, such as min-rate and max-rate in bits a second.")},
};

static const struct db_column sflow[] = {
	{"agent", OPTIONAL(DB_STRING), KEPT,
	 HELP("Network device or IP address whose address names this switch as sFlow agent.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"header", OPTIONAL(DB_INTEGER), KEPT,
	 HELP("Octets of each sampled packet that are exported.")},
	{"polling", OPTIONAL(DB_INTEGER), KEPT,
	 HELP("Seconds between two exports of the counters.")},
	{"sampling", OPTIONAL(DB_INTEGER), KEPT,
	 HELP("One packet of how many is sampled.")},
	{"targets", .key = DB_STRING, .min = 1, .max = DB_UNLIMITED, KEPT,
	 HELP("Collectors, each as IP address and port with a colon between.")},
};

static const struct db_column ssl[] = {
	{"bootstrap_ca_cert", ONE(DB_BOOLEAN), KEPT,
	 HELP("Whether a missing ca_cert is taken from the first peer.")},
	{"ca_cert", ONE(DB_STRING), KEPT,
	 HELP("File with the certificate of the authority that peers are checked against.")},
	{"certificate", ONE(DB_STRING), KEPT,
	 HELP("File with the certificate of this switch.")},
	{"external_ids", STRING_MAP, KEPT,
	 HELP("Keys and values of other programs.")},
	{"private_key", ONE(DB_STRING), KEPT,
	 HELP("File with the private key of this switch.")},
};

static const struct db_column static_mac[] = {
	{"bridge", ONE(DB_UUID), REFERS("Bridge"), STRUCTURAL,
	 HELP("The bridge in whose FDB the entry is.")},
	{"mac", ONE(DB_STRING), STRUCTURAL,
	 HELP("The MAC address.")},
	{"port", ONE(DB_UUID), REFERS("Port"), STRUCTURAL,
	 HELP("The port that frames for the address leave by.")},
	{"vlan", ONE(DB_INTEGER), RANGE(0, 4094), STRUCTURAL,
	 HELP("The VLAN of the entry, 0 for untagged frames.")},
};

#define COLUMNS(array)  .columns = (array), .n_columns = sizeof(array) / sizeof(*(array))
#define ROOT            .root = true
#define NAME(column)    .name_column = (column)
#define NAMED_BY(t, c)  .referrer = (t), .referring_column = (c)

const struct db_table db_tables[] = {
	{"AutoAttach", COLUMNS(auto_attach), NAMED_BY("Bridge", "auto_attach"),
	 HELP("Mappings of VLANs to services, IEEE 802.1Qcj.")},
	{"Bridge", COLUMNS(bridge), NAME("name"),
	 HELP("The bridges.")},
	{"CT_Timeout_Policy", COLUMNS(ct_timeout_policy),
	 HELP("Timeouts of connection tracking.")},
	{"CT_Zone", COLUMNS(ct_zone),
	 HELP("Zones of connection tracking.")},
	{"Controller", COLUMNS(controller), NAMED_BY("Bridge", "controller"),
	 HELP("OpenFlow controllers.")},
	{"Datapath", COLUMNS(datapath),
	 HELP("Data paths, for their connection tracking zones.")},
	{"Flow_Sample_Collector_Set", COLUMNS(flow_sample_collector_set), NAME("id"), ROOT,
	 HELP("Where the packets go that OpenFlow's sample action takes.")},
	{"Flow_Table", COLUMNS(flow_table), NAME("name"),
	 HELP("Settings of OpenFlow tables.")},
	{"IPFIX", COLUMNS(ipfix), NAMED_BY("Bridge", "ipfix"),
	 HELP("Exports of flow records by IPFIX, RFC 7011.")},
	{"Interface", COLUMNS(interface), NAME("name"),
	 HELP("The network devices of ports.")},
	{"Manager", COLUMNS(manager), NAME("target"),
	 HELP("Remote managers of the database.")},
	{"Mirror", COLUMNS(mirror), NAME("name"),
	 HELP("Port mirrors: which frames are copied, and where to.")},
	{"NetFlow", COLUMNS(netflow), NAMED_BY("Bridge", "netflow"),
	 HELP("Exports of flow records by NetFlow version 5.")},
	{"Open_vSwitch", COLUMNS(open_vswitch), ROOT,
	 HELP("The switch as a whole; there is one record, named \".\".")},
	{"Port", COLUMNS(port), NAME("name"),
	 HELP("The ports of bridges, with their VLANs.")},
	{"QoS", COLUMNS(qos), NAMED_BY("Port", "qos"), ROOT,
	 HELP("Shaping and queues of what leaves by a port.")},
	{"Queue", COLUMNS(queue), ROOT,
	 HELP("Queues of a QoS record.")},
	{"SSL", COLUMNS(ssl),
	 HELP("Certificates for connections to managers and controllers.")},
	{"Static_MAC", COLUMNS(static_mac), ROOT,
	 HELP("Entries of the FDB that do not age: fdb/add and fdb/del change them.")},
	{"sFlow", COLUMNS(sflow), NAMED_BY("Bridge", "sflow"),
	 HELP("Exports of samples by sFlow.")},
};
/* clang-format on */
const size_t db_n_tables = sizeof(db_tables) / sizeof(*db_tables);
