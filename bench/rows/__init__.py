# SPDX-License-Identifier: BSD-2-Clause
"""What is measured on them: a row of the table each."""

import dataclasses
from typing import Callable


@dataclasses.dataclass(frozen=True)
class Goal:
    """`of` should be at least `ratio` times `against`; a ratio of None is only shown."""

    of: str
    against: str
    ratio: float | None = None


@dataclasses.dataclass(frozen=True)
class Row:
    """measure(lab, seconds) returns one figure in `unit`; more is better."""

    name: str
    title: str
    unit: str
    switches: tuple
    goals: tuple
    hosts: int
    rx: str
    measure: Callable
    options: dict = dataclasses.field(default_factory=dict)


from rows import frames, tcp  # noqa: E402

ALL = {row.name: row for row in (*frames.ROWS, *tcp.ROWS)}
