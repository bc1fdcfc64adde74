"""What a text, or one call in it, gives now: evaluated like in earnest, without any effect, and within bounds."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic

from stcore.macros.calls import MacroCall
from stcore.macros.cursor import call_at
from stcore.macros.definitions import Macro
from stcore.macros.diagnostics import Diagnostic
from stcore.macros.engine import MacroEngine
from stcore.macros.environment import Environment, VariableStore, VariableValue
from stcore.macros.numbers import utf16_length
from stcore.macros.pipeline import rewrite_legacy
from stcore.macros.run import Run
from stcore.macros.scanner import Scan

MAX_SECONDS = 0.5
"""How long a preview may take."""
MAX_SECONDS_OF_CALL = 0.05
"""The same for the preview of one call, which is made with every key."""
MAX_TEXT = 200_000
"""Characters of a text that is previewed."""
MAX_SHOWN = 20_000
"""Characters of a preview."""
MAX_VALUE = 200
"""Characters of the value of one call."""

_MAY_SET = re.compile(
    r"\{\{[\s!?~#>]*(?:[.$][^{}]*?(?:=|\+\+|--)|(?:set|add|inc|dec|delete|flush)\w*var)", re.IGNORECASE
)
"""What may set variables; only then the text before a call must be evaluated too."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text gives now, what the engine had to say, and whether the end was cut off."""

    text: str
    diagnostics: tuple[Diagnostic, ...] = ()
    truncated: bool = False


class OverlayVariables:
    """Variables over others: what is set or deleted here stays here. A :class:`VariableStore`."""

    def __init__(self, below: VariableStore) -> None:
        self._below = below
        self._own: dict[str, VariableValue] = {}
        self._deleted: set[str] = set()

    def get(self, name: str) -> VariableValue:
        if name in self._own:
            return self._own[name]
        return None if name in self._deleted else self._below.get(name)

    def set(self, name: str, value: VariableValue) -> None:
        self._deleted.discard(name)
        self._own[name] = value

    def delete(self, name: str) -> None:
        self._own.pop(name, None)
        self._deleted.add(name)

    def has(self, name: str) -> bool:
        return name in self._own or (name not in self._deleted and self._below.has(name))

    def items(self) -> Iterable[tuple[str, VariableValue]]:
        hidden = self._deleted.union(self._own)
        return [*((name, value) for name, value in self._below.items() if name not in hidden), *self._own.items()]


def preview(text: str, engine: MacroEngine, env: Environment, *, extra: Mapping[str, Macro] | None = None) -> Preview:
    """What ``text`` gives in ``env`` now. ``extra`` are the macros of the place it stands in.

    Variables are set on a copy, chance is drawn from numbers of its own, nothing is banned; macros of plugins that do
    something are not run. Never raises.
    """
    if len(text) > MAX_TEXT:
        return Preview("", (Diagnostic(f"Texts over {MAX_TEXT} characters are not previewed."),), truncated=True)
    said: list[Diagnostic] = []
    result = engine.scratch(MAX_SECONDS).expand(text, _without_effect(env, engine, extra or {}, said))
    return Preview(result[:MAX_SHOWN], tuple(said), len(result) > MAX_SHOWN)


def preview_call(
    text: str, cursor: int, engine: MacroEngine, env: Environment, *, extra: Mapping[str, Macro] | None = None
) -> str | None:
    """What the innermost call or shorthand at ``cursor`` gives now, finished or not; the text before it counts.

    ``None`` when there is none, when it cannot be resolved, and when it needs what only the use of the text brings.
    """
    if len(text) > MAX_TEXT:
        return None
    extra = extra or {}
    found = call_at(text, cursor, engine.registry)
    if found is None or not _is_known(found.source, engine, extra):
        return None
    said: list[Diagnostic] = []
    scratch = engine.scratch(MAX_SECONDS_OF_CALL)
    inert = scratch.processing.provide(_without_effect(env, engine, extra, said))
    run = Run(scratch, inert, text)
    try:
        before = text[: found.start]
        if _MAY_SET.search(before):
            scratch.resolve(before, run, 0)
        result = scratch.resolve(found.source, run, utf16_length(rewrite_legacy(before)))
    except Exception:  # noqa: BLE001 - past a limit, or a macro of the host that failed: there is nothing to show
        return None
    if found.name and result.startswith("{{") and found.name.lower() in result[: len(found.source)].lower():
        return None  # it stayed as it is
    return shortened(result)


def values_now(
    calls: Iterable[str], engine: MacroEngine, env: Environment, *, seconds: float = MAX_SECONDS_OF_CALL
) -> dict[str, str]:
    """What calls give now that take no arguments, each by its text; as many as can be had in ``seconds``."""
    inert = _without_effect(env, engine, {}, [])
    end = monotonic() + seconds
    values: dict[str, str] = {}
    for call in calls:
        if monotonic() > end:
            break
        result = engine.expand(call, inert)
        if result != call:
            values[call] = shortened(result)
    return values


def shortened(value: str) -> str:
    """A value as it is shown beside something else."""
    return value if len(value) <= MAX_VALUE else f"{value[: MAX_VALUE - 1]}…"


def _without_effect(
    env: Environment, engine: MacroEngine, extra: Mapping[str, Macro], said: list[Diagnostic]
) -> Environment:
    """``env`` with everything replaced that a macro could change."""
    quiet = {
        macro.name.lower(): Macro(
            macro.name,
            _do_nothing,
            macro.arguments,
            macro.rest,
            strict=macro.strict,
            delayed=macro.delayed,
        )
        for macro in engine.registry
        if macro.effect and macro.plugin
    }
    return env.child(
        local=OverlayVariables(env.local),
        globals=OverlayVariables(env.globals),
        dynamic={**quiet, **extra},
        random=random.Random(),
        ban=None,
        result_filter=None,
        diagnostics=said.append,
    )


def _do_nothing(call: MacroCall, *arguments: str) -> str:
    call.warn("what it does is not done in a preview.")
    return ""


def _is_known(source: str, engine: MacroEngine, extra: Mapping[str, Macro]) -> bool:
    """Whether nothing in a call depends on the place alone, and its macro exists."""
    names = [token.value.lower() for token in Scan(source) if token.type == "CALL"]
    if any(name in extra for name in names):
        return False
    return not names or source.lstrip("{ ")[:1] in (".", "$") or engine.registry.find(names[0]) is not None
