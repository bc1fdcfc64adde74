"""From a wish to a job (DESIGN.md, the way of a picture; image-generation.md 1.2).

Each stage is a function of its own; :func:`begin` only puts them in order. Everything works on one copy of the
settings, so two pictures that are made at the same time know nothing of each other.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stcore.chat.imagine.cast import Depicted, avatars, depicted
from stcore.chat.imagine.fitting import tell_unused
from stcore.chat.imagine.looks import Looks
from stcore.chat.imagine.placeholders import workflow_for
from stcore.chat.imagine.references import references_for, without_likeness
from stcore.chat.imagine.styles import with_style
from stcore.chat.imagine.words import Draft, compose
from stcore.chat.imagine.writer import CalledOff
from stcore.commands.services import PromptSheet
from stcore.errors import NeedsPerson
from stcore.images.intent import Intent, Post
from stcore.images.modes import (
    BACKGROUND,
    FREE,
    LAST,
    ME,
    ME_MULTIMODAL,
    RAW_LAST,
    SCENE,
    Mode,
    mode_of,
    takes_prefixes,
)
from stcore.images.prompt import Person, assemble
from stcore.images.settings import OF_SOURCE, ImageSettings
from stcore.images.shapes import Dimensions
from stcore.images.wish import Wish, build_request
from stcore.macros.text import is_blank

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.images.request import ImageRequest
    from stcore.images.source import Connection

_SHOWN = {"button": "show_button", "interactive": "show_interactive", "phrase": "show_interactive", "tool": "show_tool"}
"""The switch that lets the text model see the message of a picture, by who asked for it; commands for all others."""

_OF_ALL = (SCENE, LAST, RAW_LAST)
"""Modes whose pictures show whoever is there."""


async def begin(scene: Scene, wish: Wish) -> dict[str, Any] | None:
    """Start making the picture of a wish. The job, or ``None`` when there is nothing to draw or it was called off.

    Raises ``StcoreError``.
    """
    if is_blank(wish.argument):
        return None
    settings = await settings_for(scene, wish)
    connection = await opened(scene, settings)
    cast = await depicted(scene)
    mode = mode_of(
        wish.argument,
        multimodal=settings.multimodal,
        extend=settings.extend,
        own=await asyncio.to_thread(scene.host.modes.by_word),
    )
    settings = await with_style(scene.host, settings, mode.style)
    try:
        draft = await compose(scene, wish, settings, mode, cast)
        if settings.review and mode is not FREE:
            draft, _ = await reviewed(scene, draft, _sheet(draft, mode))
        elif draft.warning and scene.ui is not None:
            scene.ui.toast(draft.warning, "warning", "Prompt")
    except CalledOff:
        called_off(scene)
        return None
    draft = _announced(scene, draft, mode, wish)
    making = Making(scene, settings, connection, mode, cast, draft, depicts=mode.prefixed or draft.marked)
    request, pieces = await making.request(extra=wish.references)
    if wish.references:
        await tell_unused(scene, connection, request)
    intent = await making.intent(request, pieces, wish)
    return await scene.host.images.submit(request, connection=connection.name, intent=intent)


def _sheet(draft: Draft, mode: Mode) -> PromptSheet:
    return PromptSheet(draft.words, title=f"The prompt of “{mode.title}”", warning=draft.warning)


def called_off(scene: Scene) -> None:
    """Tell, once, that nothing comes: that is no error, and nothing was asked of the source (Q13)."""
    if scene.ui is not None:
        scene.ui.toast("Called off: no picture is made.")


async def settings_for(scene: Scene, wish: Wish) -> ImageSettings:
    """The settings that hold for one picture: host, character, chat, call (4.1)."""
    settings = (await scene.host.picture_settings.of(scene.chat_id)).effective
    overrides = dict(wish.overrides)
    style, source = overrides.pop("style", ""), overrides.get("source")
    if source and source != (settings.source or scene.host.connections.default_name()):
        overrides = {**dict.fromkeys(OF_SOURCE, ""), **overrides}  # names of the other source
    return await with_style(scene.host, settings.overlaid(overrides), style)


async def opened(scene: Scene, settings: ImageSettings) -> Connection:
    """The source that is chosen; raises ``ConfigurationError`` when it cannot be used."""
    return await scene.host.connections.open(settings.source or None)


async def reviewed(scene: Scene, draft: Draft, sheet: PromptSheet) -> tuple[Draft, bool]:
    """The draft as the person leaves it, and whether a kept size is used. Raises :class:`CalledOff` (section 8)."""
    if scene.ui is None:
        raise NeedsPerson("The prompt is to be looked at first, and nobody is here.", hint="Say edit=false.")
    changed = await scene.ui.review(sheet)
    if changed is None or is_blank(changed.prompt):
        raise CalledOff
    by_hand = changed.prompt != sheet.prompt
    negative = draft.negative if changed.negative is None else changed.negative
    by = f"{draft.by}, changed by hand" if by_hand else draft.by
    return replace(draft, words=changed.prompt, negative=negative, by=by), changed.keep_size


def _announced(scene: Scene, draft: Draft, mode: Mode, wish: Wish) -> Draft:
    """Plugins may change the words of a new picture (18.4)."""
    told = {"mode": mode.name, "initiator": wish.initiator, "message": wish.message or ""}
    words = scene.host.plugins.change("stcore_prompt", "prompt", draft.words, **told)
    return draft if words == draft.words else replace(draft, words=words, by=f"{draft.by}, changed by a plugin")


@dataclass(frozen=True, slots=True)
class Making:
    """Everything that is known of a picture when its words stand."""

    scene: Scene
    settings: ImageSettings
    connection: Connection
    mode: Mode
    cast: Depicted
    draft: Draft
    again: bool = False
    saved: Dimensions | None = None
    depicts: bool = False
    """Whether the picture shows the character."""

    async def request(self, *, extra: tuple[str, ...] = ()) -> tuple[ImageRequest, tuple[dict[str, Any], ...]]:
        """The complete request, and the pieces of its prompt. ``extra`` are further reference pictures."""
        settings, scene = self.settings, self.scene
        texts = assemble(
            self.draft.words,
            prefix=settings.prefix,
            negative=settings.negative,
            extra_negative=self.draft.negative,
            people=self._people(),
            style=settings.style,
            words_from=self.draft.by,
            expand=scene.expand,
        )
        char_avatar, user_avatar = avatars(self.cast)
        faces = {"char_avatar": char_avatar, "user_avatar": user_avatar}
        found = await references_for(scene.host, settings, self._looks(), extra=extra, **faces)
        if found.left_out and scene.ui is not None:
            scene.ui.toast(f"Reference pictures that are gone: {', '.join(found.left_out)}.", "warning")
        request = build_request(
            settings,
            prompt=texts.positive,
            negative=texts.negative,
            shape=self.mode.shape,
            saved=self.saved,
            usual=await self._usual_size(),
            references=found.references,
            workflow=await workflow_for(scene.host, settings, self.connection, expand=scene.expand, **faces),
        )
        return request, texts.pieces

    async def _usual_size(self) -> Dimensions | None:
        """What the model draws by itself, where that is asked for: only one side is set."""
        settings, connection = self.settings, self.connection
        if (settings.width is None) == (settings.height is None):
            return None
        limits = (await connection.source.capabilities(connection, settings.model)).fields.get("size")
        default = getattr(limits, "default", None)
        return default if isinstance(default, tuple) else None

    def _people(self) -> list[Person]:
        """Whose prefixes are joined (7.3)."""
        cast, mode = self.cast, self.mode
        if cast.group_id is not None:
            return self._people_of_group()
        again = self.again and self.settings.swipe_prefixes
        people = []
        if cast.character is not None and takes_prefixes(mode, one_to_one=True, again=again):
            people.append(_person(cast.character.name, cast.looks))
        if cast.persona is not None and mode in (ME, ME_MULTIMODAL):
            people.append(_person(cast.persona.name, cast.persona_looks))
        return people

    def _people_of_group(self) -> list[Person]:
        """Nobody by themselves (7.6); where the settings want it, whoever is drawn."""
        cast, mode = self.cast, self.mode
        if not self.settings.group_prefixes:
            return []
        if mode in _OF_ALL:
            return [_person(name, looks) for name, looks in cast.members]
        return [_person(cast.character.name, cast.looks)] if cast.character and mode.prefixed else []

    def _looks(self) -> list[Looks]:
        """Whose reference pictures count: all of who is drawn, of the character also elsewhere what is no likeness."""
        cast = self.cast
        if self.mode in (ME, ME_MULTIMODAL):
            return [cast.persona_looks, without_likeness(cast.looks)]
        if cast.group_id is not None and self.settings.group_prefixes and self.mode in _OF_ALL:
            return [looks for _, looks in cast.members]
        looks = cast.marked if self.draft.marked else cast.looks
        return [looks if self.depicts else without_likeness(looks)]

    async def intent(self, request: ImageRequest, pieces: tuple[dict[str, Any], ...], wish: Wish) -> Intent:
        """Who asked, and where the result goes."""
        post = await self._post(request, wish) if wish.destination == "chat" else Post()
        return Intent(
            initiator=wish.initiator,
            mode=self.mode.name,
            number=self.mode.number,
            argument=wish.argument,
            chat_id=self.scene.chat_id,
            destination=wish.destination,
            post=post,
            background=self.mode is BACKGROUND and wish.destination == "chat",
            message_id=wish.message_id,
            swipe=wish.swipe,
            tag=wish.tag,
            subject_id=self.cast.subject_id if wish.gallery else None,
            title=self.draft.words,
            extra_negative=self.draft.negative,
            style=self.settings.style,
            pieces=pieces,
            automatic=wish.automatic,
            references=wish.references,
            depicts=self.depicts,
            keep_size=wish.keep_size,
            warning=self.draft.warning,
        )

    async def _post(self, request: ImageRequest, wish: Wish) -> Post:
        """The message of a new picture (12.1). Macros in the inserted prompt are not expanded again."""
        host, scene = self.scene.host, self.scene
        name = self.cast.author(scene.environment)
        template = await host.prompt_templates.render("message", {"prompt": self.draft.words, "char": name})
        macros = {**scene.environment.dynamic, "prompt": self.draft.words, "prefixedPrompt": request.prompt}
        environment = scene.environment.child(char=name, dynamic=macros)
        text = host.macros.expand(template if template.strip() else "{{prompt}}", environment)
        shown = getattr(self.settings, _SHOWN.get(wish.initiator, "show_command"))
        return Post(name=name, text=text, hidden=not shown)


def _person(name: str, looks: Looks) -> Person:
    return Person(name, looks.prefix, looks.negative)
