# SPDX-License-Identifier: BSD-2-Clause
"""The model that test_vlans.py holds the switch against, held against Open vSwitch itself.

The same frames through the same configurations of Debian's Open vSwitch, with its data path in user space. Program
is the model with all that Open vSwitch does otherwise, by the names in KNOWN. It has to be right octet by octet, so
that a difference that is not known fails, and one that is gone, too.
"""

import collections
import itertools

import pytest

from harness import openvswitch
from harness.lab import Lab
from harness.vlan import (CTAG, RESERVED, SCENES, STATIONS, Bridge, Ends, Frame, Tag, Trial, addressed, behind, flooded,
                          report)
from harness.wait import wait_for

# What Open vSwitch (3.1) does otherwise than its documentation says, or than we do, and what we do.
KNOWN = {
    "reserved":
        "VID 4095 is a VLAN like any other. IEEE 802.1Q-2018 table 9-2 reserves it; we drop such frames.",
    "stacked":
        "A priority tag in front of another tag is taken off or overwritten like any priority tag. The frame then "
        "shows up behind the next switch in the VLAN that its sender chose; we drop it, but at a dot1q-tunnel port.",
    "dei":
        "The DEI's bit is what marks a tag as being there, inside of Open vSwitch. It is lost where the tag comes from "
        "the kernel's hands or is written anew. We keep it.",
    "inner-unseen":
        "With vlan-limit=1 the second tag of a frame from a port other than dot1q-tunnel is not seen, and the frame "
        "counts as one of customer VLAN 0 where it is to leave by a port with cvlans. We look at that tag.",
    "unicast":
        "Frames for a known station are not held against cvlans or the second tag. We do to them as to flooded ones.",
    "access-strips":
        "An access port takes off every tag that was seen, the customer's too. We take off the VLAN's own.",
    "inner-priority":
        "A second tag with VID 0 and PCP 0 is lost where it was seen. To us it is payload.",
    "third-tag":
        "With vlan-limit=2 there is no room for the third tag of a frame that came in by a dot1q-tunnel port with "
        "two: the innermost of the three is lost. We keep all.",
    "priority-kept":
        "A priority tag with a PCP leaves by trunk ports even with priority-tags=never. The documentation says that "
        "it does not, and from us it does not.",
    "priority-made":
        "With priority-tags=always, frames without a tag that came in by access and native ports leave with one. The "
        "documentation speaks of retaining tags, and that is what we do.",
    "priority-copied":
        "With priority-tags=if-nonzero or always, the PCP of the tag that the frame came with is copied into the "
        "first one that it leaves with, which is another one if either port is a dot1q-tunnel; by an access port it "
        "leaves in a tag made for it. We change no PCP, and by an access port nothing leaves with the VLAN's tag.",
    "native-zero":
        "A native port without tag= sends no frames of its native VLAN 0 if trunks= does not hold 0, although it takes "
        "them. The documentation says that the native VLAN is always carried, and we do carry it.",
}


class Inside(Frame):
    """seen: up to two tags, the VLAN's first, None for one that is not there; behind: those that are payload; pcp: of
    the first tag that the frame came with."""

    def __init__(self, frame, seen, behind, pcp):
        super().__init__(frame.vlan, frame.tag, frame.inner)
        self.seen, self.behind, self.pcp = seen, behind, pcp

    @property
    def seen_vid(self):
        return self.seen[1].vid if len(self.seen) > 1 else 0


class Program(Bridge):
    """After ofproto/ofproto-dpif-xlate.c. `happened` are names of KNOWN that it has come by."""

    def __init__(self, scene, happened):
        super().__init__(scene.ports, scene.vlan_limit, scene.flood_vlans)
        self.happened = happened

    def _note(self, name, really=True):
        self.happened[name] += bool(really)

    def refusal(self, port, tags):
        reason = super().refusal(port, tags)
        if reason == "vlan-reserved" and (port.kind == "access" or not port.carries(RESERVED)):
            return "as any other VID"
        if reason in ("vlan-reserved", "vlan-stacked"):
            self._note(reason.removeprefix("vlan-"))
            return None
        return reason

    def classify(self, port, tags):
        inside = super().classify(port, tags)
        visible, behind = tags[:self.vlan_limit], tags[self.vlan_limit:]
        made = Tag(CTAG) if port.kind != "trunk" else None
        if port.kind == "dot1q-tunnel":
            self._note("third-tag", visible[1:])
            seen = [inside.tag, *visible[:1]]
        elif port.kind == "access":
            seen = [inside.tag or made]  # another one is lost; it was behind a priority tag
        else:
            seen = [inside.tag or made, *visible[1:]]
        return Inside(inside, seen, behind, tags[0].pcp if tags else 0)

    def excludes(self, port, inside, known):
        if known:
            excluded = False
        elif port.kind == "dot1q-tunnel" and port.cvlans:
            excluded = inside.seen_vid not in port.cvlans
        else:
            excluded = port.kind == "access" and inside.seen_vid != 0
        name = "unicast" if known else "inner-unseen"
        self._note(name, excluded != super().excludes(port, inside, known))
        return excluded

    def outputs(self, ingress, known, inside):
        outputs = super().outputs(ingress, known, inside)
        if known or isinstance(outputs, str):
            return outputs
        carrying = [port for port in outputs if inside.vlan or not port.kind.startswith("native") or not port.trunks
                    or 0 in port.trunks]
        self._note("native-zero", carrying != outputs)
        return carrying

    def encode(self, port, inside):
        tags = list(inside.seen)
        if port.kind == "access":
            self._note("access-strips", tags[1:])
            tags = []
        elif port.is_bare(inside.vlan):
            tags = tags[1:]
        setting = str(port.other.get("priority_tags", "never"))
        if setting != "never":
            first = tags[0] if tags and tags[0] else Tag(0)
            self._note("priority-copied", first.pcp != inside.pcp)
            tags[:1] = [Tag(first.tpid, first.vid, inside.pcp, first.dei)]
        written = list(itertools.takewhile(
            lambda tag: tag and (tag.vid or tag.pcp or setting == "always" and tag.tpid), tags))
        if inside.vlan == 0 and not port.is_bare(0):
            self._note("priority-kept", setting == "never" and inside.tag in written)
            self._note("priority-made", setting == "always" and written and not inside.tag)
        self._note("inner-priority", len(written) < len(tags) and inside.seen_vid == 0 and inside.seen[1:])
        return [*(Tag(tag.tpid or CTAG, tag.vid, tag.pcp, tag.dei) for tag in written), *inside.behind]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    """Open vSwitch with ports p1 and so on, and who is behind them."""
    reason = openvswitch.missing()
    if reason:
        pytest.skip(f"{reason}: our VLAN rules are not held against Open vSwitch's own")
    folder = tmp_path_factory.mktemp("ovs")
    lab = Lab(folder)
    ns = lab.namespace("ovs")
    ovs = openvswitch.OpenVSwitch(folder, ns)
    try:
        hosts = [lab.host(ns, number, addresses=False) for number in range(1, STATIONS + 1)]
        ovs.start()
        ovs.add_bridge("br0", hosts)
        ends = Ends(behind(hosts, ns))
        yield ovs, ends
        ends.close()
    finally:
        ovs.close()
        lab.close()


def run(ovs, ends, scene, happened):
    """Sends the frames through Open vSwitch so configured: what Program has not foreseen."""
    ovs.vsctl(*scene.words())
    ovs.forget()
    trial = Trial(Program(scene, happened), ends, ovs.settle)
    trial.run(flooded(ends.stations))
    wait_for(lambda: ovs.fdb() == trial.model.learned, "addresses are learned, by VLAN")
    trial.run(addressed(ends.stations))
    for difference in trial.differences:
        if difference.is_lost_dei():
            happened["dei"] += 1
        else:
            yield difference


def test_open_vswitch(oracle):
    happened, unknown = collections.Counter(), []
    for scene in SCENES:
        unknown += [f"{scene}: {difference}" for difference in run(*oracle, scene, happened)]
    problems = report(unknown, "not as foreseen")
    assert not problems, problems
    gone = [f"{name}: {explanation}" for name, explanation in KNOWN.items() if not happened[name]]
    assert not gone, "known differences that have gone:\n" + "\n".join(gone)
