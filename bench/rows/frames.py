# SPDX-License-Identifier: BSD-2-Clause
"""Raw frames between veths, born as XDP frames: what a switch costs where frames come from network cards."""

import concurrent.futures
import functools
import os

from lab import Unfit
from rows import Goal, Row, Side, plain
import switches

XDP = {"rx": "xdp", "options": {"gro": True, "addresses": False}}  # of a row with such hosts
STRAYED = 0.01  # a switch that floods has not learned, and the figure would be another
TRIES = 3  # a burst may be more than a switch can learn from at once


def send(lab, seconds, tags=("", ""), options=()):
    """Frames from host 1 to host 2; hosts further on should see none of it. tags: the VID that either host sends
    with, or a range. Returns what was found."""
    ends = [f"{host.name}/{host.device}" for host in lab.hosts]
    for number, tag in enumerate(tags):
        ends[number] += f"@{tag}" if tag else ""
    return lab.measure("frames", "--cpu", "0", "--seconds", str(seconds), *options, *ends)


def flow(lab, seconds, **traffic):
    """The same where all is learned. Returns what was found, and the rate in Mpps."""
    for _ in range(TRIES):
        found = send(lab, seconds, **traffic)
        if found["arrived"] and found["strayed"] <= STRAYED * found["arrived"]:
            return found, found["arrived"] / found["seconds"] / 1e6
    raise AssertionError(f"it does not learn: of {found['sent']} frames {found['arrived']} arrived, and {found['strayed']} strayed")


def unicast(lab, seconds):
    return flow(lab, seconds)[1]


def broadcast(lab, seconds):
    """Copies, in Mpps."""
    found = send(lab, seconds, options=("--broadcast",))
    assert found["arrived"], "nothing arrived"
    return (found["arrived"] + found["strayed"]) / found["seconds"] / 1e6


def each_on_a_cpu(lab, seconds, pairs):
    """Many conversations of so many pairs of hosts at once, each pair's on a CPU of its own: all together."""
    if os.cpu_count() < pairs:
        raise Unfit(f"needs {pairs} CPUs")

    def rate(pair):
        sender, receiver = lab.hosts[2 * pair:2 * pair + 2]
        found = lab.measure("frames", "--cpu", str(pair), "--seconds", str(seconds), "--stations", "1000", "--random",
                            *(f"{host.name}/{host.device}" for host in (sender, receiver)))
        return found["arrived"] / found["seconds"] / 1e6

    with concurrent.futures.ThreadPoolExecutor() as threads:
        return sum(threads.map(rate, range(pairs)))


def cpu_side(switch, pairs):
    return Side(f"{switch}-{pairs}", f"{switches.ALL[switch].title}, {pairs} CPU{'s' * (pairs > 1)}", switch,
                functools.partial(each_on_a_cpu, pairs=pairs))


PEERS = ("bridge", "bridge-nonf", "ovs", "ovs-afxdp")


def beside_peers(ratio):
    """Goals: so many times the Linux bridge's rate; the others are shown."""
    return (Goal("xvswitch", "bridge", ratio), *(Goal("xvswitch", peer) for peer in PEERS[1:]))


ROWS = (
    Row(name="frames-60", title="60-byte frames, XDP ports", unit="Mpps",
        sides=plain(unicast, "xvswitch", *PEERS, "bare"),
        goals=(*beside_peers(5.5), Goal("xvswitch", "bare", 0.95)), hosts=3, **XDP),
    Row(name="frames-broadcast", title="60-byte broadcasts to 31 XDP ports, copies", unit="Mpps",
        sides=plain(broadcast, "xvswitch", *PEERS), goals=beside_peers(2.5), hosts=32, **XDP),
    Row(name="frames-cpus", title="60-byte frames of 1,000 addresses on each side at random, XDP ports", unit="Mpps",
        sides=tuple(cpu_side(switch, pairs) for switch in ("xvswitch", "bridge", "bare") for pairs in (1, 2)),
        goals=(Goal("xvswitch-2", "xvswitch-1", 1.9), Goal("bridge-2", "bridge-1"),
               Goal("bare-2", "bare-1")), hosts=4, **XDP),
)
