"""What commands may touch of the world. A host puts its own behind these protocols; the language knows no more of it.

Everything may be missing: a one-shot script has no chat, a test no pictures. A command that needs what is missing says
so in plain words. One file per protocol.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stcore.macros.environment import Environment

if TYPE_CHECKING:
    from stcore.commands.scope import Closure, Value
    from stcore.commands.services.backgrounds import Backgrounds
    from stcore.commands.services.captions import Captions
    from stcore.commands.services.characters import Character, Characters
    from stcore.commands.services.chat import Chat, Message, Role
    from stcore.commands.services.chats import Chats
    from stcore.commands.services.documents import Document, Documents
    from stcore.commands.services.galleries import Galleries
    from stcore.commands.services.generation import Asked, AskedAlone, Generated, Generation, Way
    from stcore.commands.services.groups import GroupMember, Groups
    from stcore.commands.services.hung_pictures import HungPictures
    from stcore.commands.services.image_modes import ImageModes
    from stcore.commands.services.images import Images, Imagine
    from stcore.commands.services.loaders import Loaders
    from stcore.commands.services.looks import PictureLooks
    from stcore.commands.services.lore import Lore
    from stcore.commands.services.models import Models
    from stcore.commands.services.personas import Binding, Persona, Personas
    from stcore.commands.services.presets import PresetKind, Presets, PromptEntry, Split
    from stcore.commands.services.prompting import AuthorsNote, Injection, Injections, Note
    from stcore.commands.services.regexes import Regexes
    from stcore.commands.services.replies import Replies, ReplyFields, ReplyKey, SetOptions
    from stcore.commands.services.scripts import Scripts, StoredScript
    from stcore.commands.services.styles import Styles
    from stcore.commands.services.summaries import Summaries
    from stcore.commands.services.tokens import Tokens
    from stcore.commands.services.tools import FunctionTool, FunctionTools
    from stcore.commands.services.ui import Button, Level, Loader, Look, Notice, PromptSheet, Ui
    from stcore.commands.services.workflows import OwnPlaceholder, Workflows

__all__ = [
    "Asked",
    "AskedAlone",
    "AuthorsNote",
    "Backgrounds",
    "Binding",
    "Button",
    "Captions",
    "Character",
    "Characters",
    "Chat",
    "Chats",
    "Document",
    "Documents",
    "FunctionTool",
    "FunctionTools",
    "Galleries",
    "Generated",
    "Generation",
    "GroupMember",
    "Groups",
    "HungPictures",
    "ImageModes",
    "Images",
    "Imagine",
    "Injection",
    "Injections",
    "Level",
    "Loader",
    "Loaders",
    "Look",
    "Lore",
    "Message",
    "Models",
    "Note",
    "Notice",
    "OwnPlaceholder",
    "Persona",
    "Personas",
    "PictureLooks",
    "PresetKind",
    "Presets",
    "PromptEntry",
    "PromptSheet",
    "Regexes",
    "Replies",
    "ReplyFields",
    "ReplyKey",
    "Role",
    "Scripts",
    "Services",
    "SetOptions",
    "Split",
    "StoredScript",
    "Styles",
    "Summaries",
    "Tokens",
    "Ui",
    "Way",
    "Workflows",
]

_HOMES = {
    "backgrounds": ("Backgrounds",),
    "captions": ("Captions",),
    "characters": ("Character", "Characters"),
    "chat": ("Chat", "Message", "Role"),
    "chats": ("Chats",),
    "documents": ("Document", "Documents"),
    "galleries": ("Galleries",),
    "generation": ("Asked", "AskedAlone", "Generated", "Generation", "Way"),
    "groups": ("GroupMember", "Groups"),
    "hung_pictures": ("HungPictures",),
    "image_modes": ("ImageModes",),
    "images": ("Images", "Imagine"),
    "loaders": ("Loaders",),
    "looks": ("PictureLooks",),
    "lore": ("Lore",),
    "models": ("Models",),
    "personas": ("Binding", "Persona", "Personas"),
    "presets": ("PresetKind", "Presets", "PromptEntry", "Split"),
    "prompting": ("AuthorsNote", "Injection", "Injections", "Note"),
    "regexes": ("Regexes",),
    "replies": ("Replies", "ReplyFields", "ReplyKey", "SetOptions"),
    "scripts": ("Scripts", "StoredScript"),
    "styles": ("Styles",),
    "summaries": ("Summaries",),
    "tokens": ("Tokens",),
    "tools": ("FunctionTool", "FunctionTools"),
    "ui": ("Button", "Level", "Loader", "Look", "Notice", "PromptSheet", "Ui"),
    "workflows": ("OwnPlaceholder", "Workflows"),
}
"""The records and protocols by the file they stand in; a file is imported when one of its names is wanted."""


def __getattr__(name: str) -> Any:
    """The names of ``_HOMES``: a short script wants few of them, and making all of them takes 10 ms."""
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"stcore.commands.services.{module}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@dataclass(frozen=True, slots=True)
class Services:
    """All that the commands of one script may touch."""

    environment: Environment
    """What macros see. Its stores are the variables of ``/setvar`` and ``/setglobalvar``; its clock and its random
    numbers are those of the commands too."""
    chat: Chat | None = None
    chats: Chats | None = None
    groups: Groups | None = None
    characters: Characters | None = None
    personas: Personas | None = None
    lore: Lore | None = None
    generation: Generation | None = None
    injections: Injections | None = None
    note: AuthorsNote | None = None
    presets: Presets | None = None
    models: Models | None = None
    tokens: Tokens | None = None
    documents: Documents | None = None
    regexes: Regexes | None = None
    tools: FunctionTools | None = None
    summaries: Summaries | None = None
    loaders: Loaders | None = None
    backgrounds: Backgrounds | None = None
    captions: Captions | None = None
    images: Images | None = None
    galleries: Galleries | None = None
    hung_pictures: HungPictures | None = None
    workflows: Workflows | None = None
    image_modes: ImageModes | None = None
    styles: Styles | None = None
    looks: PictureLooks | None = None
    ui: Ui | None = None
    scripts: Scripts | None = None
    replies: Replies | None = None
    fill_input: Callable[[str], Awaitable[None]] | None = None
    """Puts a text into the message box, where ``{{input}}`` reads it; without it only :attr:`ui` is told."""
    apart: Callable[[Closure, Mapping[str, Value]], Awaitable[Value]] | None = None
    """Runs a closure that was kept, after its script has ended, with further scoped variables."""
    choices: Callable[[str], Awaitable[Sequence[str]]] | None = None
    """Running lists for completion that no other service has: ``characters``, ``personas`` ..."""
