"""Personas: who the person is (spec/command-semantics.md section 17)."""

from __future__ import annotations

import json
from typing import Any

from stcore.commands.builtin.characters import field_text
from stcore.commands.builtin.messages import message_range
from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.output import RETURN_KINDS, deliver
from stcore.commands.services import Persona
from stcore.commands.services.personas import POSITIONS, ROLES, Binding
from stcore.commands.values import is_false, is_true
from stcore.errors import StcoreError
from stcore.macros.numbers import read_number
from stcore.macros.text import trim

_BOOLEAN = ("true", "false")
_FIELDS = (
    "avatar",
    "name",
    "description",
    "title",
    "position",
    "depth",
    "role",
    "lorebook",
    "default",
    "connections",
)
_TEXTS = ("name", "description", "title", "lorebook")
_BINDINGS: tuple[Binding, ...] = ("chat", "character", "default")
_MODES = ("lookup", "temp", "all")

_PERSONA = Named("persona", "name or key; the active one without it", choices="personas")


def _arguments(*, name_required: bool) -> tuple[Named, ...]:
    return (
        Named("name", "display name", required=name_required),
        Named("description", "text about the user sent to the model"),
        Named("title", "label shown in the list only"),
        Named("avatar", "picture: the result of /imagine, or a data: address"),
        Named("avatarPromptResize", "accepted for old scripts; pictures are taken as they are", "bool", _BOOLEAN),
        Named("descriptionPosition", "where the description goes in the prompt", "enum", tuple(POSITIONS)),
        Named("descriptionDepth", "depth for the at-depth position", "number"),
        Named("descriptionRole", "role for the at-depth position", "enum", ("user", "assistant", "system")),
        Named("lorebook", "attached lorebook", choices="books"),
    )


def _given_fields(call: Call) -> dict[str, Any]:
    """The fields that were given; positions and roles that do not exist are left out."""
    fields: dict[str, Any] = {name: call.argument(name) for name in _TEXTS if name in call.named}
    for argument, field, words in (
        ("descriptionPosition", "position", POSITIONS),
        ("descriptionRole", "role", ROLES),
    ):
        by_word = {word.lower(): number for word, number in words.items()}
        word = trim(call.argument(argument)).lower()
        if word in by_word:
            fields[field] = by_word[word]
    depth = read_number(call.argument("descriptionDepth"))
    if depth is not None and 0 <= depth <= 9999:
        fields["depth"] = int(depth)
    if "name" in fields and not trim(fields["name"]):
        del fields["name"]
    return fields


async def find_persona(call: Call, *, argument: str = "persona") -> Persona | None:
    """The persona that an argument means, without it the active one; warns when there is none."""
    text = trim(call.argument(argument))
    if not text:
        active = await call.personas.active()
        if active is None:
            call.ui.toast("No persona is active, only a name.", "warning")
        return active
    found = await call.personas.find(text)
    if not found:
        call.ui.toast(f"There is no persona “{text}”.", "warning")
    return found[0] if found else None


async def _dress(call: Call, key: str) -> None:
    if trim(call.argument("avatar")):
        try:
            await call.personas.set_avatar(key, call.argument("avatar"))
        except StcoreError as error:
            call.ui.toast(f"The picture was not taken: {error.message} {error.hint}".strip(), "warning")


@command(
    "persona-create",
    group="personas",
    summary="Create a persona.",
    named=(
        *_arguments(name_required=True),
        Named("select", "make it the active persona", "bool", _BOOLEAN, default="true"),
    ),
    returns="its key; nothing without a name",
    examples=(
        Example("/persona-create name=Mira | /persona-get field=name", pipe="Mira"),
        Example("/persona-create name=Mira || /pass {{user}}", pipe="Mira"),
        Example("/persona-create", pipe=""),
    ),
)
async def persona_create(call: Call) -> str:
    """Its key is made of the time and the letters of the name, since several may have the same name."""
    if not trim(call.argument("name")):
        call.ui.toast("A persona needs a name: /persona-create name=...", "warning")
        return ""
    persona = await call.personas.create(trim(call.argument("name")), _given_fields(call))
    await _dress(call, persona.key)
    if call.boolean("select", default=True):
        await call.personas.select(persona.key)
    return persona.key


@command(
    "persona-update",
    group="personas",
    summary="Change a persona.",
    named=(_PERSONA, *_arguments(name_required=False)),
    returns="its key; nothing when there is none",
    examples=(
        Example(
            '/persona-create name=Mira || /persona-update description="a sailor" || /pass {{persona}}', pipe="a sailor"
        ),
        Example("/persona-update persona=nobody title=x", pipe=""),
    ),
)
async def persona_update(call: Call) -> str:
    """Only the fields given change; positions and roles that do not exist are ignored."""
    persona = await find_persona(call)
    if persona is None:
        return ""
    fields = _given_fields(call)
    if not fields and not trim(call.argument("avatar")):
        call.ui.toast("Nothing to change was given.", "info")
        return persona.key
    if fields:
        await call.personas.update(persona.key, fields)
    await _dress(call, persona.key)
    return persona.key


@command(
    "persona-get",
    aliases=("persona-data",),
    group="personas",
    summary="Give the data of a persona, or one field of it.",
    named=(
        _PERSONA,
        Named("field", "a single field", "enum", _FIELDS),
        Named("return", "where the result goes", "enum", RETURN_KINDS, default="pipe"),
    ),
    returns="the field as text, or indented JSON; compact JSON with return=object",
    examples=(
        Example("/persona-create name=Mira descriptionPosition=topAN || /persona-get field=position", pipe="2"),
        Example("/persona-create name=Mira || /persona-get field=default", pipe="false"),
        Example("/persona-get persona=nobody", pipe=""),
    ),
)
async def persona_get(call: Call) -> str:
    """`position` and `role` are numbers: 0 in the prompt, 2 above and 3 below the note, 4 at depth, 9 none; 0 system,
    1 user, 2 assistant."""
    persona = await find_persona(call)
    if persona is None:
        return ""
    record = {name: persona.fields[name] for name in _FIELDS}
    field = trim(call.argument("field"))
    if not field:
        return await deliver(call, record, json.dumps(record, ensure_ascii=False, indent=2), default="pipe")
    if field not in record:
        call.ui.toast(f"A persona has no field “{field}”.", "warning")
        return ""
    return await deliver(call, record[field], field_text(record[field]), default="pipe")


@command(
    "persona-delete",
    group="personas",
    summary="Delete a persona.",
    named=(_PERSONA, Named("silent", "no confirmation", "bool", _BOOLEAN, default="false")),
    returns="true or false; nothing when there is none",
    examples=(Example("/persona-create name=Mira || /persona-delete silent=true", pipe="true"),),
)
async def persona_delete(call: Call) -> str:
    """Asks first unless `silent=true`."""
    persona = await find_persona(call)
    if persona is None:
        return ""
    question = f"Delete the persona {persona.name}?"
    if not call.boolean("silent", default=False) and not await call.ui.popup(question, ok="Delete", cancel="Keep"):
        return "false"
    await call.personas.delete(persona.key)
    return "true"


@command(
    "persona-duplicate",
    group="personas",
    summary="Copy a persona.",
    named=(_PERSONA, Named("select", "make the copy active", "bool", _BOOLEAN, default="false")),
    returns="the key of the copy; nothing when there is none",
    examples=(
        Example(
            "/persona-create name=Mira || /persona-duplicate | /let copy || "
            "/persona-get persona={{var::copy}} field=name",
            pipe="Mira",
        ),
    ),
)
async def persona_duplicate(call: Call) -> str:
    persona = await find_persona(call)
    if persona is None:
        return ""
    copy = await call.personas.duplicate(persona.key)
    if call.boolean("select", default=False):
        await call.personas.select(copy.key)
    return copy.key


# -- being somebody --------------------------------------------------------------------------------------------------


@command(
    "persona-lock",
    aliases=("lock", "bind"),
    group="personas",
    summary="Read or set what the active persona is bound to.",
    named=(Named("type", "this chat, its character, or the default for new chats", "enum", _BINDINGS, default="chat"),),
    unnamed=Unnamed("on, off or toggle; only read without it", enum=("on", "off", "toggle")),
    returns="true or false; nothing for words that mean neither",
    examples=(
        Example("/persona-create name=Mira || /persona-lock", pipe="false"),
        Example("/persona-create name=Mira || /persona-lock on || /persona-lock", pipe="true"),
        Example("/persona-create name=Mira || /persona-lock type=default toggle", pipe="true"),
        Example("/persona-create name=Mira || /persona-lock perhaps", pipe=""),
    ),
)
async def persona_lock(call: Call) -> str:
    kind = next((name for name in _BINDINGS if name == trim(call.argument("type", "chat")).lower()), None)
    state = trim(call.text).lower()
    if kind is None or not (not state or is_true(state) or is_false(state) or state in ("toggle", "t")):
        call.ui.toast("/persona-lock takes type=chat, character or default, and on, off or toggle.", "warning")
        return ""
    if not state:
        return "true" if await call.personas.is_bound(kind) else "false"
    on = not await call.personas.is_bound(kind) if state in ("toggle", "t") else is_true(state)
    try:
        await call.personas.bind(kind, on)
    except StcoreError as error:
        call.ui.toast(f"{error.message} {error.hint}".strip(), "warning")
        return ""
    return "true" if on else "false"


@command(
    "persona-set",
    aliases=("persona", "name"),
    group="personas",
    summary="Be a persona, or just go by another name.",
    named=(Named("mode", "how to treat the name", "enum", _MODES, default="all"),),
    unnamed=Unnamed("name or key of a persona, or a new name", required=True, choices="personas"),
    returns="nothing",
    examples=(
        Example("/persona-set Kim || /pass {{user}}", pipe="Kim", note="no persona: only the name"),
        Example("/persona-create name=Mira select=false || /persona-set mira || /pass {{user}}", pipe="Mira"),
        Example("/persona-set mode=lookup nobody || /pass {{user}}", pipe="User"),
    ),
)
async def persona_set(call: Call) -> str:
    """`mode=lookup` takes only a persona, `temp` only the name, `all` the persona if there is one, else the name."""
    name, mode = trim(call.text), trim(call.argument("mode", "all")).lower()
    if not name or mode not in _MODES:
        call.ui.toast("/persona-set needs a name; mode= is lookup, temp or all.", "warning")
        return ""
    found = await call.personas.find(name) if mode != "temp" else ()
    if found:
        await call.personas.select(found[0].key)
    elif mode == "lookup":
        call.ui.toast(f"There is no persona “{name}”.", "warning")
    else:
        await call.personas.rename_user(name)
    return ""


@command(
    "persona-sync",
    aliases=("sync",),
    group="personas",
    summary="Make your messages those of the active persona.",
    named=(
        Named("from", "only messages of this sender", choices="senders"),
        Named("quiet", "no confirmation", "bool", _BOOLEAN, default="true"),
    ),
    unnamed=Unnamed("index or range; all messages without it", ("number", "range"), default="0-{{lastMessageId}}"),
    returns="nothing",
    examples=(
        Example("/send one || /persona-set Kim || /persona-sync || /messages 1", pipe="Kim: one"),
        Example("/send one || /persona-set Kim || /persona-sync 7-9 || /messages 1", pipe="User: one"),
    ),
)
async def persona_sync(call: Call) -> str:
    """A range that does not exist does nothing. With `quiet=false` it asks first."""
    messages = await call.chat.messages()
    text = trim(call.text)
    chosen = message_range(text, len(messages)) if text else range(len(messages))
    sender = trim(call.argument("from"))
    ours = [
        messages[number]
        for number in chosen or ()
        if messages[number].role == "user" and (not sender or messages[number].name == sender)
    ]
    if not ours:
        return ""
    question = f"Make {len(ours)} messages those of {call.chat.user}?"
    if not call.boolean("quiet", default=True) and not await call.ui.popup(question, ok="Yes", cancel="No"):
        return ""
    for message in ours:
        await call.chat.update(message.id, name=call.chat.user)
    return ""
