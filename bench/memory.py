# SPDX-License-Identifier: BSD-2-Clause
"""Memory of a switch: what its BPF maps take in the kernel, and its daemon beside it. All in MiB."""

import json

from harness import bpf
from harness.netns import run


def _maps():
    """All of the kernel: one call for thousands that may be in a map of maps."""
    return {found["id"]: found for found in json.loads(run("bpftool", "-j", "map", "show"))}


def _inner_maps(identifier):
    """Identifiers of the maps that a map of maps holds: each is the value of an element, in four octets."""
    for element in json.loads(run("bpftool", "-j", "map", "dump", "id", str(identifier))):
        if "value" in element:
            yield int.from_bytes([int(octet, 16) for octet in element["value"]], "little")


def of_maps(folder):
    """Of all maps that are pinned in a folder, and of those in them."""
    wanted, found = set(bpf.pinned_maps(folder)), _maps()
    for identifier in wanted & found.keys():
        if found[identifier]["type"].endswith("_of_maps"):
            wanted |= set(_inner_maps(identifier))
    return sum(found[identifier]["bytes_memlock"] for identifier in wanted & found.keys()) / 2**20


def of_process(pid):
    """What is resident; of the maps, too, what the process has mapped and looked at."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 2**10
    raise AssertionError(f"process {pid} has no memory")
