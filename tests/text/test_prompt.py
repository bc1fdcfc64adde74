"""The order of a prompt, what fits into it, and where each piece comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.text.entries import DEFAULT_ENTRIES, Entry, read_entries
from stcore.text.prompt import Insert, Prompt, Recipe, assemble, count_tokens
from stcore.text.tokens import Tokens, estimate_tokens


@dataclass(frozen=True)
class Line:
    role: str
    text: str
    name: str = ""
    hidden: bool = False
    id: str = "m"
    position: int = 0


def expand(text: str) -> str:
    return text.replace("{{char}}", "Mira").replace("{{user}}", "Ann")


MIRA = Recipe(
    user="Ann",
    char="Mira",
    slots={
        "main": "You are Mira.",
        "personaDescription": "A sailor.",
        "charDescription": "Keeps the lighthouse.",
        "charPersonality": "calm",
        "scenario": "A stormy night.",
        "jailbreak": "Keep it short.",
    },
    examples="<START>\nAnn: Hi\n<START>\nMira: Mind the step.",
    expand=expand,
)
TALK = [
    Line("assistant", "Who is there?", "Mira"),
    Line("user", "Me.", "Ann", position=1),
    Line("assistant", "Come in.", "Mira", position=2),
]


def shape(prompt: Prompt) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in prompt.messages]


def sources(prompt: Prompt) -> list[str]:
    return [part.source for part in prompt.parts]


def test_the_head_is_one_message_of_the_character_and_instructions_come_last() -> None:
    prompt = assemble(MIRA, TALK)
    head, *talk, last = shape(prompt)
    assert head == (
        "system",
        "You are Mira.\n\nAbout Ann:\nA sailor.\n\nAbout Mira:\nKeeps the lighthouse.\n\nCharacter of Mira: calm\n\n"
        "The situation: A stormy night.\n\nHow Mira talks:\nAnn: Hi\n---\nMira: Mind the step.",
    )
    assert [text for _, text in talk] == ["Who is there?", "Me.", "Come in."]
    assert last == ("system", "Keep it short.")
    assert prompt.messages[0].name == "Mira"
    assert prompt.first_included == 0


def test_injected_texts_stand_where_they_were_put() -> None:
    recipe = replace(
        MIRA,
        slots={"main": "MAIN", "charDescription": "CARD"},
        examples="",
        inserts=(
            Insert("injection:b", "b", "before", "before"),
            Insert("injection:a", "a", "after one", "after"),
            Insert("injection:c", "c", "after two", "after"),
            Insert("injection:d", "d", "at the end", "chat", 0, "system"),
            Insert("injection:e", "e", "one back", "chat", 1, "user"),
            Insert("injection:f", "f", "one back too", "chat", 1, "user"),
            Insert("injection:g", "g", "another voice", "chat", 1, "assistant"),
            Insert("injection:h", "h", "too deep", "chat", 99, "system"),
            Insert("injection:i", "i", "  ", "chat", 1, "system"),
        ),
    )
    prompt = assemble(recipe, TALK)
    assert shape(prompt) == [
        ("system", "before\n\nMAIN\n\nafter one\nafter two\n\nAbout Mira:\nCARD"),
        ("system", "too deep"),
        ("assistant", "Who is there?"),
        ("user", "Me."),
        ("user", "one back\none back too"),
        ("assistant", "another voice"),
        ("assistant", "Come in."),
        ("system", "at the end"),
    ]
    assert sources(prompt)[:4] == ["injection:b", "main", "injection:a", "injection:c"]
    assert sum(part.tokens for part in prompt.parts) == sum(map(count_tokens, prompt.messages))


def test_without_history_what_lies_between_is_still_told() -> None:
    recipe = Recipe(inserts=(Insert("note", "Note", "deep", depth=3), Insert("note", "Note", "near", depth=0)))
    assert shape(assemble(recipe, [])) == [("system", "deep"), ("system", "near")]


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
    recipe = Recipe(user="Ann", char="Mira", expand=expand)
    assert shape(assemble(recipe, history)) == [
        ("assistant", "Once upon a time."),
        ("user", "Hello"),
        ("system", "The door opens."),
        ("assistant", "Bo: Who is there?"),
        ("user", "Zoe: Me."),
    ]
    assert ("user", "Ann: Hello") in shape(assemble(replace(recipe, named=True), history))


def test_pictures_are_shown_with_their_message() -> None:
    history = [Line("user", "", "Ann", id="a"), Line("user", "And?", "Ann", id="b")]
    messages = assemble(Recipe(user="Ann", pictures={"a": [("image/png", b"png")]}), history).messages
    assert [(m.content, m.images) for m in messages] == [("", (("image/png", b"png"),)), ("And?", ())]


def test_the_oldest_messages_give_way_and_the_examples_before_them() -> None:
    history = [Line("user", f"message number {n}", "Ann", position=n) for n in range(1000)]
    prompt = assemble(replace(MIRA, budget=400), history)
    assert prompt.tokens <= 400
    kept = [part.position for part in prompt.parts if part.source == "history"]
    assert kept == list(range(kept[0] or 0, 1000))
    assert len(kept) > 20
    assert prompt.first_included == kept[0]
    assert "dialogueExamples" not in sources(prompt)
    assert "dialogueExamples" in sources(assemble(MIRA, TALK))


def test_the_last_message_is_kept_however_long() -> None:
    prompt = assemble(Recipe(budget=256), [Line("user", "old"), Line("user", "word " * 5000)])
    assert [message.role for message in prompt.messages] == ["user"]


def test_entries_are_ordered_switched_and_put_between_messages() -> None:
    stored: list[dict[str, Any]] = [
        {"identifier": "style", "name": "Style", "content": "Write like {{char}}.", "role": "user"},
        {"identifier": "main", "name": "Main"},
        {"identifier": "charDescription", "name": "Card", "enabled": False},
        {"identifier": "chatHistory", "name": "History"},
        {"identifier": "deep", "name": "Deep", "content": "remember", "depth": 1},
        {"identifier": "off", "name": "Off", "content": "never", "enabled": False},
    ]
    recipe = replace(MIRA, entries=read_entries(stored, {"off": False}), examples="")
    assert shape(assemble(recipe, TALK)) == [
        ("user", "Write like Mira."),
        ("system", "You are Mira."),
        ("assistant", "Who is there?"),
        ("user", "Me."),
        ("system", "remember"),
        ("assistant", "Come in."),
    ]
    assert ("system", "never") in shape(assemble(replace(recipe, entries=read_entries(stored, {"off": True})), TALK))


def test_a_prompt_without_main_or_history_gets_both() -> None:
    identifiers = [entry.identifier for entry in read_entries([{"identifier": "own", "content": "x"}])]
    assert identifiers == ["main", "own", "chatHistory"]
    assert read_entries([]) == DEFAULT_ENTRIES


def test_what_fills_a_frame_is_not_expanded_again() -> None:
    recipe = replace(MIRA, slots={"charDescription": "{{char}} as text"}, examples="")
    assert shape(assemble(recipe, [])) == [("system", "About Mira:\n{{char}} as text")]


def test_the_beginning_of_the_reply_is_the_last_message() -> None:
    prompt = assemble(replace(MIRA, prefill="Well,"), TALK)
    assert shape(prompt)[-1] == ("assistant", "Well,")
    assert shape(prompt)[-1] not in [(message.role, message.content) for message in prompt.spoken]


INSERTS = st.builds(
    Insert,
    st.just("injection:x"),
    st.just("x"),
    st.sampled_from(["one", "two", " "]),
    st.sampled_from(["before", "after", "chat"]),
    st.integers(0, 9),
    st.sampled_from(["system", "user", "assistant"]),
)


@given(st.lists(INSERTS, max_size=6), st.integers(0, 8), st.integers(0, 300))
def test_nothing_that_was_put_in_gets_lost_and_the_budget_holds(
    inserts: Sequence[Insert], count: int, budget: int
) -> None:
    history = [Line("user", f"line {n}", "Ann", position=n) for n in range(count)]
    prompt = assemble(replace(MIRA, inserts=inserts, budget=budget, examples=""), history)
    assert sources(prompt).count("injection:x") == sum(bool(one.text.strip()) for one in inserts)
    assert sources(prompt).count("history") >= min(count, 1)
    if sources(prompt).count("history") > 1:
        assert prompt.tokens <= budget
    assert sum(part.tokens for part in prompt.parts) >= sum(map(count_tokens, prompt.messages))


# -- tokens ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("", 0, 0), ("The quick brown fox jumps over the lazy dog.", 9, 14), ("灯台の光が海を渡る", 9, 9), ("🌊🌊", 2, 2)],
)
def test_the_estimate_is_near(text: str, low: int, high: int) -> None:
    assert low <= estimate_tokens(text) <= high


@given(st.text(), st.text())
def test_the_estimate_never_shrinks(one: str, two: str) -> None:
    assert estimate_tokens(f"{one} {two}") >= max(estimate_tokens(one), estimate_tokens(two))


def test_a_text_is_cut_at_its_tokens() -> None:
    text = "Rain fell on the old stone bridge"
    assert Tokens().cut(text, 4, "start") == "Rain fell on the"
    assert Tokens().cut(text, 2, "end") == " bridge"
    assert Tokens().cut(text, 0) == ""
    assert Tokens().cut(text, 999) == text


@given(
    st.text(max_size=60), st.integers(1, 20), st.sampled_from(["start", "end"]), st.sampled_from(["best_match", "none"])
)
def test_a_cut_text_is_an_end_of_it_and_short_enough(text: str, limit: int, keep: str, tokenizer: str) -> None:
    tokens = Tokens(tokenizer)
    cut = tokens.cut(text, limit, keep)  # type: ignore[arg-type]
    assert text.startswith(cut) if keep == "start" else text.endswith(cut)
    assert tokens.count(cut) <= limit


def test_entries_survive_being_stored() -> None:
    entries = (Entry("a", "A", "text", "user", False, depth=2), *DEFAULT_ENTRIES)
    assert read_entries([entry.to_dict() for entry in entries]) == entries
