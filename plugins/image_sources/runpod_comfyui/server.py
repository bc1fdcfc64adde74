"""The calls of an endpoint, and what its refusals mean (others-in-sillytavern.md section 1)."""

from __future__ import annotations

import re
from typing import Any

from stcore import (
    Answer,
    AuthError,
    BadInputImage,
    BadRequest,
    BadResponse,
    CancelOutcome,
    Connection,
    JobLost,
    Misconfigured,
    NoImage,
    PermissionRefused,
    ProviderError,
    QuotaError,
)

from .jobs import MOST_BYTES, Job

OVER = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")
"""The states that end a job. Any other word, known or not, means that it goes on (SRC-11)."""

WAITING = "IN_QUEUE"
_JOB_ID = re.compile(r"\w[\w.-]{0,99}", re.ASCII)
_MONEY = re.compile(r"balance|credit|funds|payment|billing|spend(ing)? limit", re.IGNORECASE)
_COUNTS = ("ready", "idle", "running", "initializing", "throttled", "unhealthy")


class Server:
    """One endpoint, by its connection."""

    def __init__(self, connection: Connection) -> None:
        self._http = connection.http
        self._seconds: float = connection.options.timeout

    async def health(self) -> tuple[dict[str, int], int]:
        """How many workers there are in each state, and how many jobs wait. Costs nothing, starts nothing."""
        answer = await self._http.get("/health", timeout=self._seconds)
        found = _object(answer, "the state of an endpoint")
        workers, jobs = found.get("workers"), found.get("jobs")
        if not isinstance(workers, dict):
            raise Misconfigured("Something else than a RunPod endpoint answers at this address.")
        waiting = _count(jobs.get("inQueue")) if isinstance(jobs, dict) else 0
        return {name: _count(workers.get(name)) for name in _COUNTS}, waiting

    async def submit(self, job: Job) -> None:
        """Hand a job over and give it its id. Never sent twice: RunPod could not tell the two apart (SRC-6)."""
        answer = await self._http.post("/run", json=job.body, timeout=self._seconds)
        reply = _object(answer, "the id of the job")
        job_id = reply.get("id")
        if not isinstance(job_id, str) or not is_job_id(job_id):
            raise answer.nonsense("the id of the job")
        job.id = job_id

    async def status(self, job: Job) -> None:
        """Ask how a job stands; raises :class:`JobLost` when RunPod knows it no longer."""
        try:
            answer = await self._http.get(f"/status/{job.id}", timeout=self._seconds)
        except BadResponse as error:
            if error.code != "too_large":
                raise
            hint = "Let the worker put its pictures into a bucket (S3), or make smaller ones."
            raise NoImage(error.message, hint=hint) from None  # asking again would bring the same
        found = _object(answer, "the state of a job", job=True)
        if not isinstance(found.get("status"), str):
            raise answer.nonsense("the state of a job")
        job.answer, job.status = found, found["status"].upper()

    async def cancel(self, job: Job) -> CancelOutcome:
        """Stop this job and no other, in whatever state it is."""
        try:
            await self.status(job)
            if job.status in OVER:
                return "too_late"
            waiting = job.status == WAITING
            answer = await self._http.post(f"/cancel/{job.id}", timeout=self._seconds)
            state = str(_object(answer, "the state of a job", job=True).get("status", "")).upper()
        except JobLost:
            return "too_late"
        if state == "CANCELLED":
            return "will_not_start" if waiting else "stopped"
        return "too_late" if state in OVER else "requested"


async def stop_all(server: Server, jobs: list[Job]) -> bool:
    """Cancel jobs that nobody waits for any more, last first; whether it is certain that none of them goes on."""
    certain = True
    for job in reversed(jobs):
        try:
            certain = await server.cancel(job) != "requested" and certain
        except ProviderError:
            certain = False
    return certain


def is_job_id(text: str) -> bool:
    """Whether ``text`` can be the id of a job: it becomes a part of paths."""
    return _JOB_ID.fullmatch(text) is not None


def _object(answer: Answer, expected: str, *, job: bool = False) -> dict[str, Any]:
    if not answer.ok:
        raise _refused(answer, job=job)
    found = answer.json()
    if not isinstance(found, dict):
        raise answer.nonsense(expected)
    return found


def _refused(answer: Answer, *, job: bool) -> ProviderError:
    """The error of an answer that is no success."""
    if answer.status in (404, 410):
        if job:
            return JobLost(
                "RunPod no longer knows this job.",
                status=answer.status,
                vendor=answer.excerpt,
                hint="It keeps results for about half an hour. Make the picture again.",
            )
        return Misconfigured(
            "RunPod has no such endpoint.",
            status=answer.status,
            vendor=answer.excerpt,
            hint="Check the endpoint's id in the connection's settings; the key must belong to the same account.",
        )
    if answer.status == 401:
        return AuthError(
            "RunPod refused the API key.",
            status=401,
            vendor=answer.excerpt,
            hint="Enter it again in the connection's settings. It has to be a key that may use this endpoint.",
        )
    if answer.status == 413:
        return BadInputImage(
            f"The request is too large: RunPod takes {MOST_BYTES // 2**20} MB at most.",
            status=413,
            hint="Use a smaller avatar or reference picture.",
        )
    try:
        answer.raise_for_error()
    except (PermissionRefused, BadRequest) as error:
        if not _MONEY.search(error.vendor):
            return error
        return QuotaError(
            f"RunPod wants payment: {error.vendor}",
            vendor=error.vendor,
            status=error.status,
            hint="Top up the account at RunPod, or raise its limit.",
        )
    except ProviderError as error:
        return error
    return answer.nonsense("an answer of an endpoint")


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
