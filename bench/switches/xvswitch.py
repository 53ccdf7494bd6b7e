# SPDX-License-Identifier: BSD-2-Clause
"""This switch."""

import os

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
        self.switch = Switch(lab.folder, lab.ns)
        self.switch.expect_log("")  # whatever it is, the figure says enough
        self.switch.start()
        words = ["add-br", "br0"]
        for host in lab.hosts:
            words += ["--", "add-port", "br0", host.port,
                      "--", "set", "interface", host.port, f"options:rx-hook={rx}"]
        # xvsctl warns that a socket's TCP does not pass a veth in XDP; the frames here come from no socket.
        status, _, complaint = self.switch.xvsctl(*words)
        assert not status, complaint

    def close(self):
        # Also when an interrupt from the keyboard has ended the daemon already.
        problems = self.switch.close()
        assert not problems, "\n".join(problems)
