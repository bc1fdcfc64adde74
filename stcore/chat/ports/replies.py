"""Quick replies as slash commands see them: those to call, and the sets to change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from stcore.chat.replies.files import reply_to_json
from stcore.chat.replies.library import Found, ReplyLibrary
from stcore.chat.replies.press import press
from stcore.chat.replies.records import OCCASIONS, MenuLink, Reply, ReplySet
from stcore.chat.replies.shelf import EVERYWHERE
from stcore.commands.services import ReplyFields, ReplyKey, SetOptions, StoredScript
from stcore.commands.services.replies import Where
from stcore.errors import NotFound


class RepliesPort:
    """Satisfies ``Scripts`` and ``Replies`` of the commands.

    ``chat_id`` tells the open chat, ``typed`` what stands in the message box, ``say`` puts a text into it and sends it
    when it is told to.
    """

    def __init__(
        self,
        library: Callable[[], ReplyLibrary],
        chat_id: Callable[[], str | None],
        typed: Callable[[], str],
        say: Callable[[str, bool], Awaitable[None]],
    ) -> None:
        self._library, self._chat_id, self._typed, self._say = library, chat_id, typed, say

    # -- calling -----------------------------------------------------------------------------------------------------

    async def find(self, name: str, *, of_character: bool = True) -> StoredScript | None:
        found = await self._library().find(name, self._chat_id(), of_character=of_character)
        return self._stored(found) if found is not None else None

    async def at(self, position: int) -> StoredScript | None:
        listed = await self._library().listed(self._chat_id())
        return self._stored(listed[position]) if 0 <= position < len(listed) else None

    async def listed(self) -> Sequence[str]:
        return [found.name for found in await self._library().listed(self._chat_id())]

    async def names(self) -> Sequence[str]:
        active = [found.reply.label for found in await self._library().listed(self._chat_id())]
        known = [f"{of.name}.{reply.label}" for of in await self._library().sets() for reply in of.replies]
        return list(dict.fromkeys(name for name in (*active, *known) if name))

    async def say(self, text: str, *, send: bool) -> None:
        await self._say(text, send)

    def _stored(self, found: Found) -> StoredScript:
        ready = press(found, typed=self._typed())
        return StoredScript(found.name, ready.text, ready.deed, found.reply.message)

    # -- sets --------------------------------------------------------------------------------------------------------

    async def sets(self, where: Where = "all") -> Sequence[str]:
        if where == "all":
            return await self._library().names()
        scope = self._scope(where)
        return [of.name for of in await self._library().switched_on(scope)] if scope else []

    async def labels(self, set_name: str | None) -> Sequence[str]:
        sets = await self._library().sets() if set_name is None else [await self._library().get(set_name)]
        return [reply.label for of in sets for reply in of.replies]

    async def switch(self, set_name: str, where: Literal["global", "chat"], on: bool | None, *, visible: bool) -> None:
        await self._library().get(set_name)
        scope = self._scope(where)
        if scope is not None:
            await self._library().switch(scope, set_name, on, visible=visible)

    def _scope(self, where: Literal["global", "chat"]) -> str | None:
        """Where sets are switched on; a script without a chat has none for it."""
        if where == "global":
            return EVERYWHERE
        chat_id = self._chat_id()
        return chat_id and f"chat:{chat_id}"

    async def create_set(self, name: str, options: SetOptions) -> None:
        await self._library().add(_with_options(ReplySet(name), options), replacing=True)

    async def update_set(self, name: str, options: SetOptions) -> None:
        await self._library().change(name, lambda of: _with_options(of, options))

    async def delete_set(self, name: str) -> None:
        await self._library().delete(name)

    # -- replies -----------------------------------------------------------------------------------------------------

    async def get(self, set_name: str, key: ReplyKey) -> Mapping[str, Any]:
        return reply_to_json(_reply(await self._library().get(set_name), key))

    async def create(self, set_name: str, fields: ReplyFields) -> None:
        await self._library().change(set_name, lambda of: of.with_new(_with_fields(Reply(0), fields)))

    async def update(self, set_name: str, key: ReplyKey, fields: ReplyFields) -> None:
        await self._change(set_name, key, lambda reply: _with_fields(reply, fields))

    async def delete(self, set_name: str, key: ReplyKey) -> None:
        await self._library().change(set_name, lambda of: of.without(_reply(of, key).id))

    async def link(self, set_name: str, key: ReplyKey, menu: str, *, chained: bool) -> None:
        await self._library().get(menu)
        link = MenuLink(menu, chained)

        def linked(reply: Reply) -> Reply:
            known = any(other.set == menu for other in reply.menu)
            menus = tuple(replace(other, chained=chained) if other.set == menu else other for other in reply.menu)
            return replace(reply, menu=menus if known else (*menus, link))

        await self._change(set_name, key, linked)

    async def unlink(self, set_name: str, key: ReplyKey, menu: str | None) -> None:
        def without(reply: Reply) -> Reply:
            return replace(reply, menu=tuple(link for link in reply.menu if menu is not None and link.set != menu))

        await self._change(set_name, key, without)

    async def _change(self, set_name: str, key: ReplyKey, edit: Callable[[Reply], Reply]) -> None:
        await self._library().change(set_name, lambda of: of.with_changed(edit(_reply(of, key))))


def _with_options(of: ReplySet, options: SetOptions) -> ReplySet:
    return replace(of, no_send=options.no_send, before=options.before, inject=options.inject)


def _reply(of: ReplySet, key: ReplyKey) -> Reply:
    found = of.reply(id=key.id, label=key.label)
    if found is None:
        named = f"“{key.label}”" if key.id is None else f"number {key.id}"
        raise NotFound(f"The set “{of.name}” has no quick reply {named}.")
    return found


def _with_fields(reply: Reply, fields: ReplyFields) -> Reply:
    names = ("label", "message", "icon", "show_label", "title", "hidden", "automation_id")
    given = {name: value for name in names if (value := getattr(fields, name)) is not None}
    occasions = {of for of in OCCASIONS if fields.occasions.get(of, of in reply.occasions)}
    return replace(reply, **given, occasions=frozenset(occasions))
