# SPDX-License-Identifier: BSD-2-Clause
"""All 4,094 VLANs on 64 ports: what it takes to say so, in seconds and in memory. bench/ has the frame rates."""

import itertools
import time

import pytest

from harness import bpf
from harness.frames import BROADCAST, Capture, containing, frame, new_token, send
from harness.netns import Station
from harness.wait import wait_for

TRUNKS = [f"p{number}" for number in range(1, 65)]
OTHERS = {"p65": "tag=10", "p66": "trunks=30"}
ALL = "trunks=1-4094"
CTAG = 0x8100

SECONDS, SECONDS_ONE = 2.0, 0.2

KIBIBYTES = 64        # bound for all of it
TABLE_KIBIBYTES = 16  # for what a bridge keeps until it goes: its table of VLANs, two pages and what the kernel adds


class FarEnd(Station):
    """The other end of a port, in a namespace that all of them share."""

    def __init__(self, namespace, port):
        Station.__init__(self, int(port[1:]))
        self.port, self.device, self.namespace = port, port, namespace

    def __repr__(self):
        return f"the far end of {self.port}"

    def inside(self):
        return self.namespace.inside()


@pytest.fixture
def ends(switch, lab):
    """Far ends of 64 ports and two more, which are on no bridge yet. They take XDP frames, so that XDP floods, too."""
    far = lab.namespace("far")
    made = [FarEnd(far, port) for port in (*TRUNKS, *OTHERS)]
    switch.ns.ip(*(f"link add {end.port} type veth peer name {end.device} netns {far.name}" for end in made),
                 *(f"link set {end.port} up" for end in made))
    far.ip(*(f"link set {end.device} up" for end in made))
    for end in made:
        far.run("ethtool", "-K", end.device, "gro", "on")
    return made


def chain(switch, commands):
    """Seconds that one chain of commands, each as one string, takes."""
    words = [word for command in commands for word in ("--", *command.split())]
    start = time.monotonic()
    switch.ctl(*words)
    return time.monotonic() - start


def of_trunks(words):
    return [words.format(port) for port in TRUNKS]


def check_broadcast(ends, vid):
    """It is at the far ends of all trunk ports but the sender's, once and as it was sent, and at no others."""
    sender, token = ends[0], new_token()
    sent = frame(BROADCAST, sender.mac, token, tags=[(CTAG, vid)])
    captures = {end: Capture(end, end.device) for end in ends}
    try:
        send(sender, sender.device, sent)
        start = time.monotonic()
        for end, capture in captures.items():
            if end is not sender and end.port in TRUNKS:
                assert capture.wait(containing(token)) == [sent], f"{end}, VLAN {vid}"
        # The others, and second copies, get the time that all these had.
        time.sleep(max(0.05, time.monotonic() - start))
        for end, capture in captures.items():
            expected = 1 if end is not sender and end.port in TRUNKS else 0
            assert len(capture.matching(containing(token))) == expected, f"{end}, VLAN {vid}"
    finally:
        for capture in captures.values():
            capture.__exit__()


def are_left(switch, devices):
    """Nothing of the switch is on these devices."""
    links = switch.ns.links()
    return not any(links[device]["promiscuity"] or switch.ns.tc_programs(device) for device in devices)


def test_all_vlans_on_64_ports(switch, ends):
    switch.ctl("add-br", "br0")
    bare = bpf.map_octets(switch.pins())
    chain(switch, of_trunks("add-port br0 {}") + [f"add-port br0 {port} {words}" for port, words in OTHERS.items()])

    seconds = chain(switch, of_trunks(f"set port {{}} {ALL}"))
    assert seconds <= SECONDS, f"{seconds:.2f} s for all of them"
    some = itertools.cycle(("trunks=1-2000", ALL))
    # More than once, as other tests may be running on the same CPUs.
    wait_for(lambda: chain(switch, [f"set port {TRUNKS[-1]} {next(some)}"]) <= SECONDS_ONE, "one changes as quickly")
    chain(switch, [f"set port {TRUNKS[-1]} {ALL}"])
    for vid in (1, 2000, 4094):
        check_broadcast(ends, vid)
    grown = (bpf.map_octets(switch.pins()) - bare) / 1024
    assert grown < KIBIBYTES, f"the maps have grown by {grown:.0f} KiB"

    chain(switch, [f"del-port {port}" for port in (*TRUNKS, *OTHERS)])
    wait_for(lambda: bpf.map_octets(switch.pins()) <= bare + TABLE_KIBIBYTES * 1024, "the ports' memory is given back")
    assert are_left(switch, [*TRUNKS, *OTHERS])
    switch.ctl("del-br", "br0")
    wait_for(lambda: bpf.map_octets(switch.pins()) <= bare, "the bridge's memory is given back")
