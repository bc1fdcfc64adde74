"""The person at the terminal, as slash commands see them (``stcore.commands.services.Ui``).

A question is printed, and the next line that is entered answers it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from stcore.commands.services import Button, Level, Loader, Look, Notice, PromptSheet
from stcore.commands.services.ui import PLAIN
from stcore.errors import NeedsPerson, StcoreError
from stcore.terminal.screen import Screen, Style
from stcore.terminal.wording import clipboard_sequence, error_text

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter
    from stcore.commands.watching import Watcher

_LEVELS: dict[str, Style] = {"info": "", "success": "success", "warning": "warning", "error": "error"}
_HEAD = re.compile(r"\*\*([^*]+)\*\*\s*(.*)")
_YES, _NO = ("y", "yes", "ok"), ("n", "no")


@dataclass
class Question:
    """What is being asked. ``choices`` are offered by completion; ``read`` turns a line into the answer, or raises
    ``ValueError`` with what is wrong."""

    read: Callable[[str], object]
    choices: tuple[str, ...] = ()
    answered: asyncio.Future[object | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class TerminalUi:
    """Notices and questions. ``put_input`` fills the input line."""

    def __init__(self, screen: Screen, put_input: Callable[[str], None] = lambda text: None) -> None:
        self._screen, self.put_input = screen, put_input
        self.question: Question | None = None
        self._turn = asyncio.Lock()
        self._last_notice: Notice | None = None
        self.follow: Callable[[str | None], Awaitable[None]] = _stay
        """What shows another chat."""
        self.gallery: Callable[[str | None], Awaitable[None]] = _stay
        """What shows the gallery of a character or group, or that of the chat."""
        self.gone = False
        """Nobody will answer any more: the input has ended."""

    # -- notices -----------------------------------------------------------------------------------------------------

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        self._screen.say(f"{title}: {text}" if title else text, _LEVELS[level])

    async def notify(
        self, notice: Notice, *, wait: bool = False, clicked: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Lines stay and cannot be clicked: nothing is waited for."""
        if not (notice.once and notice == self._last_notice):
            self.toast(notice.text, notice.level, notice.title)
        self._last_notice = notice

    def error(self, error: StcoreError) -> None:
        self._screen.end()  # of a reply that failed nothing more comes
        self._screen.say(error_text(error), "error")

    def show(self, markdown: str, title: str = "") -> None:
        """Words that stand out at the beginning of a line are painted; everything else is printed as it is written."""
        for line in markdown.split("\n"):
            head = _HEAD.match(line)
            if head is None:
                self._screen.say(line)
            elif head[2]:
                self._screen.say(head[2], name=head[1].removesuffix(":"), who="strong")
            else:
                self._screen.say(head[1], "strong")

    async def set_input(self, text: str) -> None:
        self.put_input(text)

    def beep(self) -> None:
        self._screen.command("\a")

    async def read_clipboard(self) -> str | None:
        """Terminals do not tell what is in it, or ask with what looks like typed words."""
        return None

    async def write_clipboard(self, text: str) -> None:
        self._screen.command(clipboard_sequence(text))

    def show_loader(self, loader: Loader) -> None:
        if loader.toast != "none":
            stop = " (Ctrl+C stops)" if loader.toast == "stoppable" else ""
            self._screen.say(f"{f'{loader.title}: ' if loader.title else ''}{loader.message}{stop}", "dim")

    def hide_loader(self, loader: Loader) -> None:
        """What was printed stays."""

    def debugger(self, interpreter: Interpreter) -> Watcher | None:
        from stcore.terminal.debugging import TerminalDebugger

        return None if self.gone else TerminalDebugger(self, interpreter)

    async def open_chat(self, chat_id: str | None) -> None:
        await self.follow(chat_id)

    # -- questions ---------------------------------------------------------------------------------------------------

    async def popup(
        self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "", look: Look = PLAIN
    ) -> bool | None:
        if not cancel:
            self._screen.say(f"{title}\n{text}" if title else text)
            return True

        def read(line: str) -> bool:
            word = line.strip().lower()
            if word in (ok.lower(), *_YES):
                return True
            if word in (cancel.lower(), *_NO):
                return False
            raise ValueError(f"Answer {ok} or {cancel}.")

        self._screen.say(f"{title}\n{text}" if title else text)
        answer = await self._ask(f"[{ok} / {cancel}]", Question(read, (ok, cancel)))
        return answer if isinstance(answer, bool) else None

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
        if default:
            self.put_input(default)
        answer = await self._ask(f"{text}{f' ({placeholder})' if placeholder else ''}", Question(lambda line: line))
        return answer if isinstance(answer, str) else None

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        labels = tuple(button.text for button in buttons)

        def read(line: str) -> list[str]:
            words = line.split(",") if multiple else [line]
            return [_chosen(word.strip(), labels) for word in words if word.strip()]

        rows = [
            f"{number}. {button.text}{f' - {button.tooltip}' if button.tooltip else ''}"
            for number, button in enumerate(buttons, 1)
        ]
        many = "Numbers or words, with commas between" if multiple else "A number or a word"
        answer = await self._ask("\n".join([text, *rows, f"({many})"]), Question(read, labels))
        return answer if isinstance(answer, list) else None

    async def review(self, sheet: PromptSheet) -> PromptSheet | None:
        """The prompt stands in the input line; what is sent is drawn, an empty line or Ctrl-C calls it off."""
        if sheet.title:
            self._screen.say(sheet.title, "strong")
        if sheet.warning:
            self._screen.say(f"Careful: {sheet.warning}", "warning")
        self.put_input(sheet.prompt)
        text = "Change the prompt and press Enter; an empty line calls it off."
        prompt = await self._ask(text, Question(lambda line: line.strip()))
        if not isinstance(prompt, str) or not prompt:
            return None
        negative = sheet.negative
        if negative is not None:
            self.put_input(negative)
            answer = await self._ask(
                "Kept out, beside what is always kept out (may be empty):", Question(lambda line: line.strip())
            )
            if not isinstance(answer, str):
                return None
            negative = answer
        keep = sheet.keep_size
        if sheet.size:
            keep_it = await self.popup(f"Use the size of the picture ({sheet.size}) again?", ok="yes", cancel="no")
            if keep_it is None:
                return None
            keep = keep_it
        return replace(sheet, prompt=prompt, negative=negative, keep_size=keep)

    async def show_gallery(self, subject_id: str | None) -> None:
        """Its newest pictures, one below the other."""
        await self.gallery(subject_id)

    async def _ask(self, text: str, question: Question) -> object | None:
        async with self._turn:  # a script that draws beside another may ask, too
            if self.gone:
                raise NeedsPerson("The script asks something, and the input has ended.")
            self._screen.say(text)
            self.question = question
            self._screen.refresh()
            try:
                return await question.answered
            finally:
                self.question = None
                self._screen.refresh()

    # -- what the input line calls -----------------------------------------------------------------------------------

    @property
    def asks(self) -> bool:
        """Whether a question waits for its answer."""
        return self.question is not None and not self.question.answered.done()

    def answer(self, line: str) -> None:
        """Answer the open question; a line that is no answer is explained and the question stays."""
        question = self.question
        if question is None or question.answered.done():
            return
        try:
            question.answered.set_result(question.read(line))
        except ValueError as wrong:
            self._screen.say(str(wrong), "warning")

    def cancel(self) -> bool:
        """Close the open question without an answer; whether there was one."""
        if self.question is None or self.question.answered.done():
            return False
        self.question.answered.set_result(None)
        return True

    def leave(self) -> None:
        """The input has ended."""
        self.gone = True
        self.cancel()


async def _stay(wanted: str | None) -> None:
    """Nothing is shown."""


def _chosen(word: str, labels: Sequence[str]) -> str:
    if word.isdigit() and 1 <= int(word) <= len(labels):
        return labels[int(word) - 1]
    for label in labels:
        if label.lower() == word.lower():
            return label
    raise ValueError(f"“{word}” is none of them.")
