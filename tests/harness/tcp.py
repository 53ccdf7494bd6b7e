# SPDX-License-Identifier: BSD-2-Clause
"""TCP bulk with a hash of the payload at either end: only this says that a path works.

An endpoint is anything with receiver() and send(): a namespace here, a virtual machine in guest.py.
"""

import hashlib
import os
import socket
import threading

SIZE = 8 << 20
CHUNK = 1 << 18
TIMEOUT = 10.0

_block = os.urandom(CHUNK)


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Receiver:
    """Takes one connection and hashes what comes."""

    def __init__(self, namespace, family):
        kind = socket.AF_INET6 if family == 6 else socket.AF_INET
        with namespace.inside():
            self.listener = socket.socket(kind, socket.SOCK_STREAM)
        self.listener.settimeout(TIMEOUT)
        self.listener.bind(("::" if family == 6 else "0.0.0.0", 0))
        self.listener.listen(1)
        self.port = self.listener.getsockname()[1]
        self.received = 0
        self.problem = None
        self.hash = hashlib.sha256()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(TIMEOUT)
                while data := connection.recv(CHUNK):
                    self.received += len(data)
                    self.hash.update(data)
        except OSError as problem:
            self.problem = problem
        finally:
            self.listener.close()

    def result(self):
        """The hash of all that came, when the sender has closed."""
        self.thread.join(TIMEOUT)
        assert not self.problem, f"receiver: {self.problem} after {self.received} octets"
        assert not self.thread.is_alive(), f"receiver: stalled after {self.received} octets"
        return self.hash.hexdigest()


class Endpoint:
    """TCP from and to a namespace. To be mixed in."""

    bulk = SIZE  # how much it is good for in a moment

    def receiver(self, family):
        return Receiver(self, family)

    def send(self, address, port, size):
        """Sends `size` octets, and returns their hash."""
        with self.inside():
            connection = socket.socket(_family(address), socket.SOCK_STREAM)
        hashed, sent = hashlib.sha256(), 0
        with connection:
            connection.settimeout(TIMEOUT)
            try:
                connection.connect((address, port))
                while sent < size:
                    # A number in front of each chunk, so that none can be mistaken for another.
                    data = (sent.to_bytes(8, "big") + _block)[:min(CHUNK, size - sent)]
                    connection.sendall(data)
                    hashed.update(data)
                    sent += len(data)
            except OSError as problem:
                raise AssertionError(f"TCP to {address}: {problem} after {sent} octets") from problem
        return hashed.hexdigest()


def transfer(client, server, family=4, size=None):
    """Sends from one endpoint to the other, and compares the hashes."""
    receiver = server.receiver(family)
    size = size or min(client.bulk, server.bulk)
    try:
        sent = client.send(server.address(family), receiver.port, size)
        received = receiver.result()
    except AssertionError as problem:
        raise AssertionError(f"TCP over IPv{family} from {client} to {server}: {problem}") from problem
    assert sent == received, f"TCP over IPv{family} from {client} to {server}: the payload differs"
