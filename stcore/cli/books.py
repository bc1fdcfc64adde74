"""``stcore books``: world info."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.chat.lore.books import Book
    from stcore.host import Host


@click.group(no_args_is_help=True)
def books() -> None:
    """World info: books whose entries join the prompt when a chat mentions them."""


@books.command("list")
@click.argument("name", metavar="BOOK", required=False)
@json_option
@data_option
def list_books(name: str | None, as_json: bool, data: str | None) -> None:
    """All books; with BOOK the entries in it."""
    if name is None:
        _list_books(as_json, data)
    else:
        _list_entries(name, as_json, data)


def _list_books(as_json: bool, data: str | None) -> None:
    async def work(host: Host) -> list[dict[str, Any]]:
        from stcore.chat.lore.bindings import global_books

        everywhere = await host.database.read(global_books)
        return [{**book, "everywhere": book["name"] in everywhere} for book in await host.books.list()]

    found = on_host(data, work)
    if as_json:
        print_json(found)
        return
    rows = [(book["name"], book["entries"], "yes" if book["everywhere"] else "") for book in found]
    print_table(rows, ("book", "entries", "counts everywhere"), empty="There is no world info yet.")


def _list_entries(name: str, as_json: bool, data: str | None) -> None:
    book = on_host(data, lambda host: host.books.one(name))
    if as_json:
        print_json(book.to_dict())
        return
    rows = [
        (entry.uid, entry.title, "always" if entry.constant else ", ".join(entry.keys), " ".join(entry.content.split()))
        for entry in book.entries
    ]
    print_table(rows, ("number", "title", "keys", "text"), empty=f"The book “{book.name}” is empty.")


@books.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", default="", help="Another name than that of the file.")
@click.option("--replace", is_flag=True, help="Replace a book of this name.")
@click.option("--everywhere", is_flag=True, help="Let it count in every chat.")
@data_option
def import_file(file: Path, name: str, replace: bool, everywhere: bool, data: str | None) -> None:
    """Add the book in FILE: world info as JSON, or a character card with a book inside."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"The file {file} cannot be read: {error.strerror}.") from error

    async def work(host: Host) -> Book:
        from stcore.chat.lore.bindings import global_books
        from stcore.chat.lore.sharing import import_book

        book = await import_book(host, content, name or file.stem, replace=replace)
        if everywhere:
            active = await host.database.read(global_books)
            await host.books.bind("host", *dict.fromkeys([*active, book.name]))
        return book

    book = on_host(data, work)
    print(f"The book “{book.name}” holds {_entries(book)}.")


@books.command("export")
@click.argument("name", metavar="BOOK")
@click.option("--to", "target", type=click.Path(path_type=Path), help="Write into this file instead of to the screen.")
@click.option("--format", type=click.Choice(["world", "card"]), default="world", help="As world info, or as in a card.")
@data_option
def export(name: str, target: Path | None, format: Literal["world", "card"], data: str | None) -> None:
    """Write BOOK as JSON, as SillyTavern reads it."""
    from stcore.chat.lore.card_book import to_card_book
    from stcore.chat.lore.formats import write_book

    book = on_host(data, lambda host: host.books.one(name))
    text = json.dumps(write_book(book) if format == "world" else to_card_book(book), ensure_ascii=False, indent=2)
    if target is None:
        sys.stdout.write(text + "\n")
        return
    try:
        target.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"The file {target} cannot be written: {error.strerror}.") from error


@books.command("delete")
@click.argument("name", metavar="BOOK")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def delete(name: str, yes: bool, data: str | None) -> None:
    """Delete BOOK with its entries."""

    async def work(host: Host) -> None:
        book = await host.books.one(name)
        if not yes:
            click.confirm(f"Delete {book.name} with {_entries(book)}?", abort=True)
        await host.books.delete(book.id)

    on_host(data, work)
    print("It is deleted.")


def _entries(book: Book) -> str:
    return "one entry" if len(book.items) == 1 else f"{len(book.items)} entries"
