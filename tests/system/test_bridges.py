# SPDX-License-Identifier: BSD-2-Clause
"""Bridges and ports as xvsctl makes and removes them."""

import re

import pytest

from harness.frames import BROADCAST, frame, reach, send
from harness.wait import wait_for


def test_lists(switch, hosts):
    hosts(2, addresses=False)
    assert switch.ctl("list-br") == ""
    switch.add_ports("br0", "p2", "p1")
    switch.ctl("add-br", "abc")
    assert switch.ctl("list-br") == "abc\nbr0\n"
    assert switch.ctl("list-ports", "br0") == "p1\np2\n"
    assert switch.ctl("list-ports", "abc") == ""
    assert switch.ctl("port-to-br", "p2") == "br0\n"
    assert switch.xvsctl("br-exists", "abc") == (0, "", "")
    assert switch.xvsctl("br-exists", "xyz") == (2, "", "")
    switch.ctl("del-br", "abc")
    assert switch.xvsctl("br-exists", "abc") == (2, "", "")
    assert "abc" not in switch.ns.links()


def test_may_exist_and_if_exists(switch, hosts):
    hosts(1, addresses=False)
    switch.ctl("add-br", "br0", "--", "add-port", "br0", "p1")
    switch.ctl("--may-exist", "add-br", "br0", "--", "--may-exist", "add-port", "br0", "p1")
    switch.ctl("--if-exists", "del-br", "nobody", "--", "--if-exists", "del-port", "nobody")
    assert switch.ctl("list-ports", "br0") == "p1\n"
    switch.ctl("--if-exists", "del-port", "br0", "p1")
    assert switch.ctl("list-ports", "br0") == ""


def test_show(switch, hosts):
    hosts(1, addresses=False)
    switch.add_ports("br0", "p1")
    lines = switch.ctl("show").splitlines()
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", lines[0])
    text = "\n".join(lines[1:])
    assert re.search(r'^    Bridge "?br0"?$', text, re.M)
    assert re.search(r'^        Port "?br0"?\n            Interface "?br0"?\n                type: internal$', text,
                     re.M)
    assert re.search(r'^        Port "?p1"?\n            Interface "?p1"?$', text, re.M)
    assert "error" not in text


def test_two_bridges_share_no_frame(switch, hosts):
    a, b, c, d = hosts(4, addresses=False)
    switch.add_ports("br0", a, b)
    switch.add_ports("br1", c, d)
    for dst in (BROADCAST, "02:00:00:00:99:99", c.mac):
        assert reach(a, dst, [b], others=[c, d]) == [b]
    for dst in (BROADCAST, a.mac, d.mac):
        assert reach(c, dst, [d], others=[a, b]) == [d]
    wait_for(lambda: switch.learned(a.mac, "br0") and switch.learned(c.mac, "br1"), "learned")
    assert a.mac not in switch.fdb("br1")
    assert c.mac not in switch.fdb("br0")


def test_same_address_on_two_bridges(switch, hosts):
    a, b, c, d, e = hosts(5, addresses=False)
    switch.add_ports("br0", a, b, e)
    switch.add_ports("br1", c, d)
    mac = "02:00:00:00:aa:aa"
    send(b, "eth0", frame(BROADCAST, mac))
    send(c, "eth0", frame(BROADCAST, mac))
    wait_for(lambda: switch.learned(mac, "br0") and switch.learned(mac, "br1"), "learned on both")
    assert reach(a, mac, [a, b, e], others=[c, d]) == [b]
    assert reach(d, mac, [c], others=[a, b, e]) == [c]


def test_chain_is_one_transaction(switch, hosts):
    a, b = hosts(2, addresses=False)
    switch.add_ports("br0", a)
    before = switch.ctl("show")
    assert "lo" in switch.refused("add-br", "br1", "--", "add-port", "br0", "p2", "--", "add-port", "br1", "lo")
    assert switch.ctl("show") == before
    assert "br1" not in switch.ns.links()
    assert reach(a, BROADCAST, [], others=[b]) == []


def test_port_moves_between_bridges_in_one_chain(switch, hosts):
    a, b, c = hosts(3, addresses=False)
    switch.add_ports("br0", a, b)
    switch.add_ports("br1", c)
    assert reach(a, BROADCAST, [b], others=[c]) == [b]
    switch.ctl("del-port", "br0", "p2", "--", "add-port", "br1", "p2")
    assert reach(c, BROADCAST, [b], others=[a]) == [b]


# Bad input: one sentence, exit status 1, nothing changed. Each with words that the sentence has to name.

BAD = [
    (("add-br", "br0"), ("br0", "exist")),
    (("add-br", "sixteen-letters-"), ("sixteen-letters-", "15")),
    (("add-br", "a/b"), ("a/b",)),
    (("add-br", "a b"), ("a b",)),
    (("add-br", "default"), ("default", "kernel")),
    (("add-port", "br0", "all"), ("all", "kernel")),
    (("add-port", "br0", "p9", "tag=0"), ("0", "1 to 4094")),
    (("add-br", "."), (".",)),
    (("add-br", ".."), ("..",)),
    (("add-br", ""), ("empty|character|name",)),
    (("add-br", "p1"), ("p1", "br0")),
    (("add-port", "br0", "sixteen-letters-"), ("sixteen-letters-", "15")),
    (("add-port", "br0", "x/y"), ("x/y",)),
    (("add-port", "br0", "tab\there"), ("white space|character",)),
    (("add-port", "br1", "p1"), ("p1", "br0")),
    (("add-port", "br0", "p1"), ("p1", "br0")),
    (("add-port", "br9", "p2"), ("br9",)),
    (("add-port", "br0", "lo"), ("lo", "loopback")),
    (("add-port", "br0", "linuxbr"), ("linuxbr", "bridge")),
    (("add-port", "br0", "br1"), ("br1",)),
    (("add-port", "br0", "taken"), ("taken", "linuxbr")),
    (("del-br", "br9"), ("br9",)),
    (("del-port", "p9"), ("p9",)),
    (("del-port", "br1", "p1"), ("p1", "br1")),
    (("del-port", "br0"), ("br0",)),
    (("list-ports", "br9"), ("br9",)),
    (("port-to-br", "p9"), ("p9",)),
    (("fdb/show", "br9"), ("br9",)),
    (("fdb/add", "br0", "p9", "0", "02:00:00:00:00:01"), ("p9",)),
    (("fdb/add", "br0", "p1", "0", "02:00:00:00:01"), ("02:00:00:00:01",)),
    (("fdb/add", "br0", "p1", "0", "03:00:00:00:00:01"), ("03:00:00:00:00:01",)),
    (("fdb/add", "br0", "p1", "4096", "02:00:00:00:00:01"), ("4096",)),
    (("fdb/add", "br0", "p1", "x", "02:00:00:00:00:01"), ("x",)),
    (("fdb/del", "br0", "0", "02:00:00:00:00:77"), ("02:00:00:00:00:77",)),
    (("dump-ports", "br0", "p9"), ("p9",)),
    (("set", "bridge", "br0", "other-config:mac-aging-time=soon"), ("soon",)),
    (("set", "bridge", "br0", "other-config:mac-table-size=2000000"), ("2000000|1048576",)),
    (("set", "interface", "p1", "options:rx-hook=maybe"), ("maybe",)),
    (("set", "bridge", "br9", "other-config:mac-aging-time=1"), ("br9",)),
    (("set", "bridge", "br0", "colour=red"), ("colour",)),
    (("no-such-command",), ("no-such-command",)),
    (("add-br",), ("add-br",)),
    (("add-br", "br2", "br3"), ("add-br",)),
    (("--no-such-option", "add-br", "br2"), ("no-such-option",)),
    (("--if-exists", "add-br", "br2"), ("if-exists",)),
]


@pytest.fixture(scope="module")
def module_switch(module_lab):
    switch = module_lab.switch()
    for number in (1, 2):
        module_lab.host(switch.ns, number, addresses=False)
    switch.ns.ip("link add linuxbr type bridge", "link add taken type veth peer name other",
                 "link set taken master linuxbr")
    switch.start()
    switch.ctl("add-br", "br0", "--", "add-br", "br1", "--", "add-port", "br0", "p1")
    return switch


@pytest.mark.parametrize("words,named", BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input(module_switch, words, named):
    before = module_switch.ctl("show"), sorted(module_switch.ns.links())
    sentence = module_switch.refused(*words)
    for pattern in named:
        pattern = pattern if "|" in pattern else re.escape(pattern)
        assert re.search(pattern, sentence), f"{pattern!r} is not named in: {sentence}"
    assert (module_switch.ctl("show"), sorted(module_switch.ns.links())) == before


def test_help_and_version(module_switch):
    for command in ("--help", "-h"):
        status, output, complaint = module_switch.xvsctl(command)
        assert (status, complaint) == (0, "")
        assert "add-port" in output and "fdb/show" in output
    for command in ("--version", "-V"):
        status, output, complaint = module_switch.xvsctl(command)
        assert (status, complaint) == (0, "")
        assert re.search(r"\d+\.\d+", output)


def test_no_daemon(bare_switch):
    sentence = bare_switch.refused("show")
    assert "ctl.sock" in sentence or "xvswitchd" in sentence


def test_half_made_local_port(switch):
    """A daemon that was killed amid add-br left the pair, without an alias and without the bridge."""
    digest = 2166136261
    for octet in f"xvswitch:{switch.instance}:brz".encode():
        digest = (digest ^ octet) * 16777619 % 2**32
    switch.ns.ip(f"link add brz type veth peer name xvs{digest:08x}")
    switch.ctl("add-br", "brz")
    assert switch.ns.link("brz")["ifalias"] == f"xvswitch:{switch.instance}:brz"
    switch.ctl("del-br", "brz")
    wait_for(lambda: "brz" not in switch.ns.links(), "the pair is removed")
