"""``docs/commands.md`` and searches in the vocabulary, made from the declarations of the commands."""

from __future__ import annotations

from collections.abc import Iterator

from stcore.commands.declaration import Command, Named, Unnamed
from stcore.commands.help import describe_example, describe_type, signature
from stcore.commands.registry import Registry

GROUPS = {
    "flow": "Language and flow",
    "variables": "Variables",
    "math": "Numbers",
    "text": "Text",
    "list-and-json": "Lists and JSON",
    "ui": "The person in front of it",
    "chat": "Chats",
    "messages": "Messages",
    "swipes": "Alternatives of messages",
    "images": "Pictures",
    "characters": "Characters",
    "groups": "Groups",
    "personas": "Personas",
    "world-info": "World info",
    "prompts-and-settings": "Prompts and settings",
    "quick-replies": "Quick replies",
    "api-and-models": "Text models",
    "data-bank-and-files": "Data bank",
    "extensions": "Extensions",
    "media": "Media",
    "debugging": "Debugging",
}
"""The groups in the order of the documentation; others follow by name."""

_OVERVIEW = """\
# Slash commands

This page is made from the declarations of the commands by `make docs`; change those, not it. `/help NAME` shows the
same in a chat, `stcore commands --json` describes the whole vocabulary for programs, commands of plugins included.

A command stands behind a slash, named arguments first: `/echo severity=warning Take care`. A pipe hands what a command
gives to the next one, as its text and as `{{pipe}}`: `/input Your name? | /setvar key=name`. `||` hands nothing on.
`{: ... :}` is a closure, a piece of script that other commands run: `/times 3 {: /echo {{timesIndex}} :}`. Quotes keep
spaces and pipes in an argument, a backslash keeps a sign from being read. `// ... |` and `/* ... *|` are comments.
"""


def documentation(registry: Registry) -> str:
    """The whole page in Markdown."""
    return "\n".join(_page(registry)) + "\n"


def by_group(registry: Registry) -> list[tuple[str, list[Command]]]:
    """The titles of the groups with their commands, in the order of the documentation."""
    commands = sorted(registry, key=lambda command: command.name.lower())
    names = [*GROUPS, *sorted({command.group for command in commands} - set(GROUPS))]
    groups = [
        (GROUPS.get(name, (name or "others").replace("-", " ").capitalize()), [c for c in commands if c.group == name])
        for name in names
    ]
    return [group for group in groups if group[1]]


def search(registry: Registry, words: str) -> list[Command]:
    """The commands in whose names, arguments or help every word occurs; names that match come first."""
    wanted = words.casefold().split()
    found = [
        command for _, group in by_group(registry) for command in group if all(w in _searched(command) for w in wanted)
    ]
    return sorted(found, key=lambda command: not any(w in name for w in wanted for name in command.names))


def _searched(command: Command) -> str:
    arguments = [word for each in command.named for word in (each.name, each.summary, *each.enum)]
    texts = [word for each in command.unnamed for word in (each.summary, *each.enum)]
    return " ".join([*command.names, command.group, command.summary, command.details, *arguments, *texts]).casefold()


def _page(registry: Registry) -> Iterator[str]:
    yield _OVERVIEW
    groups = by_group(registry)
    for title, commands in groups:
        yield f"- {title}: " + ", ".join(f"[{each.name}](#{_anchor(each)})" for each in commands)
    for title, commands in groups:
        yield f"\n## {title}"
        for command in commands:
            yield f'\n### <a id="{_anchor(command)}"></a>/{command.name}\n'
            yield from _entry(command)


def _anchor(command: Command) -> str:
    """Names of signs only (``?``, ``//``) have no anchor of their own making."""
    word = "".join(letter if letter.isalnum() or letter == "-" else f"x{ord(letter):x}" for letter in command.name)
    return f"command-{word}"


def _entry(command: Command) -> Iterator[str]:
    yield command.summary
    if command.function is not None or command.named or command.unnamed:
        yield f"\n    {signature(command)}"
    if command.aliases:
        yield "\nAlso: " + ", ".join(f"`/{alias}`" for alias in command.aliases) + "."
    if command.named or command.unnamed:
        yield ""
        yield from (f"- `{argument.name}=` {_argument(argument)}" for argument in command.named)
        yield from (f"- unnamed: {_argument(argument)}" for argument in command.unnamed)
    if command.returns:
        yield f"\nGives {command.returns}."
    if command.details:
        yield f"\n{command.details}"
    if command.examples:
        yield "\nExamples:\n"
        yield from (describe_example(example) for example in command.examples)


def _argument(argument: Named | Unnamed) -> str:
    return describe_type(argument).replace("|", "\\|")
