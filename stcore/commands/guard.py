"""Searching with an expression that somebody wrote, without waiting for ever.

Python's engine cannot be interrupted, and an expression like ``(a+)+$`` may take longer than the universe. What can
only take a moment is searched for here and now. Anything else is searched for by a second process, which is ended
when it has not answered in time; it is started when the first such expression is met and stays for the next.
"""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError as FutureTimeout
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Any, Literal

from stcore.errors import HostError, UserError

SECONDS = 0.5
"""How long one search may take."""

LONGEST_TEXTS = {"straight": 200_000, "harmless": 4_000}
"""Characters of text in which expressions of each kind are searched for here: with more even they take their time."""

_MOST_OPTIONAL = 8
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
        pattern, flags, text = pickle.load(source)
    except EOFError:
        break
    found = re.compile(pattern, flags).search(text)
    pickle.dump(found.span() if found else None, answers)
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
        if len(text) <= LONGEST_TEXTS.get(kind_of(pattern.pattern), 0):
            found = pattern.search(text)
            return found.span() if found else None
        with self._lock:
            if self._slow.get(pattern, len(text) + 1) <= len(text):
                raise _too_slow(pattern)
            return self._ask(pattern, text)

    def close(self) -> None:
        """End the helper; the next search starts another."""
        with self._lock:
            self._end()

    def _ask(self, pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            pickle.dump((pattern.pattern, pattern.flags, text), process.stdin)
            process.stdin.flush()
            answer: Future[Any] = self._reader.submit(pickle.load, process.stdout)
            span: tuple[int, int] | None = answer.result(self._seconds)
        except FutureTimeout:
            self._end()
            self._slow[pattern] = len(text)
            raise _too_slow(pattern) from None
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self._end()
            raise HostError("The helper that searches with slow expressions has ended.") from error
        return span

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


@lru_cache(1024)
def kind_of(pattern: str) -> Literal["straight", "harmless", "risky"]:
    """How long a search may take, judged by the parts that make engines go back and try again.

    ``straight`` repeats nothing, ``harmless`` one thing that is no group; both have few optional parts and no
    reference to a group.
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
                return "risky"
    if repeats > 1 or optional > _MOST_OPTIONAL:
        return "risky"
    return "harmless" if repeats else "straight"


def _too_slow(pattern: re.Pattern[str]) -> UserError:
    return UserError(
        f"The expression {pattern.pattern[:80]} takes too long.",
        hint="Make it simpler: no repetition inside a repeated group, fewer .* in a row.",
    )
