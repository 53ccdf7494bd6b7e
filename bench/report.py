# SPDX-License-Identifier: BSD-2-Clause
"""What was measured, as a table and as JSON."""

import json
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
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive") if len(samples) > 1 else samples * 3
    return {"median": statistics.median(samples), "min": min(samples), "max": max(samples),
            "quartiles": [low, high], "samples": samples}


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


def as_json(row, samples, unfit):
    return {
        "name": row.name, "title": row.title, "unit": row.unit, "axis": row.axis,
        "sides": {side.name: {"title": side.title, "switch": side.switch, "at": side.at, "curve": side.curve,
                              **spread(samples[side.name])}
                  for side in row.sides if samples.get(side.name)},
        "not_measured": unfit,
        "ratios": [{"of": goal.of, "against": goal.against, "goal": goal.ratio, "less": goal.less,
                    "reached": goal.ratio is None or goal.reached(found["median"]), **found}
                   for goal, found in ratios(row, samples)],
        "bounds": [{"of": bound.of, "over": bound.over, "limit": bound.limit, "least": bound.least,
                    "reached": bound.reached(found["median"]), **found} for bound, found in excesses(row, samples)],
    }


def goals(result):
    """Of a row, in the form of as_json(), each goal as a sentence, and whether it was reached."""
    for ratio in result["ratios"]:
        if ratio["goal"]:
            word = "most" if ratio["less"] else "least"
            yield (f"{result['name']}: {ratio['of']} is {ratio['median']:.3f} times {ratio['against']}, "
                   f"and should be {ratio['goal']:g} at {word}"), ratio["reached"]
    for bound in result["bounds"]:
        word = "least" if bound["least"] else "most"
        over = f" over {bound['over']}" if bound["over"] else ""
        yield (f"{result['name']}: {bound['of']} is {bound['median']:.2f} {result['unit']}{over}, "
               f"and should be {bound['limit']:g} at {word}"), bound["reached"]


def _verdict(limit, least, reached):
    return f"   {'>=' if least else '<='} {limit:g}: {'reached' if reached else 'missed'}"


def _lines(row, samples):
    """Of each side, each bound of a difference, and each ratio: title, unit, decimals, spread, verdict."""
    titles = {side.name: side.title for side in row.sides}
    bounds = {(bound.of, bound.over): (found, _verdict(bound.limit, bound.least, bound.reached(found["median"])))
              for bound, found in excesses(row, samples)}
    for name, title in titles.items():
        if samples.get(name):
            yield title, row.unit, 2, spread(samples[name]), bounds.get((name, None), (None, ""))[1]
    for (of, over), (found, verdict) in bounds.items():
        if over:
            yield f"{titles[of]} - {titles[over]}", row.unit, 2, found, verdict
    for goal, found in ratios(row, samples):
        verdict = _verdict(goal.ratio, not goal.less, goal.reached(found["median"])) if goal.ratio else ""
        yield f"{titles[goal.of]} / {titles[goal.against]}", "times", 3, found, verdict


def figures(row, samples, unfit):
    """Lines of one row: each side's figures, then what they are compared for."""
    yield f"{row.title} ({row.name})"
    lines = list(_lines(row, samples))
    width = max((len(line[0]) for line in lines), default=0)
    for title, unit, decimals, found, verdict in lines:
        median, least, greatest = (f"{found[key]:.{decimals}f}" for key in ("median", "min", "max"))
        yield f"  {title:<{width}}{median:>10} {unit:<7}{least:>9} to {greatest}{verdict}"
    for title, reason in unfit.items():
        yield f"  {title}: not measured: {reason}"


def summary(results):
    """Lines on all goals together, and on each that was missed."""
    verdicts = [verdict for result in results for verdict in goals(result)]
    missed = [sentence for sentence, reached in verdicts if not reached]
    yield f"{len(verdicts) - len(missed)} of {len(verdicts)} goals reached" + (", but:" if missed else "")
    yield from (f"  {sentence}" for sentence in missed)


def write(path, document):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
