# SPDX-License-Identifier: BSD-2-Clause
"""Draws what was measured, each row a file of SVG and one of PNG: bars of its ratios or figures, or a curve."""

import os

WIDTH, HEIGHT, BAR = 8, 4.5, 0.5  # inches; bars may make it higher
FAR = 20  # times: where the greatest is that far from the least, the axis is logarithmic
COLOURS = {True: "#3a7d44", False: "#b5452c", None: "#5b7c99"}  # reached, missed, no goal


def _error_bars(found):
    """How far the least and the greatest are from the medians, as errorbar() wants them."""
    return [[one["median"] - one["min"] for one in found], [one["max"] - one["median"] for one in found]]


def _bars(axes, titles, found, colours):
    """From top to bottom, with the median written at each."""
    places = range(len(found))
    axes.barh(places, [one["median"] for one in found], xerr=_error_bars(found), color=colours, capsize=3)
    axes.set_yticks(places, titles)
    axes.invert_yaxis()
    for place, one in zip(places, found):
        axes.annotate(f"{one['median']:.3g}", (one["max"], place), xytext=(5, 0), textcoords="offset points",
                      va="center")
    axes.margins(x=0.15)
    if places and max(one["median"] for one in found) > FAR * min(one["median"] for one in found) > 0:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")


def _ratios(axes, row):
    sides, found = row["sides"], row["ratios"]
    _bars(axes, [f"{sides[one['of']]['title']}\n/ {sides[one['against']]['title']}" for one in found], found,
          [COLOURS[one["reached"] if one["goal"] else None] for one in found])
    for place, one in enumerate(found):
        if one["goal"]:
            axes.plot([one["goal"]] * 2, [place - 0.4, place + 0.4], color="black", linestyle="--")
    axes.set_xlabel("times, in the same round (least to greatest; dashed: goal)")


def _figures(axes, row):
    sides = list(row["sides"].values())
    _bars(axes, [side["title"] for side in sides], sides, COLOURS[None])
    axes.set_xlabel(f"{row['unit']} (least to greatest)")


def _curve(axes, row):
    for curve in dict.fromkeys(side["curve"] for side in row["sides"].values()):
        sides = [side for side in row["sides"].values() if side["curve"] == curve]
        axes.errorbar([side["at"] for side in sides], [side["median"] for side in sides], yerr=_error_bars(sides),
                      marker="o", capsize=3, label=curve)
    axes.set_xscale("symlog", linthresh=1)  # there may be none, too
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylim(0, 1.25 * max(side["max"] for side in row["sides"].values()))
    axes.set_xlabel(row["axis"])
    axes.set_ylabel(row["unit"])
    axes.grid(alpha=0.3)
    axes.legend()


def _drawings(row):
    """Of what a row has: the file's name, how high it is, and who draws it."""
    if row["axis"]:
        yield row["name"], HEIGHT, _curve
        return
    if row["ratios"]:
        yield f"{row['name']}-ratios", max(HEIGHT, BAR * len(row["ratios"])), _ratios
    yield row["name"], max(HEIGHT, BAR * len(row["sides"])), _figures


def draw(folder, document):
    """Returns sentences on what could not be drawn."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return ["nothing was drawn: matplotlib was not found: apt-get install python3-matplotlib"]
    os.makedirs(folder, exist_ok=True)
    machine = document["machine"]
    for row in document["rows"]:
        for name, height, drawing in _drawings(row) if row["sides"] else ():
            figure = Figure(figsize=(WIDTH, height), layout="constrained")
            FigureCanvasAgg(figure)
            axes = figure.add_subplot()
            drawing(axes, row)
            axes.set_title(row["title"], fontsize="medium", wrap=True)
            figure.supxlabel(f"{machine['processor']}, {machine['cpus']} CPUs, Linux {machine['kernel']}",
                             fontsize="x-small", color="grey")
            for kind in ("svg", "png"):
                figure.savefig(os.path.join(folder, f"{name}.{kind}"), dpi=120)
    return []
