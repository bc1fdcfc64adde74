"""``stcore sources`` and ``stcore texts``: set up, checked, changed and forgotten; bad values say what would pass."""

from __future__ import annotations

import stat
from typing import Any

import pytest

from stcore.cli.connections import read_options
from stcore.errors import UserError
from stcore.testing.servers.openai import FakeOpenAI
from stcore.testing.servers.serve import serve

from .conftest import Program

KIND = "openai-compatible"


def test_the_whole_life_of_a_text_model(stcore: Program) -> None:
    fake = FakeOpenAI(key="sk-right-1")
    with serve(fake.app) as url:
        added = stcore("texts", "add", KIND, "--name", "mine", "--url", url, "--key-stdin", stdin="sk-right-1\n")
        assert added.status == 0, added.err
        assert "mine is set up and the default." in added.out
        entries = stcore("texts", "list", "--json").json
        assert [(e["name"], e["kind"], e["default"], e["secrets"]) for e in entries] == [
            ("mine", KIND, True, {"api_key": True}),
            ("offline", "offline", False, {}),
        ]
        checked = stcore("texts", "check", "--json")
        assert (checked.status, checked.json["name"], checked.json["state"]) == (0, "mine", "ok")
        models = stcore("texts", "models", "mine", "--json").json
        assert [model["id"] for model in models] == ["chatty-small", "chatty-seeing"]
        assert stcore("texts", "set", "mine", "--temperature=0.5", "--model", "chatty-small").status == 0
        assert stcore("texts", "set", "mine", "--unset", "temperature").status == 0
        options = stcore("texts", "list", "--json").json[0]["options"]
        assert (options["temperature"], options["model"]) == (None, "chatty-small")
        assert stcore("texts", "set", "mine", "--key-stdin", stdin="sk-wrong-2\n").status == 0
        refused = stcore("texts", "check", "mine")
        assert refused.status == 1
        assert "bad_credentials" in refused.out
    assert not fake.bodies, "nothing of this asks for an answer"
    gone = stcore("texts", "check", "mine")
    assert (gone.status, "unreachable" in gone.out) == (1, True)
    assert stcore("texts", "default", "offline").out == "offline is the default now.\n"
    assert stcore("texts", "default").out == "offline\n"
    assert stcore("texts", "remove", "mine").status == 0
    assert [entry["name"] for entry in stcore("texts", "list", "--json").json] == ["offline"]


def test_a_secret_is_stored_apart_and_never_shown(stcore: Program) -> None:
    secret = "sk-very-secret-77"
    said = stcore("texts", "add", KIND, "--url", "http://127.0.0.1:9", "--api-key", secret)
    said_later = [stcore("texts", "list", "--json"), stcore("texts", "list"), stcore("texts", "check")]
    for done in (said, *said_later):
        assert secret not in done.out + done.err
    assert secret not in (stcore.data / "settings.toml").read_text()
    secrets = stcore.data / "secrets.toml"
    assert secret in secrets.read_text()
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nosuch",), ["no kind of connection called 'nosuch'", KIND]),
        ((KIND,), ["'url' is needed"]),
        ((KIND, "--url", "http://h", "--temperature", "9"), ["temperature", "less than or equal to 2", "'9'"]),
        ((KIND, "--url", "http://h", "--max-tokens", "many"), ["max_tokens", "integer", "'many'"]),
        ((KIND, "--url", "http://h", "--temprature", "1"), ["--temprature", "--temperature"]),
        ((KIND, "--url", "http://h", "--sees", "maybe"), ["sees", "'auto', 'yes' or 'no'", "'maybe'"]),
        ((KIND, "--url", "http://h", "--headers", "X: y"), ["--headers", "no JSON", '{"name": "value"}']),
        ((KIND, "--url"), ["--url needs a value"]),
        ((KIND, "stray"), ["'stray' belongs to no option"]),
        ((KIND, "--url", "http://"), ["url", "http://127.0.0.1:11434"]),
        ((KIND, "--url", "http://h", "--name", "Bad Name"), ["no good name"]),
    ],
)
def test_bad_values_are_explained(stcore: Program, words: tuple[str, ...], said: list[str]) -> None:
    done = stcore("texts", "add", *words)
    assert (done.status, done.out) == (1, "")
    for part in said:
        assert part in done.err
    assert not (stcore.data / "settings.toml").exists()


@pytest.mark.parametrize(
    "words", [("set", "none", "--x", "1"), ("remove", "none"), ("default", "none"), ("check", "none")]
)
def test_unknown_connections(stcore: Program, words: tuple[str, ...]) -> None:
    done = stcore("sources", *words)
    assert done.status == 1
    assert "'none'" in done.err


def test_the_first_source_becomes_the_default(stcore: Program) -> None:
    assert stcore("sources", "add", "canvas", "--name", "one").status == 0
    assert stcore("sources", "add", "canvas", "--name", "two").status == 0
    taken = stcore("sources", "add", "canvas", "--name", "two")
    assert (taken.status, "exists already" in taken.err) == (1, True)
    listed = stcore("sources", "list").out.splitlines()
    assert listed[0].split() == ["NAME", "KIND", "SECRETS", "OPTIONS"]
    assert listed[1].startswith("*  one")
    assert stcore("sources", "check").status == 0


def test_kinds_show_their_options(stcore: Program) -> None:
    assert KIND in {kind["id"] for kind in stcore("texts", "kinds", "--json").json}
    shown = stcore("texts", "kinds", KIND).out
    assert "--api-key" in shown
    assert "secret" in shown
    assert "needed" in shown


SCHEMA: dict[str, Any] = {
    "properties": {
        "fast": {"type": "boolean"},
        "width": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "some_names": {"type": "array"},
        "text": {"type": "string"},
    }
}


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {}),
        (["--fast"], {"fast": True}),
        (["--fast", "--width", "5"], {"fast": True, "width": "5"}),
        (["--fast", "off"], {"fast": False}),
        (["--fast=yes"], {"fast": True}),
        (["--no-fast"], {"fast": False}),
        (["--some-names", '["a"]'], {"some_names": ["a"]}),
        (["--text=a=b"], {"text": "a=b"}),
        (["--text", "--strange"], {"text": "--strange"}),
        (["--text="], {"text": ""}),
        (["--unset", "width", "--unset=some-names"], {"width": None, "some_names": None}),
    ],
)
def test_words_become_options(words: list[str], options: dict[str, Any]) -> None:
    assert read_options(words, SCHEMA) == options


def test_unset_needs_a_known_option() -> None:
    with pytest.raises(UserError, match="--nothing"):
        read_options(["--unset", "nothing"], SCHEMA)
