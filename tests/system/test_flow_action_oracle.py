# SPDX-License-Identifier: BSD-2-Clause
"""What flows make of frames, held against Open vSwitch's data path in user space, octet by octet.

Both switches get the same random flows and groups, and the same random frames by the same ports. What comes out of
each port has to be the same.
"""

import collections
import os
import random
import subprocess
from dataclasses import replace

import pytest

from harness import flow_random, openvswitch
from harness.compile import tool
from harness.flows import use_hook
from harness.frames import frame, new_token
from harness.vlan import Ends, LocalEnd, build, parse

TABLES = 40  # sets of flows
FRAMES = 80  # for each
SHORTEST = 16  # with less behind it the kernel takes a tag for a broken one
SOURCES = ("tests/datapath/flow_reference_parse.c", "tests/datapath/flow_random_frame.c")

ROUTING, FRAGMENT, AUTHENTICATION = 43, 44, 51
EXTENSIONS = (0, ROUTING, FRAGMENT, AUTHENTICATION, 60)

# All ports get these, and none else does.
BARRIER = "0e:ba:ba:ba:ba:ba"
TO_ALL = f"table=0,priority=65535,dl_dst={BARRIER},actions=all,in_port"

# Nothing is learned: the outcome would depend on the frames before, and on how soon each switch learns.
STATIONS = {"02:00:00:00:00:01": "p1", "02:00:00:00:00:02": "p2", "02:00:00:00:00:03": "p3", "02:00:00:00:00:04": "p4",
            "02:00:00:00:01:04": "p1", "0e:ff:ff:ff:ff:ff": "p2"}
FLOOD_VLANS = "1-4094"


def without_dei(octets):
    tags, rest = parse(octets)
    return build(octets, [replace(tag, dei=0) for tag in tags], rest)


class Side:
    """A switch with ports p1 and so on, and who is behind them. fill(tables): gives it these flows and no others."""

    def __init__(self, lab, ns, fill):
        self.ns, self.fill = ns, fill
        self.hosts = [lab.host(ns, number, addresses=False) for number in range(1, flow_random.PORTS + 1)]
        self.ends = None

    def open(self):
        """When the bridge is there."""
        self.ns.ip("link set br0 up")
        self.ends = Ends({**{host.port: host for host in self.hosts}, "br0": LocalEnd(self.ns, "br0")})

    def close(self):
        if self.ends:
            self.ends.close()

    def outcome(self, shots, expected=None):
        """Which octets come out of which port how often, of these frames together."""
        self.ends.clear()
        for port, octets in shots:
            self.ends.senders[port].send(octets)
        if expected is not None:
            self.ends.wait(collections.Counter(port for port, _ in expected.elements()), 0.5)
        token = new_token()
        for sender in self.ends.senders.values():
            sender.send(frame(BARRIER, "02:00:00:00:00:01", token))
        seen = collections.Counter()
        for port, capture in self.ends.captures.items():
            barriers = capture.wait(lambda octets: token in octets, len(self.ends.senders))
            seen.update((port, without_dei(octets)) for octets in capture.seen if octets not in barriers)
        return seen


@pytest.fixture(scope="module")
def theirs(module_lab, tmp_path_factory):
    reason = openvswitch.missing()
    if reason:
        pytest.skip(f"{reason}: what flows make of frames is not held against Open vSwitch")
    ovs = openvswitch.OpenVSwitch(tmp_path_factory.mktemp("ovs"), module_lab.namespace("ovs"))

    def ofctl(verb, lines=None, version="OpenFlow15"):
        source = ["-"] if lines is not None else []
        ovs.ns.run("ovs-ofctl", "-O", version, verb, "br0", *source, env=ovs.environment, input="\n".join(lines or ()))

    def fill(tables):
        """Flows go first: ovs-vswitchd fails an assertion when a group goes that a flow speaks of twice."""
        ofctl("del-flows")
        ofctl("del-groups")
        ofctl("add-groups", tables.groups)
        ofctl("add-flows", tables.flows, tables.version)
        ovs.purge()

    side = Side(module_lab, ovs.ns, fill); side.ovs = ovs
    try:
        ovs.start()
        ovs.add_bridge("br0", side.hosts)
        for number, host in enumerate(side.hosts, 1):
            ovs.vsctl("set", "interface", host.port, f"ofport_request={number}")
        ovs.vsctl("set", "bridge", "br0", f"flood_vlans={FLOOD_VLANS}")
        for mac, port in STATIONS.items():
            ovs.appctl("fdb/add", "br0", port, "0", mac)
        side.open()
        yield side
    finally:
        side.close()
        ovs.close()


@pytest.fixture
def ours(lab, switch):
    def fill(tables):
        switch.ctl("del-groups", "br0")
        if tables.groups:
            switch.ctl("-O", tables.version, "add-groups", "br0", "-", text="\n".join(tables.groups))
        switch.ctl("-O", tables.version, "replace-flows", "br0", "-", text="\n".join(tables.flows))

    side = Side(lab, switch.ns, fill)
    switch.add_ports("br0", *side.hosts)
    switch.ctl("set", "bridge", "br0", f"flood_vlans={FLOOD_VLANS}")
    for mac, port in STATIONS.items():
        switch.ctl("fdb/add", "br0", port, "0", mac)
    side.switch = switch
    side.open()
    yield side
    side.close()


def rewritten_otherwise(words):
    """Does Open vSwitch rewrite frames with this key otherwise? words: of datapath/flow_types.h."""
    dl_type, protocol, fragment = words[0] >> 16 & 0xffff, words[0] >> 8 & 0xff, words[0] & 3
    if dl_type == 0x8035:
        return "rarp"
    if dl_type in (0x0800, 0x86dd, 0x0806) and not protocol:
        return "protocol-0"
    if protocol == 132:
        return "sctp"
    if dl_type == 0x0800 and fragment == 3:
        return "later"
    return None


def packet_of(rest):
    """What is behind the type, or behind SNAP."""
    return rest[2 if rest[:2] >= b"\6\0" else 10:]


def has_extension(packet, kinds):
    """Is one of these among IPv6's extension headers?"""
    kind, at = packet[6] if len(packet) > 6 else None, 40
    while len(packet) > at + 1 and kind in EXTENSIONS and kind not in kinds:
        units = 1 if kind == FRAGMENT else packet[at + 1] + 1
        kind, at = packet[at], at + (units + 1) * 4 if kind == AUTHENTICATION else at + units * 8
    return kind in kinds


def odd_tags(tags):
    """Does NORMAL see them otherwise? test_vlan_oracle.py has the reasons."""
    return len(tags) > 1 or any(tag.vid in (0, 4095) for tag in tags)


def drawn_frames(folder, draw):
    """Random ones and the words of their keys."""
    path = tool(folder, "flow_keys", sources=SOURCES)
    output = subprocess.run([path, str(draw.randrange(1 << 31)), str(TABLES * FRAMES)], check=True, stdout=subprocess.PIPE,
                            text=True).stdout
    for line in output.splitlines():
        text, *words = line.split(" ")
        octets = bytes.fromhex(text)
        if len(octets) >= 14 and words[0] not in ("runt", "headers") and not octets[6] & 1:
            yield octets, [int(word, 16) for word in words]


def comparable(tables, octets, words):
    tags, rest = parse(octets)
    if len(tags) * 4 + SHORTEST > len(octets):
        return False
    packet = packet_of(rest)
    if words[0] >> 16 & 0xffff == 0x0800 and packet[:1].hex()[:1] not in ("", "4"):
        return False
    if words[0] >> 16 & 0xffff == 0x86dd and not words[0] >> 8 & 0xff:
        return False
    if tables.rewrites and (rewritten_otherwise(words) or has_extension(packet, (ROUTING, FRAGMENT))):
        return False
    return not tables.normal or not odd_tags(tags)


def describe(differing):
    return "".join(f"\n    {port}: {octets.hex()}" for port, octets in differing.elements())


def differences(ours, theirs, tables, shots):
    """One text for each frame with another outcome."""
    expected = theirs.outcome(shots)
    if ours.outcome(shots, expected) == expected:
        return
    for shot in shots:
        expected = theirs.outcome([shot])
        got = ours.outcome([shot], expected)
        if got != expected:
            yield (f"{shot[0]}: {shot[1].hex()}\n  ours:{describe(got - expected)}\n  Open vSwitch's:"
                   f"{describe(expected - got)}\n{tables.version}\n" + "\n".join(tables.groups + tables.flows))


@pytest.mark.parametrize("hook", ["tc", "xdp"])
def test_actions(hook, ours, theirs, tmp_path):
    seed = int(os.environ.get("XVS_SEED") or random.randrange(1 << 32))
    print(f"XVS_SEED={seed}")
    draw = random.Random(seed)
    use_hook(ours.switch, hook, *ours.hosts)
    author, frames = flow_random.Author(draw), list(drawn_frames(tmp_path, draw))
    ports = [host.port for host in ours.hosts] + ["br0"]
    problems = []
    for start in range(0, len(frames), FRAMES):
        tables = author.tables()
        tables.flows.append(TO_ALL)
        for side in (ours, theirs):
            side.fill(tables)
        shots = [(draw.choice(ports), octets) for octets, words in frames[start:start + FRAMES]
                 if comparable(tables, octets, words)]
        problems += differences(ours, theirs, tables, shots)
    open("/tmp/or_diff", "w").write("\n\n\n".join(problems))
    assert not problems, f"{len(problems)} differ:\n" + "\n\n".join(problems[:20])
