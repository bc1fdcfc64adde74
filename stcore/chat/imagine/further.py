"""Another picture beside one that is there: the same words, new words, or the words of a message (section 13)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stcore.chat.hanging import shown_picture
from stcore.chat.imagine.cast import depicted
from stcore.chat.imagine.making import Making, called_off, opened, reviewed, settings_for
from stcore.chat.imagine.styles import with_style
from stcore.chat.imagine.words import Draft, compose
from stcore.chat.imagine.writer import CalledOff
from stcore.commands.services import PromptSheet
from stcore.errors import NotFound, UserError
from stcore.images.modes import FREE, MODES, Mode, by_number
from stcore.images.shapes import Dimensions
from stcore.images.wish import Wish
from stcore.macros.text import is_blank

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.chat.records import Message

LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Hung:
    """A picture as it hangs on a message, or lies in the gallery only (``message`` is ``None``).

    ``references`` and ``depicts`` as of :class:`~stcore.images.intent.Intent`.
    """

    asset_id: str
    message: Message | None
    title: str
    negative: str = ""
    argument: str = ""
    mode: Mode = FREE
    saved: Dimensions | None = None
    references: tuple[str, ...] = ()
    depicts: bool = False


async def hung(scene: Scene, asset_id: str) -> Hung:
    """Where a picture of the chat hangs and what is remembered there. Raises ``NotFound``."""
    host = scene.host
    picture = await host.library.get(asset_id)
    uses = [use for use in await host.library.uses(asset_id) if use["kind"] == "message"]
    here = next((use for use in uses if use["chat_id"] == scene.chat_id), None)
    made = picture["generation"] or {"prompt": "", "details": {}}
    details = made["details"]
    if here is None:
        remembered = {"mode": details.get("mode"), "negative": details.get("extra_negative", "")}
        return await _hung(scene, asset_id, None, picture["title"] or made["prompt"], remembered, details)
    message = await host.chats.message(here["id"])
    shown = next((one for one in message.pictures if one["id"] == asset_id), None)
    remembered = shown["extra"] if shown else {}
    title = (shown["title"] if shown else "") or made["prompt"] or picture["title"]
    return await _hung(scene, asset_id, message, title, remembered, details)


async def _hung(
    scene: Scene,
    asset_id: str,
    message: Message | None,
    title: str,
    told: dict[str, Any],
    details: Mapping[str, Any],
) -> Hung:
    width, height = told.get("width"), told.get("height")
    saved = (width, height) if isinstance(width, int) and isinstance(height, int) and width > 0 < height else None
    mode = await _mode(scene, told.get("mode"), told.get("generation_type"))
    return Hung(
        asset_id,
        message,
        title,
        negative=_text(told.get("negative")),
        argument=_text(told.get("argument")),
        mode=mode,
        saved=saved,
        references=tuple(details.get("wished", ())),
        depicts=mode.prefixed or bool(details.get("depicts")),
    )


def _text(value: Any) -> str:
    """What is stored with a picture may come from a file, where it can be anything."""
    return value if isinstance(value, str) else ""


async def _mode(scene: Scene, name: Any, number: Any) -> Mode:
    """The mode of a name; of the number that other programs store; free for anything else."""
    found = next((mode for mode in MODES if mode.name == name), None)
    if found is None and name:
        by_word = await asyncio.to_thread(scene.host.modes.by_word)
        own = [mode for mode in by_word.values() if mode.name == name]
        found = own[0] if own else None
    return found or by_number(number)


async def draw_further(scene: Scene, of: Hung, *, anew: bool = False) -> dict[str, Any] | None:
    """Another picture beside ``of``: with its words, or ``anew`` with words that are written again (13.2).

    Everything but words, mode and a kept size is as the settings are now; a fixed seed is drawn anew for this picture.
    The job, ``None`` when it was called off. Raises ``StcoreError``.
    """
    if anew and of.mode.writer == "nobody" and of.mode.name in (FREE.name, "raw_last"):
        raise UserError("Nobody wrote the prompt of this picture, so nobody can write it anew.", hint="Change it.")
    settings = await settings_for(scene, Wish(of.argument or of.title))
    if settings.seed is not None:
        settings = settings.overlaid({"seed": scene.host.random.randint(0, LARGEST_SEED)})
    settings = await with_style(scene.host, settings, of.mode.style)
    connection, cast = await opened(scene, settings), await depicted(scene)
    draft, saved = Draft(of.title, of.negative), of.saved
    wish = _wish(of, keep_size=saved is not None)
    try:
        if anew:
            draft = await compose(scene, wish, settings, of.mode, cast)
        if settings.review:
            draft, keep = await reviewed(scene, draft, _sheet(of, draft))
            saved = saved if keep else None
    except CalledOff:
        called_off(scene)
        return None
    if is_blank(draft.words):
        raise UserError("This picture has no prompt that could be drawn again.", hint="Nobody wrote one down.")
    making = Making(
        scene, settings, connection, of.mode, cast, draft, again=True, saved=saved, depicts=of.depicts or draft.marked
    )
    request, pieces = await making.request(extra=of.references)
    intent = await making.intent(request, pieces, replace(wish, keep_size=saved is not None))
    intent = intent.model_copy(update={"beside": of.asset_id})
    return await scene.host.images.submit(request, connection=connection.name, intent=intent)


async def paint(scene: Scene, message: Message) -> dict[str, Any] | None:
    """A picture of a message: beside the one it shows, else of its text as it stands, which stays visible (13.3)."""
    shown = shown_picture(message)
    if shown is not None:
        return await draw_further(scene, await hung(scene, shown["id"]))
    if is_blank(message.text):
        raise NotFound("This message has no words that could be drawn.")
    return await draw_further(scene, Hung("", message, message.text, depicts=True))


def _wish(of: Hung, *, keep_size: bool) -> Wish:
    wish = Wish(
        of.argument or of.title,
        "swipe",
        negative=of.negative,
        destination="quiet",
        keep_size=keep_size,
        references=of.references,
    )
    if of.message is None:
        return wish
    return replace(wish, destination="message", message_id=of.message.id, swipe=of.message.swipe)


def _sheet(of: Hung, draft: Draft) -> PromptSheet:
    """What is shown before a further picture is drawn (section 8); the negative can be blanked (Q14)."""
    size = f"{of.saved[0]}x{of.saved[1]}" if of.saved else ""
    return PromptSheet(draft.words, draft.negative or None, size, True, "Draw it again", draft.warning)
