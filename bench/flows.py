# SPDX-License-Identifier: BSD-2-Clause
"""Flows on five-tuples, and connections that meet them or don't: the same ones every time.

A connection, and what a flow says of one, is a tuple: protocol, source address, source port, destination address,
destination port. All addresses are of 10.0.0.0/8, so that flows and connections are near each other.
"""

import dataclasses
import ipaddress
import random

PROTOCOLS = {6: "tcp", 17: "udp"}
NET = ipaddress.ip_network("10.0.0.0/8")
NORMAL = "priority=0,actions=normal"
OTHERS = "cookie=0/-1"  # those that are not of make()

PREFIXES = ((32, 32), (24, 32), (16, 32), (0, 32), (32, 24), (24, 24), (0, 24), (16, 16))
# Protocol, source port, destination port: any, or a certain one.
PARTS = ((0, 0, 0), (0xff, 0, 0), (0xff, 0, 0xffff), (0xff, 0xffff, 0xffff))
PRIORITIES = (100, 200, 300, 400)


def _prefix(length):
    return 0xffffffff << 32 - length & 0xffffffff


MASKS = tuple((protocol, _prefix(source), sport, _prefix(destination), dport)
              for protocol, sport, dport in PARTS for source, destination in PREFIXES)


def _masked(connection, mask):
    return tuple(value & bits for value, bits in zip(connection, mask))


def _address(number):
    return str(ipaddress.ip_address(number))


@dataclasses.dataclass(frozen=True)
class Flow:
    priority: int
    mask: tuple
    values: tuple

    def _words(self):
        protocol, source, sport, destination, dport = zip(self.values, self.mask)
        yield f"cookie=1,priority={self.priority},{PROTOCOLS.get(protocol[0], 'ip')}"
        for name, (value, bits) in (("nw_src", source), ("nw_dst", destination)):
            if bits:
                yield f"{name}={_address(value)}/{bits.bit_count()}"
        for name, (value, bits) in (("tp_src", sport), ("tp_dst", dport)):
            if bits:
                yield f"{name}={value}"

    def __str__(self):
        return f"{','.join(self._words())},actions=output:2"

    def meet(self, connection):
        """The nearest connection that matches."""
        return tuple(value | other & ~bits for value, other, bits in zip(self.values, connection, self.mask))


def _connection(dice):
    net, room = int(NET.network_address), NET.num_addresses
    return (dice.choice(list(PROTOCOLS)), net + dice.randrange(room), dice.randrange(1, 1 << 16),
            net + dice.randrange(room), dice.randrange(1, 1 << 16))


def make(count, seed=1):
    """So many flows, in 32 masks in turn, each of any of the priorities."""
    dice, seen = random.Random(seed), {}
    while len(seen) < count:
        mask = MASKS[len(seen) % len(MASKS)]
        seen.setdefault((mask, _masked(_connection(dice), mask)), dice.choice(PRIORITIES))
    return [Flow(priority, *place) for place, priority in seen.items()]


def hits(flows, count):
    """Connections that each match one of the flows."""
    dice = random.Random(2)
    some = dice.sample(flows, min(count, len(flows)))
    return [some[number % len(some)].meet(_connection(dice)) for number in range(count)]


def misses(flows, count):
    """Connections that match none."""
    dice, found = random.Random(3), []
    places = {(flow.mask, flow.values) for flow in flows}
    while len(found) < count:
        connection = _connection(dice)
        if not any((mask, _masked(connection, mask)) in places for mask in MASKS):
            found.append(connection)
    return found


def write(path, *lines):
    """Returns the path."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    return path


def write_connections(path, connections):
    """For the program frames."""
    return write(path, *(f"{protocol} {_address(source)} {sport} {_address(destination)} {dport}"
                         for protocol, source, sport, destination, dport in connections))
