# SPDX-License-Identifier: BSD-2-Clause
"""What the switch answers for columns that nobody writes."""

import json

import pytest

from harness.frames import BROADCAST, frame, send
from harness.wait import wait_for


def get(switch, table, record, column):
    return switch.ctl("get", table, record, column).strip()


def mapping(switch, table, record, column):
    answer = json.loads(switch.ctl("--format=json", f"--columns={column}", "list", table, record))
    return dict(answer["data"][0][0][1])


def test_switch(switch):
    switch.ctl("add-br", "br0")
    for column, value in {"ovs_version": '"3.1.0"', "db_version": '"8.3.1"', "datapath_types": "[netdev, system]",
                          "iface_types": "[internal, patch, system]", "dpdk_initialized": "false",
                          "dpdk_version": "[]"}.items():
        assert get(switch, "open", ".", column) == value
    assert switch.ctl("show").splitlines()[-1] == '    ovs_version: "3.1.0"'
    before = int(get(switch, "open", ".", "cur_cfg"))
    assert before == int(get(switch, "open", ".", "next_cfg"))
    switch.ctl("add-br", "br1")
    assert int(get(switch, "open", ".", "cur_cfg")) == before + 1
    switch.ctl("--no-wait", "add-br", "br2")
    assert int(get(switch, "open", ".", "cur_cfg")) == before + 1


@pytest.mark.parametrize("asked,given", (("1", "0000000000000001"), ("00000000deadBEEF", "00000000deadbeef"),
                                         ("0x2a", "000000000000002a"), ("0", None), ("nonsense", None),
                                         ("12345678901234567", None)))
def test_datapath_id(switch, asked, given):
    switch.ctl("add-br", "br0", "--", "set", "bridge", "br0", "other_config:hwaddr=02:00:00:00:00:17")
    own = '"0000020000000017"'
    assert get(switch, "bridge", "br0", "datapath_id") == own
    switch.ctl("set", "bridge", "br0", f"other_config:datapath-id={asked}")
    assert get(switch, "bridge", "br0", "datapath_id").strip('"') == (given or own.strip('"'))
    assert get(switch, "bridge", "br0", "datapath_version") != '""'


def test_bond(switch, hosts):
    first, spare = hosts(2, addresses=False)
    switch.expect_log("bond bond0 forwards by its first interface")
    switch.ctl("add-br", "br0")
    switch.ctl("add-bond", "br0", "bond0", first.port, spare.port,
               warning="^xvsctl: warning: bond bond0 forwards by its first interface, p1, until bonding comes\n$")
    mac = switch.ns.link(first.port)["address"]
    assert get(switch, "port", "bond0", "bond_active_slave") == f'"{mac}"'
    assert get(switch, "port", "br0", "bond_active_slave") == "[]"
    assert get(switch, "interface", first.port, "ofport") == "1"
    assert get(switch, "interface", spare.port, "ofport") == "-1"
    assert get(switch, "interface", spare.port, "error") == \
        '"not used: bond bond0 forwards by its first interface, p1, until bonding comes"'
    assert get(switch, "interface", spare.port, "mac_in_use") == f'"{switch.ns.link(spare.port)["address"]}"'
    assert get(switch, "interface", spare.port, "statistics") == "{}"
    # The next one takes over.
    switch.ctl("del-bond-iface", "bond0", first.port)
    assert get(switch, "interface", spare.port, "error") == "[]"
    assert get(switch, "port", "bond0", "bond_active_slave") == "[]"
    assert int(get(switch, "interface", spare.port, "ofport")) > 0


def sysfs(switch, device, name):
    """What the kernel says of a device in a file; /sys shows the namespace it was mounted in."""
    return switch.ns.run("ip", "netns", "exec", switch.ns.name, "cat", f"/sys/class/net/{device}/{name}").strip()


def test_link(switch, hosts):
    host, = hosts(1, addresses=False)
    switch.add_ports("br0", host)
    speed = int(sysfs(switch, host.port, "speed"))
    assert get(switch, "interface", host.port, "link_speed") == str(speed * 1000000)
    assert get(switch, "interface", host.port, "duplex") == sysfs(switch, host.port, "duplex")
    before = int(get(switch, "interface", host.port, "link_resets"))
    switch.ns.ip(f"link set {host.port} down")
    wait_for(lambda: int(get(switch, "interface", host.port, "link_resets")) == before + 1, "the link goes down")
    assert get(switch, "interface", host.port, "link_state") == "down"
    switch.ns.ip(f"link set {host.port} up")
    wait_for(lambda: int(get(switch, "interface", host.port, "link_resets")) == before + 2, "the link comes up")


def test_driver(switch, hosts):
    host, = hosts(1, addresses=False)
    switch.add_ports("br0", host)
    said = dict(line.split(": ", 1) for line in switch.ns.run("ethtool", "-i", host.port).splitlines() if ": " in line)
    status = mapping(switch, "interface", host.port, "status")
    assert (status["driver_name"], status["driver_version"]) == (said["driver"], said["version"])
    assert "firmware_version" not in status
    assert (status["rx_hook"], status["tx_xdp"]) == ("tc", "false")


def device_errors(switch, device):
    return json.loads(switch.ns.run("ip", "-j", "-s", "link", "show", "dev", device))[0]["stats64"]["tx"]["errors"]


def test_errors_are_the_devices(switch, hosts):
    host, = hosts(1, addresses=False)
    switch.ns.ip("link add vx1 type vxlan id 7 remote 192.0.2.1 dstport 4789", "link set vx1 up")
    switch.add_ports("br0", host, "vx1")
    before = mapping(switch, "interface", "vx1", "statistics")
    assert before.keys() == set("collisions rx_bytes rx_crc_err rx_dropped rx_errors rx_frame_err rx_missed_errors "
                                "rx_over_err rx_packets tx_bytes tx_dropped tx_errors tx_packets".split())
    errors = device_errors(switch, "vx1")
    # There is no way to the far end of the tunnel: the device gets the frame, and can't send it.
    send(host, host.device, frame(BROADCAST, host.mac))
    wait_for(lambda: device_errors(switch, "vx1") > errors, "the device counts")
    assert mapping(switch, "interface", "vx1", "statistics")["tx_errors"] == device_errors(switch, "vx1")
    assert mapping(switch, "interface", "p1", "statistics")["tx_errors"] == 0


def test_controller(switch):
    switch.ctl("add-br", "br0", "--", "set-controller", "br0", "tcp:127.0.0.1:6653", "--", "set-manager", "ptcp:6640")
    status = mapping(switch, "controller", "br0", "status")
    assert status == {"last_error": "this switch speaks no OpenFlow to controllers yet", "state": "VOID"}
    assert get(switch, "controller", "br0", "is_connected") == "false"
    assert get(switch, "controller", "br0", "role") == "[]"
    assert "no OVSDB protocol" in mapping(switch, "manager", "ptcp:6640", "status")["last_error"]
    assert "is_connected" not in switch.ctl("show")
