"""The author's note of the chat (spec/command-semantics.md section 14)."""

from __future__ import annotations

import math

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Unnamed, command
from stcore.commands.services.prompting import NOTE_POSITIONS, PROMPT_ROLES, NotePosition
from stcore.macros.numbers import read_number
from stcore.macros.text import trim

_POSITIONS: dict[str, NotePosition] = {
    **{position: position for position in NOTE_POSITIONS},
    "scenario": "after",
    "before_scenario": "before",
}


@command(
    "note",
    group="prompts-and-settings",
    summary="Read or write the author's note of this chat.",
    unnamed=Unnamed("the text"),
    returns="the text",
    examples=(Example("/note Keep it short.", pipe="Keep it short."), Example("/note", pipe="")),
)
async def note(call: Call) -> str:
    """A reminder for the model that goes into its prompts; `/note-depth`, `/note-frequency`, `/note-position` and
    `/note-role` say where. Without a text it is read.
    """
    return (await call.note.change(text=call.text) if call.text else await call.note.get()).text


async def _number(call: Call, field: str) -> str:
    """A number without its sign; other text shows an error."""
    if trim(call.text):
        number = read_number(call.text)
        if number is None or not math.isfinite(number):
            call.ui.toast(f"/{call.name} needs a number, not “{call.text}”.", "error")
            return ""
        await call.note.change(**{field: int(abs(number))})
    return str(getattr(await call.note.get(), field))


@command(
    "note-depth",
    aliases=("depth",),
    group="prompts-and-settings",
    summary="Read or set how deep the author's note stands.",
    unnamed=Unnamed("messages from the end", "number"),
    returns="the depth",
    examples=(Example("/note-depth", pipe="4"), Example("/note-depth -2", pipe="2"), Example("/depth deep", pipe="")),
)
async def note_depth(call: Call) -> str:
    """It counts for the position `chat`. A negative number loses its sign."""
    return await _number(call, "depth")


@command(
    "note-frequency",
    aliases=("freq", "note-freq"),
    group="prompts-and-settings",
    summary="Read or set how often the author's note is told.",
    unnamed=Unnamed("every so many messages of yours; 0 is never", "number"),
    returns="the interval",
    examples=(Example("/note-frequency", pipe="1"), Example("/freq 3", pipe="3")),
)
async def note_frequency(call: Call) -> str:
    return await _number(call, "frequency")


@command(
    "note-position",
    aliases=("pos", "note-pos"),
    group="prompts-and-settings",
    summary="Read or set where the author's note stands.",
    unnamed=Unnamed("before or after the main prompt, or between the messages", "enum", NOTE_POSITIONS),
    returns="after, chat or before",
    examples=(Example("/note-position", pipe="chat"), Example("/note-position before_scenario", pipe="before")),
)
async def note_position(call: Call) -> str:
    """`scenario` is the same as `after`, `before_scenario` as `before`."""
    word = trim(call.text).lower()
    if word and word not in _POSITIONS:
        call.ui.toast(f"The note cannot stand at “{call.text}”, only {', '.join(NOTE_POSITIONS)}.", "error")
        return ""
    return (await call.note.change(position=_POSITIONS[word]) if word else await call.note.get()).position


@command(
    "note-role",
    group="prompts-and-settings",
    summary="Read or set in whose name the author's note is told.",
    unnamed=Unnamed("the role", "enum", PROMPT_ROLES),
    returns="system, user or assistant",
    examples=(Example("/note-role", pipe="system"), Example("/note-role user", pipe="user")),
)
async def note_role(call: Call) -> str:
    word = trim(call.text).lower()
    if word and word not in PROMPT_ROLES:
        call.ui.toast(f"There is no role “{call.text}”, only {', '.join(PROMPT_ROLES)}.", "error")
        return ""
    return (await call.note.change(role=word) if word else await call.note.get()).role
