"""Texts that scripts put into prompts (spec/command-semantics.md section 14)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeVar

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.output import RETURN_KINDS, deliver
from stcore.commands.services.prompting import INJECTION_POSITIONS, PROMPT_ROLES, Injection
from stcore.errors import UserError
from stcore.macros.numbers import read_number
from stcore.macros.text import trim

DEPTH = 4
W = TypeVar("W", bound=str)


@command(
    "inject",
    group="prompts-and-settings",
    summary="Put a text into the prompts of this chat.",
    named=(
        Named("id", "name of the entry; the same one is replaced", choices="injections"),
        Named("position", "where it goes", "enum", ("before", "after", "chat", "none"), default="after"),
        Named("depth", "messages from the end, for chat", "number", default=str(DEPTH)),
        Named("scan", "let world info look in it", "bool", ("true", "false"), default="false"),
        Named("role", "who says it, for chat", "enum", ("system", "assistant", "user"), default="system"),
        Named("ephemeral", "only for the next text", "bool", ("true", "false"), default="false"),
        Named("filter", "decides each time whether it goes in", "closure"),
    ),
    unnamed=Unnamed("the text; nothing removes the entry"),
    returns="the id, a new one when none was given",
    examples=(
        Example("/inject id=mood position=chat depth=1 be kind", pipe="mood"),
        Example("/inject id=mood be kind || /inject id=mood || /listinjects return=object", pipe="{}"),
        Example("/inject id=night filter={: /test pattern=night {{lastMessage}} :} It is dark.", pipe="night"),
        Example("/inject filter=maybe It is dark.", error="execution"),
    ),
)
async def inject(call: Call) -> str:
    """It is kept with the chat. `before` and `after` stand around the main prompt, `chat` between the messages (depth 0
    is behind the last one), `none` nowhere: useful with `scan=true`. A position, depth or role that is wrong gets its
    default. Several texts in one place are joined in the order of their ids.
    """
    injection_id = call.argument("id") or f"{call.environment.random.getrandbits(64):016x}"
    condition = call.closure_argument("filter")
    if condition is not None and not trim(condition.source):
        raise UserError("/inject: filter= is an empty closure.", hint="It must give a yes or a no: {: /pass true :}")
    text = call.text
    if not text:
        await call.injections.remove(injection_id)
        return injection_id
    injection = Injection(
        value=text,
        position=_one_of(call.argument("position"), INJECTION_POSITIONS, "after"),
        depth=_depth(call.argument("depth")),
        scan=call.boolean("scan", default=False),
        role=_one_of(call.argument("role"), PROMPT_ROLES, "system"),
        filter=condition.source if condition is not None else None,
        ephemeral=call.boolean("ephemeral", default=False),
    )
    await call.injections.put(injection_id, injection)
    return injection_id


def _one_of(text: str, words: Iterable[W], default: W) -> W:
    wanted = trim(text).lower()
    return next((word for word in words if word == wanted), default)


def _depth(text: str) -> int:
    number = read_number(text)
    return int(number) if number is not None and math.isfinite(number) and number >= 0 else DEPTH


@command(
    "listinjects",
    group="prompts-and-settings",
    summary="List the injections of this chat.",
    named=(Named("return", "where the list goes", "enum", RETURN_KINDS, default="popup-html"),),
    returns="by return=: JSON by id with object, a list to read with pipe, else nothing",
    examples=(
        Example("/listinjects return=object", pipe="{}"),
        Example(
            "/inject id=a1 alpha || /listinjects return=object",
            pipe='{"a1":{"value":"alpha","position":0,"depth":4,"scan":false,"role":0,"filter":null}}',
        ),
    ),
)
async def listinjects(call: Call) -> str:
    """Positions are -1 none, 0 after, 1 chat, 2 before; roles 0 system, 1 user, 2 assistant."""
    found = await call.injections.all()
    lines = [f"- **{key}** ({_place(injection)}): {injection.value}" for key, injection in found.items()]
    data = {key: injection.to_dict() for key, injection in found.items()}
    for fields in data.values():
        fields.pop("ephemeral", None)
    text = "\n".join(("### Injections of this chat", *lines)) if lines else "This chat has no injections."
    return await deliver(call, data, text, default="popup-html")


def _place(injection: Injection) -> str:
    if injection.position != "chat":
        return injection.position
    return f"chat, depth {injection.depth}, {injection.role}"


@command(
    "flushinject",
    aliases=("flushinjects",),
    group="prompts-and-settings",
    summary="Remove an injection of this chat, or all.",
    unnamed=Unnamed("the id; nothing removes all", choices="injections"),
    returns="nothing",
    examples=(
        Example("/inject id=a1 alpha || /flushinject a1", pipe=""),
        Example("/inject id=a1 x || /inject id=a2 y || /flushinjects || /listinjects return=object", pipe="{}"),
    ),
)
async def flushinject(call: Call) -> str:
    """A value that comes through the pipe counts as the id; an unknown id is ignored."""
    await call.injections.remove(call.text or None)
    return ""
