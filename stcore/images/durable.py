"""Jobs that survive the program: dbos keeps which steps are done, in the same database file.

Importing this module imports dbos (0.3 s), so it is loaded in a thread after the start. dbos lives in threads of its
own; the steps themselves run on the host's event loop. One dbos is possible in a process.

dbos never decides anything: a step looks at the job's row first. So whichever program dbos lets continue a job after
a crash, and however often, the result is the same.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Engine, create_engine, event

from stcore.errors import HostError
from stcore.images.runner import Outcome, Step
from stcore.storage.database import BUSY_SECONDS

APPLICATION_VERSION = "1"
"""Fixed: by default it is a hash of the code, and an update would leave the jobs of yesterday behind. To be raised
only when the steps of a job change in kind or order."""

KEEP = timedelta(hours=24)
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_HOUSEKEEPING = 500
_THREADS = 8

Run = Callable[[str, Step], Awaitable[None]]


class Durable:
    """Starts jobs as dbos workflows and continues those of programs that died. All methods block: call in a thread."""

    current: ClassVar[Durable | None] = None

    def __init__(
        self, url: str, executor: str, run: Run, lost: Callable[[str], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        """``run`` lives a job's life; ``lost`` is told, on ``loop``, of a job that dbos let fall."""
        self._url, self._executor, self._run, self._lost, self._loop = url, executor, run, lost, loop

    def launch(self) -> None:
        """Bring dbos up. Raises ``HostError`` when this process has one already."""
        if Durable.current is not None:
            raise HostError("Durable jobs are possible once in a process.")
        Durable.current = self
        # What it has to say concerns its authors; what concerns people is in the job.
        logging.getLogger("dbos").setLevel(logging.ERROR)
        config: DBOSConfig = {
            "name": "stcore",
            "system_database_url": self._url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._executor,
            "log_level": "ERROR",
            "max_executor_threads": _THREADS,
            "notification_listener_polling_interval_sec": 0.5,
        }
        if self._url.startswith("sqlite"):
            config["system_database_engine"] = _sqlite_engine(self._url)
        try:
            DBOS(config=config)
            DBOS.launch()
        except Exception:
            Durable.current = None
            raise

    def begin(self, job_id: str) -> None:
        """Start the workflow of a job; a second call for the same job does nothing."""
        with SetWorkflowID(job_id):
            DBOS.start_workflow(_picture_job, job_id)

    def resume(self, job_ids: list[str]) -> None:
        """Continue jobs of programs that died, from the first step that is not known to be done."""
        if not job_ids:
            return
        known = {found.workflow_id: found.status for found in DBOS.list_workflows(workflow_ids=job_ids)}
        # A workflow may be over although its job is not: the end could not be stored. Then it starts afresh.
        over = [job_id for job_id in job_ids if known.get(job_id) in _OVER]
        if over:
            DBOS.delete_workflows(over)
        pending = [job_id for job_id in job_ids if job_id in known and job_id not in over]
        if pending:
            DBOS.resume_workflows(pending)
        for job_id in job_ids:
            if job_id not in pending:
                self.begin(job_id)

    def tidy(self, is_active: Callable[[list[str]], set[str]], is_alive: Callable[[str], bool]) -> None:
        """Forget what is over for a day, and what dead programs left behind of jobs that are over."""
        old = (datetime.now(UTC) - KEEP).isoformat()
        gone = [found.workflow_id for found in _list(status=_OVER, end_time=old)]
        left = [found.workflow_id for found in _list(status="PENDING") if not is_alive(found.executor_id or "")]
        gone += set(left) - is_active(left)
        if gone:
            DBOS.delete_workflows(gone)

    def stop(self) -> None:
        """Take dbos down. Jobs that are not over stay as they are."""
        if Durable.current is self:
            DBOS.destroy()
            Durable.current = None

    async def _life_of(self, job_id: str) -> None:
        try:
            await self._run(job_id, self._step)
        except Exception:
            # It could not note a step: the disk is full, say. The job itself is none the worse for it.
            self._loop.call_soon_threadsafe(self._lost, job_id)
            raise

    async def _step(self, name: str, act: Callable[[], Coroutine[Any, Any, Outcome]]) -> Outcome:
        result: Outcome = await DBOS.run_step_async({"name": name}, self._on_host_loop, act)
        return result

    async def _on_host_loop(self, act: Callable[[], Coroutine[Any, Any, Outcome]]) -> Outcome:
        # In a fresh context: what a step starts must not pass for a part of this workflow.
        future = contextvars.Context().run(asyncio.run_coroutine_threadsafe, act(), self._loop)
        return await asyncio.wrap_future(future)


@DBOS.workflow(name="picture_job")
async def _picture_job(job_id: str) -> None:
    if Durable.current is not None:
        await Durable.current._life_of(job_id)


def _list(**where: Any) -> list[Any]:
    return DBOS.list_workflows(**where, limit=_HOUSEKEEPING, load_input=False, load_output=False)


def _sqlite_engine(url: str) -> Engine:
    """dbos' own would leave the file in rollback-journal mode; it relies on IMMEDIATE transactions."""
    engine = create_engine(url, pool_size=4, connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _pragmas(dbapi: sqlite3.Connection, _record: object) -> None:
        dbapi.isolation_level = "IMMEDIATE"
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            dbapi.execute(f"PRAGMA {pragma}")

    return engine
