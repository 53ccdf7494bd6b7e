# SPDX-License-Identifier: BSD-2-Clause
"""No frame gets from one VLAN into another, from one bridge into another, or into the host's stack.

Frames of seven kinds, untagged and with tags of many VLANs, enter at every port, and every port's end and the host
are watched. The model (harness/vlan.py) says what arrives where it should: that is the control, for the same frames.

The host is watched behind the switch's hooks: by sockets for the frames' ethertypes, which get a frame only after TC
has let it go, by an UDP socket, and by IPv6's counter.
"""

import itertools
import socket
import struct
import time

import pytest

from harness import vlan, vlan_peer
from harness.frames import BROADCAST, EXPERIMENTAL, frame, internet_checksum, new_token, send
from harness.lab import Lab
from harness.switch import LocalPort
from harness.vlan import STAG, Port, Tag
from harness.wait import wait_for

HOOKS = ("tc", "xdp")
LLC = 4  # ETH_P_802_2: what the kernel calls frames with a length in place of an ethertype
IPV4, IPV6 = 0x800, 0x86dd
HOST_ADDRESS, UDP_PORT = "10.99.0.1", 7777
KNOWN = "02:00:00:00:77:77"  # in VLAN 20, by a static entry
KNOWN_VLAN, KNOWN_PORT = 20, "p3"
BARE = 14  # an Ethernet header, with nothing behind it but what tells it from others
LINK_LOCAL = "01:80:c2:00:00:0e"

BR0 = [Port("p1", tag=10), Port("p2", tag=10), Port("p3", tag=20), Port("p4", trunks=(10, 20, 30)),
       Port("p5", trunks=(30, 31, 4094)), Port("p6"), Port("p7", mode="native-untagged", tag=10, trunks=(10, 30)),
       Port("p8", mode="dot1q-tunnel", tag=100), Port("br0", tag=50)]
BR1 = [Port("p9", tag=10), Port("p10"), Port("br1")]
PORTS = [port.name for port in BR0 + BR1]
OUTSIDE = "p11"  # a device that is no port: what the host sees where there is no switch

VIDS = (1, 2, 10, 20, 30, 31, 50, 99, 100, 255, 256, 1000, 2048, 4093, 4094)
TAGGINGS = [(), *((Tag(vid=vid),) for vid in VIDS), (Tag(),), (Tag(vid=4095),)]
STACKS = [
    *((Tag(),) * depth for depth in (1, 2, 3, 4)), (Tag(STAG),), (Tag(STAG), Tag(STAG)),
    (Tag(), Tag(vid=20)), (Tag(), Tag(vid=10)), (Tag(STAG), Tag(vid=20)), (Tag(), Tag(STAG, 20)),
    (Tag(STAG), Tag(STAG, 20)), (Tag(), Tag(), Tag(vid=20)), (Tag(), Tag(vid=20), Tag(vid=10)),
    (Tag(vid=10), Tag(vid=20)), (Tag(vid=10), Tag()), (Tag(vid=10), Tag(), Tag(vid=20)), (Tag(STAG, 10), Tag(vid=20)),
    (Tag(vid=20), Tag(vid=10)), (Tag(vid=50), Tag(vid=50)), (Tag(vid=4095), Tag(vid=10)), (Tag(vid=99), Tag(vid=10)),
]


class Model:
    """Two bridges."""

    def __init__(self):
        self.bridges = [vlan.Bridge(BR0), vlan.Bridge(BR1)]
        self.bridges[0].learned[KNOWN_VLAN, KNOWN] = KNOWN_PORT

    def forward(self, ingress, octets):
        return next(bridge for bridge in self.bridges if ingress in bridge.ports).forward(ingress, octets)


class Nowhere:
    """A switch that drops everything."""

    def forward(self, ingress, octets):
        del ingress, octets
        return vlan.Outcome({}, [])


# Frames

def udp(source, target, payload, family):
    length = 8 + len(payload)
    pseudo = source + target + struct.pack("!II", length, 17)
    datagram = struct.pack("!HHHH", 4000, UDP_PORT, length, 0) + payload
    checksum = internet_checksum(pseudo + datagram) ^ 0xffff
    datagram = datagram[:6] + struct.pack("!H", checksum) + datagram[8:]
    if family == 6:
        return struct.pack("!IHBB", 6 << 28, length, 17, 64) + source + target + datagram
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, 17, 0) + source + target
    return ip[:10] + struct.pack("!H", internet_checksum(ip) ^ 0xffff) + ip[12:] + datagram


def ipv4(token):
    return udp(socket.inet_aton("10.98.0.1"), socket.inet_aton(HOST_ADDRESS), token, 4)


def ipv6(token):
    return udp(*(socket.inet_pton(socket.AF_INET6, text) for text in ("fd00:98::1", "fd00:99::1")), token, 6)


def snap(token):
    """LLC/SNAP, with IPv4 in it."""
    return bytes.fromhex("aaaa03000000") + struct.pack("!H", IPV4) + ipv4(token)


def kinds(device_mac):
    """Kind -> destination, ethertype, payload of a token, least length. IP is for the host, should it get there."""
    return {
        "unicast": (KNOWN, EXPERIMENTAL, bytes, 60),
        "multicast": (vlan.MULTICAST, EXPERIMENTAL, bytes, 60),
        "broadcast": (BROADCAST, EXPERIMENTAL, bytes, 60),
        "link-local": (LINK_LOCAL, EXPERIMENTAL, bytes, 60),
        "IPv4": (device_mac, IPV4, ipv4, 60),
        "IPv6": (device_mac, IPV6, ipv6, 60),
        "bare": (BROADCAST, EXPERIMENTAL, bytes, BARE),
    }


def shot(ingress, end, kind, tags, form):
    dst, ethertype, payload, length = form
    token = new_token()
    inside = payload(token + vlan.PATTERN) if length > BARE else token
    ethertype = len(inside) if ethertype == LLC else ethertype
    octets = frame(dst, end.mac, inside, [tag.pair() for tag in tags], ethertype, length)
    return vlan.Shot(ingress, kind, tags, token, octets)


# The host

class Watch:
    """What gets up the host's stack by any device."""

    def __init__(self, namespace):
        self.namespace = namespace
        with namespace.inside():
            self.sockets = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
                            for protocol in (EXPERIMENTAL, IPV4, IPV6, LLC)]
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind((HOST_ADDRESS, UDP_PORT))
        for one in (*self.sockets, self.udp):
            one.setblocking(False)
        self.clear()

    def close(self):
        for one in (*self.sockets, self.udp):
            one.close()

    def clear(self):
        self.frames()
        self.datagrams()
        self.before = self._ipv6_packets()

    def _ipv6_packets(self):
        with self.namespace.inside(), open("/proc/thread-self/net/snmp6", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Ip6InReceives"))

    @staticmethod
    def _drain(one):
        while True:
            try:
                yield one.recvfrom(2048)
            except BlockingIOError:
                return

    def frames(self):
        """Device -> its frames."""
        found = {}
        for one in self.sockets:
            for octets, address in self._drain(one):
                found.setdefault(address[0], []).append(octets)
        return found

    def datagrams(self):
        """Their tokens."""
        return [octets[:vlan.TOKEN_LENGTH] for octets, _ in self._drain(self.udp)]

    def ipv6_packets(self):
        return self._ipv6_packets() - self.before

    def leaked(self):
        """Whatever did not come by a bridge's own device: NOTHING, if the switch is right."""
        frames = {device: octets for device, octets in self.frames().items() if device not in ("br0", "br1")}
        return {"frames": frames, "UDP": self.datagrams(), "IPv6": self.ipv6_packets()}


NOTHING = {"frames": {}, "UDP": [], "IPv6": 0}


class Topology:
    def __init__(self, lab, gro):
        self.folder = lab.folder
        self.switch = switch = lab.switch().start()
        self.hosts = {name: lab.host(switch.ns, number, addresses=False, gro=gro)
                      for number, name in enumerate([name for name in PORTS if name[0] == "p"] + [OUTSIDE], 1)}
        switch.add_ports("br0", *(port.name for port in BR0 if port.name != "br0"))
        switch.add_ports("br1", *(port.name for port in BR1 if port.name != "br1"))
        switch.ctl(*itertools.chain.from_iterable(["--", "set", "port", port.name, *port.columns()]
                                                  for port in BR0 + BR1 if port.columns()))
        switch.ctl("fdb/add", "br0", KNOWN_PORT, str(KNOWN_VLAN), KNOWN)
        switch.ns.ip("link set br0 up", "link set br1 up", f"addr add {HOST_ADDRESS}/32 dev lo")
        for name in ("all", *self.hosts, "br0", "br1"):
            switch.ns.sysctl(f"net/ipv4/conf/{name}/rp_filter", 0)
        local = {name: LocalPort(switch, name, number) for number, name in enumerate(("br0", "br1"), 21)}
        wait_for(lambda: all(switch.ctl("get", "interface", name, "link_state") == "up\n" for name in local),
                 "the local ports are up")
        links = switch.ns.links()
        self.device_mac = {name: links[name]["address"] for name in self.hosts}
        self.stations = {**{name: self.hosts[name] for name in self.hosts if name in PORTS}, **local}
        self.ends, self.watch = vlan.Ends(self.stations), Watch(switch.ns)
        lab.parts += [self.ends.close, self.watch.close]

    def set_hook(self, hook):
        words = [["--", "set", "interface", name, f"options:rx-hook={hook}"] for name in self.hosts if name in PORTS]
        self.switch.ctl(*itertools.chain.from_iterable(words))

    def beyond(self, name):
        """The host's address by the device that frames from there would get into its stack by."""
        return self.device_mac.get(name, self.device_mac[OUTSIDE])

    def shots(self, chosen, taggings):
        return [shot(name, end, kind, tags, form)
                for name, end in self.stations.items()
                for (kind, form), tags in itertools.product(kinds(self.beyond(name)).items(), taggings)
                if kind in chosen]

    def check(self, shots, model):
        """Sends, and holds against the model what arrived, and against nothing what the host saw."""
        trial = vlan.Trial(model, self.ends)
        self.watch.clear()
        trial.run(shots)
        problems = vlan.report(trial.differences, "frames not as they should be")
        leaked = self.watch.leaked()
        assert leaked == NOTHING and not problems, f"up the stack: {leaked}\n{problems}"
        return trial


@pytest.fixture(scope="module", params=(True, False), ids=("gro", "no-gro"))
def made(tmp_path_factory, request):
    """With GRO the ends take XDP frames."""
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield Topology(lab, request.param)


@pytest.fixture(params=HOOKS)
def topology(made, request):
    made.set_hook(request.param)
    return made


@pytest.fixture(params=("in", "beside"))
def tags_at(topology, request):
    """Where the tag of a frame is when it comes: in it, or beside it, as from a VLAN device."""
    hosts = [host for name, host in topology.hosts.items() if name in PORTS] if request.param == "beside" else []
    for host in hosts:
        vlan_peer.put_tags_beside(host, topology.folder)
    yield request.param
    for host in hosts:
        vlan_peer.leave_vlan(host)


@pytest.fixture
def forwards_bpdu(topology):
    """So that link-local frames, too, arrive where they should."""
    for bridge in ("br0", "br1"):
        topology.switch.ctl("set", "bridge", bridge, "other-config:forward-bpdu=true")
    yield
    for bridge in ("br0", "br1"):
        topology.switch.ctl("remove", "bridge", bridge, "other-config", "forward-bpdu")


ALL_KINDS = tuple(kinds(""))


@pytest.mark.usefixtures("tags_at", "forwards_bpdu")
def test_every_kind_in_every_vlan(topology):
    shots = topology.shots(ALL_KINDS, TAGGINGS)
    trial = topology.check(shots, Model())
    assert set(trial.sent) == set(PORTS), "the control reaches every port"


@pytest.mark.usefixtures("tags_at")
def test_stacked_tags_in_front_of_llc(topology):
    """VLAN 0 in front of VLAN 0, 20 or none, which a kernel takes off until something is left that it knows."""
    shots = [shot(name, end, "LLC/SNAP", tags, (dst, LLC, snap, 60))
             for name, end in topology.stations.items() for tags in STACKS
             for dst in (BROADCAST, topology.beyond(name))]
    topology.check(shots, Model())


def test_link_local(topology):
    """Not within its VLAN either, by default."""
    before = {name: topology.switch.counters(name, bridge_of(name)).get("link-local", 0) for name in PORTS}
    shots = topology.shots(("link-local",), TAGGINGS)
    topology.check(shots, Nowhere())
    after = {name: topology.switch.counters(name, bridge_of(name)).get("link-local", 0) for name in PORTS}
    assert {name: after[name] - before[name] for name in PORTS} == {name: len(TAGGINGS) for name in PORTS}


def bridge_of(name):
    return "br0" if name in {port.name for port in BR0} else "br1"


def test_host_by_its_local_port(topology):
    """The host is in VLAN 50 of br0, by an access port, and in all of br1."""
    mac, watch = topology.stations["br0"].mac, topology.watch
    sent = {}
    watch.clear()
    for name in topology.hosts.keys() & PORTS:
        end = topology.hosts[name]
        pairs = [[shot(name, end, kind, tags, (mac, ethertype, payload, 60))
                  for kind, ethertype, payload in (("IPv4", IPV4, ipv4), ("IPv6", IPV6, ipv6))] for tags in TAGGINGS]
        sent.update({one.token: (name, one.dst, one.tags) for one in itertools.chain(*pairs)})
        send(end, end.device, *(one.octets for one in itertools.chain(*pairs)))
    got = []
    wait_for(lambda: got.extend(watch.datagrams()) or got and watch.ipv6_packets(), "the host hears VLAN 50")
    time.sleep(0.05)  # for what should not arrive
    assert [sent[token] for token in (*got, *watch.datagrams())] == [("p6", "IPv4", (Tag(vid=50),))]
    assert watch.leaked() == {**NOTHING, "IPv6": 1}


def test_the_host_is_watched(topology):
    """The control: by a device that is no port of the switch, the host gets all of them."""
    outside, watch = topology.hosts[OUTSIDE], topology.watch
    forms = {**kinds(topology.device_mac[OUTSIDE]), "LLC/SNAP": (BROADCAST, LLC, snap, 60)}
    shots = [shot(OUTSIDE, outside, kind, tags, form) for kind, form in forms.items()
             for tags in (*TAGGINGS, (Tag(), Tag()))]
    watch.clear()
    send(outside, outside.device, *(one.octets for one in shots))
    got = []
    wait_for(lambda: got.extend(watch.frames().get(OUTSIDE, [])) or len(got) >= len(shots), "all get there", 1.0)
    untagged = [one for one in shots if all(tag.vid == 0 for tag in one.tags)]
    assert sorted(watch.datagrams()) == sorted(one.token for one in untagged if one.dst == "IPv4")
    assert watch.ipv6_packets() == sum(one.dst == "IPv6" for one in untagged)
