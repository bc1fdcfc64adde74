"""What a prompt is told beside the chat itself: texts of the data bank, and the summary of what came before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stcore.chat.documents import scopes_of
from stcore.text.prompt import Insert
from stcore.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene


def summary_insert(scene: Scene) -> Iterator[Insert]:
    """The summary of the chat, as of when this was asked for."""
    if text := scene.facts.summary.strip():
        yield Insert("summary", "Summary", f"What has happened so far: {text}", "after")


async def document_inserts(scene: Scene) -> list[Insert]:
    """The enabled texts of the data bank, each whole, as many as ``chat.documents_tokens`` has room for."""
    left = scene.host.settings.current.chat.documents_tokens
    if not left:
        return []
    scopes = scopes_of(scene.chat_id, scene.environment.extra.get("character_id"))
    made = []
    for document in await scene.host.documents.list(scopes):
        # What is certainly too long need not be read: a token has at least a few characters.
        if not document.enabled or document.size > left * 8:
            continue
        text = f"{document.name}:\n{await scene.host.documents.text(document.id)}"
        if (cost := estimate_tokens(text)) <= left:
            left -= cost
            made.append(Insert(f"document:{document.id}", f"Data bank: {document.name}", text, "after"))
    return made
