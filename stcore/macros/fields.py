"""The fields of the character card as macros see them (spec/macros.md section 15.2).

Macros in a field are resolved in a substitution of their own, when the field is first used in a call; card macros in
it give nothing, so a card cannot run in circles.
"""

from __future__ import annotations

import re

from stcore.macros.environment import Card, Environment, Group, Member
from stcore.macros.run import Run
from stcore.macros.text import trim

_JOINED = {
    "description": "Description",
    "personality": "Personality",
    "scenario": "Scenario",
    "examples": "Example Messages",
}
"""The fields that a group can join over its members, with the titles that stand for them in its prefix and suffix."""

_OVERRIDABLE = ("scenario", "examples", "main_prompt", "depth_note")
_LINE_FEEDS = re.compile(r"\n+")
_TITLE = re.compile("<FIELDNAME>", re.IGNORECASE)


def card_field(run: Run, name: str) -> str:
    """The field ``name`` of :class:`Card` or ``persona``, resolved; nothing where card macros are switched off."""
    if not run.env.replace_card:
        return ""
    if name not in run.fields:
        run.fields[name] = _compute(run, name)
    text: str = run.fields[name]
    return text


def greeting(run: Run, index: int) -> str:
    """The first message (0) or the n-th alternate one; nothing out of range."""
    if index == 0:
        return card_field(run, "greeting")
    if not run.env.replace_card or index < 0:
        return ""
    if "alternate_greetings" not in run.fields:
        texts = current_card(run.env).alternate_greetings
        run.fields["alternate_greetings"] = [resolve_field(run, text, run.env) for text in texts]
    greetings: list[str] = run.fields["alternate_greetings"]
    return greetings[index - 1] if index <= len(greetings) else ""


def resolve_field(run: Run, text: str, env: Environment) -> str:
    """``text`` as a field: a call of its own, without anything that belongs to the outer call only."""
    inner = env.child(
        user_override=None,
        char_override=None,
        group_names=None,
        original=None,
        dynamic={},
        result_filter=None,
        replace_card=False,
    )
    text = run.engine.expand(trim(text), inner, run)
    if env.collapse_newlines:
        text = _LINE_FEEDS.sub("\n", text)
    return text.replace("\r", "")


def _compute(run: Run, name: str) -> str:
    env = run.env
    if name == "persona":
        return resolve_field(run, env.persona, env)
    if name in _OVERRIDABLE and (override := getattr(env.chat_card, name)):
        return resolve_field(run, override, env)
    if name in _JOINED and env.group is not None and env.group.cards != "swap":
        return _join(run, env.group, name)
    text: str = getattr(current_card(env), name)
    return text if name == "version" else resolve_field(run, text, env)


def current_card(env: Environment) -> Card:
    """The card of the character who speaks."""
    if env.card is None and env.group is not None:
        return next((member.card for member in env.group.members if member.name == env.char), Card())
    return env.card or Card()


def _join(run: Run, group: Group, name: str) -> str:
    """A field of every member, each with its own name as the character, wrapped and joined."""
    title, pieces = _JOINED[name], []
    for member in group.members:
        text = getattr(member.card, name)
        if trim(text) and _takes_part(member, group, run.env.char):
            prefix, suffix = (_TITLE.sub(lambda _: title, mark) for mark in (group.join_prefix, group.join_suffix))
            pieces.append(resolve_field(run, prefix + trim(text) + suffix, run.env.child(char=member.name)))
    return "\n".join(pieces)


def _takes_part(member: Member, group: Group, speaker: str) -> bool:
    return not member.is_muted or group.cards == "join-muted" or member.name == speaker
