"""Commands that are hardly used as they were meant: unknown arguments, values that do not fit, missing ones.

Nothing is evaluated. Errors are what surely fails when it runs; warnings are what hardly means what it says.
"""

from __future__ import annotations

from collections.abc import Iterator

from stcore.commands.declaration import Named, Unnamed
from stcore.commands.syntax import Argument, ClosureNode, CommandNode, Part, Script, Text, closures_in, commands_in
from stcore.errors import Span
from stcore.macros.checking import Problem, Severity
from stcore.macros.matching import similar
from stcore.macros.numbers import read_number
from stcore.macros.text import trim

MAX_PROBLEMS = 200

_BOOLEANS = frozenset(("on", "off", "true", "false", "1", "0"))
_SHORTEST_MACRO = "{{"


def check_usage(script: Script) -> list[Problem]:
    """The problems of the commands of a script, at most :data:`MAX_PROBLEMS`; places are those of its source."""
    return _Checker(script).run()


class _Checker:
    def __init__(self, script: Script) -> None:
        self._script = script
        self._found: list[Problem] = []
        self._commands = list(commands_in(script.root))
        self._declared = set(_declared_names(script.root, self._commands))

    def run(self) -> list[Problem]:
        for node in self._commands:
            self._command(node)
        return self._found[:MAX_PROBLEMS]

    # -- commands ----------------------------------------------------------------------------------------------------

    def _command(self, node: CommandNode) -> None:
        if node.command.function is None:
            self._report("error", f"/{node.name} cannot be used here.", "", node.start, node.start + len(node.name))
            return
        for argument in node.named:
            self._named(node, argument)
        for number in range(len(node.parts)):
            self._late_argument(node, number)
        self._unnamed(node)
        self._missing(node)
        self._variable(node)

    def _named(self, node: CommandNode, argument: Argument) -> None:
        declared = node.command.argument(argument.name)
        if declared is not None:
            self._value(f"{argument.name}=", declared, argument.value)
        elif not node.command.any_named:
            names = [known.name for known in node.command.named]
            meant = " or ".join(f"{name}=" for name in similar(argument.name, names))
            hint = f"Did you mean {meant}?" if meant else _arguments_hint(node)
            end = argument.start + len(argument.name)
            self._report("warning", f"/{node.name} has no argument {argument.name}=.", hint, argument.start, end)

    def _unnamed(self, node: CommandNode) -> None:
        """A single literal text against the declaration; words of commands that split against theirs."""
        declared = node.command.unnamed
        if node.command.split is None:
            if len(node.parts) == 1 and declared:
                self._value("The text", declared[0], node.parts[0])
            return
        for position, part in enumerate(node.parts[: len(declared)]):
            self._value(f"Word {position + 1}", declared[position], part)

    def _value(self, what: str, declared: Named | Unnamed, part: Part) -> None:
        """Whether a literal value is one that the argument takes."""
        if not isinstance(part, Text) or _SHORTEST_MACRO in part.value:
            return
        value = trim(part.value)
        types = set(declared.types)
        if declared.enum and types <= {"enum", "bool"}:
            known = {word.lower() for word in declared.enum} | (_BOOLEANS if "bool" in types else set())
            if value and value.lower() not in known:
                meant = " or ".join(similar(value, declared.enum))
                hint = f"Did you mean {meant}?" if meant else f"It takes {', '.join(declared.enum)}."
                self._about(part, "warning", f"{what} cannot be {_short(value)}.", hint)
        elif types == {"bool"} and value and value.lower() not in _BOOLEANS:
            self._about(part, "warning", f"{what} should be on or off, not {_short(value)}.", "")
        elif types == {"number"} and value and read_number(value) is None:
            self._about(part, "warning", f"{what} should be a number, not {_short(value)}.", "")

    def _missing(self, node: CommandNode) -> None:
        given = {argument.name for argument in node.named}
        missing = [f"{known.name}=" for known in node.command.named if known.required and known.name not in given]
        unnamed = node.command.unnamed
        if unnamed and unnamed[0].required and not node.parts and not node.inject:
            missing.append(unnamed[0].summary or "a text")
        if missing:
            message = f"/{node.name} needs {' and '.join(missing)}."
            self._report("warning", message, _arguments_hint(node), node.start, node.start + len(node.name))

    def _late_argument(self, node: CommandNode, number: int) -> None:
        """``name=`` behind the unnamed argument is text (quirk Q14)."""
        part = node.parts[number]
        if number == 0 or not isinstance(part, Text) or part.quoted:
            return
        name, equals, _ = trim(part.value).partition("=")
        if equals and node.command.argument(name) is not None:
            message = f"{name}= stands behind the text of /{node.name} and is taken for text."
            self._about(part, "warning", message, "Named arguments come first.")

    def _variable(self, node: CommandNode) -> None:
        """A variable that nothing in this script declares cannot be there when it is read or set."""
        if node.command.name != "var":
            return
        key = next((argument.value for argument in node.named if argument.name in ("key", "name")), None)
        part = key if key is not None else next(iter(node.parts), None)
        if isinstance(part, Text) and _SHORTEST_MACRO not in part.value:
            name = trim(part.value)
            if name and name not in self._declared and not any(arg.name == "index" for arg in node.named):
                self._unknown_variable(name, part)

    def _unknown_variable(self, name: str, part: Part) -> None:
        meant = " or ".join(similar(name, self._declared))
        hint = f"Did you mean {meant}?" if meant else f"Declare it first: /let {name} value"
        self._about(part, "warning", f"Nothing here declares a variable {_short(name)}.", hint)

    # -- reporting ---------------------------------------------------------------------------------------------------

    def _about(self, part: Part, severity: Severity, message: str, hint: str) -> None:
        source = self._script.source
        start = part.start
        while start < part.end and source[start].isspace():
            start += 1
        self._report(severity, message, hint, start, part.end)

    def _report(self, severity: Severity, message: str, hint: str, start: int, end: int) -> None:
        self._found.append(Problem(message, hint, Span.at(self._script.source, start, end), severity))


def _declared_names(root: ClosureNode, commands: list[CommandNode]) -> Iterator[str]:
    """The names of scoped variables that the script can have: what it lets, imports, or takes as arguments."""
    for closure in closures_in(root):
        yield from (argument.name for argument in closure.declarations)
    for node in commands:
        match node.command.name:
            case "let":
                keys = [arg.value for arg in node.named if arg.name == "key"] or node.parts[:1]
            case "import":
                keys = node.parts
            case _:
                continue
        yield from (word for part in keys if isinstance(part, Text) for word in part.value.split())


def _arguments_hint(node: CommandNode) -> str:
    names = ", ".join(f"{argument.name}=" for argument in node.command.named)
    return f"It takes {names}." if names else f"/help {node.command.name} explains it."


def _short(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:40]}…”"
