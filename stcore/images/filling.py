"""Filling a workflow: a graph whose ``"%placeholders%"`` become values (image-generation.md section 16.3).

Filling is a pure function over the parsed graph, so whatever a prompt contains, the result is a valid graph: a string
that *is* a placeholder becomes its value; nothing is ever pasted into JSON text.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

from stcore.errors import Misconfigured
from stcore.images.request import Workflow

PLACEHOLDERS = (
    "prompt",
    "negative_prompt",
    "model",
    "vae",
    "sampler",
    "scheduler",
    "steps",
    "scale",
    "denoise",
    "clip_skip",
    "width",
    "height",
    "user_avatar",
    "char_avatar",
    "seed",
)
"""Every built-in placeholder, in the order of the editor's list (16.2)."""

PICTURES = ("user_avatar", "char_avatar", "init_image", "mask_image")
"""Placeholders whose value is a picture in base64. The last two hold the request's references (our addition)."""

_VALUES = (
    "prompt",
    "negative_prompt",
    "seed",
    "denoise",
    "clip_skip",
    "model",
    "vae",
    "sampler",
    "scheduler",
    "steps",
    "scale",
    "width",
    "height",
)
"""The built-in values in the order in which they are filled (16.3)."""

_FIELDS = {
    "scale": "guidance",
    "width": "size",
    "height": "size",
    "user_avatar": "",
    "char_avatar": "",
    "init_image": "references",
    "mask_image": "references",
}
_QUOTED = re.compile(r'"%((?:[^"%\\\r\n]|\\u[0-9a-fA-F]{4})+)%"')
_BARE = re.compile(r'%([^"%\s]+)%')
_SURROGATE = re.compile(r"\\u[dD][89abAB]")
_EXPORT = "In the graph editor, choose “Export (API)” and use that file."
_EMPTY_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgYGBgAAAABQABeqhXUAAAAABJRU5ErkJggg=="
"""A transparent picture of 1x1, for an avatar that cannot be read."""


# -- filling ---------------------------------------------------------------------------------------------------------


def fill_workflow(
    workflow: Workflow,
    values: Mapping[str, Any],
    *,
    pictures: Mapping[str, bytes] | None = None,
    names: Collection[str] = _VALUES,
) -> dict[str, Any]:
    """The graph of ``workflow`` with every placeholder replaced (16.3).

    ``values`` holds the built-in values by name as a person means them (``clip_skip`` positive, ``denoise`` 0 to 1,
    ``seed`` drawn by the caller); what is missing or ``None`` becomes null, but ``denoise`` 1 and ``clip_skip`` -1.
    ``pictures`` adds bytes for ``init_image`` and ``mask_image``. ``names`` are the built-in values to fill; a server
    without lists fills fewer. Raises :class:`Misconfigured` when the text is no JSON object.
    """
    graph = parse_workflow(workflow.text, workflow.name)
    steps: list[tuple[str, Any]] = [
        *((name, _value(name, values.get(name))) for name in _VALUES if name in names),
        *workflow.custom,
        ("user_avatar", picture_text(workflow.user_avatar)),
        ("char_avatar", picture_text(workflow.char_avatar)),
        *((name, picture_text(data)) for name, data in (pictures or {}).items()),
    ]
    try:
        filled: dict[str, Any] = _filled(graph, [(f"%{name}%", _sendable(value)) for name, value in steps])
    except RecursionError:
        raise _too_deep(workflow.name) from None
    return filled


def picture_text(data: bytes | None) -> str:
    """A picture as it stands in a graph: in base64; without one a transparent one of a single pixel."""
    return base64.b64encode(data).decode() if data else _EMPTY_PNG


def _value(name: str, value: Any) -> Any:
    if name == "denoise":
        return 1 if value is None else value
    if name == "clip_skip":
        return -1 if value is None else -int(value)
    return value


def _sendable(value: Any) -> Any:
    return _whole(value) if isinstance(value, str) else value


def _filled(node: Any, steps: list[tuple[str, Any]]) -> Any:
    if isinstance(node, str):
        return _replaced(node, steps)
    if isinstance(node, list):
        return [_filled(item, steps) for item in node]
    if isinstance(node, dict):
        return {_key(_replaced(key, steps)): _filled(value, steps) for key, value in node.items()}
    return node


def _replaced(text: Any, steps: list[tuple[str, Any]]) -> Any:
    """Each step sees what the steps before it made, as replacing in the text one after the other would."""
    if not text.startswith("%"):
        return text
    for token, value in steps:
        if text == token:
            text = value
    return text


def _key(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


# -- reading a text --------------------------------------------------------------------------------------------------


def parse_workflow(text: str, name: str = "") -> dict[str, Any]:
    """The JSON object in a workflow's text; :class:`Misconfigured` names line and column when there is none."""
    title = _title(name)
    if not text.strip():
        raise Misconfigured(f"{title} is empty.", hint="Export a graph with “Export (API)” and paste it.")
    try:
        graph = json.loads(text, parse_float=_finite, parse_constant=_no_number)
        if _SURROGATE.search(text):
            graph = json.loads(_whole(json.dumps(graph, ensure_ascii=False)))
    except json.JSONDecodeError as error:
        bare = _BARE.match(text, error.pos)
        hint = f'The placeholder %{bare[1]}% needs quotes around it: "%{bare[1]}%"' if bare else "Mend it there."
        where = f"line {error.lineno}, column {error.colno}"
        raise Misconfigured(f"{title} is no valid JSON: {error.msg} at {where}.", hint=hint) from None
    except ValueError as error:
        raise Misconfigured(f"{title} is no valid JSON: {error}.") from None
    except RecursionError:
        raise _too_deep(name) from None
    if not isinstance(graph, dict):
        raise Misconfigured(f"{title} is no graph: it holds no JSON object.", hint=_EXPORT)
    return graph


def check_graph(graph: Mapping[str, Any], name: str = "") -> None:
    """Refuse what a server could not run: the editor's own format, no nodes, a node without a class."""
    title = _title(name)
    if isinstance(graph.get("nodes"), list):
        raise Misconfigured(f"{title} is in the format of the editor, which cannot be run.", hint=_EXPORT)
    if not graph:
        raise Misconfigured(f"{title} has no nodes.", hint=_EXPORT)
    for node_id, node in graph.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            raise Misconfigured(f"{title}: “{node_id}” is no node: it has no class_type.", hint=_EXPORT)


def nodes_in(text: str, name: str = "") -> Mapping[str, Any]:
    """The nodes of a workflow that can run; raises :class:`Misconfigured` saying what is wrong with it.

    A text may hold the whole input of a serverless worker, whose graph is ``input.workflow`` (16.5).
    """
    document = parse_workflow(text, name)
    wrapped = document.get("input")
    graph = wrapped.get("workflow") if isinstance(wrapped, dict) else None
    nodes = graph if isinstance(graph, dict) else document
    check_graph(nodes, name)
    return nodes


def _whole(text: str) -> str:
    """JSON can hold half of a character; no request and no file can."""
    return text.encode("utf-8", "replace").decode()


def _too_deep(name: str) -> Misconfigured:
    return Misconfigured(f"{_title(name)} is nested too deeply.")


def _title(name: str) -> str:
    return f"The workflow {name}" if name else "The workflow"


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _no_number(digits: str) -> NoReturn:
    """``NaN`` and the like, which could be read here but by no server."""
    raise ValueError(f"{digits} is no number that JSON knows")


# -- looking at a text -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlaceholderReport:
    """What a workflow's text uses.

    ``present`` and ``missing`` tell of the built-in placeholders and of one's own, which ``custom`` names; ``unknown``
    have no value and stay; ``unquoted`` are known ones that stand somewhere without quotes directly around them (bare,
    or inside a longer text), where they stay too.
    """

    present: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    unquoted: tuple[str, ...]
    custom: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, list[str]]:
        return {key: list(names) for key, names in asdict(self).items()}


def placeholders(text: str, custom: Iterable[str] = ()) -> PlaceholderReport:
    """Which placeholders ``text`` holds including their quotes (16.2); works on any text, valid or not."""
    own = tuple(dict.fromkeys(name for name in custom if name not in {*PLACEHOLDERS, *PICTURES}))
    known = (*PLACEHOLDERS, *own)
    found = mentioned(text)
    return PlaceholderReport(
        present=tuple(name for name in known if name in found),
        missing=tuple(name for name in known if name not in found),
        unknown=tuple(sorted(found - {*known, *PICTURES})),
        unquoted=_unquoted(text, (*known, *PICTURES[2:])),
        custom=own,
    )


def mentioned(text: str) -> frozenset[str]:
    """The names of all placeholders in ``text``, built in or not, that stand in quotes."""
    return frozenset(_unescaped(name) for name in _QUOTED.findall(text))


def bound_fields(text: str) -> frozenset[str]:
    """The fields of an ``ImageRequest`` that the graph takes; a size needs both sides."""
    found = mentioned(text) & {*PLACEHOLDERS, *PICTURES}
    if not {"width", "height"} <= found:
        found -= {"width", "height"}
    return frozenset(_FIELDS.get(name, name) for name in found) - {""}


def _unescaped(name: str) -> str:
    r"""A name out of JSON text, where programs write ``ä`` as ``\u00e4``."""
    return _whole(json.loads(f'"{name}"')) if "\\" in name else name


def _unquoted(text: str, names: Iterable[str]) -> tuple[str, ...]:
    either = "|".join(re.escape(name) for name in names)
    places = re.finditer(f"(?=%({either})%)", text)
    return tuple(sorted({place[1] for place in places if not _in_quotes(text, place.start(), len(place[1]) + 2)}))


def _in_quotes(text: str, start: int, length: int) -> bool:
    return text[start - 1 : start] == '"' == text[start + length : start + length + 1]
