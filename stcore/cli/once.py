"""A script's counterpart when nobody is there: notices on stderr, answers given beforehand."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stcore.errors import NeedsPerson, StcoreError, UserError

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter
    from stcore.commands.services import Button, Level, Loader, Look, Notice, PromptSheet


class OnceUi:
    """Nobody is there: notices go to stderr, questions take the answers given beforehand.

    With ``silent`` nothing is printed and everything is kept in ``said``.
    """

    def __init__(self, answers: Sequence[str], *, silent: bool) -> None:
        self._answers, self._silent = list(answers), silent
        self.said: list[dict[str, Any]] = []
        self.input = ""

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        self._say({"kind": "toast", "level": level, "title": title, "text": text})
        if not self._silent:
            mark = "" if level in ("info", "success") else f"{level}: "
            self.note(f"{mark}{f'{title}: ' if title else ''}{text}")

    async def notify(
        self, notice: Notice, *, wait: bool = False, clicked: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Nobody clicks, and nobody waits until it is gone."""
        self.toast(notice.text, notice.level, notice.title)

    def error(self, error: StcoreError) -> None:
        from stcore.terminal.wording import error_text

        self._say({"kind": "error", "error": error.to_dict()})
        if not self._silent:
            self.note(error_text(error))

    def show(self, markdown: str, title: str = "") -> None:
        """Help and the like are what was asked for, so they go to stdout."""
        self._say({"kind": "text", "title": title, "text": markdown})
        if not self._silent:
            _print(markdown)

    async def popup(
        self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "", look: Look | None = None
    ) -> bool | None:
        if not cancel and not self._answers:
            self.show(text, title)  # nothing to decide
            return True
        answer = self._answer(text, [ok, cancel] if cancel else [ok]).strip().lower()
        return answer in {ok.lower(), "yes", "y", "ok", "true", "1", "on"}

    async def ask(
        self,
        text: str,
        *,
        default: str = "",
        placeholder: str = "",
        rows: int = 4,
        ok: str = "OK",
        look: Look | None = None,
    ) -> str | None:
        return self._answer(text, [])

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        labels = [button.text for button in buttons]
        answer = self._answer(text, labels)
        chosen = [part.strip() for part in answer.split(",")] if multiple else [answer.strip()]
        for label in chosen:
            if label not in labels:
                raise UserError(
                    f"The answer {label!r} is none of the buttons.", hint=f"There are: {', '.join(labels)}."
                )
        return chosen

    async def review(self, sheet: PromptSheet) -> PromptSheet | None:
        """An answer that was given beforehand is the prompt; an empty one calls the picture off."""
        prompt = self._answer(f"{sheet.title} {sheet.prompt}".strip(), []).strip()
        return replace(sheet, prompt=prompt) if prompt else None

    async def show_gallery(self, subject_id: str | None) -> None:
        """Nobody looks; ``/list-gallery`` gives the pictures."""
        self.note("A gallery opens on the page only; /list-gallery lists its pictures.")

    async def set_input(self, text: str) -> None:
        self.input = text

    def beep(self) -> None:
        self._say({"kind": "beep"})
        if not self._silent and sys.stderr.isatty():
            print("\a", end="", file=sys.stderr, flush=True)

    async def read_clipboard(self) -> str | None:
        """What was given beforehand stands for it."""
        return self._answers.pop(0) if self._answers else None

    async def write_clipboard(self, text: str) -> None:
        """Terminals take it when they are asked in their way; where there is none there is no clipboard."""
        from stcore.terminal.wording import clipboard_sequence

        self._say({"kind": "clipboard", "text": text})
        if self._silent:
            return
        if not sys.stderr.isatty():
            raise UserError("There is no clipboard here.", hint="Run the script in a terminal or on the page.")
        print(clipboard_sequence(text), end="", file=sys.stderr, flush=True)

    def show_loader(self, loader: Loader) -> None:
        if loader.toast != "none" and not self._silent:
            self.note(f"{loader.title}: {loader.message}" if loader.title else loader.message)

    def hide_loader(self, loader: Loader) -> None:
        """What was printed stays."""

    def debugger(self, interpreter: Interpreter) -> None:
        """Nobody steps through."""

    async def open_chat(self, chat_id: str | None) -> None:
        """Nobody looks at a chat; the script itself goes on in it."""

    def _answer(self, question: str, choices: Sequence[str]) -> str:
        if self._answers:
            return self._answers.pop(0)
        offered = f" ({' / '.join(choices)})" if choices else ""
        raise NeedsPerson(
            f"The script asks “{question}”{offered}, and nobody is there to answer.",
            hint="Give the answers in order: stcore run --answer TEXT --answer TEXT ...",
        )

    def note(self, text: str) -> None:
        """Tell something that is no result: it goes to stderr."""
        from stcore.terminal.wording import printable

        print(printable(text), file=sys.stderr)

    @property
    def failed(self) -> bool:
        """Whether a command told of an error; the script may have gone on after it."""
        return any(entry["kind"] == "error" for entry in self.said)

    def _say(self, entry: dict[str, Any]) -> None:
        self.said.append(entry)


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever read this has gone; the script itself goes on.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  # open until the end
