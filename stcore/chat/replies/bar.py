"""The buttons of quick replies that a face shows in a chat, with their menus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stcore.chat.replies.automation import switched_on
from stcore.chat.replies.records import Reply, ReplySet

if TYPE_CHECKING:
    from stcore.host import Host

DEEPEST_MENU = 5
"""Menus inside menus; sets that hang in each other's menus would never end."""


async def buttons(host: Host, chat_id: str | None) -> list[dict[str, Any]]:
    """The visible sets of a chat with their buttons, in their order; nothing while quick replies are switched off.

    A button has ``set``, ``id``, ``label``, ``icon``, ``showLabel``, ``title`` and ``menu``: the sets below it, each
    with its ``replies``, which are buttons too.
    """
    if not switched_on(host):
        return []
    active = await host.reply_sets.active(chat_id)
    shown = [of for of, visible in active if visible and of.replies]
    linked = any(reply.menu for of in shown for reply in of.replies)
    known = {of.name: of for of in await host.reply_sets.sets()} if linked else {}
    return [
        {"name": of.name, "color": of.color, "onlyBorderColor": of.only_border, "replies": found}
        for of in shown
        if (found := _of_set(of, known, (of.name,)))
    ]


def _of_set(of: ReplySet, known: Mapping[str, ReplySet], path: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_button(of, reply, known, path) for reply in of.replies if not reply.hidden]


def _button(of: ReplySet, reply: Reply, known: Mapping[str, ReplySet], path: tuple[str, ...]) -> dict[str, Any]:
    below = [known[link.set] for link in reply.menu if link.set in known and link.set not in path]
    menus = below if len(path) <= DEEPEST_MENU else []
    return {
        "set": of.name,
        "id": reply.id,
        "label": reply.label,
        "icon": reply.icon,
        "showLabel": reply.show_label,
        "title": reply.title,
        "menu": [{"name": menu.name, "replies": _of_set(menu, known, (*path, menu.name))} for menu in menus],
    }
