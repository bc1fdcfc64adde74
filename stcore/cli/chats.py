"""``stcore chats``: stored chats."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table, tell_imported

if TYPE_CHECKING:
    from stcore.chat.transcripts import Form
    from stcore.host import Host


@click.group(no_args_is_help=True)
def chats() -> None:
    """Stored chats."""


@chats.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The latest so many.")
@json_option
@data_option
def list_chats(limit: int, as_json: bool, data: str | None) -> None:
    """The most recently used first."""

    async def work(host: Host) -> list[dict[str, Any]]:
        return [chat.to_dict() for chat in await host.chats.list(limit=limit)]

    found = on_host(data, work)
    if as_json:
        print_json(found)
    else:
        rows = [(c["id"], _when(c["updated"]), c["messages"], c["title"] or c["preview"]) for c in found]
        print_table(rows, ("id", "last used", "messages", "title"), empty="There are no chats yet.")


@chats.command("show")
@click.argument("chat_id", metavar="ID", required=False)
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="The last so many.")
@json_option
@data_option
def show_chat(chat_id: str | None, limit: int, as_json: bool, data: str | None) -> None:
    """The messages of a chat, oldest first; without ID of the latest chat."""

    async def work(host: Host) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        chat = await host.chats.get(chat_id) if chat_id else await host.chats.latest()
        if chat is None:
            return None, []
        return chat.to_dict(), [message.to_dict() for message in await host.chats.messages(chat.id, limit=limit)]

    chat, messages = on_host(data, work)
    if as_json:
        print_json({"chat": chat, "messages": messages})
        return
    if chat is None:
        print("There are no chats yet.")
    for message in messages:
        mark = " (hidden)" if message["hidden"] else ""
        print(f"{message['name']}{mark}: {message['text']}")
        for picture in message["pictures"]:
            print(f"  [{picture['width']}x{picture['height']}] {picture['title']}  {picture['id']}")


@chats.command("delete")
@click.argument("chat_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def delete(chat_id: str, yes: bool, data: str | None) -> None:
    """Delete a chat with its messages and the pictures that nothing else uses."""

    async def work(host: Host) -> None:
        chat = await host.chats.get(chat_id)
        if not yes:
            click.confirm(f"Delete {chat.title or chat.id} with {chat.messages} messages?", abort=True)
        from stcore.upkeep import delete_chat

        await delete_chat(host, chat_id)

    on_host(data, work)
    print("It is deleted.")


@chats.command("export")
@click.argument("chat_id", metavar="[ID]", required=False)
@click.argument("target", metavar="[TARGET]", required=False, type=click.Path(path_type=Path))
@click.option("--pictures", is_flag=True, help="Put its pictures into a folder beside the file.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@data_option
def export(chat_id: str | None, target: Path | None, pictures: bool, force: bool, data: str | None) -> None:
    """Write a chat into a file in SillyTavern's format (JSONL), the latest one without ID.

    TARGET is a file, a folder, or `-` for standard output; without it the file is called as the chat.
    """

    async def work(host: Host) -> Path | None:
        from stcore.cli.chat_files import write_chat

        chat = await host.chats.get(chat_id) if chat_id else await host.chats.latest()
        if chat is None:
            return None
        return await write_chat(host, chat, target, pictures=pictures, force=force)

    path = on_host(data, work)
    if path is None:
        print("There are no chats yet.")
    elif str(path) != "-":
        print(path)


@chats.command("transcript")
@click.argument("chat_id", metavar="[ID]", required=False)
@click.option(
    "--as",
    "form",
    type=click.Choice(("html", "markdown", "text")),
    help="What it becomes; else what the names of FILE or of the template tell, else html.",
)
@click.option("--template", metavar="NAME|FILE", help="Your own: a file, or one of templates/ in the data folder.")
@click.option("-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="Or a folder.")
@click.option("--pictures/--no-pictures", default=True, help="Put the pictures in, or only mention them.")
@click.option("--hidden/--no-hidden", default=True, help="With the messages that the model does not see, or without.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@data_option
def write_transcript(
    chat_id: str | None,
    form: Form | None,
    template: str | None,
    target: Path | None,
    pictures: bool,
    hidden: bool,
    force: bool,
    data: str | None,
) -> None:
    """Write a chat for people to read, the latest one without ID: one file that needs no other.

    It is a page, Markdown or plain text, on the standard output without -o.
    """

    async def work(host: Host) -> Path | str | None:
        from stcore.cli import chat_files

        chat = await host.chats.get(chat_id) if chat_id else await host.chats.latest()
        if chat is None:
            return "There are no chats yet."
        how = {"force": force, "pictures": pictures, "hidden": hidden}
        return await chat_files.write_transcript(host, chat, target, form, template, **how)

    if (said := on_host(data, work)) is not None:
        print(said)


@chats.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--character", metavar="NAME", help="Whose chats they are, instead of those named in the files.")
@click.option("--group", metavar="NAME", help="The same for a group.")
@click.option("--title", default="", help="The title; the name of the file without it.")
@json_option
@data_option
def import_files(
    files: tuple[Path, ...], character: str | None, group: str | None, title: str, as_json: bool, data: str | None
) -> None:
    """Add the chats of files in SillyTavern's format (JSONL), with the pictures that lie beside them.

    A line that cannot be read is named and kept as a hidden note in its place. A file that is no chat is named and
    left out; the exit status is 1 then.
    """

    async def work(host: Host) -> list[dict[str, Any]]:
        from stcore.cli.chat_files import read_chats

        return await read_chats(host, files, character=character, group=group, title=title)

    outcome = on_host(data, work)
    tell_imported(outcome, _print_imported, as_json=as_json)


def _print_imported(entry: dict[str, Any]) -> None:
    print(f"{entry['chat']['title']} is here with {entry['messages']} messages: {entry['chat']['id']}")
    for problem in entry["problems"]:
        click.echo(f"  Line {problem['line']} is kept as a note, because {problem['reason']}.", err=True)


def _when(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
