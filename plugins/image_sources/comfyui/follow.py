"""Following runs to their end: the socket for what happens, history for what is true (sheet sections 6 and 7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

from stcore import (
    Accepted,
    Cancelled,
    CancelledEvent,
    CancelOutcome,
    Connection,
    Done,
    Event,
    JobLost,
    Log,
    NetworkError,
    ProviderError,
    Queued,
    Result,
    is_picture_name,
    made_no_picture,
    poll,
)

from .failures import run_failed
from .graph import Run
from .progress import Message, Progress, read_message, sends_pictures
from .server import Server, State

_MOVING = ("gifs", "videos", "video", "audio")
_SETTLE_SECONDS = 3.0
_LONGEST_PAUSE = 3.0
_GONE_SECONDS = 2.0
"""A run that is in no list for so long is lost, not merely between two of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the safety net learned of one run: where it is, or that the server cannot be asked any more."""

    run: Run
    answer: State | ProviderError


Item = Message | Asked | CancelledEvent | None
"""What the main loop waits for; ``None`` = look where the run is."""


class Follower:
    """Follows the runs of one job, one after the other.

    ``client_id`` is made for this job alone. Events of a run go only to the socket with the id under which it was
    submitted; so a socket that reconnects takes up the same id, after the old one is closed. Where the server forgets
    it all the same (sheet 13), asking goes on without it.
    """

    def __init__(self, connection: Connection, client_id: str, *, interval: float) -> None:
        self.client_id = client_id
        self.runs: list[Run] = []
        self.cancelling = False
        self._connection, self._server = connection, Server(connection)
        self._interval = interval
        self._inbox: asyncio.Queue[Item] = asyncio.Queue()
        self._listener: asyncio.Task[None] | None = None
        self._notes: list[str] = []
        self._tried = asyncio.Event()
        self._connected = False
        self._delivered = 0

    async def listen(self) -> None:
        """Open the socket; returns when it is open, or when it is clear that there will be none."""
        self._listener = asyncio.create_task(self._listen(), name="socket")
        await self._tried.wait()

    def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()

    def cancelled(self, outcome: CancelOutcome) -> None:
        """End the stream: the runs were stopped."""
        self._inbox.put_nowait(CancelledEvent(outcome))

    def note(self, line: str) -> None:
        """Something to tell at the beginning."""
        self._notes.append(line)

    async def events(self, token: str) -> AsyncIterator[Event]:
        """Everything until the end of the last run."""
        failures: list[ProviderError] = []
        try:
            if self._listener is None:
                await self.listen()
            yield Accepted(token, self.runs[0].prompt_id)
            for line in self._notes:
                yield Log(line)
            for number, run in enumerate(self.runs):
                progress = Progress(run, number=number, of=len(self.runs))
                async with aclosing(self._one(run, progress)) as events:
                    async for event in events:
                        yield event
                        if isinstance(event, CancelledEvent):
                            return
                try:
                    async for event in self._deliver(run, progress):
                        yield event
                        if isinstance(event, CancelledEvent):
                            return
                except ProviderError as error:
                    failures.append(error)  # one run that fails does not cost the others
            if failures:
                raise failures[0]
            yield Done(delivered=self._delivered, ids=tuple(run.prompt_id for run in self.runs))
        finally:
            self.close()

    # -- one run -----------------------------------------------------------------------------------------------------

    async def _one(self, run: Run, progress: Progress) -> AsyncGenerator[Event, None]:
        asker = asyncio.create_task(self._ask(run), name="history")
        clock, ahead = self._connection.clock, -1
        last_seen = clock.monotonic()
        try:
            while True:
                item = await self._inbox.get()
                state: State | None = None
                match item:
                    case CancelledEvent():
                        yield item
                        return
                    case Asked():
                        # While its pictures were fetched, the run before this one was asked for once more.
                        state = _answer(item) if item.run is run else None
                    case None:
                        state = await self._look(run)
                    case _:
                        for event in progress.hear(item):
                            yield event
                        state = await self._after_message(run, progress, item)
                if state is None:
                    continue
                if state.where != "gone":
                    last_seen = clock.monotonic()
                elif clock.monotonic() - last_seen > _GONE_SECONDS:
                    raise JobLost(
                        "The server no longer knows the run.",
                        hint="It was deleted from the queue, or the server was restarted. Make the picture again.",
                    )
                if state.where == "pending" and state.ahead != ahead:
                    ahead = state.ahead
                    yield Queued(ahead)
                if state.where == "running":
                    progress.started = True
                if state.where == "ended":
                    run.entry = state.entry or {}
                    return
        finally:
            asker.cancel()

    async def _after_message(self, run: Run, progress: Progress, message: Message) -> State | None:
        """The state of the run, where a message makes it worth asking."""
        if progress.ending:
            return State("ended", entry=await self._settled(run, progress))
        queue_moved = isinstance(message, tuple) and message[0] == "status"
        worth_asking = queue_moved and not progress.started and not sends_pictures(run)
        return await self._look(run) if worth_asking else None

    async def _deliver(self, run: Run, progress: Progress) -> AsyncIterator[Event]:
        """The pictures of a run that has ended, or why there are none."""
        failures = _failures(run.entry)
        if any(kind == "execution_interrupted" for kind, _ in failures):
            if self.cancelling:
                yield CancelledEvent("stopped")
                return
            raise Cancelled("Somebody interrupted this run on the server.", hint="Make the picture again.")
        if failures:
            raise run_failed([data for _, data in failures], run.graph)
        outputs = run.entry.get("outputs") or progress.outputs
        files, others = chosen_files(outputs if isinstance(outputs, dict) else {})
        first = index = max(run.first, self._delivered)  # a run may make more than the one that was asked for
        for data in progress.saved:
            yield self._result(run, data, index, {"prompt_id": run.prompt_id})
            index += 1
        for file in files:
            data = await self._server.view(file)
            yield self._result(run, data, index, {"prompt_id": run.prompt_id, "file": file["filename"]})
            index += 1
        if index == first:
            raise made_no_picture(others)

    def _result(self, run: Run, data: bytes, index: int, meta: dict[str, Any]) -> Result:
        self._delivered += 1
        origin: Literal["sent", "unknown"] = "unknown" if run.seed is None else "sent"
        return Result(data, index=index, seed=run.seed, seed_origin=origin, meta=meta)

    # -- asking and listening ----------------------------------------------------------------------------------------

    async def _ask(self, run: Run) -> None:
        """The safety net: where the run is, every few seconds, whatever the socket says or does not."""
        states = poll(
            lambda: self._server.state(run.prompt_id),
            clock=self._connection.clock,
            interval=self._interval,
            growth=1.2,
            longest=max(_LONGEST_PAUSE, self._interval),
        )
        try:
            async for state in states:
                if state.where == "ended" and self._connected and sends_pictures(run):
                    # The pictures themselves are still on the socket; history would end the run without them.
                    await self._connection.clock.sleep(_SETTLE_SECONDS)
                self._inbox.put_nowait(Asked(run, state))
                if state.where == "ended":
                    return
        except ProviderError as error:
            self._inbox.put_nowait(Asked(run, error))

    async def _look(self, run: Run) -> State | None:
        """Where the run is now; ``None`` when the server cannot say, which the safety net will notice by itself."""
        try:
            return await self._server.state(run.prompt_id)
        except ProviderError:
            return None

    async def _settled(self, run: Run, progress: Progress) -> dict[str, Any]:
        """The history entry of a run that is said to have ended; it may come a moment later.

        A server that forgets at once leaves us with what the socket told.
        """
        clock, start = self._connection.clock, self._connection.clock.monotonic()
        while clock.monotonic() - start < _SETTLE_SECONDS:
            state = await self._look(run)
            if state is not None and state.entry is not None:
                return state.entry
            await clock.sleep(0.2)
        kind, data = progress.ending or ("execution_success", {})
        word = "success" if kind == "execution_success" else "error"
        return {"status": {"status_str": word, "messages": [[kind, data]]}}

    async def _listen(self) -> None:
        clock = self._connection.clock
        try:
            while True:
                try:
                    await self._hear_out()
                except NetworkError:
                    self._inbox.put_nowait(None)
                except ProviderError as error:
                    self.note(f"No live progress: {error.message}")
                    return
                self._tried.set()
                await clock.sleep(1.0)
        finally:
            self._tried.set()

    async def _hear_out(self) -> None:
        """Read one socket until it closes."""
        async with self._connection.http.websocket("/ws", {"clientId": self.client_id}) as socket:
            # Must be the first message; servers that know it then say which run and node a preview belongs to.
            await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
            self._connected = True
            self._tried.set()
            try:
                while True:
                    message = read_message(await socket.receive())
                    if message is not None:
                        self._inbox.put_nowait(message)
            finally:
                self._connected = False


def _answer(asked: Asked) -> State:
    if isinstance(asked.answer, ProviderError):
        raise asked.answer
    return asked.answer


def chosen_files(outputs: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """The picture files among a run's outputs, and the names of other results.

    Finished pictures of any node come first; previews count only when there is nothing else; then animations.
    """
    nodes = [node for node in outputs.values() if isinstance(node, dict)]
    images = [file for node in nodes for file in _files(node, "images")]  # newer nodes name videos here too
    moving = [file for node in nodes for key in _MOVING for file in _files(node, key)]
    others = [str(file["filename"]) for file in (*images, *moving) if not _is_picture(file)]
    pictures = [file for file in images if _is_picture(file)]
    finished = [file for file in pictures if file.get("type", "output") == "output"]
    return finished or pictures or [file for file in moving if _is_picture(file)], others


def _is_picture(file: dict[str, Any]) -> bool:
    return is_picture_name(str(file["filename"]))


def _files(node: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = node.get(key)
    items = found if isinstance(found, list) else []
    return [file for file in items if isinstance(file, dict) and file.get("filename")]


def _failures(entry: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The messages that tell why a run failed, by node; none when it did not fail."""
    status = entry.get("status")
    if not isinstance(status, dict) or status.get("status_str") != "error":
        return []
    messages = [one for one in status.get("messages") or [] if isinstance(one, list) and len(one) == 2]
    told = [(str(kind), data) for kind, data in messages if isinstance(data, dict)]
    found = [one for one in told if one[0] in ("execution_error", "execution_interrupted")]
    return found or [("execution_error", {"exception_message": "the server gives no reason"})]
