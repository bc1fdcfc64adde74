"""Quick replies that run by themselves when something happens (spec/stscript.md 17.5)."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stcore.chat.replies.library import Found
from stcore.chat.replies.press import press
from stcore.chat.replies.records import Occasion
from stcore.errors import HostError, ScriptError, StcoreError, UserError

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.commands.runtime import Run
    from stcore.host import Host

log = logging.getLogger("stcore.chat")

DEEPEST = 10
"""Replies that set each other off; one more is refused."""


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened in a chat: an occasion, or entries of a lorebook with automation ids."""

    automation: Automation
    occasion: Occasion | None
    automation_ids: frozenset[str]


@dataclass(slots=True)
class StartUp:
    """The start of the program, once for a host: what happens while its replies run waits until they have."""

    begun: bool = False
    going: bool = False
    waiting: list[_Event] = field(default_factory=list)

    async def begin(self, automation: Automation) -> None:
        """The first face shows a chat: run the replies of the start, then what came meanwhile."""
        if self.begun:
            return
        self.begun = self.going = True
        try:
            await automation.handle("startup", frozenset())
        finally:
            self.going = False
        while self.waiting:
            event = self.waiting.pop(0)
            await event.automation.handle(event.occasion, event.automation_ids)


class Automation:
    """What one session does by itself. Nothing here raises but cancellation: errors are logged and shown."""

    def __init__(self, session: Session, start_up: StartUp) -> None:
        self._session, self._start_up = session, start_up
        self._running: list[Run] = []
        self._stopped = False
        self._depth = 0
        self._calm = 0

    async def opened(self, *, new: bool = False) -> None:
        """A person opened the chat (``new``: made it). The first time in this program, that is its start."""
        await self._start_up.begin(self)
        if new:
            await self.happened("new")
        await self.happened("load")

    async def happened(self, occasion: Occasion) -> bool:
        """Something happened: run what waits for it, to its end. Nothing does while a calm reply runs by itself.

        False when the person stopped it: what was to follow shall not.
        """
        await self._announce(occasion, frozenset())
        return not self._stopped

    async def activated(self, automation_ids: Collection[str]) -> None:
        """Entries of a lorebook came into the prompt: run the replies with their automation ids."""
        if wanted := frozenset(automation_ids) - {""}:
            await self._announce(None, wanted)

    def stop(self) -> bool:
        """Stop what runs by itself, and what would come after it; whether anything ran."""
        self._stopped = bool(self._running)
        for run in self._running:
            run.stop()
        return bool(self._running)

    async def _announce(self, occasion: Occasion | None, automation_ids: frozenset[str]) -> None:
        if self._calm:
            return
        if self._start_up.going:
            self._start_up.waiting.append(_Event(self, occasion, automation_ids))
        else:
            await self.handle(occasion, automation_ids)

    async def handle(self, occasion: Occasion | None, automation_ids: frozenset[str]) -> None:
        """Run the replies that wait for this, one after the other."""
        session = self._session
        if not self._depth:
            self._stopped = False
        if not switched_on(session.host):
            return
        for found in await session.host.reply_sets.due(session.chat_id, occasion, automation_ids):
            if not self._stopped:
                await self._run(found)
        if not self._depth:
            await session.surroundings.flush()

    async def _run(self, found: Found) -> None:
        self._depth += 1
        self._calm += found.reply.calm
        try:
            if self._depth > DEEPEST:
                raise UserError(
                    "Quick replies set each other off again and again.",
                    hint=f"“{found.name}” was not run. Switch “don't trigger others” on, in it or in the one before.",
                )
            await self._do(found)
        except StcoreError as error:
            self._report(named_error(error, found.name))
        except Exception as error:
            log.exception("the quick reply %s failed", found.name)
            self._report(HostError(f"The quick reply “{found.name}” failed inside: {error!r}."))
        finally:
            self._depth -= 1
            self._calm -= found.reply.calm

    async def _do(self, found: Found) -> None:
        session = self._session
        ready = press(found)
        if ready.deed != "run":
            await session.put(session.expand(ready.text), send=ready.deed == "send")
            return
        run = session.host.interpreter.start(ready.text, session.services, arguments={"*": ""})
        self._running.append(run)
        try:
            await run.result()
        finally:
            self._running.remove(run)

    def _report(self, error: StcoreError) -> None:
        log.warning("%s %s", error.message, error.hint)
        if self._session.ui is not None:
            self._session.ui.error(error)


def switched_on(host: Host) -> bool:
    """The master switch over buttons and what runs by itself; ``/run`` works regardless (17.1).

    It is on in a fresh installation: as long as nobody makes a set there is nothing to see and nothing that runs.
    """
    return not host.data.settings.exists() or host.settings.current.chat.quick_replies


def named_error(error: StcoreError, name: str) -> StcoreError:
    """The error with the name of the reply in which it happened; it keeps its place in the script."""
    if not isinstance(error, ScriptError):
        return error
    return type(error)(
        f"The quick reply “{name}” failed: {error.message}",
        source=error.source,
        span=error.span,
        command=error.command,
        trace=(name, *error.trace),
        hint=error.hint,
    )
