"""What is being generated in which chat: who may begin, who waits, and what a stop ends.

One text at a time is written into a chat, whoever asked for it: a page, a terminal, a script. Quiet ones (``/gen``)
run beside it, but a stop ends them too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from stcore.errors import Busy

T = TypeVar("T")
log = logging.getLogger("stcore.chat")


class Generations:
    """All generations of one host."""

    def __init__(self) -> None:
        self._running: dict[str, dict[asyncio.Task[Any], bool]] = {}
        self._ended = asyncio.Event()
        self._behind: dict[asyncio.Task[Any], str] = {}

    def busy(self, chat_id: str | None) -> bool:
        """Whether a text is being written into the chat."""
        return any(self._running.get(chat_id or "", {}).values())

    async def free(self, chat_id: str, seconds: float) -> bool:
        """Wait until nothing is written into the chat or about to be, at most so many seconds; whether it is free."""
        try:
            async with asyncio.timeout(seconds):
                while self.busy(chat_id) or chat_id in self._behind.values():
                    await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def run(self, chat_id: str, work: Coroutine[Any, Any, T], *, writes: bool = True) -> T | None:
        """Do ``work`` as a generation of the chat; ``None`` when it was stopped. Raises :class:`Busy` and what ``work``
        raises. ``writes`` keeps others off while it runs.
        """
        if writes and self.busy(chat_id):
            work.close()
            raise Busy("A text is being written here.", hint="Stop it first, or wait until it has ended.")
        task = asyncio.ensure_future(work)
        self._running.setdefault(chat_id, {})[task] = writes
        try:
            return await task
        except asyncio.CancelledError:
            asked = asyncio.current_task()
            if asked is not None and asked.cancelling():
                raise  # we are stopped ourselves, and the generation with us; else only the generation was
            return None
        finally:
            self._forget(chat_id, task)

    def behind(self, chat_id: str, work: Coroutine[Any, Any, Any]) -> None:
        """Let ``work`` write into the chat while nobody waits for it; it reports its failures itself."""
        task = asyncio.ensure_future(work)
        self._behind[task] = chat_id
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        del self._behind[task]
        self._tell()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A generation failed.", exc_info=error)

    def stop(self, chat_id: str | None) -> bool:
        """Stop what is generated in the chat, or about to be; whether there was anything."""
        running = list(self._running.get(chat_id or "", {}))
        tasks = running or [task for task, chat in self._behind.items() if chat == chat_id]
        for task in tasks:
            task.cancel()
        return bool(tasks)

    async def finish(self) -> None:
        """Wait for what goes on behind: a program that runs one script ends when all it asked for is there."""
        while self._behind:
            await asyncio.gather(*self._behind, return_exceptions=True)

    async def close(self) -> None:
        """Stop everything; words that had come are kept."""
        for chat_id in {*self._running, *self._behind.values()}:
            self.stop(chat_id)
        await self.finish()

    def _forget(self, chat_id: str, task: asyncio.Task[Any]) -> None:
        running = self._running[chat_id]
        del running[task]
        if not running:
            del self._running[chat_id]
        self._tell()

    def _tell(self) -> None:
        """Wake those who wait."""
        self._ended.set()
        self._ended = asyncio.Event()
