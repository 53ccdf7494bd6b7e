# SPDX-License-Identifier: BSD-2-Clause
"""An interactive shell on a terminal, as far as completion goes: a line, a Tab, and what the line is then."""

import os
import pty
import re
import select
import signal
import time

PATIENCE = 20.0  # seconds

_START = {
    "bash": (["bash", "--noprofile", "--norc", "-i"], "source {scripts}/xvsctl.bash"),
    "zsh": (["zsh", "-f", "-i"], "fpath=({scripts} $fpath); autoload -Uz compinit; compinit -u -d {folder}/dump"),
}
_CONTROL_A, _TAB, _ENTER = "\x01", "\t", "\r"


class Shell:
    """bash or zsh with the completions of the folder `scripts`, and `programs` first in its PATH."""

    def __init__(self, name, programs, scripts, folder):
        argv, setup = _START[name]
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "TERM": "dumb", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], argv, environment)
        self.said = ""
        # The line stands between the marks when it is printed, and never when it is typed.
        self._send(setup.format(scripts=os.path.abspath(scripts), folder=folder) + "; printf '%s%s\\n' REA DY" + _ENTER)
        self._wait("READY")

    def _send(self, text):
        os.write(self.fd, text.encode())

    def _wait(self, pattern):
        """What the shell has said up to a pattern, and forgets it; the match."""
        end = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.said, re.DOTALL)):
            left = end - time.monotonic()
            if left < 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f"not within {PATIENCE:g} s: {pattern!r} in {self.said!r}")
            self.said += os.read(self.fd, 65536).decode(errors="replace").replace("\r", "")
        self.said = self.said[match.end():]
        return match

    def complete(self, line):
        """The line after a Tab at its end; the line itself when there is not one continuation."""
        self._send(line + _TAB + "@'" + _CONTROL_A + "printf '%s%s%s\\n' '<''<' '" + _ENTER)
        return self._wait("<<(.*?)@\n")[1]

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
