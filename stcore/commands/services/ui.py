"""The person who watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from stcore.errors import StcoreError

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter
    from stcore.commands.watching import Watcher

Level = Literal["info", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a choice."""

    text: str
    tooltip: str = ""
    icon: str = ""


class Ui(Protocol):
    """The person in front of it. Questions raise :class:`NeedsPerson` when nobody is there to answer."""

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        """Show a short notice."""
        ...

    def error(self, error: StcoreError) -> None:
        """Show an error that does not end the script."""
        ...

    def show(self, markdown: str, title: str = "") -> None:
        """Show a longer text, help for example, without waiting."""
        ...

    async def popup(self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "") -> bool | None:
        """Show a dialog and wait: true for the confirming button, false for the other, ``None`` when closed."""
        ...

    async def ask(
        self, text: str, *, default: str = "", placeholder: str = "", rows: int = 4, ok: str = "OK"
    ) -> str | None:
        """Ask for a text; ``None`` when cancelled."""
        ...

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        """Offer buttons; the labels chosen in the order of clicking, ``None`` when cancelled."""
        ...

    async def set_input(self, text: str) -> None:
        """Put ``text`` into the message box."""
        ...

    def debugger(self, interpreter: Interpreter) -> Watcher | None:
        """What steps through a script that comes to a ``/breakpoint``; ``None`` when nobody can."""
        ...

    async def open_chat(self, chat_id: str | None) -> None:
        """The script went to another chat: show it. ``None`` shows that no chat is open."""
        ...
