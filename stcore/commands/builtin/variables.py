"""Scoped, chat and global variables (spec/stscript.md sections 9 and 10)."""

from __future__ import annotations

from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Command, CommandFunction, Example, Named, Unnamed, command
from stcore.commands.output import RETURN_KINDS, deliver
from stcore.commands.scope import MISSING, Closure, Value, no_such_variable
from stcore.commands.values import convert, plain_text, read_element, read_text, write_element
from stcore.errors import UserError
from stcore.macros.environment import VariableStore
from stcore.macros.variables import add_to_variable

_TYPES = ("string", "number", "int", "float", "boolean", "list", "object", "null", "undefined")
_INDEX = Named("index", "position in a list, or key of an object", ("number", "string"))
_AS = Named("as", "type the element is stored as", "string", _TYPES, default="string")
_NAME = Unnamed("name of the variable", "varname", choices="variables")
_VALUE_TYPES: Any = ("string", "number", "bool", "list", "dictionary")


# -- scoped ----------------------------------------------------------------------------------------------------------


@command(
    "let",
    group="variables",
    summary="Declare a variable of this scope.",
    named=(Named("key", "name of the variable, instead of the first word", "varname"),),
    unnamed=(
        Unnamed("name of the variable", "varname"),
        Unnamed("its value, maybe a closure", ("string", "number", "bool", "list", "dictionary", "closure")),
    ),
    split=1,
    returns="the value",
    examples=(
        Example("/let city New   York | /var city", pipe="New   York"),
        Example("/pass 9 | /let key=copy | /var copy", pipe="9", note="with key= the pipe is the value"),
        Example("/let n 1 | /let n 2", error="execution", note="a name can be declared once"),
    ),
)
def let(call: Call) -> Value:
    """It lives until the closure around it ends; an inner closure may declare the same name for itself."""
    if "key" in call.named:
        name, value = call.argument("key"), _keyed_value(call)
    else:
        name, value = _name_and_value(call)
    if not name:
        raise UserError("/let needs a name.", hint="Write: /let name value")
    call.scope.declare(name, "" if value is None else value)
    return "" if value is None else value


@command(
    "var",
    group="variables",
    summary="Read or change a scoped variable.",
    named=(
        Named("key", "name of the variable, instead of the first word", "varname", choices="scoped"),
        _INDEX,
        _AS,
    ),
    unnamed=(
        Unnamed("name of the variable", "varname", choices="scoped"),
        Unnamed("its new value", ("string", "number", "bool", "list", "dictionary", "closure")),
    ),
    split=1,
    returns="the value read, or the value written",
    examples=(
        Example("/let stock 5 | /var stock 6 | /var stock", pipe="6"),
        Example('/let hero {"name":"Kim"} | /var index=name hero', pipe="Kim"),
        Example("/let row [] | /var index=1 as=number row 6 | /var row", pipe="[null,6]"),
        Example("/var ghost", error="execution"),
    ),
)
def var(call: Call) -> Value:
    """Finds the nearest variable of that name. `/var key=name` writes when there is a value in the pipe."""
    if "key" in call.named:
        name, value = call.argument("key"), _keyed_value(call)
    else:
        name, value = _name_and_value(call)
    current = call.scope.lookup(name)
    if current is MISSING:
        raise no_such_variable(name)
    if "index" in call.named:
        return _var_element(call, name, current, value)
    if value is None:
        return current if isinstance(current, Closure) else read_text(current)
    call.scope.assign(name, value)
    return value


def _var_element(call: Call, name: str, current: Value, value: Value | None) -> Value:
    index = call.argument("index")
    if value is None:
        return read_element(str(current), index, scoped=True)
    changed = write_element(str(current), index, convert(str(value), call.argument("as")))
    if changed is None:
        raise UserError(f"The variable “{name}” holds no list and no object, so it has no element {index}.")
    call.scope.assign(name, changed)
    return value


def _name_and_value(call: Call) -> tuple[str, Value | None]:
    parts = call.parts
    return str(parts[0]), parts[1] if len(parts) > 1 else None


def _keyed_value(call: Call) -> Value | None:
    """With ``key=`` everything unnamed is the value; its two pieces are joined by one blank (4.5)."""
    if not call.has_unnamed:
        return None
    parts = call.parts
    return parts[0] if len(parts) == 1 else " ".join(map(str, parts))


# -- stored: chat and global -----------------------------------------------------------------------------------------


def _set(call: Call, store: VariableStore) -> str:
    name, value = _required_name(call), call.text
    if "index" not in call.named:
        store.set(name, value)
        return value
    stored = plain_text(store.get(name)) if store.has(name) else None
    changed = write_element(stored, call.argument("index"), convert(value, call.argument("as")))
    if changed is not None:
        store.set(name, changed)
    return value


def _get(call: Call, store: VariableStore) -> str:
    name = call.argument("key") or call.text
    if not store.has(name):
        return ""
    value = store.get(name)
    return read_element(value, call.argument("index"), scoped=False) if "index" in call.named else read_text(value)


def _add(call: Call, store: VariableStore) -> str:
    return _add_to(store, _required_name(call), call.text)


def _increase(call: Call, store: VariableStore) -> str:
    return _add_to(store, call.text, 1.0)


def _decrease(call: Call, store: VariableStore) -> str:
    return _add_to(store, call.text, -1.0)


async def _flush(call: Call, store: VariableStore) -> str:
    name = call.closure
    store.delete(str(await call.call_closure(name)) if name else call.text)
    return ""


def _add_to(store: VariableStore, name: str, added: str | float) -> str:
    """Add to a variable; the pipe gets its new value, a list with commas (9.2)."""
    value = add_to_variable(store, name, added)
    if isinstance(value, list):
        return ",".join(_item_text(item) for item in value)
    return plain_text(value)


def _item_text(item: Any) -> str:
    return "" if item is None else plain_text(item)


def _required_name(call: Call) -> str:
    name = call.argument("key") or call.argument("name")
    if not name:
        raise UserError(f"/{call.name} needs the name of a variable.", hint=f"Write: /{call.name} key=name value")
    return name


def _pair(name: str, alias: str, function: Any, **declaration: Any) -> tuple[Command, Command]:
    """The chat command and its global counterpart: the same function on another store."""

    def local(call: Call) -> Any:
        return function(call, call.locals)

    def global_(call: Call) -> Any:
        return function(call, call.globals)

    return (
        _declare(name, (alias,), local, "chat", declaration),
        _declare(name.replace("var", "globalvar"), (), global_, "global", declaration),
    )


def _declare(name: str, aliases: tuple[str, ...], function: CommandFunction, kind: str, declaration: Any) -> Command:
    fields = dict(declaration)
    fields["summary"] = fields["summary"].format(kind=kind)
    fields["examples"] = tuple(
        Example(_for_kind(example.script, kind), pipe=example.pipe) for example in fields["examples"]
    )
    return command(name, aliases=aliases, group="variables", **fields)(function)


def _for_kind(script: str, kind: str) -> str:
    return script if kind == "chat" else script.replace("var ", "globalvar ")


_KEY = Named("key", "name of the variable", "varname", required=True, choices="variables")

STORED = (
    *_pair(
        "setvar",
        "setchatvar",
        _set,
        summary="Set a {kind} variable, or one element of it.",
        named=(_KEY, _INDEX, _AS),
        unnamed=Unnamed("the value", _VALUE_TYPES, required=True),
        returns="the value as given",
        examples=(
            Example("/setvar key=pet cat | /getvar pet", pipe="cat"),
            Example("/setvar key=team index=captain Lu | /getvar team", pipe='{"captain":"Lu"}'),
            Example("/pass rope | /setvar key=item", pipe="rope"),
        ),
    ),
    *_pair(
        "getvar",
        "getchatvar",
        _get,
        summary="Read a {kind} variable, or one element of it.",
        named=(Named("key", "name of the variable, before the unnamed one", "varname", choices="variables"), _INDEX),
        unnamed=_NAME,
        returns="the value, numbers in their shortest form; empty when there is none",
        examples=(
            Example("/setvar key=zip 00420 | /getvar zip", pipe="420"),
            Example('/setvar key=bag ["nut","fig"] || /getvar index=1 bag', pipe="fig"),
            Example("/getvar nothing", pipe=""),
        ),
    ),
    *_pair(
        "addvar",
        "addchatvar",
        _add,
        summary="Add to a {kind} variable: numbers, texts or lists.",
        named=(_KEY,),
        unnamed=Unnamed("what to add", ("number", "string"), required=True),
        returns="the new value; a list with commas",
        examples=(
            Example("/addvar key=score 4 | /addvar key=score 2.5", pipe="6.5"),
            Example("/addvar key=word un | /addvar key=word do", pipe="undo"),
            Example('/setvar key=bag ["nut"] || /addvar key=bag 2', pipe="nut,2"),
        ),
    ),
    *_pair(
        "incvar",
        "incchatvar",
        _increase,
        summary="Add one to a {kind} variable.",
        unnamed=Unnamed("name of the variable", "varname", required=True, choices="variables"),
        returns="the new value",
        examples=(Example("/setvar key=n 4 || /incvar n", pipe="5"),),
    ),
    *_pair(
        "decvar",
        "decchatvar",
        _decrease,
        summary="Take one from a {kind} variable.",
        unnamed=Unnamed("name of the variable", "varname", required=True, choices="variables"),
        returns="the new value",
        examples=(Example("/setvar key=n 4 || /decvar n", pipe="3"),),
    ),
    *_pair(
        "flushvar",
        "flushchatvar",
        _flush,
        summary="Delete a {kind} variable.",
        unnamed=Unnamed(
            "name of the variable, or a closure that gives it", ("varname", "closure"), choices="variables"
        ),
        returns="nothing",
        examples=(Example("/setvar key=n 4 || /flushvar n | /getvar n", pipe=""),),
    ),
)


@command(
    "listvar",
    aliases=("listchatvar",),
    group="variables",
    summary="List the chat and global variables.",
    named=(
        Named("scope", "which variables", "enum", ("all", "local", "global"), default="all"),
        Named("return", "where the list goes", "enum", RETURN_KINDS, default="popup-html"),
    ),
    returns="by return=: JSON, text or nothing",
    examples=(
        Example(
            "/setvar key=hue blue || /listvar return=object", pipe='[{"key":"hue","value":"blue","scope":"local"}]'
        ),
        Example("/setvar key=hue blue || /listvar return=object scope=global", pipe="[]"),
    ),
)
async def listvar(call: Call) -> str:
    wanted = call.argument("scope", "all")
    stores = {"local": call.locals, "global": call.globals}
    listed = {kind: list(store.items()) for kind, store in stores.items() if wanted in ("all", kind)}
    data = [{"key": key, "value": value, "scope": kind} for kind, items in listed.items() for key, value in items]
    sections = [
        f"### {kind.capitalize()} variables\n\n"
        + "\n\n".join(f"**{key}**: {plain_text(value)}" for key, value in items)
        for kind, items in listed.items()
        if items
    ]
    return await deliver(call, data, "\n\n".join(sections) or "There are no variables.", default="popup-html")
