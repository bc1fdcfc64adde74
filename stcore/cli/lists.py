"""``stcore plugins`` and ``stcore commands``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table

if TYPE_CHECKING:
    from stcore.host import Host


# -- plugins ---------------------------------------------------------------------------------------------------------


@click.group(no_args_is_help=True)
def plugins() -> None:
    """Plugins: where they come from, what they bring, what is wrong with them."""


@plugins.command("list")
@json_option
@data_option
def list_plugins(as_json: bool, data: str | None) -> None:
    """Every plugin that was found, broken ones with their mend."""

    async def work(host: Host) -> list[dict[str, Any]]:
        return [record.to_dict() for record in await asyncio.to_thread(lambda: host.plugins.records)]

    records = on_host(data, work)
    if as_json:
        print_json(records)
        return
    rows = [(r["name"], r["origin"], _state(r), r["problem"] or r["summary"]) for r in records]
    print_table(rows, ("name", "from", "state", "what it is"), empty="No plugin was found.")
    for record in records:
        if record["problem"] and record["hint"]:
            print(f"\n{record['name']}: {record['hint']}")


def _state(record: dict[str, Any]) -> str:
    if record["problem"]:
        return "broken"
    return "on" if record["enabled"] else "off"


@plugins.command("show")
@click.argument("name")
@json_option
@data_option
def show_plugin(name: str, as_json: bool, data: str | None) -> None:
    """One plugin."""

    async def work(host: Host) -> dict[str, Any]:
        record = await asyncio.to_thread(host.plugins.record, name)
        return record.to_dict()

    record = on_host(data, work)
    if as_json:
        print_json(record)
        return
    shown = {**record, "state": _state(record), "provides": ", ".join(record["provides"])}
    for key in ("name", "state", "summary", "version", "origin", "path", "provides", "problem", "hint"):
        if shown[key]:
            print(f"{key:>9}  {shown[key]}")


def _switch(name: str, data: str | None, *, on: bool) -> None:
    async def work(host: Host) -> None:
        from stcore.upkeep import switch_plugin

        await switch_plugin(host, name, on=on)

    on_host(data, work)
    print(f"{name} is {'on' if on else 'off'} from the next start.")


@plugins.command("enable")
@click.argument("name")
@data_option
def enable_plugin(name: str, data: str | None) -> None:
    """Load a plugin again."""
    _switch(name, data, on=True)


@plugins.command("disable")
@click.argument("name")
@data_option
def disable_plugin(name: str, data: str | None) -> None:
    """Leave a plugin out."""
    _switch(name, data, on=False)


# -- commands --------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("words", nargs=-1, metavar="[NAME | WORDS ...]")
@json_option
@data_option
def commands(words: tuple[str, ...], as_json: bool, data: str | None) -> int:
    """The slash commands that scripts can use: all, the help of one, or those that a search finds.

    --json describes the whole vocabulary for editors and other programs, commands of plugins included.
    """
    wanted = " ".join(words)
    found, text = on_host(data, lambda host: _find_commands(host, wanted))
    if as_json:
        print_json(found[0] if text else found)
    elif text:
        print(text)
    else:
        rows = [(f"/{c['name']}", ", ".join(c["aliases"]), c["group"], c["summary"]) for c in found]
        print_table(rows, ("command", "aliases", "group", "what it does"), empty=f"No command is about “{wanted}”.")
    return int(not found)


async def _find_commands(host: Host, wanted: str) -> tuple[list[dict[str, Any]], str]:
    """The commands, and the help where one was named."""
    from stcore.commands.help import describe_command
    from stcore.commands.reference import search

    registry = host.interpreter.registry
    await asyncio.to_thread(host.ask_plugins)
    if not wanted:
        return registry.describe(), ""
    named = registry.find(wanted.lstrip("/"))
    if named is not None:
        return [named.describe()], describe_command(named)
    return [command.describe() for command in search(registry, wanted)], ""
