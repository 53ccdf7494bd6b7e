# SPDX-License-Identifier: BSD-2-Clause
"""A switch of one's own: a daemon with its own instance, in its own namespace, and xvsctl to speak to it."""

import json
import os
import re
import signal
import socket
import subprocess

from harness import bpf
from harness.netns import Namespace, PREFIX, Station, run
from harness.tcp import Endpoint
from harness.wait import wait_for

BUILD = os.environ.get("XVS_BUILD") or os.path.join(os.path.dirname(__file__), "..", "..")
XVSWITCHD = os.path.abspath(os.path.join(BUILD, "switchd", "xvswitchd"))
XVSCTL = os.path.abspath(os.path.join(BUILD, "cli", "xvsctl"))

STARTED = 10.0  # seconds that a start may take, under sanitizers and beside other work too

# Sentences of ours have no full stop; these are ovs-vsctl's own, to the last character.
STOPPED = ("Range end cannot be before start.", "followed by a value.")

_LOG_LINE = re.compile(r"^\S+ (error|warn|info|debug) ")


class LocalPort(Station, Endpoint):
    """The switch's own host, through the local port of a bridge."""

    def __init__(self, switch, bridge, number):
        Station.__init__(self, number)
        self.namespace = switch.ns
        self.device = bridge
        self.mac = switch.ns.link(bridge)["address"]

    def __repr__(self):
        return self.device

    def inside(self):
        return self.namespace.inside()

    def configure(self, mtu=1500):
        """Up, with its addresses."""
        self.namespace.sysctl(f"net/ipv6/conf/{self.device}/disable_ipv6", 0)
        self.namespace.ip(*self.address_commands(self.device, mtu))
        return self


class Switch:
    """One instance. What it leaves behind in the kernel is looked for in leaks()."""

    _number = 0

    def __init__(self, folder, ns=None):
        Switch._number += 1
        self.instance = f"{PREFIX}-{Switch._number}"
        self.own_ns = ns is None
        self.ns = ns or Namespace("sw")
        self.run_dir = str(folder / f"run{Switch._number}")
        self.db = str(folder / f"conf{Switch._number}.db")
        self.log_file = str(folder / f"log{Switch._number}")
        self.process = None
        self.expected = []
        self.maps = {}

    # The daemon

    def command(self, *options):
        return [XVSWITCHD, "--instance", self.instance, "--run-dir", self.run_dir, "--db", self.db, *options]

    def start(self, wrapper=()):
        """Starts it in the foreground, by way of a wrapping command if need be, and waits for its answer."""
        assert not self.running(), "it runs already"
        with open(self.log_file, "ab") as log, self.ns.inside():
            self.process = subprocess.Popen([*wrapper, *self.command()], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        wait_for(self._answers, f"xvswitchd answers (its log: {self.log_file})", STARTED)
        return self

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"xvswitchd ended with {self.process.returncode}:\n{self.log()}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(STARTED)
            try:
                client.connect(os.path.join(self.run_dir, "ctl.sock"))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            client.sendall(json.dumps({"method": "echo", "params": [], "id": 0}).encode())
            return b'"result"' in client.recv(4096)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def _end(self, number):
        self.maps |= bpf.pinned_maps(self.pins())
        self.process.send_signal(number)
        return self.process.wait(STARTED)

    def stop(self):
        """SIGTERM: it ends, the data path stays."""
        assert self._end(signal.SIGTERM) == 0, f"xvswitchd ended badly:\n{self.log()}"

    def kill(self):
        self._end(signal.SIGKILL)

    def shutdown(self):
        """Everything goes but the database."""
        self.maps |= bpf.pinned_maps(self.pins())
        self.ctl("shutdown")
        assert self.process.wait(STARTED) == 0, f"xvswitchd ended badly:\n{self.log()}"

    def teardown(self):
        """The same where no daemon runs any more."""
        self.maps |= bpf.pinned_maps(self.pins())
        self.ns.run(*self.command("--teardown"))

    # xvsctl

    def xvsctl(self, *words, text=""):
        """Runs it with a text as its standard input: exit status, standard output, standard error."""
        done = subprocess.run([XVSCTL, "--instance", self.instance, "--run-dir", self.run_dir, *words],
                              input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30,
                              check=False)
        return done.returncode, done.stdout, done.stderr

    def ctl(self, *words, warning=None, text=""):
        """Does it, and returns what it printed. warning: what must stand on standard error, else nothing."""
        status, output, complaint = self.xvsctl(*words, text=text)
        assert status == 0, f"xvsctl {' '.join(words)}: exit {status}: {complaint}"
        if warning is None:
            assert not complaint, f"xvsctl {' '.join(words)}: {complaint}"
        else:
            assert re.search(warning, complaint), f"no {warning!r} in {complaint!r}"
        return output

    def refused(self, *words, text=""):
        """Is refused: exit 1, and one sentence, which is returned."""
        status, output, complaint = self.xvsctl(*words, text=text)
        assert status == 1, f"xvsctl {' '.join(words)}: exit {status}: {output}{complaint}"
        assert not output, f"xvsctl {' '.join(words)} printed: {output}"
        lines = complaint.splitlines()
        assert len(lines) == 1 and lines[0].startswith("xvsctl: "), f"not one sentence: {complaint!r}"
        sentence = lines[0].removeprefix("xvsctl: ")
        stopped = sentence.endswith(".") and not sentence.endswith(STOPPED)
        assert len(sentence) > 15 and not stopped, f"a poor sentence: {sentence!r}"
        return sentence

    def add_ports(self, bridge, *hosts, may_exist=False):
        """One chain that makes a bridge and puts hosts (or devices by name) on it."""
        words = ["--may-exist" if may_exist else "--", "add-br", bridge]
        for host in hosts:
            words += ["--", "add-port", bridge, getattr(host, "port", host)]
        self.ctl(*words)

    # What it says

    def fdb(self, bridge="br0", vlan=None):
        """MAC address -> (OpenFlow port as text, VLAN, age in seconds or "static"), of one VLAN or of any."""
        entries, seen = {}, set()
        for line in self.ctl("fdb/show", bridge).splitlines()[1:]:
            port, vid, mac, age = line.split()
            assert (mac, vid) not in seen, f"{mac} is there twice in VLAN {vid}"
            seen.add((mac, vid))
            if vlan in (None, int(vid)):
                entries[mac] = (port, int(vid), age if age == "static" else int(age))
        return entries

    def fdb_stats(self, bridge="br0"):
        """Figures of fdb/stats-show by their first words: "learned", "expired", "evicted", "moved"."""
        text = self.ctl("fdb/stats-show", bridge)
        current, limit = re.search(r"in the table: (\d+)/(\d+)", text).groups()
        stats = {"current": int(current), "max": int(limit)}
        for key, words in (("static", "Current static"), ("learned", "Total number of learned"),
                           ("expired", "Total number of expired"), ("evicted", "Total number of evicted"),
                           ("moved", "Total number of port moved")):
            stats[key] = int(re.search(rf"{words} MAC entries.*: (\d+)", text)[1])
        return stats

    def learned(self, mac, bridge="br0", vlan=None):
        """OpenFlow port that an address is on, in a VLAN or in any, None when it is not known."""
        return self.fdb(bridge, vlan).get(mac, (None,))[0]

    def ofport(self, port, bridge="br0"):
        """OpenFlow number of a port, as text; found by its name in dump-ports."""
        return re.search(r"port +\"?(\S+?)\"?:", self.ctl("dump-ports", bridge, port))[1]

    def counters(self, port, bridge="br0"):
        """rx and tx packets of a port, and its drops by reason."""
        text = self.ctl("dump-ports", bridge, port)
        counters = {"rx": int(re.search(r"rx pkts=(\d+)", text)[1]),
                    "tx": int(re.search(r"tx pkts=(\d+)", text)[1])}
        dropped = re.search(r"dropped: (.*)", text)
        for pair in dropped[1].split(", ") if dropped else ():
            reason, _, count = pair.partition("=")
            counters[reason] = int(count)
        return counters

    def complaint(self, port):
        """What `show` says is wrong with a port, None when nothing is."""
        section = None
        for line in self.ctl("show").splitlines():
            word, _, rest = line.strip().partition(" ")
            if word == "Port":
                section = rest.strip('"')
            if word == "error:" and section == port:
                return rest.strip('"')
        return None

    # The log, and what is left

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def expect_log(self, pattern):
        """A warning or error that the test provokes."""
        self.expected.append(pattern)

    def log_problems(self):
        """Warnings, errors, and what is no line of the log at all (sanitizers), less what was expected."""
        problems = []
        for line in self.log().splitlines():
            match = _LOG_LINE.match(line)
            if match and match[1] in ("info", "debug"):
                continue
            if not any(re.search(pattern, line) for pattern in self.expected):
                problems.append(line)
        return problems

    def pins(self):
        return bpf.pin_folder(self.instance)

    def _kernel_leaks(self):
        if os.path.isdir(self.pins()):
            yield f"pins: {os.listdir(self.pins())}"
        for identifier in self.maps:
            if bpf.map_exists(identifier):
                yield f"map {identifier} {self.maps[identifier]}"
        for identifier, (name, maps) in bpf.programs().items():
            if maps & self.maps.keys():
                yield f"program {identifier} {name}"

    def _device_leaks(self):
        alias = f"xvswitch:{self.instance}:"
        for where, links in (("the switch's", self.ns.links()),
                             ("the root", {link["ifname"]: link for link in
                                           json.loads(run("ip", "-d", "-j", "link"))})):
            for name, link in links.items():
                if link.get("ifalias", "").startswith(alias):
                    yield f"device {name} in {where} namespace"
        if not self.own_ns:
            return
        for name, link in self.ns.links().items():
            if link.get("xdp", {}).get("prog", {}).get("name", "").startswith("xvs"):
                yield f"XDP program on {name}"
            if link.get("promiscuity") and "master" not in link:
                yield f"{name} is promiscuous"
            with self.ns.inside():
                if bpf.tcx_programs(link["ifindex"]):
                    yield f"TC program on {name}"
        if "clsact" in self.ns.run("tc", "qdisc"):
            yield "a clsact qdisc"

    def _process_leaks(self):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if self.instance.encode() in words:
                yield f"process {pid}: {b' '.join(words).decode()}"

    def leaks(self):
        return [*self._kernel_leaks(), *self._device_leaks(), *self._process_leaks()]

    def close(self):
        """Removes the switch, and says what of it is left: a list of sentences."""
        problems = []
        if self.running():
            try:
                self.shutdown()
            except Exception as problem:  # whatever it is, the rest has to be cleaned up
                problems.append(f"shutdown: {problem}")
                self.kill()
        if os.path.isdir(self.pins()):
            try:
                self.teardown()
            except AssertionError as problem:
                problems.append(f"teardown: {problem}")
        try:
            # The kernel frees maps and programs after a grace period.
            wait_for(lambda: not self.leaks(), "everything is gone")
        except AssertionError:
            problems += self.leaks()
        if os.path.exists(self.log_file):
            problems += [f"log: {line}" for line in self.log_problems()]
        if self.own_ns:
            self.ns.delete()
        return problems
