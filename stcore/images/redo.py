"""From the record of a picture back to the request that makes another like it."""

from __future__ import annotations

from typing import Any

from stcore.errors import NotFound
from stcore.images.generation import REMEMBERED
from stcore.images.request import Auto, ImageRequest


def request_from(picture: dict[str, Any], changes: dict[str, Any]) -> ImageRequest:
    """The request behind a picture, with a random seed unless ``changes`` says otherwise; ``count`` is 1.

    Works from the record alone, so a picture can be made again long after its job was cleared away. References and
    the workflow's graph are not part of the record: the caller adds the graph. Raises ``NotFound`` for a picture
    that was not made here.
    """
    made = picture["generation"]
    if made is None:
        raise NotFound("How this picture was made is not known.", hint="It was sent or imported, not made here.")
    details = made["details"]
    values: dict[str, Any] = {name: details[name] for name in REMEMBERED if name in details}
    values |= {
        "prompt": made["final_prompt"],
        "negative_prompt": made["negative_prompt"] or None,
        "model": made["model"],
        "size": details.get("size_asked", Auto()),
        "hires": details.get("hires"),
        "loras": details.get("loras", ()),
        "extra": details.get("extra", {}),
        "seed": None,
    }
    return ImageRequest.model_validate({**values, **changes})
