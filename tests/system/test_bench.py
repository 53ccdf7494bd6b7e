# SPDX-License-Identifier: BSD-2-Clause
"""bench/run: that it measures, tells, draws, and leaves nothing behind. The figures are not looked at."""

import importlib.util
import json
import os
import signal
import subprocess

from harness.netns import run
from harness.wait import wait_for

BENCH = os.path.join(os.path.dirname(__file__), "..", "..", "bench", "run")
ROW = "tcp-request-p50"
SHORT = ("--rounds", "2", "--seconds", "0.05", ROW)
STARTED, ENDED = 20.0, 60.0  # seconds that it may take to be at work, and to come to an end


def start(*options):
    """In a process group of its own, as a terminal has it."""
    return subprocess.Popen(["/usr/bin/python3", BENCH, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, start_new_session=True)


def finish(process):
    """Exit status, standard output, standard error. Its namespaces are named after its process, and gone."""
    output, complaint = process.communicate(timeout=ENDED)
    assert not namespaces(process)
    return process.returncode, output, complaint


def namespaces(process):
    return [line for line in run("ip", "netns").splitlines() if line.startswith(f"xvt{process.pid}-")]


def test_report(tmp_path):
    status, output, complaint = finish(start("--json", str(tmp_path / "json"), "--plot", str(tmp_path), *SHORT))
    document = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    row, = document["rows"]
    assert document["machine"]["kernel"] in output and document["options"] == {"rounds": 2, "seconds": 0.05}
    for name in ("xvswitch", "bridge"):
        side = row["sides"][name]
        assert name in document["switches"] and side["title"] in output
        assert len(side["samples"]) == 2
        assert side["min"] <= side["quartiles"][0] <= side["median"] <= side["quartiles"][1] <= side["max"]
    ratio = row["ratios"][0]
    assert (ratio["of"], ratio["against"], ratio["goal"]) == ("xvswitch", "bridge", 0.97)
    assert ratio["reached"] == (ratio["median"] <= 0.97)
    assert f"{1 if ratio['reached'] else 0} of 1 goals reached" in output
    # Open vSwitch is measured, or there is a reason.
    assert "ovs" in row["sides"] or "ovs" in document["not_measured"]
    if importlib.util.find_spec("matplotlib"):
        assert status == 0, complaint
        for name in (ROW, f"{ROW}-ratios"):
            assert (tmp_path / f"{name}.svg").stat().st_size and (tmp_path / f"{name}.png").stat().st_size
    else:
        assert "apt-get install python3-matplotlib" in complaint


def test_interrupt():
    process = start("--seconds", "30", "--rounds", "1", ROW)
    wait_for(lambda: len(namespaces(process)) > 3, "it is at work", STARTED)
    os.killpg(process.pid, signal.SIGINT)
    assert finish(process)[0] == 130


def test_unknown_row():
    status, _, complaint = finish(start("nonsense"))
    assert status == 2 and 'no row "nonsense"' in complaint
