"""The open chat in the terminal: lines go in, what happens in the chat comes out, wherever it was caused."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from stcore.errors import StcoreError
from stcore.terminal.lines import Lines
from stcore.terminal.pictures import Terminal, render
from stcore.terminal.screen import Screen, Style
from stcore.terminal.ui import TerminalUi
from stcore.terminal.wording import fitted

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.host import Host
    from stcore.storage.journal import Entry

EARLIER = 10
"""Messages of an existing chat shown when it is opened."""
_WIDEST, _HIGHEST = 80, 30

_GO_ON = "another: /imagine-swipe · changed: /imagine-redo · how it was made: /imagine-explain"


class Conversation:
    """One chat. :meth:`enter` takes lines, :meth:`run` does the work until it is cancelled."""

    def __init__(self, host: Host, session: Session, screen: Screen, ui: TerminalUi, terminal: Terminal) -> None:
        self.host, self.session, self.screen, self.ui, self.terminal = host, session, screen, ui, terminal
        self.jobs: dict[str, dict[str, Any]] = {}
        """Pictures under way, by job, with their latest progress."""
        self._lines = Lines(
            self._session_for, cancel=host.jobs.cancel, report=ui.error, refresh=lambda: self.screen.refresh()
        )
        self._shown: set[str] = set()
        self._chat_id = session.chat_id
        self._told: set[str] = set()
        """Messages of this chat that are on the screen: those of a new one come both as what is there and as news."""
        self._ours: list[str] = []
        self._streamed = ""
        self._opening = False
        ui.follow, ui.gallery = self._follow, self._show_gallery

    # -- in ----------------------------------------------------------------------------------------------------------

    def enter(self, line: str) -> None:
        """A line was entered: the answer to a question, or what is said next, which waits for no picture."""
        if self.ui.asks:
            self.ui.answer(line)
        elif line.strip():
            if self.screen.live and (self._opening or self._lines.holds):
                self.screen.say("(This comes next.)", "dim")
            if not line.lstrip().startswith("/"):
                self._ours.append(line.strip())
            self._lines.add(line)

    @property
    def busy(self) -> bool:
        """Something runs, or waits to run."""
        return self._opening or self._lines.busy

    async def stop(self) -> bool:
        """Stop what was begun last, a reply, a script with its pictures, or a picture; whether there was anything."""
        self._ours.clear()
        if await self._lines.stop():
            return True
        if self.jobs:
            await self.host.jobs.cancel(list(self.jobs)[-1])
            return True
        return await self.session.stop()

    async def settle(self) -> None:
        """Wait until nothing runs any more, or a question is open."""
        while self.busy and not self.ui.asks:
            await asyncio.sleep(0.02)

    # -- life --------------------------------------------------------------------------------------------------------

    async def run(self, *, new: bool = False) -> None:
        """Say what was entered and show what happens, until cancelled; ``new`` tells that the chat was just made."""
        # To all chats: a script may go from one to another.
        news = await self.host.bus.subscribe()
        parts = [asyncio.ensure_future(self._work(new)), asyncio.ensure_future(self._listen(news))]
        try:
            await asyncio.gather(*parts)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def _follow(self, chat_id: str | None) -> None:
        """A script went to another chat: show it."""
        if chat_id == self._chat_id:
            return
        self._chat_id = chat_id
        self._told.clear()
        if chat_id is None:
            self.screen.say("The chat is closed. What you say next begins a new one.", "dim")
            return
        chat = await self.host.chats.get(chat_id)
        self.screen.say(f"This is the chat “{chat.title}”.", "dim")
        await self.show_earlier()

    async def _work(self, new: bool) -> None:
        self._opening = True
        try:
            await self.session.opened(new=new)
        except StcoreError as error:
            self.ui.error(error)
        finally:
            self._opening = False
        await self._lines.run()

    async def _session_for(self, beside: bool) -> Session:
        """The session in which the next line is said; one ``beside`` another that is still drawing is a new one."""
        if beside and self.session.busy:
            return await self.host.session(self._chat_id, self.ui)
        if self.session.chat_id != self._chat_id:
            await self.session.switch(self._chat_id)  # a script beside it went there
        return self.session

    async def _listen(self, news: Any) -> None:
        try:
            async for entry in news:
                if entry.chat_id not in (None, self._chat_id):
                    continue
                try:
                    await self._happened(entry)
                except StcoreError as error:
                    self.ui.error(error)  # a picture that is gone, say; what comes next is shown all the same
        finally:
            news.close()

    # -- out ---------------------------------------------------------------------------------------------------------

    async def show_earlier(self) -> None:
        """The end of a chat that exists already; its pictures by name only."""
        messages = await self.host.chats.messages(self.session.chat_id or "", limit=EARLIER)
        for message in messages:
            if message.id in self._told:
                continue
            self._told.add(message.id)
            self._show_text(message.to_dict())
            for picture in message.pictures:
                self._shown.add(picture["id"])
                await self._show_details(picture)

    async def _happened(self, entry: Entry) -> None:
        data = entry.data
        match entry.kind:
            case "reply.started":
                self.screen.begin(data["name"])
                self._streamed = ""
            case "reply.piece":
                self._streamed += data["text"]
                self.screen.words(data["text"])
            case "reply.ended":
                self.screen.end()
            case "message.added":
                await self._added(data["message"])
            case "message.changed":
                await self._show_pictures(data["message"], titled=True)
            case "job.changed":
                self._job_changed(data["job"])
            case "job.progress":
                self._job_moved(data)
            case "toast":
                self.screen.say(data["text"])

    async def _added(self, message: dict[str, Any]) -> None:
        if message["id"] in self._told:
            return
        self._told.add(message["id"])
        text = message["text"].strip()
        if message["role"] == "user" and text in self._ours:
            self._ours.remove(text)  # it stands in the input line above
        elif message["role"] == "assistant" and text and text == self._streamed.strip():
            self.screen.end()
            self._streamed = ""
        else:
            self._show_text(message)
        await self._show_pictures(message)

    def _show_text(self, message: dict[str, Any]) -> None:
        who: Style = "user" if message["role"] == "user" else "character"
        text, pictures = message["text"], message["pictures"]
        if pictures and message["extra"].get("inline_image") is False:
            text = pictures[0]["title"] or text  # it shows its picture in place of its words (image-generation.md 12.1)
        self.screen.say(text, "dim" if message["role"] == "system" else "", name=message["name"], who=who)

    async def _show_pictures(self, message: dict[str, Any], *, titled: bool = False) -> None:
        """Those that are not on the screen yet; ``titled`` with their prompts, where nothing else says them."""
        for picture in message["pictures"]:
            if picture["id"] not in self._shown:
                self._shown.add(picture["id"])
                if titled and picture["title"]:
                    self.screen.say(fitted(picture["title"], self.screen.width))
                await self._show_picture(picture)

    async def _show_picture(self, picture: dict[str, Any]) -> None:
        columns, rows = self._room()
        data, _ = await self.host.library.read(picture["id"], "medium")
        if drawn := await asyncio.to_thread(render, data, self.terminal, columns, rows):
            self.screen.raw(drawn)
        await self._show_details(picture)
        if picture.get("generation") and self.screen.live:
            self.screen.say(_GO_ON, "dim")

    async def _show_gallery(self, subject_id: str | None) -> None:
        from stcore.terminal.gallery import print_gallery

        chat_id = self._chat_id or ""
        await print_gallery(self.host, self.screen, self.terminal, subject_id=subject_id, chat_id=chat_id)

    def _room(self) -> tuple[int, int]:
        """Cells for a picture: as many as leave the end of the conversation visible."""
        try:
            height = os.get_terminal_size().lines
        except OSError:
            height = 24
        return min(_WIDEST, self.screen.width - 1), max(4, min(_HIGHEST, height - 5))

    async def _show_details(self, picture: dict[str, Any]) -> None:
        made = picture.get("generation") or {}
        parts = [f"{picture['width']}x{picture['height']}", f"seed {made['seed']}" if made.get("seed") else ""]
        self.screen.say(" · ".join(filter(None, [*parts, str(made.get("source") or "")])), "dim")
        if caption := (picture.get("extra") or {}).get("caption"):
            self.screen.say(str(caption), "dim")
        # The path is never broken by us, so that a terminal can recognise and copy it as one.
        self.screen.link(await self.host.images.address(picture["id"]))

    # -- pictures under way ------------------------------------------------------------------------------------------

    def _job_changed(self, job: dict[str, Any]) -> None:
        if job["state"] in ("done", "failed", "cancelled"):
            self.jobs.pop(job["id"], None)
            self._lines.drawn(job["id"])
            # What a script waits for, it reports itself.
            if job["state"] == "cancelled":
                self.screen.say(f"Stopped: {fitted(job['prompt'], 60)}", "dim")
        else:
            self.jobs[job["id"]] = {**self.jobs.get(job["id"], {}), **job}
            self._lines.drawing(job["id"])
        self.screen.refresh()

    def _job_moved(self, progress: dict[str, Any]) -> None:
        if progress["id"] in self.jobs:
            self.jobs[progress["id"]]["progress"] = progress
            self.screen.refresh()

    def progress_line(self, width: int) -> str:
        """The pictures under way in one line, empty when there are none."""
        if not self.jobs:
            return ""
        *_, job = self.jobs.values()
        progress = job.get("progress") or {}
        fraction = progress.get("fraction")
        parts = []
        if fraction is not None:
            full = round(fraction * 10)
            parts.append(f"{'━' * full}{'╌' * (10 - full)} {fraction:.0%}")
        if progress.get("steps"):
            parts.append(f"step {progress.get('step') or 0}/{progress['steps']}")
        if progress.get("position"):
            parts.append(f"number {progress['position']} in the queue")
        parts.append(progress.get("stage") or ("" if fraction is not None else job["state"]))
        parts += [job["prompt"], f"(+{len(self.jobs) - 1} more)" if len(self.jobs) > 1 else ""]
        return fitted(" · ".join(filter(None, parts)), width)
