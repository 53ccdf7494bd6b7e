# SPDX-License-Identifier: BSD-2-Clause
"""What was measured, as a table and as JSON."""

import os
import platform
import statistics


def machine():
    """What the figures were taken on."""
    processor = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                processor = line.partition(": ")[2].strip()
    return {"processor": processor, "cpus": os.cpu_count(), "kernel": platform.release(),
            "system": platform.freedesktop_os_release()["PRETTY_NAME"]}


def spread(samples):
    return {"median": statistics.median(samples), "min": min(samples), "max": max(samples),
            "samples": samples}


def ratios(row, samples):
    """For each goal of a row, the spread of the ratios within each round."""
    for goal in row.goals:
        if samples.get(goal.of) and samples.get(goal.against):
            pairs = zip(samples[goal.of], samples[goal.against])
            yield goal, spread([of / against for of, against in pairs])


def excesses(row, samples):
    """For each bound of a row, the spread of what it is for."""
    for bound in row.bounds:
        values, less = samples.get(bound.of), samples.get(bound.over)
        if values and not bound.over:
            yield bound, spread(values)
        elif values and less:
            yield bound, spread([value - other for value, other in zip(values, less)])


def as_json(row, samples):
    return {
        "name": row.name, "title": row.title, "unit": row.unit,
        "sides": {side.name: {"title": side.title, "switch": side.switch, **spread(samples[side.name])}
                  for side in row.sides if samples.get(side.name)},
        "ratios": [{"of": goal.of, "against": goal.against, "goal": goal.ratio, **found}
                   for goal, found in ratios(row, samples)],
        "bounds": [{"of": bound.of, "over": bound.over, "most": bound.most, **found}
                   for bound, found in excesses(row, samples)],
    }


def missed(result):
    """Sentences on the goals that a row, in the form of as_json(), did not reach, and the bounds it did not keep."""
    for ratio in result["ratios"]:
        if ratio["goal"] and ratio["median"] < ratio["goal"]:
            yield (f"{result['name']}: {ratio['of']} is {ratio['median']:.3f} times {ratio['against']}, "
                   f"and the goal is {ratio['goal']:g}")
    for bound in result["bounds"]:
        if bound["median"] > bound["most"]:
            over = f" over {bound['over']}" if bound["over"] else ""
            yield (f"{result['name']}: {bound['of']} is {bound['median']:.2f} {result['unit']}{over}, "
                   f"and the bound is {bound['most']:g}")


def _verdict(word, limit, good, bad, holds):
    return f"   {word} {limit:g}: {good if holds else bad}"


def _lines(row, samples):
    """Of each side, each bound of a difference, and each ratio: title, unit, decimals, spread, verdict."""
    titles = {side.name: side.title for side in row.sides}
    bounds = {(bound.of, bound.over): (found, _verdict("bound", bound.most, "kept", "exceeded",
                                                       found["median"] <= bound.most))
              for bound, found in excesses(row, samples)}
    for name, title in titles.items():
        if samples.get(name):
            yield title, row.unit, 2, spread(samples[name]), bounds.get((name, None), (None, ""))[1]
    for (of, over), (found, verdict) in bounds.items():
        if over:
            yield f"{titles[of]} - {titles[over]}", row.unit, 2, found, verdict
    for goal, found in ratios(row, samples):
        verdict = ""
        if goal.ratio:
            verdict = _verdict("goal", goal.ratio, "reached", "missed", found["median"] >= goal.ratio)
        yield f"{titles[goal.of]} / {titles[goal.against]}", "times", 3, found, verdict


def figures(row, samples):
    """Lines of one row: each side's figures, then what they are compared for."""
    yield f"{row.title} ({row.name})"
    lines = list(_lines(row, samples))
    width = max((len(line[0]) for line in lines), default=0)
    for title, unit, decimals, found, verdict in lines:
        median, least, greatest = (f"{found[key]:.{decimals}f}" for key in ("median", "min", "max"))
        yield f"  {title:<{width}}{median:>10} {unit:<7}{least:>9} to {greatest}{verdict}"
