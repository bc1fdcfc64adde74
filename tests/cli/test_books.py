"""``stcore books``: world info from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Program


def test_books_come_and_go(stcore: Program, tmp_path: Path) -> None:
    file = tmp_path / "Town.json"
    file.write_text('{"entries": {"0": {"uid": 0, "key": ["mill"], "content": "It turns.", "x": 1}}}')
    assert "no world info yet" in stcore("books", "list").out
    assert stcore("books", "import", str(file), "--everywhere").out == "The book “Town” holds one entry.\n"
    listed = stcore("books", "list", "--json").json
    assert [(book["name"], book["entries"], book["everywhere"]) for book in listed] == [("Town", 1, True)]
    assert "It turns." in stcore("books", "list", "town").out
    written = json.loads(stcore("books", "export", "Town").out)
    assert written["entries"] == json.loads(file.read_text())["entries"]
    assert stcore("books", "delete", "Town", "--yes").status == 0
    gone = stcore("books", "export", "Town")
    assert gone.status == 1
    assert "stcore books list" in gone.err
