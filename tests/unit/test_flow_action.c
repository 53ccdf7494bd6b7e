/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions, as they are read and printed. What Open vSwitch 3.1 says of them stands here but where
 * it has what the switch has not; tests/system/test_flow_actions.py asks it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_action.h"
#include "switchd/flow_match.h"
#include "switchd/flow_program.h"

struct row {
	const char *match; /* "": everything */
	const char *actions;
	const char *answer; /* what is printed, NULL: the same; or the sentence */
};

/* clang-format off */
static const struct row good[] = {
	{"", "drop", NULL},
	{"", "", "drop"},
	{"", "1", "output:1"},
	{"", "output:1", NULL},
	{"", "output:p1", "output:1"},
	{"", "p1", "output:1"},
	{"", "output=1", "output:1"},
	{"", "output(1)", "output:1"},
	{"", "normal", "NORMAL"},
	{"", "NORMAL,FLOOD,all,in_port,local,LOCAL", "NORMAL,FLOOD,ALL,IN_PORT,LOCAL,LOCAL"},
	{"", "output:NORMAL,output:LOCAL,output:in_port,output:65534", "NORMAL,LOCAL,IN_PORT,LOCAL"},
	{"", "65533", "CONTROLLER:0"},
	{"", "output:65533", "CONTROLLER:65535"},
	{"", "output:65279", NULL},
	{"", "0", "output:0"},
	{"", "mod_dl_src:02:00:00:00:00:01,mod_dl_dst:02:00:00:00:00:02,1", "mod_dl_src:02:00:00:00:00:01,mod_dl_dst:02:00:00:00:00:02,output:1"},
	{"", "mod_dl_src:2:0:0:0:0:1", "mod_dl_src:02:00:00:00:00:01"},
	{"", "mod_vlan_vid:5,1", "mod_vlan_vid:5,output:1"},
	{"", "mod_vlan_pcp:3,1", "mod_vlan_pcp:3,output:1"},
	{"", "strip_vlan,1", "strip_vlan,output:1"},
	{"", "pop_vlan,1", "strip_vlan,output:1"},
	{"dl_vlan=3", "pop_vlan,1", "strip_vlan,output:1"},
	{"dl_vlan=3", "strip_vlan,1", "strip_vlan,output:1"},
	{"", "push_vlan:0x8100,1", "push_vlan:0x8100,output:1"},
	{"", "push_vlan:0x88a8,1", "push_vlan:0x88a8,output:1"},
	{"", "push_vlan:0x8100,set_field:5->vlan_vid,1", "push_vlan:0x8100,set_field:4101->vlan_vid,output:1"},
	{"", "push_vlan:0x8100,set_field:4101->vlan_vid,1", "push_vlan:0x8100,set_field:4101->vlan_vid,output:1"},
	{"", "push_vlan:0x8100,set_field:5->dl_vlan,1", "push_vlan:0x8100,set_field:4101->vlan_vid,output:1"},
	{"dl_vlan=1", "set_field:5->vlan_vid,1", "mod_vlan_vid:5,output:1"},
	{"dl_vlan=1", "push_vlan:0x8100,pop_vlan,set_field:5->vlan_vid,1", "push_vlan:0x8100,pop_vlan,set_field:4101->vlan_vid,output:1"},
	{"dl_vlan=1", "set_field:4101->vlan_vid,1", "mod_vlan_vid:5,output:1"},
	{"dl_vlan=1", "set_field:4101->vlan_vid,set_field:3->vlan_pcp,1", "mod_vlan_vid:5,mod_vlan_pcp:3,output:1"},
	{"", "mod_nw_src:1.2.3.4,1", "mod_nw_src:1.2.3.4,output:1"},
	{"ip", "mod_nw_src:1.2.3.4,mod_nw_dst:5.6.7.8,mod_nw_tos:16,mod_nw_ttl:5,mod_nw_ecn:2,dec_ttl,1", "mod_nw_src:1.2.3.4,mod_nw_dst:5.6.7.8,mod_nw_tos:16,load:0x5->NXM_NX_IP_TTL[],load:0x2->NXM_NX_IP_ECN[],dec_ttl,output:1"},
	{"ipv6", "mod_nw_tos:16,mod_nw_ttl:6,mod_nw_ecn:2,dec_ttl,1", "mod_nw_tos:16,load:0x6->NXM_NX_IP_TTL[],load:0x2->NXM_NX_IP_ECN[],dec_ttl,output:1"},
	{"ipv6", "mod_nw_src:1.2.3.4,1", "mod_nw_src:1.2.3.4,output:1"},
	{"ip", "dec_ttl(),1", "dec_ttl,output:1"},
	{"", "dec_ttl", NULL},
	{"tcp", "mod_tp_src:80,mod_tp_dst:81,1", "mod_tp_src:80,mod_tp_dst:81,output:1"},
	{"udp", "mod_tp_src:80,mod_tp_dst:81,1", "mod_tp_src:80,mod_tp_dst:81,output:1"},
	{"ip", "mod_tp_src:80,mod_tp_dst:81,1", "mod_tp_src:80,mod_tp_dst:81,output:1"},
	{"", "set_field:1->reg0,1", "load:0x1->NXM_NX_REG0[],output:1"},
	{"", "set_field:1/1->reg0,1", "load:0x1->NXM_NX_REG0[0],output:1"},
	{"", "set_field:0x10000/0xffff0000->reg0,1", "load:0x1->NXM_NX_REG0[16..31],output:1"},
	{"", "set_field:0x10000/0xff00ff00->reg0,1", "load:0->NXM_NX_REG0[8..15],load:0->NXM_NX_REG0[24..31],output:1"},
	{"", "load:1->NXM_NX_REG0[],1", "load:0x1->NXM_NX_REG0[],output:1"},
	{"", "load:1->NXM_NX_REG0[3],1", "load:0x1->NXM_NX_REG0[3],output:1"},
	{"", "load:1->NXM_NX_REG0[3..5],1", "load:0x1->NXM_NX_REG0[3..5],output:1"},
	{"", "load:1->reg0,1", "load:0x1->NXM_NX_REG0[],output:1"},
	{"", "load:1->reg0[],1", "load:0x1->NXM_NX_REG0[],output:1"},
	{"", "load:1->reg0[0..15],1", "load:0x1->NXM_NX_REG0[0..15],output:1"},
	{"", "move:NXM_NX_REG0[]->NXM_NX_REG1[],1", "move:NXM_NX_REG0[]->NXM_NX_REG1[],output:1"},
	{"", "move:reg0->reg1,1", "move:NXM_NX_REG0[]->NXM_NX_REG1[],output:1"},
	{"", "move:reg0[0..3]->reg1[4..7],1", "move:NXM_NX_REG0[0..3]->NXM_NX_REG1[4..7],output:1"},
	{"", "resubmit:1", NULL},
	{"", "resubmit(1)", "resubmit:1"},
	{"", "resubmit(,2)", NULL},
	{"", "resubmit(1,2)", NULL},
	{"", "resubmit(in_port,2)", "resubmit(,2)"},
	{"", "resubmit(1,255)", "resubmit:1"},
	{"", "goto_table:1", "resubmit(,1)"},
	{"", "output:1,goto_table:1", "output:1,resubmit(,1)"},
	{"", "write_metadata:5,goto_table:1", "write_metadata:0x5,goto_table:1"},
	{"", "write_metadata:0x5/0xff,goto_table:1", NULL},
	{"", "write_metadata:5", "write_metadata:0x5"},
	{"", "note:00.11.22", "note:00.11.22.00.00.00"},
	{"", "note:", "note:00.00.00.00.00.00"},
	{"", "note:001122", "note:00.11.22.00.00.00"},
	{"", "note:00.11.22.33.44.55.66.77.88", "note:00.11.22.33.44.55.66.77.88.00.00.00.00.00"},
	{"", "clone(output:1,output:2),3", "clone(output:1,output:2),output:3"},
	{"", "clone(),3", "clone(drop),output:3"},
	{"", "clone(drop),3", "clone(drop),output:3"},
	{"", "clone(clone(1),2),3", "clone(clone(output:1),output:2),output:3"},
	{"", "meter:1,output:1", NULL},
	{"", "group:1", NULL},
	{"", "controller", "CONTROLLER:65535"},
	{"", "controller:65535", "CONTROLLER:65535"},
	{"", "controller:100", "CONTROLLER:100"},
	{"", "controller(max_len=100)", "CONTROLLER:100"},
	{"", "controller(id=3)", NULL},
	{"", "controller(reason=action,max_len=50,id=2)", "controller(max_len=50,id=2)"},
	{"", "controller(reason=no_match)", NULL},
	{"", "controller(reason=invalid_ttl)", NULL},
	{"", "controller()", "CONTROLLER:65535"},
	{"", "controller:0", "CONTROLLER:0"},
	{"", "resubmit(local,2)", "resubmit(LOCAL,2)"},
	{"", "resubmit:LOCAL", NULL},
	{"", "resubmit(p1,2)", "resubmit(1,2)"},
	{"", "1,,2", "output:1,output:2"},
	{"", "1 2", "output:1,output:2"},
	{"", "output:1 output:2", "output:1,output:2"},
	{"", " output:1 , output:2", "output:1,output:2"},
	{"", "1,", "output:1"},
	{"", ",1", "output:1"},
	{"", "clone 1", "clone(drop),output:1"},
	{"", "set_field:5->metadata,1", "load:0x5->OXM_OF_METADATA[],output:1"},
	{"", "set_field:5/7->metadata,1", "load:0x5->OXM_OF_METADATA[0..2],output:1"},
	{"", "load:5->OXM_OF_METADATA[],1", "load:0x5->OXM_OF_METADATA[],output:1"},
	{"", "load:5->metadata[],1", "load:0x5->OXM_OF_METADATA[],output:1"},
	{"", "set_field:02:00:00:00:00:01->eth_src,1", "mod_dl_src:02:00:00:00:00:01,output:1"},
	{"", "set_field:02:00:00:00:00:01->dl_dst,1", "mod_dl_dst:02:00:00:00:00:01,output:1"},
	{"", "set_field:02:00:00:00:00:01/ff:00:00:00:00:ff->dl_dst,1", "load:0x1->NXM_OF_ETH_DST[0..7],load:0x2->NXM_OF_ETH_DST[40..47],output:1"},
	{"", "load:0x020000000001->NXM_OF_ETH_SRC[],1", "load:0x20000000001->NXM_OF_ETH_SRC[],output:1"},
	{"", "load:0x1->NXM_OF_ETH_SRC[0..15],1", "load:0x1->NXM_OF_ETH_SRC[0..15],output:1"},
	{"ip", "set_field:1.2.3.4->ip_src,set_field:1.2.3.4->nw_dst,1", "mod_nw_src:1.2.3.4,mod_nw_dst:1.2.3.4,output:1"},
	{"ip", "set_field:1.2.3.0/255.255.255.0->ip_src,1", "load:0x10203->NXM_OF_IP_SRC[8..31],output:1"},
	{"ip", "set_field:1.2.3.0/24->ip_src,1", "load:0x10203->NXM_OF_IP_SRC[8..31],output:1"},
	{"ip", "load:0x01020304->NXM_OF_IP_SRC[],1", "load:0x1020304->NXM_OF_IP_SRC[],output:1"},
	{"ip", "set_field:4->ip_dscp,1", "mod_nw_tos:16,output:1"},
	{"ip", "set_field:16->nw_tos,1", "mod_nw_tos:16,output:1"},
	{"ip", "set_field:2->ip_ecn,1", "load:0x2->NXM_NX_IP_ECN[],output:1"},
	{"ip", "set_field:2->nw_ecn,1", "load:0x2->NXM_NX_IP_ECN[],output:1"},
	{"ip", "set_field:7->nw_ttl,1", "load:0x7->NXM_NX_IP_TTL[],output:1"},
	{"ip", "load:4->NXM_OF_IP_TOS[],1", "load:0x4->NXM_OF_IP_TOS[],output:1"},
	{"ip", "load:4->NXM_OF_IP_TOS[2..7],1", "load:0x4->NXM_OF_IP_TOS[2..7],output:1"},
	{"ip", "load:4->OXM_OF_IP_DSCP[],1", "load:0x4->OXM_OF_IP_DSCP[],output:1"},
	{"ip", "load:7->NXM_NX_IP_TTL[],1", "load:0x7->NXM_NX_IP_TTL[],output:1"},
	{"tcp", "set_field:80->tcp_src,set_field:81->tp_dst,1", "mod_tp_src:80,mod_tp_dst:81,output:1"},
	{"tcp", "set_field:80/0xff->tcp_src,1", "load:0x50->NXM_OF_TCP_SRC[0..7],output:1"},
	{"tcp", "load:80->NXM_OF_TCP_SRC[],1", "load:0x50->NXM_OF_TCP_SRC[],output:1"},
	{"udp", "set_field:80->udp_src,1", "mod_tp_src:80,output:1"},
	{"udp", "load:80->NXM_OF_UDP_DST[],1", "load:0x50->NXM_OF_UDP_DST[],output:1"},
	{"ipv6", "set_field:1::2->ipv6_src,1", "load:0x2->NXM_NX_IPV6_SRC[0..63],load:0x1000000000000->NXM_NX_IPV6_SRC[64..127],output:1"},
	{"ipv6", "set_field:1::2/ffff::->ipv6_dst,1", "load:0x1->NXM_NX_IPV6_DST[112..127],output:1"},
	{"ipv6", "load:0x5->NXM_NX_IPV6_SRC[0..63],1", "load:0x5->NXM_NX_IPV6_SRC[0..63],output:1"},
	{"ipv6", "load:0x5->NXM_NX_IPV6_SRC[64..127],1", "load:0x5->NXM_NX_IPV6_SRC[64..127],output:1"},
	{"ipv6", "load:0x5->NXM_NX_IPV6_SRC[],1", "load:0x5->NXM_NX_IPV6_SRC[0..63],load:0->NXM_NX_IPV6_SRC[64..127],output:1"},
	{"ipv6", "load:0x5->NXM_NX_IPV6_SRC[60..70],1", "load:0x5->NXM_NX_IPV6_SRC[60..70],output:1"},
	{"ipv6", "move:NXM_NX_IPV6_SRC[]->NXM_NX_IPV6_DST[],1", "move:NXM_NX_IPV6_SRC[]->NXM_NX_IPV6_DST[],output:1"},
	{"arp", "set_field:2->arp_op,set_field:1.2.3.4->arp_spa,set_field:1.2.3.5->arp_tpa,set_field:02:00:00:00:00:01->arp_sha,set_field:02:00:00:00:00:02->arp_tha,1", "load:0x2->NXM_OF_ARP_OP[],load:0x1020304->NXM_OF_ARP_SPA[],load:0x1020305->NXM_OF_ARP_TPA[],load:0x20000000001->NXM_NX_ARP_SHA[],load:0x20000000002->NXM_NX_ARP_THA[],output:1"},
	{"arp", "load:0x2->NXM_OF_ARP_OP[],move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],mod_dl_src:02:00:00:00:00:09,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],load:0x020000000009->NXM_NX_ARP_SHA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],load:0x0a000001->NXM_OF_ARP_SPA[],in_port", "load:0x2->NXM_OF_ARP_OP[],move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],mod_dl_src:02:00:00:00:00:09,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],load:0x20000000009->NXM_NX_ARP_SHA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],load:0xa000001->NXM_OF_ARP_SPA[],IN_PORT"},
	{"", "set_field:5->vlan_tci,1", "load:0x5->NXM_OF_VLAN_TCI[],output:1"},
	{"", "set_field:0x1005->vlan_tci,1", "load:0x1005->NXM_OF_VLAN_TCI[],output:1"},
	{"", "load:0x1005->NXM_OF_VLAN_TCI[],1", "load:0x1005->NXM_OF_VLAN_TCI[],output:1"},
	{"", "load:5->NXM_OF_VLAN_TCI[0..11],1", "load:0x5->NXM_OF_VLAN_TCI[0..11],output:1"},
	{"", "set_field:0x1005/0x1fff->vlan_tci,1", "load:0x1005->NXM_OF_VLAN_TCI[0..12],output:1"},
	{"dl_vlan=1", "set_field:3->vlan_pcp,1", "mod_vlan_pcp:3,output:1"},
	{"dl_vlan=1", "set_field:3->dl_vlan_pcp,1", "mod_vlan_pcp:3,output:1"},
	{"dl_vlan=1", "set_field:3->dl_vlan,1", "mod_vlan_vid:3,output:1"},
	{"dl_vlan=1", "load:3->OXM_OF_VLAN_VID[],1", "load:0x3->OXM_OF_VLAN_VID[],output:1"},
	{"dl_vlan=1", "load:3->OXM_OF_VLAN_PCP[],1", "load:0x3->OXM_OF_VLAN_PCP[],output:1"},
	{"", "move:NXM_OF_VLAN_TCI[0..11]->NXM_NX_REG0[0..11],1", "move:NXM_OF_VLAN_TCI[0..11]->NXM_NX_REG0[0..11],output:1"},
	{"", "move:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],1", "move:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],output:1"},
	{"", "move:in_port->NXM_NX_REG0[0..15],1", "move:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],output:1"},
	{"ip", "mod_nw_ttl:0", "load:0->NXM_NX_IP_TTL[]"},
	{"", "group:0xffffff00", "group:4294967040"},
	{"", "mod_vlan_vid:0x5", "mod_vlan_vid:5"},
	{"", "strip_vlan:5", "strip_vlan"},
	{"", "normal:5", "NORMAL"},
	{"", "flood()", "FLOOD"},
	{"", "output:1,output:1", NULL},
	{"", "all,1", "ALL,output:1"},
	{"", "Output:1", "output:1"},
	{"", "OUTPUT:1", "output:1"},
	{"", "MOD_VLAN_VID:5", "mod_vlan_vid:5"},
	{"", "Drop", "drop"},
	{"", "clone(push_vlan:0x8100,mod_dl_src:02:00:00:00:00:01),set_field:1->reg0", "clone(push_vlan:0x8100,set_field:02:00:00:00:00:01->eth_src),set_field:0x1->reg0"},
	{"", "controller(reason=no_match,max_len=50,id=2)", NULL},
	{"", "controller(reason=packet_out)", NULL},
	{"", "controller(reason=group)", NULL},
	{"", "controller(reason=action_set)", NULL},
	{"", "push_vlan:0x8100,mod_vlan_vid:5,mod_dl_src:02:00:00:00:00:01", "push_vlan:0x8100,set_field:4101->vlan_vid,set_field:02:00:00:00:00:01->eth_src"},
	{"ip", "set_field:1->reg0,mod_nw_src:1.2.3.4,mod_nw_tos:16,mod_nw_ecn:2,mod_nw_ttl:5,write_metadata:1,goto_table:1", "set_field:0x1->reg0,set_field:1.2.3.4->ip_src,set_field:4->ip_dscp,set_field:2->nw_ecn,mod_nw_ttl:5,write_metadata:0x1,goto_table:1"},
	{"tcp", "meter:1,mod_tp_src:5,goto_table:1", "meter:1,set_field:5->tcp_src,goto_table:1"},
	{"tcp", "mod_tp_src:5,write_metadata:1", "mod_tp_src:5,write_metadata:0x1"},
	{"", "mod_dl_src:02:00:00:00:00:01,write_metadata:1", "mod_dl_src:02:00:00:00:00:01,write_metadata:0x1"},
	{"dl_vlan=5", "meter:1,strip_vlan", "meter:1,pop_vlan"},
	{"dl_vlan=5", "strip_vlan,strip_vlan", NULL},
	{"dl_vlan=5", "pop_vlan,pop_vlan", "strip_vlan,strip_vlan"},
	{"", "4294967293", "CONTROLLER:0"},
	{"", "output:4294967294", "LOCAL"},
	{"", "output:\"p1\"", "output:1"},
	{"", "\"p1\"", "output:1"},
	{"", "resubmit(\"p1\",1)", "resubmit(1,1)"},
	{"", "resubmit:normal", "resubmit:NORMAL"},
	{"", "resubmit(1,0)", NULL},
	{"", "resubmit(,0)", NULL},
	{"", "write_metadata:0xf5/0x0f", "write_metadata:0xf5/0xf"},
	{"ip", "load:0x1->OXM_OF_IPV4_SRC[]", "load:0x1->NXM_OF_IP_SRC[]"},
	{"dl_vlan=1", "load:0x3->OXM_OF_VLAN_VID[0..11]", "load:0x3->OXM_OF_VLAN_VID[]"},
	{"dl_vlan=1", "load:0x3->vlan_vid", "load:0x3->OXM_OF_VLAN_VID[]"},
	{"", "load:0x1->NXM_OF_VLAN_TCI[0..15]", "load:0x1->NXM_OF_VLAN_TCI[]"},
	{"ipv6", "load:0x10000000000000002->NXM_NX_IPV6_SRC[]", "load:0x2->NXM_NX_IPV6_SRC[0..63],load:0x1->NXM_NX_IPV6_SRC[64..127]"},
	{"ip", "load:2->ip_dscp", "load:0x2->OXM_OF_IP_DSCP[]"},
	{"ip", "load:2->nw_tos", "load:0x2->NXM_OF_IP_TOS[]"},
	{"", "move:NXM_OF_VLAN_TCI[]->NXM_NX_REG0[0..15]", NULL},
	{"", "move:OXM_OF_METADATA[0..31]->NXM_NX_REG0[]", NULL},
	{"", "move:NXM_NX_REG0[]->OXM_OF_METADATA[0..31]", NULL},
	{"ip", "move:NXM_OF_IP_SRC[]->NXM_OF_IP_DST[]", NULL},
	{"tcp", "move:NXM_OF_TCP_SRC[]->NXM_OF_TCP_DST[]", NULL},
	{"tcp", "move:tcp_flags->NXM_NX_REG0[0..11]", "move:NXM_NX_TCP_FLAGS[]->NXM_NX_REG0[0..11]"},
	{"", "move:eth_type[0..15]->NXM_NX_REG0[0..15]", "move:NXM_OF_ETH_TYPE[]->NXM_NX_REG0[0..15]"},
	{"", "move:NXM_OF_ETH_TYPE[]->NXM_NX_REG0[0..15]", NULL},
	{"ip", "move:NXM_OF_IP_PROTO[]->NXM_NX_REG0[0..7]", NULL},
	{"", "resubmit(NONE,1)", "resubmit(ANY,1)"},
	{"", "resubmit:any", "resubmit:ANY"},
	{"", "group:0xffffffff", "group:4294967295"},
	{"", "note:00.", "note:00.00.00.00.00.00"},
	{"", "note:00..11", "note:00.11.00.00.00.00"},
	{"", "note", "note:00.00.00.00.00.00"},
	{"", "clone", "clone(drop)"},
};

static const struct row bad[] = {
	{"", "output(port=1,max_len=100)", "port=1,max_len=100: to cut packets short is not supported"},
	{"", "output(max_len=100,port=1)", "max_len=100,port=1: to cut packets short is not supported"},
	{"", "output:NXM_NX_REG0[]", "NXM_NX_REG0[]: output to the port that a field says is not supported"},
	{"", "output:reg0", "reg0: output to the port that a field says is not supported"},
	{"", "output(reg0)", "reg0: output to the port that a field says is not supported"},
	{"", "output:65529", "65529: output to TABLE is not supported"},
	{"", "output:table", "table: output to TABLE is not supported"},
	{"", "table", "table: output to TABLE is not supported"},
	{"", "none", "actions are invalid with specified match (OFPBAC_BAD_OUT_PORT): none"},
	{"", "65280", "actions are invalid with specified match (OFPBAC_BAD_OUT_PORT): 65280"},
	{"", "output:70000", "70000: output to unknown port"},
	{"", "mod_vlan_vid:4096,1", "4096: not a valid VLAN VID"},
	{"", "mod_vlan_pcp:8,1", "8: not a valid VLAN PCP"},
	{"", "dl_vlan=3,actions=pop_vlan,1", "unknown action dl_vlan"},
	{"", "push_vlan:0x9100,1", "0x9100: not a valid VLAN ethertype"},
	{"", "push_vlan:0x8100,pop_vlan,set_field:5->vlan_vid,1",
	 "set_field vlan_vid lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"", "set_field:5->vlan_vid,1", "set_field vlan_vid lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"ip", "mod_nw_tos:17,1", "17: not a valid TOS"},
	{"ip", "mod_nw_tos:256,1", "invalid TOS \"256\""},
	{"ip", "dec_ttl(1,2),1", "1,2: to tell controllers of dec_ttl is not supported"},
	{"ip", "dec_ttl:1,1", "1: to tell controllers of dec_ttl is not supported"},
	{"sctp", "mod_tp_src:80,mod_tp_dst:81,1", "sctp_src is read-only: SCTP's checksum covers the whole packet"},
	{"", "move:reg0[0..3]->reg1[4..8],1", "reg0[0..3]->reg1[4..8]: source field is 4 bits wide but destination is 5 bits wide"},
	{"", "resubmit:in_port", "at least one \"in_port\" or \"table\" must be specified on resubmit"},
	{"", "resubmit()", "at least one \"in_port\" or \"table\" must be specified on resubmit"},
	{"", "resubmit(,)", "at least one \"in_port\" or \"table\" must be specified on resubmit"},
	{"", "resubmit(,255)", "at least one \"in_port\" or \"table\" must be specified on resubmit"},
	{"", "resubmit(,300)", "300: resubmit to unknown table"},
	{"", "resubmit(,2,ct)", "resubmit: ct is not supported"},
	{"", "resubmit:70000", "70000: resubmit to unknown port"},
	{"", "goto_table:0", "actions are invalid with specified match (OFPBIC_BAD_TABLE_ID): goto_table:0 leads from table 0 to a later one only"},
	{"", "goto_table:1,output:1", "invalid instruction ordering: apply_actions must appear before goto_table, for OpenFlow 1.1+ compatibility"},
	{"", "output:1,goto_table:1,goto_table:2", "duplicate goto_table instruction not allowed, for OpenFlow 1.1+ compatibility"},
	{"", "goto_table:1,write_metadata:5", "invalid instruction ordering: write_metadata must appear before goto_table, for OpenFlow 1.1+ compatibility"},
	{"", "write_metadata:5,write_metadata:6", "duplicate write_metadata instruction not allowed, for OpenFlow 1.1+ compatibility"},
	{"", "write_metadata:5,output:1", "invalid instruction ordering: apply_actions must appear before write_metadata, for OpenFlow 1.1+ compatibility"},
	{"", "note:0.1", "bad hex digit in `note' argument"},
	{"", "output:1,meter:1", "invalid instruction ordering: meter must appear before apply_actions, for OpenFlow 1.1+ compatibility"},
	{"", "meter:1,meter:2", "duplicate meter instruction not allowed, for OpenFlow 1.1+ compatibility"},
	{"", "controller(userdata=01.02)", "controller: userdata is not supported"},
	{"", "controller(pause)", "controller: pause is not supported"},
	{"", "CONTROLLER:70000", "invalid max_len \"70000\""},
	{"", "output:nosuch", "nosuch: output to unknown port"},
	{"", "nosuch", "unknown action nosuch"},
	{"", "nosuch:5", "unknown action nosuch"},
	{"", "output:", ": output to unknown port"},
	{"", "output", ": output to unknown port"},
	{"", "output(port=1)", "port=1: output to unknown port"},
	{"", "output(max_len=100)", "max_len=100: to cut packets short is not supported"},
	{"", "resubmit:nosuch", "nosuch: resubmit to unknown port"},
	{"", "resubmit(nosuch,1)", "nosuch: resubmit to unknown port"},
	{"", "resubmit(,foo)", "foo: resubmit to unknown table"},
	{"", "resubmit(1,2,3,4)", "resubmit: 3,4 is not supported"},
	{"", "drop,1", "\"drop\" must not be accompanied by any other action or instruction"},
	{"", "1,drop", "\"drop\" must not be accompanied by any other action or instruction"},
	{"", "1;2", "unknown action 1;2"},
	{"", "clone(1", "clone(1: missing `)'"},
	{"", "clone(1))", "unknown action )"},
	{"", "set_field:1->nosuch", "nosuch is not a valid OXM field name"},
	{"", "set_field:1", "1: missing `->'"},
	{"", "set_field:1>reg0", "1>reg0: missing `->'"},
	{"", "set_field:->reg0", ": bad syntax for reg0 value"},
	{"", "set_field:x->reg0", "x: bad syntax for reg0 value"},
	{"", "set_field:0x1ffffffff->reg0", "0x1ffffffff: value too large for 4-byte field reg0"},
	{"", "set_field:1->reg0[]", "reg0[] is not a valid OXM field name"},
	{"", "set_field:1->reg0[0..3]", "reg0[0..3] is not a valid OXM field name"},
	{"", "set_field:1->in_port", "in_port is read-only: resubmit(port,table) looks a frame up as if it came in by another port"},
	{"", "set_field:0x800->dl_type", "eth_type is read-only"},
	{"ip", "set_field:6->nw_proto", "nw_proto is read-only"},
	{"", "set_field:1->tun_id", "tun_id is not a valid OXM field name"},
	{"", "set_field:1.2.3.4->ip_src,1", "set_field ip_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"ip", "load:1.2.3.4->NXM_OF_IP_SRC[],1", "1.2.3.4->NXM_OF_IP_SRC[]: cannot parse integer value"},
	{"ip", "set_field:16->ip_tos,1", "ip_tos is not a valid OXM field name"},
	{"tcp", "set_field:80->udp_src,1", "set_field udp_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"sctp", "set_field:80->sctp_src,1", "sctp_src is read-only: SCTP's checksum covers the whole packet"},
	{"ip", "set_field:80->tcp_src,1", "set_field tcp_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"ip", "set_field:1::2->ipv6_src,1", "set_field ipv6_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"", "set_field:2->arp_op,1", "set_field arp_op lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"arp", "set_field:256->arp_op", "256: value too large for 1-byte field arp_op"},
	{"icmp6,icmp_type=135", "set_field:1::2->nd_target,1", "nd_target is read-only: the switch does not rewrite ICMP"},
	{"icmp", "set_field:3->icmp_type,1", "icmp_type is read-only: the switch does not rewrite ICMP"},
	{"tcp", "set_field:3->tcp_flags,1", "tcp_flags is read-only"},
	{"ip", "set_field:1->ip_frag,1", "ip_frag is read-only"},
	{"", "move:NXM_NX_REG0[]->NXM_OF_IN_PORT[],1", "in_port is read-only: resubmit(port,table) looks a frame up as if it came in by another port"},
	{"", "move:NXM_NX_REG0[0..31]->NXM_OF_IP_SRC[],1", "destination field ip_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"", "move:NXM_NX_REG0[0..40]->NXM_NX_REG1[],1", "NXM_NX_REG0[0..40]->NXM_NX_REG1[]: ending bit 40 is not valid because field is only 32 bits wide"},
	{"", "move:NXM_NX_REG0[5..3]->NXM_NX_REG1[],1", "NXM_NX_REG0[5..3]->NXM_NX_REG1[]: starting bit 5 is after ending bit 3"},
	{"", "move:NXM_NX_REG0[]", "NXM_NX_REG0[]: missing `->' following source"},
	{"", "move:NXM_NX_REG0[]>NXM_NX_REG1[]", "NXM_NX_REG0[]>NXM_NX_REG1[]: missing `->' following source"},
	{"", "move:NXM_NX_REG0[->NXM_NX_REG1[]", "NXM_NX_REG0[->NXM_NX_REG1[]: syntax error expecting [] or [<bit>] or [<start>..<end>]"},
	{"", "move:NOSUCH[]->NXM_NX_REG1[]", "NOSUCH[]->NXM_NX_REG1[]: unknown field `NOSUCH'"},
	{"", "load:1->NXM_NX_REG0[32]", "NXM_NX_REG0[32]: starting bit 32 is not valid because field is only 32 bits wide"},
	{"", "load:1->NXM_NX_REG9[]", "NXM_NX_REG9[]: unknown field `NXM_NX_REG9'"},
	{"", "load:1->NOSUCH[]", "NOSUCH[]: unknown field `NOSUCH'"},
	{"", "load:1", "1: missing `->'"},
	{"", "load:x->NXM_NX_REG0[]", "x->NXM_NX_REG0[]: cannot parse integer value"},
	{"", "load:1->NXM_NX_REG0[]x", "x: unexpected input following field syntax"},
	{"", "load:1->NXM_OF_IN_PORT[]", "in_port is read-only: resubmit(port,table) looks a frame up as if it came in by another port"},
	{"", "load:2->NXM_OF_ETH_TYPE[]", "eth_type is read-only"},
	{"", "load:1->NXM_NX_REG7[]", "NXM_NX_REG7[]: unknown field `NXM_NX_REG7'"},
	{"", "write_metadata:x", "invalid numeric format x"},
	{"", "write_metadata:5/x", "invalid numeric format x"},
	{"", "goto_table:x", "unknown table \"x\""},
	{"", "goto_table:300", "unknown table \"300\""},
	{"", "goto_table:255", "unknown table \"255\""},
	{"", "goto_table", "unknown table \"\""},
	{"", "goto_table:", "unknown table \"\""},
	{"", "note:zz", "bad hex digit in `note' argument"},
	{"", "mod_dl_src:zz", "invalid mac address zz"},
	{"", "mod_dl_src", "invalid mac address "},
	{"", "mod_nw_src:zz", "zz: could not convert to IP address"},
	{"", "mod_nw_src:1.2.3.0/24", "1.2.3.0/24: could not convert to IP address"},
	{"", "mod_tp_src:70000", "invalid source port \"70000\""},
	{"", "mod_tp_src:x", "invalid source port \"x\""},
	{"ip", "mod_nw_ttl:300", "invalid TTL \"300\""},
	{"ip", "mod_nw_ecn:4", "4: not a valid ECN"},
	{"", "meter:x", "invalid numeric format x"},
	{"", "meter:0", "actions are invalid with specified match (OFPMMFC_INVALID_METER): 0"},
	{"", "group:x", "invalid numeric format x"},
	{"", "mod_vlan_vid:x", "invalid VLAN VID \"x\""},
	{"", "mod_vlan_pcp:x", "invalid VLAN PCP \"x\""},
	{"", "push_vlan:x", "invalid ethertype \"x\""},
	{"", "push_vlan", "invalid ethertype \"\""},
	{"", "enqueue:1:2", "enqueue: this action is not supported"},
	{"", "set_queue:1", "set_queue: this action is not supported"},
	{"", "learn(table=1)", "learn: this action is not supported"},
	{"", "ct(commit)", "ct: this action is not supported"},
	{"", "bundle(eth_src,0,hrw,ofport,slaves:1)", "bundle: this action is not supported"},
	{"", "exit", "exit: this action is not supported"},
	{"", "write_actions(output:1)", "write_actions: this action is not supported"},
	{"", "clear_actions", "clear_actions: this action is not supported"},
	{"", "apply_actions(output:1)", "apply_actions is the default instruction"},
	{"", "set_tunnel:1", "set_tunnel: this action is not supported"},
	{"", "sample(probability=1)", "sample: this action is not supported"},
	{"", "multipath(eth_src,0,modulo_n,1,0,NXM_NX_REG0[])", "multipath: this action is not supported"},
	{"", "push_mpls:0x8847", "push_mpls: this action is not supported"},
	{"", "controller(max_len=x)", "invalid max_len \"x\""},
	{"", "controller(foo=1)", "unknown key \"foo\" parsing controller action"},
	{"", "controller(reason=foo)", "unknown reason \"foo\""},
	{"", "controller(id=70000)", "invalid id \"70000\""},
	{"", "controller:x", "unknown key \"x\" parsing controller action"},
	{"", "clone(goto_table:1)", "goto_table instruction not allowed here"},
	{"", "clone(write_metadata:1)", "write_metadata instruction not allowed here"},
	{"", "clone(meter:1)", "clone action doesn't support nested action meter"},
	{"dl_vlan=5", "strip_vlan,set_field:1->vlan_pcp", "set_field vlan_pcp lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"", "resubmit:1,meter:1", "invalid instruction ordering: meter must appear before apply_actions, for OpenFlow 1.1+ compatibility"},
	{"", "load:0x1->OXM_OF_IPV4_SRC[]", "destination field ip_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"dl_vlan=1", "load:0x3->dl_vlan", "dl_vlan: unknown field `dl_vlan'"},
	{"dl_vlan=1", "load:0x3->OXM_OF_VLAN_VID[0..12]", "OXM_OF_VLAN_VID[0..12]: ending bit 12 is not valid because field is only 12 bits wide"},
	{"dl_vlan=1", "load:0x3->OXM_OF_VLAN_VID[0..13]", "OXM_OF_VLAN_VID[0..13]: ending bit 13 is not valid because field is only 12 bits wide"},
	{"", "load:5->NXM_OF_VLAN_TCI[0..11],set_field:3->vlan_pcp", "set_field vlan_pcp lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"", "load:0x10000000000000002->NXM_NX_IPV6_SRC[]", "destination field ipv6_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"", "move:NXM_OF_IP_SRC[]->NXM_NX_REG0[]", "source field ip_src lacks correct prerequisites: actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"},
	{"", "group:all", "invalid numeric format all"},
	{"", "note:0", "bad hex digit in `note' argument"},
	{"", "mod_nw_ttl:x", "invalid TTL \"x\""},
	{"", "mod_nw_ecn:x", "invalid ECN \"x\""},
	{"", "mod_nw_ecn:", "invalid ECN \"\""},
	{"", "set_field", ": missing `->'"},
	{"", "load", ": missing `->'"},
	{"", "move", ": unknown field `'"},
	{"", "resubmit", "at least one \"in_port\" or \"table\" must be specified on resubmit"},
	{"", "group", "missing required numeric argument"},
	{"", "meter", "missing required numeric argument"},
	{"", "write_metadata", "missing required numeric argument"},
	{"", "load:9->NXM_NX_REG0[3..5]", "9->NXM_NX_REG0[3..5]: value 0x9 does not fit into 3 bits"},
	{"ip", "load:9->NXM_NX_IP_ECN[]", "9->NXM_NX_IP_ECN[]: value 9 does not fit into 2 bits"},
};
/* clang-format on */

static int port_number(const struct flow_ports *ports, const char *name)
{
	(void)ports;
	return !strcmp(name, "p1") ? 1 : -1;
}

static const char *port_name(const struct flow_ports *ports, uint16_t number)
{
	(void)ports;
	return number == 1 ? "p1" : NULL;
}

static const struct flow_ports ports = {port_number, port_name, NULL};

static struct flow_action *parse_in(const char *match, uint8_t table, const char *text)
{
	struct flow_action *actions;
	struct flow_match parsed;
	struct error error;

	if (flow_match_parse(&parsed, match, NULL, &error))
		fail_msg("%s: %s", match, error.text);
	if (flow_actions_parse(text, &parsed, table, &ports, &actions, &error))
		fail_msg("%s: %s", text, error.text);
	return actions;
}

static void expect_print(const struct flow_action *actions, const struct flow_ports *names,
			 const char *expected)
{
	struct text text = TEXT_EMPTY;

	flow_actions_print(&text, actions, names, FLOW_WORDS_1_0);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
}

static const struct flow_group *no_group(const struct flow_program_env *env, uint32_t id)
{
	static const struct flow_group empty = {.id = 1};

	(void)env;
	(void)id;
	return &empty;
}

static uint32_t some_meter(const struct flow_program_env *env, uint32_t id)
{
	(void)env;
	return id;
}

static struct flow_program compile(const struct flow_action *actions)
{
	static const struct flow_program_env env = {no_group, some_meter, NULL};
	struct flow_program program;

	assert_int_equal(flow_program_make(&program, actions, 0, &env, NULL), 0);
	return program;
}

static void actions_are_printed_as_open_vswitch_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct flow_action *actions = parse_in(good[i].match, 0, good[i].actions);

		expect_print(actions, NULL, good[i].answer ? good[i].answer : good[i].actions);
		flow_actions_free(actions);
	}
}

/* The database keeps what is printed. */
static char *print_in(const struct flow_action *actions, enum flow_words words)
{
	struct text text = TEXT_EMPTY;

	flow_actions_print(&text, actions, NULL, words);
	return text.data;
}

static void what_is_printed_reads_back_as_what_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct flow_action *first = parse_in(good[i].match, 0, good[i].actions);
		struct flow_program a = compile(first);

		for (enum flow_words words = FLOW_WORDS_1_0; words <= FLOW_WORDS_SAID; words++) {
			char *printed = print_in(first, words), *again;
			struct flow_action *second = parse_in(good[i].match, 0, printed);
			struct flow_program b = compile(second);

			again = print_in(second, words);
			assert_string_equal(again, printed);
			assert_int_equal(a.count, b.count);
			assert_memory_equal(a.words, b.words, a.count * sizeof(*a.words));
			flow_program_free(&b);
			flow_actions_free(second);
			free(printed);
			free(again);
		}
		flow_program_free(&a);
		flow_actions_free(first);
	}
}

static void each_version_has_its_words(void **state)
{
	static const struct {
		const char *match, *said, *words[FLOW_WORDS_SAID];
	} lines[] = {
		{"",
		 "set_field:02:00:00:00:00:01->eth_src,goto_table:1",
		 {"mod_dl_src:02:00:00:00:00:01,resubmit(,1)",
		  "mod_dl_src:02:00:00:00:00:01,goto_table:1",
		  "set_field:02:00:00:00:00:01->eth_src,goto_table:1",
		  "set_field:02:00:00:00:00:01->eth_src,goto_table:1"}},
		{"ip",
		 "mod_nw_ttl:5,mod_nw_ecn:2,strip_vlan",
		 {"load:0x5->NXM_NX_IP_TTL[],load:0x2->NXM_NX_IP_ECN[],strip_vlan",
		  "mod_nw_ttl:5,mod_nw_ecn:2,pop_vlan", "mod_nw_ttl:5,set_field:2->nw_ecn,pop_vlan",
		  "mod_nw_ttl:5,set_field:2->nw_ecn,pop_vlan"}},
		{"ip",
		 "set_field:63->nw_ttl,set_field:0x5/0xf->reg0",
		 {"load:0x3f->NXM_NX_IP_TTL[],load:0x5->NXM_NX_REG0[0..3]",
		  "load:0x3f->NXM_NX_IP_TTL[],load:0x5->NXM_NX_REG0[0..3]",
		  "set_field:63->nw_ttl,load:0x5->NXM_NX_REG0[0..3]",
		  "set_field:63->nw_ttl,set_field:0x5/0xf->reg0"}},
		{"dl_vlan=5",
		 "set_field:0x1005/0x100f->vlan_vid,load:0x1->NXM_NX_REG0[]",
		 {"load:0x5->OXM_OF_VLAN_VID[0..3],load:0x1->NXM_NX_REG0[]",
		  "load:0x5->OXM_OF_VLAN_VID[0..3],load:0x1->NXM_NX_REG0[]",
		  "load:0x5->OXM_OF_VLAN_VID[0..3],load:0x1->NXM_NX_REG0[]",
		  "set_field:0x5/0xf->vlan_vid,load:0x1->NXM_NX_REG0[]"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct flow_action *actions = parse_in(lines[i].match, 0, lines[i].said);

		for (enum flow_words words = FLOW_WORDS_1_0; words < FLOW_WORDS_SAID; words++) {
			char *printed = print_in(actions, words);

			assert_string_equal(printed, lines[i].words[words]);
			free(printed);
		}
		flow_actions_free(actions);
	}
}

static void what_is_wrong_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct flow_action *actions;
		struct flow_match match;
		struct error error = {""};

		assert_int_equal(flow_match_parse(&match, bad[i].match, NULL, NULL), 0);
		assert_int_equal(
			flow_actions_parse(bad[i].actions, &match, 0, &ports, &actions, &error),
			-EINVAL);
		assert_string_equal(error.text, bad[i].answer);
		assert_null(actions);
	}
}

static void names_of_ports_are_printed_where_they_are_wanted(void **state)
{
	struct flow_action *actions =
		parse_in("", 0, "output:1,clone(output:1,output:2),resubmit(1,2),resubmit:1,LOCAL");

	(void)state;
	expect_print(actions, &ports,
		     "output:p1,clone(output:p1,output:2),resubmit(p1,2),resubmit:p1,LOCAL");
	flow_actions_free(actions);
}

static void goto_leads_to_later_tables(void **state)
{
	struct flow_match everything = {0};
	struct flow_action *actions = parse_in("", 3, "goto_table:4");

	(void)state;
	flow_actions_free(actions);
	for (int table = 4; table < 6; table++)
		assert_int_equal(flow_actions_parse("goto_table:4", &everything, (uint8_t)table,
						    NULL, &actions, NULL),
				 -EINVAL);
	actions = parse_in("", 62, "goto_table:63");
	flow_actions_free(actions);
}

/* Frames of all kinds may come to a bucket. */
static void in_a_bucket_nothing_must_be_matched(void **state)
{
	static const char *const lines[] = {
		"mod_nw_src:1.2.3.4,mod_vlan_vid:5,strip_vlan,output:1",
		"load:0x50->NXM_OF_TCP_SRC[],output:1",
		"push_vlan:0x8100,set_field:4101->vlan_vid,output:1",
		"meter:1,output:1",
		"output:1,meter:1",
	};
	struct flow_action *actions;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(flow_actions_parse(lines[i], NULL, 0, NULL, &actions, NULL), 0);
		expect_print(actions, NULL, lines[i]);
		flow_actions_free(actions);
	}
	assert_int_equal(flow_actions_parse("goto_table:1", NULL, 0, NULL, &actions, NULL),
			 -EINVAL);
}

/* OpenFlow 1.3 has no word for a tag that is put on only if there is none. */
static void a_vid_for_any_frame_keeps_its_name(void **state)
{
	struct flow_action *actions = parse_in("", 0, "meter:1,mod_vlan_vid:5");

	(void)state;
	expect_print(actions, NULL, "meter:1,mod_vlan_vid:5");
	flow_actions_free(actions);
}

static void clones_are_only_so_deep(void **state)
{
	char text[8 * (FLOW_ACTION_DEPTH_MAX + 2) + 1] = "";
	struct flow_match everything = {0};
	struct flow_action *actions;
	struct error error;

	(void)state;
	for (int i = 0; i <= FLOW_ACTION_DEPTH_MAX; i++)
		strcat(text, "clone(");
	strcat(text, "1");
	for (int i = 0; i <= FLOW_ACTION_DEPTH_MAX; i++)
		strcat(text, ")");
	assert_int_equal(flow_actions_parse(text, &everything, 0, NULL, &actions, &error), -EINVAL);
	assert_string_equal(error.text, "clone: more than 8 of them in each other");
	text[strlen(text) - 1] = '\0';
	assert_int_equal(
		flow_actions_parse(text + strlen("clone("), &everything, 0, NULL, &actions, &error),
		0);
	flow_actions_free(actions);
}

static void outputs_are_found_wherever_they_are(void **state)
{
	struct flow_action *actions =
		parse_in("", 0, "output:1,clone(output:2,clone(group:7,LOCAL)),controller");
	struct flow_action *metered = parse_in("", 0, "meter:3,output:1");

	(void)state;
	assert_true(flow_actions_output_to(actions, 1));
	assert_true(flow_actions_output_to(actions, 2));
	assert_true(flow_actions_output_to(actions, XVS_OFPP_LOCAL));
	assert_true(flow_actions_output_to(actions, FLOW_PORT_CONTROLLER));
	assert_false(flow_actions_output_to(actions, 3));
	assert_true(flow_actions_use_group(actions, 7));
	assert_false(flow_actions_use_group(actions, 1));
	assert_false(flow_actions_use_meter(actions, 7));
	assert_true(flow_actions_use_meter(metered, 3));
	assert_false(flow_actions_use_group(metered, 3));
	flow_actions_free(actions);
	flow_actions_free(metered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_are_printed_as_open_vswitch_does),
		cmocka_unit_test(what_is_printed_reads_back_as_what_it_was),
		cmocka_unit_test(each_version_has_its_words),
		cmocka_unit_test(what_is_wrong_is_told),
		cmocka_unit_test(names_of_ports_are_printed_where_they_are_wanted),
		cmocka_unit_test(goto_leads_to_later_tables),
		cmocka_unit_test(in_a_bucket_nothing_must_be_matched),
		cmocka_unit_test(a_vid_for_any_frame_keeps_its_name),
		cmocka_unit_test(clones_are_only_so_deep),
		cmocka_unit_test(outputs_are_found_wherever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
