"""Cuts a script into tokens for the grammar. The small state it keeps is what makes the language context-dependent.

spec/stscript.md appendix A: the form of an unnamed argument depends on the command, quotes on the flags, ``:}`` on the
closures around it. Each mode is a method that reads one thing, notes its tokens and returns the next mode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from stcore.commands.declaration import Command
from stcore.commands.lexical import Piece, Reader
from stcore.commands.syntax import Flags
from stcore.commands.tokens import Frame, Head, Lexeme, Mode, Statement
from stcore.errors import ParseError, Span
from stcore.macros.text import WHITESPACE

_NAMED = re.compile(r"([A-Za-z0-9_]+)=")
_TRUE = frozenset(("on", "true", "1"))
_FALSE = frozenset(("off", "false", "0"))
_MAX_SUGGESTION_LENGTH = 60


class Scanner:
    """Reads ``text`` once, from left to right. ``find`` looks up commands and ``suggest`` names for a wrong one.

    ``tolerant`` accepts unknown commands and whatever is left open at the end: what completion needs. After
    :meth:`tokens` ran out, ``mode``, ``statement`` and ``frames`` tell where the text stopped.
    """

    def __init__(
        self,
        text: str,
        flags: Flags,
        find: Callable[[str], Command | None],
        suggest: Callable[[str], list[str]] | None = None,
        *,
        tolerant: bool = False,
    ) -> None:
        self.text = text
        self.flags = flags
        self.find = find
        self.suggest = suggest
        self.tolerant = tolerant
        self.reader = Reader(text, strict=flags.strict_escaping)
        self.at = 0
        self.statement = Statement("", None, 0)
        self.frames = [Frame(0, None, self.statement)]
        self.mode: Mode = self._declarations
        self._out: list[Lexeme] = []

    def tokens(self) -> Iterator[Lexeme]:
        """All tokens in order; raises :class:`ParseError` where the text cannot be read."""
        out = self._out
        following: Mode | None = self.mode
        while following is not None:
            self.mode = following
            following = self.mode()
            yield from out
            out.clear()

    def fail(self, message: str, at: int, end: int | None = None, *, hint: str = "") -> ParseError:
        """A :class:`ParseError` at a place of the text."""
        return ParseError(message, source=self.text, span=Span.at(self.text, at, end), hint=hint)

    # -- closures ----------------------------------------------------------------------------------------------------

    def _open(self, resume: Mode) -> Mode:
        start = self.at
        self.at += 2
        self._emit("OPEN", None, start)
        self.frames.append(Frame(start, resume, self.statement))
        self.statement = Statement("", None, self.at)
        self.reader.nested = True
        return self._declarations

    def _close(self) -> Mode | None:
        frame = self.frames.pop()
        start = self.at
        immediate = self.text.startswith("()", start + 2)
        self.at += 4 if immediate else 2
        self._emit("CLOSE", immediate, start)
        self.reader.nested = len(self.frames) > 1
        self.statement = frame.statement
        return frame.resume

    def _declarations(self) -> Mode | None:
        self._skip_space()
        if self._named_argument():
            return self._declared_value
        return self._statement

    def _declared_value(self) -> Mode | None:
        return self._value(self._declarations)

    # -- statements --------------------------------------------------------------------------------------------------

    def _statement(self) -> Mode | None:
        self._skip_space()
        text, at = self.text, self.at
        if at >= len(text):
            return self._end_of_text()
        if text[at] == "|":
            return self._pipe()
        if self.reader.nested and text.startswith(":}", at):
            return self._close()
        if text[at] != "/":
            piece = self.reader.plain(at)
            self._piece("PLAIN", piece, at)
            return self._statement
        return self._slash()

    def _slash(self) -> Mode | None:
        second = self.text[self.at + 1 : self.at + 2]
        if second == "*":
            return self._comment(self.reader.block_comment(self.at), "End it with *|", ends_statement=True)
        if second in ("/", "#"):
            return self._comment(self.reader.line_comment(self.at + 2), "End it with a pipe: |")
        if second == ":" and not self.text.startswith("}", self.at + 2):
            return self._run()
        start = self.at + 1
        self.at = self.reader.name(start)
        name = self.text[start : self.at]
        if name == "parser-flag":
            return self._parser_flag(start)
        if name == "breakpoint":
            return self._breakpoint(start)
        if name == "break":
            return self._break(start)
        return self._command(name, start)

    def _pipe(self) -> Mode:
        start = self.at
        self.at += 1
        if self.text.startswith("|", self.at):
            self.at += 1
            self.frames[-1].inject = False
        self._emit("PIPE", None, start)
        return self._statement

    def _comment(self, end: int | None, hint: str, *, ends_statement: bool = False) -> Mode:
        """A comment; the pipe of a closing ``*|`` ends the statement too."""
        start = self.at
        if end is None and not self.tolerant:
            raise self._unclosed("This comment is not closed.", start, len(self.text) - 1, hint)
        self.at = len(self.text) if end is None else end
        self._emit("COMMENT", None, start)
        if ends_statement and end is not None:
            self._emit("PIPE", None, end)
        return self._statement

    def _parser_flag(self, start: int) -> Mode | None:
        """The flag acts at once, on everything behind it (section 6)."""
        end_of_name = self.at
        self.at += self.text.startswith(" ", end_of_name)
        if self.at == end_of_name or self._at_statement_end() or self.text[self.at] in WHITESPACE:
            if self.tolerant:
                return self._tolerated_flag(start)
            hint = "Write it with one space: /parser-flag STRICT_ESCAPING on"
            raise self.fail("/parser-flag needs the name of a flag.", start, end_of_name, hint=hint)
        words: list[str] = []
        while not self._at_statement_end():
            words.append(self._word_text())
            self._skip_space()
        state = len(words) < 2 or words[1].strip(WHITESPACE).lower() in _TRUE
        if words[0] == "STRICT_ESCAPING":
            self.flags = Flags(state, self.flags.replace_getvar)
            self.reader.strict = state
        elif words[0] == "REPLACE_GETVAR":
            self.flags = Flags(self.flags.strict_escaping, state)
        self._emit("FLAG", None, start)
        return self._statement

    def _tolerated_flag(self, start: int) -> Mode:
        self.statement = Statement("parser-flag", self.find("parser-flag"), start)
        return self._words

    def _word_text(self) -> str:
        """One word that is taken as it stands."""
        opener = self.text[self.at]
        if opener == '"':
            piece = self._quoted()
        elif opener == "[":
            piece = self._list()
        else:
            piece = self.reader.bare(self.at)
        self.at = max(piece.end, self.at + 1)
        return piece.value

    def _breakpoint(self, start: int) -> Mode | None:
        end = self.at
        self._skip_space()
        if not self.text.startswith("|", self.at) and not self.tolerant:
            raise self.fail("/breakpoint must be followed by a pipe.", start, end, hint="Write: /breakpoint |")
        self._emit("BREAKPOINT", None, start - 1)
        return self._statement

    def _break(self, start: int) -> Mode | None:
        self.statement = Statement("break", self.find("break"), start)
        self._emit("BREAK", self.flags, start)
        frame = self.frames[-1]
        # It leaves a `||` before it to the next command (2.4). What follows it is not the first of its closure.
        frame.inject, frame.began = frame.inject or not frame.began, True
        self._skip_space()
        return self._unsplit

    def _run(self) -> Mode | None:
        start = self.at + 2
        command = self.find("run")
        if command is None:
            raise self.fail("/: needs the command /run, which this host does not have.", start)
        self.statement = Statement(":", command, start)
        self._mark_command()
        self.at = start
        self._emit("RUN", Head(command, ":", False, self.flags), start)
        if self.text.startswith('"', start):
            self._piece("QUOTED", self._quoted(), start)
        else:
            self._piece("BARE", self.reader.bare(start), start)
        return self._named

    def _command(self, name: str, start: int) -> Mode | None:
        command = self.find(name)
        if command is None:
            if not self.tolerant:
                raise self._unknown(name, start)
            command = Command(name, None, summary="unknown")
        self.statement = Statement(name, command, start)
        inject = self._mark_command()
        self._emit("COMMAND", Head(command, name, inject, self.flags), start)
        return self._named

    def _mark_command(self) -> bool:
        """Note that a command stands here; says whether it may be given the pipe (section 7.2)."""
        frame = self.frames[-1]
        inject, frame.inject, frame.began = frame.inject, True, True
        return inject

    def _unknown(self, name: str, start: int) -> ParseError:
        shown = name if len(name) <= _MAX_SUGGESTION_LENGTH else name[:_MAX_SUGGESTION_LENGTH] + "..."
        similar = self.suggest(name) if self.suggest and len(name) <= _MAX_SUGGESTION_LENGTH else []
        hint = (
            f"Did you mean {' or '.join('/' + known for known in similar)}?" if similar else "/help slash lists them."
        )
        return self.fail(f"There is no command /{shown}.", start, start + max(1, len(name)), hint=hint)

    # -- arguments ---------------------------------------------------------------------------------------------------

    def _named_argument(self) -> bool:
        match = _NAMED.match(self.text, self.at)
        if match is None:
            return False
        self.at = match.end()
        self.statement.key = match.group(1)
        self._emit("NAMED", match.group(1), match.start())
        return True

    def _named(self) -> Mode | None:
        self._skip_space()
        if self._named_argument():
            self.statement.named.append(self.statement.key)
            return self._named_value
        self.statement.key = ""
        return self._unnamed()

    def _named_value(self) -> Mode | None:
        return self._value(self._named)

    def _value(self, resume: Mode) -> Mode | None:
        """What follows ``name=``: a closure, quotes, a list, a word, or an empty word before white space."""
        start = self.at
        if self.text.startswith("{:", start):
            return self._open(resume)
        opener = self.text[start : start + 1]
        if opener == '"':
            piece = self._quoted()
            self._piece("QUOTED", piece, start)
        elif opener == "[":
            piece = self._list()
            self._piece("LIST", piece, start)
        else:
            piece = self.reader.bare(start)
            self._piece("BARE", piece, start)
        if self.statement.key == "raw" and self.statement.command:
            wanted = piece.value.strip(WHITESPACE).lower() not in _FALSE
            self.statement.raw_quotes = wanted and self.statement.command.raw_quotes
        return resume

    def _unnamed(self) -> Mode | None:
        if self._at_statement_end():
            return self._statement
        statement = self.statement
        if statement.name == ":":
            self._piece("TEXT", self.reader.free_text(self.at, first=False), self.at)
            return self._statement
        command = statement.command
        if command is None or command.split is None or not command.unnamed:
            return self._unsplit()
        return self._words

    def _unsplit(self) -> Mode | None:
        """The unnamed argument as one value (section 4.3)."""
        if self.text.startswith('"', self.at) and not self.statement.raw_quotes:
            start = self.at
            piece = self._quoted()
            self.at = piece.end
            if piece.value:
                self._emit_text("QUOTED", piece.value, start)
            return self._text_after
        return self._text(first=True)

    def _text_after(self) -> Mode | None:
        return self._text(first=False)

    def _text(self, *, first: bool) -> Mode | None:
        """Text up to the next closure or the end of the statement, trimmed where the argument begins and ends."""
        start = self.at
        piece = self.reader.free_text(start, first=first and not self.statement.raw_quotes)
        value = piece.value.lstrip(WHITESPACE) if first else piece.value
        if piece.symbol != "{:":
            value = value.rstrip(WHITESPACE)
        self.at = piece.end
        if value:
            self._emit_text("TEXT", value, start)
        return self._open(self._text_after) if piece.symbol == "{:" else self._statement

    def _words(self) -> Mode | None:
        """Words, each on its own (section 4.4); after a counted number of them the rest is one value (4.5)."""
        self._skip_space()
        if self._at_statement_end():
            return self._statement
        start, statement = self.at, self.statement
        split = statement.command.split if statement.command else "words"
        if isinstance(split, int) and statement.words == split:
            return self._rest()
        statement.words += 1
        if self.text.startswith("{:", start):
            return self._open(self._words)
        opener = self.text[start]
        if opener == '"':
            self._piece("QUOTED", self._quoted(), start)
        elif opener == "[":
            self._piece("LIST", self._list(), start)
        else:
            self._piece("BARE", self.reader.bare(start), start)
        return self._words

    def _rest(self) -> Mode | None:
        """What follows the counted words. Quotes around all of it go, quotes around its beginning stay."""
        start = self.at
        if not self.text.startswith('"', start):
            return self._text(first=True)
        piece = self._quoted()
        self.at = self.reader.skip_space(piece.end)
        if self._at_statement_end():
            self._emit_text("QUOTED", piece.value, start)
            return self._statement
        self.at = piece.end
        self._emit_text("TEXT", f'"{piece.value}"', start)
        return self._text_after

    # -- pieces ------------------------------------------------------------------------------------------------------

    def _quoted(self) -> Piece:
        opened_at = self.at
        piece = self.reader.quoted(opened_at + 1)
        if piece.symbol in ('"', "") and (piece.symbol or self.tolerant):
            return piece
        if piece.symbol:
            message = f"An unescaped {piece.symbol} inside quotes."
            raise self.fail(message, piece.end, hint="Put a backslash before it, or turn STRICT_ESCAPING on.")
        raise self._unclosed("These quotes are not closed.", opened_at, len(self.text), 'Add the closing "')

    def _list(self) -> Piece:
        piece = self.reader.bracketed(self.at)
        if not piece.symbol and not self.tolerant:
            raise self._unclosed("This list is not closed.", self.at, len(self.text), "Add the closing ]")
        return piece

    def _piece(self, type: str, piece: Piece, start: int) -> None:
        self.at = piece.end
        self._emit(type, piece.value, start)

    def _emit_text(self, type: str, value: str, start: int) -> None:
        self._out.append(Lexeme(type, value, start, self.at))

    def _emit(self, type: str, value: Any, start: int) -> None:
        self._out.append(Lexeme(type, value, start, self.at))

    def _skip_space(self) -> None:
        self.at = self.reader.skip_space(self.at)

    def _at_statement_end(self) -> bool:
        text, at = self.text, self.at
        if at >= len(text):
            return True
        if text[at] == "|":
            return not self.reader.braces.around(at)
        return self.reader.nested and text.startswith(":}", at)

    # -- the end -----------------------------------------------------------------------------------------------------

    def _end_of_text(self) -> Mode | None:
        if len(self.frames) == 1 or self.tolerant:
            return None
        raise self._unclosed("This closure is not closed.", self.frames[-1].opened_at, self._closure_end(), "Add :}")

    def _closure_end(self) -> int:
        """Where a missing ``:}`` is reported: at the last character, or behind it when that was read as a whole."""
        last = self.text[-1]
        return len(self.text) if last in WHITESPACE or last in '"])|}:' else len(self.text) - 1

    def _unclosed(self, message: str, opened_at: int, at: int, hint: str) -> ParseError:
        opened = Span.at(self.text, opened_at)
        where = f"It was opened in line {opened.line + 1}, column {opened.column + 1}."
        return self.fail(message, at, hint=f"{hint}. {where}")
