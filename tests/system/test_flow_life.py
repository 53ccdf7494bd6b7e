# SPDX-License-Identifier: BSD-2-Clause
"""Flows outlive the daemon, the data path and their ports' devices, and end when their time is over."""

import re
import shutil
import time

import pytest

from harness.flows import TO_ALL, flows, packets, put_flows, use_hook
from harness.frames import BROADCAST, Capture, Stream, containing, frame, new_token, reach, send
from harness.tcp import transfer
from harness.wait import wait_for

OTHER = "02:00:00:00:99:01"
ENDS = pytest.mark.parametrize("end", ("kill", "stop"))
HOOKS = pytest.mark.parametrize("hook", ("tc", "xdp"))

GROUP = "group_id=5,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3"
METER = "meter=7,kbps,burst,band=type=drop,rate=1000,burst_size=100"
MANY = ("cookie=0x1,priority=9,in_port=1,dl_dst=02:00:00:00:99:01 actions=mod_vlan_vid:7,resubmit(,1)",
        "cookie=0x2,priority=9,in_port=1,dl_dst=02:00:00:00:99:02 actions=drop",
        "cookie=0x3,table=1,priority=5,dl_vlan=7 actions=output:2", "cookie=0x4,table=1,in_port=p3 actions=group:5",
        "cookie=0x5,table=2,ipv6,ipv6_src=fd00::/64 actions=meter:7,normal",
        "cookie=0x6,table=2,tcp,tp_dst=0x50/0xfff0,nw_src=10.0.0.0/8 actions=dec_ttl,mod_nw_dst:10.0.0.1,controller",
        "cookie=0x7,table=9,idle_timeout=600,hard_timeout=900,reg0=1/1 actions=flood", "cookie=0x8,priority=0 actions=normal")


def configuration(switch):
    """All that is said of flows, groups and meters."""
    one, other = switch.ctl("-O", "OpenFlow13", "dump-groups", "br0"), switch.ctl("-O", "OpenFlow13", "dump-meters", "br0")
    return flows(switch), one, other


@pytest.fixture
def three(switch, hosts):
    made = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", *made)
    switch.ctl("-O", "OpenFlow13", "add-meter", "br0", METER)
    switch.ctl("-O", "OpenFlow13", "add-group", "br0", GROUP)
    put_flows(switch, TO_ALL, *MANY)
    return made


def enforced(three):
    """Does a flow that rewrites, and one that drops? With or without a daemon."""
    a, b, c = three
    with Capture(b) as at_b:
        assert reach(a, "02:00:00:00:99:02", three) == []
        token = new_token()
        send(a, "eth0", frame(OTHER, a.mac, token))
        (got,) = at_b.wait(containing(token))
    assert got[12:16] == bytes.fromhex("81000007")
    assert reach(b, OTHER, three) == [a, c]


@HOOKS
@ENDS
def test_daemon_comes_and_goes(switch, three, hook, end):
    """Under traffic: nothing is lost, and what flows say is done all the while. Counts go on."""
    a, b, c = three
    use_hook(switch, hook, *three)
    before = configuration(switch)
    unwanted = new_token()
    with Capture(b) as at_b, Capture(c) as at_c, \
         Stream(a, b, make=lambda payload: frame(OTHER, a.mac, payload)) as stream:
        wait_for(lambda: stream.sent > 50, "it flows")
        getattr(switch, end)()
        sent = stream.sent
        send(a, "eth0", *[frame("02:00:00:00:99:02", a.mac, unwanted)] * 100)
        enforced(three)
        switch.start()
        wait_for(lambda: stream.sent > sent + 50, "it still flows")
        enforced(three)
        assert not at_b.matching(containing(unwanted)) and not at_c.matching(containing(unwanted))
    assert stream.lost() == []
    assert {octets[12:16] for octets in stream.arrived(b)} == {bytes.fromhex("81000007")}
    assert configuration(switch) == before
    wait_for(lambda: packets(switch, 1) == stream.sent + 2, "what was counted without a daemon counts, too")
    assert packets(switch, 2) == 102 and packets(switch, 3) == packets(switch, 1)


def reboot(switch, lab, three):
    """The machine is off: devices, pins and programs are gone. Then they come back, in another order."""
    switch.kill()
    shutil.rmtree(switch.pins())
    switch.ns.ip(*(f"link del {host.port}" for host in three), "link del br0")
    for host in three:
        host.delete()
    wait_for(lambda: not switch.leaks(), "nothing of it is left")
    made = [lab.host(switch.ns, number, addresses=False, gro=True) for number in (3, 1, 2)]
    return [made[1], made[2], made[0]]


def test_reboot(switch, lab, three):
    before = configuration(switch)
    again = reboot(switch, lab, three)
    switch.start()
    assert configuration(switch) == before
    enforced(again)


def test_shutdown(switch, three):
    before = configuration(switch)
    switch.shutdown()
    switch.start()
    assert configuration(switch) == before
    enforced(three)


@HOOKS
def test_device_comes_back(switch, lab, three, hook):
    """FAULTS 16: another device of the name has the flows, and the number, of the first one."""
    use_hook(switch, hook, *three)
    a, b, c = three
    switch.ctl("set", "port", "p2", "tag=7")  # as NORMAL has it; flows do not ask
    before = configuration(switch)
    switch.expect_log("p2")  # which has other offloads, and no other end for a moment
    switch.ns.ip("link del p2")
    assert reach(a, OTHER, [c]) == [], "sent to what is not there"
    b = lab.host(switch.ns, 12, port="p2", addresses=False, gro=True)
    wait_for(lambda: switch.complaint("p2") is None, "it is adopted")
    assert configuration(switch) == before
    token = new_token()
    with Capture(b) as at_b:
        send(a, "eth0", frame(OTHER, a.mac, token))
        (got,) = at_b.wait(containing(token))
    assert got[12:16] == bytes.fromhex("81000007")


@ENDS
def test_counts_of_normal_go_on(switch, hosts, end):
    """Nobody counts for a bridge's only flow when it is NORMAL: it is given what ports receive since it was made."""
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a, b)
    send(a, "eth0", *[frame(OTHER, a.mac, new_token())] * 50)
    wait_for(lambda: packets(switch, 0) == 50, "they were counted")
    put_flows(switch, "cookie=1 actions=normal")
    assert packets(switch, 1) == 0
    send(a, "eth0", *[frame(OTHER, a.mac, new_token())] * 3)
    wait_for(lambda: packets(switch, 1) == 3, "since it was made")
    getattr(switch, end)()
    send(a, "eth0", *[frame(OTHER, a.mac, new_token())] * 4)
    switch.start()
    wait_for(lambda: packets(switch, 1) == 7, "without a daemon, too")


@ENDS
def test_groups_go_on(switch, three, end):
    """With what they have counted, and the time since they were made."""
    a = three[0]

    def stats():
        text = switch.ctl("dump-group-stats", "br0")
        return float(re.search(r"duration=([\d.]+)s", text)[1]), re.findall(r"packet_count=(\d+)", text)

    put_flows(switch, "actions=drop", "priority=65535,in_port=1 actions=group:5")
    send(a, "eth0", *[frame(OTHER, a.mac, new_token())] * 3)
    wait_for(lambda: stats()[1] == ["3", "3", "0"], "they were counted")
    before, since = stats()[0], time.monotonic()
    getattr(switch, end)()
    send(a, "eth0", *[frame(OTHER, a.mac, new_token())] * 4)
    switch.start()
    wait_for(lambda: stats()[1] == ["7", "7", "0"], "without a daemon, too")
    passed = time.monotonic() - since
    assert stats()[0] >= before + passed - 0.001
    put_flows(switch)
    assert stats()[1] == ["7", "7", "0"], "without flows"


# Numbers and names

def test_numbers_that_are_asked_for(switch, hosts):
    made = hosts(3, addresses=False)
    a, b, c = made
    switch.ctl("add-br", "br0", "--", "add-port", "br0", "p1", "--", "set", "interface", "p1", "ofport_request=65279", "--",
               "add-port", "br0", "p2", "--", "set", "interface", "p2", "ofport_request=20", "--", "add-port", "br0", "p3")
    put_flows(switch, TO_ALL, "in_port=65279 actions=20", "in_port=20 actions=65279")
    assert reach(a, OTHER, made) == [b] and reach(b, OTHER, made) == [a]
    switch.stop()
    switch.start()
    assert reach(a, OTHER, made) == [b] and reach(b, OTHER, made) == [a]


def test_names(switch, hosts):
    """In flows, and as --names prints them; a port keeps its number, and so a flow its meaning, when others go."""
    made = hosts(3, addresses=False)
    a, b, c = made
    switch.add_ports("br0", *made)
    put_flows(switch, TO_ALL, "cookie=9,in_port=p1 actions=p3,local", "in_port=p3 actions=p1")
    assert " in_port=p1 actions=output:p3,LOCAL" in switch.ctl("--names", "--no-stats", "dump-flows", "br0")
    assert "cookie=0x9, table=0, in_port=1 actions=output:3,LOCAL" in flows(switch)
    switch.ctl("del-port", "p2")
    assert reach(a, OTHER, [a, c]) == [c]
    assert reach(c, OTHER, [a, c]) == [a]


def test_tcp_goes_on_while_flows_change(switch, hosts):
    """Flows that do the same in another way, again and again, below a connection."""
    a, b = hosts(2)
    switch.add_ports("br0", a, b)
    receiver = b.receiver(4)
    for number in range(10):
        put_flows(switch, f"priority={number} actions=normal", "in_port=1 actions=2", f"cookie={number},in_port=2 actions=1")
        if number == 5:
            switch.kill()
            switch.start()
    sent = a.send(b.ip4, receiver.port, 1 << 20)
    assert receiver.result() == sent
    transfer(b, a, 6)


# Time

TICK = 1.0  # the clock of the data path has seconds, and whether time is over is looked at once in one


def lasts(switch, cookie, start, deadline=5.0):
    """Seconds until a flow is gone."""
    wait_for(lambda: packets(switch, cookie) is None, "it ends", deadline, pause=0.05)
    return time.monotonic() - start


def test_hard_timeout(switch, hosts):
    """However busy; over a restart, too."""
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a, b)
    put_flows(switch, TO_ALL, "cookie=1,hard_timeout=2,in_port=1 actions=2", "priority=1 actions=drop")
    start = time.monotonic()
    with Stream(a, b, pause=0.002, make=lambda payload: frame(OTHER, a.mac, payload)) as stream:
        time.sleep(0.7)
        switch.kill()
        switch.start()
        assert packets(switch, 1) is not None
        assert 2 - 0.1 <= lasts(switch, 1, start) <= 2 + TICK + 0.2
        gone = stream.sent
        wait_for(lambda: stream.sent > gone + 100, "more were sent")
        arrived = len(stream.arrived(b))
    assert len(stream.arrived(b)) == arrived, "nothing comes any more"


def test_idle_timeout(switch, hosts):
    """Each frame puts it off; a restart of the daemon does not matter."""
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a, b)
    put_flows(switch, "cookie=1,idle_timeout=1,in_port=1 actions=2", "cookie=2,idle_timeout=1,in_port=2 actions=1",
              "cookie=3,idle_timeout=30,priority=1 actions=drop")
    start = time.monotonic()
    with Stream(a, b, pause=0.005, make=lambda payload: frame(OTHER, a.mac, payload)) as stream:
        assert 1 - 0.1 <= lasts(switch, 2, start) <= 1 + 2 * TICK, "without frames"
        switch.kill()
        switch.start()
        time.sleep(1.5)
        assert packets(switch, 1) >= 300
    start = time.monotonic()
    assert stream.lost() == []
    assert 1 - 0.6 <= lasts(switch, 1, start) <= 1 + 2 * TICK
    assert packets(switch, 3) is not None


def test_time_passes_without_a_daemon(switch, hosts):
    """What is over is gone soon after the start, and was in force until then."""
    made = hosts(2, addresses=False)
    a, b = made
    switch.add_ports("br0", *made)
    put_flows(switch, TO_ALL, "cookie=1,hard_timeout=2,in_port=1 actions=2", "cookie=2,hard_timeout=60,priority=1 actions=drop")
    switch.kill()
    time.sleep(2.2)
    assert reach(a, OTHER, made) == [b]
    switch.start()
    start = time.monotonic()
    assert lasts(switch, 1, start) <= TICK + 0.3
    assert packets(switch, 2) is not None
    assert reach(a, OTHER, made) == []
