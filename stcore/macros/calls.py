"""Calling a macro: look it up, evaluate its arguments, check them, run it, or leave the call as text.

spec/macros.md sections 7 and 8; what a handler receives is section 16.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from stcore.errors import Span
from stcore.macros.blocks import Level as NodeLevel
from stcore.macros.definitions import Macro
from stcore.macros.environment import Environment
from stcore.macros.numbers import format_number, js_json, utf16_length
from stcore.macros.run import ABSENT, Compiled, LimitReached, Run
from stcore.macros.syntax import Call, Fragment
from stcore.macros.text import trim_content

if TYPE_CHECKING:
    from stcore.macros.diagnostics import Level


class MacroFailure(Exception):
    """A handler refuses; the call stays as text and the message becomes a diagnostic."""


class Origin(NamedTuple):
    """What positions in a part of a text count from: the start of the part, and the call that resolves it (7.4)."""

    source: str
    start: int = 0
    owner: CallSite | None = None

    def offset(self, position: int) -> int:
        """The offset of a place in UTF-16 code units, without the base of the run."""
        return utf16_length(self.source[self.start : position]) + (self.owner.offset if self.owner else 0)


class Content(NamedTuple):
    """The content of a block: where it stands, and its nodes."""

    start: int
    end: int
    level: NodeLevel


class CallSite:
    """A macro call in a compiled text. Calling it renders the call.

    ``macro`` is the registered definition of the name when the text was compiled, ``None`` for an unknown name;
    ``arguments`` are compiled, the content of the block last, and stay empty for a delayed macro.
    """

    __slots__ = ("_offset", "arguments", "content", "key", "macro", "node", "origin")

    def __init__(self, node: Call, macro: Macro | None, content: Content | None, origin: Origin) -> None:
        self.node = node
        self.macro = macro
        self.key = node.name.lower()
        self.arguments: list[Compiled] = []
        self.content = content
        self.origin = origin
        self._offset: int | None = None

    @property
    def source(self) -> str:
        return self.origin.source

    @property
    def offset(self) -> int:
        """The position of the call for a run whose base is 0."""
        if self._offset is None:
            self._offset = self.origin.offset(self.node.start)
        return self._offset

    @property
    def is_delayed(self) -> bool:
        return self.macro is not None and self.macro.delayed

    @property
    def written_arguments(self) -> list[str]:
        """The arguments as they are written, the content of a block included."""
        places: list[Fragment | Content] = [*self.node.arguments, *([self.content] if self.content else [])]
        return [self.source[place.start : place.end] for place in places]

    def __call__(self, run: Run) -> str:
        run.count_call()
        if self.is_delayed:
            values = self.written_arguments
        else:
            values = []
            for argument in self.arguments:  # no comprehension, no helper: their frames would halve the depth that fits
                values.append(argument if isinstance(argument, str) else argument(run))
            if self.content is not None and not self.node.preserves:
                values[-1] = trim_content(values[-1])
        dynamic = run.dynamic_macro(self.key)
        if dynamic is ABSENT:
            result = self._call_registered(run, values)
        else:
            result = self._call_dynamic(run, dynamic, values)
        return self.as_written(values) if result is None else result

    # -- lookup ------------------------------------------------------------------------------------------------------

    def _call_registered(self, run: Run, values: list[str]) -> str | None:
        macro = self.macro or run.engine.registry.resolve(self.node.name)
        return None if macro is None else self.invoke(run, macro, values)

    def _call_dynamic(self, run: Run, dynamic: object, values: list[str]) -> str | None:
        """A macro of this call only (16.4): a definition, a function called like a handler, or text."""
        if isinstance(dynamic, Macro):
            return self.invoke(run, dynamic, values)
        if callable(dynamic):
            return self.invoke(run, Macro(self.node.name, dynamic), values)
        if isinstance(dynamic, bool | int | float):
            self.report(run, f"The value of {self.node.name} is {normalize(dynamic)}; it should be text.")
        elif not isinstance(dynamic, str):
            self.report(run, f"The value of {self.node.name} cannot be a macro and is ignored.")
            return self._call_registered(run, values)
        if values:
            self.report(run, f"{self.node.name} takes no arguments.")
            return None
        return self.finish(run, dynamic)

    # -- running -----------------------------------------------------------------------------------------------------

    def invoke(self, run: Run, macro: Macro, values: list[str]) -> str | None:
        """The result of ``macro``, ``None`` when the call stays unresolved."""
        if misfit := macro.misfit(values):
            self.report(run, misfit)
            if macro.strict:
                return None
        passed = values if macro.rest is not None else values[: macro.maximum]
        try:
            return self.finish(run, macro.handler(MacroCall(self, run, macro, values), *passed))
        except MacroFailure as failure:
            self.report(run, f"{macro.name}: {failure}", level="error")
        except LimitReached:
            raise
        except Exception as failure:  # noqa: BLE001 - a plugin's handler may fail in any way
            self.report(run, f"{macro.name} failed: {str(failure) or type(failure).__name__}", level="error")
        return None

    def finish(self, run: Run, result: object) -> str:
        """The result as text, through the filter of the call."""
        text = result if isinstance(result, str) else normalize(result)
        if run.env.result_filter is not None:
            try:
                return run.env.result_filter(text)
            except Exception as failure:  # noqa: BLE001 - the unfiltered result is better than none
                self.report(run, f"The result filter failed: {failure}", level="error")
        return text

    # -- as text -----------------------------------------------------------------------------------------------------

    def as_written(self, values: Sequence[str]) -> str:
        """The call as text with its arguments evaluated; a block loses its closing tag but for the braces (7.3)."""
        return "{{" + self.inner(values) + "}}"

    def inner(self, values: Sequence[str]) -> str:
        """What stands between the outer braces, arguments replaced by ``values``."""
        node, source = self.node, self.source
        pieces: list[str] = []
        position = node.inner
        for argument, value in zip(node.arguments, values, strict=False):
            pieces += (source[position : argument.start], value)
            position = argument.end
        pieces.append(source[position : node.end - 2])
        if self.content is not None:
            pieces += ("}}", values[-1])
        return "".join(pieces)

    def report(self, run: Run, message: str, level: Level = "warning") -> None:
        run.report(message, self.node.name, self.source, self.node.start, self.node.end, level)


class MacroCall:
    """What a handler receives: how it was called, the environment, and helpers."""

    __slots__ = ("_run", "_site", "macro", "values")

    def __init__(self, site: CallSite, run: Run, macro: Macro, values: list[str]) -> None:
        self._site, self._run, self.macro, self.values = site, run, macro, values

    @property
    def name(self) -> str:
        """The name the macro was called by, an alias included, as it was declared."""
        return self.macro.name

    @property
    def environment(self) -> Environment:
        return self._run.env

    @property
    def run(self) -> Run:
        """The state that all parts of this substitution share."""
        return self._run

    @property
    def positional(self) -> list[str]:
        """The arguments of the declared positions."""
        return self.values[: self.macro.maximum]

    @property
    def listed(self) -> list[str] | None:
        """The arguments of the list part, ``None`` when the macro has none."""
        return None if self.macro.rest is None else self.values[self.macro.maximum :]

    @property
    def flags(self) -> str:
        """The flags of the opening tag in their order, without whitespace."""
        return "".join(self._site.node.flags.split())

    @property
    def is_block(self) -> bool:
        """Whether the last argument is the content of a block."""
        return self._site.content is not None

    @property
    def raw(self) -> str:
        """The inner text of the call with nested macros resolved."""
        return self._site.inner(self.values)

    @property
    def raw_original(self) -> str:
        """The opening tag as written."""
        node = self._site.node
        return self._site.source[node.start : node.end]

    @property
    def raw_arguments(self) -> list[str]:
        """The arguments as written, the content of a block included."""
        return self._site.written_arguments

    @property
    def source(self) -> str:
        """The (pre-processed) text that the call stands in."""
        return self._site.source

    @property
    def span(self) -> Span:
        """The place of the opening tag in :attr:`source`."""
        node = self._site.node
        return Span.at(self._site.source, node.start, node.end)

    @property
    def offset(self) -> int:
        """The global offset of the call in UTF-16 code units (7.4)."""
        return self._run.base + self._site.offset

    def resolve(self, text: str, *, delta: int = 0) -> str:
        """Run the whole pipeline on ``text`` with the same environment; positions count from this call."""
        return self._run.engine.resolve(text, self._run, self.offset + delta)

    def trim_content(self, text: str, *, dedent: bool = True) -> str:
        return trim_content(text, dedent=dedent)

    def normalize(self, value: object) -> str:
        return normalize(value)

    def warn(self, message: str) -> None:
        """Report something that does not stop the macro."""
        self._site.report(self._run, f"{self.macro.name}: {message}")


def normalize(value: Any) -> str:
    """A result as text (8.4): nothing for ``None``, ISO 8601 UTC for dates, JSON for lists and objects."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return format_number(value)
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
        case date():
            return f"{value.isoformat()}T00:00:00.000Z"
        case list() | tuple() | dict():
            return js_json(value)
        case _:
            return str(value)
