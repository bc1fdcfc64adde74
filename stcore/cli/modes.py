"""``stcore modes``, modes of pictures of one's own, and ``stcore image-prompts``, what writers of prompts are asked."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table, tell_imported
from stcore.errors import NotFound, SettingsError, StcoreError, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stcore.host import Host
    from stcore.images.own_modes import Clash, OwnMode


def _text_of(file: str) -> str:
    """What stands in a file, or comes from standard input."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is no text file.") from error


# -- modes of one's own ----------------------------------------------------------------------------------------------


@click.group(no_args_is_help=True)
def modes() -> None:
    """Modes of pictures of your own: words for /imagine with a template, a shape and a style.

    Names match whatever their case.
    """


@modes.command("list")
@json_option
@data_option
def list_modes(as_json: bool, data: str | None) -> None:
    """All modes of your own."""

    async def work(host: Host) -> tuple[Sequence[OwnMode], Sequence[SettingsError]]:
        return await asyncio.to_thread(lambda: (host.modes.list(), host.modes.problems()))

    found, problems = on_host(data, work)
    if as_json:
        print_json([mode.to_dict() for mode in found])
        return
    rows = [(mode.name, ", ".join(mode.triggers), mode.writer, mode.shape, mode.style) for mode in found]
    print_table(rows, ("name", "/imagine", "written by", "shape", "style"), empty="There are no modes of your own yet.")
    for problem in problems:
        click.echo(problem.message, err=True)


@modes.command("show")
@click.argument("name")
@data_option
def show_mode(name: str, data: str | None) -> None:
    """The mode NAME as its file says it."""
    from stcore.images.own_modes import mode_to_toml

    sys.stdout.write(mode_to_toml(on_host(data, lambda host: asyncio.to_thread(host.modes.get, name))))


@modes.command("save")
@click.argument("name")
@click.option("--title", help="What menus say; without it the name.")
@click.option("--word", "words", multiple=True, help="Draws it with /imagine; without one the name does. Repeatable.")
@click.option("--takes-subject/--takes-none", default=None, help="Whether more may stand behind a word, as {0}.")
@click.option("--phrase", "subjects", multiple=True, help="Asks for it in a wish for a picture. Repeatable.")
@click.option("--template", metavar="FILE", help="A file with what the writer is asked for; - reads standard input.")
@click.option(
    "--writer", type=click.Choice(["text model", "nobody", "captioner"]), help="Who makes the prompt of the template."
)
@click.option("--shape", type=click.Choice(["as set", "portrait", "wide"]), help="Shape of its pictures.")
@click.option("--style", help="Style of its pictures; empty is the one in use.")
@click.option("--prefixed/--not-prefixed", default=None, help="Whether the character's prefix is added.")
@data_option
def save(name: str, template: str | None, data: str | None, **given: Any) -> None:
    """Make the mode NAME, or change what is given in the one there is."""
    fields = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
    fields = {key: value for key, value in fields.items() if value not in (None, [])}
    if template is not None:
        fields["template"] = _text_of(template)

    kept = on_host(data, lambda host: host.mode_desk.change(name, fields))
    print(f"The mode “{kept.name}” is saved; /imagine {kept.triggers[0]} draws it.")


@modes.command("rename")
@click.argument("old", metavar="NAME")
@click.argument("new")
@data_option
def rename(old: str, new: str, data: str | None) -> None:
    """Give the mode NAME another name."""
    print(f"It is called “{on_host(data, lambda host: host.mode_desk.rename(old, new)).name}” now.")


@modes.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def delete(name: str, yes: bool, data: str | None) -> None:
    """Delete the mode NAME; pictures that were made in it stay."""

    async def work(host: Host) -> None:
        if not yes:
            await asyncio.to_thread(host.modes.get, name)
            click.confirm(f"Delete the mode “{name}”?", abort=True)
        await host.mode_desk.delete(name)

    on_host(data, work)
    print("It is deleted.")


@modes.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE ...")
@click.option(
    "--taken",
    type=click.Choice(["leave", "replace", "both"]),
    default="leave",
    show_default=True,
    help="What becomes of a mode whose name another one has.",
)
@json_option
@data_option
def import_files(files: tuple[str, ...], taken: Clash, as_json: bool, data: str | None) -> None:
    """Keep the modes in FILE, as `stcore modes export` writes them."""

    async def work(host: Host) -> list[dict[str, Any]]:
        return [await _import(host, file, taken) for file in files]

    tell_imported(on_host(data, work), _tell, as_json=as_json)


async def _import(host: Host, file: str, taken: Clash) -> dict[str, Any]:
    from stcore.images.own_modes import mode_from_toml

    try:
        text = await asyncio.to_thread(_text_of, file)
        kept = await host.mode_desk.add(mode_from_toml(text, Path(file).name), taken)
    except StcoreError as error:
        return {"file": file, "error": error.message}
    return {"file": file, "name": None if kept is None else kept.name}


def _tell(outcome: dict[str, Any]) -> None:
    if outcome["name"] is None:
        print(f"{outcome['file']}: left out, for another mode has the name (see --taken).")
    else:
        print(f"{outcome['file']}: “{outcome['name']}”")


@modes.command("export")
@click.argument("name")
@click.option("--to", "target", type=click.Path(path_type=Path), help="Write into this file instead of to the screen.")
@data_option
def export(name: str, target: Path | None, data: str | None) -> None:
    """Write the mode NAME as a file for others."""
    from stcore.images.own_modes import mode_to_toml

    text = mode_to_toml(on_host(data, lambda host: asyncio.to_thread(host.modes.get, name)))
    if target is None:
        sys.stdout.write(text)
        return
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"The file {target} cannot be written: {error.strerror}.") from error
    print(f"“{name}” is in {target}.")


# -- templates of prompts --------------------------------------------------------------------------------------------


@click.group("image-prompts", no_args_is_help=True)
def image_prompts() -> None:
    """What writers of picture prompts are asked for: a template for each mode, and two more."""


@image_prompts.command("list")
@json_option
@data_option
def list_prompts(as_json: bool, data: str | None) -> None:
    """All templates; * marks those of your own."""
    from stcore.chat.imagine.templates import SLOTS

    async def work(host: Host) -> list[dict[str, Any]]:
        found = []
        for slot in SLOTS:
            problem = await host.prompt_templates.problem(slot.name)
            own = await asyncio.to_thread(host.prompt_templates.is_own, slot.name)
            found.append({"slot": slot.name, "about": slot.about, "own": own, "problem": problem})
        return found

    found = on_host(data, work)
    if as_json:
        print_json([{**one, "problem": one["problem"] and one["problem"].to_dict()} for one in found])
        return
    print_table([("*" if one["own"] else "", one["slot"], one["about"]) for one in found], ("", "slot", ""), empty="")
    for one in found:
        if one["problem"]:
            click.echo(one["problem"].message, err=True)


@image_prompts.command("show")
@click.argument("slot")
@click.option("--shipped", is_flag=True, help="What comes with stcore, also where your own is used.")
@data_option
def show_prompt(slot: str, shipped: bool, data: str | None) -> None:
    """The template that is used in SLOT."""

    async def work(host: Host) -> str:
        templates = host.prompt_templates
        return await asyncio.to_thread(templates.shipped if shipped else templates.get, slot)

    sys.stdout.write(on_host(data, work))


@image_prompts.command("edit-from-file")
@click.argument("slot")
@click.argument("file")
@data_option
def edit_from_file(slot: str, file: str, data: str | None) -> None:
    """Use what stands in FILE (- is standard input) in SLOT; one that does not work is refused."""
    text = _text_of(file)
    on_host(data, lambda host: host.prompt_templates.save(slot, text))
    print(f"The template “{slot}” is saved.")


@image_prompts.command("reset")
@click.argument("slot")
@data_option
def reset(slot: str, data: str | None) -> None:
    """Use the template that comes with stcore in SLOT again; your own is gone."""
    on_host(data, lambda host: host.prompt_templates.reset(slot))
    print(f"The template “{slot}” is the one that comes with stcore.")
