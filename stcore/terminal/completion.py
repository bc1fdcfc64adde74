"""Completion of the input line, and the line below it: the command or macro under the caret, and what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from stcore.chat.assist import Signature, load_plugins, macro_at, offers_at, problems_of
from stcore.commands.caret import find_caret
from stcore.commands.registry import Registry
from stcore.terminal.ui import TerminalUi
from stcore.terminal.wording import fitted, width_of

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.macros.checking import Problem

Fragments = list[tuple[str, str]]

_WIDEST_VALUE = 60
"""Cells for what a macro gives now."""


class TypingCompleter(Completer):
    """Offers commands, arguments, values and macros while a line is typed; the choices of a question instead."""

    def __init__(self, session: Session, ui: TerminalUi) -> None:
        self._session, self._ui = session, ui
        self._knows_plugins = False

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Only the asynchronous form is used."""
        return ()

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        if self._ui.question is not None:
            typed = document.text_before_cursor
            for choice in self._ui.question.choices:
                if choice.lower().startswith(typed.lower()):
                    yield Completion(choice, -len(typed))
            return
        text, caret = document.text, document.cursor_position
        if not (text.lstrip().startswith("/") or "{{" in text):
            return
        if not self._knows_plugins:
            await asyncio.to_thread(load_plugins, self._session)
            self._knows_plugins = True
        found = await offers_at(self._session, text, caret)
        if found.end > caret:
            return  # here only what stands before the cursor can be replaced
        for offer in found.offers:
            meaning = f"{shortened(offer.detail)} · {offer.summary}" if offer.detail else offer.summary
            yield Completion(offer.text, found.start - caret, display=offer.label, display_meta=meaning)


class BottomLine:
    """What the line below the input says about the place of the cursor: the command, the macro, or what is wrong."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._about = ("", -1)
        self._macro: Signature | None = None
        self._is_inside = False
        self._problems: Sequence[Problem] = ()

    def say(self, text: str, caret: int, width: int) -> Fragments:
        """The line, cut to ``width`` cells; empty when there is nothing to say. It is asked for at every redraw."""
        if not (text.lstrip().startswith("/") or "{{" in text):
            return []
        if self._about != (text, caret):
            self._look(text, caret)
        if self._macro is not None:
            return macro_line(self._macro, width)
        explained = signature(text, caret, self._session.host.interpreter.registry, width)
        for problem in () if self._is_inside else self._problems:
            if not problem.span.start <= caret <= problem.span.end and (not explained or problem.severity == "error"):
                hint = f" {problem.hint}" if problem.hint else ""
                return [("ansired", fitted(f"{problem.message}{hint}", width))]
        return explained

    def _look(self, text: str, caret: int) -> None:
        self._macro = macro_at(self._session, text, caret) if "{{" in text else None
        # What is being written is not finished, and nothing is wrong with that.
        self._is_inside = text.rfind("{{", 0, caret) > text.rfind("}}", 0, caret)
        if self._about[0] != text:
            self._problems = problems_of(self._session, text) if "{{" in text else ()
        self._about = (text, caret)


def macro_line(macro: Signature, width: int) -> Fragments:
    """A macro: how it is written with the current argument marked, what it gives now, what the argument means."""
    label, current = macro.label, next((entry for entry in macro.arguments if entry.name == macro.current), None)
    marked = f"[{macro.current}]" if current is not None and not current.required else macro.current
    before, mark, behind = label.partition(f"::{marked}") if current is not None else (label, "", "")
    parts: Fragments = [("bold", before), ("bold underline", mark), ("bold", behind)]
    if macro.warning:
        parts.append(("ansired", f" - {macro.warning}"))
    else:
        if macro.preview is not None:
            parts.append(("ansigreen", f" → {shortened(macro.preview) or '(nothing)'}"))
        parts.append(("", f" - {current.summary if current is not None else macro.summary}"))
    return _cut(parts, width)


def _cut(parts: Fragments, width: int) -> Fragments:
    """As much as fits, the last of it shortened."""
    kept: Fragments = []
    for style, words in parts:
        left = width - sum(width_of(part) for _, part in kept)
        if words and left > 1:
            lead = " " if words.startswith(" ") else ""
            kept.append((style, lead + fitted(words, left - len(lead))))
    return kept


def shortened(value: str) -> str:
    """A value on one line."""
    return fitted(" ".join(value.split()), _WIDEST_VALUE)


def signature(text: str, caret: int, registry: Registry, width: int) -> Fragments:
    """The command that the caret is in, its arguments, and what the argument under the caret means."""
    if not text.lstrip().startswith("/"):
        return []
    place = find_caret(text, caret, registry)
    command = place.command
    if command is None or command.name not in registry:
        return []
    current = command.argument(place.argument) if place.argument else None
    meaning = current.summary if current else command.summary
    names = [(f"{argument.name}=", argument.name == place.argument) for argument in command.named]
    names += [
        (f"({unnamed.summary or 'text'})", current is None and place.place == "unnamed") for unnamed in command.unnamed
    ]
    # The arguments around the current one are what matters when there is no room for all.
    room = width - width_of(f"/{place.name}  - {meaning}") - 1
    fragments: Fragments = [("bold", f"/{place.name}")]
    for name, is_current in _around_current(names, room):
        fragments.append(("bold underline" if is_current else "", f" {name}"))
    left = width - sum(width_of(part) for _, part in fragments)
    if left > 8:
        fragments.append(("", f" {fitted(f'- {meaning}', left - 1)}" if meaning else ""))
    return fragments


def _around_current(names: list[tuple[str, bool]], room: int) -> list[tuple[str, bool]]:
    """As many names as fit, the current one always among them."""
    at = next((place for place, (_, current) in enumerate(names) if current), 0)
    first = last = at
    if not names:
        return []
    used = width_of(names[at][0]) + 1
    while True:
        grown = False
        for step in (last + 1, first - 1):
            if 0 <= step < len(names) and not first <= step <= last and used + width_of(names[step][0]) + 1 <= room:
                used += width_of(names[step][0]) + 1
                first, last, grown = min(first, step), max(last, step), True
        if not grown:
            break
    shown = names[first : last + 1]
    return [*([("…", False)] if first else []), *shown, *([("…", False)] if last < len(names) - 1 else [])]
