"""``stcore serve`` and ``stcore chat``."""

from __future__ import annotations

import asyncio

import click

from stcore.cli.common import data_option, quiet_log


@click.command()
@click.option("--host", "address", metavar="ADDRESS", help="Listen here instead of on 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Listen on this port instead of 8000; 0 = any free one.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@data_option
def serve(address: str | None, port: int | None, no_open: bool, data: str | None) -> None:
    """Serve the page until Ctrl-C."""
    from stcore.web.server import run

    run(data, address, port, open_browser=not no_open)


@click.command()
@click.option("--chat", "chat_id", metavar="ID", help="Open this chat instead of the most recent one.")
@click.option("--new", is_flag=True, help="Begin a new chat.")
@click.option(
    "--images",
    type=click.Choice(["auto", "kitty", "iterm", "blocks", "path"]),
    default="auto",
    show_default=True,
    help="How pictures are shown.",
)
@data_option
def chat(chat_id: str | None, new: bool, images: str, data: str | None) -> None:
    """Chat in this terminal: type a message, or a command such as `/sd apple tree`."""
    if chat_id and new:
        raise click.UsageError("--chat and --new exclude each other.")
    from stcore.terminal.chat import chat as talk

    quiet_log()
    asyncio.run(talk(data, chat_id=chat_id, new=new, images=images))
