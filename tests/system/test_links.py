# SPDX-License-Identifier: BSD-2-Clause
"""xvsctl called as one of Open vSwitch's programs: the request that it makes of a command line, what it makes of the
answer, and how both agree with the real programs."""

import os
import re
import shutil
import signal
import subprocess

import pytest

from harness import openvswitch
from harness.fake_switch import FakeSwitch
from harness.package import unpacked
from harness.switch import XVSCTL

LINKS = ("ovs-vsctl", "ovs-ofctl", "ovs-appctl")


@pytest.fixture
def fake():
    made = FakeSwitch()
    yield made
    made.close()


@pytest.fixture
def real(tmp_path):
    """real(program, *words): runs Open vSwitch's own, which finds neither database nor daemon."""
    why = openvswitch.missing()
    if why:
        pytest.skip(f"{why}: the links are not compared with Open vSwitch's own programs")
    root = unpacked("openvswitch", *openvswitch.PACKAGES)

    def run(program, *words):
        return subprocess.run([program, *words], executable=os.path.join(root, "usr/bin", program), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, check=False,
                              env={**os.environ, "OVS_RUNDIR": str(tmp_path), "OVS_LOGDIR": str(tmp_path)})

    return run


# What goes to the switch

REQUESTS = (
    # program, its words, those of the request
    ("xvsctl", "add-br br0 -- add-port br0 p1 tag=1", "add-br br0 -- add-port br0 p1 tag=1"),
    ("xvsctl", "--oneline show", "--oneline show"),
    ("xvsctl", "-O OpenFlow13 dump-ports br0", "--protocols=OpenFlow13 dump-ports br0"),
    ("ovs-vsctl", "list-br", "list-br"),
    ("ovs-vsctl", "-- --may-exist add-br br0 -- list-br", "-- --may-exist add-br br0 -- list-br"),
    ("ovs-vsctl", "--timeout=5 -- --may-exist add-port br0 p1", "-- --may-exist add-port br0 p1"),
    ("ovs-vsctl", "--if-exists get port p1 tag", "--if-exists get port p1 tag"),
    ("ovs-vsctl", "--if-exists --oneline get port p1 tag", "--oneline --if-exists get port p1 tag"),
    ("ovs-vsctl", "--if-exists --oneline -- get port p1 tag", "--oneline -- --if-exists get port p1 tag"),
    ("ovs-vsctl", "-t 1 show", "show"),
    ("ovs-vsctl", "-t1 show", "show"),
    ("ovs-vsctl", "--ti 9 --onel --no-w show", "--oneline --no-wait show"),
    ("ovs-vsctl", "--no-heading --dat=bare -f csv list bridge", "--no-headings --data=bare --format=csv list bridge"),
    ("ovs-vsctl", "--format list --dry-r list bridge", "--format=list --dry-run list bridge"),
    ("ovs-vsctl", "-fcsv -dbare list bridge", "--format=csv --data=bare list bridge"),
    ("ovs-vsctl", "--pretty -f json list bridge", "--pretty --format=json list bridge"),
    ("ovs-vsctl", "--bare list bridge", "--format=list --data=bare --no-headings list bridge"),
    ("ovs-vsctl", "--may add-br br0", "--may-exist add-br br0"),
    ("ovs-vsctl", "--db=tcp:[::1]:6640 -vconsole:off -v --verbose --log-file -p a -c b -C c --no-syslog --retry "
     "--no-leader-only --ssl-ciphers=ALL show", "show"),
    # Behind the first command nothing is the program's.
    ("ovs-vsctl", "list-br --oneline", "list-br --oneline"),
    ("ovs-vsctl", "show -- --oneline list-br -t 5", "show -- --oneline list-br -t 5"),
    ("ovs-vsctl", "-- --dry-run list-br", "-- --dry-run list-br"),
    ("ovs-vsctl", "set port p1 tag=-1 -x", "set port p1 tag=-1 -x"),
    ("ovs-ofctl", "dump-ports br0", "dump-ports br0"),
    ("ovs-ofctl", "dump-ports -O OpenFlow13 br0 --names -t 5 1", "--protocols=OpenFlow13 dump-ports br0 1"),
    ("ovs-ofctl", "-m --sort --rsort=in_port --proto=OpenFlow10 --strict dump-ports br0 --bundle",
     "--protocols=OpenFlow10 dump-ports br0"),
    ("ovs-ofctl", "dump-ports br0 -- --strict", "dump-ports br0 --strict"),
    ("ovs-ofctl", "dump-ports -- -1 --", "dump-ports -1 --"),
    ("ovs-appctl", "fdb/show br0", "fdb/show br0"),
    ("ovs-appctl", "-t ovs-vswitchd fdb/show br0", "fdb/show br0"),
    ("ovs-appctl", "--target=/run/x.ctl -T 3 fdb/flush -t x --help", "fdb/flush -t x --help"),
    ("ovs-appctl", "--ti=4 -e -- fdb/flush -- a", "fdb/flush -- a"),
)


@pytest.mark.parametrize("program,words,expected", REQUESTS, ids=lambda value: value[:60])
def test_request(fake, program, words, expected):
    done = fake.run(program, *words.split())
    assert (done.returncode, done.stderr) == (0, "")
    request, = fake.requests
    assert request["method"] == ("run" if program == "xvsctl" else program)
    assert request["params"] == expected.split()


@pytest.mark.parametrize("program", ("xvsctl", "ovs-vsctl"))
def test_words_stay_whole(fake, program):
    words = ["set", "port", "a b", 'x="1 2"', "", "ümlaut"]
    fake.run(program, "--format", "a b", *words)
    assert fake.requests[0]["params"] == ["--format=a b", *words]


@pytest.mark.parametrize("program", ("xvsctl", *LINKS))
def test_any_folder_in_front(fake, program, tmp_path):
    (tmp_path / program).symlink_to(XVSCTL)
    environment = {**os.environ, "XVS_INSTANCE": fake.instance}
    for name in (str(tmp_path / program), program, f"./{program}"):
        subprocess.run([name, "show"], executable=XVSCTL, env=environment, timeout=30, check=True)
    methods = {request["method"] for request in fake.requests}
    assert methods == {"run" if program == "xvsctl" else program}


def test_another_name_is_xvsctl(fake):
    environment = {**os.environ, "XVS_INSTANCE": fake.instance}
    done = subprocess.run(["ovs-nothing", "--instance", "a/b", "show"], executable=XVSCTL, env=environment,
                          stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert done.stderr.startswith("xvsctl: instance name")


@pytest.mark.parametrize("program", LINKS)
def test_xvsctl_alone_takes_an_instance(fake, program):
    done = fake.run(program, "--instance=x", "show")
    assert done.returncode == 1
    assert done.stderr == f"{program}: unrecognized option '--instance=x'\n"
    assert not fake.requests


@pytest.mark.parametrize("program,words", (("xvsctl", ("apply",)), ("ovs-ofctl", ("add-flows", "br0"))), ids=("xvsctl", "ovs-ofctl"))
def test_a_request_that_is_too_long(fake, tmp_path, program, words):
    # JSON takes six characters for each of these.
    (tmp_path / "long").write_bytes(b"\x01" * (6 << 20))
    done = fake.run(program, *words, str(tmp_path / "long"))
    assert (done.returncode, done.stderr) == (1, f"{program}: the command is longer than 32 MiB\n")
    assert not fake.requests


def test_not_utf8(fake):
    for words in ((b"show", b"\xff"), (b"--format=\xff", b"show")):
        done = subprocess.run([XVSCTL, *words], stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        assert done.returncode == 1
        assert "not UTF-8" in done.stderr


# What comes of the answer

@pytest.mark.parametrize("program", ("xvsctl", *LINKS))
def test_answer(fake, program):
    fake.says("one\ntwo\n", warning="first\nsecond")
    done = fake.run(program, "show")
    assert (done.returncode, done.stdout) == (0, "one\ntwo\n")
    assert done.stderr == f"{program}: warning: first\n{program}: warning: second\n"


@pytest.mark.parametrize("program,status", (("xvsctl", 1), ("ovs-vsctl", 1), ("ovs-ofctl", 1), ("ovs-appctl", 2)))
def test_refused(fake, program, status):
    fake.says(status=1, error="no bridge named br9")
    done = fake.run(program, "show")
    assert (done.returncode, done.stdout, done.stderr) == (status, "", f"{program}: no bridge named br9\n")


@pytest.mark.parametrize("program", ("xvsctl", "ovs-vsctl"))
def test_a_status_of_its_own(fake, program):
    fake.says(status=2)
    done = fake.run(program, "br-exists", "br9")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.parametrize("program", ("xvsctl", *LINKS))
def test_timeout(fake, program):
    fake.answer = None
    words = ["-T" if program == "ovs-appctl" else "-t", "1", "show"]
    done = fake.run(program, *words)
    assert done.returncode == -signal.SIGALRM
    assert done.stderr == f"{program}: the switch did not answer within 1 seconds\n"


def test_timeout_as_a_shell_sees_it(fake):
    fake.answer = None
    done = subprocess.run(["sh", "-c", f"{XVSCTL} -t 1 show; echo $?"], stdout=subprocess.PIPE, text=True, timeout=30,
                          stderr=subprocess.DEVNULL, check=True, env={**os.environ, "XVS_INSTANCE": fake.instance})
    assert done.stdout == "142\n"


@pytest.mark.parametrize("program", ("xvsctl", *LINKS))
def test_no_switch(program):
    done = subprocess.run([os.path.join(os.path.dirname(XVSCTL), program), "show"], stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "XVS_INSTANCE": "xvt-nobody"}, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{program}: no switch is running as instance \"xvt-nobody\"")


# With a switch behind them

@pytest.fixture
def linked(bare_switch):
    """linked(program, *words) -> exit status, output, complaint; of a switch where the links find it."""
    bare_switch.run_dir = f"/run/xvswitch/{bare_switch.instance}"
    bare_switch.start()

    def run(program, *words):
        done = subprocess.run([os.path.join(os.path.dirname(XVSCTL), program), *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=30, check=False,
                              env={**os.environ, "XVS_INSTANCE": bare_switch.instance})
        return done.returncode, done.stdout, done.stderr

    return run


def test_each_has_its_own_commands(linked):
    assert linked("ovs-vsctl", "add-br", "br0") == (0, "", "")
    assert linked("ovs-vsctl", "list-br") == (0, "br0\n", "")
    assert linked("ovs-vsctl", "br-exists", "br9") == (2, "", "")
    assert linked("ovs-ofctl", "dump-ports", "-O", "OpenFlow13", "br0")[0] == 0
    assert linked("ovs-appctl", "-t", "ovs-vswitchd", "fdb/show", "br0")[0] == 0
    for program, words, expected in (("ovs-vsctl", ["fdb/show", "br0"], 1), ("ovs-vsctl", ["shutdown"], 1),
                                     ("ovs-ofctl", ["list-br"], 1), ("ovs-appctl", ["add-br", "br1"], 2),
                                     ("ovs-appctl", ["shutdown"], 2)):
        status, output, complaint = linked(program, *words)
        assert (status, output) == (expected, ""), (program, words)
        assert complaint.startswith(f"{program}: ") and len(complaint.splitlines()) == 1


def test_what_runs(linked):
    """As Open vSwitch's daemons answer."""
    status, output, _ = linked("ovs-appctl", "version")
    assert status == 0 and re.match(r"ovs-vswitchd \(Open vSwitch\) \d+\.\d+\.\d+\n", output)
    status, output, _ = linked("ovs-appctl", "-t", "ovs-vswitchd", "list-commands")
    lines = output.splitlines()
    assert status == 0 and lines[0] == "The available commands are:"
    assert "  fdb/show                BRIDGE" in lines
    assert not any("add-br" in line or "dump-ports" in line for line in lines)


# As the real ones

SAME_COMPLAINTS = (
    ("ovs-vsctl", "--nosuch list-br"), ("ovs-vsctl", "-x list-br"), ("ovs-vsctl", "-oneline list-br"),
    ("ovs-vsctl", "--oneline=3 list-br"), ("ovs-vsctl", "--timeout"), ("ovs-vsctl", "-t"),
    ("ovs-vsctl", "--help=x"), ("ovs-vsctl", "--o list-br"), ("ovs-vsctl", "--max list-br --db"),
    ("ovs-vsctl", "-t 0 list-br"), ("ovs-vsctl", "--timeout=abc list-br"), ("ovs-vsctl", "--timeout= list-br"),
    ("ovs-vsctl", "-t -1 list-br"), ("ovs-vsctl", "-t 5x list-br"), ("ovs-vsctl", ""), ("ovs-vsctl", "--"),
    ("ovs-vsctl", "-- --"), ("ovs-vsctl", "--oneline"), ("ovs-vsctl", "--if-exists"),
    ("ovs-ofctl", "-t x show"), ("ovs-ofctl", ""), ("ovs-appctl", "-T 0 version"), ("ovs-appctl", ""),
    ("ovs-ofctl", "--commands"), ("ovs-ofctl", "-x"), ("ovs-ofctl", "--ti 5 show br0"), ("ovs-ofctl", "show -O"),
    ("ovs-ofctl", "--strict=1 show br0"), ("ovs-ofctl", "show br0 --nosuch"),
    ("ovs-appctl", "--commands"), ("ovs-appctl", "--t version"), ("ovs-appctl", "-x"), ("ovs-appctl", "-T"),
    ("ovs-appctl", "--target"),
)


@pytest.mark.parametrize("program,words", SAME_COMPLAINTS, ids=lambda value: value)
def test_complaints_as_the_real_one(fake, real, program, words):
    ours, theirs = fake.run(program, *words.split()), real(program, *words.split())
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr)
    assert not fake.requests


def test_ambiguous_as_the_real_one(fake, real):
    """The same sentence; the possibilities come in the order of either's table."""
    ours, theirs = fake.run("ovs-vsctl", "--no"), real("ovs-vsctl", "--no")
    assert ours.returncode == theirs.returncode == 1
    assert sorted(ours.stderr.split()) == sorted(theirs.stderr.split())


@pytest.mark.parametrize("program", LINKS)
@pytest.mark.parametrize("words", ("--version", "-V", "--vers list-br", "-Vh"))
def test_version_as_the_real_one(fake, real, program, words):
    ours, theirs = fake.run(program, *words.split()), real(program, *words.split())
    assert ours.stdout.startswith(theirs.stdout)
    rest = ours.stdout.removeprefix(theirs.stdout)
    assert re.fullmatch(r"xvswitch \d+\.\d+\.\d+\n", rest)
    assert (ours.returncode, ours.stderr) == (0, "")


def test_version_of_its_own(fake):
    assert re.fullmatch(r"xvsctl \(xvswitch\) \d+\.\d+\.\d+\n", fake.run("xvsctl", "--version").stdout)


def parse_commands(text):
    """Lines of --commands: name -> (its options, the marks of its arguments)."""
    commands = {}
    for line in text.splitlines():
        options, name, arguments = line.split(",", 2)
        commands[name] = (set(re.findall(r"\[(.*?)\]", options)), [word[0] for word in arguments.split()])
    return commands


# Open vSwitch's lists no arguments of these, though they take some.
SILENT = {"add-zone-tp", "del-zone-tp", "list-zone-tp", "list-dp-cap"}


def test_commands_as_the_real_one(fake, real):
    ours = parse_commands(fake.run("ovs-vsctl", "--commands").stdout)
    theirs = parse_commands(real("ovs-vsctl", "--commands").stdout)
    assert ours and set(ours) <= set(theirs)
    for name, (options, marks) in ours.items():
        assert options <= theirs[name][0], name
        if name not in SILENT:
            assert marks == theirs[name][1], name


# Those of ovs-ofctl as a daemon, and for files of packets.
LEFT_OUT = {"detach", "monitor", "no-chdir", "no-self-confinement", "overwrite-pidfile", "pidfile", "user", "pcap", "raw"}


@pytest.mark.parametrize("program,option", (("ovs-vsctl", "--options"), ("ovs-ofctl", "--option"), ("ovs-appctl", "-o")))
def test_options_as_the_real_one(fake, real, program, option):
    ours, theirs = ({line.strip() for line in run(program, option).stdout.splitlines()} for run in (fake.run, real))
    assert ours == {line for line in theirs if line.lstrip("-").partition("=")[0] not in LEFT_OUT}


@pytest.mark.parametrize("program,has,has_not", (
    ("xvsctl", ("add-br", "dump-ports", "fdb/show", "shutdown", "--instance"), ("This is xvswitch",)),
    ("ovs-vsctl", ("add-br", "--oneline", "This is xvswitch"), ("dump-ports", "fdb/show", "shutdown", "--instance")),
    ("ovs-ofctl", ("dump-ports", "--strict", "This is xvswitch"), ("add-br", "fdb/show", "--oneline", "--instance")),
    ("ovs-appctl", ("fdb/show", "--target", "This is xvswitch"), ("add-br", "dump-ports", "--oneline", "--instance")),
))
def test_help(fake, program, has, has_not):
    for option in ("--help", "-h"):
        text = fake.run(program, option).stdout
        assert text.startswith(f"usage: {program} ")
        assert all(word in text for word in has)
        assert not any(word in text for word in has_not)
    assert not fake.requests


@pytest.mark.parametrize("program", LINKS)
def test_links_are_there(program):
    folder = os.path.dirname(XVSCTL)
    assert os.readlink(os.path.join(folder, program)) == "xvsctl"
    assert shutil.which(program, path=folder)
