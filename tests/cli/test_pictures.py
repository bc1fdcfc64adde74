"""``stcore pictures``: listing, adding to galleries, deleting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.images.pictures import picture

pytestmark = pytest.mark.slow


@pytest.mark.feature("F255")
def test_the_gallery_of_a_character(stcore: Program, tmp_path: Path) -> None:
    for number, name in enumerate(("sea at dusk.png", "Boat.png")):
        (tmp_path / name).write_bytes(picture(seed=number))
    assert stcore("run", "-c", "/char-create name=Mia").status == 0
    files = [str(tmp_path / name) for name in ("sea at dusk.png", "Boat.png")]
    added = stcore("pictures", "add", "--character", "mia", *files).out.split()
    assert len(added) == 2
    assert stcore("run", "-c", "/sd width=64 height=64 an oak").status == 0  # in nobody's gallery

    listed = stcore("pictures", "list", "--character", "Mia", "--json").json
    assert [one["id"] for one in listed] == added[::-1]
    assert all(Path(one["file"]).is_file() for one in listed)
    by_name = stcore("pictures", "list", "--character", "Mia", "--sort", "name", "--order", "asc", "--json").json
    assert [one["title"] for one in by_name] == ["Boat", "sea at dusk"]
    assert len(stcore("pictures", "list", "--json").json) >= 2

    nobody = stcore("pictures", "list", "--character", "Nobody")
    assert (nobody.status != 0, "no character" in nobody.err) == (True, True)
    both = stcore("pictures", "list", "--character", "Mia", "--group", "Friends")
    assert both.status != 0 and "not several" in both.err

    scripted = stcore("run", "-c", "/list-gallery char=Mia")
    assert scripted.json == [one["file"] for one in listed[::-1]]


def test_what_is_no_picture_is_refused_by_name(stcore: Program, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("just words", encoding="utf-8")
    assert stcore("run", "-c", "/char-create name=Mia").status == 0
    refused = stcore("pictures", "add", "--character", "Mia", str(tmp_path / "notes.png"))
    assert refused.status != 0 and "notes.png" in refused.err
    missing = stcore("pictures", "add", "--character", "Mia", str(tmp_path / "gone.png"))
    assert missing.status != 0 and "gone.png" in missing.err
    assert "Name a character or a group" in stcore("pictures", "add", str(tmp_path / "notes.png")).err


def test_deleting_asks_and_names_the_uses(stcore: Program, tmp_path: Path) -> None:
    (tmp_path / "one.png").write_bytes(picture())
    assert stcore("run", "-c", "/char-create name=Mia").status == 0
    (asset_id,) = stcore("pictures", "add", "--character", "Mia", str(tmp_path / "one.png")).out.split()
    kept = stcore("pictures", "delete", asset_id, stdin="n\n")
    assert kept.status != 0 and "Delete 1 picture for good?" in kept.out
    assert len(stcore("pictures", "list", "--json").json) == 1
    assert stcore("pictures", "delete", asset_id, "--yes").out.strip() == "1 deleted"
    assert stcore("pictures", "list", "--json").json == []
