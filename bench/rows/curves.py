# SPDX-License-Identifier: BSD-2-Clause
"""More and more of a thing: what a frame costs with it, and what memory it takes."""

import functools

import memory
from rows import Row, Side
from rows.frames import XDP, flow, send
from rows.stations import destinations, learned, make_room
import switches

PORTS = (2, 10, 100, 1000)
MACS = (10, 100, 1000, 10000, 100000, 1000000)
VLANS = (1, 10, 100, 1000, 4094)


def point(switch, count, measure, prepare=None, label=None):
    """One of a curve, where there are so many."""
    label = label or switches.ALL[switch].title
    return Side(f"{label}-{count}", f"{label}, {count:,}", switch, measure, prepare, count, label)


def nanoseconds(lab, seconds, **traffic):
    """What a frame costs: source, switch and sink together."""
    return 1e3 / flow(lab, seconds, **traffic)[1]


def of_maps(lab, _):
    return memory.of_maps(lab.switch.pins())


def of_daemon(lab, _):
    return memory.of_process(lab.switch.pid())


def size(name, title, axis, prepared):
    """A row on memory. prepared: by how many, what makes a lab have them."""
    return Row(name=name, title=title, unit="MiB", axis=axis, hosts=3, **XDP,
               sides=tuple(point("xvswitch", count, measure, prepare, label)
                           for label, measure in (("maps", of_maps), ("daemon, maps that it has mapped included", of_daemon))
                           for count, prepare in prepared.items()))


# Ports

def with_ports(lab, count):
    lab.switch.add_ports(lab.more_ports(count))


PORTS_MADE = {count: functools.partial(with_ports, count=count) for count in PORTS}


# Addresses

MACS_HEARD = {count: learned(count) for count in MACS}


def mac_cost(lab, seconds, count):
    return 1e3 / destinations(count)(lab, seconds)


def mac_points(switch, prepared):
    return (point(switch, count, functools.partial(mac_cost, count=count), prepared.get(count)) for count in MACS)


# VLANs

def tags(count):
    return {"tags": (f"1-{count}", f"1-{count}")}


def with_vlans(lab, count):
    lab.switch.set_vlans({host.port: f"trunks=1-{count}" for host in lab.hosts})


def heard_in_vlans(lab, count):
    """Learned are two addresses in each, as many as there are frames in the measurements."""
    make_room(lab, 2 * count)
    with_vlans(lab, count)
    send(lab, 0.01, **tags(count))


def vlan_points(switch, prepare):
    return (point(switch, count, functools.partial(nanoseconds, **tags(count)),
                  functools.partial(prepare, count=count)) for count in VLANS)


ROWS = (
    Row(name="port-scale-cost", title="A 60-byte frame between two of many XDP ports", unit="ns", axis="ports",
        sides=tuple(point(switch, count, nanoseconds, prepare) for switch in ("xvswitch", "bridge")
                    for count, prepare in PORTS_MADE.items()), hosts=2, **XDP),
    size("port-scale-size", "Memory with ports", "ports", PORTS_MADE),
    Row(name="mac-scale-cost", title="A 60-byte frame to a random one of many addresses, XDP ports", unit="ns",
        axis="addresses", sides=(*mac_points("xvswitch", MACS_HEARD), *mac_points("bridge", {}),
                                 *mac_points("bare", {})), hosts=3, **XDP),
    size("mac-scale-size", "Memory with addresses", "addresses", MACS_HEARD),
    Row(name="vlan-scale-cost", title="A 60-byte frame in each of many VLANs in turn, XDP ports", unit="ns",
        axis="VLANs", sides=(*vlan_points("xvswitch", heard_in_vlans), *vlan_points("bridge-vlan", with_vlans)),
        hosts=3, **XDP),
    size("vlan-scale-size", "Memory with VLANs, two addresses in each", "VLANs",
         {count: functools.partial(heard_in_vlans, count=count) for count in VLANS}),
)
