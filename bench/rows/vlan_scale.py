# SPDX-License-Identifier: BSD-2-Clause
"""All VLANs on 64 ports: how long it takes to say so, what memory it takes, and what it costs a frame."""

import functools

from harness.wait import wait_for
import memory
from rows import Bound, Goal, Row, Side
from rows.frames import XDP, flow, send

PORTS = [f"p{number}" for number in range(1, 65)]
ALL, VID, STATIONS = "1-4094", "2000", 4094
TABLE = 65536  # mac-table-size: two stations for each VLAN are one more than the default would hold
LEARNED, SETTLED = 10, 120  # seconds that it may take

MOST_SECONDS, MOST_SECONDS_ONE = 2, 0.2
# MiB. VLANs take a bridge one table of 8 KiB. Each set of ports that is flooded to takes a devmap: 4.4 KiB for 64.
MOST_MAPS, MOST_MAPS_DISTINCT, MOST_DAEMON = 0.25, 24, 8


# The switch with its 64 ports

def widen(lab):
    """The far ends take XDP frames, too."""
    ports = lab.more_ports(len(PORTS))
    for port in ports:
        lab.hosts[-1].run("ethtool", "-K", port, "gro", "on")
    lab.switch.add_ports(ports)


def maps(lab, _=None):
    """MiB."""
    return memory.of_maps(lab.switch.pins())


def settle(lab):
    """Floods are prepared for XDP, and what is not needed any more is given back, after the command that said so."""
    seen = []

    def is_settled():
        seen.append(maps(lab))
        return seen[-1] in seen[-2:-1]

    wait_for(is_settled, "the maps stay as they are", SETTLED, pause=0.5)


def set_all(lab, setting):
    return lab.switch.set_vlans(dict.fromkeys(PORTS, setting))


def teach(lab, **traffic):
    """Both hosts are heard with all that the measurements will send, before the first of them."""
    lab.switch.set_table_size(TABLE)
    before = lab.switch.learned()

    def are_known():
        send(lab, 0.01, **traffic)  # again, as floods to 64 ports may be more than the first burst gets through
        return lab.switch.learned() >= before + 2 * STATIONS

    wait_for(are_known, "all stations are learned", LEARNED, pause=0.1)


EVERY = {"tags": (ALL, ALL)}
ONE = {"tags": (VID, VID)}
ONE_WITH_STATIONS = {"tags": (VID, VID), "options": ("--stations", str(STATIONS))}


def one_vlan(lab):
    widen(lab)
    set_all(lab, f"trunks={VID}")
    teach(lab, **ONE_WITH_STATIONS)


def all_vlans(lab):
    widen(lab)
    set_all(lab, f"trunks={ALL}")
    teach(lab, **EVERY)


# Rate

def rate(lab, seconds, traffic):
    return flow(lab, seconds, **traffic)[1]


def rate_side(name, title, prepare, traffic):
    return Side(name, title, "xvswitch", functools.partial(rate, traffic=traffic), prepare)


RATE = Row(
    name="vlan-scale-rate", title="60-byte frames, 64 trunk ports, XDP", unit="Mpps",
    sides=(rate_side("one", "one VLAN", one_vlan, ONE),
           rate_side("one-stations", "one VLAN, 4094 stations in turn", one_vlan, ONE_WITH_STATIONS),
           rate_side("all-one", "4094 VLANs, frames in one", all_vlans, ONE),
           rate_side("all-every", "4094 VLANs, each in turn", all_vlans, EVERY)),
    goals=(Goal("all-one", "one", 0.95), Goal("all-every", "one"), Goal("all-every", "one-stations", 0.95)),
    hosts=3, **XDP)


# Seconds, until the command that says so is back

def distinct(number):
    """Trunks by which no two VLANs have the same ports: the first 12 ports carry the VIDs that have a certain bit."""
    return ",".join(str(vid) for vid in range(1, 4095) if vid & 1 << number) if number < 12 else ALL


DISTINCT = {port: f"trunks={distinct(number)}" for number, port in enumerate(PORTS)}


def time_set(lab, _):
    lab.switch.clear_vlans(PORTS)
    return set_all(lab, f"trunks={ALL}") * 1e3


def time_change(lab, _):
    set_all(lab, f"trunks={ALL}")
    return lab.switch.set_vlans({PORTS[-1]: "trunks=1-2000"}) * 1e3


def time_distinct(lab, _):
    lab.switch.clear_vlans(PORTS)
    seconds = lab.switch.set_vlans(DISTINCT)
    lab.switch.clear_vlans(PORTS)
    settle(lab)  # or the daemon would still be at it when the next is measured
    return seconds * 1e3


def time_add(lab, _, setting=""):
    lab.switch.del_ports(PORTS)
    return lab.switch.add_ports(PORTS, setting) * 1e3


TIME = Row(
    name="vlan-scale-time", title="64 ports get 4094 VLANs", unit="ms",
    sides=(Side("set", "set port trunks=1-4094", "xvswitch", time_set, widen),
           Side("change", "the same for one of them", "xvswitch", time_change, widen),
           Side("distinct", "every VLAN on other ports", "xvswitch", time_distinct, widen),
           Side("bridge-vlan", "Linux bridge: bridge -batch", "bridge-vlan", time_set, widen),
           Side("add", "add-port trunks=1-4094", "xvswitch", functools.partial(time_add, setting=f"trunks={ALL}"),
                widen),
           Side("add-plain", "add-port", "xvswitch", time_add, widen)),
    bounds=(Bound("set", MOST_SECONDS * 1e3), Bound("add", MOST_SECONDS * 1e3),
            Bound("change", MOST_SECONDS_ONE * 1e3)),
    hosts=3, **XDP)


# Memory

def daemon(lab, _):
    return memory.of_process(lab.switch.pid())


def bare_table(lab):
    """As many addresses find room as in the others."""
    widen(lab)
    lab.switch.set_table_size(TABLE)


def distinct_vlans(lab):
    bare_table(lab)
    lab.switch.set_vlans(DISTINCT)
    settle(lab)


MEMORY = Row(
    name="vlan-scale-memory", title="Memory of 64 ports, room for 65536 addresses", unit="MiB",
    sides=tuple(Side(f"{what.__name__}-{name}", f"{what.__name__}, {title}", "xvswitch", what, prepare)
                for what in (maps, daemon)
                for name, title, prepare in (("none", "nothing learned", bare_table),
                                             ("one", "8188 stations in one VLAN", one_vlan),
                                             ("all", "8188 stations in 4094 VLANs", all_vlans),
                                             ("distinct", "every VLAN on other ports", distinct_vlans))),
    bounds=(Bound("maps-all", MOST_MAPS, "maps-one"), Bound("daemon-all", MOST_DAEMON, "daemon-one"),
            Bound("maps-distinct", MOST_MAPS_DISTINCT, "maps-none")),
    hosts=3, **XDP)

ROWS = (RATE, TIME, MEMORY)
