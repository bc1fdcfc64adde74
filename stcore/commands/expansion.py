"""Macros in the arguments of commands: which texts need the macro engine, and the macros that only scripts have.

spec/stscript.md section 11 and spec/macros.md section 18. ``{{pipe}}``, ``{{var::}}``, ``{{timesIndex}}`` and
``{{arg::}}`` look into the scope that is being resolved; nothing is built for them per command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stcore.commands.scope import MISSING, Closure, Scope, Value
from stcore.commands.values import read_element, read_text
from stcore.macros.definitions import ListPart, Macro

if TYPE_CHECKING:
    from stcore.commands.syntax import Flags
    from stcore.macros import MacroCall, MacroEngine

_NEEDS_MACROS = re.compile(r"\{\{|<|\\")
_ESCAPED_BRACE = re.compile(r"\\([{}])")
_WHOLE_SCOPE_MACRO = re.compile(r"\{\{\s*(?:(pipe|timesIndex)|(var|arg)\s*::?\s*([^{}:]+?))\s*\}\}", re.IGNORECASE)

ARGUMENT_PREFIX = "arg::"
TIMES_INDEX = "timesindex"


def unescape_braces(text: str) -> str:
    """``text`` with one backslash removed before every brace (5.4)."""
    return _ESCAPED_BRACE.sub(r"\1", text) if "\\" in text else text


def compile_text(text: str, engine: MacroEngine, flags: Flags) -> str | Callable[[Scope], Value]:
    """An argument text as its final value, or as what gives that value in a scope.

    ``flags`` are the parser flags where it was written; only the older macro engine looks at one of them.
    """
    if not _NEEDS_MACROS.search(text):
        return text
    if engine.is_older:
        from stcore.commands.older import compile_older_text

        return compile_older_text(text, engine, replace_getvar=flags.replace_getvar)
    template = engine.compile(text)
    if template.constant is not None:
        return unescape_braces(template.constant)

    def render(scope: Scope) -> str:
        run = scope.run
        run.macros.scope = scope
        return unescape_braces(template.render(run.environment))

    whole = _WHOLE_SCOPE_MACRO.fullmatch(text)
    return _compile_whole_macro(whole, render, engine) if whole else render


def _compile_whole_macro(
    whole: re.Match[str], render: Callable[[Scope], str], engine: MacroEngine
) -> Callable[[Scope], Value]:
    """A macro of the scope that is the whole argument.

    A closure is handed over itself, not as text (quirk Q7, mended). A plain text is taken straight from the scope,
    which is what most arguments are: the engine would take three times as long to give the same. What a brace or a
    backslash might make different goes through the engine.
    """
    alone, kind, name = whole.groups()
    key = (alone or kind).lower()

    def resolve(scope: Scope) -> Value:
        value = _scope_value(key, name, scope)
        if type(value) is str and "{{" not in value and "\\" not in value and not engine.processing:
            return read_text(value) if key == "var" else value
        if isinstance(value, Closure):
            value.parent = scope
            return value
        return render(scope)

    return resolve


def _scope_value(key: str, name: str, scope: Scope) -> Value:
    """What a macro of the scope stands for, :data:`MISSING` when nothing does."""
    match key:
        case "pipe":
            return scope.current_pipe()
        case "timesindex":
            return scope.macro(TIMES_INDEX)
        case "var":
            return scope.lookup(name)
        case _:
            return scope_argument(scope, name)


def scope_argument(scope: Scope, name: str) -> Value:
    """The value of ``{{arg::name}}``: the exact name, then the fallback ``*``, else :data:`MISSING` (17.3)."""
    value = scope.macro(ARGUMENT_PREFIX + name)
    return scope.macro(ARGUMENT_PREFIX + "*") if value is MISSING else value


class ScopeMacros(Mapping[str, Any]):
    """The macros that only scripts have, as the macro engine looks them up: name in any case to text or definition.

    ``scope`` is set right before a text is rendered; rendering never waits, so it cannot change meanwhile.
    """

    def __init__(self) -> None:
        self.scope: Scope | None = None

    def __getitem__(self, name: str) -> str | Macro:
        scope = self.scope
        if scope is not None:
            match name.lower():
                case "pipe":
                    return str(scope.current_pipe())
                case "var":
                    return _VAR
                case "timesindex":
                    value = scope.macro(TIMES_INDEX)
                    if value is not MISSING:
                        return str(value)
                case "arg":
                    if scope.has_macro_prefix(ARGUMENT_PREFIX):
                        return _ARG
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name in ("pipe", "var", "timesIndex", "arg") if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _scope_of(call: MacroCall) -> Scope:
    """The scope in which a text of a script is resolved."""
    scope: Scope = call.environment.dynamic.scope  # type: ignore[attr-defined]  # only scripts bring these macros
    return scope


def _variable(call: MacroCall, name: str = "", *index: str) -> str:
    """``{{var::name}}`` or ``{{var::name::index}}``; further arguments do not count."""
    value = _scope_of(call).lookup(name)
    if value is MISSING:
        call.warn(f"there is no variable {name!r} in this script")
        return ""
    if isinstance(value, Closure):
        return str(value)
    return read_element(value, index[0], scoped=True) if index else read_text(value)


def _argument(call: MacroCall, name: str = "", *ignored: str) -> str:
    value = scope_argument(_scope_of(call), name)
    return "" if value is MISSING else str(value)


# Both run with whatever arguments come (spec/macros.md section 18).
_VAR = Macro("var", _variable, rest=ListPart(), strict=False, group="script")
_ARG = Macro("arg", _argument, rest=ListPart(), strict=False, group="script")
