"""The host: it puts the parts together and knows nothing else.

Parts are made when they are first used, so that ``stcore run -c '/echo hi'`` opens no database and imports none of
what pictures need. A face opens one host::

    async with Host.open(folder, face="web") as host:
        session = await host.session(chat_id, ui)
        await session.say("/sd apple tree")
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from stcore.chat.parts import ChatParts
from stcore.clock import Clock, SystemClock
from stcore.paths import CHARACTER, USER, DataFolder

if TYPE_CHECKING:
    from pathlib import Path

    from stcore.bus import Bus
    from stcore.chat.characters.store import CharacterStore
    from stcore.chat.facts import KnownFacts
    from stcore.chat.generations import Generations
    from stcore.chat.groups.store import GroupStore
    from stcore.chat.imagine.settings import PictureSettings
    from stcore.chat.lore.service import LoreService
    from stcore.chat.lore.store import BookStore
    from stcore.chat.personas import PersonaStore
    from stcore.chat.preferences import Preferences
    from stcore.chat.prompting.presets import PresetStore
    from stcore.chat.replies.automation import StartUp
    from stcore.chat.replies.library import ReplyLibrary
    from stcore.chat.session import Session
    from stcore.chat.store import ChatStore
    from stcore.commands import Interpreter
    from stcore.commands.guard import Searcher
    from stcore.commands.services import Ui
    from stcore.config import SecretsFile, SettingsFile
    from stcore.connections import Connections, Tools
    from stcore.images.jobs import Jobs
    from stcore.images.library import Library
    from stcore.images.service import ImageService
    from stcore.images.source import Connection
    from stcore.images.styles import StyleLibrary
    from stcore.images.workflows import WorkflowLibrary
    from stcore.languages import Languages
    from stcore.macros import MacroEngine
    from stcore.plugins import PluginHost
    from stcore.storage.blobs import BlobStore
    from stcore.storage.database import Database
    from stcore.text.model import TextConnection

log = logging.getLogger("stcore")

Face = Literal["web", "terminal", "once"]


class Host(ChatParts):
    """One installation at work. ``plugins`` are handed-in plugins as (name, object), beside those that are found."""

    def __init__(
        self,
        data: DataFolder,
        *,
        face: Face = "web",
        clock: Clock | None = None,
        rng: random.Random | None = None,
        plugins: tuple[tuple[str, Any], ...] = (),
    ) -> None:
        self.data = data
        self.face = face
        self.clock: Clock = clock or SystemClock()
        self.random = rng or random.Random()
        self._handed_in = plugins

    @classmethod
    @asynccontextmanager
    async def open(cls, data: Path | str | None = None, **how: Any) -> AsyncIterator[Host]:
        """A host for the length of the block; see :meth:`__init__` for ``how``. Closes what was opened."""
        host = cls(DataFolder(data), **how)
        try:
            await host.start()
            yield host
        finally:
            await host.close()

    # -- settings ----------------------------------------------------------------------------------------------------

    @cached_property
    def settings(self) -> SettingsFile:
        """``settings.toml``."""
        from stcore.config import SettingsFile

        return SettingsFile(self.data)

    @cached_property
    def secrets(self) -> SecretsFile:
        """``secrets.toml`` and the environment."""
        from stcore.config import SecretsFile

        return SecretsFile(self.data)

    @cached_property
    def plugins(self) -> PluginHost:
        """Everything that was plugged in; loaded when first asked."""
        from stcore.plugins import PluginHost

        disabled = tuple(self.settings.current.plugins.disabled)
        return PluginHost(self.data / "plugins", disabled, self._handed_in)

    # -- storage -----------------------------------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        """The database, with its tables as they should be."""
        from stcore.storage.database import Database

        self.data.prepare()
        database = Database(self.settings.current.storage.database or self.data.database_url)
        try:
            database.prepare()
        except BaseException:
            database.close()
            raise
        return database

    @cached_property
    def bus(self) -> Bus:
        """Live changes."""
        from stcore.bus import Bus

        return Bus(self.database)

    @cached_property
    def blobs(self) -> BlobStore:
        """The files of pictures."""
        from stcore.storage.blobs import ObstoreBlobs

        return ObstoreBlobs(self.settings.current.storage.pictures or self.data.pictures)

    @cached_property
    def library(self) -> Library:
        """Pictures."""
        from stcore.chat.hanging import take_off
        from stcore.images.library import Library

        return Library(self.database, self.blobs, self.clock, self.bus, take_off=take_off)

    @cached_property
    def chats(self) -> ChatStore:
        """Chats and messages."""
        from stcore.chat.store import ChatStore

        return ChatStore(self.database, self.bus, self.clock)

    @cached_property
    def characters(self) -> CharacterStore:
        """Whom people talk to."""
        from stcore.chat.characters.store import CharacterStore

        return CharacterStore(self.database, self.bus, self.clock, self.library, self.delete_chat)

    @cached_property
    def groups(self) -> GroupStore:
        """Several characters in one chat."""
        from stcore.chat.beginning import begin_chat
        from stcore.chat.groups.store import GroupStore

        return GroupStore(
            self.database,
            self.bus,
            self.clock,
            begin_chat=lambda group_id: begin_chat(self, group_id=group_id),
            delete_chat=self.delete_chat,
            delete_pictures=self.library.delete_of_subject,
        )

    @cached_property
    def personas(self) -> PersonaStore:
        """Who people are."""
        from stcore.chat.personas import PersonaStore

        return PersonaStore(self.database, self.bus, self.clock, self.library)

    @cached_property
    def generations(self) -> Generations:
        """What text models are writing."""
        from stcore.chat.generations import Generations

        return Generations()

    @cached_property
    def presets(self) -> PresetStore:
        """Samplers, templates and system prompts by name."""
        from stcore.chat.prompting.presets import PresetStore

        return PresetStore(self.database, self.bus, self.clock)

    @cached_property
    def books(self) -> BookStore:
        """World info."""
        from stcore.chat.lore.store import BookStore

        return BookStore(self.database, self.bus, self.clock)

    @cached_property
    def lore(self) -> LoreService:
        """What world info adds to a prompt."""
        from stcore.chat.lore.service import LoreService

        return LoreService(
            self.database, self.books, self.macros, self.searcher.search, lambda: self.settings.current.lore
        )

    @cached_property
    def searcher(self) -> Searcher:
        """Searches with expressions that people wrote, within a time limit."""
        from stcore.commands.guard import shared_searcher

        return shared_searcher()

    @cached_property
    def preferences(self) -> Preferences:
        """Settings of single chats and characters."""
        from stcore.chat.preferences import Preferences

        return Preferences(self.database)

    @cached_property
    def reply_sets(self) -> ReplyLibrary:
        """Quick replies."""
        from stcore.chat.replies.library import ReplyLibrary
        from stcore.chat.replies.rows import RowStore

        return ReplyLibrary(RowStore(self.database, self.bus, self.clock))

    @cached_property
    def start_up(self) -> StartUp:
        """Whether what runs at the start of the program has run."""
        from stcore.chat.replies.automation import StartUp

        return StartUp()

    @cached_property
    def facts(self) -> KnownFacts:
        """What is known of chats only while the program runs."""
        from stcore.chat.facts import KnownFacts

        return KnownFacts()

    # -- connections -------------------------------------------------------------------------------------------------

    @cached_property
    def connections(self) -> Connections[Connection]:
        """Image sources with address and key."""
        from stcore.connections import Connections
        from stcore.images.source import Connection

        def opened(*parts: Any) -> Connection:
            return replace(Connection(*parts), workflows=self.workflows)

        return Connections("sources", lambda: self.plugins.sources, opened, self._tools)

    @cached_property
    def texts(self) -> Connections[TextConnection]:
        """Text models with address and key."""
        from stcore.connections import Connections
        from stcore.text.model import TextConnection

        return Connections("texts", lambda: self.plugins.texts, TextConnection, self._tools)

    @property
    def _tools(self) -> Tools:
        from stcore.connections import Tools

        return Tools(self.settings, self.secrets, self.database, self.bus, self.clock, self.random)

    # -- pictures ----------------------------------------------------------------------------------------------------

    @cached_property
    def styles(self) -> StyleLibrary:
        """Style presets: bundled, from plugins, and the person's own."""
        from stcore.images.styles import StyleLibrary

        from_plugins = [style for _, style in self.plugins.gather("stcore_styles")]
        return StyleLibrary(self.data / "styles", from_plugins, lambda: self.data.lock("styles"))

    @cached_property
    def workflows(self) -> WorkflowLibrary:
        """Workflow graphs: bundled, from plugins, and the person's own."""
        from stcore.images.workflows import WorkflowLibrary

        return WorkflowLibrary(
            self.data / "workflows", dict(pair for _, pair in self.plugins.gather("stcore_workflows"))
        )

    @cached_property
    def jobs(self) -> Jobs:
        """Pictures being made: durable while the program runs on, inline in a one-shot."""
        from stcore.chat.publish import publish
        from stcore.images.jobs import Jobs

        return Jobs(
            database=self.database,
            bus=self.bus,
            library=self.library,
            clock=self.clock,
            open_connection=self.connections.open,
            publish=lambda connection, job, pictures: publish(
                connection, job, pictures, now=int(self.clock.now().timestamp() * 1000)
            ),
            folder=self.data / "run",
            change_picture=self._finished_picture,
            durable=self.face != "once",
        )

    def _finished_picture(self, data: bytes, request: Any) -> bytes:
        return self.plugins.change("stcore_image", "data", data, request=request)

    @cached_property
    def images(self) -> ImageService:
        """The way of a picture."""
        from stcore.images.service import ImageService
        from stcore.upkeep import change_settings

        return ImageService(
            settings=self.settings,
            change_settings=lambda edit: change_settings(self, edit),
            connections=self.connections,
            styles=self.styles,
            workflows=self.workflows,
            jobs=self.jobs,
            library=self.library,
            plugins=self.plugins,
            addresses="page" if self.face == "web" else "file",
        )

    @cached_property
    def picture_settings(self) -> PictureSettings:
        """The settings of pictures, of the host, of characters and of chats."""
        from stcore.chat.imagine.settings import PictureSettings
        from stcore.upkeep import change_settings

        return PictureSettings(self, lambda edit: change_settings(self, edit))

    # -- languages ---------------------------------------------------------------------------------------------------

    @cached_property
    def languages(self) -> Languages:
        """Macros and slash scripts with their vocabulary; plugins are asked when a name is not known."""
        from stcore.languages import Languages

        return Languages(self.data, lambda: self.plugins, self._macro_engine)

    def _macro_engine(self) -> str:
        return self.settings.current.chat.macro_engine if self.data.settings.exists() else "new"

    @property
    def macros(self) -> MacroEngine:
        """The macro language."""
        return self.languages.macros

    @property
    def interpreter(self) -> Interpreter:
        """The slash language."""
        return self.languages.interpreter

    def ask_plugins(self) -> None:
        """Add what plugins bring to both languages now, not when the first unknown word is met."""
        self.languages.ask_plugins()

    # -- people ------------------------------------------------------------------------------------------------------

    async def session(self, chat_id: str | None = None, ui: Ui | None = None) -> Session:
        """A chat opened for one person. Without ``chat_id`` a script runs alone; a chat is made when it needs one."""
        from stcore.chat.session import Session

        session = Session(self, chat_id, ui)
        await session.load()
        return session

    async def delete_chat(self, chat_id: str) -> None:
        """Remove a chat with everything that belongs to it. Raises ``NotFound``."""
        from stcore.upkeep import delete_chat

        await delete_chat(self, chat_id)

    def names(self) -> tuple[str, str]:
        """Who talks to whom: ``{{user}}`` and ``{{char}}``. Without a settings file nothing needs to be imported."""
        if not self.data.settings.exists():
            return USER, CHARACTER
        chat = self.settings.current.chat
        return chat.user_name, chat.character_name

    def publish(self, kind: str, data: dict[str, Any], chat_id: str | None = None) -> None:
        """Tell whoever listens something passing; a host that opened no database has no listeners."""
        if "bus" in self.__dict__:
            self.bus.publish(kind, data, chat_id)

    # -- life --------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bring up what runs by itself: jobs left behind by a program that died, and plugins that want to know."""
        if self.face != "once" or self._handed_in or any((self.data / "plugins").glob("[!_.]*")):
            await asyncio.to_thread(self.ask_plugins)  # processors of macros act on every text
        if self.face == "once":
            return
        await asyncio.to_thread(lambda: self.database)
        await self.jobs.start()
        self.plugins.call("stcore_startup", host=self)

    async def close(self) -> None:
        """Shut down in the reverse order of need."""
        made = self.__dict__
        if "generations" in made:
            await (self.generations.finish() if self.face == "once" else self.generations.close())
        if "plugins" in made and self.face != "once":
            self.plugins.call("stcore_shutdown", host=self)
        if "jobs" in made:
            await self.jobs.stop()
        for room in ("connections", "texts"):
            if room in made:
                await made[room].aclose()
        if "plugins" in made:
            await self.plugins.aclose()
        if "searcher" in made:
            await asyncio.to_thread(self.searcher.close)
        if "bus" in made:
            await self.bus.close()
        if "database" in made:
            await asyncio.to_thread(self.database.close)
