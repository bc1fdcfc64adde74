"""Workflows that come as files: what a graph editor exports, or a picture that carries the graph it was made with."""

from __future__ import annotations

import json
from typing import Any

from stcore.errors import Misconfigured, TooLarge, UserError
from stcore.images.embed import is_png, read_texts
from stcore.images.filling import check_graph, nodes_in, parse_workflow
from stcore.images.workflows import LARGEST

_CHUNK = "prompt"
"""The text chunk of a PNG under which graph servers keep the graph that ran."""


def workflow_in(data: bytes) -> str:
    """The text of the workflow in a file, which can run as it is.

    Raises :class:`UserError` for what is neither text nor a picture with a graph, for a text that is no workflow and
    for one in the format of the editor; :class:`TooLarge`.
    """
    try:
        return _in_picture(data) if is_png(data) else _in_text(data)
    except Misconfigured as error:
        raise UserError(error.message, hint=error.hint) from error


def _in_text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise TooLarge(f"The file is larger than {LARGEST // 1_000_000} MB, which no workflow is.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(
            "The file is no UTF-8 text and no PNG picture.", hint="Choose the JSON file that “Export (API)” gives."
        ) from None
    document = parse_workflow(text)
    posted = document.get("prompt")
    if isinstance(posted, dict) and "class_type" not in posted:
        check_graph(posted)
        return _written(posted)  # the body of a request to a server: the graph, and whose it is
    nodes_in(text)
    return text


def _in_picture(data: bytes) -> str:
    text = read_texts(data).get(_CHUNK, "")
    if not text.strip():
        raise UserError(
            "The picture does not tell how it was made.",
            hint="Only PNG files as the server saved them do, and not every web site leaves them whole.",
        )
    if len(text) > LARGEST:
        raise TooLarge(f"The graph in the picture is larger than {LARGEST // 1_000_000} MB.")
    return _written(nodes_in(text))


def _written(graph: Any) -> str:
    return json.dumps(graph, ensure_ascii=False, indent=2) + "\n"
