"""Characters: finding, making, changing, going to them (spec/command-semantics.md section 17)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.output import RETURN_KINDS, deliver
from stcore.commands.services import Character
from stcore.commands.values import is_false, is_true
from stcore.errors import StcoreError
from stcore.macros.numbers import js_json, read_number
from stcore.macros.text import trim

_BOOLEAN = ("true", "false")
_ROLES = ("user", "assistant", "system")

_TEXTS = {
    "name": ("name", "display name"),
    "description": ("description", "main description"),
    "firstMessage": ("first_mes", "greeting"),
    "personality": ("personality", "short personality text"),
    "scenario": ("scenario", "scenario text"),
    "messageExamples": ("mes_example", "example dialogue"),
    "creatorNotes": ("creator_notes", "notes of the author"),
    "systemPrompt": ("system_prompt", "own system prompt"),
    "postHistoryInstructions": ("post_history_instructions", "instructions placed after the history"),
    "creator": ("creator", "author name"),
    "characterVersion": ("character_version", "version label"),
    "world": ("world", "attached lorebook"),
    "depthPrompt": ("depth_prompt", "text injected at a depth"),
}
"""Arguments that are texts: the field of the card, and what it is."""

_NUMBERS = {"talkativeness": ("talkativeness", 1), "depthPromptDepth": ("depth_prompt_depth", 9999)}
"""Arguments that are numbers: the field of the card, and the most it may be."""

_FIELDS = (
    "name",
    "description",
    "personality",
    "scenario",
    "first_mes",
    "mes_example",
    "creator_notes",
    "system_prompt",
    "post_history_instructions",
    "creator",
    "character_version",
    "tags",
    "talkativeness",
    "avatar",
    "fav",
)
"""What /char-get gives, in this order; ``avatar`` is the key."""


def _card_arguments(*, name_required: bool) -> tuple[Named, ...]:
    texts = tuple(
        Named(
            argument,
            summary,
            required=name_required and argument == "name",
            choices="books" if argument == "world" else "",
        )
        for argument, (_, summary) in _TEXTS.items()
    )
    return (
        *texts,
        Named("tags", "card tags, comma-separated"),
        Named("favorite", "favourite mark", "bool", _BOOLEAN),
        Named("avatar", "picture: the result of /imagine, or a data: address"),
        Named("avatarPromptResize", "accepted for old scripts; pictures are taken as they are", "bool", _BOOLEAN),
        Named("talkativeness", "how often it speaks in groups, 0 to 1", "number"),
        Named("depthPromptDepth", "how many messages from the end that text goes", "number"),
        Named("depthPromptRole", "role of that text", "enum", _ROLES),
    )


def character_argument(summary: str) -> Named:
    """``char=``: a character by key or name; without it the current one."""
    return Named("char", f"{summary}; the current one without it", choices="characters")


async def find_character(call: Call, text: str, *, warn: bool = True) -> Character | None:
    """The character meant; without ``text`` the current one. Warns when there is none, and when several fit."""
    found = await call.characters.find(trim(text))
    if not found:
        if warn:
            missing = f"There is no character “{text}”." if trim(text) else "No character is in this chat."
            call.ui.toast(missing, "warning")
        return None
    _warn_of_several(call, text, found)
    return found[0]


def _warn_of_several(call: Call, text: str, found: Sequence[Character]) -> None:
    if len(found) > 1 and call.services.ui is not None:
        call.ui.toast(f"{len(found)} characters fit “{text}”; {found[0].key} is taken.", "warning")


# -- finding ---------------------------------------------------------------------------------------------------------


@command(
    "char-find",
    aliases=("findchar",),
    group="characters",
    summary="Find a character and give its key.",
    named=(
        Named("tag", "tag the character must have", choices="tags", repeatable=True),
        Named("preferCurrent", "favour the current character or group members", "bool", _BOOLEAN, default="true"),
        Named("quiet", "no warning when several match", "bool", _BOOLEAN, default="false"),
    ),
    unnamed=Unnamed("name or key; the current character without it", choices="characters"),
    returns="the key; nothing when there is none",
    examples=(
        Example("/char-create name=Alice select=false || /char-find alice", pipe="Alice.png"),
        Example("/char-find zzz", pipe=""),
        Example("/char-find", pipe="Character.png", note="the one in this chat"),
        Example("/tag-add hero || /char-find tag=hero", pipe="Character.png"),
    ),
)
async def char_find(call: Call) -> str:
    """The key is found exactly (its ending may be left out), the name without case and accents."""
    prefer = call.boolean("preferCurrent", default=True)
    text = trim(call.text)
    found = await call.characters.find(text, tags=call.named.get("tag", ()), prefer_current=prefer)
    if not call.boolean("quiet", default=False):
        _warn_of_several(call, text, found)
    return found[0].key if found else ""


@command(
    "char-get",
    aliases=("char-data",),
    group="characters",
    summary="Give the data of a character, or one field of it.",
    named=(
        character_argument("character to read"),
        Named("field", "a single field", "enum", _FIELDS),
        Named("return", "where the result goes", "enum", RETURN_KINDS, default="pipe"),
    ),
    returns="the field as text, or indented JSON of all fields; compact JSON with return=object",
    examples=(
        Example('/char-update description="tall" || /char-get field=description', pipe="tall"),
        Example('/char-update tags="a, b" || /char-get field=tags', pipe="a, b"),
        Example("/char-get field=nope", pipe=""),
        Example("/char-get char=zz", pipe="", note="with a warning"),
    ),
)
async def char_get(call: Call) -> str:
    """Fields have the names they have in cards. In a group `char=` is needed."""
    character = await find_character(call, call.argument("char"))
    if character is None:
        return ""
    record = {name: character.key if name == "avatar" else character.fields[name] for name in _FIELDS}
    field = trim(call.argument("field"))
    if not field:
        return await deliver(call, record, json.dumps(record, ensure_ascii=False, indent=2), default="pipe")
    if field not in record:
        return ""
    return await deliver(call, record[field], field_text(record[field]), default="pipe")


def field_text(value: Any) -> str:
    """One field as text: lists of words with commas, anything else that is no text as JSON."""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ", ".join(value)
    return value if isinstance(value, str) else js_json(value)


# -- making and changing ---------------------------------------------------------------------------------------------


def _given_fields(call: Call) -> dict[str, Any]:
    """The fields of the card that were given. A number or role that is none is left out, with a warning."""
    fields: dict[str, Any] = {
        field: call.argument(argument) for argument, (field, _) in _TEXTS.items() if argument in call.named
    }
    if "tags" in call.named:
        fields["tags"] = [trim(tag) for tag in call.argument("tags").split(",") if trim(tag)]
    if "favorite" in call.named and (is_true(call.named["favorite"]) or is_false(call.named["favorite"])):
        fields["fav"] = is_true(call.named["favorite"])
    for argument, field, most in (
        ("talkativeness", "talkativeness", 1),
        ("depthPromptDepth", "depth_prompt_depth", 9999),
    ):
        if argument in call.named:
            number = read_number(call.argument(argument))
            if number is None or not 0 <= number <= most:
                call.ui.toast(f"{argument}= must be a number from 0 to {most}; it is left as it was.", "warning")
            else:
                fields[field] = number
    if "depthPromptRole" in call.named:
        role = trim(call.argument("depthPromptRole")).lower()
        if role in _ROLES:
            fields["depth_prompt_role"] = role
        else:
            call.ui.toast(f"depthPromptRole= must be one of {', '.join(_ROLES)}; it is left as it was.", "warning")
    return fields


async def _dress(call: Call, key: str) -> None:
    """Give the character the picture of ``avatar=``; one that cannot be had only shows a warning."""
    if trim(call.argument("avatar")):
        try:
            await call.characters.set_avatar(key, call.argument("avatar"))
        except StcoreError as error:
            call.ui.toast(f"The picture was not taken: {error.message} {error.hint}".strip(), "warning")


@command(
    "char-create",
    group="characters",
    summary="Create a character.",
    named=(
        *_card_arguments(name_required=True),
        Named("select", "open it afterwards", "bool", _BOOLEAN, default="true"),
    ),
    returns="its key; nothing when it could not be made",
    examples=(
        Example("/char-create name=Alice select=false", pipe="Alice.png"),
        Example("/char-create name=Alice select=false || /char-create name=Alice select=false", pipe="Alice1.png"),
        Example('/char-create name=Bea firstMessage="I am {{noop}}here." || /messages names=off 0', pipe="I am here."),
        Example("/char-create", pipe="", note="it needs a name"),
    ),
)
async def char_create(call: Call) -> str:
    """Only the name is needed; one that is taken gets a number in its key. It is opened unless `select=false`."""
    name = trim(call.argument("name"))
    if not name:
        call.ui.toast("A character needs a name: /char-create name=...", "warning")
        return ""
    character = await call.characters.create(name, _given_fields(call))
    await _dress(call, character.key)
    if call.boolean("select", default=True):
        await call.characters.open(character.key)
    return character.key


@command(
    "char-update",
    group="characters",
    summary="Change fields of a character.",
    named=(character_argument("character to change"), *_card_arguments(name_required=False)),
    returns="its key; nothing when there is no such character",
    examples=(
        Example('/char-update description="new"', pipe="Character.png"),
        Example("/char-update name=Eve || /pass {{char}}", pipe="Eve", note="the key stays"),
        Example("/char-update", pipe="Character.png", note="nothing given: a warning"),
    ),
)
async def char_update(call: Call) -> str:
    """Only the fields given change; the key stays the same even when the name changes."""
    character = await find_character(call, call.argument("char"))
    if character is None:
        return ""
    fields = _given_fields(call)
    if "name" in fields and not trim(fields["name"]):
        del fields["name"]
    if not fields and not trim(call.argument("avatar")):
        call.ui.toast("Nothing to change was given.", "warning")
        return character.key
    if fields:
        await call.characters.update(character.key, fields)
    await _dress(call, character.key)
    return character.key


@command(
    "char-duplicate",
    aliases=("dupe",),
    group="characters",
    summary="Copy a character.",
    named=(
        character_argument("character to copy"),
        Named("select", "open the copy", "bool", _BOOLEAN, default="false"),
    ),
    returns="the key of the copy; nothing when there is no such character",
    examples=(Example("/char-duplicate", pipe="Character_1.png"),),
)
async def char_duplicate(call: Call) -> str:
    """The copy keeps the name and gets a numbered key."""
    character = await find_character(call, call.argument("char"))
    if character is None:
        return ""
    copy = await call.characters.duplicate(character.key)
    if call.boolean("select", default=False):
        await call.characters.open(copy.key)
    return copy.key


@command(
    "char-delete",
    group="characters",
    summary="Delete a character.",
    named=(
        character_argument("character to delete"),
        Named("deleteChats", "delete its chats too", "bool", _BOOLEAN, default="false"),
        Named("silent", "no confirmation", "bool", _BOOLEAN, default="false"),
    ),
    returns="true, or false when nothing was deleted",
    examples=(
        Example("/char-create name=X select=false || /char-delete char=X silent=true", pipe="true"),
        Example("/char-delete char=nobody silent=true", pipe="false"),
    ),
)
async def char_delete(call: Call) -> str:
    """Asks first unless `silent=true`. The open chat is closed, whichever character was deleted."""
    character = await find_character(call, call.argument("char"))
    if character is None:
        return "false"
    chats = call.boolean("deleteChats", default=False)
    if not call.boolean("silent", default=False):
        what = f"Delete {character.name} ({character.key})" + (" and all chats with it?" if chats else "?")
        if not await call.ui.popup(what, ok="Delete", cancel="Keep"):
            return "false"
    await call.characters.delete(character.key, chats=chats)
    return "true"


@command(
    "rename-char",
    group="characters",
    summary="Rename the current character.",
    named=(
        Named("silent", "do not ask anything", "bool", _BOOLEAN, default="true"),
        Named("chats", "also rename the sender in old chats", "bool", _BOOLEAN),
    ),
    unnamed=Unnamed("the new name", required=True),
    returns="true, or false when nothing was renamed",
    examples=(
        Example("/rename-char Alicia", pipe="true"),
        Example("/rename-char Alicia || /char-find", pipe="Alicia.png", note="the key goes with the name"),
        Example("/rename-char", pipe="false"),
        Example("/rename-char Character", pipe="false", note="it has this name already"),
    ),
)
async def rename_char(call: Call) -> str:
    """With `silent=false` it asks for what was not given: the name, and whether old messages follow."""
    character = await find_character(call, "")
    if character is None:
        return "false"
    asks = not call.boolean("silent", default=True)
    name = trim(call.text)
    if not name and asks:
        name = trim(await call.ui.ask(f"A new name for {character.name}:", default=character.name) or "")
    if not name or name == character.name:
        call.ui.toast("A new name is needed." if not name else f"It is called {name} already.", "warning")
        return "false"
    chats = call.boolean("chats", default=False)
    if asks and "chats" not in call.named:
        chats = bool(await call.ui.popup("Rename it in its old messages too?", ok="Yes", cancel="No"))
    await call.characters.rename(character.key, name, chats=chats)
    return "true"


# -- going there -----------------------------------------------------------------------------------------------------


@command(
    "go",
    aliases=("char",),
    group="characters",
    summary="Open the chat of a character or group.",
    unnamed=Unnamed("name or key of a character, or name of a group", required=True, choices="characters and groups"),
    returns="its name; nothing when there is none",
    examples=(
        Example("/char-create name=Alice select=false || /go alice", pipe="Alice"),
        Example("/char-create name=Alice select=false || /go alice || /pass {{char}}", pipe="Alice"),
        Example("/go zzz", pipe=""),
    ),
)
async def go(call: Call) -> str:
    """The chat that was used last opens; without one a new chat begins. The rest of the script goes on there."""
    text = trim(call.text)
    if not text:
        return ""
    found = await call.characters.find(text)
    if not found:
        return await call.characters.open_group(text)
    _warn_of_several(call, text, found)
    await call.characters.open(found[0].key)
    return found[0].name


@command(
    "random",
    group="characters",
    summary="Open the chat of a random character.",
    unnamed=Unnamed("a tag: only characters that carry it", choices="tags"),
    returns="its name; nothing when none qualifies",
    examples=(
        Example("/random", pipe="Character"),
        Example("/tag-add hero || /random her", pipe="Character", note="the tag may be meant by its beginning"),
        Example("/random nowhere", pipe=""),
    ),
)
async def random(call: Call) -> str:
    """The tag may be matched loosely: exactly, else by its beginning, else by a part of it."""
    found = await call.characters.tagged(trim(call.text))
    if not found:
        return ""
    key, name = call.environment.random.choice(list(found))
    await call.characters.open(key)
    return name
