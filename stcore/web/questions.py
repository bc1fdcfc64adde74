"""Questions that a script asks the person in front of the page, and whether anyone is there."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from stcore.errors import NeedsPerson, NotFound, UserError
from stcore.storage.ids import new_id
from stcore.storage.journal import Entry

if TYPE_CHECKING:
    from stcore.bus import Bus

GRACE = 3.0
"""Seconds that a page may be away (a lost connection, a reload) before nobody counts as there."""

Kind = Literal["input", "popup", "buttons", "clipboard", "review"]


class Audience:
    """Who is listening: how many pages have a stream of a chat open."""

    def __init__(self) -> None:
        self._listening: Counter[str | None] = Counter()
        self._arrived = asyncio.Event()

    @contextmanager
    def present(self, chat_id: str | None) -> Iterator[None]:
        """A page listens to ``chat_id`` (``None`` = to every chat) for the length of the block."""
        self._listening[chat_id] += 1
        self._arrived.set()
        try:
            yield
        finally:
            self._listening -= Counter({chat_id: 1})  # leaves no entry for a chat to which nobody listens

    def anyone(self, chat_id: str | None) -> bool:
        """Whether a page would see what is published for this chat."""
        return self._listening[None] > 0 or self._listening[chat_id] > 0

    async def wait(self, chat_id: str | None, seconds: float) -> bool:
        """As :meth:`anyone`, giving a page some time to come back."""
        try:
            async with asyncio.timeout(seconds):
                while not self.anyone(chat_id):
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return False
        return True


class Questions:
    """Questions that wait for an answer. A page that opens later gets those that are still open."""

    def __init__(self, bus: Bus, audience: Audience, grace: float = GRACE) -> None:
        self._bus, self._audience, self._grace = bus, audience, grace
        self._waiting: dict[str, tuple[Entry, asyncio.Future[Any]]] = {}
        self._shown: deque[str] = deque(maxlen=100)

    async def ask(self, chat_id: str | None, kind: Kind, **fields: Any) -> Any:
        """Ask and wait, as long as it takes. Raises :class:`NeedsPerson` when nobody has the page open.

        The answer is a text for ``input`` and ``clipboard``, true or false for ``popup``, a list of labels for
        ``buttons``, what was changed for ``review``; ``None`` when the person closed the question.
        """
        if not await self._audience.wait(chat_id, self._grace):
            raise NeedsPerson(
                "The script asks a question, and no page is open to answer it.", hint="Open the chat and run it again."
            )
        entry = Entry(0, "question", chat_id, {"id": new_id(), "kind": kind, **fields})
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        question_id = entry.data["id"]
        self._waiting[question_id] = entry, future
        self._bus.publish(entry.kind, entry.data, chat_id)
        try:
            return await future
        finally:
            del self._waiting[question_id]
            self._bus.publish("question.closed", {"id": question_id}, chat_id)

    def show(self, chat_id: str | None, **fields: Any) -> None:
        """Show a text in a window. Every page closes its own; nobody waits for that."""
        data = {"id": new_id(), "kind": "popup", **fields}
        self._shown.append(data["id"])
        self._bus.publish("question", data, chat_id)

    def open(self, chat_id: str | None) -> list[Entry]:
        """The open questions of a chat, of all chats without ``chat_id``, oldest first."""
        entries = [entry for entry, _ in self._waiting.values()]
        return [entry for entry in entries if chat_id is None or entry.chat_id in (None, chat_id)]

    def answer(self, question_id: str, answer: Any) -> None:
        """Pass an answer on. Raises ``NotFound`` when it came too late, :class:`UserError` when it does not fit."""
        if question_id in self._shown:
            return
        if question_id not in self._waiting:
            raise NotFound("This question is no longer open.", hint="It was answered elsewhere, or the script ended.")
        entry, future = self._waiting[question_id]
        if entry.data["kind"] == "buttons" and isinstance(answer, str):
            answer = [answer]
        if answer is not None and not _fits(entry.data, answer):
            raise UserError("This is no answer to the question.")
        if not future.done():
            future.set_result(answer)


def _fits(question: dict[str, Any], answer: Any) -> bool:
    if question["kind"] in ("input", "clipboard"):
        return isinstance(answer, str)
    if question["kind"] == "popup":
        return isinstance(answer, bool)
    if question["kind"] == "review":
        return _fits_review(answer)
    fitting = isinstance(answer, list) and all(label in question["labels"] for label in answer)
    return fitting and (question["multiple"] or len(answer) == 1)


def _fits_review(answer: Any) -> bool:
    types = {"prompt": str, "negative": str, "keep_size": bool}
    return isinstance(answer, dict) and all(isinstance(value, types.get(name, ())) for name, value in answer.items())
