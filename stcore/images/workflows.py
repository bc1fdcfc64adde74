"""Workflows: graphs with ``"%placeholders%"`` (spec/image-generation.md section 16).

Filling is a pure function over the parsed graph, so whatever a prompt contains, the result is a valid graph: a string
that *is* a placeholder becomes its value; nothing is ever pasted into JSON text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stcore.bundled import bundled
from stcore.errors import Misconfigured, NotFound, SettingsError, UserError
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

_VALUES = tuple(name for name in PLACEHOLDERS if name not in PICTURES)
_FIELDS = {
    "scale": "guidance",
    "width": "size",
    "height": "size",
    "user_avatar": "",
    "char_avatar": "",
    "init_image": "references",
    "mask_image": "references",
}
_QUOTED = re.compile(r'"%([^"%\\\r\n]+)%"')
_BARE = re.compile(r'(?<!["\w%])%(' + "|".join(PLACEHOLDERS) + r')%(?!["\w%])')
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
        ("user_avatar", _base64(workflow.user_avatar)),
        ("char_avatar", _base64(workflow.char_avatar)),
        *((name, _base64(data)) for name, data in (pictures or {}).items()),
    ]
    filled: dict[str, Any] = _filled(graph, [(f"%{name}%", value) for name, value in steps])
    return filled


def parse_workflow(text: str, name: str = "") -> dict[str, Any]:
    """The JSON object in a workflow's text; :class:`Misconfigured` names line and column when there is none."""
    title = f"The workflow {name}" if name else "The workflow"
    if not text.strip():
        raise Misconfigured(f"{title} is empty.", hint="Export a graph with “Export (API)” and paste it.")
    try:
        graph = json.loads(text)
    except json.JSONDecodeError as error:
        bare = _BARE.search(text)
        hint = f'The placeholder %{bare[1]}% needs quotes around it: "%{bare[1]}%"' if bare else "Mend it there."
        where = f"line {error.lineno}, column {error.colno}"
        raise Misconfigured(f"{title} is no valid JSON: {error.msg} at {where}.", hint=hint) from None
    except RecursionError:
        raise Misconfigured(f"{title} is nested too deeply.") from None
    if not isinstance(graph, dict):
        raise Misconfigured(f"{title} is no graph: it holds no JSON object.")
    return graph


def check_graph(graph: Mapping[str, Any], name: str = "") -> None:
    """Refuse what a server could not run: the editor's own format, no nodes, a node without a class."""
    title = f"The workflow {name}" if name else "The workflow"
    hint = "In the graph editor, choose “Export (API)” and use that file."
    if isinstance(graph.get("nodes"), list):
        raise Misconfigured(f"{title} is in the format of the editor, which cannot be run.", hint=hint)
    if not graph:
        raise Misconfigured(f"{title} has no nodes.", hint=hint)
    for node_id, node in graph.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            raise Misconfigured(f"{title}: “{node_id}” is no node: it has no class_type.", hint=hint)


def _value(name: str, value: Any) -> Any:
    if name == "denoise":
        return 1 if value is None else value
    if name == "clip_skip":
        return -1 if value is None else -int(value)
    return value


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


def _base64(data: bytes | None) -> str:
    return base64.b64encode(data).decode() if data else _EMPTY_PNG


# -- looking at a text -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlaceholderReport:
    """What a workflow's text uses. ``unquoted`` stand without quotes and stay; ``unknown`` have no value."""

    present: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    unquoted: tuple[str, ...]


def placeholders(text: str, custom: Iterable[str] = ()) -> PlaceholderReport:
    """Which placeholders ``text`` holds including their quotes (16.2); works on any text, valid or not."""
    known = [*PLACEHOLDERS, *(name for name in custom if name not in PLACEHOLDERS)]
    found = set(_QUOTED.findall(text))
    return PlaceholderReport(
        present=tuple(name for name in known if name in found),
        missing=tuple(name for name in known if name not in found),
        unknown=tuple(sorted(found - {*known, *PICTURES})),
        unquoted=tuple(sorted(set(_BARE.findall(text)))),
    )


def bound_fields(text: str) -> frozenset[str]:
    """The fields of an ``ImageRequest`` that the graph takes; a size needs both sides."""
    found = set(_QUOTED.findall(text)) & {*PLACEHOLDERS, *PICTURES}
    if not {"width", "height"} <= found:
        found -= {"width", "height"}
    return frozenset(_FIELDS.get(name, name) for name in found) - {""}


# -- the library of files --------------------------------------------------------------------------------------------


class WorkflowLibrary:
    """Workflow files by name: those that ship with stcore, those of plugins, those in the data folder.

    A file of the data folder hides a shipped one of the same name. The methods read and write files: call them on a
    worker thread.
    """

    def __init__(self, folder: Path | None = None, from_plugins: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._from_plugins = {file_name(name): text for name, text in (from_plugins or {}).items()}

    def names(self) -> list[str]:
        """File names in alphabetical order; files that start with a dot do not count."""
        folders = [bundled("workflows"), *([self._folder] if self._folder else [])]
        files = {path.name for folder in folders if folder.is_dir() for path in folder.glob("[!.]*.json")}
        return sorted({*files, *self._from_plugins}, key=str.lower)

    def load(self, name: str) -> str:
        """The text of a workflow; ``.json`` may be left out. Raises :class:`NotFound` naming those there are."""
        name = file_name(name)
        for path in [*([self._folder / name] if self._folder else []), bundled("workflows") / name]:
            try:
                return path.read_text("utf-8-sig")
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"The workflow {name} cannot be read: {error}", file=str(path)) from None
        if name in self._from_plugins:
            return self._from_plugins[name]
        raise NotFound(f"There is no workflow {name}.", hint=f"There are: {', '.join(self.names()) or 'none'}.")

    def save(self, name: str, text: str) -> str:
        """Write a workflow into the data folder, as typed; returns its file name."""
        name, folder = file_name(name), self._writable()
        draft = folder / f".{name}.new"
        draft.write_text(text, "utf-8")
        draft.replace(folder / name)
        return name

    def rename(self, old: str, new: str) -> str:
        """Give a workflow of the data folder another name; refuses a name that is taken."""
        old, new, folder = file_name(old), file_name(new), self._writable()
        if not (folder / old).is_file():
            raise NotFound(f"There is no workflow {old} of your own.")
        if (folder / new).exists():
            raise UserError(f"A workflow {new} exists already.")
        (folder / old).rename(folder / new)
        return new

    def delete(self, name: str) -> None:
        """Remove a workflow of the data folder; a shipped one of that name shows again."""
        path = self._writable() / file_name(name)
        if not path.is_file():
            raise NotFound(f"There is no workflow {path.name} of your own.")
        path.unlink()

    def _writable(self) -> Path:
        if self._folder is None:
            raise UserError("There is no folder for workflows of your own.")
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder


def file_name(name: str) -> str:
    """A safe file name for a workflow: ``.json`` is added, folders and hidden files are refused."""
    name = name.strip()
    if not name.endswith(".json"):
        name += ".json"
    unsafe = name.startswith(".") or any(sign in name for sign in "/\\:\0\r\n") or len(name.encode()) > 200
    if unsafe:
        raise UserError(f"“{name}” cannot be the name of a workflow.", hint="Use letters, digits, spaces, - and _.")
    return name
