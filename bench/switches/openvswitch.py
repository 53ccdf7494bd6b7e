# SPDX-License-Identifier: BSD-2-Clause
"""Open vSwitch with its data path in user space, which takes frames from devices by AF_PACKET or by AF_XDP.

It is the one that is installed, but as processes of our own: the system's, if it runs, is not touched.
"""

import contextlib
import os
import shutil
import signal

from harness.netns import run
from harness.openvswitch import OpenVSwitch
from harness.wait import wait_for
from lab import Unfit

PROGRAMS = ("ovsdb-server", "ovsdb-tool", "ovs-vswitchd", "ovs-vsctl", "ovs-appctl")
LINKED = 10.0  # seconds that a port may take to be one


class AfPacket:
    name = "ovs"
    title = "Open vSwitch, AF_PACKET"
    interface = "type=system"

    @classmethod
    def missing(cls):
        if not all(map(shutil.which, PROGRAMS)):
            return "it is not installed: apt-get install openvswitch-switch"
        return None

    @staticmethod
    def version():
        return run("ovs-vswitchd", "--version").splitlines()[0]

    @staticmethod
    def settings():
        # What sockets send is unfinished, and what GRO makes is long: both arrive whole only with this.
        return ("other_config:userspace-tso-enable=true",)

    def __init__(self, lab, rx):
        self.lab, self.rx = lab, rx
        self.switch = OpenVSwitch(lab.folder, lab.ns, root="/")
        try:
            self.switch.start(*self.settings())
            self.switch.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev")
            self.connect([host.port for host in lab.hosts])
        except BaseException:
            self.switch.close()
            raise

    def connect(self, ports):
        if self.rx == "xdp":
            # A veth takes XDP frames only with NAPI.
            for port in ports:
                self.lab.ns.run("ethtool", "-K", port, "gro", "on")
        if ports:
            self.switch.vsctl(*(word for port in ports
                                for word in ("--", "add-port", "br0", port, "--", "set", "interface", port,
                                             self.interface)))
        wait_for(lambda: self._linked(ports), f"{self.title} takes its ports", LINKED)

    def _linked(self, ports):
        for port in ports:
            problem = self.switch.vsctl("--if-exists", "get", "interface", port, "error").strip().strip('"[]')
            if problem:
                raise Unfit(problem)
        return "-1" not in self.switch.vsctl("--bare", "--columns=ofport", "list", "interface").split()

    def close(self):
        self.switch.close()


class AfXdp(AfPacket):
    name = "ovs-afxdp"
    title = "Open vSwitch, AF_XDP"
    interface = "type=afxdp"

    @staticmethod
    def settings():
        # A thread for it, on the last CPU, that never sleeps.
        return (f"other_config:pmd-cpu-mask={1 << os.cpu_count() - 1:#x}",)

    def __init__(self, lab, rx):
        if rx == "tc":
            raise Unfit("AF_XDP does not say which frames of sockets are unfinished: their checksums would be wrong")
        super().__init__(lab, rx)

    @contextlib.contextmanager
    def awake(self):
        daemon = self.switch.processes[-1]
        daemon.send_signal(signal.SIGCONT)
        try:
            yield
        finally:
            daemon.send_signal(signal.SIGSTOP)

    def close(self):
        self.switch.processes[-1].send_signal(signal.SIGCONT)
        super().close()
