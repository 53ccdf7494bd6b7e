# SPDX-License-Identifier: BSD-2-Clause
"""The harness itself, on the Linux bridge: what it cannot see there it cannot see on the switch."""

import os

import pytest

from harness import bpf
from harness.frames import BROADCAST, reach
from harness.tap import GSO_TCPV4
from harness.tcp import transfer
from harness.gso import tcp_segment


@pytest.fixture
def bridge(lab):
    """A namespace with a Linux bridge, and a function that puts a device on it."""
    ns = lab.namespace("bridge")
    ns.ip("link add br0 type bridge stp_state 0 forward_delay 0", "link set br0 mtu 9000 up")
    return ns, lambda port: ns.ip(f"link set {port} master br0 up")


def test_reach(lab, bridge):
    ns, attach = bridge
    a, b, c, outsider = [lab.host(ns, number, addresses=False) for number in (1, 2, 3, 4)]
    for host in (a, b, c):
        attach(host.port)
    assert reach(a, b.mac, [a, b, c], others=[outsider]) == [b, c]
    assert reach(b, a.mac, [a, b, c]) == [a]
    assert reach(a, b.mac, [a, b, c]) == [b]
    assert reach(a, BROADCAST, [b, c], tags=[(0x8100, 10)]) == [b, c]
    assert reach(a, BROADCAST, [b, c], tags=[(0x88a8, 5), (0x8100, 10)], length=1500) == [b, c]
    with pytest.raises(AssertionError, match="a broadcast reached"):
        reach(a, b.mac, [b], others=[c])


@pytest.mark.parametrize("family", (4, 6))
def test_transfer(lab, bridge, family):
    ns, attach = bridge
    a, b = [lab.host(ns, number) for number in (1, 2)]
    attach(a.port)
    attach(b.port)
    transfer(a, b, family)
    transfer(b, a, family)


def test_transfer_fails(lab, bridge):
    ns, attach = bridge
    a, b = [lab.host(ns, number) for number in (1, 2)]
    attach(a.port)
    a.sysctl("net/ipv4/neigh/eth0/retrans_time_ms", 50)
    with pytest.raises(AssertionError, match="TCP over IPv4 from h1 to h2"):
        transfer(a, b)


def test_gso_between_taps(lab, bridge):
    ns, attach = bridge
    a, b = [lab.tap(ns, number) for number in (1, 2)]
    attach(a.port)
    attach(b.port)
    octets, header = tcp_segment(a, b, 4, 60000)
    a.send(octets, header)
    (vnet, got), = b.receive(lambda frame: len(frame) > 100)
    assert vnet[1] == GSO_TCPV4
    assert got == octets


def test_bpf():
    assert isinstance(bpf.programs(), dict)
    assert os.path.isdir(os.path.dirname(os.path.dirname(bpf.pin_folder("none"))))
    assert bpf.pinned_maps("/nonexistent") == {}
