"""``stcore presets``: samplers, templates, system prompts, and the prompt of a chat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.cli.files import read_file
from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.text.presets import Preset

KIND = click.Choice(("preset", "instruct", "context", "sysprompt", "reasoning", "profile"))


@click.group(no_args_is_help=True)
def presets() -> None:
    """Presets: samplers and prompt entries, templates, system prompts, profiles."""


@presets.command("list")
@click.argument("kind", type=KIND, required=False)
@json_option
@data_option
def list_presets(kind: str | None, as_json: bool, data: str | None) -> None:
    """All presets, or those of one KIND; what is in use is marked."""

    async def work(host: Host) -> list[dict[str, Any]]:
        from stcore.text.presets import KINDS

        active = await host.presets.active()
        return [
            {**preset.to_dict(), "selected": preset.name == active.chosen[one].name}
            for one in ((kind,) if kind else KINDS)
            for preset in await host.presets.list(one)
        ]

    found = on_host(data, work)
    if as_json:
        print_json(found)
        return
    rows = [(p["kind"], p["name"], "in use" if p["selected"] else "", p["data"].get("description", "")) for p in found]
    print_table(rows, ("kind", "name", "", "description"), empty="There are none yet.")


@presets.command("select")
@click.argument("kind", type=KIND)
@click.argument("name")
@data_option
def select(kind: str, name: str, data: str | None) -> None:
    """Use the preset NAME from now on."""

    async def work(host: Host) -> str:
        from stcore.chat.prompting import profiles

        found = await host.presets.get(kind, name)
        if kind == "profile":
            await profiles.apply(host, found)
        else:
            await host.presets.select(kind, found.name)
        return found.name

    print(f"The {kind} is “{on_host(data, work)}” now.")


@presets.command("import")
@click.argument("file")
@click.option("--kind", type=KIND, help="Where it cannot be seen.")
@click.option("--name", default="", help="Another name than that of the file.")
@data_option
def import_file(file: str, kind: str | None, name: str, data: str | None) -> None:
    """Keep the presets in FILE: JSON of this program or of SillyTavern."""
    try:
        document = json.loads(read_file(file))
    except ValueError as error:
        raise UserError(f"{file} is no JSON: {error}.") from error

    async def work(host: Host) -> list[Preset]:
        return list(await host.presets.add(document, name or Path(file).stem, kind or ""))

    for preset in on_host(data, work):
        print(f"{preset.kind} “{preset.name}”")


@presets.command("export")
@click.argument("kind", type=KIND)
@click.argument("name")
@data_option
def export(kind: str, name: str, data: str | None) -> None:
    """Print a preset as JSON that SillyTavern reads too."""
    from stcore.text.presets import export_preset

    async def work(host: Host) -> Preset:
        return await host.presets.get(kind, name)

    print_json(export_preset(on_host(data, work)))


@presets.command("delete")
@click.argument("kind", type=KIND)
@click.argument("name")
@data_option
def delete(kind: str, name: str, data: str | None) -> None:
    """Forget a preset; a shipped one of its name comes back."""
    on_host(data, lambda host: host.presets.delete(kind, name))


@presets.command("prompt")
@click.argument("chat_id", metavar="CHAT", required=False)
@json_option
@data_option
def prompt(chat_id: str | None, as_json: bool, data: str | None) -> None:
    """Show the prompt as it would be sent now, piece by piece; without CHAT of the latest chat."""

    async def work(host: Host) -> dict[str, Any]:
        from stcore.chat.prompting.itemise import itemise
        from stcore.chat.prompting.scene import Wanted

        chat = await host.chats.get(chat_id) if chat_id else await host.chats.latest()
        if chat is None:
            raise UserError("There are no chats yet.")
        return await itemise(await host.session(chat.id), Wanted())

    seen = on_host(data, work)
    if as_json:
        print_json(seen)
        return
    rows = [(part["source"], part["role"], part["tokens"], " ".join(part["text"].split())) for part in seen["parts"]]
    print_table(rows, ("from", "role", "tokens", "text"), empty="The prompt is empty.")
    print(f"{seen['tokens']} of {seen['budget']} tokens, to {seen['connection']}")
