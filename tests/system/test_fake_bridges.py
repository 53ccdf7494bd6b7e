# SPDX-License-Identifier: BSD-2-Clause
"""Fake bridges: a VLAN of a bridge that looks like a bridge, as in ovs-vsctl(8).

What is expected here was tried with ovs-vsctl 3.1.
"""

import pytest

from harness.frames import BROADCAST, Capture, containing, frame, new_token, reach, send
from harness.switch import LocalPort
from harness.tcp import transfer
from harness.wait import wait_for


def add_all(switch):
    """br0 with vlan10 in it: p1 on the fake bridge, p3 put on br0 with its tag; p2 and p4 on br0, in VLAN 7 and
    as a trunk of VLAN 10."""
    switch.ctl("add-br", "br0", "--", "add-br", "vlan10", "br0", "10", "--", "add-port", "vlan10", "p1", "--",
               "add-port", "br0", "p2", "tag=7", "--", "add-port", "br0", "p3", "tag=10", "--",
               "add-port", "br0", "p4", "trunks=10")


@pytest.fixture
def fake(switch, hosts):
    made = hosts(4)
    add_all(switch)
    return made


def says(switch, **expected):
    """list-br and so on, with _ for -: what they print of a name."""
    for name, answers in expected.items():
        assert {command: switch.ctl(command.replace("_", "-"), name).split() for command in answers} == answers, name


@pytest.mark.usefixtures("fake")
def test_questions(switch):
    assert switch.ctl("list-br") == "br0\nvlan10\n"
    for name in ("br0", "vlan10"):
        assert switch.xvsctl("br-exists", name) == (0, "", "")
    assert switch.xvsctl("br-exists", "p1") == (2, "", "")
    says(switch, vlan10={"list_ports": ["p1", "p3"], "br_to_vlan": ["10"], "br_to_parent": ["br0"]},
         br0={"list_ports": ["p2", "p4"], "br_to_vlan": ["0"], "br_to_parent": ["br0"]},
         p1={"port_to_br": ["vlan10"]}, p2={"port_to_br": ["br0"]}, p3={"port_to_br": ["vlan10"]},
         p4={"port_to_br": ["br0"]})
    for name in ("vlan10", "br0"):
        assert name in switch.refused("port-to-br", name), "a local port is no port"


@pytest.mark.usefixtures("fake")
def test_real_and_fake(switch):
    assert switch.ctl("--", "--real", "list-br") == "br0\n"
    assert switch.ctl("--", "--fake", "list-br") == "vlan10\n"


@pytest.mark.usefixtures("fake")
def test_records(switch):
    """A port of the parent, internal, with a tag and the mark of what it is; show knows no fake bridges."""
    assert switch.ctl("get", "port", "p1", "tag", "fake_bridge").split() == ["10", "false"]
    assert switch.ctl("get", "port", "vlan10", "tag", "fake_bridge").split() == ["10", "true"]
    assert switch.ctl("get", "interface", "vlan10", "type").strip() == "internal"
    lines = [line.strip() for line in switch.ctl("show").splitlines()]
    assert [line.split()[1].strip('"') for line in lines if line.startswith("Bridge ")] == ["br0"]
    assert {line.split()[1].strip('"') for line in lines if line.startswith("Port ")} == {"br0", "vlan10", "p1", "p2",
                                                                                        "p3", "p4"}


def test_frames(switch, fake):
    """A fake bridge is that VLAN of its parent, no more and no less."""
    a, b, c, d = fake
    token = new_token()
    with Capture(d) as trunk:
        assert reach(a, BROADCAST, [c], others=[b]) == [c]
        send(a, "eth0", frame(BROADCAST, a.mac, token))
        assert trunk.wait(containing(token)) == [frame(BROADCAST, a.mac, token, [(0x8100, 10)], length=64)]
    switch.ctl("add-br", "vlan20", "br0", "20", "--", "del-port", "p3", "--", "add-port", "vlan20", "p3")
    assert reach(a, BROADCAST, [], others=[b, c]) == []
    assert reach(b, BROADCAST, [], others=[a, c]) == []


def test_the_host_is_on_it(switch, fake):
    a, b, *_ = fake
    local = LocalPort(switch, "vlan10", 8).configure()
    wait_for(lambda: switch.ctl("get", "interface", "vlan10", "link_state").strip() == "up", "it is up")
    for family in (4, 6):
        transfer(a, local, family, 1 << 20)
        transfer(local, a, family, 1 << 20)
    assert reach(a, BROADCAST, [local], others=[b]) == [local]
    assert reach(b, BROADCAST, [], others=[local]) == []


@pytest.mark.usefixtures("fake")
def test_moving_by_tag(switch):
    """A port is on the fake bridge that its tag says, however it got it."""
    switch.ctl("add-br", "vlan5", "br0", "5")
    switch.ctl("set", "port", "p2", "tag=5")
    says(switch, vlan5={"list_ports": ["p2"]}, br0={"list_ports": ["p4"]}, p2={"port_to_br": ["vlan5"]})
    switch.ctl("clear", "port", "p2", "tag")
    says(switch, vlan5={"list_ports": []}, br0={"list_ports": ["p2", "p4"]}, p2={"port_to_br": ["br0"]})
    switch.ctl("set", "port", "p1", "tag=11")
    says(switch, vlan10={"list_ports": ["p3"]}, br0={"list_ports": ["p1", "p2", "p4"]}, p1={"port_to_br": ["br0"]})


def test_tag_in_add_port_wins(switch, hosts):
    hosts(1)
    switch.ctl("add-br", "br0", "--", "add-br", "vlan10", "br0", "10")
    switch.ctl("add-port", "vlan10", "p1", "tag=11")
    assert switch.ctl("get", "port", "p1", "tag").strip() == "11"
    says(switch, vlan10={"list_ports": []}, br0={"list_ports": ["p1"]})


def test_in_one_chain(switch, hosts):
    hosts(1)
    switch.ctl("add-br", "br0", "--", "add-br", "vlan10", "br0", "10", "--", "add-port", "vlan10", "p1", "--",
               "set", "port", "p1", "other_config:priority-tags=always")
    says(switch, vlan10={"list_ports": ["p1"]})
    assert switch.ctl("get", "port", "p1", "tag").strip() == "10"


@pytest.mark.usefixtures("fake")
def test_may_exist(switch):
    before = switch.ctl("show")
    switch.ctl("--may-exist", "add-br", "vlan10", "br0", "10")
    switch.ctl("--may-exist", "add-br", "br0")
    switch.ctl("--may-exist", "add-port", "vlan10", "p1")
    switch.ctl("--may-exist", "add-port", "vlan10", "p3")
    switch.ctl("--if-exists", "del-br", "nobody")
    for words in (("add-br", "vlan10"), ("add-br", "vlan10", "br0", "11"), ("add-br", "br0", "br0", "10"),
                  ("add-port", "br0", "p1"), ("add-port", "vlan10", "p2")):
        assert words[1] in switch.refused("--may-exist", *words)
    assert switch.ctl("show") == before


@pytest.fixture(scope="module")
def standing(module_lab):
    """The same, for tests that change nothing."""
    switch = module_lab.switch()
    made = [module_lab.host(switch.ns, number, addresses=False) for number in (1, 2, 3, 4)]
    switch.ns.ip("link add taken type veth peer name far")
    switch.start()
    add_all(switch)
    return switch, made


@pytest.mark.parametrize("words,named", (
    (("add-br", "vlan10"), ("vlan10",)),
    (("add-br", "vlan10", "br0", "10"), ("vlan10",)),
    (("add-br", "vlan10", "br0", "11"), ("vlan10",)),
    (("add-br", "other", "br0", "10"), ("br0", "vlan10", "10")),
    (("add-br", "other", "vlan10", "11"), ("fake bridge",)),
    (("add-br", "other", "br9", "11"), ("br9",)),
    (("add-br", "other", "br0", "0"), ("0",)),
    (("add-br", "other", "br0", "4095"), ("4094",)),
    (("add-br", "other", "br0", "4096"), ("4094",)),
    (("add-br", "other", "br0", "-1"), ()),
    (("add-br", "other", "br0", "x"), ("4094",)),
    (("add-br", "other", "br0", "11x"), ("4094",)),
    (("add-br", "other", "br0"), ("add-br",)),
    (("add-br", "other", "br0", "11", "12"), ("add-br",)),
    (("add-br", "p1", "br0", "11"), ("p1",)),
    (("add-br", "br0", "br0", "11"), ("br0",)),
    (("add-br", "sixteen-letters-", "br0", "11"), ("sixteen-letters-",)),
    (("add-br", "taken", "br0", "11"), ("taken",)),
    (("del-port", "br0", "p1"), ("p1", "br0")),
    (("del-port", "vlan10", "p2"), ("p2", "vlan10")),
    (("del-port", "vlan10"), ("vlan10",)),
    (("del-port", "br0", "vlan10"), ("vlan10",)),
    (("add-port", "vlan10", "p1"), ("p1",)),
    (("add-port", "br0", "vlan10"), ("vlan10",)),
    (("br-to-vlan", "br9"), ("br9",)),
    (("br-to-parent", "br9"), ("br9",)),
    (("br-to-vlan", "p1"), ("p1",)),
), ids=lambda words: " ".join(words))
def test_refused(standing, words, named):
    switch, (a, b, c, _) = standing
    before = switch.ctl("show"), switch.ctl("list", "port"), sorted(switch.ns.links())
    sentence = switch.refused(*words)
    for word in named:
        assert word in sentence, sentence
    assert (switch.ctl("show"), switch.ctl("list", "port"), sorted(switch.ns.links())) == before
    assert reach(a, BROADCAST, [c], others=[b]) == [c]


@pytest.mark.usefixtures("fake")
def test_device(switch):
    """A fake bridge has one of its own on the host."""
    links = switch.ns.links()
    assert {"br0", "vlan10"} <= set(links)
    assert links["br0"]["address"] != links["vlan10"]["address"]
    assert switch.complaint("vlan10") is None


def test_del_br(switch, fake):
    """The fake bridge and all that is in its VLAN, and not what is on the parent."""
    a, b, c, d = fake
    switch.ctl("del-br", "vlan10")
    assert switch.ctl("list-br") == "br0\n"
    assert switch.xvsctl("br-exists", "vlan10") == (2, "", "")
    says(switch, br0={"list_ports": ["p2", "p4"]})
    wait_for(lambda: "vlan10" not in switch.ns.links(), "its device is gone")
    for port in ("vlan10", "p1", "p3"):
        assert port in switch.refused("list", "port", port)
    assert reach(a, BROADCAST, [], others=[b, c, d]) == []
    assert reach(b, BROADCAST, [], others=[a, c]) == []
    assert switch.ns.tc_programs("p1") == []
    switch.ctl("add-br", "vlan10", "br0", "10", "--", "add-port", "vlan10", "p1", "--", "add-port", "vlan10", "p3")
    assert reach(a, BROADCAST, [c], others=[b]) == [c]


def test_del_br_of_the_parent(switch, fake):
    a, b, c, d = fake
    switch.ctl("add-br", "vlan20", "br0", "20", "--", "add-br", "br1")
    switch.ctl("del-br", "br0")
    assert switch.ctl("list-br") == "br1\n"
    wait_for(lambda: set(switch.ns.links()).isdisjoint({"br0", "vlan10", "vlan20"}), "their devices are gone")
    assert reach(a, BROADCAST, [], others=[b, c, d]) == []
    switch.ctl("add-port", "br1", "p1")


@pytest.mark.usefixtures("fake")
def test_made_and_deleted_in_one_chain(switch):
    before = switch.ctl("show")
    switch.ctl("add-br", "vlan20", "br0", "20", "--", "del-br", "vlan20")
    assert switch.ctl("show") == before
    assert "vlan20" not in switch.ns.links()


@pytest.mark.parametrize("end", ("kill", "shutdown"))
def test_restart(switch, fake, end):
    a, b, c, _ = fake
    shown, found = switch.ctl("show"), switch.ns.link("vlan10")["address"]
    getattr(switch, end)()
    switch.start()
    assert switch.ctl("show") == shown
    assert switch.ctl("list-br") == "br0\nvlan10\n"
    assert switch.ns.link("vlan10")["address"] == found
    assert reach(a, BROADCAST, [c], others=[b]) == [c]
