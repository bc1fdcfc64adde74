"""``stcore chats``: stored chats."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table

if TYPE_CHECKING:
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


def _when(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
