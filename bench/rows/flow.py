# SPDX-License-Identifier: BSD-2-Clause
"""What flow tables cost a frame: 10,000 flows in 32 masks, on top of the one that a bridge has from the start. The
same frames go through a bridge that has no other, too."""

import functools
import json

import flows
from rows import Goal, Row, Side
from rows.frames import STRAYED, XDP, flow, send

FLOWS, ACTIVE, RANDOM = 10000, 1000, 16384
DROP = f"priority=65535,ip,nw_dst={flows.NET},actions=drop"


# Each leaves the connections in the lab's folder.

def bare_table(lab):
    made = flows.make(FLOWS)
    flows.write_connections(lab.folder / "hits", flows.hits(made, ACTIVE))
    flows.write_connections(lab.folder / "misses", flows.misses(made, RANDOM))
    return made


def full_table(lab, *lines):
    lab.switch.add_flows(flows.write(lab.folder / "flows", *bare_table(lab), *lines))


def dropping_table(lab):
    full_table(lab, DROP)


def traffic(lab, connections):
    return {"options": ("--connections", str(lab.folder / connections))}


def rate(lab, seconds, connections):
    return flow(lab, seconds, **traffic(lab, connections))[1]


def checked_rate(lab, seconds, connections):
    """All frames that should miss the table's flows meet the one that the bridge has from the start, of the others
    none."""
    before = lab.switch.counted(flows.OTHERS)
    found, measured = flow(lab, seconds, **traffic(lab, connections))
    missed = lab.switch.counted(flows.OTHERS) - before
    assert missed >= found["sent"] if connections == "misses" else not missed, f"{missed} frames missed all flows"
    return measured


def side(name, title, prepare, measure, connections):
    return Side(name, title, "xvswitch", functools.partial(measure, connections=connections), prepare)


RATE = Row(
    name="flow-60", title="60-byte frames, 10,000 flows in 32 masks, XDP ports", unit="Mpps",
    sides=(side("none-hits", "no flows, 1,000 connections", bare_table, rate, "hits"),
           side("hits", "flows, each matches one: output:2", full_table, checked_rate, "hits"),
           side("none-misses", "no flows, random five-tuples", bare_table, rate, "misses"),
           side("misses", "flows, all miss: normal", full_table, checked_rate, "misses")),
    goals=(Goal("hits", "none-hits", 0.8), Goal("misses", "none-misses", 0.5)),
    hosts=3, **XDP)


def lost(lab):
    """Frames that found no room in the ring of the port they came to."""
    port, = json.loads(lab.ns.run("ip", "-s", "-j", "link", "show", lab.hosts[0].port))
    return port["stats64"]["rx"]["dropped"]


def consumed(lab, seconds):
    """Mpps that are gone when the next are sent."""
    before = lost(lab)
    found = send(lab, seconds, **traffic(lab, "misses"))
    assert not found["arrived"] and not found["strayed"], f"{found['arrived'] + found['strayed']} frames arrived"
    missing = lost(lab) - before
    assert missing <= STRAYED * found["sent"], f"{missing} frames were lost on the way"
    return found["sent"] / found["seconds"] / 1e6


DROPS = Row(
    name="flow-drop", title="60-byte frames that are dropped, XDP ports", unit="Mpps",
    sides=(Side("drop", "the first of 10,001 flows: drop", "xvswitch", consumed, dropping_table),
           Side("bare-drop", "bare XDP_DROP", "bare-drop", consumed, bare_table)),
    goals=(Goal("drop", "bare-drop", 0.85),),
    hosts=2, **XDP)

ROWS = (RATE, DROPS)
