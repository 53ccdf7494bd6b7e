# SPDX-License-Identifier: BSD-2-Clause
"""What is measured. A switch is a class with

    name, title       in tables and in JSON; what a reader knows it by
    missing()         None, or a sentence why it cannot be measured here
    version()         one line
    Switch(lab, rx)   makes it connect the lab's hosts: through XDP where rx is "xdp", through TC where "tc". Raises
                      lab.Unfit where it can't
    connect(ports)    the same for other devices; not all have it
    close()           takes it away; the lab's devices stay
    awake()           a context outside which it takes no CPU; only those that would otherwise have it
    set_vlans(ports)  gives ports their VLANs, in Open vSwitch's words: {"p1": "tag=10", "p2": "trunks=1-4094"}.
                      Those left out are as they were. Only where a row asks for it.
    add_flows(file)   puts in the flows that a file has in ovs-ofctl's words; replace_flows(file): and no others.
                      Only where a row asks for it.
"""

from switches import bare, bridge, openvswitch, xvswitch

ALL = {made.name: made for made in (xvswitch.Xvswitch, bridge.Bridge, bridge.BareBridge, bridge.VlanBridge,
                                    openvswitch.AfPacket, openvswitch.AfXdp, bare.Bare, bare.BarePush, bare.BareDrop)}
