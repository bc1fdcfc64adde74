"""What a prompt tells of the pictures in a chat: a model that sees is shown them, others are told their captions
(image-generation.md sections 12.2 and 14.4).

Hidden messages show nothing. Of the pictures of a message those count that people see: of a gallery the one looked at,
of a list all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stcore.chat.hanging import Picture, pictures_seen
from stcore.chat.imagine.captions import wrapped
from stcore.errors import StcoreError
from stcore.text.prompt import PICTURE_TOKENS, Pictures

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.chat.records import Message
    from stcore.images.settings import ImageSettings
    from stcore.text.model import TextConnection

log = logging.getLogger("stcore.chat")

SIDE = 1024
"""Longest side in pixels of what is shown: about ``PICTURE_TOKENS`` with common vendors."""

MOST_BYTES = 3_000_000
"""Bytes of all pictures of one prompt; in base64 a third more, and the strictest vendor takes 4 MB."""


@dataclass(frozen=True, slots=True)
class Shown:
    """``history`` with the captions of pictures that are not shown, and the ``pictures`` that are, by message."""

    history: Sequence[Message]
    pictures: Pictures


async def show_pictures(
    scene: Scene, history: Sequence[Message], connection: TextConnection, budget: int, *, model: str = ""
) -> Shown:
    """What a model with room for ``budget`` tokens gets to know of the pictures in ``history`` (oldest first)."""
    looked_at = {message.id: pictures_seen(message) for message in history if message.pictures and not message.hidden}
    if not looked_at:
        return Shown(history, {})
    settings = (await scene.host.picture_settings.of(scene.chat_id)).effective
    shown: dict[str, dict[str, tuple[str, bytes]]] = {}
    if settings.inline_pictures and await connection.model.sees(connection, model):
        # Pictures take at most half of the room, and are never all crowded out by words.
        most = min(settings.inline_most, max(1, budget // 2 // PICTURE_TOKENS))
        shown = await _read(scene, looked_at, most)
    told = {
        message_id: [picture for picture in pictures if picture["attachment_id"] not in shown.get(message_id, ())]
        for message_id, pictures in looked_at.items()
    }
    changed = [_with_captions(scene, settings, message, told.get(message.id, ())) for message in history]
    return Shown(changed, {message_id: tuple(pictures.values()) for message_id, pictures in shown.items()})


# -- shown -----------------------------------------------------------------------------------------------------------


async def _read(
    scene: Scene, looked_at: Mapping[str, Sequence[Picture]], most: int
) -> dict[str, dict[str, tuple[str, bytes]]]:
    """The newest ``most`` pictures as (mime, bytes), by message and attachment, in the order of their messages."""
    newest = [(message_id, picture) for message_id, pictures in looked_at.items() for picture in pictures][-most:]
    read = await asyncio.gather(*(_bytes(scene, picture) for _, picture in newest))
    room = MOST_BYTES
    kept: list[tuple[str, str, bytes]] = []
    for (message_id, picture), data in zip(reversed(newest), reversed(read), strict=True):
        room -= len(data)
        if room < 0 and kept:
            break
        if data:
            kept.append((message_id, picture["attachment_id"], data))
    found: dict[str, dict[str, tuple[str, bytes]]] = {}
    for message_id, attachment_id, data in reversed(kept):
        found.setdefault(message_id, {})[attachment_id] = ("image/jpeg", data)
    return found


async def _bytes(scene: Scene, picture: Picture) -> bytes:
    """The picture as models are shown it; empty for one that cannot be read, which must not end a chat."""
    try:
        return await scene.host.library.read_for_model(picture["id"], _small)
    except StcoreError as error:
        log.warning("A picture is not shown to the model: %s", error.message)
        return b""


def _small(data: bytes) -> bytes:
    from stcore.text.vision import shrink_picture

    return shrink_picture(data, longest=SIDE)[1]


# -- told ------------------------------------------------------------------------------------------------------------


def _with_captions(scene: Scene, settings: ImageSettings, message: Message, pictures: Sequence[Picture]) -> Message:
    captions = tuple(_captions(scene, settings, message, pictures))
    if not captions:
        return message
    return replace(message, text="\n\n".join(text for text in (message.text.rstrip(), *captions) if text))


def _captions(scene: Scene, settings: ImageSettings, message: Message, pictures: Sequence[Picture]) -> Iterator[str]:
    """What is said in place of pictures. A caption that stands in the message already is not said again."""
    for picture in pictures:
        extra = picture["extra"]
        caption = str(extra.get("caption") or "")
        if caption and caption not in message.text:
            yield wrapped(scene.host, scene.environment, settings, caption, message.name)
        elif extra.get("append_title") and picture["title"] not in message.text:
            yield picture["title"]  # another program put the caption there, wrapped already
