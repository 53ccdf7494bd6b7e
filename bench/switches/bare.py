# SPDX-License-Identifier: BSD-2-Clause
"""A redirect in XDP that looks at nothing: what the host of port 1 sends goes to port 2. The limit."""

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
        assert rx == "xdp", "there is no bare redirect but in XDP"
        self.lab = lab
        self.port, output = (host.port for host in lab.hosts[:2])
        lab.ns.ip(f"link set {self.port} xdpdrv object {BUILD}/bench/{self.source}.bpf.o section xdp")
        program = lab.ns.link(self.port)["xdp"]["prog"]["id"]
        devmap, = json.loads(lab.ns.run("bpftool", "-j", "prog", "show", "id", str(program)))["map_ids"]
        ifindex = struct.pack("=I", lab.ns.link(output)["ifindex"])
        lab.ns.run("bpftool", "map", "update", "id", str(devmap), "key", *"0000",
                   "value", *(str(octet) for octet in ifindex))

    def close(self):
        self.lab.ns.ip(f"link set {self.port} xdpdrv off")


class BarePush(Bare):
    """The same with a VLAN tag for each frame: the limit where tags are added."""

    name = "bare-push"
    title = "bare redirect, push"
    source = "push"
