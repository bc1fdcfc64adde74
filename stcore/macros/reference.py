"""``docs/macros.md`` and the help on macros, made from their declarations, and the scene in which examples run."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from stcore.clock import SystemClock
from stcore.macros.definitions import Argument, Macro
from stcore.macros.environment import Card, Chat, Environment, Message, Prompts, State
from stcore.macros.registry import Registry

GROUPS = {
    "names": "Names",
    "character": "Character and persona",
    "chat": "The open chat",
    "variable": "Variables",
    "utility": "Text and conditions",
    "random": "Chance",
    "time": "Time",
    "state": "What the program is doing",
    "prompts": "Prompt templates",
}
"""The groups in the order of the documentation; others follow by name."""

DEPENDS_ON = {
    "pure": "the arguments alone",
    "environment": "names and settings",
    "state": "variables, the chat or the page",
    "clock": "the time",
    "random": "chance",
}


class Lesson(NamedTuple):
    """One row of the overview of the syntax: an example, what it gives, and what it shows."""

    text: str
    result: str
    shows: str


SYNTAX = (
    Lesson("Hello {{user}}!", "Hello Mira!", "A macro without arguments. Capitals in names of macros do not count."),
    Lesson("{{reverse::pan}}", "nap", "Arguments follow after `::`; each further `::` begins another one."),
    Lesson("{{reverse pan}} {{reverse: pan}}", "nap nap", "The old forms, with one argument, the whole rest."),
    Lesson(
        "{{reverse::{{user}}}}", "ariM", "Macros inside arguments run first. What a macro gives is never read again."
    ),
    Lesson("{{reverse}}pan{{/reverse}}", "nap", "A block: what stands between the tags is the last argument."),
    Lesson("{{if 1}}\n  a\n    b\n{{/if}}", "a\n  b", "The content of a block is trimmed, its indentation goes."),
    Lesson("[{{#if 1}} a {{/if}}]", "[ a ]", "The flag `#` keeps the whitespace of a block."),
    Lesson(
        "{{if user}}yes{{else}}no{{/if}}", "yes", "A name of a macro, or `.name`, as condition stands for its value."
    ),
    Lesson("{{if !off}}shown{{/if}}", "shown", "`!` inverts. False are: nothing, `off`, `false`, `0`."),
    Lesson("{{.mood = calm}}{{.mood}}", "calm", "`.` is a variable of the chat, `$` one of all chats."),
    Lesson("{{.n = 4}}{{.n += 3}}{{.n}} {{.n++}}", "7 8", "Operators: `=`, `+=`, `-=`, `++`, `--`."),
    Lesson(
        "{{.name || nobody}} {{.n ?? 1}}", "nobody 1", "`||` and `??` give another value; `||=`, `??=` keep it too."
    ),
    Lesson("{{.n = 9}}{{.n > 3}}", "true", "Comparisons: `==`, `!=`, `<`, `<=`, `>`, `>=`."),
    Lesson("a{{// a note }}b", "ab", "A comment. Macros in it run; a pipe would make it text."),
    Lesson("a{{//}} {{not run}} | {{///}}b", "ab", "A comment as a block; nothing in it runs."),
    Lesson(r"\{\{user\}\}", "{{user}}", "A backslash keeps braces from being read."),
    Lesson("a\n\n{{trim}}\nb", "ab", "`{{trim}}` takes the line breaks around it along."),
    Lesson("<USER> {{time_UTC+2}}", "Mira 4:07 PM", "Old spellings work."),
    Lesson("{{nonsense::{{user}}}}", "{{nonsense::Mira}}", "An unknown name stays, its arguments filled in."),
)

_OVERVIEW = """\
# Macros

This page is made from the declarations of the macros by `make docs`; change those, not it. `stcore macros` shows the
same in a terminal, plugins' macros included; `stcore expand TEXT` runs a text.

The examples run in a small scene: Mira talks to Tobin, who keeps a lighthouse; it is Tuesday, March 5, 2024, 2:07 PM
(UTC). `⏎` stands for a line break.

## Syntax
"""


class StillClock(SystemClock):
    """A clock that stands still at the time of the examples."""

    def now(self) -> datetime:
        return datetime(2024, 3, 5, 14, 7, 9, 45000, tzinfo=UTC)


def example_scene() -> Environment:
    """The environment in which the examples of macros run: the same every time, and new every time."""
    return Environment(
        user="Mira",
        char="Tobin",
        persona="{{user}} sails.",
        card=_CARD,
        original="Write well.",
        chat=Chat(_MESSAGES, hash=1000, first_included=1, first_displayed=0),
        prompts=_PROMPTS,
        state=State(
            input="Hello",
            summary="Mira came in from the storm.",
            model="lantern-7b",
            max_context=8000,
            max_response=512,
            last_generation="normal",
            extensions=frozenset({"weather"}),
            outlets={"places": "The harbour has two piers."},
        ),
        clock=StillClock(),
        random=random.Random(7),
    )


_CARD = Card(
    description="{{char}} keeps the lighthouse.",
    personality="patient",
    scenario="A storm comes up.",
    examples="<START>\n{{char}}: Mind the step.\n<START>\n{{char}}: Tea?",
    greeting="Ahoy, {{user}}!",
    alternate_greetings=("The lamp is lit.",),
    main_prompt="Write as {{char}}.",
    post_history="Stay brief.",
    depth_note="It is late.",
    creator_notes="Made for the harbour.",
    version="1.2",
    image_prefix="grey beard, oilskin",
    image_negative_prefix="hat",
)
_MESSAGES = (
    Message("Ahoy, Mira!", name="Tobin", sent_at="2024-03-05T12:00:00Z"),
    Message("What a night.", is_user=True, name="Mira", sent_at="2024-03-05T12:05:00Z"),
    Message("Come in, the kettle is on.", name="Tobin", sent_at="2024-03-05T12:06:00Z"),
    Message(
        "Is the lamp lit?",
        is_user=True,
        name="Mira",
        sent_at="2024-03-05T14:06:00Z",
        swipes=("Is the lamp lit?", "Is it late?"),
        swipe=0,
    ),
)
_PROMPTS = Prompts(
    instruct={
        "story_string_prefix": "[story]",
        "story_string_suffix": "[/story]",
        "input_sequence": "[user]",
        "input_suffix": "[/user]",
        "output_sequence": "[char]",
        "output_suffix": "[/char]",
        "system_sequence": "[system]",
        "system_suffix": "[/system]",
        "first_output_sequence": "[first char]",
        "last_input_sequence": "[last user]",
        "last_system_sequence": "[last system]",
        "stop_sequence": "[stop]",
        "user_alignment_message": "Go on.",
    },
    instruct_enabled=True,
    system_prompt="Write well.",
    system_prompt_enabled=True,
    example_separator="***",
    chat_start="###",
    reasoning={"prefix": "<think>", "suffix": "</think>", "separator": "---"},
    authors_note="Keep it calm.",
    char_authors_note="Tobin hums.",
    default_authors_note="Be vivid.",
)


# -- documentation ---------------------------------------------------------------------------------------------------


def documentation(registry: Registry) -> str:
    """The whole page in Markdown."""
    return "\n".join(_page(registry)) + "\n"


def by_group(registry: Registry) -> list[tuple[str, list[Macro]]]:
    """The titles of the groups with their macros, in the order of the documentation."""
    macros = list(registry)
    names = [*GROUPS, *sorted({macro.group for macro in macros} - set(GROUPS))]
    groups = [
        (GROUPS.get(name, name.capitalize()), [macro for macro in macros if macro.group == name]) for name in names
    ]
    return [group for group in groups if group[1]]


def describe_macro(registry: Registry, macro: Macro) -> str:
    """One macro in Markdown: what it does and gives, its arguments, other names, examples."""
    return "\n".join(_entry(registry, macro))


def search(registry: Registry, words: str) -> list[Macro]:
    """The macros in whose name, aliases, group or summary every word occurs, in the order of the documentation."""
    wanted = words.casefold().split()
    return [
        macro
        for _, macros in by_group(registry)
        for macro in macros
        if all(word in _searched(registry, macro) for word in wanted)
    ]


def _searched(registry: Registry, macro: Macro) -> str:
    return " ".join([macro.name, *other_names(registry, macro), macro.group, macro.summary]).casefold()


def macro_record(registry: Registry, macro: Macro) -> dict[str, Any]:
    """Everything about a macro as JSON values, for programs."""
    return {
        "name": macro.name,
        "aliases": other_names(registry, macro),
        "signature": macro.signature,
        "group": macro.group,
        "summary": macro.summary,
        "returns": macro.returns,
        "arguments": [
            {
                "name": argument.name,
                "summary": argument.summary,
                "types": list(argument.type_names),
                "optional": argument.optional,
                "default": argument.default,
            }
            for argument in macro.arguments
        ],
        "list": None if macro.rest is None else {"minimum": macro.rest.minimum, "maximum": macro.rest.maximum},
        "depends_on": macro.determinism,
        "effect": macro.effect,
        "plugin": macro.plugin,
        "examples": [list(example) for example in macro.examples],
    }


def other_names(registry: Registry, macro: Macro) -> list[str]:
    """The visible aliases of a macro, those that were given to it later included."""
    names = registry.names()
    return [name for name in names if registry.primary(name) is macro and name.lower() != macro.name.lower()]


def _page(registry: Registry) -> Iterator[str]:
    yield _OVERVIEW
    yield from _table(("written", "gives", ""), [(_code(row.text), _code(row.result), row.shows) for row in SYNTAX])
    for title, macros in by_group(registry):
        yield f"\n## {title}"
        for macro in macros:
            yield f"\n### {macro.name}\n"
            yield from _entry(registry, macro)


def _entry(registry: Registry, macro: Macro) -> Iterator[str]:
    yield f"`{macro.signature}` - {macro.summary}"
    if macro.returns:
        yield f"\nGives: {macro.returns[0].lower()}{macro.returns[1:]}"
    if macro.arguments or macro.rest:
        yield ""
        yield from _table(("argument", "type", ""), _argument_rows(macro))
    facts = [f"Depends on {DEPENDS_ON[macro.determinism]}."]
    if macro.effect:
        facts.append("Changes something.")
    if names := other_names(registry, macro):
        facts.append("Also " + ", ".join(f"`{name}`" for name in names) + ".")
    if macro.plugin:
        facts.append(f"From the plugin {macro.plugin}.")
    yield "\n" + " ".join(facts)
    if macro.examples:
        yield ""
        yield from (f"- {_code(text)} gives {_code(result)}" for text, result in macro.examples)


def _argument_rows(macro: Macro) -> Iterator[tuple[str, str, str]]:
    for argument in macro.arguments:
        yield f"`{argument.name}`", _types(argument), argument.summary
    if macro.rest is not None:
        least, most = macro.rest.minimum, macro.rest.maximum
        count = f"{least} or more" if most is None else f"{least} to {most}"
        yield f"`{macro.rest.name}…`", f"{count} texts", macro.rest.summary


def _types(argument: Argument) -> str:
    kind = "text" if "string" in argument.type_names else " or ".join(argument.type_names)
    if not argument.optional:
        return kind
    return f"{kind}, optional" + (f" ({argument.default})" if argument.default else "")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _code(text: str) -> str:
    """A text as it stands, line breaks made visible."""
    if not text:
        return "nothing"
    text = text.replace("\n", "⏎")
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"
