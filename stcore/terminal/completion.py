"""Completion and the signature of the command under the caret, both made from the declarations of the commands."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from stcore.commands.caret import find_caret
from stcore.commands.completion import complete
from stcore.commands.registry import Registry
from stcore.commands.services import Services
from stcore.errors import StcoreError
from stcore.terminal.ui import TerminalUi
from stcore.terminal.wording import fitted, width_of

Fragments = list[tuple[str, str]]


class CommandCompleter(Completer):
    """Offers commands, arguments and values while a line that begins with a slash is typed; choices of a question."""

    def __init__(self, registry: Registry, services: Services, ui: TerminalUi) -> None:
        self._registry, self._services, self._ui = registry, services, ui

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
        if not document.text.lstrip().startswith("/"):
            return
        caret = document.cursor_position
        try:
            found = await complete(document.text, caret, self._registry, self._services)
        except StcoreError:
            return  # a list that cannot be had (a source that is off) offers nothing
        for item in found.items:
            yield Completion(item.text, found.start - caret, display=item.label, display_meta=item.summary)


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
