"""What a workflow takes on a server, and a request completed from the connection's settings."""

from __future__ import annotations

from typing import Any

from stcore import (
    LISTED,
    Adjustment,
    Capabilities,
    Connection,
    EnumField,
    ImageRequest,
    Misconfigured,
    ModelPage,
    bound_fields,
    graph_defaults,
    graph_fields,
)

from .lists import Lists


def fields_of(text: str, lists: Lists, options: Any) -> dict[str, Any]:
    """Descriptors of the common fields that this graph binds; a field without a placeholder is missing (SRC-2)."""
    models = tuple(model.id for model in lists.models)
    listed = {
        "model": EnumField(values=models, options_from="models", free_text=True),
        "vae": _choice(lists.vaes, "vaes", options.vae),
        "sampler": _choice(lists.samplers, "samplers", options.sampler),
        "scheduler": _choice(lists.schedulers, "schedulers", options.scheduler),
    }
    bound = bound_fields(text)
    return {
        **graph_fields(text, options),
        **{name: field for name, field in listed.items() if name in bound},
        "workflow": EnumField(options_from="workflows", free_text=True, default=options.workflow),
    }


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
    where the settings name none either. A model that the workflow has no place for is dropped."""
    changes: dict[str, Any] = {}
    reported: list[Adjustment] = []
    for name in LISTED:
        if name not in fields or getattr(request, name):
            continue
        changes[name] = getattr(connection.options, name)
        if not changes[name]:
            if not fields[name].values:
                raise Misconfigured(
                    f"The workflow needs a {name}, and none is chosen.", hint="Choose one in the connection's settings."
                )
            changes[name] = fields[name].values[0]
            reported.append(Adjustment(field=name, asked="", used=changes[name], why="chosen"))
    if request.model and "model" not in fields:
        changes["model"] = ""
        reported.append(Adjustment(field="model", asked=request.model, why="dropped"))
    completed = graph_defaults(request, fields, connection.options)
    return completed.model_copy(update=changes), reported
