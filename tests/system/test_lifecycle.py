# SPDX-License-Identifier: BSD-2-Clause
"""The daemon comes and goes; the frames do not notice."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time

import pytest

from harness.frames import BROADCAST, Stream, frame, reach, send
from harness.netns import run
from harness.tcp import transfer
from harness.wait import wait_for


@pytest.fixture(params=("tc", "xdp"))
def pair(switch, hosts, request):
    """Two hosts that the switch knows, and a third one that it does not."""
    a, b, c = hosts(3, addresses=False, gro=True)
    switch.add_ports("br0", a, b, c)
    for host in (a, b, c):
        switch.ctl("set", "interface", host.port, f"options:rx-hook={request.param}")
    for host in (a, b):
        send(host, "eth0", frame(BROADCAST, host.mac))
    wait_for(lambda: {a.mac, b.mac} <= set(switch.fdb()), "both are learned")
    return a, b, c


@pytest.mark.parametrize("end", ("kill", "stop"))
def test_no_frame_is_lost(switch, pair, end):
    """SIGKILL or SIGTERM, and a new start, under traffic in both directions."""
    a, b, c = pair
    with Stream(a, b) as there, Stream(b, a) as back:
        time.sleep(0.1)  # traffic before, in between and after is what is tested here
        getattr(switch, end)()
        time.sleep(0.1)
        switch.start()
        time.sleep(0.1)
    assert (there.lost(), back.lost()) == ([], [])


@pytest.mark.parametrize("end", ("kill", "stop"))
def test_without_a_daemon(switch, pair, end):
    a, b, c = pair
    known = switch.fdb()
    getattr(switch, end)()
    assert reach(a, b.mac, pair) == [b], "what is known goes where it belongs"
    assert reach(a, c.mac, pair) == [b, c], "what is unknown is flooded"
    switch.start()
    assert {a.mac, b.mac} <= set(switch.fdb()), "what was learned is kept"
    assert {mac: entry[0] for mac, entry in switch.fdb().items() if mac in known} == \
        {mac: entry[0] for mac, entry in known.items()}
    assert reach(a, b.mac, pair) == [b]
    send(c, "eth0", frame(BROADCAST, c.mac))
    wait_for(lambda: switch.learned(c.mac), "learning goes on")
    assert reach(a, c.mac, pair) == [c]


def test_a_configuration_that_does_not_fit(switch, hosts):
    """Of an earlier version, which would be refused today: it is no reason not to start, and the log says what."""
    a, b, c = made = hosts(3, addresses=False)
    switch.add_ports("br0", *made)
    switch.ctl("add-port", "br0", "in1", "tag=10", "--", "set", "interface", "in1", "type=internal")
    switch.stop()
    with contextlib.closing(sqlite3.connect(switch.db)) as database, database:
        database.execute("UPDATE Port SET fake_bridge = 1 WHERE name = 'p1'")  # which is not internal
        database.execute("UPDATE Port SET fake_bridge = 1, tag = '[\"set\",[]]' WHERE name = 'in1'")
    switch.expect_log("warn port: port p1 is a fake bridge, which needs an interface of type internal and a tag")
    switch.start()
    assert switch.log_problems() == [] and "warn port: port p1 is a fake bridge" in switch.log()
    assert switch.ctl("list-br") and reach(a, BROADCAST, made) == [b, c]
    assert "p1" in switch.refused("add-port", "br0", "p9"), "who changes something has to mend that first"
    mended = ["set", "port", "p1", "fake_bridge=false", "--", "set", "port", "in1", "tag=10"]
    assert "1048576" in switch.refused(*mended, "--", "set", "port", "p2", "tag=99", "--", "add-br", "br1", "--",
                                       "set", "bridge", "br1", "other-config:mac-table-size=1048576")
    assert reach(a, BROADCAST, made) == [b, c], "what was not to be is undone"
    switch.ctl(*mended)
    switch.stop()
    switch.start()
    assert reach(a, BROADCAST, made) == [b, c]


def test_changes_while_no_daemon_runs(switch, lab, pair):
    """A device that went, one that came: the new daemon sees both."""
    a, b, c = pair
    switch.ctl("add-port", "br0", "p4", warning="p4")
    switch.kill()
    switch.ns.ip("link del p2")
    d = lab.host(switch.ns, 4, addresses=False, gro=True)
    switch.start()
    assert "p2" in switch.complaint("p2")
    assert switch.complaint("p4") is None
    assert reach(a, BROADCAST, [c, d]) == [c, d]
    assert b.mac not in switch.fdb()


def test_counters_outlive_the_daemon(switch, pair):
    before = switch.counters("p1")
    assert before["rx"] >= 1
    switch.kill()
    switch.start()
    assert switch.counters("p1")["rx"] >= before["rx"]


def test_configuration_outlives_shutdown(switch, pair):
    a, b, c = pair
    shown = switch.ctl("show")
    switch.shutdown()
    assert set(switch.ns.links()) == {"lo", "p1", "p2", "p3"}
    wait_for(lambda: not switch.leaks(), "nothing is left")
    assert reach(a, BROADCAST, [], others=[b, c]) == []
    switch.start()
    assert switch.ctl("show") == shown
    assert reach(a, BROADCAST, [b, c]) == [b, c]


def test_teardown(switch, pair):
    """xvswitchd --teardown, where no daemon runs."""
    a, b, c = pair
    switch.kill()
    assert reach(a, b.mac, pair) == [b]
    found = "\n".join(switch.leaks())
    for what in ("pins: ", "map ", "program ", "device br0 ", "TC program on p1"):
        assert what in found, "this test's own eyes are good"
    switch.teardown()
    wait_for(lambda: not switch.leaks(), "nothing is left")
    assert reach(a, b.mac, [], others=[b, c]) == []


def test_teardown_is_refused_while_it_runs(switch):
    done = subprocess.run(switch.command("--teardown"), stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert str(switch.process.pid) in done.stderr
    assert switch.ctl("list-br") == ""


def test_second_daemon_refuses(switch):
    with switch.ns.inside():
        done = subprocess.run(switch.command(), stderr=subprocess.PIPE, text=True, check=False, timeout=10)
    assert done.returncode == 1
    assert str(switch.process.pid) in done.stderr
    assert switch.ctl("list-br") == ""


def test_ip_netns_exec(bare_switch, hosts):
    """`ip netns exec` gives each start a /sys of its own; the pins are found all the same."""
    switch = bare_switch
    wrapper = ("ip", "netns", "exec", switch.ns.name)
    a, b, c = hosts(3)
    switch.start(wrapper)
    switch.add_ports("br0", a, b, c)
    transfer(a, b)
    wait_for(lambda: {a.mac, b.mac} <= set(switch.fdb()), "learned")
    for end in (switch.stop, switch.kill):
        with Stream(a, b) as stream:
            end()
            time.sleep(0.1)
            switch.start(wrapper)
            time.sleep(0.1)
        assert stream.lost() == []
        assert {a.mac, b.mac} <= set(switch.fdb()), "taken over"
        assert reach(c, a.mac, [a, b, c]) == [a]
    transfer(b, a, 6)


def test_start_by_nsenter_then_ip_netns_exec(bare_switch, hosts):
    """The two ways of starting see the same pins."""
    switch = bare_switch
    a, b, c = hosts(3, addresses=False)
    switch.start(("nsenter", f"--net={switch.ns.path}"))
    switch.add_ports("br0", a, b, c)
    send(a, "eth0", frame(BROADCAST, a.mac))
    wait_for(lambda: switch.learned(a.mac), "learned")
    switch.kill()
    switch.start(("ip", "netns", "exec", switch.ns.name))
    assert switch.learned(a.mac)
    assert reach(c, a.mac, [a, b, c]) == [a]


def test_detach(bare_switch):
    """--detach returns when the switch answers; the pid file tells who it is."""
    switch = bare_switch
    switch.ns.run(*switch.command("--detach", "--log-file", switch.log_file))
    switch.ctl("add-br", "br0")
    with open(os.path.join(switch.run_dir, "xvswitchd.pid"), encoding="ascii") as file:
        pid = int(file.read())
    assert switch.instance in open(f"/proc/{pid}/cmdline", encoding="ascii").read()
    switch.ctl("shutdown")
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "it ended")


def test_detach_tells_of_failure(switch):
    with switch.ns.inside():
        done = subprocess.run(switch.command("--detach"), stderr=subprocess.PIPE, text=True, check=False, timeout=10)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT))
def test_signals_end_it(switch, number):
    switch.process.send_signal(number)
    assert switch.process.wait(5) == 0


@pytest.mark.parametrize("words", (["--no-such-option"], ["extra"], ["--log-level", "loud"], ["--instance", "a/b"],
                                   ["--instance", "x" * 40]), ids=" ".join)
def test_bad_options(switch, words):
    done = subprocess.run([switch.command()[0], *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          check=False, timeout=10)
    assert done.returncode == 1
    assert done.stderr.startswith("xvswitchd: ")
    assert len(done.stderr.splitlines()) == 1


def test_two_instances_in_one_namespace(lab, switch, hosts):
    a, b, c, d = hosts(4, addresses=False)
    other = lab.switch(switch.ns).start()
    switch.add_ports("br0", a, b)
    other.add_ports("br1", c, d)
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
    assert reach(c, BROADCAST, [d], others=[a, b]) == [d]
    other.shutdown()
    assert reach(a, BROADCAST, [b], others=[c, d]) == [b]
    assert reach(c, BROADCAST, [], others=[a, b, d]) == []


def test_nothing_in_the_root_namespace(switch):
    switch.ctl("add-br", "onlyhere0")
    assert "onlyhere0" not in run("ip", "-br", "link")
