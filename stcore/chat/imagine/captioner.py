"""A model that sees says what is on a picture: portraits for prompts (image-generation.md 5.3), captions (14.4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from stcore.errors import (
    BadInputImage,
    BadRequest,
    BadResponse,
    CannotSee,
    DeadlinePassed,
    ProviderError,
    ServerError,
    Unsupported,
)
from stcore.images.settings import ImageSettings
from stcore.text.model import ChatMessage, Completion
from stcore.text.reply import Replying
from stcore.text.vision import shrink_picture

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.text.model import TextConnection

PATIENCE = 180.0
"""Seconds that a description may take, with every further try."""

_MEND = (
    "Let another connection describe pictures: `/imagine-set key=captioner NAME`, or “Pictures are described by” in "
    "the settings of pictures."
)


async def caption(host: Host, settings: ImageSettings, picture: bytes, question: str) -> str:
    """What the captioner of ``settings`` answers to ``question`` about a picture, trimmed and without its thoughts.

    Raises :class:`CannotSee`, ``UnusablePicture``, ``DeadlinePassed``, ``BadResponse`` for an answer without words,
    and what else the model raises.
    """
    connection = await host.texts.open(settings.captioner or None)
    model = settings.captioner_model
    sees = await connection.model.sees(connection, model)
    if sees is False:
        raise CannotSee(f"{_who(connection, model)} cannot see pictures.", hint=_hint(connection))
    shown = await asyncio.to_thread(shrink_picture, picture)
    asked = Completion((ChatMessage("user", question, images=(shown,)),), model=model)
    tags = (await host.presets.active()).reasoning.tags
    try:
        async with asyncio.timeout(PATIENCE):
            text = await _answer(Replying(connection, asked, tags=tags))
    except TimeoutError as error:
        raise DeadlinePassed(
            f"{_who(connection, model)} took longer than {PATIENCE:.0f} seconds to describe the picture.",
            hint="Try again, or choose a faster model.",
        ) from error
    except (BadInputImage, BadRequest, ServerError, Unsupported) as error:
        if sees:
            raise
        # Nobody knew whether it can see: a model that cannot refuses the request in one of these ways.
        raise CannotSee(
            f"{_who(connection, model)} did not take the picture, so perhaps it cannot see: {_reason(error)}",
            hint=_hint(connection),
        ) from error
    if not text:
        raise BadResponse(f"{_who(connection, model)} said nothing about the picture.", hint="Ask again.")
    return text


async def _answer(replying: Replying) -> str:
    async for _ in replying.words():
        pass
    return replying.reply.text.strip()


def _who(connection: TextConnection, model: str) -> str:
    """The model and its connection as people know them."""
    model = model or str(getattr(connection.options, "model", "") or "")
    return f"{model} ({connection.name})" if model else f"The text model “{connection.name}”"


def _hint(connection: TextConnection) -> str:
    """How to mend it; where a connection can be told that its model sees, that too."""
    if "sees" not in type(connection.options).model_fields:
        return _MEND
    return f"{_MEND} If this model does see, say so: `stcore texts set {connection.name} --sees yes`."


def _reason(error: ProviderError) -> str:
    return error.vendor or error.message
