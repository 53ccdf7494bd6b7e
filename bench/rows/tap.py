# SPDX-License-Identifier: BSD-2-Clause
"""From tap to tap, as virtual machines have it, with a generator in their place."""

from rows import Row, Side
from rows.frames import PEERS, beside_peers
import switches

TAPS = ("tap1", "tap2")


def make_taps(lab):
    lab.ns.ip(*(line for tap in TAPS for line in (f"tuntap add dev {tap} mode tap vnet_hdr", f"link set {tap} up")))
    lab.switch.connect(TAPS)


def frames(lab, seconds):
    found = lab.measure("tap", "--seconds", str(seconds), *TAPS)
    return found["frames"] / found["seconds"] / 1e6


def segments(lab, seconds):
    found = lab.measure("tap", "--seconds", str(seconds), "--gso", *TAPS)
    return found["octets"] * 8 / found["seconds"] / 1e9


def row(name, title, unit, measure, rx, ratio):
    return Row(name=name, title=title, unit=unit,
               sides=tuple(Side(switch, switches.ALL[switch].title, switch, measure, make_taps)
                           for switch in ("xvswitch", *PEERS)),
               goals=beside_peers(ratio), hosts=0, rx=rx)


ROWS = (
    row("tap-60-tc", "60-byte frames from tap to tap", "Mpps", frames, "tc", 1.4),
    row("tap-60-xdp", "60-byte frames from tap to tap, XDP ports", "Mpps", frames, "xdp", 1.55),
    row("tap-gso", "64 KB segments from tap to tap", "Gbit/s", segments, "tc", 1.3),
)
