"""Help in Markdown, made from the declarations of the commands (spec/stscript.md section 19)."""

from __future__ import annotations

from collections import defaultdict

from stcore.commands.declaration import Command, Example, Named, Unnamed
from stcore.commands.registry import Registry

_OVERVIEW = """\
# Help

- `/help slash` - all commands
- `/help NAME` - one command: its arguments, what it gives, examples
- `/help format` - how messages can be formatted
- `/help hotkeys` - keys of the page and the terminal
- `/help macros` - the `{{macros}}` of messages and scripts

Commands are joined by pipes: `/input Your name? | /setvar key=name`. What a command gives is the next one's text, and
stands in `{{pipe}}`."""

_FORMAT = """\
# Formatting

- `*slanted*`, `**bold**`, `` `code` ``, `~~struck~~`
- `> quotation`, `# heading`, `- list`
- three backticks around lines of code"""

_MACROS = """\
# Macros

- `{{user}}`, `{{char}}` - the names
- `{{pipe}}` - what the last command gave
- `{{var::name}}`, `{{.name}}`, `{{$name}}` - variables of the script, the chat, all chats
- `{{lastMessage}}`, `{{input}}` - the last message, the message box
- `{{time}}`, `{{date}}`, `{{random::a::b}}`, `{{roll::1d6}}` - time and chance
- `{{if condition}}...{{else}}...{{/if}}` - one of two texts
- `{{// note}}`, `{{//}}...{{///}}` - what nobody shall see

`stcore macros` lists all of them, `stcore macros NAME` explains one, `stcore expand TEXT` tries a text; the same is
written in `docs/macros.md`."""

_KEYS = """\
# Keys

On the page, in the message field:

- `Enter` sends, `Shift+Enter` begins a new line; arrow up and down bring back what was sent before
- `/` and `{{` offer commands and macros; `Tab` takes an offer, `Ctrl+Space` asks for offers, `Escape` puts them away
- `F1` explains what the cursor is in, `F8` goes to the next mistake
- `Escape` stops what is being written

While a message is edited `Ctrl+Enter` keeps it and `Escape` does not. Pictures that are open turn with the arrow keys.

In the terminal: `Enter` sends, `Escape` then `Enter` begins a new line, `Ctrl+C` stops, `Tab`
completes, `F2` offers quick replies."""

_TOPICS = {
    "": _OVERVIEW,
    "format": _FORMAT,
    "2": _FORMAT,
    "hotkeys": _KEYS,
    "3": _KEYS,
    "macros": _MACROS,
    "4": _MACROS,
}
_ALL_COMMANDS = frozenset(("slash", "commands", "1"))


def help_text(registry: Registry, topic: str) -> str:
    """The help for a topic, for all commands (``slash``) or for the command of that name."""
    topic = topic.strip().lstrip("/")
    if topic.lower() in _ALL_COMMANDS:
        return list_commands(registry)
    found = registry.find(topic) if topic else None
    if found is not None:
        return describe_command(found)
    if topic.lower() in _TOPICS:
        return _TOPICS[topic.lower()]
    similar = registry.suggest(topic)
    meant = f" Did you mean {' or '.join(f'`/help {name}`' for name in similar)}?" if similar else ""
    return f"There is no command `/{topic}`.{meant}"


def list_commands(registry: Registry) -> str:
    """Every command with its summary, by group."""
    groups: dict[str, list[Command]] = defaultdict(list)
    for command in registry:
        groups[command.group or "others"].append(command)
    sections = []
    for group in sorted(groups):
        lines = [f"- `{signature(command)}` - {command.summary}" for command in groups[group]]
        sections.append(f"## {group}\n\n" + "\n".join(lines))
    return "# Commands\n\n" + "\n\n".join(sections)


def signature(command: Command) -> str:
    """The command on one line: required arguments, optional ones in brackets."""
    words = [f"/{command.name}"]
    for argument in command.named:
        word = f"{argument.name}=..."
        words.append(word if argument.required else f"[{word}]")
    for position in command.unnamed:
        word = position.summary or "text"
        words.append(f"({word})" if position.required else f"[{word}]")
    return " ".join(words)


def describe_command(command: Command) -> str:
    """Everything about one command."""
    parts = [f"# /{command.name}", command.summary]
    if command.aliases:
        parts.append("Also " + ", ".join(f"`/{alias}`" for alias in command.aliases) + ".")
    if command.named:
        parts.append("\n".join(f"- `{argument.name}=` {describe_type(argument)}" for argument in command.named))
    if command.unnamed:
        parts.append("\n".join(f"- {describe_type(position)}" for position in command.unnamed))
    if command.returns:
        parts.append(f"Gives {command.returns}.")
    if command.details:
        parts.append(command.details)
    if command.examples:
        parts.append("## Examples\n\n" + "\n".join(describe_example(example) for example in command.examples))
    return "\n\n".join(parts)


def describe_type(argument: Named | Unnamed) -> str:
    """What an argument is for, what it takes, whether it must be there."""
    kinds = ", ".join(f"`{word}`" for word in argument.enum) or " or ".join(argument.types)
    notes = [kinds]
    if argument.required:
        notes.append("required")
    if argument.default is not None:
        notes.append(f"else {argument.default}")
    if argument.repeatable:
        notes.append("may be repeated")
    return f"{argument.summary or 'text'} ({'; '.join(notes)})"


def describe_example(example: Example) -> str:
    """An example as an entry of a list: the script and what it gives."""
    if example.error:
        outcome = " - fails"
    elif example.pipe is None:
        outcome = ""
    else:
        outcome = f" gives `{example.pipe}`" if example.pipe else " gives nothing"
    note = f" ({example.note})" if example.note else ""
    return f"- `{example.script}`{outcome}{note}"
