"""The services that a command reaches for; one that this host does not have is an error that says so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.commands.services import (
        AuthorsNote,
        Backgrounds,
        Captions,
        Characters,
        Chat,
        Chats,
        Documents,
        FunctionTools,
        Galleries,
        Generation,
        Groups,
        HungPictures,
        ImageModes,
        Images,
        Injections,
        Loaders,
        Models,
        Personas,
        PictureLooks,
        Presets,
        Regexes,
        Replies,
        Scripts,
        Services,
        Styles,
        Summaries,
        Tokens,
        Ui,
        Workflows,
    )
    from stcore.commands.services.lore import Lore


class Reach(ABC):
    """A base of :class:`stcore.commands.call.Call`."""

    __slots__ = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of the command as written, maybe an alias."""

    @property
    @abstractmethod
    def services(self) -> Services:
        """All that this host has."""

    @property
    def chat(self) -> Chat:
        """The open chat; raises :class:`UserError` when there is none."""
        if self.services.chat is None:
            raise UserError(f"/{self.name} needs a chat, and none is open.")
        return self.services.chat

    @property
    def chats(self) -> Chats:
        """The way to other chats; raises :class:`UserError` when there is only this one."""
        if self.services.chats is None:
            raise UserError(f"/{self.name} needs stored chats, which are not available here.")
        return self.services.chats

    @property
    def groups(self) -> Groups:
        """The group of the open chat; raises :class:`UserError` when this host has no groups."""
        if self.services.groups is None:
            raise UserError(f"/{self.name} needs groups, which are not available here.")
        return self.services.groups

    @property
    def characters(self) -> Characters:
        """The characters; raises :class:`UserError` when this host has none."""
        if self.services.characters is None:
            raise UserError(f"/{self.name} needs characters, which are not available here.")
        return self.services.characters

    @property
    def personas(self) -> Personas:
        """The personas; raises :class:`UserError` when this host has none."""
        if self.services.personas is None:
            raise UserError(f"/{self.name} needs personas, which are not available here.")
        return self.services.personas

    @property
    def lore(self) -> Lore:
        """World info; raises :class:`UserError` when this host has none."""
        if self.services.lore is None:
            raise UserError(f"/{self.name} needs world info, which is not available here.")
        return self.services.lore

    @property
    def generation(self) -> Generation:
        """The text model's writing; raises :class:`UserError` when this host has none."""
        if self.services.generation is None:
            raise UserError(f"/{self.name} needs text generation, which is not available here.")
        return self.services.generation

    @property
    def injections(self) -> Injections:
        """The injections of the chat; raises :class:`UserError` when this host has none."""
        if self.services.injections is None:
            raise UserError(f"/{self.name} needs prompts, which are not available here.")
        return self.services.injections

    @property
    def note(self) -> AuthorsNote:
        """The author's note of the chat; raises :class:`UserError` when this host has none."""
        if self.services.note is None:
            raise UserError(f"/{self.name} needs prompts, which are not available here.")
        return self.services.note

    @property
    def presets(self) -> Presets:
        """Presets of prompts and models; raises :class:`UserError` when this host has none."""
        if self.services.presets is None:
            raise UserError(f"/{self.name} needs presets, which are not available here.")
        return self.services.presets

    @property
    def models(self) -> Models:
        """The connections to text models; raises :class:`UserError` when this host has none."""
        if self.services.models is None:
            raise UserError(f"/{self.name} needs text models, which are not available here.")
        return self.services.models

    @property
    def tokens(self) -> Tokens:
        """The tokenizer; raises :class:`UserError` when this host has none."""
        if self.services.tokens is None:
            raise UserError(f"/{self.name} needs a tokenizer, which is not available here.")
        return self.services.tokens

    @property
    def documents(self) -> Documents:
        """The data bank; raises :class:`UserError` when this host has none."""
        if self.services.documents is None:
            raise UserError(f"/{self.name} needs the data bank, which is not available here.")
        return self.services.documents

    @property
    def regexes(self) -> Regexes:
        """The regex scripts; raises :class:`UserError` when this host has none."""
        if self.services.regexes is None:
            raise UserError(f"/{self.name} needs regex scripts, which are not available here.")
        return self.services.regexes

    @property
    def tools(self) -> FunctionTools:
        """The functions of the text model; raises :class:`UserError` when this host has none."""
        if self.services.tools is None:
            raise UserError(f"/{self.name} needs functions of text models, which are not available here.")
        return self.services.tools

    @property
    def summaries(self) -> Summaries:
        """Summaries of the chat; raises :class:`UserError` when this host has none."""
        if self.services.summaries is None:
            raise UserError(f"/{self.name} needs a text model, which is not available here.")
        return self.services.summaries

    @property
    def galleries(self) -> Galleries:
        """The galleries of characters and groups; raises :class:`UserError` when this host has none."""
        if self.services.galleries is None:
            raise UserError(f"/{self.name} needs galleries, which are not available here.")
        return self.services.galleries

    @property
    def loaders(self) -> Loaders:
        """Busy indicators; raises :class:`UserError` when nobody would see them."""
        if self.services.loaders is None:
            raise UserError(f"/{self.name} needs someone to show something to, and nobody is there.")
        return self.services.loaders

    @property
    def captions(self) -> Captions:
        """The pictures of the chat in words."""
        if self.services.captions is None:
            raise UserError(f"/{self.name} needs the pictures of a chat, and there is none here.")
        return self.services.captions

    @property
    def hung_pictures(self) -> HungPictures:
        """The pictures on the messages of the chat; raises :class:`UserError` when there are none."""
        if self.services.hung_pictures is None:
            raise UserError(f"/{self.name} needs the pictures of a chat, and there is none here.")
        return self.services.hung_pictures

    @property
    def backgrounds(self) -> Backgrounds:
        """What stands behind the chat; raises :class:`UserError` when this host has none."""
        if self.services.backgrounds is None:
            raise UserError(f"/{self.name} needs backgrounds, which are not available here.")
        return self.services.backgrounds

    @property
    def images(self) -> Images:
        """The picture pipeline; raises :class:`UserError` when this host has none."""
        if self.services.images is None:
            raise UserError(f"/{self.name} needs image generation, which is not available here.")
        return self.services.images

    @property
    def looks(self) -> PictureLooks:
        """How people look in pictures; raises :class:`UserError` when this host keeps nobody."""
        if self.services.looks is None:
            raise UserError(f"/{self.name} needs characters and personas, which are not available here.")
        return self.services.looks

    @property
    def styles(self) -> Styles:
        """The styles of pictures; raises :class:`UserError` when this host has none."""
        if self.services.styles is None:
            raise UserError(f"/{self.name} needs styles of pictures, which are not available here.")
        return self.services.styles

    @property
    def workflows(self) -> Workflows:
        """The workflows of pictures; raises :class:`UserError` when this host has none."""
        if self.services.workflows is None:
            raise UserError(f"/{self.name} needs workflows, which are not available here.")
        return self.services.workflows

    @property
    def image_modes(self) -> ImageModes:
        """Modes of one's own and templates of prompts; raises :class:`UserError` when this host has none."""
        if self.services.image_modes is None:
            raise UserError(f"/{self.name} needs modes of pictures, which are not available here.")
        return self.services.image_modes

    @property
    def replies(self) -> Replies:
        """The sets of quick replies; raises :class:`UserError` when this host keeps none."""
        if self.services.replies is None:
            raise UserError(f"/{self.name} needs quick replies, which are not available here.")
        return self.services.replies

    @property
    def scripts(self) -> Scripts:
        """The stored scripts; raises :class:`UserError` when this host keeps none."""
        if self.services.scripts is None:
            raise UserError(f"/{self.name} needs quick replies, which are not available here.")
        return self.services.scripts

    @property
    def ui(self) -> Ui:
        """Who watches the script; raises :class:`UserError` when nobody can be told anything."""
        if self.services.ui is None:
            raise UserError(f"/{self.name} needs someone to show something to, and nobody is there.")
        return self.services.ui

    async def fill_input(self, text: str) -> None:
        """Put ``text`` into the message box; raises :class:`UserError` when nobody can be told anything."""
        await (self.services.fill_input or self.ui.set_input)(text)
