"""The bus: everything a face shows live comes through here.

Two kinds of entries flow to subscribers. *Lasting* ones were noted in the journal in the transaction that made the
change; they carry its row number. *Passing* ones (progress, previews, the words of a reply) exist only here, have
the number 0, and a slow subscriber may lose them; it never loses a lasting one.

Another program on the same data folder writes to the same journal: while anyone listens it is looked at every
:data:`LOOK_SECONDS`, so a change made elsewhere is seen within a second too (studio.md section 12).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from stcore.errors import StorageError
from stcore.storage import journal
from stcore.storage.database import Database
from stcore.storage.journal import Entry

log = logging.getLogger("stcore.bus")

LOOK_SECONDS = 0.5
PASSING_KEPT = 256
"""Passing entries a slow subscriber may fall behind before the oldest are dropped."""


class Subscription:
    """One listener: an async iterator of entries. Close it when done."""

    def __init__(self, bus: Bus, chat_id: str | None, last: int) -> None:
        self._bus, self.chat_id, self.last = bus, chat_id, last
        self._passing: deque[Entry] = deque(maxlen=PASSING_KEPT)
        self._lasting: deque[Entry] = deque()
        self._ready = asyncio.Event()

    def wants(self, entry: Entry) -> bool:
        return self.chat_id is None or entry.chat_id is None or entry.chat_id == self.chat_id

    def offer(self, entry: Entry) -> None:
        if entry.id:
            if entry.id <= self.last:
                return
            self.last = entry.id
        if self.wants(entry):
            # A reset must not be lost either: whoever missed it would show an old state for good.
            (self._lasting if entry.id or entry.kind == "reset" else self._passing).append(entry)
            self._ready.set()

    def __aiter__(self) -> AsyncIterator[Entry]:
        return self

    async def __anext__(self) -> Entry:
        while not (self._lasting or self._passing):
            self._ready.clear()
            await self._ready.wait()
        # A lasting entry (the picture arrived) makes older passing ones (its progress) pointless, never the reverse.
        return self._passing.popleft() if self._passing else self._lasting.popleft()

    def close(self) -> None:
        self._bus.forget(self)


class Bus:
    """Publish and subscribe within this program, fed by the journal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscriptions: set[Subscription] = set()
        self._read_up_to = 0
        self._wake = asyncio.Event()
        self._tail: asyncio.Task[None] | None = None

    def publish(self, kind: str, data: dict[str, Any], chat_id: str | None = None) -> None:
        """Send a passing entry to everyone who listens now. Call on the event loop."""
        entry = Entry(0, kind, chat_id, data)
        for subscription in self._subscriptions:
            subscription.offer(entry)

    def wake(self) -> None:
        """Lasting entries were written: look now instead of at the next beat."""
        self._wake.set()

    async def subscribe(self, chat_id: str | None = None, since: int | None = None) -> Subscription:
        """Listen to one chat, or to all. ``since`` is the last number already seen; ``None`` = from now on.

        Entries that are no longer kept cannot be replayed: the first entry is then a ``reset``, and the face
        loads its state afresh.
        """
        newest = await self._database.read(journal.newest)
        if self._tail is None or self._tail.done():
            self._read_up_to = newest
            self._tail = asyncio.create_task(self._follow(), name="journal tail")
        subscription = Subscription(self, chat_id, newest if since is None else since)
        if since is not None and (since > newest or since < await self._database.read(journal.oldest) - 1):
            subscription.last = newest
            subscription.offer(Entry(0, "reset", None, {"last": newest}))
        # Until it has what the tail has given to others: a later entry of the tail would hide an earlier one of these.
        await self._replay(subscription)
        while subscription.last < self._read_up_to:
            await self._replay(subscription)
        self._subscriptions.add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    async def close(self) -> None:
        """Stop following the journal."""
        if self._tail is not None:
            self._tail.cancel()
            await asyncio.gather(self._tail, return_exceptions=True)

    async def _replay(self, subscription: Subscription) -> None:
        while entries := await self._database.read(lambda c: journal.since(c, subscription.last)):
            for entry in entries:
                subscription.offer(entry)

    async def _follow(self) -> None:
        while True:
            try:
                await self._look(woken=await self._beat())
            except StorageError as error:
                # A database that is locked or away for a while must not silence every page for good.
                log.warning("the journal cannot be read just now: %s", error.message)
                await asyncio.sleep(LOOK_SECONDS)

    async def _beat(self) -> bool:
        """Wait for the next look; whether it was asked for."""
        try:
            # Not wait_for: on Python 3.11 that loses a cancellation which comes together with a wake-up.
            async with asyncio.timeout(LOOK_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    async def _look(self, *, woken: bool) -> None:
        if not woken:
            newest = await self._database.read(journal.newest)
            if not self._subscriptions:
                # Nobody listens. Looked at after the read: whoever came meanwhile must not miss an entry.
                self._read_up_to = newest
                return
        self._wake.clear()
        for entry in await self._database.read(lambda c: journal.since(c, self._read_up_to)):
            self._read_up_to = entry.id
            for subscription in list(self._subscriptions):
                subscription.offer(entry)
