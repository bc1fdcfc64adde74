"""Last changes to the messages of a request for servers that are particular about them (``/prompt-post-processing``).

Each mode does what those before it do, and more:

- ``none``: nothing;
- ``merge``: neighbours of one role become one message;
- ``semi``: only the beginning may be a system message, later ones speak as the user;
- ``strict``: and the person speaks first after it;
- ``single``: everything is one message of the user.

The forms that end in ``_tools`` keep calls of tools and their answers; the others leave them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from stcore.text.model import ChatMessage

MODES = ("none", "merge_tools", "semi_tools", "strict_tools", "merge", "semi", "strict", "single")

OPENING = "[The conversation begins.]"
"""What the person says first where a server insists that they do."""


def post_process(messages: Sequence[ChatMessage], mode: str) -> tuple[ChatMessage, ...]:
    """The messages as ``mode`` wants them; one of :data:`MODES`, empty for ``none``."""
    if mode in ("", "none"):
        return tuple(messages)
    kind, _, tools = mode.partition("_")
    kept = messages if tools else _without_tools(messages)
    if kind == "single":
        return (ChatMessage("user", "\n\n".join(_spoken(one) for one in kept if one.content), images=_images(kept)),)
    if kind in ("semi", "strict"):
        kept = [*kept[:1], *(replace(one, role="user") if one.role == "system" else one for one in kept[1:])]
    merged = _merged(kept)
    if kind == "strict":
        first = 1 if merged and merged[0].role == "system" else 0
        if len(merged) <= first or merged[first].role != "user":
            merged.insert(first, ChatMessage("user", OPENING))
    return tuple(merged)


def _without_tools(messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    kept = (replace(one, tool_calls=()) for one in messages if one.role != "tool")
    return [one for one in kept if one.content or one.images]


def _merged(messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    made: list[ChatMessage] = []
    for one in messages:
        last = made[-1] if made else None
        if last is None or last.role != one.role or one.role == "tool" or last.tool_calls or one.tool_calls:
            made.append(one)
            continue
        text = "\n\n".join(text for text in (last.content, one.content) if text)
        made[-1] = replace(last, content=text, images=(*last.images, *one.images))
    return made


def _spoken(message: ChatMessage) -> str:
    return f"{message.name}: {message.content}" if message.name and message.role != "system" else message.content


def _images(messages: Iterable[ChatMessage]) -> tuple[tuple[str, bytes], ...]:
    return tuple(image for message in messages for image in message.images)
