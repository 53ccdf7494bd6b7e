# SPDX-License-Identifier: BSD-2-Clause
"""TCP with default offloads between every pair of kinds of ports, payload hashes equal.

Kinds: a veth taken by TC (default offloads), a veth taken by XDP (the sender's transmit offloads off), a virtual
machine on a tap (virtio-net, checksum and segmentation offloads on), the bridge's own device on the host. Over
IPv4 and IPv6, with an MTU of 1500 and of 9000, in both directions, flooded before it is learned. A witness on a
third port sees what is flooded, and what is not any more.

XDP to veth is the pass-up path: that veth's far end has no GRO.
"""

import pytest

from harness.frames import Capture, mac_bytes
from harness.switch import LocalPort
from harness.tcp import transfer
from harness.wait import wait_for

PAIRS = ["tc-tc", "tc-xdp", "xdp-xdp", "tc-local", "xdp-local"]
VM_PAIRS = ["vm-tc", "vm-xdp", "vm-vm", "vm-local"]


class Topology:
    """One switch with two ports of each kind, the witness on a port of its own."""

    def __init__(self, lab, mtu):
        self.lab, self.mtu = lab, mtu
        self.switch = switch = lab.switch().start()
        switch.ctl("add-br", "br0")
        self.local = LocalPort(switch, "br0", 8).configure(mtu)
        self.tc = [lab.host(switch.ns, number, mtu=mtu) for number in (1, 2)]
        self.xdp = [lab.host(switch.ns, number, mtu=mtu, gro=True, tx=False) for number in (3, 4)]
        self.witness = lab.host(switch.ns, 9, mtu=mtu, addresses=False)
        switch.add_ports("br0", *self.tc, *self.xdp, self.witness, may_exist=True)
        for host in self.xdp:
            switch.ctl("set", "interface", host.port, "options:rx-hook=xdp")
        self.vm = []

    def add_guests(self, image):
        ns = self.switch.ns
        self.vm = [self.lab.guest(ns, number, image) for number in (5, 6)]
        for guest in self.vm:
            guest.configure(self.mtu)
            ns.ip(f"link set {guest.port} mtu {self.mtu} up")
            self.switch.ctl("add-port", "br0", guest.port)

    def pair(self, name):
        first, second = name.split("-")
        a = getattr(self, first)[0]
        if second == "local":
            return a, self.local
        return a, getattr(self, second)[first == second]


@pytest.fixture(scope="module")
def topology(lab_and_mtu):
    return Topology(*lab_and_mtu)


@pytest.fixture(scope="module")
def topology_with_guests(topology, endpoint_image):
    topology.add_guests(endpoint_image)
    return topology


def for_others(*endpoints):
    """Unicast frames to these, which the witness sees only when they are flooded."""
    addresses = [mac_bytes(endpoint.mac) for endpoint in endpoints]
    return lambda octets: octets[:6] in addresses


def check(topology, name, family):
    switch = topology.switch
    a, b = topology.pair(name)
    transfer(b, a, family, 1 << 16)  # from here on they know each other's addresses

    def flooded():
        """To a: the local port is never unknown. Again if a spoke after the flush, of its own accord."""
        switch.ctl("fdb/flush", "br0")
        with Capture(topology.witness, "eth0") as capture:
            transfer(b, a, family)
            return capture.matching(for_others(a))

    wait_for(flooded, "what is unknown is flooded")
    wait_for(lambda: {a.mac, b.mac} <= set(switch.fdb()), "both are learned")

    with Capture(topology.witness, "eth0") as capture:
        transfer(a, b, family)
        transfer(b, a, family)
        assert not capture.matching(for_others(a, b)), "what is known goes nowhere else"


@pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
@pytest.mark.parametrize("name", PAIRS)
def test_pair(topology, name, family):
    check(topology, name, family)


@pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
@pytest.mark.parametrize("name", VM_PAIRS)
def test_pair_with_vm(topology_with_guests, name, family):
    check(topology_with_guests, name, family)
