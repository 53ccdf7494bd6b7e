# SPDX-License-Identifier: BSD-2-Clause
"""Tables replaced under traffic: a frame sees the old flows or the new ones, never some of both."""

import re
import time

import pytest

from harness.flows import flows, put_flows, use_hook
from harness.frames import Stream, frame

DESTINATIONS = 60
BASE = "02:00:00:00:aa:%02x"
ROUNDS = 8
FULL = 100_000
SOME = 10_000
IN_TIME = 5.0  # seconds, for so many


def version(number, output):
    """Flows of some masks that say their version in three places: in the VLAN, in a register, and by the output."""
    for host in range(DESTINATIONS):
        yield f"priority=9,in_port=1,dl_dst={BASE % host} actions=mod_vlan_vid:{number},resubmit(,1)"
        yield f"priority=8,in_port=1,dl_dst={BASE % host}/ff:ff:ff:ff:ff:{0xff - host:02x} actions=drop"
        yield f"table=1,dl_dst={BASE % host} actions=load:{number}->NXM_NX_REG0[],resubmit(,{2 + number % 2})"
        yield f"table={2 + number % 2},reg0={number},dl_dst={BASE % host} actions=output:{output}"
    yield f"table={3 - number % 2} actions=drop"


@pytest.fixture(params=("tc", "xdp"))
def three(switch, hosts, request):
    made = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", *made)
    use_hook(switch, request.param, *made)
    return made


@pytest.mark.parametrize("words", (["--bundle", "add-flows"], ["--bundle", "replace-flows"]), ids=lambda words: words[-1])
def test_old_or_new(switch, three, words):
    a, b, c = three
    texts = {100: "".join(f"{line}\n" for line in version(100, 2)), 201: "".join(f"{line}\n" for line in version(201, 3))}
    delete = "delete\n" if "add-flows" in words else ""
    switch.ctl("--bundle", "add-flows", "br0", "-", text="delete\n" + texts[100])

    def make(payload):
        return frame(BASE % (payload[-1] % DESTINATIONS), a.mac, payload)

    with Stream(a, b, c, pause=0.0002, make=make) as stream:
        for _ in range(ROUNDS):
            for text in (texts[201], texts[100]):
                switch.ctl(*words, "br0", "-", text=delete + text)
    assert stream.lost() == []
    first, second = stream.arrived(b), stream.arrived(c)
    assert {octets[12:16] for octets in first} == {bytes.fromhex("81000064")}
    assert {octets[12:16] for octets in second} == {bytes.fromhex("810000c9")}
    assert len(first) + len(second) == stream.sent, "and none twice"


@pytest.mark.parametrize("three", ("xdp",), indirect=True)
def test_a_hundred_thousand(switch, three, tmp_path, capsys):
    """Loaded in a moment, all there, replaced at once, deleted; frames go on."""
    a, b, c = three
    paths = {}
    for output in (2, 3):
        paths[output] = tmp_path / f"to{output}"
        paths[output].write_text("".join(f"table=1,priority={7 + i % 3},tcp,nw_src=10.{i >> 16}.{i >> 8 & 255}.{i & 255},tp_dst={i % 1000} "
                                         f"actions={output}\n" for i in range(FULL - 1))
                                 + f"in_port=1,actions={output}\n")
    with Stream(a, b, c) as stream:
        put_flows(switch, "in_port=1 actions=2")
        start = time.monotonic()
        switch.ctl("add-flows", "br0", str(paths[2]))
        added = time.monotonic() - start
        assert len(flows(switch)) == FULL
        start = time.monotonic()
        switch.ctl("--bundle", "replace-flows", "br0", str(paths[3]))
        replaced = time.monotonic() - start
        dump = flows(switch)
        assert len(dump) == FULL and {re.search(r"actions=output:(.)$", line)[1] for line in dump} == {"3"}
        start = time.monotonic()
        switch.ctl("add-flows", "br0", "-", text="".join(
            f"delete tcp,nw_src=10.{i >> 16}.{i >> 8 & 255}.{i & 255},tp_dst={i % 1000}\n" for i in range(SOME)))
        picked = time.monotonic() - start
        assert len(flows(switch)) == FULL - SOME
        start = time.monotonic()
        switch.ctl("del-flows", "br0", "table=1")
        deleted = time.monotonic() - start
        assert len(flows(switch)) == 1
    assert stream.lost() == [] and stream.arrived(b) and stream.arrived(c)
    with capsys.disabled():
        print(f"\n{FULL:,} flows: added in {added:.2f} s, replaced in {replaced:.2f} s, {SOME:,} deleted one by one in {picked:.2f} s,"
              f" the others in {deleted:.2f} s ", end="")
    assert max(added, replaced, picked) <= IN_TIME
