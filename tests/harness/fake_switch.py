# SPDX-License-Identifier: BSD-2-Clause
"""A control socket without a switch behind it: what the command line sends, and what it makes of an answer."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading

from harness.netns import PREFIX
from harness.switch import XVSCTL

RUN = "/run/xvswitch"


class FakeSwitch:
    """Answers every request with `answer`, or not at all where that is None; `requests` has what came."""

    def __init__(self):
        self.instance = f"{PREFIX}-fake"
        self.folder = os.path.join(RUN, self.instance)
        os.makedirs(self.folder)
        self.answer = {"result": {"status": 0, "output": "", "warning": ""}, "error": None}
        self.requests = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(os.path.join(self.folder, "ctl.sock"))
        self.socket.listen()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client:
                self._serve_client(client)

    def _serve_client(self, client):
        data = b""
        while True:
            data += client.recv(1 << 20)
            try:
                request = json.loads(data)
                break
            except ValueError:
                continue
        self.requests.append(request)
        if self.answer is not None:
            client.sendall(json.dumps({**self.answer, "id": request["id"]}).encode())
        else:
            client.recv(1)  # until it gives up

    def says(self, output="", status=0, error=None, warning=""):
        self.answer = {"result": {"status": status, "output": output, "warning": warning}, "error": error}

    def run(self, program, *words, **options):
        """Calls a program of the build by its name."""
        folder = os.path.dirname(XVSCTL)
        return subprocess.run([os.path.join(folder, program), *words], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=30, check=False,
                              env={**os.environ, "XVS_INSTANCE": self.instance}, **options)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()
        shutil.rmtree(self.folder)
        with contextlib.suppress(OSError):  # others' instances are in it
            os.rmdir(RUN)
