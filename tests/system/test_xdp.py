# SPDX-License-Identifier: BSD-2-Clause
"""The XDP hook: where it finishes frames, where it passes them up, and who else is on the device."""

import pytest

from harness.compile import foreign_program
from harness.frames import BROADCAST, Capture, containing, frame, new_token, reach, send
from harness.tcp import transfer
from harness.wait import wait_for


def learn(switch, *hosts):
    for host in hosts:
        send(host, "eth0", frame(BROADCAST, host.mac))
    wait_for(lambda: {host.mac for host in hosts} <= set(switch.fdb()), "learned")


def seen_above_xdp(switch, sender, receiver):
    """Does a frame on its way become a socket buffer on the port it comes in by?"""
    token = new_token()
    with Capture(switch.ns, sender.port) as above, Capture(receiver, "eth0") as end:
        send(sender, "eth0", frame(receiver.mac, sender.mac, token))
        end.wait(containing(token))
        return bool(above.matching(containing(token)))


@pytest.fixture
def xdp_pair(switch, hosts):
    a, b, c = hosts(3, gro=True, tx=False)
    switch.add_ports("br0", a, b, c)
    for host in (a, b, c):
        switch.ctl("set", "interface", host.port, "options:rx-hook=xdp")
    return a, b, c


def test_hook_is_attached_natively(switch, xdp_pair):
    link = switch.ns.link("p1")
    assert link["xdp"]["mode"] == 1, "1 is the driver's own mode, 2 the generic one"
    assert link["xdp"]["prog"]["name"].startswith("xvs")
    switch.ctl("set", "interface", "p1", "options:rx-hook=tc")
    assert "xdp" not in switch.ns.link("p1")
    switch.ctl("set", "interface", "p1", "options:rx-hook=xdp")
    assert "xdp" in switch.ns.link("p1")


def test_auto_is_tc_on_veth_and_tap(switch, hosts, taps):
    (a,), (b,) = hosts(1, gro=True), taps(1)
    switch.add_ports("br0", a, b)
    assert "xdp" not in switch.ns.link("p1")
    assert "xdp" not in switch.ns.link("tap101")


def test_finished_in_xdp(switch, xdp_pair):
    a, b, _ = xdp_pair
    learn(switch, a, b)
    assert not seen_above_xdp(switch, a, b)
    assert not seen_above_xdp(switch, b, a)


def test_flood_in_xdp(switch, hosts):
    """When all members take XDP frames, the bridge's own device included."""
    a, b, c = hosts(3, gro=True, addresses=False)
    switch.add_ports("br0", a, b, c)
    switch.ctl("set", "interface", "p1", "options:rx-hook=xdp")
    assert reach(a, BROADCAST, [b, c]) == [b, c]
    assert not seen_above_xdp(switch, a, b), "b is not known: this was flooded"


def test_passed_up_to_an_output_without_napi(switch, hosts, lab):
    """The far end of the output has no GRO: a devmap would lose every frame silently."""
    (a,) = hosts(1, gro=True, tx=False)
    b = lab.host(switch.ns, 2, gro=False)
    switch.add_ports("br0", a, b)
    switch.ctl("set", "interface", "p1", "options:rx-hook=xdp")
    assert reach(a, b.mac, [b]) == [b], "flooded"
    learn(switch, a, b)
    assert seen_above_xdp(switch, a, b)
    for family in (4, 6):
        transfer(a, b, family)
        transfer(b, a, family)


def test_far_end_gets_gro_and_loses_it(switch, hosts, lab):
    """Followed by notifications of the kernel; no frame is lost in either state."""
    (a,) = hosts(1, gro=True, tx=False)
    b = lab.host(switch.ns, 2, gro=False)
    switch.add_ports("br0", a, b)
    switch.ctl("set", "interface", "p1", "options:rx-hook=xdp")
    learn(switch, a, b)
    for _ in range(2):
        b.run("ethtool", "-K", "eth0", "gro", "on")
        wait_for(lambda: not seen_above_xdp(switch, a, b), "XDP delivers")
        b.run("ethtool", "-K", "eth0", "gro", "off")
        wait_for(lambda: seen_above_xdp(switch, a, b), "TC delivers")
    assert reach(a, BROADCAST, [b]) == [b]


def test_warns_of_the_senders_offloads(switch):
    """TCP would not connect through such a port: said, with the remedy, where the far end can be looked at."""
    switch.ns.ip("link add p1 type veth peer name far", "link set p1 up", "link set far up")
    switch.add_ports("br0", "p1")
    switch.expect_log("p1")
    switch.ctl("set", "interface", "p1", "options:rx-hook=xdp", warning="p1.*ethtool|ethtool.*p1|p1.*offload")


# Programs of others

@pytest.fixture
def foreign(tmp_path):
    return foreign_program(tmp_path)


def program_name(switch, port):
    return switch.ns.link(port).get("xdp", {}).get("prog", {}).get("name")


def test_foreign_program_on_a_tc_port(switch, hosts, foreign):
    """It is left alone, and all is well."""
    a, b = hosts(2, addresses=False, gro=True)
    switch.ns.run("ip", "link", "set", "dev", "p1", "xdp", "obj", foreign, "sec", "xdp")
    switch.add_ports("br0", a, b)
    assert switch.complaint("p1") is None
    assert reach(a, BROADCAST, [b]) == [b]
    switch.ctl("del-port", "p1")
    assert program_name(switch, "p1") == "foreign_pass"


def test_foreign_program_where_xdp_is_wanted(switch, hosts, foreign):
    """It did not come through libxdp, so that it cannot be shared with: TC alone, and the program is named."""
    a, b = hosts(2, addresses=False, gro=True)
    switch.ns.run("ip", "link", "set", "dev", "p1", "xdp", "obj", foreign, "sec", "xdp")
    switch.add_ports("br0", a, b)
    switch.expect_log("foreign_pass")
    switch.ctl("set", "interface", "p1", "options:rx-hook=xdp", warning="foreign_pass")
    assert "foreign_pass" in switch.complaint("p1")
    assert program_name(switch, "p1") == "foreign_pass"
    assert reach(a, BROADCAST, [b]) == [b]
    learn(switch, a, b)
    assert reach(a, b.mac, [b]) == [b]
    switch.shutdown()
    assert program_name(switch, "p1") == "foreign_pass"


def test_foreign_program_comes_later(switch, xdp_pair, foreign):
    """The kernel refuses it: the switch's program is held by a link."""
    a, b, _ = xdp_pair
    learn(switch, a, b)
    for words in (("xdp", "obj", foreign, "sec", "xdp"), ("xdp", "off")):
        with pytest.raises(AssertionError, match="XDP link"):
            switch.ns.run("ip", "-force", "link", "set", "dev", "p1", *words)
    assert program_name(switch, "p1").startswith("xvs")
    assert reach(a, b.mac, xdp_pair) == [b]


def test_broadcast_storm_is_no_copy_to_the_sender(switch, xdp_pair):
    """The sender's own copy is left out, in XDP as in TC."""
    a, b, c = xdp_pair
    token = new_token()
    with Capture(a, "eth0") as own, Capture(b, "eth0") as other:
        send(a, "eth0", *[frame(BROADCAST, a.mac, token)] * 100)
        other.wait(containing(token), 100)
        assert not own.matching(containing(token))
