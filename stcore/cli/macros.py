"""``stcore macros`` and ``stcore expand``."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.errors import NotFound

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.macros import Diagnostic, Macro, Registry


@click.command()
@click.argument("name", required=False)
@json_option
@data_option
def macros(name: str | None, as_json: bool, data: str | None) -> None:
    """The {{macros}} of texts: all of them, one by its name, or those in which a word occurs."""

    async def work(host: Host) -> None:
        await asyncio.to_thread(host.ask_plugins)
        _show(host.macros.registry, name, as_json)

    on_host(data, work)


def _show(registry: Registry, name: str | None, as_json: bool) -> None:
    from stcore.macros.reference import describe_macro, macro_record, search

    one = registry.primary(name.strip("{} ")) if name else None
    found = [one] if one is not None else search(registry, name or "")
    if not found:
        raise NotFound(f"No macro is called or does {name!r}.", hint="`stcore macros` lists them all.")
    if as_json:
        records = [macro_record(registry, macro) for macro in found]
        print_json(records[0] if one is not None else records)
    elif one is not None:
        print(describe_macro(registry, one))
    else:
        print_table([_row(registry, macro) for macro in found], ("macro", "also", "group", "what it gives"), empty="")


def _row(registry: Registry, macro: Macro) -> tuple[str, str, str, str]:
    from stcore.macros.reference import other_names

    return macro.signature, ", ".join(other_names(registry, macro)), macro.group, macro.summary


@click.command()
@click.argument("text")
@click.option("--chat", "chat_id", metavar="ID", help="As the text would read in this chat.")
@json_option
@data_option
def expand(text: str, chat_id: str | None, as_json: bool, data: str | None) -> None:
    """Run the {{macros}} of a text; - reads it from standard input. Variables that it sets are not kept."""
    source = sys.stdin.read() if text == "-" else text

    async def work(host: Host) -> tuple[str, list[Diagnostic]]:
        from stcore.chat.environment import build_environment

        if chat_id is not None:
            await host.chats.get(chat_id)
        remarks: list[Diagnostic] = []
        environment = (await build_environment(host, chat_id)).child(diagnostics=remarks.append)
        # A thread: a macro may look into the database or at the plugins.
        return await asyncio.to_thread(host.macros.expand, source, environment), remarks

    result, remarks = on_host(data, work)
    if as_json:
        print_json({"text": result, "diagnostics": [_remark(remark) for remark in remarks]})
        return
    print(result, end="" if result.endswith("\n") else "\n")
    for remark in remarks:
        place = f"line {remark.span.line + 1}, column {remark.span.column + 1}: " if remark.span else ""
        print(f"{remark.level}: {place}{remark.message}", file=sys.stderr)


def _remark(remark: Diagnostic) -> dict[str, Any]:
    span = remark.span
    place = {"start": span.start, "end": span.end, "line": span.line + 1, "column": span.column + 1} if span else None
    return {"level": remark.level, "message": remark.message, "macro": remark.macro, "place": place}
