"""The open chat as macros see it: a sequence of messages of which only what is asked for is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, overload

from stcore.macros import environment as macros
from stcore.storage.ids import is_id

if TYPE_CHECKING:
    from stcore.chat.facts import Facts
    from stcore.storage.database import Database

NEAR_END = 50
"""Messages read ahead: almost every macro looks at the end of the chat."""

REROLL, NARRATOR = "pick_reroll", "narrator"
"""Names under which these are kept with a chat."""


class ChatWindow(Sequence[macros.Message]):
    """Satisfies ``stcore.macros.environment.ChatView`` and its own ``messages``.

    :meth:`refresh` reads the end of the chat in a worker thread; an older message is read when a macro asks for it
    (one indexed look-up of about 0.2 ms).
    """

    hash = 0
    reroll = 0
    narrator = ""
    """The name that this chat gave its narrator, empty for the usual one."""

    def __init__(self, database: Callable[[], Database], chat_id: str | None, facts: Callable[[], Facts]) -> None:
        self._database, self._facts = database, facts
        self._count = 0
        self._known: dict[int, macros.Message] = {}
        self.open(chat_id)

    def open(self, chat_id: str | None) -> None:
        """Look at another chat, empty until :meth:`refresh`."""
        self.chat_id = chat_id
        self._count, self._known = 0, {}
        self.reroll, self.narrator = 0, ""
        # The first 52 bits of the id: any number will do that stays with the chat (`{{pick}}` depends on it).
        self.hash = int(chat_id[:13], 16) if chat_id and is_id(chat_id) else 0

    @property
    def first_included(self) -> int | None:
        """The number of the first message of the last prompt."""
        return self._facts().first_included

    @first_included.setter
    def first_included(self, number: int | None) -> None:
        self._facts().first_included = number

    @property
    def first_displayed(self) -> int | None:
        """The number of the first message on the screen."""
        return self._facts().first_displayed

    @property
    def messages(self) -> Sequence[macros.Message]:
        return self

    async def refresh(self) -> None:
        """Forget what was read and read the end again."""
        if self.chat_id is None:
            return
        from stcore.chat.views import read_end

        chat_id = self.chat_id
        self._count, self._known, kept = await self._database().read(lambda c: read_end(c, chat_id, NEAR_END))
        self.reroll, self.narrator = int(kept.get(REROLL) or 0), str(kept.get(NARRATOR) or "")

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> macros.Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[macros.Message]: ...
    def __getitem__(self, index: int | slice) -> macros.Message | list[macros.Message]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        number = index + self._count if index < 0 else index
        if not 0 <= number < self._count:
            raise IndexError(index)
        if number not in self._known:
            from stcore.chat.views import read_views

            chat_id, start = self.chat_id or "", max(0, number - NEAR_END + 1)
            self._known.update(self._database().read_now(lambda c: read_views(c, chat_id, start, number + 1)))
        return self._known[number]
