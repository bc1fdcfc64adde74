"""The timed effects of a chat, where they are kept: inside a transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, select

from stcore.chat.lore.timed import TimedState
from stcore.chat.preferences import read_all, write
from stcore.storage.tables import messages

TIMED = "timed_lore"
"""The setting of a chat that holds them."""


def read_timed(connection: Connection, chat_id: str, end: int | None = None) -> tuple[TimedState, int]:
    """The effects of a chat, and how many visible messages it has up to position ``end``."""
    stored = read_all(connection, f"chat:{chat_id}").get(TIMED)
    query = select(func.count()).where(messages.c.chat_id == chat_id, messages.c.hidden.is_(False))
    length = connection.execute(query if end is None else query.where(messages.c.position <= end)).scalar_one()
    return TimedState.from_json(stored), int(length)


def write_timed(connection: Connection, chat_id: str, state: TimedState) -> None:
    """Keep the effects of a chat."""
    write(connection, f"chat:{chat_id}", {TIMED: state.to_json() if state.sticky or state.cooldown else None})


def change_timed(
    connection: Connection, chat_id: str, change: Callable[[TimedState, int], TimedState]
) -> tuple[TimedState, int]:
    """Change the effects of a chat; gives them and the number of visible messages."""
    state, length = read_timed(connection, chat_id)
    changed = change(state, length)
    write_timed(connection, chat_id, changed)
    return changed, length
