# SPDX-License-Identifier: BSD-2-Clause
"""TCP between namespaces, as containers have it."""

from rows import Goal, Row, plain


def bulk(lab, seconds):
    sender, receiver = lab.hosts
    found = lab.measure("tcp", "--seconds", str(seconds), sender.name, receiver.name, receiver.ip4)
    return found["octets"] * 8 / found["seconds"] / 1e9


ROWS = (
    Row(name="tcp-bulk", title="TCP bulk, default offloads", unit="Gbit/s",
        sides=plain(bulk, "xvswitch", "bridge", "bridge-nonf", "ovs", "ovs-afxdp"),
        goals=(Goal("xvswitch", "bridge", 1.2), Goal("xvswitch", "bridge-nonf"), Goal("xvswitch", "ovs")),
        hosts=2, rx="tc"),
)
