# SPDX-License-Identifier: BSD-2-Clause
"""VLAN settings: what is refused, in which order they may come, and that a change acts at once and on nobody else."""

import contextlib
import itertools
import time

import pytest

from harness.frames import BROADCAST, Capture, Stream, containing, frame, new_token, reach, send
from harness.lab import Lab
from harness.wait import wait_for

HOOKS = ("tc", "xdp")


def setting(*words):
    return ("set", "port", "p3", *words)


# Bad input: one sentence, exit status 1, nothing changed. Each with words that the sentence has to name.

BAD = [
    (setting("tag=0"), ("0",)),
    (setting("tag=4095"), ("4095",)),
    (setting("tag=4096"), ("4096",)),
    (setting("tag=-1"), ("-1",)),
    (setting("tag=x"), ("x",)),
    (setting("tag=1.5"), ("1.5",)),
    (setting("tag=1,2"), ("1,2",)),
    (setting("tag=10x"), ("10x",)),
    (setting("tag=99999999999999999999"), ("99999999999999999999",)),
    (setting("trunks=10,10"), ("10",)),
    (setting("trunks=5-3"), ("5-3",)),
    (setting("trunks=1-10,5-8"), ("5",)),
    (setting("trunks=1-10,10"), ("10",)),
    (setting("trunks=x"), ("x",)),
    (setting("trunks=1-x"), ("x",)),
    (setting("trunks=4096"), ("4096",)),
    (setting("trunks=4000-5000"), ("5000",)),
    (setting("trunks=-5"), ("-5",)),
    (setting("trunks=5-"), ("5-",)),
    (setting("trunks=10-20-30"), ("10-20-30",)),
    (setting("trunks=[10,20"), ()),
    (setting("trunks="), ("trunks",)),
    (setting("cvlans=5"), ("cvlans",)),
    (setting("tag=10", "cvlans=5"), ("cvlans",)),
    (setting("vlan_mode=trunk", "cvlans=5"), ("cvlans",)),
    (setting("vlan_mode=dot1q-tunnel"), ("tag",)),
    (setting("vlan_mode=dot1q-tunnel", "tag=100", "cvlans=4096"), ("4096",)),
    (setting("vlan_mode=dot1q-tunnel", "tag=100", "cvlans=9-3"), ("9-3",)),
    (setting("vlan_mode=nonsense"), ("nonsense",)),
    (setting('vlan_mode=""'), ("dot1q-tunnel",)),
    (setting("vlan_mode=ACCESS"), ("ACCESS",)),
    (setting("other_config:priority-tags=x"), ("priority-tags", "x")),
    (setting("other_config:qinq-ethtype=x"), ("qinq-ethtype", "x")),
    (setting("other_config:qinq-ethtype=0x9100"), ("qinq-ethtype", "0x9100")),
    (("set", "port", "br0", "tag=4095"), ("4095",)),
    (("add-port", "br0", "p9", "tag=4095"), ("4095",)),
    (("add-port", "br0", "p9", "vlan_mode=dot1q-tunnel"), ("tag",)),
    (("add-port", "br0", "p9", "trunks=10,10"), ("10",)),
    (("set", "open_vswitch", ".", "other_config:vlan-limit=x"), ("vlan-limit", "x")),
    (("set", "open_vswitch", ".", "other_config:vlan-limit=-1"), ("vlan-limit", "-1")),
    (("set", "bridge", "br0", "flood_vlans=4096"), ("4096",)),
    (("set", "bridge", "br0", "flood_vlans=x"), ("x",)),
    (("set", "interface", "p3", "type=nonsense"), ("nonsense",)),
    (("add-port", "br0", "p9", "--", "set", "interface", "p9", "type=nonsense"), ("nonsense",)),
    (("add-br", "vlan10", "br9", "10"), ("br9",)),
    (("add-br", "vlan10", "br0", "0"), ("0",)),
    (("add-br", "vlan10", "br0", "4095"), ("4094",)),
    (("add-br", "vlan10", "br0", "x"), ("4094",)),
    # What was right before the mistake in a chain is not done either.
    (("set", "port", "p1", "tag=20", "--", *setting("tag=4095")), ("4095",)),
    (("set", "port", "p1", "tag=20", "--", *setting("cvlans=5")), ("cvlans",)),
    (("add-port", "br0", "p9", "tag=10", "--", *setting("vlan_mode=dot1q-tunnel")), ("dot1q-tunnel",)),
    # Neither is what follows from it, later.
    (("clear", "port", "tunnel", "tag"), ("tag",)),
    (("clear", "port", "tunnel", "vlan_mode"), ("cvlans",)),
    (("set", "port", "tunnel", "vlan_mode=access"), ("cvlans",)),
    (("remove", "port", "tunnel", "tag", "100"), ("tag",)),
]


class Working:
    """p1 and p2 in VLAN 10, p3 a trunk that nothing was said of, p4 in VLAN 20, and a tunnel."""

    def __init__(self, lab):
        self.switch = switch = lab.switch().start()
        self.hosts = [lab.host(switch.ns, number, addresses=False) for number in (1, 2, 3, 4)]
        lab.host(switch.ns, 9, addresses=False)
        switch.ns.ip("link add tunnel type veth peer name far")
        switch.add_ports("br0", *self.hosts, "tunnel")
        switch.ctl("set", "port", "p1", "tag=10", "--", "set", "port", "p2", "tag=10", "--",
                   "set", "port", "p4", "tag=20", "--", "set", "port", "tunnel",
                   "vlan_mode=dot1q-tunnel", "tag=100", "cvlans=5,7-9")

        self.captures = [Capture(host) for host in self.hosts]
        lab.parts += [capture.socket.close for capture in self.captures]
        self.before = self.state()

    def state(self):
        """All that is shown, and that frames go where they went."""
        a, _, c, _ = self.hosts
        token, barrier = new_token(), new_token()
        _, same, trunk, other = self.captures
        send(a, "eth0", frame(BROADCAST, a.mac, token))
        assert trunk.wait(containing(token)) == [frame(BROADCAST, a.mac, token, [(0x8100, 10)], length=64)]
        assert same.wait(containing(token)) == [frame(BROADCAST, a.mac, token)]
        send(c, "eth0", frame(BROADCAST, c.mac, barrier, [(0x8100, 20)], length=64))
        assert other.wait(containing(barrier)) == [frame(BROADCAST, c.mac, barrier)]
        assert not other.matching(containing(token)) and not same.matching(containing(barrier))
        for capture in self.captures:
            capture.seen.clear()
        tables = self.switch.ctl("show", "--", "list", "open_vswitch", "--", "list", "bridge", "--", "list", "port")
        return tables, sorted(self.switch.ns.links())


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield Working(lab)


@pytest.mark.parametrize("words,named", BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input(working, words, named):
    sentence = working.switch.refused(*words)
    for word in named:
        assert word in sentence, f"{word!r} is not named in: {sentence}"
    before, working.before = working.before, working.state()
    assert working.before == before


# What is fine, in any order

@pytest.fixture
def port(switch, hosts):
    hosts(1, addresses=False)
    switch.add_ports("br0", "p1")
    return "p1"


TUNNEL = (["vlan_mode=dot1q-tunnel"], ["tag=100"], ["cvlans=5"])


def test_combinations_are_looked_at_in_the_end(switch, port):
    """As a chain it is fine in any order, and so it is the other way."""
    for order in itertools.permutations(TUNNEL):
        switch.ctl(*itertools.chain.from_iterable(["--", "set", "port", port, *words] for words in order))
        assert switch.ctl("get", "port", port, "vlan_mode", "tag", "cvlans").split() == ["dot1q-tunnel", "100", "[5]"]
        columns = [words[0].partition("=")[0] for words in order]
        switch.ctl(*itertools.chain.from_iterable(["--", "clear", "port", port, column] for column in columns))
        assert switch.ctl("get", "port", port, "vlan_mode", "tag", "cvlans").split() == ["[]", "[]", "[]"]


ACCEPTED = [
    # columns; one of them, and how it is shown
    (["tag=1"], "tag", "1"),
    (["tag=4094"], "tag", "4094"),
    (["trunks=10"], "trunks", "[10]"),
    (["trunks=[10,20]"], "trunks", "[10, 20]"),
    (["trunks=20,10,3-5"], "trunks", "[3, 4, 5, 10, 20]"),
    (["trunks=0,10"], "trunks", "[0, 10]"),
    (["trunks=[]"], "trunks", "[]"),
    (["tag=10", "vlan_mode=native-untagged"], "vlan_mode", "native-untagged"),
    (["tag=10", "vlan_mode=native-tagged", "trunks=10,20"], "trunks", "[10, 20]"),
    (["tag=10", "vlan_mode=access"], "vlan_mode", "access"),
    (["vlan_mode=trunk"], "vlan_mode", "trunk"),
    (["tag=100", "vlan_mode=dot1q-tunnel", "cvlans=1-3,7"], "cvlans", "[1, 2, 3, 7]"),
    (["tag=100", "vlan_mode=dot1q-tunnel", "other_config:qinq-ethtype=802.1q"], "other_config:qinq-ethtype",
     '"802.1q"'),
    (["other_config:priority-tags=if-nonzero"], "other_config:priority-tags", "if-nonzero"),
]


def test_accepted(switch):
    """By add-port and by set, and kept over a restart."""
    switch.ns.ip(*(f"link add q{number} type veth peer name r{number}" for number in range(len(ACCEPTED))))
    shown = {f"q{number}: {' '.join(words)}": answer for number, (words, _, answer) in enumerate(ACCEPTED)}

    def seen():
        return {f"q{number}: {' '.join(words)}": switch.ctl("get", "port", f"q{number}", column).strip()
                for number, (words, column, _) in enumerate(ACCEPTED)}

    switch.ctl("add-br", "br0", *itertools.chain.from_iterable(
        ["--", "add-port", "br0", f"q{number}", *words] for number, (words, _, _) in enumerate(ACCEPTED)))
    assert seen() == shown
    switch.stop()
    switch.start()
    assert seen() == shown
    for number, (words, _, _) in enumerate(ACCEPTED):
        port = f"q{number}"
        switch.ctl("del-port", port, "--", "add-port", "br0", port, "--", "set", "port", port, *words)
    assert seen() == shown


def test_all_vlans_by_name(switch, port):
    """The longest value there is."""
    switch.ctl("set", "port", port, "trunks=0-4094")
    assert switch.ctl("get", "port", port, "trunks").strip() == str(list(range(4095)))
    switch.ctl("remove", "port", port, "trunks", "7", "--", "remove", "port", port, "trunks", "4094")
    numbers = [number for number in range(4094) if number != 7]
    assert switch.ctl("get", "port", port, "trunks").strip() == str(numbers)


def test_show(switch, port):
    switch.ctl("set", "port", port, "tag=10", "trunks=10,20", "vlan_mode=native-untagged")
    assert f"Port {port}\n            tag: 10\n            trunks: [10, 20]\n            Interface {port}" in \
        switch.ctl("show")


# A change acts at once

def columns_of(host, *words):
    return ["--", "clear", "port", host.port, "vlan_mode", "tag", "trunks", "--", "set", "port", host.port, *words]


CHANGES = [
    # columns of p1; which of p2 (tag 10) and p3 (tag 20) gets its frames: untagged, in VLAN 10, in VLAN 20
    (["tag=10"], {None: "p2", 10: None, 20: None}),
    (["tag=20"], {None: "p3", 10: None, 20: None}),
    (["vlan_mode=trunk"], {None: None, 10: "p2", 20: "p3"}),
    (["trunks=10"], {None: None, 10: "p2", 20: None}),
    (["trunks=20"], {None: None, 10: None, 20: "p3"}),
    (["vlan_mode=native-untagged", "tag=10", "trunks=20"], {None: "p2", 10: "p2", 20: "p3"}),
    # An access port sends no tag, not even a customer's.
    (["vlan_mode=dot1q-tunnel", "tag=10"], {None: "p2", 10: None, 20: None}),
]


def hooked(hook, *hosts):
    return itertools.chain.from_iterable(
        ["--", "set", "interface", host.port, f"options:rx-hook={hook}"] for host in hosts)


def tour(items):
    """Every ordered pair, each beginning with what the one before ended with. Their number has to be prime."""
    for step in range(1, len(items)):
        for number in range(len(items)):
            yield items[number * step % len(items)], items[(number + 1) * step % len(items)]


@pytest.mark.parametrize("hook", HOOKS)
def test_the_next_frame_is_in_the_new_vlan(switch, hosts, hook):
    """From every setting to every other, with no pause between xvsctl and the frames."""
    a, b, c = made = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", *made)
    switch.ctl("set", "port", "p2", "tag=10", "--", "set", "port", "p3", "tag=20", *hooked(hook, a))
    problems = []
    switch.ctl(*columns_of(a, *CHANGES[0][0]))
    with Capture(b) as at_b, Capture(c) as at_c:
        for (before, _), (after, expected) in tour(CHANGES):
            tokens = {vid: new_token() for vid in expected}
            frames = [frame(BROADCAST, a.mac, token, [(0x8100, vid)] if vid else [], length=80)
                      for vid, token in tokens.items()]
            switch.ctl(*columns_of(a, *after))
            send(a, "eth0", *frames)
            got = arrived({"p2": at_b, "p3": at_c}, tokens, expected)
            if got != expected:
                problems.append(f"{' '.join(before)} -> {' '.join(after)}: {got}")
            at_b.seen.clear()
            at_c.seen.clear()
    assert not problems, "\n".join(problems)


def arrived(captures, tokens, expected):
    """VLAN -> the port where its frame came out."""
    def look():
        seen = {vid: [name for name, capture in captures.items() if capture.matching(containing(token))]
                for vid, token in tokens.items()}
        return {vid: names[0] if len(names) == 1 else names or None for vid, names in seen.items()}

    with contextlib.suppress(AssertionError):
        wait_for(lambda: look() == expected, "they arrive", 0.3, pause=0.001)
    time.sleep(0.01)  # for what should not arrive
    return look()


LEAVING = [
    # columns of p2; its tags on a frame of VLAN 10, None: it does not get it
    (["tag=10"], []),
    (["vlan_mode=trunk"], [(0x8100, 10)]),
    (["tag=20"], None),
    (["trunks=10,11"], [(0x8100, 10)]),
    (["vlan_mode=native-untagged", "tag=10"], []),
    (["trunks=11"], None),
    (["vlan_mode=native-untagged", "tag=11"], [(0x8100, 10)]),
    (["vlan_mode=dot1q-tunnel", "tag=10"], []),
]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("known", (False, True), ids=("flooded", "known"))
def test_what_leaves_changes_at_once(switch, hosts, hook, known):
    """The same for the port that frames leave by: whether they do, and with which tag."""
    a, b = hosts(2, addresses=False, gro=True)
    switch.add_ports("br0", a, b)
    switch.ctl("set", "port", "p1", "tag=10", *hooked(hook, a))
    dst = b.mac if known else BROADCAST
    problems = []
    there = list(zip(LEAVING, LEAVING[1:] + LEAVING[:1]))
    with Capture(b) as capture:
        for (before, tags), (after, expected) in [*there, *((after, before) for before, after in there)]:
            switch.ctl(*columns_of(b, *before))
            if known and tags is not None:
                send(b, "eth0", frame(BROADCAST, b.mac, b"", tags))
                wait_for(lambda: switch.fdb().get(b.mac, ())[1:2] == (10,), "learned")
            token, barrier = new_token(), new_token()
            switch.ctl(*columns_of(b, *after))
            send(a, "eth0", frame(dst, a.mac, token))
            switch.ctl(*columns_of(b, "tag=10"))
            send(a, "eth0", frame(BROADCAST, a.mac, barrier))
            capture.wait(containing(barrier))
            got = capture.matching(containing(token))
            wanted = [] if expected is None else [frame(dst, a.mac, token, expected, length=60 + 4 * len(expected))]
            if got != wanted:
                problems.append(f"{' '.join(before)} -> {' '.join(after)}: {[octets[:20].hex() for octets in got]}")
            capture.seen.clear()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("known", (False, True), ids=("flooded", "known"))
def test_a_change_costs_others_nothing(switch, hosts, hook, known):
    """Streams between access ports and between trunks, while a fifth port changes."""
    a, b, c, d, changing = made = hosts(5, addresses=False, gro=True)
    switch.add_ports("br0", *made)
    switch.ctl("set", "port", "p1", "tag=10", "--", "set", "port", "p2", "tag=10", *hooked(hook, *made))
    for host in (b, d) if known else ():
        send(host, "eth0", frame(BROADCAST, host.mac))
        wait_for(lambda: switch.learned(host.mac), "learned")  # pylint: disable=cell-var-from-loop
    with Stream(a, b) as access, Stream(c, d) as untagged:
        for columns, _ in CHANGES * 2:
            switch.ctl(*columns_of(changing, *columns))
        wait_for(lambda: min(access.sent, untagged.sent) > 200, "traffic goes on")
    assert (access.lost(), untagged.lost()) == ([], [])


@pytest.mark.parametrize("hook", HOOKS)
def test_a_fake_bridge_costs_others_nothing(switch, hosts, hook):
    """Neither do new VLANs, internal ports and patch ports on the same bridge."""
    a, b = made = hosts(2, addresses=False, gro=True)
    switch.add_ports("br0", *made)
    switch.ctl(*hooked(hook, *made))
    send(b, "eth0", frame(BROADCAST, b.mac))
    with Stream(a, b) as stream:
        switch.ctl("add-br", "vlan10", "br0", "10")
        switch.ctl("add-port", "br0", "in1", "tag=11", "--", "set", "interface", "in1", "type=internal")
        switch.ctl("add-br", "br1", "--", "add-port", "br0", "pa0", "--", "set", "interface", "pa0", "type=patch",
                   "options:peer=pa1", "--", "add-port", "br1", "pa1", "--", "set", "interface", "pa1", "type=patch",
                   "options:peer=pa0")
        switch.ctl("set", "open_vswitch", ".", "other_config:vlan-limit=2")
        switch.ctl("set", "bridge", "br0", "flood_vlans=5")
        switch.ctl("del-br", "br1", "--", "del-port", "in1", "--", "del-br", "vlan10", "--", "del-port", "pa0")
        wait_for(lambda: stream.sent > 200, "traffic goes on")
    assert stream.lost() == []


def test_addresses_do_not_stay_in_the_old_vlan(switch, hosts):
    """After a change, an address that was learned on the port is not looked for there any more."""
    a, b, c = hosts(3, addresses=False)
    switch.add_ports("br0", a, b, c)
    switch.ctl(*itertools.chain.from_iterable(["--", "set", "port", host.port, "tag=10"] for host in (a, b, c)))
    send(b, "eth0", frame(BROADCAST, b.mac))
    wait_for(lambda: switch.fdb().get(b.mac, ())[1:2] == (10,), "learned in VLAN 10")
    assert reach(a, b.mac, [b, c]) == [b]
    switch.ctl("set", "port", "p2", "tag=20")
    assert reach(a, b.mac, [c], others=[b]) == [c]
    send(b, "eth0", frame(BROADCAST, b.mac))
    wait_for(lambda: switch.fdb().get(b.mac, ())[1:2] == (20,), "learned in VLAN 20")
