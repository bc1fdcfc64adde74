"""The person in front of the page, as commands see them (``stcore.commands.services.Ui``)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stcore.commands.services import Button, Level
from stcore.errors import StcoreError

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter
    from stcore.commands.watching import Watcher
    from stcore.web.context import Web


class WebUi:
    """Notices and errors go to every page that shows the chat; questions wait for the first answer."""

    def __init__(self, web: Web, chat_id: str | None) -> None:
        self._web, self._chat_id = web, chat_id

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        """Show a short notice."""
        self._publish("toast", {"text": text, "level": level, "title": title})

    def error(self, error: StcoreError) -> None:
        """Show an error."""
        self._publish("error", error.to_dict())

    def show(self, markdown: str, title: str = "") -> None:
        """Show a longer text in a window of its own."""
        html = self._web.present.html(markdown)
        self._web.questions.show(self._chat_id, title=title, text=markdown, html=html, ok="Close")

    async def popup(self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "") -> bool | None:
        """Show a dialog and wait."""
        answer: bool | None = await self._ask("popup", text, title=title, ok=ok, cancel=cancel)
        return answer

    async def ask(
        self, text: str, *, default: str = "", placeholder: str = "", rows: int = 4, ok: str = "OK"
    ) -> str | None:
        """Ask for a text."""
        fields = {"default": default, "placeholder": placeholder, "rows": rows, "ok": ok}
        answer: str | None = await self._ask("input", text, **fields)
        return answer

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        """Offer buttons."""
        offered = [{"text": button.text, "tooltip": button.tooltip, "icon": button.icon} for button in buttons]
        fields = {"labels": [button.text for button in buttons], "buttons": offered, "multiple": multiple}
        answer: list[str] | None = await self._ask("buttons", text, **fields)
        return answer

    async def set_input(self, text: str) -> None:
        """Put a text into the message box of every page that shows the chat."""
        self._publish("input.set", {"text": text})

    def debugger(self, interpreter: Interpreter) -> Watcher | None:
        """Steps through where a page shows the chat; without one a breakpoint would hold the script for good."""
        if not self._web.audience.anyone(self._chat_id):
            return None
        return self._web.debuggers.open(self._chat_id, interpreter)

    async def open_chat(self, chat_id: str | None) -> None:
        """Lead every page that shows the chat to another one; the rest of the script belongs there."""
        self._publish("chat.open", {"id": chat_id})
        self._chat_id = chat_id

    async def _ask(self, kind: Any, text: str, **fields: Any) -> Any:
        html = await asyncio.to_thread(self._web.present.html, text)
        return await self._web.questions.ask(self._chat_id, kind, text=text, html=html, **fields)

    def _publish(self, kind: str, data: dict[str, Any]) -> None:
        self._web.host.bus.publish(kind, data, self._chat_id)
