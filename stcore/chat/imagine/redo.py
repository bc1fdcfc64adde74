"""A picture once more with one thing changed, on the same or another source, saying what cannot be carried over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from stcore.chat.imagine.cast import avatars, depicted
from stcore.chat.imagine.fitting import dropped
from stcore.chat.imagine.further import Hung, hung
from stcore.chat.imagine.placeholders import workflow_for
from stcore.chat.imagine.references import recorded_reference
from stcore.chat.imagine.styles import with_style
from stcore.errors import NotFound, Unsupported
from stcore.images.explain import adjustment_text
from stcore.images.intent import Initiator, Intent
from stcore.images.prompt import Person, assemble
from stcore.images.redo import request_from
from stcore.images.references import AVATAR, PERSONA, parse_reference
from stcore.images.request import ImageRequest, Pixels, Reference
from stcore.images.settings import OF_SOURCE, ImageSettings

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.images.source import Connection


class Changes(BaseModel):
    """What differs this time; ``None`` stays as it was, only the seed is a new one unless it is named.

    ``words`` are those before style and prefixes; ``negative`` is what was kept out beyond them; ``references`` the ids
    of the reference pictures that are used again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str | None = None
    words: str | None = Field(default=None, min_length=1, max_length=100_000)
    negative: str | None = Field(default=None, max_length=100_000)
    style: str | None = None
    model: str | None = None
    seed: int | None = Field(default=None, ge=0, le=2**64 - 1)
    width: int | None = Field(default=None, ge=64, le=8192)
    height: int | None = Field(default=None, ge=64, le=8192)
    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0, le=100)
    sampler: str | None = None
    scheduler: str | None = None
    vae: str | None = None
    workflow: str | None = None
    references: tuple[str, ...] | None = Field(default=None, max_length=64)


@dataclass(frozen=True, slots=True)
class Redone:
    """``left_out`` says in sentences what the new picture cannot take from the old one; ``job`` is ``None`` when it was
    only looked at."""

    prompt: str
    negative: str
    source: str
    left_out: tuple[str, ...] = ()
    job: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "prompt": self.prompt,
            "negative": self.negative,
            "source": self.source,
            "left_out": list(self.left_out),
            "job": self.job,
        }


async def redo(
    scene: Scene, asset_id: str, changes: Changes, *, only_look: bool = False, initiator: Initiator = "button"
) -> Redone:
    """Make a picture again from its record with ``changes``, as another picture of the same message.

    Raises ``NotFound`` for a picture whose making is not known, and ``StcoreError``.
    """
    picture = await scene.host.library.get(asset_id)
    of = await hung(scene, asset_id)
    request = request_from(picture, {})
    connection = await _connection(scene, picture, changes)
    left_out: list[str] = []
    details, updates = picture["generation"]["details"], _plain(changes, picture)
    if connection.name != picture["generation"]["connection"]:
        left_out += _names_of_the_old(request, changes, updates)
    pieces: tuple[dict[str, Any], ...] = tuple(details.get("pieces", ()))
    if {"words", "negative", "style"} & changes.model_fields_set:
        updates["prompt"], updates["negative_prompt"], pieces = await _texts(scene, picture, changes)
    updates["references"] = await _references(scene, details, changes, left_out)
    updates["workflow"] = await _workflow(scene, connection, changes, details)
    request = request.model_copy(update=updates)
    request = ImageRequest.model_validate(request.model_dump(exclude={"id"}))
    left_out += await _cannot(connection, request)
    told = Redone(request.prompt, request.negative_prompt or "", connection.name, tuple(left_out))
    if only_look:
        return told
    intent = await _intent(scene, of, picture, changes, pieces, initiator)
    job = await scene.host.images.submit(request, connection=connection.name, intent=intent)
    return Redone(told.prompt, told.negative, told.source, told.left_out, job)


def _plain(changes: Changes, picture: dict[str, Any]) -> dict[str, Any]:
    """The changes that are fields of a request. A side that is not named stays as it was asked for."""
    names = ("model", "seed", "steps", "guidance", "sampler", "scheduler", "vae")
    updates: dict[str, Any] = {name: getattr(changes, name) for name in names if getattr(changes, name) is not None}
    if changes.width or changes.height:
        asked = picture["generation"]["details"].get("size_asked", {})
        before = asked if asked.get("kind") == "pixels" else picture
        sides = {side: getattr(changes, side) or before[side] for side in ("width", "height")}
        updates["size"] = Pixels(**sides)
    return updates


async def _connection(scene: Scene, picture: dict[str, Any], changes: Changes) -> Connection:
    """The source that is named, that of the first time, or the usual one when that is gone."""
    connections = scene.host.connections
    wanted = changes.source or picture["generation"]["connection"]
    known = changes.source or wanted in connections.names()
    return await connections.open(wanted if known else None)


def _names_of_the_old(request: ImageRequest, changes: Changes, updates: dict[str, Any]) -> list[str]:
    """Models, samplers and the like are names of one source; another one does not know them."""
    told = []
    for name in OF_SOURCE:
        value = getattr(request, name, None)
        if value and getattr(changes, name, None) is None:
            told.append(f"The {name} {value} is a name of the other source.")
            updates[name] = "" if name == "model" else None
    if request.extra:
        told.append("Options of the other source's own are left out.")
        updates["extra"] = {}
    return told


async def _texts(
    scene: Scene, picture: dict[str, Any], changes: Changes
) -> tuple[str, str | None, tuple[dict[str, Any], ...]]:
    """Prompt and negative joined again from the pieces of the first time, with what changed."""
    made = picture["generation"]
    pieces = made["details"].get("pieces", [])

    def text(part: str, test: Any) -> str:
        return next((piece["text"] for piece in pieces if piece["part"] == part and test(piece["from"])), "")

    def shared(origin: str) -> bool:
        return origin == "settings" or origin.startswith("style ")

    style = ImageSettings(
        style=made["details"].get("preset", ""), prefix=text("positive", shared), negative=text("negative", shared)
    )
    style = await with_style(scene.host, style, changes.style or "")
    words = made["prompt"] if changes.words is None else changes.words
    negative = made["details"].get("extra_negative", "") if changes.negative is None else changes.negative
    done = assemble(
        words,
        prefix=style.prefix,
        negative=style.negative,
        extra_negative=negative,
        people=_people(pieces, made["prompt"], shared),
        style=style.style,
        words_from="prompt" if changes.words is None else "changed by hand",
        expand=scene.expand,
    )
    return done.positive, done.negative or None, done.pieces


def _people(pieces: list[dict[str, Any]], words: str, shared: Any) -> list[Person]:
    """Whose prefixes were joined: every piece that is neither of the style nor the words themselves."""
    names = [
        piece["from"]
        for piece in pieces
        if not shared(piece["from"]) and piece["text"] != words and piece["from"] != "prompt"
    ]

    def text(part: str, name: str) -> str:
        return next((piece["text"] for piece in pieces if piece["part"] == part and piece["from"] == name), "")

    return [Person(name, text("positive", name), text("negative", name)) for name in dict.fromkeys(names)]


async def _references(
    scene: Scene, details: Mapping[str, Any], changes: Changes, left_out: list[str]
) -> tuple[Reference, ...]:
    found = []
    for told in details.get("references", ()):
        if changes.references is not None and told["picture"] not in changes.references:
            continue
        try:
            found.append(await recorded_reference(scene.host, told))
        except NotFound:
            left_out.append("A reference picture is gone.")
    return tuple(found)


async def _workflow(scene: Scene, connection: Connection, changes: Changes, details: Mapping[str, Any]) -> Any:
    """The graph of the first time where it is still there."""
    settings = (await scene.host.picture_settings.of(scene.chat_id)).effective
    name = changes.workflow or details.get("workflow") or settings.workflow
    char_avatar, user_avatar = avatars(await depicted(scene))
    settings = settings.overlaid({"workflow": name})
    return await workflow_for(
        scene.host, settings, connection, expand=scene.expand, char_avatar=char_avatar, user_avatar=user_avatar
    )


async def _cannot(connection: Connection, request: ImageRequest) -> list[str]:
    """What this source leaves out of the request."""
    try:
        return [adjustment_text(one.model_dump(mode="json")) for one in await dropped(connection, request)]
    except Unsupported as error:
        return [error.message]


async def _intent(
    scene: Scene,
    of: Hung,
    picture: dict[str, Any],
    changes: Changes,
    pieces: tuple[dict[str, Any], ...],
    initiator: Initiator,
) -> Intent:
    made = picture["generation"]
    message = of.message
    return Intent(
        initiator=initiator,
        mode=of.mode.name,
        number=of.mode.number,
        argument=of.argument,
        chat_id=scene.chat_id,
        destination="message" if message else "quiet",
        message_id=message.id if message else None,
        beside=of.asset_id if message else None,
        title=made["prompt"] if changes.words is None else changes.words,
        extra_negative=made["details"].get("extra_negative", "") if changes.negative is None else changes.negative,
        style=changes.style or made["details"].get("preset", ""),
        pieces=pieces,
        references=of.references if changes.references is None else await _wished(scene, of, changes.references),
        depicts=of.depicts,
        keep_size=of.saved is not None or bool(changes.width or changes.height),
    )


async def _wished(scene: Scene, of: Hung, kept: Sequence[str]) -> tuple[str, ...]:
    """Those of the wish's own reference pictures that are kept, which further pictures repeat."""
    char_avatar, user_avatar = avatars(await depicted(scene))
    worn = {AVATAR: char_avatar, PERSONA: user_avatar}
    meant = ((text, parse_reference(text).picture) for text in of.references)
    return tuple(text for text, picture in meant if worn.get(picture, picture) in kept)
