# SPDX-License-Identifier: BSD-2-Clause
"""Flow lines, good and bad, against Debian's ovs-ofctl: the flow that it makes of them, or what it complains about.

The lines are those that the fuzzed parser begins with, tests/fuzz/flow. Ours are read by tests/unit/parse_flow, theirs
are given to a running ovs-vswitchd and asked back.
"""

import glob
import os
import re
import subprocess
from contextlib import closing

import pytest

from harness import openvswitch
from harness.lab import Lab
from harness.switch import BUILD

LINES = os.path.join(os.path.dirname(__file__), "..", "fuzz", "flow", "*.flows")
PARSER = os.path.join(BUILD, "tests", "unit", "parse_flow")
FORMATS = "none of the usable flow formats"  # the version of OpenFlow that is spoken cannot say it
NEWER = r"importance|send_flow_rem|check_overlap"  # what OpenFlow 1.0 drops without a word

# What is meant to differ: why, a pattern of lines, and one of what we say. Each line that it fits has to differ.
WRAPS = "Open vSwitch takes a number that is too large for its field, and loses the bits that do not fit"
OCTET = "frames' ARP operations are compared by their lower octet, in Open vSwitch, too"
KEEPS = "OpenFlow 1.0 has no such mask: with ovs-ofctl all bits are matched or written"
TABLES = "there are 64 tables; Open vSwitch has 254"
UNKNOWN = "this switch does not match the field"
TYPO = "Open vSwitch's sentence lacks a parenthesis"
REST = "Open vSwitch does not look at what stands behind the mask"
MASK = "all bits of the field are all bits"
ORDER = "Open vSwitch has another word to complain about first"
ABSENT = "whether there is such a meter, group or table is for those to say who add the flow"
WHICH = "Open vSwitch's program tells which field or port it is in its log only"
UNWRITTEN = "the switch does not write this field"
UNSUPPORTED = "the switch has no such action"
LOST = "OpenFlow 1.0 has no word for it, and ovs-ofctl makes something else of it"
NO_PARTS = "parts of the field cannot be matched; Open vSwitch blames the actions"
WHOLE = "Open vSwitch does not take all bits for the whole field where they are not octets"
UNREAD = "Open vSwitch does not look at what stands behind what it could read"
UNMATCHED = (r"actions=(set_field:1\.2\.3\.4->ip_src|set_field:2->arp_op|move:.*->NXM_OF_IP_SRC\[\]|move:NXM_OF_IP_SRC\[\]->.*|"
             r"load:0x1->OXM_OF_IPV4_SRC\[\]|load:0x10000000000000002->NXM_NX_IPV6_SRC\[\]|load:.*,set_field:3->vlan_pcp)(,1)?|"
             r"(ip|tcp),actions=set_field:(80->udp_src|80->tcp_src|1::2->ipv6_src),1|"
             r"(dl_vlan=5,actions=strip_vlan,|vlan_tci=0,actions=)set_field:1->vlan_pcp")

DIFFERENCES = [
    (WRAPS, r"dl_vlan=(4096|0x1005|65534),.*", r"error: \w+ is not a valid value for field dl_vlan"),
    (WRAPS, r"(dl_vlan|vlan)_pcp=8,.*", r"error: 8 is not a valid value for field \w+"),
    (WRAPS, r"vlan_vid=0x2000,.*", "error: 0x2000 is not a valid value for field vlan_vid"),
    (WRAPS, r"ip,(nw_tos=3|nw_tos=255|ip_dscp=64|nw_ecn=4),.*", r"error: \d+ is not a valid value for field \w+"),
    (WRAPS, r"ip,nw_src=256.1.1.1,.*", "error: 256.1.1.1: invalid IP address"),
    (WRAPS, r"dl_src=100:00:00:00:00:01,.*", "error: 100:00:00:00:00:01: invalid Ethernet address"),
    (OCTET, r"arp,arp_op=(300|0x1ff|65536)[ ,].*", r"error: \w+: value too large for 1-byte field arp_op"),
    (KEEPS, r"icmp,tp_src=8/0xf,.*", " icmp,tp_src=0x8/0xf actions=drop"),
    (KEEPS, r".*set_field:1.2.3.0/255.255.255.0->ip_dst.*", r" tcp actions=load:0x10203->NXM_OF_IP_DST\[8..31\],NORMAL"),
    (TABLES, r"table=(64|254),.*", r'error: unknown table "\d+": tables are 0 to 63'),
    (UNKNOWN, r"(.*,nd_sll|reg4|xreg0|tun_id|ct_state|packet_type)=.*", r"error: unknown keyword \w+"),
    (TYPO, r"ip,ip_frag=(foo|1|3/1|yes/no)[ ,].*", r'error: .*: unknown fragment type \(valid types are .*"not_later"\)'),
    (REST, r"tcp,tcp_flags=2/2/2,.*", r"error: 2/2/2: unknown TCP flag\(s\)"),
    (MASK, r"dl_vlan=5/0xfff,.*", " dl_vlan=5 actions=drop"),
    (ORDER, r"deleted ip", "error: field deleted missing value"),
    (ORDER, r"actions=drop,actions=2", 'error: "drop" must not be accompanied by any other action or instruction'),
    (ABSENT, r"actions=(meter:3,output:1|group:7|write_metadata:0x5/0xff,goto_table:1)", r" actions=.*"),
    (WHICH, UNMATCHED,
     r"error: (set_field|(source|destination) field) \w+ lacks correct prerequisites: .* \(OFPBAC_MATCH_INCONSISTENT\)"),
    (WHICH, r"actions=(none|65280)", r"error: actions are invalid with specified match \(OFPBAC_BAD_OUT_PORT\): \w+"),
    (WHICH, r"actions=meter:0", r"error: actions are invalid with specified match \(OFPMMFC_INVALID_METER\): 0"),
    (WHICH, r"actions=load:2->NXM_OF_ETH_TYPE\[\]|actions=set_field:0x800->dl_type", "error: eth_type is read-only"),
    (UNWRITTEN, r"sctp,actions=(set_field|mod_tp).*", "error: sctp_src is read-only: SCTP's checksum covers the whole packet"),
    (UNWRITTEN, r"icmp.*,actions=set_field.*", r"error: (nd_target|icmp_type) is read-only: the switch does not rewrite ICMP"),
    (UNWRITTEN, r"actions=(set_field:1->in_port|.*->NXM_OF_IN_PORT\[\].*)", r"error: in_port is read-only: .*"),
    (UNWRITTEN, r"actions=load:1->NXM_NX_REG[79]\[\]", r"error: NXM_NX_REG.\[\]: unknown field `NXM_NX_REG.'"),
    (UNSUPPORTED, r"actions=(push_mpls|enqueue|learn|exit).*", r"error: \w+: this action is not supported"),
    (UNSUPPORTED, r"actions=controller\((userdata|pause).*", r"error: controller: \w+ is not supported"),
    (UNSUPPORTED, r"actions=(output.*max_len.*|output.*reg0.*|(output:)?table|resubmit\(.*,.*,.*\))", r"error: .* is not supported"),
    (UNSUPPORTED, r"ip,actions=dec_ttl(:|\(1).*,1", r"error: .*: to tell controllers of dec_ttl is not supported"),
    (KEEPS, r"(ip|tcp),actions=set_field:.*/.*->(ip|tcp)_src,1", r" (ip|tcp) actions=load:.*,output:1"),
    (KEEPS, r"actions=set_field:.*/.*->dl_dst,1", r" actions=load:0x1->.*,load:0x2->.*,output:1"),
    (LOST, r"actions=set_field:.*->vlan_tci,1", r" actions=load:0x\w+->NXM_OF_VLAN_TCI\[.*\],output:1"),
    (LOST, r"dl_vlan=1,actions=set_field:3->dl_vlan(_pcp)?,1", r" dl_vlan=1 actions=mod_vlan_(vid|pcp):3,output:1"),
    (LOST, r"dl_vlan=1,actions=load:0x3->dl_vlan", "error: dl_vlan: unknown field `dl_vlan'"),
    (UNREAD, r"ip,actions=load:1.2.3.4->.*", r"error: .*: cannot parse integer value"),
    (UNREAD, r"actions=load:1->NXM_NX_REG0\[\]x", "error: x: unexpected input following field syntax"),
    (UNREAD, r"actions=clone\(1", r"error: clone\(1: missing `\)'"),
    (NO_PARTS, r"dl_vlan(_pcp)?\[.*\]=.*", r"error: dl_vlan.*: unknown field `dl_vlan(_pcp)?'"),
    (NO_PARTS, r"(ip,|icmp,)?(vlan_pcp|eth_type|in_port|nw_proto|ip_dscp|nw_ecn|nw_ttl|icmp_type)\[\d.*",
     r"error: .*\]: invalid mask for field \w+"),
    (NO_PARTS, r"ip,nw_tos\[0\]=1,.*", r"error: nw_tos\[0\]: not a valid value for field nw_tos"),
    (WRAPS, r"ip,nw_tos\[\]=5,.*", r"error: nw_tos\[\]: not a valid value for field nw_tos"),
    (WHOLE, r"(OXM_OF_VLAN_PCP\[\]|ip,(nw_tos\[2..7\]|.*IP_(DSCP|ECN)\[\]|ip_dscp\[\])|arp,arp_op\[0..7\])=.*",
     r" (dl_vlan_pcp=3|ip,nw_tos=(4|16)|ip,nw_ecn=1|arp,arp_op=1) actions=drop"),
    (UNKNOWN, r"(NXM_NX_REG9\[\]|reg9\[0..3\]|OXM_OF_IN_PORT\[\])=.*", r"error: .*: unknown field `\w+'"),
    (WHICH, r"reg0\[0..3\]5=5,.*", r"error: reg0\[0..3\]5: unexpected input following field syntax"),
    (ORDER, r"metadata\[0..63\]=0xffffffffffffffffff,.*", r"error: .*: value 0xffffffffffffffff does not fit into 64 bits"),
    (OCTET, r"arp,actions=set_field:256->arp_op", "error: 256: value too large for 1-byte field arp_op"),
]


def corpus():
    for path in sorted(glob.glob(LINES)):
        with open(path, encoding="utf-8") as file:
            yield from (line.rstrip("\n") for line in file if not line.startswith("#"))


class Oracle:
    """Open vSwitch with a bridge whose ports are those of parse_flow."""

    def __init__(self, vswitch):
        self.vswitch = vswitch
        self.bridge = "unix:" + os.path.join(vswitch.folder, "br0.mgmt")
        words = ["add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail_mode=secure"]
        for number, port in enumerate(("p1", "p-2", "p.3"), 1):
            words += ["--", "add-port", "br0", port, "--", "set", "interface", port, "type=internal", f"ofport_request={number}"]
        vswitch.vsctl(*words)

    def ofctl(self, *words, text=None):
        return subprocess.run(["ovs-ofctl", *words], input=text, env=self.vswitch.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)

    def make_of(self, line, *options, names="--no-names"):
        """As parse_flow says it."""
        if not options and re.search(NEWER, line):
            return self.make_of(line, "-OOpenFlow14", names=names)
        done = self.ofctl(*options, "add-flows", self.bridge, "-", text=f"delete\n{line}\n")
        complaint = re.search(r"^ovs-ofctl: (?:\S+:\d+: )?(.*)", done.stderr, re.MULTILINE)
        if complaint and FORMATS in complaint[1] and not options:
            return self.make_of(line, "-OOpenFlow14", names=names)
        if complaint:
            return f"error: {complaint[1]}"
        if "OFPT_ERROR" in done.stderr:
            return "error: of the switch"
        if re.match(r"\s*(modify|delete)", line):
            return "taken"
        return self.ofctl(*options, names, "--no-stats", "dump-flows", self.bridge).stdout.rstrip("\n")


@pytest.fixture(name="oracle", scope="module")
def running_open_vswitch(tmp_path_factory):
    reason = openvswitch.missing()
    if reason:
        pytest.skip(f"{reason}: our flow lines are not held against Open vSwitch's own")
    folder = tmp_path_factory.mktemp("ovs")
    with Lab(folder) as lab, closing(openvswitch.OpenVSwitch(folder, lab.namespace("ovs"))) as vswitch:
        yield Oracle(vswitch.start())


def ours(lines, *options):
    done = subprocess.run([PARSER, *options], input="".join(f"{line}\n" for line in lines), stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def test_flow_lines_are_read_as_by_ovs_ofctl(oracle):
    lines = list(corpus())
    wrong, met = [], set()
    for line, mine in zip(lines, ours(lines), strict=True):
        theirs = oracle.make_of(line)
        meant = [entry for entry in DIFFERENCES if re.fullmatch(entry[1], line)]
        met.update(meant)
        if (mine != theirs) != bool(meant) or not all(re.fullmatch(entry[2], mine) for entry in meant):
            wrong.append(f"{line}\n    Open vSwitch: {theirs}\n    ours:         {mine}")
    wrong += [f"{line}: there is no such line" for _, line, _ in (entry for entry in DIFFERENCES if entry not in met)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_ports_are_printed_by_name_as_by_ovs_ofctl(oracle):
    lines = ["in_port=1,actions=2,3,9", "in_port=LOCAL,actions=in_port", "in_port=p-2,actions=resubmit(3,1),p.3"]
    assert ours(lines, "--names") == [oracle.make_of(line, names="--names") for line in lines]


VERSIONS = {"OpenFlow11": 1, "OpenFlow12": 2, "OpenFlow13": 2, "OpenFlow15": 3}  # enum flow_words
IN_ALL = """
in_port=1,actions=set_field:02:00:00:00:00:01->eth_src,output:2
in_port=1,actions=write_metadata:0x5,goto_table:1
in_port=1,actions=push_vlan:0x8100,output:1
in_port=1,ip,actions=mod_nw_src:1.2.3.4,mod_nw_tos:16,mod_nw_ttl:5,mod_nw_ecn:2,dec_ttl,1
in_port=1,tcp,actions=mod_tp_dst:80,set_field:7->reg1,goto_table:3
in_port=1,actions=set_field:0x5/0xf->reg0,1
in_port=1,actions=clone(mod_dl_src:02:00:00:00:00:01,output:1),goto_table:2
in_port=1,actions=set_field:0x5->metadata,1
in_port=1,ip,actions=set_field:1.2.3.0/255.255.255.0->ip_dst,1
in_port=1,ip,actions=set_field:63->nw_ttl,set_field:2->ip_ecn,set_field:4->ip_dscp,output:1
in_port=1,arp,actions=set_field:2->arp_op,set_field:1.2.3.4->arp_spa,output:1
in_port=1,dl_vlan=5,actions=pop_vlan,output:1
in_port=1,ipv6,actions=set_field:2001:db8::1->ipv6_src,output:1
in_port=1,udp,actions=mod_tp_src:1,output:1
in_port=1,actions=resubmit(,1),resubmit:3
""".strip().splitlines()


def test_each_version_of_openflow_has_its_words(oracle):
    for version, words in VERSIONS.items():
        for line, mine in zip(IN_ALL, ours(IN_ALL, f"--words={words}"), strict=True):
            oracle.make_of(line, "-OOpenFlow13")
            theirs = oracle.ofctl(f"-O{version}", "--no-names", "--no-stats", "dump-flows", oracle.bridge).stdout.rstrip("\n")
            assert mine == theirs, (version, line)
