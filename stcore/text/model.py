"""The contract of a text model (DESIGN.md, Contracts; spec/sources/text-openai-compatible.md)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from stcore.images.capabilities import Health, ModelPage
from stcore.images.source import Endpoint, Options

if TYPE_CHECKING:
    import random

    from stcore.clock import Clock
    from stcore.net import Http

Scope = Literal["text_in", "text_out", "image_in", "image_out", "tools"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One entry of a request. ``images`` are (mime, bytes) shown to a model that can see."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    name: str = ""
    images: tuple[tuple[str, bytes], ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function offered to the model; ``parameters`` is a JSON schema."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: dict[str, Any]


# -- what a model answers, piece by piece ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some more words of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningPiece:
    """Words the model thinks aloud; never part of the message."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallPiece:
    call: ToolCall


@dataclass(frozen=True, slots=True)
class ImagePiece:
    data: bytes = field(repr=False)
    mime: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of the answer. ``reason`` is the vendor's word."""

    reason: str = "stop"
    usage: dict[str, Any] = field(default_factory=dict)


Piece = TextPiece | ReasoningPiece | ToolCallPiece | ImagePiece | Finish


@dataclass(frozen=True, slots=True)
class Completion:
    """What to ask of a model. ``None`` = the model's own default; ``max_tokens`` counts the answer."""

    messages: tuple[ChatMessage, ...]
    model: str = ""
    tools: tuple[Tool, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    stream: bool = True
    extra: dict[str, Any] = field(default_factory=dict)
    prompt: str = ""
    """The messages as one text, for models whose :meth:`TextModel.form` is ``text``."""


@dataclass(frozen=True)
class TextConnection:
    """A text model with address and credentials; the twin of ``images.source.Connection``."""

    name: str
    model: TextModel
    options: Any
    http: Http
    clock: Clock
    random: random.Random
    state: dict[str, Any] = field(default_factory=dict)


class TextModel(ABC):
    """Base class of every text model plugin."""

    id: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str] = ""
    where: ClassVar[Literal["local", "cloud"]] = "cloud"
    docs: ClassVar[str] = ""
    trusted_hosts: ClassVar[tuple[str, ...]] = ()
    embedded: ClassVar[bool] = False
    """Works at once without any set-up: a fresh install offers it under its id."""

    class Options(Options):
        """No settings."""

    def form(self, options: Any) -> Literal["messages", "text"]:
        """What a request of this set-up has to bring: messages, or one text that the model completes."""
        return "messages"

    def endpoint(self, options: Any) -> Endpoint:
        """Address and credentials of a set-up; override when they are not called ``url`` and ``api_key``."""
        return Endpoint.from_options(options)

    async def check(self, connection: TextConnection) -> Health:
        """Can we work with it? Never costs anything."""
        return Health(state="no_free_check", text="This model has no way to check without asking it something.")

    async def models(self, connection: TextConnection) -> ModelPage:
        """The models behind this connection."""
        return ModelPage()

    async def scopes(self, connection: TextConnection, model: str) -> frozenset[Scope]:
        """What the model takes and gives; an unknown model can read and write text."""
        return frozenset({"text_in", "text_out"})

    async def sees(self, connection: TextConnection, model: str = "") -> bool | None:
        """Whether the model (empty: the one of the connection) can be shown pictures; ``None`` when nobody knows.

        Override it where :meth:`scopes` cannot tell "no" from "unknown".
        """
        return "image_in" in await self.scopes(connection, model)

    @abstractmethod
    def complete(self, connection: TextConnection, request: Completion) -> AsyncIterator[Piece]:
        """The answer as it comes; ends with exactly one :class:`Finish`, or raises a ``ProviderError``.

        Closing the iterator stops the model.
        """
