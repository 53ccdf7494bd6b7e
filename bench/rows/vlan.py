# SPDX-License-Identifier: BSD-2-Clause
"""What VLANs cost a frame. A tag comes on top of the 60 octets."""

import functools

from rows import Goal, Row, Side
from rows.frames import XDP, flow

VID = "10"
ACCESS, TRUNK = f"tag={VID}", f"trunks={VID},20"  # not a trunk of all VLANs: a set costs a look into it

# The settings of the ports by which frames come and go, in Open vSwitch's words.
WAYS = {
    "untagged": ("", ""),
    "access-access": (ACCESS, ACCESS),
    "access-trunk": (ACCESS, TRUNK),
    "trunk-access": (TRUNK, ACCESS),
    "trunk-trunk": (TRUNK, TRUNK),
}
TITLES = {
    "untagged": "no VLANs",
    "access-access": "access to access",
    "access-trunk": "access to trunk (push)",
    "trunk-access": "trunk to access (pop)",
    "trunk-trunk": "trunk to trunk",
}


def set_up(lab, settings):
    if any(settings):
        # The third is where a flood would be seen.
        lab.switch.set_vlans({host.port: setting for host, setting in zip(lab.hosts, (*settings, TRUNK))})


def measure(lab, seconds, settings=("", ""), seen=False):
    """seen: does the tag stand in the frame where the sink looks, and not, as in a socket buffer, beside it?"""
    found, rate = flow(lab, seconds, tags=[VID if setting == TRUNK else "" for setting in settings])
    tagged = found["arrived"] if settings[1] == TRUNK else 0
    assert not seen or found["tagged"] == tagged, f"{found['tagged']} of {found['arrived']} frames arrived tagged"
    return rate


def side(switch, title, way):
    return Side(f"{switch}-{way}", f"{title}, {TITLES[way]}", switch,
                functools.partial(measure, settings=WAYS[way], seen=switch == "xvswitch"),
                functools.partial(set_up, settings=WAYS[way]))


def transparent(lab, seconds):
    """Tagged frames through a switch that knows nothing of VLANs."""
    return flow(lab, seconds, tags=(VID, VID))[1]


COMPARED = ("access-trunk", "trunk-access", "trunk-trunk")

ROWS = (
    Row(name="vlan-60", title="60-byte frames in VLANs, XDP ports", unit="Mpps",
        sides=(*(side("xvswitch", "xvswitch", way) for way in WAYS),
               Side("bridge", "Linux bridge, tagged", "bridge", transparent),
               *(side("bridge-vlan", "Linux bridge", way) for way in ("untagged", *COMPARED)),
               Side("bare", "bare redirect", "bare", measure),
               Side("bare-push", "bare redirect, push", "bare-push", measure)),
        goals=(Goal("xvswitch-access-access", "xvswitch-untagged"),
               Goal("xvswitch-access-trunk", "xvswitch-untagged", 0.93),
               Goal("xvswitch-trunk-access", "xvswitch-untagged"),
               Goal("xvswitch-trunk-trunk", "xvswitch-untagged", 0.95),
               Goal("xvswitch-trunk-trunk", "bridge"),
               *(Goal(f"bridge-vlan-{way}", "bridge-vlan-untagged") for way in COMPARED),
               Goal("xvswitch-untagged", "bridge-vlan-untagged", 5.5),
               *(Goal(f"xvswitch-{way}", f"bridge-vlan-{way}") for way in COMPARED),
               Goal("bare-push", "bare")),
        hosts=3, **XDP),
)
