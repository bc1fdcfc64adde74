"""From a chat to the messages that a text model receives. Pure: everything it needs is passed in.

The order of a prompt (spec/command-semantics.md section 14): texts injected before, the main prompt, texts injected
after it, the character, the history with what is injected between its messages, instructions behind it. Each piece
is a :class:`Part` that knows where it comes from; parts that follow each other in one message are *glued*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from stcore.text.entries import DEFAULT_ENTRIES, EXAMPLES, HISTORY, MAIN, ROLES, Entry, Role
from stcore.text.model import ChatMessage
from stcore.text.tokens import estimate_tokens

CONTEXT_TOKENS = 8000
PICTURE_TOKENS = 800
MESSAGE_TOKENS = 4
"""What a message costs beside its words: its role and its borders."""

_START = re.compile(r"^<START>\s*$", re.IGNORECASE | re.MULTILINE)

Position = Literal["before", "after", "chat"]


class Spoken(Protocol):
    """A message of the chat, as far as a prompt looks at it (``stcore.chat.records.Message`` is one)."""

    @property
    def id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def position(self) -> int: ...


Pictures = Mapping[str, Sequence[tuple[str, bytes]]]
"""(mime, bytes) of the pictures a model shall see, by id of the message."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A text that goes to a place of its own: around the main prompt, or ``depth`` messages from the end.

    Those of one place and role are joined by line breaks in the order in which they are given.
    """

    source: str
    label: str
    text: str
    position: Position = "chat"
    depth: int = 4
    role: Role = "system"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a prompt. ``source`` says where it comes from: ``main``, ``history``, ``injection:mood``, ``note``.

    ``glue`` joins it to the part before it; without it begins a message of its own. ``position`` is that of the
    message in the chat which it is.
    """

    source: str
    label: str
    role: Role
    text: str
    name: str = ""
    glue: str = ""
    position: int | None = None
    images: tuple[tuple[str, bytes], ...] = ()

    @property
    def tokens(self) -> int:
        """About what it costs."""
        return estimate_tokens(self.text) + PICTURE_TOKENS * len(self.images) + (0 if self.glue else MESSAGE_TOKENS)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, ready to be sent. ``budget`` are the tokens it was made for; ``prefill`` begins the reply;
    ``examples_left_out`` example dialogues had no room in it."""

    parts: tuple[Part, ...]
    budget: int = CONTEXT_TOKENS
    prefill: str = ""
    prefill_name: str = ""
    examples_left_out: int = 0

    @property
    def tokens(self) -> int:
        return sum(part.tokens for part in self.parts)

    @property
    def first_included(self) -> int | None:
        """The position of the oldest message of the chat that is in it."""
        return next((part.position for part in self.parts if part.position is not None), None)

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """What the model receives, the beginning of its reply last."""
        opening = (ChatMessage("assistant", self.prefill, self.prefill_name),) if self.prefill else ()
        return (*self.spoken, *opening)

    @property
    def spoken(self) -> tuple[ChatMessage, ...]:
        """The messages without the beginning of the reply."""
        made: list[ChatMessage] = []
        for part in self.parts:
            if part.glue and made and made[-1].role == part.role:
                text = f"{made[-1].content}{part.glue}{part.text}"
                made[-1] = ChatMessage(part.role, text, made[-1].name, made[-1].images)
            else:
                made.append(ChatMessage(part.role, part.text, part.name, part.images))
        return tuple(made)


@dataclass(frozen=True, slots=True)
class Recipe:
    """All of a prompt but the history. Texts in ``slots`` (by identifier of an entry), ``inserts`` and ``closing`` are
    ready; ``expand`` runs the macros of what the entries add.

    ``examples`` are the card's dialogues, which give way to the history where there is not enough room for both.
    ``closing`` goes behind everything, each a system message. With ``named`` every message carries its speaker.
    """

    user: str = "User"
    char: str = "Assistant"
    entries: Sequence[Entry] = DEFAULT_ENTRIES
    slots: Mapping[str, str] = field(default_factory=dict)
    examples: str = ""
    inserts: Sequence[Insert] = ()
    closing: Sequence[Insert] = ()
    prefill: str = ""
    budget: int = CONTEXT_TOKENS
    expand: Callable[[str], str] = str
    pictures: Pictures = field(default_factory=dict)
    named: bool = False


def assemble(recipe: Recipe, history: Sequence[Spoken]) -> Prompt:
    """The prompt for the next words of ``recipe.char``.

    The newest messages of ``history`` (oldest first) that fit are kept, always at least the last. Hidden and empty
    messages are left out.
    """
    head, tail = _frames(recipe)
    between = _between(recipe)
    closing = [Part(one.source, one.label, one.role, one.text) for one in recipe.closing if one.text.strip()]
    left = recipe.budget - sum(part.tokens for part in (*head, *tail, *closing))
    left -= sum(part.tokens for parts in between.values() for part in parts) + estimate_tokens(recipe.prefill)
    kept, left = _newest(recipe, history, left)
    told, left_out = _fitting_examples(recipe, left)
    head = _with_examples(recipe, head, told) if told else head
    parts = (*head, *_spread(kept, between), *tail, *closing)
    return Prompt(parts, recipe.budget, recipe.prefill, recipe.char, left_out)


def count_tokens(message: ChatMessage) -> int:
    """The estimate for a whole message with its pictures."""
    return estimate_tokens(message.content) + PICTURE_TOKENS * len(message.images) + MESSAGE_TOKENS


def split_examples(text: str) -> list[str]:
    """The dialogues of a card's examples, which a line ``<START>`` parts."""
    return [block for piece in _START.split(text) if (block := piece.strip())]


# -- what stands around the history ----------------------------------------------------------------------------------


def _frames(recipe: Recipe) -> tuple[list[Part], list[Part]]:
    """The parts before and behind the history."""
    head: list[Part] = []
    tail: list[Part] = []
    passed = False
    for entry in recipe.entries:
        if entry.identifier == HISTORY:
            passed = True
        elif entry.identifier == MAIN:
            side = tail if passed else head
            side += _joined(recipe, "before", side)
            side += _entry_parts(recipe, entry, side)
            side += _joined(recipe, "after", side)
        elif entry.depth is None and entry.identifier != EXAMPLES:
            side = tail if passed else head
            side += _entry_parts(recipe, entry, side)
    return head, tail


def _entry_parts(recipe: Recipe, entry: Entry, side: Sequence[Part]) -> list[Part]:
    text = _text_of(recipe, entry) if entry.enabled else ""
    if not text:
        return []
    name = recipe.char if not side and entry.role == "system" else ""
    return [Part(entry.identifier, entry.name, entry.role, text, name, glue=_glue(side, entry.role))]


def _text_of(recipe: Recipe, entry: Entry) -> str:
    """The words of an entry: a text of its own, or what stands in its place, within its frame."""
    if not entry.marker and entry.identifier not in recipe.slots:
        return recipe.expand(entry.content).strip()
    text = recipe.slots.get(entry.identifier, "").strip()
    if not text:
        return ""
    # The frame alone is expanded: what fills it was expanded before and may hold braces that are meant as such.
    before, found, after = (entry.content if entry.marker else "{0}").partition("{0}")
    return f"{recipe.expand(before)}{text if found else ''}{recipe.expand(after)}".strip()


def _glue(side: Sequence[Part], role: Role) -> str:
    return "\n\n" if side and side[-1].role == role == "system" else ""


def _joined(recipe: Recipe, position: Position, side: Sequence[Part]) -> list[Part]:
    """The inserted texts of a place around the main prompt; their role does not matter there."""
    made: list[Part] = []
    for one in recipe.inserts:
        if one.position == position and one.text.strip():
            glue = "\n" if made else _glue(side, "system")
            name = "" if made or side else recipe.char
            made.append(Part(one.source, one.label, "system", one.text, name, glue))
    return made


def _fitting_examples(recipe: Recipe, left: int) -> tuple[list[str], int]:
    """As many example dialogues as there is room for, and how many there is none for."""
    if not any(entry.enabled for entry in recipe.entries if entry.identifier == EXAMPLES):
        return [], 0
    blocks = split_examples(recipe.examples)
    for number, block in enumerate(blocks):
        left -= estimate_tokens(block) + MESSAGE_TOKENS
        if left < 0:
            return blocks[:number], len(blocks) - number
    return blocks, 0


def _with_examples(recipe: Recipe, head: list[Part], blocks: Sequence[str]) -> list[Part]:
    """The head with the example dialogues in their place."""
    entry = next(entry for entry in recipe.entries if entry.identifier == EXAMPLES)
    identifiers = [entry.identifier for entry in recipe.entries]
    behind = set(identifiers[identifiers.index(EXAMPLES) + 1 :])
    place = next((number for number, part in enumerate(head) if part.source in behind), len(head))
    before, _, after = entry.content.partition("{0}")
    text = f"{recipe.expand(before)}{chr(10).join(_fenced(blocks))}{recipe.expand(after)}".strip()
    part = Part(EXAMPLES, entry.name, entry.role, text, glue=_glue(head[:place], entry.role))
    return [*head[:place], part, *head[place:]]


def _fenced(blocks: Sequence[str]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        yield f"---\n{block}" if number else block


# -- the history -----------------------------------------------------------------------------------------------------


def _newest(recipe: Recipe, history: Sequence[Spoken], left: int) -> tuple[list[Part], int]:
    """The newest messages that fit, oldest first, and the tokens that are left."""
    kept: list[Part] = []
    for spoken in reversed(history):
        part = message_part(spoken, recipe)
        if part is None:
            continue
        if left < part.tokens and kept:
            break
        left -= part.tokens
        kept.append(part)
    return kept[::-1], left


def message_part(spoken: Spoken, recipe: Recipe) -> Part | None:
    """A message of the chat as part of a prompt; ``None`` for one that no model is told."""
    images = tuple(recipe.pictures.get(spoken.id, ()))
    text = spoken.text.strip()
    if spoken.hidden or not (text or images):
        return None
    if spoken.role == "system":
        return Part("history", "Narrator", "system", text, position=spoken.position, images=images)
    role: Role
    role, expected = ("user", recipe.user) if spoken.role == "user" else ("assistant", recipe.char)
    if text and spoken.name and (recipe.named or spoken.name != expected):
        # Somebody else speaks in this role: a guest by /sendas, a member of a group, an earlier persona.
        text = f"{spoken.name}: {text}"
    name = spoken.name or expected
    return Part("history", name, role, text, name, position=spoken.position, images=images)


def _between(recipe: Recipe) -> dict[int, list[Part]]:
    """What goes between the messages, by depth; entries with a depth of their own before what is injected."""
    inserts = [
        Insert(entry.identifier, entry.name, recipe.expand(entry.content), "chat", entry.depth, entry.role)
        for entry in recipe.entries
        if entry.enabled and entry.depth is not None
    ]
    inserts += [one for one in recipe.inserts if one.position == "chat"]
    between: dict[int, list[Part]] = {}
    for depth in sorted({one.depth for one in inserts}):
        for role in ROLES:
            texts = [one for one in inserts if one.depth == depth and one.role == role and one.text.strip()]
            for number, one in enumerate(texts):
                glue = "\n" if number else ""
                between.setdefault(depth, []).append(Part(one.source, one.label, role, one.text, glue=glue))
    return between


def _spread(kept: Sequence[Part], between: Mapping[int, Sequence[Part]]) -> Iterator[Part]:
    """The messages with what goes between them; what lies deeper than the oldest one comes before it."""
    for number, part in enumerate(kept):
        depth = len(kept) - number
        for deep in sorted((d for d in between if d == depth or (d > depth and not number)), reverse=True):
            yield from between[deep]
        yield part
    for deep in sorted((d for d in between if d == 0 or not kept), reverse=True):
        yield from between[deep]
