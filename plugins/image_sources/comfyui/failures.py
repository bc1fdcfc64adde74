"""From the server's errors to ours: refused graphs, failed runs, odd statuses (sheet section 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stcore import (
    Answer,
    BadInputImage,
    BadRequest,
    Misconfigured,
    ModelUnavailable,
    PermissionRefused,
    ProviderError,
    ServerError,
)

_FILE_INPUTS = ("ckpt_name", "unet_name", "vae_name", "lora_name", "clip_name", "control_net_name", "model_name")
_MEMORY_HINT = "Choose a smaller size or a smaller model, or free memory on the server."


def refused(answer: Answer, graph: Mapping[str, Any]) -> ProviderError:
    """The error for a submission that was not taken."""
    if answer.status == 400:
        body = answer.json() if answer.body else {}
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            return _validation(body["error"], body.get("node_errors") or {}, graph)
    return status_error(answer)


def status_error(answer: Answer) -> ProviderError:
    """The error of any other answer that is no success."""
    if answer.status == 403 and not answer.body:
        return PermissionRefused(
            "The server turned us away without a word.",
            status=403,
            hint="It, or a proxy in front of it, allows other addresses only: check the address and its start options.",
        )
    try:
        answer.raise_for_error()
    except ProviderError as error:
        return error
    return answer.nonsense("a list of results")


def node_errors(errors: Mapping[str, Any], graph: Mapping[str, Any]) -> ProviderError | None:
    """The first of the errors of single nodes, as something to act on."""
    for node_id, entry in errors.items():
        faults = entry.get("errors") if isinstance(entry, dict) else None
        for fault in faults or ():
            if isinstance(fault, dict):
                return _node_fault(_title(graph, node_id), fault)
    return None


def run_failed(data: Mapping[str, Any], graph: Mapping[str, Any]) -> ProviderError:
    """The error of a run that broke at one of its nodes (``execution_error``)."""
    kind, text = str(data.get("exception_type", "")), str(data.get("exception_message", "")).strip()
    node = _title(graph, str(data.get("node_id", "")), str(data.get("node_type", "")))
    if "OutOfMemory" in kind or "out of memory" in text.lower():
        return ServerError(
            f"The server ran out of memory at “{node}”.", vendor=text, code=kind, hint=_MEMORY_HINT, billed=False
        )
    hint = "If it is about the model: does the workflow load this kind of model? Otherwise look at that node."
    return ServerError(f"“{node}” failed: {kind}: {text}", vendor=text, code=kind, hint=hint, billed=False)


def _validation(error: Mapping[str, Any], errors: Mapping[str, Any], graph: Mapping[str, Any]) -> ProviderError:
    kind, message = str(error.get("type", "")), str(error.get("message", ""))
    if found := node_errors(errors, graph):
        return found
    extra = error.get("extra_info") or {}
    if kind in ("missing_node_type", "invalid_prompt"):
        name = extra.get("class_type") if isinstance(extra, dict) else None
        what = f"a node “{name}” that the server does not have" if name else "a node that the server does not have"
        return Misconfigured(
            f"The workflow uses {what}.", vendor=message, code=kind, hint="Install its node pack on the server."
        )
    if kind == "prompt_no_outputs":
        return Misconfigured(
            "The workflow has no node that saves a picture.", code=kind, hint="Add a SaveImage node and export again."
        )
    return Misconfigured(f"The server refused the workflow: {message}", vendor=message, code=kind)


def _node_fault(title: str, fault: Mapping[str, Any]) -> ProviderError:
    kind, details = str(fault.get("type", "")), str(fault.get("details", ""))
    extra = fault.get("extra_info") if isinstance(fault.get("extra_info"), dict) else {}
    assert isinstance(extra, dict)
    name, value = str(extra.get("input_name", "")), extra.get("received_value")
    facts: dict[str, Any] = {"code": kind, "field": name, "vendor": details or str(fault.get("message", ""))}
    match kind:
        case "value_not_in_list":
            return _not_in_list(title, name, value, _options(extra.get("input_config")), facts)
        case "custom_validation_failed":
            return BadInputImage(f"“{title}” cannot use its picture: {details}", **facts)
        case "required_input_missing":
            return Misconfigured(f"“{title}” of the workflow lacks its input {name}.", **facts)
        case "value_smaller_than_min" | "value_bigger_than_max":
            what = "small" if "min" in kind else "large"
            return BadRequest(f"{name} {value} is too {what} for “{title}”.", **facts)
    return Misconfigured(f"The server refused “{title}”: {fault.get('message', kind)} {details}".strip(), **facts)


def _not_in_list(title: str, name: str, value: Any, known: tuple[str, ...], facts: dict[str, Any]) -> ProviderError:
    some = f"It has: {', '.join(known[:8])}{' ...' if len(known) > 8 else ''}" if known else "It has none at all."
    if name.startswith(_FILE_INPUTS):
        if value is None:
            return ModelUnavailable(f"No file is chosen for “{title}” ({name}).", suggestions=known, hint=some, **facts)
        return ModelUnavailable(f"The model {value} is not on the server.", suggestions=known, hint=some, **facts)
    return BadRequest(f"“{title}” does not know {name} “{value}”.", hint=some, **facts)


def _options(config: Any) -> tuple[str, ...]:
    if not isinstance(config, list) or not config:
        return ()
    values: Iterable[Any] = config[0] if isinstance(config[0], list) else ()
    if not values and len(config) > 1 and isinstance(config[1], dict):
        values = config[1].get("options") or ()
    return tuple(map(str, values))


def _title(graph: Mapping[str, Any], node_id: str, otherwise: str = "") -> str:
    node = graph.get(node_id)
    if not isinstance(node, dict):
        return otherwise or node_id
    meta = node.get("_meta")
    titled = meta.get("title") if isinstance(meta, dict) else None
    return str(titled or node.get("class_type") or node_id)
