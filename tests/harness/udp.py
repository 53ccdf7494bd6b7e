# SPDX-License-Identifier: BSD-2-Clause
"""UDP datagrams from one endpoint to another: what a socket receives had the right checksum."""

import os
import socket

SOL_UDP, UDP_SEGMENT = 17, 103
TIMEOUT = 2.0


def _socket(endpoint, family):
    with endpoint.inside():
        made = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(TIMEOUT)
    return made


class Receiver:
    """A socket at an endpoint. To be used with `with`."""

    def __init__(self, endpoint, family):
        self.socket = _socket(endpoint, family)
        self.socket.bind(("::" if family == 6 else "0.0.0.0", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def answer(self, sender, address, port, family, size=1000, segment=0):
        """Sends to an address that leads here, and answers: what came arrived whole, and the answer as from there.

        segment: the kernel is given `size` octets at once, to be cut into datagrams of this size.
        """
        payload = os.urandom(size)
        with _socket(sender, family) as out:
            if segment:
                out.setsockopt(SOL_UDP, UDP_SEGMENT, segment)
            out.connect((address, port))
            out.send(payload)
            came = b""
            while len(came) < size:
                octets, source = self.socket.recvfrom(1 << 16)
                came += octets
            assert came == payload, f"UDP over IPv{family} from {sender}: the payload differs"
            self.socket.sendto(came[:100], source)
            assert out.recv(1 << 16) == came[:100]
