"""``stcore chat`` for real: through a pipe, and in a terminal of its own with somebody typing."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .emulator import Emulator

PROGRAM = [sys.executable, "-c", "import sys; from stcore.cli import main; sys.exit(main())"]
PATIENCE = 30.0
OWN = ("STCORE", "TMUX", "TERM", "KITTY", "COLORTERM")


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("STCORE", "TMUX", "TERM", "KITTY"))
    }
    return {**kept, "STCORE_DATA": str(data), "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}


class Typist:
    """A program in a terminal, somebody who types into it, and what stands on the screen."""

    def __init__(self, data: Path, *words: str, size: tuple[int, int] = (24, 80)) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.process = subprocess.Popen(
            [*PROGRAM, *words], stdin=slave, stdout=slave, stderr=slave, env=environment(data), start_new_session=True
        )
        os.close(slave)
        self.screen = Emulator(*size)
        self.raw = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait_for(self, wanted: str, *, gone: bool = False) -> None:
        """Read until ``wanted`` stands on the screen (or no longer does)."""
        until = time.monotonic() + PATIENCE
        while (wanted in self.screen.text) == gone:
            assert time.monotonic() < until, f"waited for {wanted!r} in vain; there is:\n{self.screen.text}"
            assert self._read(), f"it ended before {wanted!r} came; there is:\n{self.screen.text}"

    def _read(self) -> bool:
        if not select.select([self.master], [], [], 0.1)[0]:
            return True
        try:
            piece = os.read(self.master, 65536).decode(errors="replace")
        except OSError:
            return False
        if "\x1b[6n" in piece:  # a terminal tells where its cursor is when it is asked
            self.type(f"\x1b[{min(self.screen.row + 1, self.screen.rows)};1R")
        self.raw += piece
        self.screen.feed(piece)
        return bool(piece)

    def end(self) -> int:
        """The exit status; reads on until the program has ended."""
        while self.process.poll() is None and self._read():
            pass
        return self.process.wait(timeout=PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def typist(data: Path) -> Iterator[Typist]:
    someone = Typist(data, "chat", "--new")
    try:
        someone.wait_for("\n>")
        yield someone
    finally:
        someone.close()


def run(data: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words], input=stdin, capture_output=True, text=True, env=environment(data), timeout=50, check=False
    )


@pytest.mark.slow
def test_a_conversation_through_a_pipe(data: Path) -> None:
    lines = "hello\n/input Name? | /echo Hi {{pipe}}\nBo\n/sd width=64 height=64 seed=3 apple tree\n/nosuch\n"
    done = run(data, "chat", "--new", stdin=lines)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    for words in ("Assistant: ", "built-in helper", "Name?\nHi Bo\n", "64x64 · seed 3 · canvas", "no command /nosuch"):
        assert words in said
    path = next(line for line in said.splitlines() if line.endswith(".png"))
    assert Path(path).is_file()
    assert "\x1b" not in said
    again = run(data, "chat", stdin="/quit\n/echo never\n")
    assert "User: hello" in again.stdout
    assert "Assistant: apple tree" in again.stdout
    assert "never" not in again.stdout


@pytest.mark.slow
def test_a_conversation_in_a_terminal(typist: Typist, data: Path) -> None:
    typist.type("hello\r")
    typist.wait_for("built-in helper")
    typist.type("/sd width=64 height=64 seed=3 apple tree\r")
    typist.wait_for("64x64 · seed 3 · canvas")
    assert typist.raw.count("▀") > 500, "the picture is drawn in half blocks"
    assert "\x1b[38;2;" in typist.raw
    typist.type("/input Your name? | /echo Hello {{pipe}}\r")
    typist.wait_for("\nYour name?")
    typist.type("Ann\r")
    typist.wait_for("Hello Ann")
    typist.type("/echo a |\x1b\r/nosuch\r")  # Alt-Enter begins a new line
    typist.wait_for("line 2, column 2")
    typist.type("\x04")
    assert typist.end() == 0
    assert "hello" in (data / "history").read_text()
    assert (data / "history").stat().st_mode & 0o077 == 0, "what was typed is nobody else's business"


@pytest.mark.slow
def test_ctrl_c_clears_then_stops_then_explains(data: Path) -> None:
    assert run(data, "texts", "add", "offline", "--name", "slow", "--words-per-second", "2").returncode == 0
    assert run(data, "sources", "add", "canvas", "--delay", "0.5").returncode == 0
    someone = Typist(data, "chat", "--new", size=(20, 50))
    try:
        someone.wait_for("\n>")
        someone.type("half a line")
        someone.wait_for("> half a line")
        someone.type("\x03")
        someone.wait_for("half a line", gone=True)
        someone.type("\x03")
        someone.wait_for("Nothing is running")
        someone.type("how do I connect a model?\r")
        someone.wait_for("Ctrl-C stops the reply")
        someone.type("\x03")
        someone.wait_for("stops the reply", gone=True)
        someone.type("/sd width=64 height=64 apple tree\r")
        someone.wait_for(" · step ")
        someone.type("\x03")
        someone.wait_for("Stopped: apple tree")
        someone.type("/echo still here\r")
        someone.wait_for("\nstill here")
        someone.type("\x04")
        assert someone.end() == 0
    finally:
        someone.close()
    shown = run(data, "chats", "show")
    reply = [line for line in shown.stdout.splitlines() if line.startswith("Assistant: ")]
    assert len(reply) == 1, "what came of the reply is kept, the picture is not"


@pytest.mark.slow
def test_the_arguments_are_explained_while_they_are_typed(typist: Typist) -> None:
    typist.type("/ech")
    typist.wait_for("Show a short notice")
    typist.type("\t sev")
    typist.wait_for("severity=")
    typist.type("\tw")
    typist.wait_for("kind of notice")
    typist.wait_for("warning")
    typist.type("\t careful\r")
    typist.wait_for("\ncareful")
    typist.type("\x04")
    assert typist.end() == 0
