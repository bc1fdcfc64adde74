"""The data bank. `scope` is `global`, `character:ID` or `chat:ID`; every change is followed by the event
`documents.changed`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from stcore.chat.documents import scopes_of
from stcore.web.context import WebDep
from stcore.web.models_documents import DocumentChange, NewDocument

router = APIRouter(prefix="/api/documents", tags=["data bank"])


@router.get("", summary="The texts of the data bank, without what stands in them")
async def list_documents(
    web: WebDep,
    chat_id: Annotated[str | None, Query(description="only what this chat has at hand")] = None,
    scope: Annotated[str | None, Query(description="only those of one scope")] = None,
) -> dict[str, Any]:
    """Of one scope in the order in which they were added; `size` counts characters."""
    scopes = [scope] if scope is not None else None
    if chat_id is not None:
        chat = await web.host.chats.get(chat_id)
        scopes = [one for one in scopes_of(chat.id, chat.character_id) if scopes is None or one in scopes]
    return {"documents": [document.to_dict() for document in await web.host.documents.list(scopes)]}


@router.post("", status_code=201, summary="Keep a text")
async def create_document(web: WebDep, body: NewDocument) -> dict[str, Any]:
    """Several may have the same name."""
    return (await web.host.documents.add(body.scope, body.name, body.text)).to_dict()


@router.get("/{document_id}", summary="One text")
async def get_document(web: WebDep, document_id: str) -> dict[str, Any]:
    """With its `text`."""
    found = await web.host.documents.get(document_id)
    return {**found.to_dict(), "text": await web.host.documents.text(document_id)}


@router.patch("/{document_id}", summary="Change a text")
async def change_document(web: WebDep, document_id: str, body: DocumentChange) -> dict[str, Any]:
    """Its name, what stands in it, or whether it is used."""
    return (await web.host.documents.change(document_id, **body.given())).to_dict()


@router.delete("/{document_id}", status_code=204, summary="Delete a text")
async def delete_document(web: WebDep, document_id: str) -> None:
    """It cannot be brought back."""
    await web.host.documents.delete(document_id)
