"""``stcore characters``: whom people talk to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table, tell_imported

if TYPE_CHECKING:
    from stcore.host import Host

_FORMATS = ("png", "json", "charx")


@click.group(no_args_is_help=True)
def characters() -> None:
    """Characters and their cards."""


@characters.command("list")
@click.option("--tag", default="", help="Only those that carry this tag.")
@json_option
@data_option
def list_characters(tag: str, as_json: bool, data: str | None) -> None:
    """All characters by name."""

    async def work(host: Host) -> list[dict[str, Any]]:
        return [character.summary() for character in await host.characters.list(tag=tag)]

    found = on_host(data, work)
    if as_json:
        print_json(found)
    else:
        rows = [(c["name"], c["key"], ", ".join(c["tags"]), c["creator"]) for c in found]
        print_table(rows, ("name", "key", "tags", "card by"), empty="There are no characters yet.")


@characters.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@json_option
@data_option
def import_files(files: tuple[Path, ...], as_json: bool, data: str | None) -> None:
    """Add the characters of card files: PNG, JSON (V1, V2, V3) or CHARX.

    A file that is no card is named and left out; the exit status is 1 then.
    """
    from stcore.errors import StcoreError

    async def work(host: Host) -> list[dict[str, Any]]:
        from stcore.chat.characters.exchange import import_character

        outcome: list[dict[str, Any]] = []
        for file in files:
            try:
                found = await import_character(host, await asyncio.to_thread(file.read_bytes))
                outcome.append({"file": str(file), **found.character.summary(), "left_out": list(found.left_out)})
            except StcoreError as error:
                outcome.append({"file": str(file), "error": f"{error.message} {error.hint}".strip()})
            except OSError as error:
                outcome.append({"file": str(file), "error": f"It cannot be read: {error.strerror}."})
        return outcome

    outcome = on_host(data, work)
    tell_imported(outcome, _print_imported, as_json=as_json)


def _print_imported(entry: dict[str, Any]) -> None:
    print(f"{entry['name']} is here as {entry['key']}.")
    if entry["left_out"]:
        print(f"  Not kept, because they are no pictures: {', '.join(entry['left_out'])}")


@characters.command("export")
@click.argument("character", metavar="NAME")
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("--format", "format", type=click.Choice(_FORMATS), help="Without it the ending of TARGET, else png.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@data_option
def export(character: str, target: Path | None, format: str | None, force: bool, data: str | None) -> None:
    """Write the card of a character, meant by its name, key or id, into a file or folder."""
    from stcore.errors import StorageError, UserError

    folder = target is None or target.is_dir()
    ending = "" if target is None or folder else target.suffix.removeprefix(".").lower()
    chosen = format or (ending if ending in _FORMATS else "png")

    async def work(host: Host) -> tuple[str, bytes]:
        from stcore.chat.characters.exchange import export_character

        return await export_character(host, await host.characters.one(character), chosen)  # type: ignore[arg-type]

    name, content = on_host(data, work)
    path = (target or Path()) / name if folder else target or Path(name)
    if path.exists() and not force:
        raise UserError(f"{path} exists already.", hint="Use --force to replace it.")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    print(path)
