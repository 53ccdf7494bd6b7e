# SPDX-License-Identifier: BSD-2-Clause
"""ovs-vsctl twice: Debian's, on an ovsdb-server of its own, and ours, on a switch. What both say can be compared.

A script is a text with one command line per line, split into words as a shell does it; "#" at the start of a line
opens a comment. "<3>" stands for the fourth UUID that the program has printed since the script began. A line that
begins with "~" prints rows or the members of a tree in no defined order.
"""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
from typing import NamedTuple

from harness.openvswitch import FOLDERS, PACKAGES
from harness.package import unpacked
from harness.switch import BUILD, XVSCTL
from harness.wait import wait_for

STARTED = 10.0
LIMIT = 10.0  # seconds that a command line may take
RUN_ROOT = "/run/xvswitch"

# What a running switch answers and a database alone does not. Their values are not compared.
LIVE = {
    "Bridge": "datapath_id datapath_version rstp_status status",
    "Port": "bond_active_slave rstp_statistics rstp_status statistics status",
    "Interface": "admin_state bfd_status cfm_fault cfm_fault_status cfm_flap_count cfm_health cfm_remote_mpids "
                 "cfm_remote_opstate duplex error ifindex lacp_current link_resets link_speed link_state mac_in_use "
                 "mtu ofport statistics status",
    "Open_vSwitch": "cur_cfg datapath_types db_version dpdk_initialized dpdk_version iface_types ovs_version "
                    "statistics",
}
LIVE_COLUMNS = "|".join(sorted({column for columns in LIVE.values() for column in columns.split()}))
UNCOMPARED = (
    (re.compile(rf"^((?:{LIVE_COLUMNS}) *: ).*$", re.M), r"\1(live)"),  # list, --format=list
    (re.compile(r'^ +error: .*\n|^    ovs_version: .*\n|\\n    ovs_version: "[^"]*"', re.M), ""),  # show
)

# What Open vSwitch's programs log on standard error. Their commands' own warnings are said here.
WARNING = re.compile(r"^\S+Z\|\d+\|(?:vsctl|db_ctl_base)\|WARN\|", re.M)
LOG = re.compile(r"^\S+Z\|\d+\|\S+\|.*\n", re.M)

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UUID_SETS = (
    re.compile(rf"(?<=\[){UUID}(?:, {UUID})+(?=\])"),  # --data=string
    re.compile(rf"\b{UUID}(?: {UUID})+\b"),  # --data=bare
    re.compile(rf'(?<=\["set",\[)\["uuid","{UUID}"\](?:,\["uuid","{UUID}"\])+'),  # --data=json
)


class Answer(NamedTuple):
    status: int
    output: str
    complaint: str


class Uuids:
    """UUIDs as numbers, in the order in which they are met."""

    def __init__(self):
        self.known = []

    def _number(self, uuid):
        if uuid not in self.known:
            self.known.append(uuid)
        return f"<{self.known.index(uuid)}>"

    def _rank(self, uuid):
        return self.known.index(uuid) if uuid in self.known else len(self.known)

    def _sort_set(self, found):
        # Members are in the order of their UUIDs, which are random. Those not met yet can't be told apart.
        members = iter(sorted(re.findall(UUID, found[0]), key=self._rank))
        return re.sub(UUID, lambda _: next(members), found[0])

    def to_numbers(self, text):
        for pattern in UUID_SETS:
            text = pattern.sub(self._sort_set, text)
        return re.sub(UUID, lambda found: self._number(found[0]), text)

    def from_numbers(self, word):
        def uuid(found):
            number = int(found[1])
            return self.known[number] if number < len(self.known) else f"00000000-0000-4000-8000-{number:012}"

        return re.sub(r"<(\d+)>", uuid, word)


def _without_uuids(text):
    return re.sub(UUID, "", text)


def _sorted_tree(lines):
    """What `show` prints, siblings in the order of their texts."""
    groups = []
    for line in lines:
        if groups and len(line) - len(line.lstrip()) > len(groups[0][0]) - len(groups[0][0].lstrip()):
            groups[-1].append(line)
        else:
            groups.append([line])
    groups = [[group[0], *_sorted_tree(group[1:])] for group in groups]
    return [line for group in sorted(groups, key=lambda group: _without_uuids("\n".join(group))) for line in group]


def in_some_order(text):
    """The rows of a text, whatever its format, in the order of what is in them but UUIDs."""
    if text.startswith('{"data"'):
        table = json.loads(text)
        table["data"].sort(key=lambda row: _without_uuids(json.dumps(row)))
        return json.dumps(table, separators=(",", ":")) + "\n"
    if re.search(r"^    \S", text, re.M):
        return "\n".join(_sorted_tree(text.splitlines())) + "\n"
    if "\n\n" in text:
        return "\n\n".join(sorted((row.strip("\n") for row in text.split("\n\n")), key=_without_uuids)) + "\n"
    return "\n".join(sorted(text.splitlines(), key=_without_uuids)) + "\n"


class Program:
    """ovs-vsctl as somebody's. wait: whether lines wait for the switch, where there is one."""

    def __init__(self, argv, environment, wait=False):
        self.argv, self.environment = argv, environment
        self.options = [] if wait else ["--no-wait"]
        self.uuids = Uuids()

    def run(self, *words):
        """Answer as it comes."""
        try:
            done = subprocess.run([*self.argv, *words], env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  errors="backslashreplace", timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return Answer(-1, "", f"no answer within {LIMIT:g} s\n")
        return Answer(done.returncode, done.stdout, done.stderr)

    def say(self, line):
        """Answer to a line of a script, with nothing in it that differs from run to run."""
        in_order = not line.startswith("~")
        words = [self.uuids.from_numbers(word) for word in shlex.split(line.lstrip("~"))]
        status, output, complaint = self.run(*self.options, *words)
        for pattern, instead in UNCOMPARED:
            output = pattern.sub(instead, output)
        if not in_order and output:
            output = in_some_order(output)
        complaint = LOG.sub("", WARNING.sub("ovs-vsctl: warning: ", complaint))
        return Answer(status, self.uuids.to_numbers(output), self.uuids.to_numbers(complaint))


class Oracle(Program):
    """Debian's ovs-vsctl, with an empty database."""

    def __init__(self, folder):
        root = unpacked("openvswitch", *PACKAGES)
        path = ":".join(os.path.join(root, part) for part in FOLDERS)
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "OVS_RUNDIR": folder,
                       "OVS_LOGDIR": folder, "OVS_DBDIR": folder}
        socket = os.path.join(folder, "db.sock")
        super().__init__(["ovs-vsctl", f"--db=unix:{socket}"], environment)
        os.mkdir(folder)
        database = os.path.join(folder, "conf.db")
        subprocess.run(["ovsdb-tool", "create", database,
                        os.path.join(root, "usr/share/openvswitch/vswitch.ovsschema")], env=environment, check=True)
        self.server = subprocess.Popen(
            ["ovsdb-server", database, f"--remote=punix:{socket}", f"--unixctl={folder}/control", "-vconsole:off"],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(socket), "ovsdb-server listens", STARTED)
        assert self.run("--no-wait", "init") == (0, "", "")

    def close(self):
        self.server.terminate()
        self.server.wait(STARTED)


def link(name, folder):
    """xvsctl under the name of one of Open vSwitch's programs."""
    built = os.path.join(BUILD, "cli", name)
    if os.access(built, os.X_OK):
        return os.path.abspath(built)
    made = os.path.join(folder, name)
    if not os.path.islink(made):
        os.symlink(XVSCTL, made)
    return made


class Subject(Program):
    """Ours. Open vSwitch's programs have no option that names a run folder: the instance's own is used."""

    def __init__(self, lab, wait=False):
        self.switch = lab.switch()
        self.switch.run_dir = os.path.join(RUN_ROOT, self.switch.instance)
        super().__init__([link("ovs-vsctl", lab.folder)], {**os.environ, "XVS_INSTANCE": self.switch.instance}, wait)
        self.switch.start()

    def called(self, path):
        """The same switch, the program called by another name."""
        return Program([path], self.environment, wait=True)

    def close(self):
        self.switch.shutdown()
        shutil.rmtree(self.switch.run_dir, ignore_errors=True)


def lines(script):
    return [line for line in script.splitlines() if line.strip() and not line.startswith("#")]


def differences(script, oracle, subject):
    """Plays a script on both: (line, what Open vSwitch says, what we say) of each line whose answers differ."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = [pool.submit(lambda program=program: [program.say(line) for line in lines(script)])
                for program in (oracle, subject)]
        theirs, ours = (future.result() for future in said)
    return [both for both in zip(lines(script), theirs, ours) if both[1] != both[2]]
