"""A model is asked while a person waits for a picture: they see that, and a stop of the chat ends it (18.1, 18.2)."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from stcore.commands.services import Loader
from stcore.storage.ids import new_id

if TYPE_CHECKING:
    from stcore.commands.services import Ui
    from stcore.host import Host

T = TypeVar("T")


async def noticed(host: Host, chat_id: str, ui: Ui | None, text: str, work: Coroutine[Any, Any, T]) -> T | None:
    """Do ``work`` beside what is written into the chat, with a notice that says ``text``; ``None`` when it was stopped.

    Raises what ``work`` raises.
    """
    notice = Loader(new_id(), text, blocking=False, toast="static")
    if ui is not None:
        ui.show_loader(notice)
    try:
        return await host.generations.run(chat_id, work, writes=False)
    finally:
        if ui is not None:
            ui.hide_loader(notice)
