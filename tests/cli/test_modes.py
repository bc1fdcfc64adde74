"""``stcore modes`` and ``stcore image-prompts``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.cli.conftest import Program


def test_a_mode_is_made_and_drawn(stcore: Program, tmp_path: Path) -> None:
    assert "no modes of your own yet" in stcore("modes", "list").out
    template = tmp_path / "noir.txt"
    template.write_text("{{char}} under a lamp\n")
    made = stcore("modes", "save", "Noir", "--word", "film noir", "--writer", "nobody", "--template", str(template))
    assert made.out == "The mode “Noir” is saved; /imagine film noir draws it.\n"
    assert stcore("modes", "save", "noir", "--shape", "wide").status == 0
    [mode] = stcore("modes", "list", "--json").json
    assert (mode["name"], mode["words"], mode["shape"]) == ("Noir", ["film noir"], "wide")
    drawn = stcore("run", "-c", "/sd quiet=true film noir")
    assert Path(drawn.out.strip()).is_file()


def test_modes_are_handed_on_as_files(stcore: Program, tmp_path: Path) -> None:
    file = tmp_path / "Noir.toml"
    file.write_text('words = ["film noir"]\ntemplate = "{{char}} under a lamp"\n')
    assert stcore("modes", "import", str(file)).out.strip() == f"{file}: “Noir”"
    assert "left out" in stcore("modes", "import", str(file)).out
    assert stcore("modes", "rename", "noir", "Thriller").status == 0
    refused = stcore("modes", "import", str(file))
    assert (refused.status, "film noir" in refused.err) == (1, True)
    target = tmp_path / "shared.toml"
    assert stcore("modes", "export", "THRILLER", "--to", str(target)).status == 0
    assert tomllib.loads(target.read_text())["name"] == "Thriller"
    assert stcore("modes", "delete", "thriller", "--yes").status == 0
    assert stcore("modes", "show", "thriller").status == 1


def test_what_cannot_be_is_said(stcore: Program) -> None:
    assert "stcore itself" in stcore("modes", "save", "Mine", "--word", "you", "--template", "-", stdin="x").err
    assert "needs a template" in stcore("modes", "save", "Mine").err
    assert "line 1: There is no" in stcore("modes", "save", "Mine", "--template", "-", stdin="<%= nothing %>").err
    assert stcore("modes", "show", "Mine").status == 1


def test_templates_are_shown_changed_and_restored(stcore: Program) -> None:
    listed = stcore("image-prompts", "list").out
    assert "face_multimodal" in listed
    shipped = stcore("image-prompts", "show", "you").out
    assert "full body portrait" in shipped
    assert stcore("image-prompts", "edit-from-file", "you", "-", stdin="Only {{char}}").status == 0
    assert stcore("image-prompts", "show", "you").out == "Only {{char}}\n"
    assert stcore("image-prompts", "show", "you", "--shipped").out == shipped
    assert [one["slot"] for one in stcore("image-prompts", "list", "--json").json if one["own"]] == ["you"]
    wrong = stcore("image-prompts", "edit-from-file", "you", "-", stdin="a\n{% if %}")
    assert (wrong.status, "you.jinja, line 2" in wrong.err) == (1, True)
    assert stcore("image-prompts", "reset", "you").status == 0
    assert stcore("image-prompts", "show", "you").out == shipped
    assert "There are: tool" in stcore("image-prompts", "show", "nothing").err
