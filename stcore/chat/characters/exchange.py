"""Characters from files and to files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stcore.chat.characters.card import Card
from stcore.chat.characters.files import CardFile, Format, read_card_file, write_card_file
from stcore.chat.characters.store import unique
from stcore.chat.names import ENDING, folded

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
    from stcore.host import Host

TAG_IMPORT = "tag_import"
"""The setting of the host that says which tags written in a card become tags here: ``all``, ``existing``, ``none``."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A character that came from a file; ``left_out`` names what the file held and is not kept (no pictures)."""

    character: Character
    left_out: tuple[str, ...] = ()


async def import_character(host: Host, data: bytes) -> Imported:
    """Add the character of a PNG, JSON or CHARX file. Raises ``UnusableCard``, ``UnusablePicture`` or ``TooLarge``."""
    found = await asyncio.to_thread(read_card_file, data)
    mode = str(await host.preferences.get("host", TAG_IMPORT, "all"))
    tags = await tags_of_card(host, found.card, mode)
    character = await host.characters.add(found.card, avatar=found.avatar, files=found.files, tags=tags)
    return Imported(character, found.left_out)


async def tags_of_card(host: Host, card: Card, mode: str) -> Sequence[str]:
    """The tags written in a card that become tags here; ``existing`` takes those that somebody carries already."""
    written = unique(card["data"]["tags"])
    if mode == "existing":
        known = {folded(tag) for tag in await host.characters.tags()}
        return [tag for tag in written if folded(tag) in known]
    return [] if mode == "none" else written


async def export_character(host: Host, character: Character, format: Format) -> tuple[str, bytes]:
    """A name for the file and its bytes. The picture that the character wears is the picture of the file (STO-1).

    The book of world info that the card links goes along inside it.
    """
    from stcore.chat.lore.sharing import book_for_card

    store = host.characters
    book = await book_for_card(host, character)
    card = {**character.card, "data": {**character.card["data"], **({"character_book": book} if book else {})}}
    card_file = CardFile(card, await store.avatar(character), await store.files(character))
    data = await asyncio.to_thread(write_card_file, card_file, format)
    return f"{character.key.removesuffix(ENDING)}.{format}", data
