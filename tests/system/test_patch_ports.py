# SPDX-License-Identifier: BSD-2-Clause
"""Patch ports: two that name each other join their bridges."""

import itertools

import pytest

from harness.frames import BROADCAST, Capture, Stream, containing, frame, mac_bytes, new_token, reach, send
from harness.switch import LocalPort
from harness.tcp import transfer
from harness.wait import wait_for

HOOKS = ("tc", "xdp")


def patch(bridge, name, peer, *columns):
    """Words of a chain that adds one end."""
    return ["--", "add-port", bridge, name, *columns, "--", "set", "interface", name, "type=patch",
            f"options:peer={peer}"]


def join(switch, *columns):
    """p0 on br0 and p1 on br1, as everybody writes it."""
    switch.ctl(*patch("br0", "pa0", "pa1", *columns), *patch("br1", "pa1", "pa0", *columns))


def error(switch, port):
    return switch.ctl("get", "interface", port, "error").strip()


def works(switch, *ports):
    for port in ports:
        assert (switch.complaint(port), error(switch, port)) == (None, "[]"), port


@pytest.fixture
def four(switch, hosts):
    """Two hosts on br0, two on br1. What is wrong with a patch port may be in the log, too."""
    switch.expect_log("warn port: pa[0-2]: refused: ")
    made = hosts(4, gro=True)
    switch.add_ports("br0", *made[:2])
    switch.add_ports("br1", *made[2:])
    return made


def set_hook(switch, hosts, hook):
    """Transmit offloads and XDP do not go together: see test_pairs.py."""
    for host in hosts if hook == "xdp" else ():
        host.run("ethtool", "-K", "eth0", "tx", "off")
    switch.ctl(*itertools.chain.from_iterable(
        ["--", "set", "interface", host.port, f"options:rx-hook={hook}"] for host in hosts))


@pytest.mark.parametrize("hook", HOOKS)
def test_joins_two_bridges(switch, four, hook):
    a, b, c, d = four
    set_hook(switch, four, hook)
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
    join(switch)
    works(switch, "pa0", "pa1")
    assert reach(a, BROADCAST, four) == [b, c, d]
    assert reach(c, BROADCAST, four) == [a, b, d]
    assert reach(a, "02:00:00:00:99:99", four) == [b, c, d]


@pytest.mark.parametrize("hook", HOOKS)
def test_known_addresses(switch, four, hook):
    """Each bridge learns: what is beyond is on the patch port."""
    a, b, c, d = four
    join(switch)
    set_hook(switch, four, hook)
    for host in four:
        send(host, "eth0", frame(BROADCAST, host.mac))
    macs = {host.mac for host in four}
    wait_for(lambda: macs <= set(switch.fdb("br0")) and macs <= set(switch.fdb("br1")), "both bridges know all")
    assert switch.learned(a.mac, "br1") == switch.ofport("pa1", "br1")
    assert switch.learned(c.mac, "br0") == switch.ofport("pa0", "br0")
    assert reach(a, c.mac, four) == [c]
    assert reach(d, b.mac, four) == [b]
    assert reach(a, b.mac, four) == [b]
    before = {port: switch.counters(port, bridge) for port, bridge in (("pa0", "br0"), ("pa1", "br1"))}
    send(a, "eth0", *[frame(c.mac, a.mac)] * 10)
    wait_for(lambda: switch.counters("p3", "br1")["tx"] >= 10, "they arrived")
    assert switch.counters("pa0", "br0")["tx"] >= before["pa0"]["tx"] + 10
    assert switch.counters("pa1", "br1")["rx"] >= before["pa1"]["rx"] + 10


@pytest.mark.parametrize("family", (4, 6), ids=("v4", "v6"))
def test_tcp(switch, four, family):
    a, _, c, _ = four
    join(switch)
    transfer(a, c, family)
    transfer(c, a, family)


def test_tcp_with_xdp(switch, lab):
    a, c = (lab.host(switch.ns, number, gro=True, tx=False) for number in (1, 3))
    switch.add_ports("br0", a)
    switch.add_ports("br1", c)
    join(switch)
    set_hook(switch, (a, c), "xdp")
    for family in (4, 6):
        transfer(a, c, family)
        transfer(c, a, family)


def test_three_bridges(switch, hosts):
    """One behind the other."""
    a, b, c = hosts(3)
    for bridge, host in (("br0", a), ("br1", b), ("br2", c)):
        switch.add_ports(bridge, host)
    join(switch)
    switch.ctl(*patch("br1", "pb1", "pb2"), *patch("br2", "pb2", "pb1"))
    assert reach(a, BROADCAST, [a, b, c]) == [b, c]
    assert reach(b, BROADCAST, [a, b, c]) == [a, c]
    transfer(a, c)
    transfer(c, a)


def test_local_ports_hear_each_other(switch, four):
    """The host's device of one bridge, and a host on the other."""
    a, *_ = four
    join(switch)
    switch.ns.ip("link set br1 up")
    wait_for(lambda: switch.ctl("get", "interface", "br1", "link_state").strip() == "up", "br1 is up")
    token = new_token()
    with Capture(switch.ns, "br1") as capture:
        send(a, "eth0", frame(BROADCAST, a.mac, token))
        assert len(capture.wait(containing(token))) == 1


# VLANs

MODES = [
    # columns of pa0, of pa1; VLAN on br0 -> the VLAN that its frames are in on br1, None for not at all
    ([], [], {0: 0, 10: 10, 20: 20}),
    (["trunks=10"], [], {0: None, 10: 10, 20: None}),
    ([], ["trunks=20"], {0: None, 10: None, 20: 20}),
    (["tag=10"], ["tag=20"], {0: None, 10: 20, 20: None}),
    (["tag=10"], [], {0: None, 10: 0, 20: None}),
    ([], ["tag=20"], {0: 20, 10: None, 20: None}),
    (["vlan_mode=native-untagged", "tag=10"], ["vlan_mode=native-tagged", "tag=20"], {0: None, 10: 20, 20: 20}),
]


@pytest.mark.parametrize("hook", HOOKS)
def test_vlan_modes(switch, hosts, hook):
    """As with a cable between two ports. Hosts on trunks, so that the tags are seen."""
    a, b = hosts(2, addresses=False, gro=True)
    switch.add_ports("br0", a)
    switch.add_ports("br1", b)
    join(switch)
    set_hook(switch, (a, b), hook)
    got = {}
    with Capture(b) as capture:
        for near, far, through in MODES:
            words = [["--", "clear", "port", name, "vlan_mode", "tag", "trunks", *set_columns(name, columns)]
                     for name, columns in (("pa0", near), ("pa1", far))]
            switch.ctl(*itertools.chain(*words))
            works(switch, "pa0", "pa1")
            got[str((near, far))] = pass_through(a, capture, through)
    assert got == {str((near, far)): {vid: [] if beyond is None else [beyond] for vid, beyond in through.items()}
                   for near, far, through in MODES}


def set_columns(name, columns):
    return ["--", "set", "port", name, *columns] if columns else []


def pass_through(sender, capture, through):
    """VLAN on br0 -> VLANs on br1 in which its frame came out."""
    def tagged(vid, token):
        return frame(BROADCAST, sender.mac, token, [(0x8100, vid)] if vid else [], length=80)

    tokens, barrier = {vid: new_token() for vid in through}, new_token()
    send(sender, "eth0", *(tagged(vid, token) for vid, token in tokens.items()),
         tagged(next(vid for vid in through if through[vid] is not None), barrier))
    capture.wait(containing(barrier))
    return {vid: [vlan_of(octets) for octets in capture.matching(containing(token))] for vid, token in tokens.items()}


def vlan_of(octets):
    return int.from_bytes(octets[14:16], "big") & 0xfff if octets[12:14] == b"\x81\x00" else 0


def test_vlan_change_on_a_live_patch_port(switch, hosts):
    a, b, c = hosts(3, addresses=False)
    switch.add_ports("br0", a)
    switch.add_ports("br1", b, c)
    join(switch)
    switch.ctl("set", "port", "p1", "tag=10", "--", "set", "port", "p2", "tag=10", "--", "set", "port", "p3", "tag=20")
    assert reach(a, BROADCAST, [b], others=[c]) == [b]
    switch.ctl("set", "port", "pa1", "tag=20")
    assert reach(a, BROADCAST, [], others=[b, c]) == [], "it comes with a tag"
    switch.ctl("set", "port", "pa0", "tag=10")
    assert reach(a, BROADCAST, [c], others=[b]) == [c]
    assert reach(c, BROADCAST, [a], others=[b]) == [a]
    switch.ctl("clear", "port", "pa0", "tag", "--", "clear", "port", "pa1", "tag")
    assert reach(a, BROADCAST, [b], others=[c]) == [b]


# What is no pair

WRONG = {
    "missing": [*patch("br0", "pa0", "pa1")],
    "does not point back": [*patch("br0", "pa0", "pa1"), *patch("br1", "pa1", "pa2")],
    "points to a third": ["add-br", "br2", *patch("br0", "pa0", "pa1"), *patch("br1", "pa1", "pa2"),
                          *patch("br2", "pa2", "pa1")],
    "is no patch port": [*patch("br0", "pa0", "p3")],
}


@pytest.mark.parametrize("chain", WRONG.values(), ids=WRONG)
def test_no_pair(switch, four, chain):
    """The port is kept and says what is wrong; it carries nothing. The others are not disturbed."""
    a, b, c, d = four
    status, _, complaint = switch.xvsctl(*chain)
    assert status == 0, complaint
    assert switch.complaint("pa0"), "show says what is wrong"
    said = error(switch, "pa0")
    assert said != "[]" and len(said) > 15, said
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
    assert reach(c, BROADCAST, [d], others=[a, b]) == [d]
    switch.ctl("--if-exists", "del-port", "pa1", "--", "--if-exists", "del-port", "pa2", "--", "del-port", "pa0")
    join(switch)
    works(switch, "pa0", "pa1")
    assert reach(a, BROADCAST, four) == [b, c, d], "done right it works"


@pytest.mark.parametrize("chain", (["--", "add-port", "br0", "pa0", "--", "set", "interface", "pa0", "type=patch"],
                                   patch("br0", "pa0", "pa0")), ids=("no peer", "itself"))
def test_no_peer(switch, four, chain):
    """Refused, or kept with an error; never silently."""
    a, b, c, d = four
    status, _, complaint = switch.xvsctl(*chain)
    assert len(complaint.splitlines()) == 1 and "pa0" in complaint
    if status:
        assert switch.ctl("list-ports", "br0") == "p1\np2\n"
    else:
        assert switch.complaint("pa0") and error(switch, "pa0") != "[]"
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]


def test_mended_by_the_peer(switch, four):
    """The end that was there first works as soon as the other is there, and when it points back."""
    a, b, c, d = four
    status, _, complaint = switch.xvsctl(*patch("br0", "pa0", "pa1"))
    assert status == 0, complaint
    assert "pa1" in switch.complaint("pa0")
    status, _, complaint = switch.xvsctl(*patch("br1", "pa1", "other"))
    assert status == 0, complaint
    assert switch.complaint("pa0") and switch.complaint("pa1")
    switch.ctl("set", "interface", "pa1", "options:peer=pa0")
    works(switch, "pa0", "pa1")
    assert reach(a, BROADCAST, four) == [b, c, d]


def test_one_end_removed(switch, four):
    a, b, c, d = four
    join(switch)
    assert reach(c, BROADCAST, four) == [a, b, d]
    wait_for(lambda: switch.learned(c.mac, "br0"), "learned")
    status, _, complaint = switch.xvsctl("del-port", "pa1")
    assert status == 0, complaint
    assert "pa1" in switch.complaint("pa0")
    assert error(switch, "pa0") != "[]"
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
    assert reach(a, c.mac, [b], others=[c, d]) == [b], "what was learned there is forgotten"
    assert reach(d, BROADCAST, [c], others=[a, b]) == [c]
    switch.ctl("del-port", "pa0")
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]


def test_bridge_of_one_end_removed(switch, four):
    a, b, c, d = four
    join(switch)
    status, _, complaint = switch.xvsctl("del-br", "br1")
    assert status == 0, complaint
    assert "pa1" in switch.complaint("pa0")
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]


def test_no_patch_port_any_more(switch, four):
    """A change of type is a change at once."""
    a, b, c, d = four
    join(switch)
    assert reach(a, BROADCAST, four) == [b, c, d]
    status, _, complaint = switch.xvsctl("set", "interface", "pa1", 'type=""')
    assert status == 0, complaint
    assert switch.complaint("pa0") and switch.complaint("pa1")
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
    switch.ctl("set", "interface", "pa1", "type=patch")
    works(switch, "pa0", "pa1")
    assert reach(a, BROADCAST, four) == [b, c, d]


@pytest.mark.parametrize("end", ("kill", "stop", "shutdown"))
def test_restart(switch, four, end):
    a, b, c, d = four
    join(switch)
    assert reach(c, BROADCAST, four) == [a, b, d]
    getattr(switch, end)()
    if end != "shutdown":
        assert reach(a, BROADCAST, four) == [b, c, d], "without a daemon, too"
    switch.start()
    works(switch, "pa0", "pa1")
    assert reach(a, BROADCAST, four) == [b, c, d]
    transfer(a, c)


def test_no_frame_is_lost_by_a_restart(switch, four):
    a, _, c, _ = four
    join(switch)
    transfer(a, c, size=1 << 16)
    with Stream(a, c) as stream:
        switch.kill()
        switch.start()
        wait_for(lambda: stream.sent > 200, "traffic goes on")
    assert stream.lost() == []


def test_other_ports_lose_nothing(switch, four):
    a, b, *_ = four
    send(b, "eth0", frame(BROADCAST, b.mac))
    with Stream(a, b) as stream:
        for _ in range(3):
            join(switch)
            switch.ctl("del-port", "pa0", "--", "del-port", "pa1")
        wait_for(lambda: stream.sent > 200, "traffic goes on")
    assert stream.lost() == []


def test_a_device_of_that_name_is_left_alone(switch, four):
    """It is somebody else's: refused, or kept with an error; never taken."""
    a, b, c, d = four
    switch.ns.ip("link add pa0 type veth peer name other", "link set pa0 up", "link set other up")
    status, _, complaint = switch.xvsctl(*patch("br0", "pa0", "pa1"), *patch("br1", "pa1", "pa0"))
    assert "pa0" in complaint
    if status:
        assert switch.ctl("list-ports", "br0") == "p1\np2\n"
    else:
        assert "pa0" in switch.complaint("pa0")
    with Capture(switch.ns, "other") as capture:
        assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
        assert not capture.matching(lambda octets: octets[6:12] == mac_bytes(a.mac))
    assert switch.ns.tc_programs("pa0") == []
    switch.ctl("--if-exists", "del-port", "pa0", "--", "--if-exists", "del-port", "pa1")
    assert {"pa0", "other"} <= set(switch.ns.links())
    switch.ns.ip("link del pa0")
    join(switch)
    assert reach(a, BROADCAST, four) == [b, c, d]


def test_a_users_pair_is_left_alone(switch, four):
    """Even if its ends are named as the two ports."""
    a, b, c, d = four
    switch.ns.ip("link add pa0 type veth peer name pa1", "link set pa0 up", "link set pa1 up")
    before = switch.ns.links()
    status, _, complaint = switch.xvsctl(*patch("br0", "pa0", "pa1"), *patch("br1", "pa1", "pa0"))
    assert status == 0 and "pa0" in complaint and "pa1" in complaint
    switch.kill()
    switch.start()
    assert "pa0" in switch.complaint("pa0") and "pa1" in switch.complaint("pa1")
    with Capture(switch.ns, "pa1") as capture:
        assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
        assert not capture.matching(lambda octets: octets[6:12] == mac_bytes(a.mac))
    switch.ctl("del-port", "pa0", "--", "del-port", "pa1")
    after = switch.ns.links()
    assert {name: after[name] for name in ("pa0", "pa1")} == {name: before[name] for name in ("pa0", "pa1")}


@pytest.mark.parametrize("names", (("pa0", "pa1"), ("pa1",)), ids=("both", "one"))
def test_a_pair_without_names_is_adopted(switch, four, names):
    """As a daemon leaves it that is killed between making it and saying whose it is."""
    a, b, c, d = four
    join(switch)
    before = {name: switch.ns.link(name) for name in ("pa0", "pa1")}
    switch.kill()
    for name in names:
        switch.ns.run("ip", "link", "set", name, "alias", "")
        assert "ifalias" not in switch.ns.link(name)
    switch.start()
    works(switch, "pa0", "pa1")
    assert {name: switch.ns.link(name) for name in before} == before
    assert reach(a, BROADCAST, four) == [b, c, d]


def test_internal_and_back(switch, four):
    """Changes of type, of both ends and of one."""
    a, b, c, d = four
    before = set(switch.ns.links())
    joined = ["set", "interface", "pa0", "type=patch", "options:peer=pa1", "--",
              "set", "interface", "pa1", "type=patch", "options:peer=pa0"]
    join(switch)
    for _ in range(2):
        switch.ctl("set", "interface", "pa0", "type=internal", "--", "set", "interface", "pa1", "type=internal")
        works(switch, "pa0", "pa1")
        for name, near, others in (("pa0", [a, b], [c, d]), ("pa1", [c, d], [a, b])):
            local = LocalPort(switch, name, 8)
            switch.ns.ip(f"link set {name} up")
            wait_for(lambda device=name: switch.ctl("get", "interface", device, "link_state") == "up\n", "it is up")
            assert reach(local, BROADCAST, near, others=others) == near
        switch.ctl(*joined)
        works(switch, "pa0", "pa1")
        assert reach(a, BROADCAST, four) == [b, c, d]
    switch.ctl("set", "interface", "pa0", "type=internal", warning="pa1")
    works(switch, "pa0")
    assert error(switch, "pa1") != "[]"
    switch.ctl("del-port", "pa0", "--", "del-port", "pa1")
    assert set(switch.ns.links()) == before


def test_devices_go_with_the_ports(switch, four):
    """Whatever it is made of."""
    del four
    before = set(switch.ns.links())
    join(switch)
    switch.ctl("del-port", "pa0", "--", "del-port", "pa1")
    wait_for(lambda: set(switch.ns.links()) == before, "as it was")
    join(switch)
    switch.ctl("del-br", "br0", "--", "del-br", "br1")
    wait_for(lambda: set(switch.ns.links()) == {"lo", "p1", "p2", "p3", "p4"}, "as it was")
