# SPDX-License-Identifier: BSD-2-Clause
"""What is measured on them: a row of the table each."""

import dataclasses
from typing import Callable

import switches


@dataclasses.dataclass(frozen=True)
class Side:
    """One of those that a row compares: a switch, how it is set up, and what is asked of it.

    measure(lab, seconds) returns one figure. prepare(lab) comes once before the first; sides with the same switch
    and the same prepare share a lab. at: where it stands on the row's axis; curve: the name of the curve that it is a point of.
    """

    name: str
    title: str
    switch: str
    measure: Callable
    prepare: Callable | None = None
    at: float | None = None
    curve: str = ""

    @property
    def lab(self):
        """What tells the labs of a row apart."""
        return self.switch, self.prepare


@dataclasses.dataclass(frozen=True)
class Goal:
    """`of` should be at least, or where less is better at most, `ratio` times `against`; a ratio of None is only
    shown."""

    of: str
    against: str
    ratio: float | None = None
    less: bool = False

    def reached(self, ratio):
        return ratio <= self.ratio if self.less else ratio >= self.ratio


@dataclasses.dataclass(frozen=True)
class Bound:
    """`of` should be `limit` at most, or at least, in the row's unit; or be more than `over` by so much at most."""

    of: str
    limit: float
    over: str | None = None
    least: bool = False

    def reached(self, figure):
        return figure >= self.limit if self.least else figure <= self.limit


@dataclasses.dataclass(frozen=True)
class Row:
    """goals are of ratios, bounds of figures. axis: what the sides have more and more of, where the row is a curve."""

    name: str
    title: str
    unit: str
    sides: tuple
    hosts: int
    rx: str
    goals: tuple = ()
    bounds: tuple = ()
    axis: str = ""
    options: dict = dataclasses.field(default_factory=dict)


def plain(measure, *names):
    """A side for each of these switches, as it is without any settings."""
    return tuple(Side(name, switches.ALL[name].title, name, measure) for name in names)


from rows import config_scale, curves, daemon, flow, flow_scale, frames, stations, tap, tcp, vlan, vlan_scale  # noqa: E402

ALL = {row.name: row for row in (*frames.ROWS, *stations.ROWS, *tcp.ROWS, *tap.ROWS, *vlan.ROWS, *vlan_scale.ROWS,
                             *flow.ROWS, *flow_scale.ROWS, *daemon.ROWS, *config_scale.ROWS, *curves.ROWS)}


def named(word):
    """Names of the rows that somebody means by a word: the row of this name, and those whose names go on from it."""
    return [name for name in ALL if name == word or name.startswith(f"{word}-")]


def usual(scale):
    """Names of the rows that are measured when none is named: those that have to do with scale, or the others."""
    return [name for name in ALL if ("-scale" in name) == scale]
