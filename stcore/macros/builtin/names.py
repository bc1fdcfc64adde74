"""Names of the user, the character and the group (spec/macros.md section 13.3)."""

from __future__ import annotations

from collections.abc import Callable

from stcore.macros.calls import MacroCall
from stcore.macros.definitions import Alias, macro
from stcore.macros.environment import Member


@macro(
    "user",
    group="names",
    determinism="environment",
    returns="A name.",
    examples=[("{{user}}", "Mira"), ("<USER>", "Mira")],
)
def user(call: MacroCall) -> str:
    """The name of the user."""
    return call.environment.user_name


@macro(
    "char",
    group="names",
    determinism="environment",
    returns="A name.",
    examples=[("{{char}}", "Tobin"), ("<BOT>", "Tobin")],
)
def char(call: MacroCall) -> str:
    """The name of the character."""
    return call.environment.char_name


def _members(call: MacroCall, wanted: Callable[[Member], bool], alone: str) -> str:
    """The names of the wanted members of the group; ``alone`` when there is no group."""
    env = call.environment
    if env.group_names is not None:
        return env.group_names
    if env.group is None:
        return alone
    return ", ".join(member.name for member in env.group.members if wanted(member))


@macro(
    "group",
    aliases=[Alias("charIfNotGroup", visible=False)],
    group="names",
    determinism="environment",
    returns="Names with commas between them.",
    examples=[("{{group}}", "Tobin")],
)
def group(call: MacroCall) -> str:
    """The names of all members of the group; without a group the name of the character."""
    return _members(call, lambda member: True, call.environment.char_name)


@macro(
    "groupNotMuted",
    group="names",
    determinism="environment",
    returns="Names with commas between them.",
    examples=[("{{groupNotMuted}}", "Tobin")],
)
def group_not_muted(call: MacroCall) -> str:
    """The names of the members of the group that are not muted; without a group the name of the character."""
    return _members(call, lambda member: not member.is_muted, call.environment.char_name)


@macro(
    "notChar",
    group="names",
    determinism="environment",
    returns="Names with commas between them.",
    examples=[("{{notChar}}", "Mira")],
)
def not_char(call: MacroCall) -> str:
    """The names of the other members that are not muted; without a group the name of the user."""
    env = call.environment
    return _members(call, lambda member: not member.is_muted and member.name != env.char_name, env.user_name)


MACROS = (user, char, group, group_not_muted, not_char)
