"""One text of the model: the chat becomes a prompt, the words go to every face as they come, the rest is kept."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stcore.chat.records import Message, NewMessage
from stcore.chat.regexes.rewriting import rewrite
from stcore.chat.tools.rounds import ToolRounds, offered_tools
from stcore.errors import BadResponse, StcoreError
from stcore.storage.ids import new_id
from stcore.text.reply import Reply, Replying

if TYPE_CHECKING:
    from stcore.chat.prompting.build import Request
    from stcore.chat.prompting.scene import RawWanted, Scene, Wanted
    from stcore.chat.tools.box import ToolBox
    from stcore.text.model import TextConnection


async def reply(scene: Scene, wanted: Wanted, message: Message | None = None) -> Message | None:
    """Let the model write into the chat: a reply, or what becomes of ``message`` (another swipe of it, another message
    in its place, more of it).

    Words that came before a failure or a stop are kept. Raises the ``StcoreError`` of the model.
    """
    connection = await scene.host.texts.open()
    if message is not None and wanted.kind in ("swipe", "regenerate"):
        wanted = replace(wanted, before=message.position)
    scene.facts.last_generation = wanted.kind
    written = _Written(scene, wanted, connection, message)
    try:
        return await written.stream(await _request(scene, wanted, connection))
    finally:
        await _ended(scene)


async def speak(scene: Scene, wanted: Wanted, *, connection: TextConnection | None = None, model: str = "") -> Reply:
    """A text with the chat as context that is not stored: what a script asked for, or words for the user.

    Another ``connection`` or ``model`` than the usual may write it. An answer without words is an empty reply. Raises
    the ``StcoreError`` of the model.
    """
    connection = connection or await scene.host.texts.open()
    scene.facts.last_generation = wanted.kind
    try:
        return await whole(replying(connection, await _request(scene, replace(wanted, model=model), connection)))
    finally:
        await _ended(scene)


async def begin_alone(scene: Scene, wanted: RawWanted, profile: str = "") -> Replying:
    """A text without the chat, ready to be written, through a connection profile where one is named."""
    from stcore.chat.prompting.build import build_raw
    from stcore.chat.prompting.profiles import behind

    host, model = scene.host, ""
    scene.facts.last_generation = "quiet"
    if profile:
        connection, active, model = await behind(host, await host.presets.get("profile", profile))
    else:
        connection, active = await host.texts.open(), await host.presets.active()
    request = build_raw(scene, wanted, connection, active)
    return replying(connection, replace(request, completion=replace(request.completion, model=model)))


async def whole(made: Replying) -> Reply:
    """The reply when it is there; one without words is no failure."""
    try:
        async for _ in made.words():
            pass
    except BadResponse:
        if not made.reply.finished:
            raise
    return made.reply


def replying(connection: TextConnection, request: Request, opening: str = "") -> Replying:
    """The reply to a request, in the making; ``opening`` is what it goes on from."""
    ends = request.ends
    return Replying(
        connection,
        request.completion,
        speaker=ends.speaker,
        opening=opening or request.prompt.prefill,
        marks=ends.marks,
        tags=ends.tags,
    )


async def _request(scene: Scene, wanted: Wanted, connection: TextConnection) -> Request:
    """The request as it is sent, with what its making sets off."""
    from stcore.chat.prompting.build import build_request

    request = await build_request(scene, wanted, connection)
    scene.window.first_included = request.prompt.first_included
    if request.lore is not None:
        scene.facts.outlets = request.lore.slots.outlets
        await scene.activated(request.lore.automation_ids)
    return request


async def _ended(scene: Scene) -> None:
    """Injections that were meant for one generation are gone after it, also after one that was stopped."""
    from stcore.chat.prompting.injections import Injections
    from stcore.chat.prompting.shelf import chat_shelf

    await asyncio.shield(Injections(chat_shelf(scene.host, scene.chat_id)).drop_ephemeral())


async def _box(scene: Scene) -> ToolBox:
    """The functions that are offered in a chat: the registered ones, and the one that draws where it is wanted."""
    from stcore.chat.imagine.tool import picture_tool

    drawing = await picture_tool(scene)
    return scene.host.tools if drawing is None else scene.host.tools.with_(drawing)


class _Written:
    """A text on its way into the chat."""

    def __init__(self, scene: Scene, wanted: Wanted, connection: TextConnection, message: Message | None) -> None:
        self._scene, self._wanted, self._connection, self._message = scene, wanted, connection, message
        self._id = new_id()
        self._started = scene.host.clock.monotonic()
        self._rounds: ToolRounds | None = None

    async def stream(self, request: Request) -> Message | None:
        """Show the words as they come; keep them in the end, whatever ends them."""
        message = self._message
        opening = message.text if message is not None and self._wanted.kind == "continue" else request.prompt.prefill
        made = await self._begun(request, opening)
        self._publish("reply.started", name=self._scene.environment.char, message_id=message.id if message else None)
        ended: dict[str, Any] = {}
        text = _Joined(opening)
        try:
            if opening:
                self._publish("reply.piece", text=opening)
            async with aclosing(made.words()) as pieces:
                async for words in pieces:
                    self._publish("reply.piece", text=text.add(words))
        except StcoreError as error:
            ended["error"] = error.to_dict()
            raise
        finally:
            # A stop (cancellation) ends the words, not the keeping of what had come.
            kept = await asyncio.shield(self._keep(text, made.reply))
            self._publish("reply.ended", **ended, message_id=kept.id if kept else None)
        return kept

    async def _begun(self, request: Request, opening: str) -> Replying | ToolRounds:
        """The reply in the making; where the model may call functions, with what comes of its calls."""
        host, connection = self._scene.host, self._connection
        may_call = self._wanted.kind in ("normal", "swipe", "regenerate")
        box = await _box(self._scene) if may_call else host.tools
        tools = await offered_tools(box, connection) if may_call else ()
        if not tools:
            return replying(connection, request, opening)
        completion = replace(request.completion, tools=tools)
        self._rounds = ToolRounds(
            box,
            completion,
            lambda asked: replying(connection, replace(request, completion=asked), opening),
            self._scene.ui,
        )
        return self._rounds

    def _publish(self, kind: str, **data: Any) -> None:
        self._scene.host.publish(kind, {"id": self._id, **data}, self._scene.chat_id)

    async def _keep(self, text: _Joined, made: Reply) -> Message | None:
        if not text.added.strip():
            return None
        chats, message = self._scene.host.chats, self._message
        whole, extra = await self._rewritten(text), await self._extra(made)
        if message is None:
            new = NewMessage("assistant", self._scene.environment.char, whole, extra=extra)
            return await chats.append(self._scene.chat_id, new)
        match self._wanted.kind:
            case "continue":
                kept = {key: value for key, value in message.extra.items() if key != "cut_off"}
                thoughts = "\n".join(filter(None, (kept.get("reasoning"), extra.get("reasoning"))))
                extra = {**kept, **extra, **({"reasoning": thoughts} if thoughts else {})}
                return await chats.edit(message.id, text=whole, extra=extra)
            case "regenerate":
                await chats.remove(message.id)
                new = NewMessage("assistant", self._scene.environment.char, whole, at=message.position, extra=extra)
                return await chats.append(self._scene.chat_id, new)
            case _:
                return await chats.add_swipe(message.id, whole, extra)

    async def _rewritten(self, text: _Joined) -> str:
        """The whole text as regex scripts want it; of a message that goes on they saw the beginning already."""
        host, environment = self._scene.host, self._scene.environment
        if self._wanted.kind == "continue":
            return text.opening + (await rewrite(host, environment, "reply", text.added)).rstrip()
        return (await rewrite(host, environment, "reply", text.whole.rstrip())).rstrip()

    async def _extra(self, made: Reply) -> dict[str, Any]:
        """How the text came to be, under the names by which chats are exchanged."""
        model = str(getattr(self._connection.options, "model", "") or "")
        extra: dict[str, Any] = {"api": self._connection.name, **({"model": model} if model else {})}
        if made.reasoning.strip():
            seconds = self._scene.host.clock.monotonic() - self._started
            thoughts = await rewrite(self._scene.host, self._scene.environment, "thoughts", made.reasoning.strip())
            extra |= {"reasoning": thoughts, "reasoning_duration": round(seconds * 1000)}
        if self._rounds is not None:
            shown = [one.to_dict() for one in self._rounds.invocations if not one.stealth]
            extra |= {"tool_invocations": shown} if shown else {}
        return extra if made.finished else {**extra, "cut_off": True}


class _Joined:
    """What stood there already, and the words that are added to it."""

    def __init__(self, opening: str) -> None:
        self.opening, self.added = opening, ""

    def add(self, words: str) -> str:
        """Add words; gives them with a blank before the first where words would grow together."""
        if not self.added and self._grows_together(words):
            words = f" {words}"
        self.added += words
        return words

    @property
    def whole(self) -> str:
        return self.opening + self.added

    def _grows_together(self, words: str) -> bool:
        last, first = self.opening[-1:], words[:1]
        return bool(last) and not last.isspace() and last not in "([{“‘«\"'*_-" and first.isalnum()
