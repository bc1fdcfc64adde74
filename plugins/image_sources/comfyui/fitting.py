"""What a workflow takes on a server, and a request completed from the connection's settings."""

from __future__ import annotations

from random import Random
from typing import Any, Literal

from stcore import (
    Adjustment,
    Capabilities,
    Connection,
    EnumField,
    ImageRequest,
    Misconfigured,
    ModelPage,
    NotFound,
    RangeField,
    ReferencesField,
    RoleLimits,
    SizeField,
    SizeSpec,
    TextField,
    Workflow,
    bound_fields,
)

from .lists import Lists

_HIGHEST_DRAWN_SEED = 2**53 - 1
"""Seeds we draw ourselves stay exact in browsers; a person may give larger ones."""


def fields_of(text: str, lists: Lists, options: Any) -> dict[str, Any]:
    """Descriptors of the common fields that this graph binds; a field without a placeholder is missing (SRC-2)."""
    bound = bound_fields(text)
    pictures = {
        role: RoleLimits(required=True, strength=role == "init" and "denoise" in bound)
        for role, name in (("init", '"%init_image%"'), ("mask", '"%mask_image%"'))
        if name in text
    }
    models = tuple(model.id for model in lists.models)
    every: dict[str, Any] = {
        "prompt": TextField(wire_name="%prompt%"),
        "negative_prompt": TextField(wire_name="%negative_prompt%"),
        "model": EnumField(values=models, options_from="models", free_text=True),
        "vae": _choice(lists.vaes, "vaes", options.vae),
        "sampler": _choice(lists.samplers, "samplers", options.sampler),
        "scheduler": _choice(lists.schedulers, "schedulers", options.scheduler),
        "steps": RangeField(min=1, max=10000, integer=True, default=options.steps),
        "guidance": RangeField(min=0, max=100, default=options.guidance, wire_name="%scale%"),
        "denoise": RangeField(min=0, max=1, default=options.denoise),
        "clip_skip": RangeField(min=1, max=24, integer=True, default=1),
        "seed": RangeField(min=0, max=2**64 - 1, integer=True),
        "size": SizeField(
            specs=(SizeSpec(kind="free", min_side=16, max_side=16384, multiple_of=8),),
            default=(options.width, options.height),
        ),
        "references": ReferencesField(roles=pictures),
    }
    fields = {name: field for name, field in every.items() if name in bound}
    return {**fields, "workflow": EnumField(options_from="workflows", free_text=True, default=options.workflow)}


def modes_of(fields: dict[str, Any]) -> tuple[Literal["text", "edit", "inpaint"], ...]:
    """What a workflow with these fields is good for."""
    references = fields.get("references")
    roles = references.roles if isinstance(references, ReferencesField) else {}
    return ("inpaint",) if "mask" in roles else ("edit",) if "init" in roles else ("text",)


def _choice(values: tuple[str, ...], source: str, wanted: str) -> EnumField:
    default = wanted if wanted in values or not values else values[0]
    return EnumField(values=values, options_from=source, free_text=not values, default=default or None)


def lists_in(capabilities: Capabilities) -> Lists:
    """The lists again, out of capabilities that were read earlier."""

    def values(name: str) -> tuple[str, ...]:
        field = capabilities.fields.get(name)
        return field.values if isinstance(field, EnumField) else ()

    models = ModelPage.model_validate({"models": [{"id": name} for name in values("model")]}).models
    return Lists(models, values("vae"), values("sampler"), values("scheduler"))


def with_defaults(
    request: ImageRequest, fields: dict[str, Any], connection: Connection
) -> tuple[ImageRequest, list[Adjustment]]:
    """The request with the connection's defaults for what the workflow binds and nobody named; a list's first entry
    where the settings name none either."""
    options = connection.options
    changes: dict[str, Any] = {}
    chosen: list[Adjustment] = []
    for name in ("steps", "guidance", "denoise"):
        if name in fields and getattr(request, name) is None:
            changes[name] = getattr(options, name)
    strengths = [one.strength for one in request.references if one.role == "init" and one.strength is not None]
    if strengths and "denoise" in fields and request.denoise is None:
        changes["denoise"] = strengths[0]
    for name in ("model", "vae", "sampler", "scheduler"):
        if name not in fields or getattr(request, name):
            continue
        changes[name] = getattr(options, name)
        if not changes[name]:
            if not fields[name].values:
                raise Misconfigured(
                    f"The workflow needs a {name}, and none is chosen.", hint="Choose one in the connection's settings."
                )
            changes[name] = fields[name].values[0]
            chosen.append(Adjustment(field=name, asked="", used=changes[name], why="chosen"))
    if "seed" in fields and request.seed is None:
        # Drawn from the request's id: planned again after a restart, the same request has the same seed.
        changes["seed"] = Random(request.id).randint(0, _HIGHEST_DRAWN_SEED)
    return request.model_copy(update=changes), chosen


def chosen_workflow(connection: Connection) -> Workflow:
    name = connection.options.workflow
    try:
        return Workflow(name=name, text=connection.workflows.load(name))
    except NotFound as error:
        raise Misconfigured(error.message, hint=error.hint) from None
