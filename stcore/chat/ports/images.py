"""Pictures as slash commands see them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stcore.chat.hanging import shown_picture
from stcore.chat.ports.pictures import picture_id
from stcore.commands.services.images import Imagine, SettingScope, Which
from stcore.errors import NotFound, UserError

if TYPE_CHECKING:
    from stcore.chat.imagine.settings import Layers
    from stcore.chat.records import Message
    from stcore.chat.session import Session


class ImagesPort:
    """``/imagine`` and its family in the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    # -- making ------------------------------------------------------------------------------------------------------

    async def imagine(self, wanted: Imagine) -> str:
        from stcore.images.wish import OVERRIDES, Wish

        overrides = {OVERRIDES[name]: _plain(name, value) for name, value in wanted.overrides.items()}
        wish = Wish(
            wanted.subject,
            overrides=overrides,
            negative=wanted.negative,
            destination="quiet" if wanted.quiet else "chat",
            gallery=wanted.gallery,
            keep_size=not wanted.quiet and {"width", "height"} <= overrides.keys(),
            references=wanted.references,
            marked=wanted.marked,
        )
        return await self._made(await self._session.pictures.begin(wish))

    async def further(self, which: Which, *, anew: bool = False) -> str:
        desk = self._session.pictures
        if which.picture:
            return await self._made(await desk.further(await picture_id(self._host, which.picture), anew=anew))
        message = await self._message(which.number)
        shown = shown_picture(message)
        if shown is not None:
            return await self._made(await desk.further(shown["id"], anew=anew))
        if anew:
            raise NotFound("This message has no picture that could be drawn anew.")
        return await self._made(await desk.paint(message.id))

    async def redo(self, which: Which, changes: Mapping[str, Any]) -> str:
        from pydantic import ValidationError

        from stcore.chat.imagine.redo import Changes
        from stcore.images.settings import misfit

        try:
            checked = Changes.model_validate(dict(changes))
        except ValidationError as error:
            raise misfit(error) from error
        picture = await self._picture(which)
        done = await self._session.pictures.redo(picture["id"], checked, initiator="command")
        if done.left_out and self._session.ui is not None:
            self._session.ui.toast(" ".join(done.left_out), "warning", "Not carried over")
        return await self._made(done.job)

    async def _made(self, job: dict[str, Any] | None) -> str:
        try:
            return await self._host.images.wait(job["id"]) if job else ""
        finally:
            await self._session.window.refresh()

    # -- looking -----------------------------------------------------------------------------------------------------

    async def explain(self, which: Which) -> Mapping[str, Any]:
        from stcore.images.explain import explain

        picture = await self._picture(which)
        return {"id": picture["id"], **explain(picture)}

    async def explanation(self, told: Mapping[str, Any]) -> str:
        from stcore.images.explain import explanation_text

        return explanation_text(told)

    async def _picture(self, which: Which) -> dict[str, Any]:
        if which.picture:
            return await self._host.library.get(await picture_id(self._host, which.picture))
        message = await self._message(which.number)
        shown = shown_picture(message)
        if shown is None:
            raise NotFound(f"Message {message.position} has no picture.")
        return dict(shown)

    async def _message(self, number: int | None) -> Message:
        return await self._host.chats.pictured(await self._session.open_chat(), number)

    # -- choosing ----------------------------------------------------------------------------------------------------

    async def setting(self, key: str, scope: SettingScope | None, value: str | None) -> Any:
        from stcore.chat.imagine.values import read_setting

        chat_id = await self._session.open_chat()
        layers = await self._host.picture_settings.of(chat_id)
        if value is not None:
            read = None if value.strip() == "" else read_setting(key, value)
            layers = await self._host.picture_settings.change(scope or "host", {key: read}, chat_id)
        values = layers.effective.model_dump(mode="json")
        if not key:
            return values
        if key not in values:
            raise UserError(f"There is no setting {key!r} of pictures.", hint=f"There are: {', '.join(values)}.")
        return values[key]

    async def source(self, name: str | None) -> str:
        layers, place = await self._chosen_in("source")
        if place is None:
            return await self._host.images.select_source(name)
        if name:
            await self._host.connections.open(name)
            layers = await self._host.picture_settings.change(place, {"source": name}, self._session.chat_id)
        return layers.effective.source

    async def style(self, name: str | None) -> str:
        desk, chat_id = self._host.style_desk, self._session.chat_id
        return await desk.choose(name, chat_id) if name else (await desk.working(chat_id)).name

    async def workflow(self, name: str) -> str:
        found = await asyncio.to_thread(self._host.workflows.find, name)
        layers, place = await self._chosen_in("workflow")
        connection = await self._host.connections.open(layers.effective.source or None)
        if not connection.source.needs_workflow:
            raise UserError(f"{connection.source.label} does not work with workflows.")
        if place is None:
            await self._host.connections.set(connection.name, {"workflow": found})
        else:
            await self._host.picture_settings.change(place, {"workflow": found}, self._session.chat_id)
        return found

    async def _chosen_in(self, name: str) -> tuple[Layers, SettingScope | None]:
        """The settings here, and where the one that counts is chosen: in the chat, for its character, for everything;
        ``None`` where it is left to the connections."""
        layers = await self._host.picture_settings.of(self._session.chat_id)
        return layers, layers.origins.get(name) or ("host" if getattr(layers.host, name) else None)

    async def choices(self, what: str) -> Sequence[str]:
        if what == "image-settings":
            from stcore.images.settings import FIELDS

            return FIELDS
        if what == "image-modes":
            from stcore.images.modes import WORDS

            return [*WORDS, *await asyncio.to_thread(self._host.modes.by_word)]
        layers = await self._host.picture_settings.of(self._session.chat_id)
        return await self._host.images.choices(what, layers.effective.source)


def _plain(name: str, value: Any) -> Any:
    """A negative seed is the old way to say random."""
    return None if name == "seed" and value is not None and value < 0 else value
