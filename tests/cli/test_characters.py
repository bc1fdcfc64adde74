"""Cards on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Program


def test_cards_come_in_and_go_out(stcore: Program, tmp_path: Path) -> None:
    card, broken = tmp_path / "bo.json", tmp_path / "broken.png"
    card.write_text(json.dumps({"name": "Bo", "description": "A baker.", "tags": ["town"]}))
    broken.write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    imported = stcore("characters", "import", str(card), str(broken))
    assert (imported.status, imported.out) == (1, "Bo is here as Bo.png.\n")
    assert f"{broken}: This PNG picture holds no character card." in imported.err
    assert "town" in stcore("characters", "list").out
    for ending in ("png", "charx", "json"):
        target = tmp_path / f"out.{ending}"
        assert stcore("characters", "export", "bo", str(target)).out == f"{target}\n"
        [back] = stcore("characters", "import", str(target), "--json").json
        assert (back["name"], back["left_out"]) == ("Bo", [])
    assert [c["key"] for c in stcore("characters", "list", "--json").json] == [
        "Bo.png",
        "Bo1.png",
        "Bo2.png",
        "Bo3.png",
    ]
    assert "exists already" in stcore("characters", "export", "Bo", str(tmp_path / "out.png")).err
    assert stcore("characters", "export", "nobody").status == 1
