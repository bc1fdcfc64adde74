"""Quick replies: sets, the replies in them, where they are switched on, and pressing them.

Names of sets may hold any character, so they stand in the query and never in the path. Sets and replies have the keys
of the format in which SillyTavern shares them; every change is followed by the event `replies.changed`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from stcore.chat.replies.acting import ready_to_press
from stcore.chat.replies.automation import switched_on
from stcore.chat.replies.bar import buttons
from stcore.chat.replies.files import reply_from_json, reply_to_json, set_from_json, set_to_json
from stcore.chat.replies.records import ActiveSet, Reply, ReplySet
from stcore.chat.replies.shelf import EVERYWHERE
from stcore.errors import NotFound, ScriptError, StcoreError, UserError
from stcore.macros.numbers import utf16_offset
from stcore.web.context import Web, WebDep
from stcore.web.models import Accepted
from stcore.web.models_replies import (
    Activation,
    NewSet,
    Opened,
    Order,
    Pressed,
    ReplyChange,
    SetChange,
    ToImport,
    ToTry,
)

router = APIRouter(prefix="/api", tags=["quick replies"])

SetName = Annotated[str, Query(alias="set", min_length=1, description="name of the set")]
ReplyId = Annotated[int, Query(alias="id", description="number of the reply in its set")]
ChatId = Annotated[str | None, Query(description="the chat that is open")]


@router.get("/replies", summary="Every set of quick replies, and where it is switched on")
async def list_sets(web: WebDep, chat_id: ChatId = None) -> dict[str, Any]:
    """`active` lists sets for `global`, `chat` and `character`, as far as the chat has these; `on` is the switch
    over all of them (`chat.quick_replies` of the settings)."""
    library = web.host.reply_sets
    active = {
        "global" if scope == EVERYWHERE else scope.partition(":")[0]: [
            {"set": of.name, "visible": of.visible} for of in await library.switched_on(scope)
        ]
        for scope in await library.places(chat_id)
    }
    return {"sets": [set_to_json(of) for of in await library.sets()], "active": active, "on": switched_on(web.host)}


@router.get("/replies/bar", summary="The buttons to show in a chat")
async def get_bar(web: WebDep, chat_id: ChatId = None) -> dict[str, Any]:
    """By set; a button's `menu` holds further sets of buttons."""
    return {"sets": await buttons(web.host, chat_id)}


@router.put("/replies/active", status_code=204, summary="Say which sets are switched on in one place")
async def set_active(web: WebDep, body: Activation) -> None:
    """In their order; what is not named is switched off there."""
    scope = await _scope(web, body)
    await web.host.reply_sets.arrange(scope, [ActiveSet(entry.set, entry.visible) for entry in body.sets])


async def _scope(web: Web, body: Activation) -> str:
    if body.where == "global":
        return EVERYWHERE
    if body.chat_id is not None:
        await web.host.chats.get(body.chat_id)
    places = await web.host.reply_sets.places(body.chat_id)
    scope = next((scope for scope in places if scope.startswith(f"{body.where}:")), None)
    if scope is None:
        raise UserError(f"There is no {body.where} here for which a set could be switched on.")
    return scope


# -- sets ------------------------------------------------------------------------------------------------------------


@router.post("/replies/sets", status_code=201, summary="Make an empty set")
async def create_set(web: WebDep, body: NewSet) -> dict[str, Any]:
    """Refused when there is one of that name."""
    made = set_from_json({"qrList": [], **body.given()})
    return set_to_json(await web.host.reply_sets.add(made))


@router.get("/replies/set", summary="One set")
async def get_set(web: WebDep, name: SetName) -> dict[str, Any]:
    """With its replies."""
    return set_to_json(await web.host.reply_sets.get(name))


@router.patch("/replies/set", summary="Change or rename a set")
async def change_set(web: WebDep, name: SetName, body: SetChange) -> dict[str, Any]:
    """A new name is followed wherever the set is switched on or hangs in a menu."""
    given = body.given()
    new = given.pop("name", name).strip()
    library = web.host.reply_sets
    if new != name:
        await library.rename(name, new)
    return set_to_json(await library.change(new, lambda of: set_from_json({**set_to_json(of), **given})))


@router.delete("/replies/set", status_code=204, summary="Delete a set with its replies")
async def delete_set(web: WebDep, name: SetName) -> None:
    """It is also taken off wherever it is switched on and out of menus."""
    await web.host.reply_sets.delete(name)


@router.get("/replies/export", summary="A set as a file for others")
async def export_set(web: WebDep, name: SetName) -> JSONResponse:
    """In the format of SillyTavern; keys that came with an import and are not known here are in it."""
    data = set_to_json(await web.host.reply_sets.get(name))
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}.json"
    return JSONResponse(data, headers={"Content-Disposition": disposition})


@router.post("/replies/import", status_code=201, summary="Take over a set from a file")
async def import_set(web: WebDep, body: ToImport) -> dict[str, Any]:
    """It is not switched on anywhere yet."""
    found = set_from_json(body.set)
    if body.name is not None:
        found = replace(found, name=body.name)
    return set_to_json(await web.host.reply_sets.add(found, replacing=body.replace))


# -- replies ---------------------------------------------------------------------------------------------------------


@router.post("/replies/reply", status_code=201, summary="Add a quick reply")
async def create_reply(web: WebDep, name: SetName, body: ReplyChange) -> dict[str, Any]:
    """At the end of its set; its id comes with the answer."""
    made = reply_from_json({"id": 0, **body.given()})
    changed = await web.host.reply_sets.change(name, lambda of: of.with_new(made))
    return reply_to_json(changed.replies[-1])


@router.patch("/replies/reply", summary="Change a quick reply")
async def change_reply(web: WebDep, name: SetName, id: ReplyId, body: ReplyChange) -> dict[str, Any]:
    """Only what is given."""

    def edit(of: ReplySet) -> ReplySet:
        return of.with_changed(reply_from_json({**reply_to_json(_reply(of, id)), **body.given()}))

    return reply_to_json(_reply(await web.host.reply_sets.change(name, edit), id))


@router.delete("/replies/reply", status_code=204, summary="Delete a quick reply")
async def delete_reply(web: WebDep, name: SetName, id: ReplyId) -> None:
    """Its id is not used again."""
    await web.host.reply_sets.change(name, lambda of: of.without(_reply(of, id).id))


@router.put("/replies/order", status_code=204, summary="Order the replies of a set")
async def order_replies(web: WebDep, name: SetName, body: Order) -> None:
    """Replies that are not named stay behind those that are."""
    await web.host.reply_sets.change(name, lambda of: of.in_order(body.ids))


def _reply(of: ReplySet, id: int) -> Reply:
    found = of.reply(id=id)
    if found is None:
        raise NotFound(f"The set “{of.name}” has no quick reply number {id}.")
    return found


# -- doing -----------------------------------------------------------------------------------------------------------


@router.post("/replies/press", status_code=202, summary="Press the button of a quick reply")
async def press_reply(web: WebDep, body: Pressed) -> dict[str, Any]:
    """`deed` says what it does: `run` a script, `send` a message, or `insert` the `text` into the message box.

    With `takes_input` what was typed is part of it, and the box is empty now. What comes of it arrives as events.
    """
    path = [(step.set, step.id) for step in body.path]
    ready = await ready_to_press(web.host.reply_sets, path, body.typed)
    text = await web.runs.press(body.chat_id, ready, body.typed)
    return {"deed": ready.deed, "text": text, "takes_input": ready.takes_input}


@router.post("/replies/try", summary="Run the text of a quick reply as it stands in the editor")
async def try_reply(web: WebDep, body: ToTry) -> dict[str, Any]:
    """Answers when it has ended: with its `pipe`, `aborted` and the `reason`, or the `error` with its place."""
    try:
        result = await web.runs.attempt(body.chat_id, body.text, body.typed)
    except ScriptError as error:
        return {"pipe": None, "aborted": False, "error": {**error.to_dict(), "where": _where(error)}}
    except StcoreError as error:
        return {"pipe": None, "aborted": False, "error": error.to_dict()}
    return {
        "pipe": None if result.pipe is None else result.text,
        "aborted": result.aborted,
        "reason": result.abort_reason,
        "error": None,
    }


def _where(error: ScriptError) -> dict[str, int] | None:
    """The place of an error as a browser counts: in UTF-16 units."""
    if error.span is None:
        return None
    start, end = utf16_offset(error.source, error.span.start), utf16_offset(error.source, error.span.end)
    return {**error.span.to_dict(), "start": start, "end": end}


@router.post("/chats/{chat_id}/opened", status_code=202, summary="A person looks at the chat now")
async def chat_opened(web: WebDep, chat_id: str, body: Opened) -> Accepted:
    """Quick replies that run when a chat is opened do so; the first time, those of the start of the program."""
    await web.runs.opened(chat_id, new=body.new)
    return Accepted()
