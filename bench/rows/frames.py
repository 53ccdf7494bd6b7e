# SPDX-License-Identifier: BSD-2-Clause
"""Raw frames between veths, born as XDP frames: what a switch costs where frames come from network cards."""

from rows import Goal, Row

STRAYED = 0.01  # a switch that floods has not learned, and the figure would be another


def unicast(lab, seconds):
    """From host 1 to host 2; hosts further on should see none of it."""
    found = lab.measure("frames", "--cpu", "0", "--seconds", str(seconds),
                        *(f"{host.name}/{host.device}" for host in lab.hosts))
    assert found["arrived"], f"none of {found['sent']} frames arrived"
    assert found["strayed"] <= STRAYED * found["arrived"], f"{found['strayed']} frames strayed"
    return found["arrived"] / found["seconds"] / 1e6


ROWS = (
    Row(name="frames-60", title="60-byte frames, XDP ports", unit="Mpps",
        switches=("xvswitch", "bridge", "bridge-nonf", "bare"),
        goals=(Goal("xvswitch", "bridge", 4.0), Goal("xvswitch", "bridge-nonf"), Goal("xvswitch", "bare")),
        hosts=3, rx="xdp", measure=unicast, options={"gro": True, "addresses": False}),
)
