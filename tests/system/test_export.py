# SPDX-License-Identifier: BSD-2-Clause
"""The configuration goes to a file and comes back: what is right already is not touched, on a switch at work."""

import random
import re
import subprocess
import time

import pytest

from harness.frames import BROADCAST, Stream, frame, reach, send
from harness.switch import XVSCTL
from harness.wait import wait_for

HEADER = "# Configuration of a switch: xvsctl apply FILE brings it back.\n"


@pytest.fixture
def apply(switch, tmp_path):
    """apply(text): as a file, and nothing may be printed. apply(text, warning=...): as Switch.ctl()."""

    def do(text, **options):
        path = tmp_path / "file.xvs"
        path.write_text(text)
        assert switch.ctl("apply", str(path), **options) == ""

    return do


@pytest.fixture(params=("tc", "xdp"))
def three(switch, hosts, request):
    """Hosts that the switch knows, on a bridge with some settings."""
    a, b, c = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", a, b, c)
    for host in (a, b, c):
        switch.ctl("set", "interface", host.port, f"options:rx-hook={request.param}")
    switch.ctl("set", "bridge", "br0", "external_ids:a=b", "--", "fdb/add", "br0", "p3", "0", "02:00:00:00:99:01",
               "--", "--id=@q", "create", "qos", "type=linux-htb", "--", "set", "port", "p1", "qos=@q")
    for host in (a, b):
        send(host, "eth0", frame(BROADCAST, host.mac))
    wait_for(lambda: {a.mac, b.mac} <= set(switch.fdb()), "both are learned")
    return a, b, c


def state(switch):
    """What must stay: devices by their index, records by their UUIDs, addresses, numbers."""
    return ({name: link["ifindex"] for name, link in switch.ns.links().items()},
            [switch.ctl("list", table) for table in ("bridge", "port", "qos", "open_vswitch")],
            {mac: entry[:2] for mac, entry in switch.fdb().items()},
            [switch.ofport(port) for port in ("p1", "p2", "p3")])


def test_the_same_file(switch, three, apply):
    """Twenty times under traffic in both directions: no frame is lost, nothing is learned or counted anew."""
    a, b, _ = three
    text = switch.ctl("export")
    before, counters, learned = state(switch), switch.counters("p1"), switch.fdb_stats()["learned"]
    with Stream(a, b) as there, Stream(b, a) as back:
        for _ in range(20):
            apply(text)
    assert (there.lost(), back.lost()) == ([], [])
    assert state(switch) == before
    assert switch.counters("p1")["rx"] > counters["rx"]
    assert switch.fdb_stats()["learned"] == learned
    assert switch.ctl("export") == text


def test_a_changed_file(switch, three, apply):
    """What changed is done and nothing else: a port goes, one comes, one gets a VLAN; the others don't notice."""
    a, b, c = three
    text = switch.ctl("export")
    uuids = [switch.ctl("get", "port", port, "_uuid", "qos") for port in ("p1", "p2")]
    changed = "".join(line + "\n" for line in text.splitlines()
                      if " p3" not in line) + "add-port br0 p4\nset port p4 tag=7\nset bridge br0 external_ids:a=c\n"
    with Stream(a, b) as there, Stream(b, a) as back:
        apply(changed, warning="p4")
        assert reach(a, BROADCAST, [b], others=[c]) == [b], "p3 is gone"
        apply(text)
        assert reach(a, BROADCAST, [b, c]) == [b, c], "and back"
    assert (there.lost(), back.lost()) == ([], [])
    assert [switch.ctl("get", "port", port, "_uuid", "qos") for port in ("p1", "p2")] == uuids
    assert switch.ctl("export") == text


def test_the_switchs_own_devices(switch, apply):
    """Internal and patch ports' devices are made, kept with their addresses, and go."""
    text = (HEADER + "add-br br0\nadd-br br1\nadd-br f10 br0 10\nadd-port br0 in\nadd-port br0 pa\nadd-port br1 pb\n"
            "set Interface in type=internal\nset Interface pa options:peer=pb type=patch\n"
            "set Interface pb options:peer=pa type=patch\n")
    apply(text)
    assert switch.ctl("export") == text
    for device in ("br0", "br1", "f10", "in"):
        switch.ns.ip(f"link set {device} up")
    switch.ns.ip("addr add 192.0.2.77/24 dev in")
    links = switch.ns.links()
    apply(text)
    assert {name: link["ifindex"] for name, link in switch.ns.links().items()} == \
        {name: link["ifindex"] for name, link in links.items()}
    assert "192.0.2.77" in switch.ns.run("ip", "addr", "show", "in")
    apply("add-br br0\n")
    wait_for(lambda: set(switch.ns.links()) & {"br1", "f10", "in"} == set(), "they are gone")


@pytest.mark.parametrize("text, sentence", (
    ("add-br br9\nadd-port br9 lo\n", "line 2: .*lo"),
    ("add-br br0\nadd-port br0 p1\nshow\n", "line 3: 'show' can't stand in a file"),
    ("add-br br0\n\nset port p1 tag=1\n", 'line 3: no row "p1" in table Port'),
    ("add-br br0\nset bridge br0 external_ids:a='b\n", r"line 2: a quote \('\) is opened and not closed"),
    ("add-br br0\nset bridge br0 controller=@c\n", "@c"),
    ("add-br linux\n", "line 1: .*linux"),
))
def test_bad_files(switch, hosts, tmp_path, text, sentence):
    """One sentence, and nothing is changed."""
    (host,) = hosts(1)
    switch.add_ports("br0", host)
    switch.ns.ip("link add linux type bridge")
    before = switch.ctl("export")
    (tmp_path / "bad").write_text(text)
    assert re.search(sentence, switch.refused("apply", str(tmp_path / "bad")))
    assert switch.ctl("export") == before
    assert "br9" not in switch.ns.links()


def test_standard_input(switch):
    """`export | apply -` goes from one switch to another."""
    command = [XVSCTL, "--instance", switch.instance, "--run-dir", switch.run_dir]
    done = subprocess.run([*command, "apply", "-"], input="add-br br0 # a remark\n", text=True, capture_output=True,
                          timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert switch.ctl("export") == HEADER + "add-br br0\n"
    assert "no-such-file" in switch.refused("apply", "no-such-file")


def test_a_thousand_ports(switch, apply):
    """Made in one go, and then found to be there already."""
    text = HEADER + "add-br br0\n" + "".join(f"add-port br0 p{i:04}\n" for i in range(1000)) + \
        "".join(f"set Port p{i:04} tag={i + 1}\n" for i in range(1000))
    start = time.monotonic()
    apply(text, warning="p0999")
    made = time.monotonic() - start
    assert switch.ctl("export") == text
    before = switch.ctl("list", "port")
    start = time.monotonic()
    apply(text)
    found = time.monotonic() - start
    print(f"made in {made:.2f} s, found in {found:.2f} s")
    assert switch.ctl("list", "port") == before
    assert made < 10 and found < 5, "with sanitizers, beside other work"


def test_many_flows_that_name_ports(switch, apply):
    """None of them has the whole configuration looked at: there may be many of both."""
    ports, flows = 200, 20000
    text = HEADER + "add-br br0\n" + "".join(f"add-port br0 p{i:03}\n" for i in range(ports)) + "".join(
        f"add-flow br0 tcp,in_port=p{i % ports:03},tp_dst={i},actions=output:p{(i + 1) % ports:03}\n" for i in range(flows))
    start = time.monotonic()
    apply(text, warning="p000")
    taken = time.monotonic() - start
    assert sorted(switch.ctl("export").splitlines()) == sorted(text.splitlines())
    print(f"{taken:.2f} s")
    assert taken < 20, "with sanitizers, beside other work"


def some_configuration(seed):
    """Chains that configure bridges, ports and records at random; no device is needed."""
    rng = random.Random(seed)
    chains = [["add-br", "br0", "--", "add-br", "br1"]]
    for i in range(rng.randrange(1, 8)):
        port, bridge = f"q{i}", rng.choice(("br0", "br1"))
        chains.append(["add-port", bridge, port, f"tag={rng.randrange(1, 4095)}"])
        chains.append(rng.choice((
            ["set", "interface", port, "type=internal"],
            ["set", "interface", port, f"external_ids:iface-id=i{i}", f"ofport_request={100 + i}"],
            ["set", "port", port, "trunks=5,7-20", "vlan_mode=native-tagged"],
            ["--id=@q", "create", "qos", "type=linux-htb", "queues:0=@a", "--", "--id=@a", "create", "queue",
             "other_config:max-rate=1000", "--", "set", "port", port, "qos=@q"],
            ["--id=@p", "get", "port", port, "--", "--id=@m", "create", "mirror", f"name=m{i}", "select_dst_port=@p",
             "--", "add", "bridge", bridge, "mirrors", "@m"],
        )))
    chains.append(["add-bond", "br1", "bond0", "m2", "m1", "lacp=active"])
    chains.append(["set-controller", "br0", "tcp:192.0.2.1:6653", "--", "set-manager", "ptcp:6640"])
    chains.append(["set", "open_vswitch", ".", f"external_ids:seed='{seed}'", "other_config:vlan-limit=2"])
    chains.append(["set", "bridge", "br1", "fail_mode=secure", "flood_vlans=3,4", "other_config:mac-aging-time=60"])
    return chains


@pytest.mark.parametrize("seed", range(4))
def test_there_and_back(switch, apply, seed):
    """export, emer-reset, apply; and on an empty switch, and after a restart."""
    for chain in some_configuration(seed):
        assert switch.xvsctl(*chain)[0] == 0
    text = switch.ctl("export")
    switch.xvsctl("emer-reset")
    assert switch.ctl("export") != text
    apply(text)
    assert switch.ctl("export") == text
    apply("")
    assert switch.ctl("export") == HEADER and switch.ctl("list-br") == ""
    apply(text, warning="")
    assert switch.ctl("export") == text
    shown = switch.ctl("show")
    switch.stop()
    switch.start()
    assert switch.ctl("export") == text
    assert switch.ctl("show") == shown
    apply(text)
