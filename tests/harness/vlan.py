# SPDX-License-Identifier: BSD-2-Clause
"""VLANs: a plain and slow model of what Open vSwitch's documentation says of them, and frames to hold against it.

Bridge is the model: forward() takes a frame and says where it comes out, and as which octets. flooded() and
addressed() make frames of all kinds, SCENES are configurations, and Trial sends frames into a real switch and lists
what differs.
"""

import collections
import itertools
import select
import socket
import struct
from dataclasses import dataclass, field

from harness.frames import BROADCAST, EXPERIMENTAL, MIN_LENGTH, Capture, frame, mac_text, new_token

CTAG, STAG, OTHER_TAG = 0x8100, 0x88a8, 0x9100  # the last is none that a switch knows
TPIDS = (CTAG, STAG)
RESERVED = 4095
MULTICAST = "01:00:5e:00:01:01"
UNKNOWN = "02:00:00:00:ff:ff"
COLUMNS = ("tag", "vlan_mode", "trunks", "cvlans", "other_config")


@dataclass(frozen=True)
class Tag:
    tpid: int = CTAG
    vid: int = 0
    pcp: int = 0
    dei: int = 0

    def __str__(self):
        return f"{self.tpid:04x}:{self.vid}" + (f".{self.pcp}" + "d" * self.dei) * bool(self.pcp or self.dei)

    def pair(self):
        return self.tpid, self.pcp << 13 | self.dei << 12 | self.vid

    def moved_to(self, vid):
        return Tag(self.tpid, vid, self.pcp, self.dei)


def text(tags):
    return "+".join(map(str, tags)) or "untagged"


def parse(octets):
    """Tags of a frame, and what is behind them, which begins with the ethertype."""
    tags, at = [], 12
    while len(octets) >= at + 4:
        tpid, tci = struct.unpack_from("!HH", octets, at)
        if tpid not in TPIDS:
            break
        tags.append(Tag(tpid, tci & 0xfff, tci >> 13, tci >> 12 & 1))
        at += 4
    return tags, octets[at:]


def build(octets, tags, rest):
    """The frame with these tags in place of its own."""
    return octets[:12] + b"".join(struct.pack("!HH", *tag.pair()) for tag in tags) + rest


# The model

@dataclass(frozen=True)
class Port:
    """Columns of Open vSwitch's table Port. other: of other_config, with _ for -."""

    name: str
    mode: str = ""
    tag: int = None
    trunks: tuple = ()
    cvlans: tuple = ()
    other: dict = field(default_factory=dict, hash=False)

    def columns(self):
        """As xvsctl's and ovs-vsctl's `set` takes them."""
        words = [f"{name}={value}" for name, value in (("tag", self.tag), ("vlan_mode", self.mode or None))
                 if value is not None]
        words += [f"{name}={','.join(map(str, values))}" for name, values in
                  (("trunks", self.trunks), ("cvlans", self.cvlans)) if values]
        return words + [f"other_config:{key.replace('_', '-')}={value}" for key, value in self.other.items()]

    def configure(self):
        """Words of a command that gives the port these columns and no other."""
        return ["--", "clear", "port", self.name, *COLUMNS,
                *(["--", "set", "port", self.name, *self.columns()] if self.columns() else [])]

    @property
    def kind(self):
        return self.mode or ("trunk" if self.tag is None else "access")

    @property
    def vlan(self):
        """The access, native or service VLAN."""
        return self.tag or 0

    @property
    def native(self):
        """VLAN of frames that come in without a VID."""
        return 0 if self.kind == "trunk" else self.vlan

    def carries(self, vlan):
        if self.kind in ("access", "dot1q-tunnel"):
            return vlan == self.vlan
        if self.kind.startswith("native"):
            if vlan == self.vlan:
                return True
            if vlan == 0:
                return False
        return not self.trunks or vlan in self.trunks

    def is_bare(self, vlan):
        """Do frames of the VLAN leave without its tag?"""
        return self.kind in ("access", "dot1q-tunnel") or self.kind == "native-untagged" and vlan == self.vlan

    def keeps_priority_tag(self, tag):
        setting = str(self.other.get("priority_tags", "never"))
        return setting == "always" or setting in ("if-nonzero", "true") and tag.pcp > 0


@dataclass
class Outcome:
    delivered: dict  # port -> octets
    drops: list      # (port that counts it, reason)


@dataclass
class Frame:
    """A frame inside of the switch: its VLAN, that VLAN's tag (one there was, or the one that is pushed where it
    leaves tagged; None in VLAN 0 without a priority tag), and the tags behind it, which are payload."""

    vlan: int
    tag: Tag
    inner: list
    from_customer: bool = False  # by a dot1q-tunnel port: the inner tag is a tag, whatever vlan-limit says

    @property
    def inner_vid(self):
        return self.inner[0].vid if self.inner else 0


class Bridge:
    """What is strict where Open vSwitch is not: VID 4095 and a priority tag in front of another tag are dropped, and
    known stations' ports ask for cvlans and the second tag like others."""

    def __init__(self, ports, vlan_limit=1, flood_vlans=()):
        self.ports = {port.name: port for port in ports}
        self.vlan_limit, self.flood_vlans = vlan_limit, flood_vlans
        self.learned = {}  # (VLAN, MAC address) -> port

    def refusal(self, port, tags):
        """Why a port does not take a frame with these tags, None when it does."""
        vid = tags[0].vid if tags else 0
        if port.kind == "dot1q-tunnel":
            return "vlan-not-carried" if port.cvlans and vid not in port.cvlans else None
        if vid == RESERVED:
            return "vlan-reserved"
        if vid and port.kind == "access":
            return "vlan-tagged"
        if not port.carries(vid or port.native):
            return "vlan-not-carried"
        if not vid and len(tags) > 1:
            return "vlan-stacked"
        return None

    def classify(self, port, tags):
        """The frame inside of the switch."""
        if port.kind == "dot1q-tunnel":
            tpid = CTAG if port.other.get("qinq_ethtype") == "802.1q" else STAG
            return Frame(port.vlan, Tag(tpid, port.vlan) if port.vlan else None, tags, True)
        if tags:
            vlan = tags[0].vid or port.native
            return Frame(vlan, tags[0].moved_to(vlan), tags[1:])
        return Frame(port.native, Tag(CTAG, port.native) if port.native else None, [])

    def excludes(self, port, inside, known):  # pylint: disable=unused-argument
        """Does a port not take a frame of a VLAN that it carries, for the tag behind? known: the frame is for a station
        on that port, which makes no difference here."""
        if port.kind == "dot1q-tunnel" and port.cvlans:
            return inside.inner_vid not in port.cvlans
        looked_at = inside.from_customer or self.vlan_limit != 1
        return port.kind == "access" and looked_at and inside.inner_vid != 0

    def encode(self, port, inside):
        """The tags that a frame leaves with."""
        if port.is_bare(inside.vlan) or inside.tag is None:
            return inside.inner
        if inside.vlan == 0 and not port.keeps_priority_tag(inside.tag):
            return inside.inner
        return [inside.tag, *inside.inner]

    def outputs(self, ingress, known, inside):
        """Ports that a frame is for, or why it is for none. known: where its destination is, if that is known."""
        if known == ingress:
            return "same-port"
        if known:
            return [self.ports[known]]
        members = [port for port in self.ports.values() if port.name != ingress and port.carries(inside.vlan)]
        return members or "no-member"

    def forward(self, ingress, octets):
        """What becomes of a frame that comes in by a port."""
        tags, rest = parse(octets)
        reason = self.refusal(self.ports[ingress], tags)
        if reason:
            return Outcome({}, [(ingress, reason)])
        inside = self.classify(self.ports[ingress], tags)
        if inside.vlan not in self.flood_vlans:
            self.learned[inside.vlan, mac_text(octets[6:12])] = ingress
        known = self.learned.get((inside.vlan, mac_text(octets[:6])))
        outputs = self.outputs(ingress, known, inside)
        if isinstance(outputs, str):
            return Outcome({}, [(ingress, outputs)])
        takers = [port for port in outputs if not self.excludes(port, inside, bool(known))]
        if not takers:
            return Outcome({}, [(known, "vlan-excluded") if known else (ingress, "no-member")])
        return Outcome({port.name: build(octets, self.encode(port, inside), rest) for port in takers}, [])


# Frames

TAGGINGS = [
    (),
    # priority tags
    (Tag(),), (Tag(pcp=5),), (Tag(dei=1),), (Tag(pcp=3, dei=1),), (Tag(STAG),), (Tag(STAG, pcp=6, dei=1),),
    # one tag: of VLANs that most, some or few ports carry
    *((Tag(vid=vid),) for vid in (1, 10, 20, 30, 99, 100, 4094)),
    *((Tag(vid=10, pcp=pcp, dei=dei),) for pcp, dei in ((7, 0), (0, 1), (4, 1))),
    *((Tag(STAG, vid),) for vid in (10, 99, 100)), (Tag(STAG, 20, 2, 1),),
    # two: the inner one of the same VLAN, another, none
    (Tag(vid=10), Tag(vid=10)), (Tag(vid=10), Tag(vid=20, pcp=3)), (Tag(vid=20, pcp=1), Tag(pcp=2)),
    (Tag(STAG, 100), Tag(vid=10)), (Tag(STAG, 100), Tag(vid=11, pcp=5, dei=1)), (Tag(STAG, 100, 3), Tag()),
    (Tag(STAG, 100, 1, 1), Tag(pcp=7)), (Tag(vid=100), Tag(STAG, 20)), (Tag(STAG, 20), Tag(STAG, 10)),
    (Tag(vid=10), Tag(vid=RESERVED)), (Tag(STAG, 99), Tag(vid=10)),
    # three
    (Tag(STAG, 100, 2), Tag(vid=10, pcp=1), Tag(vid=20)), (Tag(vid=10), Tag(vid=20), Tag(vid=30)),
    # what is dropped: the reserved VID, a priority tag that hides another tag
    (Tag(vid=RESERVED),), (Tag(STAG, RESERVED),), (Tag(vid=RESERVED), Tag(vid=10)),
    (Tag(), Tag(vid=10)), (Tag(pcp=5), Tag(vid=20)), (Tag(), Tag()), (Tag(STAG), Tag(vid=10)), (Tag(), Tag(STAG, 100)),
    (Tag(), Tag(vid=20), Tag(vid=10)),
    # tags that are none
    (Tag(OTHER_TAG, 10),), (Tag(vid=10), Tag(OTHER_TAG, 20)), (Tag(), Tag(OTHER_TAG, 10)),
    (Tag(OTHER_TAG, 10), Tag(vid=20)),
]
TOKEN_LENGTH = len(new_token())
PATTERN = bytes(range(0x80, 0xb0))  # behind the token


@dataclass(frozen=True)
class Shot:
    """A frame to be sent into a port."""

    ingress: str
    dst: str
    tags: tuple
    token: bytes
    octets: bytes

    def __str__(self):
        return f"{text(self.tags)} from {self.ingress} to {self.dst}"


def shot(end, ingress, dst, tags, names=None, length=MIN_LENGTH):
    """names: of destinations."""
    token = new_token()
    octets = frame(dst, end.mac, token + PATTERN, [tag.pair() for tag in tags], EXPERIMENTAL, length)
    return Shot(ingress, (names or {}).get(dst, dst), tags, token, octets)


def flooded(ends, taggings=None):
    """Frames of all kinds, from every port to destinations that nobody is known to be."""
    names = {BROADCAST: "broadcast", MULTICAST: "multicast", UNKNOWN: "unknown"}
    return [shot(end, ingress, dst, tags, names) for (ingress, end), dst, tags in
            itertools.product(ends.items(), names, taggings or TAGGINGS)]


def addressed(ends, taggings=None):
    """The same from every port to every other's station, and to its own."""
    names = {end.mac: port for port, end in ends.items()}
    return [shot(end, ingress, dst, tags, names) for (ingress, end), dst, tags in
            itertools.product(ends.items(), names, taggings or TAGGINGS)]


# Configurations

@dataclass(frozen=True)
class Scene:
    """A bridge with every port configured."""

    name: str
    ports: tuple
    vlan_limit: int = 1
    flood_vlans: tuple = ()

    def __str__(self):
        return self.name

    def words(self, bridge="br0"):
        """Of one command of xvsctl or ovs-vsctl that makes it so, whatever was before."""
        words = []
        for port in self.ports:
            words += port.configure()
        words += ["--", "set" if self.flood_vlans else "clear", "bridge", bridge,
                  "flood_vlans" + "=" * bool(self.flood_vlans) + ",".join(map(str, self.flood_vlans))]
        if self.vlan_limit == 1:
            return words + ["--", "remove", "Open_vSwitch", ".", "other_config", "vlan-limit"]
        return words + ["--", "set", "Open_vSwitch", ".", f"other_config:vlan-limit={self.vlan_limit}"]

    def model(self):
        return Bridge(self.ports, self.vlan_limit, self.flood_vlans)


def _named(*ports, local=None):
    """p1, p2 and so on, and the bridge's own port, which is a trunk port as long as nobody says otherwise."""
    return (*(Port(f"p{number}", **columns) for number, columns in enumerate(ports, 1)), Port("br0", **(local or {})))


ALL_MODES = _named(
    {"tag": 10},
    {"tag": 20},
    {},
    {"trunks": (0, 10, 20)},
    {"trunks": (10, 100)},
    {"mode": "native-tagged", "tag": 10, "trunks": (20,)},
    {"mode": "native-untagged", "tag": 10, "trunks": (20, 100)},
    {"mode": "native-untagged", "tag": 20},
    {"mode": "native-tagged", "tag": 30},
    {"mode": "dot1q-tunnel", "tag": 100},
    {"mode": "dot1q-tunnel", "tag": 100, "cvlans": (10, 20)},
    {"mode": "dot1q-tunnel", "tag": 20, "cvlans": (0, 10)},
    {"tag": 100},
)
# What only few ports have: priority tags, another TPID, no tag, and a mode where none need be.
OPTIONS = _named(
    {"other": {"priority_tags": "never"}},
    {"other": {"priority_tags": "if-nonzero"}},
    {"other": {"priority_tags": "always"}},
    {"other": {"priority_tags": "true"}},
    {"mode": "trunk", "trunks": (0, 10), "other": {"priority_tags": "always"}},
    {"mode": "native-tagged"},
    {"mode": "native-untagged", "trunks": (10,)},
    {"mode": "access"},
    {"mode": "access", "tag": 20, "other": {"priority_tags": "if-nonzero"}},
    {"mode": "dot1q-tunnel", "tag": 100, "other": {"qinq_ethtype": "802.1q"}},
    {"mode": "dot1q-tunnel", "tag": 100, "other": {"qinq_ethtype": "802.1ad"}},
    {"tag": 10},
    {"mode": "native-tagged", "tag": 10},
    local={"tag": 10},
)
SCENES = (
    Scene("all-modes", ALL_MODES),
    Scene("options", OPTIONS),
    Scene("vlan-limit", ALL_MODES, vlan_limit=2),
    Scene("flood-vlans", ALL_MODES, flood_vlans=(20, 100)),
)
STATIONS = len(ALL_MODES) - 1


# Holding a switch against the model

@dataclass(frozen=True)
class Difference:
    shot: Shot       # None for a frame that nobody sent
    port: str        # where it came out, or should have
    expected: bytes  # None: nothing
    got: bytes       # None: nothing

    def is_lost_dei(self):
        """Is there none but that a DEI is lost?"""
        if self.expected is None or self.got is None:
            return False
        (expected, rest), (got, got_rest) = parse(self.expected), parse(self.got)
        return rest == got_rest and len(expected) == len(got) and all(
            (a.tpid, a.vid, a.pcp) == (b.tpid, b.vid, b.pcp) and a.dei >= b.dei for a, b in zip(expected, got))

    @staticmethod
    def _show(octets):
        return "nothing" if octets is None else text(parse(octets)[0])

    def __str__(self):
        said = f"{self.shot or 'a frame that nobody sent'}: at {self.port} {self._show(self.got)}"
        if None not in (self.expected, self.got) and parse(self.expected)[1] != parse(self.got)[1]:
            return f"{said}, and its payload is broken: {self.got.hex()} for {self.expected.hex()}"
        return f"{said} and not {self._show(self.expected)}"


class LocalEnd:
    """The host's end of a bridge's own port; its frames come from a station that is no one else's."""

    mac = "02:00:00:00:ff:00"

    def __init__(self, namespace, device):
        self.inside, self.device = namespace.inside, device


def behind(hosts, namespace):
    """Who is behind the ports of a scene, by port."""
    return {**{host.port: host for host in hosts}, "br0": LocalEnd(namespace, "br0")}


class Ends:
    """Sockets on the devices behind a switch's ports, open as long as the topology is: to close one takes the kernel
    a grace period. stations: who is there, by port; with mac, device and inside()."""

    def __init__(self, stations):
        self.stations = stations
        self.captures = {port: Capture(station, station.device) for port, station in stations.items()}
        self.senders = {}
        for port, station in stations.items():
            with station.inside():
                self.senders[port] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                self.senders[port].bind((station.device, 0))

    def close(self):
        for capture in self.captures.values():
            capture.__exit__()
        for sender in self.senders.values():
            sender.close()

    def clear(self):
        for capture in self.captures.values():
            capture.all().clear()

    def wait(self, expected, patience, quiet=0):
        """Waits until that many frames are there, by port, or none of them has come for the time of `patience`; and
        until none at all has come for the time of `quiet`. Says whether they are."""
        while True:
            late = [capture for port, capture in self.captures.items() if len(capture.all()) < expected[port]]
            if not late and not quiet:
                return True
            watched = self.captures.values() if quiet else late
            timeout = max(quiet, patience) if late else quiet
            if not select.select([capture.socket for capture in watched], [], [], timeout)[0]:
                return not late


class Trial:
    """Sends frames into the ports of a switch and compares with a model, which learns from them too.

    In `differences` is what was not as the model says, in `drops`, `received` and `sent` what should be counted, by
    port (and reason). settle(): waits until the switch has taken what was sent so far; without, Trial waits for what
    the model has come out.
    """

    BURST = 64  # frames to be under way at once: a veth's ring has room for 256

    def __init__(self, model, ends, settle=None):
        self.model, self.ends, self.settle = model, ends, settle
        self.patience = 1.0
        self.differences = []
        self.drops, self.received, self.sent = (collections.Counter() for _ in range(3))

    def run(self, shots):
        outcomes = {}
        for one in shots:
            outcome = outcomes[one.token] = self.model.forward(one.ingress, one.octets)
            self.received[one.ingress] += 1
            self.sent.update(list(outcome.delivered))
            self.drops.update(outcome.drops)
        self.ends.clear()
        self._send(shots, outcomes)
        shots = {one.token: one for one in shots}
        for port, capture in self.ends.captures.items():
            self._compare(port, shots, outcomes, capture.seen)

    def _send(self, shots, outcomes):
        expected = collections.Counter()
        for ingress, group in itertools.groupby(shots, lambda shot: shot.ingress):
            group = list(group)
            for start in range(0, len(group), self.BURST):
                for one in group[start:start + self.BURST]:
                    expected.update(list(outcomes[one.token].delivered))
                    self.ends.senders[ingress].send(one.octets)
                if self.settle:
                    self.settle()
                elif not self.ends.wait(expected, self.patience):
                    self.patience = min(self.patience, 0.01)  # it has failed already: no need to wait for each
        self.ends.wait(expected, self.patience, quiet=0.1)

    def _compare(self, port, shots, outcomes, seen):
        missing = {outcome.delivered[port]: shots[token] for token, outcome in outcomes.items()
                   if port in outcome.delivered}
        surplus = [octets for octets in seen if missing.pop(octets, None) is None]
        changed = {one.token: octets for octets, one in missing.items()}
        for octets in surplus:
            at = octets.find(PATTERN) - TOKEN_LENGTH
            one = shots.get(octets[at:at + TOKEN_LENGTH])
            self.differences.append(Difference(one, port, changed.pop(one.token, None) if one else None, octets))
        self.differences += [Difference(shots[token], port, octets, None) for token, octets in changed.items()]


def report(problems, what, limit=40):
    """One text of many; empty when there are none."""
    lines = [str(problem) for problem in itertools.islice(problems, limit)]
    if len(problems) > limit:
        lines.append(f"... and {len(problems) - limit} more")
    return "\n".join([f"{what}: {len(problems)}", *lines]) if lines else ""
