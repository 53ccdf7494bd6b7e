# SPDX-License-Identifier: BSD-2-Clause
"""Ours against Debian's ovs-vsctl: what both say to the same command lines, octet by octet.

The scripts are in conformance/. Both programs play each from an empty database, Open vSwitch's without ovs-vswitchd,
so that columns which only a running switch fills are not compared. DIFFERENCES has what is meant to differ.
"""

import glob
import os
import threading

import pytest

from harness import openvswitch
from harness.vsctl import Oracle, Subject, differences

FOLDER = os.path.join(os.path.dirname(__file__), "conformance")
SCRIPTS = {os.path.basename(path).removesuffix(".vsctl"): path for path in glob.glob(os.path.join(FOLDER, "*.vsctl"))}


@pytest.fixture(scope="module")
def available():
    why = openvswitch.missing()
    if why:
        pytest.skip(f"nothing to compare with: {why}")


@pytest.fixture
def oracle(available, tmp_path):
    made = Oracle(str(tmp_path / "oracle"))
    yield made
    made.close()


@pytest.fixture
def subject(lab):
    made = Subject(lab)
    yield made
    made.close()


def told(line, theirs, ours):
    return f"{line}\n  Open vSwitch: {theirs.status} {theirs.output!r} {theirs.complaint!r}" \
           f"\n  here:         {ours.status} {ours.output!r} {ours.complaint!r}"


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_same_words(name, oracle, subject):
    with open(SCRIPTS[name], encoding="utf-8") as file:
        found = differences(file.read(), oracle, subject)
    assert not found, f"{len(found)} lines differ:\n" + "\n".join(told(*line) for line in found)
