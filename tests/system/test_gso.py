# SPDX-License-Identifier: BSD-2-Clause
"""Segments of 64 KB with unfinished checksums, as virtual machines send them, between taps and veths."""

import pytest

from harness.frames import BROADCAST, Capture, frame, internet_checksum, send, to_mac
from harness.gso import tcp_segment
from harness.tap import GSO_NONE, GSO_TCPV4, GSO_TCPV6, NEEDS_CSUM
from harness.wait import wait_for

MSS = 1400
LENGTH = 64000


def learn(switch, tap):
    tap.send(frame(BROADCAST, tap.mac))
    wait_for(lambda: switch.learned(tap.mac), f"{tap} is learned")


@pytest.fixture
def two(switch, taps):
    made = taps(2)
    switch.add_ports("br0", *made)
    return made


@pytest.mark.parametrize("known", (False, True), ids=("flooded", "known"))
@pytest.mark.parametrize("family", (4, 6))
def test_whole(switch, two, family, known):
    """The other side gets it in one piece, with the work that is left to do in its header."""
    a, b = two
    if known:
        learn(switch, b)
    octets, header = tcp_segment(a, b, family, LENGTH, MSS)
    a.send(octets, header)
    (vnet, got), = b.receive(to_mac(b.mac))
    assert vnet[0] & NEEDS_CSUM
    assert vnet[1] == (GSO_TCPV4 if family == 4 else GSO_TCPV6)
    assert vnet[3] == MSS
    assert got == octets


def test_to_a_tap_without_offloads(switch, taps, lab):
    """The kernel cuts it up, and every piece has its checksum."""
    (a,) = taps(1)
    b = lab.tap(switch.ns, 110, offloads=0)
    switch.add_ports("br0", a, b)
    learn(switch, b)
    octets, header = tcp_segment(a, b, 4, LENGTH, MSS)
    a.send(octets, header)
    pieces = b.receive(to_mac(b.mac), -(-LENGTH // MSS))
    assert b"".join(piece[54:] for _, piece in pieces) == octets[54:]
    for vnet, piece in pieces:
        assert (vnet[0] & NEEDS_CSUM, vnet[1]) == (0, GSO_NONE)
        pseudo = piece[26:34] + (6).to_bytes(4, "big") + (len(piece) - 34).to_bytes(4, "big")
        assert internet_checksum(pseudo + piece[34:]) == 0xffff


def test_pieces_that_do_not_fit(switch, taps, lab):
    """Held against the output's MTU segment by segment, not as a whole."""
    (a,) = taps(1, mtu=9000)
    b = lab.tap(switch.ns, 110, mtu=1500)
    switch.add_ports("br0", a, b)
    learn(switch, b)
    too_long, header = tcp_segment(a, b, 4, LENGTH, 1461)
    a.send(too_long, header)
    wait_for(lambda: switch.counters("tap110").get("mtu-exceeded") == 1, "dropped and counted")
    fits, header = tcp_segment(a, b, 4, LENGTH, 1460)
    a.send(fits, header)
    (_, got), = b.receive(to_mac(b.mac))
    assert got == fits


def test_from_a_tap_to_a_veth_with_xdp(switch, taps, hosts):
    """An XDP program on the receiving port does not stand in the way."""
    (a,), (b,) = taps(1), hosts(1, gro=True, tx=False)
    switch.add_ports("br0", a, b)
    switch.ctl("set", "interface", "p1", "options:rx-hook=xdp")
    send(b, "eth0", frame(BROADCAST, b.mac))
    wait_for(lambda: switch.learned(b.mac), "learned")
    octets, header = tcp_segment(a, b, 4, LENGTH, MSS)
    with Capture(b, "eth0") as capture:
        a.send(octets, header)

        def payload():
            return sum(len(piece) - 54 for piece in capture.matching(to_mac(b.mac)))

        wait_for(lambda: payload() == LENGTH, "all of it came")
