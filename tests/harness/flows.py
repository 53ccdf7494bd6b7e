# SPDX-License-Identifier: BSD-2-Clause
"""Flow tables of a switch under test: put in as one bundle, and read back."""

import re

from harness.frames import BROADCAST
from harness.wait import wait_for

# What changes by itself, or when a flow is used.
_PASSING = re.compile(r"(duration|n_packets|n_bytes|idle_age|hard_age)=[^ ,]+, ")

# reach() ends with a broadcast to all.
TO_ALL = f"priority=65535,dl_dst={BROADCAST} actions=flood"


def put_flows(switch, *flows, bridge="br0"):
    """These flows and no others, all at once."""
    switch.ctl("--bundle", "add-flows", bridge, "-", text="".join(f"{line}\n" for line in ("delete", *flows)))


def flows(switch, bridge="br0"):
    """The flows as dump-flows says them, without what changes by itself."""
    return [_PASSING.sub("", line).strip() for line in switch.ctl("dump-flows", bridge).splitlines()[1:]]


def packets(switch, cookie, bridge="br0"):
    """What the flow with a cookie has counted; None: there is no such flow."""
    found = re.search(r"n_packets=(\d+)", switch.ctl("dump-flows", bridge, f"cookie={cookie:#x}/-1"))
    return int(found[1]) if found else None


def dropped(switch, port, reason, act):
    """How many more frames a port has dropped for a reason after act() than before, as soon as there are any."""
    before = switch.counters(port).get(reason, 0)
    act()
    return wait_for(lambda: switch.counters(port).get(reason, 0) - before, f"{port} drops for {reason}")


def use_hook(switch, hook, *hosts):
    """Where frames of these hosts' ports are taken. For XDP they have to finish their checksums."""
    for host in hosts:
        if hook == "xdp":
            host.run("ethtool", "-K", "eth0", "gro", "on", "tx", "off")
        switch.ctl("set", "interface", host.port, f"options:rx-hook={hook}")
