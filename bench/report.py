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


def as_json(row, samples):
    return {
        "name": row.name, "title": row.title, "unit": row.unit,
        "switches": {name: spread(values) for name, values in samples.items() if values},
        "ratios": [{"of": goal.of, "against": goal.against, "goal": goal.ratio, **found}
                   for goal, found in ratios(row, samples)],
    }


def missed(result):
    """Sentences on the goals that a row, in the form of as_json(), did not reach."""
    for ratio in result["ratios"]:
        if ratio["goal"] and ratio["median"] < ratio["goal"]:
            yield (f"{result['name']}: {ratio['of']} is {ratio['median']:.2f} times {ratio['against']}, "
                   f"and the goal is {ratio['goal']:g}")


def figures(row, samples, switches):
    """Lines of one row: each switch's figures, then the ratios."""
    yield f"{row.title} ({row.name})"
    for name, values in samples.items():
        if values:
            found = spread(values)
            yield (f"  {switches[name].title:<30}{found['median']:>9.2f} {row.unit:<8}"
                   f"{found['min']:>9.2f} to {found['max']:.2f}")
    for goal, found in ratios(row, samples):
        verdict = ""
        if goal.ratio:
            verdict = f"   goal {goal.ratio:g}: " + ("reached" if found["median"] >= goal.ratio else "missed")
        title = f"{switches[goal.of].title} / {switches[goal.against].title}"
        yield (f"  {title:<30}{found['median']:>9.2f} {'times':<8}"
               f"{found['min']:>9.2f} to {found['max']:.2f}{verdict}")
