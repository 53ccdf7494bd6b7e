# SPDX-License-Identifier: BSD-2-Clause
"""What becomes of odd frames, and how they are counted."""

import pytest

from harness.frames import BROADCAST, Capture, containing, frame, new_token, reach, send
from harness.switch import LocalPort
from harness.wait import wait_for

HOOKS = ("tc", "xdp")


@pytest.fixture(params=HOOKS)
def three(switch, hosts, request):
    """Three hosts on br0; the first one's port takes its frames by the hook in question."""
    made = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", *made)
    switch.ctl("set", "interface", "p1", f"options:rx-hook={request.param}")
    return made


def learn(switch, *hosts, tags=()):
    vlan = tags[0][1] & 0xfff if tags and tags[0][0] in (0x8100, 0x88a8) else 0
    for host in hosts:
        send(host, "eth0", frame(BROADCAST, host.mac, tags=tags))
    for host in hosts:
        # pylint: disable-next=cell-var-from-loop
        wait_for(lambda: switch.learned(host.mac, vlan=vlan), f"{host} is learned")


@pytest.mark.parametrize("last", (0x00, 0x01, 0x02, 0x03, 0x0e, 0x0f))
def test_link_local_is_held_back(switch, three, last):
    a, b, c = three
    assert reach(a, f"01:80:c2:00:00:{last:02x}", three) == []
    assert switch.counters("p1")["link-local"] == 1


def test_link_local_reaches_listeners_on_the_port(switch, three):
    """As with the Linux bridge: a program like lldpd on the port's device sees it."""
    token = new_token()
    with Capture(switch.ns, "p1") as capture:
        send(three[0], "eth0", frame("01:80:c2:00:00:0e", three[0].mac, token, ethertype=0x88cc))
        capture.wait(containing(token))


def test_just_beside_link_local_is_flooded(three):
    a, b, c = three
    assert reach(a, "01:80:c2:00:00:10", three) == [b, c]
    assert reach(a, "01:80:c2:00:01:00", three) == [b, c]


def test_forward_bpdu(switch, three):
    a, b, c = three
    switch.ctl("set", "bridge", "br0", "other-config:forward-bpdu=true")
    assert reach(a, "01:80:c2:00:00:00", three) == [b, c]
    switch.ctl("remove", "bridge", "br0", "other-config", "forward-bpdu")
    assert reach(a, "01:80:c2:00:00:00", three) == []


@pytest.mark.parametrize("tags", (
    [(0x8100, 10)],
    [(0x8100, 0x6000 | 4094)],
    [(0x88a8, 100), (0x8100, 10)],
    [(0x8100, 1), (0x8100, 2), (0x8100, 3), (0x8100, 4)],
    [(0x9100, 7)],
), ids=lambda tags: "+".join(f"{tpid:x}:{tci:x}" for tpid, tci in tags))
def test_tags_pass_unchanged(switch, three, tags):
    """Between ports that carry all VLANs."""
    a, b, c = three
    assert reach(a, BROADCAST, three, tags=tags) == [b, c]
    learn(switch, b, tags=tags)
    assert reach(a, b.mac, three, tags=tags) == [b]
    if tags[0][0] == 0x8100:  # the sender's own kernel takes no other frames of that length
        assert reach(a, b.mac, three, tags=tags, length=1514 + 4) == [b]


@pytest.mark.parametrize("length", (60, 61, 128, 1513, 1514))
def test_lengths_pass(switch, three, length):
    a, b, c = three
    learn(switch, b)
    assert reach(a, b.mac, three, length=length) == [b]
    assert reach(a, BROADCAST, three, length=length) == [b, c]


def test_short_frames_pass(three):
    """14 to 59 octets: a veth pads nothing, neither do we."""
    a, b, c = three
    for length in (22, 40, 59):
        assert reach(a, BROADCAST, three, length=length) == [b, c]


def test_too_long_for_the_output(switch, hosts, lab):
    """Room for one tag is granted to every frame, as the kernel's own is_skb_forwardable() does."""
    (a,) = hosts(1, addresses=False, mtu=9000, gro=True)
    b, c = (lab.host(switch.ns, number, addresses=False, mtu=mtu, gro=True) for number, mtu in ((2, 1500), (3, 9000)))
    switch.add_ports("br0", a, b, c)
    for hook in HOOKS:
        switch.ctl("set", "interface", "p1", f"options:rx-hook={hook}")
        learn(switch, b, c)
        before = switch.counters("p2").get("mtu-exceeded", 0)
        assert reach(a, b.mac, [b, c], length=1519) == []
        assert switch.counters("p2")["mtu-exceeded"] == before + 1
        assert reach(a, b.mac, [b, c], length=1518) == [b]
        assert reach(a, c.mac, [b, c], length=9014) == [c]
        assert reach(a, BROADCAST, [b, c], length=5000) == [c], "the flood goes where it fits"
        assert switch.counters("p2")["mtu-exceeded"] == before + 2


def test_destination_on_the_same_port(switch, three):
    a, b, c = three
    other = "02:00:00:00:aa:01"
    send(a, "eth0", frame(BROADCAST, other))
    wait_for(lambda: switch.learned(other) == switch.ofport("p1"), "learned")
    assert reach(a, other, three) == []
    assert switch.counters("p1")["same-port"] == 1


def test_nobody_else_is_there(switch, hosts):
    (a,) = hosts(1, addresses=False)
    switch.add_ports("br0", a)
    switch.ns.ip("link set br0 down")
    reach(a, BROADCAST, [])
    wait_for(lambda: switch.counters("p1").get("no-member", 0) >= 1, "counted")


def test_every_frame_is_counted_once(switch, three):
    """Not by both hooks, in whichever of them it is finished."""
    a, b, c = three
    learn(switch, b)
    before = {port: switch.counters(port) for port in ("p1", "p2", "p3")}
    send(a, "eth0", *[frame(b.mac, a.mac)] * 50)
    send(a, "eth0", *[frame(BROADCAST, a.mac)] * 20)
    send(a, "eth0", *[frame("01:80:c2:00:00:02", a.mac)] * 3)

    def moved(port, key):
        return switch.counters(port).get(key, 0) - before[port].get(key, 0)

    wait_for(lambda: moved("p1", "rx") == 73, "all came in")
    wait_for(lambda: (moved("p2", "tx"), moved("p3", "tx")) == (70, 20), "all went out, once")
    assert moved("p1", "link-local") == 3
    assert moved("p1", "tx") == 0


def test_counters_in_octets(switch, hosts):
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a, b)
    send(a, "eth0", frame(BROADCAST, a.mac, length=100), frame(BROADCAST, a.mac, length=1000))
    text = wait_for(lambda: (lambda text: "bytes=1100" in text and text)(switch.ctl("dump-ports", "br0", "p1")),
                    "counted with header, without FCS")
    assert "rx pkts=2, bytes=1100" in text
    assert "tx pkts=2, bytes=1100" in switch.ctl("dump-ports", "br0", "p2")


# What the receiver's kernel takes a frame for (sll_pkttype)

HOST, OTHERHOST = 0, 3


def taken_for(sender, dst, receivers, tags=()):
    """By receiver."""
    token = new_token()
    captures = {receiver: Capture(receiver, receiver.device) for receiver in receivers}
    try:
        send(sender, sender.device, frame(dst, sender.mac, token, tags))
        return {receiver: wait_for(lambda one=capture: kind_of(one.socket, token), f"{receiver} gets it") - 1
                for receiver, capture in captures.items()}
    finally:
        for capture in captures.values():
            capture.__exit__()


def kind_of(one, token):
    """One more than the number, as long as there is a frame with the token."""
    try:
        octets, address = one.recvfrom(2048)
    except BlockingIOError:
        return None
    return 1 + address[2] if token in octets else None


@pytest.mark.parametrize("tags", ((), [(0x8100, 10)]), ids=("untagged", "tagged"))
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("count", (2, 3))
def test_flooded_is_for_nobody(switch, hosts, count, hook, tags):
    """An unknown unicast is no receiver's own, the last copy's no more than another's: a host that routes would pass
    it on, and every host would answer it with a reset."""
    a, *others = made = hosts(count, addresses=False)
    switch.add_ports("br0", *made)
    switch.ctl("set", "interface", "p1", f"options:rx-hook={hook}", "--", "set", "port", others[-1].port,
               *(["tag=10"] if tags else ["trunks=0"]))
    local = LocalPort(switch, "br0", 8)
    switch.ns.ip("link set br0 up")
    wait_for(lambda: switch.ctl("get", "interface", "br0", "link_state") == "up\n", "br0 is up")
    others.append(local)
    assert taken_for(a, "02:00:00:00:99:99", others, tags) == dict.fromkeys(others, OTHERHOST)
    assert taken_for(a, others[0].mac, others[:1], tags) == {others[0]: HOST}, "the control"
