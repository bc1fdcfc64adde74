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
    answers: Sequence[Any] = (),
    *,
    greeting: str = "Hello.",
    group: Sequence[str] = (),
    others: Sequence[str] = (),
    **host_options: Any,
) -> AsyncIterator[Session]:
    """The session of a fresh chat between ``User`` and ``Character``, whose ``ui`` is a :class:`MemoryUi`.

    ``answers`` are what the person gives to questions, in order; with the names of a ``group`` it is the chat of a new
    group of these instead; ``others`` are further characters; ``host_options`` are those of :class:`Host`.
    """
    with tempfile.TemporaryDirectory(prefix="stcore-stage-") as folder:
        async with Host.open(folder, **{"face": "once", **host_options}) as host:
            names = (*(group or ("Character",)), *others)
            people = [await host.characters.create(name, {"first_mes": greeting}) for name in names]
            if group:
                friends = await host.groups.create("Friends", [person.id for person in people[: len(group)]])
                chat = await begin_chat(host, group_id=friends.id)
            else:
                chat = await begin_chat(host, people[0].id)
            yield await host.session(chat.id, MemoryUi(answers))
