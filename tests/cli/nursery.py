"""Processes of the program that need not import it first.

A fresh ``stcore`` spends most of its processor time on imports. The nursery is one process that has imported the rooms
of the command line and waits; every call is a fork of it with standard streams, environment and words of its own. What
a fork cannot prove, that a command imports what it needs and that nothing keeps its process from ending,
``test_start.py`` shows with fresh processes.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO

READY_SECONDS = 60
FACES = ("stcore.web", "stcore.terminal.", "stcore.testing", "stcore.lsp", "stcore.__main__", "stcore._bundled")
"""Rooms that calls on the command line hardly ever need; a fork that needs one imports it."""
HEAVY = ("stcore.images.durable", "stcore.storage.migrat")
LATE = ("stcore.terminal.wording", "sqlalchemy.dialects.sqlite", "obstore", "jinja2", "PIL.Image", "PIL.PngImagePlugin")
"""What is imported within functions, and what libraries import when they are first used."""

available = hasattr(os, "fork") and hasattr(socket, "send_fds")


class Nursery:
    """The waiting process, from the side of the tests."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            command = [sys.executable, "-P", __file__, str(number)]
            self._process = subprocess.Popen(command, pass_fds=[number], start_new_session=True)
        self._channel.settimeout(READY_SECONDS)
        assert self._channel.recv(8), "the nursery did not start"

    def run(self, words: list[str], environment: dict[str, str], stdin: str, seconds: float) -> tuple[int, str, str]:
        """Exit status, stdout and stderr of a call."""
        with ExitStack() as stack:
            given, out, err, request = streams = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(4)]
            _fill(given, stdin)
            _fill(request, json.dumps([words, environment]))
            self._channel.settimeout(seconds)
            socket.send_fds(self._channel, [b"!"], [stream.fileno() for stream in streams])
            answer = self._channel.recv(8)
            assert answer, "the nursery died"
            return int(answer), _text(out), _text(err)

    def close(self) -> None:
        """End the waiting process and whatever still runs of its forks."""
        self._channel.close()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@functools.cache
def nursery() -> Nursery:
    """The one of this process, made when it is first needed."""
    made = Nursery()
    atexit.register(made.close)
    return made


def _fill(stream: IO[bytes], text: str) -> None:
    stream.write(text.encode())
    stream.flush()
    stream.seek(0)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


# -- the waiting process ---------------------------------------------------------------------------------------------


def _import_all() -> None:
    import stcore

    for module in pkgutil.walk_packages(stcore.__path__, "stcore."):
        if not module.name.startswith((*FACES, *HEAVY)):
            importlib.import_module(module.name)
    for name in LATE:
        importlib.import_module(name)


def _become(descriptors: list[int]) -> None:
    """Turn this process into one that was called with what the descriptors hold."""
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    with os.fdopen(descriptors[3], "rb") as request:
        words, environment = json.load(request)
    for descriptor in descriptors[:3]:
        os.close(descriptor)
    sys.argv[:] = ["stcore", *words]
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def _wait(channel: socket.socket) -> bool:
    """Fork for every request; true in a fork, false when nobody asks any more."""
    while True:
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 4)
        if not descriptors:
            return False
        child = os.fork()
        if not child:
            _become(descriptors)
            return True
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(child, 0)
        channel.send(str(os.waitstatus_to_exitcode(status)).encode())


def _end(status: int) -> None:
    """End without the tidying of an interpreter, which would first copy all the memory that is shared."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    _import_all()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        asking.send(b"ready")
        born = _wait(asking)
    if born:
        from stcore.cli import main

        _end(main())
