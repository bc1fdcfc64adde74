"""A source whose every move a test decides, and jobs around it without a host.

The far side keeps its books in a folder: what it was asked to render, what it finished. So a test can kill the
program and see afterwards what really happened over there.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from sqlalchemy import Connection as DatabaseConnection, func, select

from stcore.bus import Bus
from stcore.chat import rows
from stcore.chat.records import Attachment, NewMessage
from stcore.chat.store import ChatStore
from stcore.clock import Clock, SystemClock
from stcore.errors import JobLost
from stcore.images.capabilities import Capabilities, RangeField, SizeField, SizeSpec, TextField
from stcore.images.events import (
    CancelOutcome,
    Done,
    Event,
    Preview,
    Result,
    Running,
)
from stcore.images.intent import Intent
from stcore.images.job_rows import Job
from stcore.images.jobs import Jobs
from stcore.images.library import Library
from stcore.images.request import ImageRequest, Plan
from stcore.images.source import Connection, ImageSource, Options as BaseOptions, SourceJob
from stcore.storage.blobs import ObstoreBlobs
from stcore.storage.database import Database
from stcore.storage.tables import messages
from tests.images.pictures import picture


class FarSide:
    """The books of the far side: one file per run, written at once, safe to read from another process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def submit(self, job_id: str) -> None:
        with (self.folder / f"{job_id}.submitted").open("a") as book:
            book.write("x")

    def submissions(self, job_id: str) -> int:
        path = self.folder / f"{job_id}.submitted"
        return len(path.read_text()) if path.exists() else 0

    @property
    def renders(self) -> int:
        """How many renders were ever started."""
        return sum(len(path.read_text()) for path in self.folder.glob("*.submitted"))

    def cancel(self, job_id: str) -> None:
        (self.folder / f"{job_id}.cancelled").touch()

    def cancelled(self, job_id: str) -> bool:
        return (self.folder / f"{job_id}.cancelled").exists()


class Scripted(ImageSource):
    """``behave`` says how it fares; ``gates`` are awaited at named moments (``start``, ``render``, ``cancel``)."""

    id: ClassVar[str] = "scripted"
    label: ClassVar[str] = "Scripted"
    where = "cloud"
    max_in_flight: ClassVar[int] = 2

    class Options(BaseOptions):
        """Nothing to set."""

    def __init__(self, far: FarSide, *, resumable: bool = False, findable: bool = False) -> None:
        self.far, self.resumable, self.findable = far, resumable, findable
        self.gates: dict[str, asyncio.Event] = {}
        self.reached: dict[str, asyncio.Event] = {}
        self.start_errors: list[Exception] = []
        self.stream: list[Event | Exception] | None = None
        self.started: list[str] = []
        self.closed: list[str] = []
        self.cancel_outcome: CancelOutcome = "stopped"

    async def pass_gate(self, name: str) -> None:
        self.reached.setdefault(name, asyncio.Event()).set()
        if name in self.gates:
            await self.gates[name].wait()

    def hold(self, name: str) -> asyncio.Event:
        """Stop everything at that moment until the returned event is set."""
        if name not in self.gates:
            self.reached[name], self.gates[name] = asyncio.Event(), asyncio.Event()
        return self.gates[name]

    async def until(self, name: str) -> None:
        await asyncio.wait_for(self.reached.setdefault(name, asyncio.Event()).wait(), 5)

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        free = SizeSpec(kind="free", min_side=8, max_side=2048, multiple_of=8)
        return Capabilities(
            model=model,
            max_count=4,
            fields={
                "prompt": TextField(),
                "negative_prompt": TextField(),
                "seed": RangeField(integer=True),
                "count": RangeField(min=1, max=4, integer=True),
                "steps": RangeField(min=1, max=50, integer=True),
                "size": SizeField(specs=(free,)),
            },
            resumable=self.resumable,
        )

    async def start(self, connection: Connection, plan: Plan) -> SourceJob:
        self.started.append(plan.request.id)
        if self.start_errors:
            raise self.start_errors.pop(0)
        await self.pass_gate("start")
        self.far.submit(plan.request.id)
        await self.pass_gate("accepted")
        return SourceJob(connection, plan, token=plan.request.id if self.resumable else "")

    async def events(self, job: SourceJob) -> AsyncIterator[Event]:
        request = job.request
        try:
            await self.pass_gate("render")
            if self.stream is not None:
                for event in self.stream:
                    if isinstance(event, Exception):
                        raise event
                    yield event
                return
            yield Running(fraction=0.5, step=5, steps=10)
            yield Preview(picture(8, 8, format="JPEG"))
            for index in range(request.count):
                yield Result(picture(seed=index + 1), index=index, seed=7 + index, seed_origin="echoed")
                await self.pass_gate(f"after {index}")
            yield Done()
        finally:
            self.closed.append(request.id)

    async def cancel(self, job: SourceJob) -> CancelOutcome:
        await self.pass_gate("cancel")
        self.far.cancel(job.request.id)
        return self.cancel_outcome

    async def resume(self, connection: Connection, token: str, plan: Plan) -> SourceJob:
        if not self.far.submissions(token):
            raise JobLost("The run is unknown.")
        return SourceJob(connection, plan, token=token)

    async def find(self, connection: Connection, plan: Plan) -> SourceJob | None:
        if not self.findable:
            return await super().find(connection, plan)
        known = self.far.submissions(plan.request.id)
        return SourceJob(connection, plan) if known else None


def publish(connection: DatabaseConnection, job: Job, pictures: list[dict[str, Any]]) -> None:
    """What a host does, in short: a message with the pictures."""
    if job.chat_id is not None and not job.intent.quiet:
        hung = tuple(Attachment(shown["id"], job.intent.title) for shown in pictures)
        new = NewMessage(role="assistant", name="Ann", text="", attachments=hung)
        rows.add_message(connection, job.chat_id, new, int(time.time() * 1000))


@dataclass
class Studio:
    """Jobs, library, chats and a scripted source on one data folder."""

    data: Path
    source: Scripted
    clock: Clock = field(default_factory=SystemClock)
    durable: bool = False
    publish: Any = publish
    change_picture: Any = None

    async def __aenter__(self) -> Studio:
        self.database = Database(f"sqlite:///{self.data / 'stcore.db'}")
        self.database.prepare()
        self.bus = Bus(self.database)
        self.blobs = ObstoreBlobs(self.data / "pictures")
        self.library = Library(self.database, self.blobs, self.clock, self.bus)
        self.chats = ChatStore(self.database, self.bus, self.clock)
        self.jobs = Jobs(
            database=self.database,
            bus=self.bus,
            library=self.library,
            clock=self.clock,
            folder=self.data / "run",
            open_connection=self.open,
            publish=self.publish,
            change_picture=self.change_picture,
            durable=self.durable,
        )
        await self.jobs.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.jobs.stop()
        await self.bus.close()
        self.database.close()

    async def open(self, name: str) -> Connection:
        http: Any = None
        return Connection(name, self.source, BaseOptions(), http, self.clock, random.Random(1))

    async def submit(self, prompt: str = "apple tree", *, chat_id: str | None = None, **fields: Any) -> dict[str, Any]:
        destination: Literal["chat", "quiet"] = "chat" if chat_id else "quiet"
        automatic = fields.pop("automatic", False)
        intent = Intent(chat_id=chat_id, destination=destination, title=prompt, automatic=automatic)
        request = ImageRequest(prompt=f"{prompt}, best quality", negative_prompt="fog", model="dream", **fields)
        return await self.jobs.submit(request, connection="home", intent=intent)

    async def done(self, job_id: str) -> dict[str, Any]:
        return await asyncio.wait_for(self.jobs.wait(job_id), 15)

    async def count_messages(self) -> int:
        return await self.database.read(lambda c: c.execute(select(func.count()).select_from(messages)).scalar() or 0)


# -- the same as a program of its own, to be killed ------------------------------------------------------------------


async def main(data: str, options: dict[str, Any]) -> None:
    """Submit what ``options`` says, print a line at every moment that matters, and go on until told to stop."""
    source = Scripted(
        FarSide(Path(data) / "far"), resumable=options.get("resumable", False), findable=options.get("findable", False)
    )
    for name in options.get("hold", []):
        source.hold(name)
    say = lambda **line: print(json.dumps(line), flush=True)  # noqa: E731
    async with Studio(Path(data), source, durable=options.get("durable", True), **_faults(options, say)) as studio:
        for name in options.get("tell", []):
            asyncio.create_task(_tell(source, name, say))  # noqa: RUF006
        for wish in options.get("submit", []):
            job = await studio.submit(**wish)
            say(submitted=job["id"])
        if options.get("wait"):
            for job in await studio.jobs.list(active=True):
                finished = await studio.jobs.wait(job["id"])
                say(job=finished["id"], state=finished["state"], error=(finished["error"] or {}).get("kind"))
        else:
            await asyncio.to_thread(sys.stdin.readline)
    say(stopped=True)


async def _tell(source: Scripted, name: str, say: Any) -> None:
    await source.reached.setdefault(name, asyncio.Event()).wait()
    say(reached=name)


def _faults(options: dict[str, Any], say: Any) -> dict[str, Any]:
    """With ``hold_publish`` the program stands still in the middle of the last transaction."""
    if not options.get("hold_publish"):
        return {}

    def stuck(connection: DatabaseConnection, job: Job, pictures: list[dict[str, Any]]) -> None:
        publish(connection, job, pictures)
        say(reached="publish")
        time.sleep(30)

    return {"publish": stuck}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
