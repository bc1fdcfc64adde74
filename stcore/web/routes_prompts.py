"""What the text model is told in a chat: the prompt piece by piece, the author's note, injections."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from stcore.chat.prompting.injections import Injections
from stcore.chat.prompting.itemise import itemise
from stcore.chat.prompting.notes import KEY as NOTE, Notes, read_note
from stcore.chat.prompting.scene import Kind, Wanted
from stcore.chat.prompting.shelf import ChatShelf, HostShelf, chat_shelf
from stcore.commands.services.prompting import Injection
from stcore.web.context import Web, WebDep
from stcore.web.models_prompts import CharacterNote, InjectionBody, NoteChange

router = APIRouter(prefix="/api", tags=["prompts"])


async def _shelf(web: Web, chat_id: str) -> ChatShelf:
    await web.host.chats.get(chat_id)
    return chat_shelf(web.host, chat_id)


@router.get("/chats/{chat_id}/prompt", summary="The prompt as it would be sent now")
async def read_prompt(
    web: WebDep,
    chat_id: str,
    kind: Annotated[Kind, Query(description="for which kind of text")] = "normal",
    instruction: Annotated[str, Query(max_length=10_000, description="a further instruction behind it")] = "",
) -> dict[str, Any]:
    """`parts` in their order: each with its `source`, `role`, `text`, estimated `tokens`, whether it is `joined` to the
    one before it in one message, and the `position` of the message of the chat that it is. `messages` (or `text`) is
    what the model would receive; `lore` says which entries of world info joined, and why; `left_out` counts the
    `messages` and the `examples` of the card that had no room. Nothing is sent.
    """
    session = await web.host.session(chat_id, web.ui(chat_id))
    return await itemise(session, Wanted(kind, instruction))


# -- the author's note -----------------------------------------------------------------------------------------------


@router.get("/chats/{chat_id}/note", summary="The author's note of a chat")
async def read_chat_note(web: WebDep, chat_id: str) -> dict[str, Any]:
    """With the default of new chats where the chat says nothing."""
    return asdict(await Notes(await _shelf(web, chat_id), HostShelf(web.host)).get())


@router.patch("/chats/{chat_id}/note", summary="Change the author's note of a chat")
async def change_chat_note(web: WebDep, chat_id: str, body: NoteChange) -> dict[str, Any]:
    """Only the fields that are sent; gives the whole note."""
    return asdict(await Notes(await _shelf(web, chat_id), HostShelf(web.host)).change(**body.given()))


@router.get("/note", summary="The default author's note")
async def read_default_note(web: WebDep) -> dict[str, Any]:
    """What chats have that say nothing else."""
    return asdict(read_note(await HostShelf(web.host).get(NOTE)))


@router.patch("/note", summary="Change the default author's note")
async def change_default_note(web: WebDep, body: NoteChange) -> dict[str, Any]:
    """Chats that have a note of their own keep it."""
    changed = await HostShelf(web.host).change(NOTE, lambda stored: {**asdict(read_note(stored)), **body.given()})
    return asdict(read_note(changed))


@router.get("/characters/{character_id}/note", summary="The author's note of a character")
async def read_character_note(web: WebDep, character_id: str) -> dict[str, Any]:
    """Empty and unused where it has none."""
    character = await web.host.characters.get(character_id)
    stored = await web.host.preferences.get(f"character:{character.id}", NOTE)
    return CharacterNote.model_validate(stored or {}).model_dump()


@router.put("/characters/{character_id}/note", summary="Give a character an author's note")
async def write_character_note(web: WebDep, character_id: str, body: CharacterNote) -> dict[str, Any]:
    """It stands in every chat with it, beside the chat's note or in its place."""
    character = await web.host.characters.get(character_id)
    await web.host.preferences.set(f"character:{character.id}", NOTE, body.model_dump())
    return body.model_dump()


# -- injections ------------------------------------------------------------------------------------------------------


@router.get("/chats/{chat_id}/injections", summary="The injections of a chat, by id")
async def read_injections(web: WebDep, chat_id: str) -> dict[str, Any]:
    """Texts that `/inject` or this API put into its prompts."""
    return await _injections(await _shelf(web, chat_id))


@router.put("/chats/{chat_id}/injections", summary="Replace the injections of a chat")
async def write_injections(web: WebDep, chat_id: str, body: dict[str, InjectionBody]) -> dict[str, Any]:
    """The body holds all of them by id; what is not in it is removed."""
    shelf = await _shelf(web, chat_id)
    await Injections(shelf).replace({key: Injection(**one.model_dump()) for key, one in body.items()})
    return await _injections(shelf)


@router.delete("/chats/{chat_id}/injections/{injection_id}", status_code=204, summary="Remove an injection")
async def remove_injection(web: WebDep, chat_id: str, injection_id: str) -> None:
    """One that is not there is no failure."""
    await Injections(await _shelf(web, chat_id)).remove(injection_id)


async def _injections(shelf: ChatShelf) -> dict[str, Any]:
    return {"injections": {key: asdict(one) for key, one in (await Injections(shelf).all()).items()}}
