# SPDX-License-Identifier: BSD-2-Clause
"""Ours against Debian's ovs-ofctl on a running ovs-vswitchd: what both print of flows, groups, meters and ports.

Both get the same lines. What differs from run to run is taken out: durations, transaction ids, MAC addresses and the
data path's id; and flows may stand in any order where none is asked for. Actions are as they were given: Open vSwitch
translates some into what the version of OpenFlow has.
"""

import re
import subprocess

import pytest

from harness import openvswitch
from harness.vsctl import Subject, link

WHY_NOT = openvswitch.missing()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=str(WHY_NOT))

UNCOMPARED = (
    (re.compile(r"duration[=:][0-9.]+s"), "duration=(live)"),
    (re.compile(r"(idle|hard)_age=\d+"), r"\1_age=(live)"),
    (re.compile(r"\b(pkts|bytes|drop)=\d+"), r"\1=(live)"),
    (re.compile(r"xid=0x[0-9a-f]+"), "xid=(any)"),
    (re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}"), "(MAC)"),
    (re.compile(r"dpid:[0-9a-f]{16}"), "dpid:(id)"),
    # How far they reach is the program's own.
    (re.compile(r"n_tables:\d+"), "n_tables:(any)"),
    (re.compile(r"\.\.\.(63|253): ditto"), "...(last): ditto"),
    (re.compile(r"\b(enqueue|QUEUE_STATS) "), ""),
    (re.compile(r" QUEUE_STATS$", re.M), ""),
    (re.compile(r"(lookup|matched|n_packets|n_bytes|packet_count|byte_count)([=:])\d+"), r"\1\2(live)"),
)


class Side:
    """A program called ovs-ofctl."""

    def __init__(self, ns, argv, environment):
        self.ns, self.argv, self.environment = ns, argv, environment

    def __call__(self, *words, stdin=None):
        with self.ns.inside():
            done = subprocess.run([*self.argv, *words], env=self.environment, input=stdin, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output = done.stdout
        for pattern, instead in UNCOMPARED:
            output = pattern.sub(instead, output)
        return done.returncode, output, done.stderr


class Both:
    """The same command lines for both of them."""

    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs

    def __call__(self, line, stdin=None, in_order=True):
        """Both say the same."""
        ours, theirs = (side(*line.split(), stdin=stdin) for side in (self.ours, self.theirs))
        if not in_order:
            ours, theirs = ((status, sorted(output.splitlines()), complaint)
                            for status, output, complaint in (ours, theirs))
        assert ours == theirs, line
        return ours[1]

    def refuse(self, line, stdin=None):
        """Both refuse it; they may do so in other words."""
        ours, theirs = (side(*line.split(), stdin=stdin) for side in (self.ours, self.theirs))
        assert (ours[0], theirs[0]) == (1, 1) and ours[2], (line, ours, theirs)


PORTS = ("p1", "p2", "p3")


@pytest.fixture(scope="module")
def sides(module_lab, tmp_path_factory):
    lab = module_lab
    oracle = openvswitch.OpenVSwitch(tmp_path_factory.mktemp("ovs"), lab.namespace("ovs"))
    subject = Subject(lab, wait=True)
    try:
        for number, port in enumerate(PORTS, 1):
            lab.host(oracle.ns, number, port=port, addresses=False)
            lab.host(subject.switch.ns, number, port=port, addresses=False)
        oracle.start()
        oracle.add_bridge("br0", [])
        subject.switch.add_ports("br0", *PORTS)
        for port in PORTS:
            oracle.vsctl("add-port", "br0", port)
        for ns in (oracle.ns, subject.switch.ns):
            ns.ip("link set br0 up")
        ofctl = subject.called(link("ovs-ofctl", lab.folder))
        yield Both(Side(subject.switch.ns, ofctl.argv, ofctl.environment),
                   Side(oracle.ns, ["ovs-ofctl"], oracle.environment))
    finally:
        oracle.close()
        subject.close()


@pytest.fixture
def both(sides):
    """Nothing there but the bridge and its ports."""
    for line in ("del-flows br0", "del-groups br0", "-O OpenFlow13 del-meters br0"):
        sides(line)
    return sides


FLOWS = """
# comments, and empty lines

priority=5,in_port=3,actions=output:1
  cookie=0x7,priority=6,in_port=1,actions=2,3
add priority=7,ip,nw_src=10.0.0.2,actions=LOCAL,output:3
priority=8,ip,nw_src=10.0.0.0/24,idle_timeout=90,actions=drop
table=3,priority=7,idle_timeout=9,hard_timeout=100,importance=4,actions=normal
table=4,tcp6,tp_dst=80,actions=resubmit(,5)
table=4,udp,tp_src=53,actions=in_port # the last one
"""

DUMPS = ("dump-flows br0", "--no-stats dump-flows br0", "--names dump-flows br0", "--no-names dump-flows br0",
         "--names --no-stats dump-flows br0", "dump-flows br0 table=4", "dump-flows br0 ip", "dump-flows br0 tcp6",
         "dump-flows br0 in_port=p1", "dump-flows br0 out_port=2", "dump-flows br0 out_port=LOCAL",
         "dump-flows br0 cookie=7/-1", "--strict dump-flows br0 ip", "dump-flows br0 table=9",
         "dump-aggregate br0", "dump-aggregate br0 table=4", "-O OpenFlow13 dump-aggregate br0",
         *(f"-O OpenFlow1{version} dump-flows br0" for version in range(6)),
         "-O OpenFlow10,OpenFlow13 dump-flows br0", "-O OpenFlow15 --names dump-flows br0",
         "-O OpenFlow14 --no-stats dump-flows br0")


@pytest.mark.parametrize("version", ["OpenFlow10", "OpenFlow13", "OpenFlow15"])
def test_dumps(both, version):
    both(f"-O {version} add-flows br0 -", FLOWS)
    for line in DUMPS:
        both(line, in_order=False)


@pytest.mark.parametrize("line", ["--sort=in_port", "--rsort=in_port", "--sort=cookie", "--sort=nothing",
                                  "--rsort=priority --sort=table", "--sort=nw_src --rsort"])
def test_order(both, line):
    flows = "".join(f"priority={n},ip,nw_src=10.0.0.{n % 5},in_port={n % 3 + 1},actions=drop\n" for n in range(1, 9))
    both("add-flows br0 -", flows + "priority=9,actions=1\n")
    ours, theirs = (side(*line.split(), "--no-stats", "dump-flows", "br0") for side in (both.ours, both.theirs))
    assert ours[0] == theirs[0] and sorted(ours[1].splitlines()) == sorted(theirs[1].splitlines())
    if ours[0]:
        assert ours[2] == theirs[2]


def test_order_of_priorities(both):
    both("add-flows br0 -", "".join(f"priority={n},ip,nw_src=10.0.0.{n},actions=drop\n" for n in (5, 9, 2, 7)))
    for line in ("--sort", "--rsort", "--sort=priority", "--rsort=priority", "--sort=nw_src", "--rsort=nw_src"):
        both(f"{line} dump-flows br0")


CHANGES = (
    "mod-flows br0 tcp,actions=2", "mod-flows br0 udp,actions=drop", "-O OpenFlow13 mod-flows br0 arp,actions=drop",
    "--strict mod-flows br0 priority=5,in_port=3,actions=2", "--strict mod-flows br0 priority=77,actions=2",
    "mod-flows br0 cookie=9,in_port=1,actions=2", "mod-flows br0 cookie=9/-1,actions=3",
    "mod-flows br0 cookie=9/-1,cookie=11,actions=1", "mod-flows br0 cookie=99/-1,icmp,actions=1",
    "add-flow br0 priority=5,in_port=3,actions=3", "add-flow br0 table=255,priority=2,actions=3",
    "add-flow br0 priority=5,in_port=3,check_overlap,actions=1",
    "del-flows br0 out_port=3", "--strict del-flows br0 priority=8,ip,nw_src=10.0.0.0/24", "--strict del-flows br0 ip",
    "del-flows br0 cookie=11/-1", "del-flows br0 table=4", "del-flows br0 ip", "del-flows br0",
)


def test_changes(both):
    both("add-flows br0 -", FLOWS)
    for line in CHANGES:
        both(line)
        both("--no-stats dump-flows br0", in_order=False)


REFUSED = (
    "add-flow br0 priority=1", "add-flow br0 priority=1,actions=foo", "add-flow br0 priority=70000,actions=1",
    "add-flow br0 nosuch=5,actions=1", "del-flows br0 priority=1", "del-flows br0 cookie=5", "del-flows br0 actions=drop",
    "dump-flows br0 priority=3", "dump-flows br0 actions=drop", "dump-flows br0 nosuch=5", "--sort=foo dump-flows br0",
    "add-flow br0 cookie=1/1,actions=drop", "-O OpenFlow99 dump-flows br0", "dump-flows nobr", "add-flow nobr actions=drop",
    "show nobr", "mod-port br0 p1 foo", "mod-port br0 p9 up", "dump-group-stats br0 2", "del-groups br0 2",
    "add-group br0 group_id=1", "-O OpenFlow13 add-meter br0 meter=0,kbps,bands=type=drop,rate=1",
)


def test_refused_in_the_same_words(both):
    for line in REFUSED:
        assert both(line) == ""


def test_refused(both):
    """What the switch refuses is a dump of the message with Open vSwitch, and a sentence here."""
    both("add-flow br0 priority=7,in_port=1,actions=1")
    both("add-group br0 group_id=1,type=all,bucket=output:1")
    for line in ("add-flow br0 priority=7,tcp,check_overlap,actions=1", "add-flow br0 actions=group:9",
                 "-O OpenFlow13 add-flow br0 actions=meter:9,1", "add-group br0 group_id=1,type=all,bucket=output:1",
                 "mod-group br0 group_id=4,type=all,bucket=output:1",
                 "-O OpenFlow13 mod-meter br0 meter=3,pktps,bands=type=drop,rate=1000"):
        both.refuse(line)
    both("--no-stats dump-flows br0")


def test_files(both, tmp_path):
    bad = tmp_path / "bad"
    bad.write_text("priority=1,actions=drop\n\n# c\npriority=70000,actions=drop\n")
    good = tmp_path / "good"
    good.write_text("priority=1,actions=2\npriority=4,cookie=5,actions=2\ntable=7,idle_timeout=3,actions=1\n")
    other = tmp_path / "other"
    other.write_text("priority=1,actions=3\npriority=9,ip,hard_timeout=3,actions=2\n")
    for line in (f"add-flows br0 {bad}", f"--bundle add-flows br0 {bad}", f"add-flows br0 {tmp_path}/nothing"):
        ours, theirs = (side(*line.split()) for side in (both.ours, both.theirs))
        assert ours[0] == theirs[0] == 1
    assert both("add-flow br0 priority=70000,actions=1") == ""
    both("del-flows br0")
    both(f"--bundle add-flows br0 {good}")
    for line in (f"diff-flows br0 {good}", f"diff-flows br0 {other}", f"diff-flows {other} br0",
                 f"diff-flows {good} {other}", f"replace-flows br0 {other}", f"--readd replace-flows br0 {other}",
                 "--no-stats dump-flows br0"):
        both(line, in_order=False)


def test_groups(both):
    for line in ("-O OpenFlow13 add-group br0 group_id=1,type=select,bucket=output:1,bucket=weight:5,output:2",
                 "add-group br0 group_id=2,type=all,bucket=output:1,bucket=output:3,output:2",
                 "add-group br0 group_id=3,type=indirect,bucket=output:3",
                 "add-group br0 group_id=4,type=ff,bucket=watch_port:1,output:1",
                 "--may-create mod-group br0 group_id=5,type=all,bucket=output:1",
                 "mod-group br0 group_id=5,type=all,bucket=output:2", "add-flow br0 table=9,actions=group:2"):
        both(line)
    for line in ("dump-groups br0", "dump-groups br0 2", "dump-groups br0 99", "-O OpenFlow13 dump-groups br0",
                 "-O OpenFlow15 dump-groups br0", "dump-group-features br0", "--no-stats dump-flows br0"):
        both(line, in_order=False)
    for line in ("del-groups br0 group_id=2", "del-groups br0 group_id=77"):
        both(line)
        both("--no-stats dump-flows br0")
        both("dump-groups br0", in_order=False)


def test_buckets(both):
    both("add-group br0 group_id=1,type=all,bucket=bucket_id:0,output:1,bucket=bucket_id:5,output:2")
    for line in ("insert-buckets br0 group_id=1,command_bucket_id=last,bucket=bucket_id:9,output:1,bucket=bucket_id:10,output:2",
                 "insert-buckets br0 group_id=1,command_bucket_id=5,bucket=bucket_id:77,output:3",
                 "insert-buckets br0 group_id=1,command_bucket_id=last,command_bucket_id=first,bucket=bucket_id:81,output:3",
                 "-O OpenFlow15 remove-buckets br0 group_id=1,command_bucket_id=77",
                 "remove-buckets br0 group_id=1,command_bucket_id=first",
                 "remove-buckets br0 group_id=1,command_bucket_id=last", "remove-buckets br0 group_id=1",
                 "remove-buckets br0 group_id=1,command_bucket_id=first", "remove-buckets br0 group_id=1,command_bucket_id=all",
                 "insert-buckets br0 group_id=1,command_bucket_id=first,bucket=output:1,bucket=bucket_id:2,output:2"):
        both(line)
        both("dump-groups br0")
    for line in ("insert-buckets br0 group_id=1,bucket=output:3", "insert-buckets br0 command_bucket_id=last,bucket=output:3",
                 "insert-buckets br0 group_id=1,command_bucket_id=all,bucket=output:3",
                 "insert-buckets br0 group_id=1,type=all,command_bucket_id=last,bucket=output:3",
                 "insert-buckets br0 group_id=1,command_bucket_id=xyz,bucket=output:3",
                 "insert-buckets br0 group_id=1,command_bucket_id=0xffffff01,bucket=output:3",
                 "remove-buckets br0 group_id=1,command_bucket_id=last,bucket=output:1",
                 "-O OpenFlow13 insert-buckets br0 group_id=1,command_bucket_id=last,bucket=output:3"):
        both(line)
    for line in ("insert-buckets br0 group_id=1,command_bucket_id=first,bucket=bucket_id:2,output:3",
                 "insert-buckets br0 group_id=1,command_bucket_id=6,bucket=bucket_id:78,output:3",
                 "insert-buckets br0 group_id=9,command_bucket_id=last,bucket=output:3",
                 "insert-buckets br0 group_id=1,command_bucket_id=last,bucket=bucket_id:80,watch_port:3,output:3",
                 "remove-buckets br0 group_id=9", "remove-buckets br0 group_id=1,command_bucket_id=77"):
        both.refuse(line)
    both("dump-groups br0")


def test_meters(both):
    made = "-O OpenFlow13 {}"
    for line in ("add-meter br0 meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100",
                 "add-meter br0 meter=2,pktps,bands=type=drop,rate=1000",
                 "mod-meter br0 meter=2,pktps,bands=type=drop,rate=2000", "dump-meters br0", "dump-meter br0 meter=2",
                 "meter-stats br0", "add-flow br0 table=8,actions=meter:2,1", "dump-flows br0 table=8",
                 "del-meter br0 meter=2", "del-meter br0 meter=77", "dump-flows br0 table=8", "dump-meters br0",
                 "del-meters br0", "dump-meters br0"):
        both(made.format(line))


def test_ports(both):
    for line in ("dump-ports-desc br0", "show br0", "-O OpenFlow13 show br0", "-O OpenFlow13 dump-ports-desc br0",
                 "-O OpenFlow15 dump-ports-desc br0 p1",
                 *(f"-O OpenFlow1{version} dump-ports br0" for version in range(6)), "-O OpenFlow13 dump-ports br0 p1"):
        both(line)
    for change in ("no-flood", "no-receive", "flood", "receive", "no-forward", "no-packet-in", "forward", "packet-in"):
        both(f"mod-port br0 p1 {change}")
        both("dump-ports-desc br0")


def test_tables(both):
    both("add-flows br0 -", FLOWS)
    for line in ("dump-tables br0", "-O OpenFlow13 dump-tables br0"):
        both(line)
