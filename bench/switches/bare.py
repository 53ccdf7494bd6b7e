# SPDX-License-Identifier: BSD-2-Clause
"""XDP programs that look at nothing: the limit. A redirect, by which what the host of port 1 sends goes to port 2, that
of port 3 to port 4 and so on, and a drop."""

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
        self.ports = [host.port for host in lab.hosts[:len(lab.hosts) // 2 * 2]]
        for port, output in zip(self.ports[::2], self.ports[1::2]):
            lab.ns.ip(f"link set {port} xdpdrv object {BUILD}/bench/{self.source}.bpf.o section xdp")
            self.lead(port, output)

    def lead(self, port, output):
        program = self.lab.ns.link(port)["xdp"]["prog"]["id"]
        devmap, = json.loads(self.lab.ns.run("bpftool", "-j", "prog", "show", "id", str(program)))["map_ids"]
        ifindex = struct.pack("=I", self.lab.ns.link(output)["ifindex"])
        self.lab.ns.run("bpftool", "map", "update", "id", str(devmap), "key", *"0000",
                        "value", *(str(octet) for octet in ifindex))

    def close(self):
        self.lab.ns.ip(*(f"link set {port} xdpdrv off" for port in self.ports[::2]))


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

    def lead(self, port, output):
        pass
