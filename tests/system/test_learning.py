# SPDX-License-Identifier: BSD-2-Clause
"""Who is behind which port: learned, moved, aged, static, bounded."""

import pytest

from harness.frames import BROADCAST, frame, reach, send
from harness.wait import wait_for


@pytest.fixture
def three(switch, hosts):
    """Three hosts on br0, of which nothing is known yet."""
    made = hosts(3, addresses=False)
    switch.add_ports("br0", *made)
    return made


def learn(switch, host, mac=None, bridge="br0"):
    """Lets a host be heard, and waits until the switch knows it there."""
    mac = mac or host.mac
    send(host, "eth0", frame(BROADCAST, mac))
    port = switch.ofport(host.port, bridge)
    wait_for(lambda: switch.learned(mac, bridge) == port, f"{mac} is learned on {host.port}")


def test_absent_present_moved_aged(switch, three):
    a, b, c = three
    switch.ctl("set", "bridge", "br0", "other-config:mac-aging-time=2")
    assert switch.learned(b.mac) is None
    assert reach(a, b.mac, three) == [b, c], "not known yet: flooded"
    learn(switch, b)
    assert reach(a, b.mac, three) == [b]
    learn(switch, c, mac=b.mac)
    assert reach(a, b.mac, three) == [c], "moved to the third port"
    assert switch.fdb_stats()["moved"] == 1
    wait_for(lambda: switch.learned(b.mac) is None, "aged away", 6)
    assert reach(a, b.mac, three) == [b, c], "forgotten: flooded again"
    assert switch.fdb_stats()["expired"] >= 1


def test_heard_again_stays(switch, three):
    """An address that is heard from is not aged away."""
    a, b, _ = three
    switch.ctl("set", "bridge", "br0", "other-config:mac-aging-time=2")
    learn(switch, a)
    learn(switch, b)

    def only_b_is_gone():
        send(a, "eth0", frame(b.mac, a.mac))
        assert switch.learned(a.mac), "aged though it was heard"
        return switch.learned(b.mac) is None

    wait_for(only_b_is_gone, "the silent one is aged", 6, pause=0.1)


def test_age_is_shown(switch, three):
    learn(switch, three[0])
    port, vlan, age = switch.fdb()[three[0].mac]
    assert (port, vlan) == (switch.ofport("p1"), 0)
    assert age <= 2
    wait_for(lambda: switch.fdb()[three[0].mac][2] >= age + 1, "it grows older", 4, pause=0.1)


def test_static_wins(switch, three):
    a, b, c = three
    mac = "02:00:00:00:aa:01"
    switch.ctl("fdb/add", "br0", "p2", "0", mac)
    assert switch.fdb()[mac] == (switch.ofport("p2"), 0, "static")
    assert reach(a, mac, three) == [b]
    assert reach(c, BROADCAST, three, src=mac) == [a, b], "its frames pass"
    learn(switch, c)
    assert switch.learned(mac) == switch.ofport("p2"), "it does not move"
    assert reach(a, mac, three) == [b]
    switch.ctl("fdb/flush", "br0")
    assert switch.fdb()[mac][2] == "static", "a flush is for the learned ones"
    assert switch.learned(c.mac) is None
    switch.ctl("fdb/del", "br0", "0", mac)
    assert reach(a, mac, three) == [b, c]


def test_static_in_place_of_learned(switch, three):
    a, b, c = three
    learn(switch, b)
    switch.ctl("fdb/add", "br0", "p3", "0", b.mac)
    assert reach(a, b.mac, three) == [c]
    assert switch.fdb_stats()["static"] == 2, "this one, and the local port's own"


def test_static_outlives_restart(switch, three):
    mac = "02:00:00:00:aa:01"
    switch.ctl("fdb/add", "br0", "p2", "0", mac)
    switch.stop()
    assert reach(three[0], mac, three) == [three[1]]
    switch.start()
    assert switch.fdb()[mac][2] == "static"
    assert reach(three[0], mac, three) == [three[1]]


def test_own_address_is_static(switch, three):
    address = switch.ns.link("br0")["address"]
    assert switch.fdb()[address] == ("LOCAL", 0, "static")


def test_flush(switch, three):
    a, b, c = three
    learn(switch, b)
    assert reach(a, b.mac, three) == [b]
    switch.ctl("fdb/flush", "br0")
    assert switch.learned(b.mac) is None
    assert reach(a, b.mac, three) == [b, c]


def learn_in(switch, host, mac, *vlans):
    for vlan in vlans:
        send(host, "eth0", frame(BROADCAST, mac, tags=[(0x8100, vlan)]))
    for vlan in vlans:
        # pylint: disable-next=cell-var-from-loop
        wait_for(lambda: switch.learned(mac, vlan=vlan), f"{mac} is learned in VLAN {vlan}")


@pytest.mark.parametrize("hook", ("tc", "xdp"))
def test_flood_vlans(switch, three, hook):
    """What was learned in them is forgotten, at once, and nothing is learned there any more; over a restart too."""
    a, b, c = three
    fixed, later, other = "02:00:00:00:cc:01", "02:00:00:00:dd:01", "02:00:00:00:dd:02"
    for host in three:
        switch.ctl("set", "interface", host.port, f"options:rx-hook={hook}")
    learn(switch, b)
    learn_in(switch, b, b.mac, 10, 20, 30)
    switch.ctl("fdb/add", "br0", "p3", "10", fixed)
    before = entries(switch)
    switch.ctl("set", "bridge", "br0", "flood_vlans=10,30")
    assert before - entries(switch) == {(10, b.mac), (30, b.mac)}
    for restarted in (False, True):
        if restarted:
            switch.kill()
            switch.start()
        for vlan in (10, 30):
            send(b, "eth0", frame(BROADCAST, later, tags=[(0x8100, vlan)]))
        learn_in(switch, b, later, 20)  # whatever came before this is known, or will not be
        assert {vlan for vlan, mac in entries(switch) if mac not in (fixed, a.mac)} == {0, 20}
        assert reach(a, b.mac, three, tags=[(0x8100, 10)]) == [b, c]
        assert reach(a, b.mac, three, tags=[(0x8100, 20)]) == [b]
        assert reach(a, fixed, three, tags=[(0x8100, 10)]) == [b, c], "as in Open vSwitch"
        switch.ctl("fdb/del", "br0", "20", later)
    switch.ctl("clear", "bridge", "br0", "flood_vlans")
    learn_in(switch, b, other, 10, 30)
    assert reach(a, other, three, tags=[(0x8100, 10)]) == [b]
    assert reach(a, fixed, three, tags=[(0x8100, 10)]) == [c]


def entries(switch):
    """VLANs and addresses."""
    lines = [line.split() for line in switch.ctl("fdb/show", "br0").splitlines()[1:]]
    return {(int(vlan), mac) for _, vlan, mac, _ in lines}


def test_learned_again_right_after_a_flush(switch, three):
    """By the first frame: somebody may have only that one to send, after a link came back."""
    for _ in range(3):
        learn(switch, three[1])
        switch.ctl("fdb/flush", "br0")


@pytest.mark.parametrize("src", ("00:00:00:00:00:00", "03:00:00:00:00:01", BROADCAST))
def test_never_learned(switch, three, src):
    """Frames from no station or from a group are dropped and counted, and teach nothing."""
    a, b, c = three
    assert reach(a, b.mac, three, src=src) == []
    assert src not in switch.fdb()
    assert switch.counters("p1")["invalid-source"] == 1


def test_link_down_flushes(switch, three):
    a, b, c = three
    learn(switch, b)
    switch.ns.ip("link set p2 down")
    wait_for(lambda: switch.learned(b.mac) is None, "forgotten with the link")
    assert reach(a, b.mac, [a, c], others=[b]) == [c]
    switch.ns.ip("link set p2 up")
    wait_for(lambda: reach(a, b.mac, three) == [b, c], "part of the flood again")


def flood_of_addresses(host, count, first=0):
    """Frames from that many different stations."""
    send(host, "eth0", *(frame(BROADCAST, f"06:00:{host.number:02x}:{i >> 16:02x}:{i >> 8 & 255:02x}:{i & 255:02x}")
                         for i in range(first, first + count)))


def test_bound_and_fair_eviction(switch, three):
    """A port that floods addresses pays with its own; the others' stay."""
    a, b, c = three
    switch.ctl("set", "bridge", "br0", "other-config:mac-table-size=128")
    quiet = [f"02:00:00:00:bb:{i:02x}" for i in range(10)]
    for mac in quiet:
        learn(switch, b, mac)
    flood_of_addresses(a, 1000)
    wait_for(lambda: switch.fdb_stats()["evicted"] > 500, "the table is full and evicts")
    stats = switch.fdb_stats()
    assert stats["max"] == 128
    assert stats["current"] - stats["static"] <= 128
    assert stats["current"] > 64, "it evicts no more than it must"
    entries = switch.fdb()
    assert not [mac for mac in quiet if mac not in entries], "the well-behaved port's are there"


def test_smaller_bound_at_once(switch, three):
    flood_of_addresses(three[0], 200)
    wait_for(lambda: switch.fdb_stats()["current"] > 200, "learned")
    switch.ctl("set", "bridge", "br0", "other-config:mac-table-size=50")
    stats = switch.fdb_stats()
    assert stats["current"] - stats["static"] <= 50


def test_larger_table(switch, three):
    """The table is made anew; what was learned is kept, and no frame is flooded meanwhile."""
    a, b, _ = three
    learn(switch, b)
    switch.ctl("set", "bridge", "br0", "other-config:mac-table-size=100000")
    assert switch.fdb_stats()["max"] == 100000
    assert reach(a, b.mac, three) == [b]
    flood_of_addresses(a, 10000)
    wait_for(lambda: switch.fdb_stats()["current"] > 10000, "ten thousand learned")
    assert reach(a, b.mac, three) == [b]
