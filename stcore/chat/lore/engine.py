"""Which entries join a prompt: a pure function of the entries, the texts that are looked at, and a random number.

:func:`activate` looks through the texts in rounds. In the first, keys are looked for in the newest messages; entries
that join are texts themselves, in which the next round looks (recursion); and where too few joined, further messages
are looked at. Each entry that joins says why, each that was kept out although it was meant says why not.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from stcore.chat.lore import groups
from stcore.chat.lore.hints import Hints
from stcore.chat.lore.looking import Looking, Prepared, Reason, Round, is_decorated, prepare, read_keys
from stcore.chat.lore.matching import Search
from stcore.chat.lore.records import Entry
from stcore.chat.lore.scene import Rules, Scanned, Speaker, Trigger
from stcore.chat.lore.timed import TimedState

Expand = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Activation:
    """An entry that joined, its finished text, and why."""

    entry: Entry
    text: str
    tokens: int
    reason: Reason

    def to_dict(self) -> dict[str, Any]:
        return {**_named(self.entry), "text": self.text, "tokens": self.tokens, "why": self.reason.why()}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that would have joined, and why it did not."""

    entry: Entry
    why: str

    def to_dict(self) -> dict[str, Any]:
        return {**_named(self.entry), "why": self.why}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. ``timed`` is the state to keep; ``remarks`` tell of keys that could not be used."""

    joined: tuple[Activation, ...] = ()
    refused: tuple[Refusal, ...] = ()
    timed: TimedState = field(default_factory=TimedState)
    overflowed: bool = False
    remarks: tuple[str, ...] = ()


def activate(
    entries: Sequence[Entry],
    scanned: Scanned,
    rules: Rules,
    *,
    expand: Expand,
    count_tokens: Callable[[str], int],
    search: Search,
    rng: random.Random,
    timed: TimedState | None = None,
    speaker: Speaker | None = None,
    trigger: Trigger = "normal",
) -> Outcome:
    """Decide which of ``entries`` join; where the budget is short, those that stand first have the better chance.

    ``expand`` resolves the macros of keys and contents, ``search`` looks for an expression, ``trigger`` is the kind of
    generation. The same arguments with the same state of ``rng`` give the same outcome. Never raises of its own.
    """
    entries = list({entry.id: entry for entry in reversed(entries)}.values())[::-1]
    state = (timed or TimedState()).advanced(entries, scanned.length)
    speaker = speaker or Speaker()
    meant = [entry for entry in entries if _is_meant(entry, speaker, trigger)]
    scan = _Scan(meant, scanned, rules, state, expand, count_tokens, search, rng)
    scan.run()
    return Outcome(
        tuple(scan.joined),
        tuple(scan.refused.values()),
        state.begun((activation.entry for activation in scan.joined), scanned.length),
        scan.overflowed,
        scan.looking.remarks,
    )


def _is_meant(entry: Entry, speaker: Speaker, trigger: Trigger) -> bool:
    """Whether an entry counts at all in this prompt."""
    if entry.disabled or (entry.triggers and trigger not in entry.triggers):
        return False
    wanted = entry.filter
    if not wanted.names and not wanted.tags:
        return True
    lists = ((wanted.names, speaker.names), (wanted.tags, speaker.tags))
    return all(bool(_folded(listed) & _folded(own)) is not wanted.excludes for listed, own in lists if listed)


def _folded(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _named(entry: Entry) -> dict[str, Any]:
    return {"book": entry.book, "uid": entry.uid, "title": entry.title, "position": entry.position.name.lower()}


class _Scan:
    """One activation under way."""

    def __init__(
        self,
        entries: Sequence[Entry],
        scanned: Scanned,
        rules: Rules,
        timed: TimedState,
        expand: Expand,
        count_tokens: Callable[[str], int],
        search: Search,
        rng: random.Random,
    ) -> None:
        self._rules, self._expand, self._count, self._rng = rules, expand, count_tokens, rng
        self._sticky = frozenset(name for name in timed.sticky if timed.left("sticky", name, scanned.length))
        resting = frozenset(name for name in timed.cooldown if timed.left("cooldown", name, scanned.length))
        ready = [e for e in entries if e.delay <= scanned.length and (e.id not in resting or e.id in self._sticky)]
        self._ready, self._items = ready, dict[int, Prepared]()
        self._keys = [read_keys(entry, entry.keys, expand) for entry in ready]
        hints = Hints()
        for rank, (entry, keys) in enumerate(zip(ready, self._keys, strict=True)):
            if entry.constant or entry.id in self._sticky or is_decorated(entry):
                hints.always.add(rank)
            else:
                hints.add(rank, keys)
        reach = max((rules.depth if entry.scan_depth is None else entry.scan_depth for entry in ready), default=0)
        self.looking = Looking(scanned, search, hints, reach)
        self._levels = sorted({entry.delay_until_recursion for entry in ready if entry.delay_until_recursion})
        # The first level takes part in any recursion; each further one gets a round of its own when all else is done.
        self._level = self._levels.pop(0) if self._levels else 0
        self._extra = 0
        self._used = 0
        self._most = min(rules.max_depth or len(scanned.messages), len(scanned.messages))
        self.overflowed = False
        self.joined: list[Activation] = []
        self.refused: dict[str, Refusal] = {}

    def run(self) -> None:
        round_: Round | None = "first"
        done = 0
        while round_ and not (self._rules.max_rounds and done >= self._rules.max_rounds):
            done += 1
            before = len(self.joined)
            self._admit(self._candidates(round_))
            told = [item for item in self.joined[before:] if not item.entry.prevent_recursion]
            self.looking.add([item.text for item in told], [f"the entry “{item.entry.title}”" for item in told])
            round_ = self._following(round_, grew=bool(told))

    def _following(self, round_: Round, *, grew: bool) -> Round | None:
        """What to look at next; ``None`` when it is enough."""
        rules = self._rules
        if rules.recursive and not self.overflowed and (grew or (round_ == "further" and self.looking.has_added)):
            return "recursion"
        if not self.overflowed and len(self.joined) < rules.min_activations and rules.depth + self._extra < self._most:
            self._extra += 1
            self.looking.reach(rules.depth + self._extra)
            return "further"
        if rules.recursive and self._levels:
            self._level = self._levels.pop(0)
            return "recursion"
        return None

    # -- who could join ----------------------------------------------------------------------------------------------

    def _candidates(self, round_: Round) -> list[tuple[Prepared, Reason]]:
        """Those of the open entries that have a reason, in the order in which they may use the budget."""
        closed = {activation.entry.id for activation in self.joined} | self.refused.keys()
        found = []
        for rank in sorted(self.looking.hinted):
            item = self._item(rank)
            if item.entry.id in closed or not self._may(item.entry, round_):
                continue
            reason = self._reason(item, round_)
            if reason is not None:
                found.append((item, reason))
        found.sort(key=lambda pair: (pair[0].entry.id not in self._sticky, not pair[0].entry.constant))
        return list(self._without_rivals(found, round_))

    def _item(self, rank: int) -> Prepared:
        """The entry of a rank, made ready when it is first looked at."""
        item = self._items.get(rank)
        if item is None:
            item = self._items[rank] = prepare(self._ready[rank], self._keys[rank], self._rules, self._expand)
        return item

    def _may(self, entry: Entry, round_: Round) -> bool:
        if entry.id in self._sticky:
            return True
        if entry.delay_until_recursion:
            return round_ == "recursion" and entry.delay_until_recursion <= self._level
        return not (entry.exclude_recursion and round_ == "recursion")

    def _reason(self, item: Prepared, round_: Round) -> Reason | None:
        if item.never:
            return None
        if item.always:
            return Reason("forced")
        if item.entry.constant:
            return Reason("constant")
        if item.entry.id in self._sticky:
            return Reason("sticky")
        return self.looking.reason(item, self._extra, round_)

    def _without_rivals(
        self, found: Sequence[tuple[Prepared, Reason]], round_: Round
    ) -> Iterator[tuple[Prepared, Reason]]:
        if not any(item.entry.groups for item, _ in found):
            yield from found
            return
        items = {item.entry.id: item for item, _ in found}
        chosen = groups.choose(
            [item.entry for item, _ in found],
            [activation.entry for activation in self.joined],
            sticky=lambda entry: entry.id in self._sticky,
            score=lambda entry: self.looking.score(items[entry.id], self._extra, round_),
            scoring=self._rules.group_scoring,
            rng=self._rng,
            refuse=self._refuse,
        )
        staying = {entry.id for entry in chosen}
        yield from (pair for pair in found if pair[0].entry.id in staying)

    # -- who joins ---------------------------------------------------------------------------------------------------

    def _admit(self, candidates: Sequence[tuple[Prepared, Reason]]) -> None:
        for item, reason in candidates:
            entry = item.entry
            if self._is_unlucky(entry):
                self._refuse(entry, f"by chance ({entry.probability:g} %)")
                continue
            if self.overflowed and not entry.ignore_budget:
                self._refuse(entry, "the budget is used up")
                continue
            text = self._expand(item.content)
            tokens = self._count(text)
            if not entry.ignore_budget and self._used + tokens > self._rules.budget:
                self.overflowed = True
                self._refuse(entry, f"its {tokens} tokens do not fit into the budget of {self._rules.budget}")
                continue
            self._used += tokens
            self.joined.append(Activation(entry, text, tokens, reason))

    def _is_unlucky(self, entry: Entry) -> bool:
        if entry.probability >= 100 or entry.id in self._sticky:
            return False
        return self._rng.random() * 100 >= entry.probability

    def _refuse(self, entry: Entry, why: str) -> None:
        self.refused[entry.id] = Refusal(entry, why)
