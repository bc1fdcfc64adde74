"""Effects that last: an entry stays (sticky) or rests (cooldown) for a number of messages after it joined.

Times are counts of visible messages of the chat. The state is a value that is kept with the chat, in the form in
which it also travels in chat files::

    {"sticky": {"Book.3": {"start": 12, "end": 16, "protected": false}}, "cooldown": {...}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from stcore.chat.lore.records import Entry

Kind = Literal["sticky", "cooldown"]
KINDS: tuple[Kind, ...] = ("sticky", "cooldown")


@dataclass(frozen=True, slots=True)
class Effect:
    """Runs from message ``start`` until there are ``end``. Without ``protected`` it ends when the chat gets no longer:
    whoever deletes or rewrites the message that brought the entry takes the effect back too."""

    start: int
    end: int
    protected: bool = False


@dataclass(frozen=True, slots=True)
class TimedState:
    """The effects of one chat, by kind and by the id of the entry."""

    sticky: Mapping[str, Effect] = field(default_factory=dict)
    cooldown: Mapping[str, Effect] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Any) -> TimedState:
        """What was stored; anything that cannot be read is left out."""
        kinds = data if isinstance(data, Mapping) else {}
        return cls(_effects(kinds.get("sticky")), _effects(kinds.get("cooldown")))

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {kind: {name: asdict(effect) for name, effect in self.of(kind).items()} for kind in KINDS}

    def of(self, kind: Kind) -> Mapping[str, Effect]:
        """The effects of one kind."""
        return self.sticky if kind == "sticky" else self.cooldown

    def left(self, kind: Kind, entry: str, length: int) -> int:
        """For how many more messages an effect runs, 0 when it does not; ``length`` messages are there now."""
        effect = self.of(kind).get(entry)
        return max(0, effect.end - length) if effect else 0

    def switched(self, kind: Kind, entry: Entry, length: int, *, on: bool) -> TimedState:
        """The state after somebody turned an effect on or off by hand. On lasts as long as the entry says."""
        effects = dict(self.of(kind))
        effects.pop(entry.id, None)
        if on and duration(entry, kind):
            effects[entry.id] = Effect(length, length + duration(entry, kind), protected=True)
        return self._with(kind, effects)

    def advanced(self, entries: Iterable[Entry], length: int) -> TimedState:
        """What still runs when the chat has ``length`` messages. An entry that was sticky now rests, if it has to."""
        known = {entry.id: entry for entry in entries}
        sticky, ended = _running(self.sticky, known, "sticky", length)
        cooldown, _ = _running(self.cooldown, known, "cooldown", length)
        for name in ended:
            if rest := known[name].cooldown:
                cooldown[name] = Effect(length, length + rest, protected=True)
        return TimedState(sticky, cooldown)

    def begun(self, joined: Iterable[Entry], length: int) -> TimedState:
        """The state after entries joined: their effects begin unless they run already."""
        kinds = {kind: dict(self.of(kind)) for kind in KINDS}
        for entry in joined:
            for kind in KINDS:
                if lasts := duration(entry, kind):
                    kinds[kind].setdefault(entry.id, Effect(length, length + lasts))
        return TimedState(kinds["sticky"], kinds["cooldown"])

    def _with(self, kind: Kind, effects: Mapping[str, Effect]) -> TimedState:
        return TimedState(effects, self.cooldown) if kind == "sticky" else TimedState(self.sticky, effects)


def duration(entry: Entry, kind: Kind) -> int:
    """For how many messages an effect of an entry lasts, 0 when it has none."""
    return entry.sticky if kind == "sticky" else entry.cooldown


def _running(
    effects: Mapping[str, Effect], known: Mapping[str, Entry], kind: Kind, length: int
) -> tuple[dict[str, Effect], list[str]]:
    """The effects that still run, and the entries whose effect came to its end by itself."""
    running: dict[str, Effect] = {}
    ended = []
    for name, effect in effects.items():
        entry = known.get(name)
        taken_back = length <= effect.start and not effect.protected
        if taken_back or (entry is not None and not duration(entry, kind)):
            continue
        if length < effect.end:
            running[name] = effect
        elif entry is not None:
            ended.append(name)
    return running, ended


def _effects(data: Any) -> dict[str, Effect]:
    found = {}
    for name, values in (data if isinstance(data, Mapping) else {}).items():
        if isinstance(values, Mapping):
            start, end = values.get("start"), values.get("end")
            if isinstance(start, int) and isinstance(end, int):
                found[str(name)] = Effect(start, end, bool(values.get("protected")))
    return found
