"""Quick replies in the terminal: picked by a key, and run by themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .test_chat import PROGRAM, Typist, environment

F2 = "\x1bOQ"
MAKE = (
    '/qr-set-create Trip | /qr-create set=Trip label=greet "/upper \\{\\{input\\}\\} | /echo \\{\\{pipe\\}\\}"'
    " | /qr-create set=Trip label=hello load=true /echo The chat is open. | /qr-set-on Trip"
)


@pytest.mark.slow
def test_a_reply_is_picked_by_a_key_and_takes_up_what_is_typed(tmp_path: Path) -> None:
    subprocess.run([*PROGRAM, "run", "-c", MAKE], env=environment(tmp_path), check=True, stdin=subprocess.DEVNULL)
    typist = Typist(tmp_path, "chat", "--new")
    try:
        typist.wait_for("The chat is open.")
        typist.type("ahoy")
        typist.wait_for("> ahoy")
        typist.type(F2)
        typist.wait_for("Trip.greet")
        typist.type("0\r")
        typist.wait_for("AHOY")
        typist.type("\x04")
        assert typist.end() == 0
    finally:
        typist.close()
