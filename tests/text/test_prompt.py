"""What a text model is told: the card, the history that fits, nothing hidden."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st

from stcore.text.prompt import Cast, chat_prompt, count_tokens, estimate_tokens, system_text


@dataclass(frozen=True)
class Line:
    role: str
    text: str
    name: str = ""
    hidden: bool = False
    id: str = "m"


CARD = {
    "data": {
        "name": "Mira",
        "description": "{{char}} keeps the lighthouse and knows {{USER}}.",
        "personality": "calm",
        "scenario": "A stormy night.",
        "mes_example": "<START>\n{{user}}: Hi\n{{char}}: The lamp is lit.\n<START>\n{{char}}: Mind the step.",
        "post_history_instructions": "Keep it short, {{char}}.",
    }
}
MIRA = Cast(user="Ann", char="Mira", card=CARD, persona="{{user}} is a sailor.")


def test_the_system_text_holds_the_card() -> None:
    text = system_text(MIRA)
    for words in (
        "Mira keeps the lighthouse and knows Ann.",
        "Character of Mira: calm",
        "About Ann:\nAnn is a sailor.",
        "The situation: A stormy night.",
        "How Mira talks:\nAnn: Hi\nMira: The lamp is lit.\n---\nMira: Mind the step.",
    ):
        assert words in text
    assert "{{" not in text
    assert "\n\n\n" not in text


def test_without_a_card_it_is_short() -> None:
    text = system_text(Cast(user="Ann"))
    assert "Assistant" in text
    assert "Ann" in text
    assert "About" not in text


def test_instructions_of_the_card_win_over_those_of_the_person() -> None:
    assert system_text(Cast(instructions="Be brief.")).startswith("Be brief.")
    card = {"system_prompt": "Speak in rhyme, {{char}}."}
    assert system_text(Cast(char="Bo", card=card, instructions="Be brief.")) == "Speak in rhyme, Bo."


def test_a_template_of_the_person_runs_in_the_sandbox() -> None:
    assert system_text(MIRA, template="{{ char }} and {{ user }}") == "Mira and Ann"
    with pytest.raises(Exception, match=r"unsafe|undefined"):
        system_text(MIRA, template="{{ ''.__class__.__mro__[1].__subclasses__() }}")


def test_a_card_cannot_smuggle_in_a_template() -> None:
    assert "{{ 7 * 7 }}" in system_text(Cast(card={"description": "{{ 7 * 7 }}"}))


def test_history_roles_names_and_hidden_messages() -> None:
    history = [
        Line("scene", "Once upon a time.", "Mira"),
        Line("user", "Hello", "Ann"),
        Line("assistant", "secret", "Mira", hidden=True),
        Line("assistant", "   ", "Mira"),
        Line("system", "The door opens.", "System"),
        Line("assistant", "Who is there?", "Bo"),
        Line("user", "Me.", "Zoe"),
    ]
    messages = chat_prompt(history, MIRA)
    assert [(m.role, m.content) for m in messages[1:]] == [
        ("assistant", "Once upon a time."),
        ("user", "Hello"),
        ("system", "The door opens."),
        ("assistant", "Bo: Who is there?"),
        ("user", "Zoe: Me."),
        ("system", "Keep it short, Mira."),
    ]
    assert messages[0].role == "system"
    assert messages[0].name == "Mira"


def test_pictures_are_shown_with_their_message() -> None:
    messages = chat_prompt(
        [Line("user", "", "Ann", id="a"), Line("user", "And?", "Ann", id="b")],
        Cast(user="Ann"),
        pictures={"a": [("image/png", b"png")]},
    )
    assert [(m.content, m.images) for m in messages[1:]] == [("", (("image/png", b"png"),)), ("And?", ())]


def test_the_oldest_messages_give_way() -> None:
    history = [Line("user", f"message number {n}", "Ann") for n in range(1000)]
    messages = chat_prompt(history, Cast(user="Ann"), budget=400)
    assert sum(map(count_tokens, messages)) <= 400
    assert messages[-1].content == "message number 999"
    numbers = [int(m.content.split()[-1]) for m in messages[1:]]
    assert numbers == list(range(numbers[0], 1000))
    assert len(numbers) > 20


def test_the_last_message_is_kept_however_long() -> None:
    messages = chat_prompt([Line("user", "old"), Line("user", "word " * 5000)], Cast(), budget=256)
    assert [m.role for m in messages] == ["system", "user"]
    assert messages[1].content.startswith("word word")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("", 0, 0), ("The quick brown fox jumps over the lazy dog.", 9, 14), ("灯台の光が海を渡る", 9, 9), ("🌊🌊", 2, 2)],
)
def test_the_estimate_is_near(text: str, low: int, high: int) -> None:
    assert low <= estimate_tokens(text) <= high


@given(st.text(), st.text())
def test_the_estimate_never_shrinks(one: str, two: str) -> None:
    assert estimate_tokens(f"{one} {two}") >= max(estimate_tokens(one), estimate_tokens(two))
