# SPDX-License-Identifier: BSD-2-Clause
"""What a test works with, made on demand and taken away in the end."""

from harness import guest, netns
from harness.switch import Switch
from harness.tap import Tap


class Lab:
    """Switches, hosts, taps and machines; the end of the with statement, or close(), looks for what they left."""

    def __init__(self, folder):
        self.folder = folder
        self.switches, self.parts = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def switch(self, ns=None):
        made = Switch(self.folder, ns)
        self.switches.append(made)
        return made

    def host(self, outside, number, **options):
        made = netns.Host(outside, number, **options)
        self.parts.append(made.delete)
        return made

    def tap(self, outside, number, **options):
        made = Tap(outside, number, **options)
        self.parts.append(made.close)
        return made

    def namespace(self, label):
        made = netns.Namespace(label)
        self.parts.append(made.delete)
        return made

    def guest(self, outside, number, kernel_and_initramfs):
        """Booting; configure() waits for it, so that several boot at once."""
        folder = self.folder / f"vm{number}"
        folder.mkdir()
        made = guest.GuestStation(str(folder), outside, *kernel_and_initramfs, number)
        self.parts.append(made.close)
        return made

    def close(self):
        problems = []
        # The switches first: they have to give back devices that are still there.
        for switch in reversed(self.switches):
            problems += switch.close()
        for take_away in reversed(self.parts):
            take_away()
        assert not problems, "left behind, or complained of:\n" + "\n".join(problems)
