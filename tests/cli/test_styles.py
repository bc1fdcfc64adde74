"""``stcore styles`` as people call it."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.cli.conftest import Program


@pytest.mark.feature("F245", "F246")
def test_styles_come_and_go(stcore: Program) -> None:
    assert stcore("styles", "save", "Mist", "--prefix", "mist, {prompt}", "--negative", "sun").status == 0
    assert stcore("run", "-c", "/imagine-style").out == "Mist\n"
    assert "It is called “Fog” now" in stcore("styles", "rename", "Mist", "Fog").out
    shown = stcore("styles", "show", "--json").json
    assert (shown["name"], shown["prefix"], shown["changed"]) == ("Fog", "mist, {prompt}", False)
    listed = {style["name"]: style for style in stcore("styles", "list", "--json").json}
    assert (listed["Fog"]["own"], listed["Fog"]["current"], listed["Anime"]["own"]) == (True, True, False)
    taken = stcore("styles", "rename", "Fog", "Anime")
    assert (taken.status, "exists already" in taken.err) == (1, True)
    assert "“Anime”" in stcore("styles", "use", "Anime").out
    assert stcore("styles", "delete", "Fog", stdin="n\n").status == 130, "whoever says no keeps it"
    assert "the style in use is “Anime”" in stcore("styles", "delete", "Fog", "--yes").out
    gone = stcore("styles", "show", "Fog")
    assert (gone.status, "There is no style “Fog”" in gone.err) == (1, True)


def test_styles_as_files(stcore: Program) -> None:
    folder = stcore.data.parent
    (folder / "styles.csv").write_text('name,prompt,negative_prompt\nInk,"ink, {prompt}",photo\nAnime,x,\n')
    read = stcore("styles", "import", str(folder / "styles.csv"))
    assert read.out.splitlines() == [
        "Added: Ink",
        "Left out, for another style has the name (see --taken): Anime",
    ]
    both = stcore("styles", "import", str(folder / "styles.csv"), str(folder / "none"), "--taken", "both", "--json")
    assert (both.status, both.json[0]["added"], both.json[0]["same"]) == (1, ["Anime (2)"], ["Ink"])
    assert "cannot be read" in both.json[1]["error"]
    assert tomllib.loads(stcore("styles", "export", "Ink").out) == {
        "name": "Ink",
        "prefix": "ink, {prompt}",
        "negative": "photo",
    }
    assert stcore("styles", "export", "--to", str(folder / "mine.json")).status == 0
    assert [style["name"] for style in json.loads((folder / "mine.json").read_text())] == ["Anime (2)", "Ink"]
    (stcore.data / "styles" / "broken.toml").write_text("name = oops")
    assert "broken.toml, line 1" in stcore("styles", "list").err
