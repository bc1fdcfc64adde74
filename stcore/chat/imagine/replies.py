"""Pictures that a reply of the model asks for: by picture tags in it, or by phrases of the person's own."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from stcore.errors import UserError
from stcore.images.settings import ImageSettings, Phrase
from stcore.images.tags import find_tags
from stcore.images.wish import Wish

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.chat.records import Message
    from stcore.commands.guard import Searcher

_GROUP = re.compile(r"\$([0-9]{1,2})")


async def wishes_of(scene: Scene, reply: Message) -> list[Wish]:
    """What a reply wants drawn: a picture in the place of each tag, and one for each phrase that it holds.

    Raises :class:`UserError` for a phrase that is no expression or takes too long to look for.
    """
    settings = (await scene.host.picture_settings.of(scene.chat_id)).effective
    wishes = _tagged(settings, reply)
    if settings.phrases:
        searcher = scene.host.searcher
        found = await asyncio.to_thread(
            lambda: [_argument(phrase, reply.text, searcher) for phrase in settings.phrases]
        )
        wishes += [Wish(scene.expand(argument), "phrase", automatic=True) for argument in found if argument]
    return wishes


def _tagged(settings: ImageSettings, reply: Message) -> list[Wish]:
    if not settings.tags:
        return []
    here = Wish("", "tag", destination="message", message_id=reply.id, swipe=reply.swipe, automatic=True)
    return [replace(here, argument=tag.prompt, tag=tag.text) for tag in find_tags(reply.text)]


def _argument(phrase: Phrase, text: str, searcher: Searcher) -> str:
    """What is to be drawn because of a phrase; empty when the text does not hold it. In a regular expression
    ``$1`` stands for what its first group found."""
    if not phrase.regex:
        return phrase.argument if phrase.phrase.casefold() in text.casefold() else ""
    try:
        pattern = re.compile(phrase.phrase, re.IGNORECASE)
    except re.error as error:
        raise UserError(f"The phrase {phrase.phrase!r} is no regular expression: {error}.") from error
    found = searcher.find(pattern, text, every=False)
    if not found:
        return ""
    spans = found[0]

    def group(match: re.Match[str]) -> str:
        number = int(match[1])
        start, end = spans[number] if number < len(spans) else (-1, -1)
        return text[start:end] if start >= 0 else ""

    return _GROUP.sub(group, phrase.argument)
