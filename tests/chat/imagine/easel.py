"""A chat to draw in: a real host with a source that keeps what it was asked for, and a text model that says what the
test wants."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from stcore import (
    Capabilities,
    Connection,
    Health,
    ImageRequest,
    ImageSource,
    Picture,
    Pixels,
    RangeField,
    ReferencesField,
    RoleLimits,
    SizeField,
    SizeSpec,
    TextField,
    hookimpl,
)
from stcore.chat.session import Session
from stcore.testing.memory import MemoryUi
from stcore.testing.servers.openai import FakeOpenAI, Reply
from stcore.testing.servers.serve import serve
from stcore.testing.stage import stage


class Easel(ImageSource):
    """Draws one grey picture of the size that was asked for."""

    id = "easel"
    label = "Easel"
    where = "cloud"
    embedded = True

    def __init__(self, roles: Sequence[str] = ("init", "subject")) -> None:
        self.roles = roles
        self.requests: list[ImageRequest] = []
        self.health = Health(state="ok", text="Ready.")

    async def check(self, connection: Connection) -> Health:
        return self.health

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        one = RoleLimits(max=4, strength=True)
        return Capabilities(
            model=model,
            fields={
                "prompt": TextField(),
                "negative_prompt": TextField(),
                "size": SizeField(specs=(SizeSpec(kind="free", min_side=64, max_side=4096, multiple_of=4),)),
                "seed": RangeField(min=0, max=2**32 - 1, integer=True),
                "steps": RangeField(min=1, max=150, integer=True),
                "references": ReferencesField(roles=dict.fromkeys(self.roles, one)),
            },
        )

    async def generate(self, request: ImageRequest, connection: Connection) -> Picture:
        self.requests.append(request)
        size = (request.size.width, request.size.height) if isinstance(request.size, Pixels) else (64, 64)
        out = io.BytesIO()
        Image.new("RGB", size, "grey").save(out, "PNG")
        return Picture(out.getvalue(), seed=request.seed, seed_origin="sent")


class _Plugin:
    def __init__(self, easel: Easel) -> None:
        self._easel = easel

    @hookimpl
    def stcore_image_sources(self) -> list[ImageSource]:
        return [self._easel]


@dataclass
class Room:
    """The session of a chat with everything that a test looks at."""

    session: Session
    easel: Easel
    model: FakeOpenAI
    ui: MemoryUi = field(default_factory=MemoryUi)

    @property
    def last(self) -> ImageRequest:
        """What the source was asked for last."""
        return self.easel.requests[-1]

    async def run(self, script: str) -> str:
        """The pipe of a script; an error that it showed fails the test."""
        done = await self.session.run(script)
        assert not self.ui.errors, [error.message for error in self.ui.errors]
        return done.text

    async def set(self, **values: Any) -> None:
        """Settings of pictures for everything."""
        await self.session.host.picture_settings.change("host", values)

    async def pictures(self) -> list[dict[str, Any]]:
        """The pictures of the last message."""
        chat_id = await self.session.open_chat()
        return list((await self.session.host.chats.messages(chat_id))[-1].pictures)


@asynccontextmanager
async def room(
    replies: Sequence[str] = (),
    answers: Sequence[Any] = (),
    *,
    roles: Sequence[str] = ("init", "subject"),
    **how: Any,
) -> AsyncIterator[Room]:
    """A room; ``replies`` are the next texts of the text model, ``answers`` those of the person, ``roles`` those of the
    reference pictures that the source takes; ``how`` as of :func:`stcore.testing.stage.stage`."""
    easel, model = Easel(roles), FakeOpenAI()
    model.queue.extend(Reply((reply,)) for reply in replies)
    plugin = _Plugin(easel)
    with serve(model) as url:
        async with stage(answers, plugins=(("easel", plugin), *how.pop("plugins", ())), **how) as session:
            await session.host.texts.add("openai-compatible", "model", {"url": f"{url}/v1", "model": "chatty-seeing"})
            await session.host.texts.default("model")
            await session.host.connections.default("easel")
            assert isinstance(session.ui, MemoryUi)
            yield Room(session, easel, model, session.ui)
