# SPDX-License-Identifier: BSD-2-Clause
"""Many addresses, met at random: what it costs to find each, where no cache has the last one."""

import functools

from harness.wait import wait_for
from rows import Goal, Row, Side, plain
from rows.frames import PEERS, XDP, beside_peers, flow, send

PAIRS, FEW, MANY = 1000, 1000, 1000000
TABLE, TABLE_MOST = 8192, 1 << 20  # mac-table-size, as it is from the start and at most
LEARNED = 60  # seconds that it may take


def traffic(stations, *options):
    return ("--stations", str(stations), *options)


def rate(lab, seconds, options):
    return flow(lab, seconds, options=options)[1]


def pairs(lab, seconds):
    return rate(lab, seconds, traffic(PAIRS, "--random"))


def destinations(stations):
    return functools.partial(rate, options=traffic(stations, "--one-source", "--random"))


def make_room(lab, stations):
    lab.switch.set_table_size(min(max(TABLE, stations + stations // 16), TABLE_MOST))


def teach(lab, stations):
    """The second host is heard with all its addresses, again where a burst was more than could be learned at once."""
    make_room(lab, stations)

    def are_known():
        send(lab, 0.01, options=traffic(stations, "--one-source"))
        return lab.switch.learned() >= stations

    wait_for(are_known, f"{stations} stations are learned", LEARNED)


def learned(stations):
    return functools.partial(teach, stations=stations)


def against_bare(name, stations, ratio):
    return Row(
        name=name, title=f"60-byte frames to random destinations among {stations:,}, XDP ports", unit="Mpps",
        sides=(Side("xvswitch", "xvswitch", "xvswitch", destinations(stations), learned(stations)),
               Side("bare", "bare redirect", "bare", destinations(stations))),
        goals=(Goal("xvswitch", "bare", ratio),), hosts=3, **XDP)


ROWS = (
    Row(name="stations-pairs", title="60-byte frames, random pairs of 1,000 addresses on each side, XDP ports",
        unit="Mpps", sides=plain(pairs, "xvswitch", *PEERS), goals=beside_peers(5), hosts=3, **XDP),
    against_bare("stations-thousand", FEW, 0.93),
    against_bare("stations-million", MANY, 0.65),
)
