"""What is put into a prompt beside its entries: the author's note, the character's note, injections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stcore.chat.prompting.history import count_said
from stcore.chat.prompting.injections import KEY as INJECTIONS, read_injections
from stcore.chat.prompting.notes import KEY as NOTE, is_due, read_note, with_character_note
from stcore.chat.prompting.scene import Scene
from stcore.commands.services.prompting import Injection
from stcore.text.prompt import Insert

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character


async def note_insert(scene: Scene, before: int | None, character: Character | None) -> Insert:
    """The author's note of the chat in its place; without a text when it is not its turn."""
    preferences = scene.host.preferences
    default = read_note(await preferences.get("host", NOTE))
    note = read_note(await preferences.get(f"chat:{scene.chat_id}", NOTE), default)
    own = await preferences.get(f"character:{character.id}", NOTE) if character else None
    text = with_character_note(note, own)
    if text and note.frequency:
        due = note.frequency == 1 or is_due(note, await count_said(scene, before))
        text = scene.expand(text) if due else ""
    else:
        text = ""
    return Insert("note", "Author's note", text, note.position, note.depth, note.role)


def character_insert(scene: Scene, character: Character | None) -> Iterator[Insert]:
    """The note that a card brings, which has a depth and a role of its own."""
    text = scene.expand("{{charDepthPrompt}}").strip()
    if not text:
        return
    depth: Any = character.field("depth_prompt_depth") if character else None
    role: Any = character.field("depth_prompt_role") if character else None
    yield Insert(
        "character-note",
        f"Note of {scene.environment.char}",
        text,
        "chat",
        depth if isinstance(depth, int) else 4,
        role if role in ("user", "assistant") else "system",
    )


async def injections(scene: Scene) -> Mapping[str, Injection]:
    """The injections of the chat whose filters let them in, their macros resolved."""
    stored = read_injections(await scene.host.preferences.get(f"chat:{scene.chat_id}", INJECTIONS))
    return {
        key: injection
        for key, injection in stored.items()
        if injection.filter is None or await scene.run_filter(injection.filter)
    }


def injection_inserts(scene: Scene, found: Mapping[str, Injection]) -> Iterator[Insert]:
    """Injections with a place in the prompt, in the order of their ids."""
    for key, injection in found.items():
        if injection.position != "none":
            text = scene.expand(injection.value)
            label = f"Injection {key}"
            yield Insert(f"injection:{key}", label, text, injection.position, injection.depth, injection.role)
