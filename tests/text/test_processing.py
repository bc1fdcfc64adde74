"""Messages for servers that are particular about them; reasoning taken apart; replies cut at their end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from stcore.text.cutting import Ender
from stcore.text.model import ChatMessage, ToolCall
from stcore.text.processing import MODES, post_process
from stcore.text.reasoning import Reasoning

ROLES = st.sampled_from(["system", "user", "assistant"])
MESSAGES = st.lists(st.builds(ChatMessage, ROLES, st.text("abc ", min_size=1, max_size=4)), min_size=1, max_size=8)


@given(MESSAGES, st.sampled_from(MODES))
def test_no_word_gets_lost_and_every_promise_holds(messages: list[ChatMessage], mode: str) -> None:
    made = post_process(messages, mode)
    kind = mode.partition("_")[0]
    everything = "\n\n".join(message.content for message in made)
    assert all(message.content in everything for message in messages)
    if kind in ("semi", "strict"):
        assert all(message.role != "system" for message in made[1:])
    if kind in ("merge", "semi", "strict"):
        assert all(one.role != other.role for one, other in pairwise(made))
    if kind == "strict":
        spoken = [message for message in made if message.role != "system"]
        assert spoken[0].role == "user"
    if kind == "single":
        assert [message.role for message in made] == ["user"]


def test_tools_are_kept_only_where_the_mode_says_so() -> None:
    messages = [
        ChatMessage("user", "Weather?"),
        ChatMessage("assistant", "", tool_calls=(ToolCall("1", "weather", {}),)),
        ChatMessage("tool", "rain", tool_call_id="1"),
        ChatMessage("assistant", "It rains."),
    ]
    assert [message.role for message in post_process(messages, "merge")] == ["user", "assistant"]
    assert [message.role for message in post_process(messages, "merge_tools")] == [
        *("user", "assistant", "tool", "assistant")
    ]


# -- reasoning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "strict", "parts"),
    [
        ("<think>hm</think>Hello", True, ("hm", "Hello")),
        ("\n<think>\nhm\n</think>\n\nHello", True, ("hm", "Hello")),
        ("Oh <think>hm</think>Hello", True, None),
        ("Oh <think>hm</think>Hello", False, ("hm", "Oh Hello")),
        ("<think>hm", True, None),
        ("hm</think>Hello", True, None),
        ("Hello", False, None),
    ],
)
def test_a_thought_is_taken_off(text: str, strict: bool, parts: tuple[str, str] | None) -> None:
    assert Reasoning().parse(text, strict=strict) == parts


@given(st.text("ab \n", max_size=9), st.text("ab", min_size=1, max_size=9))
def test_what_was_joined_can_be_taken_apart(thought: str, words: str) -> None:
    assert Reasoning().parse(Reasoning().format(thought, words)) == (thought.strip(), words)


def test_a_template_without_marks_takes_nothing_apart() -> None:
    assert Reasoning("", "", "").parse("<think>hm</think>Hello") is None


# -- the end of a reply ----------------------------------------------------------------------------------------------


@given(st.text("ab\nA:", max_size=30), st.lists(st.sampled_from(["\nA:", "ba", "b:"]), max_size=3), st.data())
def test_a_reply_ends_before_the_first_mark_however_it_arrives(
    text: str, marks: list[str], data: st.DataObject
) -> None:
    ender, rest, got = Ender(marks), text, ""
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        got += ender.feed(rest[:size])
        rest = rest[size:]
    got += ender.finish()
    places = [place for mark in marks if (place := text.find(mark)) >= 0]
    assert got == (text[: min(places)] if places else text)
    assert ender.ended is bool(places)
