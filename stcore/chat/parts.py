"""The smaller parts of a host that belong to chats, each made when it is first used, like all parts of a host."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stcore.bus import Bus
    from stcore.chat.backgrounds import BackgroundStore
    from stcore.chat.characters.store import CharacterStore
    from stcore.chat.documents import DocumentStore
    from stcore.chat.imagine.own_modes import ModeDesk
    from stcore.chat.imagine.settings import PictureSettings
    from stcore.chat.imagine.styling import StyleDesk
    from stcore.chat.imagine.templates import PromptTemplates
    from stcore.chat.imagine.workflows import WorkflowDesk
    from stcore.chat.loaders import LoaderDesk
    from stcore.chat.preferences import Preferences
    from stcore.chat.prompting.presets import PresetStore
    from stcore.chat.regexes.store import RegexStore
    from stcore.chat.store import ChatStore
    from stcore.chat.tools.box import ToolBox
    from stcore.clock import Clock
    from stcore.config import SettingsFile
    from stcore.connections import Connections
    from stcore.images.galleries import Galleries
    from stcore.images.library import Library
    from stcore.images.own_modes import ModeLibrary
    from stcore.images.source import Connection
    from stcore.images.styles import StyleLibrary
    from stcore.images.workflows import WorkflowLibrary
    from stcore.paths import DataFolder
    from stcore.storage.database import Database


class ChatHost(Protocol):
    """What these parts need of the host they belong to."""

    clock: Clock
    data: DataFolder

    @property
    def settings(self) -> SettingsFile: ...
    @property
    def connections(self) -> Connections[Connection]: ...
    @property
    def workflows(self) -> WorkflowLibrary: ...
    @property
    def database(self) -> Database: ...
    @property
    def bus(self) -> Bus: ...
    @property
    def library(self) -> Library: ...
    @property
    def preferences(self) -> Preferences: ...
    @property
    def characters(self) -> CharacterStore: ...
    @property
    def presets(self) -> PresetStore: ...
    @property
    def chats(self) -> ChatStore: ...
    @property
    def styles(self) -> StyleLibrary: ...
    @property
    def picture_settings(self) -> PictureSettings: ...
    @property
    def modes(self) -> ModeLibrary: ...
    @property
    def prompt_templates(self) -> PromptTemplates: ...


class ChatParts:
    """A base of :class:`stcore.host.Host`."""

    @cached_property
    def documents(self: ChatHost) -> DocumentStore:
        """The data bank."""
        from stcore.chat.documents import DocumentStore

        return DocumentStore(self.database, self.bus, self.clock)

    @cached_property
    def regexes(self: ChatHost) -> RegexStore:
        """Regular expressions that change texts by themselves."""
        from stcore.chat.regexes.store import RegexStore

        return RegexStore(self)

    @cached_property
    def tools(self) -> ToolBox:
        """Functions that text models may call."""
        from stcore.chat.tools.box import ToolBox

        return ToolBox()

    @cached_property
    def loaders(self) -> LoaderDesk:
        """Busy indicators."""
        from stcore.chat.loaders import LoaderDesk

        return LoaderDesk()

    @cached_property
    def backgrounds(self: ChatHost) -> BackgroundStore:
        """What stands behind chats."""
        from stcore.chat.backgrounds import BackgroundStore

        return BackgroundStore(self)

    @cached_property
    def style_desk(self: ChatHost) -> StyleDesk:
        """Choosing, keeping and giving up styles."""
        from stcore.chat.imagine.styling import StyleDesk

        return StyleDesk(self)

    @cached_property
    def workflow_desk(self: ChatHost) -> WorkflowDesk:
        """Workflows, and placeholders of one's own."""
        from stcore.chat.imagine.workflows import WorkflowDesk

        return WorkflowDesk(self)

    @cached_property
    def galleries(self: ChatHost) -> Galleries:
        """What hangs with characters and groups."""
        from stcore.images.galleries import Galleries

        return Galleries(self.database, self.bus, self.clock, self.library)

    @cached_property
    def modes(self: ChatHost) -> ModeLibrary:
        """Modes of one's own."""
        from stcore.images.own_modes import ModeLibrary

        return ModeLibrary(self.data / "modes", lambda: self.data.lock("modes"))

    @cached_property
    def mode_desk(self: ChatHost) -> ModeDesk:
        """Keeping and giving up modes of one's own."""
        from stcore.chat.imagine.own_modes import ModeDesk

        return ModeDesk(self)

    @cached_property
    def prompt_templates(self: ChatHost) -> PromptTemplates:
        """What text models are asked for when they write the prompt of a picture."""
        from stcore.chat.imagine.templates import PromptTemplates

        return PromptTemplates(self)
