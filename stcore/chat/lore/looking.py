"""Looking for the keys of one entry after the other in everything that this entry may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from stcore.chat.lore.hints import Hints
from stcore.chat.lore.matching import Key, Search, Texts, read_key
from stcore.chat.lore.records import Aspect, Entry, Logic
from stcore.chat.lore.scene import Rules, Scanned
from stcore.errors import StcoreError

if TYPE_CHECKING:
    import re

Round = Literal["first", "recursion", "further"]
"""What is looked at: the newest messages; those and what entries added; messages further back."""

_ASPECT_LABELS: dict[Aspect, str] = {
    "persona": "the persona",
    "description": "the character's description",
    "personality": "the character's personality",
    "depth_note": "the character's note",
    "scenario": "the scenario",
    "creator_notes": "the creator's notes",
}
_DECORATOR = "@@"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry joined. ``key`` was found in ``where``, and ``secondary`` are the further keys that were found."""

    kind: Literal["key", "constant", "sticky", "forced"]
    key: str = ""
    where: str = ""
    secondary: tuple[str, ...] = ()

    def why(self) -> str:
        """In words, for people."""
        match self.kind:
            case "key":
                also = f" with {', '.join(f'“{key}”' for key in self.secondary)}" if self.secondary else ""
                return f"“{self.key}” in {self.where}{also}"
            case "constant":
                return "always"
            case "sticky":
                return "still there from an earlier message"
            case "forced":
                return "its text says so"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry made ready: keys with their macros resolved, settings filled in."""

    entry: Entry
    keys: tuple[Key, ...]
    secondary: tuple[Key, ...]
    depth: int
    case: bool
    whole: bool
    content: str
    always: bool = False
    never: bool = False


def prepare(entry: Entry, keys: tuple[Key, ...], rules: Rules, expand: Callable[[str], str]) -> Prepared:
    """``entry`` as the search needs it."""
    content, decorators = entry.content, frozenset[str]()
    if is_decorated(entry):
        content, decorators = _decorated(content)
    return Prepared(
        entry=entry,
        keys=keys,
        secondary=read_keys(entry, entry.secondary, expand),
        depth=rules.depth if entry.scan_depth is None else entry.scan_depth,
        case=rules.case_sensitive if entry.case_sensitive is None else entry.case_sensitive,
        whole=rules.whole_words if entry.whole_words is None else entry.whole_words,
        content=content,
        always="@@activate" in decorators,
        never="@@dont_activate" in decorators,
    )


def read_keys(entry: Entry, texts: Sequence[str], expand: Callable[[str], str]) -> tuple[Key, ...]:
    """Keys of an entry, with their macros resolved."""
    written = [expand(text) if "{" in text or "<" in text else text for text in texts]
    return tuple([key for text in written if (key := read_key(text, regex=entry.regex)).text])


def is_decorated(entry: Entry) -> bool:
    """Whether the text of an entry begins with lines that are told to the engine."""
    return entry.content.startswith(_DECORATOR)


def _decorated(content: str) -> tuple[str, frozenset[str]]:
    """The content without the lines of decorators that it begins with, and their first words."""
    lines = content.splitlines(keepends=True)
    count = next((number for number, line in enumerate(lines) if not line.startswith(_DECORATOR)), len(lines))
    return "".join(lines[count:]), frozenset(line.split()[0] for line in lines[:count])


class Looking:
    """Everything that is looked at, and what was found in it so far."""

    def __init__(self, scanned: Scanned, search: Search, hints: Hints, depth: int) -> None:
        self._scanned, self._search, self._hints = scanned, search, hints
        self._remarks: dict[str, None] = {}
        self._aspects: dict[Aspect, Texts] = {
            aspect: Texts([text], [_ASPECT_LABELS[aspect]]) for aspect, text in scanned.aspects.items() if text
        }
        injected = Texts(scanned.injected, ["a prompt put into the chat"] * len(scanned.injected))
        self._injected = [injected] if scanned.injected else []
        self._added: list[Texts] = []
        self._messages = self._newest(depth)
        self.hinted: set[int] = set(hints.always)
        """Ranks of the entries that are worth a look."""
        for texts in (self._messages, *self._aspects.values(), *self._injected):
            self.hinted |= hints.of(texts)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What went wrong with keys."""
        return tuple(self._remarks)

    @property
    def has_added(self) -> bool:
        """Whether entries added texts in which further entries may be mentioned."""
        return bool(self._added)

    def add(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Look at the texts of entries too, from the next recursion on."""
        if texts:
            self._added.append(Texts(texts, labels))
            self.hinted |= self._hints.of(self._added[-1])

    def reach(self, depth: int) -> None:
        """Make sure that ``depth`` messages can be looked at. Doubles them, so that going on is cheap."""
        if depth > len(self._messages) < len(self._scanned.messages):
            self._messages = self._newest(max(depth, 2 * len(self._messages)))
            self.hinted |= self._hints.of(self._messages)

    def _newest(self, count: int) -> Texts:
        return Texts(self._scanned.messages[:count], self._scanned.labels[:count])

    def reason(self, item: Prepared, extra: int, round_: Round) -> Reason | None:
        """Why the keys of an entry make it join, ``None`` when they do not. ``extra`` messages are looked at too."""
        places = self._places(item, extra, round_)
        for key in item.keys:
            where = self._find(key, item, places)
            if where:
                secondary = tuple(other.text for other in item.secondary if self._find(other, item, places))
                holds = _holds(item.entry.logic, len(secondary), len(item.secondary))
                return Reason("key", key.text, where, secondary) if holds else None
        return None

    def score(self, item: Prepared, extra: int, round_: Round) -> int:
        """How many keys are found; secondary ones count where they are wanted."""
        places = self._places(item, extra, round_)
        primary = sum(bool(self._find(key, item, places)) for key in item.keys)
        secondary = sum(bool(self._find(key, item, places)) for key in item.secondary)
        match item.entry.logic:
            case Logic.AND_ANY:
                return primary + secondary if primary else 0
            case Logic.AND_ALL if secondary == len(item.secondary):
                return primary + secondary if primary else 0
            case _:
                return primary

    def _places(self, item: Prepared, extra: int, round_: Round) -> list[tuple[Texts, int]]:
        """Where an entry looks, with how many of the texts."""
        depth = item.depth + extra if item.entry.scan_depth is None else item.depth
        return [(texts, limit) for texts, limit in self._all_places(item, depth, round_) if limit]

    def _all_places(self, item: Prepared, depth: int, round_: Round) -> Iterator[tuple[Texts, int]]:
        yield self._messages, min(depth, len(self._messages))
        for aspect in item.entry.aspects:
            if texts := self._aspects.get(aspect):
                yield texts, len(texts)
        for texts in (*self._injected, *(self._added if round_ == "recursion" else ())):
            yield texts, len(texts)

    def _find(self, key: Key, item: Prepared, places: Sequence[tuple[Texts, int]]) -> str:
        """What a key is found in, empty when nowhere."""
        for texts, limit in places:
            if key.pattern is None:
                number = texts.find(key, case=item.case, whole=item.whole)
            else:
                number = texts.match(key.pattern, self._patient, limit)
            if number is not None and number < limit:
                return texts.labels[number]
        return ""

    def _patient(self, pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
        """A search that could not be finished finds nothing, and is remarked."""
        try:
            return self._search(pattern, text)
        except StcoreError as error:
            self._remarks[error.message] = None
            return None


def _holds(logic: Logic, found: int, wanted: int) -> bool:
    """Whether the secondary keys allow it: ``found`` of ``wanted`` occur."""
    if not wanted:
        return True
    match logic:
        case Logic.AND_ANY:
            return found > 0
        case Logic.NOT_ALL:
            return found < wanted
        case Logic.NOT_ANY:
            return found == 0
        case Logic.AND_ALL:
            return found == wanted
