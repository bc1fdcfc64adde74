"""What a text brings from outside stays what it is: values are never read as macros, whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from stcore.macros import Card, Chat, Environment, Group, MacroEngine, Member, MemoryVariables, Message, Prompts, State

ENGINE = MacroEngine()

WORDS = """
    {{user}} {{ }} {{setvar::hacked::1}} {{.hacked=1}} <USER> {{if::1}} {{/if}} {{else}} {{//}} {{///}} {{// :: |
    {{random::a::b}} {{time_UTC+2}} {{incvar::hacked}} {{getvar::v}} word
"""
PIECES = [*WORDS.split(), " ", "\n"]
VALUES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join).map(lambda text: f"x{text}y")
"""Texts full of macros; no whitespace at their ends, no braces to unescape, no marks for trimming."""


def surrounded_by(value: str) -> Environment:
    """Everything that a macro can bring into a text is ``value``."""
    card = Card(version=value, image_prefix=value, image_negative_prefix=value)
    return Environment(
        user=value,
        char=value,
        card=card,
        group=Group((Member(value, card),)),
        local=MemoryVariables({"v": value}),
        globals=MemoryVariables({"v": value}),
        dynamic={"pipe": value, "function": lambda call: value},
        chat=Chat([Message(value), Message(value, is_user=True, swipes=[value], swipe=0)]),
        prompts=Prompts(
            {"stop_sequence": value}, True, value, True, value, value, {"prefix": value}, value, value, value
        ),
        state=State(input=value, summary=value, model=value, last_generation=value, outlets={"o": value}),
    )


BRINGERS = """
    {{user}} {{char}} {{group}} {{getvar::v}} {{.v}} {{$v}} {{.none||=VALUE}} {{pipe}} {{function}} {{lastMessage}}
    {{lastUserMessage}} {{lastCharMessage}} {{input}} {{summary}} {{model}} {{lastGenerationType}} {{outlet::o}}
    {{instructStop}} {{systemPrompt}} {{defaultSystemPrompt}} {{exampleSeparator}} {{chatStart}} {{authorsNote}}
    {{charAuthorsNote}} {{defaultAuthorsNote}} {{reasoningPrefix}} {{charVersion}} {{charPrefix}} {{charNegativePrefix}}
    {{random::{{.v}}::{{.v}}}} {{if::1}}{{.v}}{{/if}} {{reverse::{{reverse::{{.v}}}}}} {{setvar::w::{{.v}}}}{{.w}}
"""


@pytest.mark.parametrize("bringer", [text.replace("VALUE", "{{.v}}") for text in BRINGERS.split()])
@given(value=VALUES)
@settings(max_examples=25)
def test_a_value_is_inserted_as_it_is_and_does_nothing(bringer: str, value: str) -> None:
    env = surrounded_by(value)
    if bringer in ("{{charPrefix}}", "{{charNegativePrefix}}"):
        env.group = None  # in groups they are empty
    assert ENGINE.expand(f"[{bringer}]", env) == f"[{value}]"
    assert not env.local.has("hacked") and not env.globals.has("hacked")


@pytest.mark.parametrize("field", ["description", "personality", "scenario", "depth_note", "creator_notes", "greeting"])
def test_a_field_of_the_card_is_expanded_once_and_its_values_are_not(field: str) -> None:
    macros = {"description": "description", "personality": "personality", "scenario": "scenario",
              "depth_note": "charDepthPrompt", "creator_notes": "creatorNotes", "greeting": "greeting"}  # fmt: skip
    env = Environment(user="{{char}}", char="Tobin", card=Card(**{field: "{{user}} {{.v}}"}))
    env.local.set("v", "{{user}}{{incvar::n}}")
    assert ENGINE.expand("{{" + macros[field] + "}}", env) == "{{char}} {{user}}{{incvar::n}}"
    assert not env.local.has("n")


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_no_bytes_make_the_engine_fail(data: bytes) -> None:
    for text in (data.decode("latin-1"), data.decode("utf-8", "surrogateescape"), data.decode("utf-16", "replace")):
        assert isinstance(ENGINE.expand(text, Environment()), str)
        ENGINE.expand("{{pick::a::b}}{{reverse::" + text, Environment())


@given(st.text(alphabet=st.sampled_from("{}|:/#!.$ \\ax0<>=+?~\n🎲"), max_size=80))
@settings(max_examples=500)
def test_texts_of_the_signs_of_the_language_never_fail_and_what_is_left_is_plain(text: str) -> None:
    env = Environment(user="Mira")
    result = ENGINE.expand(text, env)
    assert isinstance(result, str)
    if "{{" not in text and "\\" not in text and "<" not in text:
        assert result == text == ENGINE.expand(result, env)
