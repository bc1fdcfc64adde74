"""A real host for tests: a folder of its own, the offline text model, and a chat with a character that says hello.

>>> import asyncio
>>> async def one() -> str:
...     async with stage() as session:
...         return (await session.run("/char-find")).text
>>> asyncio.run(one())
'Character.png'
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from stcore.chat.beginning import begin_chat
from stcore.chat.session import Session
from stcore.host import Host
from stcore.testing.memory import MemoryUi


@asynccontextmanager
async def stage(
    answers: Sequence[Any] = (), *, greeting: str = "Hello.", **host_options: Any
) -> AsyncIterator[Session]:
    """The session of a fresh chat between ``User`` and ``Character``, whose ``ui`` is a :class:`MemoryUi`.

    ``answers`` are what the person gives to questions, in order; ``host_options`` are those of :class:`Host`.
    """
    with tempfile.TemporaryDirectory(prefix="stcore-stage-") as folder:
        async with Host.open(folder, **{"face": "once", **host_options}) as host:
            character = await host.characters.create("Character", {"first_mes": greeting})
            chat = await begin_chat(host, character.id)
            yield await host.session(chat.id, MemoryUi(answers))
