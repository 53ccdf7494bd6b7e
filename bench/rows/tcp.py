# SPDX-License-Identifier: BSD-2-Clause
"""Sockets in namespaces, as containers have them: TCP and UDP."""

import functools

from rows import Goal, Row, plain
from rows.frames import PEERS, beside_peers


def measure(lab, seconds, program):
    sender, receiver = lab.hosts
    return lab.measure(program, "--seconds", str(seconds), sender.name, receiver.name, receiver.ip4)


def bulk(lab, seconds):
    found = measure(lab, seconds, "tcp")
    return found["octets"] * 8 / found["seconds"] / 1e9


def datagrams(lab, seconds):
    found = measure(lab, seconds, "udp")
    return found["datagrams"] / found["seconds"] / 1e6


def latency(lab, seconds, which):
    return measure(lab, seconds, "request")[which] * 1e6


def latencies(which, title, ratio):
    return Row(name=f"tcp-request-{which}", title=f"TCP request and response, on one CPU, {title}", unit="us",
               sides=plain(functools.partial(latency, which=which), "xvswitch", *PEERS),
               goals=(Goal("xvswitch", "bridge", ratio, less=True), *beside_peers(None)[1:]), hosts=2, rx="tc")


ROWS = (
    Row(name="udp-60", title="60-byte frames of UDP between namespaces", unit="Mpps",
        sides=plain(datagrams, "xvswitch", *PEERS), goals=beside_peers(1.5), hosts=2, rx="tc"),
    Row(name="tcp-bulk", title="TCP bulk between namespaces, default offloads", unit="Gbit/s",
        sides=plain(bulk, "xvswitch", *PEERS), goals=beside_peers(1.2), hosts=2, rx="tc"),
    Row(name="tcp-wire", title="TCP bulk, sender without offloads, XDP ports, GRO behind them", unit="Gbit/s",
        sides=plain(bulk, "xvswitch", *PEERS), goals=beside_peers(1.1), hosts=2, rx="xdp",
        options={"gro": True, "tx": False}),
    latencies("p50", "median", 0.97),
    latencies("p99", "slowest of a hundred", 1),
)
