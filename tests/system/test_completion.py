# SPDX-License-Identifier: BSD-2-Clause
"""Completion: what xvsctl says can stand next, and that bash and zsh put it there."""

import os
import re
import shutil
import subprocess

import pytest

from harness.shell import Shell
from harness.switch import XVSCTL

SCRIPTS = os.path.join(os.path.dirname(__file__), "..", "..", "cli", "completion")
FILE = 3  # exit status: a file's name is wanted


@pytest.fixture(scope="module")
def busy(module_lab):
    """A switch with two bridges: br-one with ports p1 and port-two, br-two with p3."""
    switch = module_lab.switch().start()
    switch.ctl("add-br", "br-one", "--", "add-port", "br-one", "p1", "--", "add-port", "br-one", "port-two",
               "--", "add-br", "br-two", "--", "add-port", "br-two", "p3", warning="no network device")
    return switch


def ask(switch, *words):
    where = ["--instance", switch.instance, "--run-dir", switch.run_dir]
    return subprocess.run([XVSCTL, "--complete", words[0], *(where if words[0] == "xvsctl" else ()), *words[1:]],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False)


def candidates(switch, *words):
    done = ask(switch, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize("line,expected", (
    # Commands, of the program alone, in any place of a chain
    ("xvsctl br-to-", ["br-to-parent", "br-to-vlan"]),
    ("xvsctl -- list-p", ["list-ports"]),
    ("xvsctl show -- list-p", ["list-ports"]),
    ("xvsctl --oneline --format json list-p", ["list-ports"]),
    ("xvsctl dump-po", ["dump-ports", "dump-ports-desc"]),
    ("ovs-vsctl dump-po", []),
    ("ovs-vsctl fdb", []),
    ("ovs-vsctl shut", []),
    ("ovs-ofctl dump-po", ["dump-ports", "dump-ports-desc"]),
    ("ovs-appctl fdb/st", ["fdb/stats-show"]),
    ("/usr/bin/ovs-appctl add", []),
    # Options: with a value or not, the program's only in front
    ("xvsctl --onel", ["--oneline"]),
    ("xvsctl --time", ["--timeout="]),
    ("xvsctl --if-exists --may", []),
    ("xvsctl --may", ["--may-create", "--may-exist"]),
    ("xvsctl -- --onel", []),
    ("xvsctl show -- --may-e", ["--may-exist"]),
    ("xvsctl --db", []),
    ("ovs-ofctl dump-ports br-one --stri", ["--strict"]),
    ("ovs-appctl --tar", []),
    # A command that has the options in front of it
    ("xvsctl --may-exist add-p", ["add-port"]),
    ("xvsctl --may-exist del", []),
    ("xvsctl --oneline --may-exist -- add-p", ["add-port"]),
    ("xvsctl --oneline --may-exist -- del", []),
    ("xvsctl show -- --fake ", ["list-br"]),
    # The next command of a chain
    ("xvsctl add-br x -", ["--"]),
    ("ovs-appctl fdb/show br -", []),
    # Bridges and ports
    ("xvsctl del-br ", ["br-one", "br-two"]),
    ("xvsctl list-br -- list-ports br-o", ["br-one"]),
    ("xvsctl add-port br-", ["br-one", "br-two"]),
    ("xvsctl add-br x br-", ["br-one", "br-two"]),
    ("xvsctl add-br br-", []),
    ("xvsctl dump-ports br-two ", ["p3"]),
    ("xvsctl del-port br-one ", ["p1", "port-two"]),
    ("xvsctl del-port p", ["p1", "p3", "port-two"]),
    ("xvsctl port-to-br port-", ["port-two"]),
    ("xvsctl fdb/add br-two ", ["p3"]),
    ("xvsctl iface-to-br port", ["port-two"]),
    ("xvsctl set-fail-mode br-one s", ["secure", "standalone"]),
    ("xvsctl fdb/add br-two p3 ", []),
    ("xvsctl list-br ", []),
    # Tables, records, columns, keys and values
    ("xvsctl list Br", ["Bridge"]),
    ("xvsctl get interface port-", ["port-two"]),
    ("xvsctl --if-exists set int port-two link_st", []),
    ("xvsctl get int port-two link_st", ["link_state"]),
    ("xvsctl get bridge br-one other_c", ["other_config", "other_config:"]),
    ("xvsctl set bridge br-one other_c", ["other_config=", "other_config:"]),
    ("xvsctl clear bridge br-one other_c", ["other_config"]),
    ("xvsctl set bridge br-one datapath_type=system fail", ["fail_mode="]),
    ("xvsctl set bridge br-one fail-mode=", ["fail-mode=secure", "fail-mode=standalone"]),
    ("xvsctl set bridge br-one stp_enable=t", ["stp_enable=true"]),
    ("xvsctl add-port br-one p9 vlan_m", ["vlan_mode="]),
    ("xvsctl add-port br-one p9 tag=1 vlan_mode=ac", ["vlan_mode=access"]),
    ("xvsctl add-bond br-one b0 no1 no2 vlan_m", ["vlan_mode="]),
    ("xvsctl list open ", ["."]),
    ("xvsctl list nosuch ", []),
    ("xvsctl --columns=ofport_r", ["--columns=ofport_request"]),
    ("xvsctl --oneline -- --columns=name,ofport_r", ["--columns=name,ofport_request"]),
    # What makes no sense gets no answer
    ("xvsctl nosuch ", []),
    ("xvsctl --instance ", None),
    ("xvsctl --nosuch ", None),
))
def test_candidates(busy, line, expected):
    words = line.split(" ")
    if expected is None:
        assert ask(busy, *words).stdout == ""
    else:
        found = candidates(busy, *words)
        if line.endswith("list open "):
            found = [name for name in found if not re.fullmatch("[0-9a-f-]{36}", name)]
        assert sorted(found) == sorted(expected)


def test_new_ports_are_devices(busy):
    devices = candidates(busy, "xvsctl", "add-port", "br-one", "")
    assert sorted(devices) == sorted(os.listdir("/sys/class/net"))


def test_no_switch():
    done = subprocess.run([XVSCTL, "--complete", "xvsctl", "--instance=xvt-nobody", "del-br", ""], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# The shells

@pytest.fixture(params=("bash", "zsh"))
def shell(request, tmp_path):
    if not shutil.which(request.param):
        pytest.skip(f"needs {request.param}: what it completes is not tested")
    made = []

    def start(programs):
        made.append(Shell(request.param, programs, SCRIPTS, tmp_path))
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_shell(busy, shell):
    """Each line has one continuation: after a Tab it stands there, with a space behind it or not."""
    terminal = shell(os.path.dirname(XVSCTL))
    xvsctl = f"xvsctl --instance={busy.instance} --run-dir={busy.run_dir} "
    for line, expected in (
            ("xvsctl list-p", "xvsctl list-ports "),
            ("xvsctl show -- --may-e", "xvsctl show -- --may-exist "),
            ("xvsctl --time", "xvsctl --timeout="),
            ("ovs-vsctl list-po", "ovs-vsctl list-ports "),
            ("ovs-ofctl mod-f", "ovs-ofctl mod-flows "),
            ("ovs-appctl fdb/st", "ovs-appctl fdb/stats-show "),
            (xvsctl + "list-ports br-o", xvsctl + "list-ports br-one "),
            (xvsctl + "dump-ports br-two ", xvsctl + "dump-ports br-two p3 "),
            (xvsctl + "set port port-", xvsctl + "set port port-two "),
            (xvsctl + "set port port-two vlan_m", xvsctl + "set port port-two vlan_mode="),
            (xvsctl + "set port port-two vlan_mode=ac", xvsctl + "set port port-two vlan_mode=access ")):
        assert terminal.complete(line) == expected, line


def test_shell_obeys_no_name(busy, shell):
    """What a shell would act upon in a name is quoted on the line, and understood when it stands there."""
    terminal = shell(os.path.dirname(XVSCTL))
    xvsctl = f"xvsctl --instance={busy.instance} --run-dir={busy.run_dir} "
    busy.ctl("add-br", "x;$(id)*", "--", "add-port", "x;$(id)*", "q,&`r`", warning="no network device")
    try:
        for line, expected in (
                ("list-ports x", r"list-ports x\;\$\(id\)\* "),
                (r"list-ports x\;\$\(i", r"list-ports x\;\$\(id\)\* "),
                (r"dump-ports x\;\$\(id\)\* ", r"dump-ports x\;\$\(id\)\* q,\&\`r\` ")):
            assert terminal.complete(xvsctl + line) == xvsctl + expected
    finally:
        busy.ctl("del-br", "x;$(id)*")


def test_shell_completes_files(shell, tmp_path):
    """Where xvsctl says so; the name of a file and nothing else is completed then."""
    programs = tmp_path / "programs"
    programs.mkdir()
    script = programs / "xvsctl"
    script.write_text("#!/bin/sh\ncase \"$*\" in *apply*) exit 3 ;; esac\n")
    script.chmod(0o755)
    (tmp_path / "file-of-commands").touch()
    terminal = shell(programs)
    assert terminal.complete(f"xvsctl apply {tmp_path}/file-") == f"xvsctl apply {tmp_path}/file-of-commands "
    assert terminal.complete(f"xvsctl show {tmp_path}/file-") == f"xvsctl show {tmp_path}/file-"


def test_links_only(tmp_path):
    """What is not xvsctl under another name is left to its own completion."""
    for name, target in (("xvsctl", XVSCTL), ("ovs-ofctl", XVSCTL), ("ovs-vsctl", "/bin/true")):
        (tmp_path / name).symlink_to(target)
    said = subprocess.run(["/bin/bash", "-c", f"source {SCRIPTS}/xvsctl.bash; complete -p"], stdout=subprocess.PIPE,
                          text=True, timeout=30, check=True, env={"PATH": str(tmp_path)}).stdout
    assert sorted(said.splitlines()) == ["complete -F _xvsctl ovs-ofctl", "complete -F _xvsctl xvsctl"]
