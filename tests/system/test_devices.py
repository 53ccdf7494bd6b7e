# SPDX-License-Identifier: BSD-2-Clause
"""A veth on loan to the switch: while XDP takes its frames, its far end must not pass tags beside them.

Whoever that end belongs to gets it back as it was.
"""

import pytest

OFFLOADS = ("tx-vlan-offload", "tx-vlan-stag-hw-insert")


@pytest.fixture(params=("here", "away"))
def far(switch, lab, request):
    """Port p1 and its far end, in the switch's namespace or in another: says which of its offloads are on."""
    switch.ctl("add-br", "br0")
    if request.param == "away":
        namespace, device = lab.host(switch.ns, 1, addresses=False), "eth0"
    else:
        namespace, device = switch.ns, "far1"
        switch.ns.ip("link add p1 type veth peer name far1", "link set p1 up", "link set far1 up")
        switch.ns.run("ethtool", "-K", "far1", "tx", "off")  # which XDP could not do
    switch.ctl("add-port", "br0", "p1")

    def offloads():
        found = namespace.offloads(device)
        return [name for name in OFFLOADS if found[name]]

    return offloads


def set_hook(switch, hook):
    switch.ctl("set", "interface", "p1", f"options:rx-hook={hook}")


def restart(switch, end):
    if end:
        getattr(switch, end)()
        switch.start()


@pytest.mark.parametrize("way", ("rx-hook", "del-port", "shutdown", "teardown"))
@pytest.mark.parametrize("end", (None, "kill", "stop"), ids=("running", "killed", "stopped"))
def test_given_back(switch, far, end, way):
    assert far() == list(OFFLOADS), "the control"
    set_hook(switch, "xdp")
    assert far() == []
    restart(switch, end)
    assert far() == []
    if way == "rx-hook":
        set_hook(switch, "tc")
    elif way == "del-port":
        switch.ctl("del-port", "p1")
    elif way == "shutdown":
        switch.shutdown()
    else:
        switch.kill()
        switch.teardown()
    assert far() == list(OFFLOADS)


def test_back_and_forth(switch, far):
    for _ in range(2):
        set_hook(switch, "xdp")
        assert far() == []
        set_hook(switch, "tc")
        assert far() == list(OFFLOADS)
        restart(switch, "kill")
        assert far() == list(OFFLOADS)


def test_what_was_off_stays_off(switch, lab):
    """It is its owner's, who knows why."""
    a = lab.host(switch.ns, 1, addresses=False)
    a.run("ethtool", "-K", "eth0", "txvlan", "off")
    switch.add_ports("br0", a)
    set_hook(switch, "xdp")
    restart(switch, "kill")
    set_hook(switch, "tc")
    assert [a.offloads("eth0")[name] for name in OFFLOADS] == [False, True]


@pytest.mark.parametrize("chain", (["set", "interface", "p1", "options:rx-hook=xdp"], ["del-port", "p1"]),
                         ids=("taken", "left"))
def test_refused_chain(switch, far, chain):
    """What it did to the far end is undone: it is refused when that is done already."""
    if chain[0] == "del-port":
        set_hook(switch, "xdp")
    before = far()
    assert "1048576" in switch.refused(*chain, "--", "add-br", "br1", "--",
                                       "set", "bridge", "br1", "other-config:mac-table-size=1048576")
    assert far() == before
