"""Any order of events, crashes among them, keeps the promises about jobs."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st

from stcore.images.job_rows import FINISHED
from stcore.storage import journal
from tests.images.studio import FarSide, Scripted, Studio

NEXT = {
    None: {"queued"},
    "queued": {"running", "failed", "cancelled"},
    "running": {"queued", "running", "saving", "done", "failed", "cancelled"},
    "saving": {"saving", "done", "failed", "cancelled"},
}
"""The states that may follow. From running back to queued: after a crash, when it certainly was not handed over."""

ACTS = st.one_of(
    st.just(("submit", 1)),
    st.just(("submit", 2)),
    st.tuples(st.sampled_from(["cancel", "retry"]), st.integers(0, 5)),
    st.tuples(st.sampled_from(["hold", "go"]), st.sampled_from(["start", "accepted", "render", "after 0"])),
    st.just(("crash", 0)),
    st.just(("stop", 0)),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.002, 0.02])),
)


class Play:
    """One data folder, one program after the other on it."""

    def __init__(self, data: Path, *, resumable: bool, findable: bool) -> None:
        self.data, self.abilities = data, {"resumable": resumable, "findable": findable}
        self.far = FarSide(data / "far")
        self.ids: list[str] = []
        self.cancelling: list[asyncio.Task[str]] = []

    async def begin(self) -> None:
        self.source = Scripted(self.far, **self.abilities)
        self.studio = await Studio(self.data, self.source).__aenter__()
        await self.studio.jobs._adopt()

    async def crash(self) -> None:
        """What kill -9 leaves: the rows as they are, and a lock that nobody holds."""
        jobs = self.studio.jobs
        doomed = [*jobs._tasks, *(flight.task for flight in jobs._runner.flights.values() if flight.task)]
        jobs._runner._stopping = True
        doomed += self.cancelling
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        lock = jobs._executors._lock
        assert lock is not None
        lock.close()
        await self.studio.bus.close()
        self.studio.database.close()

    async def act(self, name: str, value: Any) -> None:
        if name == "submit":
            self.ids.append((await self.studio.submit(chat_id=self.chat_id, count=value))["id"])
        elif name in ("cancel", "retry") and self.ids:
            job_id = self.ids[value % len(self.ids)]
            if name == "cancel":
                # The answer waits for the source, so nobody waits for the answer.
                self.cancelling.append(asyncio.create_task(self.studio.jobs.cancel(job_id)))
            elif (await self.studio.jobs.get(job_id))["state"] in FINISHED:
                self.ids.append((await self.studio.jobs.retry(job_id))["id"])
        elif name == "hold":
            self.source.hold(value)
        elif name == "go" and value in self.source.gates:
            self.source.gates.pop(value).set()
        elif name == "crash":
            await self.crash()
            await self.begin()
        elif name == "stop":
            for gate in ("start", "accepted"):
                await self.act("go", gate)
            await self.studio.__aexit__()
            await self.begin()
        elif name == "wait":
            await asyncio.sleep(value)

    async def run(self, acts: list[tuple[str, Any]]) -> None:
        await self.begin()
        self.chat_id = (await self.studio.chats.create()).id
        for name, value in acts:
            await self.act(name, value)
        for gate in self.source.gates.values():
            gate.set()
        over = {job_id: await self.studio.done(job_id) for job_id in self.ids}
        await asyncio.gather(*self.cancelling, return_exceptions=True)
        await self.check(over)
        await self.studio.__aexit__()

    async def check(self, over: dict[str, dict[str, Any]]) -> None:
        messages = await self.studio.chats.messages(self.chat_id, limit=200)
        published = Counter(shown["id"] for message in messages for shown in message.pictures)
        assert set(published.values()) <= {1}
        for job_id, job in over.items():
            assert job["state"] in FINISHED
            assert self.far.submissions(job_id) <= 1, "rendered twice"
            shown = [asset_id for asset_id in job["results"] if asset_id in published]
            assert shown == (job["results"] if job["state"] == "done" else [])
            for asset_id in job["results"]:
                assert (await self.studio.library.read(asset_id))[0].startswith(b"\x89PNG")
        assert len(messages) == sum(job["state"] == "done" for job in over.values())
        async with asyncio.timeout(2):
            while self.studio.jobs._runner.flights:
                await asyncio.sleep(0.005)  # a cancelled job is over before its stream is closed
        told: dict[str, list[str]] = defaultdict(list)
        for entry in await self.studio.database.read(lambda c: journal.since(c, 0, 5000)):
            if entry.kind == "job.changed":
                told[entry.data["job"]["id"]].append(entry.data["job"]["state"])
        for states in told.values():
            for before, after in zip([None, *states], states, strict=False):
                assert after in NEXT[before], states


@given(st.lists(ACTS, max_size=14), st.booleans(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_nothing_is_rendered_twice_lost_or_shown_twice(
    acts: list[tuple[str, Any]], resumable: bool, findable: bool
) -> None:
    with tempfile.TemporaryDirectory() as data:
        asyncio.run(Play(Path(data), resumable=resumable, findable=findable).run(acts))
