"""Closures that a stored script defines, found without running it (spec/stscript.md 17.4)."""

from __future__ import annotations

from stcore.commands.syntax import ClosureNode, CommandNode, Script, Text

_DEFINING = ("let", "var")


def closures_of(script: Script) -> dict[str, ClosureNode]:
    """The closures that ``/let`` and ``/var`` at the top of a script are directly given, by name; the first counts."""
    found: dict[str, ClosureNode] = {}
    for statement in script.root.statements:
        if isinstance(statement, CommandNode) and statement.command.name in _DEFINING:
            name, closure = _definition(statement)
            if closure is not None:
                found.setdefault(name, closure)
    return found


def _definition(node: CommandNode) -> tuple[str, ClosureNode | None]:
    """What the statement names, and the closure it gives it, when it is one that is not run at once."""
    key = next((argument.value for argument in node.named if argument.name == "key"), None)
    name, rest = (key, node.parts) if key is not None else (node.parts[0] if node.parts else None, node.parts[1:])
    if not isinstance(name, Text) or len(rest) != 1:
        return "", None
    closure = rest[0]
    return name.value, closure if isinstance(closure, ClosureNode) and not closure.immediate else None
