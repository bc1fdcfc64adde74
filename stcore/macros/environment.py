"""What a text is substituted for: names, card, chat, variables, clock, settings (spec/macros.md sections 2 and 15).

The host fills an :class:`Environment` once and takes cheap copies of it with :meth:`Environment.child`. Everything has
a default, so that ``Environment(user="Mira")`` is enough for a test. The views of chat and card are protocols or plain
records; the engine only reads them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from stcore.clock import Clock, SystemClock
from stcore.macros.diagnostics import DiagnosticSink, ignore

VariableValue = str | int | float | bool | list[Any] | dict[str, Any] | None


class VariableStore(Protocol):
    """Variables by name. ``get`` gives ``None`` for a missing one; ``has`` tells it from a stored null."""

    def get(self, name: str) -> VariableValue: ...

    def set(self, name: str, value: VariableValue) -> None: ...

    def delete(self, name: str) -> None: ...

    def has(self, name: str) -> bool: ...

    def items(self) -> Iterable[tuple[str, VariableValue]]: ...


class MemoryVariables:
    """Variables in memory, in the order in which they were made."""

    def __init__(self, values: Mapping[str, VariableValue] | None = None) -> None:
        self._values: dict[str, VariableValue] = dict(values or {})

    def get(self, name: str) -> VariableValue:
        return self._values.get(name)

    def set(self, name: str, value: VariableValue) -> None:
        self._values[name] = value

    def delete(self, name: str) -> None:
        self._values.pop(name, None)

    def has(self, name: str) -> bool:
        return name in self._values

    def items(self) -> Iterable[tuple[str, VariableValue]]:
        return list(self._values.items())

    def to_dict(self) -> dict[str, VariableValue]:
        """A copy of all variables."""
        return dict(self._values)


@dataclass(frozen=True)
class Message:
    """One message as macros see it. ``sent_at`` is what is stored: ISO text, epoch milliseconds or an older spelling.

    ``swipes`` are the texts to choose from, ``swipe`` the index of the chosen one, which may not exist yet.
    """

    text: str = ""
    is_user: bool = False
    is_hidden: bool = False
    name: str = ""
    sent_at: str | float | None = None
    swipes: Sequence[str] | None = None
    swipe: int | None = None

    @property
    def is_pending(self) -> bool:
        """Whether the chosen swipe is still being generated."""
        return self.swipes is not None and self.swipe is not None and self.swipe >= len(self.swipes)


class ChatView(Protocol):
    """The open chat: its messages, and what ``pick`` depends on."""

    @property
    def messages(self) -> Sequence[Message]: ...

    @property
    def hash(self) -> int: ...

    @property
    def reroll(self) -> int: ...

    @property
    def first_included(self) -> int | None: ...

    @property
    def first_displayed(self) -> int | None: ...


@dataclass
class Chat:
    """A :class:`ChatView` held in memory. ``hash`` is the number stored with the chat, 0 without any."""

    messages: Sequence[Message] = ()
    hash: int = 0
    reroll: int = 0
    first_included: int | None = None
    first_displayed: int | None = None


@dataclass(frozen=True)
class Card:
    """The fields of a character card as they are stored; macros in them are resolved when they are read."""

    description: str = ""
    personality: str = ""
    scenario: str = ""
    examples: str = ""
    greeting: str = ""
    alternate_greetings: tuple[str, ...] = ()
    main_prompt: str = ""
    post_history: str = ""
    depth_note: str = ""
    creator_notes: str = ""
    version: str = ""
    image_prefix: str = ""
    image_negative_prefix: str = ""


@dataclass(frozen=True)
class Member:
    """A member of a group."""

    name: str
    card: Card = field(default_factory=Card)
    is_muted: bool = False


@dataclass(frozen=True)
class Group:
    """The open group, members in its own order. ``cards`` tells how the members' cards make one:

    ``swap`` (the speaker's alone), ``join`` (all but muted ones) or ``join-muted`` (all).
    """

    members: tuple[Member, ...] = ()
    cards: str = "swap"
    join_prefix: str = ""
    join_suffix: str = ""


@dataclass(frozen=True)
class Prompts:
    """Prompt templates, inserted as they are. ``instruct`` and ``reasoning`` hold sequences by their stored names."""

    instruct: Mapping[str, str] = field(default_factory=dict)
    instruct_enabled: bool = False
    system_prompt: str = ""
    system_prompt_enabled: bool = False
    example_separator: str = ""
    chat_start: str = ""
    reasoning: Mapping[str, str] = field(default_factory=dict)
    authors_note: str = ""
    char_authors_note: str = ""
    default_authors_note: str = ""


@dataclass(frozen=True)
class State:
    """What the program is doing: message box, back end, limits in tokens."""

    input: str = ""
    summary: str = ""
    model: str = ""
    api: str = "textgenerationwebui"
    is_chat_completion: bool = False
    max_context: int = 0
    max_response: int = 0
    is_mobile: bool = False
    last_generation: str = ""
    extensions: frozenset[str] = frozenset()
    outlets: Mapping[str, str] = field(default_factory=dict)


class StateView(Protocol):
    """What :class:`State` holds; a host may look each value up when it is asked for."""

    @property
    def input(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def api(self) -> str: ...

    @property
    def is_chat_completion(self) -> bool: ...

    @property
    def max_context(self) -> int: ...

    @property
    def max_response(self) -> int: ...

    @property
    def is_mobile(self) -> bool: ...

    @property
    def last_generation(self) -> str: ...

    @property
    def extensions(self) -> frozenset[str]: ...

    @property
    def outlets(self) -> Mapping[str, str]: ...


@dataclass
class Environment:
    """Everything that the result of a substitution depends on.

    ``user_override`` and ``char_override`` rename for one call (card fields keep the current names), ``group_names``
    replaces all group-name macros, ``original`` is what ``{{original}}`` gives once. ``dynamic`` are macros of this
    call: name -> text, number, ``function(call) -> object`` or a :class:`~stcore.macros.Macro`, which alone may take
    arguments; a mapping other than ``dict`` is asked for lower-cased names. ``result_filter`` is applied to the result
    of every macro, ``chat_card`` overrides fields of the card where it is not empty, ``ban`` takes the words of
    ``{{banned}}``, ``extra`` holds what providers bring for macros of their own.
    """

    user: str = "User"
    char: str = "Character"
    user_override: str | None = None
    char_override: str | None = None
    group: Group | None = None
    group_names: str | None = None
    persona: str = ""
    card: Card | None = None
    chat_card: Card = field(default_factory=Card)
    replace_card: bool = True
    prefer_char_prompt: bool = True
    prefer_char_instruction: bool = True
    collapse_newlines: bool = False
    original: str | None = None
    chat: ChatView = field(default_factory=Chat)
    local: VariableStore = field(default_factory=MemoryVariables)
    globals: VariableStore = field(default_factory=MemoryVariables)
    dynamic: Mapping[str, Any] = field(default_factory=dict)
    result_filter: Callable[[str], str] | None = None
    prompts: Prompts = field(default_factory=Prompts)
    state: StateView = field(default_factory=State)
    clock: Clock = field(default_factory=SystemClock)
    random: random.Random = field(default_factory=random.Random)
    ban: Callable[[str], None] | None = None
    diagnostics: DiagnosticSink = ignore
    extra: dict[str, Any] = field(default_factory=dict)

    def child(self, **changes: Any) -> Environment:
        """A copy with some fields changed; everything else, stores included, is shared."""
        if not _FIELDS.issuperset(changes):
            raise TypeError(f"Environment has no field {', '.join(sorted(set(changes) - _FIELDS))}")
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, **changes)
        return copy

    @property
    def user_name(self) -> str:
        """The name of the user in this call."""
        return self.user if self.user_override is None else self.user_override

    @property
    def char_name(self) -> str:
        """The name of the character in this call."""
        return self.char if self.char_override is None else self.char_override


_FIELDS = frozenset(entry.name for entry in fields(Environment))
