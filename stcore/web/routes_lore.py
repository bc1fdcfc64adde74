"""World info: books, their entries, where they count, and why an entry joins a prompt.

An entry has the fields of the format in which SillyTavern shares books. Every change is followed by one of the events
`book.added`, `book.changed`, `book.removed` and `books.bound`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from stcore.chat.lore.bindings import chat_book, embedded_books, global_books, group_book, linked_book, more_books
from stcore.chat.lore.card_book import to_card_book
from stcore.chat.lore.formats import write_book
from stcore.chat.lore.preview import preview
from stcore.chat.lore.sharing import adopt_card_book, import_book
from stcore.web.context import WebDep
from stcore.web.models_lore import BookChange, Books, EntryFields, EntryOrder, NewBook, OneBook
from stcore.web.routes_pictures import disposition
from stcore.web.uploads import UPLOAD_BODY, UploadDep

router = APIRouter(prefix="/api", tags=["world info"])


# -- books -----------------------------------------------------------------------------------------------------------


@router.get("/books", summary="Books of world info by name")
async def list_books(web: WebDep) -> dict[str, Any]:
    """Each with the number of its entries. `global` are the names of those that count in every chat."""
    everywhere = await web.host.database.read(global_books)
    return {"books": list(await web.host.books.list()), "global": everywhere}


@router.post("/books", status_code=201, summary="Create a book")
async def create_book(web: WebDep, body: NewBook) -> dict[str, Any]:
    """Empty, or a copy of another. A name that is taken is refused."""
    content = await web.host.books.get(body.copy_of) if body.copy_of else None
    return (await web.host.books.create(body.name, content=content)).to_dict()


@router.post("/books/import", status_code=201, summary="Import a book", openapi_extra=UPLOAD_BODY)
async def import_file(
    web: WebDep,
    data: UploadDep,
    name: Annotated[str, Query(max_length=200, description="instead of the name in the file")] = "",
    replace: Annotated[bool, Query(description="replace a book of this name")] = False,
) -> dict[str, Any]:
    """World info as JSON, a lorebook of NovelAI, Agnai or Risu, or a character card with a book inside."""
    return (await import_book(web.host, data, name.strip(), replace=replace)).to_dict()


@router.put("/books/global", status_code=204, summary="Choose the books that count in every chat")
async def set_global_books(web: WebDep, body: Books) -> None:
    """Exactly these."""
    await web.host.books.bind("host", *body.books)


@router.get("/books/{book_id}", summary="One book with its entries")
async def get_book(web: WebDep, book_id: str) -> dict[str, Any]:
    """`data` is what it holds beside them."""
    return (await web.host.books.get(book_id)).to_dict()


@router.patch("/books/{book_id}", summary="Rename a book, or change what it holds beside its entries")
async def change_book(web: WebDep, book_id: str, body: BookChange) -> dict[str, Any]:
    """Chats, characters and personas that name the book follow its new name."""
    given = body.given()
    if "name" in given:
        await web.host.books.rename(book_id, body.name)
    if body.data:
        await web.host.books.change(book_id, body.data)
    return (await web.host.books.get(book_id)).to_dict()


@router.delete("/books/{book_id}", status_code=204, summary="Delete a book")
async def delete_book(web: WebDep, book_id: str) -> None:
    """Nothing is bound to it any more."""
    await web.host.books.delete(book_id)


@router.get("/books/{book_id}/export", summary="A book as a file")
async def export_book(
    web: WebDep,
    book_id: str,
    format: Annotated[
        Literal["world", "card"], Query(description="as world info, or as it lies in a character card")
    ] = "world",
) -> JSONResponse:
    """JSON to download."""
    book = await web.host.books.get(book_id)
    content = write_book(book) if format == "world" else to_card_book(book)
    return JSONResponse(content, headers={"Content-Disposition": disposition(book.name, "json")})


# -- entries ---------------------------------------------------------------------------------------------------------


@router.post("/books/{book_id}/entries", status_code=201, summary="Add an entry")
async def add_entry(web: WebDep, book_id: str, body: EntryFields) -> dict[str, Any]:
    """It gets the next number."""
    return dict(await web.host.books.add_entry(book_id, body.fields))


@router.patch("/books/{book_id}/entries/{uid}", summary="Change an entry")
async def change_entry(web: WebDep, book_id: str, uid: int, body: EntryFields) -> dict[str, Any]:
    """Fields that are not sent stay as they are."""
    return dict(await web.host.books.change_entry(book_id, uid, body.fields))


@router.delete("/books/{book_id}/entries/{uid}", status_code=204, summary="Delete an entry")
async def remove_entry(web: WebDep, book_id: str, uid: int) -> None:
    """Its number is not given to another while later ones are there."""
    await web.host.books.remove_entry(book_id, uid)


@router.put("/books/{book_id}/order", status_code=204, summary="Show the entries in another order")
async def order_entries(web: WebDep, book_id: str, body: EntryOrder) -> None:
    """Only how they are shown changes, not what joins a prompt."""
    await web.host.books.order(book_id, body.uids)


# -- where books count -----------------------------------------------------------------------------------------------


@router.get("/chats/{chat_id}/book", summary="The book of a chat")
async def get_chat_book(web: WebDep, chat_id: str) -> dict[str, Any]:
    """`null` when it has none."""
    await web.host.chats.get(chat_id)
    return {"book": await web.host.database.read(lambda c: chat_book(c, chat_id)) or None}


@router.put("/chats/{chat_id}/book", status_code=204, summary="Choose the book of a chat")
async def set_chat_book(web: WebDep, chat_id: str, body: OneBook) -> None:
    """By its name."""
    await web.host.chats.get(chat_id)
    await web.host.books.bind(f"chat:{chat_id}", *([body.book] if body.book else []))


@router.get("/groups/{group_id}/book", summary="The book of a group")
async def get_group_book(web: WebDep, group_id: str) -> dict[str, Any]:
    """`null` when it has none."""
    await web.host.groups.get(group_id)
    return {"book": await web.host.database.read(lambda c: group_book(c, group_id)) or None}


@router.put("/groups/{group_id}/book", status_code=204, summary="Choose the book of a group")
async def set_group_book(web: WebDep, group_id: str, body: OneBook) -> None:
    """By its name."""
    await web.host.groups.get(group_id)
    await web.host.books.bind(f"group:{group_id}", *([body.book] if body.book else []))


@router.get("/characters/{character_id}/books", summary="The books of a character")
async def get_character_books(web: WebDep, character_id: str) -> dict[str, Any]:
    """`linked` is the book that its card names (the field `world`), `embedded` the name of the one that lies in the
    card and counts while none is linked, `further` are those beside it."""
    character = await web.host.characters.get(character_id)
    own = embedded_books(character)
    further = await web.host.database.read(lambda c: more_books(c, character_id))
    return {
        "linked": linked_book(character) or None,
        "embedded": own[0].name if own else None,
        "further": further,
    }


@router.put("/characters/{character_id}/books", status_code=204, summary="Choose the further books of a character")
async def set_character_books(web: WebDep, character_id: str, body: Books) -> None:
    """Exactly these; the linked one is a field of its card."""
    await web.host.characters.get(character_id)
    await web.host.books.bind(f"character:{character_id}", *body.books)


@router.post("/characters/{character_id}/book", status_code=201, summary="Take the book out of a character's card")
async def adopt_book(web: WebDep, character_id: str) -> dict[str, Any]:
    """It becomes a book of the library, to which the character is linked."""
    return (await adopt_card_book(web.host, character_id)).to_dict()


@router.get("/chats/{chat_id}/lore", summary="What world info would add now, and why")
async def explain(web: WebDep, chat_id: str) -> dict[str, Any]:
    """`books` by where they are bound; `joined` with text, tokens and why; `refused` with why not; `remarks` about keys
    that cannot be used."""
    return (await preview(web.host, chat_id)).to_dict()
