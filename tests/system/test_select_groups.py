# SPDX-License-Identifier: BSD-2-Clause
"""Select groups: connections are shared out by weight, and those of a port that is down by the weights of the others."""

import struct

import pytest

from harness.frames import Capture, containing, frame, new_token, send
from harness.wait import wait_for

CONNECTIONS = 1200
IPV4 = 0x0800
WEIGHTS = {"p2": 2, "p3": 1, "p4": 1}
GROUP = "group_id=1,type=select" + "".join(f",bucket=weight:{weight},watch_port:{port},output:{port}"
                                           for port, weight in WEIGHTS.items())


def datagram(sender, port, token):
    """UDP from 10.0.0.1, each connection from another port."""
    udp = struct.pack("!HHHH", port, 53, 8 + len(token), 0) + token
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
    return frame("02:00:00:00:99:01", sender.mac, ip + udp, ethertype=IPV4)


def shares(sender, hosts):
    """How many of the connections each host gets; all of them get somewhere."""
    token = new_token()
    captures = [Capture(host, host.device) for host in hosts]
    try:
        send(sender, sender.device, *(datagram(sender, 1024 + i, token) for i in range(CONNECTIONS)))

        def arrived():
            return [len(capture.matching(containing(token))) for capture in captures]

        wait_for(lambda: sum(arrived()) == CONNECTIONS, "all datagrams arrive")
        return arrived()
    finally:
        for capture in captures:
            capture.socket.close()


def expected(*weights):
    """Within a fifth of what the weights say, for the hash is one of many."""
    return [pytest.approx(CONNECTIONS * weight / sum(weights), rel=0.2, abs=0) for weight in weights]


@pytest.mark.parametrize("hook", ("tc", "xdp"))
def test_the_share_of_a_port_that_is_down(switch, hosts, hook):
    a, b, c, d = hosts(4, addresses=False, gro=True)
    switch.add_ports("br0", a, b, c, d)
    for host in (a, b, c, d):
        switch.ctl("set", "interface", host.port, f"options:rx-hook={hook}")
    switch.ctl("add-group", "br0", GROUP, "--", "add-flow", "br0", "in_port=p1,actions=group:1")
    assert shares(a, [b, c, d]) == expected(2, 1, 1)
    c.ip(f"link set {c.device} down")
    wait_for(lambda: switch.ctl("get", "interface", "p3", "link_state") == "down\n", "p3 is down")
    assert shares(a, [b, d]) == expected(2, 1)
    b.ip(f"link set {b.device} down")
    wait_for(lambda: switch.ctl("get", "interface", "p2", "link_state") == "down\n", "p2 is down")
    assert shares(a, [d]) == [CONNECTIONS]
    c.ip(f"link set {c.device} up")
    wait_for(lambda: switch.ctl("get", "interface", "p3", "link_state") == "up\n", "p3 is up again")
    assert shares(a, [c, d]) == expected(1, 1)
