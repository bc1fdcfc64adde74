"""From the server's errors to ours: refused graphs, failed runs, odd statuses (sheet section 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
_MODEL_INPUTS = {"ckpt_name": ("checkpoint",), "unet_name": ("unet", "gguf")}
"""Inputs that load a main model, and the kinds of models they load."""
_KINDS = {"checkpoint": "a checkpoint", "unet": "a UNet", "gguf": "a UNet in GGUF"}
_MOST_WORDS = 2000
_MEMORY_HINT = "Choose a smaller size or a smaller model, or free memory on the server."


def refused(answer: Answer, graph: Mapping[str, Any], kinds: Mapping[str, str]) -> ProviderError:
    """The error for a submission that was not taken; ``kinds`` as for :func:`node_errors`."""
    if answer.status == 400:
        body = answer.json() if answer.body else {}
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            return _validation(body["error"], body.get("node_errors") or {}, graph, kinds)
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


def node_errors(
    errors: Mapping[str, Any], graph: Mapping[str, Any], kinds: Mapping[str, str] | None = None
) -> ProviderError | None:
    """The errors of single nodes: the first as something to act on, all of them as the server's words.

    ``kinds`` tells of each model on the server what it is, by its file name.
    """
    faults = [
        (str(node_id), fault)
        for node_id, entry in errors.items()
        for fault in (entry.get("errors") or () if isinstance(entry, dict) else ())
        if isinstance(fault, dict)
    ]
    if not faults:
        return None
    error = _node_fault(_title(graph, faults[0][0]), faults[0][1], kinds or {})
    error.vendor = "\n".join(f"{_place(graph, node_id)}: {_words(fault)}" for node_id, fault in faults)[:_MOST_WORDS]
    if len(faults) > 1:
        error.message += f" (And {len(faults) - 1} more.)"
    return error


def run_failed(failures: Sequence[Mapping[str, Any]], graph: Mapping[str, Any]) -> ProviderError:
    """The error of a run that broke at one of its nodes, by each ``execution_error``: node, type, id, what happened."""
    data = failures[0]
    kind, text = str(data.get("exception_type", "")), str(data.get("exception_message", ""))
    facts: dict[str, Any] = {"vendor": "\n".join(_broken(one, graph) for one in failures), "code": kind}
    if "OutOfMemory" in kind or "out of memory" in text.lower():
        where = _where(data, graph)
        return ServerError(f"The server ran out of memory at {where}.", hint=_MEMORY_HINT, billed=False, **facts)
    hint = "If it is about the model: does the workflow load this kind of model? Otherwise look at that node."
    return ServerError(_broken(data, graph), hint=hint, billed=False, **facts)


def _broken(data: Mapping[str, Any], graph: Mapping[str, Any]) -> str:
    kind, text = str(data.get("exception_type", "")), str(data.get("exception_message", "")).strip()
    return f"{_where(data, graph)} failed: {': '.join(filter(None, (kind, text)))}"


def _where(data: Mapping[str, Any], graph: Mapping[str, Any]) -> str:
    node_id = str(data.get("node_id") or "")
    return _place(graph, node_id, str(data.get("node_type") or "")) if node_id else "The run"


def _words(fault: Mapping[str, Any]) -> str:
    words = (str(fault.get("message") or fault.get("type") or ""), str(fault.get("details") or ""))
    return ": ".join(filter(None, words))


def _validation(
    error: Mapping[str, Any], errors: Mapping[str, Any], graph: Mapping[str, Any], kinds: Mapping[str, str]
) -> ProviderError:
    kind, message = str(error.get("type", "")), str(error.get("message", ""))
    if found := node_errors(errors, graph, kinds):
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


def _node_fault(title: str, fault: Mapping[str, Any], kinds: Mapping[str, str]) -> ProviderError:
    kind, details = str(fault.get("type", "")), str(fault.get("details", ""))
    extra = fault.get("extra_info") if isinstance(fault.get("extra_info"), dict) else {}
    assert isinstance(extra, dict)
    name, value = str(extra.get("input_name", "")), extra.get("received_value")
    facts: dict[str, Any] = {"code": kind, "field": name}
    match kind:
        case "value_not_in_list":
            if name in _MODEL_INPUTS and kinds.get(str(value), _MODEL_INPUTS[name][0]) not in _MODEL_INPUTS[name]:
                return _wrong_kind(title, name, str(value), kinds, facts)
            return _not_in_list(title, name, value, _options(extra.get("input_config")), facts)
        case "custom_validation_failed":
            return BadInputImage(f"“{title}” cannot use its picture: {details}", **facts)
        case "required_input_missing":
            return Misconfigured(f"“{title}” of the workflow lacks its input {name}.", **facts)
        case "value_smaller_than_min" | "value_bigger_than_max":
            what = "small" if "min" in kind else "large"
            return BadRequest(f"{name} {value} is too {what} for “{title}”.", **facts)
    return Misconfigured(f"The server refused “{title}”: {fault.get('message', kind)} {details}".strip(), **facts)


def _wrong_kind(title: str, name: str, value: str, kinds: Mapping[str, str], facts: dict[str, Any]) -> ProviderError:
    """The model is there, but the workflow's loader takes models of another kind (F270)."""
    fitting = tuple(model for model, kind in kinds.items() if kind in _MODEL_INPUTS[name])
    is_a = _KINDS.get(kinds[value], "a model of another kind")
    return ModelUnavailable(
        f"“{title}” of the workflow cannot load {value}: on the server that is {is_a}.",
        suggestions=fitting,
        hint="Choose a workflow that loads such models, or another model.",
        **facts,
    )


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


def _place(graph: Mapping[str, Any], node_id: str, node_type: str = "") -> str:
    """A node for people who look for it in the graph: title, type and id."""
    node = graph.get(node_id)
    kind = str(node.get("class_type") or node_type) if isinstance(node, dict) else node_type
    title = _title(graph, node_id, kind)
    return f"“{title}” ({', '.join(filter(None, (kind if kind != title else '', f'node {node_id}')))})"


def _title(graph: Mapping[str, Any], node_id: str, otherwise: str = "") -> str:
    node = graph.get(node_id)
    if not isinstance(node, dict):
        return otherwise or node_id
    meta = node.get("_meta")
    titled = meta.get("title") if isinstance(meta, dict) else None
    return str(titled or node.get("class_type") or node_id)
