"""How a command declares itself. Help, completion, the JSON description and the example tests come from this."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from stcore.commands.call import Call

ArgumentType = Literal[
    "string", "number", "bool", "enum", "range", "varname", "closure", "subcommand", "list", "dictionary"
]
"""What an argument holds (section 3.4). ``enum`` is one word of a fixed list; ``range`` is ``3`` or ``3-7``;
``subcommand`` is the text of a script; ``list`` and ``dictionary`` are JSON."""

Split = Literal["words"] | int | None
"""How the unnamed argument is cut: not at all, into words, or into that many words and a rest (section 3.3)."""

CommandFunction = Callable[["Call"], Any] | Callable[["Call"], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Named:
    """One named argument.

    ``type`` is one type or several; ``default`` is the text that stands for a missing argument, for people to read;
    ``choices`` names the running list that completion offers (``"variables"``, ``"models"`` ...);
    ``repeatable`` makes the command receive a list of all occurrences (section 3.4).
    """

    name: str
    summary: str = ""
    type: ArgumentType | tuple[ArgumentType, ...] = "string"
    enum: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False
    repeatable: bool = False
    choices: str = ""

    @property
    def types(self) -> tuple[ArgumentType, ...]:
        return (self.type,) if isinstance(self.type, str) else self.type


@dataclass(frozen=True, slots=True)
class Unnamed:
    """The unnamed argument, or one word of it when the command cuts it into words."""

    summary: str = ""
    type: ArgumentType | tuple[ArgumentType, ...] = "string"
    enum: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False
    repeatable: bool = False
    choices: str = ""

    @property
    def types(self) -> tuple[ArgumentType, ...]:
        return (self.type,) if isinstance(self.type, str) else self.type


@dataclass(frozen=True, slots=True)
class Example:
    """A script and what is in the pipe after it. ``pipe=None`` says nothing about the pipe.

    ``setup`` is run before it in the same chat, ``error`` is the expected failure. Every example is shown in the help
    and runs as a test.
    """

    script: str
    pipe: str | None = None
    note: str = ""
    setup: str = ""
    error: Literal["", "parse", "execution"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """A slash command: its declaration and the function that does it.

    The function receives a :class:`stcore.commands.call.Call` and returns (or awaits) the new value of the pipe.
    A command without a function belongs to the syntax itself (``/break``, comments) and is only described. With
    ``any_named`` it takes named arguments of any name besides the declared ones. An ``absent`` one only says why it
    does not exist here: completion offers it last.
    """

    name: str
    function: CommandFunction | None
    aliases: tuple[str, ...] = ()
    group: str = ""
    summary: str = ""
    details: str = ""
    named: tuple[Named, ...] = ()
    unnamed: tuple[Unnamed, ...] = ()
    returns: str = ""
    examples: tuple[Example, ...] = ()
    split: Split = None
    raw_quotes: bool = False
    any_named: bool = False
    absent: bool = False
    plugin: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The name and every alias."""
        return (self.name, *self.aliases)

    @property
    def repeatable(self) -> frozenset[str]:
        """The named arguments that arrive as a list."""
        return frozenset(argument.name for argument in self.named if argument.repeatable)

    def argument(self, name: str) -> Named | None:
        """The declaration of the named argument ``name``."""
        return next((argument for argument in self.named if argument.name == name), None)

    def describe(self) -> dict[str, Any]:
        """The declaration as JSON-ready data."""
        return {
            "name": self.name,
            "aliases": list(self.aliases),
            "group": self.group,
            "summary": self.summary,
            "details": self.details,
            "named": [{"name": argument.name, **_describe(argument)} for argument in self.named],
            "unnamed": [_describe(argument) for argument in self.unnamed],
            "returns": self.returns,
            "examples": [{"script": example.script, "pipe": example.pipe} for example in self.examples],
            "split": self.split,
            "raw_quotes": self.raw_quotes,
            "any_named": self.any_named,
            "absent": self.absent,
            "plugin": self.plugin,
        }


def _describe(argument: Named | Unnamed) -> dict[str, Any]:
    return {
        "summary": argument.summary,
        "types": list(argument.types),
        "enum": list(argument.enum),
        "default": argument.default,
        "required": argument.required,
        "repeatable": argument.repeatable,
        "choices": argument.choices,
    }


def command(
    name: str,
    *,
    aliases: tuple[str, ...] = (),
    group: str = "",
    summary: str = "",
    details: str = "",
    named: tuple[Named, ...] = (),
    unnamed: Unnamed | tuple[Unnamed, ...] = (),
    returns: str = "",
    examples: tuple[Example, ...] = (),
    split: Split = None,
    raw_quotes: bool = False,
    any_named: bool = False,
) -> Callable[[CommandFunction], Command]:
    """Make a function a :class:`Command`; its docstring becomes the details of the help.

    >>> @command("shout", group="text", summary="Make a text loud.", unnamed=Unnamed("the text"),
    ...          returns="the loud text", examples=(Example("/shout hi", pipe="HI!"),))
    ... def shout(call):
    ...     return call.text.upper() + "!"
    >>> shout.name
    'shout'
    """

    def decorate(function: CommandFunction) -> Command:
        return Command(
            name=name,
            function=function,
            aliases=aliases,
            group=group,
            summary=summary,
            details=details or inspect.cleandoc(function.__doc__ or ""),
            named=named,
            unnamed=(unnamed,) if isinstance(unnamed, Unnamed) else unnamed,
            returns=returns,
            examples=examples,
            split=split,
            raw_quotes=raw_quotes,
            any_named=any_named,
        )

    return decorate


def syntax_command(name: str, **declaration: Any) -> Command:
    """Describe a piece of the syntax (``/break``, ``/parser-flag``, comments) like a command."""
    return Command(name=name, function=None, **declaration)
