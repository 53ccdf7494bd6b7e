# SPDX-License-Identifier: BSD-2-Clause
"""The Linux bridge: as `ip link add type bridge` gives it on this host, without netfilter, and with VLANs.

With br_netfilter in the kernel, as container and Kubernetes hosts load it, a bridge hands its IP frames to iptables
unless it is told not to. That is the host's default and so part of the comparison, and shown apart.
"""

import os
import platform
import time

from harness.netns import Namespace, run


SWITCH = "/proc/sys/net/bridge/bridge-nf-call-iptables"


class Bridge:
    name = "bridge"
    title = "Linux bridge"

    @staticmethod
    def missing():
        return None

    @staticmethod
    def version():
        return f"of Linux {platform.release()}, {run('ip', '-V').strip()}"

    def __init__(self, lab, rx):
        self.lab, self.rx = lab, rx
        lab.ns.ip("link add br0 type bridge", "link set br0 up")
        self.connect([host.port for host in lab.hosts])

    def connect(self, ports):
        self.add_ports(ports)
        if self.rx == "xdp":
            # A veth takes XDP frames only with NAPI. GRO is the bridge's quickest way to that.
            for port in ports:
                self.lab.ns.run("ethtool", "-K", port, "gro", "on")

    def add_ports(self, ports):
        self.lab.ns.ip(*(f"link set {port} master br0" for port in ports))

    def close(self):
        self.lab.ns.ip("link del br0")


class BareBridge(Bridge):
    name = "bridge-nonf"
    title = "Linux bridge, no netfilter"

    @staticmethod
    def missing():
        if os.path.exists(SWITCH):
            return None
        return "br_netfilter is not loaded: the Linux bridge has no netfilter anyway"

    def __init__(self, lab, rx):
        super().__init__(lab, rx)
        for family in ("iptables", "ip6tables", "arptables"):
            lab.ns.sysctl(f"net/bridge/bridge-nf-call-{family}", 0)


class VlanBridge(Bridge):
    """Without this, a bridge hands tagged frames on like any others."""

    name = "bridge-vlan"
    title = "Linux bridge, VLAN filtering"

    @staticmethod
    def missing():
        scratch = Namespace("scratch")
        try:
            scratch.ip("link add br0 type bridge vlan_filtering 1")
        except AssertionError:
            return "this kernel has it not (CONFIG_BRIDGE_VLAN_FILTERING)"
        finally:
            scratch.delete()
        return None

    def __init__(self, lab, rx):
        super().__init__(lab, rx)
        lab.ns.ip("link set br0 type bridge vlan_filtering 1")

    def set_vlans(self, ports):
        """How many seconds it took."""
        lines = []
        for port, setting in ports.items():
            kind, _, vids = setting.partition("=")
            lines += [f"vlan del dev {port} vid 1",  # which it has from the start, untagged
                      *(f"vlan add dev {port} vid {part}" + (" pvid untagged" if kind == "tag" else "")
                        for part in vids.split(","))]
        start = time.monotonic()
        self._batch(lines)
        return time.monotonic() - start

    def clear_vlans(self, ports):
        self._batch(line for port in ports for line in (f"vlan del dev {port} vid 1-4094",
                                                        f"vlan add dev {port} vid 1 pvid untagged"))

    def _batch(self, lines):
        self.lab.ns.run("bridge", "-batch", "-", input="".join(line + "\n" for line in lines))
