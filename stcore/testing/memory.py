"""A host in memory for scripts: chat, variables and a person made of lists. Nothing is shared and nothing is stored.

>>> import asyncio
>>> host = MemoryHost()
>>> asyncio.run(host.run("/send hello | /echo done")).pipe
'done'
>>> host.chat.messages_added[0].text, host.ui.toasts[0].text
('hello', 'done')
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from stcore.chat.loaders import LoaderDesk, LoadersPort
from stcore.chat.ports.replies import RepliesPort
from stcore.chat.ports.tokens import TokensPort
from stcore.chat.prompting.injections import Injections
from stcore.chat.prompting.notes import Notes
from stcore.chat.prompting.shelf import MemoryShelf
from stcore.chat.replies.library import ReplyLibrary
from stcore.chat.replies.shelf import MemoryStore
from stcore.chat.tools.box import ToolBox
from stcore.commands import standard_registry
from stcore.commands.runtime import Interpreter, Progress, Result
from stcore.commands.services import (
    Button,
    Images,
    Imagine,
    Level,
    Loader,
    Look,
    Message,
    Notice,
    PromptSheet,
    Role,
    Services,
)
from stcore.commands.services.chat import mark_role
from stcore.commands.services.images import SettingScope
from stcore.commands.services.ui import PLAIN
from stcore.commands.syntax import Flags
from stcore.errors import NeedsPerson, NotFound, StcoreError
from stcore.macros import Environment, MacroEngine, MemoryVariables, environment as macros
from stcore.macros.environment import State, StateView


class MemoryChat:
    """A chat held in a list, with one greeting of the character unless told otherwise."""

    def __init__(self, *, user: str = "User", character: str = "Character", greeting: str = "Hello.") -> None:
        self.user = user
        self.character = character
        self.narrator = "System"
        self.held: list[Message] = []
        self._made = 0
        self._alternatives: dict[str, list[str]] = {}
        if greeting:
            self.held.append(self._message(character, greeting, "character", hidden=False))
        self._first = frozenset(message.id for message in self.held)

    @property
    def messages_added(self) -> list[Message]:
        """All messages that were not there in the beginning."""
        return [message for message in self.held if message.id not in self._first]

    async def set_narrator(self, name: str) -> None:
        self.narrator = name or "System"

    async def messages(self) -> Sequence[Message]:
        return list(self.held)

    async def send(
        self,
        text: str,
        *,
        name: str | None = None,
        role: Role = "user",
        hidden: bool = False,
        at: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Message:
        own = {"user": self.user, "character": self.character, "system": self.narrator, "comment": "Note"}
        message = self._message(own[role] if name is None else name, text, role, hidden=hidden)
        message = replace(message, extra=mark_role(extra or {}, role))
        self.held.insert(len(self.held) if at is None else at, message)
        return message

    async def update(
        self,
        id: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        hidden: bool | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Message:
        given = {"name": name, "role": role, "hidden": hidden}
        changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        merged = {**self._find(id).extra, **(extra or {})}
        merged = {key: value for key, value in merged.items() if value is not None}
        changes["extra"] = merged if role is None else mark_role(merged, role)
        return self._change(id, **changes)

    async def add_swipe(self, id: str, text: str, *, show: bool) -> Message:
        texts = self._texts(id)
        texts.append(text)
        return self._shown(id, len(texts) - 1 if show else self._find(id).swipe)

    async def show_swipe(self, id: str, number: int) -> Message:
        return self._shown(id, number)

    async def remove_swipe(self, id: str, number: int) -> Message:
        texts, shown = self._texts(id), self._find(id).swipe
        del texts[number]
        return self._shown(id, min(shown - (number < shown), len(texts) - 1))

    async def delete(self, ids: Sequence[str]) -> None:
        self.held = [message for message in self.held if message.id not in ids]

    def _message(self, name: str, text: str, role: Role, *, hidden: bool) -> Message:
        self._made += 1
        return Message(str(self._made), name, text, role, hidden)

    def _find(self, id: str) -> Message:
        for message in self.held:
            if message.id == id:
                return message
        raise NotFound(f"There is no message {id}.")

    def _change(self, id: str, **changes: Any) -> Message:
        message = self._find(id)
        changed = replace(message, **changes)
        self.held[self.held.index(message)] = changed
        return changed

    def _texts(self, id: str) -> list[str]:
        return self._alternatives.setdefault(id, [self._find(id).text])

    def _shown(self, id: str, number: int) -> Message:
        texts = self._texts(id)
        return self._change(id, text=texts[number], swipe=number, swipes=len(texts))


@dataclass(frozen=True, slots=True)
class Toast:
    """A notice that was shown."""

    level: Level
    text: str
    title: str = ""


class MemoryUi:
    """Notes what is shown. ``answers`` are given to questions in order; without one there is no person."""

    def __init__(self, answers: Sequence[Any] = ()) -> None:
        self.answers = list(answers)
        self.toasts: list[Toast] = []
        self.errors: list[StcoreError] = []
        self.shown: list[str] = []
        self.input = ""
        self.opened: list[str | None] = []
        self.notices: list[Notice] = []
        self.looks: list[Look] = []
        self.sheets: list[PromptSheet] = []
        self.galleries: list[str | None] = []
        self.beeps = 0
        self.clipboard: str | None = None
        self.loading: list[Loader] = []

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        self.toasts.append(Toast(level, text, title))

    async def notify(
        self, notice: Notice, *, wait: bool = False, clicked: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Every notice that can be clicked is clicked at once."""
        self.notices.append(notice)
        self.toast(notice.text, notice.level, notice.title)
        if clicked is not None:
            await clicked()

    def error(self, error: StcoreError) -> None:
        self.errors.append(error)

    def show(self, markdown: str, title: str = "") -> None:
        self.shown.append(markdown)

    async def popup(
        self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "", look: Look = PLAIN
    ) -> bool | None:
        self.shown.append(text)
        self.looks.append(look)
        answer: bool | None = self._answer(text)
        return answer

    async def ask(
        self,
        text: str,
        *,
        default: str = "",
        placeholder: str = "",
        rows: int = 4,
        ok: str = "OK",
        look: Look = PLAIN,
    ) -> str | None:
        self.looks.append(look)
        answer: str | None = self._answer(text)
        return answer

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        answer: Sequence[str] | None = self._answer(text)
        return answer

    async def review(self, sheet: PromptSheet) -> PromptSheet | None:
        """Answers are texts in place of the prompt, whole sheets, or ``None``."""
        self.sheets.append(sheet)
        answer = self._answer(sheet.prompt)
        return replace(sheet, prompt=answer) if isinstance(answer, str) else answer

    async def show_gallery(self, subject_id: str | None) -> None:
        self.galleries.append(subject_id)

    async def set_input(self, text: str) -> None:
        self.input = text

    def beep(self) -> None:
        self.beeps += 1

    async def read_clipboard(self) -> str | None:
        return self.clipboard

    async def write_clipboard(self, text: str) -> None:
        self.clipboard = text

    def show_loader(self, loader: Loader) -> None:
        self.loading.append(loader)

    def hide_loader(self, loader: Loader) -> None:
        self.loading.remove(loader)

    def debugger(self, interpreter: Interpreter) -> None:
        """Nobody steps through."""

    async def open_chat(self, chat_id: str | None) -> None:
        self.opened.append(chat_id)

    def _answer(self, question: str) -> Any:
        if not self.answers:
            raise NeedsPerson(f"Nobody is here to answer “{question}”.")
        return self.answers.pop(0)


@dataclass
class MemoryImages:
    """Notes what pictures are asked for and gives each an address; ``error`` is raised instead when it is set."""

    requests: list[Imagine] = field(default_factory=list)
    error: StcoreError | None = None
    known: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {"sources": ["canvas"], "styles": ["Default", "Ink"], "workflows": ["text"]}
    )
    chosen: dict[str, str] = field(
        default_factory=lambda: {"sources": "canvas", "styles": "Default", "workflows": "text"}
    )

    settings: dict[str, str] = field(default_factory=dict)

    async def imagine(self, wanted: Imagine) -> str:
        if self.error is not None:
            raise self.error
        self.requests.append(wanted)
        return f"/pictures/{len(self.requests)}.png"

    async def setting(self, key: str, scope: SettingScope | None, value: str | None) -> Any:
        if value is not None:
            self.settings[key] = value
        return self.settings.get(key) if key else self.settings

    async def source(self, name: str | None) -> str:
        return self._choose("sources", name)

    async def style(self, name: str | None) -> str:
        return self._choose("styles", name)

    async def workflow(self, name: str) -> str:
        return self._choose("workflows", name.removesuffix(".json"))

    async def choices(self, what: str) -> Sequence[str]:
        return self.known.get(what, ())

    def _choose(self, what: str, name: str | None) -> str:
        if name is not None:
            if name not in self.known[what]:
                raise NotFound(f"There is no “{name}” among the {what}.")
            self.chosen[what] = name
        return self.chosen[what]


class _SeenChat:
    """What macros see of a :class:`MemoryChat`, as it is now."""

    hash = 0
    reroll = 0
    first_included: int | None = None
    first_displayed: int | None = None

    def __init__(self, chat: MemoryChat) -> None:
        self._chat = chat

    @property
    def messages(self) -> Sequence[macros.Message]:
        return [
            macros.Message(message.text, message.role == "user", message.hidden, message.name)
            for message in self._chat.held
        ]


class _MemoryState(State):
    """A state whose message box is the one of a :class:`MemoryUi`."""

    def __init__(self, state: StateView, ui: MemoryUi) -> None:
        self.__dict__.update(vars(state), _ui=ui)

    @property
    def input(self) -> str:
        ui: MemoryUi = self.__dict__["_ui"]
        return ui.input


class MemoryHost:
    """All that a script needs, fresh: ``await host.run(text)``. The parts may be looked at afterwards."""

    def __init__(
        self,
        *,
        user: str = "User",
        character: str = "Character",
        greeting: str = "Hello.",
        answers: Sequence[Any] = (),
        environment: Environment | None = None,
        interpreter: Interpreter | None = None,
    ) -> None:
        self.interpreter = interpreter or make_interpreter()
        self.chat = MemoryChat(user=user, character=character, greeting=greeting)
        self.ui = MemoryUi(answers)
        self.images = MemoryImages()
        self.local = MemoryVariables()
        self.globals = MemoryVariables()
        base = environment or Environment()
        self.ui.input = base.state.input
        self.environment = base.child(
            user=user,
            char=character,
            local=self.local,
            globals=self.globals,
            chat=base.chat if base.chat.messages else _SeenChat(self.chat),
            state=_MemoryState(base.state, self.ui),
        )
        self.replies = ReplyLibrary(MemoryStore())
        port = RepliesPort(lambda: self.replies, lambda: "memory", lambda: self.ui.input, self._say)
        self.injections = Injections(MemoryShelf())
        self.note = Notes(MemoryShelf(), MemoryShelf())
        self.tools = ToolBox()
        self.loaders = LoaderDesk()
        self.services = Services(
            self.environment,
            chat=self.chat,
            injections=self.injections,
            note=self.note,
            tokens=TokensPort(),
            tools=self.tools,
            loaders=LoadersPort(self.loaders, self.ui, _nothing_to_stop),
            images=cast("Images", self.images),
            ui=self.ui,
            scripts=port,
            replies=port,
        )

    async def _say(self, text: str, send: bool) -> None:
        """A message by a quick reply; nobody answers here."""
        self.ui.input = "" if send else text
        if send:
            await self.chat.send(text)

    async def run(self, text: str, *, flags: Flags | None = None, progress: Progress | None = None) -> Result:
        """Run a script. Raises :class:`ParseError` and :class:`ExecutionError`."""
        return await self.interpreter.run(text, self.services, flags=flags, progress=progress)


def make_interpreter(macros: MacroEngine | None = None) -> Interpreter:
    """An interpreter with the built-in commands and, unless others are given, the built-in macros."""
    return Interpreter(standard_registry(), macros or MacroEngine())


async def _nothing_to_stop() -> bool:
    """No text model writes here."""
    return False
