"""Searching with an expression that somebody wrote, without waiting for ever.

Python's engine cannot be interrupted, and an expression like ``(a+)+$`` may take longer than the universe. What can
only take a moment (:func:`is_quick`) is searched for here and now. Anything else is searched for by a second process,
which is ended when it has not answered in time; it is started when the first such expression is met and stays for the
next.
"""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError as FutureTimeout
from contextlib import suppress
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from stcore.errors import HostError, UserError

SECONDS = 0.5
"""How long one search may take."""

Spans = tuple[tuple[int, int], ...]
"""Where a match and each of its groups lie; (-1, -1) for a group that took no part."""

_LONGEST = 200_000
"""Characters of text in which is searched here: with more even the simplest expression takes its time."""
_STEPS = 16_000_000
"""So many steps of the engine take about half a second."""
_MOST_OPTIONAL = 8
_MOST_REPEATS = 6
_STARTING_SECONDS = 20
_COUNT = r"\{[0-9]+(?:,[0-9]*)?\}"
_PARTS = re.compile(
    r"(?P<plain>\(\?(?:P<|<?[=!]|:)|\\[^1-9]|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9]+\})"
    r"|(?P<reference>\\[1-9]|\(\?P=)"
    rf"|(?P<group>\)(?:[*+]|{_COUNT}))"
    rf"|(?P<repeat>(?:[*+]|{_COUNT})[?+]?)"
    r"|(?P<maybe>\?)",
    re.DOTALL,
)

_WORKER = """
import pickle, re, sys
source, answers = sys.stdin.buffer, sys.stdout.buffer
pickle.dump("ready", answers)
answers.flush()
while True:
    try:
        pattern, flags, text, every = pickle.load(source)
    except EOFError:
        break
    found = []
    for match in re.compile(pattern, flags).finditer(text):
        found.append(match.regs)
        if not every:
            break
    pickle.dump(found, answers)
    answers.flush()
"""


class Searcher:
    """Searches; one helper process at a time, whoever asks. May block for :data:`SECONDS`: use it in a thread."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="regex")
        # Patterns that took too long, with the length of the text: they are not tried again on as much.
        self._slow: dict[re.Pattern[str], int] = {}

    def search(self, pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
        """Where ``pattern`` first matches. Raises :class:`UserError` when that cannot be found out in time."""
        found = self.find(pattern, text, every=False)
        return found[0][0] if found else None

    def find(self, pattern: re.Pattern[str], text: str, *, every: bool = True) -> list[Spans]:
        """Where ``pattern`` matches: everywhere, or first. Raises as :meth:`search`."""
        if is_quick(pattern, text):
            if every:
                return [match.regs for match in pattern.finditer(text)]
            first = pattern.search(text)
            return [first.regs] if first else []
        with self._lock:
            if self._slow.get(pattern, len(text) + 1) <= len(text):
                raise _too_slow(pattern)
            return self._ask(pattern, text, every)

    def close(self) -> None:
        """End the helper; the next search starts another."""
        with self._lock:
            self._end()

    def __del__(self) -> None:
        self._end()

    def _ask(self, pattern: re.Pattern[str], text: str, every: bool) -> list[Spans]:
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            pickle.dump((pattern.pattern, pattern.flags, text, every), process.stdin)
            process.stdin.flush()
            answer: Future[Any] = self._reader.submit(pickle.load, process.stdout)
            found: list[Spans] = answer.result(self._seconds)
        except FutureTimeout:
            self._end()
            self._slow[pattern] = len(text)
            raise _too_slow(pattern) from None
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self._end()
            raise HostError("The helper that searches with slow expressions has ended.") from error
        return found

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            assert process.stdout is not None
            self._reader.submit(pickle.load, process.stdout).result(_STARTING_SECONDS)
        except (OSError, EOFError, FutureTimeout) as error:
            raise HostError("The helper that searches with slow expressions cannot be started.") from error
        self._process = process
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            # What was not yet sent cannot be sent any more.
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


@cache
def shared_searcher() -> Searcher:
    """The searcher of this program, for whoever has none of their own."""
    return Searcher()


def is_quick(pattern: re.Pattern[str], text: str) -> bool:
    """Whether searching all of ``text`` can only take a moment."""
    return len(text) <= longest_text(pattern.pattern)


@lru_cache(1024)
def longest_text(pattern: str) -> int:
    """Characters of text that surely are searched in a moment, judged by the parts that make engines go back and try
    again; 0 when nothing is sure.

    The steps grow with each thing that is repeated by one more power of the length. Nothing is sure of repeated groups,
    of references to groups, and of many optional parts.
    """
    repeats = optional = 0
    for part in _PARTS.finditer(pattern):
        match part.lastgroup:
            case "plain":
                continue
            case "repeat":
                repeats += 1
            case "maybe":
                optional += 1
            case _:
                return 0
    if repeats > _MOST_REPEATS or optional > _MOST_OPTIONAL:
        return 0
    return _LONGEST if not repeats else round(_STEPS ** (1 / (repeats + 1)))


def _too_slow(pattern: re.Pattern[str]) -> UserError:
    return UserError(
        f"The expression {pattern.pattern[:80]} takes too long.",
        hint="Make it simpler: no repetition inside a repeated group, fewer .* in a row.",
    )
