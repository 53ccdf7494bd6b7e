# SPDX-License-Identifier: BSD-2-Clause
"""1,000 ports: how long commands take, and a start."""

import functools

from rows import Bound, Row, Side

PORTS = [f"p{number}" for number in range(1, 1001)]
OTHER = "p1001"

MOST_CHAIN, MOST_SHOW, MOST_ONE, MOST_START = 5, 0.1, 0.02, 5  # seconds


def make_ports(lab):
    lab.switch.add_ports([port for port in lab.more_ports(len(PORTS) + 1) if port != OTHER])


# Each leaves the switch with the 1,000 ports. Milliseconds, until xvsctl is back.

def time_command(lab, _, command):
    return lab.switch.chain(command) * 1e3


def time_add_all(lab, _):
    lab.switch.del_ports(PORTS)
    return lab.switch.add_ports(PORTS) * 1e3


def time_del_all(lab, _):
    taken = lab.switch.del_ports(PORTS)
    lab.switch.add_ports(PORTS)
    return taken * 1e3


def time_del_bridge(lab, _):
    taken = lab.switch.chain("del-br br0")
    lab.switch.chain("add-br br0")
    lab.switch.add_ports(PORTS)
    return taken * 1e3


def time_add(lab, _):
    taken = lab.switch.add_ports([OTHER])
    lab.switch.del_ports([OTHER])
    return taken * 1e3


def time_del(lab, _):
    lab.switch.add_ports([OTHER])
    return lab.switch.del_ports([OTHER]) * 1e3


def time_start(lab, _, bare):
    return lab.switch.restart(bare) * 1e3


SIDES = (
    ("add-all", "add-port of all in one chain", time_add_all, MOST_CHAIN),
    ("del-all", "del-port of all in one chain", time_del_all, MOST_CHAIN),
    ("del-br", "del-br", time_del_bridge, MOST_CHAIN),
    ("add", "add-port of one more", time_add, MOST_ONE),
    ("del", "del-port of it", time_del, MOST_ONE),
    ("show", "show", functools.partial(time_command, command="show"), MOST_SHOW),
    ("list", "list Interface", functools.partial(time_command, command="list Interface"), MOST_SHOW),
    ("start", "start, nothing in the kernel", functools.partial(time_start, bare=True), MOST_START),
    ("restart", "start, all in the kernel", functools.partial(time_start, bare=False), MOST_START),
)

ROWS = (Row(
    name="config-scale", title="1,000 ports", unit="ms",
    sides=tuple(Side(name, title, "xvswitch", measure, make_ports) for name, title, measure, _ in SIDES),
    bounds=tuple(Bound(name, most * 1e3) for name, _, _, most in SIDES),
    hosts=1, rx="tc"),)
