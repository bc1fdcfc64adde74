"""ComfyUI: runs your workflows on a server of your own, with step progress, previews and cancelling."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from stcore import (
    CancelOutcome,
    Capabilities,
    Connection,
    Endpoint,
    Event,
    Health,
    ImageRequest,
    ImageSource,
    JobLost,
    ModelPage,
    Plan,
    ProviderError,
    SourceJob,
    chosen_text,
    chosen_workflow,
    graph_modes,
    hookimpl,
    parse_headers,
    plan_request,
)

from .failures import node_errors
from .fitting import fields_of, lists_in, with_defaults
from .follow import Follower
from .graph import Run, runs_of, upload_pictures, upright_masks
from .lists import STATE, read_lists
from .server import MARK, Server
from .settings import ComfyUIOptions

_FEW_CLASSES = 10


class ComfyUI(ImageSource):
    """Runs workflows on a ComfyUI server."""

    id = "comfyui"
    label = "ComfyUI"
    summary = "Runs your workflows on your own ComfyUI server."
    where = "local"
    docs = "https://docs.comfy.org"
    needs_workflow = True

    class Options(ComfyUIOptions):
        pass

    def endpoint(self, options: Any) -> Endpoint:
        """The address, and the extra headers as credentials."""
        return Endpoint(options.url, parse_headers(options.headers.get_secret_value()) if options.headers else {})

    # -- looking around ----------------------------------------------------------------------------------------------

    async def check(self, connection: Connection) -> Health:
        """Asks for the system's state; recognises KoboldCpp, which plays ComfyUI but runs no workflows."""
        try:
            stats = await connection.http.get_json("/system_stats")
            system = stats.get("system") if isinstance(stats, dict) else None
            if not isinstance(system, dict):
                return Health(state="misconfigured", text="Something else than ComfyUI answers at this address.")
            version = str(system.get("comfyui_version") or "")
            if not version and await self._is_imitation(connection):
                text = "This is KoboldCpp, not ComfyUI. Add it as AUTOMATIC1111 with the same address instead."
                return Health(state="misconfigured", text=text)
        except ProviderError as error:
            return Health.of(error)
        devices = stats.get("devices") if isinstance(stats.get("devices"), list) else []
        name = str(devices[0].get("name", "")) if devices and isinstance(devices[0], dict) else ""
        text = " ".join(filter(None, ("ComfyUI", version, f"on {name}" if name else "")))
        return Health(state="ok", text=f"{text} is ready.", version=version)

    async def _is_imitation(self, connection: Connection) -> bool:
        """Old ComfyUI servers do not tell their version either, but have hundreds of node classes."""
        classes = await connection.http.get_json("/object_info", timeout=60)
        return not isinstance(classes, dict) or len(classes) < _FEW_CLASSES

    async def models(self, connection: Connection, query: str = "", cursor: str | None = None) -> ModelPage:
        """Checkpoints, UNets and GGUF UNets, by file name."""
        lists = await read_lists(connection)
        wanted = query.casefold()
        return ModelPage(models=tuple(m for m in lists.models if wanted in m.id.casefold() + m.label.casefold()))

    async def choices(self, connection: Connection, name: str) -> list[str]:
        """The lists that the options name."""
        if name == "workflows":
            return await asyncio.to_thread(connection.workflows.names)
        lists = await read_lists(connection)
        if name == "models":
            return [model.id for model in lists.models]
        return list(getattr(lists, name, ()))

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        """What the chosen workflow takes, with the lists of this server."""
        lists = await read_lists(connection)
        text = await asyncio.to_thread(chosen_text, connection)
        fields = fields_of(text, lists, connection.options)
        return Capabilities(
            model=model,
            fields=fields,
            modes=graph_modes(fields),
            progress=("queue", "steps", "node", "fraction"),
            preview=("latent",),
            cancel="stop",
            cancel_scope="job",
            resumable=True,
            source_of_truth="live",
        )

    # -- planning ----------------------------------------------------------------------------------------------------

    def plan(self, connection: Connection, request: ImageRequest, capabilities: Capabilities) -> Plan:
        """Fits the request to the workflow it names, which may be another than the connection's own."""
        workflow = request.workflow or chosen_workflow(connection)
        known = connection.state.get(STATE)
        lists = known[1] if known else lists_in(capabilities)
        fields = fields_of(workflow.text, lists, connection.options)
        request, chosen = with_defaults(request.model_copy(update={"workflow": workflow}), fields, connection)
        plan = plan_request(request, capabilities.model_copy(update={"fields": fields}))
        runs_of(plan)  # a workflow that cannot be filled is refused here, before anything is sent
        return plan.model_copy(update={"adjustments": (*plan.adjustments, *chosen)})

    # -- running -----------------------------------------------------------------------------------------------------

    async def start(self, connection: Connection, plan: Plan) -> SourceJob:
        """Opens the socket, then submits; events may come before the reply does."""
        follower = Follower(connection, uuid.uuid4().hex, interval=self.poll_interval)
        try:
            plan = await upright_masks(plan)
            await follower.listen()
            await self._submit(connection, plan, follower, runs_of(plan))
        except BaseException:
            follower.close()
            raise
        return self._job(connection, plan, follower)

    async def _submit(self, connection: Connection, plan: Plan, follower: Follower, runs: list[Run]) -> None:
        server = Server(connection)
        try:
            for run in runs:
                await upload_pictures(run, server)
                reply = await server.submit(self._body(connection, plan, run, follower.client_id), run.graph)
                run.prompt_id = str(reply["prompt_id"])
                follower.runs.append(run)
                await self._warn(follower, server, run, reply.get("node_errors"))
        except ProviderError:
            with suppress(ProviderError):  # the first error is the one to tell
                for run in follower.runs:
                    await server.stop(run.prompt_id)
            raise

    def _body(self, connection: Connection, plan: Plan, run: Run, client_id: str) -> dict[str, Any]:
        preview = "latent2rgb" if connection.options.previews and plan.request.preview else "none"
        extra = {MARK: run.id, "preview_method": preview}
        return {"prompt": run.graph, "client_id": client_id, "prompt_id": run.prompt_id, "extra_data": extra}

    async def _warn(self, follower: Follower, server: Server, run: Run, errors: Any) -> None:
        """A server runs what is valid of a graph: an error when nothing that is saved remains, else a warning."""
        if not isinstance(errors, dict) or not (error := node_errors(errors, run.graph)):
            return
        dropped = {str(node) for entry in errors.values() for node in entry.get("dependent_outputs", ())}
        savers = {node for node, entry in run.graph.items() if "save" in entry["class_type"].lower()}
        if savers and savers <= dropped:
            raise error
        follower.note(f"A part of the workflow was left out: {error.message}")

    def _job(self, connection: Connection, plan: Plan, follower: Follower) -> SourceJob:
        token = "/".join([follower.client_id, *(run.prompt_id for run in follower.runs)])
        return SourceJob(connection, plan, token, {"follower": follower})

    def events(self, job: SourceJob) -> AsyncIterator[Event]:
        """Progress and pictures until the last run has ended."""
        follower: Follower = job.state["follower"]
        return follower.events(job.token)

    async def resume(self, connection: Connection, token: str, plan: Plan) -> SourceJob:
        """Takes up a run by its ids; it goes on (or has ended) on the server meanwhile."""
        client_id, *prompt_ids = token.split("/")
        runs = runs_of(plan)
        if len(prompt_ids) != len(runs):
            raise JobLost("This run was started by another version and cannot be found again.")
        follower = Follower(connection, client_id, interval=self.poll_interval)
        for run, prompt_id in zip(runs, prompt_ids, strict=True):
            run.prompt_id = prompt_id
            follower.runs.append(run)
        return self._job(connection, plan, follower)

    async def find(self, connection: Connection, plan: Plan) -> SourceJob | None:
        """Looks through queue and history for our mark; a batch that was submitted in part is completed."""
        plan = await upright_masks(plan)
        server, runs = Server(connection), runs_of(plan)
        found = [await server.find(run.id) for run in runs]
        if not any(found):
            return None
        client_id = next((one.client_id for one in found if one and one.client_id), uuid.uuid4().hex)
        follower = Follower(connection, client_id, interval=self.poll_interval)
        missing = [run for run, one in zip(runs, found, strict=True) if one is None]
        await self._submit(connection, plan, follower, missing)
        for run, one in zip(runs, found, strict=True):
            run.prompt_id = one.prompt_id if one else run.prompt_id
        follower.runs = runs
        return self._job(connection, plan, follower)

    async def cancel(self, job: SourceJob) -> CancelOutcome:
        """Takes waiting runs out of the queue and interrupts the one that runs, if it is ours."""
        follower: Follower = job.state["follower"]
        follower.cancelling = True
        server = Server(job.connection)
        # Last first: else the next one would begin while the running one is stopped.
        outcomes = [await server.stop(run.prompt_id) for run in reversed(follower.runs)]
        for outcome in ("stopped", "requested", "will_not_start"):
            if outcome in outcomes:
                follower.cancelled(outcome)
                return outcome
        follower.cancelling = False
        return "too_late"


@hookimpl
def stcore_image_sources() -> list[ImageSource]:
    return [ComfyUI()]
