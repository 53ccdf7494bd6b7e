# SPDX-License-Identifier: BSD-2-Clause
"""Tables and columns are those of Open vSwitch's schema, as Debian's package has it, but for what is listed here."""

import json
import os
import subprocess

import pytest

from harness import openvswitch
from harness.compile import tool
from harness.package import Unavailable, unpacked

# (table, column, property): why ours is another one.
VID = "4095 is no VLAN: IEEE 802.1Q reserves it, and so do we."
DIFFERENCES = {
    ("Bridge", "flood_vlans", "key maxInteger"): VID,
    ("Interface", "type", "key enum"): "What we have no such interface for is refused at once, not later in `error`.",
    ("Mirror", "output_vlan", "key maxInteger"): VID,
    ("Mirror", "select_vlan", "key maxInteger"): VID,
    ("Port", "cvlans", "key maxInteger"): VID,
    ("Port", "tag", "key maxInteger"): VID,
    ("Port", "tag", "key minInteger"): "VID 0 stands for no VLAN: an access port of VLAN 0 is one without a tag.",
    ("Port", "trunks", "key maxInteger"): VID,
}
OURS = {"Static_MAC"}


@pytest.fixture(scope="module")
def theirs():
    try:
        root = unpacked("openvswitch", *openvswitch.PACKAGES)
    except Unavailable as why:
        pytest.skip(str(why))
    with open(os.path.join(root, "usr/share/openvswitch/vswitch.ovsschema"), encoding="ascii") as file:
        return json.load(file)


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    program = tool(tmp_path_factory.mktemp("schema"), "schema_json", "jansson", sources=["db/schema_tables.c"])
    return json.loads(subprocess.run([program], check=True, stdout=subprocess.PIPE).stdout)


def base_type(name, written):
    """RFC 7047 3.2: a name alone stands for a type without constraints."""
    written = {"type": written} if isinstance(written, str) else dict(written)
    if "enum" in written:
        written["enum"] = sorted(written["enum"][1])  # ["set", [...]]
    return {f"{name} {part}": value for part, value in written.items()}


def properties(column):
    """A column of their schema, spelled out."""
    written = column["type"]
    if isinstance(written, str) or "key" not in written:
        written = {"key": written}
    found = {"min": written.get("min", 1), "max": written.get("max", 1), "mutable": column.get("mutable", True)}
    found.update(base_type("key", written["key"]))
    if "value" in written:
        found.update(base_type("value", written["value"]))
    return found


def flat(tables, spell):
    """(table, column, property): its value."""
    return {(table, column, part): value
            for table, content in tables.items() for column, written in content["columns"].items()
            for part, value in spell(written).items()}


def test_tables(theirs, ours):
    assert theirs["version"].startswith("8.3."), "another Open vSwitch: look at what is new in it"
    assert set(ours) - set(theirs["tables"]) == OURS
    assert set(theirs["tables"]) <= set(ours)
    for name, table in theirs["tables"].items():
        assert ours[name]["isRoot"] == table.get("isRoot", False), name
        assert set(ours[name]["columns"]) == set(table["columns"]), name


def test_columns(theirs, ours):
    ours = {name: table for name, table in ours.items() if name not in OURS}
    expected = flat(theirs["tables"], properties)
    found = flat(ours, lambda column: properties({"type": column, "mutable": column["mutable"]}))
    different = {place: (expected.get(place), found.get(place))
                 for place in {**expected, **found} if expected.get(place) != found.get(place)}
    unknown = {place: values for place, values in different.items() if place not in DIFFERENCES}
    assert not unknown, "(theirs, ours)"
    assert set(different) == set(DIFFERENCES), "listed, but not different"


def test_what_the_switch_answers(theirs, ours):
    """What is not stored in Open vSwitch is nothing that a user could store here."""
    for name, table in theirs["tables"].items():
        for column, written in table["columns"].items():
            if written.get("ephemeral"):
                assert ours[name]["columns"][column]["ephemeral"], (name, column)
