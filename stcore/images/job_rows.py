"""Jobs as rows: every change of state, as plain functions of a connection inside one transaction.

The row is the truth about a job. Whatever else drives it (dbos, a task, another program after a crash) asks the row
first, and every change is guarded by the state it expects, so doing a step twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, or_, select, true, update

from stcore.errors import NotFound, StcoreError
from stcore.images.intent import Intent
from stcore.images.request import Adjustment, ImageRequest
from stcore.storage.journal import note
from stcore.storage.tables import jobs

State = Literal["waiting", "queued", "running", "saving", "done", "failed", "cancelled"]

ACTIVE: tuple[State, ...] = ("waiting", "queued", "running", "saving")
FINISHED: tuple[State, ...] = ("done", "failed", "cancelled")
AT_WORK: tuple[State, ...] = ("running", "saving")

LISTED_MS = 24 * 3600 * 1000
"""Finished jobs stay listed for so long (studio.md section 12)."""

SHORT_PROMPT = 160


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it is stored. ``results`` has a place for every picture asked for, ``None`` where none is (yet)."""

    id: str
    state: State
    chat_id: str | None
    source: str
    connection: str
    intent: Intent
    request: ImageRequest
    adjustments: tuple[Adjustment, ...]
    submitted: bool
    token: str
    executor: str
    results: tuple[str | None, ...]
    error: dict[str, Any] | None
    retry_of: str | None
    created: int
    started: int | None
    finished: int | None

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def asset_ids(self) -> list[str]:
        """The pictures that are stored, in order."""
        return [asset_id for asset_id in self.results if asset_id]

    @property
    def rank(self) -> tuple[bool, int, str]:
        """The order of jobs that wait: those somebody asked for first, then the oldest."""
        return (self.intent.automatic, self.created, self.id)


def new_job(
    request: ImageRequest,
    intent: Intent,
    *,
    source: str,
    connection: str,
    executor: str,
    retry_of: str | None,
    now: int,
    token: str = "",
) -> Job:
    """A job that waits to be stored. Its id is that of the request; with ``token`` it runs at the source already."""
    return Job(
        id=request.id,
        state="running" if token else "queued",
        chat_id=intent.chat_id,
        source=source,
        connection=connection,
        intent=intent,
        request=request,
        adjustments=(),
        submitted=bool(token),
        token=token,
        executor=executor,
        results=(),
        error=None,
        retry_of=retry_of,
        created=now,
        started=now if token else None,
        finished=None,
    )


def insert_job(connection: Connection, job: Job) -> tuple[dict[str, Any], bool]:
    """Store a new job. Returns it as faces see it, and whether it is new: the same request twice is one job."""
    if read_state(connection, job.id) is not None:
        return read_dict(connection, job.id), False
    values = {name: getattr(job, name) for name in Job.__dataclass_fields__}
    values |= {
        "intent": job.intent.model_dump(mode="json"),
        "request": job.request.model_dump(mode="json"),
        "adjustments": [],
        "results": [],
    }
    connection.execute(insert(jobs).values(values))
    return _note(connection, job.id, job.created), True


# -- reading ---------------------------------------------------------------------------------------------------------


# Built once: putting a statement together costs more than running it.
_WHOLE = select(jobs).where(jobs.c.id == bindparam("job"))
_HELD = _WHOLE.where(jobs.c.executor == bindparam("own"), jobs.c.state.in_(ACTIVE))


def read_job(connection: Connection, job_id: str) -> Job:
    """The whole job, or :class:`NotFound`."""
    row = connection.execute(_WHOLE, {"job": job_id}).first()
    if row is None:
        raise NotFound("This job no longer exists.", hint="Finished jobs are listed for 24 hours.")
    return _job(row)


def _job(row: Row[Any]) -> Job:
    values = row._asdict() | {
        "intent": Intent.model_validate(row.intent),
        "request": ImageRequest.model_validate(row.request),
        "adjustments": tuple(Adjustment.model_validate(one) for one in row.adjustments),
        "results": tuple(row.results),
    }
    return Job(**values)


def read_state(connection: Connection, job_id: str) -> State | None:
    """The state alone, ``None`` when the job is gone."""
    state: State | None = connection.execute(select(jobs.c.state).where(jobs.c.id == job_id)).scalar()
    return state


# The request may carry megabytes of reference pictures, so only what faces show is taken out of it.
_SHOWN = [
    *(jobs.c[name] for name in ("id", "state", "chat_id", "source", "connection", "created", "started", "finished")),
    *(jobs.c[name] for name in ("results", "error", "retry_of", "adjustments")),
    func.substr(jobs.c.request["prompt"].as_string(), 1, SHORT_PROMPT).label("prompt"),
    jobs.c.request["model"].as_string().label("model"),
    jobs.c.request["count"].as_integer().label("count"),
    jobs.c.request["size"]["width"].as_float().label("width"),
    jobs.c.request["size"]["height"].as_float().label("height"),
    jobs.c.request["size"]["kind"].as_string().label("size_kind"),
    func.substr(jobs.c.intent["title"].as_string(), 1, SHORT_PROMPT).label("title"),
    jobs.c.intent["destination"].as_string().label("destination"),
    jobs.c.intent["message_id"].as_string().label("message_id"),
    jobs.c.intent["initiator"].as_string().label("initiator"),
]
_ONE_SHOWN = select(*_SHOWN).where(jobs.c.id == bindparam("job"))


def read_dict(connection: Connection, job_id: str) -> dict[str, Any]:
    """The job as faces see it, or :class:`NotFound`."""
    row = connection.execute(_ONE_SHOWN, {"job": job_id}).first()
    if row is None:
        raise NotFound("This job no longer exists.", hint="Finished jobs are listed for 24 hours.")
    return _dict(row)


def read_list(
    connection: Connection, *, active: bool | None, chat_id: str | None, limit: int, now: int
) -> list[dict[str, Any]]:
    """Jobs, the newest first: active ones, finished ones of the last day, or both."""
    listed = or_(jobs.c.state.in_(ACTIVE), jobs.c.finished > now - LISTED_MS)
    wanted = {None: listed, True: jobs.c.state.in_(ACTIVE), False: and_(jobs.c.state.in_(FINISHED), listed)}[active]
    here = true() if chat_id is None else jobs.c.chat_id == chat_id
    query = select(*_SHOWN).where(wanted, here).order_by(jobs.c.created.desc(), jobs.c.id.desc()).limit(limit)
    return [_dict(row) for row in connection.execute(query)]


def _dict(row: Row[Any]) -> dict[str, Any]:
    sized = row.size_kind == "pixels"
    return {
        "id": row.id,
        "state": row.state,
        "chat_id": row.chat_id,
        "source": row.source,
        "connection": row.connection,
        "model": row.model,
        "prompt": row.title or row.prompt,
        "size": [int(row.width), int(row.height)] if sized else None,
        "count": row.count,
        "created": row.created,
        "started": row.started,
        "finished": row.finished,
        "results": [asset_id for asset_id in row.results if asset_id],
        "error": row.error,
        "retry_of": row.retry_of,
        "adjustments": row.adjustments,
        "progress": None,
        "quiet": row.destination == "quiet",
        "message_id": row.message_id,
        "initiator": row.initiator,
    }


# -- changing --------------------------------------------------------------------------------------------------------


def _note(connection: Connection, job_id: str, now: int) -> dict[str, Any]:
    job = read_dict(connection, job_id)
    note(connection, "job.changed", {"job": job}, chat_id=job["chat_id"], now=now)
    return job


def held(connection: Connection, job_id: str, executor: str) -> Job | None:
    """The job, when it is still active and still this program's; otherwise it is no business of ours any more."""
    row = connection.execute(_HELD, {"job": job_id, "own": executor}).first()
    return _job(row) if row else None


def take(connection: Connection, job_id: str, executor: str) -> Job | None:
    """Make the job this program's; ``None`` when it is over."""
    mine = update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(ACTIVE)).values(executor=executor)
    return read_job(connection, job_id) if connection.execute(mine).rowcount else None


def claim(
    connection: Connection,
    job_id: str,
    *,
    executor: str,
    alive: Callable[[str], bool],
    mine: Iterable[str],
    limit: int,
    adjustments: Sequence[Adjustment],
    now: int,
) -> Literal["claimed", "full", "over"]:
    """From queued to running, unless the connection is already busy with ``limit`` jobs of all living programs.

    ``submitted`` is set with it: from here on a crash means "it may have been handed over". ``mine`` are this
    program's own jobs in flight, so that a row whose end could not be written blocks nobody.
    """
    job = connection.execute(
        select(jobs.c.connection, jobs.c.state, jobs.c.executor).where(jobs.c.id == job_id)
    ).first()
    if job is None or job.state != "queued" or job.executor != executor:
        return "over"
    own = set(mine)
    busy = select(jobs.c.id, jobs.c.executor).where(jobs.c.connection == job.connection, jobs.c.state.in_(AT_WORK))
    running = [
        row for row in connection.execute(busy) if (row.id in own if row.executor == executor else alive(row.executor))
    ]
    if len(running) >= limit:
        return "full"
    changes = {"state": "running", "submitted": True, "started": now}
    noted = [adjustment.model_dump(mode="json") for adjustment in adjustments]
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(**changes, adjustments=noted))
    _note(connection, job_id, now)
    return "claimed"


def requeue(connection: Connection, job_id: str, executor: str, now: int) -> bool:
    """Back to queued: it certainly was not handed over. ``False`` when the job is over."""
    job = held(connection, job_id, executor)
    if job is not None and job.state == "running":
        values = {"state": "queued", "submitted": False, "token": "", "started": None}
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))
        _note(connection, job_id, now)
    return job is not None


def set_token(connection: Connection, job_id: str, executor: str, token: str) -> None:
    """The source took the run under this token."""
    mine = and_(jobs.c.id == job_id, jobs.c.executor == executor)
    connection.execute(update(jobs).where(mine).values(token=token))


def add_adjustments(connection: Connection, job_id: str, executor: str, more: Sequence[Adjustment], now: int) -> None:
    """The source told, while it ran, that it changed something of the request."""
    job = held(connection, job_id, executor)
    if job is not None:
        noted = [adjustment.model_dump(mode="json") for adjustment in (*job.adjustments, *more)]
        connection.execute(update(jobs).where(jobs.c.id == job_id).values(adjustments=noted))
        _note(connection, job_id, now)


def add_result(connection: Connection, job: Job, index: int, asset_id: str, now: int) -> None:
    """A picture is stored; when it is the last one asked for, the job is ``saving``."""
    places: list[str | None] = [*job.results, *[None] * (index + 1 - len(job.results))]
    places[index] = asset_id
    complete = sum(place is not None for place in places) >= job.request.count
    state = "saving" if complete else job.state
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(results=places, state=state))
    _note(connection, job.id, now)


def finish(
    connection: Connection, job_id: str, state: State, error: StcoreError | dict[str, Any] | None, now: int
) -> dict[str, Any]:
    """The end of the job."""
    told = error.to_dict() if isinstance(error, StcoreError) else error
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(state=state, error=told, finished=now))
    return _note(connection, job_id, now)


def cancel(connection: Connection, job_id: str, now: int) -> State | None:
    """Cancel an active job; returns the state it was in, ``None`` when it was over already."""
    state = read_state(connection, job_id)
    if state is None:
        raise NotFound("This job no longer exists.")
    if state not in ACTIVE:
        return None
    finish(connection, job_id, "cancelled", None, now)
    return state


# -- after a crash, and tidying up -----------------------------------------------------------------------------------


def executors_at_work(connection: Connection) -> list[str]:
    """The programs that hold active jobs."""
    query = select(jobs.c.executor).where(jobs.c.state.in_(("queued", *AT_WORK))).distinct()
    return [name for (name,) in connection.execute(query)]


def adopt(connection: Connection, dead: Sequence[str], executor: str) -> list[str]:
    """Take over the jobs of programs that are gone; of several adopters one gets each job. Oldest first."""
    orphaned = and_(jobs.c.executor.in_(dead), jobs.c.state.in_(("queued", *AT_WORK)))
    ids = [job_id for (job_id,) in connection.execute(select(jobs.c.id).where(orphaned).order_by(jobs.c.created))]
    connection.execute(update(jobs).where(orphaned).values(executor=executor))
    return ids


def let_go(connection: Connection, executor: str) -> None:
    """This program stops: whoever comes next may go on with its jobs."""
    mine = and_(jobs.c.executor == executor, jobs.c.state.in_(ACTIVE))
    connection.execute(update(jobs).where(mine).values(executor=""))


def clear(connection: Connection, *, before: int | None = None) -> list[str]:
    """Forget finished jobs (those finished ``before``), not their pictures. Returns their ids."""
    old = and_(jobs.c.state.in_(FINISHED), true() if before is None else jobs.c.finished < before)
    ids = [job_id for (job_id,) in connection.execute(select(jobs.c.id).where(old))]
    connection.execute(delete(jobs).where(old))
    return ids
