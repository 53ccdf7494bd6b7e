# SPDX-License-Identifier: BSD-2-Clause
"""The Linux bridge, as `ip link add type bridge` gives it."""

import os
import platform

from harness.netns import run


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
        # On hosts with br_netfilter, frames would take the way through iptables.
        with lab.ns.inside():
            filtered = os.path.exists("/proc/sys/net/bridge/bridge-nf-call-iptables")
        if filtered:
            lab.ns.sysctl("net/bridge/bridge-nf-call-iptables", 0)
        if rx == "xdp":
            # A veth takes XDP frames only with NAPI. GRO is the bridge's quickest way to that.
            for host in lab.hosts:
                lab.ns.run("ethtool", "-K", host.port, "gro", "on")

    def close(self):
        self.lab.ns.ip("link del br0")
