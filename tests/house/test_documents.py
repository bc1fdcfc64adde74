"""What the documents promise about pictures is there: commands, arguments, settings, files that are linked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stcore.commands.builtin.images import imagine
from stcore.commands.checking import check_script
from stcore.images.modes import WORDS
from stcore.images.settings import FIELDS
from stcore.testing.memory import MemoryHost

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/pictures.md", "docs/vision.md")
PICTURES = (ROOT / "docs/pictures.md").read_text(encoding="utf-8")


def scripts() -> Iterator[tuple[str, str]]:
    """Every line of a code block that is a script, without the remark behind it."""
    for name in DOCUMENTS:
        for block in re.findall(
            r"^```\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        ):
            for line in block.splitlines():
                if line.startswith("/") and not line.endswith("|"):
                    yield name, re.split(r" {3,}", line)[0]


@pytest.mark.parametrize(("name", "script"), list(scripts()))
def test_an_example_is_without_mistakes(name: str, script: str) -> None:
    assert check_script(script, MemoryHost().interpreter) == []


def test_every_mode_argument_and_setting_is_told() -> None:
    told = set(re.findall(r"`([\w]+)=?[^`]*`", PICTURES))
    assert set(WORDS) <= told
    assert {argument.name for argument in imagine.named} <= told
    rows = re.search(r"^\| key .*?\n\n", PICTURES, re.DOTALL | re.MULTILINE)
    assert rows is not None
    assert {name for row in rows[0].splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])} == set(FIELDS)


@pytest.mark.parametrize("name", [*DOCUMENTS, "docs/image-prompts.md", "docs/transcripts.md"])
def test_links_lead_somewhere(name: str) -> None:
    file = ROOT / name
    text = re.sub(r"```.*?```|`[^`]*`", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target, anchor in re.findall(r"\]\((?!https?:|<)([^)#]*)(?:#([^)]*))?\)", text):
        linked = (file.parent / target).resolve() if target else file
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, anchor
