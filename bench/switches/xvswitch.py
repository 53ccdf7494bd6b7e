# SPDX-License-Identifier: BSD-2-Clause
"""This switch."""

import os
import re
import time

from harness.netns import run
from harness.switch import Switch, XVSWITCHD


class Xvswitch:
    name = "xvswitch"
    title = "xvswitch"

    @staticmethod
    def missing():
        return None if os.access(XVSWITCHD, os.X_OK) else f"{XVSWITCHD} is not built"

    @staticmethod
    def version():
        return run(XVSWITCHD, "--version").splitlines()[0]

    def __init__(self, lab, rx):
        self.rx = rx
        self.switch = Switch(lab.folder, lab.ns)
        self.switch.expect_log("")  # whatever it is, the figure says enough
        try:
            self.switch.start()
            self.chain("add-br br0")
            self.connect([host.port for host in lab.hosts])
        except BaseException:
            self.switch.close()
            raise

    def connect(self, ports):
        if ports:
            self.add_ports(ports)
            self.chain(*(f"set interface {port} options:rx-hook={self.rx}" for port in ports))

    def chain(self, *commands):
        """Commands of xvsctl in one chain, and so one transaction. How many seconds until xvsctl was back."""
        words = [word for command in commands for word in ("--", *command.split())]
        start = time.monotonic()
        status, _, complaint = self.switch.xvsctl(*words)
        elapsed = time.monotonic() - start
        # A mere warning is none of ours: that a socket's TCP does not pass a veth in XDP, say. No socket sends here.
        assert not status, complaint
        return elapsed

    def add_ports(self, ports, setting=""):
        return self.chain(*(f"add-port br0 {port} {setting}" for port in ports))

    def del_ports(self, ports):
        return self.chain(*(f"del-port {port}" for port in ports))

    def set_vlans(self, ports):
        """How many seconds it took."""
        return self.chain(*(f"set port {port} {setting}" for port, setting in ports.items()))

    def clear_vlans(self, ports):
        return self.chain(*(f"clear port {port} tag trunks" for port in ports))

    def set_table_size(self, size):
        self.chain(f"set bridge br0 other-config:mac-table-size={size}")

    def add_flows(self, path):
        """How many seconds it took."""
        return self.chain(f"add-flows br0 {path}")

    def replace_flows(self, path):
        """How many seconds it took."""
        return self.chain(f"replace-flows br0 {path}")

    def del_flows(self):
        self.chain("del-flows br0")

    def counted(self, match):
        """How many frames, at all flows that are within a match."""
        return int(re.search(r"packet_count=(\d+)", self.switch.ctl("dump-aggregate", "br0", match))[1])

    def restart(self, bare):
        """How many seconds a start took until it answered; bare: with nothing in the kernel, as after a reboot."""
        self.switch.stop()
        if bare:
            self.switch.teardown()
        start = time.monotonic()
        self.switch.start()
        return time.monotonic() - start

    def learned(self):
        """How many addresses."""
        stats = self.switch.fdb_stats()
        return stats["current"] - stats["static"]

    def pins(self):
        return self.switch.pins()

    def pid(self):
        return self.switch.process.pid

    def close(self):
        # Also when an interrupt from the keyboard has ended the daemon already.
        problems = self.switch.close()
        assert not problems, "\n".join(problems)
