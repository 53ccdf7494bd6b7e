# SPDX-License-Identifier: BSD-2-Clause
"""Debian's Open vSwitch, with its data path in user space, in a namespace and a folder of its own."""

import os
import subprocess

from harness.package import Unavailable, unpacked
from harness.wait import wait_for

PACKAGES = ("openvswitch-switch", "openvswitch-common")
FOLDERS = ("usr/bin", "usr/sbin", "usr/lib/openvswitch-switch")
STARTED = 20.0  # seconds that a start may take


def missing():
    """Why Open vSwitch cannot be run here, None when it can. It is not installed: it would start its service."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "needs /dev/net/tun"
    try:
        unpacked("openvswitch", *PACKAGES)
    except Unavailable as why:
        return str(why)
    return None


class OpenVSwitch:
    """ovsdb-server and ovs-vswitchd. Devices of the namespace `ns` become ports of a bridge."""

    def __init__(self, folder, ns, root=None):
        """root: where it is installed, if not unpacked here."""
        self.ns = ns
        self.folder = str(folder)
        self.root = root or unpacked("openvswitch", *PACKAGES)
        path = ":".join(os.path.join(self.root, part) for part in FOLDERS)
        self.environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "OVS_RUNDIR": self.folder, "OVS_LOGDIR": self.folder,
                            "OVS_DBDIR": self.folder}
        self.socket = os.path.join(self.folder, "db.sock")
        self.control = os.path.join(self.folder, "control")
        self.processes, self.devices = [], []

    def start(self, *settings):
        """settings: columns of the table Open_vSwitch, which it reads when it starts."""
        database = os.path.join(self.folder, "conf.db")
        self._run("ovsdb-tool", "create", database,
                  os.path.join(self.root, "usr/share/openvswitch/vswitch.ovsschema"))
        self._start("ovsdb-server", database, f"--remote=punix:{self.socket}", "--unixctl=" + self.control + ".db")
        wait_for(lambda: os.path.exists(self.socket), "ovsdb-server listens", STARTED)
        self._run("ovs-vsctl", f"--db=unix:{self.socket}", "--no-wait", "init",
                  *(("--", "set", "Open_vSwitch", ".", *settings) if settings else ()))
        self._start("ovs-vswitchd", f"unix:{self.socket}", "--disable-system", f"--unixctl={self.control}")
        wait_for(lambda: os.path.exists(self.control), "ovs-vswitchd answers", STARTED)
        return self

    def _start(self, program, *arguments):
        log = f"--log-file={os.path.join(self.folder, program)}.log"
        with self.ns.inside():
            self.processes.append(subprocess.Popen([program, *arguments, log, "-vconsole:off"], env=self.environment,
                                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                                   stderr=subprocess.DEVNULL))

    def _run(self, *argv):
        return self.ns.run(*argv, env=self.environment)

    def vsctl(self, *words):
        """Waits until ovs-vswitchd has done it."""
        return self._run("ovs-vsctl", f"--db=unix:{self.socket}", "--timeout=20", *words)

    def appctl(self, *words):
        return self._run("ovs-appctl", f"--target={self.control}", *words)

    def add_bridge(self, bridge, hosts):
        words = ["add-br", bridge, "--", "set", "bridge", bridge, "datapath_type=netdev"]
        for host in hosts:
            words += ["--", "add-port", bridge, host.port]
        self.vsctl(*words)
        self.devices = [self.ns.link(host.port)["ifindex"] for host in hosts]
        # Else a flow that was made for one frame is used for others that it is not right for: what becomes of a frame
        # would depend on those before it.
        self.appctl("upcall/disable-megaflows")
        self.ns.ip(f"link set {bridge} up")

    def purge(self):
        """The data path forgets all flows: what is known now is asked anew about each frame."""
        self.appctl("revalidator/purge")

    def forget(self, bridge="br0"):
        """All flows, and then all addresses: those are learned anew from flows that have been used."""
        self.purge()
        self.appctl("revalidator/wait")
        self.appctl("fdb/flush", bridge)

    def settle(self):
        """Waits until all that has come in by ports has been taken."""
        with self.ns.inside():
            wait_for(self._all_taken, "Open vSwitch takes the frames", pause=0.0005)

    def _all_taken(self):
        with open("/proc/thread-self/net/packet", encoding="ascii") as file:
            rows = [row.split() for row in file.readlines()[1:]]
        return not any(int(waiting) for _, _, _, _, device, _, waiting, _, _ in rows if int(device) in self.devices)

    def ofports(self, bridge="br0"):
        """Names of ports by OpenFlow number, both as text."""
        rows = self.vsctl("--bare", "--columns=name,ofport", "--format=csv", "list", "interface").splitlines()
        numbers = {number: name for name, number in (row.split(",") for row in rows)}
        numbers["LOCAL"] = bridge
        return numbers

    def fdb(self, bridge="br0"):
        """(VLAN, MAC address) -> port."""
        numbers = self.ofports(bridge)
        rows = (line.split() for line in self.appctl("fdb/show", bridge).splitlines()[1:])
        return {(int(vlan), mac): numbers[port] for port, vlan, mac, _ in rows}

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(STARTED)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []
