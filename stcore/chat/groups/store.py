"""Groups: reading, making, changing. Every change is one write transaction that notes itself in the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Row, delete, insert, select, update

from stcore.chat.characters.records import Character
from stcore.chat.characters.store import read_characters, unique
from stcore.chat.groups.records import Group, Member, Options, with_options
from stcore.chat.names import folded
from stcore.errors import NotFound, UserError
from stcore.storage.ids import is_id, new_id
from stcore.storage.journal import note
from stcore.storage.tables import characters, chats, groups, settings

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.chat.records import Chat
    from stcore.clock import Clock
    from stcore.storage.database import Database

T = TypeVar("T")
Members = list[Member]


@dataclass(frozen=True, slots=True)
class Seat:
    """A member with its character, as it is now."""

    character: Character
    muted: bool


class GroupStore:
    """Reads and changes groups. All methods are coroutines; none blocks the loop."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        *,
        begin_chat: Callable[[str], Awaitable[Chat]],
        delete_chat: Callable[[str], Awaitable[None]],
        delete_pictures: Callable[[str], Awaitable[None]],
    ) -> None:
        """``begin_chat`` opens a new chat of a group by its id, ``delete_chat`` removes a chat with all it has,
        ``delete_pictures`` what hangs in the gallery of a group that is gone."""
        self._database, self._bus, self._clock = database, bus, clock
        self._begin_chat, self._delete_chat, self._delete_pictures = begin_chat, delete_chat, delete_pictures

    async def _change(self, fn: Callable[[Connection, int], T]) -> T:
        now = int(self._clock.now().timestamp() * 1000)
        result = await self._database.write(lambda connection: fn(connection, now))
        self._bus.wake()
        return result

    # -- reading -----------------------------------------------------------------------------------------------------

    async def get(self, group_id: str) -> Group:
        """The group with this id, or ``NotFound``."""
        return await self._database.read(lambda c: read_group(c, group_id))

    async def list(self) -> Sequence[Group]:
        """All groups, by name."""
        found = await self._database.read(lambda c: read_groups(c))
        return sorted(found, key=lambda group: (folded(group.name), group.id))

    async def one(self, text: str) -> Group:
        """The group with this id or name (without case and accents), or ``NotFound``."""
        if is_id(text):
            return await self.get(text)
        for group in await self.list():
            if folded(group.name) == folded(text):
                return group
        raise _unknown(text)

    async def seats(self, group_id: str) -> Sequence[Seat]:
        """The members in their order with their characters; those that no longer exist are left out."""
        return await self._database.read(lambda c: read_seats(c, read_group(c, group_id)))

    # -- making and changing -----------------------------------------------------------------------------------------

    async def create(
        self,
        name: str,
        members: Sequence[str] = (),
        *,
        tags: Collection[str] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Group:
        """A new group of characters, by their ids. Raises ``NotFound`` for one that does not exist."""
        checked = with_options(Options(), dict(options or {}))

        def fn(connection: Connection, now: int) -> Group:
            group = Group(new_id(now), _checked(name), _seated(connection, members), tuple(unique(tags)), checked)
            connection.execute(insert(groups), {"id": group.id, "created": now, "updated": now, **_columns(group)})
            return _note(connection, group.id, "group.added", now)

        return await self._change(fn)

    async def update(
        self,
        group_id: str,
        *,
        name: str | None = None,
        members: Sequence[Mapping[str, Any]] | None = None,
        tags: Collection[str] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Group:
        """Change what is given. ``members`` are ``{"character_id", "muted"}`` in their new order, instead of all."""

        def edit(connection: Connection, group: Group) -> Group:
            if members is not None:
                seated = _seated(connection, [member["character_id"] for member in members])
                muted = {member["character_id"]: bool(member.get("muted")) for member in members}
                group = replace(group, members=tuple(Member(m.character_id, muted[m.character_id]) for m in seated))
            return replace(
                group,
                name=group.name if name is None else _checked(name),
                tags=group.tags if tags is None else tuple(unique(tags)),
                options=with_options(group.options, dict(options or {})),
            )

        return await self._edit(group_id, edit)

    async def add_member(self, group_id: str, character_id: str) -> bool:
        """Let a character join; false when it is in already."""
        return await self._edit_members(
            group_id, character_id, lambda members, place: [*members, Member(character_id)] if place is None else None
        )

    async def remove_member(self, group_id: str, character_id: str) -> bool:
        """Let a member leave; false when it is none."""
        return await self._edit_members(
            group_id,
            character_id,
            lambda members, place: None if place is None else [*members[:place], *members[place + 1 :]],
        )

    async def mute(self, group_id: str, character_id: str, *, on: bool) -> bool:
        """Keep a member from being chosen to speak, or let it; false when it is no member."""
        return await self._edit_members(
            group_id,
            character_id,
            lambda members, place: (
                None if place is None else [*members[:place], Member(character_id, on), *members[place + 1 :]]
            ),
        )

    async def move(self, group_id: str, character_id: str, by: int) -> bool:
        """Move a member by so many places, at most to an end; false when it is no member."""

        def moved(members: Members, place: int | None) -> Members | None:
            if place is None:
                return None
            member = members.pop(place)
            members.insert(max(0, min(place + by, len(members))), member)
            return members

        return await self._edit_members(group_id, character_id, moved)

    async def set_avatar(self, group_id: str, asset_id: str | None) -> Group:
        """Let it show a picture of the library, or none."""
        return await self._edit(group_id, lambda _connection, group: replace(group, avatar_id=asset_id))

    async def delete(self, group_id: str, *, chats_too: bool = False) -> None:
        """Remove the group with what people put into its gallery, not its characters. Its chats stay without it,
        unless ``chats_too``."""
        if chats_too:
            for chat_id in await self.chats(group_id):
                await self._delete_chat(chat_id)

        def fn(connection: Connection, now: int) -> None:
            read_group(connection, group_id)
            connection.execute(delete(groups).where(groups.c.id == group_id))
            connection.execute(delete(settings).where(settings.c.scope == f"group:{group_id}"))
            note(connection, "group.removed", {"id": group_id}, chat_id=None, now=now)

        await self._change(fn)
        await self._delete_pictures(group_id)

    # -- its chats ---------------------------------------------------------------------------------------------------

    async def chats(self, group_id: str) -> Sequence[str]:
        """The ids of its chats, the last used first."""
        query = select(chats.c.id).where(chats.c.group_id == group_id, chats.c.temporary.is_(False))
        newest = query.order_by(chats.c.updated.desc(), chats.c.id.desc())
        return await self._database.read(lambda c: c.execute(newest).scalars().all())

    async def begin_chat(self, group_id: str) -> Chat:
        """A new chat, opened by the greetings of the members."""
        return await self._begin_chat(group_id)

    # -- helpers -----------------------------------------------------------------------------------------------------

    async def _edit(self, group_id: str, edit: Callable[[Connection, Group], Group]) -> Group:
        def fn(connection: Connection, now: int) -> Group:
            values = _columns(edit(connection, read_group(connection, group_id)))
            connection.execute(update(groups).where(groups.c.id == group_id).values(**values, updated=now))
            return _note(connection, group_id, "group.changed", now)

        return await self._change(fn)

    async def _edit_members(
        self, group_id: str, character_id: str, edit: Callable[[Members, int | None], Members | None]
    ) -> bool:
        """``edit`` gets the members and the place of one of them; ``None`` changes nothing."""
        changed = False

        def whole(connection: Connection, group: Group) -> Group:
            nonlocal changed
            members = edit(list(group.members), group.place(character_id))
            if members is None:
                return group
            changed = True
            _seated(connection, [member.character_id for member in members if member not in group.members])
            return replace(group, members=tuple(members))

        await self._edit(group_id, whole)
        return changed


# -- inside a transaction --------------------------------------------------------------------------------------------


def read_group(connection: Connection, group_id: str) -> Group:
    """The group, or :class:`NotFound`."""
    found = read_groups(connection, groups.c.id == group_id) if is_id(group_id) else []
    if not found:
        raise _unknown(group_id)
    return found[0]


def read_groups(connection: Connection, where: Any = None) -> list[Group]:
    """Groups by a condition, in the order in which they were made."""
    query = select(groups) if where is None else select(groups).where(where)
    return [_group(row) for row in connection.execute(query.order_by(groups.c.id))]


def read_seats(connection: Connection, group: Group) -> list[Seat]:
    """The members with their characters."""
    ids = [member.character_id for member in group.members]
    known = {character.id: character for character in read_characters(connection, characters.c.id.in_(ids))}
    return [Seat(known[m.character_id], m.muted) for m in group.members if m.character_id in known]


def _group(row: Row[Any]) -> Group:
    members = tuple(Member(entry["id"], bool(entry.get("muted"))) for entry in row.members)
    options = Options(**{name: row.data[name] for name in Options.__dataclass_fields__ if name in row.data})
    return Group(row.id, row.name, members, tuple(row.tags), options, row.avatar_id, row.created, row.updated)


def _columns(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "members": [{"id": member.character_id, "muted": member.muted} for member in group.members],
        "tags": list(group.tags),
        "data": asdict(group.options),
        "avatar_id": group.avatar_id,
    }


def _seated(connection: Connection, ids: Sequence[str]) -> tuple[Member, ...]:
    """Characters as members, each once. Raises ``NotFound`` for one that does not exist."""
    known = set(connection.execute(select(characters.c.id).where(characters.c.id.in_(ids))).scalars())
    for character_id in ids:
        if character_id not in known:
            raise NotFound(f"There is no character {character_id!r}.")
    return tuple(Member(character_id) for character_id in dict.fromkeys(ids))


def _checked(name: str) -> str:
    if not name.strip():
        raise UserError("A group needs a name.")
    return name.strip()[:200]


def _note(connection: Connection, group_id: str, kind: str, now: int) -> Group:
    group = read_group(connection, group_id)
    note(connection, kind, {"group": group.to_dict()}, chat_id=None, now=now)
    return group


def _unknown(text: str) -> NotFound:
    return NotFound(f"There is no group {text!r}.")
