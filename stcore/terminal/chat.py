"""``stcore chat``: a conversation with an input line that is always there."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from stcore import __version__
from stcore.tasks import first_of
from stcore.terminal.conversation import Conversation
from stcore.terminal.pictures import detect
from stcore.terminal.screen import Screen
from stcore.terminal.ui import TerminalUi
from stcore.terminal.wording import fitted

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_toolkit import PromptSession
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    from stcore.host import Host

_HINT = "Tab completes · /help explains · F2 quick replies · Ctrl-C stops · Ctrl-D leaves"
_LEAVING = ("/quit", "/exit")
_PICK = "/qr "


async def chat(data: str | None, *, chat_id: str | None = None, new: bool = False, images: str = "auto") -> None:
    """Open a chat (the latest one, or a new one) and stay in it until Ctrl-D.

    Without a terminal on both ends lines are read from standard input and answers are printed plainly.
    """
    from stcore.host import Host

    live = sys.stdin.isatty() and sys.stdout.isatty()
    terminal = detect(os.environ, is_tty=sys.stdout.isatty(), wanted=images)
    screen = Screen(live=live, colours=terminal.colours, width=lambda: shutil.get_terminal_size().columns)
    ui = TerminalUi(screen)
    async with Host.open(data, face="terminal") as host:
        opened, is_new = await _open_chat(host, chat_id, new)
        session = await host.session(opened, ui)
        conversation = Conversation(host, session, screen, ui, terminal)
        if live:
            screen.say(f"stcore {__version__} · {_HINT}", "dim")
        for broken in await asyncio.to_thread(lambda: host.plugins.problems):
            screen.say(f"The plugin {broken.name} was left out: {broken.problem} {broken.hint}", "warning")
        if not is_new:
            await conversation.show_earlier()
        talk = _Live(conversation).talk() if live else _talk_plainly(conversation)
        await first_of(talk, conversation.run(new=is_new))


async def _open_chat(host: Host, chat_id: str | None, new: bool) -> tuple[str, bool]:
    if chat_id is not None:
        return (await host.chats.get(chat_id)).id, False
    latest = None if new else await host.chats.latest()
    if latest is not None:
        return latest.id, latest.messages == 0
    return (await host.chats.create()).id, True


async def _talk_plainly(conversation: Conversation) -> None:
    """Lines from a pipe, one after the other; each is finished before the next is read."""
    while True:
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            break
        if line.strip() in _LEAVING:
            return
        conversation.enter(line.rstrip("\n"))
        await conversation.settle()
    conversation.ui.leave()
    await conversation.settle()


class _Live:
    """The input line: history, completion, the toolbar below it and the line being written above it."""

    def __init__(self, conversation: Conversation) -> None:
        from stcore.terminal.completion import BottomLine

        self._conversation = conversation
        self._bottom_line = BottomLine(conversation.session)
        self._session = self._prompt_session(conversation.host.data / "history")
        self._leaving = False
        conversation.screen.refresh = self._session.app.invalidate
        conversation.ui.put_input = self._put_input

    async def talk(self) -> None:
        """Until Ctrl-D."""
        from prompt_toolkit.patch_stdout import patch_stdout

        # The terminal stays raw between two prompts: what is typed in that moment is neither echoed nor changed.
        with patch_stdout(raw=True), self._session.app.input.raw_mode():
            while not self._leaving:
                try:
                    line = await self._session.prompt_async()
                except (EOFError, KeyboardInterrupt):
                    break
                if line.strip() in _LEAVING:
                    break
                self._conversation.enter(line)
            self._conversation.ui.leave()

    def _prompt_session(self, history: Path) -> PromptSession[str]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory
        from prompt_toolkit.shortcuts import CompleteStyle

        from stcore.terminal.completion import TypingCompleter

        conversation = self._conversation
        history.touch(mode=0o600)
        return PromptSession(
            message=self._message,
            history=FileHistory(str(history)),
            completer=TypingCompleter(conversation.session, conversation.ui),
            complete_while_typing=True,
            complete_style=CompleteStyle.COLUMN,
            reserve_space_for_menu=6,
            bottom_toolbar=self._toolbar,
            key_bindings=self._keys(),
            style=_style(),
            input=_keyboard(),
        )

    def _message(self) -> StyleAndTextTuples:
        name, words = self._conversation.screen.tail
        above: StyleAndTextTuples = [("class:name", name), ("", f"{words}\n")] if name or words else []
        mark = "? " if self._conversation.ui.question is not None else "> "
        return [*above, ("class:mark", mark)]

    def _toolbar(self) -> StyleAndTextTuples:
        width = self._conversation.screen.width
        buffer = self._session.default_buffer
        if self._conversation.ui.question is not None:
            return [("", fitted("Enter answers · Ctrl-C goes on without an answer", width))]
        explained = self._bottom_line.say(buffer.text, buffer.cursor_position, width)
        if explained:
            return [*explained]
        progress = self._conversation.progress_line(width)
        if not progress and self._conversation.screen.speaking:
            progress = "Ctrl-C stops the reply"
        return [("", progress or fitted(_HINT, width))]

    def _keys(self) -> KeyBindings:
        from prompt_toolkit.key_binding import KeyBindings

        keys = KeyBindings()

        @keys.add("c-c")
        @keys.add("<sigint>")
        def _interrupt(event: KeyPressEvent) -> None:
            if event.current_buffer.text:
                event.current_buffer.reset()
            elif not self._conversation.ui.cancel():
                event.app.create_background_task(self._stop())

        @keys.add("escape", "enter")
        def _new_line(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        @keys.add("f2")
        def _quick_replies(event: KeyPressEvent) -> None:
            if self._conversation.ui.question is None:
                event.app.create_background_task(self._offer_replies(event.current_buffer))

        return keys

    async def _offer_replies(self, buffer: Buffer) -> None:
        """Let the person pick one of the active quick replies; it may take up what is typed."""
        session = self._conversation.session
        scripts = session.services.scripts
        if scripts is None or not await scripts.listed():
            self._conversation.screen.say("No set of quick replies is switched on. /help qr-set-on explains.", "dim")
            return
        if not buffer.text.startswith(_PICK):
            session.surroundings.facts.input = buffer.text
        self._put_input(_PICK)
        buffer.start_completion()

    async def _stop(self) -> None:
        if not await self._conversation.stop():
            self._conversation.screen.say("Nothing is running. Ctrl-D leaves.", "dim")

    def _put_input(self, text: str) -> None:
        buffer = self._session.default_buffer
        buffer.text = text
        buffer.cursor_position = len(text)


def _keyboard() -> Input:
    """The keyboard, raw also while something is printed above the prompt.

    prompt_toolkit puts the terminal back to lines then, for programs that read from it; ours only print, and a key
    pressed in that moment (in a streaming reply there are many) would be echoed, changed, or lost.
    """
    from prompt_toolkit.input.vt100 import Vt100Input

    class Keyboard(Vt100Input):
        def cooked_mode(self) -> AbstractContextManager[None]:
            return nullcontext()

    return Keyboard(sys.stdin)


def _style() -> Any:
    from prompt_toolkit.styles import Style

    return Style.from_dict({"name": "ansigreen bold", "mark": "ansicyan bold", "bottom-toolbar": "noreverse dim"})
