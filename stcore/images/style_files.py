"""Styles as files that people share: in and out (image-generation.md section 11).

Read are stcore's own TOML, SillyTavern's JSON (a list, one style, or its whole ``settings.json``), the ``styles.csv``
of Stable Diffusion web UI, and the JSON lists of prompt stylers. Where the last two leave ``{prompt}`` out they mean
"behind the words", and stcore means "before them": the marker is written in, so that a style keeps its meaning.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Literal

from stcore.errors import SettingsError, UserError
from stcore.images.prompt import MARKER, shave
from stcore.images.styles import Style, style_of, tables_in

Format = Literal["toml", "json", "csv"]

_BEHIND = ("prompt", "negative_prompt")
_COLUMNS = ("name", *_BEHIND)
_WAYS = (("extension_settings", "sd", "styles"), ("sd", "styles"), ("styles",))
"""Where a document of SillyTavern keeps its styles: the whole settings, those of extensions, those of pictures."""


# -- in --------------------------------------------------------------------------------------------------------------


def read_styles(data: bytes, file: str) -> Sequence[Style]:
    """The styles in a file of any kind that is known; ``file`` is its name.

    Raises :class:`UserError` that names the file and what is wrong with it.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is no UTF-8 text.", hint="Save it as UTF-8 and import it again.") from error
    readers: Mapping[str, Callable[[str, str], Sequence[Style]]] = {
        ".toml": _read_toml,
        ".json": _read_json,
        ".csv": _read_csv,
    }
    read = readers.get(PurePath(file).suffix.lower()) or _reader_for(text)
    styles = read(text, file)
    if not styles:
        raise UserError(f"{file} holds no styles.")
    return styles


def _reader_for(text: str) -> Callable[[str, str], Sequence[Style]]:
    """How a text is read whose file name does not tell."""
    start = text.lstrip()[:200]
    if start.startswith("{") or (start.startswith("[") and start[1:].lstrip()[:1] in ("{", "]")):
        return _read_json
    header = start.partition("\n")[0].lower()
    return _read_csv if "name" in header and "=" not in header else _read_toml


def _read_toml(text: str, file: str) -> Sequence[Style]:
    try:
        return [style_of(table) for table in tables_in(text, file, PurePath(file).stem)]
    except SettingsError as error:
        raise UserError(error.message, hint=error.hint) from error


def _read_json(text: str, file: str) -> Sequence[Style]:
    try:
        document = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        raise UserError(f"{file}{f', line {line}' if line else ''}: this is not JSON.") from error
    except RecursionError as error:
        raise UserError(f"{file} is nested too deeply.") from error
    found = _listed(document)
    if found is None:
        raise UserError(
            f"{file} holds no styles.",
            hint="Styles of SillyTavern are in its settings.json, or in a list on their own.",
        )
    return [_from_item(item, f"{file}: style {number}") for number, item in enumerate(found, 1)]


def _listed(document: Any) -> list[Any] | None:
    """The list of styles in a JSON document; ``None`` when it is something else."""
    if isinstance(document, list):
        return document
    for way in _WAYS:
        inner = document
        for key in way:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, list):
            return inner
    is_style = isinstance(document, dict) and "name" in document and document.keys() & {"prefix", "negative", *_BEHIND}
    return [document] if is_style else None


def _from_item(item: Any, where: str) -> Style:
    if not isinstance(item, dict):
        raise UserError(f"{where} is no object with a name, a prefix and a negative prompt.")
    texts = {key: item.get(key) or "" for key in ("name", "prefix", "negative", "description", *_BEHIND)}
    wrong = [key for key, value in texts.items() if not isinstance(value, str)]
    if wrong:
        raise UserError(f"{where}: {wrong[0]} must be a text.")
    if not texts["name"].strip():
        raise UserError(f"{where} has no name.")
    if item.keys() & {"prefix", "negative"}:
        return Style(texts["name"].strip(), texts["prefix"], texts["negative"], texts["description"])
    return _from_behind(texts["name"], texts["prompt"], texts["negative_prompt"], texts["description"])


def _read_csv(text: str, file: str) -> Sequence[Style]:
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    try:
        columns = [column.strip().lower() for column in next(rows, [])]
        lines = list(rows)
    except csv.Error as error:
        raise UserError(f"{file}, line {rows.line_num}: this is no table ({error}).") from error
    prompt = next((name for name in ("prompt", "text") if name in columns), None)
    if "name" not in columns or prompt is None:
        raise UserError(f"{file} has no columns called name and prompt.", hint="The first line names the columns.")
    styles = []
    for line in lines:
        row = dict(zip(columns, line, strict=False))
        name, words, negative = row.get("name", ""), row.get(prompt, ""), row.get("negative_prompt", "")
        # People put rows without words between the others as headings.
        if name.strip() and (words.strip() or negative.strip()):
            styles.append(_from_behind(name, words, negative))
    return styles


def _from_behind(name: str, prompt: str, negative: str, description: str = "") -> Style:
    """A style of a program that puts its words behind those of the picture where ``{prompt}`` is missing."""
    prefix = prompt if MARKER in prompt or not prompt.strip() else f"{MARKER}, {shave(prompt)}"
    # In a negative prompt the marker says where another one goes; here both are joined anyway.
    parts = [shave(part) for part in negative.split(MARKER)]
    return Style(name.strip(), prefix, ", ".join(part for part in parts if part), description)


# -- out -------------------------------------------------------------------------------------------------------------


def write_styles(styles: Sequence[Style], format: Format) -> str:
    """Styles as the text of one file; ``toml`` and ``json`` (as SillyTavern keeps them) are read back as they were."""
    if format == "csv":
        return _write_csv(styles)
    if format == "json":
        return json.dumps([_item(style) for style in styles], ensure_ascii=False, indent=2) + "\n"
    import tomli_w

    tables = [{key: value for key, value in style.to_dict().items() if value} for style in styles]
    return tomli_w.dumps(tables[0] if len(tables) == 1 else {"styles": tables})


def _item(style: Style) -> dict[str, str]:
    """As SillyTavern keeps it, which takes no notice of a description."""
    item = {"name": style.name, "prefix": style.prefix, "negative": style.negative}
    return {**item, "description": style.description} if style.description else item


def _write_csv(styles: Sequence[Style]) -> str:
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    for style in styles:
        before = (
            style.prefix if MARKER in style.prefix or not style.prefix.strip() else f"{shave(style.prefix)}, {MARKER}"
        )
        table.writerow((style.name, before, style.negative))
    return out.getvalue()
