# SPDX-License-Identifier: BSD-2-Clause
"""One topology with one switch in the middle: namespaces, hosts, and the programs that measure between them."""

import json
import os
import pathlib
import tempfile

from harness.netns import Host, Namespace

BUILD = os.environ["XVS_BUILD"]


class Lab:
    """hosts: how many; options: of each, see harness/netns.py. Host i sits on port `pi` of the switch."""

    def __init__(self, switch, hosts, rx, **options):
        self.parts = []
        try:
            folder = tempfile.TemporaryDirectory(prefix="xvswitch-bench-")
            self.parts.append(folder.cleanup)
            self.folder = pathlib.Path(folder.name)
            self.ns = Namespace(switch.name)
            self.parts.append(self.ns.delete)
            self.hosts = []
            for number in range(1, hosts + 1):
                self.hosts.append(Host(self.ns, number, **options))
                self.parts.append(self.hosts[-1].delete)
            self.parts.append(switch(self, rx).close)
        except BaseException:
            self.close()
            raise

    def close(self):
        while self.parts:
            self.parts.pop()()

    def measure(self, program, *words):
        """Runs one of the measuring programs; what it found, by name."""
        return json.loads(self.ns.run(f"{BUILD}/bench/{program}", *words))
