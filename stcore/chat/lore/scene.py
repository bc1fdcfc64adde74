"""What an activation depends on beside the entries: the settings, the texts, and who speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from stcore.chat.lore.records import Aspect

Trigger = Literal["normal", "continue", "impersonate", "swipe", "regenerate", "quiet"]
"""The kinds of generation for which an entry may be meant."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of world info. Depths count messages; ``budget`` is in tokens; 0 is no limit unless said."""

    depth: int = 2
    """messages in which keys are looked for; 0 = only in what entries add"""
    budget: int = 2000
    recursive: bool = True
    max_rounds: int = 0
    min_activations: int = 0
    """look further back until so many entries joined"""
    max_depth: int = 0
    """how far that goes"""
    case_sensitive: bool = False
    whole_words: bool = True
    group_scoring: bool = False


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is looked at. ``messages`` newest first, each with its label for people; ``length`` is the number of
    visible messages in the chat, which may be more; ``injected`` are prompts that asked to be looked at."""

    messages: Sequence[str] = ()
    labels: Sequence[str] = ()
    aspects: Mapping[Aspect, str] = field(default_factory=dict)
    injected: Sequence[str] = ()
    length: int = 0


@dataclass(frozen=True, slots=True)
class Speaker:
    """For whom the prompt is: names by which the filters of entries know the character, and its tags."""

    names: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
