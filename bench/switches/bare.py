# SPDX-License-Identifier: BSD-2-Clause
"""XDP programs that look at nothing: the limit. A redirect, by which what the host of port 1 sends goes to port 2, and
a drop."""

import json
import struct

from lab import BUILD


class Bare:
    name = "bare"
    title = "bare redirect"
    source = "bare"

    @staticmethod
    def missing():
        return None

    @classmethod
    def version(cls):
        return f"bench/{cls.source}.bpf.c"

    def __init__(self, lab, rx):
        assert rx == "xdp", "it is a program for XDP"
        self.lab = lab
        self.port, output = (host.port for host in lab.hosts[:2])
        lab.ns.ip(f"link set {self.port} xdpdrv object {BUILD}/bench/{self.source}.bpf.o section xdp")
        self.lead_to(output)

    def lead_to(self, output):
        program = self.lab.ns.link(self.port)["xdp"]["prog"]["id"]
        devmap, = json.loads(self.lab.ns.run("bpftool", "-j", "prog", "show", "id", str(program)))["map_ids"]
        ifindex = struct.pack("=I", self.lab.ns.link(output)["ifindex"])
        self.lab.ns.run("bpftool", "map", "update", "id", str(devmap), "key", *"0000",
                        "value", *(str(octet) for octet in ifindex))

    def close(self):
        self.lab.ns.ip(f"link set {self.port} xdpdrv off")


class BarePush(Bare):
    """The same with a VLAN tag for each frame: the limit where tags are added."""

    name = "bare-push"
    title = "bare redirect, push"
    source = "push"


class BareDrop(Bare):
    """The limit where frames are dropped."""

    name = "bare-drop"
    title = "bare drop"
    source = "drop"

    def lead_to(self, output):
        pass
