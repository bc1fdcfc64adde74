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
    from stcore.macros.calls import CallSite, MacroCall
    from stcore.macros.compiler import Compiler, Task
    from stcore.macros.run import Renderer

ArgumentType = Literal["string", "integer", "number", "boolean"]

Determinism = Literal["pure", "environment", "state", "clock", "random"]
"""What the result depends on: the arguments alone; names and settings; variables and chat; the clock; chance."""

Handler = Callable[..., object]
"""``handler(call, *arguments)`` gives the result; arguments arrive as text, missing optional ones not at all."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|//", re.ASCII)
_NAME_RULE = "a name is a letter, then letters, digits, _ and -"
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
    ``variable``, the names of the existing ``local`` or ``global`` variables. ``wrong`` tells, while a text is typed,
    what is the matter with a value of the right type, in words without a full stop, or nothing."""

    name: str
    summary: str = ""
    types: ArgumentType | tuple[ArgumentType, ...] = "string"
    optional: bool = False
    default: str = ""
    sample: str = ""
    samples: tuple[str, ...] = ()
    variable: Literal["", "local", "global"] = ""
    wrong: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        name = self.name if isinstance(self.name, str) else ""
        _require(bool(trim(name)), "An argument", f"its name is {self.name!r}; an argument needs a name")
        what = f"The argument {name}"
        _require(isinstance(self.optional, bool), what, f"`optional` is {self.optional!r}, not True or False")
        _check_types(what, "types", self.types)

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
        least, most = self.minimum, self.maximum
        _require(_is_count(least), "A list", f"`minimum` is {least!r}, not a whole number from 0 on")
        fits = most is None or (_is_count(most) and most >= least)
        _require(fits, "A list", f"`maximum` is {most!r}, neither None nor a whole number from {least} on")


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
        what = f"The macro {self.name}" if isinstance(self.name, str) else "A macro"
        name = trim(self.name) if isinstance(self.name, str) else ""
        _require(_NAME.fullmatch(name) is not None, what, f"`name` is {self.name!r}; {_NAME_RULE}")
        set_field = object.__setattr__  # the class is frozen for everybody else
        set_field(self, "name", name)
        set_field(self, "arguments", _arguments(what, self.arguments))
        set_field(self, "aliases", _aliases(name, self.aliases))
        _require(callable(self.handler), what, f"`handler` is {self.handler!r}, which cannot be called")
        is_list = self.rest is None or isinstance(self.rest, ListPart)
        _require(is_list, what, f"`rest` is {self.rest!r}, neither None nor a ListPart")
        for field in ("strict", "delayed", "effect"):
            value = getattr(self, field)
            _require(isinstance(value, bool), what, f"`{field}` is {value!r}, not True or False")
        for field in ("group", "summary", "returns"):
            value = getattr(self, field)
            _require(isinstance(value, str), what, f"`{field}` is {value!r}, not text")
        _check_types(what, "return_types", self.return_types)
        known = get_args(Determinism)
        _require(self.determinism in known, what, f"`determinism` is {self.determinism!r}, none of {', '.join(known)}")
        set_field(self, "examples", _examples(what, self.examples))

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
        return Macro(name, handler, arguments, aliases=tuple(aliases), **fields)  # type: ignore[arg-type]

    return declare


def value_macro(name: str, value: str | Callable[[], object], summary: str = "") -> Macro:
    """A macro without arguments that gives a text, or what a function returns at each use (section 16.5).

    The short form of older extensions; a function that fails gives nothing.
    """
    if not (isinstance(value, str) or callable(value)):
        _require(False, f"The macro {name}", f"its value is {value!r}, neither text nor a function")

    def handler(call: MacroCall) -> object:
        if isinstance(value, str):
            return value
        try:
            return value()
        except Exception as failure:  # noqa: BLE001 - a plugin's function may fail in any way
            call.warn(f"its function failed and gives nothing: {str(failure) or type(failure).__name__}")
            return ""

    return Macro(name, handler, group="legacy", summary=summary or "A value that a plugin brings.")


def _arguments(what: str, given: object) -> tuple[Argument, ...]:
    if isinstance(given, int) and not isinstance(given, bool):
        _require(given >= 0, what, f"`arguments` is {given}, not a number from 0 on")
        return tuple(Argument(f"argument {position + 1}") for position in range(given))
    is_list = isinstance(given, list | tuple)
    _require(is_list, what, f"`arguments` is {given!r}, neither a number nor a list of Argument")
    assert isinstance(given, list | tuple)
    arguments = tuple(given)
    optional = False
    for argument in arguments:
        _require(isinstance(argument, Argument), what, f"{argument!r} among `arguments` is no Argument")
        in_order = argument.optional or not optional
        _require(in_order, what, f"the argument {argument.name} is required but stands behind an optional one")
        optional = argument.optional
    return arguments


def _aliases(name: str, given: object) -> tuple[Alias, ...]:
    what = f"The macro {name}"
    _require(isinstance(given, list | tuple), what, f"`aliases` is {given!r}, not a list of names")
    assert isinstance(given, list | tuple)
    aliases = tuple(Alias(alias) if isinstance(alias, str) else alias for alias in given)
    for alias in aliases:
        check_alias(name, alias)
    return aliases


def check_alias(name: str, alias: object) -> None:
    """Refuse an alias that is no name, or the name itself in another case."""
    what = f"The macro {name}"
    _require(isinstance(alias, Alias) and isinstance(alias.name, str), what, f"{alias!r} is no alias")
    assert isinstance(alias, Alias)
    _require(_NAME.fullmatch(trim(alias.name)) is not None, what, f"its alias is {alias.name!r}; {_NAME_RULE}")
    _require(trim(alias.name).lower() != name.lower(), what, f"its alias {alias.name} is its own name")
    visible = alias.visible
    _require(isinstance(visible, bool), what, f"`visible` of the alias {alias.name} is {visible!r}, not True or False")


def _examples(what: str, given: object) -> tuple[tuple[str, str], ...]:
    """Pairs of text and result."""
    is_list = isinstance(given, list | tuple)
    _require(is_list, what, f"`examples` is {given!r}, not a list of pairs (text, result)")
    assert isinstance(given, list | tuple)
    for example in given:
        is_pair = isinstance(example, list | tuple) and len(example) == 2 and all(isinstance(x, str) for x in example)
        _require(is_pair, what, f"{example!r} among `examples` is no pair (text, result)")
    return tuple((text, result) for text, result in given)


def _check_types(what: str, field: str, types: object) -> None:
    known = ", ".join(_ACCEPTS)
    is_list = isinstance(types, str | list | tuple)
    _require(is_list and bool(types), what, f"`{field}` is {types!r}, not one or several of {known}")
    for name in _type_names(types):
        _require(isinstance(name, str) and name in _ACCEPTS, what, f"`{field}` holds {name!r}, none of {known}")


def _type_names(types: Any) -> tuple[str, ...]:
    return (types,) if isinstance(types, str) else tuple(types)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _require(condition: bool, what: str, why_not: str) -> None:
    if not condition:
        raise DefinitionError(f"{what} cannot be declared: {why_not}.", hint="Mend this in the declaration.")


def _plural(count: int) -> str:
    return "argument" if count == 1 else "arguments"


def _was(count: int) -> str:
    return "was" if count <= 1 else "were"
