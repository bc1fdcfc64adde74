"""The terminal goes with a script that goes to another chat."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.test_chat import run


@pytest.mark.slow
def test_what_is_said_next_belongs_to_the_chat_that_was_opened(tmp_path: Path) -> None:
    lines = (
        "/send first || /renamechat Harbour",
        "/branch-create 0",
        "/send second",
        "/checkpoint-exit",
        "/messages | /echo [{{lastMessage}}]",
        "/closechat",
        "/send third || /echo at last",
    )
    done = run(tmp_path / "data", "chat", "--new", stdin="\n".join(lines) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout
    assert "This is the chat “Harbour - Branch #1”.\nUser: first\n" in said
    assert "This is the chat “Harbour”.\nUser: first\n" in said
    assert "[first]" in said
    assert "The chat is closed. What you say next begins a new one." in said
    assert said.count("third") == 1
    assert "at last" in said
