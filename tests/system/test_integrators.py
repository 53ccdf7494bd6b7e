# SPDX-License-Identifier: BSD-2-Clause
"""What other programs call Open vSwitch's commands with: each line as they write it, on real devices.

Where Debian's ovs-vsctl is to be had, it is given the same line, and output, error and status have to be the same.
"""

import os
import re
import subprocess

import pytest

from harness import openvswitch
from harness.frames import BROADCAST, Capture, containing, frame, new_token, reach
from harness.vsctl import UUID, Oracle, Subject, link
from harness.wait import wait_for

class Site:
    """A switch, and Open vSwitch's database beside it."""

    def __init__(self, lab, oracle):
        self.lab, self.oracle = lab, oracle
        self.subject = Subject(lab, wait=True)
        self.switch, self.ns = self.subject.switch, self.subject.switch.ns

    def hosts(self, *names):
        return [self.lab.host(self.ns, number, port=name, addresses=False) for number, name in enumerate(names, 1)]

    def __call__(self, line, live=False, status=0, warning=None):
        """Does a line and returns what it printed. live: the output is a running switch's own. warning: what we alone
        say."""
        ours = self.subject.say(line)
        assert ours.status == status, f"{line}: {ours}"
        if warning:
            assert ours.complaint == f"ovs-vsctl: warning: {warning}\n"
            ours = ours._replace(complaint="")
        if self.oracle:
            theirs = self.oracle.say(line)
            assert ours == (theirs._replace(output=ours.output) if live else theirs), line
        return ours.output.rstrip("\n")

    def refuses(self, line):
        """Is refused, in Open vSwitch's words."""
        assert self(line, status=1) == ""


@pytest.fixture
def oracle(tmp_path):
    """None where Open vSwitch is not to be had: the lines are tested all the same."""
    made = None if openvswitch.missing() else Oracle(str(tmp_path / "oracle"))
    yield made
    if made:
        made.close()


@pytest.fixture
def site(lab, oracle):
    made = Site(lab, oracle)
    yield made
    made.subject.close()


def plug(device, options, number):
    """libvirt's line for a device that starts."""
    uuid = f"f81d4fae-7dec-4000-a765-00a0c91e6b{number:02x}"
    return (f"--timeout=5 -- --may-exist add-port br0 {device} {options}"
            rf' -- set Interface {device} external-ids:attached-mac=\"52:54:00:00:00:{number:02x}\"'
            rf' -- set Interface {device} external-ids:iface-id=\"{uuid}\"'
            rf' -- set Interface {device} external-ids:vm-id=\"{uuid}\"'
            f" -- set Interface {device} external-ids:iface-status=active")


def test_libvirt_devices(site):
    tap = site.lab.tap(site.ns, 1)
    a, b, c = site.hosts("vnet0", "vnet1", "vnet2")
    site("--timeout=5 -- --may-exist add-br br0")
    site(plug("vnet0", "tag=10", 1))
    site(plug("vnet1", "vlan_mode=native-tagged tag=20 trunk=10,20", 2))
    site(plug("vnet2", "trunk=30,40", 3))
    site(plug("tap1", "vlan_mode=native-untagged tag=10 trunk=10,20", 4))
    site(plug("vnet0", "tag=10", 1))
    site("get port vnet0 tag trunks vlan_mode")
    site("get port vnet1 tag trunks vlan_mode")
    site("get port vnet2 tag trunks vlan_mode")
    site("get port tap1 tag trunks vlan_mode")
    site("get interface vnet0 external_ids")
    site(plug("vnet0", "", 1) + r' -- set Interface vnet0 external-ids:port-profile=\"web\"'
         r' -- set Interface vnet0 external-ids:ifname=\"vnet0\"')
    site("get interface vnet0 external_ids:port-profile external_ids:ifname")

    # A frame of VLAN 10: from a tagged to an access port and to a native one, and to nobody else.
    token = new_token()
    with Capture(a) as at_a, Capture(b) as at_b, Capture(c) as at_c:
        tap.send(frame(BROADCAST, tap.mac, token))
        at_a.wait(containing(token))
        got, = at_b.wait(containing(token))
        assert got[12:16] == b"\x81\x00\x00\x0a"
        assert not at_c.matching(containing(token))

    # The VLAN of a device that runs.
    site("--timeout=5 -- --if-exists clear Port vnet2 tag -- --if-exists clear Port vnet2 trunk"
         " -- --if-exists clear Port vnet2 vlan_mode"
         " -- --if-exists set Port vnet2 vlan_mode=native-untagged tag=10 trunk=10,20")
    assert reach(a, BROADCAST, [c]) == [c]
    site("--timeout=5 -- --if-exists clear Port vnet9 tag -- --if-exists clear Port vnet9 trunk"
         " -- --if-exists clear Port vnet9 vlan_mode")

    site("--timeout=5 iface-to-br vnet0")
    site.refuses("--timeout=5 iface-to-br vnet9")
    site("--timeout=5 get Interface vnet0 name")
    site("--timeout=5 set Interface vnet0 ingress_policing_rate=1000 ingress_policing_burst=100")
    site("--timeout=5 set Interface vnet0 ingress_policing_rate=0")
    site("--timeout=5 -- --if-exists del-port vnet2")
    assert reach(a, BROADCAST, [], others=[c]) == []
    site("--timeout=5 -- --if-exists del-port vnet2")


def test_libvirt_migration(site):
    site.hosts("vnet0")
    site("--timeout=5 -- --may-exist add-br br0")
    site(plug("vnet0", "tag=10", 1))
    site("--timeout=5 --if-exists get Interface vnet0 external_ids:PortData")
    site("--timeout=5 set Interface vnet0 external_ids:PortData=YWJjZA==", status=0)
    site("--timeout=5 --if-exists get Interface vnet0 external_ids:PortData")
    site("--timeout=5 --if-exists get Interface vnet9 external_ids:PortData")


def test_libvirt_statistics(site):
    a, b = site.hosts("vnet0", "vnet1")
    site("add-br br0 -- add-port br0 vnet0 -- add-port br0 vnet1")
    assert reach(a, BROADCAST, [b]) == [b]
    line = "--timeout=5 --if-exists --format=list --data=json --no-headings --columns=statistics list Interface {}"

    def statistics():
        text = site(line.format("vnet0"), live=True)
        assert re.fullmatch(r'\["map",\[(\["[a-z_]+",\d+\],?)+\]\]', text), text
        return dict(re.findall(r'\["([a-z_]+)",(\d+)\]', text))

    wait_for(lambda: int(statistics()["rx_packets"]) >= 2, "the frames are counted")
    assert {"rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "tx_bytes", "tx_packets", "tx_errors",
            "tx_dropped"} <= statistics().keys()
    site(line.format("vnet9"))


def test_libvirt_bandwidth(site):
    site.hosts("vnet0")
    site("add-br br0 -- add-port br0 vnet0")
    whose = r'external-ids:vm-id=\"f81d4fae-7dec-4000-a765-00a0c91e6b00\" external-ids:ifname=\"vnet0\"'
    find_qos = f"--timeout=5 --no-heading --columns=_uuid find qos {whose}"
    find_queue = f"--timeout=5 --no-heading --columns=_uuid find queue {whose}"
    assert site(find_queue) == site(find_qos) == ""
    site(f"--timeout=5 set port vnet0 qos=@qos1 {whose}"
         " -- --id=@qos1 create qos type=linux-htb other_config:min-rate=1000 other_config:burst=2000"
         f" other_config:max-rate=3000 queues:0=@queue0 {whose}"
         f" -- --id=@queue0 create queue other_config:min-rate=1000 other_config:burst=2000"
         f" other_config:max-rate=3000 {whose}")
    qos, queue = site(find_qos), site(find_queue)
    assert re.fullmatch(r"<\d+>", qos) and re.fullmatch(r"<\d+>", queue) and qos != queue
    site(f"get port vnet0 qos external_ids -- get qos {qos} type queues other_config")
    site(f"--timeout=5 set queue {queue} other_config:min-rate=4000 other_config:burst=5000")
    site(f"--timeout=5 set qos {qos} other_config:min-rate=4000")
    site(f"get qos {qos} other_config -- get queue {queue} other_config")
    site("--timeout=5 --no-heading --columns=_uuid --if-exists list port vnet0 qos")
    site(f"--timeout=5 remove port vnet0 qos {qos}")
    site(f"--timeout=5 destroy qos {qos}")
    site(f"--timeout=5 destroy queue {queue}")
    assert site(find_queue) == site(find_qos) == site("list qos") == site("list queue") == ""


def test_mininet(site):
    a, b = site.hosts("s1-eth1", "s1-eth2")
    site.ns.ip("link set s1-eth1 up")
    # A switch that learns, as mininet.node.OVSBridge wants it.
    site("-- --if-exists del-br s1 -- add-br s1"
         " -- set bridge s1 controller=[] other_config:datapath-id=0000000000000001 fail_mode=standalone"
         " other-config:disable-in-band=true -- add-port s1 s1-eth1 -- set Interface s1-eth1 ofport_request=1"
         " -- add-port s1 s1-eth2 -- set Interface s1-eth2 ofport_request=7")
    assert reach(a, BROADCAST, [b]) == [b]
    assert site.switch.ofport("s1-eth2", "s1") == "7"
    site("~ -t 1 show")
    site("--timeout=1 list-br")
    site("del-port s1 s1-eth2")
    assert reach(a, BROADCAST, [], others=[b]) == []
    site("add-port s1 s1-eth2")
    assert reach(a, BROADCAST, [b]) == [b]
    site("--if-exists del-br s1 -- --if-exists del-br s2")
    assert "s1" not in site.ns.links()
    site.refuses("del-br s1")


def test_mininet_controller(site):
    site.hosts("s1-eth1")
    site(r"-- --id=@s1c0 create Controller target=\"tcp:127.0.0.1:6653\" max_backoff=1000"
         r" -- --id=@s1-listen create Controller target=\"ptcp:6654\" max_backoff=1000"
         " -- --if-exists del-br s1 -- add-br s1"
         " -- set bridge s1 controller=[@s1c0,@s1-listen] other_config:datapath-id=0000000000000001 fail_mode=secure"
         " other-config:disable-in-band=true datapath_type=netdev protocols=OpenFlow13 stp_enable=true"
         " other-config:dp-desc=s1 -- add-port s1 s1-eth1 -- set Interface s1-eth1 ofport_request=1")
    site("-- get Bridge s1 Controller")
    for number in (0, 1):
        site(f"-- get Controller <{number}> is_connected target max_backoff")
    site("get bridge s1 fail_mode protocols stp_enable datapath_type other_config")
    site("get-controller s1")
    site("del-br s1")
    site("list controller")


def test_mininet_patch_ports(site):
    a, b = site.hosts("s1-eth1", "s2-eth1")
    site("-- --if-exists del-br s1 -- add-br s1 -- add-port s1 s1-eth1")
    site("-- --if-exists del-br s2 -- add-br s2 -- add-port s2 s2-eth1"
         " -- add-port s2 s2-s1 -- set Interface s2-s1 ofport_request=2 type=patch options:peer=s1-s2"
         " -- add-port s1 s1-s2 -- set Interface s1-s2 ofport_request=2 type=patch options:peer=s2-s1")
    assert reach(a, BROADCAST, [b]) == [b]
    site("--if-exists del-br s1 -- --if-exists del-br s2")


def test_version(site):
    """Mininet takes the first number; its editor looks at how the first line begins."""
    lines = site("--version", live=True).splitlines()
    assert lines[0].startswith("ovs-vsctl (Open vSwitch) ")
    assert re.search(r"\d+\.\d+", lines[0])
    assert site("-V", live=True).splitlines() == lines
    if site.oracle:
        assert site.oracle.run("--version").output.splitlines()[0] == lines[0]


def test_containerlab(site):
    a, b = site.hosts("c1-eth1", "c2-eth1")
    site("add-br br0")
    site("list-br")
    site("--may-exist add-port br0 c1-eth1")
    site("--may-exist add-port br0 c1-eth1")
    site("--may-exist add-port br0 c2-eth1")
    assert reach(a, BROADCAST, [b]) == [b]
    site("--if-exists del-port br0 c2-eth1")
    site("--if-exists del-port br0 c2-eth1")
    assert reach(a, BROADCAST, [], others=[b]) == []


def test_lxd(site):
    a, b = site.hosts("veth1", "veth2")
    site("br-exists lxdbr0", status=2)
    site(r'add-br lxdbr0 -- set bridge lxdbr0 other-config:hwaddr=\"00:16:3e:00:00:01\"'
         " -- set int lxdbr0 mtu_request=1400")
    site("br-exists lxdbr0")
    link = site.ns.link("lxdbr0")
    assert (link["address"], link["mtu"]) == ("00:16:3e:00:00:01", 1400)
    site("--may-exist add-br lxdbr0")
    site("add-port lxdbr0 veth1")
    site("--may-exist add-port lxdbr0 veth1")
    site("--may-exist add-port lxdbr0 veth2")
    site("list-ports lxdbr0")
    assert reach(a, BROADCAST, [b]) == [b]
    site("set port veth1 vlan_mode=access tag=10")
    site("set port veth2 vlan_mode=access tag=20")
    assert reach(a, BROADCAST, [], others=[b]) == []
    site("set port veth2 vlan_mode=access tag=10")
    assert reach(a, BROADCAST, [b]) == [b]
    site("set port veth2 vlan_mode=trunk trunks=10,20")
    site("set port veth2 vlan_mode=native-untagged trunks=10,20")
    site("get port veth2 tag trunks vlan_mode")
    site("get bridge lxdbr0 stp_enable")
    site.refuses("get bridge lxdbr0 other_config:stp-priority")
    site.refuses("get bridge lxdbr0 other_config:stp-forward-delay")
    site("set interface veth1 external_ids:iface-id=lxd-1")
    site("--format=csv --no-headings --data=bare --columns=name find interface external-ids:iface-id=lxd-1")
    site("--format=csv --no-headings --data=bare --columns=name find interface external-ids:iface-id=lxd-2")
    site("--if-exists del-port lxdbr0 veth1")
    site("del-br lxdbr0")
    site("br-exists lxdbr0", status=2)
    assert "lxdbr0" not in site.ns.links()


def installed(site, folder):
    """Has the program called from a folder where packages install it, below a root of its own."""
    path = site.lab.folder / folder / "ovs-vsctl"
    os.makedirs(path.parent)
    os.symlink(link("ovs-vsctl", site.lab.folder), path)
    site.subject.argv = [str(path)]


def test_proxmox(site):
    a, b = site.hosts("tap100i0", "tap101i0")
    installed(site, "bin")
    site("br-exists vmbr0", status=2)
    site("add-br vmbr0")
    site("br-exists vmbr0")
    assert site.ns.link("vmbr0")["mtu"] == 1500
    installed(site, "usr/bin")
    site("-- add-port vmbr0 tap100i0 tag=5 -- set Interface tap100i0 mtu_request=1500")
    site("-- add-port vmbr0 tap101i0 tag=5 trunks=6,7 vlan_mode=native-untagged"
         " -- set Interface tap101i0 mtu_request=1500")
    assert reach(a, BROADCAST, [b]) == [b]
    site("-- add-port vmbr0 mgmt tag=5 -- set Interface mgmt mtu_request=1400 -- set Interface mgmt type=internal")
    assert site.ns.link("mgmt")["mtu"] == 1400
    site("del-port mgmt")
    wait_for(lambda: "mgmt" not in site.ns.links(), "the internal port's device is gone")
    site("del-port tap101i0")
    assert reach(a, BROADCAST, [], others=[b]) == []


def test_ifupdown2(site):
    a, b = site.hosts("eno1", "eno2")
    site.ns.ip("link add eno3 type veth peer name far3", "link add eno4 type veth peer name far4")
    columns = ("auto_attach controller external-ids fail_mode flood_vlans ipfix mirrors netflow other_config protocols"
               " sflow")
    bridge = (f"-- --may-exist add-br vmbr0 -- set bridge vmbr0 datapath_type=netdev -- --if-exists del-port vmbr0 gone"
              f" -- --if-exists clear bridge vmbr0 {columns}"
              " -- --if-exists clear interface vmbr0 mtu_request external-ids other_config options")
    site(bridge)
    site(bridge + " -- set bridge vmbr0 other_config:mac-aging-time=60 -- set Interface vmbr0 mtu_request=1450")
    assert site.ns.link("vmbr0")["mtu"] == 1450
    port = ("-- --if-exists clear port {0} bond_active_slave bond_mode cvlans external_ids lacp mac other_config qos"
            " tag trunks vlan_mode -- --if-exists clear interface {0} mtu_request external-ids other_config options")
    site("-- --may-exist add-port vmbr0 eno1 " + port.format("eno1") + " -- set Port eno1 tag=5")
    site("-- --may-exist add-port vmbr0 eno2 " + port.format("eno2") + " -- set Port eno2 tag=6")
    assert reach(a, BROADCAST, [], others=[b]) == []
    site("-- --may-exist add-port vmbr0 eno1 " + port.format("eno1"))
    site("-- --may-exist add-port vmbr0 eno2 " + port.format("eno2"))
    assert reach(a, BROADCAST, [b]) == [b]
    site("-- --may-exist add-port vmbr0 vlan5 " + port.format("vlan5") +
         " -- set Port vlan5 tag=5 -- set Interface vlan5 type=internal -- set Interface vlan5 mtu_request=1400")
    assert site.ns.link("vlan5")["mtu"] == 1400
    site("-- --may-exist --fake-iface add-bond vmbr0 bond0 eno3 eno4 " + port.format("bond0") +
         " -- set Port bond0 bond_mode=balance-slb",
         warning="bond bond0 forwards by its first interface, eno3, until bonding comes")
    site.switch.expect_log("bond bond0 forwards by its first interface")
    site("get port bond0 bond_mode bond_fake_iface")
    site("list-ports vmbr0")
    site("-- --if-exists del-port vmbr0 bond0")
    site("-- --if-exists del-port vmbr0 vlan5")
    site("-- del-br vmbr0")
    assert "vmbr0" not in site.ns.links()


def test_ifupdown2_patch(site):
    a, b = site.hosts("eno1", "eno2")
    site("-- --may-exist add-br vmbr0 -- --may-exist add-br vmbr1 -- add-port vmbr0 eno1 -- add-port vmbr1 eno2")
    site("-- --may-exist add-port vmbr0 pa -- set Interface pa type=patch options:peer=pb"
         " -- --may-exist add-port vmbr1 pb -- set Interface pb type=patch options:peer=pa")
    assert reach(a, BROADCAST, [b]) == [b]
    site("-- --if-exists del-port vmbr0 pa -- --if-exists del-port vmbr1 pb")


def test_ifupdown(site):
    """Debian's: options stand in the line of the interfaces file."""
    a, b = site.hosts("eth1", "eth2")
    site("--timeout=5 -- --may-exist add-br br0 -- set bridge br0 other_config:mac-aging-time=60")
    site("--timeout=5 -- --may-exist add-port br0 eth1 tag=3 vlan_mode=access")
    site("--timeout=5 -- --may-exist add-port br0 eth2 tag=3 -- set Interface eth2 external_ids:who=ifupdown")
    assert reach(a, BROADCAST, [b]) == [b]
    site("--timeout=5 -- --may-exist add-port br0 in0 -- set Interface in0 type=internal")
    assert "in0" in site.ns.links()
    site("--timeout=5 -- --if-exists del-port br0 eth1")
    site("--timeout=5 -- --if-exists del-br br0")


def test_ovs_docker(site):
    a, b = site.hosts("1234abcd_l", "5678abcd_l")
    site("--timeout=60 add-br ovs-br1")
    site("--timeout=60 br-exists ovs-br1")
    find = "--timeout=60 --data=bare --no-heading --columns=name find interface external_ids:container_id=web" \
           " external_ids:container_iface=eth1"
    assert site(find) == ""
    site("--timeout=60 --may-exist add-port ovs-br1 1234abcd_l -- set interface 1234abcd_l"
         " external_ids:container_id=web external_ids:container_iface=eth1")
    site("--timeout=60 --may-exist add-port ovs-br1 5678abcd_l")
    assert site(find) == "1234abcd_l"
    assert reach(a, BROADCAST, [b]) == [b]
    site("--timeout=60 set port 1234abcd_l tag=5")
    site("--timeout=60 set port 5678abcd_l tag=6")
    assert reach(a, BROADCAST, [], others=[b]) == []
    site("--timeout=60 --if-exists del-port 1234abcd_l")
    assert site(find) == ""


def test_openstack(site):
    site.hosts("qvo1")
    site("add-br br-int")
    site("--timeout=10 --oneline --format=json -- --may-exist add-port br-int qvo1 -- set Port qvo1 tag=4"
         " -- set Interface qvo1 external_ids:iface-id=f81d4fae-7dec-4000-a765-00a0c91e6b00"
         r' external_ids:iface-status=active external_ids:attached-mac=\"fa:16:3e:00:00:01\"')
    site("--timeout=10 --oneline --format=json --columns=name,tag,external_ids list Port qvo1")
    site("--timeout=10 --oneline --format=json --columns=name,external_ids list Interface qvo1")
    site("-V", live=True)
    # os-vif looks for these words.
    site.refuses("--timeout=10 --oneline --format=json -- set Interface qvo1 nothing=1")
    assert "does not contain a column whose name matches" in site.subject.say("set Interface qvo1 nothing=1").complaint
    # A database elsewhere: this switch has its own.
    assert site.subject.run("--timeout=10", "--db=tcp:127.0.0.1:6640", "list-br") == (0, "br-int\n", "")
    assert site.subject.run("--db=unix:/nowhere", "--timeout=10", "list-br") == (0, "br-int\n", "")


def test_words_of_python_programs(site):
    """Words as lists: with blanks, quotes and newlines in them."""
    site.hosts("p1")
    site("add-br br0 -- add-port br0 p1")
    assert site.subject.run("set", "interface", "p1", 'external_ids:note="two words, and\\na line"').status == 0
    assert site.subject.run("get", "interface", "p1", "external_ids:note").output == '"two words, and\\na line"\n'
    uuid = site.subject.run("get", "interface", "p1", "_uuid").output.strip()
    assert re.fullmatch(UUID, uuid)
    assert site.subject.run("get", "interface", uuid, "name") == (0, "p1\n", "")


def test_flows(site):
    """OpenStack's and Mininet's lines of ovs-ofctl."""
    a, b = site.hosts("p1", "p2")
    site("add-br br0 -- add-port br0 p1 -- add-port br0 p2")
    ofctl = site.subject.called(link("ovs-ofctl", site.lab.folder))

    def does(line, stdin=None):
        done = subprocess.run([*ofctl.argv, *line.split()], env=ofctl.environment, input=stdin, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert (done.returncode, done.stderr) == (0, ""), line
        return done.stdout

    assert re.search(r"^ cookie=0x0, .* priority=0 actions=NORMAL$", does("dump-flows br0"), re.M)
    assert does("-O OpenFlow13 dump-flows br0").startswith("OFPST_FLOW reply (OF1.3) (xid=0x")
    does("del-flows br0")
    does("del-flows -O OpenFlow13 br0 --strict")
    assert does("--no-stats dump-flows br0") == ""
    does("add-flow br0 actions=normal")
    assert reach(a, BROADCAST, [b]) == [b]
    does("add-flows -O OpenFlow13 br0 --bundle -",
         "cookie=0x5,table=0,priority=9,dl_vlan=7,actions=drop\nhard_timeout=0,table=60,priority=3,actions=normal\n")
    assert does("--no-stats --sort dump-flows br0").splitlines() == [
        " table=60, priority=3 actions=NORMAL", " cookie=0x5, priority=9,dl_vlan=7 actions=drop", " actions=NORMAL"]
    does("mod-flows -O OpenFlow13 br0 actions=normal")
    assert "drop" not in does("dump-flows br0")
