"""What is known of a chat only while the program runs: what its faces see, and what became of its last prompt.

A face opens a session for every line, so this is kept beside the sessions, once per chat.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_CHATS = 200
"""Chats that are remembered; the one that was asked for longest ago is forgotten first."""


@dataclass
class Facts:
    """What a face or a session knows; they change it whenever they know better.

    ``input`` is the text in the message box, ``is_mobile`` whether the page runs on a phone or tablet,
    ``last_generation`` the kind of the last reply that was started: normal, swipe, continue, ... ``first_included`` is
    the number of the first message of the last prompt, ``first_displayed`` that of the first message on the screen.
    """

    input: str = ""
    is_mobile: bool = False
    last_generation: str = ""
    outlets: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    first_included: int | None = None
    first_displayed: int | None = None


class KnownFacts:
    """The facts of the chats of a host."""

    def __init__(self) -> None:
        self._chats: OrderedDict[str, Facts] = OrderedDict()

    def of(self, chat_id: str) -> Facts:
        """Those of one chat, the same object for everybody who asks."""
        facts = self._chats.setdefault(chat_id, Facts())
        self._chats.move_to_end(chat_id)
        while len(self._chats) > MOST_CHATS:
            self._chats.popitem(last=False)
        return facts
