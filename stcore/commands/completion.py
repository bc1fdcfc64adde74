"""What can be written at the caret of a script, for the page and the terminal (spec/stscript.md section 19).

Works on unfinished text: unclosed quotes and closures, unknown commands, any caret. Everything offered comes from the
declarations of the commands and from the services that are there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from stcore.commands.caret import Anchor, Caret, find_caret
from stcore.commands.declaration import Named, Unnamed
from stcore.commands.help import describe_command
from stcore.commands.registry import Registry
from stcore.commands.services import Services
from stcore.macros.completion import Completion as MacroCompletion, Kind as MacroKind, complete as complete_macro
from stcore.macros.environment import VariableStore
from stcore.macros.matching import Matching, rank_match
from stcore.macros.places import SCRIPT, macros_of
from stcore.macros.registry import Registry as MacroRegistry

Kind = Literal["command", "argument", "closure"] | MacroKind

_BOOLEANS = ("true", "false")
_MOST = 200
_PICTURE_LISTS = frozenset(("sources", "styles", "workflows", "models", "samplers", "schedulers", "vaes", "upscalers"))
_NEEDS_QUOTES = frozenset(' \t\n"|[{')


@dataclass(frozen=True, slots=True)
class Completion:
    """One offer: what is inserted, what is shown, and what it is; ``alias_of`` names the command of an alias.

    ``now`` is a macro call whose result would be worth showing beside it, empty when there is none; ``last`` puts the
    offer behind all others.
    """

    text: str
    label: str
    kind: Kind
    summary: str = ""
    alias_of: str = ""
    now: str = ""
    last: bool = False


@dataclass(frozen=True, slots=True)
class Completions:
    """The offers for ``text[start:end]``, and the command and argument the caret is in.

    ``signature`` is the help of that command in Markdown, empty outside a command. ``macro`` tells of the macro that
    the caret is in, its places counted from the start of the script. Indexes count characters.
    """

    start: int
    end: int
    items: tuple[Completion, ...] = ()
    command: str = ""
    argument: str = ""
    signature: str = ""
    macro: MacroCompletion | None = None


_REST_OF_MACRO = re.compile(r"[A-Za-z0-9_-]*\s*(?:\}\})*", re.ASCII)


async def complete(
    text: str,
    caret: int,
    registry: Registry,
    services: Services,
    *,
    macros: MacroRegistry | None = None,
    matching: Matching = "fuzzy",
    anchor: Anchor | None = None,
) -> Completions:
    """What fits at ``caret`` in ``text``, best first. With ``macros`` they are offered inside braces too.

    Who read the script already gives an ``anchor`` in front of the caret, and only what follows it is read again.
    """
    place = find_caret(text, caret, registry, anchor or Anchor())
    if macros is not None and place.place in ("value", "argument", "unnamed"):
        inside = complete_in_macro(text, caret, place, macros, services)
        if inside is not None:
            return inside
    offers = await _offers(place, registry, services)
    ranked = _ranked(offers, place.typed, matching)
    known = place.command is not None and place.command.name in registry
    return Completions(
        start=place.start,
        end=caret,
        items=tuple(ranked[:_MOST]),
        command=place.name,
        argument=place.argument,
        signature=describe_command(place.command) if place.command is not None and known else "",
    )


def complete_in_macro(
    text: str, caret: int, place: Caret, macros: MacroRegistry, services: Services
) -> Completions | None:
    """The offers inside ``{{``, those that only scripts have included; ``None`` outside of macro braces."""
    start = place.text_start
    if start is None or "{{" not in text[start:caret]:
        return None
    rest = _REST_OF_MACRO.match(text, caret)
    written = text[start : rest.end() if rest is not None else caret]
    environment = services.environment
    local, globals_ = ([name for name, _ in store.items()] for store in (environment.local, environment.globals))
    found = complete_macro(written, caret - start, macros, local=local, globals=globals_, extra=macros_of(SCRIPT))
    if found.where == "text":
        return None
    found = replace(found, start=found.start + start, end=found.end + start)
    if found.macro is not None and found.macro.name == "var" and found.argument == 0:
        scoped = [Completion(name, name, "variable", "variable of this script") for name in place.variables]
        items = _ranked(scoped, text[found.start : caret], "fuzzy")
    else:
        items = [
            Completion(option.insert, option.label, option.kind, option.summary, now=option.now)
            for option in found.options
        ]
    return Completions(found.start, found.end, tuple(items), place.name, macro=found)


async def _offers(place: Caret, registry: Registry, services: Services) -> list[Completion]:
    match place.place:
        case "command":
            return _commands(registry)
        case "closure-name":
            return await _choices("closures", place, registry, services)
        case "value":
            declared = place.command.argument(place.argument) if place.command else None
            return await _values(declared, place, registry, services) if declared else []
        case "argument":
            return _arguments(place) + await _unnamed_values(place, registry, services)
        case "unnamed":
            return await _unnamed_values(place, registry, services)
        case _:
            return []


def _commands(registry: Registry) -> list[Completion]:
    return [
        Completion(
            name,
            f"/{name}",
            "command",
            command.summary,
            "" if name == command.name else command.name,
            last=command.absent,
        )
        for command in registry
        for name in command.names
    ]


def _arguments(place: Caret) -> list[Completion]:
    if place.command is None:
        return []
    return [
        Completion(f"{argument.name}=", f"{argument.name}=", "argument", argument.summary)
        for argument in place.command.named
        if argument.repeatable or argument.name not in place.given
    ]


async def _unnamed_values(place: Caret, registry: Registry, services: Services) -> list[Completion]:
    declared = place.command.unnamed if place.command else ()
    if not declared:
        return []
    position = min(place.position, len(declared) - 1)
    if place.position > position and not declared[-1].repeatable:
        return []
    return await _values(declared[position], place, registry, services)


async def _values(declared: Named | Unnamed, place: Caret, registry: Registry, services: Services) -> list[Completion]:
    words: Sequence[str] = declared.enum
    if not words and declared.types == ("bool",):
        words = _BOOLEANS
    offers = [Completion(_quoted(word), word, "value", declared.summary) for word in words]
    if declared.choices:
        offers += await _choices(declared.choices, place, registry, services)
    return offers


async def _choices(what: str, place: Caret, registry: Registry, services: Services) -> list[Completion]:
    """A running list by its name; what no service knows is empty."""
    scoped = [Completion(_quoted(name), name, "variable", "variable of this script") for name in place.variables]
    match what:
        case "scoped":
            return scoped
        case "closures":
            stored = await services.scripts.names() if services.scripts is not None else ()
            return scoped + [Completion(_quoted(name), name, "closure", "quick reply") for name in stored]
        case "stored scripts":
            found = await services.scripts.names() if services.scripts is not None else ()
        case "reply positions":
            listed = await services.scripts.listed() if services.scripts is not None else ()
            return [Completion(str(place), str(place), "value", name) for place, name in enumerate(listed)]
        case "reply sets" | "replies":
            found = await _replies(what, services)
        case "variables":
            local = _stored(services.environment.local, "variable of the chat")
            return scoped + local + _stored(services.environment.globals, "global variable")
        case "commands":
            return [Completion(command.name, command.name, "command", command.summary) for command in registry]
        case "messages" | "senders":
            return await _from_chat(what, services)
        case _ if what in _PICTURE_LISTS:
            found = await _pictures(what, services)
        case _:
            found = await services.choices(what) if services.choices is not None else ()
    return [Completion(_quoted(name), name, "value", what) for name in found]


async def _pictures(what: str, services: Services) -> Sequence[str]:
    return await services.images.choices(what) if services.images is not None else ()


async def _replies(what: str, services: Services) -> Sequence[str]:
    """The sets of quick replies, or the labels of all of them."""
    if services.replies is None:
        return ()
    if what == "reply sets":
        return await services.replies.sets()
    return list(dict.fromkeys(await services.replies.labels(None)))


def _stored(store: VariableStore, summary: str) -> list[Completion]:
    return [Completion(_quoted(name), name, "variable", summary) for name, _ in store.items()]


async def _from_chat(what: str, services: Services) -> list[Completion]:
    if services.chat is None:
        return []
    messages = await services.chat.messages()
    if what == "senders":
        names = dict.fromkeys(message.name for message in messages)
        return [Completion(_quoted(name), name, "value", "sender") for name in names]
    numbered = list(enumerate(messages))[-_MOST:]
    return [
        Completion(str(number), str(number), "value", f"{message.name}: {message.text[:60]}")
        for number, message in reversed(numbered)
    ]


def _quoted(text: str) -> str:
    """A value as it is inserted: in quotes when it has blanks or begins like something else."""
    if text and not _NEEDS_QUOTES.intersection(text):
        return text
    return '"' + text.replace('"', '\\"') + '"'


# -- ranking ---------------------------------------------------------------------------------------------------------


def _ranked(offers: Iterable[Completion], typed: str, matching: Matching) -> list[Completion]:
    """The offers that fit what was typed, best first; of a command only its best fitting name."""
    wanted = typed.lower().rstrip("=")
    scored = []
    for offer in offers:
        rank = rank_match(wanted, offer.label.lower().lstrip("/").rstrip("="), matching)
        if rank is not None:
            scored.append((offer.last, *rank, offer.alias_of != "", offer.label.lower(), offer))
    # Without a letter typed offers stay in their order.
    scored.sort(key=lambda entry: entry[:-1] if wanted else entry[:1])
    ranked, listed = [], set()
    for *_, offer in scored:
        key = (offer.kind, offer.alias_of or offer.text)
        if key not in listed:
            listed.add(key)
            ranked.append(offer)
    return ranked
