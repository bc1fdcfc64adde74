"""Where a reply ends although the model goes on: stop strings, and the name of somebody else who begins to speak."""

from __future__ import annotations

from collections.abc import Sequence


class Ender:
    """Cuts streamed text before the first of ``marks``, also when one arrives in pieces.

    >>> ender = Ender(["\\nAnn:"])
    >>> ender.feed("Hello.\\nAn"), ender.feed("n: Hi"), ender.ended
    ('Hello.', '', True)
    """

    def __init__(self, marks: Sequence[str]) -> None:
        self._marks = [mark for mark in marks if mark]
        self._held = ""
        self.ended = False

    def feed(self, text: str) -> str:
        """What is certain to belong to the reply after ``text`` came."""
        if self.ended or not self._marks:
            return "" if self.ended else text
        text = self._held + text
        places = [place for mark in self._marks if (place := text.find(mark)) >= 0]
        if places:
            self.ended, self._held = True, ""
            return text[: min(places)]
        keep = max(unfinished(text, mark) for mark in self._marks)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """What was held back; nothing more comes."""
        rest, self._held = self._held, ""
        return rest


def unfinished(text: str, mark: str) -> int:
    """How many letters at the end of ``text`` may be the beginning of ``mark``."""
    return next((size for size in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:size])), 0)
