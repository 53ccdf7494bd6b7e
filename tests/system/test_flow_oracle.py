# SPDX-License-Identifier: BSD-2-Clause
"""What the tests' reference of flows (tests/datapath/flow_reference.h) finds in a frame, held against Open vSwitch.

Debian's ovs-ofctl says what fields flows would see of each of some thousand random frames. What it does otherwise is
in KNOWN: a difference that is not foreseen there fails, and one that is gone, too.
"""

import collections
import ipaddress
import os
import random
import struct
import subprocess

import pytest

from harness.compile import tool
from harness.package import Unavailable, unpacked

FRAMES = 20000
SOURCES = ("tests/datapath/flow_reference_parse.c", "tests/datapath/flow_random_frame.c")

KNOWN = {
    "runt":
        "A tag that is cut off is none, and its TPID a type like any other. We drop such frames.",
    "two-tags":
        "This program looks behind two tags. With vlan-limit=1, the default, ovs-vswitchd stops behind the first, and "
        "so do we.",
    "version":
        "IPv4 is believed whatever its version field says. To us, nothing of it is there.",
    "headers":
        "Any number of IPv6 extension headers is passed over, however long. We drop frames with more than eight, or "
        "whose transport header begins far behind.",
    "cut":
        "When an IPv6 extension header is cut off, traffic class and hop limit are not there, but the addresses are. To "
        "us, all of the IPv6 header is.",
    "first-fragment":
        "The first fragment's ports are there, and ovs-vswitchd takes them away before it looks the frame up.",
    "icmp":
        "ICMP over IPv6, and ICMPv6 over IPv4, have type and code. No flow can match these.",
    "tcp-length":
        "There are no ports when TCP's header says that it is shorter than 20 octets, or longer than what is there.",
}

TYPES = {"ip": 0x0800, "ipv6": 0x86dd, "arp": 0x0806, "rarp": 0x8035}
PROTOCOLS = {"icmp": (0x0800, 1), "icmp6": (0x86dd, 58)}
PROTOCOLS.update({name + version: (dl_type, number) for name, number in (("tcp", 6), ("udp", 17), ("sctp", 132))
                  for version, dl_type in (("", 0x0800), ("6", 0x86dd))})
TCP_FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]")
FRAGMENTS = {"no": 0, "first": 1, "later": 3}


class Fields(dict):
    """What flows see of a frame, by ovs-ofctl's names; what is not there is 0."""

    def __missing__(self, name):
        return 0


def from_words(words):
    """The layout is that of datapath/flow_types.h."""
    word = [int(text, 16) for text in words]
    return Fields(vlan_tci=word[0] >> 32 & 0xffff, dl_type=word[0] >> 16 & 0xffff, nw_proto=word[0] >> 8 & 0xff,
                  nw_frag=word[0] & 0xff, source=word[1] >> 32, destination=word[1] & 0xffffffff, tp_src=word[2] >> 48,
                  tp_dst=word[2] >> 32 & 0xffff, tcp_flags=word[2] >> 16 & 0xffff, nw_tos=word[2] >> 8 & 0xff,
                  nw_ttl=word[2] & 0xff, dl_dst=word[3], dl_src=word[4], ipv6_src=word[8] << 64 | word[9],
                  ipv6_dst=word[10] << 64 | word[11], target=word[12] << 64 | word[13])


def address(text):
    return int(ipaddress.ip_address(text))


def mac(text):
    return int(text.replace(":", ""), 16)


def from_text(line):
    """What ovs-ofctl prints."""
    said = dict(part.partition("=")[::2] for part in line.split(","))
    fields = Fields()
    for name in said:
        if name in TYPES:
            fields["dl_type"] = TYPES[name]
        elif name in PROTOCOLS:
            fields["dl_type"], fields["nw_proto"] = PROTOCOLS[name]
    for names in (("dl_type",), ("nw_proto", "arp_op"), ("nw_ttl",), ("tp_src", "icmp_type"), ("tp_dst", "icmp_code")):
        for name in names:
            if name in said:
                fields[names[0]] = int(said[name], 0)
    fields["dl_dst"], fields["dl_src"] = mac(said["dl_dst"]), mac(said["dl_src"])
    for name, field in (("nw_src", "source"), ("arp_spa", "source"), ("nw_dst", "destination"),
                        ("arp_tpa", "destination"), ("ipv6_src", "ipv6_src"), ("ipv6_dst", "ipv6_dst"),
                        ("nd_target", "target")):
        if name in said:
            fields[field] = address(said[name])
    if "arp_sha" in said:
        fields["target"] = mac(said["arp_sha"]) << 64 | mac(said["arp_tha"])
    if "dl_vlan" in said:
        fields["vlan_tci"] = int(said["dl_vlan"]) | int(said["dl_vlan_pcp"]) << 13 | 0x1000
    flags = said.get("tcp_flags", "0").split("|")
    fields["tcp_flags"] = sum(1 << TCP_FLAGS.index(flag) for flag in flags if flag != "0")
    fields["nw_tos"] = int(said.get("nw_tos", 0)) | int(said.get("nw_ecn", 0))
    fields["nw_frag"] = FRAGMENTS[said.get("nw_frag", "no")]
    return fields


def differences(ours, theirs):
    return sorted(name for name in {*ours, *theirs} if ours[name] != theirs[name])


L3 = ("nw_proto", "nw_frag", "source", "destination", "tp_src", "tp_dst", "tcp_flags", "nw_tos", "nw_ttl", "ipv6_src",
      "ipv6_dst", "target")
L4 = ("tp_src", "tp_dst", "tcp_flags", "target")


def is_tag(octets, offset):
    return octets[offset:offset + 2] in (b"\x81\x00", b"\x88\xa8")


def payload(octets):
    """What is behind the type, the tag and SNAP."""
    at = 18 if is_tag(octets, 12) else 14
    return octets[at:] if int.from_bytes(octets[at - 2:at], "big") >= 0x600 else octets[at + 8:]


def foreseen(octets, ours, theirs):
    """Makes of what Open vSwitch found what we should have, and yields what it does otherwise."""
    def without(names):
        was = Fields(theirs)
        for name in names:
            theirs[name] = 0
        return differences(was, theirs)

    if is_tag(octets, 12) and is_tag(octets, 16):
        theirs["dl_type"] = int.from_bytes(octets[16:18], "big")
        without(L3)
        yield "two-tags"
    if theirs["dl_type"] == 0x0800 and payload(octets)[:1] and payload(octets)[0] >> 4 != 4 and without(L3):
        yield "version"
    if theirs["dl_type"] == 0x86dd and theirs["ipv6_src"] and not theirs["nw_ttl"] and not ours["nw_proto"]:
        if differences(ours, theirs):
            theirs["nw_tos"], theirs["nw_ttl"] = ours["nw_tos"], ours["nw_ttl"]
            yield "cut"
    if (theirs["dl_type"], theirs["nw_proto"]) in ((0x86dd, 1), (0x0800, 58)) and without(L4):
        yield "icmp"
    if theirs["nw_frag"] == 1 and without(L4):
        yield "first-fragment"
    if ours["nw_proto"] == 6 and not any(theirs[name] for name in L4) and any(ours[name] for name in L4):
        theirs.update({name: ours[name] for name in L4})
        yield "tcp-length"


def write_pcap(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for octets in frames:
            file.write(struct.pack("=IIII", 0, 0, len(octets), len(octets)) + octets)


def open_vswitch(folder, frames):
    """The fields that ovs-ofctl finds in each frame."""
    try:
        root = unpacked("openvswitch", "openvswitch-switch", "openvswitch-common")
    except Unavailable as why:
        pytest.skip(f"{why}: what flows see of frames is not held against Open vSwitch")
    path = folder / "frames.pcap"
    write_pcap(path, frames)
    output = subprocess.run([os.path.join(root, "usr/bin/ovs-ofctl"), "parse-pcap", str(path)], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return [from_text(line) for line in output.splitlines()]


def test_fields(tmp_path):
    seed = int(os.environ.get("XVS_SEED") or random.randrange(1 << 32))
    print(f"XVS_SEED={seed}")
    path = tool(tmp_path, "flow_keys", sources=SOURCES)
    output = subprocess.run([path, str(seed), str(FRAMES)], check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = [line.split(" ") for line in output.splitlines()]
    rows = [(bytes.fromhex(octets), words) for octets, *words in rows if len(octets) >= 28]
    happened, unknown = collections.Counter(), []
    for (octets, words), theirs in zip(rows, open_vswitch(tmp_path, [octets for octets, _ in rows]), strict=True):
        if words[0] in ("runt", "headers"):
            happened[words[0]] += 1
            continue
        ours = from_words(words)
        happened.update(foreseen(octets, ours, theirs))
        differ = ", ".join(f"{field} {ours[field]:#x}, Open vSwitch {theirs[field]:#x}"
                           for field in differences(ours, theirs))
        if differ:
            unknown.append(f"{octets.hex()}: {differ}")
    assert not unknown, "\n".join(unknown[:20])
    gone = [f"{name}: {explanation}" for name, explanation in KNOWN.items() if not happened[name]]
    assert not gone, "known differences that have gone:\n" + "\n".join(gone)
