"""What every face does to the whole installation in the same way: settings, plugins, deleting a chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stcore.config import Settings
    from stcore.host import Host
    from stcore.plugins import PluginRecord


async def change_settings(host: Host, edit: Callable[[dict[str, Any]], None]) -> Settings:
    """Apply ``edit`` to the settings document, keep it, and tell every face. Raises ``SettingsError``."""
    from stcore.storage.journal import note

    settings = await asyncio.to_thread(host.settings.change, edit)
    now = host.chats.now()
    await host.database.write(lambda c: note(c, "settings.changed", {}, chat_id=None, now=now))
    host.bus.wake()
    return settings


async def switch_plugin(host: Host, name: str, *, on: bool) -> tuple[PluginRecord, bool]:
    """Enable or disable a plugin from the next start on; the record as it is now, and whether a restart is needed.

    Raises ``NotFound`` for an unknown name.
    """
    record = await asyncio.to_thread(host.plugins.record, name)

    def edit(document: dict[str, Any]) -> None:
        disabled = set(document.setdefault("plugins", {}).get("disabled", []))
        document["plugins"]["disabled"] = sorted(disabled - {name} if on else disabled | {name})

    await change_settings(host, edit)
    return record, record.enabled != on


async def delete_chat(host: Host, chat_id: str) -> None:
    """Remove a chat with its messages and pictures; pictures that a character or persona wears stay (STO-4).

    What is being made for it is cancelled first. Raises ``NotFound``.
    """
    await host.chats.get(chat_id)
    for job in await host.jobs.list(active=True, chat_id=chat_id, limit=1000):
        await host.jobs.cancel(job["id"])
    await host.library.delete_of_chat(chat_id)
    await host.chats.delete(chat_id)
