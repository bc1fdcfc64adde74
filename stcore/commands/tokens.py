"""What passes from the scanner to the grammar, and what the scanner remembers on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from stcore.commands.declaration import Command
from stcore.commands.syntax import Flags

Mode = Callable[[], "Mode | None"]
"""One thing the scanner can be reading. Calling it reads on and gives what comes next."""


class Lexeme:
    """A token: what the grammar calls it, its value, and its place. The other fields are what Lark reads."""

    __slots__ = ("end_pos", "start_pos", "type", "value")
    line = column = end_line = end_column = None

    def __init__(self, type: str, value: Any, start: int, end: int) -> None:
        self.type = type
        self.value = value
        self.start_pos = start
        self.end_pos = end


class Head(NamedTuple):
    """The value of a COMMAND token: the command as written, whether the pipe may be injected, the flags in force."""

    command: Command
    name: str
    inject: bool
    flags: Flags


class Frame:
    """A closure that is open: where it was opened, what to go on with behind it, whether its next command is injected.

    The first command of a closure is given no pipe, nor is one behind ``||`` (section 7.2). ``began`` says whether
    anything stands in it that is run.
    """

    __slots__ = ("began", "inject", "opened_at", "resume", "statement")

    def __init__(self, opened_at: int, resume: Mode | None, statement: Statement) -> None:
        self.opened_at = opened_at
        self.resume = resume
        self.statement = statement
        self.inject = False
        self.began = False


class Statement:
    """The command being read: its named arguments so far, the one whose value comes next, the words cut off so far."""

    __slots__ = ("command", "key", "name", "named", "raw_quotes", "start", "words")

    def __init__(self, name: str, command: Command | None, start: int) -> None:
        self.name = name
        self.command = command
        self.start = start
        self.raw_quotes = command.raw_quotes if command else False
        self.named: list[str] = []
        self.key = ""
        self.words = 0
