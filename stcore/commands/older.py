"""Arguments of scripts under the older macro engine (spec/stscript.md section 18).

The macros that only scripts have are replaced first, exactly as they are written, and what they give is never read
again; everything around them is then expanded as one text. With the parser flag ``REPLACE_GETVAR`` the variables of
``{{getvar::}}`` and ``{{getglobalvar::}}`` count among them. They are read when the argument is; the reference reads
them right before its command, which differs only where an immediate closure among the arguments changes the variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from stcore.commands.expansion import ARGUMENT_PREFIX, TIMES_INDEX, scope_argument, unescape_braces
from stcore.commands.scope import MISSING, Closure, Scope, Value
from stcore.commands.values import read_element, read_text
from stcore.errors import UserError
from stcore.macros.variables import read_text as read_variable

if TYPE_CHECKING:
    from stcore.macros import MacroEngine

_OF_SCRIPT = r"pipe|timesIndex|(?:var|arg)::(?:(?!\}\}).)+"
_MACRO = re.compile(rf"\{{\{{({_OF_SCRIPT})\}}\}}", re.DOTALL)
_MACRO_OR_VARIABLE = re.compile(rf"\{{\{{({_OF_SCRIPT}|get(?:global)?var::[^}}]+)\}}\}}", re.DOTALL)
_PLACE = "\ufdd0{}\ufdd1"
"""What stands for a value while the text around it is expanded: noncharacters, which no text may hold."""
_PLACES = re.compile("\ufdd0([0-9]+)\ufdd1")


def compile_older_text(text: str, engine: MacroEngine, *, replace_getvar: bool) -> Callable[[Scope], Value]:
    """What gives the value of an argument in a scope."""
    pattern = _MACRO_OR_VARIABLE if replace_getvar else _MACRO
    whole = pattern.fullmatch(text)
    if whole is not None:
        return lambda scope: _value(whole[1], scope)
    contents = [match[1] for match in pattern.finditer(text)]
    numbers = iter(range(len(contents)))
    marked = pattern.sub(lambda _: _PLACE.format(next(numbers)), text)

    def render(scope: Scope) -> str:
        values = [str(_value(content, scope)) for content in contents]
        expanded = engine.expand(marked, scope.run.environment.child(dynamic={}))
        return unescape_braces(_PLACES.sub(lambda place: values[int(place[1])], expanded))

    return render


def _value(content: str, scope: Scope) -> Value:
    """What a macro of scripts gives; a closure stays one."""
    name, _, argument = content.partition("::")
    match name:
        case "pipe":
            return _pipe(scope)
        case "timesIndex":
            value = scope.macro(TIMES_INDEX)
            return "{{timesIndex}}" if value is MISSING else value
        case "arg":
            return _argument(argument, scope)
        case "var":
            return _variable(argument, scope)
        case _:
            environment = scope.run.environment
            return read_variable(environment.globals if name == "getglobalvar" else environment.local, argument)


def _pipe(scope: Scope) -> Value:
    """The pipe of the nearest scope that has one; before any command the word that the reference prints."""
    level: Scope | None = scope
    while level is not None:
        if level.pipe is not None:
            return _mine(level.pipe, scope)
        level = level.parent
    return "undefined"


def _argument(name: str, scope: Scope) -> Value:
    value = scope_argument(scope, name)
    if value is not MISSING:
        return _mine(value, scope)
    return "" if scope.has_macro_prefix(ARGUMENT_PREFIX) else f"{{{{arg::{name}}}}}"


def _variable(argument: str, scope: Scope) -> Value:
    name, separator, index = argument.partition("::")
    value = scope.lookup(name)
    if value is MISSING:
        raise UserError(
            f"There is no variable {name!r} in this script.",
            hint="Declare it first: /let NAME VALUE. Under the older macro engine a script ends here.",
        )
    if isinstance(value, Closure):
        return _mine(value, scope)
    return read_element(value, index, scoped=True) if separator else read_text(value)


def _mine(value: Value, scope: Scope) -> Value:
    """``value``; a closure gets the scope that asks for it as its parent (8.4)."""
    if isinstance(value, Closure):
        value.parent = scope
    return value
