"""A conversation as one long text, for models that complete text instead of answering messages.

An instruct template holds the sequences around the messages of each role, under the names by which presets of other
programs store them. Without one the conversation is written as a script: ``Name: words``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from stcore.text.model import ChatMessage

Ending = Literal["reply", "user", "continue"]
"""What comes next: words of the character, words of the user, or the rest of the last message."""


@dataclass(frozen=True, slots=True)
class Instruct:
    """The sequences of a template. ``names_behavior``: ``always`` writes the speaker before every message, ``force``
    and ``none`` leave it to the messages. ``wrap`` puts sequences on lines of their own."""

    input_sequence: str = ""
    input_suffix: str = ""
    output_sequence: str = ""
    output_suffix: str = ""
    system_sequence: str = ""
    system_suffix: str = ""
    story_string_prefix: str = ""
    story_string_suffix: str = ""
    first_input_sequence: str = ""
    first_output_sequence: str = ""
    last_input_sequence: str = ""
    last_output_sequence: str = ""
    last_system_sequence: str = ""
    stop_sequence: str = ""
    user_alignment_message: str = ""
    names_behavior: str = "force"
    wrap: bool = False
    macro: bool = True
    system_same_as_user: bool = False
    sequences_as_stop_strings: bool = True


def read_instruct(data: Mapping[str, Any]) -> Instruct:
    """A template out of what is stored; values of a wrong type are left out."""
    given: dict[str, Any] = {}
    for entry in fields(Instruct):
        value = data.get(entry.name)
        if isinstance(value, str if isinstance(entry.default, str) else bool):
            given[entry.name] = value
    return Instruct(**given)


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a conversation becomes text. ``instruct=None`` writes a script; ``chat_start`` stands before the history."""

    user: str = "User"
    char: str = "Assistant"
    instruct: Instruct | None = None
    chat_start: str = ""
    ending: Ending = "reply"
    expand: Callable[[str], str] = field(default=str)

    def sequence(self, text: str, name: str = "") -> str:
        """A sequence with ``{{name}}`` filled in, and its macros where the template wants that."""
        text = text.replace("{{name}}", name)
        return self.expand(text) if self.instruct is not None and self.instruct.macro else text

    @property
    def stops(self) -> tuple[str, ...]:
        """What ends the answer: the template's own sequences, and the user beginning to speak."""
        found = [f"\n{self.char}:" if self.ending == "user" else f"\n{self.user}:"]
        shape = self.instruct
        if shape is not None:
            found.append(self.sequence(shape.stop_sequence))
            if shape.sequences_as_stop_strings:
                own = (shape.input_sequence, shape.output_sequence, shape.system_sequence)
                found += [self.sequence(text, self.user).strip() for text in own]
        return tuple(dict.fromkeys(text for text in found if text.strip()))


def render_text(messages: Sequence[ChatMessage], layout: TextLayout, prefill: str = "") -> str:
    """The conversation as the text that a model completes. The first system message is the story around it."""
    shape = layout.instruct
    first_spoken = next((n for n, one in enumerate(messages) if one.role in ("user", "assistant")), len(messages))
    filler = shape.user_alignment_message if shape is not None else ""
    if filler and first_spoken < len(messages) and messages[first_spoken].role != "user":
        opening = ChatMessage("user", layout.expand(filler), layout.user)
        messages = [*messages[:first_spoken], opening, *messages[first_spoken:]]
    pieces: list[str] = []
    story = bool(messages) and messages[0].role == "system"
    if story:
        pieces.append(_story(messages[0], layout))
    if layout.chat_start:
        pieces.append(f"{layout.expand(layout.chat_start)}\n")
    spoken = messages[1:] if story else messages
    pieces += [_message(spoken, number, layout) for number in range(len(spoken))]
    return "".join(pieces) + _opening(layout, prefill)


def _story(message: ChatMessage, layout: TextLayout) -> str:
    shape = layout.instruct
    if shape is None:
        return f"{message.content}\n"
    prefix, suffix = shape.story_string_prefix, shape.story_string_suffix
    if not (prefix or suffix):
        prefix, suffix = shape.system_sequence, shape.system_suffix
    return _wrapped(layout, prefix, message.content, suffix, "System")


def _message(messages: Sequence[ChatMessage], number: int, layout: TextLayout) -> str:
    one, shape = messages[number], layout.instruct
    unfinished = layout.ending == "continue" and number == len(messages) - 1
    if shape is None:
        text = one.content if one.role == "system" else _named(one, layout)
        return text if unfinished else f"{text}\n"
    prefix, suffix = _sequences(shape, messages, number)
    text = _named(one, layout) if shape.names_behavior == "always" and one.role != "system" else one.content
    name = one.name or {"user": layout.user, "system": "System"}.get(one.role, layout.char)
    return _wrapped(layout, prefix, text, "" if unfinished else suffix, name, closed=not unfinished)


def _sequences(shape: Instruct, messages: Sequence[ChatMessage], number: int) -> tuple[str, str]:
    """What stands around a message, by its role and by whether it is the first or last of it."""
    role = messages[number].role
    if role == "system":
        if shape.system_same_as_user:
            return shape.input_sequence, shape.input_suffix
        if number == len(messages) - 1 and shape.last_system_sequence:
            return shape.last_system_sequence, shape.system_suffix
        return shape.system_sequence, shape.system_suffix
    is_first = all(one.role != role for one in messages[:number])
    is_last = all(one.role != role for one in messages[number + 1 :])
    if role == "user":
        first, last, usual = shape.first_input_sequence, shape.last_input_sequence, shape.input_sequence
        return (is_first and first) or (is_last and last) or usual, shape.input_suffix
    return (is_first and shape.first_output_sequence) or shape.output_sequence, shape.output_suffix


def _named(message: ChatMessage, layout: TextLayout) -> str:
    name = message.name or (layout.user if message.role == "user" else layout.char)
    return message.content if message.content.startswith(f"{name}: ") else f"{name}: {message.content}"


def _wrapped(layout: TextLayout, prefix: str, text: str, suffix: str, name: str, *, closed: bool = True) -> str:
    shape = layout.instruct
    wraps = shape is not None and shape.wrap
    prefix, suffix = layout.sequence(prefix, name), layout.sequence(suffix, name)
    between = "\n" if wraps and prefix and not prefix.endswith("\n") else ""
    behind = "\n" if closed and wraps and not suffix.endswith("\n") else ""
    return f"{prefix}{between}{text}{suffix}{behind}"


def _opening(layout: TextLayout, prefill: str) -> str:
    """How the words begin that the model is to write."""
    if layout.ending == "continue":
        return prefill
    shape, name = layout.instruct, layout.user if layout.ending == "user" else layout.char
    if shape is None:
        return f"{name}: {prefill}" if prefill else f"{name}:"
    last = shape.input_sequence if layout.ending == "user" else shape.last_output_sequence or shape.output_sequence
    opening = layout.sequence(last, name)
    if shape.wrap and opening and not opening.endswith("\n"):
        opening += "\n"
    if shape.names_behavior == "always":
        opening += f"{name}: " if prefill else f"{name}:"
    return opening + prefill
