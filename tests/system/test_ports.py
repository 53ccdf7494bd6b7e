# SPDX-License-Identifier: BSD-2-Clause
"""Ports and their devices: which come and go, and are left as they were found."""

import os
import signal

import pytest

from harness.frames import BROADCAST, Stream, frame, reach, send
from harness.wait import wait_for


def condition(ns, device):
    """What a switch might change on a device."""
    link = ns.link(device)
    del link["operstate"]  # the kernel brings it up to date a while after the device came up
    link["flags"] = [flag for flag in link["flags"] if flag != "NO-CARRIER"]
    return {"link": link, "offloads": ns.offloads(device), "qdiscs": ns.run("tc", "qdisc", "show", "dev", device),
            "programs": ns.tc_programs(device)}


@pytest.mark.parametrize("hook", ("tc", "xdp"))
def test_left_as_found(switch, hosts, hook):
    a, b = hosts(2, addresses=False, gro=True)
    peer = a.offloads("eth0")
    before = condition(switch.ns, "p1")
    switch.add_ports("br0", a, b)
    switch.ctl("set", "interface", "p1", f"options:rx-hook={hook}")
    assert reach(a, BROADCAST, [b]) == [b]
    assert condition(switch.ns, "p1") != before
    switch.ctl("del-port", "br0", "p1")
    assert condition(switch.ns, "p1") == before
    assert a.offloads("eth0") == peer


@pytest.fixture
def vxlan(bare_switch, hosts):
    """A device that is neither veth nor tap: the switch makes it promiscuous."""
    hosts(1, addresses=False)
    bare_switch.ns.ip("link add vx0 type vxlan id 5 remote 192.0.2.1 dstport 4789 dev p1", "link set vx0 up")
    return "vx0"


def test_promiscuous_while_a_port(bare_switch, vxlan):
    switch = bare_switch.start()
    before = condition(switch.ns, vxlan)
    switch.add_ports("br0", vxlan)
    assert switch.ns.link(vxlan)["promiscuity"] == 1
    switch.ctl("del-port", vxlan)
    assert condition(switch.ns, vxlan) == before


def test_given_back_by_another_daemon(bare_switch, vxlan):
    """What one daemon changed, the next one puts back."""
    switch = bare_switch.start()
    before = condition(switch.ns, vxlan)
    switch.add_ports("br0", vxlan)
    switch.kill()
    switch.start()
    assert switch.ns.link(vxlan)["promiscuity"] == 1
    switch.ctl("del-port", vxlan)
    assert condition(switch.ns, vxlan) == before


def test_promiscuous_before_and_after(bare_switch, vxlan):
    switch = bare_switch.start()
    switch.ns.ip(f"link set {vxlan} promisc on")
    before = condition(switch.ns, vxlan)
    switch.add_ports("br0", vxlan)
    switch.ctl("del-port", vxlan)
    assert condition(switch.ns, vxlan) == before
    switch.ns.ip(f"link set {vxlan} promisc off")


def test_removed_port_stops_at_once(switch, hosts):
    a, b, c = hosts(3, addresses=False)
    switch.add_ports("br0", a, b, c)
    assert reach(a, BROADCAST, [b, c]) == [b, c]
    switch.ctl("fdb/add", "br0", "p2", "0", "02:00:00:00:aa:01")
    switch.ctl("del-port", "br0", "p2")
    assert reach(a, BROADCAST, [c], others=[b]) == [c]
    assert reach(a, "02:00:00:00:aa:01", [c], others=[b]) == [c], "its static entry went with it"
    assert reach(b, BROADCAST, [], others=[a, c]) == []
    assert b.mac not in switch.fdb()


def test_bridge_removed(switch, hosts):
    a, b = hosts(2, addresses=False)
    before = [condition(switch.ns, host.port) for host in (a, b)]
    switch.add_ports("br0", a, b)
    switch.ctl("del-br", "br0")
    assert [condition(switch.ns, host.port) for host in (a, b)] == before
    assert reach(a, BROADCAST, [], others=[b]) == []
    assert set(switch.ns.links()) == {"lo", "p1", "p2"}


def test_removing_a_port_costs_others_nothing(switch, hosts):
    a, b, c = hosts(3, addresses=False)
    switch.add_ports("br0", a, b, c)
    send(b, "eth0", frame(BROADCAST, b.mac))
    with Stream(a, b) as stream:
        for _ in range(50):
            switch.ctl("del-port", "p3")
            switch.ctl("add-port", "br0", "p3")
    assert stream.lost() == []


def up(switch, port):
    return lambda: switch.complaint(port) is None


def test_absent_then_adopted(switch, lab, hosts):
    (a,) = hosts(1, addresses=False)
    switch.ctl("add-br", "br0", "--", "add-port", "br0", "p1")
    switch.ctl("add-port", "br0", "p2", warning="p2")
    complaint = switch.complaint("p2")
    assert complaint and "p2" in complaint
    assert switch.ctl("list-ports", "br0") == "p1\np2\n"
    b = lab.host(switch.ns, 2, addresses=False)
    wait_for(up(switch, "p2"), "adopted")
    wait_for(lambda: reach(a, BROADCAST, [], others=[]) == [] and reach(b, BROADCAST, [a]) == [a], "frames flow")


def test_deleted_and_made_again(switch, lab, hosts):
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a, b)
    number = switch.ofport("p2")
    assert reach(a, BROADCAST, [b]) == [b]
    for _ in range(3):
        switch.ns.ip("link del p2")
        wait_for(lambda: "p2" in (switch.complaint("p2") or ""), "said to be absent")
        assert b.mac not in switch.fdb()
        b = lab.host(switch.ns, 2, addresses=False)
        wait_for(up(switch, "p2"), "adopted without a command")
        assert reach(a, BROADCAST, [b]) == [b]
        assert switch.ofport("p2") == number


def test_renamed_and_back(switch, hosts):
    a, b, c = hosts(3, addresses=False)
    switch.add_ports("br0", a, b, c)
    assert reach(a, BROADCAST, [b, c]) == [b, c]
    switch.ns.ip("link set p2 name other")
    wait_for(lambda: "p2" in (switch.complaint("p2") or ""), "said to be absent")
    assert reach(a, BROADCAST, [c], others=[b]) == [c]
    assert reach(b, BROADCAST, [], others=[a, c]) == []
    switch.ns.ip("link set other name p2")
    wait_for(up(switch, "p2"), "adopted")
    assert reach(b, BROADCAST, [a, c]) == [a, c]


@pytest.mark.parametrize("hook", ("tc", "xdp"))
def test_moved_to_another_namespace_and_back(switch, lab, hosts, hook):
    a, b, c = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", a, b, c)
    switch.ctl("set", "interface", "p2", f"options:rx-hook={hook}")
    assert reach(a, BROADCAST, [b, c]) == [b, c]
    away = lab.namespace("away")
    switch.ns.ip(f"link set p2 netns {away.name}")
    away.ip("link set p2 up")
    wait_for(lambda: "p2" in (switch.complaint("p2") or ""), "said to be absent")
    assert reach(a, BROADCAST, [c], others=[b]) == [c]
    assert reach(b, BROADCAST, [], others=[a, c]) == []
    with switch.ns.inside():
        away.ip(f"link set p2 netns {switch.ns.name}")
    switch.ns.ip("link set p2 up")
    wait_for(up(switch, "p2"), "adopted")
    wait_for(lambda: reach(a, BROADCAST, [b, c]) == [b, c], "part of the flood")
    assert reach(b, BROADCAST, [a, c]) == [a, c]


@pytest.mark.parametrize("hook", ("tc", "xdp"))
def test_moved_away_under_the_index_of_another_port(switch, lab, hosts, hook):
    """The data path knows devices by their index, and an index says nothing in another namespace."""
    a, b, c = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", a, b, c)
    switch.ctl("set", "interface", "p2", f"options:rx-hook={hook}")
    away = lab.namespace("away")
    switch.ns.ip(f"link set p2 netns {away.name} index {switch.ns.link('p1')['ifindex']}")
    away.ip("link set p2 up")
    wait_for(lambda: "p2" in (switch.complaint("p2") or ""), "said to be absent")
    assert reach(b, BROADCAST, [], others=[a, c]) == []
    assert "xdp" not in away.link("p2")


@pytest.mark.parametrize("hook", ("tc", "xdp"))
def test_made_again_with_the_same_index_unseen(switch, hosts, hook):
    """All of it happens before the daemon looks: what it finds is another device, or one that came back bare."""
    a, b, c = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", a, b, c)
    switch.ctl("set", "interface", "p2", f"options:rx-hook={hook}")
    assert reach(a, BROADCAST, [b, c]) == [b, c]
    index = switch.ns.link("p2")["ifindex"]
    switch.expect_log("p2 has options:rx-hook=xdp, but .* leaves checksums")
    os.kill(switch.process.pid, signal.SIGSTOP)
    try:
        switch.ns.ip("link del p2", f"link add p2 index {index} type veth peer name eth0 netns {b.name}",
                     "link set p2 up")
        b.ip("link set eth0 up")
    finally:
        os.kill(switch.process.pid, signal.SIGCONT)
    wait_for(lambda: reach(a, BROADCAST, [b, c]) == [b, c], "part of the flood again")
    wait_for(lambda: reach(b, BROADCAST, [a, c]) == [a, c], "switched again")


def test_link_down_is_shown_in_no_flood(switch, hosts):
    a, b, c = hosts(3, addresses=False)
    switch.add_ports("br0", a, b, c)
    switch.ns.ip("link set p2 down")
    wait_for(lambda: reach(a, BROADCAST, [c], others=[b]) == [c], "left out")
    switch.ns.ip("link set p2 up")
    wait_for(lambda: reach(a, BROADCAST, [b, c]) == [b, c], "back")


def test_mtu_changed_on_the_fly(switch, hosts):
    a, b = hosts(2, addresses=False, mtu=1500)
    switch.add_ports("br0", a, b)
    send(b, "eth0", frame(BROADCAST, b.mac))
    wait_for(lambda: switch.learned(b.mac), "learned")
    assert reach(a, b.mac, [b], length=1514) == [b]
    switch.ns.ip("link set p2 mtu 1000")
    wait_for(lambda: reach(a, b.mac, [b], length=1514) == [], "held against the new MTU")
    assert reach(a, b.mac, [b], length=1014) == [b]
    assert switch.counters("p2")["mtu-exceeded"] >= 1


def test_hundred_ports(switch, lab):
    """Added at once, flooded to, and removed again."""
    names = [f"q{i}" for i in range(100)]
    switch.ns.ip(*(f"link add {name} type veth peer name r{name}" for name in names))
    switch.ns.ip(*(f"link set {end}{name} up" for name in names for end in ("", "r")))
    a = lab.host(switch.ns, 1, addresses=False)
    switch.add_ports("br0", a, *names)
    send(a, "eth0", frame(BROADCAST, a.mac))
    wait_for(lambda: switch.counters("q99")["tx"] == 1 and switch.counters("q0")["tx"] == 1, "flooded to all")
    switch.ctl("del-br", "br0")
    assert switch.ctl("show").count("Port") == 0
