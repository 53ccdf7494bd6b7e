# SPDX-License-Identifier: BSD-2-Clause
"""Debian's packages, downloaded once and unpacked, not installed: nothing of them runs by itself."""

import glob
import os
import shutil
import subprocess

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "xvswitch-tests")


class Unavailable(Exception):
    """It is not to be had here: why."""


def run(*argv, **options):
    try:
        return subprocess.run(argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              **options).stdout
    except FileNotFoundError as problem:
        raise Unavailable(f"needs {argv[0]}") from problem
    except subprocess.CalledProcessError as problem:
        raise Unavailable(f"{' '.join(argv)}: {problem.stderr.strip()}") from problem


def unpacked(name, *packages, finish=lambda folder: None):
    """The folder that holds what is in these packages; finish(folder) is called once, after unpacking."""
    folder = os.path.join(CACHE, name)
    if os.path.isdir(folder):
        return folder
    # Into a folder beside, so that a download that was broken off is never taken for the whole.
    partial = f"{folder}.{os.getpid()}"
    os.makedirs(partial)
    try:
        run("apt-get", "download", *packages, cwd=partial)
        for archive in glob.glob(os.path.join(partial, "*.deb")):
            run("dpkg", "-x", archive, partial)
            os.unlink(archive)
        finish(partial)
        if not os.path.isdir(folder):
            os.rename(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder
