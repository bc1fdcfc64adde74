"""What exists while a script runs: values, closures, and the scopes they live in (spec/stscript.md 8 and 9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.commands.compiler import Code
    from stcore.commands.runtime import Run

MISSING: Any = object()
"""Stands for a variable or macro that does not exist."""


class BreakTarget:
    """What ``/break`` can leave: one call of a closure or one pass of a loop. It is live while that goes on."""

    __slots__ = ("live",)

    def __init__(self) -> None:
        self.live = True


class Closure:
    """A closure as a value: its code, the scope that names in it are looked up from, and what ``/break`` leaves.

    ``parent`` is set anew whenever the closure is used, so lookup is dynamic (8.4).
    """

    __slots__ = ("code", "parent", "target")

    def __init__(self, code: Code, parent: Scope, target: BreakTarget | None) -> None:
        self.code = code
        self.parent = parent
        self.target = target

    @property
    def source(self) -> str:
        """The exact text between the marks."""
        return self.code.body_text

    def __str__(self) -> str:
        return "[Closure]"


Value = str | Closure
"""What the pipe, an argument or a scoped variable holds."""


class Scope:
    """The variables, the pipe and the macros of one run of a closure; missing ones are looked up in ``parent``."""

    __slots__ = ("macros", "parent", "pipe", "run", "target", "variables")

    def __init__(self, run: Run, parent: Scope | None = None, target: BreakTarget | None = None) -> None:
        self.run = run
        self.parent = parent
        self.target = target
        self.pipe: Value | None = None
        self.variables: dict[str, Value] | None = None
        self.macros: dict[str, Value] | None = None

    def declare(self, name: str, value: Value) -> None:
        """Make a variable in this scope; a name can be declared once."""
        if self.variables is None:
            self.variables = {name: value}
        elif name in self.variables:
            raise UserError(f"There is a variable “{name}” in this scope already.", hint="Use /var to change it.")
        else:
            self.variables[name] = value

    def assign(self, name: str, value: Value) -> None:
        """Change the nearest variable of that name."""
        owner = self.owner(name)
        if owner is None or owner.variables is None:
            raise no_such_variable(name)
        owner.variables[name] = value

    def owner(self, name: str) -> Scope | None:
        """The nearest scope that declares ``name``."""
        scope: Scope | None = self
        while scope is not None:
            if scope.variables is not None and name in scope.variables:
                return scope
            scope = scope.parent
        return None

    def lookup(self, name: str) -> Value:
        """The value of the nearest variable ``name``, or :data:`MISSING`."""
        scope: Scope | None = self
        while scope is not None:
            if scope.variables is not None and name in scope.variables:
                return scope.variables[name]
            scope = scope.parent
        return MISSING  # type: ignore[no-any-return]

    def current_pipe(self) -> Value:
        """The pipe as ``{{pipe}}`` reads it: the own one, else that of the nearest scope that has one (7.1)."""
        scope: Scope | None = self
        while scope is not None:
            if scope.pipe is not None:
                return scope.pipe
            scope = scope.parent
        return ""

    def macro(self, key: str) -> Value:
        """The value of ``{{timesIndex}}`` or an ``{{arg::}}`` by its key, or :data:`MISSING` (11.2)."""
        scope: Scope | None = self
        while scope is not None:
            if scope.macros is not None and key in scope.macros:
                return scope.macros[key]
            scope = scope.parent
        return MISSING  # type: ignore[no-any-return]

    def set_macro(self, key: str, value: Value) -> None:
        """Give a macro of this scope a value."""
        if self.macros is None:
            self.macros = {}
        self.macros[key] = value

    def has_macro_prefix(self, prefix: str) -> bool:
        """Whether any macro whose key starts with ``prefix`` is defined here or further out."""
        return any(key.startswith(prefix) for scope in self.chain() if scope.macros for key in scope.macros)

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, from the inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


def no_such_variable(name: str) -> UserError:
    return UserError(f"There is no variable “{name}” here.", hint=f"Declare it first: /let {name} value")
