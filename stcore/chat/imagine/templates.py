"""The templates of picture prompts: what a text model is asked for, one slot per mode, shipped and one's own (15).

A template is jinja2 with other marks for values, so that macros stay what they are: ``<%= subject %>`` is a value,
``{% if group %}`` a block, ``{# ... #}`` a comment, ``{{char}}`` a macro that is expanded afterwards. ``{0}`` is the
argument, as in templates of SillyTavern. One's own lie in the data folder's ``image-prompts/`` and win; one that cannot
be used is refused when it is saved, and named with its line when it came another way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stcore.chat.templating import LARGEST, render_around_macros
from stcore.errors import NotFound, SettingsError, StorageError, UserError
from stcore.storage.journal import note

if TYPE_CHECKING:
    from stcore.chat.parts import ChatHost

FOLDER = "image-prompts"
CHANGED = "image-prompts.changed"
LONGEST = 200_000
"""Characters that a template may make."""

_SHIPPED = Path(__file__).with_name("templates")
_HINT = "docs/image-prompts.md tells what a template is given and how it is written."


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a template. ``number`` is that of its mode (1.3); ``about`` says what becomes of its text."""

    name: str
    number: int
    title: str
    about: str
    is_sent: bool = True


SLOTS = (
    Slot("tool", -2, "Picture tool", "Tells a text model that may ask for pictures what to write as prompt."),
    Slot("message", -1, "Message of a picture", "The text of the message that shows a new picture; {{prompt}} is its "
         "prompt, {{prefixedPrompt}} the same with style and prefixes."),
    Slot("you", 0, "Yourself", "/imagine you: the character from head to foot."),
    Slot("me", 1, "Me", "/imagine me: your persona from head to foot."),
    Slot("scene", 2, "The whole story", "/imagine scene: a recap of the story."),
    Slot("raw_last", 3, "The last message, word for word",
         "/imagine raw_last draws the message as it is, so this text is never sent.", is_sent=False),
    Slot("last", 4, "The last message", "/imagine last: what is visible in the last message."),
    Slot("face", 5, "Your face", "/imagine face: the character's face."),
    Slot("background", 7, "Background", "/imagine background: the place, without people."),
    Slot("you_multimodal", 8, "Yourself, from the avatar", "Asks a model that sees the character's avatar."),
    Slot("me_multimodal", 9, "Me, from the avatar", "Asks a model that sees the avatar of your persona."),
    Slot("face_multimodal", 10, "Your face, from the avatar", "Asks a model that sees the character's avatar."),
    Slot("free_extended", 11, "Extended free prompts",
         "Where free prompts are extended; {0} is what was asked for."),
)  # fmt: skip
"""Every slot in the order of the numbers. Free prompts (6) have none."""

_BY_NAME = {slot.name: slot for slot in SLOTS}

EMPTY: Mapping[str, Any] = {
    "subject": "",
    "char": "",
    "user": "",
    "group": (),
    "message": {"name": "", "text": ""},
    "persona": "",
    "description": "",
    "scenario": "",
    "prefix": "",
    "mode": "",
    "prompt": "",
}
"""What every template is given; a caller that does not know something leaves it out."""

_SAMPLES: Sequence[Mapping[str, Any]] = (
    {
        "subject": "an apple tree",
        "char": "Mira",
        "user": "Ann",
        "message": {"name": "Mira", "text": "Look at the sea."},
        "persona": "A traveller.",
        "description": "The keeper of a lighthouse.",
        "scenario": "A storm.",
        "prefix": "blue scarf",
        "prompt": "an apple tree",
    },
    {"char": "Mira", "user": "Ann", "group": ("Mira", "Tom")},
)
"""What a new template is tried with: a chat with one character, and a group whose chat is empty."""


class PromptTemplates:
    """Reads, checks and renders templates. What is not a coroutine reads files: call it on a worker thread."""

    def __init__(self, host: ChatHost) -> None:
        self._host = host
        self._folder = host.data / FOLDER
        self._tried: dict[str, tuple[tuple[int, int], SettingsError | None]] = {}

    def names(self) -> Sequence[str]:
        """The names of all slots, by number."""
        return [slot.name for slot in SLOTS]

    def get(self, slot: str) -> str:
        """The template that is used in a slot. Raises ``NotFound``, ``SettingsError`` when the file cannot be read."""
        own = self._file(slot)
        return _read(own) if own.is_file() else self.shipped(slot)

    def shipped(self, slot: str) -> str:
        """The template that comes with stcore. Raises ``NotFound``."""
        return (_SHIPPED / f"{slot_named(slot).name}.jinja").read_text(encoding="utf-8")

    def is_own(self, slot: str) -> bool:
        """Whether a template of one's own is used."""
        return self._file(slot).is_file()

    async def problem(self, slot: str) -> SettingsError | None:
        """What is wrong with a template that came into the folder by itself. It is tried once after every change."""
        stamp = await asyncio.to_thread(_stamp, self._file(slot))
        if stamp is None:
            return None
        known = self._tried.get(slot)
        if known is None or known[0] != stamp:
            known = self._tried[slot] = (stamp, await self._try(slot))
        return known[1]

    async def _try(self, slot: str) -> SettingsError | None:
        try:
            await self.check(f"{FOLDER}/{slot}.jinja", await asyncio.to_thread(self.get, slot))
        except SettingsError as error:
            return error
        return None

    async def check(self, name: str, text: str) -> None:
        """Try a template out. Raises ``SettingsError`` that begins with ``name`` and the line of what is wrong."""
        if len(text.encode("utf-8", "replace")) > LARGEST:
            raise SettingsError(f"{name} is too long for a template.", file=name)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise SettingsError(f"{name} holds half a character, which no file can keep.", file=name) from error
        for sample in _SAMPLES:
            await _render(name, text, {**sample, "mode": "you"})

    async def save(self, slot: str, text: str) -> None:
        """Use a template of one's own in a slot. Saving the shipped text is the same as :meth:`reset`.

        A blank message counts as ``{{prompt}}`` (12.1); other blank templates are refused (``UserError``). Raises
        ``SettingsError`` with the line of what is wrong, ``NotFound``, ``StorageError``.
        """
        file, shipped = self._file(slot), await asyncio.to_thread(self.shipped, slot)
        if not text.strip() and slot != "message":
            raise UserError("A template without words asks for nothing.", hint="Restore the default instead.")
        if text.strip() == shipped.strip():
            await self.reset(slot)
            return
        await self.check(f"{slot}.jinja", text)
        await asyncio.to_thread(_write, file, text)
        await self._announce(slot)

    async def reset(self, slot: str) -> None:
        """Use the shipped template again; one's own is gone. Raises ``NotFound``, ``StorageError``."""
        file = self._file(slot)
        try:
            await asyncio.to_thread(file.unlink, missing_ok=True)
        except OSError as error:
            raise StorageError(f"{file} cannot be removed: {error.strerror}.") from error
        await self._announce(slot)

    async def render(self, slot_or_mode: str, values: Mapping[str, Any]) -> str:
        """The text of a slot, or of a mode of one's own, for ``values`` (:data:`EMPTY` lists them); its macros are left
        for the caller to expand.

        Raises ``NotFound``, and ``SettingsError`` naming template and line of what cannot be rendered.
        """
        ours, name = False, f"{slot_or_mode}.jinja"
        if slot_or_mode in _BY_NAME:
            ours = not await asyncio.to_thread(self.is_own, slot_or_mode)
            text = await asyncio.to_thread(self.get, slot_or_mode)
        else:
            text = (await asyncio.to_thread(self._host.modes.get, slot_or_mode)).template
            name = f"The template of the mode {slot_or_mode!r}"
        return await _render(name, text, {**values, "mode": slot_or_mode}, ours=ours)

    async def try_out(self, text: str, values: Mapping[str, Any]) -> str:
        """What a text that is not saved would make. Raises as :meth:`render`."""
        return await _render("The template", text, values)

    def _file(self, slot: str) -> Path:
        return self._folder / f"{slot_named(slot).name}.jinja"

    async def _announce(self, slot: str) -> None:
        host = self._host
        now = host.chats.now()
        await host.database.write(lambda connection: note(connection, CHANGED, {"slot": slot}, chat_id=None, now=now))
        host.bus.wake()


def slot_named(name: str) -> Slot:
    """The slot of this name, or ``NotFound`` naming those there are."""
    if name not in _BY_NAME:
        raise NotFound(f"There is no picture prompt {name!r}.", hint=f"There are: {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]


async def _render(name: str, text: str, values: Mapping[str, Any], *, ours: bool = False) -> str:
    given = {**EMPTY, **values}
    rendered = await render_around_macros(name, text, given, hint=_HINT, ours=ours, longest=LONGEST)
    return rendered.strip()


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FOLDER}/{file.name} cannot be read: {error}.", file=str(file)) from error


def _stamp(file: Path) -> tuple[int, int] | None:
    """What changes with a file; ``None`` when there is none."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def _write(file: Path, text: str) -> None:
    from stcore.config import replacing

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as fresh:
            fresh.write_text(text.replace("\r\n", "\n").rstrip("\n") + "\n", encoding="utf-8", newline="")
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}.") from error
