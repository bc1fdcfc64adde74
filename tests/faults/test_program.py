"""The whole program against what goes wrong outside of it: kill -9, a full disk, a second program, a busy port.

``stcore`` runs in processes of its own; the far sides are the fake servers, whose memory tells what was really asked.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stcore.testing.servers.automatic1111 import FakeAutomatic1111
from stcore.testing.servers.base import FakeServer
from stcore.testing.servers.comfyui import FakeComfyUI
from stcore.testing.servers.serve import serve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

SECONDS = 20.0
SMALL = "width=64 height=64"


def until(true: Callable[[], Any]) -> Any:
    """What ``true`` gives as soon as it gives something."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


class Program:
    """``stcore`` on one data folder: calls, and the page's server on a port of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server: subprocess.Popen[str] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self, *words: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STCORE")}
        command = [sys.executable, "-m", "stcore", "--data", str(self.data), *words]
        pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, **pipes, text=True, env=kept)

    def call(self, *words: str) -> tuple[int, str, str]:
        """Status, stdout and stderr of a command."""
        process = self.start(*words)
        out, err = process.communicate(timeout=SECONDS)
        assert "Traceback" not in err, err
        return process.returncode, out, err

    def serve(self) -> None:
        self.server = self.start("serve", "--no-open", "--port", str(self.port))
        assert self.server.stdout is not None
        assert "stcore is at" in self.server.stdout.readline()

    def kill(self) -> None:
        assert self.server is not None
        self.server.kill()
        self.server.communicate()

    def stop(self) -> None:
        assert self.server is not None
        self.server.terminate()
        self.server.communicate(timeout=SECONDS)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer of the page's API."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}/api{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def say(self, chat_id: str, text: str) -> None:
        self.ask("POST", f"/chats/{chat_id}/input", {"text": text})

    def job(self, *states: str) -> Any:
        """The newest job, once it is in one of these states."""
        return until(
            lambda: next((job for job in self.ask("GET", "/jobs")["jobs"][:1] if job["state"] in states), None)
        )

    def pictures(self, chat_id: str) -> int:
        messages = self.ask("GET", f"/chats/{chat_id}/messages")["messages"]
        return sum(len(message["pictures"]) for message in messages)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "data")
    yield program
    if program.server is not None and program.server.poll() is None:
        program.kill()


def _killed_while_it_renders(program: Program, fake: FakeServer, kind: str, url: str) -> tuple[str, Any]:
    """The chat, and the job as it ended in the program that came after."""
    fake.set(step_seconds=0.05)
    assert program.call("sources", "add", kind, "--url", url)[0] == 0
    program.serve()
    chat_id = program.ask("POST", "/chats", {"title": "Harbour"})["id"]
    program.say(chat_id, f"/sd {SMALL} steps=80 a castle")
    until(lambda: (program.job("running").get("progress") or {}).get("fraction"))
    program.kill()
    fake.set(step_seconds=0.0)
    program.serve()
    return chat_id, program.job("done", "failed")


@pytest.mark.feature("JOB-2")
def test_killed_while_a_server_renders_that_can_be_asked_again(program: Program) -> None:
    fake = FakeComfyUI()
    with serve(fake) as url:
        chat_id, job = _killed_while_it_renders(program, fake, "comfyui", url)
        assert (job["state"], program.pictures(chat_id)) == ("done", 1)
        program.stop()
    assert len(fake.asked("POST", "/prompt")) == 1


@pytest.mark.feature("JOB-2")
def test_killed_while_a_server_renders_that_forgets(program: Program) -> None:
    fake = FakeAutomatic1111()
    with serve(fake) as url:
        chat_id, job = _killed_while_it_renders(program, fake, "automatic1111", url)
        assert (job["state"], job["error"]["kind"], program.pictures(chat_id)) == ("failed", "interrupted", 0)
        assert len(fake.asked("POST", "/sdapi/v1/txt2img")) == 1, "nothing is rendered again without being asked"
        program.ask("POST", f"/jobs/{job['id']}/retry", {})
        until(lambda: program.pictures(chat_id) == 1)
        program.stop()
    assert len(fake.asked("POST", "/sdapi/v1/txt2img")) == 2


def test_two_programs_on_one_data_folder(program: Program) -> None:
    fake = FakeComfyUI(step_seconds=0.05)
    with serve(fake) as url:
        program.call("sources", "add", "comfyui", "--url", url)
        program.serve()
        chat_id = program.ask("POST", "/chats", {"title": "Harbour"})["id"]
        program.say(chat_id, f"/sd {SMALL} steps=30 of the page")
        program.job("running")
        script = f"/send from outside | /sd {SMALL} steps=1 of the script"
        status, out, err = program.call("run", "--chat", chat_id, "-c", script)
        assert (status, err) == (0, "") and Path(out.strip()).is_file()
        until(lambda: program.pictures(chat_id) == 2)
        status, _, err = program.call("serve", "--no-open", "--port", str(program.port))
        assert status == 1 and f"Port {program.port} is taken" in err
        program.stop()
    assert len(fake.asked("POST", "/prompt")) == 2, "neither made the other's picture again"


def test_a_full_disk_loses_nothing_and_can_be_tried_again(program: Program) -> None:
    assert program.call("run", "-c", "/sd quiet=true width=64 height=64 stored before")[0] == 0
    pictures = program.data / "pictures"
    stored = sorted(path for path in pictures.rglob("*") if path.is_file())
    # A limit on the size of files is the full disk that every user can have: 200 kB are too little for the next one.
    words = ["-m", "stcore", "--data", str(program.data), "run", "-c", "/sd quiet=true width=768 height=768 too much"]
    limited = ["bash", "-c", 'ulimit -f 200; trap "" XFSZ; exec "$@"', "-", sys.executable, *words]
    done = subprocess.run(limited, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "cannot be stored" in done.stderr
    assert sorted(path for path in pictures.rglob("*") if path.is_file()) == stored, "no half picture stays behind"
    failed = next(j for j in json.loads(program.call("jobs", "list", "--json")[1]) if j["state"] == "failed")
    status, out, _ = program.call("jobs", "retry", failed["id"])
    assert status == 0 and Path(out.strip()).is_file()
