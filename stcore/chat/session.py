"""One chat opened by one person: a line of input becomes a script, or a message and its reply.

    session = await host.session(chat_id, ui)
    await session.say("/sd apple tree")     # a slash script
    await session.say("hello")              # a message; the text model answers

Errors of what was said go to the ``ui``; nothing is raised but cancellation.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stcore.errors import Busy, StcoreError, UserError
from stcore.storage.ids import new_id

if TYPE_CHECKING:
    from stcore.chat.imagine.desk import PictureDesk
    from stcore.chat.prompting.scene import Scene, Wanted
    from stcore.chat.records import Message
    from stcore.chat.regexes.records import Place
    from stcore.chat.replies.automation import Automation
    from stcore.commands.runtime import Result, Run
    from stcore.commands.scope import Closure, Value
    from stcore.commands.services import Ui
    from stcore.host import Host
    from stcore.macros import Environment
    from stcore.text.tokens import Tokens

log = logging.getLogger("stcore.chat")

MOST_ANSWERS = 10
"""Replies that quick replies get in a row, without anybody writing or pressing anything."""


class Session:
    """Made by :meth:`Host.session`. One thing at a time runs in the foreground: a script or a reply."""

    def __init__(self, host: Host, chat_id: str | None, ui: Ui | None) -> None:
        from stcore.chat.environment import Surroundings
        from stcore.chat.services import services_for

        self.host, self.chat_id, self.ui = host, chat_id, ui
        self.surroundings = Surroundings(host, chat_id)
        self.environment = self.surroundings.environment
        self.window = self.surroundings.window
        self.services = services_for(self)
        self._left = False
        self._wants_reply = False
        self._saying = False
        self._run: Run | None = None
        self._run_id = ""
        self._writing = 0

    async def load(self) -> None:
        """Read what the chat needs, in worker threads; a script that runs alone reads its variables when it asks."""
        if self.chat_id is not None:
            await self.host.chats.get(self.chat_id)
        await self.surroundings.load()

    async def open_chat(self) -> str:
        """The id of the chat; a script that was started without one gets a temporary one now."""
        if self.chat_id is None and self._left:
            await self.switch((await self.host.chats.create()).id, new=True)
        if self.chat_id is None:
            self.chat_id = (await self.host.chats.create("Script", temporary=True)).id
            self.surroundings.open(self.chat_id)
        return self.chat_id

    async def switch(self, chat_id: str | None, *, new: bool = False) -> None:
        """Go to another chat, or leave the chat (``None``); who watches follows, a running script goes on there.

        What waits for a chat to be opened (``new``: to be made) runs by itself. After leaving, the next thing that
        needs a chat begins a new one. Raises ``NotFound``.
        """
        if chat_id is not None:
            await self.host.chats.get(chat_id)
        self.chat_id, self._left = chat_id, chat_id is None
        await self.surroundings.switch(chat_id)
        if self._run is not None:
            self._run.renew()
            self._tell("running")
        if self.ui is not None:
            await self.ui.open_chat(chat_id)
        if new:
            await self.automation.happened("new")
        if chat_id is not None:
            await self.automation.happened("load")

    async def refresh(self) -> None:
        """Read again what a command or somebody else changed (names, cards, messages), for the running script too."""
        await self.surroundings.refresh()
        if self._run is not None:
            self._run.renew()

    def expand(self, text: str) -> str:
        """``text`` with its macros, as this chat sees them."""
        return self.host.macros.expand(text, self.environment)

    @cached_property
    def pictures(self) -> PictureDesk:
        """What is done with pictures here."""
        from stcore.chat.imagine.desk import PictureDesk

        return PictureDesk(self)

    @cached_property
    def automation(self) -> Automation:
        """What runs by itself when something happens in the chat."""
        from stcore.chat.replies.automation import Automation

        return Automation(self, self.host.start_up)

    # -- one line of input -------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether something runs in the foreground."""
        return self._saying or self._run is not None or self._writing > 0

    async def say(self, text: str) -> None:
        """Run one line of input to its end: what begins with a slash is a script, anything else a message."""
        try:
            if self.busy:
                raise Busy("Something is still running here.", hint="Stop it first, or wait until it has ended.")
            self._saying = True
            await self._say(text)
        except StcoreError as error:
            self.report(error)

    async def _say(self, text: str) -> None:
        try:
            if text.lstrip().startswith("/"):
                await self.run(text)
            elif text.strip():
                await self.send(text)
        finally:
            self._saying = False

    def report(self, error: StcoreError) -> None:
        """Show an error that ends nothing."""
        if self.ui is not None:
            self.ui.error(error)
        else:
            log.warning("%s %s", error.message, error.hint)

    async def run(self, script: str, **how: Any) -> Result:
        """Run a slash script; raises its error. What it set in variables is kept, also when it failed."""
        # Since the last line pictures may have arrived, and other pages may have written.
        await self.surroundings.refresh()
        read = await self.host.interpreter.read(script, how.pop("flags", None))
        self._run = self.host.interpreter.start(read, self.services, progress=self._progress, **how)
        self._run_id = new_id()
        self._tell("running")
        try:
            result = await self._run.result()
        except BaseException as error:
            self._tell("aborted" if isinstance(error, asyncio.CancelledError) else "error")
            raise
        else:
            self._tell("aborted" if result.aborted else "done")
        finally:
            self._run = None
            await self.surroundings.flush()
        await self._answer()
        return result

    async def run_apart(self, closure: Closure, variables: Mapping[str, Value]) -> Value:
        """Run a closure that a script left behind, for a click or a model; what it sets in variables is kept."""
        await self.surroundings.refresh()
        try:
            return await self.host.interpreter.run_apart(closure, self.services, variables)
        finally:
            await self.surroundings.flush()

    def _progress(self, done: int, total: int) -> None:
        self._tell("paused" if self._run and self._run.paused else "running", done / total if total else None)

    def _tell(self, state: str, progress: float | None = None) -> None:
        self.host.publish("script.state", {"id": self._run_id, "state": state, "progress": progress}, self.chat_id)

    # -- messages ----------------------------------------------------------------------------------------------------

    async def send(self, text: str) -> Message | None:
        """Add a message of the person and get the reply. Macros in it are expanded once, when it is sent."""
        await self.surroundings.refresh()
        if not await self._add(self.expand(text)):
            return None
        message = await self.reply()
        await self._answer()
        return message

    async def opened(self, *, new: bool = False) -> None:
        """A face shows the chat to a person, who has just made it when it is ``new``: run what waits for that."""
        await self.automation.opened(new=new)
        await self._answer()

    async def put(self, text: str, *, send: bool) -> None:
        """Put a text of a quick reply into the message box, and send it. The reply comes when what runs has ended."""
        if send:
            self._wants_reply = await self._add(text)
        else:
            await self.fill_input(text)

    async def fill_input(self, text: str) -> None:
        """Put a text into the message box, where ``{{input}}`` reads it from now on."""
        self.surroundings.facts.input = text
        if self.ui is not None:
            await self.ui.set_input(text)

    async def _answer(self) -> None:
        """Let the text model answer what was sent by quick replies meanwhile, until there is nothing more."""
        for _ in range(MOST_ANSWERS):
            if not self._wants_reply:
                return
            await self.reply()
        if self._wants_reply:
            self._wants_reply = False
            raise UserError(
                f"Quick replies sent {MOST_ANSWERS} messages by themselves; the next one waits for you.",
                hint="One that runs after each message of the character and sends one itself never ends.",
            )

    async def _add(self, text: str) -> bool:
        """Add a message of the person. False when what followed by itself was stopped."""
        from stcore.chat.records import NewMessage

        chat_id = await self.open_chat()
        new = NewMessage("user", self.environment.user, await self.rewrite("user", text))
        message = await self.host.chats.append(chat_id, new)
        await asyncio.to_thread(self.host.plugins.call, "stcore_message", chat_id=chat_id, message=message.to_dict())
        await self.window.refresh()
        await self.surroundings.flush()
        return await self.automation.happened("user")

    async def reply(self, message_id: str | None = None, *, member: str = "") -> Message | None:
        """Let the text model answer; with ``message_id`` as another swipe of that message.

        In the chat of a group those whose turn it is answer one after the other, or the ``member`` of a name or
        position alone. ``None`` when it was stopped before a word came. What had come when it was stopped or failed
        is kept.
        """
        from stcore.chat.prompting.scene import Wanted

        if message_id is None and self.environment.group is None:
            return await self.write(Wanted())
        from stcore.chat.groups.rounds import speaker_of, speakers

        chat_id = await self.open_chat()
        if message_id is not None:
            return await self.write(Wanted("swipe"), message_id, speaker=await speaker_of(self, message_id))
        written = None
        for speaker in await speakers(self, chat_id, member):
            if not await self.automation.happened("group"):
                break
            written = await self.write(Wanted(), speaker=speaker)
            if written is None:
                break
        return written

    async def write(
        self, wanted: Wanted, message_id: str | None = None, *, speaker: Environment | None = None
    ) -> Message | None:
        """Let the text model write into the chat: a reply, or what becomes of a message (see :func:`.replying.reply`).

        ``speaker`` is the environment of another character who answers. ``None`` as of :meth:`reply`; raises
        :class:`Busy` while something else is written here.
        """
        from stcore.chat.replying import reply

        self._wants_reply = False
        chat_id = await self.open_chat()
        message = await self.host.chats.message(message_id) if message_id else None
        drawn = wanted.kind != "continue" and await self.pictures.caught(message.position if message else None)
        if drawn or not await self.automation.happened("generation"):
            return None
        self._writing += 1
        try:
            written = await self.host.generations.run(chat_id, reply(self.scene(chat_id, speaker), wanted, message))
        finally:
            self._writing -= 1
            await self.window.refresh()
        if written is not None:
            called = {"chat_id": chat_id, "message": written.to_dict()}
            await asyncio.to_thread(self.host.plugins.call, "stcore_message", **called)
            await self.pictures.of_reply(written)
            await self.automation.happened("bot")
        return written

    def scene(self, chat_id: str, speaker: Environment | None = None) -> Scene:
        """The chat as a prompt sees it. It stays what it is when the session goes to another chat meanwhile."""
        from stcore.chat.prompting.scene import Scene

        environment = (speaker or self.environment).child()
        facts, activated = self.surroundings.facts, self.automation.activated
        return Scene(self.host, chat_id, environment, facts, self.window, self._passes, activated, self.ui)

    async def tokens(self) -> Tokens:
        """The tokenizer that is selected; a script that runs alone takes the usual one and opens no database."""
        from stcore.text.tokens import Tokens

        return Tokens() if self.chat_id is None else (await self.host.presets.active()).tokens

    async def rewrite(self, place: Place, text: str) -> str:
        """``text``, which is about to be stored, as regex scripts want it; files of pictures become their addresses, as
        a script outside of the page names pictures by their files."""
        from stcore.chat.regexes.rewriting import rewrite

        text = await self.host.library.canonical(text)
        return await rewrite(self.host, self.environment, place, text)

    async def _passes(self, script: str) -> bool:
        """Whether the closure of an injection's filter lets it in; one that fails keeps it out and is told."""
        from stcore.commands.values import is_true

        try:
            return is_true((await self.host.interpreter.run(script, self.services)).text)
        except StcoreError as error:
            self.report(error)
            return False

    # -- stopping ----------------------------------------------------------------------------------------------------

    async def stop(self) -> bool:
        """Stop what runs in the foreground; pictures have their own stop. Whether anything was running."""
        running = self.busy
        if self._run is not None:
            self._run.stop()
        written = self.host.generations.stop(self.chat_id)
        self._wants_reply = False
        return self.automation.stop() or written or running

    async def stop_writing(self) -> bool:
        """Stop the text model in this chat; whether it was writing."""
        return self.host.generations.stop(self.chat_id)

    def pause(self) -> None:
        """Hold the running script before its next command."""
        if self._run is not None:
            self._run.pause()
            self._tell("paused")

    def resume(self) -> None:
        """Let a paused script go on."""
        if self._run is not None:
            self._run.resume()
            self._tell("running")
