"""Extra headers as a person types them into a form."""

from __future__ import annotations


def parse_headers(text: str) -> dict[str, str]:
    """``Name: value`` lines as headers; empty lines do not count. Raises ``ValueError`` naming a line that is none."""
    headers = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name or not name.isascii() or any(sign.isspace() for sign in name):
            raise ValueError(f"line {number} is not of the form “Name: value”")
        headers[name] = value
    return headers
