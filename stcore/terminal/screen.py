"""What stands above the input line: finished lines scroll away, the line that is being written stays live.

A terminal can only be printed to line by line while somebody types below. So a reply that streams in is cut into
lines here; those that are full are printed, the last one is shown as part of the prompt (:attr:`Screen.tail`) until it
is full too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from stcore.terminal.wording import printable, width_of

Style = Literal["", "strong", "user", "character", "dim", "error", "warning", "success"]

_CODES = {
    "strong": "1",
    "user": "1;36",
    "character": "1;32",
    "dim": "2",
    "error": "31",
    "warning": "33",
    "success": "32",
}
_NARROWEST = 10


class Screen:
    """Prints for one chat. ``live`` = somebody types below (else words are printed as they come);
    ``width`` gives the columns at this moment; ``refresh`` asks for a new drawing of the prompt."""

    def __init__(
        self,
        *,
        live: bool,
        colours: bool,
        width: Callable[[], int],
        refresh: Callable[[], None] = lambda: None,
    ) -> None:
        self._live, self._colours = live, colours
        self._width, self.refresh = width, refresh
        self._name = ""
        self._line: str | None = None
        self._named = False

    def say(self, text: str, style: Style = "", *, name: str = "", who: Style = "character") -> None:
        """Print a finished text, with the name of who says it in front."""
        head = f"{printable(name)}: " if name else ""
        lines = _lines(f"{head}{printable(text)}", self.width)
        if head and lines[0].startswith(head.rstrip()):
            lines[0] = self._painted(head.rstrip(), who) + lines[0][len(head.rstrip()) :]
        self.raw("\n".join(self._painted(line, style) for line in lines))

    def link(self, path: str) -> None:
        """Print a path or address in one piece."""
        self.raw(self._painted(printable(path), "dim"))

    def raw(self, text: str) -> None:
        """Print as it is: pictures, and texts that were made printable before."""
        print(text, flush=True)

    def command(self, sequence: str) -> None:
        """Send something that the terminal does and does not show."""
        print(sequence, end="", flush=True)

    # -- a reply as it comes -----------------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Somebody starts to speak."""
        self._name, self._named = f"{printable(name)}: ", False
        self._line = self._name if self._live else ""
        if not self._live:
            print(self._painted(self._name.rstrip(), "character"), end=" ", flush=True)
        self.refresh()

    def words(self, text: str) -> None:
        """Some more words."""
        text = printable(text)
        if self._line is None:
            self.begin("")
        assert self._line is not None
        if not self._live:
            print(text, end="", flush=True)
            return
        *full, self._line = _lines(self._line + text, self.width)
        for line in full:
            self._print_line(line)
        self.refresh()

    def end(self, note: str = "") -> None:
        """Nothing more comes."""
        if self._line is None:
            return
        line, self._line = self._line, None
        if not self._live:
            print(flush=True)
        elif line.strip() and line != self._name:  # who broke off before a word said nothing
            self._print_line(line.rstrip())  # a blank behind the last word may stand outside the screen
        if note:
            self.say(note, "dim")
        self.refresh()

    @property
    def tail(self) -> tuple[str, str]:
        """Name and words of the line that is being written, both empty when there is none."""
        if self._line is None or not self._live:
            return "", ""
        return ("", self._line) if self._named else (self._name, self._line.removeprefix(self._name))

    @property
    def live(self) -> bool:
        """Somebody types below."""
        return self._live

    @property
    def speaking(self) -> bool:
        """A reply is being written."""
        return self._line is not None

    @property
    def width(self) -> int:
        return max(_NARROWEST, self._width())

    def _print_line(self, line: str) -> None:
        if not self._named:
            name = self._name.rstrip()
            line = self._painted(name, "character") + line[len(name) :] if line.startswith(name) else line
            self._named = True
        self.raw(line)

    def _painted(self, text: str, style: Style) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if style and text and self._colours else text


def _lines(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` columns, broken between words where that is possible."""
    return [line for paragraph in text.expandtabs(4).split("\n") for line in _broken(paragraph, width)]


def _broken(paragraph: str, width: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for part in re.findall(r"\s+|\S+", paragraph):
        size = width_of(part)
        if used + size > width and not part.isspace() and line.strip():
            lines.append(line.rstrip())
            line, used = "", 0
        while size > width:
            kept = _prefix(part, width)
            lines.append(kept)
            part, size = part[len(kept) :], width_of(part[len(kept) :])
        line, used = line + part, used + size
    return [*lines, line]


def _prefix(word: str, width: int) -> str:
    used = 0
    for place, character in enumerate(word):
        used += width_of(character)
        if used > width:
            return word[: max(1, place)]
    return word
