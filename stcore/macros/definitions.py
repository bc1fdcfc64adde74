"""A macro is a declaration: name, typed arguments, what it gives, examples, and the function behind it.

Help, completion, argument checks, the reference documentation and an example test are derived from it
(spec/macros.md sections 8.2, 8.3 and 16.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

from stcore.errors import DefinitionError
from stcore.macros.numbers import to_number
from stcore.macros.text import trim

if TYPE_CHECKING:
    from stcore.macros.calls import CallSite
    from stcore.macros.compiler import Compiler, Task
    from stcore.macros.run import Renderer

ArgumentType = Literal["string", "integer", "number", "boolean"]

Determinism = Literal["pure", "environment", "state", "clock", "random"]
"""What the result depends on: the arguments alone; names and settings; variables and chat; the clock; chance."""

Handler = Callable[..., object]
"""``handler(call, *arguments)`` gives the result; arguments arrive as text, missing optional ones not at all."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|//", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_BOOLEANS = frozenset({"true", "on", "1", "false", "off", "0"})

_ACCEPTS: dict[str, Callable[[str], bool]] = {
    "string": lambda text: True,
    "integer": lambda text: _INTEGER.fullmatch(text) is not None,
    "number": lambda text: (number := to_number(text)) is not None and abs(number) != float("inf"),
    "boolean": lambda text: text.lower() in _BOOLEANS,
}


@dataclass(frozen=True)
class Argument:
    """One positional argument. ``types``: one type or several, of which one match suffices; ``default`` is for help
    only (a missing argument does not reach the handler). Completion offers ``sample``, ``samples`` and, for
    ``variable``, the names of the existing ``local`` or ``global`` variables."""

    name: str
    summary: str = ""
    types: ArgumentType | tuple[ArgumentType, ...] = "string"
    optional: bool = False
    default: str = ""
    sample: str = ""
    samples: tuple[str, ...] = ()
    variable: Literal["", "local", "global"] = ""

    def __post_init__(self) -> None:
        _require(isinstance(self.name, str) and bool(trim(self.name)), "an argument needs a name")
        _require(isinstance(self.optional, bool), f"'optional' of the argument {self.name} is true or false")
        _require(bool(self.type_names), f"the argument {self.name} needs a type")
        for name in self.type_names:
            _require(name in _ACCEPTS, f"the argument {self.name} has the unknown type {name!r}")

    @property
    def type_names(self) -> tuple[str, ...]:
        return _type_names(self.types)

    def accepts(self, text: str) -> bool:
        """Whether ``text``, trimmed, is of one of the types."""
        text = trim(text)
        return any(_ACCEPTS[name](text) for name in self.type_names)


@dataclass(frozen=True)
class ListPart:
    """Further arguments behind the positional ones: ``minimum`` to ``maximum`` of them (``None``: no limit)."""

    minimum: int = 0
    maximum: int | None = None
    name: str = "item"
    summary: str = ""

    def __post_init__(self) -> None:
        _require(_is_count(self.minimum), "the minimum of a list is a whole number, 0 or more")
        fits = self.maximum is None or (_is_count(self.maximum) and self.maximum >= self.minimum)
        _require(fits, "the maximum of a list is a whole number not below its minimum")


@dataclass(frozen=True)
class Alias:
    """Another name of a macro; a hidden one works but is not offered."""

    name: str
    visible: bool = True


@dataclass(frozen=True)
class Macro:
    """The declaration of a macro. Raises :class:`~stcore.errors.DefinitionError` when it cannot be.

    ``arguments`` may be a number (that many required text arguments); ``strict`` macros stay as text when their
    arguments do not fit, lenient ones run; ``delayed`` ones get raw arguments and resolve them themselves;
    ``examples`` are pairs of text and result, run as tests for a user Mira and a character Tobin.
    """

    name: str
    handler: Handler
    arguments: tuple[Argument, ...] = ()
    rest: ListPart | None = None
    aliases: tuple[Alias, ...] = ()
    group: str = "uncategorized"
    summary: str = ""
    returns: str = ""
    return_types: ArgumentType | tuple[ArgumentType, ...] = "string"
    examples: tuple[tuple[str, str], ...] = ()
    determinism: Determinism = "state"
    effect: bool = False
    strict: bool = True
    delayed: bool = False
    compile: Callable[[Compiler, CallSite], Task[Renderer | None]] | None = None
    """For macros that control evaluation: turns a call into a renderer itself; ``None`` leaves it to the handler."""
    plugin: str = ""
    """Who brings it, set by the host; empty for the built-in vocabulary."""

    def __post_init__(self) -> None:
        _require(isinstance(self.name, str), "the name of a macro is text")
        set_field = object.__setattr__  # the class is frozen for everybody else
        set_field(self, "name", trim(self.name))
        set_field(self, "arguments", _arguments(self.arguments))
        set_field(self, "aliases", _aliases(self.name, self.aliases))
        _require(_NAME.fullmatch(self.name) is not None, f"{self.name!r} cannot be the name of a macro")
        _require(callable(self.handler), f"{self.name} has no handler")
        _require(self.rest is None or isinstance(self.rest, ListPart), f"the list of {self.name} is no ListPart")
        _require(isinstance(self.strict, bool), f"'strict' of {self.name} is true or false")
        _require(isinstance(self.delayed, bool), f"'delayed' of {self.name} is true or false")
        _require(isinstance(self.group, str), f"the group of {self.name} is text")
        for returned in _type_names(self.return_types):
            _require(returned in _ACCEPTS, f"{self.name} returns the unknown type {returned!r}")
        _require(self.determinism in get_args(Determinism), f"{self.name} depends on {self.determinism!r}: unknown")

    @cached_property
    def minimum(self) -> int:
        """How many arguments are required before the list part."""
        return sum(not argument.optional for argument in self.arguments)

    @cached_property
    def maximum(self) -> int:
        """How many positional arguments there are."""
        return len(self.arguments)

    @cached_property
    def typed(self) -> tuple[tuple[int, Argument], ...]:
        """The arguments that do not accept everything, with their positions."""
        return tuple((i, argument) for i, argument in enumerate(self.arguments) if "string" not in argument.type_names)

    def misfit(self, values: list[str]) -> str | None:
        """Why these arguments do not fit, in words; ``None`` when they do."""
        count = len(values)
        if not self.takes(count):
            return self.miscount(count)
        for index, argument in self.typed:
            if index < count and not argument.accepts(values[index]):
                return self.mistyped(index, values[index])
        return None

    def takes(self, count: int) -> bool:
        """Whether a call may have ``count`` arguments."""
        if self.rest is None:
            return self.minimum <= count <= self.maximum
        listed, most = max(0, count - self.maximum), self.rest.maximum
        return count >= self.minimum + self.rest.minimum and (most is None or listed <= most)

    def miscount(self, count: int) -> str:
        """That ``count`` arguments do not fit, in words."""
        return f"{self.name} takes {self.expected_count()}, but {count or 'none'} {_was(count)} given."

    def mistyped(self, index: int, value: str) -> str:
        """That ``value`` does not fit the argument at ``index``, in words."""
        argument = self.arguments[index]
        types = " or ".join(argument.type_names)
        kind = "optional argument" if argument.optional else "argument"
        return f"{self.name}: {kind} {index + 1} ({argument.name}) is {value!r}, not {types}."

    def expected_count(self) -> str:
        """The number of arguments in words: ``2 arguments``, ``between 1 and 2 arguments``, ``at least 1 argument``."""
        least, most = self.minimum, self.maximum
        if self.rest is not None:
            least += self.rest.minimum
            if self.rest.maximum is None:
                return f"at least {least} {_plural(least)}"
            most += self.rest.maximum
        if least == most:
            return f"{least or 'no'} {_plural(least)}"
        return f"between {least} and {most} arguments"

    def takes_block(self, count: int) -> bool:
        """Whether a call with ``count`` written arguments can take a block as one more (section 6.1)."""
        return self.rest is None and self.minimum <= count + 1 <= self.maximum

    @property
    def signature(self) -> str:
        """The call as help shows it: ``{{setvar::name::value}}``, optional arguments in brackets."""
        parts = [f"[{argument.name}]" if argument.optional else argument.name for argument in self.arguments]
        if self.rest is not None:
            parts.append(f"{self.rest.name}…")
        return "{{" + "::".join([self.name, *parts]) + "}}"

    def named(self, alias: str) -> Macro:
        """The same macro under another name, without aliases of its own."""
        return replace(self, name=alias, aliases=())


def macro(
    name: str, *arguments: Argument, aliases: Iterable[str | Alias] = (), **fields: Any
) -> Callable[[Handler], Macro]:
    """Declare the decorated function as a macro.

    >>> @macro("shout", Argument("text"), summary="The text in capitals.", examples=[("{{shout::hi}}", "HI")])
    ... def shout(call, text):
    ...     return text.upper()

    Without a ``summary`` the first line of the function's docstring is used. The other fields are those of
    :class:`Macro`.
    """

    def declare(handler: Handler) -> Macro:
        documentation = (handler.__doc__ or "").strip().partition("\n")[0]
        fields.setdefault("summary", documentation)
        fields["examples"] = tuple(fields.get("examples", ()))
        return Macro(name, handler, arguments, aliases=tuple(aliases), **fields)  # type: ignore[arg-type]

    return declare


def _arguments(given: object) -> tuple[Argument, ...]:
    if isinstance(given, int) and not isinstance(given, bool):
        _require(given >= 0, "the number of arguments is 0 or more")
        return tuple(Argument(f"argument {position + 1}") for position in range(given))
    _require(isinstance(given, list | tuple), "arguments are a number or a list of Argument")
    assert isinstance(given, list | tuple)
    arguments = tuple(given)
    optional = False
    for argument in arguments:
        _require(isinstance(argument, Argument), f"{argument!r} is no Argument")
        _require(argument.optional or not optional, f"the argument {argument.name} is required behind an optional one")
        optional = argument.optional
    return arguments


def _aliases(name: str, given: object) -> tuple[Alias, ...]:
    _require(isinstance(given, list | tuple), "aliases are a list of names")
    assert isinstance(given, list | tuple)
    aliases = tuple(Alias(alias) if isinstance(alias, str) else alias for alias in given)
    for alias in aliases:
        check_alias(name, alias)
    return aliases


def check_alias(name: str, alias: object) -> None:
    """Refuse an alias that is no name, or the name itself in another case."""
    _require(isinstance(alias, Alias) and isinstance(alias.name, str), f"{alias!r} is no alias")
    assert isinstance(alias, Alias)
    _require(_NAME.fullmatch(trim(alias.name)) is not None, f"{alias.name!r} cannot be the name of a macro")
    _require(trim(alias.name).lower() != name.lower(), f"{alias.name} is the macro's own name")
    _require(isinstance(alias.visible, bool), f"'visible' of the alias {alias.name} is true or false")


def _type_names(types: object) -> tuple[str, ...]:
    _require(isinstance(types, str | list | tuple), "types are a name or a list of names")
    return (types,) if isinstance(types, str) else tuple(types)  # type: ignore[arg-type]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _require(condition: bool, why_not: str) -> None:
    if not condition:
        raise DefinitionError(f"The macro cannot be declared: {why_not}.", hint="Mend the declaration of the plugin.")


def _plural(count: int) -> str:
    return "argument" if count == 1 else "arguments"


def _was(count: int) -> str:
    return "was" if count <= 1 else "were"
