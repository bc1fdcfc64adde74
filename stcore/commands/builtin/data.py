"""Lists and JSON (spec/stscript.md section 16.3, spec/command-semantics.md section 10)."""

from __future__ import annotations

from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.errors import UserError
from stcore.macros.numbers import format_number, js_json, parse_json, utf16_length

_VALUE = Unnamed("the value", ("string", "number", "bool", "list", "dictionary"), required=True)
_NO_JSON: Any = object()


def _json(text: str) -> Any:
    """The value of a JSON text, or :data:`_NO_JSON`."""
    try:
        return parse_json(text)
    except ValueError:
        return _NO_JSON


@command(
    "len",
    aliases=("length",),
    group="list-and-json",
    summary="Count the elements of a list, the keys of an object, or the characters of a text.",
    unnamed=_VALUE,
    returns="the length",
    examples=(
        Example('/len {"a":1,"b":2}', pipe="2"),
        Example("/len [7,8,9]", pipe="3"),
        Example("/len harbour", pipe="7"),
    ),
)
def len_(call: Call) -> int:
    """Names of variables are not looked up: write `/len {{var::name}}`. Characters are UTF-16 units."""
    data = _json(call.text)
    match data:
        case list() | dict():
            return len(data)
        case str():
            return utf16_length(data)
        case bool() | None:
            return 0
        case int() | float():
            return len(format_number(data))
        case _:
            return utf16_length(call.text)


@command(
    "sort",
    group="list-and-json",
    summary="Sort a list, or the keys of an object.",
    named=(Named("keysort", "off orders the keys by their values", "bool", ("true", "false"), default="true"),),
    unnamed=Unnamed("the list or object", ("list", "dictionary"), required=True),
    returns="the sorted list; anything else unchanged",
    examples=(
        Example("/sort [5,3,10]", pipe="[3,5,10]"),
        Example('/sort [2,"b",10,"a"]', pipe='[2,10,"a","b"]'),
        Example('/sort keysort=off {"b":1,"a":2}', pipe='["b","a"]'),
    ),
)
def sort(call: Call) -> str:
    data = _json(call.text)
    if isinstance(data, dict):
        by_value = not call.boolean("keysort", default=True)
        return js_json(sorted(data, key=(lambda key: _order(data[key])) if by_value else _order))
    return js_json(sorted(data, key=_order)) if isinstance(data, list) else call.text


def _order(value: Any) -> tuple[str, Any]:
    """Kinds by their names, then numbers by size and texts by code unit; lists and objects keep their order."""
    match value:
        case bool():
            return "boolean", value
        case int() | float():
            return "number", value
        case str():
            return "string", value.encode("utf-16-be", "surrogatepass")
        case _:
            return "object", 0


@command(
    "array-wrap",
    aliases=("list-wrap",),
    group="list-and-json",
    summary="Make a list of a value that is none yet.",
    named=(Named("stringify", "false keeps numbers, booleans and null", "bool", ("true", "false"), default="true"),),
    unnamed=_VALUE,
    returns="the list",
    examples=(
        Example("/array-wrap two words", pipe='["two words"]'),
        Example("/array-wrap [1]", pipe="[1]"),
        Example("/array-wrap stringify=false 5", pipe="[5]"),
    ),
)
def array_wrap(call: Call) -> str:
    text = _no_closure(call)
    if not text:
        return "[]"
    data = _json(text)
    if isinstance(data, list):
        return text
    keeps = isinstance(data, dict) or (data is not _NO_JSON and not call.boolean("stringify", default=True))
    return js_json([data if keeps else text])


@command(
    "array-unwrap",
    aliases=("list-unwrap",),
    group="list-and-json",
    summary="Take the first element of a list.",
    unnamed=_VALUE,
    returns="the element; what is no list unchanged",
    examples=(Example('/array-unwrap ["a","b"]', pipe="a"), Example("/array-unwrap []", pipe="")),
)
def array_unwrap(call: Call) -> str:
    text = _no_closure(call)
    data = _json(text)
    if not isinstance(data, list):
        return text
    first = data[0] if data else None
    return "" if first is None else first if isinstance(first, str) else js_json(first)


def _no_closure(call: Call) -> str:
    if call.closure or isinstance(call.unnamed, list):
        raise UserError(f"/{call.name} takes a text or JSON, not a closure.")
    return call.text
