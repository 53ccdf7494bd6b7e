# SPDX-License-Identifier: BSD-2-Clause
"""Raw frames between veths, born as XDP frames: what a switch costs where frames come from network cards."""

from rows import Goal, Row, plain

STRAYED = 0.01  # a switch that floods has not learned, and the figure would be another


def send(lab, seconds, tags=("", ""), options=()):
    """Frames from host 1 to host 2; hosts further on should see none of it. tags: the VID that either host sends
    with, or a range. Returns what was found."""
    ends = [f"{host.name}/{host.device}" for host in lab.hosts]
    for number, tag in enumerate(tags):
        ends[number] += f"@{tag}" if tag else ""
    return lab.measure("frames", "--cpu", "0", "--seconds", str(seconds), *options, *ends)


def flow(lab, seconds, **traffic):
    """The same where all is learned. Returns what was found, and the rate in Mpps."""
    found = send(lab, seconds, **traffic)
    assert found["arrived"], f"none of {found['sent']} frames arrived"
    assert found["strayed"] <= STRAYED * found["arrived"], f"{found['strayed']} frames strayed"
    return found, found["arrived"] / found["seconds"] / 1e6


def unicast(lab, seconds):
    return flow(lab, seconds)[1]


ROWS = (
    Row(name="frames-60", title="60-byte frames, XDP ports", unit="Mpps",
        sides=plain(unicast, "xvswitch", "bridge", "bridge-nonf", "ovs", "ovs-afxdp", "bare"),
        goals=(Goal("xvswitch", "bridge", 5.5), Goal("xvswitch", "bridge-nonf"), Goal("xvswitch", "ovs"),
               Goal("xvswitch", "ovs-afxdp"), Goal("xvswitch", "bare", 0.95)),
        hosts=3, rx="xdp", options={"gro": True, "addresses": False}),
)
