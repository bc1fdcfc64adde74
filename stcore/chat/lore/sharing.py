"""Books on their way between the library, characters and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stcore.chat.lore.bindings import embedded_books, linked_book
from stcore.chat.lore.books import Book
from stcore.chat.lore.card_book import to_card_book
from stcore.chat.lore.formats import parse_book
from stcore.errors import NotFound, UserError

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
    from stcore.host import Host


async def import_book(host: Host, data: bytes, name: str = "", *, replace: bool = False) -> Book:
    """Add the book of a file (:mod:`.formats`), or of a character card in any format. ``name`` wins over its own.

    A name in use gets a number, or with ``replace`` its book the new content. Raises :class:`UserError`.
    """
    content = _book_of(data, name)
    title = content.name or "World info"
    known = await host.books.find(title) if replace else None
    if known is not None:
        return await host.books.replace(known.id, content)
    return await host.books.create(title, content=content, numbered=True)


def _book_of(data: bytes, name: str) -> Book:
    if data.lstrip()[:1] in (b"{", b"\xef"):
        return parse_book(data, name)
    from stcore.chat.characters.files import read_card_file
    from stcore.chat.lore.card_book import from_card_book

    raw = read_card_file(data).card["data"]
    if "character_book" not in raw:
        raise UserError(f"The card of {raw['name']} has no world info.")
    own = raw["character_book"].get("name")
    return from_card_book(raw["character_book"], name or (own if isinstance(own, str) else "") or raw["name"])


async def adopt_card_book(host: Host, character_id: str) -> Book:
    """Make the book in a character's card one of the library, and link the character to it. Raises ``NotFound``."""
    character = await host.characters.get(character_id)
    own = next(iter(embedded_books(character)), None)
    if own is None:
        raise NotFound(f"The card of {character.name} has no world info.")
    book = await host.books.create(own.name, content=own, numbered=True)
    await host.characters.update(character.id, {"world": book.name})
    return book


async def book_for_card(host: Host, character: Character) -> dict[str, Any] | None:
    """What a card takes along as ``character_book`` when it is shared: the linked book, else its own, else nothing."""
    linked = linked_book(character)
    book = await host.books.find(linked) if linked else None
    if book is not None:
        return to_card_book(book)
    raw = character.card["data"].get("character_book")
    return dict(raw) if raw else None
