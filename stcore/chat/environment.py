"""What macros see in one chat of this host (spec/macros.md section 15).

What changes from moment to moment is read when a macro asks for it (:class:`HostState`). What lies in the database or
in files is loaded before each line of input by the functions in :data:`LOADERS`, one per domain. A new domain
(characters, personas, groups, notes) adds its own function there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stcore.chat.facts import Facts
from stcore.chat.variables import GLOBAL, StoredVariables
from stcore.chat.window import ChatWindow
from stcore.errors import StcoreError
from stcore.macros import Diagnostic, Environment

if TYPE_CHECKING:
    from stcore.host import Host

log = logging.getLogger("stcore.macros")


class HostState:
    """Satisfies ``stcore.macros.environment.StateView``: every value is looked up when a macro asks for it."""

    def __init__(self, host: Host, facts: Callable[[], Facts]) -> None:
        self._host, self._known = host, facts

    @property
    def _facts(self) -> Facts:
        return self._known()

    @property
    def is_chat_completion(self) -> bool:
        """Whether the text model is asked with messages, not with one long text."""
        connection = self._text()
        return connection is None or connection[0].form(connection[1]) == "messages"

    @property
    def api(self) -> str:
        return "openai" if self.is_chat_completion else "textgenerationwebui"

    @property
    def input(self) -> str:
        return self._facts.input

    @property
    def summary(self) -> str:
        return self._facts.summary

    @property
    def is_mobile(self) -> bool:
        return self._facts.is_mobile

    @property
    def last_generation(self) -> str:
        return self._facts.last_generation

    @property
    def outlets(self) -> Mapping[str, str]:
        return self._facts.outlets

    @property
    def model(self) -> str:
        return str(getattr(self._text_options(), "model", "") or "")

    @property
    def max_response(self) -> int:
        return int(getattr(self._text_options(), "max_tokens", 0) or 0)

    @property
    def max_context(self) -> int:
        return int(self._host.settings.current.chat.context_tokens)

    @property
    def extensions(self) -> frozenset[str]:
        return frozenset(record.name for record in self._host.plugins.records if record.enabled and not record.problem)

    def _text_options(self) -> Any:
        """The options of the selected text model, ``None`` while none can be used."""
        connection = self._text()
        return None if connection is None else connection[1]

    def _text(self) -> tuple[Any, Any] | None:
        """The selected text model and its options."""
        texts = self._host.texts
        try:
            name = texts.default_name()
            return texts.kind_of(name), texts.options(name)
        except StcoreError:
            return None


def log_remark(remark: Diagnostic) -> None:
    """Nobody looks at the remarks on a text that is used, but whoever looks for a fault finds them in the log."""
    place = f" (line {remark.span.line + 1}, column {remark.span.column + 1})" if remark.span else ""
    log.log(logging.WARNING if remark.level == "error" else logging.INFO, "%s%s", remark.message, place)


async def load_names(host: Host, chat_id: str | None, environment: Environment) -> None:
    """Who talks to whom, as the settings say; a character or persona of the chat overrides it later."""
    environment.user, environment.char = host.names()


async def load_prompts(host: Host, chat_id: str | None, environment: Environment) -> None:
    """The texts that prompts are made of."""
    if chat_id is not None:
        from stcore.chat.prompting import seen  # a script that runs alone opens no database

        await seen.load_prompts(host, chat_id, environment)
    elif host.data.settings.exists():  # without a file nothing needs to be imported for a one-shot script
        text = host.settings.current.chat.system_prompt
        environment.prompts = replace(environment.prompts, system_prompt=text, system_prompt_enabled=bool(text))


async def load_people(host: Host, chat_id: str | None, environment: Environment) -> None:
    """The character or group of the chat and the persona of the person, who go by names of their own."""
    environment.card, environment.group, environment.persona, environment.extra = None, None, "", {}
    if chat_id is not None:
        # Not before: a script that runs alone opens no database.
        from stcore.chat.cast import load_cast
        from stcore.chat.groups.presence import load_group

        await load_cast(host, chat_id, environment)
        await load_group(host, chat_id, environment)


Loader = Callable[["Host", "str | None", Environment], Awaitable[None]]

LOADERS: tuple[Loader, ...] = (load_names, load_people, load_prompts)
"""Run in this order before each line; each sets the fields of the environment that its domain knows about. A later one
finds what those before it set."""


class Surroundings:
    """The environment of one chat with the stores behind it; without a chat, of a script that runs alone.

    The environment stays the same object for as long as these live; :meth:`refresh` changes its fields.
    """

    def __init__(self, host: Host, chat_id: str | None) -> None:
        self._host, self.chat_id = host, chat_id
        self._alone = Facts()
        self.globals = StoredVariables(lambda: host.database, GLOBAL)
        self.local = StoredVariables(lambda: host.database, chat_id)
        self.window = ChatWindow(lambda: host.database, chat_id, lambda: self.facts)
        user, char = host.names()
        self.environment = Environment(
            user=user,
            char=char,
            local=self.local,
            globals=self.globals,
            chat=self.window,
            state=HostState(host, lambda: self.facts),
            clock=host.clock,
            random=host.random,
            diagnostics=log_remark,
        )

    @property
    def facts(self) -> Facts:
        """What is known of the chat while the program runs; a script without a chat has its own."""
        return self._alone if self.chat_id is None else self._host.facts.of(self.chat_id)

    async def load(self) -> None:
        """Read everything, in worker threads. Without a chat the variables are read when one is first touched."""
        if self.chat_id is not None:
            await asyncio.gather(self.globals.load(), self.local.load())
        await self.refresh()

    async def refresh(self) -> None:
        """Read again what others may have changed since the last line: messages, names, prompts."""
        await self.window.refresh()
        for load in LOADERS:
            await load(self._host, self.chat_id, self.environment)
        self.facts.summary = await _read_summary(self._host, self.chat_id)

    def open(self, chat_id: str) -> None:
        """A script that ran alone has got a chat. Its local variables stay its own."""
        self.chat_id = chat_id
        self.window.open(chat_id)

    async def switch(self, chat_id: str | None) -> None:
        """Look at another chat, or at none: its messages, its variables, its names."""
        await self.local.move(chat_id)
        self.chat_id = chat_id
        self.window.open(chat_id)
        await self.refresh()

    async def flush(self) -> None:
        """Write the variables that changed."""
        await self.globals.flush()
        await self.local.flush()


async def _read_summary(host: Host, chat_id: str | None) -> str:
    if chat_id is None:
        return ""
    from stcore.chat.summaries import read_summary

    return (await read_summary(host, chat_id)).text


async def build_environment(host: Host, chat_id: str | None = None) -> Environment:
    """What macros see in a chat now, for somebody who only looks: variables set in it are not kept."""
    surroundings = Surroundings(host, chat_id)
    await surroundings.load()
    return surroundings.environment
