# SPDX-License-Identifier: BSD-2-Clause
"""What flows do with frames: actions, groups, meters, ports' own configuration, and bridges without flows."""

import contextlib
import socket
import struct
import time

import pytest

from harness import bpf
from harness.flows import TO_ALL, dropped, flows, packets, put_flows, use_hook
from harness.frames import BROADCAST, Capture, Stream, containing, deliveries, frame, mac_bytes, new_token, reach, send
from harness.tcp import transfer
from harness.wait import wait_for

OTHER = "02:00:00:00:99:01"  # nobody's address
TABLES_MAX = 64


@pytest.fixture(scope="module", params=("tc", "xdp"))
def made(module_lab, request):
    """A switch with four hosts, which others use after this test."""
    switch = module_lab.switch().start()
    hosts = [module_lab.host(switch.ns, number, addresses=False, gro=True) for number in (1, 2, 3, 4)]
    switch.add_ports("br0", *hosts)
    use_hook(switch, request.param, *hosts)
    return switch, hosts


@pytest.fixture
def four(made):
    switch, hosts = made
    yield switch, hosts
    switch.ctl("del-groups", "br0", "--", "fdb/flush", "br0")
    switch.ctl("-O", "OpenFlow13", "del-meters", "br0")


def reached(four, *lines, dst=OTHER, **options):
    """Numbers of the ports at which frames from the first one arrive, with these flows."""
    switch, hosts = four
    put_flows(switch, TO_ALL, *lines)
    return [host.number for host in reach(hosts[0], dst, hosts, **options)]


# Where to

OUTPUTS = (
    ("2", [2]), ("output:4", [4]), ("p3", [3]), ("2,4", [2, 4]), ("2,2", [2, 2]), ("1", []), ("in_port", [1]),
    ("all", [2, 3, 4]), ("flood", [2, 3, 4]), ("drop", []), ("local", []), ("99", []), ("99,3", [3]), ("4,in_port,2", [1, 2, 4]),
    ("clone(3)", [3]), ("clone(mod_dl_src:02:00:00:00:99:02,local),2", [2]), ("note:01.02.03,2", [2]), ("controller,2", [2]),
)


def test_output(four):
    """Each list of actions for an address of its own, and one frame to each of them."""
    switch, hosts = four
    a, token = hosts[0], new_token()
    macs = [f"02:00:00:00:99:{number:02x}" for number in range(len(OUTPUTS))]
    put_flows(switch, TO_ALL, *(f"cookie={number},in_port=1,dl_dst={mac} actions={actions}"
                                for number, (mac, (actions, _)) in enumerate(zip(macs, OUTPUTS), 1)))
    before = [switch.counters(host.port)["tx"] for host in hosts]

    def sent_to(mac):
        return lambda octets: token in octets and octets[:6] == mac_bytes(mac)

    with contextlib.ExitStack() as stack:
        captures = [stack.enter_context(Capture(host)) for host in hosts]
        send(a, "eth0", *(frame(mac, a.mac, token) for mac in [*macs, BROADCAST]))
        captures[0].wait(containing(token), sum(1 in expected for _, expected in OUTPUTS))
        for capture in captures[1:]:
            capture.wait(sent_to(BROADCAST))
        # The two hooks keep no order between them: all have to be decided on, and what was sent has to be there.
        for number in range(1, len(OUTPUTS) + 1):
            wait_for(lambda: packets(switch, number) == 1, "its flow has met each frame")
        sent = [switch.counters(host.port)["tx"] for host in hosts]
        for capture, first, last in zip(captures, before, sent):
            wait_for(lambda: len(capture.all()) >= last - first, "all that was sent has arrived")
        for mac, (actions, expected) in zip(macs, OUTPUTS):
            got = [host.number for host, capture in zip(hosts, captures) for _ in capture.matching(sent_to(mac))]
            assert got == expected, actions


def test_local(four):
    switch, hosts = four
    switch.ns.ip("link set br0 up")
    put_flows(switch, TO_ALL, "in_port=1 actions=local", "in_port=local actions=3")
    token = new_token()
    with Capture(switch.ns, "br0") as local, Capture(hosts[2]) as third:
        send(hosts[0], "eth0", frame(OTHER, hosts[0].mac, token))
        local.wait(containing(token))
        assert not third.matching(containing(token))
        send(switch.ns, "br0", frame(OTHER, hosts[0].mac, token))
        third.wait(containing(token))


def test_normal(four):
    """Learns, and knows afterwards; and is one output of several."""
    switch, hosts = four
    a, b, _, d = hosts
    put_flows(switch, TO_ALL, "in_port=1 actions=normal", "in_port=2 actions=normal,4")
    assert reach(a, b.mac, hosts) == hosts[1:], "flooded"
    send(b, "eth0", frame(BROADCAST, b.mac))
    assert reach(b, a.mac, hosts) == [a, d]
    wait_for(lambda: switch.learned(b.mac) == "2", "learned by NORMAL")
    assert reach(a, b.mac, hosts) == [b]


def test_flows_learn_nothing_of_their_own(four):
    switch, hosts = four
    assert reached(four, "in_port=1 actions=flood") == [2, 3, 4]
    assert switch.learned(hosts[0].mac) is None


def test_priority_and_match(four):
    ladder = ("priority=3,dl_dst=02:00:00:00:99:00/ff:ff:ff:ff:ff:00 actions=2", "priority=2,in_port=1 actions=3", "priority=1 actions=4")
    assert reached(four, *ladder) == [2]
    assert reached(four, *ladder, dst="02:00:00:00:98:01") == [3]
    assert reached(four, *ladder[:1], *ladder[2:], dst="02:00:00:00:98:01") == [4]


def test_chains(four):
    """resubmit comes back, goto_table does not; what is set on the way is seen on it."""
    assert reached(four, "in_port=1 actions=resubmit(,1),4", "table=1 actions=resubmit(3,2),2", "table=2,in_port=3 actions=3",
                   "table=2,priority=1 actions=drop") == [2, 3, 4]
    assert reached(four, "in_port=1 actions=load:0x7->NXM_NX_REG0[],resubmit(,1)",
                   "table=1,reg0=7 actions=write_metadata:0x9,goto_table:5", "table=5,metadata=9 actions=3") == [3]
    assert reached(four, "in_port=1 actions=clone(load:0x7->NXM_NX_REG0[],resubmit(,1)),resubmit(,1)",
                   "table=1,reg0=7 actions=2", "table=1,reg0=0 actions=3") == [2, 3]


def test_longest_chain(four):
    """Through all tables; and where it is too long, nothing leaves."""
    chain = [f"table={table} actions=resubmit(,{table + 1})" for table in range(TABLES_MAX - 1)]
    assert reached(four, *chain, f"table={TABLES_MAX - 1} actions=2") == [2]
    switch, hosts = four
    put_flows(switch, TO_ALL, "in_port=1 actions=3,resubmit(,1),4", "table=1 actions=resubmit(,1)")
    assert dropped(switch, "p1", "flow-limit", lambda: send(hosts[0], "eth0", frame(OTHER, hosts[0].mac))) == 1
    assert reach(hosts[0], OTHER, hosts) == []


def test_sets_do_not_last(four):
    """Each output has the frame as it is there: before a change, after it, and after a clone's."""
    switch, hosts = four
    put_flows(switch, TO_ALL, f"in_port=1 actions=2,clone(mod_dl_src:{OTHER},mod_vlan_vid:5,3),mod_dl_dst:{OTHER},4")
    a = hosts[0]
    sent = frame("02:00:00:00:98:01", a.mac, new_token())
    got = deliveries(a, lambda token: sent[:14] + token + sent[22:], hosts)
    (second,), (third,), (fourth,) = (got[host] for host in hosts[1:])
    own, other = sent[6:12], bytes.fromhex(OTHER.replace(":", ""))
    assert second[:14] == sent[:14]
    assert third[:18] == sent[:6] + other + b"\x81\0\0\5" + sent[12:14]
    assert fourth[:14] == other + own + sent[12:14]


@pytest.mark.parametrize("line, reason", (
    ("in_port=1 actions=drop", "flow-drop"), ("in_port=9 actions=2", "flow-miss"), ("in_port=1 actions=99", "flow-drop"),
    ("in_port=1 actions=resubmit(,7)", "flow-miss"), ("in_port=1 actions=controller", "controller"),
    ("in_port=1 actions=1", "flow-drop"), ("in_port=1 actions=resubmit(,0)", "flow-limit"),
), ids=str)
def test_dropped_for_a_reason(four, line, reason):
    switch, hosts = four
    put_flows(switch, line)
    before = switch.counters("p1").get(reason, 0)
    send(hosts[0], "eth0", *[frame(OTHER, hosts[0].mac)] * 10)
    wait_for(lambda: switch.counters("p1").get(reason, 0) == before + 10, "all are counted")


def test_counters(four):
    """Of frames and octets, of each flow on the way."""
    switch, hosts = four
    put_flows(switch, "cookie=1,in_port=1 actions=resubmit(,1)", "table=1,cookie=2 actions=2", "cookie=3,priority=9,in_port=2 actions=3")
    before = packets(switch, 1)
    send(hosts[0], "eth0", *[frame(OTHER, hosts[0].mac, length=100)] * 50)
    wait_for(lambda: packets(switch, 1) == before + 50, "counted")
    assert (packets(switch, 2), packets(switch, 3)) == (50, 0)
    assert "packet_count=100 byte_count=10000 flow_count=3" in switch.ctl("dump-aggregate", "br0")


# Groups

def connection(sender, source, token):
    """A frame of a UDP connection, by its source port."""
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 1, 0, 64, 17, 0, socket.inet_aton(sender.ip4), socket.inet_aton("10.9.9.9"))
    return frame(OTHER, sender.mac, header + struct.pack("!HHHH", source, 4789, 26, 0) + token, ethertype=0x800)


def add_group(switch, *words):
    switch.ctl("-O", "OpenFlow13", "add-group", "br0", *words)


def test_group_all_and_indirect(four):
    switch, _ = four
    add_group(switch, "group_id=1,type=all,bucket=output:2,bucket=mod_vlan_vid:9,resubmit(,3),bucket=output:4")
    add_group(switch, "group_id=2,type=indirect,bucket=output:3")
    assert reached(four, "in_port=1 actions=group:1", "table=3,dl_vlan=10 actions=3") == [2, 4]
    assert reached(four, "in_port=1 actions=group:2,4") == [3, 4]


def test_group_select(four):
    """By weights, and a connection always to the same."""
    switch, hosts = four
    a = hosts[0]
    add_group(switch, "group_id=1,type=select,bucket=weight:1,output:2,bucket=weight:2,output:3,bucket=weight:1,output:4")
    put_flows(switch, "in_port=1 actions=group:1")
    token, count = new_token(), 1200
    captures = {host.number: Capture(host) for host in hosts[1:]}
    try:
        for _ in range(2):
            send(a, "eth0", *(connection(a, 1024 + source, token) for source in range(count)))
        wait_for(lambda: sum(len(one.matching(containing(token))) for one in captures.values()) == 2 * count, "all arrived")
        seen = {number: [octets[34:36] for octets in one.matching(containing(token))] for number, one in captures.items()}
    finally:
        for one in captures.values():
            one.__exit__()
    for number, share in ((2, 1), (3, 2), (4, 1)):
        assert len(seen[number]) == 2 * len(set(seen[number])), "the second frame goes where the first one went"
        assert abs(len(set(seen[number])) / count - share / 4) < 0.06


def test_group_of_the_first_that_is_up(four):
    """Where its port is down, the next one takes over at once: the device, the one at its other end, or by mod-port."""
    switch, hosts = four
    a, b, c, _ = hosts
    add_group(switch, "group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3")
    put_flows(switch, "in_port=1 actions=group:1")

    def goes_to(host):
        token = new_token()
        with Capture(host) as capture:
            send(a, "eth0", frame(OTHER, a.mac, token))
            return capture.wait(containing(token), deadline=0.05)

    def goes_to_the_second_while(*down, up):
        wait_for(lambda: goes_to(b), "the first one is up", deadline=1.0)
        down[0](*down[1:])
        try:
            wait_for(lambda: goes_to(c), "the other one takes over", deadline=1.0)
        finally:
            down[0](*down[1:-1], up)

    goes_to_the_second_while(b.ip, "link set eth0 down", up="link set eth0 up")
    goes_to_the_second_while(switch.ns.ip, "link set p2 down", up="link set p2 up")
    goes_to_the_second_while(switch.ctl, "mod-port", "br0", "p2", "down", up="up")
    wait_for(lambda: goes_to(b), "the first one is up", deadline=1.0)


# Meters

def test_meter_and_nothing_behind_it(four):
    """What it lets pass goes nowhere, and that is told."""
    switch, hosts = four
    switch.ctl("-O", "OpenFlow13", "add-meter", "br0", "meter=1,pktps,band=type=drop,rate=1000")
    put_flows(switch, "in_port=1 actions=meter:1")
    assert dropped(switch, "p1", "flow-drop", lambda: send(hosts[0], "eth0", frame(OTHER, hosts[0].mac))) == 1


@pytest.mark.parametrize("meter, length, rate", (("pktps,band=type=drop,rate=200", 60, 200), ("kbps,band=type=drop,rate=800", 500, 200)),
                         ids=("pktps", "kbps"))
def test_meter(four, meter, length, rate):
    """What passes in a second, when the first burst is over, of some times as much."""
    switch, hosts = four
    a, b = hosts[:2]
    switch.ctl("-O", "OpenFlow13", "add-meter", "br0", f"meter=1,{meter}")
    put_flows(switch, "cookie=1,in_port=1 actions=meter:1,2")
    dropped_before = switch.counters("p1").get("meter", 0)
    with Stream(a, b, pause=0.001, make=lambda payload: frame(OTHER, a.mac, payload, length=length)) as stream:
        wait_for(lambda: switch.counters("p1").get("meter", 0) > dropped_before, "it drops")
        time.sleep(0.2)
        before, start = len(stream.arrived(b)), time.monotonic()
        time.sleep(1)
        passed, lasted = len(stream.arrived(b)) - before, time.monotonic() - start
        sent = stream.sent
    assert sent > 2 * rate * lasted, "enough was sent for a meter to count"
    assert abs(passed / (rate * lasted) - 1) < 0.15
    wait_for(lambda: packets(switch, 1) == stream.sent, "dropped frames have met the flow, too")
    stats = switch.ctl("-O", "OpenFlow13", "meter-stats", "br0", "meter=1")
    assert f"packet_in_count:{stream.sent} " in stats and f"packet_count:{len(stream.lost())} " in stats


# What mod-port says

def test_no_flood(four):
    switch, hosts = four
    switch.ctl("mod-port", "br0", "p3", "no-flood")
    try:
        put_flows(switch, "priority=9,in_port=1,dl_dst=02:00:00:00:99:01 actions=flood", TO_ALL.replace("flood", "all"))
        assert reach(hosts[0], OTHER, hosts) == [hosts[1], hosts[3]]
    finally:
        switch.ctl("mod-port", "br0", "p3", "flood")
    assert reach(hosts[0], OTHER, hosts) == hosts[1:]


@pytest.mark.parametrize("lines", (["actions=normal"], ["actions=all"]), ids=("normal", "flows"))
def test_no_forward_and_no_receive(four, lines):
    switch, hosts = four
    a, b, c, d = hosts
    put_flows(switch, *lines)
    switch.ctl("mod-port", "br0", "p3", "no-forward")
    switch.ctl("mod-port", "br0", "p4", "no-receive")
    try:
        assert reach(a, OTHER, [b, d], others=[c]) == [b, d]
        assert dropped(switch, "p4", "no-receive", lambda: send(d, "eth0", frame(OTHER, d.mac))) == 1
        assert reach(c, OTHER, hosts) == [a, b, d], "it still receives"
    finally:
        switch.ctl("mod-port", "br0", "p3", "forward")
        switch.ctl("mod-port", "br0", "p4", "receive")
    assert reach(a, OTHER, hosts) == [b, c, d]
    assert reach(d, OTHER, hosts) == [a, b, c]


def test_no_forward_to_one_output(four):
    switch, hosts = four
    put_flows(switch, "actions=3")
    switch.ctl("mod-port", "br0", "p3", "no-forward")
    try:
        assert dropped(switch, "p3", "no-forward", lambda: send(hosts[0], "eth0", frame(OTHER, hosts[0].mac))) == 1
    finally:
        switch.ctl("mod-port", "br0", "p3", "forward")


def test_port_down(four):
    switch, hosts = four
    put_flows(switch, "in_port=1 actions=3")
    switch.ctl("mod-port", "br0", "p3", "down")
    try:
        wait_for(lambda: "UP" not in switch.ns.link("p3")["flags"], "it is down")
        assert dropped(switch, "p3", "egress-down", lambda: send(hosts[0], "eth0", frame(OTHER, hosts[0].mac))) == 1
    finally:
        switch.ctl("mod-port", "br0", "p3", "up")
    token = new_token()
    with Capture(hosts[2]) as third:
        def arrives():
            send(hosts[0], "eth0", frame(OTHER, hosts[0].mac, token))
            return third.matching(containing(token))
        wait_for(arrives, "it is up again")


# Bridges without flows of their own

def pipelines(switch):
    """Names of the programs that work with this switch's maps."""
    maps = bpf.pinned_maps(switch.pins()).keys()
    return {name for name, used in bpf.programs().values() if used & maps}


DEFAULT = ["cookie=0x0, table=0, priority=0 actions=NORMAL"]


def test_new_bridge(switch, hosts):
    """Its one flow is NORMAL, and costs nothing: the programs that know flows are not loaded."""
    made = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", *made)
    assert flows(switch) == DEFAULT
    use_hook(switch, "xdp", *made)
    assert reach(made[0], made[1].mac, made) == made[1:]
    assert not {"xvs_xdp_flow", "xvs_tc_flow"} & pipelines(switch)
    switch.ctl("add-flow", "br0", "in_port=1,actions=3")
    assert {"xvs_xdp_flow", "xvs_tc_flow"} <= pipelines(switch)
    assert reach(made[0], BROADCAST, made[2:]) == made[2:]
    switch.ctl("del-flows", "br0", "in_port=1")
    assert flows(switch) == DEFAULT
    assert reach(made[0], made[1].mac, made) == made[1:]


def test_counts_without_the_programs(switch, hosts):
    """NORMAL's flow counts all the same."""
    made = hosts(2, addresses=False)
    switch.add_ports("br0", *made)
    send(made[0], "eth0", *[frame(BROADCAST, made[0].mac)] * 30)
    wait_for(lambda: packets(switch, 0) == 30, "counted")


def test_standalone_and_secure(switch, hosts):
    made = hosts(3, addresses=False)
    switch.add_ports("br0", *made)
    a, b, c = made
    switch.ctl("del-flows", "br0")
    assert flows(switch) == [] and reach(a, b.mac, made) == [b, c], "standalone: like NORMAL"
    switch.ctl("set-fail-mode", "br0", "secure")
    assert reach(a, b.mac, [], others=[b, c]) == []
    assert dropped(switch, "p1", "flow-miss", lambda: send(a, "eth0", frame(OTHER, a.mac))) == 1
    switch.ctl("add-flow", "br0", "actions=normal")
    assert reach(a, b.mac, made) == [b, c]
    switch.ctl("del-flows", "br0", "--", "del-fail-mode", "br0")
    assert reach(a, b.mac, made) == [b, c]


def test_made_secure(switch, hosts):
    """A bridge that is secure from its first moment has no flow."""
    made = hosts(2, addresses=False)
    switch.ctl("add-br", "br0", "--", "set-fail-mode", "br0", "secure", "--", "add-port", "br0", "p1", "--", "add-port", "br0", "p2")
    assert flows(switch) == []
    assert reach(made[0], BROADCAST, [], others=made[1:]) == []


def test_other_bridges_are_not_touched(switch, hosts):
    """Flows are a bridge's: the other one's go on without."""
    made = hosts(4)
    switch.add_ports("br0", *made[:2])
    switch.add_ports("br1", *made[2:])
    put_flows(switch, "actions=drop", bridge="br1")
    transfer(made[0], made[1])
    assert reach(made[2], BROADCAST, [], others=[made[3]]) == []
    switch.ctl("del-br", "br1")
    transfer(made[1], made[0], 6)


# Refusals: nothing changes

def masks(count):
    return "".join(f"ipv6,ipv6_src=::{bits + 1:x}/::{bits + 1:x},actions=drop\n" for bits in range(count))


def test_masks_are_bounded(switch, hosts):
    """128 in a table (FAULTS 12); the next one is refused with a sentence, and the first ones work on."""
    a, b = hosts(2)
    switch.add_ports("br0", a, b)
    switch.ctl("add-flows", "br0", "-", text=masks(127))  # with the flow that is there
    before = flows(switch)
    assert len(before) == 128
    sentence = switch.refused("add-flow", "br0", "tcp,tp_dst=1,actions=drop")
    assert "128" in sentence and "table 0" in sentence
    assert flows(switch) == before
    transfer(a, b)
    switch.ctl("add-flow", "br0", "table=1,tcp,tp_dst=1,actions=drop")
    switch.ctl("del-flows", "br0", "ipv6", "--", "add-flow", "br0", "tcp,tp_dst=1,actions=drop")
    assert len(flows(switch)) == 3


def test_far_too_many_masks(switch):
    switch.ctl("add-br", "br0")
    assert "128" in switch.refused("add-flows", "br0", "-", text=masks(1000))
    assert flows(switch) == DEFAULT


def test_bad_line_of_a_bundle(switch, hosts, tmp_path):
    made = hosts(2, addresses=False)
    switch.add_ports("br0", *made)
    put_flows(switch, "in_port=1 actions=2", "in_port=2 actions=1")
    before = flows(switch)
    path = tmp_path / "flows"
    path.write_text("# what is to be\ndelete\nin_port=1,actions=drop\n\nin_port=2,nw_src=1.2.3,actions=drop\nactions=drop\n")
    for words in (("add-flows",), ("--bundle", "add-flows"), ("replace-flows",), ("--bundle", "replace-flows")):
        sentence = switch.refused(*words, "br0", str(path))
        assert f"{path}:5: " in sentence or "replace-flows" in words, sentence
        assert "1.2.3" in sentence or "delete" in sentence, sentence
        assert flows(switch) == before
    assert reach(made[0], BROADCAST, made) == made[1:]


def test_bad_flow_in_a_chain(switch, hosts):
    """FAULTS 41: nothing of the chain is applied."""
    made = hosts(2, addresses=False)
    switch.add_ports("br0", *made)
    before = flows(switch), switch.ctl("show")
    chain = ["add-br", "br1", "--", "add-port", "br1", "p2", "--", "add-flow", "br0", "in_port=1,actions=drop", "--"]
    for bad, wrong in (("in_port=1,actions=fly", "fly"), ("ip,nw_src=1.2.3,actions=1", "1.2.3"), ("tp_src=1", "action"),
                       ("actions=meter:3", "meter"), ("actions=group:3", "group")):
        assert wrong in switch.refused("del-port", "p2", "--", *chain, "add-flow", "br0", bad)
        assert (flows(switch), switch.ctl("show")) == before
    assert reach(made[0], BROADCAST, made) == made[1:]


# Odd frames

def tagged(*tcis, ethertype=0x8100):
    return [(ethertype, tci) for tci in tcis]


@pytest.mark.parametrize("tags", (tagged(1, 2, 3, 4), tagged(0, 0, 0, 10), tagged(10, ethertype=0x88a8), tagged(0x2005),
                                  [(0x88a8, 0), (0x8100, 10)]), ids=str)
def test_no_tag_slips_past(four, tags):
    """FAULTS 3: what has any tag is tagged, however many follow."""
    switch, hosts = four
    a = hosts[0]
    put_flows(switch, TO_ALL, "priority=9,vlan_tci=0x1000/0x1000 actions=drop", "priority=1 actions=2")
    assert reach(a, OTHER, hosts, tags=tags) == []
    put_flows(switch, TO_ALL, "priority=9,vlan_tci=0x0000 actions=drop", "priority=1 actions=2")
    assert reach(a, OTHER, hosts, tags=tags) == [hosts[1]]
    vid = tags[0][1] & 0xfff
    put_flows(switch, TO_ALL, f"priority=9,dl_vlan={vid} actions=3", "priority=1 actions=2")
    assert reach(a, OTHER, hosts, tags=tags) == [hosts[2]]


def test_no_snap_header_slips_past(four):
    """A SNAP header with an Ethernet type is as good as the type; other frames with a length have 0x05ff."""
    switch, hosts = four
    a = hosts[0]
    put_flows(switch, TO_ALL, "priority=9,ip actions=3", "priority=9,dl_type=0x5ff actions=4", "priority=1 actions=2")
    snap = bytes.fromhex("aaaa03000000")

    def goes(payload):
        got = deliveries(a, lambda token: frame(OTHER, a.mac, payload + token, ethertype=46), hosts)
        return [host.number for host, copies in got.items() if copies]

    assert goes(snap + b"\x08\0") == [3]
    assert goes(snap + b"\x86\xdd") == [2]
    assert goes(bytes.fromhex("424203")) == [4]
    assert goes(bytes.fromhex("aaaa0300000c2000")) == [4]


ODD = {
    "options": struct.pack("!BBHHHBBH8sI", 0x46, 0, 54, 1, 0, 64, 17, 0, bytes(8), 0x01010101) + struct.pack("!HHHH", 53, 53, 30, 0),
    "protocol-0": struct.pack("!BBHHHBBH8s", 0x45, 0, 46, 1, 0, 64, 0, 0, bytes(8)) + struct.pack("!HH", 53, 53),
    "too-long": struct.pack("!BBHHHBBH8s", 0x45, 0, 6000, 1, 0, 64, 17, 0, bytes(8)) + struct.pack("!HHHH", 53, 53, 26, 0),
    "too-short": struct.pack("!BBHHHBBH8s", 0x45, 0, 3, 1, 0, 64, 17, 0, bytes(8)) + struct.pack("!HHHH", 53, 53, 26, 0),
    "bad-header-length": struct.pack("!BBHHHBBH8s", 0x4f, 0, 46, 1, 0, 64, 17, 0, bytes(8)) + struct.pack("!HHHH", 53, 53, 26, 0),
    "first-fragment": struct.pack("!BBHHHBBH8s", 0x45, 0, 46, 1, 0x2000, 64, 17, 0, bytes(8)) + struct.pack("!HHHH", 53, 53, 26, 0),
    "later-fragment": struct.pack("!BBHHHBBH8s", 0x45, 0, 46, 1, 5, 64, 17, 0, bytes(8)) + struct.pack("!HHHH", 53, 53, 26, 0),
}


@pytest.mark.parametrize("payload", ODD.values(), ids=ODD.keys())
def test_thousandth_as_the_first(four, payload):
    """FAULTS 11: whatever the verdict is, it stays; beside them go frames that are alike and well."""
    switch, hosts = four
    a = hosts[0]
    put_flows(switch, "cookie=1,priority=9,udp,tp_dst=53 actions=2", "cookie=2,priority=8,ip,nw_frag=later actions=3",
              "cookie=3,priority=7,ip actions=4", "cookie=4,priority=1 actions=2,3,4")
    odd, good = frame(OTHER, a.mac, payload, ethertype=0x800), connection(a, 53, b"good")
    send(a, "eth0", odd)
    (first,) = wait_for(lambda: [cookie for cookie in (1, 2, 3, 4) if packets(switch, cookie)], "one flow takes it")
    send(a, "eth0", *[odd, good] * 1000)
    wait_for(lambda: sum(packets(switch, cookie) for cookie in (1, 2, 3, 4)) == 2001, "all have met a flow")
    expected = {first: 1001}
    expected[3] = expected.get(3, 0) + 1000  # the good ones: to port 4789
    assert {cookie: packets(switch, cookie) for cookie in (1, 2, 3, 4) if packets(switch, cookie)} == expected
