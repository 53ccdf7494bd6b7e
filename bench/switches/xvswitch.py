# SPDX-License-Identifier: BSD-2-Clause
"""This switch."""

import json
import os
import re
import socket
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
        self.add_ports(ports)
        self.chain(*(f"set interface {port} options:rx-hook={self.rx}" for port in ports))

    def chain(self, *commands):
        """Commands of xvsctl in one chain, and so one transaction. How many seconds until xvsctl was back."""
        if not commands:
            return 0.0
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

    def stop(self, bare):
        """bare: nothing is left in the kernel, as after a reboot."""
        self.switch.stop()
        if bare:
            self.switch.teardown()

    def start(self):
        """How many seconds it took until it answered."""
        start = time.monotonic()
        self.switch.start()
        return time.monotonic() - start

    def restart(self, bare):
        self.stop(bare)
        return self.start()

    def flush(self):
        self.chain("fdb/flush br0")

    def learned(self):
        """How many addresses. Asked without a process of its own, as somebody may be waiting for them to come."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(os.path.join(self.switch.run_dir, "ctl.sock"))
            client.sendall(json.dumps({"method": "run", "params": ["fdb/stats-show", "br0"], "id": 0}).encode())
            text = json.loads(client.recv(4096))["result"]["output"]
        current, fixed = (int(re.search(words, text)[1])
                          for words in (r"in the table: (\d+)/", r"Current static.*: (\d+)"))
        return current - fixed

    def pins(self):
        return self.switch.pins()

    def pid(self):
        return self.switch.process.pid

    def close(self):
        # Also when an interrupt from the keyboard has ended the daemon already.
        problems = self.switch.close()
        assert not problems, "\n".join(problems)
