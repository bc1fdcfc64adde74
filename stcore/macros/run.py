"""One substitution on its way: the environment, what is computed once per call, the limits (section 15, 23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from stcore.errors import Span
from stcore.macros.diagnostics import Diagnostic, Level

if TYPE_CHECKING:
    from stcore.macros.engine import MacroEngine
    from stcore.macros.environment import Environment

Renderer = Callable[["Run"], str]
Compiled = str | Renderer
"""A compiled piece: its text when that depends on nothing, else what gives its text in a run."""

ABSENT = object()

MAX_LENGTH = 4_000_000
"""Characters that a text may grow to."""
MAX_CALLS = 500_000
"""Macro calls in one substitution."""
MAX_RESOLVES = 100
"""Parts being resolved inside each other by macros with delayed arguments."""
CALLS_PER_LOOK = 64
"""Calls between two looks at the number of calls and at the time; a look costs as much as a small macro."""
MAX_REMARKS = 200
"""Diagnostics that one substitution reports."""


class LimitReached(Exception):
    """The substitution went past a limit of size or time; it gives its input back."""


class Run:
    """The state that all parts of one substitution share.

    A run inside another (a field of the card) has the ``outer`` one's time. Time is that of the machine, not that of
    the environment's clock, which tests and hosts set to what they like.
    """

    __slots__ = (
        "base",
        "call_text",
        "calls",
        "deadline",
        "dynamic",
        "engine",
        "env",
        "fields",
        "original",
        "remarks",
        "resolving",
    )

    def __init__(self, engine: MacroEngine, env: Environment, call_text: str, outer: Run | None = None) -> None:
        self.engine = engine
        self.env = env
        self.call_text = call_text
        dynamic: Mapping[str, Any] = env.dynamic
        self.dynamic = {name.lower(): value for name, value in dynamic.items()} if type(dynamic) is dict else dynamic
        self.original = env.original
        self.fields: dict[str, Any] = {}
        self.base = 0
        self.calls = 0
        self.deadline: float = monotonic() + engine.seconds if outer is None else outer.deadline
        self.remarks = 0
        self.resolving = 0

    def report(
        self, message: str, macro: str = "", source: str = "", start: int = 0, end: int = 0, level: Level = "warning"
    ) -> None:
        """Tell the sink about a place in ``source``."""
        self.remarks += 1
        if self.remarks <= MAX_REMARKS:
            span = Span.at(source, start, end) if source else None
            self.env.diagnostics(Diagnostic(message, span, macro, level))

    @property
    def content_hash(self) -> int:
        """The hash of the text that the substitution was called with."""
        return self.engine.content_hash(self.call_text)

    def dynamic_macro(self, key: str) -> object:
        """The macro of this call with the lower-cased name ``key``, :data:`ABSENT` when there is none."""
        return self.dynamic.get(key, ABSENT)

    def count_call(self) -> None:
        """Note one more call; raises :class:`LimitReached` when there were too many or they took too long."""
        self.calls += 1
        if self.calls % CALLS_PER_LOOK:
            return
        if self.calls > MAX_CALLS:
            raise LimitReached(f"The text holds more than {MAX_CALLS} macro calls.")
        if monotonic() > self.deadline:
            raise LimitReached(f"Its macros take longer than {self.engine.seconds:g} seconds.")


def join(parts: list[Compiled]) -> Compiled:
    """Compiled pieces one after the other, as one."""
    merged = _merge(parts)
    if not merged:
        return ""
    if len(merged) == 1:
        return merged[0]
    active = [(index, part) for index, part in enumerate(merged) if not isinstance(part, str)]
    template = [part if isinstance(part, str) else "" for part in merged]

    def render(run: Run) -> str:
        pieces = template.copy()
        for index, part in active:
            pieces[index] = part(run)
        text = "".join(pieces)
        if len(text) > MAX_LENGTH:
            raise LimitReached(f"The text grew past {MAX_LENGTH} characters.")
        return text

    return render


def _merge(parts: list[Compiled]) -> list[Compiled]:
    """Neighbouring texts as one, empty ones left out."""
    merged: list[Compiled] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        if text := "".join(texts):
            merged.append(text)
        texts.clear()
        merged.append(part)
    if text := "".join(texts):
        merged.append(text)
    return merged
