# SPDX-License-Identifier: BSD-2-Clause
"""One topology with one switch in the middle: namespaces, hosts, and the programs that measure between them."""

import contextlib
import json
import os
import pathlib
import tempfile

from harness.netns import Host, Namespace, PREFIX, run

BUILD = os.environ["XVS_BUILD"]


class Unfit(Exception):
    """A switch cannot be what is measured in a row: why."""


def sweep():
    """Removes namespaces of ours that are in no lab, as an end came while they were made."""
    for line in run("ip", "netns").splitlines():
        if line.startswith(f"{PREFIX}-"):
            run("ip", "netns", "del", line.split()[0])


class Lab:
    """hosts: how many; options: of each, see harness/netns.py. Host i sits on port `pi` of the switch."""

    def __init__(self, switch, hosts, rx, **options):
        with contextlib.ExitStack() as parts:
            folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="xvswitch-bench-"))
            self.folder = pathlib.Path(folder)
            self.ns = Namespace(switch.name)
            parts.callback(self.ns.delete)
            self.hosts = []
            for number in range(1, hosts + 1):
                self.hosts.append(Host(self.ns, number, **options))
                parts.callback(self.hosts[-1].delete)
            self.switch = switch(self, rx)
            parts.callback(self.switch.close)
            self.close = parts.pop_all().close

    def turn(self):
        """A context in which it is this lab's turn. A switch that is never idle rests at all other times."""
        return getattr(self.switch, "awake", contextlib.nullcontext)()

    def more_ports(self, count):
        """Up to so many, if there are fewer hosts: veths whose far ends stand with the last host. Their names; the
        switch does not know them yet."""
        far, ports = self.hosts[-1], [f"p{number}" for number in range(len(self.hosts) + 1, count + 1)]
        self.ns.ip(*(f"link add {port} type veth peer name {port} netns {far.name}" for port in ports),
                   *(f"link set {port} up" for port in ports))
        far.ip(*(f"link set {port} up" for port in ports))
        return ports

    def measure(self, program, *words):
        """Runs one of the measuring programs; what it found, by name."""
        return json.loads(self.ns.run(f"{BUILD}/bench/{program}", *words))
