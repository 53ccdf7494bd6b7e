# SPDX-License-Identifier: BSD-2-Clause
"""Random chains, to Debian's ovs-vsctl and to ours: what is done, what is printed, and what there is in the end.

Few names, so that they meet. Which of several complaints is made is not compared here, whether there is one is.
"""

import random
import re
from contextlib import closing

import pytest

from harness import openvswitch
from harness.vsctl import Oracle, Subject, Uuids

SEEDS = range(5)
LINES = 50

START = "add-br b0 -- add-br b1 -- add-br v1 b0 7 -- add-port b0 p0"
BRIDGES = ("b0", "b0", "b0", "b1", "b1", "v1", "v1", "v2", "p0")
PORTS = ("p0", "p1", "p2", "p3", "b0", "v1")
WORDS = {
    "may": ("", "--may-exist "),
    "if": ("", "--if-exists "),
    "bridge": BRIDGES,
    "port": PORTS,
    "plain": ("p0", "p1", "p2", "p3", "b0"),  # the tag of a fake bridge is not for setting, here
    "of": ("", *(f"{bridge} " for bridge in BRIDGES)),
    "vlan": ("7", "8"),
    "bond": ("bond0", "p0"),
    "member": ("e1", "e2", "p3"),
    "columns": ("", " tag=7", " tag=8 trunks=1,2", " vlan_mode=access", " nothing=1"),
    "value": ("tag=7", "tag=8", "tag=[]", "external_ids:a=b", "trunks=3", "qos=@q", "protected=true", "vlan_mode=x"),
    "setting": ("flood_vlans=1,2", "external_ids:x=y", "controller=@c", "mirrors=@m", "fail_mode=secure"),
    "number": ("1", "2", "3"),
    "mode": ("secure", "standalone", "open"),
}

COMMANDS = """
[may]add-br [bridge]
[may]add-br [bridge]
[may]add-br [bridge] [bridge] [vlan]
[if]del-br [bridge]
[may]add-port [bridge] [port][columns]
[may]add-port [bridge] [port][columns]
[may]add-port [bridge] [port][columns]
[if]del-port [of][port]
[if]--with-iface del-port [of][port]
[may]add-bond [bridge] [bond] e1 [member]
[may]add-bond-iface [bond] [member]
[if]del-bond-iface [bond] [member]
list-br
--real list-br
--fake list-br
br-exists [bridge]
br-to-vlan [bridge]
br-to-parent [bridge]
list-ports [bridge]
list-ifaces [bridge]
port-to-br [port]
iface-to-br [member]
br-set-external-id [bridge] k[number] v
br-set-external-id [bridge] k[number]
br-get-external-id [bridge]
get-controller [bridge]
set-controller [bridge] tcp:127.0.0.[number]
del-controller [bridge]
set-fail-mode [bridge] [mode]
get-fail-mode [bridge]
del-fail-mode [bridge]
[if]set port [plain] [value]
[if]set bridge [bridge] [setting]
[if]clear port [plain] tag
[if]clear port [plain] trunks external_ids qos
[if]get port [port] tag trunks external_ids
[if]add port [port] trunks [number]
[if]remove port [port] trunks [number]
--id=@c create controller target=\\"tcp:127.0.0.9\\"
--id=@q create qos type=x
--id=@m create mirror name=m[number] output_port=@p
--id=@p get port [port]
set-manager ptcp:[number]
del-manager
get-manager
comment [number]
emer-reset
""".strip().splitlines()


@pytest.fixture
def pair(lab, tmp_path):
    why = openvswitch.missing()
    if why:
        pytest.skip(f"nothing to compare with: {why}")
    with closing(Oracle(str(tmp_path / "oracle"))) as oracle, closing(Subject(lab)) as subject:
        yield oracle, subject


def command(choice):
    return re.sub(r"\[(\w+)\]", lambda found: choice(WORDS[found[1]]), choice(COMMANDS))


def said(program, line):
    program.uuids = Uuids()  # numbered anew: a complaint of theirs may name some that ours does not
    return program.say(line)


def done(program, line):
    """Status and output of a line, and what there is after it."""
    answer = said(program, line)
    return answer.status, answer.output, said(program, "~ show").output


@pytest.mark.parametrize("seed", SEEDS)
def test_random_chains(seed, pair):
    choice = random.Random(seed).choice
    before = []
    for number in range(LINES):
        line = START if number == 0 else "-- " + " -- ".join(command(choice) for _ in range(choice((1, 1, 1, 1, 2, 3))))
        before.append(line)
        theirs, ours = (done(program, line) for program in pair)
        assert ours == theirs, "after\n" + "\n".join(before)
