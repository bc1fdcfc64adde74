"""Galleries as slash commands see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from stcore.errors import NotFound
from stcore.images.paging import LONGEST_PAGE, Order, Sort

if TYPE_CHECKING:
    from stcore.chat.session import Session


class GalleriesPort:
    """The galleries of the host, seen from the chat of one session."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def here(self) -> str | None:
        there = self._session.environment.extra
        return there.get("group_id") or there.get("character_id") or None

    async def list(
        self, *, character: str = "", group: str = "", sort: Sort = "date", order: Order = "asc"
    ) -> Sequence[str]:
        where = await self._place(character, group)
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = await self._host.library.page(cursor=cursor, limit=LONGEST_PAGE, sort=sort, order=order, **where)
            found += await self._host.images.addresses([picture["id"] for picture in page.pictures])
            cursor = page.next
            if cursor is None:
                return found

    async def _place(self, character: str, group: str) -> dict[str, Any]:
        if group:
            return {"gallery_of": (await self._host.groups.one(group)).id}
        if character:
            return {"gallery_of": await self._of_character(character)}
        subject_id = await self.here()
        return {"gallery_of": subject_id} if subject_id else {"chat_id": await self._session.open_chat()}

    async def _of_character(self, name: str) -> str:
        try:
            return (await self._host.characters.one(name)).id
        except NotFound:
            return (await self._host.galleries.shared(name)).id
