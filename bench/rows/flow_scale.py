# SPDX-License-Identifier: BSD-2-Clause
"""Many flows: what they cost a frame, and how long commands take with them."""

import functools

import flows
from rows import Bound, Row, Side
from rows.flow import ACTIVE, traffic
from rows.curves import nanoseconds, point, size
from rows.frames import XDP

COUNTS = (0, 1, 10, 100, 1000, 10000, 100000)
MANY = COUNTS[-1]
ONE = f"priority=500,udp,nw_dst={flows.NET},actions=output:2"

MOST_SECONDS = 5


# Cost per frame, and memory

def with_flows(lab, count):
    """The connections match the flows, evenly, if there are any."""
    made = flows.make(count)
    flows.write_connections(lab.folder / "hits", flows.hits(made or flows.make(1), ACTIVE))
    if made:
        lab.switch.add_flows(flows.write(lab.folder / "flows", *made))


def cost(lab, seconds):
    return nanoseconds(lab, seconds, **traffic(lab, "hits"))


PREPARED = {count: functools.partial(with_flows, count=count) for count in COUNTS}

COST = Row(
    name="flow-scale-cost", title="A 60-byte frame of 1,000 connections that match flows in 32 masks, XDP ports",
    unit="ns", axis="flows", hosts=3, **XDP,
    sides=tuple(point("xvswitch", count, cost, prepare) for count, prepare in PREPARED.items()))
SIZE = size("flow-scale-size", "Memory with flows in 32 masks", "flows", PREPARED)


# Milliseconds, until the command that says so is back. Each leaves the switch with so many flows.

def two_files(lab):
    for name, seed in (("flows", 1), ("others", 2)):
        flows.write(lab.folder / name, *flows.make(MANY, seed), flows.NORMAL)
    flows.write(lab.folder / "bundle", "delete", *flows.make(MANY, 2), flows.NORMAL)
    lab.switch.add_flows(lab.folder / "flows")


def time_load(lab, _):
    lab.switch.del_flows()
    return lab.switch.add_flows(lab.folder / "flows") * 1e3


def time_bundle(lab, _):
    """Others in their place."""
    lab.switch.replace_flows(lab.folder / "flows")
    return lab.switch.add_flows(lab.folder / "bundle") * 1e3


def time_replace(lab, _):
    lab.switch.replace_flows(lab.folder / "flows")
    return lab.switch.replace_flows(lab.folder / "others") * 1e3


def time_add(lab, _):
    taken = lab.switch.chain(f"add-flow br0 {ONE}")
    lab.switch.replace_flows(lab.folder / "flows")
    return taken * 1e3


def time_dump(lab, _):
    return lab.switch.chain("dump-flows br0") * 1e3


def time_start(lab, _, bare):
    return lab.switch.restart(bare) * 1e3


SIDES = (
    ("load", "add-flows FILE", time_load, MOST_SECONDS),
    ("bundle", "others by add-flows FILE, delete first", time_bundle, MOST_SECONDS),
    ("replace", "others by replace-flows FILE", time_replace, MOST_SECONDS),
    ("add", "add-flow of one more", time_add, None),
    ("dump", "dump-flows", time_dump, None),
    ("start", "start, nothing in the kernel", functools.partial(time_start, bare=True), None),
    ("restart", "start, all in the kernel", functools.partial(time_start, bare=False), None),
)

TIME = Row(
    name="flow-scale-time", title="100,000 flows in 32 masks", unit="ms",
    sides=tuple(Side(name, title, "xvswitch", measure, two_files) for name, title, measure, _ in SIDES),
    bounds=tuple(Bound(name, most * 1e3) for name, _, _, most in SIDES if most),
    hosts=2, **XDP)

ROWS = (COST, SIZE, TIME)
