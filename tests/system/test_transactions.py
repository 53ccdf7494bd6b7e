# SPDX-License-Identifier: BSD-2-Clause
"""A chain is done as a whole or not at all: nine sub-commands that change everything, and a tenth that is wrong."""

import errno
import json
import os
import sqlite3

import pytest

from harness import bpf
from harness.frames import BROADCAST, frame, reach, send
from harness.netns import run
from harness.wait import wait_for

# What stands in the kernel for a configuration. The rest counts, learns, or has numbers that come and go.
MAPS = ("bridges", "ifindexes", "ports", "vlan_sets", "groups", "members")

# Ports and bridges made, changed, and gone; a VLAN, a hook, an address and a kind of device changed.
NINE = [
    ("add-br", "br2"),
    ("add-port", "br2", "p3", "tag=30"),
    ("set", "port", "p1", "tag=11", "vlan_mode=native-tagged"),
    ("del-port", "p2"),
    ("set", "interface", "p4", "options:rx-hook=xdp", "mtu_request=1400"),
    ("set", "bridge", "br0", "other_config:hwaddr=02:00:00:00:00:77", "flood_vlans=7,8"),
    ("--if-exists", "del-br", "vlan20"),
    ("set", "interface", "internal", "type=patch", "options:peer=patch9"),
    ("del-br", "br1"),
]

# The tenth, and a word of what is said about it.
WRONG = [
    # Not a command.
    (("nothing",), "nothing"),
    (("add-br",), "add-br"),
    (("del-br", "br0", "br1"), "del-br"),
    (("--nothing", "del-br", "br0"), "nothing"),
    (("--may-exist", "del-br", "br0"), "may-exist"),
    # Not a table, a column, a key, a value.
    (("set", "nothing", "p1", "tag=1"), "nothing"),
    (("set", "port", "p1", "nothing=1"), "nothing"),
    (("set", "port", "p1", "t=1"), "t"),
    (("set", "port", "p1", "tag"), "tag"),
    (("set", "port", "p1", "tag:a=1"), "tag"),
    (("set", "port", "p1", "tag=5000"), "5000"),
    (("set", "port", "p1", "tag=x"), "x"),
    (("set", "port", "p1", "trunks=1,1"), "1,1|duplicate"),
    (("set", "port", "p1", "vlan_mode=nonsense"), "nonsense"),
    (("set", "interface", "p1", "ofport_request=0"), "0"),
    (("set", "interface", "p1", "type=nonsense"), "nonsense"),
    (("set", "interface", "p1", "options:rx-hook=maybe"), "maybe"),
    (("set", "bridge", "br0", "other_config:mac-aging-time=soon"), "soon"),
    (("set", "bridge", "br0", "name=br9"), "name"),
    (("get", "port", "p1", "external_ids:zzz"), "zzz"),
    # No such record, or one too many.
    (("set", "port", "p9", "tag=1"), "p9"),
    (("set", "port", "p2", "tag=1"), "p2"),
    (("del-port", "p9"), "p9"),
    (("del-br", "br1"), "br1"),
    (("list-ports", "br9"), "br9"),
    (("add-br", "br0"), "br0"),
    (("add-br", "p1"), "p1"),
    (("add-port", "br0", "p3"), "p3"),
    (("add-port", "br9", "p2"), "br9"),
    (("del-port", "br0"), "br0"),
    # No device that could be a port, or a name that no device can have.
    (("add-port", "br0", "lo"), "lo"),
    (("add-port", "br0", "linuxbr"), "linuxbr"),
    (("add-port", "br0", "taken"), "taken"),
    (("add-port", "br0", "sixteen-letters-"), "sixteen-letters-"),
    (("add-br", "linuxbr"), "linuxbr"),
    (("add-port", "br0", "other", "--", "set", "interface", "other", "type=internal"), "other"),
    # Settings that do not go together.
    (("set", "port", "p1", "vlan_mode=access", "cvlans=5"), "cvlans"),
    (("set", "port", "br0", "vlan_mode=dot1q-tunnel"), "tag"),
    (("add-br", "vlan30", "br9", "30"), "br9"),
    (("add-br", "vlan30", "vlan20", "30"), "vlan20"),
    # References that hold nothing.
    (("set", "port", "p1", "qos=11111111-2222-4333-8444-555555555555"), "11111111|qos"),
    (("set", "port", "p1", "qos=@q"), "@q"),
    (("--id=@q", "create", "queue", "dscp=1", "--", "set", "port", "p1", "qos=@q"), "QoS"),
    (("--id=@q", "create", "qos", "type=a", "--", "--id=@q", "create", "qos", "type=b"), "@q"),
    (("add", "bridge", "br0", "ports", "11111111-2222-4333-8444-555555555555"), "11111111|ports"),
    (("create", "qos", "queues:0=@q"), "@q"),
]


def chain(commands):
    return [word for command in commands for word in ("--", *command)]


@pytest.fixture(scope="module")
def lab_hosts(module_lab):
    """br0 with ports of all kinds, br1 with a port and a VLAN."""
    switch = module_lab.switch()
    hosts = [module_lab.host(switch.ns, number, addresses=False) for number in (1, 2, 3, 4, 5, 6)]
    switch.ns.ip("link add linuxbr type bridge", "link add taken type veth peer name other",
                 "link set taken master linuxbr")
    switch.start()
    switch.ctl("add-br", "br0", "--", "add-br", "br1", "--", "add-port", "br0", "p1", "--", "add-port", "br0", "p2",
               "tag=10", "--", "add-port", "br0", "p4", "--", "add-port", "br1", "p5", "--", "add-port", "br1", "p6",
               "tag=20", "--", "add-br", "vlan20", "br1", "20", "--", "add-port", "br0", "internal", "--", "set",
               "interface", "internal", "type=internal", "--", "set", "bridge", "br0", "external_ids:a=b")
    switch.ns.ip("addr add 192.0.2.1/24 dev br0", "addr add 192.0.2.129/25 dev internal", "link set internal up",
                 "link set br0 up")
    switch.ctl("fdb/add", "br0", "p2", "10", "02:00:00:00:99:99")
    send(hosts[1], "eth0", frame(BROADCAST, hosts[1].mac))
    wait_for(lambda: switch.learned(hosts[1].mac), "learned")
    return switch, hosts


def database(switch):
    with sqlite3.connect(f"file:{switch.db}?mode=ro", uri=True) as connection:
        return [line for line in connection.iterdump() if "_wal" not in line]


def map_contents(switch):
    return {name: bpf.array_contents(f"{switch.pins()}/{name}") for name in MAPS}


def devices(switch):
    """Links and addresses as ip(8) tells of them, offloads and programs of each."""
    links = switch.ns.links()
    offloads = {name: switch.ns.offloads(name) for name in links}
    programs = {name: switch.ns.tc_programs(name) for name in links}
    return links, json.loads(switch.ns.run("ip", "-j", "addr")), offloads, programs


def state(switch):
    """All that a chain can change, by what it is."""
    return {"database": database(switch), "devices": devices(switch), "show": switch.ctl("show"),
            "addresses": sorted((mac, *entry[:2]) for mac, entry in switch.fdb().items() if entry[0] != "LOCAL"),
            "ports": [switch.ctl("--if-exists", "get", "interface", port, "ofport") for port in ("p1", "p2")],
            "pins": (sorted(os.listdir(switch.pins())), bpf.pinned_maps(switch.pins())),
            "maps": map_contents(switch)}


def changes(before, after):
    return {what: (before[what], after[what]) for what in before if before[what] != after[what]}


def refused(switch, *words):
    """Status 1 and one line, whose words are Open vSwitch's where it has some."""
    status, output, complaint = switch.xvsctl(*words)
    assert (status, output, complaint.count("\n")) == (1, "", 1), f"exit {status}: {output}{complaint}"
    return complaint


@pytest.fixture(scope="module")
def before(lab_hosts):
    return state(lab_hosts[0])


@pytest.mark.parametrize("tenth,named", WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_tenth_is_wrong(lab_hosts, before, tenth, named):
    switch, _ = lab_hosts
    sentence = refused(switch, *chain([*NINE, tenth]))
    assert any(word in sentence for word in named.split("|")), f"{named!r} is not named in: {sentence}"
    assert changes(before, state(switch)) == {}


@pytest.mark.parametrize("place", range(len(NINE)))
def test_wrong_anywhere(lab_hosts, before, place):
    switch, _ = lab_hosts
    refused(switch, *chain([*NINE[:place], ("add-port", "br0", "lo"), *NINE[place:]]))
    assert changes(before, state(switch)) == {}


def test_no_such_bridge_says_nothing(lab_hosts, before):
    """br-exists ends a chain with a status of its own."""
    switch, _ = lab_hosts
    assert switch.xvsctl(*chain([*NINE, ("br-exists", "br9")])) == (2, "", "")
    assert changes(before, state(switch)) == {}


def test_dry_run(lab_hosts, before):
    switch, _ = lab_hosts
    assert switch.ctl("--dry-run", *chain([*NINE, ("list-br",)])) == "br0\nbr2\n"
    assert changes(before, state(switch)) == {}


def test_frames_after_all_that(lab_hosts):
    switch, (a, b, _, d, e, f) = lab_hosts
    assert reach(a, BROADCAST, [d], others=[b, e, f]) == [d]
    assert reach(e, BROADCAST, [], others=[a, b, d, f]) == []


def test_restart_finds_the_same(lab_hosts):
    """What a refused chain left behind in the daemon's memory would not be there after a restart, and the reverse."""
    switch, _ = lab_hosts
    before = state(switch)
    refused(switch, *chain([*NINE, WRONG[-1][0]]))
    switch.kill()
    switch.start()
    after = state(switch)
    assert changes({**before, "maps": None, "devices": before["devices"][:2]},
                   {**after, "maps": None, "devices": after["devices"][:2]}) == {}


def test_nine_are_right(lab_hosts, before):
    """The control: without a tenth each of these kinds of state changes. It comes last, since nothing is undone."""
    switch, _ = lab_hosts
    switch.expect_log("patch9")
    switch.ctl(*chain(NINE), warning="patch9")
    assert changes(before, state(switch)).keys() == before.keys()
    wait_for(lambda: "br1" not in switch.ns.links(), "the devices of br1 are gone")


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC


def test_full_disk(bare_switch, hosts, tmp_path):
    """The database's disk is found full before the data path has followed: counters and addresses stay, too."""
    disk = tmp_path / "disk"
    disk.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk))
    try:
        bare_switch.db = str(disk / "conf.db")
        switch = bare_switch.start()
        a, b = hosts(2, addresses=False)
        switch.add_ports("br0", a, b)
        assert reach(a, BROADCAST, [b]) == [b]
        before = switch.ctl("dump-ports", "br0", "p1"), switch.ctl("list-ports", "br0")
        fill(disk / "filling")
        said = switch.refused("del-port", "p1", "--", "add-br", "br7", "--", "set", "bridge", "br0",
                              *(f"external_ids:{key}=" + 100000 * "z" for key in "abc"))
        assert "no space is left" in said
        assert (switch.ctl("dump-ports", "br0", "p1"), switch.ctl("list-ports", "br0")) == before
        assert any(a.mac in line for line in switch.ctl("fdb/show", "br0").splitlines())
        (disk / "filling").unlink()
        switch.ctl("add-br", "br7")
        switch.shutdown()
    finally:
        if bare_switch.running():
            bare_switch.shutdown()
        run("umount", str(disk))
