# SPDX-License-Identifier: BSD-2-Clause
"""What is the daemon's part: to learn, to be idle, to start."""

import concurrent.futures
import contextlib
import functools
import os
import socket
import statistics
import time

from harness.frames import BROADCAST, Capture, frame, send
from harness.wait import wait_for
import memory
from rows import Bound, Row, Side
from rows.config_scale import make_ports
from rows.frames import XDP, send as send_many
from rows.stations import make_room

MACS = 100000
LEARNED = 5  # seconds that it may take
SINGLES, PAUSE = 200, 0.001  # frames, and seconds between them
IDLE = 5     # seconds to look on, at least

ONCE = ("--stations", str(MACS), "--one-destination", "--once")


# Learning

def learn(lab, _):
    """Millions a second, from the last look that shows none to the first that shows all. Each frame comes once."""
    lab.switch.flush()
    send_many(lab, 0.01)
    before = known = lab.switch.learned()
    with concurrent.futures.ThreadPoolExecutor() as threads:
        sending = threads.submit(send_many, lab, 0, options=ONCE)
        first = last = time.monotonic()  # when none was known yet; when another one was
        while known < before + MACS and (not sending.done() or time.monotonic() < last + LEARNED):
            looked, seen = time.monotonic(), lab.switch.learned()
            if seen == before:
                first = looked
            if seen != known:
                known, last = seen, time.monotonic()
        sending.result()
    assert known == before + MACS, f"{before + MACS - known} of {MACS} were missed"
    return MACS / (last - first) / 1e6


def entry_time(lab, _):
    """Milliseconds from one frame to its entry, the slowest of a hundred; to ask for it is part of them."""
    sender, taken = lab.hosts[0], []
    lab.switch.flush()
    with sender.inside(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((sender.device, 0))
        for number in range(SINGLES):
            known = lab.switch.learned()
            start = time.monotonic()
            out.send(frame(BROADCAST, f"02:00:01:00:{number >> 8:02x}:{number & 255:02x}"))
            while lab.switch.learned() == known:
                assert time.monotonic() < start + LEARNED, "an address was missed"
            taken.append(time.monotonic() - start)
            time.sleep(PAUSE)
    return statistics.quantiles(taken, n=100)[-1] * 1e3


# Idle

def many_ports_and_macs(lab):
    make_ports(lab)
    make_room(lab, MACS)

    def are_known():
        send_many(lab, 0, options=ONCE)
        return lab.switch.learned() >= MACS

    wait_for(are_known, f"{MACS} addresses are learned", LEARNED)


def _switches(pid):
    """How often the daemon was woken, all its threads together."""
    count = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status", encoding="ascii", errors="replace") as file:
            count += sum(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
    return count


def wake_ups(lab, seconds):
    pid, seconds = lab.switch.pid(), max(seconds, IDLE)
    before = _switches(pid)
    time.sleep(seconds)
    return (_switches(pid) - before) / seconds


def resident(lab, _):
    return memory.of_process(lab.switch.pid())


# Start

def first_frame(lab, _):
    """Seconds from the start of the daemon, with nothing in the kernel, to the first frame from one host to another."""
    sender, receiver = lab.hosts[:2]
    probe = frame(BROADCAST, sender.mac)
    with contextlib.ExitStack() as stack:
        threads = stack.enter_context(concurrent.futures.ThreadPoolExecutor())
        capture = stack.enter_context(Capture(receiver))
        lab.switch.stop(bare=True)
        start = time.monotonic()
        starting = threads.submit(lab.switch.start)

        def has_arrived():
            send(sender, sender.device, probe)
            return capture.matching(lambda octets: octets == probe)

        wait_for(has_arrived, "a frame is forwarded", 30, pause=0.001)
        elapsed = time.monotonic() - start
        starting.result()
    return elapsed


ROWS = (
    Row(name="learn", title=f"{MACS:,} new addresses in one burst, none missed", unit="M/s",
        sides=(Side("xvswitch", "xvswitch", "xvswitch", learn,
                    functools.partial(make_room, stations=MACS)),),
        bounds=(Bound("xvswitch", 1, least=True),), hosts=3, **XDP),
    Row(name="learn-single", title="One new address at a time, until it is learned, slowest of a hundred", unit="ms",
        sides=(Side("xvswitch", "xvswitch", "xvswitch", entry_time),),
        bounds=(Bound("xvswitch", 1),), hosts=2, **XDP),
    Row(name="idle-wakeups", title=f"Idle daemon, 1,000 ports, {MACS:,} addresses: wake-ups", unit="/s",
        sides=(Side("xvswitch", "xvswitch", "xvswitch", wake_ups, many_ports_and_macs),),
        bounds=(Bound("xvswitch", 1),), hosts=2, **XDP),
    Row(name="idle-memory", title=f"Idle daemon, 1,000 ports, {MACS:,} addresses: resident", unit="MiB",
        sides=(Side("xvswitch", "xvswitch", "xvswitch", resident, many_ports_and_macs),),
        bounds=(Bound("xvswitch", 32),), hosts=2, **XDP),
    Row(name="start", title="Start to the first frame, 1,000 ports, nothing in the kernel", unit="s",
        sides=(Side("xvswitch", "xvswitch", "xvswitch", first_frame, make_ports),),
        bounds=(Bound("xvswitch", 5),), hosts=2, rx="tc"),
)
