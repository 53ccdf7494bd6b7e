# SPDX-License-Identifier: BSD-2-Clause
"""Debian's cloud kernel, downloaded once, for virtual machines."""

import glob
import os
import re
import shutil
import subprocess

META_PACKAGE = "linux-image-cloud-amd64"
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "xvswitch-tests")


class Unavailable(Exception):
    """There is no such kernel to be had here: why."""


def _run(*argv, **options):
    try:
        return subprocess.run(argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              **options).stdout
    except FileNotFoundError as problem:
        raise Unavailable(f"needs {argv[0]}") from problem
    except subprocess.CalledProcessError as problem:
        raise Unavailable(f"{' '.join(argv)}: {problem.stderr.strip()}") from problem


def _package():
    depends = _run("apt-cache", "depends", META_PACKAGE)
    match = re.search(r"Depends: (linux-image-\S+)", depends)
    if not match:
        raise Unavailable(f"no {META_PACKAGE} in apt's lists: apt-get update")
    return match[1]


def _download(package, folder):
    """Into a folder beside, so that a download that was broken off is never taken for a kernel."""
    partial = f"{folder}.{os.getpid()}"
    os.makedirs(partial)
    try:
        _run("apt-get", "download", package, cwd=partial)
        archive, = glob.glob(os.path.join(partial, "*.deb"))
        _run("dpkg", "-x", archive, partial)
        os.unlink(archive)
        version, = os.listdir(os.path.join(partial, "lib", "modules"))
        _run("busybox", "depmod", "-b", partial, version)
        if not os.path.isdir(folder):
            os.rename(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


class Kernel:
    """`image`, and modules() to go with it."""

    def __init__(self):
        cached = sorted(glob.glob(os.path.join(CACHE, "linux-image-*-cloud-amd64")))
        if cached:
            folder = cached[-1]
        else:
            package = _package()
            folder = os.path.join(CACHE, package)
            _download(package, folder)
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
