# SPDX-License-Identifier: BSD-2-Clause
"""Internal ports: devices that the switch makes on the host, each on a port of its own."""

import pytest

from harness.frames import BROADCAST, Capture, Stream, containing, frame, new_token, reach, send
from harness.switch import LocalPort
from harness.tcp import transfer
from harness.wait import wait_for


def add(switch, name, *columns, bridge="br0"):
    switch.ctl("add-port", bridge, name, *columns, "--", "set", "interface", name, "type=internal")


def up(switch, port):
    wait_for(lambda: switch.ctl("get", "interface", port, "link_state").strip() == "up", f"{port} is up")


def configure(switch, port):
    """Up, with addresses, wherever the device is by now. The switch says nothing of links that it cannot see."""
    port.configure()
    if port.namespace is switch.ns:
        up(switch, port.device)
    return port


@pytest.fixture
def internal(switch, hosts):
    """vlan10 with tag 10 on br0, up and with addresses, and a host in that VLAN and one in VLAN 20."""
    a, other = hosts(2)
    switch.add_ports("br0", a, other)
    switch.ctl("set", "port", "p1", "tag=10", "--", "set", "port", "p2", "tag=20")
    add(switch, "vlan10", "tag=10")
    return configure(switch, LocalPort(switch, "vlan10", 8)), a, other


def both_ways(port, host):
    for family in (4, 6):
        transfer(host, port, family, 1 << 20)
        transfer(port, host, family, 1 << 20)


def test_is_a_device_of_the_host(switch):
    switch.ctl("add-br", "br0")
    add(switch, "vlan10", "tag=10")
    link = switch.ns.link("vlan10")
    assert "UP" not in link["flags"], "that is for the user to decide"
    assert switch.complaint("vlan10") is None
    assert switch.ctl("get", "interface", "vlan10", "type").strip() == "internal"
    assert switch.ctl("list-ports", "br0") == "vlan10\n"
    section = switch.ctl("show").partition("Port vlan10")[2]
    assert section.split()[:6] == ["tag:", "10", "Interface", "vlan10", "type:", "internal"]


def test_ping_and_tcp(internal):
    port, host, _ = internal
    host.run("ping", "-c", "1", "-W", "2", port.ip4)
    host.run("ping", "-c", "1", "-W", "2", port.ip6)
    with port.inside():
        host.outside.run("ping", "-c", "1", "-W", "2", host.ip4)
    both_ways(port, host)


@pytest.mark.parametrize("hook", ("tc", "xdp"))
def test_vlan_is_enforced(switch, internal, hook):
    """In and out, and after a change at once."""
    port, a, other = internal
    for host in (a, other):
        host.run("ethtool", "-K", "eth0", "tx", "off")  # which XDP could not do
        switch.ctl("set", "interface", host.port, f"options:rx-hook={hook}")
    for tag, inside, outside in (("10", a, other), ("20", other, a)):
        switch.ctl("set", "port", "vlan10", f"tag={tag}")
        assert reach(inside, BROADCAST, [port], others=[outside]) == [port]
        assert reach(inside, port.mac, [port], others=[outside]) == [port]
        assert reach(outside, BROADCAST, [], others=[port]) == []
        assert reach(outside, port.mac, [], others=[port]) == []
        assert reach(port, BROADCAST, [inside], others=[outside]) == [inside]


def test_trunk(switch, internal):
    """Without a tag it is a trunk: the host may have VLAN devices on it."""
    port, a, other = internal
    switch.ctl("clear", "port", "vlan10", "tag")
    for vid, host in ((10, a), (20, other)):
        token = new_token()
        with Capture(host) as there, Capture(port.namespace, "vlan10") as here:
            send(port.namespace, "vlan10", frame(BROADCAST, port.mac, token, [(0x8100, vid)], length=64))
            assert there.wait(containing(token)) == [frame(BROADCAST, port.mac, token)]
            send(host, "eth0", frame(BROADCAST, host.mac, token))
            assert here.wait(containing(token)) == [frame(BROADCAST, host.mac, token, [(0x8100, vid)], length=64)]


def test_several_on_one_bridge(switch, hosts):
    (a,) = hosts(1)
    switch.add_ports("br0", a)
    add(switch, "in1")
    add(switch, "in2")
    ports = [LocalPort(switch, name, number) for number, name in ((8, "in1"), (9, "in2"))]
    switch.ns.ip("link set in1 up", "link set in2 up")
    for port in ports:
        up(switch, port.device)
    assert len({port.mac for port in ports} | {switch.ns.link("br0")["address"]}) == 3
    assert reach(a, BROADCAST, ports) == ports
    for port in ports:
        send(port, port.device, frame(BROADCAST, port.mac))
    wait_for(lambda: {port.mac for port in ports} <= set(switch.fdb()), "both are learned")
    for port in ports:
        assert reach(a, port.mac, ports) == [port]


def move(switch, lab, port):
    away = lab.namespace("away")
    switch.ns.ip(f"link set {port.device} netns {away.name}")
    port.namespace = away
    return configure(switch, port)


def test_moved_into_a_namespace(switch, lab, internal):
    port, host, other = internal
    port = move(switch, lab, port)
    both_ways(port, host)
    assert switch.complaint("vlan10") is None
    assert reach(host, BROADCAST, [port], others=[other]) == [port]
    switch.ctl("set", "port", "vlan10", "tag=20")
    assert reach(other, BROADCAST, [port], others=[host]) == [port]


@pytest.mark.parametrize("end", ("kill", "stop"))
@pytest.mark.parametrize("where", ("here", "away"))
def test_outlives_the_daemon(switch, lab, internal, where, end):
    port, host, _ = internal
    if where == "away":
        port = move(switch, lab, port)
    before = port.namespace.link("vlan10")
    transfer(host, port)
    with Stream(host, port) as stream:
        getattr(switch, end)()
        transfer(port, host, size=1 << 20)
        switch.start()
        wait_for(lambda: stream.sent > 200, "traffic goes on")
    assert stream.lost() == []
    after = port.namespace.link("vlan10")
    assert [after[key] for key in ("ifindex", "address", "flags")] == [before[key] for key in
                                                                       ("ifindex", "address", "flags")]
    assert switch.complaint("vlan10") is None
    both_ways(port, host)
    switch.ctl("del-port", "vlan10")
    wait_for(lambda: "vlan10" not in port.namespace.links(), "gone with its port")


def links_without(switch, *names):
    return lambda: not set(names) & set(switch.ns.links())


def test_removed_with_its_port(switch, internal):
    port, host, _ = internal
    devices = set(switch.ns.links())
    switch.ctl("del-port", "br0", "vlan10")
    wait_for(links_without(switch, "vlan10"), "the device is gone")
    assert switch.ctl("list-ports", "br0") == "p1\np2\n"
    add(switch, "vlan10", "tag=10")
    assert set(switch.ns.links()) == devices, "as before"
    both_ways(configure(switch, port), host)


def test_removed_with_its_bridge(switch, internal):
    switch.ctl("del-br", "br0")
    wait_for(links_without(switch, "vlan10", "br0"), "both devices are gone")


@pytest.mark.parametrize("column", ('type=""', "type=system"))
def test_removed_with_its_type(switch, internal, column):
    """What is left is a port without a device, which adopts one that is made by somebody else."""
    _, host, _ = internal
    status, _, complaint = switch.xvsctl("set", "interface", "vlan10", column)
    assert status == 0, complaint
    wait_for(links_without(switch, "vlan10"), "the device is gone")
    assert "vlan10" in switch.complaint("vlan10")
    switch.ns.ip("link add vlan10 type veth peer name far", "link set vlan10 up", "link set far up")
    wait_for(lambda: switch.complaint("vlan10") is None, "adopted")
    token = new_token()
    with Capture(switch.ns, "far") as capture:
        send(host, "eth0", frame(BROADCAST, host.mac, token))
        capture.wait(containing(token))


def test_a_port_becomes_internal(switch, hosts):
    """By a command of its own, and not only in the chain that made it."""
    (a,) = hosts(1)
    switch.add_ports("br0", a)
    switch.ctl("add-port", "br0", "in1", warning="in1")
    assert "in1" not in switch.ns.links()
    switch.ctl("set", "interface", "in1", "type=internal")
    assert switch.complaint("in1") is None
    both_ways(configure(switch, LocalPort(switch, "in1", 8)), a)


@pytest.mark.parametrize("chain", (
    ["add-port", "br0", "taken", "--", "set", "interface", "taken", "type=internal"],
    ["set", "interface", "p1", "type=internal"],
), ids=("new", "a-port-already"))
def test_a_device_of_that_name_exists(switch, hosts, chain):
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a, b)
    switch.ns.ip("link add taken type veth peer name other")
    switch.expect_log(f"{chain[-2]}: refused")
    before = switch.ctl("show"), switch.ctl("list", "interface"), switch.ns.links().keys()
    sentence = switch.refused(*chain)
    assert chain[-2] in sentence, sentence
    assert (switch.ctl("show"), switch.ctl("list", "interface"), switch.ns.links().keys()) == before
    assert reach(a, BROADCAST, [b]) == [b]


TAKEN = ["--", "add-port", "br0", "foo", "--", "set", "interface", "foo", "type=internal"]
PATCHED = ["--", "set", "interface", "vlan10", "type=patch", "options:peer=far", "--", "add-br", "br1", "--",
           "add-port", "br1", "far", "--", "set", "interface", "far", "type=patch", "options:peer=vlan10"]


@pytest.mark.parametrize("where", ("here", "away"))
@pytest.mark.parametrize("chain", (["del-port", "vlan10", *TAKEN], [*PATCHED, *TAKEN]), ids=("removed", "patched"))
def test_refused_chain_keeps_the_device(switch, lab, internal, chain, where):
    """Its addresses and its state are the user's, and only a chain that comes true may take them."""
    port, host, _ = internal
    switch.ns.ip("link add foo type veth peer name other")
    switch.expect_log("foo: refused")
    if where == "away":
        port = move(switch, lab, port)
    port.namespace.ip("link set vlan10 address 02:00:00:00:aa:bb")
    before = port.namespace.link("vlan10"), port.namespace.run("ip", "addr", "show", "dev", "vlan10")
    devices = switch.ns.links().keys()
    assert "foo" in switch.refused(*chain)
    assert (port.namespace.link("vlan10"), port.namespace.run("ip", "addr", "show", "dev", "vlan10")) == before
    assert switch.ns.links().keys() == devices
    both_ways(port, host)


def test_the_device_is_no_port_of_another_kind(switch):
    switch.ctl("add-br", "br0", "--", "add-br", "br1")
    add(switch, "in1")
    for words in (("add-port", "br1", "in1"), ("add-br", "in1")):
        assert "in1" in switch.refused(*words)


@pytest.mark.parametrize("way", ("shutdown", "teardown"))
@pytest.mark.parametrize("where", ("here", "away"))
def test_address_is_the_same_after(switch, lab, internal, where, way):
    """Shutdown and teardown take the device away, wherever it is; the next start makes it anew."""
    port, host, _ = internal
    found = port.mac
    if where == "away":
        port = move(switch, lab, port)
    if way == "teardown":
        switch.kill()
    getattr(switch, way)()
    wait_for(lambda: "vlan10" not in port.namespace.links() and "vlan10" not in switch.ns.links(), "it is gone")
    wait_for(lambda: not switch.leaks(), "nothing is left")
    switch.start()
    assert switch.ns.link("vlan10")["address"] == found
    port.namespace = switch.ns
    both_ways(configure(switch, port), host)


def test_mtu_request(switch, lab, internal):
    port, _, _ = internal
    jumbo = lab.host(switch.ns, 3, mtu=9000)
    switch.ctl("add-port", "br0", "p3", "tag=10")
    switch.ctl("set", "interface", "vlan10", "mtu_request=9000")
    assert switch.ns.link("vlan10")["mtu"] == 9000
    both_ways(port, jumbo)
    jumbo.run("ping", "-c", "1", "-W", "2", "-M", "do", "-s", "8972", port.ip4)
    switch.shutdown()
    switch.start()
    assert switch.ns.link("vlan10")["mtu"] == 9000


def test_the_device_is_deleted_by_somebody(switch, hosts):
    """It is as with any other port: said to be absent, or made again, and no harm to others."""
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a, b)
    add(switch, "in1")
    switch.expect_log("in1")
    switch.ns.ip("link del in1")
    assert reach(a, BROADCAST, [b]) == [b]
    wait_for(lambda: "in1" in switch.ns.links() or "in1" in (switch.complaint("in1") or ""), "noticed")
    switch.ctl("del-port", "in1")
