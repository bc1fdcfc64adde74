"""The running lists that completion offers, by the word that declarations use for them in ``choices``.

Lists of pictures, quick replies, messages and variables come from the services of the commands; what no service has is
here, one small function each.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stcore.chat.session import Session


async def _characters(session: Session) -> Sequence[str]:
    return _names_and_keys([(entry.name, entry.key) for entry in await session.host.characters.sketches()])


async def _personas(session: Session) -> Sequence[str]:
    return _names_and_keys([(entry.name, entry.key) for entry in await session.host.personas.list()])


async def _groups(session: Session) -> Sequence[str]:
    return [group.name for group in await session.host.groups.list()]


async def _members(session: Session) -> Sequence[str]:
    """The members of the group of the open chat."""
    group_id = session.environment.extra.get("group_id")
    return [seat.character.name for seat in await session.host.groups.seats(group_id)] if group_id else ()


async def _company(session: Session) -> Sequence[str]:
    """Everybody whose chat can be opened."""
    return [*await _characters(session), *await _groups(session)]


async def _tags(session: Session) -> Sequence[str]:
    return await session.host.characters.tags()


async def _books(session: Session) -> Sequence[str]:
    return await session.host.books.names()


async def _entries(session: Session) -> Sequence[str]:
    """The numbers of the entries that could join the prompt of this chat."""
    scene = await session.host.lore.scene(session.chat_id)
    return [str(uid) for uid in sorted({entry.uid for entry in scene.bound.entries("evenly")})]


def _presets(kind: str) -> Callable[[Session], Awaitable[Sequence[str]]]:
    async def names(session: Session) -> Sequence[str]:
        return await session.host.presets.names(kind)

    return names


async def _apis(session: Session) -> Sequence[str]:
    return session.host.texts.names()


async def _models(session: Session) -> Sequence[str]:
    connection = await session.host.texts.open()
    return [model.id for model in (await connection.model.models(connection)).models]


async def _tokenizers(session: Session) -> Sequence[str]:
    from stcore.text.tokens import TOKENIZERS

    return TOKENIZERS


async def _injections(session: Session) -> Sequence[str]:
    injections = session.services.injections
    return list(await injections.all()) if injections is not None and session.chat_id else ()


async def _prompt_entries(session: Session) -> Sequence[str]:
    return [entry.identifier for entry in (await session.host.presets.active()).entries]


async def _documents(session: Session) -> Sequence[str]:
    """The texts of the data bank that the open chat has at hand."""
    documents = session.services.documents
    return [document.name for document in await documents.list()] if documents is not None else ()


async def _regexes(session: Session) -> Sequence[str]:
    return await session.services.regexes.names() if session.services.regexes is not None else ()


async def _regex_presets(session: Session) -> Sequence[str]:
    return [preset.name for preset in await session.host.regexes.presets()]


async def _tools(session: Session) -> Sequence[str]:
    """The functions of the text model."""
    return [tool.name for tool in session.host.tools.list()]


async def _plugins(session: Session) -> Sequence[str]:
    return sorted(session.environment.state.extensions)


async def _loaders(session: Session) -> Sequence[str]:
    return session.host.loaders.handles()


async def _galleries(session: Session) -> Sequence[str]:
    """Whose pictures ``/list-gallery char=`` can list: characters, and galleries that several share."""
    shared = [gallery.name for gallery in await session.host.galleries.list() if gallery.kind == "shared"]
    return [*await _characters(session), *shared]


async def _backgrounds(session: Session) -> Sequence[str]:
    return ["None", *(background.name for background in await session.host.backgrounds.list())]


async def _placeholders(session: Session) -> Sequence[str]:
    return [placeholder.find for placeholder in session.host.workflow_desk.placeholders()]


async def _own_image_modes(session: Session) -> Sequence[str]:
    """Modes of pictures of one's own."""
    return [mode.name for mode in await asyncio.to_thread(session.host.modes.list)]


async def _image_prompts(session: Session) -> Sequence[str]:
    """The templates of prompts of pictures."""
    return session.host.prompt_templates.names()


def _names_and_keys(people: Sequence[tuple[str, str]]) -> Sequence[str]:
    """Names; of those that several have the keys, which tell them apart."""
    times = Counter(name for name, _ in people)
    return [key if times[name] > 1 else name for name, key in people]


LISTS: dict[str, Callable[[Session], Awaitable[Sequence[str]]]] = {
    "characters": _characters,
    "personas": _personas,
    "groups": _groups,
    "group members": _members,
    "characters and groups": _company,
    "tags": _tags,
    "books": _books,
    "entries": _entries,
    "documents": _documents,
    "loaders": _loaders,
    "backgrounds": _backgrounds,
    "galleries": _galleries,
    "workflow placeholders": _placeholders,
    "own image modes": _own_image_modes,
    "image prompts": _image_prompts,
    "plugins": _plugins,
    "tools": _tools,
    "regexes": _regexes,
    "regex presets": _regex_presets,
    "presets": _presets("preset"),
    "instruct-templates": _presets("instruct"),
    "context-templates": _presets("context"),
    "system-prompts": _presets("sysprompt"),
    "reasoning-templates": _presets("reasoning"),
    "profiles": _presets("profile"),
    "apis": _apis,
    "text-models": _models,
    "tokenizers": _tokenizers,
    "injections": _injections,
    "prompt-entries": _prompt_entries,
}
"""A domain that brings a list adds it here."""


def choices_of(session: Session) -> Callable[[str], Awaitable[Sequence[str]]]:
    """``Services.choices`` of a session; a list nobody knows is empty."""

    async def choices(what: str) -> Sequence[str]:
        found = LISTS.get(what)
        return await found(session) if found is not None else ()

    return choices
