# SPDX-License-Identifier: BSD-2-Clause
"""Flows that rewrite frames: TCP with default offloads through them, payload hashes equal, and UDP.

Most traffic is to addresses that nobody has. Frames are taken by TC with the hosts' offloads on, by TC with checksums
that the hosts have finished themselves, and by XDP, which wants that.
"""

import json
import socket
import struct

import pytest

from harness import vlan_peer
from harness.flows import put_flows, use_hook
from harness.frames import BROADCAST, Capture, frame, send, to_mac
from harness.gso import tcp_segment
from harness.netns import Station
from harness.tap import GSO_TCPV4, GSO_TCPV6, NEEDS_CSUM
from harness.tcp import transfer
from harness.udp import Receiver
from harness.wait import wait_for

FAMILIES = pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
SERVICE = 7777  # the port that clients know
OUTSIDE, INSIDE = Station(101), Station(203)  # what a and b are called on the other side: not the same distance from both
SIZE = 2 << 20


class Pair:
    """Hosts a and b on one switch. Each takes the other one for a Station of another address."""

    def __init__(self, lab, hook, finished):
        self.switch = lab.switch().start()
        self.a, self.b = (lab.host(self.switch.ns, number) for number in (1, 2))
        self.switch.add_ports("br0", self.a, self.b)
        use_hook(self.switch, hook, self.a, self.b)
        if finished:
            for host in (self.a, self.b):
                host.run("ethtool", "-K", "eth0", "tx", "off")
        for host, other in ((self.a, INSIDE), (self.b, OUTSIDE)):
            host.ip(*(f"neigh add {address} lladdr {other.mac} dev eth0" for address in (other.ip4, other.ip6)))

    def put(self, *flows):
        put_flows(self.switch, *flows)


@pytest.fixture(scope="module", params=(("tc", False), ("tc", True), ("xdp", True)), ids=("tc", "tc-finished", "xdp"))
def made_pair(module_lab, request):
    return Pair(module_lab, *request.param)


@pytest.fixture
def pair(made_pair):
    yield made_pair
    made_pair.put("actions=normal")


class Renamed:
    """An endpoint under the address that the other side has for it, and maybe the port."""

    bulk = SIZE

    def __init__(self, endpoint, name, set_up=None):
        self.endpoint, self.name, self.set_up = endpoint, name, set_up

    def address(self, family):
        return self.name.address(family)

    def receiver(self, family):
        made = self.endpoint.receiver(family)
        if self.set_up:
            made.port = self.set_up(made.port)
        return made


FIELDS = {4: ("ip", "nw", lambda where, value: f"mod_nw_{where}:{value}"),
          6: ("ipv6", "ipv6", lambda where, value: f"set_field:{value}->ipv6_{where}")}


def translation(pair, family, there="", back=""):
    """Flows of both directions that give both ends the other's names. there, back: what else is done to a's and b's."""
    shorthand, prefix, mod = FIELDS[family]
    a, b = pair.a, pair.b
    return (f"in_port=1,{shorthand},{prefix}_dst={INSIDE.address(family)} "
            f"actions={mod('src', OUTSIDE.address(family))},{mod('dst', b.address(family))},"
            f"mod_dl_src:{OUTSIDE.mac},mod_dl_dst:{b.mac},{there}output:2",
            f"in_port=2,{shorthand},{prefix}_dst={OUTSIDE.address(family)} "
            f"actions={mod('src', INSIDE.address(family))},{mod('dst', a.address(family))},"
            f"mod_dl_src:{INSIDE.mac},mod_dl_dst:{a.mac},{back}output:1")


@FAMILIES
def test_addresses(pair, family):
    """Both addresses of each frame, of either layer, in both directions: neither host knows the other's."""
    pair.put(*translation(pair, family))
    transfer(pair.a, Renamed(pair.b, INSIDE), family, SIZE)
    transfer(pair.b, Renamed(pair.a, OUTSIDE), family, SIZE)
    with Receiver(pair.b, family) as receiver:
        receiver.answer(pair.a, INSIDE.address(family), receiver.port, family)


@FAMILIES
def test_ports(pair, family):
    """The service's port is another one inside, over TCP and UDP; and the source's half of the way is left alone."""
    shorthand, prefix, mod = FIELDS[family]

    def flows_to(port, protocol):
        kind = protocol + ("6" if family == 6 else "")
        return (f"in_port=1,{kind},{prefix}_dst={INSIDE.address(family)},tp_dst={SERVICE} "
                f"actions={mod('dst', pair.b.address(family))},mod_tp_dst:{port},mod_dl_dst:{pair.b.mac},2",
                f"in_port=2,{kind},{prefix}_dst={pair.a.address(family)},tp_src={port} "
                f"actions={mod('src', INSIDE.address(family))},mod_tp_src:{SERVICE},1",
                "priority=1,actions=normal")

    def put_tcp(port):
        pair.put(*flows_to(port, "tcp"))
        return SERVICE

    transfer(pair.a, Renamed(pair.b, INSIDE, put_tcp), family, SIZE)
    with Receiver(pair.b, family) as receiver:
        pair.put(*flows_to(receiver.port, "udp"))
        receiver.answer(pair.a, INSIDE.address(family), SERVICE, family)


@FAMILIES
def test_ttl(pair, family):
    pair.put(*translation(pair, family, there="dec_ttl,", back="mod_nw_ttl:9,"))
    with Capture(pair.a) as at_a, Capture(pair.b) as at_b:
        transfer(pair.a, Renamed(pair.b, INSIDE), family, SIZE)
        place = 22 if family == 4 else 21
        assert {octets[place] for octets in at_b.matching(to_mac(pair.b.mac))} == {63}
        assert {octets[place] for octets in at_a.matching(to_mac(pair.a.mac))} == {9}


@FAMILIES
def test_dscp_and_ecn(pair, family):
    pair.put(*translation(pair, family, there="mod_nw_tos:184,", back="mod_nw_tos:40,"))
    with Capture(pair.b) as at_b:
        transfer(pair.a, Renamed(pair.b, INSIDE), family, SIZE)
        tos = {octets[15] if family == 4 else struct.unpack_from("!H", octets, 14)[0] >> 4 & 0xff
               for octets in at_b.matching(to_mac(pair.b.mac))}
    assert {octet & 0xfc for octet in tos} == {184}


@FAMILIES
def test_udp_in_one_piece(pair, family):
    """Many datagrams that the sender's kernel leaves to the device to cut."""
    pair.put(*translation(pair, family, there="dec_ttl,"))
    with Receiver(pair.b, family) as receiver:
        receiver.answer(pair.a, INSIDE.address(family), receiver.port, family, 20000, segment=1200)


@pytest.fixture
def vlans(pair, tmp_path):
    """Lets hosts join VLANs for one test."""
    joined = []

    def join(host, vid):
        joined.append(host)
        vlan_peer.join_vlan(host, vid, tmp_path)

    yield join
    for host in joined:
        vlan_peer.leave_vlan(host)


@FAMILIES
def test_tag_is_pushed_and_stripped(pair, vlans, family):
    """One host is in VLAN 10, the other one knows of none."""
    vlans(pair.b, 10)
    for push, strip in (("push_vlan:0x8100,set_field:4106->vlan_vid", "pop_vlan"), ("mod_vlan_vid:10", "strip_vlan")):
        pair.put(f"in_port=1 actions={push},output:2", f"in_port=2,dl_vlan=10 actions={strip},output:1")
        transfer(pair.a, pair.b, family, SIZE)
        transfer(pair.b, pair.a, family, SIZE)


@FAMILIES
def test_vlan_is_translated(pair, vlans, family):
    vlans(pair.a, 10)
    vlans(pair.b, 20)
    pair.put("in_port=1,dl_vlan=10 actions=mod_vlan_vid:20,mod_vlan_pcp:5,output:2",
             "in_port=2,dl_vlan=20 actions=mod_vlan_vid:10,output:1")
    with Capture(pair.b) as at_b:
        transfer(pair.a, pair.b, family, SIZE)
        tags = {octets[12:16] for octets in at_b.matching(to_mac(pair.b.mac))}
    assert tags == {bytes.fromhex("8100a014")}
    transfer(pair.b, pair.a, family, SIZE)


def test_second_tag_and_normal(pair):
    """Such a frame does not go the short way into b's namespace, on which b's port would send nothing: kernels up to
    6.11 mistake where its payload begins then."""
    def sent():
        link = json.loads(pair.switch.ns.run("ip", "-j", "-s", "link", "show", "dev", pair.b.port))[0]
        return link["stats64"]["tx"]["packets"]

    pair.switch.ctl("fdb/add", "br0", pair.b.port, "20", pair.b.mac)
    pair.put("in_port=1 actions=mod_vlan_vid:10,push_vlan:0x88a8,set_field:4116->vlan_vid,normal")
    before = sent()
    with Capture(pair.b) as at_b:
        send(pair.a, "eth0", *[frame(pair.b.mac, pair.a.mac, bytes(100))] * 10)
        taken = at_b.wait(to_mac(pair.b.mac), count=10)
    assert {octets[12:20] for octets in taken} == {bytes.fromhex("88a800148100000a")}
    wait_for(lambda: sent() - before >= 10, "the frames leave by b's port")
    pair.switch.ctl("fdb/del", "br0", "20", pair.b.mac)


@FAMILIES
def test_all_at_once_and_normal(pair, vlans, family):
    """Addresses, TTL and tag, and then where NORMAL finds the new address. Beside it the frame as it was is put out."""
    pair.switch.ctl("fdb/flush", "br0")
    vlans(pair.b, 10)
    shorthand, prefix, mod = FIELDS[family]
    a, b = pair.a, pair.b
    pair.put(f"in_port=1,{shorthand},{prefix}_dst={INSIDE.address(family)} "
             f"actions={mod('dst', b.address(family))},dec_ttl,mod_dl_dst:{b.mac},mod_vlan_vid:10,normal",
             f"in_port=2,{shorthand},{prefix}_dst={a.address(family)} "
             f"actions={mod('src', INSIDE.address(family))},strip_vlan,output:1",
             "priority=1,in_port=2 actions=strip_vlan,output:1", "priority=1,in_port=1 actions=mod_vlan_vid:10,output:2")
    transfer(a, Renamed(b, INSIDE), family, SIZE)
    wait_for(lambda: pair.switch.learned(a.mac, vlan=10) == "1", "NORMAL learns in the VLAN that the flow has put it in")


# A virtual machine's frames

@FAMILIES
def test_segments_stay_whole(switch, taps, family):
    """64 KB with an unfinished checksum: rewritten as they are, the pseudo header's sum with them."""
    a, b = taps(2)
    switch.add_ports("br0", a, b)
    shorthand, prefix, mod = FIELDS[family]
    put_flows(switch, f"in_port=1,{shorthand},{prefix}_dst={INSIDE.address(family)} "
              f"actions={mod('dst', b.address(family))},{mod('src', OUTSIDE.address(family))},mod_dl_dst:{b.mac},"
              f"mod_dl_src:{OUTSIDE.mac},output:2")
    octets, header = tcp_segment(a, INSIDE, family, 64000)
    wanted, _ = tcp_segment(OUTSIDE, b, family, 64000)
    a.send(octets, header)
    (vnet, got), = b.receive(to_mac(b.mac))
    assert vnet[0] & NEEDS_CSUM and vnet[1] == (GSO_TCPV4 if family == 4 else GSO_TCPV6)
    start = header[2]  # of the payload
    assert got[:start] == wanted[:start], "addresses and sums are as if it had been made so"
    assert got[start:] == octets[start:]


# Frames by hand

def ipv4(src, dst, payload, protocol=17, fragment=0):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, fragment, 64, protocol, 0,
                         socket.inet_aton(src.ip4), socket.inet_aton(dst.ip4))
    return header[:10] + b"\0\0" + header[12:] + payload


def test_later_fragments_keep_their_payload(made_pair):
    """Where a first fragment has ports, they have data."""
    a, b = made_pair.a, made_pair.b
    made_pair.put("in_port=1,udp actions=mod_nw_dst:10.0.0.9,mod_tp_dst:53,output:2")
    data = bytes(range(64))
    with Capture(b) as at_b:
        send(a, "eth0", frame(b.mac, a.mac, ipv4(a, b, data, fragment=5), ethertype=0x800))
        (got,) = at_b.wait(lambda octets: octets[12:14] == b"\x08\x00" and octets[20:22] == b"\0\5")
    assert got[30:34] == socket.inet_aton("10.0.0.9") and got[34:98] == data


def test_arp(made_pair):
    a, b = made_pair.a, made_pair.b
    made_pair.put("arp,in_port=1 actions=set_field:10.0.0.77->arp_spa,mod_vlan_vid:7,output:2")
    arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 1, b"\2" * 6, socket.inet_aton(a.ip4), bytes(6), socket.inet_aton(b.ip4))
    with Capture(b) as at_b:
        send(a, "eth0", frame(BROADCAST, a.mac, arp, ethertype=0x806))
        (got,) = at_b.wait(lambda octets: octets[12:18] == bytes.fromhex("810000070806"))
    assert got[18:46] == arp[:14] + socket.inet_aton("10.0.0.77") + arp[18:]
