"""``stcore pictures``: the gallery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.errors import StorageError, UserError

if TYPE_CHECKING:
    from stcore.host import Host


@click.group(no_args_is_help=True)
def pictures() -> None:
    """Stored pictures."""


@pictures.command("list")
@click.option("--chat", "chat_id", metavar="ID", help="Only those of this chat.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=30, show_default=True, help="The newest so many.")
@json_option
@data_option
def list_pictures(chat_id: str | None, limit: int, as_json: bool, data: str | None) -> None:
    """The newest first, with the file of each."""

    async def work(host: Host) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(found) < limit:
            page = await host.library.page(chat_id, cursor=cursor, limit=min(100, limit - len(found)))
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
