"""Where the texts of the entries that joined go in a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType

from stcore.chat.lore.engine import Activation
from stcore.chat.lore.records import Position, Role


@dataclass(frozen=True, slots=True)
class AtDepth:
    """A text between the messages: before the last ``depth`` of them (0 = at the end), in the name of ``role``."""

    depth: int
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Slots:
    """The texts by place, each in the order in which it is read: a higher ``order`` comes later.

    ``before`` and ``after`` stand around the character's description, ``note_top`` and ``note_bottom`` around the
    author's note (also when that is empty), ``examples_top`` and ``examples_bottom`` are further blocks of example
    messages. ``outlets`` is what ``{{outlet::name}}`` gives.
    """

    before: str = ""
    after: str = ""
    note_top: str = ""
    note_bottom: str = ""
    at_depth: tuple[AtDepth, ...] = ()
    examples_top: tuple[str, ...] = ()
    examples_bottom: tuple[str, ...] = ()
    outlets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def arrange(joined: Iterable[Activation]) -> Slots:
    """Put each text where its entry wants it; empty ones are left out."""
    found = [activation for activation in joined if activation.text]
    # Of equal orders the one that joined first comes last, where it counts most.
    found.reverse()
    found.sort(key=lambda activation: activation.entry.order)
    by_place: dict[Position, list[Activation]] = {position: [] for position in Position}
    for activation in found:
        by_place[activation.entry.position].append(activation)

    def texts(position: Position) -> tuple[str, ...]:
        return tuple(activation.text for activation in by_place[position])

    def joined_text(position: Position) -> str:
        return "\n".join(texts(position))

    return Slots(
        before=joined_text(Position.BEFORE),
        after=joined_text(Position.AFTER),
        note_top=joined_text(Position.NOTE_TOP),
        note_bottom=joined_text(Position.NOTE_BOTTOM),
        at_depth=_at_depth(by_place[Position.AT_DEPTH]),
        examples_top=texts(Position.EXAMPLES_TOP),
        examples_bottom=texts(Position.EXAMPLES_BOTTOM),
        outlets=MappingProxyType(_outlets(by_place[Position.OUTLET])),
    )


def _at_depth(found: Iterable[Activation]) -> tuple[AtDepth, ...]:
    """One text for each depth and role, the deepest first."""

    def place(activation: Activation) -> tuple[int, str]:
        return -activation.entry.depth, activation.entry.role

    grouped = groupby(sorted(found, key=place), key=lambda activation: (activation.entry.depth, activation.entry.role))
    return tuple(AtDepth(depth, role, "\n".join(item.text for item in items)) for (depth, role), items in grouped)


def _outlets(found: Iterable[Activation]) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for activation in found:
        if activation.entry.outlet:
            texts.setdefault(activation.entry.outlet, []).append(activation.text)
    return {name: "\n".join(parts) for name, parts in texts.items()}
