"""Sets of quick replies: making, changing and switching them on (spec/stscript.md 17.6).

What goes wrong is shown as a notice, and the script goes on with an empty pipe.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Literal

from stcore.commands.call import Call
from stcore.commands.declaration import Command, CommandFunction, Example, Named, Unnamed, command
from stcore.commands.scope import Value
from stcore.commands.services import ReplyFields, ReplyKey, SetOptions
from stcore.commands.services.replies import Where
from stcore.commands.values import is_true
from stcore.errors import NotFound, UserError
from stcore.macros.numbers import js_json, read_number

_TITLE = "Quick replies"
_NOTHING = "nothing"
_TRIP = "/qr-set-create Trip"
_ASK = f'{_TRIP} | /qr-create set=Trip label=ask title="Ask the way" /echo Where to?'
_BOOL = ("true", "false")
_SET = Named("set", "the set it belongs to", required=True, choices="reply sets")
_LABEL = Named("label", "label of the reply", choices="replies")
_ID = Named("id", "number of the reply in its set; counts more than the label", "number")
_SET_NAME = Unnamed("name of the set", required=True, choices="reply sets")
_OCCASIONS = {
    "startup": "run it when the program has started",
    "user": "run it after a message of the user",
    "bot": "run it after a message of the character",
    "load": "run it when a chat is opened",
    "new": "run it when a chat is made",
    "group": "run it when a member of a group is chosen to speak",
    "generation": "run it before a text is generated",
}


def _reply_command(name: str, **declaration: object) -> Callable[[CommandFunction], Command]:
    """A command of this group whose failures are shown instead of raised."""

    def decorate(function: Callable[[Call], Awaitable[Value]]) -> Command:
        async def shown(call: Call) -> Value:
            try:
                return await function(call)
            except (NotFound, UserError) as error:
                call.ui.toast(f"{error.message} {error.hint}".strip(), "error", _TITLE)
                return ""

        shown.__doc__ = function.__doc__
        return command(name, group="quick-replies", **declaration)(shown)  # type: ignore[arg-type]

    return decorate


# -- sets ------------------------------------------------------------------------------------------------------------

_OPTIONS = (
    Named("nosend", "put the text into the message box instead of running or sending it", "bool", _BOOL),
    Named("before", "with inject: the text comes before what is typed", "bool", _BOOL),
    Named("inject", "add what is typed in the message box to the text", "bool", _BOOL),
    Named("name", "the name of the set, instead of the unnamed argument"),
)


def _set_name(call: Call) -> str:
    return call.argument("name") or call.text


def _options(call: Call) -> SetOptions:
    return SetOptions(*(is_true(call.named.get(name)) for name in ("nosend", "before", "inject")))


@_reply_command(
    "qr-set-create",
    aliases=("qr-presetadd",),
    summary="Make an empty set of quick replies.",
    named=_OPTIONS,
    unnamed=_SET_NAME,
    returns=_NOTHING,
    examples=(Example("/qr-set-create Trip | /qr-list Trip", pipe="[]"),),
)
async def qr_set_create(call: Call) -> str:
    """A set of that name is replaced, and its replies are lost."""
    await call.replies.create_set(_set_name(call), _options(call))
    return ""


@_reply_command(
    "qr-set-update",
    aliases=("qr-presetupdate",),
    summary="Change how a set of quick replies works.",
    named=_OPTIONS,
    unnamed=_SET_NAME,
    returns=_NOTHING,
    examples=(Example("/qr-set-update inject=true Trip", pipe="", setup=_TRIP),),
)
async def qr_set_update(call: Call) -> str:
    """Options that are not given are switched off."""
    await call.replies.update_set(_set_name(call), _options(call))
    return ""


@_reply_command(
    "qr-set-delete",
    aliases=("qr-presetdelete",),
    summary="Delete a set with its quick replies.",
    named=(_OPTIONS[-1],),
    unnamed=_SET_NAME,
    returns=_NOTHING,
    examples=(Example("/qr-set-delete Trip | /qr-set-list", pipe="[]", setup=_TRIP),),
)
async def qr_set_delete(call: Call) -> str:
    """Nobody is asked whether that is meant."""
    await call.replies.delete_set(_set_name(call))
    return ""


@_reply_command(
    "qr-set-list",
    summary="List the sets of quick replies.",
    unnamed=Unnamed("which of them", "enum", ("all", "global", "chat"), default="all"),
    returns="JSON list of names",
    examples=(
        Example("/qr-set-list", pipe='["Trip"]', setup=_TRIP),
        Example("/qr-set-on Trip | /qr-set-list global", pipe='["Trip"]', setup=_TRIP),
    ),
)
async def qr_set_list(call: Call) -> str:
    words: dict[str, Where] = {"global": "global", "chat": "chat"}
    return js_json(list(await call.replies.sets(words.get(call.text.strip().lower(), "all"))))


@_reply_command(
    "qr-list",
    summary="List the quick replies of a set.",
    unnamed=_SET_NAME,
    returns="JSON list of labels",
    examples=(Example("/qr-list Trip", pipe='["ask"]', setup=_ASK),),
)
async def qr_list(call: Call) -> str:
    return js_json(list(await call.replies.labels(call.text)))


# -- where they are switched on --------------------------------------------------------------------------------------


def _switching(where: Literal["global", "chat"], on: bool | None) -> Command:
    """``/qr-set``, ``/qr-chat-set`` and what only switches on or off."""
    place, list_name = ("everywhere", "global") if where == "global" else ("for this chat", "chat")
    does = {True: f"Switch a set of quick replies on {place}.", False: f"Switch a set of quick replies off {place}."}
    name = ("qr-set" if where == "global" else "qr-chat-set") + {True: "-on", False: "-off", None: ""}[on]
    visible = Named("visible", "whether its buttons are shown", "bool", _BOOL, default="true")
    listed = "[]" if on is False else '["Trip"]'

    @_reply_command(
        name,
        summary=does[on] if on is not None else f"Switch a set of quick replies on {place}, or off when it is on.",
        named=() if on is False else (visible,),
        unnamed=_SET_NAME,
        returns=_NOTHING,
        details=""
        if on is False
        else "With `visible=false` its replies can be called and run by themselves, but show no buttons.",
        examples=(Example(f"/{name} Trip | /qr-set-list {list_name}", pipe=listed, setup=_TRIP),),
    )
    async def switch(call: Call) -> str:
        await call.replies.switch(call.text, where, on, visible=call.boolean("visible", True))
        return ""

    return switch


SWITCHES = tuple(_switching(where, on) for where in ("global", "chat") for on in (None, True, False))


# -- replies ---------------------------------------------------------------------------------------------------------

_FIELDS = (
    Named("icon", "drawing or sign on the button"),
    Named("showlabel", "show the label beside the icon", "bool", _BOOL),
    Named("hidden", "show no button", "bool", _BOOL, default="false"),
    *(Named(name, summary, "bool", _BOOL, default="false") for name, summary in _OCCASIONS.items()),
    Named("title", "what the button says when one points at it"),
    Named("automationId", "entries of a lorebook with this id run it"),
)


def _fields(call: Call, *, label: str | None, message: str | None) -> ReplyFields:
    """What the arguments of ``/qr-create`` and ``/qr-update`` say."""
    given = call.named

    def text(name: str) -> str | None:
        return str(given[name]) if name in given else None

    def flag(name: str) -> bool | None:
        return is_true(given[name]) if name in given else None

    return ReplyFields(
        label=label,
        message=message,
        icon=text("icon"),
        show_label=flag("showlabel"),
        title=text("title"),
        hidden=flag("hidden"),
        automation_id=text("automationId"),
        occasions={name: is_true(given[name]) for name in _OCCASIONS if name in given},
    )


def _key(call: Call, *, unnamed: bool = False) -> ReplyKey:
    """Which reply is meant: by its number, its label, or where ``unnamed`` is allowed the unnamed label."""
    if "id" in call.named:
        number = read_number(call.argument("id"))
        if number is None or not number.is_integer():
            raise call.wrong("id", call.argument("id"), "the number of a reply")
        return ReplyKey(id=int(number))
    label = call.argument("label") or (call.text.strip() if unnamed else "")
    if not label:
        raise UserError(f"/{call.name} needs the label or the id of a quick reply.")
    return ReplyKey(label=label)


@_reply_command(
    "qr-create",
    summary="Add a quick reply to a set.",
    named=(_SET, Named("label", "text of the button"), *_FIELDS),
    unnamed=Unnamed("the script or message to store", required=True),
    returns=_NOTHING,
    examples=(
        Example("/qr-create set=Trip label=ask /echo Where to? | /qr-list Trip", pipe='["ask"]', setup=_TRIP),
        Example(
            '/qr-create set=Trip label=up "/upper a | /pass \\{\\{pipe\\}\\}!" | /:Trip.up',
            pipe="A!",
            setup=_TRIP,
            note="in quotes a pipe is stored; braces of macros that must stay are escaped",
        ),
    ),
)
async def qr_create(call: Call) -> str:
    """Pipes and braces that belong to the stored script are escaped with a backslash, or they act in this one."""
    fields = _fields(call, label=call.argument("label"), message=call.text)
    await call.replies.create(call.argument("set"), fields)
    return ""


@_reply_command(
    "qr-update",
    summary="Change a quick reply.",
    named=(_SET, _LABEL, _ID, Named("newlabel", "its new label"), *_FIELDS),
    unnamed=Unnamed("its new script or message; empty keeps the old one"),
    returns=_NOTHING,
    examples=(Example("/qr-update set=Trip label=ask newlabel=go || /qr-list Trip", pipe='["go"]', setup=_ASK),),
)
async def qr_update(call: Call) -> str:
    """What is not given stays, except the automation id: that is cleared."""
    label = call.argument("newlabel") if "newlabel" in call.named else None
    fields = _fields(call, label=label, message=call.text if call.text.strip() else None)
    fields = replace(fields, automation_id=fields.automation_id or "")
    await call.replies.update(call.argument("set"), _key(call), fields)
    return ""


@_reply_command(
    "qr-get",
    summary="Read all properties of a quick reply.",
    named=(_SET, _LABEL, _ID),
    returns="JSON object",
    examples=(Example("/qr-get set=Trip label=ask | /let key=r | /var index=title r", pipe="Ask the way", setup=_ASK),),
)
async def qr_get(call: Call) -> str:
    return js_json(dict(await call.replies.get(call.argument("set"), _key(call))))


@_reply_command(
    "qr-delete",
    summary="Delete a quick reply.",
    named=(_SET, _LABEL, _ID),
    unnamed=Unnamed("label of the reply", choices="replies"),
    returns=_NOTHING,
    examples=(Example("/qr-delete set=Trip ask | /qr-list Trip", pipe="[]", setup=_ASK),),
)
async def qr_delete(call: Call) -> str:
    await call.replies.delete(call.argument("set"), _key(call, unnamed=True))
    return ""


# -- menus -----------------------------------------------------------------------------------------------------------

_MENU = f"{_ASK} | /qr-set-create Places"


@_reply_command(
    "qr-contextadd",
    summary="Hang a set into the context menu of a quick reply.",
    named=(
        _SET,
        _LABEL,
        _ID,
        Named("chain", "put the text of the reply before the one chosen in the menu", "bool", _BOOL, default="false"),
    ),
    unnamed=Unnamed("the set that becomes the menu", required=True, choices="reply sets"),
    returns=_NOTHING,
    examples=(
        Example(
            "/qr-contextadd set=Trip label=ask chain=true Places || /qr-get set=Trip label=ask | /let key=r"
            " | /var index=contextList r",
            pipe='[{"set":"Places","isChained":true}]',
            setup=_MENU,
        ),
    ),
)
async def qr_contextadd(call: Call) -> str:
    chained = is_true(call.named.get("chain"))
    await call.replies.link(call.argument("set"), _key(call), call.text, chained=chained)
    return ""


@_reply_command(
    "qr-contextdel",
    summary="Take a set off the context menu of a quick reply.",
    named=(_SET, _LABEL, _ID),
    unnamed=Unnamed("the set to take off", required=True, choices="reply sets"),
    returns=_NOTHING,
    examples=(Example("/qr-contextdel set=Trip label=ask Places", pipe="", setup=_MENU),),
)
async def qr_contextdel(call: Call) -> str:
    await call.replies.unlink(call.argument("set"), _key(call), call.text)
    return ""


@_reply_command(
    "qr-contextclear",
    summary="Take all sets off the context menu of a quick reply.",
    named=(_SET, _LABEL, _ID),
    unnamed=Unnamed("label of the reply", choices="replies"),
    returns=_NOTHING,
    examples=(Example("/qr-contextclear set=Trip ask", pipe="", setup=_MENU),),
)
async def qr_contextclear(call: Call) -> str:
    await call.replies.unlink(call.argument("set"), _key(call, unnamed=True), None)
    return ""
