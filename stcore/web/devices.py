"""What a request tells of the device it came from."""

from __future__ import annotations

from fastapi import Request


def is_mobile(request: Request) -> bool:
    """Whether it came from a phone or tablet: browsers say so, in a header of its own or in the name they give."""
    hint = request.headers.get("sec-ch-ua-mobile")
    if hint is not None:
        return hint.strip() == "?1"
    # The word that all mobile browsers have in common.
    return "Mobi" in request.headers.get("user-agent", "")
