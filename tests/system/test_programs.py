# SPDX-License-Identifier: BSD-2-Clause
"""Programs that configure Open vSwitch, as Debian has them, unmodified, with our ovs-vsctl: traffic has to pass."""

import os
import shutil
import subprocess

import pytest

from harness import openvswitch
from harness.frames import BROADCAST, reach
from harness.package import Unavailable, unpacked
from harness.switch import XVSCTL
from harness.vsctl import RUN_ROOT
from harness.wait import wait_for

LIMIT = 60.0  # seconds that a program may take
MININET = ("mininet", "net-tools", "python3-pkg-resources")

# Mininet raises the host's limits, and cleans up by killing processes by name and removing files of /tmp. It sees
# its own processes alone, and what it is to leave as it is cannot be written to.
KEPT = "/etc /proc/sys /tmp"
ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-ec",
         f'for folder in {KEPT}; do mount --bind $folder $folder; mount -o remount,bind,ro $folder; done; exec "$@"', "sh")


def unpack(name, *packages):
    """What is in these packages of Debian's; without them the test is skipped."""
    try:
        return unpacked(name, *packages)
    except Unavailable as why:
        pytest.skip(f"{why}: it is not tried with our ovs-vsctl then")


class Site:
    """A switch whose commands are the first that a program finds in its PATH."""

    def __init__(self, switch, folder):
        self.switch, self.ns = switch, switch.ns
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("ovs-vsctl", "ovs-ofctl", "ovs-appctl"):
            (self.bin / name).symlink_to(XVSCTL)
        self.environment = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(folder),
                            "XVS_INSTANCE": switch.instance}

    def stub(self, name, script):
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
        path.chmod(0o755)

    def add_path(self, root, *folders):
        added = ":".join(os.path.join(root, folder) for folder in folders)
        self.environment["PATH"] += f":{added}"

    def run(self, *argv, **variables):
        """Runs it where the switch is; exit status, and all that it said."""
        with self.ns.inside():
            done = subprocess.run(argv, env=self.environment | variables, stdin=subprocess.DEVNULL, timeout=LIMIT,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout

    def vsctl(self, *words):
        status, said = self.run("ovs-vsctl", *words)
        assert status == 0, said
        return said


@pytest.fixture
def site(bare_switch, tmp_path):
    bare_switch.run_dir = os.path.join(RUN_ROOT, bare_switch.instance)
    yield Site(bare_switch.start(), tmp_path)
    bare_switch.shutdown()
    shutil.rmtree(bare_switch.run_dir, ignore_errors=True)


# Mininet

@pytest.fixture
def mininet(site):
    """The command line of Mininet's runner."""
    root = unpack("mininet", *MININET)
    site.add_path(root, "usr/bin", "sbin")
    site.environment["PYTHONPATH"] = os.path.join(root, "usr/lib/python3/dist-packages")
    return (*ALONE, "/usr/bin/python3", os.path.join(root, "usr/bin/mn"))


@pytest.mark.parametrize("options", (
    "--switch ovsbr --topo tree,2",
    "--switch ovs,failMode=standalone --controller remote,ip=127.0.0.1 --topo linear,2",
), ids=("bridges", "controller"))
def test_mininet(site, mininet, options):
    status, said = site.run(*mininet, *options.split(), "--test", "pingall")
    assert status == 0 and "*** Results: 0% dropped" in said, said
    assert site.vsctl("list-br") == ""


def test_mininet_cleans_up(site, mininet):
    """After somebody killed it."""
    with site.ns.inside(), subprocess.Popen([*mininet, "--switch", "ovsbr", "--topo", "linear,2"], text=True,
                                            env=site.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT) as process:
        wait_for(lambda: site.vsctl("list-br") == "s1\ns2\n", "Mininet makes its bridges", LIMIT)
        process.kill()
    status, said = site.run(*mininet, "-c")
    assert status == 0 and "*** Cleanup complete." in said, said
    assert site.vsctl("list-br") == ""
    assert set(site.ns.links()) == {"lo"}


# Debian's ifupdown

@pytest.fixture
def ifupdown(site):
    """ifupdown(mode, device, type, ...): its script for one device, with the variables that ifup(8) gives it."""
    script = os.path.join(unpack("openvswitch", *openvswitch.PACKAGES), "usr/share/openvswitch/scripts/ifupdown.sh")
    # The service of an Open vSwitch that is installed is left alone.
    site.stub("systemctl", "exit 0")
    site.stub("service", "exit 0")
    site.stub("ifup", 'echo "ifup $*"')
    site.stub("ifdown", 'echo "ifdown $*"')

    def run(mode, device, kind, **options):
        variables = {f"IF_OVS_{name.upper()}": value for name, value in options.items()}
        status, said = site.run("sh", script, MODE=mode, IFACE=device, IF_OVS_TYPE=kind, **variables)
        assert status == 0, said
        return said

    return run


def test_ifupdown(site, hosts, ifupdown):
    a, b, c = hosts(3)
    site.switch.expect_log("is a patch port, but its options:peer, p[ab], is no port")
    ports = ((a.port, "OVSPort", {"bridge": "br0", "options": "tag=5"}),
             (b.port, "OVSPort", {"bridge": "br0", "options": "tag=5",
                                  "extra": "set interface ${IFACE} external-ids:who=$(echo ifupdown)"}),
             ("vlan6", "OVSIntPort", {"bridge": "br0", "options": "tag=6"}),
             (c.port, "OVSPort", {"bridge": "br1"}),
             ("pb", "OVSPatchPort", {"bridge": "br1", "patch_peer": "pa"}),
             ("pa", "OVSPatchPort", {"bridge": "br0", "patch_peer": "pb", "options": "tag=5"}))
    assert ifupdown("start", "br0", "OVSBridge", ports="p1 p2 vlan6") == "ifup --allow=br0 p1 p2 vlan6\n"
    assert ifupdown("start", "br1", "OVSBridge", extra="set bridge ${IFACE} other_config:mac-aging-time=60") == ""
    for device, kind, options in ports:
        # That the other end of a patch port is not there yet is said.
        said = ifupdown("start", device, kind, **options)
        assert said == "" or device == "pb" and said.startswith("ovs-vsctl: warning: pb is a patch port"), said
    assert "UP" in site.ns.link("vlan6")["flags"]
    assert site.vsctl("get", "interface", b.port, "external_ids:who") == "ifupdown\n"
    assert site.vsctl("get", "bridge", "br1", "other_config:mac-aging-time") == '"60"\n'
    assert reach(a, BROADCAST, [b, c]) == [b, c]
    # The same again: `ifup --force`, or a start of the machine where the database has it all.
    for device, kind, options in ports:
        assert ifupdown("start", device, kind, **options) == ""
    assert reach(a, BROADCAST, [b, c]) == [b, c]

    for device, kind, options in ports:
        ifupdown("stop", device, kind, **options)
    assert site.vsctl("list-ports", "br0") == site.vsctl("list-ports", "br1") == ""
    assert ifupdown("stop", "br0", "OVSBridge", ports="p1 p2 vlan6") == "ifdown --allow=br0 p1 p2 vlan6\n"
    ifupdown("stop", "br1", "OVSBridge")
    assert set(site.ns.links()) == {"lo", a.port, b.port, c.port}


# ovs-docker

@pytest.fixture
def containers(lab, tmp_path):
    """container(name): a namespace, and a process in it that docker would know by that name."""
    processes = []
    (tmp_path / "containers").mkdir()

    def make(name):
        made = lab.namespace(name)
        with made.inside():
            processes.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE))
        (tmp_path / "containers" / name).write_text(f"{processes[-1].pid}\n", encoding="ascii")
        return made

    yield make
    for process in processes:
        process.communicate()


def test_ovs_docker(site, containers, tmp_path):
    script = os.path.join(unpack("openvswitch", *openvswitch.PACKAGES), "usr/bin/ovs-docker")
    # `docker inspect -f FORMAT CONTAINER`
    site.stub("docker", f'cat "{tmp_path}/containers/$4"')
    site.stub("uuidgen", "cat /proc/sys/kernel/random/uuid")
    web, store = containers("web"), containers("store")

    def docker(*words, status=0):
        got, said = site.run("bash", script, *words)
        assert got == status, said
        return said

    def reaches(patience):
        return "1 received" in web.run("ping", "-c", "1", "-W", str(patience), "192.0.2.2", check=False)

    docker("add-port", "br0", "eth1", "web", "--ipaddress=192.0.2.1/24", "--mtu=1400", "--macaddress=02:00:00:00:00:01")
    docker("add-port", "br0", "eth1", "store", "--ipaddress=192.0.2.2/24", "--mtu=1400")
    assert "already attached" in docker("add-port", "br0", "eth1", "store", status=1)
    assert (web.link("eth1")["address"], web.link("eth1")["mtu"]) == ("02:00:00:00:00:01", 1400)
    assert reaches(10)
    docker("set-vlan", "br0", "eth1", "web", "5")
    assert not reaches(1)
    docker("set-vlan", "br0", "eth1", "store", "5")
    assert reaches(10)
    docker("del-port", "br0", "eth1", "web")
    assert len(site.vsctl("list-ports", "br0").split()) == 1
    docker("del-ports", "br0", "store")
    assert site.vsctl("list-ports", "br0") == ""
    assert "eth1" not in web.links() and "eth1" not in store.links()
