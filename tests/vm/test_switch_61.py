# SPDX-License-Identifier: BSD-2-Clause
"""The switch itself on kernel 6.1: two multi-queue virtio NICs with native XDP, and a veth.

The switch runs in a virtual machine. The NICs' other ends are taps on this side, each in a namespace of its own,
as two hosts on the wire; a third host is a namespace in the machine. This is where libxdp's dispatcher works
(the NICs are shared with other programs), where there is no TCX (clsact instead), and no xdp-features.
"""

import json
import re

import pytest

from harness import compile as compiled, vlan_peer
from harness.frames import Capture, EXPERIMENTAL, containing, frame, new_token, send
from harness.guest import Card, Guest, GuestEndpoint, basic_initramfs
from harness.lab import Lab
from harness.netns import Namespace, Station, parse_offloads
from harness.switch import XVSCTL, XVSWITCHD
from harness.tcp import Endpoint, transfer
from harness.wait import wait_for

QUEUES = 4
CPUS = 2
DISPATCHER = "/usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o"


class WireHost(Namespace, Station, Endpoint):
    """The host at the other end of a NIC's wire: the tap, in a namespace of its own."""

    def __init__(self, number, tap, qemu):
        Namespace.__init__(self, f"wire{number}")
        Station.__init__(self, number)
        self.device = tap
        qemu.ip(f"link set {tap} netns {self.name}")
        self.ip(f"link set {tap} address {self.mac}")
        self.sysctl(f"net/ipv6/conf/{tap}/disable_ipv6", 0)
        self.ip(*self.address_commands(tap, 1500))


class Machine:
    """The machine with the switch in it, and the three hosts."""

    def __init__(self, lab, kernel):
        self.qemu = lab.namespace("qemu")
        cards = [Card(f"nic{i}", f"02:00:00:00:01:0{i}", QUEUES) for i in range(3)]
        self.guest = Guest(str(lab.folder), self.qemu, kernel, self._image(lab.folder, kernel), cards, CPUS, 768)
        lab.parts.append(self.guest.close)
        self.guest.booted()
        self.left, self.right = (self._wire(lab, number) for number in (0, 1))
        self.inner = GuestEndpoint(self.guest, 3, "inner")
        self.inner.make_file()
        self.run("ip netns add inner",
                 f"ip link add v3 type veth peer name eth0 address {self.inner.mac} netns inner",
                 "ip -n inner link set lo up",
                 *(f"ip -n inner {command}" for command in self.inner.address_commands("eth0", 1500)),
                 *(f"ip link set {device} up" for device in ("eth0", "eth1", "eth2", "v3")))
        self.found = self.condition()
        self.start()
        self.ctl("add-br br0 -- add-port br0 eth0 -- add-port br0 eth1 -- add-port br0 v3")

    @staticmethod
    def _image(folder, kernel):
        files = basic_initramfs(kernel)
        files.kernel_modules(kernel, "veth", "8021q", "sch_ingress", "cls_bpf")
        for program in ("ip", "tc", "ethtool", "bpftool"):
            files.program(program)
        files.program(XVSWITCHD, "/usr/sbin/xvswitchd")
        files.program(XVSCTL, "/usr/bin/xvsctl")
        files.program(compiled.tool(folder, "xdp_attach", "libxdp", "libbpf"), "/usr/bin/xdp_attach")
        files.file(DISPATCHER)
        files.file(compiled.foreign_program(folder), "/foreign.o")
        path = str(folder / "initramfs")
        files.write(path)
        return path

    def _wire(self, lab, number):
        made = WireHost(number + 1, f"nic{number}", self.qemu)
        lab.parts.append(made.delete)
        return made

    def run(self, *commands):
        return [self.guest.run(command) for command in commands][-1]

    def start(self):
        self.run("xvswitchd --detach --log-file /tmp/log")

    def ctl(self, words):
        return self.guest.run(f"xvsctl {words}")

    def links(self):
        return {link["ifname"]: link for link in json.loads(self.run("ip -d -j link"))}

    def fdb(self):
        return {words[2]: words[0] for words in map(str.split, self.ctl("fdb/show br0").splitlines()[1:])}

    def programs(self):
        return [program.get("name", "") for program in json.loads(self.run("bpftool -j prog show"))]

    def condition(self):
        """What the switch might leave on the devices."""
        links = self.links()
        state = {}
        for device in ("eth0", "eth1", "eth2", "v3"):
            state[device] = {"promiscuity": links[device]["promiscuity"], "xdp": "xdp" in links[device],
                             "mtu": links[device]["mtu"], "qdiscs": self.run(f"tc qdisc show dev {device}"),
                             "offloads": parse_offloads(self.run(f"ethtool -k {device}"))}
        return state

    def log_problems(self):
        return [line for line in self.run("cat /tmp/log").splitlines()
                if not re.match(r"\S+ (info|debug) ", line)]


@pytest.fixture(scope="module")
def machine(tmp_path_factory, cloud_kernel):
    with Lab(tmp_path_factory.mktemp("vm")) as lab:
        yield Machine(lab, cloud_kernel)


def test_kernel(machine):
    assert machine.run("uname -r").startswith("6.1.")
    queues = machine.run("ethtool -l eth0").partition("Current")[2]
    assert re.search(r"Combined:\s+4\n", queues), "for each CPU one, and one more for what XDP sends"


@pytest.mark.parametrize("nic", ("eth0", "eth1"))
def test_native_xdp(machine, nic):
    link = machine.links()[nic]
    assert link["xdp"]["mode"] == 1, "1 is the driver's own mode, 2 the generic one"
    assert link["xdp"]["prog"]["name"] == "xvs_xdp_root", "alone on the device: no dispatcher in between"
    assert link["promiscuity"] == 1


def test_nothing_to_complain_of(machine):
    assert "error" not in machine.ctl("show")
    assert "xdp" not in machine.links()["v3"], "a veth's frames come as socket buffers"


@pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
@pytest.mark.parametrize("name", ("left-right", "left-inner", "right-inner"))
def test_tcp(machine, name, family):
    a, b = (getattr(machine, word) for word in name.split("-"))
    machine.ctl("fdb/flush br0")
    transfer(a, b, family)
    transfer(b, a, family)


def test_learned_where_they_are(machine):
    transfer(machine.left, machine.right)
    transfer(machine.left, machine.inner)
    wait_for(lambda: {host.mac: str(port) for port, host in
                      enumerate((machine.left, machine.right, machine.inner), 1)}.items() <= machine.fdb().items(),
             "each on its port")


SERVICE, CUSTOMER = 100, 10


@pytest.fixture
def qinq(machine, tmp_path):
    """left's VLAN 10 in service VLAN 100, by a dot1q-tunnel port; inner is behind a trunk, and has both tags."""
    inside = f"ip -n {machine.inner.namespace}"
    machine.ctl(f"set port eth0 vlan_mode=dot1q-tunnel tag={SERVICE}")
    vlan_peer.join_vlan(machine.left, CUSTOMER, tmp_path)
    machine.run(f"{inside} addr flush dev eth0",
                f"{inside} link add link eth0 name service type vlan protocol 802.1ad id {SERVICE}",
                f"{inside} link add link service name customer type vlan protocol 802.1q id {CUSTOMER}",
                f"{inside} link set service up",
                *(f"{inside} {command}" for command in machine.inner.address_commands("customer", 1400)))
    yield machine
    machine.run(f"{inside} link del service",
                *(f"{inside} {command}" for command in machine.inner.address_commands("eth0", 1500)))
    vlan_peer.leave_vlan(machine.left)
    machine.ctl("clear port eth0 vlan_mode tag")
    machine.ctl("fdb/flush br0")


@pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
def test_qinq(qinq, family):
    """Such a kernel takes apart wrongly what gets a second tag and goes straight into a veth's other namespace."""
    machine = qinq
    machine.ctl("fdb/flush br0")
    transfer(machine.left, machine.inner, family)
    transfer(machine.inner, machine.left, family)
    entries = [line.split() for line in machine.ctl("fdb/show br0").splitlines()[1:]]
    assert {("1", str(SERVICE), machine.left.mac), ("3", str(SERVICE), machine.inner.mac)} <= \
        {(port, vlan, mac) for port, vlan, mac, _ in entries}


INSIDE = Station(102)  # what left takes right for


@pytest.fixture
def ruled(machine):
    """The bridge with the flows that a test puts in."""
    yield machine
    machine.ctl("del-flows br0 -- add-flow br0 priority=0,actions=normal")
    machine.ctl("fdb/flush br0")


def flow_packets(machine, cookie):
    return int(re.search(r"n_packets=(\d+)", machine.ctl(f"dump-flows br0 cookie={cookie}/-1"))[1])


@pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
def test_flows(ruled, family):
    """Between the cards, and to a veth."""
    ruled.ctl("del-flows br0 -- add-flow br0 cookie=1,in_port=1,actions=resubmit\\(,1\\) -- "
              f"add-flow br0 table=1,dl_dst={ruled.right.mac},actions=2 -- "
              f"add-flow br0 table=1,priority=1,actions=2,3 -- add-flow br0 priority=1,actions=1")
    for host in (ruled.right, ruled.inner):
        transfer(ruled.left, host, family)
        transfer(host, ruled.left, family)
    assert flow_packets(ruled, 1) > 10
    assert {"xvs_xdp_flow", "xvs_tc_flow"} <= set(ruled.programs())


@pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
@pytest.mark.parametrize("name, port", (("right", 2), ("inner", 3)), ids=("right", "inner"))
def test_flows_that_rewrite(ruled, name, port, family):
    """left speaks to an address that nobody has."""
    left, host = ruled.left, getattr(ruled, name)
    prefix = "nw" if family == 4 else "ipv6"
    kind, set_field = ("ip", "set_field:{}->ip_{}") if family == 4 else ("ipv6", "set_field:{}->ipv6_{}")
    there, back = set_field.format(host.address(family), "dst"), set_field.format(INSIDE.address(family), "src")
    left.ip(f"neigh replace {INSIDE.address(family)} lladdr {host.mac} dev {left.device}")
    ruled.ctl(f"add-flow br0 'cookie=1,in_port=1,{kind},{prefix}_dst={INSIDE.address(family)},actions={there},dec_ttl,{port}' -- "
              f"add-flow br0 'cookie=2,in_port={port},{kind},{prefix}_dst={left.address(family)},actions={back},1'")
    receiver = host.receiver(family)
    assert left.send(INSIDE.address(family), receiver.port, host.bulk) == receiver.result()
    assert flow_packets(ruled, 1) > 10 and flow_packets(ruled, 2) > 10


def test_flow_that_drops(ruled):
    """While switchd is dead, too."""
    left, right = ruled.left, ruled.right
    ruled.ctl("add-flow br0 cookie=1,priority=9,dl_type=0x88b5,actions=drop")
    unwanted, wanted = new_token(), new_token()

    def try_both():
        send(left, left.device, *[frame(right.mac, left.mac, unwanted)] * 50,
             frame(right.mac, left.mac, wanted, ethertype=EXPERIMENTAL + 1))

    with Capture(right, right.device) as capture:
        try_both()
        capture.wait(containing(wanted))
        ruled.run("kill -9 $(cat /run/xvswitch/default/xvswitchd.pid)")
        try_both()
        capture.wait(containing(wanted), 2)
        ruled.start()
        assert not capture.matching(containing(unwanted))
    assert flow_packets(ruled, 1) == 100


def test_shares_with_a_program_that_is_there(machine):
    """One of libxdp's others is on the device already: both run, and the other one stays when ours goes."""
    machine.run("xdp_attach eth2 /foreign.o xdp")
    machine.ctl("add-port br0 eth2")
    assert machine.links()["eth2"]["xdp"]["prog"]["name"] == "xdp_dispatcher"
    assert "error" not in machine.ctl("show")
    assert machine.programs().count("xvs_xdp_root") == 2, "one by itself, one below the dispatcher"
    third = WireHost(5, "nic2", machine.qemu)
    try:
        for family in (4, 6):
            transfer(machine.left, third, family)
            transfer(third, machine.inner, family)
    finally:
        machine.ctl("del-port eth2")
        third.ip(f"link set nic2 netns {machine.qemu.name}")
        third.delete()
    assert "foreign_pass" in machine.programs()
    assert "xvs_xdp_root" not in [machine.links()["eth2"]["xdp"]["prog"]["name"]]
    machine.run("ip link set eth2 xdp off; rm -r /sys/fs/bpf/xdp")


def test_killed_and_started_again(machine):
    transfer(machine.left, machine.right)
    wait_for(lambda: machine.left.mac in machine.fdb(), "learned")
    machine.run("kill -9 $(cat /run/xvswitch/default/xvswitchd.pid)")
    transfer(machine.left, machine.right)
    transfer(machine.right, machine.inner)
    machine.start()
    assert machine.left.mac in machine.fdb()
    transfer(machine.left, machine.right)


def test_log_is_quiet(machine):
    assert machine.log_problems() == []


def test_shutdown_leaves_nothing(machine):
    machine.ctl("shutdown")
    wait_for(lambda: not [name for name in machine.programs() if name.startswith(("xvs", "xdp_disp"))],
             "programs are gone", pause=0.2)
    assert machine.run("ls -A /sys/fs/bpf/xvswitch 2>/dev/null || true") == ""
    assert set(machine.links()) == {"lo", "eth0", "eth1", "eth2", "v3"}
    assert machine.condition() == machine.found
