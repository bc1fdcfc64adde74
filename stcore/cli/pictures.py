"""``stcore pictures``: the gallery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.errors import StorageError, UserError

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.images.paging import Order, Sort


@click.group(no_args_is_help=True)
def pictures() -> None:
    """Stored pictures."""


@pictures.command("list")
@click.option("--chat", "chat_id", metavar="ID", help="Only those of this chat.")
@click.option("--character", metavar="NAME", help="Only those in the gallery of this character.")
@click.option("--group", metavar="NAME", help="Only those in the gallery of this group.")
@click.option("--sort", type=click.Choice(["date", "name"]), default="date", show_default=True)
@click.option("--order", type=click.Choice(["asc", "desc"]), default="desc", show_default=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True, help="The first so many.")
@json_option
@data_option
def list_pictures(
    chat_id: str | None,
    character: str | None,
    group: str | None,
    sort: Sort,
    order: Order,
    limit: int,
    as_json: bool,
    data: str | None,
) -> None:
    """Pictures with the file of each, the newest first unless told otherwise."""
    if sum(name is not None for name in (chat_id, character, group)) > 1:
        raise UserError("Name a chat, a character or a group, not several of them.")

    async def work(host: Host) -> list[dict[str, Any]]:
        gallery_of = await _whose(host, character, group)
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(found) < limit:
            many = min(100, limit - len(found))
            page = await host.library.page(
                chat_id, cursor=cursor, limit=many, gallery_of=gallery_of, sort=sort, order=order
            )
            found += page.pictures
            cursor = page.next
            if cursor is None:
                break
        return [{**picture, "file": await host.images.address(picture["id"])} for picture in found]

    found = on_host(data, work)
    if as_json:
        print_json(found)
    else:
        rows = [(p["id"], f"{p['width']}x{p['height']}", p["title"], p["file"]) for p in found]
        print_table(rows, ("id", "size", "title", "file"), empty="There are no pictures yet.")


async def _whose(host: Host, character: str | None, group: str | None) -> str | None:
    """The id of the character or group whose gallery is meant, ``None`` when none is named."""
    if character is not None:
        return (await host.characters.one(character)).id
    return (await host.groups.one(group)).id if group is not None else None


@pictures.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--character", metavar="NAME", help="Into the gallery of this character.")
@click.option("--group", metavar="NAME", help="Into the gallery of this group.")
@data_option
def add_pictures(files: tuple[Path, ...], character: str | None, group: str | None, data: str | None) -> None:
    """Put pictures into a gallery: JPEG, PNG, WebP or GIF. They are written anew, without what they tell of where and
    how they were taken."""
    if (character is None) == (group is None):
        raise UserError("Name a character or a group in whose gallery they shall hang.")

    contents = [(_content(file), file.name) for file in files]

    async def work(host: Host) -> list[str]:
        whose = await _whose(host, character, group) or ""
        return [(await host.galleries.add(whose, content, name))["id"] for content, name in contents]

    for asset_id in on_host(data, work):
        print(asset_id)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error


@pictures.command("delete")
@click.argument("asset_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask, also when they are in use.")
@data_option
def delete_pictures(asset_ids: tuple[str, ...], yes: bool, data: str | None) -> None:
    """Delete pictures everywhere they are used. What uses them is told before."""

    async def work(host: Host) -> int:
        uses = {asset_id: await host.library.uses((await host.library.asset(asset_id)).id) for asset_id in asset_ids}
        if not yes:
            for asset_id, places in uses.items():
                for place in places:
                    print(f"{asset_id} is {_told(place)}")
            click.confirm(f"Delete {len(uses)} {'picture' if len(uses) == 1 else 'pictures'} for good?", abort=True)
        return await host.library.delete_many(asset_ids)

    print(f"{on_host(data, work)} deleted")


def _told(place: dict[str, Any]) -> str:
    """One use of a picture in words."""
    if place["kind"] == "message":
        return f"in message {place['position']} of the chat “{place['chat']}”"
    if place["kind"] == "reference":
        return f"a reference picture of {place['name']}"
    return f"the portrait of the {place['kind']} {place['name']}"


@pictures.command("save")
@click.argument("asset_id", metavar="ID")
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace an existing file.")
@data_option
def save_picture(asset_id: str, target: Path | None, force: bool, data: str | None) -> None:
    """Write a picture into a file or folder; without TARGET into the current folder."""

    async def work(host: Host) -> tuple[str, bytes]:
        name = Path(await host.images.address(asset_id)).name
        content, _ = await host.library.read(asset_id)
        return name, content

    name, content = on_host(data, work)
    path = (target or Path()) / name if target is None or target.is_dir() else target
    if path.exists() and not force:
        raise UserError(f"{path} exists already.", hint="Use --force to replace it.")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    print(path)
