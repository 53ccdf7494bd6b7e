# SPDX-License-Identifier: BSD-2-Clause
"""TCP with default offloads across VLANs, payload hashes equal, and customers' VLANs through a service VLAN.

All in VLAN 10: a veth that is an access port, trunks to hosts that know of VLANs themselves (harness/vlan_peer.py: the
tag beside the frame, segments uncut) taken by TC and by XDP, an internal port, and a virtual machine with two cards:
one on an access port, one on a trunk with a VLAN device of its own kernel.
"""

import pytest

from harness import vlan_peer
from harness.frames import BROADCAST, Capture, containing, frame, mac_bytes, new_token, send
from harness.guest import Card, Guest, GuestEndpoint, basic_initramfs
from harness.lab import Lab
from harness.netns import Station
from harness.switch import LocalPort
from harness.tcp import transfer
from harness.vlan_peer import TPID_8021AD, TPID_8021Q
from harness.wait import wait_for

FAMILIES = pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
VLAN = 10
PAIRS = ["trunk-internal", "trunk-access", "trunk-xdp", "xdp-internal", "xdp-access", "access-internal"]
VM_PAIRS = ["vm-trunk", "vm-internal", "vm-vlan", "vlan-trunk", "vlan-xdp", "vlan-internal"]


def boot(lab, outside, kernel):
    """A machine with vm1 and vm2, the second with VLAN devices."""
    files = basic_initramfs(kernel)
    files.kernel_modules(kernel, "8021q")
    files.program("ip")
    image = str(lab.folder / "initramfs")
    files.write(image)
    cards = [Card(f"vm{number}", Station(number).mac) for number in (11, 12)]
    guest = Guest(str(lab.folder), outside, kernel, image, cards)
    lab.parts.append(guest.close)
    return guest.booted()


def sysctls(card):
    """So that nothing is taken without a tag that should have had one."""
    return (f"echo 1 >/proc/sys/net/ipv4/conf/{card}/rp_filter; "
            f"echo 1 >/proc/sys/net/ipv6/conf/{card}/disable_ipv6")


class Topology:
    """One switch, and an endpoint of each kind in VLAN 10. The witness is in VLAN 20."""

    def __init__(self, lab, mtu):
        self.lab, self.mtu = lab, mtu
        self.switch = switch = lab.switch().start()
        self.trunk, self.access = (lab.host(switch.ns, number, mtu=mtu) for number in (1, 2))
        self.xdp = lab.host(switch.ns, 3, mtu=mtu, gro=True, tx=False)
        self.witness = lab.host(switch.ns, 9, mtu=mtu, addresses=False)
        switch.add_ports("br0", self.trunk, self.access, self.xdp, self.witness)
        switch.ctl("add-port", "br0", "vlan10", "tag=10", "--", "set", "interface", "vlan10", "type=internal",
                   "--", "set", "port", "p2", "tag=10", "--", "set", "port", "p9", "tag=20",
                   "--", "set", "port", "p3", "trunks=10", "--", "set", "interface", "p3", "options:rx-hook=xdp")
        for host in (self.trunk, self.xdp):
            vlan_peer.join_vlan(host, VLAN, lab.folder)
        self.internal = LocalPort(switch, "vlan10", 8).configure(mtu)
        self.vm = self.vlan = None

    def add_guest(self, kernel):
        guest = boot(self.lab, self.switch.ns, kernel)
        self.vm, self.vlan = (GuestEndpoint(guest, number, f"card{number}") for number in (11, 12))
        for endpoint, card in ((self.vm, "eth0"), (self.vlan, "eth1")):
            inside = f"ip -n {endpoint.namespace}"
            commands = [f"ip netns add {endpoint.namespace}", f"ip link set {card} netns {endpoint.namespace}",
                        f"{inside} link set lo up", f"{inside} link set {card} mtu {self.mtu} up"]
            device = card
            if endpoint is self.vlan:
                device = f"{card}.{VLAN}"
                commands += [f"ip netns exec {endpoint.namespace} sh -c '{sysctls(card)}'",
                             f"{inside} link add link {card} name {device} type vlan id {VLAN}"]
            commands += [f"{inside} {command}" for command in endpoint.address_commands(device, self.mtu)]
            guest.run(" && ".join(commands))
        self.vm.make_file()
        self.switch.ns.ip(*(f"link set {port} mtu {self.mtu} up" for port in ("vm11", "vm12")))
        self.switch.ctl("add-port", "br0", "vm11", "tag=10", "--", "add-port", "br0", "vm12")


@pytest.fixture(scope="module")
def topology(lab_and_mtu):
    return Topology(*lab_and_mtu)


@pytest.fixture(scope="module")
def topology_with_guest(topology, cloud_kernel):
    topology.add_guest(cloud_kernel)
    return topology


def of(*endpoints):
    """Is a frame from one of these?"""
    addresses = [mac_bytes(endpoint.mac) for endpoint in endpoints]
    return lambda octets: octets[6:12] in addresses


def check(topology, pair, family):
    """Both ways, first flooded and then known; nobody in another VLAN hears of it."""
    a, b = (getattr(topology, name) for name in pair.split("-"))
    topology.switch.ctl("fdb/flush", "br0")
    with Capture(topology.witness) as capture:
        transfer(a, b, family)
        transfer(b, a, family)
        assert not capture.matching(of(a, b)), "VLAN 20 hears of VLAN 10"
    wait_for(lambda: {topology.switch.fdb()[one.mac][1] for one in (a, b)} == {VLAN}, "learned in their VLAN")


@FAMILIES
@pytest.mark.parametrize("pair", PAIRS)
def test_pair(topology, pair, family):
    check(topology, pair, family)


@FAMILIES
@pytest.mark.parametrize("pair", VM_PAIRS)
def test_pair_with_vm(topology_with_guest, pair, family):
    check(topology_with_guest, pair, family)


def test_segments_stay_whole(topology):
    """The trunk gets them as they were, with a tag: the hook does not cut what a VLAN device would not."""
    with Capture(topology.trunk) as capture:
        transfer(topology.access, topology.trunk)
        seen = capture.matching(of(topology.access))
    assert {octets[12:16] for octets in seen} == {bytes.fromhex("8100000a")}
    assert max(map(len, seen)) > 4 * topology.mtu


# QinQ: customers' VLANs through service VLAN 100, between two bridges

SERVICE, CUSTOMER = 100, 7
TRUNK_MTU = 1504  # 1500 octets and the customer's tag


class Provider:
    """br0 and br1, joined by a trunk; on each a customer in their own VLAN 7 and one with raw frames, at tunnel ports.

    The observer is on a trunk of br0.
    """

    def __init__(self, lab, joint):
        self.switch = switch = lab.switch().start()
        make = {"gro": True, "tx": False}
        self.left, self.right = (lab.host(switch.ns, number, **make) for number in (1, 2))
        self.raw_left, self.raw_right = (lab.host(switch.ns, number, addresses=False, gro=True) for number in (3, 4))
        self.observer = lab.host(switch.ns, 5, mtu=TRUNK_MTU, addresses=False, gro=True)
        switch.add_ports("br0", self.left, self.raw_left, self.observer)
        switch.add_ports("br1", self.right, self.raw_right)
        for host in (self.left, self.right, self.raw_left, self.raw_right):
            switch.ctl("set", "port", host.port, "vlan_mode=dot1q-tunnel", f"tag={SERVICE}")
        for host in (self.left, self.right):
            vlan_peer.join_vlan(host, CUSTOMER, lab.folder)
        if joint == "veth":
            switch.ns.ip(f"link add t0 mtu {TRUNK_MTU} type veth peer name t1 mtu {TRUNK_MTU}", "link set t0 up",
                         "link set t1 up")
            switch.ctl("add-port", "br0", "t0", "--", "add-port", "br1", "t1")
        else:
            switch.ctl("add-port", "br0", "t0", "--", "set", "interface", "t0", "type=patch", "options:peer=t1", "--",
                       "add-port", "br1", "t1", "--", "set", "interface", "t1", "type=patch", "options:peer=t0")

    def set_hook(self, hook):
        """Of the customers' ports. Transmit offloads and XDP do not go together: see test_pairs.py."""
        for host in (self.left, self.right, self.raw_left, self.raw_right):
            self.switch.ctl("set", "interface", host.port, "options:rx-hook=tc")
            if host in (self.left, self.right):
                host.run("ethtool", "-K", "eth0", "tx", "on" if hook == "tc" else "off")
            self.switch.ctl("set", "interface", host.port, f"options:rx-hook={hook}")


@pytest.fixture(scope="module", params=("veth", "patch"))
def made_provider(tmp_path_factory, request):
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield Provider(lab, request.param)


@pytest.fixture(params=("tc", "xdp"))
def provider(made_provider, request):
    made_provider.set_hook(request.param)
    return made_provider


@FAMILIES
def test_qinq_tcp(provider, family):
    provider.switch.ctl("fdb/flush")
    with Capture(provider.observer) as capture:
        transfer(provider.left, provider.right, family)
        transfer(provider.right, provider.left, family)
        flooded = capture.matching(of(provider.left, provider.right))
    both = frame(BROADCAST, BROADCAST, tags=[(TPID_8021AD, SERVICE), (TPID_8021Q, CUSTOMER)])[12:20]
    assert flooded and {octets[12:20] for octets in flooded} == {both}
    wait_for(lambda: provider.switch.fdb("br1").get(provider.left.mac, (0, 0))[1] == SERVICE, "learned in VLAN 100")


@pytest.mark.parametrize("tags", ((), [(TPID_8021Q, CUSTOMER)], [(TPID_8021Q, 0x6000 | SERVICE)], [(TPID_8021Q, 0)]),
                         ids=("untagged", "tagged", "tagged-as-service", "priority"))
def test_qinq_full_size(provider, tags):
    """1500 octets of payload, from one tunnel port to the other, and in between with both tags."""
    token = new_token()
    length = 14 + 4 * len(tags) + 1500
    sent = frame(provider.raw_right.mac, provider.raw_left.mac, token, tags, length=length)
    provider.switch.ctl("fdb/flush")
    with Capture(provider.raw_right) as arrived, Capture(provider.observer) as observed:
        send(provider.raw_left, "eth0", sent)
        assert arrived.wait(containing(token)) == [sent]
        service = frame(provider.raw_right.mac, provider.raw_left.mac, token, [(TPID_8021AD, SERVICE), *tags],
                        length=length + 4)
        assert observed.wait(containing(token)) == [service]
