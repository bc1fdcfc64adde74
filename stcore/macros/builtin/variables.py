"""Local and global variables (spec/macros.md section 13.7); each macro exists once for either store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from stcore.macros.calls import MacroCall, MacroFailure
from stcore.macros.definitions import Argument, Macro, macro
from stcore.macros.environment import VariableStore, VariableValue
from stcore.macros.variables import add_to_variable, read_text

_NAME = Argument("name", "The name of the variable; capitals count.", sample="mood")
_VALUE = Argument("value", "Text or a number.", types=("string", "number"), sample="happy")


def _macros(scope: str) -> Iterator[Macro]:
    """The macros of one store. ``scope`` is "" for local variables, "global" for global ones."""
    kind: Literal["global", "local"] = "global" if scope else "local"
    shorthand = "$" if scope else "."
    readable = replace(_NAME, variable=kind)
    writable = replace(readable, wrong=_wrong_name)

    def store(call: MacroCall) -> VariableStore:
        return call.environment.globals if scope else call.environment.local

    def add(call: MacroCall, name: str, value: str | float) -> VariableValue:
        return add_to_variable(store(call), _writable(name), value)

    @macro(
        f"set{scope}var",
        writable,
        _VALUE,
        group="variable",
        effect=True,
        summary=f"Set a {kind} variable.",
        returns="Nothing.",
        examples=[(f"{{{{set{scope}var::v::5}}}}{{{{{shorthand}v}}}}", "5")],
    )
    def set_(call: MacroCall, name: str, value: str) -> None:
        store(call).set(_writable(name), value)

    @macro(
        f"add{scope}var",
        writable,
        _VALUE,
        group="variable",
        effect=True,
        summary=f"Add a number to a {kind} variable, join a text to it, or append to a list.",
        returns="Nothing.",
        examples=[(f"{{{{add{scope}var::w::4}}}}{{{{add{scope}var::w::3}}}}{{{{get{scope}var::w}}}}", "7")],
    )
    def add_(call: MacroCall, name: str, value: str) -> None:
        add(call, name, value)

    @macro(
        f"inc{scope}var",
        writable,
        group="variable",
        effect=True,
        summary=f"Add one to a {kind} variable.",
        returns="The new value.",
        examples=[(f"{{{{inc{scope}var::n}}}}{{{{inc{scope}var::n}}}}", "12")],
    )
    def increment(call: MacroCall, name: str) -> VariableValue:
        return add(call, name, 1.0)

    @macro(
        f"dec{scope}var",
        writable,
        group="variable",
        effect=True,
        summary=f"Subtract one from a {kind} variable.",
        returns="The new value.",
        examples=[(f"{{{{dec{scope}var::n}}}}", "-1")],
    )
    def decrement(call: MacroCall, name: str) -> VariableValue:
        return add(call, name, -1.0)

    @macro(
        f"get{scope}var",
        readable,
        group="variable",
        summary=f"The value of a {kind} variable.",
        returns="The value, numbers in their shortest form; nothing when there is no such variable.",
        examples=[
            (f"{{{{{shorthand}v = 05}}}}{{{{get{scope}var::v}}}}", "5"),
            (f"[{{{{get{scope}var::none}}}}]", "[]"),
        ],
    )
    def get(call: MacroCall, name: str) -> str:
        return read_text(store(call), name)

    @macro(
        f"has{scope}var",
        readable,
        aliases=[f"{scope}varexists"],
        group="variable",
        summary=f"Whether a {kind} variable exists.",
        returns="true or false.",
        examples=[(f"{{{{has{scope}var::none}}}}", "false")],
    )
    def has(call: MacroCall, name: str) -> bool:
        return store(call).has(name)

    @macro(
        f"delete{scope}var",
        readable,
        aliases=[f"flush{scope}var"],
        group="variable",
        effect=True,
        summary=f"Delete a {kind} variable.",
        returns="Nothing.",
        examples=[(f"{{{{{shorthand}v = 1}}}}{{{{delete{scope}var::v}}}}{{{{has{scope}var::v}}}}", "false")],
    )
    def delete(call: MacroCall, name: str) -> None:
        store(call).delete(name)

    yield from (set_, add_, increment, decrement, get, has, delete)


def _wrong_name(name: str) -> str:
    return "" if name else "a variable needs a name"


def _writable(name: str) -> str:
    if wrong := _wrong_name(name):
        raise MacroFailure(wrong)
    return name


MACROS = (*_macros(""), *_macros("global"))
