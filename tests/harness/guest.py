# SPDX-License-Identifier: BSD-2-Clause
"""Virtual machines: QEMU without KVM, Debian's kernel, busybox, driven over a serial line."""

import os
import shutil
import socket
import subprocess
import time

from harness.initramfs import Initramfs
from harness.kernel import Unavailable
from harness.netns import Station

QEMU = "qemu-system-x86_64"
BOOTED = 60.0
FILE_SIZE = 2 << 20  # what a guest sends; under TCG it hashes some ten MB a second
PORT = 5001


def check_programs():
    for program in (QEMU, "busybox"):
        if not shutil.which(program):
            raise Unavailable(f"needs {program}")


def basic_initramfs(kernel):
    """What every guest has: busybox and the drivers of its network cards."""
    files = Initramfs()
    files.kernel_modules(kernel, "virtio_pci", "virtio_net")
    return files


class Card:
    """A network card: a tap `port`, which QEMU makes in the namespace that it runs in."""

    def __init__(self, port, mac, queues=1):
        self.port, self.mac, self.queues = port, mac, queues

    def arguments(self, number):
        multi = f",mq=on,vectors={2 * self.queues + 2}" if self.queues > 1 else ""
        return ("-netdev", f"tap,id=n{number},ifname={self.port},script=no,downscript=no,queues={self.queues}",
                "-device", f"virtio-net-pci,netdev=n{number},mac={self.mac},romfile={multi}")


class Guest:
    """A machine that runs commands."""

    def __init__(self, folder, namespace, kernel, initramfs, cards, cpus=1, memory=256):
        self.console = os.path.join(folder, "console")
        path = os.path.join(folder, "serial")
        self.pending = b""
        arguments = [QEMU, "-accel", "tcg", "-cpu", "max", "-smp", str(cpus), "-m", str(memory),
                     "-display", "none", "-nodefaults", "-no-user-config", "-no-reboot",
                     "-kernel", kernel.image, "-initrd", initramfs,
                     "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
                     "-serial", f"file:{self.console}", "-serial", f"unix:{path},server=on,wait=off",
                     "-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0"]
        for number, card in enumerate(cards):
            arguments += card.arguments(number)
        with namespace.inside():
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT)
        self.serial = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connect(path)

    def __repr__(self):
        return "guest"

    def _connect(self, path):
        end = time.monotonic() + BOOTED
        while True:
            try:
                return self.serial.connect(path)
            except (FileNotFoundError, ConnectionRefusedError):
                if self.process.poll() is not None:
                    said = self.process.stdout.read().decode()
                    raise AssertionError(f"QEMU ended with {self.process.returncode}: {said}") from None
                assert time.monotonic() < end, "QEMU does not listen on its serial line"
                time.sleep(0.01)

    def console_text(self):
        with open(self.console, encoding="utf-8", errors="replace") as file:
            return file.read()

    def _answer(self, deadline):
        """Output and what follows "@@"."""
        end = time.monotonic() + deadline
        while True:
            at = self.pending.find(b"@@")
            newline = self.pending.find(b"\n", at)
            if at >= 0 and newline >= 0:
                output, mark = self.pending[:at], self.pending[at + 2:newline]
                self.pending = self.pending[newline + 1:]
                return output.decode(errors="replace"), mark.decode().strip()
            self.serial.settimeout(max(0.01, end - time.monotonic()))
            try:
                octets = self.serial.recv(65536)
            except TimeoutError:
                octets = b""
            if not octets:
                raise AssertionError(f"the guest does not answer; so far: {self.pending.decode(errors='replace')}"
                                     f"\nits console: {self.console_text()[-3000:]}")
            self.pending += octets

    def booted(self):
        """Waits until it takes commands."""
        _, mark = self._answer(BOOTED)
        assert mark == "ready"
        return self

    def start(self, command):
        """Runs a line of shell; finish() waits for its end."""
        assert "\n" not in command
        self.serial.sendall(command.encode() + b"\n")

    def finish(self, deadline=20.0):
        """Exit status and output."""
        output, mark = self._answer(deadline)
        return int(mark), output

    def run(self, command, deadline=20.0):
        self.start(command)
        status, output = self.finish(deadline)
        assert status == 0, f"in the guest: {command}: exit {status}: {output}"
        return output

    def close(self):
        self.serial.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class GuestReceiver:
    """See tcp.Receiver."""

    port = PORT

    def __init__(self, guest, wrapper=""):
        self.guest = guest
        # The fifo is a standard input without an end: nc would shut the connection down, and that ends the sender.
        guest.run(f"[ -p /tmp/fifo ] || mkfifo /tmp/fifo; "
                  f"{wrapper} nc -l -p {PORT} <>/tmp/fifo | sha256sum >/tmp/sum & "
                  f"until {wrapper} grep -q ':{PORT:04X} .* 0A ' /proc/net/tcp6 /proc/net/tcp; do usleep 2000; done")

    def result(self):
        return self.guest.run("wait; cat /tmp/sum").split()[0]


class GuestEndpoint(Station):
    """TCP from and to a machine, or a network namespace in it: as tcp.Endpoint."""

    bulk = FILE_SIZE

    def __init__(self, guest, number, namespace=None):
        Station.__init__(self, number)
        self.guest = guest
        self.namespace = namespace
        self.wrapper = f"ip netns exec {namespace}" if namespace else ""

    def __repr__(self):
        return f"{self.guest}/{self.namespace}"

    def make_file(self):
        self.guest.run(f"head -c {FILE_SIZE} /dev/urandom >/tmp/file && sha256sum /tmp/file >/tmp/file.sum")

    def receiver(self, family):
        del family  # nc listens on both
        return GuestReceiver(self.guest, self.wrapper)

    def send(self, address, port, size):
        """Sends the file, whatever `size` is."""
        del size
        return self.guest.run(f"{self.wrapper} nc -w 5 {address} {port} </tmp/file && cat /tmp/file.sum").split()[0]


class GuestStation(Guest, GuestEndpoint):
    """A machine with one network card, whose tap is a port of the switch."""

    device = "eth0"

    def __init__(self, folder, namespace, kernel, initramfs, number):
        GuestEndpoint.__init__(self, self, number)
        self.port = f"vm{number}"
        Guest.__init__(self, folder, namespace, kernel, initramfs, [Card(self.port, self.mac)])

    def __repr__(self):
        return self.port

    def configure(self, mtu=1500):
        self.booted()
        self.run("echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad; "
                 "echo 0 >/proc/sys/net/ipv6/conf/eth0/router_solicitations")
        self.run(f"ip link set eth0 mtu {mtu} && ip link set eth0 up && ip addr add {self.ip4}/16 dev eth0 && "
                 f"ip -6 addr add {self.ip6}/64 dev eth0")
        self.make_file()
