"""A terminal small enough to read: it keeps the lines that a person would see, scrolled-away ones included."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\x1b\[(?P<mode>[?>]?)(?P<numbers>[\d;]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|(?P<char>[^\x1b])",
    re.DOTALL,
)


class Emulator:
    """Feed it what a program prints; ``text`` is what stands on the screen."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.lines: list[list[str]] = [[]]
        self.row = self.column = 0
        self._wraps = True
        self._rest = ""

    @property
    def text(self) -> str:
        return "\n".join("".join(line).rstrip() for line in self.lines)

    def feed(self, text: str) -> None:
        text = self._rest + text
        # A sequence that was cut in two waits for its other half.
        cut = re.search(r"\x1b(?:\[[\d;?>]*|\][^\x07]*)?\Z", text)
        text, self._rest = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
        for token in _TOKEN.finditer(text):
            if token["char"]:
                self._character(token["char"])
            elif token["final"]:
                numbers = [int(number) for number in token["numbers"].split(";") if number]
                self._sequence(token["mode"] + token["final"], numbers)

    def _character(self, character: str) -> None:
        match character:
            case "\r":
                self.column = 0
            case "\n":
                self._down()
            case "\b":
                self.column = max(0, self.column - 1)
            case _ if character >= " ":
                if self.column >= self.columns:
                    if self._wraps:
                        self._down()
                        self.column = 0
                    else:
                        self.column = self.columns - 1
                line = self.lines[self.row]
                line += " " * (self.column + 1 - len(line))
                line[self.column] = character
                self.column += 1

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])

    def _sequence(self, name: str, numbers: list[int]) -> None:
        count = numbers[0] if numbers else 1
        top = max(0, len(self.lines) - self.rows)
        line = self.lines[self.row]
        match name:
            case "A":
                self.row = max(top, self.row - count)
            case "B":
                self.row = min(len(self.lines) - 1, self.row + count)
            case "C":
                self.column = min(self.columns, self.column + count)
            case "D":
                self.column = max(0, self.column - count)
            case "G":
                self.column = count - 1
            case "H":
                self.row = min(len(self.lines) - 1, top + count - 1)
                self.column = (numbers[1] if len(numbers) > 1 else 1) - 1
            case "K":
                del line[self.column :]
            case "J":
                del line[self.column :]
                for below in self.lines[self.row + 1 :]:
                    below.clear()
            case "?l" | "?h" if numbers == [7]:
                self._wraps = name == "?h"
