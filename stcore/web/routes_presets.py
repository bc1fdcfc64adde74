"""Presets: samplers and prompt entries, templates for models that complete text, system prompts, profiles."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from stcore.chat.prompting import profiles
from stcore.text.entries import DEFAULT_ENTRIES
from stcore.text.presets import KINDS, export_preset, shipped
from stcore.web.context import Web, WebDep
from stcore.web.models_prompts import PresetData, PresetImport, PresetName, SwitchChange
from stcore.web.routes_pictures import disposition

router = APIRouter(prefix="/api/presets", tags=["presets"])


async def _overview(web: Web) -> dict[str, Any]:
    active = await web.host.presets.active()
    return {
        "selected": {kind: active.chosen[kind].name for kind in KINDS},
        "switches": asdict(active.switches),
        "entries": [entry.to_dict() for entry in active.entries],
    }


@router.get("", summary="What is selected")
async def overview(web: WebDep) -> dict[str, Any]:
    """`selected` by kind, the `switches` beside the presets, and the `entries` of the prompt as they are now."""
    return await _overview(web)


@router.patch("/switches", summary="Change switches")
async def change_switches(web: WebDep, body: SwitchChange) -> dict[str, Any]:
    """Stop strings, how replies start, whether templates are used, which entries are on."""
    await web.host.presets.switch(**body.given())
    return await _overview(web)


@router.get("/entries", summary="The entries that every prompt can have")
async def default_entries() -> dict[str, Any]:
    """A preset may put them in another order, frame them, and add texts of its own."""
    return {"entries": [{**entry.to_dict(), "marker": entry.marker} for entry in DEFAULT_ENTRIES]}


@router.post("/import", status_code=201, summary="Import presets")
async def import_presets(web: WebDep, body: PresetImport) -> dict[str, Any]:
    """The JSON of this program or of SillyTavern; a document may hold several kinds."""
    added = await web.host.presets.add(body.document, body.name, body.kind)
    return {"presets": [preset.to_dict() for preset in added]}


@router.get("/{kind}", summary="The presets of a kind")
async def list_presets(web: WebDep, kind: str) -> dict[str, Any]:
    """The default first, then by name. One that `covers_shipped` gives way to the shipped one when it is deleted."""
    found = await web.host.presets.list(kind)
    own = {preset.name for preset in shipped(kind)}
    return {"presets": [{**p.to_dict(), "covers_shipped": not p.shipped and p.name in own} for p in found]}


@router.put("/{kind}/selected", summary="Select a preset")
async def select_preset(web: WebDep, kind: str, body: PresetName) -> dict[str, Any]:
    """A profile puts back all it holds; an empty name deselects."""
    if kind == "profile" and body.name:
        await profiles.apply(web.host, await web.host.presets.get(kind, body.name))
    else:
        await web.host.presets.select(kind, body.name)
    return await _overview(web)


@router.get("/{kind}/{name}", summary="One preset")
async def get_preset(web: WebDep, kind: str, name: str) -> dict[str, Any]:
    """With all it holds; `shipped` tells whether it comes with the program."""
    return (await web.host.presets.get(kind, name)).to_dict()


@router.put("/{kind}/{name}", summary="Keep a preset")
async def save_preset(web: WebDep, kind: str, name: str, body: PresetData) -> dict[str, Any]:
    """One of the same name is replaced; a shipped one is covered by it."""
    return (await web.host.presets.save(kind, name, body.data)).to_dict()


@router.patch("/{kind}/{name}", summary="Rename a preset")
async def rename_preset(web: WebDep, kind: str, name: str, body: PresetName) -> dict[str, Any]:
    """One that is selected stays selected. Shipped ones keep their names."""
    return (await web.host.presets.rename(kind, name, body.name)).to_dict()


@router.delete("/{kind}/{name}", status_code=204, summary="Delete a preset")
async def delete_preset(web: WebDep, kind: str, name: str) -> None:
    """A shipped preset of that name comes back; shipped ones themselves stay."""
    await web.host.presets.delete(kind, name)


@router.get("/{kind}/{name}/export", summary="A preset as a file")
async def export(web: WebDep, kind: str, name: str) -> JSONResponse:
    """JSON that SillyTavern reads too."""
    preset = await web.host.presets.get(kind, name)
    return JSONResponse(export_preset(preset), headers={"content-disposition": disposition(name, "json")})


@router.post("/profile/{name}/save", status_code=201, summary="Keep what is selected as a profile")
async def save_profile(web: WebDep, name: str) -> dict[str, Any]:
    """The connection, its model, and all that is selected of presets and switches."""
    return (await web.host.presets.save("profile", name, await profiles.current(web.host))).to_dict()
