"""World info for one prompt: from a chat and its books to the texts that join, and why they do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from stcore.chat.lore.bindings import Bound, Scene, read_scene
from stcore.chat.lore.effects import read_timed, write_timed
from stcore.chat.lore.engine import Activation, Outcome, activate
from stcore.chat.lore.records import Aspect, Position
from stcore.chat.lore.scene import Rules, Scanned, Speaker, Trigger
from stcore.chat.lore.slots import Slots, arrange
from stcore.chat.lore.timed import TimedState
from stcore.macros.environment import State
from stcore.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
    from stcore.chat.lore.matching import Search
    from stcore.chat.lore.store import BookStore
    from stcore.chat.records import Message
    from stcore.config import LoreSettings
    from stcore.macros import Environment, MacroEngine
    from stcore.storage.database import Database


Rewrite = Callable[[Sequence[tuple[str, int | None]]], Awaitable[Sequence[str]]]
"""From texts with their depths (``None`` for those that have none) to what they become."""


@dataclass(frozen=True, slots=True)
class Lore:
    """What world info adds to one prompt. ``slots`` are the texts by place, ``bound`` the books that were asked."""

    slots: Slots
    outcome: Outcome
    bound: Bound

    @property
    def automation_ids(self) -> tuple[str, ...]:
        """Of the entries that joined: quick replies with these ids run now."""
        ids = (activation.entry.automation_id for activation in self.outcome.joined)
        return tuple(dict.fromkeys(name for name in ids if name))

    def environment(self, environment: Environment) -> Environment:
        """What the macros of the prompt see: ``environment`` with the texts of ``{{outlet}}``."""
        state = environment.state
        known: dict[str, Any] = {field.name: getattr(state, field.name) for field in fields(State)}
        return environment.child(state=State(**{**known, "outlets": self.slots.outlets}))

    def to_dict(self) -> dict[str, Any]:
        """For people who wonder why: the books, who joined, who stayed out."""
        return {
            "books": self.bound.to_dict(),
            "joined": [activation.to_dict() for activation in self.outcome.joined],
            "refused": [refusal.to_dict() for refusal in self.outcome.refused],
            "overflowed": self.outcome.overflowed,
            "remarks": list(self.outcome.remarks),
        }


class LoreService:
    """Asked once for each prompt (:meth:`activate`)."""

    def __init__(
        self,
        database: Database,
        books: BookStore,
        macros: MacroEngine,
        search: Search,
        settings: Callable[[], LoreSettings],
    ) -> None:
        self._database, self._books, self._macros, self._search = database, books, macros, search
        self._settings = settings

    async def scene(self, chat_id: str | None) -> Scene:
        """Who is in a chat, and the books that count in it; without a chat only what counts everywhere."""
        return await self._database.read(lambda c: read_scene(c, chat_id, self._books.read_named))

    async def activate(
        self,
        chat_id: str,
        environment: Environment,
        history: Sequence[Message],
        *,
        context_tokens: int,
        trigger: Trigger = "normal",
        speaker_id: str | None = None,
        injected: Sequence[str] = (),
        keep: bool = True,
        rewrite: Rewrite | None = None,
    ) -> Lore:
        """The entries that join the prompt for the next message of a chat.

        ``environment`` is that of the prompt (its names, card and persona are those of the speaker), ``history`` the
        messages before it, oldest first; hidden ones are passed over. ``speaker_id`` is the member of a group that
        speaks. ``injected`` are prompts that want to be looked at for keys. Without ``keep`` nothing is remembered:
        to show what would join. ``rewrite`` may change the texts that joined, given with their depths.
        Raises ``NotFound`` for a speaker that is gone; no book can make it fail.
        """
        seen = [message for message in history if not message.hidden and message.text.strip()]
        end = seen[-1].position if seen else -1

        def read(connection: Connection) -> tuple[Scene, TimedState, int]:
            scene = read_scene(connection, chat_id, self._books.read_named, speaker_id)
            return scene, *read_timed(connection, chat_id, end)

        scene, timed, length = await self._database.read(read)
        settings = self._settings()
        scanned = self._scanned(environment, seen, injected, length, names=settings.include_names)
        outcome = await asyncio.to_thread(
            activate,
            scene.bound.entries(settings.strategy),
            scanned,
            rules_of(settings, context_tokens),
            expand=lambda text: self._macros.expand(text, environment),
            count_tokens=estimate_tokens,
            search=self._search,
            rng=environment.random,
            timed=timed,
            speaker=_speaker(scene.speaker),
            trigger=trigger,
        )
        if keep and outcome.timed != timed:
            await self._database.write(lambda c: write_timed(c, chat_id, outcome.timed))
        joined = outcome.joined if rewrite is None else await _rewritten(outcome.joined, rewrite)
        return Lore(arrange(joined), outcome, scene.bound)

    def _scanned(
        self, environment: Environment, seen: Sequence[Message], injected: Sequence[str], length: int, *, names: bool
    ) -> Scanned:
        newest = seen[::-1]
        return Scanned(
            messages=[f"{message.name}: {message.text}" if names else message.text for message in newest],
            labels=[f"message {message.position}" for message in newest],
            aspects=self._aspects(environment),
            injected=injected,
            length=length,
        )

    def _aspects(self, environment: Environment) -> dict[Aspect, str]:
        card = environment.card
        written: dict[Aspect, str] = {"persona": environment.persona}
        if card is not None:
            written |= {
                "description": card.description,
                "personality": card.personality,
                "scenario": card.scenario,
                "depth_note": card.depth_note,
                "creator_notes": card.creator_notes,
            }
        return {aspect: self._macros.expand(text, environment) for aspect, text in written.items()}


def rules_of(settings: LoreSettings, context_tokens: int) -> Rules:
    """The settings as the engine takes them: the budget is a share of what the model can read, up to a limit."""
    budget = max(1, round(context_tokens * settings.budget_percent / 100))
    return Rules(
        depth=settings.scan_depth,
        budget=min(budget, settings.budget_limit) if settings.budget_limit else budget,
        recursive=settings.recursive,
        max_rounds=settings.max_rounds,
        min_activations=settings.min_activations,
        max_depth=settings.max_depth,
        case_sensitive=settings.case_sensitive,
        whole_words=settings.whole_words,
        group_scoring=settings.group_scoring,
    )


async def _rewritten(joined: Sequence[Activation], rewrite: Rewrite) -> list[Activation]:
    at_depth = Position.AT_DEPTH
    texts = [(one.text, one.entry.depth if one.entry.position is at_depth else None) for one in joined]
    return [replace(one, text=text) for one, text in zip(joined, await rewrite(texts), strict=True)]


def _speaker(character: Character | None) -> Speaker:
    if character is None:
        return Speaker()
    names = {character.name, character.key, character.key.removesuffix(".png")}
    return Speaker(frozenset(names), frozenset((*character.tags, *character.field("tags"))))
