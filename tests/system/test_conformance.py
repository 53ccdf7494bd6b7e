# SPDX-License-Identifier: BSD-2-Clause
"""Ours against Debian's ovs-vsctl: what both say to the same command lines, octet by octet.

The scripts are in conformance/. Both programs play each from an empty database, Open vSwitch's without ovs-vswitchd,
so that columns which only a running switch fills are not compared. DIFFERENCES has what is meant to differ.
"""

import concurrent.futures
import glob
import os
import re
from contextlib import closing

import pytest

from harness import openvswitch
from harness.vsctl import Oracle, Subject, differences, lines
from harness.wait import wait_for

FOLDER = os.path.join(os.path.dirname(__file__), "conformance")
SCRIPTS = {os.path.basename(path).removesuffix(".vsctl"): path for path in glob.glob(f"{FOLDER}/*.vsctl")}


# What is meant to differ: why, a line that both are given after SETUP, and a pattern of our status, output and
# complaint. With us none of them lasts; UNDO takes back what they did with Open vSwitch. Each is looked at: where there
# is no difference any more, it has to go from here.

SETUP = """
add-br br0 -- add-port br0 p1 -- add-port br0 p2 -- add-br br1
create qos type=linux-htb
create queue dscp=1
set qos <0> queues:7=<1> -- set port p1 qos=<0>
get port p1 _uuid
get interface p1 _uuid
-- --id=@d create datapath datapath_version=1 -- set open . datapaths:system=@d
"""

UNDO = "clear port p1 cvlans vlan_mode"
STATE = "~ show -- list-br -- list port p1"

NO_VLAN = "IEEE 802.1Q reserves VLAN 4095, and a tag of 0 is a priority, not a VLAN"
NOT_DONE = "Open vSwitch stores what ovs-vswitchd can't do and logs it; here it is refused"
NO_DEVICE = "a name that no network device can have, or a device that can be no port, is refused at once"
INTEGRITY = "ovsdb-server's complaint is a JSON object that speaks of rows; here it is a sentence"
TEXT_BREAKS_OFF = "Open vSwitch's sentence breaks off where the value ends"
SPARED = "Open vSwitch says nothing of a record that stays though it was to be destroyed"
OWN_TABLE = "this switch has a table more, Static_MAC"

DIFFERENCES = [
    (NO_VLAN, "--dry-run set port p1 tag=4095", "1 .*4095.*"),
    (NO_VLAN, "--dry-run set port p1 tag=0", "1 .*0 is not in the valid range 1 to 4094.*"),
    (NO_VLAN, "set port p1 tag=5000", "1 .*5000 is not in the valid range 1 to 4094.*"),
    (NO_VLAN, "set port p1 tag=-1", "1 .*-1 is not in the valid range 1 to 4094.*"),
    (NO_VLAN, "--dry-run set port p1 trunks=4095", "1 .*4095 is not in the valid range 0 to 4094.*"),
    (NO_VLAN, "set port p1 trunks=1-5000", "1 .*5000 is not in the valid range 0 to 4094.*"),
    (NO_VLAN, "--dry-run set bridge br0 flood_vlans=4095", "1 .*4095 is not in the valid range 0 to 4094.*"),
    (NO_VLAN, "--bare --columns=name find port tag=4095", "1 .*4095 is not in the valid range 1 to 4094.*"),
    (NO_VLAN, "--dry-run add-br x br0 4095", "1 .*between 1 and 4094.*"),
    (NO_VLAN, "--dry-run add-br x br0 0", "1 .*between 1 and 4094.*"),
    (NO_VLAN, "add-br x br0 4096", "1 .*between 1 and 4094.*"),
    ("Open vSwitch takes what is no number for 0", "--dry-run add-br x br0 x", "1 .*between 1 and 4094.*"),
    (NOT_DONE, "--dry-run set interface p1 type=nonsense", "1 .*nonsense.*"),
    (NOT_DONE, "--dry-run set interface p1 options:rx-hook=maybe", "1 .*maybe.*"),
    (NOT_DONE, "--dry-run set bridge br0 other_config:mac-aging-time=soon", "1 .*soon.*"),
    (NOT_DONE, "set port p1 cvlans=5", "1 .*cvlans.*"),
    (NOT_DONE, "set port p1 vlan_mode=dot1q-tunnel", "1 .*tag.*"),
    (NO_DEVICE, "--dry-run add-br sixteen-letters-", "1 .*sixteen-letters-.*15.*"),
    (NO_DEVICE, "--dry-run add-port br0 sixteen-letters-", "1 .*sixteen-letters-.*15.*"),
    (NO_DEVICE, "--dry-run add-br a/b", "1 .*a/b.*"),
    (NO_DEVICE, "--dry-run add-port br0 'a b'", "1 .*a b.*"),
    (NO_DEVICE, "--dry-run add-port br0 lo", "1 .*lo.*"),
    ("what only the switch can say can't be set", "--dry-run set interface p1 ofport=5", "1 .*ofport.*"),
    (INTEGRITY, "add port p1 qos <1>", "1 .*qos.*"),
    (INTEGRITY, "add-bond br0 bond1 e4 e4", "1 .*e4.*"),
    (INTEGRITY, "set-manager ptcp:1 ptcp:1", "1 .*ptcp:1.*"),
    (INTEGRITY, "add-aa-mapping br0 99999999 10", "1 .*99999999.*"),
    (INTEGRITY, "create open_vswitch external_ids:a=b", "1 .*Open_vSwitch.*"),
    (INTEGRITY, "-- --id=@b create bridge name=br0 -- add open . bridges @b", "1 .*br0.*"),
    (INTEGRITY, "-- --id=@i create interface name=p2 -- --id=@p create port name=x interfaces=@i"
     " -- add bridge br1 ports @p", "1 .*p2.*"),
    (SPARED, "destroy bridge br0", "0 .*br0.* is not destroyed: .*"),
    (SPARED, "destroy port p1", "0 .*p1.* is not destroyed: .*"),
    (SPARED, "destroy port p1 -- --if-exists get port p1 name", "0 .*p1.* is not destroyed: .*"),
    (SPARED, "destroy interface p1", "0 .*p1.* is not destroyed: .*"),
    (SPARED, "--all destroy port", "0 .*p1.* is not destroyed: .*p2.* is not destroyed: .*"),
    ("a row has one owner", "--dry-run add bridge br1 ports <2>", "1 .*port p1 .*"),
    ("a row has one owner", "--dry-run add port p2 interfaces <3>", "1 .*interface p1 .*"),
    (TEXT_BREAKS_OFF, "set bridge br0 external_ids=a", '1 .*a: .*expecting "=".*'),
    (TEXT_BREAKS_OFF, "add bridge br0 external_ids a", '1 .*a: .*expecting "=".*'),
    ("the UUID that a new row gets is known here before the end",
     "--dry-run --id=@m create mirror name=m -- add bridge br0 mirrors @m -- get bridge br0 mirrors",
     r"0 (<\d+>)\n\[\1\]\n"),
    ("a name that is taken is refused even if nothing refers to the new row", "create interface name=p1", "1 .*p1.*"),
    ("there is always one record of Open_vSwitch", "--dry-run destroy open .", "1 .*Open_vSwitch.*"),
    ("there is always one record of Open_vSwitch", "--dry-run --all destroy open", "1 .*Open_vSwitch.*"),
    ("Open vSwitch logs that a signal ends it", "--timeout=1 wait-until bridge nobody", "-14 ovs-vsctl: .* 1 .*"),
    ("Open vSwitch takes what is no number for 0 or some other",
     "--dry-run add-zone-tp system zone=x icmp_first=1", "1 .*zone=x.*"),
    ("Open vSwitch deletes other services' mappings to the same VLAN, too",
     "--dry-run add-aa-mapping br0 1 10 -- add-aa-mapping br0 2 10 -- del-aa-mapping br0 1 10 -- get-aa-mapping br0",
     "0 2 10\n"),
    (OWN_TABLE, "get s . private_key", "1 .*SSL, Static_MAC, sFlow\n"),
]


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


@pytest.fixture(scope="module")
def pair(available, module_lab, tmp_path_factory):
    with closing(Oracle(str(tmp_path_factory.mktemp("oracle") / "oracle"))) as oracle, \
            closing(Subject(module_lab)) as subject:
        for line in lines(SETUP):
            assert oracle.say(line).status == subject.say(line).status == 0, line
        yield oracle, subject


@pytest.mark.parametrize("why,line,pattern", DIFFERENCES, ids=[line for _, line, _ in DIFFERENCES])
def test_known_difference(why, line, pattern, pair):
    before = pair[1].say(STATE)
    found = differences(line, *pair)
    assert pair[1].say(STATE) == before, "it lasted"
    pair[0].say(UNDO)
    assert found, f"this is no difference any more: {why}"
    (_, _, ours), = found
    assert re.fullmatch(pattern, f"{ours.status} {ours.output}{ours.complaint}", re.S), told(*found[0])


def test_waits_for_another(subject):
    """wait-until ends when somebody else has done what it waits for."""
    waiting = concurrent.futures.ThreadPoolExecutor()
    answer = waiting.submit(subject.run, "--timeout=20", "wait-until", "bridge", "br0", "flood_vlans=7", "--",
                            "get", "bridge", "br0", "flood_vlans")
    assert subject.run("add-br", "br0") == (0, "", "")
    assert not answer.done()
    assert subject.run("set", "bridge", "br0", "flood_vlans=7") == (0, "", "")
    assert answer.result() == (0, "[7]\n", "")


def test_bridge_made_as_a_record(subject):
    """It has a local port, as one of add-br has. Open vSwitch makes the device without a record of the port."""
    uuid = subject.say("--id=@b create bridge name=br0 -- add open . bridges @b").output.strip()
    assert subject.say("list-br -- get bridge br0 _uuid -- get interface br0 type").output == f"br0\n{uuid}\ninternal\n"
    assert "br0" in subject.switch.ns.links()
    assert subject.say(f"remove open . bridges {uuid}") == (0, "", "")
    for line in ("list-br", "list port", "list interface"):
        assert subject.say(line).output == ""
    wait_for(lambda: "br0" not in subject.switch.ns.links(), "the device of the bridge is gone")
