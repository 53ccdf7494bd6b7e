# SPDX-License-Identifier: BSD-2-Clause
"""A tap device held by the test itself: the fast stand-in for a virtual machine's virtio-net."""

import fcntl
import os
import select
import struct

from harness.netns import Station

TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 1, 2, 4
OFFLOADS = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6

NEEDS_CSUM, GSO_NONE, GSO_TCPV4, GSO_TCPV6 = 1, 0, 1, 4
VNET_HEADER = "=BBHHHH"  # struct virtio_net_hdr: flags, GSO type, header length, GSO size, checksum start, offset
VNET_LENGTH = struct.calcsize(VNET_HEADER)


class Tap(Station):
    """`port` in a namespace, and its other end in the test's hand."""

    def __init__(self, namespace, number, offloads=OFFLOADS, mtu=1500):
        Station.__init__(self, number)
        self.namespace = namespace
        self.port = f"tap{number}"
        with namespace.inside():
            self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
            request = struct.pack("16sH22x", self.port.encode(), IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)
            fcntl.ioctl(self.fd, TUNSETIFF, request)
            fcntl.ioctl(self.fd, TUNSETOFFLOAD, offloads)
        namespace.ip(f"link set {self.port} mtu {mtu} up")

    def __repr__(self):
        return self.port

    def close(self):
        os.close(self.fd)

    def send(self, octets, vnet=(0, GSO_NONE, 0, 0, 0, 0)):
        os.write(self.fd, struct.pack(VNET_HEADER, *vnet) + octets)

    def receive(self, wanted, count=1, deadline=2.0):
        """Waits for `count` frames for which wanted(frame) is true: pairs of vnet header and frame."""
        found = []
        while len(found) < count:
            ready, _, _ = select.select([self.fd], [], [], deadline)
            assert ready, f"{self}: {len(found)} of {count} frames within {deadline:g} s"
            octets = os.read(self.fd, 1 << 17)
            if wanted(octets[VNET_LENGTH:]):
                found.append((struct.unpack_from(VNET_HEADER, octets), octets[VNET_LENGTH:]))
        return found
