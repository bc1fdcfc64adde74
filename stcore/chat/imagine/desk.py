"""What one session does with pictures; every face and every command comes through here."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, TypeVar

from stcore.errors import StcoreError
from stcore.storage.ids import new_id

if TYPE_CHECKING:
    from stcore.chat.imagine.redo import Changes, Redone
    from stcore.chat.prompting.scene import Scene
    from stcore.chat.records import Message
    from stcore.chat.session import Session
    from stcore.images.intent import Initiator
    from stcore.images.wish import Wish

T = TypeVar("T")
Job = dict[str, Any]


class PictureDesk:
    """The pictures of the chat that a session is in. A job is given as faces see it, ``None`` when a picture was called
    off or nothing was to be drawn. All methods raise ``StcoreError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(self, wish: Wish) -> Job | None:
        """Start making the picture of a wish."""
        from stcore.chat.imagine.making import begin

        return await self._kept(begin(await self._scene(), wish))

    async def further(self, asset_id: str, *, anew: bool = False) -> Job | None:
        """Another picture beside this one; ``anew`` with a prompt that is written again."""
        from stcore.chat.imagine.further import draw_further, hung

        scene = await self._scene()
        of = await hung(scene, asset_id)
        return await self._prepared(of.message.id if of.message else None, draw_further(scene, of, anew=anew))

    async def paint(self, message_id: str) -> Job | None:
        """A picture of a message."""
        from stcore.chat.imagine.further import paint

        scene = await self._scene()
        message = await scene.host.chats.message(message_id)
        return await self._prepared(message_id, paint(scene, message))

    async def redo(
        self, asset_id: str, changes: Changes, *, only_look: bool = False, initiator: Initiator = "button"
    ) -> Redone:
        """This picture with one thing changed."""
        from stcore.chat.imagine.redo import redo

        return await self._kept(redo(await self._scene(), asset_id, changes, only_look=only_look, initiator=initiator))

    async def caught(self, before: int | None) -> bool:
        """Whether the last message (before a position) is a wish for a picture, which is then being made."""
        from stcore.chat.imagine.wishes import wish_in

        wish = await wish_in(await self._scene(), before)
        if wish is None:
            return False
        self.behind(self.begin(wish))
        return True

    async def of_reply(self, reply: Message) -> None:
        """Begin what a reply of the model asks for. What goes wrong is told and costs only the picture."""
        from stcore.chat.imagine.replies import wishes_of

        try:
            wishes = await wishes_of(await self._scene(), reply)
        except StcoreError as error:
            self._session.report(error)
            return
        for wish in wishes:
            self.behind(self.begin(wish))

    def behind(self, work: Awaitable[Job | None]) -> None:
        """Let a picture begin while nobody waits; what goes wrong is told. A stop of the chat ends it while its prompt
        is made; a picture that is being made has a stop of its own."""
        host = self._session.host

        async def reported() -> None:
            try:
                job = await work
                if job is not None and host.face == "once":
                    await host.images.wait(job["id"])  # the program ends when all it asked for is there
            except StcoreError as error:
                self._session.report(error)

        host.generations.behind(self._session.chat_id or "", reported())

    async def _prepared(self, message_id: str | None, work: Awaitable[Job | None]) -> Job | None:
        """Faces hear that a message gets another picture, from the first moment on: its prompt may have to be written
        or looked at before there is a job."""
        if message_id is None:
            return await self._kept(work)
        bus, chat_id = self._session.host.bus, self._session.chat_id
        asked, job = {"id": new_id(), "message_id": message_id}, None
        bus.publish("picture.preparing", asked, chat_id)
        try:
            job = await self._kept(work)
        finally:
            bus.publish("picture.prepared", {**asked, "job_id": job["id"] if job else None}, chat_id)
        return job

    async def _scene(self) -> Scene:
        chat_id = await self._session.open_chat()
        return self._session.scene(chat_id)

    async def _kept(self, work: Awaitable[T]) -> T:
        """Prefixes may set variables, which are kept whatever comes of the picture."""
        try:
            return await work
        finally:
            await self._session.surroundings.flush()
