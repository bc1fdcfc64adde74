"""Help with a text while it is typed: what fits, what it means and gives now, what is wrong. For every face.

The languages know the text; this adds the chat it is typed in: its variables, names, lists, and values of this moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from stcore.errors import StcoreError
from stcore.macros.checking import Problem, check
from stcore.macros.completion import OPERATOR_HELP, Completion as MacroCompletion, complete as complete_macro
from stcore.macros.places import MESSAGE, SCRIPT, macros_of
from stcore.macros.preview import preview_call, values_now

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.commands import Command, Named, Unnamed
    from stcore.commands.caret import Anchor
    from stcore.commands.checking import Reading
    from stcore.commands.completion import Completions
    from stcore.macros import Argument, Macro, Registry

PATIENCE = 2.0
"""Seconds to wait for the lists of a source."""

SCRIPT_PLACES = frozenset((SCRIPT, "quick-reply"))


@dataclass(frozen=True, slots=True)
class Offer:
    """What to write in place of ``text[start:end]``; ``detail`` is what it gives now, as far as that is known."""

    text: str
    label: str
    kind: str
    detail: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ArgumentHelp:
    """An argument of a command or macro; ``enum`` are values to choose from, of a macro only examples."""

    name: str
    type: str
    summary: str
    enum: tuple[str, ...] = ()
    default: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """The command, macro or shorthand at the cursor.

    ``current`` is the name of the argument the cursor is in, ``preview`` what the macro gives now (``None`` when that
    cannot be said), ``warning`` what is the matter with what was typed so far.
    """

    kind: Literal["command", "macro"]
    name: str
    label: str
    summary: str
    arguments: tuple[ArgumentHelp, ...] = ()
    current: str = ""
    preview: str | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """Everything about a cursor in a text. Places count characters."""

    start: int
    end: int
    offers: tuple[Offer, ...] = ()
    signature: Signature | None = None
    problems: tuple[Problem, ...] = ()


def is_script(text: str, place: str | None) -> bool:
    """Whether ``text`` is a script where it stands; ``None`` is the line of input, which a slash makes one."""
    return place in SCRIPT_PLACES or (place is None and text.lstrip().startswith("/"))


async def explain(session: Session, text: str, cursor: int, place: str | None = None) -> Help:
    """Help for ``cursor`` (a character offset) in ``text``; never raises for what the text contains.

    ``place`` tells where the text stands (see :mod:`stcore.macros.places`); ``None`` is the line of input.
    """
    await asyncio.to_thread(load_plugins, session)
    if is_script(text, place):
        return await _explain_script(session, text, cursor)
    return await asyncio.to_thread(_explain_text, session, text, cursor, place or MESSAGE)


async def offers_at(session: Session, text: str, cursor: int) -> Help:
    """Only what fits, for a line of input, on the event loop: a line is short, and Tab comes soon."""
    if not is_script(text, None):
        found = complete_text(session, text, cursor, MESSAGE)
        return Help(found.start, found.end, _text_offers(session, found))
    offered = await _script_completions(session, text, cursor)
    return Help(offered.start, offered.end, _script_offers(session, offered))


def problems_of(session: Session, text: str, place: str | None = None) -> list[Problem]:
    """What is wrong with a text, without a cursor. Blocking: plugins may be loaded."""
    if is_script(text, place):
        from stcore.commands.checking import Reading

        return Reading(text, session.host.interpreter).problems()
    registry = session.host.macros.registry
    return list(_check(text, registry, registry.version, place or MESSAGE))


@lru_cache(8)
def _check(text: str, registry: Registry, _version: int, place: str) -> tuple[Problem, ...]:
    """Remembered for a moment: the cursor moves more often than the text changes."""
    return tuple(check(text, registry, extra=macros_of(place)))


def load_plugins(session: Session) -> None:
    """Let the languages know the words of plugins. Blocking the first time."""
    session.host.macros.registry.resolve("")  # a name that nobody knows makes the host ask its plugins for theirs


# -- texts -----------------------------------------------------------------------------------------------------------


def _explain_text(session: Session, text: str, cursor: int, place: str) -> Help:
    problems = tuple(problems_of(session, text, place))
    extra = macros_of(place)
    found = complete_text(session, text, cursor, place)
    signature = macro_signature(session, found, text, cursor, extra)
    return Help(found.start, found.end, _text_offers(session, found), signature, problems)


def _text_offers(session: Session, found: MacroCompletion) -> tuple[Offer, ...]:
    now = values_now((option.now for option in found.options if option.now), session.host.macros, session.environment)
    return tuple(
        Offer(option.insert, option.label, option.kind, now.get(option.now, ""), option.summary)
        for option in found.options
    )


def complete_text(session: Session, text: str, cursor: int, place: str) -> MacroCompletion:
    """What fits in a text that is no script."""
    environment = session.environment
    return complete_macro(
        text,
        cursor,
        session.host.macros.registry,
        local=[name for name, _ in environment.local.items()],
        globals=[name for name, _ in environment.globals.items()],
        extra=macros_of(place),
    )


def macro_signature(
    session: Session, found: MacroCompletion, text: str, cursor: int, extra: Mapping[str, Macro]
) -> Signature | None:
    """The macro or shorthand at ``cursor`` in ``text``, whose macros are resolved together."""
    macro, current = found.macro, found.current
    now = None
    if found.where != "text" and (macro is not None or found.variable):
        now = preview_call(text, cursor, session.host.macros, session.environment, extra=extra)
    if found.variable:
        value = " value" if found.operator and found.operator not in ("++", "--") else ""
        label = f"{{{{{found.variable}{' ' if value else ''}{found.operator}{value}}}}}"
        return Signature("macro", found.variable, label, OPERATOR_HELP[found.operator], preview=now)
    if macro is None:
        return None
    return Signature(
        "macro",
        macro.name,
        macro.signature,
        macro.summary,
        macro_arguments(macro),
        current.name if current is not None else "",
        now,
        found.warning,
    )


def macro_arguments(macro: Macro) -> tuple[ArgumentHelp, ...]:
    """The arguments of a macro, its list part included."""
    arguments = [_macro_argument(argument) for argument in macro.arguments]
    if macro.rest is not None:
        arguments.append(ArgumentHelp(macro.rest.name, "string", macro.rest.summary, required=macro.rest.minimum > 0))
    return tuple(arguments)


def _macro_argument(argument: Argument) -> ArgumentHelp:
    samples = tuple(dict.fromkeys(filter(None, (argument.sample, *argument.samples))))
    types = " or ".join(argument.type_names)
    return ArgumentHelp(
        argument.name, types, argument.summary, samples, argument.default or None, not argument.optional
    )


def macro_at(session: Session, text: str, cursor: int, place: str | None = None) -> Signature | None:
    """The macro or shorthand at ``cursor``, in a script too; at once, without offers and problems."""
    if not is_script(text, place):
        place = place or MESSAGE
        return macro_signature(session, complete_text(session, text, cursor, place), text, cursor, macros_of(place))
    from stcore.commands.caret import find_caret
    from stcore.commands.completion import complete_in_macro

    host = session.host
    caret = find_caret(text, cursor, host.interpreter.registry)
    found = complete_in_macro(text, cursor, caret, host.macros.registry, session.services)
    if found is None or found.macro is None or caret.text_start is None:
        return None
    written = text[caret.text_start :]
    return macro_signature(session, found.macro, written, cursor - caret.text_start, macros_of(SCRIPT))


# -- scripts ---------------------------------------------------------------------------------------------------------


async def _explain_script(session: Session, text: str, cursor: int) -> Help:
    from stcore.commands.checking import Reading

    reading = await asyncio.to_thread(Reading, text, session.host.interpreter)
    found = await _script_completions(session, text, cursor, reading.anchor(cursor))
    return await asyncio.to_thread(_script_help, session, found, reading, cursor)


async def _script_completions(session: Session, text: str, cursor: int, anchor: Anchor | None = None) -> Completions:
    from stcore.commands.completion import complete as complete_script

    host, services = session.host, session.services
    commands, macros = host.interpreter.registry, host.macros.registry
    try:
        async with asyncio.timeout(PATIENCE):
            return await complete_script(text, cursor, commands, services, macros=macros, anchor=anchor)
    except (TimeoutError, StcoreError):
        # The source is away; everything else can be offered all the same.
        services = replace(services, images=None)
        return await complete_script(text, cursor, commands, services, macros=macros, anchor=anchor)


def _script_help(session: Session, found: Completions, reading: Reading, cursor: int) -> Help:
    host, text = session.host, reading.text
    signature = None
    if found.macro is not None:
        start, end = reading.argument_at(cursor) or (0, len(text))
        signature = macro_signature(session, found.macro, text[start:end], cursor - start, macros_of(SCRIPT))
    elif found.command and (command := host.interpreter.registry.find(found.command)) is not None:
        signature = _command_signature(command, found.argument)
    return Help(found.start, found.end, _script_offers(session, found), signature, tuple(reading.problems()))


def _script_offers(session: Session, found: Completions) -> tuple[Offer, ...]:
    now = values_now((item.now for item in found.items if item.now), session.host.macros, session.environment)
    return tuple(Offer(item.text, item.label, item.kind, now.get(item.now, ""), item.summary) for item in found.items)


def _command_signature(command: Command, current: str) -> Signature:
    from stcore.commands.help import signature

    declared: list[Named | Unnamed] = [*command.named, *command.unnamed]
    arguments = tuple(map(_command_argument, declared))
    return Signature("command", command.name, signature(command), command.summary, arguments, current)


def _command_argument(argument: Named | Unnamed) -> ArgumentHelp:
    return ArgumentHelp(
        getattr(argument, "name", ""),
        " or ".join(argument.types),
        argument.summary,
        tuple(argument.enum),
        argument.default,
        argument.required,
    )
