"""The chat in the terminal goes on while pictures are made, and Ctrl-C stops one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.test_chat import Typist, run

pytestmark = pytest.mark.slow


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Typist]:
    """Somebody who types where a picture takes many seconds."""
    data = tmp_path / "data"
    assert run(data, "sources", "add", "canvas", "--delay", "0.9").returncode == 0
    someone = Typist(data, "chat", "--new", size=(40, 80))
    try:
        someone.wait_for("\n>")
        yield someone
    finally:
        someone.close()


def test_nobody_waits_for_a_picture(slow: Typist) -> None:
    slow.type("/setvar key=what boat | /sd width=64 height=64 apple tree\r")
    slow.wait_for(" · step ")
    slow.type("/echo meanwhile {{getvar::what}}\r")
    slow.wait_for("\nmeanwhile")
    slow.type("hello\r")
    slow.wait_for("built-in helper")
    assert "64x64" not in slow.screen.text, "the picture is still being made"


def test_of_two_pictures_one_is_stopped(slow: Typist) -> None:
    slow.type("/sd width=64 height=64 red boat | /echo red is {{pipe}}.\r")
    slow.wait_for(" · step ")
    slow.type("/sd width=64 height=64 blue boat | /echo blue is {{pipe}}.\r")
    slow.wait_for("(+1 more)")
    slow.type("\x03")
    slow.wait_for("Stopped: blue boat")
    assert "Stopped: red boat" not in slow.screen.text
    slow.type("\x03")
    slow.wait_for("Stopped: red boat")
    slow.type("/echo still here\r")
    slow.wait_for("\nstill here")
