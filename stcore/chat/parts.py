"""The smaller parts of a host that belong to chats, each made when it is first used, like all parts of a host."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.chat.documents import DocumentStore
    from stcore.clock import Clock
    from stcore.storage.database import Database


class _Host(Protocol):
    """What these parts need of the host they belong to."""

    clock: Clock

    @property
    def database(self) -> Database: ...
    @property
    def bus(self) -> Bus: ...


class ChatParts:
    """A base of :class:`stcore.host.Host`."""

    @cached_property
    def documents(self: _Host) -> DocumentStore:
        """The data bank."""
        from stcore.chat.documents import DocumentStore

        return DocumentStore(self.database, self.bus, self.clock)
