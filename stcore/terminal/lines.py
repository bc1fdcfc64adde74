"""The lines that somebody enters: said one after the other, but nobody waits for a picture.

A script that draws is left alone as soon as there is something else to say, which then runs in a session of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stcore.errors import HostError, StcoreError

if TYPE_CHECKING:
    from stcore.chat.session import Session

log = logging.getLogger("stcore.terminal")

_SHOWING_SECONDS = 0.05
"""What a line caused is shown before the next one is taken."""


@dataclass(eq=False)
class _Line:
    """A line that is being said, and the pictures under way that it began."""

    session: Session
    text: str
    jobs: set[str] = field(default_factory=set)
    stopped: bool = False

    @property
    def is_script(self) -> bool:
        return self.text.lstrip().startswith("/")


class Lines:
    """:meth:`run` says what :meth:`add` brings. Whoever watches the chat tells of its pictures (:meth:`drawing`)."""

    def __init__(
        self,
        session: Callable[[bool], Awaitable[Session]],
        *,
        cancel: Callable[[str], Awaitable[object]],
        report: Callable[[StcoreError], None],
        refresh: Callable[[], None],
    ) -> None:
        """``session`` gives the usual session, or another one beside it (true); ``cancel`` stops a picture."""
        self._session, self._cancel, self._report, self._refresh = session, cancel, report, refresh
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._running: list[_Line] = []
        self._moved = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, text: str) -> None:
        """Say this when its turn comes."""
        self._waiting.put_nowait(text)
        self._moved.set()

    @property
    def busy(self) -> bool:
        """Something runs, or waits to run."""
        return bool(self._running) or not self._waiting.empty()

    @property
    def holds(self) -> bool:
        """Whether a line that is added now has to wait."""
        return not self._waiting.empty() or any(not line.jobs for line in self._running)

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                text = await self._waiting.get()
                line = _Line(await self._session(bool(self._running)), text)
                self._running.append(line)
                task = asyncio.create_task(self._say(line), name="a line of the terminal")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
                await self._until_next(line)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> bool:
        """Stop the newest line with its pictures, and forget what waits; whether there was anything."""
        waited = not self._waiting.empty()
        while not self._waiting.empty():
            self._waiting.get_nowait()
        line = next((line for line in reversed(self._running) if not line.stopped), None)
        if line is None:
            return waited
        line.stopped = True
        for job in list(line.jobs):
            await self._cancel(job)
        await line.session.stop()
        return True

    def drawing(self, job: str) -> None:
        """A picture of the chat is under way: that of the newest script, as far as anybody can tell."""
        scripts = [line for line in self._running if line.is_script]
        if scripts and not any(job in line.jobs for line in scripts):
            scripts[-1].jobs.add(job)
            self._moved.set()

    def drawn(self, job: str) -> None:
        """A picture is there, or will not come."""
        for line in self._running:
            line.jobs.discard(job)

    async def _say(self, line: _Line) -> None:
        try:
            await line.session.say(line.text)
            await asyncio.sleep(_SHOWING_SECONDS)
        except Exception as error:
            log.exception("A line failed")
            self._report(HostError(f"Something went wrong inside stcore: {error!r}.", hint="The log says more."))
        finally:
            self._running.remove(line)
            line.session.surroundings.facts.input = ""
            self._moved.set()
            self._refresh()

    async def _until_next(self, line: _Line) -> None:
        """Wait until a line has ended; when it only waits for its pictures, until there is another one."""
        while line in self._running and not (line.jobs and not self._waiting.empty()):
            self._moved.clear()
            await self._moved.wait()
