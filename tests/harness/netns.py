# SPDX-License-Identifier: BSD-2-Clause
"""Network namespaces, and the hosts in them that talk through the switch.

A namespace is entered by the thread that needs it (setns(2)) and left again at once: a socket stays in the
namespace it was made in and a process in that it was started in, so that no helper processes are needed.
"""

import contextlib
import ctypes
import itertools
import json
import os
import socket
import subprocess

from harness import bpf
from harness.tcp import Endpoint

PREFIX = f"xvt{os.getpid()}"
CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_sequence = itertools.count(1)


def _setns(fd):
    if _libc.setns(fd, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, "setns: " + os.strerror(number))


def run(*argv, check=True, **options):
    """Runs a program; its standard output as text. A failure shows what it said."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def parse_offloads(text):
    """What `ethtool -k` prints, as name -> on or off; those that are fixed are left out."""
    offloads = {}
    for line in text.splitlines()[1:]:
        name, _, value = line.strip().partition(": ")
        if value and "[fixed]" not in value:
            offloads[name] = value.split()[0] == "on"
    return offloads


class Namespace:
    """A network namespace of its own under /run/netns, without IPv6 chatter unless asked for."""

    def __init__(self, label):
        self.label = label
        self.name = f"{PREFIX}-{next(_sequence)}-{label}"
        self.path = f"/run/netns/{self.name}"
        run("ip", "netns", "add", self.name)
        self.fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        self.sysctl("net/ipv6/conf/default/disable_ipv6", 1)
        self.ip("link set lo up")

    def __repr__(self):
        return self.label

    def delete(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
            run("ip", "netns", "del", self.name)

    @contextlib.contextmanager
    def inside(self):
        """The calling thread is in the namespace as long as this lasts."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(self.fd)
            yield self
        finally:
            _setns(before)
            os.close(before)

    def run(self, *argv, **options):
        with self.inside():
            return run(*argv, **options)

    def ip(self, *commands):
        """Commands of ip(8), each as one string, in one process."""
        return self.run("ip", "-batch", "-", input="".join(command + "\n" for command in commands))

    def links(self):
        """Devices by name, as `ip -d -j link` tells of them."""
        return {link["ifname"]: link for link in json.loads(self.run("ip", "-d", "-j", "link") or "[]")}

    def link(self, device):
        return self.links()[device]

    def sysctl(self, name, value):
        with self.inside(), open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
            file.write(f"{value}\n")

    def tc_programs(self, device):
        """What is attached to a device's TC hooks: identifiers by TCX, clsact's filters as tc(8) shows them."""
        with self.inside():
            found = bpf.tcx_programs(socket.if_nametoindex(device))
        if "clsact" in self.run("tc", "qdisc", "show", "dev", device):
            for where in ("ingress", "egress"):
                found += self.run("tc", "filter", "show", "dev", device, where).splitlines()
        return found

    def offloads(self, device):
        return parse_offloads(self.run("ethtool", "-k", device))


class Station:
    """Addresses by number: what an endpoint is known by, whatever it is made of."""

    def __init__(self, number):
        self.number = number
        self.mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
        self.ip4 = f"10.0.{number >> 8}.{number & 255}"
        self.ip6 = f"fd00::{number:x}"

    def address(self, family):
        return self.ip6 if family == 6 else self.ip4

    def address_commands(self, device, mtu):
        """For ip(8), to give a device these addresses."""
        return (f"link set {device} mtu {mtu} up",
                f"addr add {self.ip4}/16 dev {device}",
                f"addr add {self.ip6}/64 dev {device} nodad")


class Host(Namespace, Station, Endpoint):
    """A host on a veth: `eth0` in its own namespace, `port` in the switch's.

    gro: receive offload of eth0, without which a devmap cannot deliver to `port` (a veth has it off).
    tx: transmit offloads of eth0; on, unless addresses=False: no IP at all, for tests with raw frames.
    """

    def __init__(self, outside, number, port=None, mtu=1500, gro=False, tx=None, addresses=True):
        Namespace.__init__(self, f"h{number}")
        Station.__init__(self, number)
        self.outside = outside
        self.port = port or f"p{number}"
        self.device = "eth0"
        try:
            outside.ip(f"link add {self.port} mtu {mtu} type veth "
                       f"peer name eth0 netns {self.name} address {self.mac}",
                       f"link set {self.port} up")
            if addresses:
                self.sysctl("net/ipv6/conf/eth0/disable_ipv6", 0)
                self.ip(*self.address_commands("eth0", mtu))
            else:
                self.ip(f"link set eth0 mtu {mtu} up")
            changes = ["gro", "on"] if gro else []
            if not (addresses if tx is None else tx):
                changes += ["tx", "off"]
            if changes:
                self.run("ethtool", "-K", "eth0", *changes)
        except BaseException:
            self.delete()
            raise
