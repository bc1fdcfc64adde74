"""The words of a picture before anything is joined to them: typed, taken from the chat, or written (section 5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from stcore.chat.imagine.captioner import caption
from stcore.chat.imagine.waiting import noticed
from stcore.chat.imagine.writer import CalledOff, template_values, write_prompt
from stcore.errors import NotFound, UserError
from stcore.images.cleaning import clean
from stcore.images.modes import (
    FREE,
    FREE_EXTENDED,
    ME_MULTIMODAL,
    RAW_LAST,
    Mode,
    expand_markers,
    has_marker,
    raw_last_text,
    subject_of,
)
from stcore.images.prompt import join, shave
from stcore.images.settings import ImageSettings
from stcore.macros.text import trim

if TYPE_CHECKING:
    from stcore.chat.imagine.cast import Depicted
    from stcore.chat.prompting.scene import Scene
    from stcore.images.wish import Wish


@dataclass(frozen=True, slots=True)
class Draft:
    """Words and the extra negative that belongs to them.

    ``by`` says who found them, ``warning`` why they may be none. ``marked``: they wanted the character's prefix (5.4).
    """

    words: str
    negative: str = ""
    by: str = "prompt"
    warning: str = ""
    marked: bool = False


async def compose(scene: Scene, wish: Wish, settings: ImageSettings, mode: Mode, cast: Depicted) -> Draft:
    """The words that a mode asks for. Raises :class:`~stcore.chat.imagine.writer.CalledOff` and ``StcoreError``."""
    scene = replace(scene, environment=cast.answering(scene.environment))
    if mode.writer == "captioner":
        return await _described(scene, wish, settings, mode, cast)
    if mode.writer == "text model":
        written = await write_prompt(scene, settings, mode, cast, subject_of(wish.argument, mode))
        draft = Draft(written.text, wish.negative, f"written by {written.by}", written.warning)
        return _marked(draft, wish, cast) if mode is FREE_EXTENDED else draft
    if mode is RAW_LAST:
        return Draft(await _raw_last(scene, wish, settings, cast), wish.negative, "message")
    if mode is FREE:
        return _marked(Draft(trim(wish.argument), wish.negative), wish, cast)
    values = template_values(scene, cast, subject_of(wish.argument, mode))
    template = await scene.host.prompt_templates.render(mode.name, values)
    return Draft(trim(scene.expand(template)), wish.negative, f"mode {mode.name}")


def _marked(draft: Draft, wish: Wish, cast: Depicted) -> Draft:
    """The markers of the character's prefix expanded (5.4); those that were before bring its negative still (Q9)."""
    looks = cast.marked
    found = expand_markers(draft.words, looks.prefix, looks.negative, draft.negative)
    negative = found.extra_negative
    expanded = 0 if cast.group_id else wish.marked  # the macro of that name gives nothing in groups (7.5)
    for _ in range(expanded):
        negative = join(negative, looks.negative)
    has_marked = has_marker(draft.words)
    words = shave(found.text) if has_marked or wish.marked else found.text  # without a prefix its comma goes, too
    return replace(draft, words=words, negative=negative, marked=has_marked or expanded > 0)


async def _raw_last(scene: Scene, wish: Wish, settings: ImageSettings, cast: Depicted) -> str:
    """The last message as it is (5.2)."""
    if wish.message is not None:
        return wish.message
    last = next((message for message in reversed(scene.window) if not message.is_hidden), None)
    if last is None:
        raise UserError("There is no message that could be drawn.", hint="Hidden messages do not count.")
    cleaned = partial(clean, processing=settings.processing)
    environment, card = scene.environment, scene.environment.card
    if cast.group_id is not None:
        members = environment.group.members if environment.group else ()
        wrote = next((one for one in members if one.name == last.name and not last.is_user), None)
        card = wrote.card if wrote else None
        environment = environment.child(char=last.name)
    if card is None:
        return cleaned(last.text)
    scenario, description = (scene.host.macros.expand(text, environment) for text in (card.scenario, card.description))
    return raw_last_text(last.text, scenario, description, cleaned)


async def _described(scene: Scene, wish: Wish, settings: ImageSettings, mode: Mode, cast: Depicted) -> Draft:
    """The tags of a portrait, found by a model that sees it (5.3). They are not cleaned."""
    of_user = mode is ME_MULTIMODAL
    who = cast.persona if of_user else cast.character
    name = who.name if who else (scene.environment.user if of_user else scene.environment.char)
    if who is None or who.avatar_id is None:
        raise NotFound(f"{name} has no picture that could be described.", hint="Give it one, or say multimodal=false.")
    picture, _ = await scene.host.library.read(who.avatar_id)
    template = await scene.host.prompt_templates.render(mode.name, template_values(scene, cast, ""))
    work = caption(scene.host, settings, picture, scene.expand(template))
    text = await noticed(scene.host, scene.chat_id, scene.ui, f"Looking at the picture of {name} ...", work)
    if text is None:
        raise CalledOff
    return Draft(text, wish.negative, f"the picture of {name}")
