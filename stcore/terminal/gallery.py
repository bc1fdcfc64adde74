"""A gallery in the terminal: its newest pictures, small where the terminal can show them, with numbers and names."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stcore.terminal.pictures import Terminal, render
from stcore.terminal.screen import Screen
from stcore.terminal.wording import fitted

if TYPE_CHECKING:
    from stcore.host import Host

NEWEST = 12
"""How many are shown; scripts list all of them."""

_COLUMNS, _ROWS = 24, 8


async def print_gallery(
    host: Host, screen: Screen, terminal: Terminal, *, subject_id: str | None, chat_id: str
) -> None:
    """Print the gallery of a character or group, without one that of the chat.

    The newest picture comes last, where the eye is. Numbers are those of ``/list-gallery``, from 1.
    """
    where: dict[str, Any] = {"gallery_of": subject_id} if subject_id else {"chat_id": chat_id}
    count = (await host.library.counts(**where))["all"]
    name = await _name(host, subject_id)
    if not count:
        screen.say(f"{name} is empty. Ask for a picture with /sd and it will hang there.", "dim")
        return
    screen.say(f"{name}: {count} {'picture' if count == 1 else 'pictures'}")
    pictures = (await host.library.page(**where, limit=NEWEST)).pictures[::-1]
    addresses = await host.images.addresses([picture["id"] for picture in pictures])
    if count > len(pictures):
        screen.say(f"The newest {len(pictures)}; /list-gallery gives all of them.", "dim")
    for number, (picture, address) in enumerate(zip(pictures, addresses, strict=False), count - len(pictures) + 1):
        await _print_picture(host, screen, terminal, number, picture)
        screen.link(address)


async def _name(host: Host, subject_id: str | None) -> str:
    if subject_id is None:
        return "The gallery of this chat"
    place = await host.galleries.get(subject_id)
    shown = "" if place.shown == place.own else f" (it shows “{place.shown.name}”)"
    return f"The gallery of {place.own.name}{shown}"


async def _print_picture(host: Host, screen: Screen, terminal: Terminal, number: int, picture: dict[str, Any]) -> None:
    data, _ = await host.library.read(picture["id"], "thumb")
    columns = min(_COLUMNS, screen.width - 1)
    if drawn := await asyncio.to_thread(render, data, terminal, columns, _ROWS):
        screen.raw(drawn)
    day = datetime.fromtimestamp(picture["created"] / 1000).astimezone().strftime("%Y-%m-%d %H:%M")
    facts = f"{picture['width']}x{picture['height']} · {day}"
    title = fitted(picture["title"] or "without a title", max(10, screen.width - len(facts) - len(f"{number}.  · ")))
    screen.say(f"{number}. {title} · {facts}")
