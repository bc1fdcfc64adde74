"""The value of a picture setting as a person types it."""

from __future__ import annotations

import json
from typing import Any, get_args

from stcore.commands.values import is_false, is_true
from stcore.errors import UserError
from stcore.images.settings import FIELDS, ImageSettings


def read_setting(name: str, text: str) -> Any:
    """``text`` as the value of a setting, typed but not yet checked against its range.

    Lists are written as JSON; of texts, a single one may stand for itself. Raises :class:`UserError` for an unknown
    setting and for a truth that is none.

    >>> read_setting("steps", "30"), read_setting("snap", "on"), read_setting("references", "avatar:style")
    ('30', True, ['avatar:style'])
    """
    if name not in FIELDS:
        raise UserError(f"There is no setting {name!r} of pictures.", hint=f"There are: {', '.join(FIELDS)}.")
    annotation = ImageSettings.model_fields[name].annotation
    if annotation is bool:
        if not is_true(text) and not is_false(text):
            raise UserError(f"{name} must be true or false, not “{text}”.")
        return is_true(text)
    if getattr(annotation, "__origin__", None) is tuple:
        if str in get_args(annotation) and not text.lstrip().startswith("["):
            return [text.strip()]
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise UserError(f"{name} must be a list in JSON: {error}.") from error
    return text if annotation is str or str in get_args(annotation) else text.strip()
