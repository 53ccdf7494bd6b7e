# SPDX-License-Identifier: BSD-2-Clause
"""Flows on kernel 6.1: its verifier takes the programs that follow them."""

from test_switch_61 import machine  # noqa: F401


def test_flows(machine):  # noqa: F811
    machine.ctl("add-flow br0 priority=9,ip,actions=dec_ttl,push_vlan:0x8100,set_field:4101-\\>vlan_vid,output:2,clone\\(pop_vlan,flood\\)")
    machine.ctl("add-flow br0 table=1,priority=9,ip,actions=normal")
    assert not [line for line in machine.log_problems() if "flow" in line or "error" in line]
    assert {"xvs_tc_flow", "xvs_xdp_flow"} <= set(machine.programs())
