"""The commands that scripts of the wild were written for, compared with ours: names, arguments, how text is cut.

``cases/vocabulary.jsonl`` holds the facts, one command a line: aliases, arguments with their fixed words, whether they
are required or repeatable, how the unnamed one is cut. What we declare otherwise on purpose stands in
:data:`DELIBERATE` with its reason; we may declare more arguments and more words than the facts have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from stcore.commands import Command, Named, Unnamed, standard_registry

Facts = Mapping[str, Any]

_FILE = Path(__file__).parent / "cases" / "vocabulary.jsonl"
FACTS: list[Facts] = [json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines()]
REGISTRY = {name: command for command in standard_registry() for name in command.names}

_CHOSEN_HERE = "what may stand here are the connections and models of this host, which completion lists as they are"
_BEGINNINGS = "these are beginnings of addresses, which completion cannot offer as words"
_SAME_KINDS = "the words `list` and `object` are offered; `array` and `dictionary` are understood as well"

DELIBERATE = {
    "/ unnamed": "the text of a comment is no argument to complete",
    "? #0 words": "the names of all commands are words here too, so all of them are a running list",
    "tools-register formatMessage= required": "without it a call is announced in words of our own",
    "api #0 words": _CHOSEN_HERE,
    "api-url api= words": _CHOSEN_HERE,
    "tokenizer #0 words": "only tokenizers that need no model's vocabulary exist",
    "char-create avatar= words": _BEGINNINGS,
    "char-update avatar= words": _BEGINNINGS,
    "persona-create avatar= words": _BEGINNINGS,
    "persona-update avatar= words": _BEGINNINGS,
    "profile-genstream delay= words": "one of the words is a description; the other stands in the explanation",
    "cut #0 repeatable": "a second range is ignored, so none is offered",
    "findentry #0 repeatable": "only one text is looked for",
    "delswipe #0 required": "without a number it is the alternative that is shown",
    "sendas name= required": "without a name the character of the chat speaks",
    "member-get field= required": "without a field it is the name",
    "setvar as= words": _SAME_KINDS,
    "setglobalvar as= words": _SAME_KINDS,
    "var as= words": _SAME_KINDS,
    "imagine #0 words": "the subjects are words of a free text, not the only ones",
    "imagine #0 required": "there is nothing to draw without it",
    "rand #0": "the upper end may be written without a name, or come by the pipe",
}


def differences(facts: Facts, declared: Command) -> Iterator[str]:
    """What a declaration lacks or says otherwise, as ``command place property``."""
    name = facts["name"]
    missing = set(facts.get("aliases", ())) - set(declared.names)
    yield from (f"{name} alias {alias}" for alias in sorted(missing))
    if declared.split != facts.get("split") or declared.raw_quotes != facts.get("raw_quotes", False):
        yield f"{name} cut"
    named = {argument.name: argument for argument in declared.named}
    for key, expected in facts.get("named", {}).items():
        if key in named:
            yield from _unlike(f"{name} {key}=", expected, named[key])
        else:
            yield f"{name} {key}="
    unnamed = facts.get("unnamed", ())
    if len(unnamed) > len(declared.unnamed):
        yield f"{name} unnamed"
    yield from (f"{name} #{place}" for place in range(len(unnamed), len(declared.unnamed)))
    for place, (expected, argument) in enumerate(zip(unnamed, declared.unnamed, strict=False)):
        yield from _unlike(f"{name} #{place}", expected, argument)


def _unlike(place: str, expected: Facts, argument: Named | Unnamed) -> Iterator[str]:
    if set(expected.get("enum", ())) - set(argument.enum):
        yield f"{place} words"
    if argument.required != expected.get("required", False):
        yield f"{place} required"
    if argument.repeatable != expected.get("repeatable", False):
        yield f"{place} repeatable"


@pytest.mark.parametrize(
    "facts", [facts for facts in FACTS if facts["name"] in REGISTRY], ids=lambda facts: facts["name"]
)
def test_declaration_has_what_scripts_use(facts: Facts) -> None:
    found = set(differences(facts, REGISTRY[facts["name"]]))
    assert found - DELIBERATE.keys() == set()


def test_what_is_declared_otherwise_on_purpose_is_still_otherwise() -> None:
    found = {
        difference
        for facts in FACTS
        if facts["name"] in REGISTRY
        for difference in differences(facts, REGISTRY[facts["name"]])
    }
    assert DELIBERATE.keys() - found == set()


def test_every_command_worth_having_is_there() -> None:
    assert {facts["name"] for facts in FACTS} - REGISTRY.keys() == set()
