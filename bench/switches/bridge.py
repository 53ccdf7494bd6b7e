# SPDX-License-Identifier: BSD-2-Clause
"""The Linux bridge: as `ip link add type bridge` gives it on this host, and without netfilter.

With br_netfilter in the kernel, as container and Kubernetes hosts load it, a bridge hands its IP frames to iptables
unless it is told not to. That is the host's default and so part of the comparison, and shown apart.
"""

import os
import platform

from harness.netns import run


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
        self.lab = lab
        lab.ns.ip("link add br0 type bridge", "link set br0 up",
                  *(f"link set {host.port} master br0" for host in lab.hosts))
        if rx == "xdp":
            # A veth takes XDP frames only with NAPI. GRO is the bridge's quickest way to that.
            for host in lab.hosts:
                lab.ns.run("ethtool", "-K", host.port, "gro", "on")

    def close(self):
        self.lab.ns.ip("link del br0")


class BareBridge(Bridge):
    name = "bridge-nonf"
    title = "Linux bridge, no netfilter"

    @staticmethod
    def missing():
        return None if os.path.exists(SWITCH) else "br_netfilter is not loaded: the Linux bridge has no netfilter anyway"

    def __init__(self, lab, rx):
        super().__init__(lab, rx)
        for family in ("iptables", "ip6tables", "arptables"):
            lab.ns.sysctl(f"net/bridge/bridge-nf-call-{family}", 0)
