"""AUTOMATIC1111, Forge and SD.Next: pictures from a server of your own by its /sdapi/v1."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from typing import Any

from stcore import (
    Accepted,
    Adjusted,
    CancelledEvent,
    CancelOutcome,
    Capabilities,
    Connection,
    Endpoint,
    Event,
    Health,
    ImageRequest,
    ImageSource,
    ModelPage,
    Plan,
    ProviderError,
    Running,
    SourceJob,
    hookimpl,
    parse_headers,
    plan_request,
    white_masks,
)

from .answers import pictures_of
from .body import body_of, capabilities_of, route_of, with_defaults
from .calls import generate, load_model
from .failures import error_of
from .server import NAMES, STATE, Profile, dialect_of, read_options, read_profile
from .settings import Automatic1111Options
from .watch import Watch

_STOP_SECONDS = 10.0
_CHOICES = ("samplers", "schedulers", "vaes", "modules", "upscalers")


class Run:
    """One call of txt2img or img2img: the request that waits, and what is known of it."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.task_id = f"task({uuid.uuid4().hex[:15]})" if profile.exact_progress else ""
        self.watch: Watch | None = None
        """Set once the call is under way."""
        self.cancelled: CancelOutcome | None = None
        self.detached = asyncio.Event()
        self.over = asyncio.Event()


class Automatic1111(ImageSource):
    """Makes pictures on an AUTOMATIC1111, Forge or SD.Next server."""

    id = "automatic1111"
    label = "AUTOMATIC1111 / Forge / SD.Next"
    summary = "Pictures from your own Stable Diffusion WebUI, Forge or SD.Next."
    where = "local"
    docs = "https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/API"

    class Options(Automatic1111Options):
        pass

    def endpoint(self, options: Any) -> Endpoint:
        """The address with or without its API suffix; name and password go as HTTP Basic."""
        url = options.url.strip().partition("/sdapi")[0]
        password = options.password.get_secret_value() if options.password else ""
        auth = (options.username, password) if options.username else None
        return Endpoint(url, parse_headers(options.headers.get_secret_value()) if options.headers else {}, auth)

    # -- looking around ----------------------------------------------------------------------------------------------

    async def check(self, connection: Connection) -> Health:
        """Reads the server's settings."""
        try:
            options = await read_options(connection)
            name = NAMES[await dialect_of(connection, options)]
        except ProviderError as error:
            return Health.of(error)
        model = options.get("sd_model_checkpoint") or "no model"
        return Health(state="ok", text=f"{name} is ready with {model}.", version=name)

    async def models(self, connection: Connection, query: str = "", cursor: str | None = None) -> ModelPage:
        """The server's checkpoints."""
        wanted = query.casefold()
        models = (await read_profile(connection)).models
        return ModelPage(models=tuple(one for one in models if wanted in one.id.casefold() + one.label.casefold()))

    async def choices(self, connection: Connection, name: str) -> list[str]:
        """The lists that the options name."""
        profile = await read_profile(connection)
        if name == "models":
            return [one.id for one in profile.models]
        return list(getattr(profile, name)) if name in _CHOICES else []

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        """The same for every model, with the lists of this server."""
        return capabilities_of(await read_profile(connection), model, connection.options)

    def plan(self, connection: Connection, request: ImageRequest, capabilities: Capabilities) -> Plan:
        """Fits the request, completed from the settings, to what the server lists."""
        known = connection.state.get(STATE)
        return plan_request(with_defaults(request, connection, known[1] if known else Profile()), capabilities)

    # -- running -----------------------------------------------------------------------------------------------------

    async def start(self, connection: Connection, plan: Plan) -> SourceJob:
        """The call blocks until the pictures are there, so it is made in ``events``."""
        return SourceJob(connection, plan, state={"run": Run(await read_profile(connection))})

    async def events(self, job: SourceJob) -> AsyncIterator[Event]:
        """Progress from a second connection while the call waits; then its pictures."""
        run: Run = job.state["run"]
        connection, request = job.connection, await white_masks(job.plan.request)
        try:
            yield Accepted()
            if run.profile.dialect == "forge" and request.model:
                yield Running(stage="loading the model")
                await load_model(connection, request.model)
            watch = Watch(connection, run.task_id, previews=connection.options.previews and request.preview)
            await watch.before()
            if run.cancelled:
                yield CancelledEvent(run.cancelled)
                return
            run.watch = watch
            body = body_of(request, connection.options, run.profile, run.task_id)
            call = asyncio.create_task(generate(connection, route_of(request), body), name="generate")
            async with aclosing(self._while_waiting(run, call, connection)) as progress:
                async for event in progress:
                    yield event
            if run.cancelled:
                yield CancelledEvent(run.cancelled)  # what came, if anything, is half-denoised
                return
            answer, renamed = call.result()
            if renamed:
                yield Adjusted((renamed,))
            for event in pictures_of(answer, request):
                yield event
        finally:
            run.over.set()

    async def _while_waiting(
        self, run: Run, call: asyncio.Task[Any], connection: Connection
    ) -> AsyncGenerator[Event, None]:
        """Progress until the call is over, or nobody listens any more."""
        assert run.watch is not None
        detached = asyncio.create_task(run.detached.wait())
        try:
            while not call.done() and not detached.done():
                for event in await run.watch.look():
                    yield event
                await _first_of(call, detached, connection.clock.sleep(self.poll_interval))
        finally:
            detached.cancel()
            if not call.cancel() and not call.cancelled():
                call.exception()  # marks it as seen; it is raised where the result is asked for

    async def cancel(self, job: SourceJob) -> CancelOutcome:
        """Interrupts the server if, and only if, our own run is the one it works on: interrupting hits whoever runs."""
        run: Run = job.state["run"]
        if run.over.is_set():
            return "too_late"
        if run.watch is None:
            run.cancelled = "will_not_start"
            return run.cancelled
        await run.watch.look()
        if not run.watch.ours:
            run.cancelled = "detached"
            run.detached.set()
            return run.cancelled
        run.cancelled = "stopped"
        try:
            if error := error_of(await job.connection.http.post("/sdapi/v1/interrupt")):
                raise error
        except ProviderError:
            run.cancelled = None
            raise
        await _first_of(run.over.wait(), job.connection.clock.sleep(_STOP_SECONDS))
        return "stopped" if run.over.is_set() else "requested"


async def _first_of(*ways: Awaitable[Any]) -> None:
    """Wait until one is done; a coroutine among them is given up then, a task goes on."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task, way in zip(tasks, ways, strict=True):
            if task is not way:
                task.cancel()


@hookimpl
def stcore_image_sources() -> list[ImageSource]:
    return [Automatic1111()]
