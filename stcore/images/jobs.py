"""Picture jobs as the rest of the house sees them: submit, wait, cancel, retry, list.

With ``durable`` every job is a dbos workflow and this program also adopts the jobs of programs that died on the same
data folder; without it (a one-shot script) the same steps run inline, and if it is killed the next durable program
goes on with its jobs.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection as DatabaseConnection

from stcore.errors import NotFound, StcoreError, StorageError, UserError
from stcore.images import job_rows
from stcore.images.events import CancelOutcome
from stcore.images.flight import Tools
from stcore.images.job_rows import FINISHED, Job
from stcore.images.runner import Outcome, Runner
from stcore.storage.executors import Executors

if TYPE_CHECKING:
    from stcore.bus import Bus, Subscription
    from stcore.clock import Clock
    from stcore.images.durable import Durable
    from stcore.images.intent import Intent
    from stcore.images.library import Library
    from stcore.images.request import ImageRequest
    from stcore.images.source import Connection
    from stcore.storage.database import Database

_logger = logging.getLogger(__name__)

ADOPT_SECONDS = 2.0
"""How often a durable program looks for jobs whose program died."""


class Jobs:
    """All picture jobs of one data folder, as seen from one program.

    ``open_connection`` gives an image connection by name; ``publish`` runs inside the transaction that ends a job
    that has pictures, and hangs them where its intent says; ``change_picture`` is the hook ``stcore_image`` (called in
    a thread); ``folder`` is ``run/`` of the data folder, ``None`` for a database in memory.
    """

    def __init__(
        self,
        *,
        database: Database,
        bus: Bus,
        library: Library,
        clock: Clock,
        folder: Path | None,
        open_connection: Callable[[str], Awaitable[Connection]],
        publish: Callable[[DatabaseConnection, Job, list[dict[str, Any]]], None],
        change_picture: Callable[[bytes, ImageRequest], bytes] | None = None,
        durable: bool = False,
    ) -> None:
        self._database, self._bus, self._clock = database, bus, clock
        self._executors = Executors(folder, one_machine=database.is_sqlite)
        self._tools = Tools(database, bus, library, clock, self._executors, open_connection, publish, change_picture)
        self._runner = Runner(self._tools, self._ended)
        self._durable = durable and folder is not None
        self._driver: Durable | None = None
        self._starting, self._started = asyncio.Lock(), False
        self._launching: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._endings: dict[str, asyncio.Future[None]] = {}
        self._news: Subscription | None = None

    # -- life --------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take a name and, when durable, adopt what dead programs left. Returns at once; dbos comes up behind.

        The first job starts them too, so a one-shot that draws nothing takes no name.
        """
        async with self._starting:
            if self._started:
                return
            # The name is taken before it is written anywhere: a row of a name without a lock is a dead program's.
            await asyncio.to_thread(self._executors.hold)
            self._started = True
        if self._durable:
            self._spawn(self._come_up(), "jobs")
        else:
            self._ready.set()

    async def stop(self) -> None:
        """Leave resumable runs to whoever comes next, end the others honestly, forget nothing."""
        await self._runner.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._launching is not None:
            # A launch cannot be broken off half-way; what came up is taken down again.
            await asyncio.wait({self._launching})
        if self._driver is not None:
            await asyncio.to_thread(self._driver.stop)
        if self._news is not None:
            self._news.close()
        if self._started:
            try:
                await self._database.write(lambda c: job_rows.let_go(c, self._executors.own))
            finally:
                self._executors.release()

    async def _come_up(self) -> None:
        self._launching = asyncio.create_task(self._launch(), name="dbos launch")
        await asyncio.shield(self._launching)
        self._ready.set()
        await self._carefully(self._tidy)
        while True:
            await self._carefully(self._adopt)
            await self._clock.sleep(ADOPT_SECONDS)

    async def _carefully(self, act: Callable[[], Awaitable[None]]) -> None:
        """A full disk must not end the watch over orphaned jobs."""
        try:
            await act()
        except Exception as error:  # noqa: BLE001 - told, and tried again at the next beat
            _logger.warning("Looking after orphaned jobs failed: %s", error)

    async def _launch(self) -> None:
        loop = asyncio.get_running_loop()

        def launched() -> Durable:
            from stcore.images.durable import Durable

            driver = Durable(self._database.url, self._executors.own, self._runner.run, self._go_on_without, loop)
            driver.launch()
            return driver

        try:
            self._driver = await asyncio.to_thread(launched)
        except Exception:
            # The rows are enough to go on: jobs run inline and are adopted after a crash all the same.
            _logger.exception("Durable jobs are not available; jobs run without them")

    async def _tidy(self) -> None:
        before = self._tools.now() - job_rows.LISTED_MS
        await self._database.write(lambda c: job_rows.clear(c, before=before))
        if self._driver is not None:
            await asyncio.to_thread(self._driver.tidy, self._active_among, self._executors.is_alive)

    def _active_among(self, job_ids: list[str]) -> set[str]:
        return self._database.read_now(
            lambda c: {job_id for job_id in job_ids if job_rows.read_state(c, job_id) in job_rows.ACTIVE}
        )

    async def _adopt(self) -> None:
        """Take over the jobs of programs that are gone."""
        own = self._executors.own
        names = await self._database.read(job_rows.executors_at_work)
        dead = [name for name in names if name != own and not self._executors.is_alive(name)]
        if not dead:
            return
        adopted = await self._database.write(lambda c: job_rows.adopt(c, dead, own))
        for name in dead:
            self._executors.forget(name)
        _logger.info("Going on with %d jobs of programs that stopped", len(adopted))
        self._watch()
        if self._driver is not None:
            try:
                await asyncio.to_thread(self._driver.resume, adopted)
                return
            except Exception as error:  # noqa: BLE001 - told; the rows are enough to go on
                _logger.warning("Adopted jobs are not durable: %s", error)
        for job_id in adopted:
            self._go_on_without(job_id)

    # -- jobs --------------------------------------------------------------------------------------------------------

    async def submit(
        self,
        request: ImageRequest,
        *,
        connection: str,
        intent: Intent,
        retry_of: str | None = None,
        token: str = "",
    ) -> dict[str, Any]:
        """Queue a request; the same request (by its id) twice is one job. Returns the job as faces see it.

        With ``token`` the run is under way at the source already and is only to be collected.
        Raises what ``open_connection`` raises when the connection cannot be used at all.
        """
        await self.start()
        new = job_rows.new_job(
            request,
            intent,
            source=(await self._tools.open_connection(connection)).source.id,
            connection=connection,
            executor=self._executors.own,
            retry_of=retry_of,
            token=token,
            now=self._tools.now(),
        )
        job, fresh = await self._database.write(lambda c: job_rows.insert_job(c, new))
        self._bus.wake()
        self._watch()
        if fresh:
            self._runner.board(new)
            self._spawn(self._begin(new.id), f"job {new.id}")
        return job

    async def _begin(self, job_id: str) -> None:
        await self._ready.wait()
        if self._driver is None:
            await self._runner.run(job_id, _inline)
            return
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._driver.begin, job_id)
        except Exception as error:  # noqa: BLE001 - whatever keeps dbos from it, the job need not fail for that
            _logger.warning("Job %s is not durable: %s", job_id, error)
            self._go_on_without(job_id)

    def _go_on_without(self, job_id: str) -> None:
        """Run a job inline from wherever it stands; its row keeps it safe."""
        self._spawn(self._runner.run(job_id, _inline), f"job {job_id}")

    async def get(self, job_id: str) -> dict[str, Any]:
        """The job with its latest progress, or ``NotFound``."""
        return self._with_progress(await self._database.read(lambda c: job_rows.read_dict(c, job_id)))

    async def list(
        self, active: bool | None = None, chat_id: str | None = None, limit: int = 50
    ) -> list[dict[str, Any]]:
        """Jobs, the newest first; ``active`` picks those under way or those finished in the last 24 hours."""
        found = await self._database.read(
            lambda c: job_rows.read_list(c, active=active, chat_id=chat_id, limit=limit, now=self._tools.now())
        )
        return [self._with_progress(job) for job in found]

    async def wait(self, job_id: str) -> dict[str, Any]:
        """The job when it is over, wherever it runs. A failed job is an answer too; what raises is that its end could
        not be stored (``StorageError``) or that it is gone (``NotFound``)."""
        self._watch()
        while True:
            # First the promise, then the look: an end between the two is not missed.
            ending = self._endings.setdefault(job_id, asyncio.get_running_loop().create_future())
            try:
                job = await self.get(job_id)
            except NotFound:
                self._ended(job_id, None)
                raise
            if job["state"] in FINISHED:
                self._ended(job_id, None)
                return job
            await asyncio.shield(ending)

    async def cancel(self, job_id: str) -> CancelOutcome:
        """Stop exactly this job, whichever program runs it; nothing of it is published from now on."""
        state = await self._database.write(lambda c: job_rows.cancel(c, job_id, self._tools.now()))
        self._bus.wake()
        if state is None:
            return "too_late"
        if job_id in self._runner.flights:
            return await self._runner.drop(job_id)
        return "requested" if state in job_rows.AT_WORK else "will_not_start"

    async def retry(self, job_id: str) -> dict[str, Any]:
        """A new job from the same request.

        When only the storing failed (a full disk) and the source can find its run again, the new job fetches what was
        rendered, and paid, already.
        """
        job = await self._database.read(lambda c: job_rows.read_job(c, job_id))
        if job.active:
            raise UserError("This job is not over yet.", hint="Cancel it first, or wait.")
        request = job.request.model_copy(update={"id": str(uuid.uuid4())})
        rendered = (job.error or {}).get("kind") == StorageError.kind
        token = job.token if rendered else ""
        return await self.submit(request, connection=job.connection, intent=job.intent, retry_of=job.id, token=token)

    async def clear_finished(self) -> int:
        """Take finished jobs off the list, not their pictures. Returns how many."""
        return len(await self._database.write(job_rows.clear))

    # -- news --------------------------------------------------------------------------------------------------------

    def _with_progress(self, job: dict[str, Any]) -> dict[str, Any]:
        flight = self._runner.flights.get(job["id"])
        return {**job, "progress": flight.announcer.latest} if flight else job

    def _ended(self, job_id: str, error: StcoreError | None) -> None:
        """A job is over (or its end cannot be stored): whoever waits looks again."""
        ending = self._endings.pop(job_id, None)
        if ending is None or ending.done():
            return
        if error is None:
            ending.set_result(None)
        else:
            ending.set_exception(error)
            ending.exception()  # seen: nobody may be waiting

    def _watch(self) -> None:
        """Follow what other programs do to jobs, from the first job on."""
        if not any(task.get_name() == "jobs news" for task in self._tasks):
            self._spawn(self._follow_news(), "jobs news")

    async def _follow_news(self) -> None:
        self._news = await self._bus.subscribe()
        # What happened before we listened.
        for job_id in list(self._runner.flights):
            await self._look(job_id)
        async for entry in self._news:
            if entry.kind == "job.changed" and entry.data["job"]["state"] in FINISHED:
                await self._look(entry.data["job"]["id"])
            elif entry.kind in ("chat.removed", "reset"):
                for job_id in [*self._runner.flights, *self._endings]:
                    await self._look(job_id)

    async def _look(self, job_id: str) -> None:
        """Another program may have ended the job, or its chat is gone."""
        if job_id not in self._runner.flights and job_id not in self._endings:
            return
        state = await self._database.read(lambda c: job_rows.read_state(c, job_id))
        if state in ("cancelled", None) and job_id in self._runner.flights:
            self._spawn(self._runner.drop(job_id), f"drop {job_id}")
        elif state in (*FINISHED, None) and job_id not in self._runner.flights:
            self._ended(job_id, None if state else NotFound("This job no longer exists."))

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._spent)

    def _spent(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.error("%s failed: %r", task.get_name(), error, exc_info=error)


async def _inline(_name: str, act: Callable[[], Coroutine[Any, Any, Outcome]]) -> Outcome:
    return await act()
