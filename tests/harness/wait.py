# SPDX-License-Identifier: BSD-2-Clause
"""Waiting for a state, never for a time."""

import time


def wait_for(state, what, deadline=5.0, pause=0.01):
    """Calls state() until it says something true and returns that.

    After `deadline` seconds the test fails, with `what` and the last thing that state() said or raised.
    """
    end = time.monotonic() + deadline
    while True:
        last = None
        try:
            last = state()
            if last:
                return last
        except AssertionError as problem:
            last = problem
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline:g} s: {what}; the last look showed: {last!r}")
        time.sleep(pause)
