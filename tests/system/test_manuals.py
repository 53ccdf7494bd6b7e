# SPDX-License-Identifier: BSD-2-Clause
"""The manual pages: their form, and that the generated one says what the tables are."""

import os
import shutil
import subprocess

import pytest

from harness.compile import SOURCE
from harness.switch import BUILD, XVSCTL

GENERATED = os.path.join(BUILD, "docs", "xvswitch.conf.db.5")


@pytest.mark.parametrize("page", [os.path.join(SOURCE, "docs", "xvswitchd.8"), os.path.join(SOURCE, "docs", "xvsctl.8"),
                                  GENERATED], ids=os.path.basename)
def test_form(page):
    if not shutil.which("mandoc"):
        pytest.skip("needs mandoc: the form of the manual pages is not tested")
    assert subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True).stdout == ""


def test_every_command_is_told():
    commands = subprocess.run([XVSCTL, "--commands"], stdout=subprocess.PIPE, text=True, check=True).stdout
    names = {line.split(",")[1] for line in commands.splitlines()}
    with open(os.path.join(SOURCE, "docs", "xvsctl.8"), encoding="utf-8") as file:
        words = file.read().split()
    told = {word for before, word in zip(words, words[1:]) if before == "Cm"}
    assert len(names) > 50 and names - told == set()


@pytest.mark.parametrize("table,said", [
    ("Bridge", "A record is named by its\n.Va name ."),
    ("Bridge", ".It Va other_config Ns Cm \\&:mac-table-size\n"
               "How many addresses the bridge learns; 8192 unless told.\n"
               "It may be a number of addresses from 1 to 1048576."),
    ("Controller", "A record is named as the Bridge whose\n.Va controller\nrefers to it and to no other."),
    ("Controller", ".It Va controller_burst_limit Pq kept\nOptional integer (at least 25)."),
    ("Controller", ".It Va is_connected Pq live\nBoolean."),
    ("CT_Timeout_Policy", "udp_multiple or udp_single) to integers (0 to 4294967295)."),
    ("Flow_Table", ".It Va prefixes Pq kept\nSet of at most 3 strings."),
    ("Interface", '.It Va type Pq acts\nString ("", internal, patch or system).'),
    ("Mirror", ".It Va output_port Pq kept\nOptional weak reference to Port."),
    ("NetFlow", ".It Va targets Pq kept\nNon-empty set of strings."),
    ("Port", ".It Va tag Pq acts\nOptional integer (1 to 4094).\nVLAN of an access port"),
    ("QoS", ".It Va queues Pq kept\nMap from integers (0 to 4294967295) to references to Queue."),
])
def test_content(table, said):
    with open(GENERATED, encoding="ascii") as file:
        sections = file.read().split("\n.Ss ")
    assert said in next(section for section in sections if section.startswith(table + "\n"))


def test_what_is_deleted():
    with open(GENERATED, encoding="ascii") as file:
        sections = {section.split("\n")[0]: section for section in file.read().split("\n.Ss ")[1:]}
    kept = {table for table, section in sections.items() if "nothing refers to is deleted" not in section}
    assert kept == {"Flow_Sample_Collector_Set", "Open_vSwitch", "QoS", "Queue", "Static_MAC"}
