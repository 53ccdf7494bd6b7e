# SPDX-License-Identifier: BSD-2-Clause
"""An initramfs: files, the libraries that programs among them need, and busybox, as a cpio archive (newc)."""

import os
import re
import shutil
import subprocess

BUSYBOX = "/bin/busybox"

_INIT = """#!/bin/busybox sh
# What is written to the second serial line is run; its output follows, then "@@" and its exit status.
/bin/busybox --install -s /bin
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /proc /sys /dev /tmp /run /var/lib /root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
for module in $(cat /modules); do
    insmod $module || echo "insmod $module failed"
done
. /programs
ip link set lo up
stty -F /dev/ttyS1 raw -echo
exec 3<>/dev/ttyS1
echo '@@ready' >&3
while IFS= read -r line <&3; do
    eval "$line" >/tmp/.output 2>&1 3>&- </dev/null
    status=$?
    cat /tmp/.output >&3
    echo "@@$status" >&3
done
"""


class Initramfs:
    """Gathers files, and writes them in the end."""

    def __init__(self):
        self.entries = {}  # path without the leading slash -> (mode, octets)
        self.modules = []
        self.programs = []
        self.text("/init", _INIT, 0o755)
        self.program("busybox", BUSYBOX)

    def _folders(self, path):
        parent = os.path.dirname(path)
        if parent and parent not in self.entries:
            self._folders(parent)
            self.entries[parent] = (0o040755, b"")

    def text(self, path, octets, mode=0o644):
        path = path.lstrip("/")
        self._folders(path)
        self.entries[path] = (0o100000 | mode, octets.encode() if isinstance(octets, str) else octets)

    def file(self, source, path=None):
        with open(source, "rb") as file:
            self.text(path or source, file.read(), os.stat(source).st_mode & 0o777)

    def program(self, name, path=None):
        """A program, by name or path, with the shared libraries that ldd(1) tells of."""
        source = shutil.which(name)
        assert source, f"needs {name}"
        path = path or source
        self.file(source, path)
        if path != BUSYBOX:
            self.programs.append(path)
        listed = subprocess.run(["ldd", source], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", listed):
            self.file(library)

    def kernel_modules(self, kernel, *names):
        for source in kernel.modules(*names):
            path = "/lib/modules/" + os.path.basename(source)
            self.file(source, path)
            self.modules.append(path)

    def write(self, path):
        self.text("/modules", "".join(module + "\n" for module in self.modules))
        # busybox's shell takes its own ip and the like first, whatever PATH says, but functions before these.
        self.text("/programs", "".join(f'{os.path.basename(program)}() {{ {program} "$@"; }}\n'
                                       for program in self.programs))
        with open(path, "wb") as archive:
            for inode, (name, (mode, octets)) in enumerate(self.entries.items(), 1):
                _member(archive, inode, name, mode, octets)
            _member(archive, 0, "TRAILER!!!", 0, b"")


def _member(archive, inode, name, mode, octets):
    """cpio(5), "New ASCII Format": thirteen fields of eight hexadecimal digits, all padded to four octets."""
    name = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(octets), 0, 0, 0, 0, len(name), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    archive.write(header + b"\0" * (-len(header) % 4) + octets + b"\0" * (-len(octets) % 4))
