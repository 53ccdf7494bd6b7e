# SPDX-License-Identifier: BSD-2-Clause
"""What of an instance is in the kernel: its pins, and the maps and programs behind them, by bpf(2)."""

import ctypes
import json
import os
import platform
import struct
import subprocess

OBJ_GET, PROG_GET_NEXT_ID, MAP_GET_NEXT_ID, PROG_GET_FD_BY_ID, OBJ_GET_INFO_BY_FD = 7, 11, 12, 13, 15
PROG_QUERY = 16
MAP_LOOKUP_BATCH = 24
TCX_INGRESS, TCX_EGRESS = 46, 47

_SYSCALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]
_libc = ctypes.CDLL(None, use_errno=True)


def _bpf(command, attributes):
    """Returns the call's result and the attributes as the kernel left them."""
    buffer = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)
    result = _libc.syscall(_SYSCALL, command, buffer, 128)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result, buffer.raw


def _info(fd, size=256, **fields):
    """struct bpf_prog_info or bpf_map_info of a descriptor; fields: octets to put at offsets first."""
    info = ctypes.create_string_buffer(size)
    for offset, octets in fields.values():
        info[offset:offset + len(octets)] = octets
    _bpf(OBJ_GET_INFO_BY_FD, struct.pack("=IIQ", fd, size, ctypes.addressof(info)))
    return info.raw


def _map_ids_of(fd):
    """Identifiers of the maps that a program uses: nr_map_ids stands at 52, map_ids at 56."""
    count, = struct.unpack_from("=I", _info(fd), 52)
    ids = (ctypes.c_uint32 * count)()
    if count:
        _info(fd, room=(52, struct.pack("=IQ", count, ctypes.addressof(ids))))
    return set(ids)


def _program_ids():
    last = 0
    while True:
        try:
            _, raw = _bpf(PROG_GET_NEXT_ID, struct.pack("=I", last))
        except FileNotFoundError:
            return
        last, = struct.unpack_from("=I", raw, 4)
        yield last


def programs():
    """All programs in the kernel: identifier -> (name, set of the maps' identifiers)."""
    found = {}
    for identifier in _program_ids():
        try:
            fd, _ = _bpf(PROG_GET_FD_BY_ID, struct.pack("=I", identifier))
        except FileNotFoundError:
            continue
        try:
            name = _info(fd)[64:80].split(b"\0")[0].decode()
            found[identifier] = (name, _map_ids_of(fd))
        finally:
            os.close(fd)
    return found


def tcx_programs(ifindex):
    """Identifiers of the programs that a device of the calling thread's namespace has by TCX (bpftool of Debian 12
    does not know of it); empty on kernels without."""
    found = []
    for where in (TCX_INGRESS, TCX_EGRESS):
        ids = (ctypes.c_uint32 * 64)()
        try:
            _, raw = _bpf(PROG_QUERY, struct.pack("=IIIIQI", ifindex, where, 0, 0, ctypes.addressof(ids), 64))
        except OSError:
            continue
        found += ids[:struct.unpack_from("=I", raw, 24)[0]]
    return found


def map_exists(identifier):
    """Without opening it: to close the last descriptor of a program array empties it, and when that happens twice
    before the kernel's worker gets to it, the map is lost for ever (prog_array_map_clear() of kernel/bpf/arraymap.c
    takes a reference each time)."""
    try:
        _, raw = _bpf(MAP_GET_NEXT_ID, struct.pack("=I", identifier - 1))
    except FileNotFoundError:
        return False
    return struct.unpack_from("=I", raw, 4)[0] == identifier


def pinned_maps(folder):
    """Maps pinned in a folder and below it: identifier -> name."""
    maps = {}
    for path, _, files in os.walk(folder):
        for name in files:
            pin = ctypes.create_string_buffer(os.fsencode(os.path.join(path, name)))
            try:
                fd, _ = _bpf(OBJ_GET, struct.pack("=Q", ctypes.addressof(pin)))
            except OSError:
                continue
            if "bpf-map" in os.readlink(f"/proc/self/fd/{fd}"):
                maps[struct.unpack_from("=I", _info(fd), 4)[0]] = name
            os.close(fd)
    return maps


def array_contents(path):
    """The octets of a pinned array, all its values in one."""
    pin = ctypes.create_string_buffer(os.fsencode(path))
    fd, _ = _bpf(OBJ_GET, struct.pack("=Q", ctypes.addressof(pin)))
    try:
        _, _, key_size, value_size, entries = struct.unpack_from("=5I", _info(fd))
        keys, last = ctypes.create_string_buffer(key_size * entries), ctypes.create_string_buffer(key_size)
        values = ctypes.create_string_buffer(value_size * entries)
        _bpf(MAP_LOOKUP_BATCH, struct.pack("=QQQQII", 0, ctypes.addressof(last), ctypes.addressof(keys),
                                           ctypes.addressof(values), entries, fd))
        return values.raw
    finally:
        os.close(fd)


def _bpftool(*words):
    return json.loads(subprocess.run(("bpftool", "-j", *words), check=True, stdout=subprocess.PIPE).stdout)


def _inner_maps(identifier):
    """Identifiers of the maps that a map of maps holds: each is the value of an element, in four octets."""
    for element in _bpftool("map", "dump", "id", str(identifier)):
        if "value" in element:
            yield int.from_bytes([int(octet, 16) for octet in element["value"]], "little")


def map_octets(folder):
    """Memory of all maps that are pinned in a folder, and of those in them."""
    found = {one["id"]: one for one in _bpftool("map", "show")}  # one call for thousands
    wanted = set(pinned_maps(folder))
    for identifier in wanted & found.keys():
        if found[identifier]["type"].endswith("_of_maps"):
            wanted |= set(_inner_maps(identifier))
    return sum(found[identifier]["bytes_memlock"] for identifier in wanted & found.keys())


def _parent(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def pin_folder(instance):
    """Where an instance pins, as the outermost ancestor sees it that may be looked into (switchd/bpffs.h)."""
    chain, pid = [], os.getpid()
    while pid:
        chain.append(pid)
        pid = _parent(pid)
    for pid in reversed(chain):
        if os.access(f"/proc/{pid}/root/sys/fs/bpf", os.R_OK):
            return f"/proc/{pid}/root/sys/fs/bpf/xvswitch/{instance}"
    raise AssertionError("no process that may be looked into has /sys/fs/bpf")
