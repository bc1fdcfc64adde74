"""What runs in the chats: a page sends a line of input and is answered at once, the work goes on here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from stcore.chat.replies.acting import act
from stcore.commands import Result
from stcore.errors import Busy, HostError, StcoreError

if TYPE_CHECKING:
    from stcore.chat.replies.press import Press
    from stcore.chat.session import Session
    from stcore.commands.services import Ui
    from stcore.host import Host

log = logging.getLogger("stcore.web")

MOST_SCRIPTS = 8
"""Scripts that may run in one chat at once."""

STOP_SECONDS = 0.5
"""How long what is stopped may take to end by itself: a script ends at its next command, a reply keeps its words."""

Kind = Literal["script", "reply"]


@dataclass(eq=False)
class _Running:
    kind: Kind
    session: Session
    task: asyncio.Task[None] | None = None

    @property
    def chat_id(self) -> str | None:
        """Where it is now: a script may go to another chat."""
        return self.session.chat_id


class Runs:
    """Starts and stops lines of input. Nobody waits for a picture: while a script makes one, the chat goes on.

    Therefore several scripts may run in a chat, each in a session of its own, but one reply: two would be written
    into the same place of the conversation.
    """

    def __init__(self, host: Host, ui: Callable[[str], Ui]) -> None:
        self._host, self._ui = host, ui
        self._running: list[_Running] = []

    async def say(self, chat_id: str, text: str, *, mobile: bool = False) -> None:
        """Start one line of input: a script, or a message and its reply. Raises ``NotFound`` and :class:`Busy`.

        ``mobile`` tells that it was typed on a phone or tablet.
        """
        kind: Kind = "script" if text.lstrip().startswith("/") else "reply"

        async def work(session: Session) -> None:
            session.surroundings.facts.is_mobile = mobile
            await session.say(text)

        await self._start(chat_id, kind, work)

    async def regenerate(self, chat_id: str, message_id: str) -> None:
        """Start to write the reply ``message_id`` once more. Raises ``NotFound`` and :class:`Busy`."""
        await self._start(chat_id, "reply", lambda session: session.reply(message_id))

    async def press(self, chat_id: str, ready: Press, typed: str) -> str:
        """Start what a quick reply does; gives the text that belongs into the message box, empty for other deeds.

        ``typed`` is what stands there. Raises ``NotFound`` and :class:`Busy`.
        """
        if ready.deed == "insert":
            session = await self._host.session(chat_id, self._ui(chat_id))
            session.surroundings.facts.input = typed
            return session.expand(ready.text)

        async def work(session: Session) -> None:
            session.surroundings.facts.input = typed
            await act(session, ready)

        await self._start(chat_id, "script" if ready.deed == "run" else "reply", work)
        return ""

    async def opened(self, chat_id: str, *, new: bool) -> None:
        """Start what waits for the chat to be opened. Raises ``NotFound``."""
        await self._start(chat_id, "script", lambda session: session.opened(new=new))

    async def attempt(self, chat_id: str, script: str, typed: str) -> Result:
        """Run a script to its end and give its result. Raises its errors, ``NotFound`` and :class:`Busy`."""
        ended: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        async def work(session: Session) -> None:
            session.surroundings.facts.input = typed
            try:
                ended.set_result(await session.run(script, arguments={"*": ""}))
            except StcoreError as error:
                ended.set_exception(error)
            finally:
                if not ended.done():
                    ended.set_result(Result(None, aborted=True, abort_reason="The script was stopped."))

        await self._start(chat_id, "script", work)
        return await ended

    def of(self, chat_id: str) -> list[Session]:
        """The sessions in which something of this chat runs."""
        return [running.session for running in self._running if running.chat_id == chat_id]

    async def stop(self, chat_id: str) -> bool:
        """Stop everything that runs in the chat; whether there was anything."""
        stopped = await _stop([running for running in self._running if running.chat_id == chat_id])
        # A script may have ended while the model still writes what it asked for.
        return self._host.generations.stop(chat_id) or stopped

    async def close(self) -> None:
        """Stop everything in all chats."""
        await _stop(self._running)

    async def _start(self, chat_id: str, kind: Kind, work: Callable[[Session], Awaitable[Any]]) -> None:
        session = await self._host.session(chat_id, self._ui(chat_id))
        here = [running for running in self._running if running.chat_id == chat_id and running.kind == kind]
        if kind == "reply" and (here or self._host.generations.busy(chat_id)):
            raise Busy("A reply is being written.", hint="Stop it first, or wait until it has ended.")
        if len(here) >= MOST_SCRIPTS:
            raise Busy(f"{len(here)} scripts are running in this chat.", hint="Stop them, or wait until one has ended.")
        running = _Running(kind, session)
        self._running.append(running)
        running.task = asyncio.create_task(self._work(running, work), name=f"{kind} in {chat_id}")

    async def _work(self, running: _Running, work: Callable[[Session], Awaitable[Any]]) -> None:
        ui = running.session.ui
        assert ui is not None
        try:
            await work(running.session)
        except StcoreError as error:
            ui.error(error)
        except Exception as error:
            log.exception("%s failed", running.kind)
            ui.error(HostError(f"Something went wrong inside stcore: {error!r}.", hint="The program's log says more."))
        finally:
            self._running.remove(running)


async def _stop(several: list[_Running]) -> bool:
    """Stop them and wait until they have ended. A command that waits (for a picture, an answer) is left."""
    tasks = [running.task for running in several if running.task is not None]
    for running in list(several):
        await running.session.stop()
    if tasks:
        _, waiting = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return bool(tasks)
