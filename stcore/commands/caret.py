"""What stands at the caret of an unfinished script: the command, the argument, the names visible there.

The scanner reads the text before the caret in its tolerant mode; the tokens it gave and the state it stopped in tell
the rest (spec/stscript.md section 19.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from stcore.commands.declaration import Command
from stcore.commands.registry import Registry
from stcore.commands.scanner import Scanner
from stcore.commands.syntax import Flags
from stcore.commands.tokens import Lexeme
from stcore.macros.text import WHITESPACE

Place = Literal["nothing", "command", "closure-name", "argument", "value", "unnamed"]
"""Where the caret is: in the name of a command, in the name behind ``/:``, between arguments, behind ``name=``, in the
unnamed argument, or where nothing can be offered."""

_VALUES = ("BARE", "QUOTED", "LIST")
_PARTS = (*_VALUES, "TEXT")


@dataclass(frozen=True, slots=True)
class Caret:
    """``typed`` is what was typed so far of the thing at ``start``; ``position`` counts the words of a split
    argument; ``text_start`` is where the text begins in which macros are resolved together."""

    place: Place
    start: int
    typed: str = ""
    command: Command | None = None
    name: str = ""
    argument: str = ""
    given: tuple[str, ...] = ()
    position: int = 0
    variables: tuple[str, ...] = field(default=())
    text_start: int | None = None


class Anchor(NamedTuple):
    """A place from which a script can be read without what comes before: the pipe in front of a command.

    ``variables`` are the names that are visible at it.
    """

    start: int = 0
    variables: tuple[str, ...] = ()


_START = Anchor()


def last_anchor(tokens: Sequence[Lexeme], caret: int) -> Anchor:
    """The last anchor in front of ``caret`` in a script that was read already; its start when parser flags are set."""
    depth = behind = start = 0
    for index, token in enumerate(tokens):
        if token.end_pos > caret:
            break
        match token.type:
            case "FLAG":
                return Anchor()
            case "OPEN":
                depth += 1
            case "CLOSE":
                depth -= 1
            case "PIPE" if depth == 0:
                behind, start = index + 1, token.end_pos - 1
    return Anchor(start, tuple(_visible_variables(tokens[:behind])))


def find_caret(text: str, caret: int, registry: Registry, anchor: Anchor = _START) -> Caret:
    """What stands at ``caret`` (an index into ``text``). Never raises for what a text contains.

    The text is read from ``anchor`` on, which must be in front of the caret.
    """
    found = _find(text[anchor.start : caret], registry)
    text_start = found.text_start
    return replace(
        found,
        start=found.start + anchor.start,
        text_start=None if text_start is None else text_start + anchor.start,
        variables=tuple(dict.fromkeys((*found.variables, *anchor.variables))),
    )


def _find(before: str, registry: Registry) -> Caret:
    """The same for the end of a text."""
    caret = len(before)
    scanner = Scanner(before, Flags(), registry.find, tolerant=True)
    tokens = list(scanner.tokens())
    variables = tuple(_visible_variables(tokens))
    last = tokens[-1] if tokens else None
    if last is None or last.type in ("COMMENT", "PLAIN", "PIPE", "OPEN", "FLAG", "BREAKPOINT"):
        place: Place = "command" if last is not None and before.endswith("/") and last.type == "PLAIN" else "nothing"
        return Caret(place, caret, variables=variables)
    statement = scanner.statement
    place, start = _in_command(before, tokens, last)
    return Caret(
        place,
        start,
        typed=_typed(before, start, place),
        command=statement.command,
        name=statement.name,
        argument=_argument_name(tokens) if place == "value" else "",
        given=tuple(statement.named),
        position=_position(tokens, place),
        variables=variables,
        text_start=last.start_pos if last.type in _PARTS and last.end_pos == caret else None,
    )


def _in_command(before: str, tokens: list[Lexeme], last: Lexeme) -> tuple[Place, int]:
    """The place of a caret inside a command, and where what is being typed begins."""
    caret = len(before)
    touching = last.end_pos == caret and before[-1:].strip(WHITESPACE) != ""
    if last.type in ("COMMAND", "BREAK"):
        return ("command", last.start_pos) if touching else ("argument", caret)
    if last.type == "RUN":
        return "closure-name", caret
    if last.type == "NAMED":
        return ("value", caret) if touching else ("argument", caret)
    previous = tokens[-2].type if len(tokens) > 1 else ""
    if previous == "RUN" and touching:
        return "closure-name", last.start_pos
    if previous == "NAMED" and last.type in _VALUES:
        return ("value", last.start_pos) if touching else ("argument", caret)
    if last.type in _PARTS:
        follows_arguments = previous in ("COMMAND", *_VALUES, "CLOSE", "NAMED")
        return ("argument" if follows_arguments and _is_word(last) else "unnamed"), _word_start(before, last)
    return ("argument", caret) if last.type == "CLOSE" else ("nothing", caret)


def _argument_name(tokens: list[Lexeme]) -> str:
    """The name in front of the value that is being typed."""
    return next((str(token.value) for token in reversed(tokens) if token.type == "NAMED"), "")


def _is_word(token: Lexeme) -> bool:
    """Whether an unnamed text may still become the name of an argument."""
    return str(token.value).replace("_", "a").isalnum()


def _word_start(before: str, token: Lexeme) -> int:
    if token.type == "BARE" and before[-1:].strip(WHITESPACE) == "":
        return len(before)
    return token.start_pos


def _typed(before: str, start: int, place: Place) -> str:
    typed = before[start:]
    return typed[1:] if place in ("value", "unnamed", "closure-name") and typed.startswith('"') else typed


def _position(tokens: list[Lexeme], place: Place) -> int:
    """How many words of the unnamed argument stand before the caret's."""
    words = 0
    for token in reversed(tokens):
        if token.type in ("COMMAND", "NAMED", "PIPE", "BREAK"):
            break
        words += token.type in _PARTS
    return max(0, words - 1) if place in ("unnamed", "argument") else 0


def _visible_variables(tokens: Sequence[Lexeme]) -> list[str]:
    """Names declared before the caret in this closure or around it: its arguments, and by ``/let``."""
    scopes: list[list[str]] = [[]]
    declaring, letting = True, False
    for token in tokens:
        match token.type:
            case "OPEN":
                scopes.append([])
                declaring = True
            case "CLOSE":
                if len(scopes) > 1:
                    scopes.pop()
                declaring = letting = False
            case "COMMAND":
                declaring, letting = False, token.value.command.name == "let"
            case "NAMED" if declaring:
                scopes[-1].append(token.value)
            case "NAMED":
                letting = letting and token.value == "key"
            case "BARE" | "QUOTED" if letting:
                scopes[-1].append(token.value)
                letting = False
            case "PIPE" | "RUN" | "BREAK":
                declaring = letting = False
    names = [name for scope in reversed(scopes) for name in scope]
    return list(dict.fromkeys(names))
