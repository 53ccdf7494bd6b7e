# SPDX-License-Identifier: BSD-2-Clause
"""TCP segments as a virtual machine's virtio-net hands them to a tap: many MTUs long, checksum unfinished."""

import ipaddress
import os
import struct

from harness.frames import internet_checksum, mac_bytes
from harness.tap import GSO_TCPV4, GSO_TCPV6, NEEDS_CSUM

ETHERNET, TCP = 14, 20
CHECKSUM_OFFSET = 16  # of the checksum in a TCP header


def tcp_segment(src, dst, family, payload_length, mss=1400):
    """The frame, and the fields of its virtio_net_hdr. The payload begins after 54 or 74 octets."""
    source = ipaddress.ip_address(src.address(family)).packed
    target = ipaddress.ip_address(dst.address(family)).packed
    length = TCP + payload_length
    if family == 4:
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, 6, 0) + source + target
        ip = ip[:10] + struct.pack("!H", internet_checksum(ip) ^ 0xffff) + ip[12:]
    else:
        ip = struct.pack("!IHBB", 6 << 28, length, 6, 64) + source + target
    pseudo = source + target + struct.pack("!II", length, 6)
    tcp = struct.pack("!HHIIBBHHH", 4000, 5000, 1, 1, 5 << 4, 0x10, 65535, internet_checksum(pseudo), 0)
    ethernet = mac_bytes(dst.mac) + mac_bytes(src.mac) + struct.pack("!H", 0x800 if family == 4 else 0x86dd)
    start = ETHERNET + len(ip)
    header = (NEEDS_CSUM, GSO_TCPV4 if family == 4 else GSO_TCPV6, start + TCP, mss, start, CHECKSUM_OFFSET)
    return ethernet + ip + tcp + os.urandom(payload_length), header
