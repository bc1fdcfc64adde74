"""Adding and reading messages of the chat (spec/stscript.md 16.5, spec/command-semantics.md sections 2 to 4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.output import RETURN_KINDS, deliver
from stcore.commands.services import Message, Role
from stcore.errors import UserError
from stcore.macros.numbers import read_number
from stcore.macros.text import trim

_RANGE = re.compile(r"\s*([0-9]+)(?:\.[0-9]*)?\s*(?:-\s*([0-9]+)(?:\.[0-9]*)?\s*)?")
_AT = Named("at", "number to insert before; negative counts from the end", "number", choices="messages")
_RETURN = Named("return", "where the stored message goes", "enum", RETURN_KINDS, default="none")
_COMPACT = Named("compact", "small layout", "bool", ("true", "false"), default="false")
_RAW = Named("raw", "false makes quotes around the text go away", "bool", ("true", "false"), default="true")
_TEXT = Unnamed("the text", required=True)
_RANGE_ARGUMENT = Unnamed("a number or a range like 2-5, counted from 0", ("number", "range"), choices="messages")
_NEEDED_RANGE = replace(_RANGE_ARGUMENT, required=True)


def insert_position(text: str, count: int) -> int | None:
    """Where ``at=`` inserts among ``count`` messages; ``None`` appends. ``-1`` is before the last, ``-0`` the end."""
    number = read_number(text)
    if number is None:
        return None
    position = int(number)
    if position < 0 or trim(text).startswith("-"):
        position += count
    return position if 0 <= position <= count else None


def message_range(text: str, count: int) -> range | None:
    """The numbers that ``3`` or ``2-5`` names, both ends included; ``None`` when any of it does not exist."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    first = int(match.group(1))
    last = first if match.group(2) is None else int(match.group(2))
    return range(first, last + 1) if first <= last < count else None


async def _add(call: Call, role: Role, name: str | None, *, hidden: bool = False) -> str:
    at = None
    if "at" in call.named:
        at = insert_position(call.argument("at"), len(await call.chat.messages()))
    text = call.expand(trim(call.text))
    extra: dict[str, Any] = {"isSmallSys": call.boolean("compact", default=False)}
    if role != "user":
        moment = int(call.environment.clock.now().timestamp() * 1000)
        extra |= {"api": "manual", "model": "slash command", "gen_id": moment}
    message = await call.chat.send(text, name=name, role=role, hidden=hidden, at=at, extra=extra)
    return await deliver(call, message.to_dict(), message.text, default="none")


async def _known(call: Call, name: str, role: Role) -> str:
    """The name of the persona (for messages of the user) or character that is meant by a name or key.

    An unknown name is used as it is.
    """
    people = call.services.personas if role == "user" else call.services.characters
    found = await people.find(name) if people is not None and name else ()
    return found[0].name if found else name


async def _given_name(call: Call, role: Role) -> str | None:
    return await _known(call, call.argument("name"), role) if "name" in call.named else None


@command(
    "send",
    group="messages",
    summary="Add a message of yours without waiting for a reply.",
    named=(_AT, _COMPACT, Named("name", "another sender", default="{{user}}", choices="personas"), _RETURN, _RAW),
    unnamed=_TEXT,
    raw_quotes=True,
    returns="by return=, normally nothing",
    examples=(
        Example("/send return=pipe good evening", pipe="good evening"),
        Example("/send good evening | /pass [{{pipe}}]", pipe="[]"),
    ),
)
async def send(call: Call) -> str:
    return await _add(call, "user", await _given_name(call, "user"))


@command(
    "sendas",
    group="messages",
    summary="Add a message of a character.",
    named=(
        Named("name", "who speaks; the character of the chat when missing", choices="characters"),
        Named("avatar", "whose picture to show", choices="characters"),
        _AT,
        _COMPACT,
        _RETURN,
        _RAW,
    ),
    unnamed=_TEXT,
    raw_quotes=True,
    returns="by return=, normally nothing",
    examples=(Example("/sendas name=Bob return=pipe hi", pipe="hi"),),
)
async def sendas(call: Call) -> str:
    """With an unknown `avatar=` nothing is added."""
    picture = call.argument("avatar")
    if picture and not (call.services.characters and await call.services.characters.find(picture)):
        call.ui.toast(f"There is no character “{picture}”, so nothing was added.", "warning")
        return ""
    return await _add(call, "character", await _given_name(call, "character") or None)


@command(
    "sys",
    aliases=("nar",),
    group="messages",
    summary="Add a message of the narrator.",
    named=(_AT, _COMPACT, Named("name", "the narrator's name for this message"), _RETURN, _RAW),
    unnamed=_TEXT,
    raw_quotes=True,
    returns="by return=, normally nothing",
    examples=(Example("/sys return=pipe Night falls.", pipe="Night falls."),),
)
async def sys_(call: Call) -> str:
    return await _add(call, "system", call.argument("name") or call.chat.narrator)


@command(
    "sysname",
    group="messages",
    summary="Name the narrator of this chat.",
    unnamed=Unnamed("the name; nothing sets it back"),
    returns="nothing",
    examples=(Example("/sysname Storyteller | /sys Once | /messages 1", pipe="Storyteller: Once"),),
)
async def sysname(call: Call) -> str:
    await call.chat.set_narrator(trim(call.text))
    return ""


@command(
    "comment",
    group="messages",
    summary="Add a note that no model sees.",
    named=(_AT, _COMPACT, _RETURN, _RAW),
    unnamed=_TEXT,
    raw_quotes=True,
    returns="by return=, normally nothing",
    examples=(Example("/comment return=pipe check the map", pipe="check the map"),),
)
async def comment(call: Call) -> str:
    return await _add(call, "comment", "Note", hidden=True)


@command(
    "messages",
    aliases=("message",),
    group="messages",
    summary="Read messages of the chat.",
    named=(
        Named("names", "put the sender before each message", "bool", ("on", "off"), default="on"),
        Named("hidden", "hidden messages too", "bool", ("on", "off"), default="off"),
        Named("role", "only messages of this role", "enum", ("user", "assistant", "system")),
    ),
    unnamed=_NEEDED_RANGE,
    returns="the messages, an empty line between them; empty for a range that does not exist",
    examples=(
        Example("/send one | /send two | /messages names=off 1-2", pipe="one\n\ntwo"),
        Example("/messages 7", pipe=""),
    ),
)
async def messages(call: Call) -> str:
    all_messages = await call.chat.messages()
    wanted = call.argument("role")
    if wanted and wanted not in ("user", "assistant", "system"):
        raise call.wrong("role", wanted, "user, assistant or system")
    numbers = message_range(call.text, len(all_messages))
    chosen = [all_messages[number] for number in numbers] if numbers else []
    hidden, names = call.boolean("hidden", default=False), call.boolean("names", default=True)
    texts = [
        f"{message.name}: {message.text}" if names else message.text
        for message in chosen
        if (hidden or not message.hidden) and (not wanted or prompt_role(message) == wanted)
    ]
    return "\n\n".join(texts)


def prompt_role(message: Message) -> str:
    """Who a message counts as: ``user``, ``system`` for the narrator, ``assistant`` for everybody else."""
    return {"user": "user", "system": "system"}.get(message.role, "assistant")


# -- changing --------------------------------------------------------------------------------------------------------


async def _delete(call: Call, doomed: Sequence[Message]) -> str:
    await call.chat.delete([message.id for message in doomed])
    return "".join(f"{message.text}\n" for message in doomed)


@command(
    "del",
    aliases=("delete", "delmode"),
    group="messages",
    summary="Delete the last messages.",
    unnamed=Unnamed("how many", "number"),
    returns="the deleted texts, each with a line break behind it",
    examples=(Example("/send one | /send two || /del 1", pipe="two\n"),),
)
async def delete(call: Call) -> str:
    number = read_number(call.text)
    if number is None:
        call.ui.toast("Say how many messages to delete: /del 2", "warning")
        return ""
    count = -int(-number // 1)
    all_messages = await call.chat.messages()
    if count < 1:
        return ""
    if count > len(all_messages):
        call.ui.toast(f"There are only {len(all_messages)} messages, so nothing was deleted.", "warning")
        return ""
    return await _delete(call, all_messages[-count:])


@command(
    "cut",
    group="messages",
    summary="Delete messages by their numbers.",
    unnamed=_NEEDED_RANGE,
    returns="the deleted texts, each with a line break behind it",
    examples=(Example("/send one | /send two | /send three || /cut 1-2", pipe="one\ntwo\n"),),
)
async def cut(call: Call) -> str:
    all_messages = await call.chat.messages()
    words = call.text.split()
    numbers = message_range(call.text, len(all_messages)) or message_range(words[0] if words else "", len(all_messages))
    if numbers is None:
        call.ui.toast(f"There are no messages “{call.text}”, so nothing was deleted.", "warning")
        return ""
    return await _delete(call, [all_messages[number] for number in numbers])


@command(
    "delname",
    aliases=("cancel",),
    group="messages",
    summary="Delete all messages of one sender.",
    unnamed=Unnamed("the sender", required=True, choices="senders"),
    returns="nothing",
    examples=(Example("/sendas name=Bob hi | /delname Bob", pipe=""),),
)
async def delname(call: Call) -> str:
    name = trim(call.text)
    if not name:
        raise UserError("/delname needs the name of a sender.")
    all_messages = await call.chat.messages()
    name = await _known(call, name, "character")
    if call.chat.character.lower() == name.lower():
        name = call.chat.character
    doomed = [message for message in all_messages if message.name == name]
    await call.chat.delete([message.id for message in doomed])
    call.ui.toast(f"{len(doomed)} messages of {name} were deleted.")
    return ""


async def _mark(call: Call, *, hidden: bool) -> str:
    all_messages = await call.chat.messages()
    text = call.text or str(len(all_messages) - 1)
    sender = call.argument("name")
    for number in message_range(text, len(all_messages)) or ():
        message = all_messages[number]
        if not sender or message.name == sender:
            await call.chat.update(message.id, hidden=hidden)
    return ""


_SENDER = Named("name", "only messages of this sender", choices="senders")


@command(
    "hide",
    group="messages",
    summary="Keep messages out of prompts.",
    named=(_SENDER,),
    unnamed=_RANGE_ARGUMENT,
    returns="nothing",
    examples=(Example("/send one || /hide 1 | /messages 1", pipe=""),),
)
async def hide(call: Call) -> str:
    """Without a number it is the last message."""
    return await _mark(call, hidden=True)


@command(
    "unhide",
    group="messages",
    summary="Put hidden messages back into prompts.",
    named=(_SENDER,),
    unnamed=_RANGE_ARGUMENT,
    returns="nothing",
    examples=(Example("/send one || /hide 1 || /unhide 1 | /messages names=off 1", pipe="one"),),
)
async def unhide(call: Call) -> str:
    """Without a number it is the last message."""
    return await _mark(call, hidden=False)


async def _existing(call: Call) -> Message | None:
    """The message that ``at=`` names, the last one without it; here ``-1`` is the last."""
    all_messages = await call.chat.messages()
    text = call.argument("at", "-1")
    number = read_number(text)
    count = len(all_messages)
    position = None if number is None or trim(text) == "-0" else int(number) + (count if number < 0 else 0)
    if position is None or not 0 <= position < count:
        call.ui.toast(f"There is no message {text}.", "warning")
        return None
    return all_messages[position]


_EXISTING = Named("at", "number of the message; negative counts from the end", "number", choices="messages")
_ROLES: dict[str, Role] = {"user": "user", "assistant": "character", "system": "system"}


@command(
    "message-role",
    group="messages",
    summary="Read or change who a message counts as.",
    named=(_EXISTING,),
    unnamed=Unnamed("the new role", "enum", ("user", "assistant", "system")),
    returns="the role",
    examples=(
        Example("/send one || /message-role", pipe="user"),
        Example("/send one || /message-role system", pipe="system"),
    ),
)
async def message_role(call: Call) -> str:
    message = await _existing(call)
    if message is None:
        return ""
    role = _ROLES.get(trim(call.text).lower())
    return prompt_role(message if role is None else await call.chat.update(message.id, role=role))


@command(
    "message-name",
    group="messages",
    summary="Read or change the sender of a message.",
    named=(_EXISTING,),
    unnamed=Unnamed("the new sender", choices="characters"),
    returns="the sender",
    examples=(
        Example("/sendas name=Bob hi || /message-name", pipe="Bob"),
        Example("/send one || /message-name Eve", pipe="Eve"),
    ),
)
async def message_name(call: Call) -> str:
    message = await _existing(call)
    if message is None:
        return ""
    name = await _known(call, trim(call.text), message.role)
    return (await call.chat.update(message.id, name=name)).name if name else message.name


# -- reasoning -------------------------------------------------------------------------------------------------------


async def _numbered(call: Call, text: str) -> Message | None:
    """The message ``text`` numbers from 0, the last one without a number."""
    all_messages = await call.chat.messages()
    number = read_number(text) if trim(text) else len(all_messages) - 1
    if number is None or not 0 <= number < len(all_messages):
        return None
    return all_messages[int(number)]


@command(
    "reasoning-get",
    aliases=("get-reasoning",),
    group="messages",
    summary="Read what the model thought before a message.",
    unnamed=Unnamed("number of the message, the last one without it", "number", choices="messages"),
    returns="the reasoning; nothing when there is none",
    examples=(
        Example("/reasoning-get", pipe=""),
        Example("/reasoning-set They waved. || /reasoning-get 0", pipe="They waved."),
    ),
)
async def reasoning_get(call: Call) -> str:
    message = await _numbered(call, call.text)
    return "" if message is None else str(message.extra.get("reasoning") or "")


@command(
    "reasoning-set",
    aliases=("set-reasoning",),
    group="messages",
    summary="Store a reasoning with a message.",
    named=(
        Named("at", "number of the message, the last one without it", "number", choices="messages"),
        Named("collapse", "show the block folded or open", "bool", ("true", "false")),
    ),
    unnamed=Unnamed("the reasoning"),
    returns="the stored reasoning; nothing when there is no such message",
    examples=(
        Example("/reasoning-set They waved.", pipe="They waved."),
        Example("/reasoning-set at=7 They waved.", pipe=""),
    ),
)
async def reasoning_set(call: Call) -> str:
    """It is marked as entered by hand. Without a text the reasoning is taken away."""
    message = await _numbered(call, call.argument("at"))
    if message is None:
        return ""
    text = call.text
    changes: dict[str, Any] = {"reasoning": text or None, "reasoning_type": "manual" if text else None}
    if "collapse" in call.named:
        changes["reasoning_collapsed"] = call.boolean("collapse", default=False)
    await call.chat.update(message.id, extra=changes)
    return text
