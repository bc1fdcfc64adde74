"""The person in front of the page, as commands see them (``stcore.commands.services.Ui``)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from stcore.commands.services import Button, Level, Loader, Look, Notice, PromptSheet
from stcore.commands.services.ui import PLAIN
from stcore.errors import StcoreError, UserError

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

    async def notify(
        self, notice: Notice, *, wait: bool = False, clicked: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Show a notice; the first page that tells of a click or of its end counts."""
        html = await asyncio.to_thread(self._web.present.html, notice.text) if notice.markup else ""
        data = {
            "text": notice.text,
            "html": html,
            "level": notice.level,
            "title": notice.title,
            "seconds": notice.seconds,
            "hovered": notice.hovered,
            "once": notice.once,
            "look": notice.css_class,
            "color": notice.color,
        }
        await self._web.notices.show(self._chat_id, data, wait=wait, clicked=clicked, failed=self.error)

    def error(self, error: StcoreError) -> None:
        """Show an error."""
        self._publish("error", error.to_dict())

    def show(self, markdown: str, title: str = "") -> None:
        """Show a longer text in a window of its own."""
        html = self._web.present.html(markdown)
        self._web.questions.show(self._chat_id, title=title, text=markdown, html=html, ok="Close")

    async def popup(
        self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "", look: Look = PLAIN
    ) -> bool | None:
        """Show a dialog and wait."""
        fields = {"title": title, "ok": ok, "cancel": cancel, "look": asdict(look)}
        answer: bool | None = await self._ask("popup", text, **fields)
        return answer

    async def ask(
        self,
        text: str,
        *,
        default: str = "",
        placeholder: str = "",
        rows: int = 4,
        ok: str = "OK",
        look: Look = PLAIN,
    ) -> str | None:
        """Ask for a text."""
        fields = {"default": default, "placeholder": placeholder, "rows": rows, "ok": ok, "look": asdict(look)}
        answer: str | None = await self._ask("input", text, **fields)
        return answer

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        """Offer buttons."""
        offered = [{"text": button.text, "tooltip": button.tooltip, "icon": button.icon} for button in buttons]
        fields = {"labels": [button.text for button in buttons], "buttons": offered, "multiple": multiple}
        answer: list[str] | None = await self._ask("buttons", text, **fields)
        return answer

    async def review(self, sheet: PromptSheet) -> PromptSheet | None:
        """Show a prompt in a dialog whose fields can be changed."""
        answer = await self._ask("review", "", **asdict(sheet))
        return None if answer is None else replace(sheet, **answer)

    async def show_gallery(self, subject_id: str | None) -> None:
        """Open the gallery on every page that shows the chat."""
        self._publish("gallery.open", {"subject_id": subject_id})

    async def set_input(self, text: str) -> None:
        """Put a text into the message box of every page that shows the chat."""
        self._publish("input.set", {"text": text})

    def beep(self) -> None:
        """Make a sound on every page that shows the chat."""
        self._publish("beep", {})

    async def read_clipboard(self) -> str | None:
        """Ask the person, since a browser gives it away only after a click."""
        answer: str | None = await self._ask("clipboard", "A script wants to read your clipboard.")
        return answer

    async def write_clipboard(self, text: str) -> None:
        """Copy on the page that shows the chat. Raises :class:`UserError` when there is none."""
        if not self._web.audience.anyone(self._chat_id):
            raise UserError("No page is open whose clipboard could take the text.")
        self._publish("clipboard.set", {"text": text})

    def show_loader(self, loader: Loader) -> None:
        """Show it on every page that shows the chat."""
        self._publish("loader.shown", asdict(loader))

    def hide_loader(self, loader: Loader) -> None:
        """Take it away again."""
        self._publish("loader.hidden", {"handle": loader.handle})

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
