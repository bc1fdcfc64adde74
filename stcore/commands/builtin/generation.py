"""Texts that the model writes for a script (spec/command-semantics.md section 7)."""

from __future__ import annotations

import math
from typing import Any

from stcore.commands.builtin.messages import insert_position
from stcore.commands.builtin.text import finished_sentences
from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.output import RETURN_KINDS, deliver
from stcore.commands.services.generation import Asked, AskedAlone
from stcore.commands.values import read_text
from stcore.errors import StcoreError
from stcore.macros.numbers import parse_json, read_number
from stcore.macros.text import trim

_BOOLEAN = ("true", "false")
_SWITCH = ("on", "off")
_PROMPT = Unnamed("the prompt", required=True)
_TRIM = Named("trim", "cut the reply after its last finished sentence", "bool", _BOOLEAN, default="false")
_AS = Named("as", "how the prompt is presented", "enum", ("system", "char"), default="system")
_LOCK = Named("lock", "keep others from writing into the chat meanwhile", "bool", _SWITCH, default="off")
_STOP = Named("stop", "stop strings for this call", "list", default="[]")
_LENGTH = Named("length", "longest reply in tokens", "number")


@command(
    "gen",
    group="api-and-models",
    summary="Let the model write a text with the chat as context.",
    named=(
        _TRIM,
        _LOCK,
        Named("name", "speaker of the text, for models that complete text", default="System", choices="characters"),
        _LENGTH,
        _AS,
        _STOP,
    ),
    unnamed=_PROMPT,
    returns="the text; empty when it failed or was stopped",
    examples=(
        Example("/gen length=20 Name the weather in three words."),
        Example("/gen trim=true What does {{char}} think right now? | /echo"),
    ),
)
async def gen(call: Call) -> str:
    """The prompt goes behind the character, the history and the injections; nothing is stored in the chat. Without a
    prompt the chat alone is the prompt.
    """
    return await _generate(call)


async def _generate(call: Call) -> str:
    name = call.argument("name")
    asked = Asked(
        prompt=call.text,
        length=_length(call.argument("length")),
        stop=_strings(call.argument("stop")),
        speaker="" if name == "System" else name,
        as_character=call.argument("as") == "char",
        lock=call.boolean("lock", default=False),
    )
    await clear_input(call)
    try:
        text = await call.generation.generate(asked)
    except StcoreError as error:
        call.report(error)
        return ""
    text = text or ""
    return finished_sentences(text) if call.boolean("trim", default=False) else text


@command(
    "genraw",
    group="api-and-models",
    summary="Let the model write a text from the prompt alone.",
    named=(
        _LOCK,
        Named("instruct", "use the instruct template, for models that complete text", "bool", _SWITCH, default="on"),
        _STOP,
        _AS,
        Named("system", "what the model is told first", ("string", "varname"), choices="variables"),
        Named("prefill", "how the reply begins", ("string", "varname"), choices="variables"),
        Named("length", "longest reply in tokens", ("number", "varname"), choices="variables"),
        Named("trim", "take names of speakers off, and what is said for the user", "bool", _SWITCH, default="on"),
    ),
    unnamed=_PROMPT,
    returns="the text; empty when it failed, or without a prompt",
    examples=(
        Example('/genraw system="You name colours." length=8 The sea at noon.'),
        Example("/genraw", pipe="", note="without a prompt nothing is asked"),
    ),
)
async def genraw(call: Call) -> str:
    """Neither chat nor character is sent. `system`, `prefill`, `length` and `stop` may name variables of the chat or
    of the settings. An empty reply counts as a failure.
    """
    if not trim(call.text):
        return ""
    asked = AskedAlone(
        prompt=call.text,
        system=_stored(call, "system"),
        prefill=_stored(call, "prefill"),
        length=_length(_stored(call, "length")),
        stop=_strings(_stored(call, "stop")),
        tidy=call.boolean("trim", default=True),
        instruct=call.boolean("instruct", default=True),
        as_character=call.argument("as") == "char",
        lock=call.boolean("lock", default=False),
    )
    try:
        text = await call.generation.generate_alone(asked)
    except StcoreError as error:
        call.report(error)
        return ""
    if not text:
        call.ui.toast("Nothing was written: it was stopped." if text is None else "The model wrote nothing.", "error")
    return text or ""


@command(
    "sysgen",
    group="messages",
    summary="Let the model write a message of the narrator.",
    named=(
        _TRIM,
        Named("compact", "small layout", "bool", _BOOLEAN, default="false"),
        Named("at", "number to insert before; negative counts from the end", "number", choices="messages"),
        Named("name", "the narrator's name for this message"),
        Named("return", "where the stored message goes", "enum", RETURN_KINDS, default="none"),
    ),
    unnamed=_PROMPT,
    returns="by return=, normally nothing",
    examples=(Example("/sysgen return=pipe Describe the weather."), Example("/sysgen", pipe="")),
)
async def sysgen(call: Call) -> str:
    """The prompt is asked as by `/gen`, the reply is stored as by `/sys`."""
    if not trim(call.text):
        call.ui.toast("Say what the narrator shall write: /sysgen Describe the weather.", "warning")
        return ""
    narrator = call.argument("name") or call.chat.narrator
    asked = Asked(prompt=call.text)
    await clear_input(call)
    try:
        text = await call.generation.generate(asked)
    except StcoreError as error:
        call.report(error)
        return ""
    if not text:
        return ""
    if call.boolean("trim", default=False):
        text = finished_sentences(text)
    at = insert_position(call.argument("at"), len(await call.chat.messages())) if "at" in call.named else None
    small = {"isSmallSys": call.boolean("compact", default=False)}
    message = await call.chat.send(text, name=narrator, role="system", at=at, extra=small)
    return await deliver(call, message.to_dict(), message.text, default="none")


@command(
    "ask",
    group="messages",
    summary="Let a character that is not in this chat answer in it.",
    named=(
        Named("name", "who answers", required=True, choices="characters"),
        Named("return", "where the stored message goes", "enum", RETURN_KINDS, default="pipe"),
    ),
    unnamed=Unnamed("what to ask"),
    returns="the reply, or by return=",
    examples=(
        Example("/ask name=Character How are you?"),
        Example("/ask name=Nobody How are you?", pipe="", note="an unknown name asks nobody"),
    ),
)
async def ask(call: Call) -> str:
    """What is asked joins the chat first. Not possible in groups, whose members answer themselves."""
    name = trim(call.argument("name"))
    problem = await _cannot_ask(call, name)
    if problem:
        call.ui.toast(problem, "warning")
        return ""
    if text := trim(call.text):
        await call.chat.send(call.expand(text))
    try:
        message_id = await call.generation.answer_as(name)
    except StcoreError as error:
        call.report(error)
        return ""
    message = next((one for one in await call.chat.messages() if one.id == message_id), None)
    return "" if message is None else await deliver(call, message.to_dict(), message.text, default="pipe")


async def _cannot_ask(call: Call, name: str) -> str:
    """Why nobody of this name can be asked, empty when it can."""
    if call.environment.group is not None:
        return "In the chat of a group its members answer: /trigger NAME"
    if not name:
        return "Say who shall answer: /ask name=NAME text"
    return "" if await call.characters.find(name) else f"There is no character “{name}”."


@command(
    "stop",
    aliases=("generate-stop",),
    group="api-and-models",
    summary="Stop what the model writes in this chat.",
    returns="true when something was written, else false",
    examples=(Example("/stop", pipe="false"),),
)
async def stop(call: Call) -> bool:
    """A `/gen` or `/genraw` that waits for its text goes on with empty text; words of a reply are kept."""
    return await call.generation.stop()


# -- arguments -------------------------------------------------------------------------------------------------------


async def clear_input(call: Call) -> None:
    """Empty the message box of whoever watches."""
    if call.services.ui is not None:
        await call.fill_input("")


def _length(text: str) -> int | None:
    number = read_number(text)
    return int(number) if number is not None and math.isfinite(number) and number >= 1 else None


def _strings(text: str) -> tuple[str, ...]:
    """A JSON list of texts; anything else is no list."""
    try:
        found: Any = parse_json(text)
    except ValueError:
        return ()
    return tuple(str(entry) for entry in found if entry != "") if isinstance(found, list) else ()


def _stored(call: Call, name: str) -> str:
    """An argument that may name a variable of the chat or of the settings."""
    text = call.argument(name)
    for store in (call.locals, call.globals):
        if text and store.has(text):
            return read_text(store.get(text))
    return text
