"""What a command function receives: its arguments, the scope it runs in, and the services it may use."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from stcore.commands.execution import call_closure, run_closure, run_transparent
from stcore.commands.reach import Reach
from stcore.commands.scope import BreakTarget, Closure, Scope, Value
from stcore.commands.syntax import CommandNode, Flags, Text
from stcore.commands.values import is_false, is_true
from stcore.errors import StcoreError, UserError
from stcore.macros.numbers import read_number

if TYPE_CHECKING:
    from stcore.commands.compiler import Code
    from stcore.commands.registry import Registry
    from stcore.commands.runtime import Run
    from stcore.commands.services import Services
    from stcore.macros.environment import Environment, VariableStore

_DIGITS = re.compile(r"[+-]?[0-9]{1,300}", re.ASCII)


class Call(Reach):
    """One call of a command.

    ``named`` holds the named arguments by name: text, a closure, or a list for a repeatable one. ``unnamed`` is the
    unnamed argument: text, a closure, a list of parts (commands that split, or texts mixed with closures), or ``None``
    when there is neither an argument nor a pipe to take its place.
    """

    __slots__ = ("_code", "_node", "named", "scope", "unnamed")

    def __init__(self, node: CommandNode, code: Code, scope: Scope, named: dict[str, Any], unnamed: Any) -> None:
        self._node = node
        self._code = code
        self.scope = scope
        self.named = named
        self.unnamed = unnamed

    # -- where it runs -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name as written, maybe an alias."""
        return self._node.name

    @property
    def flags(self) -> Flags:
        """The parser flags in force where the command was written."""
        return self._node.flags

    @property
    def run(self) -> Run:
        """The run of the script this belongs to."""
        return self.scope.run

    @property
    def services(self) -> Services:
        return self.scope.run.services

    def report(self, error: StcoreError) -> None:
        """Show an error that does not end the script; it is raised when nobody is there to see it."""
        if self.services.ui is None:
            raise error
        self.services.ui.error(error)

    @property
    def environment(self) -> Environment:
        """What macros see: names, variables, clock and random numbers."""
        return self.scope.run.environment

    @property
    def locals(self) -> VariableStore:
        """The variables of the chat."""
        return self.scope.run.environment.local

    @property
    def globals(self) -> VariableStore:
        """The variables of the settings."""
        return self.scope.run.environment.globals

    # -- arguments ---------------------------------------------------------------------------------------------------

    @property
    def has_unnamed(self) -> bool:
        """Whether there is an unnamed argument, written or from the pipe."""
        return self.unnamed is not None

    @property
    def text(self) -> str:
        """The unnamed argument as one text: parts joined by a space for commands that split, empty when missing."""
        unnamed = self.unnamed
        if type(unnamed) is str:
            return unnamed
        if unnamed is None:
            return ""
        if isinstance(unnamed, list):
            return (" " if self._node.command.split else "").join(map(str, unnamed))
        return str(unnamed)

    @property
    def written(self) -> str:
        """The unnamed argument as it stands in the script, its macros not expanded; closures are left out."""
        return " ".join(part.value for part in self._node.parts if isinstance(part, Text))

    @property
    def parts(self) -> list[Value]:
        """The unnamed argument as a list; one empty text when there is nothing (3.3)."""
        if isinstance(self.unnamed, list):
            return self.unnamed
        return [""] if self.unnamed is None else [self.unnamed]

    @property
    def closure(self) -> Closure | None:
        """The unnamed argument when it is a closure."""
        return self.unnamed if isinstance(self.unnamed, Closure) else None

    def argument(self, name: str, default: str = "") -> str:
        """A named argument as text."""
        value = self.named.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: float | None = None) -> float | None:
        """A named argument as a finite number; missing gives ``default``, other text raises :class:`UserError`."""
        if name not in self.named:
            return default
        text = self.argument(name)
        number = read_number(text)
        if number is None or not math.isfinite(number):
            raise self.wrong(name, text, "a number")
        return number

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A named argument as a whole number; missing gives ``default``, anything else raises :class:`UserError`."""
        number = self.number(name)
        if number is None:
            return default
        if not number.is_integer():
            raise self.wrong(name, self.argument(name), "a whole number")
        written = self.argument(name).strip()
        # A seed may have 64 bits: as a floating number it would lose the last of them.
        return int(written) if _DIGITS.fullmatch(written) else int(number)

    def boolean(self, name: str, default: bool) -> bool:
        """A yes or no as commands read it: only the word that contradicts the default changes it (3.4)."""
        value = self.named.get(name)
        return not is_false(value) if default else is_true(value)

    def choice(self, name: str, default: str = "") -> str:
        """A named argument that must be one of the declared words, in any case."""
        if name not in self.named:
            return default
        declared = self._node.command.argument(name)
        words = declared.enum if declared else ()
        text = self.argument(name)
        for word in words:
            if word.lower() == text.strip().lower():
                return word
        raise self.wrong(name, text, "one of " + ", ".join(words))

    def closure_argument(self, name: str) -> Closure | None:
        """A named argument that must be a closure; ``None`` when it is missing."""
        value = self.named.get(name)
        if value is None or isinstance(value, Closure):
            return value
        raise self.wrong(name, str(value), "a closure, like {: /echo done :}")

    def wrong(self, name: str, got: str, expected: str) -> UserError:
        """The error for an argument that cannot be used: names the argument, what it got and what it expects."""
        shown = got if len(got) <= 60 else got[:57] + "..."
        return UserError(f"/{self.name}: {name}= must be {expected}, not “{shown}”.")

    # -- running scripts ---------------------------------------------------------------------------------------------

    def call_closure(self, closure: Closure, provided: Mapping[str, Value] | None = None) -> Awaitable[Value]:
        """Run ``closure`` as something ``/break`` can leave (12.6) and give its result."""
        return call_closure(closure, provided)

    def run_body(self, parts: list[Value]) -> Awaitable[Value]:
        """Run a branch: the first part when it is a closure, else all parts as the text of a script (12.1).

        ``/break`` inside a closure goes through to what is around this command.
        """
        if parts and isinstance(parts[0], Closure):
            return run_transparent(parts[0])
        return self.run_text(" ".join(map(str, parts)))

    def run_pass(
        self, closure: Closure, target: BreakTarget, macros: dict[str, Value] | None = None
    ) -> Awaitable[Value]:
        """Run ``closure`` as one pass of a loop; ``/break`` raises through to the caller, who owns ``target``."""
        return run_closure(closure, target, macros=macros)

    def keep(self, closure: Closure) -> Callable[..., Awaitable[Value]]:
        """``closure`` as something to call later, when this script may have ended: ``variables`` given then are
        scoped variables in it."""
        services, interpreter = self.services, self._code.interpreter

        async def run(variables: Mapping[str, Value] | None = None) -> Value:
            if services.apart is not None:
                return await services.apart(closure, variables or {})
            return await interpreter.run_apart(closure, services, variables)

        return run

    def run_text(self, text: str) -> Awaitable[Value]:
        """Run the text of a script in a scope below this command's, with its flags and no break target (12.1)."""
        return self._code.interpreter.run_subcommand(text, self.scope, self.flags)

    def run_stored(self, text: str, name: str) -> Awaitable[Value]:
        """Run a stored script called ``name``; the named arguments become its ``{{arg::}}`` macros (17.2)."""
        return self._code.interpreter.run_stored(text, name, self.scope, self.named)

    def parse_closure(self, text: str) -> Closure:
        """The text of a closure's body as a closure that looks names up from here."""
        return self._code.interpreter.closure_of(text, self.scope, self.flags)

    def closures_in(self, text: str) -> dict[str, Closure]:
        """The closures that a script defines at its top, by name, without running it; raises :class:`ParseError`."""
        return self._code.interpreter.closures_in(text, self.scope)

    def expand(self, text: str) -> str:
        """``text`` with its macros expanded once more, as happens to a message when it is stored (16.5)."""
        return self._code.interpreter.expand(text, self.scope)

    @property
    def registry(self) -> Registry:
        """The commands this script was read with."""
        return self._code.interpreter.registry
