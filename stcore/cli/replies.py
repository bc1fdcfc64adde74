"""``stcore replies``: sets of quick replies."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.errors import NotFound, UserError

if TYPE_CHECKING:
    from stcore.chat.replies.records import ReplySet
    from stcore.host import Host


@click.group(no_args_is_help=True)
def replies() -> None:
    """Quick replies: stored scripts and messages, in sets."""


@replies.command("list")
@click.argument("set_name", metavar="SET", required=False)
@json_option
@data_option
def list_replies(set_name: str | None, as_json: bool, data: str | None) -> None:
    """All sets; with SET the replies in it."""
    if set_name is None:
        _list_sets(as_json, data)
    else:
        _list_set(set_name, as_json, data)


def _list_sets(as_json: bool, data: str | None) -> None:
    async def work(host: Host) -> list[dict[str, Any]]:
        on = {of.name for of in await host.reply_sets.switched_on("host")}
        sets = await host.reply_sets.sets()
        return [{"name": of.name, "replies": len(of.replies), "everywhere": of.name in on} for of in sets]

    found = on_host(data, work)
    if as_json:
        print_json(found)
        return
    rows = [(of["name"], of["replies"], "yes" if of["everywhere"] else "") for of in found]
    print_table(rows, ("set", "replies", "on everywhere"), empty="There are no quick replies yet.")


def _list_set(set_name: str, as_json: bool, data: str | None) -> None:
    of = on_host(data, lambda host: host.reply_sets.get(set_name))
    if as_json:
        from stcore.chat.replies.files import set_to_json

        print_json(set_to_json(of))
        return
    rows = [(r.id, r.label, ", ".join(sorted(r.occasions)), " ".join(r.message.split())) for r in of.replies]
    print_table(rows, ("id", "label", "runs by itself", "text"), empty=f"The set “{of.name}” is empty.")


@replies.command("export")
@click.argument("set_name", metavar="SET")
@click.option("--to", "target", type=click.Path(path_type=Path), help="Write into this file instead of to the screen.")
@data_option
def export(set_name: str, target: Path | None, data: str | None) -> None:
    """Write SET as JSON, as SillyTavern reads it."""
    from stcore.chat.replies.files import set_to_json

    of = on_host(data, lambda host: host.reply_sets.get(set_name))
    text = json.dumps(set_to_json(of), ensure_ascii=False, indent=2) + "\n"
    if target is None:
        click.echo(text, nl=False)
        return
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}.") from error
    print(f"{len(of.replies)} quick replies are in {target}.")


@replies.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", help="Call the set so, instead of as the file says.")
@click.option("--replace", "replacing", is_flag=True, help="Replace a set of the same name.")
@click.option("--on", is_flag=True, help="Switch it on everywhere.")
@data_option
def import_(files: tuple[Path, ...], name: str | None, replacing: bool, on: bool, data: str | None) -> None:
    """Take over sets from JSON files of SillyTavern; `-` reads standard input."""
    if name and len(files) > 1:
        raise click.UsageError("--name is for one file.")
    sets = [_read(file) for file in files]
    if name:
        sets = [replace(sets[0], name=name)]

    async def work(host: Host) -> None:
        for of in sets:
            await host.reply_sets.add(of, replacing=replacing)
            if on:
                await host.reply_sets.switch("host", of.name, True)

    on_host(data, work)
    for of in sets:
        hint = "" if on else f" Switch it on: stcore replies on {json.dumps(of.name, ensure_ascii=False)}"
        print(f"“{of.name}” has {len(of.replies)} quick replies.{hint}")


def _read(file: Path) -> ReplySet:
    from stcore.chat.replies.files import set_from_json

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
        return set_from_json(json.loads(text))
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is no JSON: {error}.") from error
    except UserError as error:
        raise UserError(f"{file}: {error.message}", hint=error.hint) from error


def _switching(name: str, summary: str, *, on: bool) -> Callable[..., Any]:
    @replies.command(name, help=summary)
    @click.argument("set_name", metavar="SET")
    @click.option("--chat", "chat_id", metavar="ID", help="In this chat only.")
    @data_option
    def switch(set_name: str, chat_id: str | None, data: str | None) -> None:
        async def work(host: Host) -> None:
            if chat_id is not None:
                await host.chats.get(chat_id)
            await host.reply_sets.switch(f"chat:{chat_id}" if chat_id else "host", set_name, on)

        on_host(data, work)
        print(f"“{set_name}” is {'on' if on else 'off'}{' in this chat' if chat_id else ' everywhere'}.")

    return switch


switch_on = _switching("on", "Switch SET on, everywhere or in one chat.", on=True)
switch_off = _switching("off", "Switch SET off, everywhere or in one chat.", on=False)


@replies.command("run")
@click.argument("name")
@click.option("--arg", "arguments", multiple=True, metavar="NAME=VALUE", help="Read as {{arg::NAME}}; repeatable.")
@click.option("--answer", "answers", multiple=True, metavar="TEXT", help="Answers to questions, in order; repeatable.")
@click.option("--chat", "chat_id", metavar="ID", help="Run in this chat instead of a temporary one.")
@data_option
def run(name: str, arguments: tuple[str, ...], answers: tuple[str, ...], chat_id: str | None, data: str | None) -> int:
    """Run the quick reply NAME: a label of an active set, or SET.LABEL; prints what it leaves in the pipe."""
    from stcore.cli.once import OnceUi

    given = dict(map(_argument, arguments))
    ui = OnceUi(answers, silent=False)

    async def work(host: Host) -> str:
        from stcore.chat.replies.acting import act
        from stcore.chat.replies.press import press

        found = await host.reply_sets.find(name, chat_id)
        if found is None:
            raise NotFound(f"There is no quick reply “{name}”.", hint="`stcore replies list SET` shows those of a set.")
        return await act(await host.session(chat_id, ui), press(found), given)

    pipe = on_host(data, work)
    if pipe or ui.input:
        print(pipe or ui.input)
    return int(ui.failed)


def _argument(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise click.BadParameter(f"{text!r} should look like NAME=VALUE.", param_hint="--arg")
    return name, value
