"""Members of the group of the open chat (spec/commands.toml, group groups)."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.fuzzy import score
from stcore.commands.services.groups import GroupMember
from stcore.macros.numbers import read_number
from stcore.macros.text import trim

THRESHOLD = 0.6
"""The share of wrong letters with which a name is still meant."""

_FIELDS = ("name", "index", "avatar", "id")
_MEMBER = Unnamed(
    "position from 0, name or key of a member", ("number", "string"), required=True, choices="group members"
)


def find_member(members: list[GroupMember], text: str) -> int | None:
    """The place of the member that ``text`` means: a position from 0, else the name or key that comes closest."""
    number = read_number(text) if text else None
    if number is not None:
        return int(number) if 0 <= number < len(members) else None
    wanted = text.casefold()
    scores = []
    for place, member in enumerate(members):
        exact = wanted in (member.name.casefold(), member.key.casefold())
        wrong = 0.0 if exact else min(score(text, member.name), score(text, member.key))
        scores.append((not exact, wrong, place))
    best = min(scores, default=None)
    return best[2] if text and best is not None and best[1] <= THRESHOLD else None


async def _members(call: Call) -> list[GroupMember] | None:
    """The members; ``None`` with a notice outside of a group."""
    members = await call.groups.members()
    if members is None:
        call.ui.toast(f"/{call.name} needs a group, and this chat is none.", "warning")
    return None if members is None else list(members)


async def _meant(call: Call) -> tuple[int, GroupMember] | None:
    """The member meant by the unnamed argument, with its place; ``None`` with a notice when there is none such."""
    members = await _members(call)
    if members is None:
        return None
    place = find_member(members, trim(call.text))
    if place is None:
        call.ui.toast(f"The group has no member “{trim(call.text)}”.", "warning")
        return None
    return place, members[place]


@command(
    "member-get",
    aliases=("getmember", "memberget"),
    group="groups",
    summary="Look up a member of the group.",
    named=(Named("field", "what to give of it", "enum", _FIELDS, default="name"),),
    unnamed=_MEMBER,
    returns="the field; nothing when there is no such member",
    examples=(
        Example("/member-get 1", pipe="Bob"),
        Example("/member-get field=index bob", pipe="1"),
        Example("/member-get field=avatar 0", pipe="Alice.png"),
        Example("/member-get nobody-of-them", pipe=""),
    ),
)
async def member_get(call: Call) -> str:
    """`name`, `index` (its place in the group), `avatar` (its key) or `id` (its place among all characters)."""
    meant = await _meant(call)
    if meant is None:
        return ""
    place, member = meant
    fields = {"name": member.name, "index": str(place), "avatar": member.key, "id": str(member.number)}
    return fields[call.choice("field", "name")]


async def _mute(call: Call, *, on: bool) -> str:
    meant = await _meant(call)
    if meant is not None:
        await call.groups.mute(meant[1].key, on=on)
    return ""


@command(
    "member-disable",
    aliases=("disable", "disablemember", "memberdisable"),
    group="groups",
    summary="Keep a member from being chosen to speak.",
    unnamed=_MEMBER,
    returns="nothing",
    examples=(Example("/member-disable Bob || /pass {{groupNotMuted}}", pipe="Alice"),),
)
async def member_disable(call: Call) -> str:
    return await _mute(call, on=True)


@command(
    "member-enable",
    aliases=("enable", "enablemember", "memberenable"),
    group="groups",
    summary="Let a member be chosen to speak again.",
    unnamed=_MEMBER,
    returns="nothing",
    examples=(Example("/member-disable Bob || /member-enable 1 || /pass {{groupNotMuted}}", pipe="Alice, Bob"),),
)
async def member_enable(call: Call) -> str:
    return await _mute(call, on=False)


@command(
    "member-add",
    aliases=("addmember", "memberadd"),
    group="groups",
    summary="Let a character join the group.",
    unnamed=Unnamed("name or key of a character", required=True, choices="characters"),
    returns="its name; nothing when it is unknown or a member already",
    examples=(
        Example("/member-add carol", pipe="Carol"),
        Example("/member-add Alice", pipe="", note="she is in already"),
    ),
)
async def member_add(call: Call) -> str:
    if await _members(call) is None:
        return ""
    text = trim(call.text)
    found = await call.characters.find(text) if text else ()
    if not found:
        call.ui.toast(f"There is no character “{text}”.", "warning")
        return ""
    if not await call.groups.add(found[0].key):
        call.ui.toast(f"{found[0].name} is in the group already.", "warning")
        return ""
    return found[0].name


@command(
    "member-remove",
    aliases=("removemember", "memberremove"),
    group="groups",
    summary="Let a member leave the group.",
    unnamed=_MEMBER,
    returns="nothing",
    examples=(Example("/member-remove Bob || /member-count", pipe="1"),),
)
async def member_remove(call: Call) -> str:
    meant = await _meant(call)
    if meant is not None:
        await call.groups.remove(meant[1].key)
    return ""


async def _move(call: Call, by: int) -> str:
    meant = await _meant(call)
    if meant is not None:
        await call.groups.move(meant[1].key, by)
    return ""


@command(
    "member-up",
    aliases=("upmember", "memberup"),
    group="groups",
    summary="Move a member one place up.",
    unnamed=_MEMBER,
    returns="nothing",
    examples=(Example("/member-up Bob || /member-get 0", pipe="Bob"),),
)
async def member_up(call: Call) -> str:
    return await _move(call, -1)


@command(
    "member-down",
    aliases=("downmember", "memberdown"),
    group="groups",
    summary="Move a member one place down.",
    unnamed=_MEMBER,
    returns="nothing",
    examples=(Example("/member-down Alice || /pass {{group}}", pipe="Bob, Alice"),),
)
async def member_down(call: Call) -> str:
    return await _move(call, 1)


@command(
    "member-count",
    aliases=("countmember", "membercount"),
    group="groups",
    summary="Count the members of the group.",
    returns="the number; nothing outside of a group",
    examples=(Example("/member-count", pipe="2"),),
)
async def member_count(call: Call) -> str:
    members = await _members(call)
    return "" if members is None else str(len(members))
