"""All commands by name and alias. A bad definition is refused when it is registered, not when it is first used."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from threading import RLock
from typing import Any, get_args

from stcore.commands.declaration import ArgumentType, Command, Named, Unnamed
from stcore.errors import PluginError

_NAME = re.compile(r"[^\s|{}\"\\]+")
_ARGUMENT_NAME = re.compile(r"[A-Za-z0-9_]+")
_RESERVED_STARTS = ("/", "#", ":")
_RESERVED_PREFIXES = ("parser-flag", "breakpoint")
_TYPES = frozenset(get_args(ArgumentType))


class Registry:
    """The commands a host knows.

    ``on_missing`` is called with a name that is not known and may add commands (a host loads its plugins only then);
    when it returns true the name is looked up again. ``version`` changes whenever a command is added: what was parsed
    before is then parsed anew. ``more`` gives further commands in lots; a lot is asked for when a name is not among
    those before it, so that a short script does not import the whole vocabulary.
    """

    def __init__(
        self,
        commands: Iterable[Command] = (),
        *,
        more: Iterable[Iterable[Command]] = (),
        on_missing: Callable[[str], bool] | None = None,
    ) -> None:
        self._by_name: dict[str, Command] = {}
        self._more: Iterator[Iterable[Command]] | None = iter(more)
        self._loading = RLock()
        self.on_missing = on_missing
        self.version = 0
        for command in commands:
            self.add(command)

    def add(self, command: Command, *, plugin: str = "") -> None:
        """Register ``command``, replacing earlier commands of the same names.

        ``plugin`` names who brings it; raises :class:`PluginError` when the definition cannot be used.
        """
        self._load()
        if plugin:
            command = replace(command, plugin=plugin)
        self._put(command)
        self.version += 1

    def _put(self, command: Command) -> None:
        problem = _problem(command)
        if problem:
            raise PluginError(f"/{command.name}: {problem}", plugin=command.plugin or "builtin")
        for name in command.names:
            self._by_name[name] = command

    def _load(self, name: str | None = None) -> None:
        """Take further lots until one holds ``name``, or all of them. What was parsed stays as it is: nobody could
        have written a command that was not found."""
        with self._loading:
            while self._more is not None and (name is None or name not in self._by_name):
                lot = next(self._more, None)
                if lot is None:
                    self._more = None
                    return
                for command in lot:
                    self._put(command)

    def find(self, name: str) -> Command | None:
        """The command called ``name`` (exact case), or ``None``."""
        found = self._by_name.get(name)
        if found is None and self._more is not None:
            self._load(name)
            found = self._by_name.get(name)
        if found is None and self.on_missing is not None and self.on_missing(name):
            found = self._by_name.get(name)
        return found

    def __iter__(self) -> Iterator[Command]:
        """Every command once, by name."""
        self._load()
        return iter(sorted(set(self._by_name.values()), key=lambda command: command.name))

    def __contains__(self, name: str) -> bool:
        self._load(name)
        return name in self._by_name

    def names(self) -> list[str]:
        """All names and aliases, sorted."""
        self._load()
        return sorted(self._by_name)

    def suggest(self, name: str, count: int = 3) -> list[str]:
        """Known names that look like ``name``, best first."""
        from difflib import get_close_matches

        self._load()
        folded = {known.lower(): known for known, command in self._by_name.items() if not command.absent}
        return [folded[match] for match in get_close_matches(name.lower(), folded, n=count, cutoff=0.6)]

    def describe(self) -> list[dict[str, Any]]:
        """All declarations as JSON-ready data."""
        return [command.describe() for command in self]


def _problem(command: Command) -> str:
    """What is wrong with a definition, in words; empty when nothing is."""
    return _name_problem(command) or _function_problem(command) or _arguments_problem(command) or _text_problem(command)


def _name_problem(command: Command) -> str:
    for name in command.names:
        if not _NAME.fullmatch(name):
            return f"{name!r} is no name: it is empty or has blanks, pipes, braces, quotes or backslashes"
        if command.function is None:
            continue
        if name.startswith(_RESERVED_STARTS) or name.lower().startswith(_RESERVED_PREFIXES):
            return f"the name {name!r} is reserved for the language itself"
    if len(set(command.names)) < len(command.names):
        return "the same name is given twice"
    return ""


def _function_problem(command: Command) -> str:
    if command.function is None:
        return ""
    if not callable(command.function):
        return "its function cannot be called"
    try:
        inspect.signature(command.function).bind(None)
    except TypeError:
        return "its function must take exactly one argument, the call"
    return ""


def _arguments_problem(command: Command) -> str:
    seen: set[str] = set()
    for argument in command.named:
        if not _ARGUMENT_NAME.fullmatch(argument.name):
            return f"the argument name {argument.name!r} may only have letters, digits and underscores"
        if argument.name in seen:
            return f"the argument {argument.name!r} is declared twice"
        seen.add(argument.name)
        if problem := _argument_problem(argument):
            return f"argument {argument.name!r}: {problem}"
    for position in command.unnamed:
        if problem := _argument_problem(position):
            return f"unnamed argument: {problem}"
    if command.split not in (None, "words") and not (type(command.split) is int and command.split > 0):
        return f"split must be None, 'words' or a number of words, not {command.split!r}"
    return ""


def _argument_problem(argument: Named | Unnamed) -> str:
    unknown = set(argument.types) - _TYPES
    if unknown or not argument.types:
        return f"unknown type {', '.join(sorted(unknown)) or 'none'}; known are {', '.join(sorted(_TYPES))}"
    if "enum" in argument.types and not argument.enum:
        return "type enum needs its words in enum="
    if argument.enum and argument.default and argument.default not in argument.enum:
        return f"the default {argument.default!r} is none of {', '.join(argument.enum)}"
    return ""


def _text_problem(command: Command) -> str:
    if not command.summary:
        return "it needs a summary: one sentence that says what it does"
    for example in command.examples:
        if not example.script.lstrip():
            return "an example is empty"
    return ""
