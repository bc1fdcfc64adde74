"""The data bank: texts kept beside the chats (spec/commands.toml, group data-bank-and-files)."""

from __future__ import annotations

from collections.abc import Sequence

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services.documents import SOURCES, Document, Source
from stcore.errors import UserError
from stcore.macros.numbers import js_json

_GROUP = "data-bank-and-files"
_ANYWHERE = Named("source", "whose texts; without it all that the chat has", "enum", SOURCES)
_PLACE = Named("source", "whose texts", "enum", SOURCES, default="chat")
_FILE = Unnamed("name or address, in any case", required=True, choices="documents")
_TEXT = Unnamed("the text", required=True)
_TIDES = "/db-add name=tides.txt High water at six."


def _names(command: str) -> tuple[str, ...]:
    return (f"databank-{command}", f"data-bank-{command}")


@command(
    "db-list",
    aliases=_names("list"),
    group=_GROUP,
    summary="List the texts of the data bank.",
    named=(_ANYWHERE, Named("field", "what to list", "enum", ("name", "url"), default="url")),
    returns="JSON list of addresses, or of names with field=name",
    examples=(Example("/db-list field=name", pipe='["tides.txt"]', setup=_TIDES),),
)
async def db_list(call: Call) -> str:
    """The data bank keeps texts for everybody (`global`), for a character or for a chat."""
    found = await call.documents.list(_source(call))
    by_name = call.choice("field", "url") == "name"
    return js_json([document.name if by_name else document.url for document in found])


@command(
    "db-get",
    aliases=_names("get"),
    group=_GROUP,
    summary="Read a text of the data bank.",
    named=(_ANYWHERE,),
    unnamed=_FILE,
    returns="the text; empty and a warning when there is none",
    examples=(
        Example("/db-get TIDES.txt", pipe="High water at six.", setup=_TIDES),
        Example("/db-add source=global name=note one | /db-get", pipe="one", note="by its address"),
    ),
)
async def db_get(call: Call) -> str:
    found = await _wanted(call, call.text, _source(call))
    return await call.documents.text(found.id) if found is not None else ""


@command(
    "db-add",
    aliases=_names("add"),
    group=_GROUP,
    summary="Keep a text in the data bank.",
    named=(_PLACE, Named("name", "its name; else date and time")),
    unnamed=_TEXT,
    returns="its address",
    examples=(Example("/db-add name=map.txt North of the mill. || /db-get map.txt", pipe="North of the mill."),),
)
async def db_add(call: Call) -> str:
    now = call.environment.clock.now()
    name = call.argument("name").strip() or f"{now:%Y-%m-%d %H:%M:%S}.txt"
    return (await call.documents.add(_source(call) or "chat", name, call.text)).url


@command(
    "db-update",
    aliases=_names("update"),
    group=_GROUP,
    summary="Replace a text of the data bank.",
    named=(
        _PLACE,
        Named("name", "its name", choices="documents"),
        Named("url", "its address, looked at first", choices="documents"),
    ),
    unnamed=_TEXT,
    returns="its address; empty and a warning when there is none",
    examples=(
        Example("/db-update name=tides.txt At seven. || /db-get tides.txt", pipe="At seven.", setup=_TIDES),
        Example("/db-update name=nothing.txt Whatever.", pipe=""),
    ),
)
async def db_update(call: Call) -> str:
    """The address stays the same."""
    url, name = call.argument("url").strip(), call.argument("name").strip()
    found = None
    for wanted in filter(None, (url, name)):
        found = found or _find(await call.documents.list(_source(call) or "chat"), wanted)
    if found is None:
        return _missing(call, url or name)
    return (await call.documents.write(found.id, call.text)).url


async def _switch(call: Call, enabled: bool) -> str:
    found = await _wanted(call, call.text, _source(call))
    if found is not None:
        await call.documents.enable(found.id, enabled)
    return ""


@command(
    "db-disable",
    aliases=_names("disable"),
    group=_GROUP,
    summary="Leave a text of the data bank out of prompts.",
    named=(_ANYWHERE,),
    unnamed=_FILE,
    returns="nothing",
    examples=(Example("/db-disable tides.txt", pipe="", setup=_TIDES),),
)
async def db_disable(call: Call) -> str:
    return await _switch(call, enabled=False)


@command(
    "db-enable",
    aliases=_names("enable"),
    group=_GROUP,
    summary="Use a text of the data bank again.",
    named=(_ANYWHERE,),
    unnamed=_FILE,
    returns="nothing",
    examples=(Example("/db-enable tides.txt", pipe="", setup=_TIDES),),
)
async def db_enable(call: Call) -> str:
    """Texts in use are told to the text model as far as the setting `chat.documents_tokens` gives them room."""
    return await _switch(call, enabled=True)


@command(
    "db-delete",
    aliases=_names("delete"),
    group=_GROUP,
    summary="Delete a text of the data bank.",
    named=(_PLACE,),
    unnamed=_FILE,
    returns="nothing",
    examples=(Example("/db-delete tides.txt || /db-list", pipe="[]", setup=_TIDES),),
)
async def db_delete(call: Call) -> str:
    found = await _wanted(call, call.text, _source(call) or "chat")
    if found is not None:
        await call.documents.delete(found.id)
    return ""


def _source(call: Call) -> Source | None:
    """The place asked for, ``None`` when none was named."""
    word = call.choice("source")
    return next((source for source in SOURCES if source == word), None)


async def _wanted(call: Call, text: str, source: Source | None) -> Document | None:
    """The document of a name or address; a warning when there is none."""
    if not text.strip():
        raise UserError(f"/{call.name} needs the name or address of a text.", hint="/db-list shows those there are.")
    found = _find(await call.documents.list(source), text.strip())
    if found is None:
        _missing(call, text.strip())
    return found


def _missing(call: Call, wanted: str) -> str:
    call.ui.toast(f"The data bank has no text “{wanted}”.", "warning")
    return ""


def _find(listed: Sequence[Document], wanted: str) -> Document | None:
    """By address before name; capitals do not matter."""
    wanted = wanted.lower()
    by_url = (document for document in listed if document.url.lower() == wanted)
    by_name = (document for document in listed if document.name.lower() == wanted)
    return next(by_url, None) or next(by_name, None)
