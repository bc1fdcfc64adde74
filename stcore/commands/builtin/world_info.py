"""World info: which books count, and their entries (commands.toml, group world-info)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services.lore import ENTRY_FIELDS, Effect, Kind
from stcore.commands.values import is_false, is_true
from stcore.errors import UserError
from stcore.macros.numbers import js_json

_GROUP = "world-info"
_BOOLEAN = ("true", "false")
_FILE = Named("file", "the book", choices="books", required=True)
_UID = Named("uid", "number of the entry", choices="entries", required=True)
_ENTRY = Unnamed("number of the entry", required=True, choices="entries")
_EFFECT = Named("effect", "which effect", "enum", ("sticky", "cooldown"), required=True)
_NAME = Named("name", "name for a new book")
_ESCAPED = re.compile(r"\\([{}|])")
_SETUP = '/createentry file=Town key=harbour "Ships come in at dawn."'


def _create(default: str) -> Named:
    return Named("create", "make one when it is missing", "bool", _BOOLEAN, default=default)


def _field(default: str, summary: str) -> Named:
    return Named("field", summary, "enum", ENTRY_FIELDS, default=default)


def _forgiving(function: Callable[[Call], Awaitable[Any]]) -> Callable[[Call], Awaitable[Any]]:
    """What is not there is a warning and an empty pipe: scripts ask for entries that may be gone."""

    @wraps(function)
    async def run(call: Call) -> Any:
        try:
            return await function(call)
        except UserError as error:
            if call.services.ui is None:
                raise
            call.ui.toast(error.message, "warning")
            return ""

    return run


# -- which books count -----------------------------------------------------------------------------------------------


@command(
    "world",
    group=_GROUP,
    summary="Let books of world info count in every chat, or no longer.",
    named=(
        Named("state", "what to do", "enum", ("on", "off", "toggle"), default="on"),
        Named("silent", "show no notice", "bool", _BOOLEAN, default="false"),
    ),
    unnamed=Unnamed("names of books, with commas between them; none switches every book off", choices="books"),
    returns="nothing",
    examples=(
        Example("/world silent=true town || /getglobalbooks", pipe='["Town"]', setup=_SETUP),
        Example("/world silent=true || /getglobalbooks", pipe="[]", setup=f"{_SETUP} || /world silent=true Town"),
        Example("/world state=toggle silent=true Town || /getglobalbooks", pipe='["Town"]', setup=_SETUP),
    ),
)
async def world(call: Call) -> str:
    state = call.choice("state", "on")
    silent = call.boolean("silent", default=False)

    def tell(text: str, level: Any = "info") -> None:
        if not silent:
            call.ui.toast(text, level)

    if not call.text.strip():
        await call.lore.set_global_books([])
        tell("No book counts everywhere any more.")
        return ""
    known = {name.lower(): name for name in await call.lore.books()}
    active = list(await call.lore.global_books())
    for written in filter(None, map(str.strip, call.text.split(","))):
        name = known.get(written.lower())
        if name is None:
            tell(f"There is no lorebook “{written}”.", "warning")
            continue
        on = state == "on" or (state == "toggle" and name not in active)
        active = [other for other in active if other != name] + [name] * on
        tell(f"The book “{name}” counts everywhere." if on else f"The book “{name}” counts no longer everywhere.")
    await call.lore.set_global_books(active)
    return ""


@command(
    "getglobalbooks",
    aliases=("getgloballore", "getglobalwi"),
    group=_GROUP,
    summary="List the books that count in every chat.",
    returns="their names as a list",
    examples=(Example("/getglobalbooks", pipe="[]"),),
)
async def get_global_books(call: Call) -> str:
    return js_json(list(await call.lore.global_books()))


@command(
    "getchatbook",
    aliases=("getchatlore", "getchatwi"),
    group=_GROUP,
    summary="Tell the book of this chat; a missing one is made.",
    named=(_NAME, _create("true")),
    returns="the name of the book; nothing with create=false when there is none",
    examples=(
        Example("/getchatbook create=false", pipe=""),
        Example("/getchatbook name=Harbour", pipe="Harbour (1)"),
        Example("/getchatbook name=Other", pipe="Harbour (1)", setup="/getchatbook name=Harbour"),
    ),
)
async def get_chat_book(call: Call) -> str:
    """A name that is wanted gets a number behind it; a name in use is an error."""
    if call.services.chat is None:
        return ""
    return await call.lore.chat_book(create=call.boolean("create", default=True), name=call.argument("name"))


@command(
    "getpersonabook",
    aliases=("getpersonalore", "getpersonawi"),
    group=_GROUP,
    summary="Tell the book of the persona that speaks.",
    named=(_NAME, _create("false")),
    returns="the name of the book; nothing when there is none",
    examples=(
        Example("/getpersonabook", pipe=""),
        Example(
            "/persona-create name=Mira | /persona-set Mira | /getpersonabook create=true name=Notes", pipe="Notes (1)"
        ),
    ),
)
async def get_persona_book(call: Call) -> str:
    """A name that is wanted gets a number behind it; a name in use is an error."""
    return await call.lore.persona_book(create=call.boolean("create", default=False), name=call.argument("name"))


@command(
    "getcharbook",
    aliases=("getcharlore", "getcharwi"),
    group=_GROUP,
    summary="Tell the book or books of a character.",
    named=(
        Named("type", "which of them", "enum", ("primary", "additional", "all"), default="primary"),
        _NAME,
        _create("false"),
    ),
    unnamed=Unnamed("name or key of the character; the one in this chat when missing", choices="characters"),
    returns="the name of the primary book, or a list for additional and all",
    examples=(
        Example("/getcharbook", pipe=""),
        Example("/getcharbook type=all", pipe="[]"),
        Example("/getcharbook create=true name=Secrets", pipe="Secrets (1)"),
        Example(
            "/getcharbook type=all Character", pipe='["Secrets (1)"]', setup="/getcharbook create=true name=Secrets"
        ),
    ),
)
async def get_char_book(call: Call) -> str:
    """In a group it needs a name. An unknown character is a notice and an empty pipe."""
    kind: Kind = next((word for word in _KINDS if word == call.choice("type", "primary")), "primary")
    who = call.text.strip()
    if who and not await call.characters.find(who):
        call.ui.toast(f"There is no character “{who}”.", "error")
        return ""
    create = call.boolean("create", default=False)
    found = await call.lore.character_books(who, kind, create=create, name=call.argument("name"))
    return (found[0] if found else "") if kind == "primary" else js_json(list(found))


_KINDS: Sequence[Kind] = ("primary", "additional", "all")

# -- entries ---------------------------------------------------------------------------------------------------------


@command(
    "findentry",
    aliases=("findlore", "findwi"),
    group=_GROUP,
    summary="Find an entry by what stands in one of its fields; some letters may be wrong.",
    named=(_FILE, _field("key", "the field to look in")),
    unnamed=Unnamed("the text to look for", required=True),
    returns="the number of the entry; nothing when none fits",
    examples=(
        Example("/findentry file=Town harbor", pipe="0", setup=_SETUP),
        Example("/findentry file=Town field=content dawn", pipe="0", setup=_SETUP),
        Example("/findentry file=Town mountain", pipe="", setup=_SETUP),
    ),
)
@_forgiving
async def find_entry(call: Call) -> str:
    """Fields that are a yes or no take the words for it: `/findentry file=Town field=constant on`."""
    field = call.argument("field", "key")
    found = await call.lore.find(call.argument("file"), field, call.text)
    return "" if found is None else str(found)


@command(
    "getentryfield",
    aliases=("getlorefield", "getwifield"),
    group=_GROUP,
    summary="Read one field of an entry.",
    named=(_FILE, _field("content", "the field to read")),
    unnamed=_ENTRY,
    returns="its value with macros resolved, lists as JSON; nothing when there is no such entry",
    examples=(
        Example("/getentryfield file=Town 0", pipe="Ships come in at dawn.", setup=_SETUP),
        Example("/getentryfield file=Town field=key 0", pipe='["harbour"]', setup=_SETUP),
        Example("/getentryfield file=Town field=order 0", pipe="100", setup=_SETUP),
        Example("/getentryfield file=Town 7", pipe="", setup=_SETUP),
    ),
)
@_forgiving
async def get_entry_field(call: Call) -> str:
    value = await call.lore.field(call.argument("file"), call.text, call.argument("field", "content"))
    match value:
        case None:
            return ""
        case str():
            return call.expand(value)
        case list():
            return js_json([call.expand(item) if isinstance(item, str) else item for item in value])
        case _:
            return js_json(value)


@command(
    "createentry",
    aliases=("createlore", "createwi"),
    group=_GROUP,
    summary="Add an entry to a book; a book that is not there is made.",
    named=(_FILE, Named("key", "the word that calls it; also its title")),
    unnamed=Unnamed("its content"),
    returns="the number of the entry, counted from 0",
    examples=(
        Example('/createentry file=Town key=mill "It turns day and night."', pipe="0"),
        Example("/createentry file=Town key=mill Old.", pipe="1", setup=_SETUP),
    ),
)
@_forgiving
async def create_entry(call: Call) -> str:
    return str(await call.lore.create(call.argument("file"), key=call.argument("key"), content=call.text))


@command(
    "setentryfield",
    aliases=("setlorefield", "setwifield"),
    group=_GROUP,
    summary="Change one field of an entry.",
    named=(_FILE, _UID, _field("content", "the field to change")),
    unnamed=Unnamed("its new value", required=True),
    returns="nothing",
    examples=(
        Example(
            "/setentryfield file=Town uid=0 field=key harbour, port || /getentryfield file=Town field=key 0",
            pipe='["harbour","port"]',
            setup=_SETUP,
        ),
        Example(
            "/setentryfield file=Town uid=0 field=constant on || /getentryfield file=Town field=constant 0",
            pipe="true",
            setup=_SETUP,
        ),
        Example("/setentryfield file=Town uid=9 nothing", pipe="", setup=_SETUP, note="a warning"),
    ),
)
@_forgiving
async def set_entry_field(call: Call) -> str:
    """Lists are written with commas or as JSON, a yes or no as on and off. Before `{`, `}` and `|` a backslash goes."""
    text = _ESCAPED.sub(r"\1", call.text)
    await call.lore.set_field(call.argument("file"), call.argument("uid"), call.argument("field", "content"), text)
    return ""


# -- effects that last -----------------------------------------------------------------------------------------------


@command(
    "wi-set-timed-effect",
    group=_GROUP,
    summary="Start or stop a lasting effect of an entry in this chat.",
    named=(_FILE, _UID, _EFFECT),
    unnamed=Unnamed("on, off, or toggle", enum=("on", "off", "toggle"), required=True),
    returns="nothing",
    examples=(
        Example(
            "/wi-set-timed-effect file=Town uid=0 effect=sticky on"
            " || /wi-get-timed-effect file=Town effect=sticky format=number 0",
            pipe="3",
            setup=f"{_SETUP} || /setentryfield file=Town uid=0 field=sticky 3",
        ),
    ),
)
@_forgiving
async def set_timed_effect(call: Call) -> str:
    """A sticky entry stays in the prompt, one that cools down stays out, for as many messages as the entry says."""
    word = call.text.strip().lower()
    on = True if is_true(word) else False if is_false(word) else None
    if on is None and word not in ("", "toggle"):
        raise UserError(f"The state of an effect is on, off or toggle, not “{word[:40]}”.")
    await call.lore.set_effect(call.argument("file"), call.argument("uid"), _effect(call), on)
    return ""


@command(
    "wi-get-timed-effect",
    group=_GROUP,
    summary="Tell whether a lasting effect of an entry runs in this chat.",
    named=(_FILE, _EFFECT, Named("format", "how to say it", "enum", ("bool", "number"), default="bool")),
    unnamed=_ENTRY,
    returns="true or false, or with format=number the messages left",
    examples=(
        Example("/wi-get-timed-effect file=Town effect=cooldown 0", pipe="false", setup=_SETUP),
        Example("/wi-get-timed-effect file=Town effect=cooldown format=number 0", pipe="0", setup=_SETUP),
    ),
)
@_forgiving
async def get_timed_effect(call: Call) -> str:
    left = await call.lore.effect_left(call.argument("file"), call.text, _effect(call))
    return str(left) if call.choice("format", "bool") == "number" else js_json(left > 0)


def _effect(call: Call) -> Effect:
    if call.choice("effect") == "":
        raise UserError(f"/{call.name} needs effect=sticky or effect=cooldown.")
    return "cooldown" if call.choice("effect") == "cooldown" else "sticky"
