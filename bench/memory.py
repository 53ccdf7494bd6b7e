# SPDX-License-Identifier: BSD-2-Clause
"""Memory of a switch: what its BPF maps take in the kernel, and its daemon beside it. All in MiB."""

from harness import bpf


def of_maps(folder):
    """Of all maps that are pinned in a folder, and of those in them."""
    return bpf.map_octets(folder) / 2**20


def of_process(pid):
    """What is resident; of the maps, too, what the process has mapped and looked at."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 2**10
    raise AssertionError(f"process {pid} has no memory")
