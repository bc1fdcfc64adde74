"""The text model of a fresh install: answers by rules, without any AI, key or network, and says so."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncGenerator
from typing import Any

from pydantic import Field

from stcore import (
    ChatMessage,
    Completion,
    Finish,
    Health,
    ModelInfo,
    ModelPage,
    Piece,
    TextConnection,
    TextModel,
    TextPiece,
    hookimpl,
)

from .asking import asks_for_prompt
from .painting import picture_prompt
from .talk import Scene, answer


class Offline(TextModel):
    """Friendly replies and picture prompts by rules; a stand-in until a real model is connected."""

    id = "offline"
    label = "Built-in helper"
    summary = "Answers by simple rules: no AI, no key, no network. Connect a real model for real conversation."
    where = "local"
    embedded = True

    class Options(TextModel.Options):
        words_per_second: float = Field(
            60,
            gt=0,
            le=10000,
            title="Words per second",
            description="How fast the reply appears.",
            json_schema_extra={"group": "defaults"},
        )

    async def check(self, connection: TextConnection) -> Health:
        """It is always there."""
        return Health(state="ok", text="Built in. It follows simple rules and is no AI.")

    async def models(self, connection: TextConnection) -> ModelPage:
        """The one that there is."""
        return ModelPage(models=(ModelInfo(id="rules", label="Built-in rules"),))

    async def complete(self, connection: TextConnection, request: Completion) -> AsyncGenerator[Piece, None]:
        """A reply or a picture prompt, word by word."""
        rng = connection.random if request.seed is None else random.Random(request.seed)
        scene = _scene(request.messages)
        wants_prompt = asks_for_prompt(scene.asked, by_program=scene.by_program)
        text = picture_prompt(scene, rng) if wants_prompt else answer(scene, rng)
        words = re.findall(r"\S+\s*", text)
        limit = request.max_tokens or len(words)
        for word in words[:limit]:
            yield TextPiece(word)
            await connection.clock.sleep(1 / connection.options.words_per_second)
        yield Finish("stop" if limit >= len(words) else "length", {"completion_tokens": len(words[:limit])})


def _scene(messages: tuple[ChatMessage, ...]) -> Scene:
    """Who talks to whom about what, read out of an ordinary request."""
    system = next((m for m in messages if m.role == "system"), ChatMessage("system", ""))
    spoken = [m for m in messages if m is not system and m.content]
    named = re.search(r"\bYou are ([A-Z][\w' -]{0,40}?)[,.]", system.content)
    addressed = re.search(r"\bin a (?:chat|conversation) with ([^\n,.]{1,60})[,.]", system.content)
    user = next((m.name for m in reversed(spoken) if m.role == "user" and m.name), "")
    return Scene(
        char=system.name or (named[1] if named else "Assistant"),
        user=user or (addressed[1].strip() if addressed else "you"),
        card=system.content,
        asked=spoken[-1].content if spoken else "",
        before=tuple((m.role, _unnamed(m)) for m in spoken[:-1] if m.role != "system"),
        shown=sum(len(m.images) for m in spoken[-1:]),
        by_program=bool(spoken) and spoken[-1].role == "system",
    )


def _unnamed(message: ChatMessage) -> str:
    """What was said, without the name in front of it that groups have."""
    return message.content.removeprefix(f"{message.name}:").lstrip() if message.name else message.content


@hookimpl
def stcore_text_models() -> list[Any]:
    return [Offline()]
