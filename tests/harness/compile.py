# SPDX-License-Identifier: BSD-2-Clause
"""Small programs of the tests, compiled when they are needed."""

import os
import shutil
import subprocess

import pytest

SOURCE = os.path.join(os.path.dirname(__file__), "..", "..")
TOOLS = os.path.join(SOURCE, "tests", "tools")


def _needs(what, *programs):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"needs {program}: nothing is tested with {what}")


def tool(folder, name, *packages, sources=()):
    """A C program of tests/tools, with these other sources, linked with these packages of pkg-config's; its path."""
    _needs(f"tests/tools/{name}.c", "cc", "pkg-config")
    flags = []
    if packages:
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", *packages], check=True, stdout=subprocess.PIPE,
                               text=True).stdout.split()
    path = str(folder / name)
    subprocess.run(["cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-I", SOURCE, "-o", path,
                    os.path.join(TOOLS, name + ".c"), *[os.path.join(SOURCE, source) for source in sources], *flags],
                   check=True)
    return path


FOREIGN = """
struct xdp_md {
	unsigned data;
};

__attribute__((section("xdp"), used)) int foreign_pass(struct xdp_md *context)
{
	return context ? 2 : 1; /* XDP_PASS */
}
char _license[] __attribute__((section("license"), used)) = "GPL";
"""


def foreign_program(folder):
    """An XDP program that is not the switch's: `foreign_pass`, in section "xdp", passes everything up."""
    _needs("an XDP program that is not the switch's", "clang")
    path = str(folder / "foreign.o")
    subprocess.run(["clang", "-O2", "-g", "-target", "bpf", "-x", "c", "-c", "-", "-o", path], input=FOREIGN,
                   text=True, check=True)
    return path
