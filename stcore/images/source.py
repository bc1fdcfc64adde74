"""The contract of an image source, and a base class that supplies everything a simple backend does not care about.

A plugin is one class with an ``Options`` model and one method::

    from stcore import ImageSource, Picture, hookimpl

    class Painter(ImageSource):
        id = "painter"
        label = "Painter"

        class Options(ImageSource.Options):
            url: str = "http://127.0.0.1:9000"

        async def generate(self, request, connection):
            answer = await connection.http.post("/paint", json={"prompt": request.prompt})
            return Picture(answer.raise_for_error().bytes("image"))

    @hookimpl
    def stcore_image_sources():
        return [Painter()]

The rules are those of spec/sources/README.md section 3. A source is stateless: everything about one run lives in its
:class:`SourceJob`, everything about one set-up in its :class:`Connection`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from stcore.errors import Unsupported
from stcore.images.capabilities import (
    Balance,
    Capabilities,
    Health,
    ModelPage,
    RangeField,
    SizeField,
    SizeSpec,
    TextField,
)
from stcore.images.events import CancelOutcome, Event, Result
from stcore.images.request import ImageRequest, Plan
from stcore.images.workflows import WorkflowLibrary

if TYPE_CHECKING:
    import random

    from stcore.clock import Clock
    from stcore.net import Http


class Options(BaseModel):
    """Base of a source's settings. The web form, the terminal's questions, ``stcore sources set`` and the docs are
    made from its JSON schema; a ``SecretStr`` is stored apart and never shown again.

    Field attributes beside pydantic's own go into ``json_schema_extra``: ``group`` (connection, defaults, advanced),
    ``options_from`` (a list of ``choices``), ``test`` (matters to ``check``), ``multiline``.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a connection's requests go and what they carry; the host builds ``Connection.http`` from it.

    ``headers`` and ``auth`` (name and password of HTTP Basic) are credentials: masked in errors, sent nowhere else.
    ``url`` is empty for a source that talks to nobody.
    """

    url: str = ""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def from_options(cls, options: Any) -> Endpoint:
        """By the usual names: ``url`` (or ``base_url``), and ``api_key`` as a Bearer token."""
        url = getattr(options, "url", "") or getattr(options, "base_url", "")
        key = getattr(options, "api_key", None)
        token = key.get_secret_value() if isinstance(key, SecretStr) else key
        return cls(str(url), {"Authorization": f"Bearer {token}"} if token else {})


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What the host knows of a source without talking to it."""

    id: str
    label: str
    summary: str
    where: Literal["local", "cloud", "pool"]
    options: type[Options]
    secrets: tuple[str, ...]
    trusted_hosts: tuple[str, ...]
    max_in_flight: int
    min_interval: float
    poll_interval: float
    idle_seconds: float | None
    needs_workflow: bool
    docs: str


@dataclass(frozen=True)
class Connection:
    """A source with address and credentials, and the tools to talk with.

    ``http`` is bound to the connection's base address and sends its credentials nowhere else (3.8). ``state`` is free
    for the adapter (a session id, cached lists); it lives as long as the connection is open and is never stored.
    ``workflows`` are the graphs a source with ``needs_workflow`` can choose from.
    """

    name: str
    source: ImageSource
    options: Any
    http: Http
    clock: Clock
    random: random.Random
    state: dict[str, Any] = field(default_factory=dict)
    workflows: WorkflowLibrary = field(default_factory=WorkflowLibrary)


@dataclass
class SourceJob:
    """One run that was started. ``token`` survives a restart; ``state`` belongs to the adapter."""

    connection: Connection
    plan: Plan
    token: str = ""
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> ImageRequest:
        return self.plan.request


Generated = Result | list[Result] | AsyncIterator[Event]


class ImageSource:
    """Base class of every image source. Override ``generate`` for a simple one, more for a capable one."""

    id: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str] = ""
    where: ClassVar[Literal["local", "cloud", "pool"]] = "cloud"
    docs: ClassVar[str] = ""
    trusted_hosts: ClassVar[tuple[str, ...]] = ()
    """Hosts that may receive credentials and hand out results, beside the connection's own (``*.example.com``)."""
    max_in_flight: ClassVar[int] = 0
    """Runs at once per connection; 0 = 1 for a local source, else 4 (3.12)."""
    min_interval: ClassVar[float] = 0.0
    poll_interval: ClassVar[float] = 1.0
    idle_seconds: ClassVar[float | None] = 600.0
    """A run without any event for so long is given up; ``None`` = never."""
    needs_workflow: ClassVar[bool] = False
    embedded: ClassVar[bool] = False
    """Works at once without any set-up: a fresh install offers it under its id."""

    class Options(Options):
        """No settings."""

    def describe(self) -> SourceInfo:
        """Static facts, taken from the class."""
        return SourceInfo(
            id=self.id,
            label=self.label,
            summary=summary_of(self),
            where=self.where,
            options=self.Options,
            secrets=secret_fields(self.Options),
            trusted_hosts=self.trusted_hosts,
            max_in_flight=self.max_in_flight or (1 if self.where == "local" else 4),
            min_interval=self.min_interval,
            poll_interval=self.poll_interval,
            idle_seconds=self.idle_seconds,
            needs_workflow=self.needs_workflow,
            docs=self.docs,
        )

    def endpoint(self, options: Any) -> Endpoint:
        """Address and credentials of a set-up; override when they are not called ``url`` and ``api_key``."""
        return Endpoint.from_options(options)

    # -- looking around; none of these spends credit -----------------------------------------------------------------

    async def check(self, connection: Connection) -> Health:
        """Can we work with it? Never a generating call (SRC-10)."""
        return Health(state="no_free_check", text="This source has no way to check without making a picture.")

    async def models(self, connection: Connection, query: str = "", cursor: str | None = None) -> ModelPage:
        """A page of the catalogue. Ids that are not in it can be used all the same (SRC-13)."""
        return ModelPage()

    async def choices(self, connection: Connection, name: str) -> list[str]:
        """The values of a list that an option or capability names in ``options_from`` (samplers, schedulers ...)."""
        return []

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        """What ``model`` can do; an unknown model gets the family's default with ``confidence="guess"``.

        The default lets through what most backends understand, one picture at a time.
        """
        return Capabilities(
            model=model,
            fields={
                "prompt": TextField(),
                "negative_prompt": TextField(confidence="guess"),
                "size": SizeField(specs=(SizeSpec(kind="free", min_side=64, max_side=2048, multiple_of=8),)),
                "seed": RangeField(min=0, max=2**32 - 1, integer=True, confidence="guess"),
                "steps": RangeField(min=1, integer=True, confidence="guess"),
                "guidance": RangeField(min=0, confidence="guess"),
            },
            confidence="guess",
        )

    async def account(self, connection: Connection) -> Balance | None:
        """What is left, when the source tells."""
        return None

    # -- making pictures ---------------------------------------------------------------------------------------------

    def plan(self, connection: Connection, request: ImageRequest, capabilities: Capabilities) -> Plan:
        """Fit the request to what the model can do. Pure and offline; raises :class:`Unsupported` when it cannot be."""
        from stcore.images.planning import plan_request

        return plan_request(request, capabilities)

    async def start(self, connection: Connection, plan: Plan) -> SourceJob:
        """Hand the run over; returns once it is accepted. A blocking backend does the work in ``events``."""
        return SourceJob(connection, plan)

    def events(self, job: SourceJob) -> AsyncIterator[Event]:
        """What happens until the end; the only way results come out. The host guards the stream (``stream.py``)."""
        from stcore.images.stream import generated_events

        return generated_events(self, job)

    async def generate(self, request: ImageRequest, connection: Connection) -> Generated:
        """The whole of a simple source: one picture, a list, or (as an async generator) a stream of events.

        Called once per picture when the model's ``max_count`` is 1 and more were asked for.
        """
        raise Unsupported(f"{self.label} does not say how it makes a picture.")

    async def cancel(self, job: SourceJob) -> CancelOutcome:
        """Stop this run and no other. The default closes the connection, which most backends do not notice."""
        return "detached"

    async def resume(self, connection: Connection, token: str, plan: Plan) -> SourceJob:
        """Find a run again after a restart. Only called when ``capabilities.resumable``."""
        raise Unsupported(f"{self.label} cannot find an earlier run again.")

    async def find(self, connection: Connection, plan: Plan) -> SourceJob | None:
        """Look for a submission of ours whose acceptance was never recorded (crash while submitting).

        ``plan.request.id`` is the idempotency key. ``None`` = the source certainly does not have it;
        a source that cannot tell raises :class:`Unsupported` (the default), and the job is marked interrupted.
        """
        raise Unsupported(f"{self.label} cannot look for an earlier run.")

    async def aclose(self) -> None:
        """The host is shutting down."""


def secret_fields(options: type[Options]) -> tuple[str, ...]:
    """The options that are stored apart and never shown again."""
    return tuple(
        name
        for name, info in options.model_fields.items()
        if info.annotation is SecretStr or SecretStr in getattr(info.annotation, "__args__", ())
    )


def summary_of(kind: Any) -> str:
    """One line about a source or text model: its ``summary``, else the first line of its docstring."""
    return str(kind.summary or (kind.__doc__ or "").strip().split("\n")[0])
