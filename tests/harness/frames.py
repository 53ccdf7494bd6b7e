# SPDX-License-Identifier: BSD-2-Clause
"""Raw frames: built, sent into a namespace's device, captured from others.

reach() is the question that most tests ask: who gets this frame?
"""

import itertools
import select
import socket
import struct
import threading
import time

from harness.wait import wait_for

BROADCAST = "ff:ff:ff:ff:ff:ff"
EXPERIMENTAL = 0x88b5  # IEEE 802, "local experimental ethertype 1"
MIN_LENGTH = 60        # of a frame without FCS

ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
SO_RCVBUFFORCE = 33
TP_STATUS_VLAN_VALID = 1 << 4
TP_STATUS_VLAN_TPID_VALID = 1 << 6

_token = itertools.count(int(time.time()) << 20)


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def mac_text(octets):
    return octets.hex(":")


def frame(dst, src, payload=b"", tags=(), ethertype=EXPERIMENTAL, length=MIN_LENGTH):
    """A frame of at least `length` octets. tags: (TPID, TCI) pairs, the outer one first."""
    header = mac_bytes(dst) + mac_bytes(src)
    for tpid, tci in tags:
        header += struct.pack("!HH", tpid, tci)
    return (header + struct.pack("!H", ethertype) + payload).ljust(length, b"\0")


def send(namespace, device, *frames):
    """Sends frames out of a device. They are given to it as they are, however odd."""
    with namespace.inside(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((device, 0))
        for octets in frames:
            out.send(octets)


class Capture:
    """What arrives at a device from now on; a tag that the kernel took off is put back where it was."""

    def __init__(self, namespace, device="eth0"):
        self.namespace = namespace
        with namespace.inside():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
            self.socket.bind((device, ETH_P_ALL))
        self.socket.setblocking(False)
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _receive(self):
        octets, control, _, _ = self.socket.recvmsg(1 << 17, 128)
        for level, kind, data in control:
            if (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
                continue
            status, _, _, _, _, tci, tpid = struct.unpack_from("=IIIHHHH", data)
            if status & TP_STATUS_VLAN_VALID:
                if not status & TP_STATUS_VLAN_TPID_VALID:
                    tpid = 0x8100
                octets = octets[:12] + struct.pack("!HH", tpid, tci) + octets[12:]
        return octets

    def all(self):
        """Everything that has arrived so far, or had when it was closed."""
        while self.socket.fileno() >= 0:
            try:
                self.seen.append(self._receive())
            except BlockingIOError:
                break
        return self.seen

    def matching(self, wanted):
        return [octets for octets in self.all() if wanted(octets)]

    def wait(self, wanted, count=1, deadline=2.0):
        """Waits until `count` frames have arrived for which wanted(frame) is true, and returns them."""
        end = time.monotonic() + deadline
        while True:
            found = self.matching(wanted)
            rest = end - time.monotonic()
            if len(found) >= count:
                return found
            if rest <= 0:
                raise AssertionError(f"{self.namespace}: {len(found)} of {count} frames arrived within "
                                     f"{deadline:g} s; {len(self.seen)} others did")
            select.select([self.socket], [], [], rest)


def containing(token):
    return lambda octets: token in octets


def to_mac(mac):
    octets = mac_bytes(mac)
    return lambda frame_: frame_[:6] == octets


def new_token():
    """Eight octets that no other frame of this run has."""
    return struct.pack("!Q", next(_token))


def deliveries(sender, make, hosts, others=()):
    """Sends make(token) from a host; the frames with that token that arrived, by host.

    Hosts from whom nothing came must be told from those that were not waited for: a broadcast follows, and
    when it is at all of `hosts` (the sender left out), what went before it has arrived too. `others` are
    those whom that broadcast should not reach either: they get the time that the frames had.
    """
    token, barrier = new_token(), new_token()
    captures = {host: Capture(host, host.device) for host in [*hosts, *others] if host is not sender}
    try:
        start = time.monotonic()
        send(sender, sender.device, make(token), frame(BROADCAST, sender.mac, barrier))
        for host in hosts:
            if host is not sender:
                captures[host].wait(containing(barrier))
        # A frame that XDP redirects is flushed at the end of the poll in which TC sent the broadcast already.
        time.sleep(max(0.01, time.monotonic() - start, 0.05 if others else 0))
        for host in others:
            assert not captures[host].matching(containing(barrier)), f"a broadcast reached {host}"
        return {host: captures[host].matching(containing(token)) for host in captures}
    finally:
        for capture in captures.values():
            capture.__exit__()


def reach(sender, dst, hosts, others=(), src=None, tags=(), length=MIN_LENGTH):
    """Who gets a frame from `sender` to the MAC address `dst`? The hosts that did, in order.

    Every copy must be the frame as it was sent, and nobody may get two.
    """
    sent = []

    def make(token):
        sent.append(frame(dst, src or sender.mac, token, tags, length=length))
        return sent[0]

    got = []
    for host, copies in deliveries(sender, make, hosts, others).items():
        assert len(copies) <= 1, f"{host} got {len(copies)} copies of one frame"
        for octets in copies:
            assert octets == sent[0], f"{host} got {octets.hex()} for {sent[0].hex()}"
            got.append(host)
    return got


# Checksums, for frames that go through a protocol stack.

def internet_checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class Stream:
    """Numbered frames, one every `pause` seconds, from a host to others until the block ends.

    make(payload) is the frame around a number, by default one to the first receiver. lost() says which numbers
    arrived nowhere.
    """

    def __init__(self, sender, *receivers, pause=0.0005, make=None):
        self.sender, self.receivers, self.pause = sender, receivers, pause
        self.make = make or (lambda payload: frame(receivers[0].mac, sender.mac, payload))
        self.token, self.sent = new_token(), 0

    def __enter__(self):
        self.captures = {receiver: Capture(receiver, receiver.device) for receiver in self.receivers}
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def _run(self):
        with self.sender.inside(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
            out.bind((self.sender.device, 0))
            while not self.stopping.wait(self.pause):
                out.send(self.make(self.token + struct.pack("!I", self.sent)))
                self.sent += 1

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                wait_for(lambda: self.sent > 100, "there are enough frames to say something")
        finally:
            self.stopping.set()
            self.thread.join()
        try:
            if kind is None:
                self._count()
        finally:
            for capture in self.captures.values():
                capture.__exit__()

    def arrived(self, receiver):
        """The frames that have arrived at one of the receivers."""
        return self.captures[receiver].matching(containing(self.token))

    def _number(self, octets):
        return struct.unpack_from("!I", octets, octets.index(self.token) + len(self.token))[0]

    def _count(self):
        end = time.monotonic() + 0.5
        self.missing = set(range(self.sent))
        while self.missing and time.monotonic() < end:
            self.missing = set(range(self.sent))
            for receiver in self.receivers:
                self.missing -= {self._number(octets) for octets in self.arrived(receiver)}

    def lost(self):
        """Numbers that were sent and did not arrive, in order."""
        return sorted(self.missing)
