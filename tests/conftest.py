# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the running switch: system/ in network namespaces, vm/ in virtual machines (QEMU).

All of them, and one of them (as root; /usr/bin/python3 has Debian's python3-pytest):

    sudo /usr/bin/python3 -m pytest tests
    sudo /usr/bin/python3 -m pytest tests/system/test_fdb.py -k static -v

XVS_BUILD names the build folder (the binaries are $XVS_BUILD/switchd/xvswitchd and $XVS_BUILD/cli/xvsctl), by
default the source folder. The virtual machines' kernel is downloaded once, by apt-get, into
${XDG_CACHE_HOME:-/var/cache}/xvswitch-tests; without QEMU or that kernel their tests are skipped and say so.

Every test makes its own namespaces and its own instance of the switch, so that runs may go on side by side.
It waits for states, never for times (harness/wait.py). When it ends, nothing may be left: no pin, map,
program, device or process of its instance, and no warning in the daemon's log that was not expected with
switch.expect_log(). A failed test shows the log.

    def test_two_hosts(switch, hosts):
        a, b, c = hosts(3)                          # veths p1, p2, p3; eth0 in a namespace each
        switch.add_ports("br0", a, b, c)            # add-br br0 -- add-port br0 p1 -- ...
        assert reach(a, b.mac, [b, c]) == [b, c]    # flooded: b is not known yet
        transfer(a, b)                              # TCP, hash of the payload compared

To look on: `pytest --pdb`, then `ip netns` and `nsenter --net=/run/netns/NAME`.
"""

import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from harness import guest, kernel  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.switch import XVSCTL, XVSWITCHD  # noqa: E402

PROGRAMS = ("ip", "tc", "ethtool", "bpftool")


def pytest_collection_modifyitems(items):
    for binary in (XVSWITCHD, XVSCTL):
        if not os.access(binary, os.X_OK):
            raise pytest.UsageError(f"{binary} is not built; XVS_BUILD names the build folder")
    reason = None
    os.environ["PATH"] += os.pathsep + "/usr/sbin" + os.pathsep + "/sbin"
    if os.geteuid():
        reason = "needs root (sudo /usr/bin/python3 -m pytest tests): nothing of the running switch is tested"
    for program in PROGRAMS:
        if not shutil.which(program):
            reason = f"needs {program}: nothing of the running switch is tested"
    if reason:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Lets a test's log of the daemon stand in the report of its failure."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for name in ("switch", "bare_switch"):
            value = getattr(item, "funcargs", {}).get(name)
            if value is not None and os.path.exists(value.log_file):
                report.sections.append(("xvswitchd's log", value.log()))


@pytest.fixture
def lab(tmp_path):
    with Lab(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def module_lab(tmp_path_factory):
    """For a topology that all tests of a file share."""
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture(scope="module", params=(1500, 9000), ids=lambda mtu: f"mtu{mtu}")
def lab_and_mtu(tmp_path_factory, request):
    """The same, for a topology that is tried with frames of either size."""
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        yield made, request.param


@pytest.fixture(scope="session")
def cloud_kernel():
    """Debian's kernel for virtual machines, or the test is skipped."""
    try:
        guest.check_programs()
        return kernel.Kernel()
    except kernel.Unavailable as problem:
        pytest.skip(f"{problem}: nothing is tested in virtual machines, of other kernels or with their cards")


@pytest.fixture(scope="session")
def endpoint_image(cloud_kernel, tmp_path_factory):
    """Kernel and initramfs of a machine that is an endpoint: for Lab.guest()."""
    path = str(tmp_path_factory.mktemp("guest") / "initramfs")
    guest.basic_initramfs(cloud_kernel).write(path)
    return cloud_kernel, path


@pytest.fixture
def bare_switch(lab):
    """A switch that is not started yet."""
    return lab.switch()


@pytest.fixture
def switch(bare_switch):
    return bare_switch.start()


@pytest.fixture
def hosts(lab, bare_switch):
    """hosts(3, gro=True): that many hosts on veths of the switch's namespace; numbers go on from call to call."""
    made = []

    def make(count, **options):
        new = [lab.host(bare_switch.ns, len(made) + 1 + i, **options) for i in range(count)]
        made.extend(new)
        return new

    return make


@pytest.fixture
def taps(lab, bare_switch):
    """taps(2): that many tap devices, numbered from 101."""
    return lambda count, **options: [lab.tap(bare_switch.ns, 101 + i, **options) for i in range(count)]


def pytest_sessionfinish(session):
    """Where all that tests need was installed (XVS_NO_SKIP is set), a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("XVS_NO_SKIP") and reporter and reporter.stats.get("skipped") and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
