"""How somebody looks in pictures: the words and reference pictures that a character or persona brings (7.4).

The words of a character are private to this installation until they are shared: then they stand in its card, in the
field ``sd_character_prompt`` of its extensions, and travel with it. Only a shared character has its card written (Q12).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from stcore.chat.characters.card import Card
from stcore.chat.characters.records import Character
from stcore.chat.personas import Persona
from stcore.chat.preferences import read, write
from stcore.errors import NotFound, StcoreError, UserError
from stcore.images.bound_rows import LOOKS
from stcore.images.references import BoundReference, BoundRole, known_reference, parse_reference
from stcore.images.uploads import cleaned
from stcore.storage.ids import is_id

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.images.library import Library
    from stcore.macros import environment as macros
    from stcore.storage.database import Database

CARD_FIELD = "sd_character_prompt"

LONGEST = 20_000
"""Characters of a prefix."""

MOST = 32
"""Reference pictures of one character or persona."""

REFERENCE = "reference"
"""The kind of pictures that were uploaded to be one."""


@dataclass(frozen=True, slots=True)
class Looks:
    """``prefix`` and ``negative`` are joined to prompts; ``shared`` ones stand in the card and travel with it, others
    are known to this installation only. ``references`` are written as in the setting ``references``; in those of a
    character ``avatar`` is the picture that it wears itself, ``avatar_id``.
    """

    prefix: str = ""
    negative: str = ""
    shared: bool = False
    references: tuple[str, ...] = ()
    avatar_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "prefix": self.prefix,
            "negative": self.negative,
            "shared": self.shared,
            "references": list(self.references),
        }


async def looks_of(host: Host, who: Character | Persona) -> Looks:
    """How a character or persona looks in pictures."""
    if isinstance(who, Persona):
        return Looks(who.image_prefix, who.image_negative_prefix, references=who.references)
    return await host.database.read(lambda connection: read_looks(connection, who))


async def set_looks(
    host: Host,
    who: Character | Persona,
    *,
    prefix: str | None = None,
    negative: str | None = None,
    shared: bool | None = None,
    references: Sequence[str] | None = None,
) -> Looks:
    """Change what is given. ``shared`` moves the words of a character into its card, or out of it.

    Raises :class:`UserError` for a reference picture that is none of this host, and for a persona that is to be
    shared; ``NotFound`` when the character or persona is gone.
    """
    given = {
        "prefix": _text(prefix),
        "negative": _text(negative),
        "shared": shared,
        "references": None if references is None else await _known(host, references),
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if isinstance(who, Persona):
        return await _set_of_persona(host, who, changes)
    return await host.characters.change_looks(who.id, lambda looks: replace(looks, **changes))


async def add_reference(
    host: Host, who: Character | Persona, data: bytes, *, role: BoundRole = "subject", name: str = ""
) -> Looks:
    """Keep a picture that a person brings along and bind it; it goes when the character or persona goes.

    Raises ``UnusablePicture``, and as :func:`set_looks`; then nothing is kept.
    """
    asset = await host.library.store(
        await asyncio.to_thread(cleaned, data, name),
        kind=REFERENCE,
        origin="uploaded",
        subject_id=who.id,
        label=name,
        embed=False,
    )
    bound = str(BoundReference(asset.id, role))
    try:
        if isinstance(who, Persona):
            before = (await host.personas.get(who.id)).references
            return await _set_of_persona(host, who, {"references": _few((*before, bound))})
        return await host.characters.change_looks(
            who.id, lambda looks: replace(looks, references=_few((*looks.references, bound)))
        )
    except StcoreError:
        await host.library.delete(asset.id)
        raise


async def _known(host: Host, references: Sequence[str]) -> tuple[str, ...]:
    """The references as they are kept, each once."""
    return _few([known_reference(await host.library.canonical(text)) for text in references])


def _few(references: Sequence[str]) -> tuple[str, ...]:
    if len(references) > MOST:
        raise UserError(f"{MOST} reference pictures are the most, not {len(references)}.")
    return tuple(dict.fromkeys(references))


async def _set_of_persona(host: Host, who: Persona, changes: Mapping[str, Any]) -> Looks:
    if changes.get("shared"):
        raise UserError("A persona has no card in which its prefixes could travel.")
    names = {"prefix": "image_prefix", "negative": "image_negative_prefix", "references": "references"}
    fields = {names[name]: value for name, value in changes.items() if name in names}
    return await looks_of(host, await host.personas.update(who.id, fields))


def _text(text: str | None) -> str | None:
    if text is not None and len(text) > LONGEST:
        raise UserError(f"A prefix may have {LONGEST:,} characters, not {len(text):,}.")
    return text if text is None else text.replace("\0", "")


# -- inside a transaction --------------------------------------------------------------------------------------------


def read_looks(connection: Connection, character: Character) -> Looks:
    """What counts: words kept here, where there are none those of the card."""
    own = read(connection, scope_of(character.id), LOOKS) or {}
    return Looks(
        prefix=own.get("prefix") or character.field("image_prefix"),
        negative=own.get("negative") or character.field("image_negative_prefix"),
        shared=_in_card(character.card) is not None,
        references=tuple(own.get("references", ())),
        avatar_id=character.avatar_id,
    )


def write_looks(connection: Connection, character_id: str, looks: Looks) -> None:
    """Keep what the card does not: the words of looks that are not shared, and the reference pictures."""
    words = {} if looks.shared else {"prefix": looks.prefix, "negative": looks.negative}
    kept = {name: value for name, value in {**words, "references": list(looks.references)}.items() if value}
    write(connection, scope_of(character_id), {LOOKS: kept or None})


def card_with(card: Card, looks: Looks) -> Card:
    """The card with the words in it when they are shared; without them (null) when it had some."""
    found = _in_card(card)
    if not looks.shared and found is None:
        return card
    words = {**(found or {}), "positive": looks.prefix, "negative": looks.negative} if looks.shared else None
    data = card["data"]
    return {**card, "data": {**data, "extensions": {**data["extensions"], CARD_FIELD: words}}}


def seen_card(connection: Connection, character: Character) -> macros.Card:
    """The card as macros see it: ``{{charPrefix}}`` and ``{{charNegativePrefix}}`` are what counts (7.5)."""
    looks = read_looks(connection, character)
    return replace(character.macro_card(), image_prefix=looks.prefix, image_negative_prefix=looks.negative)


def scope_of(character_id: str) -> str:
    return f"character:{character_id}"


def _in_card(card: Card) -> Mapping[str, Any] | None:
    found = card["data"]["extensions"].get(CARD_FIELD)
    return found if isinstance(found, Mapping) else None


# -- copies ----------------------------------------------------------------------------------------------------------


async def copy_looks(database: Database, library: Library, original: Character, copy_id: str) -> None:
    """Give the copy of a character what its card does not hold."""
    looks = await database.read(lambda connection: read_looks(connection, original))
    references = await copied_references(library, looks.references, of=original.id, to=copy_id)
    looks = replace(looks, references=references)
    await database.write(lambda connection: write_looks(connection, copy_id, looks))


async def copied_references(library: Library, texts: Sequence[str], *, of: str, to: str) -> tuple[str, ...]:
    """References for a copy: pictures that go with the character or persona ``of`` are stored anew for ``to``."""
    copied = []
    for text in texts:
        bound = parse_reference(text)
        if is_id(bound.picture):
            bound = replace(bound, picture=await _copied(library, bound.picture, of=of, to=to))
        copied.append(str(bound))
    return tuple(copied)


async def _copied(library: Library, asset_id: str, *, of: str, to: str) -> str:
    """The picture to use instead; the same one when it stays without ``of``, or is gone already."""
    try:
        asset = await library.asset(asset_id)
        if asset.subject_id != of:
            return asset_id
        data, _ = await library.read(asset_id)
    except NotFound:
        return asset_id
    stored = await library.store(
        data, kind=asset.kind, origin=asset.origin, subject_id=to, label=asset.label, embed=False
    )
    return stored.id
