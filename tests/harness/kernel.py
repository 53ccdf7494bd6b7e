# SPDX-License-Identifier: BSD-2-Clause
"""Debian's cloud kernel, downloaded once, for virtual machines."""

import glob
import os
import re

from harness.package import CACHE, Unavailable, run, unpacked

META_PACKAGE = "linux-image-cloud-amd64"


def _package():
    depends = run("apt-cache", "depends", META_PACKAGE)
    match = re.search(r"Depends: (linux-image-\S+)", depends)
    if not match:
        raise Unavailable(f"no {META_PACKAGE} in apt's lists: apt-get update")
    return match[1]


def _index_modules(folder):
    version, = os.listdir(os.path.join(folder, "lib", "modules"))
    run("busybox", "depmod", "-b", folder, version)


class Kernel:
    """`image`, and modules() to go with it."""

    def __init__(self):
        cached = sorted(glob.glob(os.path.join(CACHE, "linux-image-*-cloud-amd64")))
        if cached:
            folder = cached[-1]
        else:
            package = _package()
            folder = unpacked(package, package, finish=_index_modules)
        self.image, = glob.glob(os.path.join(folder, "boot", "vmlinuz-*"))
        self.version = os.path.basename(self.image).removeprefix("vmlinuz-")
        self.folder = os.path.join(folder, "lib", "modules", self.version)
        self.needs = {}
        with open(os.path.join(self.folder, "modules.dep"), encoding="ascii") as file:
            for line in file:
                module, _, needed = line.partition(":")
                self.needs[module] = needed.split()
        self.by_name = {os.path.basename(module).removesuffix(".ko").replace("-", "_"): module
                        for module in self.needs}

    def modules(self, *names):
        """Files of these modules and of all that they need, in the order in which insmod takes them."""
        order = []

        def add(module):
            for needed in self.needs[module]:
                add(needed)
            if module not in order:
                order.append(module)

        for name in names:
            if name in self.by_name:  # else it is built in
                add(self.by_name[name])
        return [os.path.join(self.folder, module) for module in order]
