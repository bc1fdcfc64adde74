"""``stcore styles``: words around every picture's prompt, under names."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table, tell_imported
from stcore.errors import SettingsError, StcoreError, UserError

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.images.style_files import Format
    from stcore.images.styles import Clash, Style


@click.group(no_args_is_help=True)
def styles() -> None:
    """Style presets: words that are joined to every prompt.

    Names match exactly, upper and lower case included.
    """


@styles.command("list")
@json_option
@data_option
def list_styles(as_json: bool, data: str | None) -> None:
    """All styles; * marks the current one."""

    async def work(host: Host) -> tuple[list[dict[str, Any]], list[SettingsError]]:
        now = await host.style_desk.working()
        entries, problems = await asyncio.to_thread(lambda: (host.styles.entries(), list(host.styles.problems())))
        return [{**entry.to_dict(), "current": entry.style.name == now.name} for entry in entries], problems

    found, problems = on_host(data, work)
    if as_json:
        print_json(found)
        return
    rows = [("*" if s["current"] else "", s["name"], "own" if s["own"] else "", s["prefix"]) for s in found]
    print_table(rows, ("", "name", "", "words before the prompt"), empty="There are no styles.")
    for problem in problems:
        click.echo(problem.message, err=True)


@styles.command("show")
@click.argument("name", required=False)
@json_option
@data_option
def show_style(name: str | None, as_json: bool, data: str | None) -> None:
    """The words of the style NAME; without it those in use, which may have been changed since they were saved."""

    async def work(host: Host) -> dict[str, Any]:
        if name is None:
            return (await host.style_desk.working()).to_dict()
        return (await asyncio.to_thread(host.styles.get, name)).to_dict()

    style = on_host(data, work)
    if as_json:
        print_json(style)
        return
    for key in ("name", "description", "prefix", "negative"):
        if style.get(key):
            print(f"{key:>11}  {style[key]}")
    if style.get("changed"):
        print("Changed since it was saved." if style["exists"] else "There is no style of this name any more.")


@styles.command("use")
@click.argument("name")
@data_option
def use(name: str, data: str | None) -> None:
    """Use the style NAME from now on, everywhere where a character or chat has none of its own."""
    print(f"The style is “{on_host(data, lambda host: host.style_desk.choose(name))}” now.")


@styles.command("save")
@click.argument("name", required=False, default="")
@click.option("--prefix", help="The words; {prompt} is where a picture's own go. Those in use without it.")
@click.option("--negative", help="What is kept out of pictures. What is in use without it.")
@click.option("--description", help="What it looks like, in a few words.")
@data_option
def save(name: str, prefix: str | None, negative: str | None, description: str | None, data: str | None) -> None:
    """Keep words as the style NAME (the current one without it) and use it. One of that name is replaced."""

    async def work(host: Host) -> Style:
        return await host.style_desk.save(name, prefix=prefix, negative=negative, description=description)

    print(f"The style “{on_host(data, work).name}” is saved and in use.")


@styles.command("rename")
@click.argument("old", metavar="NAME")
@click.argument("new")
@data_option
def rename(old: str, new: str, data: str | None) -> None:
    """Give the style NAME of your own another name."""
    print(f"It is called “{on_host(data, lambda host: host.style_desk.rename(old, new)).name}” now.")


@styles.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def delete(name: str, yes: bool, data: str | None) -> None:
    """Delete the style NAME of your own; a shipped one of that name shows again."""

    async def work(host: Host) -> str:
        if not yes:
            await asyncio.to_thread(host.styles.get, name)
            click.confirm(f"Delete the style “{name}”?", abort=True)
        return await host.style_desk.delete(name)

    print(f"It is deleted; the style in use is “{on_host(data, work)}”.")


@styles.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE ...")
@click.option(
    "--taken",
    type=click.Choice(["leave", "replace", "both"]),
    default="leave",
    show_default=True,
    help="What becomes of a style whose name another one has.",
)
@json_option
@data_option
def import_files(files: tuple[str, ...], taken: Clash, as_json: bool, data: str | None) -> None:
    """Keep the styles in FILE: TOML, SillyTavern's JSON (its whole settings.json, too), or styles.csv."""

    async def work(host: Host) -> list[dict[str, Any]]:
        return [await _import(host, file, taken) for file in files]

    tell_imported(on_host(data, work), _tell, as_json=as_json)


async def _import(host: Host, file: str, taken: Clash) -> dict[str, Any]:
    from stcore.images.style_files import read_styles

    try:
        content = await asyncio.to_thread(Path(file).read_bytes)
        return {"file": file, **(await host.style_desk.add(read_styles(content, Path(file).name), taken)).to_dict()}
    except OSError as error:
        return {"file": file, "error": f"It cannot be read: {error.strerror}."}
    except StcoreError as error:
        return {"file": file, "error": error.message}


_OUTCOMES = {
    "added": "Added",
    "replaced": "Replaced",
    "same": "Here already",
    "left": "Left out, for another style has the name (see --taken)",
}


def _tell(outcome: dict[str, Any]) -> None:
    for key, words in _OUTCOMES.items():
        if outcome[key]:
            print(f"{words}: {', '.join(outcome[key])}")


@styles.command("export")
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("--to", "target", type=click.Path(path_type=Path), help="Write into this file instead of to the screen.")
@click.option(
    "--format",
    type=click.Choice(["toml", "json", "csv"]),
    help="For stcore, SillyTavern, or Stable Diffusion web UI; otherwise as the file is called, or TOML.",
)
@data_option
def export(names: tuple[str, ...], target: Path | None, format: Format | None, data: str | None) -> None:
    """Write styles for others: those NAMED, or all of your own."""
    from stcore.images.style_files import write_styles

    ending = target.suffix.lower().removeprefix(".") if target else ""
    known: Format = format or ("json" if ending == "json" else "csv" if ending == "csv" else "toml")

    async def work(host: Host) -> str:
        return write_styles(await asyncio.to_thread(host.styles.pick, names), known)

    text = on_host(data, work)
    if target is None:
        sys.stdout.write(text)
        return
    try:
        target.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UserError(f"The file {target} cannot be written: {error.strerror}.") from error
