"""ComfyUI on RunPod serverless: runs your workflows on workers that start when they are needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from stcore import (
    Accepted,
    CancelledEvent,
    CancelOutcome,
    Capabilities,
    Connection,
    DeadlinePassed,
    Done,
    Endpoint,
    EnumField,
    Event,
    Health,
    ImageRequest,
    ImageSource,
    JobLost,
    NoImage,
    Plan,
    ProviderError,
    Result,
    SourceJob,
    chosen_text,
    chosen_workflow,
    graph_defaults,
    graph_fields,
    graph_modes,
    hookimpl,
    plan_request,
    poll,
    white_masks,
)

from .answers import results_of
from .jobs import Job, jobs_of, literal_names, literals_text, with_lists_told
from .server import OVER, Server, is_job_id, stop_all
from .settings import RunPodOptions, endpoint_address
from .waiting import Watch, workers_text

_NOT_YET_KNOWN_SECONDS = 5.0
"""So long after a submission a job that RunPod does not know is one that it does not know yet."""
_SLOWEST = 2.0
"""The pause between two questions grows up to so many intervals."""


@dataclass
class Batch:
    """The jobs of one run, which RunPod works on side by side and which are collected in order."""

    jobs: list[Job]
    fresh: bool
    """Submitted by this program just now."""
    cancelling: bool = False
    cancelled: CancelOutcome | None = None

    @property
    def left(self) -> list[Job]:
        """The jobs that are not known to be over."""
        return [job for job in self.jobs if job.status not in OVER]


class RunPodComfyUI(ImageSource):
    """Runs workflows on a RunPod endpoint with the ComfyUI worker."""

    id = "runpod-comfyui"
    label = "ComfyUI on RunPod"
    summary = "Runs your workflows on a RunPod serverless endpoint with the ComfyUI worker."
    docs = "https://docs.runpod.io/serverless/endpoints/send-requests"
    needs_workflow = True
    poll_interval = 0.5
    idle_seconds = None  # a worker may take long to start: the connection's own ``wait`` is the limit

    class Options(RunPodOptions):
        pass

    def endpoint(self, options: Any) -> Endpoint:
        """The endpoint's address, and the key as a Bearer token."""
        key = options.api_key.get_secret_value() if options.api_key else ""
        return Endpoint(endpoint_address(options.url), {"Authorization": f"Bearer {key}"} if key else {})

    # -- looking around ----------------------------------------------------------------------------------------------

    async def check(self, connection: Connection) -> Health:
        """Asks for the endpoint's state, which costs nothing and starts no worker."""
        try:
            workers, waiting = await Server(connection).health()
            workflow = await asyncio.to_thread(chosen_workflow, connection)
        except ProviderError as error:
            return Health.of(error)
        text = workers_text(workers, waiting)
        if literals := literal_names(workflow.text):
            text += f" {literals_text(literals)} Write the values into {workflow.name}."
        return Health(state="ok", text=text)

    async def choices(self, connection: Connection, name: str) -> list[str]:
        """The workflows; RunPod has no other lists."""
        return await asyncio.to_thread(connection.workflows.names) if name == "workflows" else []

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        """What the chosen workflow takes; nobody can say what lies on the workers."""
        text = await asyncio.to_thread(chosen_text, connection)
        fields = _fields(text, connection.options)
        return Capabilities(
            model=model,
            fields=fields,
            modes=graph_modes(fields),
            progress=("phase", "fraction"),
            cancel="stop",
            cancel_scope="job",
            resumable=True,
            cold_start=True,
            source_of_truth="user",
        )

    # -- planning ----------------------------------------------------------------------------------------------------

    def plan(self, connection: Connection, request: ImageRequest, capabilities: Capabilities) -> Plan:
        """Fits the request to the workflow; says which placeholders stay as they stand (16.5)."""
        workflow = request.workflow or chosen_workflow(connection)
        fields = _fields(workflow.text, connection.options)
        wanted = graph_defaults(request.model_copy(update={"workflow": workflow}), fields, connection.options)
        plan = plan_request(wanted, capabilities.model_copy(update={"fields": fields}))
        # RunPod has no model to choose: none is recorded as having made the picture.
        plan = plan.model_copy(update={"request": plan.request.model_copy(update={"model": ""})})
        jobs = jobs_of(plan)  # a workflow that cannot be filled is refused here, before anything is sent
        told = with_lists_told(plan.adjustments, request, jobs[0].literals)
        return plan.model_copy(update={"adjustments": told})

    # -- running -----------------------------------------------------------------------------------------------------

    async def start(self, connection: Connection, plan: Plan) -> SourceJob:
        """Submits one job for each picture; when one is refused, those before it are cancelled."""
        jobs, server = await _jobs(plan), Server(connection)
        for number, job in enumerate(jobs):
            try:
                await server.submit(job)
            except ProviderError:
                await stop_all(server, jobs[:number])
                raise
        return _source_job(connection, plan, jobs, fresh=True)

    async def resume(self, connection: Connection, token: str, plan: Plan) -> SourceJob:
        """Takes up the jobs by their ids; they went on (or ended) meanwhile."""
        ids, jobs = token.split("/"), await _jobs(plan)
        if len(ids) != len(jobs) or not all(map(is_job_id, ids)):
            raise JobLost("This run was started by another version and cannot be found again.")
        for job, job_id in zip(jobs, ids, strict=True):
            job.id = job_id
        return _source_job(connection, plan, jobs, fresh=False)

    async def events(self, job: SourceJob) -> AsyncIterator[Event]:
        """Phases and pictures until the last job has ended. One that fails does not cost the others."""
        batch: Batch = job.state["batch"]
        failures: list[ProviderError] = []
        delivered = 0
        yield Accepted(job.token, batch.jobs[0].id)
        for number, one in enumerate(batch.jobs):
            try:
                async for event in self._until_over(job.connection, batch, number):
                    yield event
            except (JobLost, NoImage) as error:
                failures.append(error)
                continue
            if batch.cancelled or (batch.cancelling and one.status == "CANCELLED"):
                yield CancelledEvent(batch.cancelled or "stopped")
                return
            try:
                async for event in results_of(one, job.connection, max(number, delivered)):
                    delivered += isinstance(event, Result)
                    yield event
            except ProviderError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        yield Done(delivered=delivered, ids=tuple(one.id for one in batch.jobs))

    async def _until_over(self, connection: Connection, batch: Batch, number: int) -> AsyncIterator[Event]:
        """What happens until one job is over or the run is cancelled."""
        job, server, clock = batch.jobs[number], Server(connection), connection.clock
        watch = Watch(connection, number, len(batch.jobs))
        started = clock.monotonic()

        async def look() -> None:
            if not batch.cancelled:
                await server.status(job)

        rounds = poll(
            look,
            clock=clock,
            interval=self.poll_interval,
            growth=1.1,
            longest=_SLOWEST * self.poll_interval,
            grace=_NOT_YET_KNOWN_SECONDS if batch.fresh else 0,
        )
        async for _ in rounds:
            if batch.cancelled or job.status in OVER:
                return
            for event in await watch.news(job):
                yield event
            if clock.monotonic() - started > connection.options.wait:
                await self._give_up(connection, batch)

    async def _give_up(self, connection: Connection, batch: Batch) -> None:
        """Nobody waits any longer: what is left must not go on and cost money."""
        stopped = await stop_all(Server(connection), batch.left)
        then = "the job was cancelled" if stopped else "it could not be cancelled and may go on at RunPod"
        raise DeadlinePassed(
            f"No picture came within {connection.options.wait:g} seconds; {then}.",
            hint="Does the endpoint get workers? Its page at RunPod tells. The limit is a setting of the connection.",
        )

    async def cancel(self, job: SourceJob) -> CancelOutcome:
        """Cancels the jobs of this run that are not over, last first; other runs of the endpoint go on."""
        batch: Batch = job.state["batch"]
        batch.cancelling = True
        server = Server(job.connection)
        outcomes = [await server.cancel(one) for one in reversed(batch.left)]
        for outcome in ("stopped", "requested", "will_not_start"):
            if outcome in outcomes:
                batch.cancelled = outcome
                return outcome
        batch.cancelling = False
        return "too_late"


def _fields(text: str, options: Any) -> dict[str, Any]:
    workflows = EnumField(options_from="workflows", free_text=True, default=options.workflow)
    return {**graph_fields(text, options), "workflow": workflows}


async def _jobs(plan: Plan) -> list[Job]:
    return jobs_of(plan.model_copy(update={"request": await white_masks(plan.request)}))


def _source_job(connection: Connection, plan: Plan, jobs: list[Job], *, fresh: bool) -> SourceJob:
    return SourceJob(connection, plan, "/".join(job.id for job in jobs), {"batch": Batch(jobs, fresh)})


@hookimpl
def stcore_image_sources() -> list[ImageSource]:
    return [RunPodComfyUI()]
