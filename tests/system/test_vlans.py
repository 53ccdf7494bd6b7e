# SPDX-License-Identifier: BSD-2-Clause
"""VLANs, as Open vSwitch's documentation defines them: every mode to every mode, whatever tags a frame has.

harness/vlan.py has the model that says what should come out, and test_vlan_oracle.py holds it against Open vSwitch.
"""

import contextlib
import dataclasses

import pytest

from harness.frames import BROADCAST, Capture, Stream, containing, frame, new_token, send
from harness.lab import Lab
from harness.vlan import (CTAG, SCENES, STAG, STATIONS, TPIDS, Ends, Port, Scene, Tag, Trial, addressed, behind,
                          flooded, report, shot)
from harness.wait import wait_for

HOOKS = ("tc", "xdp")


class Topology:
    """A switch with hosts, and what has been sent through it in the scene that is set up.

    out: how hosts take frames, by XDP or TC; mixed: every other one by XDP.
    """

    def __init__(self, lab, out, count):
        self.switch = switch = lab.switch().start()
        self.hosts = [lab.host(switch.ns, number, addresses=False, gro=out == "xdp" or out == "mixed" and number % 2)
                      for number in range(1, count + 1)]
        switch.add_ports("br0", *self.hosts)
        switch.ns.ip("link set br0 up")
        self.ends = Ends(behind(self.hosts, switch.ns))
        self.trial = self.before = None

    def set_hook(self, hook):
        """By which frames from hosts are taken."""
        words = []
        for host in self.hosts:
            words += ["--", "set", "interface", host.port, f"options:rx-hook={hook}"]
        self.switch.ctl(*words)

    def set_up(self, scene):
        """Configures all ports, and forgets all addresses."""
        self.switch.ctl(*scene.words())
        self.switch.ctl("fdb/flush", "br0")
        self.trial = Trial(scene.model(), self.ends)
        self.before = self.counters()

    def check(self, shots):
        """Sends these, and every one must come out as the model says."""
        self.trial.run(shots)
        problems = report(self.trial.differences, "otherwise than the model says")
        assert not problems, problems + "\n" + report(self.miscounted(), "miscounted")

    def check_flooded(self, taggings=None):
        """To nobody that is known; and their sources are learned."""
        self.check(flooded(self.ends.stations, taggings))
        wait_for(lambda: self.addresses() == self.trial.model.learned, "addresses are learned, by VLAN")

    def check_addressed(self, taggings=None):
        self.check(addressed(self.ends.stations, taggings))

    @contextlib.contextmanager
    def nothing_lost(self):
        """Of frames between the first two hosts, as long as this lasts."""
        with Stream(*self.hosts[:2]) as stream:
            yield
            wait_for(lambda: stream.sent > 200, "enough frames are sent")
        assert stream.lost() == []

    def addresses(self):
        """(VLAN, MAC address) -> port, but for static ones."""
        rows = [line.split() for line in self.switch.ctl("fdb/show", "br0").splitlines()[1:]]
        ports = {self.switch.ofport(port): port for port in self.ends.stations}
        return {(int(vlan), mac): ports[number] for number, vlan, mac, age in rows if age != "static"}

    def counters(self):
        return {port: self.switch.counters(port) for port in self.ends.stations}

    def miscounted(self):
        """Counters that have not moved as the model says since the scene was set up, as sentences."""
        problems = []
        for port, now in self.counters().items():
            moved = {key: value - self.before[port].get(key, 0) for key, value in now.items()}
            expected = {"rx": self.trial.received[port], "tx": self.trial.sent[port]}
            expected.update({reason: count for (where_, reason), count in self.trial.drops.items() if where_ == port})
            problems += [f"{port} counts {key}={moved.get(key, 0)} and not {expected.get(key, 0)}"
                         for key in {*moved, *expected} if moved.get(key, 0) != expected.get(key, 0)]
        return problems

    def check_counters(self):
        problems = report(self.miscounted(), "miscounted")
        assert not problems, problems


def opened(folder, out, count):
    """A topology, as long as its fixture is in use."""
    lab = Lab(folder)
    made = None
    try:
        made = Topology(lab, out, count)
        yield made
    finally:
        if made:
            made.ends.close()
        lab.close()


# The matrix

@pytest.fixture(scope="module")
def topology(tmp_path_factory, request):
    yield from opened(tmp_path_factory.mktemp("lab"), request.param, STATIONS)


@pytest.mark.parametrize("scene", SCENES, ids=str)
@pytest.mark.parametrize("hook", HOOKS, ids="in-{}".format)
@pytest.mark.parametrize("topology", (*HOOKS, "mixed"), ids="out-{}".format, indirect=True)
def test_matrix(topology, hook, scene):
    """Frames of all kinds between all ports: delivered tag by tag as the model says, learned, and counted."""
    topology.set_hook(hook)
    topology.set_up(scene)
    topology.check_flooded()
    topology.check_addressed()
    topology.check_counters()


# A few ports, with either hook

FEW = Scene("few", (Port("p1", tag=10), Port("p2", tag=10), Port("p3", tag=20), Port("p4", trunks=(0, 10, 20)),
                    Port("p5", "dot1q-tunnel", 20), Port("br0", tag=20)))
SOME_TAGS = [(), (Tag(vid=10),), (Tag(vid=20, pcp=3),), (Tag(STAG, 10), Tag(vid=20))]


@pytest.fixture(scope="module")
def five(tmp_path_factory):
    yield from opened(tmp_path_factory.mktemp("lab"), "xdp", 5)


@pytest.fixture(params=HOOKS)
def few(five, request):
    """Five hosts, as FEW has them, whatever the test before has done."""
    if not five.switch.running():
        five.switch.start()
    five.set_hook(request.param)
    five.set_up(FEW)
    return five


def test_every_priority(few):
    """PCP and DEI stay what they are, whatever becomes of the VID."""
    few.check_flooded([(Tag(tpid, vid, pcp, dei),) for tpid in TPIDS for vid in (0, 10) for pcp in range(8)
                       for dei in (0, 1)])


@pytest.mark.parametrize("limit", (0, 1, 2, 3))
def test_vlan_limit(few, limit):
    """Every value but 1 means two."""
    few.set_up(dataclasses.replace(FEW, vlan_limit=limit))
    taggings = [(Tag(vid=20), Tag(vid=vid)) for vid in (0, 5)]
    few.check_flooded(taggings)
    few.check_addressed(taggings)
    few.check_counters()


@pytest.mark.parametrize("few", ("xdp",), indirect=True)
@pytest.mark.parametrize("ports, tag", ((("p1", "p2"), None), (("p1", "p4"), None), (("p4", "p1"), 10),
                                        (("p5", "p4"), 99), (("p4", "p5"), 20)), ids=str)
def test_finished_in_xdp(few, ports, tag):
    """Whatever has to be done to the tag, flooded and not; only floods of a customer's tagged frames are TC's."""
    sender, receiver = (few.ends.stations[port] for port in ports)
    few.check_flooded(SOME_TAGS)
    for dst in (receiver.mac,) if ports[0] == "p5" else (receiver.mac, BROADCAST):
        token = new_token()
        with Capture(few.switch.ns, sender.port) as above_xdp, Capture(receiver) as end:
            send(sender, "eth0", frame(dst, sender.mac, token, [(CTAG, tag)] if tag else ()))
            end.wait(containing(token))
            assert not above_xdp.matching(containing(token))


def test_restart(few):
    """The data path keeps its VLANs when the daemon is killed, and the daemon finds them again."""
    few.check_flooded(SOME_TAGS)
    few.switch.kill()
    few.check(flooded(few.ends.stations, SOME_TAGS))
    few.check_addressed(SOME_TAGS)
    few.switch.start()
    few.check_addressed(SOME_TAGS)
    few.check_flooded(SOME_TAGS)
    assert few.switch.ctl("get", "port", "p1", "tag") == "10\n"
    with few.nothing_lost():
        few.switch.kill()
        few.switch.start()


CHANGES = (
    "set port p3 tag=10", "clear port p3 tag", "set port p3 trunks=10,20,30", "set port p3 trunks=10",
    "set port p3 vlan_mode=native-untagged tag=30", "set port p3 vlan_mode=native-tagged tag=10",
    "clear port p3 trunks",
    "set port p3 vlan_mode=dot1q-tunnel", "set port p3 cvlans=5", "set port p4 vlan_mode=native-tagged tag=20",
    "set port br0 tag=10", "clear port br0 tag", "set bridge br0 flood_vlans=20,30",
    "set Open_vSwitch . other_config:vlan-limit=2", "clear bridge br0 flood_vlans",
    "remove Open_vSwitch . other_config vlan-limit",
)
# Of ports between whom the stream's frames stay as they are.
OWN_CHANGES = ("vlan_mode=native-untagged", "trunks=20", "vlan_mode=dot1q-tunnel", "vlan_mode=native-untagged",
               "other_config:priority-tags=if-nonzero", "vlan_mode=access")


def test_changes_cost_others_nothing(few):
    """Frames between two ports, while others change, and what concerns all."""
    few.check_flooded(SOME_TAGS)
    with few.nothing_lost():
        for change in CHANGES:
            few.switch.ctl(*change.split())


def test_changes_of_the_ports_themselves(few):
    """Nothing is lost while both carry the VLAN, and in the same form."""
    few.check_flooded(SOME_TAGS)
    with few.nothing_lost():
        for change in OWN_CHANGES:
            for port in ("p1", "p2"):
                few.switch.ctl("set", "port", port, change)


# Addresses

def where(few, *macs):
    """(VLAN, MAC address) -> port, of these."""
    return {(vlan, mac): port for (vlan, mac), port in few.addresses().items() if mac in macs}


def learn(few, port, mac, tag=None):
    """Lets a station be heard, and returns where it is known then."""
    before = where(few, mac)
    end = few.ends.stations[port]
    send(end, end.device, frame(BROADCAST, mac, tags=[(CTAG, tag)] if tag else ()))
    wait_for(lambda: where(few, mac) != before, f"{mac} is learned on {port}")
    return where(few, mac)


def test_one_station_in_two_vlans(few):
    mac = "02:00:00:00:aa:01"
    moved = few.switch.fdb_stats()["moved"]
    learn(few, "p1", mac)
    assert learn(few, "p3", mac) == {(10, mac): "p1", (20, mac): "p3"}
    few.trial.model.learned.update(where(few, mac))
    p4 = few.ends.stations["p4"]
    few.check([shot(p4, "p4", mac, (Tag(vid=vid, pcp=1),)) for vid in (10, 20, 0)])
    assert few.switch.fdb_stats()["moved"] == moved
    assert learn(few, "p2", mac) == {(10, mac): "p2", (20, mac): "p3"}
    few.switch.ctl("fdb/del", "br0", "20", mac)
    assert where(few, mac) == {(10, mac): "p2"}


def test_static_in_a_vlan(few):
    mac = "02:00:00:00:aa:01"
    few.switch.ctl("fdb/add", "br0", "p4", "20", mac)
    few.trial.model.learned[20, mac] = "p4"
    shots = [shot(few.ends.stations[port], port, mac, ()) for port in ("p1", "p3", "p5", "br0")]
    few.check(shots)
    few.switch.kill()
    few.switch.start()
    few.check(shots)
    few.switch.ctl("fdb/del", "br0", "20", mac)


def test_addresses_that_become_wrong_are_forgotten(few):
    """And no others."""
    a, b = "02:00:00:00:aa:01", "02:00:00:00:bb:01"
    for vid in (10, 20):
        learn(few, "p4", a, vid)
    learn(few, "p1", b)
    learn(few, "p3", b)
    everything = {(10, a): "p4", (20, a): "p4", (10, b): "p1", (20, b): "p3"}

    def after(*words):
        few.switch.ctl(*words)
        return where(few, a, b)

    assert after("set", "port", "p4", "trunks=10,20") == everything, "VLAN 0 was all it lost"
    assert after("set", "port", "p3", "trunks=5") == everything, "means nothing to an access port"
    assert after("set", "port", "p4", "trunks=10") == {(10, a): "p4", (10, b): "p1", (20, b): "p3"}
    assert after("set", "port", "p1", "tag=20") == {(10, a): "p4", (20, b): "p3"}


def test_flood_vlans(few):
    """Nothing is learned in them, and all is again as it was when they are none any more."""
    mac = "02:00:00:00:aa:01"
    few.switch.ctl("set", "bridge", "br0", "flood_vlans=10,30")
    few.trial.model.flood_vlans = (10, 30)
    p4 = few.ends.stations["p4"]
    send(p4, "eth0", frame(BROADCAST, mac, tags=[(CTAG, 10)]))
    few.check_flooded(SOME_TAGS)
    few.check_addressed(SOME_TAGS)
    few.switch.ctl("clear", "bridge", "br0", "flood_vlans")
    assert where(few, mac) == {}
    assert learn(few, "p4", mac, 10) == {(10, mac): "p4"}


# At the edges

def test_nobody_takes_it(few):
    """Members that there are, but not for this frame: counted like none at all."""
    few.set_up(Scene("nobody", (Port("p1", trunks=(20, 30)), Port("p2", "dot1q-tunnel", 20, cvlans=(5, 6)),
                                Port("p3", "dot1q-tunnel", 20, cvlans=(6,)), Port("p4", tag=10), Port("p5", tag=11),
                                Port("br0", tag=12))))
    few.check_flooded([(Tag(vid=20),), (Tag(vid=20), Tag(vid=5)), (Tag(vid=20), Tag(vid=6)), (Tag(vid=20), Tag(vid=7)),
                       (Tag(vid=30),), ()])
    few.check_counters()


def test_full_size(few):
    """1500 octets of payload, and a tag more than they came with."""
    few.check_flooded(SOME_TAGS)
    before = few.switch.counters("p4").get("mtu-exceeded", 0)
    few.check([shot(few.ends.stations[into], into, dst, (), length=1514)
               for into, dst in (("p1", few.hosts[3].mac), ("p1", BROADCAST), ("p5", few.hosts[3].mac))])
    few.check([shot(few.ends.stations["p4"], "p4", dst, (Tag(vid=20),), length=1518)
               for dst in (few.hosts[4].mac, BROADCAST)])
    assert few.switch.counters("p4").get("mtu-exceeded", 0) == before
    # With a customer's tag it is too long for the trunk, but not for who is on its VLAN with it.
    few.trial.run([shot(few.ends.stations["p5"], "p5", dst, (Tag(vid=7),), length=1518) for dst in
                   (few.hosts[3].mac, BROADCAST)])
    assert {difference.port for difference in few.trial.differences if not difference.got} == {"p4"}
    assert len(few.trial.differences) == 2
    assert few.switch.counters("p4")["mtu-exceeded"] == before + 2
