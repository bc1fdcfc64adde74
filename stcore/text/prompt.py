"""From a chat to the messages that a text model receives. Pure: everything it needs is passed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from stcore.text.model import ChatMessage

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

CONTEXT_TOKENS = 8000
PICTURE_TOKENS = 800
MESSAGE_TOKENS = 4
"""What a message costs beside its words: its role and its borders."""

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U0001f000-\U0003ffff]")
_WORD = re.compile(r"\w+", re.ASCII)
_START = re.compile(r"^<START>\s*$", re.IGNORECASE | re.MULTILINE)
_LETTERS_PER_TOKEN = 4


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


Pictures = Mapping[str, Sequence[tuple[str, bytes]]]
"""(mime, bytes) of the pictures a model shall see, by id of the message."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who talks to whom. ``card`` holds the fields of a character card (a V2/V3 card with or without its ``data``)."""

    user: str = "User"
    char: str = "Assistant"
    persona: str = ""
    card: Mapping[str, Any] | None = None
    instructions: str = ""
    """A system prompt of the person, used where the card brings none."""

    def field(self, name: str) -> str:
        """A text of the card, trimmed; empty without it."""
        card = self.card or {}
        inner = card.get("data")
        value = (inner if isinstance(inner, Mapping) else card).get(name)
        return value.strip() if isinstance(value, str) else ""


def chat_prompt(
    history: Iterable[Spoken],
    cast: Cast,
    *,
    budget: int = CONTEXT_TOKENS,
    expand: Callable[[str], str] | None = None,
    template: str | None = None,
    pictures: Pictures | None = None,
) -> tuple[ChatMessage, ...]:
    """The messages for a reply of ``cast.char``.

    The newest messages of ``history`` (oldest first) that fit into ``budget`` tokens (an estimate) are kept, always
    at least the last. Hidden and empty messages are left out. ``expand`` runs the macros of the card's texts;
    without it ``{{char}}`` and ``{{user}}`` are filled in. ``template`` replaces the shipped system template.
    """
    expand = expand or _names(cast)
    system = ChatMessage("system", system_text(cast, expand=expand, template=template), name=cast.char)
    last_word = expand(cast.field("post_history_instructions"))
    closing = [ChatMessage("system", last_word)] if last_word else []
    left = budget - sum(map(count_tokens, [system, *closing]))
    kept: list[ChatMessage] = []
    for spoken in reversed(list(history)):
        message = _message(spoken, cast, pictures or {})
        if message is None:
            continue
        left -= count_tokens(message)
        if left < 0 and kept:
            break
        kept.append(message)
    return (system, *reversed(kept), *closing)


def system_text(cast: Cast, *, expand: Callable[[str], str] | None = None, template: str | None = None) -> str:
    """What the model is told before the chat: the card, the persona, the instructions."""
    expand = expand or _names(cast)
    slots = {name: expand(cast.field(name)) for name in ("description", "personality", "scenario")}
    examples = _START.sub("---", expand(cast.field("mes_example"))).strip().removeprefix("---").strip()
    compiled = _environment().from_string(template) if template is not None else _shipped()
    return compiled.render(
        **slots,
        char=cast.char,
        user=cast.user,
        persona=expand(cast.persona.strip()),
        examples=examples,
        instructions=expand(cast.field("system_prompt") or cast.instructions.strip()),
    ).strip()


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: a word per four letters, every other sign and wide character one.

    Meant for cutting a history, where a fifth more or less does no harm; it needs no tokenizer of any model.
    """
    wide = len(_WIDE.findall(text))
    words = _WORD.findall(text)
    in_words = sum(map(len, words))
    signs = sum(not character.isspace() for character in text) - in_words - wide
    return wide + signs + sum(-(-len(word) // _LETTERS_PER_TOKEN) for word in words)


def count_tokens(message: ChatMessage) -> int:
    """The estimate for a whole message with its pictures."""
    return estimate_tokens(message.content) + PICTURE_TOKENS * len(message.images) + MESSAGE_TOKENS


# -- parts -----------------------------------------------------------------------------------------------------------


def _message(spoken: Spoken, cast: Cast, pictures: Pictures) -> ChatMessage | None:
    images = tuple(pictures.get(spoken.id, ()))
    text = spoken.text.strip()
    if spoken.hidden or not (text or images):
        return None
    if spoken.role == "system":
        return ChatMessage("system", text)
    role, expected = ("user", cast.user) if spoken.role == "user" else ("assistant", cast.char)
    if text and spoken.name and spoken.name != expected:
        # Somebody else speaks in this role: a guest by /sendas, a member of a group, an earlier persona.
        text = f"{spoken.name}: {text}"
    return ChatMessage("user" if role == "user" else "assistant", text, name=spoken.name or expected, images=images)


def _names(cast: Cast) -> Callable[[str], str]:
    names = {"{{char}}": cast.char, "{{user}}": cast.user, "<bot>": cast.char, "<user>": cast.user}
    pattern = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    return lambda text: pattern.sub(lambda found: names[found[0].lower()], text)


@cache
def _environment() -> SandboxedEnvironment:
    """Templates may come from people, so they run in the sandbox. Imported late: jinja2 takes 40 ms."""
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(keep_trailing_newline=False, autoescape=False)


@cache
def _shipped() -> Any:
    from importlib.resources import files

    return _environment().from_string(files("stcore.text").joinpath("templates/system.jinja").read_text("utf-8"))
