"""Whole processes: how long until the first answer, and how much memory a server at rest takes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.table import Row, median_ms

STCORE = str(Path(sys.executable).with_name("stcore"))
"""The command as a person starts it. Its byte code must be compiled, as `make` does."""


def rows() -> Iterator[Row]:
    """Every row of this room."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "STCORE_DATA": folder, "PYTHONDONTWRITEBYTECODE": ""}

        def run(*arguments: str) -> None:
            subprocess.run([STCORE, *arguments], env=environment, check=True, capture_output=True)

        bare = median_ms(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 15) / 1000
        note = f"(python alone {bare * 1000:.0f} ms)"
        yield Row("stcore --version", median_ms(lambda: run("--version"), 15) / 1000, 0.10, "s", note=note)
        script = lambda: run("run", "-c", "/setvar key=a 1 | /add a 2 | /pass {{pipe}}")  # noqa: E731
        yield Row("one-shot script without storage", median_ms(script, 15) / 1000, 0.20, "s", note=note)
        yield from _server(environment)


def _server(environment: dict[str, str]) -> Iterator[Row]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.perf_counter()
    command = [STCORE, "serve", "--no-open", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(f"http://127.0.0.1:{port}/api/state")
            yield Row("stcore serve answers", time.perf_counter() - start, 3.0, "s")
            time.sleep(3)
            status = Path(f"/proc/{server.pid}/status")
            if status.exists():
                found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
                yield Row("memory of stcore serve at rest", int(found[1]) / 1024 if found else 0, 120, "MB")
        finally:
            server.terminate()


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{url} does not answer")
