# SPDX-License-Identifier: BSD-2-Clause
"""Hosts that know of VLANs, on kernels without VLAN devices: tests/tools/vlan_peer.bpf.c on the host's own device.

What leaves such a host is what leaves a VLAN device: the tag beside the frame, checksums and segments unfinished.
"""

import os
import shutil
import subprocess

import pytest

from harness.compile import TOOLS

TPID_8021Q, TPID_8021AD = 0x8100, 0x88a8


def _object(folder, vid, tpid):
    if not shutil.which("clang"):
        pytest.skip("needs clang: nothing is tested with hosts that leave their tags beside the frame")
    path = str(folder / f"vlan_peer-{tpid:x}-{vid}.o")
    if not os.path.exists(path):
        subprocess.run(["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall", "-Wextra", "-Werror",
                        f"-I/usr/include/{os.uname().machine}-linux-gnu", f"-DVID={vid}", f"-DTPID={tpid}",
                        "-c", os.path.join(TOOLS, "vlan_peer.bpf.c"), "-o", path], check=True)
    return path


def _attach(host, path, **sections):
    if "clsact" not in host.run("tc", "qdisc", "show", "dev", host.device):
        host.run("tc", "qdisc", "add", "dev", host.device, "clsact")
    for where, section in sections.items():
        host.run("tc", "filter", "add", "dev", host.device, where, "bpf", "da", "obj", path, "sec", section)


def join_vlan(host, vid, folder, tpid=TPID_8021Q):
    """All that the host says is in this VLAN, and it hears nothing else: as by a VLAN device with its addresses.

    Captures on its device still see every frame, tag and all. What they send is tagged, too.
    """
    _attach(host, _object(folder, vid, tpid), egress="push", ingress="pop")


def put_tags_beside(host, folder):
    """Tags of raw frames that the host sends go beside the frame, where a VLAN device puts them."""
    _attach(host, _object(folder, 0, TPID_8021Q), egress="beside")


def leave_vlan(host):
    """Undoes either."""
    host.run("tc", "qdisc", "del", "dev", host.device, "clsact")
